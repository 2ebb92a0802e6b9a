"""Many texts in two arrays: their bytes in UTF-8 one after the other, and where each begins.

Ten million keys as Python texts take some 700 MB and a step of Python wherever they are looked at; like this they take
their bytes and four to eight more a text. Texts are compared as Python compares them: UTF-8 keeps the order of code
points.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from .integers import Index, Mask
from .ordering import order_of

__all__ = ["TextArray", "texts_at"]

Bytes = NDArray[np.uint8]
_AT_A_TIME = 1 << 16
_LONGEST = 64
_ZERO = np.uint8(0)
_SIGN = np.uint64(1 << 63)


class TextArray(Sequence[str]):
    """Texts, none missing. `data`: their bytes; `offsets` (whole numbers, one more than texts): where each begins.

    Equal to any sequence of the same texts.
    """

    __slots__ = ("data", "offsets")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, data: Bytes, offsets: NDArray[Any]) -> None:
        self.data, self.offsets = data, offsets

    @classmethod
    def of(cls, texts: Iterable[str]) -> TextArray:
        """The given texts."""
        words = texts if isinstance(texts, list | tuple) else list(texts)
        joined = "".join(words)
        if joined.isascii():
            data, lengths = joined.encode(), np.fromiter(map(len, words), dtype=np.int64, count=len(words))
        else:
            encoded = [word.encode("utf-8", "surrogatepass") for word in words]
            data, lengths = b"".join(encoded), np.fromiter(map(len, encoded), dtype=np.int64, count=len(words))
        offsets = np.zeros(len(words) + 1, dtype=np.int64)
        np.cumsum(lengths, out=offsets[1:])
        return cls(np.frombuffer(data, dtype=np.uint8), offsets)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, index: int) -> str:  # pyright: ignore[reportIncompatibleMethodOverride] - `take` for several
        row = int(index) + len(self) if index < 0 else int(index)
        if not 0 <= row < len(self):
            raise IndexError("there is no text at this place")
        return _decoded(self.data[int(self.offsets[row]) : int(self.offsets[row + 1])].tobytes())

    def __iter__(self) -> Iterator[str]:
        for low in range(0, len(self), _AT_A_TIME):
            yield from self._stretch(low, min(low + _AT_A_TIME, len(self)))

    def _stretch(self, low: int, high: int) -> list[str]:
        first = int(self.offsets[low])
        data = self.data[first : int(self.offsets[high])].tobytes()
        bounds: list[int] = (self.offsets[low : high + 1].astype(np.int64) - first).tolist()
        if data.isascii():
            text = data.decode()
            return [text[start:end] for start, end in pairwise(bounds)]
        return [_decoded(data[start:end]) for start, end in pairwise(bounds)]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or isinstance(other, str):
            return NotImplemented
        return list(self) == list(cast("Sequence[object]", other))

    def __repr__(self) -> str:
        shown = ", ".join(map(repr, islice(self, 3)))
        return f"TextArray({shown}{', ...' if len(self) > 3 else ''})"

    def take(self, index: Index) -> TextArray:
        """The texts at the places of an index array."""
        starts, lengths = self.offsets[index].astype(np.int64), self.lengths()[index]
        offsets = np.zeros(len(index) + 1, dtype=np.int64)
        np.cumsum(lengths, out=offsets[1:])
        if len(index) and bool((starts[1:] == starts[:-1] + lengths[:-1]).all()):  # a stretch, as it stands
            return TextArray(self.data[int(starts[0]) : int(starts[0] + offsets[-1])], offsets)
        at = np.repeat(starts - offsets[:-1], lengths)
        at += np.arange(len(at))
        return TextArray(self.data[at], offsets)

    def lengths(self) -> Index:
        """How many bytes each text has."""
        return np.diff(self.offsets).astype(np.int64, copy=False)

    def edges(self) -> tuple[Bytes, Bytes]:
        """The first and the last byte of each text; 0 for an empty one."""
        if not len(self.data):
            none = np.zeros(len(self), dtype=np.uint8)
            return none, none
        starts, ends = self.offsets[:-1], self.offsets[1:]
        filled = ends > starts
        last = len(self.data) - 1
        first = np.where(filled, self.data[np.minimum(starts, last)], _ZERO)
        return first, np.where(filled, self.data[np.maximum(ends, 1) - 1], _ZERO)

    # Order

    def is_ascending(self) -> bool:
        """Whether each text is larger than the one before it."""
        for low in range(0, len(self) - 1, _AT_A_TIME):
            words = self._numbers(low, min(low + _AT_A_TIME + 1, len(self)))
            if words is None:
                return all(left < right for left, right in pairwise(self))
            falls: Mask = words[-1][1:] <= words[-1][:-1]
            for word in words[-2::-1]:
                falls &= word[1:] == word[:-1]
                falls |= word[1:] < word[:-1]
            if falls.any():
                return False
        return True

    def has_repeats(self) -> bool:
        """Whether a text stands in two places."""
        return not (self.is_ascending() or self.take(self.order()).is_ascending())

    def order(self) -> Index:
        """The stable order of the texts."""
        words = self._numbers(0, len(self))
        if words is None:
            texts = list(self)
            return np.array(sorted(range(len(texts)), key=texts.__getitem__), dtype=np.int64)
        return order_of(*((word ^ _SIGN).view(np.int64) for word in words))

    def _numbers(self, low: int, high: int) -> list[NDArray[np.uint64]] | None:
        """Texts as numbers of eight bytes, and the lengths, which tell a text from the same one and a zero byte.

        None where texts are too long for that.
        """
        offsets = self.offsets[low : high + 1].astype(np.int64)
        lengths = np.diff(offsets)
        longest = int(lengths.max(initial=0))
        if longest > _LONGEST:
            return None
        width, rows = -(-longest // 8) * 8, high - low
        data = self.data[int(offsets[0]) : int(offsets[-1])]
        if longest and bool((lengths == longest).all()):
            table = np.zeros((rows, width), dtype=np.uint8)
            table[:, :longest] = data.reshape(rows, longest)
        else:
            table = np.zeros(rows * width, dtype=np.uint8)
            at = np.repeat(np.arange(rows) * width - (offsets[:-1] - offsets[0]), lengths)
            at += np.arange(len(at))
            table[at] = data
            table = table.reshape(rows, width)
        words = table.view(">u8").astype(np.uint64) if width else np.zeros((rows, 0), dtype=np.uint64)
        return [*(words[:, place] for place in range(words.shape[1])), lengths.astype(np.uint64)]


def texts_at(texts: Sequence[str], index: Index) -> list[str]:
    """The texts at the places of an index array; -1 gives an empty one."""
    if isinstance(texts, TextArray):
        there = index >= 0
        found = iter(texts.take(index[there]))
        return list(texts.take(index)) if there.all() else [next(found) if one else "" for one in there.tolist()]
    return np.array([*texts, ""], dtype=np.object_)[index].tolist()


def _decoded(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass")
