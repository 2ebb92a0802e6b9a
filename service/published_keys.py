"""Keys of draws as they are published: commitments from before their periods, and the keys themselves after."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from ..dsl.calendar import GREGORIAN
from ..engine.calendar.periods import Period, PeriodError
from ..engine.turns.draw_audit import PeriodKey
from ..engine.turns.draws import DrawKeys
from .stopped import WrongUse
from .written import written_whole

__all__ = ["keys_of_seed", "read_published", "write_published"]

_ADVICE = "it looks like the answer of `GET /v1/draws`, or like what `meed audit reveal` writes"


def read_published(path: Path) -> list[PeriodKey]:
    """The periods of a file like the answer of `GET /v1/draws`. Raises `WrongUse`."""
    try:
        said: Any = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
        listed = cast("list[Mapping[str, Any]]", said["periods"])
        made = [PeriodKey(_period(one["period"]), str(one["commitment"]), _bytes(one.get("key"))) for one in listed]
    except FileNotFoundError:
        raise WrongUse(f"{path}: there is no such file", "`--published` names a file of commitments and keys") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise WrongUse(f"{path}: this is not a file of published keys", _ADVICE) from None
    return made


def _period(text: Any) -> str:
    return str(Period.parse(str(text), GREGORIAN))


def _bytes(text: Any) -> bytes | None:
    return None if text is None else bytes.fromhex(str(text))


def keys_of_seed(seed: bytes, committed: Mapping[str, str], until: int | None = None) -> list[PeriodKey]:
    """The keys that follow from a seed, beside their commitments; with `until` only of periods over by that day.

    Raises `WrongUse` for a name that is no period.
    """
    keys, made = DrawKeys(seed), list[PeriodKey]()
    for name, commitment in committed.items():
        try:
            over = until is None or Period.parse(name, GREGORIAN).end <= until
        except PeriodError as problem:
            raise WrongUse(f"the report of the run names no period: {problem}", "run `meed assign` again") from None
        made.append(PeriodKey(name, commitment, keys.key_of(name) if over else None))
    return made


def write_published(path: Path, keys: Iterable[PeriodKey]) -> None:
    """Write them as `read_published` reads them."""
    periods = [
        {"period": one.period, "commitment": one.commitment, "key": None if one.key is None else one.key.hex()}
        for one in keys
    ]
    with written_whole(path) as out:
        out.write(json.dumps({"periods": periods}, indent=2) + "\n")
