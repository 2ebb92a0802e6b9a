"""JSON without losses: numbers stay the decimals they are written as, and no name stands twice in an object."""

from __future__ import annotations

import json
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any, cast

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
    if data.startswith(BOM_UTF8):
        data = data[len(BOM_UTF8) :]
    try:
        text = data.decode()
    except UnicodeDecodeError as wrong:
        raise NotJson(f"the body is not UTF-8 from byte {wrong.start + 1} on") from None
    if not text or text.isspace():
        raise NotJson("the body is empty")
    try:
        found = _read(text)
        if text.count("{") + text.count("[") > _DEEPEST:
            _must_be_flat(found)
        if "\\u" in text:  # the one way to write half of a character in UTF-8
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
        return "".join(_parts(value, 0))
    except TypeError:
        return _written(value)  # there is a decimal in it, which the library cannot write


def _written(value: object) -> str:
    match value:
        case str():
            return encode_basestring(value)
        case Decimal():
            return str(value)
        case list():
            return f"[{','.join([_written(item) for item in cast('list[object]', value)])}]"
        case dict():
            items = sorted(cast("dict[str, object]", value).items())
            return f"{{{','.join([f'{encode_basestring(name)}:{_written(item)}' for name, item in items])}}}"
        case bool() | int() | None:
            return _ENCODER.encode(value)
        case _:
            raise TypeError(f"`{value}` is no value of JSON")


def _read(text: str) -> object:
    try:
        found, end = _DECODER.scan_once(text, 0)
        if end == len(text):
            return found
    except StopIteration:
        pass
    return _DECODER.decode(text)  # there are blanks around it, or something is wrong with it


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


# Made once: a decoder or an encoder takes longer to make than to use.
_DECODER: Any = json.JSONDecoder(
    parse_int=_integer, parse_float=_decimal, parse_constant=_constant, object_pairs_hook=_pairs
)
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
_make: Any = vars(json.encoder)["c_make_encoder"]
_parts: Callable[[object, int], Iterable[str]] = (
    (lambda value, _: _ENCODER.iterencode(value))
    if _make is None  # this Python has it not in C
    else _make(None, _ENCODER.default, encode_basestring, None, ":", ",", True, False, True)
)
"""What `_ENCODER` would make for each value anew: the texts of which its text consists."""
