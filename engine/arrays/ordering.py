"""The order of rows by several whole-number keys, and the distinct combinations of keys.

Keys are packed into one 64-bit number together with the place of the row, and those numbers are sorted: a sort of
plain numbers takes a small part of the time of an indirect one. Where the keys are wider than one number, they are
sorted a part at a time, from the last part to the first.
"""

from __future__ import annotations

import numpy as np

from .integers import Index, Mask

__all__ = ["distinct", "is_ascending", "order_of", "sorted_by"]

_BITS = 63
_STRETCH = 1 << 16


def order_of(*keys: Index) -> Index:
    """The stable order of rows by keys, the first one counting most: what `lexsort` gives for the keys reversed."""
    rows = len(keys[0])
    place = max(rows - 1, 0).bit_length()
    order: Index | None = None
    for group in _groups(keys, _BITS - place):
        packed = _packed(group if order is None else [_Key(key.values[order], key.low, key.bits) for key in group])
        step = packed << place
        _number(step)
        step.sort()
        step &= (1 << place) - 1
        order = step if order is None else order[step]
    return np.arange(rows, dtype=np.int64) if order is None else order


def sorted_by(first: Index, second: Index) -> tuple[Index, Index, Index]:
    """The stable order of rows by two keys, and both keys in that order."""
    rows = len(first)
    place = max(rows - 1, 0).bit_length()
    keys = [_key(first), _key(second)]
    bits = sum(key.bits for key in keys)
    if bits + place > _BITS or not rows:
        order = order_of(first, second)
        return order, first[order], second[order]
    packed = _packed(keys)
    packed <<= place
    _number(packed)
    packed.sort()
    order = packed & ((1 << place) - 1)
    packed >>= place
    high = (packed >> keys[1].bits) + keys[0].low
    packed &= (1 << keys[1].bits) - 1
    packed += keys[1].low
    return order, high, packed


def _number(packed: Index) -> None:
    """Put the place of each row into the low bits, which are free."""
    for low in range(0, len(packed), _STRETCH):
        stretch = packed[low : low + _STRETCH]
        stretch |= np.arange(low, low + len(stretch), dtype=np.int64)


def is_ascending(*keys: Index) -> bool:
    """Whether rows stand in the order of the keys, the first one counting most."""
    for low in range(0, len(keys[0]), _STRETCH):
        if _falls(tuple(key[low : low + _STRETCH + 1] for key in keys)).any():
            return False
    return True


def _falls(keys: tuple[Index, ...]) -> Mask:
    """For each row but the first, whether it belongs before the row above it."""
    *before, last = keys
    falls: Mask = last[1:] < last[:-1]
    for key in reversed(before):
        falls &= key[1:] == key[:-1]
        falls |= key[1:] < key[:-1]
    return falls


def distinct(*keys: Index) -> tuple[Index, Index]:
    """Where each distinct combination of keys first stands, in the order of the keys; and which one each row has."""
    rows = len(keys[0])
    if not rows:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    order = order_of(*keys)
    fresh = np.zeros(rows, dtype=np.bool_)
    fresh[0] = True
    for key in keys:
        ordered = key[order]
        fresh[1:] |= ordered[1:] != ordered[:-1]
    which = np.empty(rows, dtype=np.int64)
    which[order] = np.cumsum(fresh) - 1
    return order[fresh], which


class _Key:
    """A key, its lowest number, and how many bits the numbers above that take."""

    __slots__ = ("bits", "low", "values")

    def __init__(self, values: Index, low: int, bits: int) -> None:
        self.values, self.low, self.bits = values, low, bits


def _key(values: Index) -> _Key:
    values = values.astype(np.int64, copy=False)
    if not len(values):
        return _Key(values, 0, 0)
    low, high = int(values.min()), int(values.max())
    return _Key(values, low, (high - low).bit_length())


def _groups(keys: tuple[Index, ...], room: int) -> list[list[_Key]]:
    """The keys in groups that fit into `room` bits, the group that counts least first; too wide a key is cut in two."""
    groups: list[list[_Key]] = []
    left = 0
    for values in reversed(keys):
        key = _key(values)
        if not key.bits:
            continue
        parts = [key] if key.bits <= room else _halves(key, room)
        for part in parts:
            if part.bits > left:
                groups.append([])
                left = room
            groups[-1].insert(0, part)
            left -= part.bits
    return groups


def _halves(key: _Key, room: int) -> list[_Key]:
    """A key of more bits than there is room for, as its low bits and what is above them, in pieces that fit."""
    above = (key.values.astype(np.uint64) - np.uint64(key.low % 2**64)).astype(np.uint64)
    parts: list[_Key] = []
    bits = key.bits
    while bits:
        taken = min(bits, room)
        part = (above & np.uint64((1 << taken) - 1)).astype(np.int64)
        parts.append(_Key(part, 0, taken))
        above >>= np.uint64(taken)
        bits -= taken
    return parts


def _packed(keys: list[_Key]) -> Index:
    """The keys side by side in one number; a new array."""
    first, *rest = keys
    packed = first.values - first.low
    for key in rest:
        packed <<= key.bits
        packed += key.values
        packed -= key.low
    return packed
