"""Values of Arrow columns as sequences over arrays: no Python object for each cell."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..engine.arrays.number_array import DecimalArray, WholeArray
from ..engine.arrays.text_array import TextArray

__all__ = ["is_all_different", "words_in"]

_SAMPLE = 1 << 16
_WORTHWHILE = 4096


def is_all_different(column: Any) -> bool:
    """Whether a long column seems to hold every value once, as one of keys does: numbering it would be in vain."""
    return len(column) >= _SAMPLE and len(column.slice(0, _SAMPLE).unique()) == _SAMPLE


def words_in(arrow: Any, column: Any) -> TextArray | WholeArray | DecimalArray | None:
    """The values of a chunked column of texts, whole numbers or decimals.

    None for other columns, for short ones, and where some are missing or wider than 64 bits.
    """
    types = arrow.types
    if column.null_count or len(column) < _WORTHWHILE:
        return None
    if types.is_string(column.type) or types.is_large_string(column.type):
        return _texts(arrow, column)
    if types.is_decimal128(column.type):
        return _decimals(column)
    if types.is_signed_integer(column.type):
        return WholeArray(column.cast(arrow.int64()).to_numpy())
    return None


def _texts(arrow: Any, column: Any) -> TextArray:
    data: list[Any] = [np.zeros(0, dtype=np.uint8)]
    offsets = np.zeros(len(column) + 1, dtype=np.int64)
    row = 0
    for chunk in column.cast(arrow.large_string()).chunks:
        _, places, values = chunk.buffers()
        own = np.frombuffer(places, dtype=np.int64)[chunk.offset : chunk.offset + len(chunk) + 1]
        if len(chunk) and own[-1] > own[0]:
            data.append(np.frombuffer(values, dtype=np.uint8)[own[0] : own[-1]])
        if len(chunk):
            offsets[row + 1 : row + len(chunk) + 1] = own[1:] - own[0] + offsets[row]
        row += len(chunk)
    return TextArray(np.concatenate(data), offsets)


def _decimals(column: Any) -> DecimalArray | None:
    """Arrow has each as a pair of 64-bit numbers, the lower one first; one is enough where the other is its sign."""
    made: list[Any] = []
    for chunk in column.chunks:
        pairs = np.frombuffer(chunk.buffers()[1], dtype="<i8").reshape(-1, 2)[chunk.offset : chunk.offset + len(chunk)]
        low, high = pairs[:, 0], pairs[:, 1]
        if not (high == low >> 63).all():
            return None
        made.append(low)
    unscaled = np.concatenate(made)
    if column.type.scale < 0 or unscaled.min() == np.iinfo(np.int64).min:
        return None
    return DecimalArray(unscaled, column.type.scale)
