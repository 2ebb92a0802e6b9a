"""JSON without losses: numbers stay the decimals they are written as, and no name stands twice in an object."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import cast

__all__ = ["NotJson", "canonical", "parse"]


class NotJson(ValueError):
    """Bytes that are not one JSON text; the message is a whole sentence for people."""


def parse(data: bytes) -> object:
    """The value of a JSON text: numbers with a point or an exponent as `Decimal`. Raises `NotJson`."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotJson(f"the body is not UTF-8 from byte {error.start + 1} on") from None
    if not text.strip():
        raise NotJson("the body is empty")
    try:
        found: object = json.loads(text, parse_float=Decimal, parse_constant=_constant, object_pairs_hook=_pairs)
        canonical(found).encode()
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, character {error.colno}"
        raise NotJson(f"the body is not JSON from {place} on") from None
    except UnicodeEncodeError:
        raise NotJson("the body has half of a character: a surrogate without its other half") from None
    except RecursionError:
        raise NotJson("the body is nested too deeply") from None
    except NotJson:
        raise
    except (ValueError, ArithmeticError):
        raise NotJson("the body has a number with too many digits") from None
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


def _constant(word: str) -> None:
    raise NotJson(f"`{word}` is not a number of JSON")


def _pairs(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise NotJson(f"an object names `{twice}` twice")
    return found
