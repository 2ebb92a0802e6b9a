"""Credits in a file: where everybody stands in every pool, so that the next run goes on from there."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from ..dsl import checked as c
from ..engine.turns.shares import SCALE, PoolSnapshot, ShareLedger
from ..engine.turns.sharing_terms import terms_of
from .stopped import WrongUse
from .written import written_whole

__all__ = ["read_credits", "write_credits"]


def read_credits(path: Path, policy: c.Policy) -> ShareLedger:
    """The ledger that a run left. Raises `WrongUse` where the file is not one, or counts otherwise than the policy."""
    advice = "name a `.credits.json` that `meed allocate` or `meed assign --credits` wrote"
    try:
        made: Any = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
        scale, pools = made["scale"], made["pools"]
        snapshot = {str(name): _pool(pool) for name, pool in cast("dict[str, dict[str, Any]]", pools).items()}
    except FileNotFoundError:
        raise WrongUse(f"{path}: there is no such file", advice) from None
    except OSError as error:
        raise WrongUse(f"{path}: cannot be read", (error.strerror or "check the file").lower()) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise WrongUse(f"{path}: this is not a file of credits", advice) from None
    if scale != str(SCALE):
        raise WrongUse(f"{path}: its credits are in parts of 1/{scale}, not of 1/{SCALE}", advice)
    for name, stored in pools.items():
        _must_count_alike(path, name, stored.get("unit"), _unit(policy, name))
    try:
        return ShareLedger.restore(snapshot)
    except ValueError as error:
        raise WrongUse(f"{path}: {error}", advice) from None


def write_credits(path: Path, policy: c.Policy, ledger: ShareLedger) -> None:
    """The ledger, pool by pool and rep by rep; whole numbers as texts, in 1/scale of the smallest unit of the pool."""
    pools = {
        name: {
            "unit": _unit(policy, name),
            "credits": {rep: str(credit) for rep, credit in sorted(pool["credits"].items())},
            **{word: value for word, value in pool.items() if word != "credits"},
        }
        for name, pool in sorted(ledger.snapshot().items())
    }
    made = {"policy": {"name": policy.name, "hash": policy.hash}, "scale": str(SCALE), "pools": pools}
    with written_whole(path) as out:
        out.write(json.dumps(made, ensure_ascii=False, indent=2) + "\n")


def _unit(policy: c.Policy, pool: str) -> dict[str, Any]:
    """What a pool counts, by its name: facts, or their value."""
    return terms_of(policy, pool.partition("/")[0]).unit_of(pool).described()


def _must_count_alike(path: Path, pool: str, there: object, here: dict[str, Any]) -> None:
    """A pool that counts euros does not go on where dollars are counted."""
    was, now = cast("dict[str, Any]", there).get("currency") if isinstance(there, dict) else None, here["currency"]
    if isinstance(there, dict) and now is not None and was != now:
        raise WrongUse(
            f"{path}: pool `{pool}` counts {was or 'no money'}, and the policy counts {now}",
            "begin without `--credits`, or give what `fair_in` names another name",
        )


def _pool(stored: dict[str, Any]) -> PoolSnapshot:
    made: dict[str, Any] = {**stored, "credits": {str(rep): int(credit) for rep, credit in stored["credits"].items()}}
    return cast("PoolSnapshot", made)
