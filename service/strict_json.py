"""JSON without losses: numbers stay the decimals they are written as, and no name stands twice in an object."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import cast

__all__ = ["NotJson", "canonical", "parse"]


class NotJson(ValueError):
    """Bytes that are not one JSON text; the message is a whole sentence for people."""


_DEEPEST = 64
_LONGEST_NUMBER = 100
"""Digits and zeros of a number as written out: nothing that is counted or paid has more."""


def parse(data: bytes) -> object:
    """The value of a JSON text: numbers with a point or an exponent as `Decimal`. Raises `NotJson`.

    Numbers have at most 100 digits, written out without an exponent; objects and lists are at most 64 deep.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotJson(f"the body is not UTF-8 from byte {error.start + 1} on") from None
    if not text.strip():
        raise NotJson("the body is empty")
    try:
        found: object = json.loads(
            text, parse_int=_integer, parse_float=_decimal, parse_constant=_constant, object_pairs_hook=_pairs
        )
        _must_be_flat(found)
        canonical(found).encode()
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, character {error.colno}"
        raise NotJson(f"the body is not JSON from {place} on") from None
    except UnicodeEncodeError:
        raise NotJson("the body has half of a character: a surrogate without its other half") from None
    except RecursionError:
        raise NotJson(f"the body is nested too deeply: at most {_DEEPEST} levels are taken") from None
    except NotJson:
        raise
    except (ValueError, ArithmeticError):
        raise _too_long() from None
    return found


def canonical(value: object) -> str:
    """The one text of a value: names in order, no blanks, decimals as they are written; `parse` gives it back."""
    try:
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    except TypeError:
        pass  # there is a decimal in it, which the library cannot write
    match value:
        case Decimal():
            return str(value)
        case list():
            return f"[{','.join(canonical(item) for item in cast('list[object]', value))}]"
        case dict():
            items = sorted(cast("dict[str, object]", value).items())
            return (
                f"{{{','.join(f'{json.dumps(name, ensure_ascii=False)}:{canonical(item)}' for name, item in items)}}}"
            )
        case _:
            raise TypeError(f"`{value}` is no value of JSON")


def _integer(text: str) -> int:
    if len(text) > _LONGEST_NUMBER:
        raise _too_long()
    return int(text)


def _decimal(text: str) -> Decimal:
    if len(text) > _LONGEST_NUMBER:
        raise _too_long()
    found = Decimal(text)
    # Written out, `1e999999999` has as many digits: whoever adds it to something would try.
    if not -_LONGEST_NUMBER < found.adjusted() < _LONGEST_NUMBER:
        raise _too_long()
    return found


def _too_long() -> NotJson:
    return NotJson(f"the body has a number with too many digits: at most {_LONGEST_NUMBER} are taken")


def _must_be_flat(found: object) -> None:
    """Nothing is deeper than may be; level by level, so that no depth is too much for the one who asks."""
    level: list[object] = [found] if isinstance(found, dict | list) else []
    for _ in range(_DEEPEST):
        level = [inner for one in level for inner in _inside(one)]
        if not level:
            return
    raise NotJson(f"the body is nested too deeply: at most {_DEEPEST} levels are taken")


def _inside(value: object) -> list[object]:
    """The lists and objects right inside of a list or an object."""
    inner = cast("dict[str, object]", value).values() if isinstance(value, dict) else cast("list[object]", value)
    return [one for one in inner if isinstance(one, dict | list)]


def _constant(word: str) -> None:
    raise NotJson(f"`{word}` is not a number of JSON")


def _pairs(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise NotJson(f"an object names `{twice}` twice")
    return found
