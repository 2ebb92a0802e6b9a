"""Many whole numbers, or many decimals, as sequences that hold them in one array."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import overload

from .integers import IntArray, multiply, peak

__all__ = ["DecimalArray", "WholeArray"]


class WholeArray(Sequence[int]):
    """Whole numbers: `numbers` as in `integers`."""

    __slots__ = ("numbers",)

    def __init__(self, numbers: IntArray) -> None:
        self.numbers = numbers

    def __len__(self) -> int:
        return len(self.numbers)

    @overload
    def __getitem__(self, index: int) -> int: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[int, ...]: ...
    def __getitem__(self, index: int | slice) -> int | tuple[int, ...]:
        return tuple(self.numbers[index].tolist()) if isinstance(index, slice) else int(self.numbers[index])

    def __iter__(self) -> Iterator[int]:
        return iter(self.numbers.tolist())

    def least(self) -> int:
        """The smallest; there has to be one."""
        return int(self.numbers.min())


class DecimalArray(Sequence[Decimal]):
    """Decimals: `unscaled` numbers over ten to the power `places`."""

    __slots__ = ("places", "unscaled")

    def __init__(self, unscaled: IntArray, places: int) -> None:
        self.unscaled, self.places = unscaled, places

    def __len__(self) -> int:
        return len(self.unscaled)

    @overload
    def __getitem__(self, index: int) -> Decimal: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Decimal, ...]: ...
    def __getitem__(self, index: int | slice) -> Decimal | tuple[Decimal, ...]:
        if isinstance(index, slice):
            return tuple(DecimalArray(self.unscaled[index], self.places))
        return self._decimal(int(self.unscaled[index]))

    def __iter__(self) -> Iterator[Decimal]:
        return map(self._decimal, self.unscaled.tolist())

    def _decimal(self, number: int) -> Decimal:
        return Decimal(number).scaleb(-self.places)

    def times(self, factor: int) -> WholeArray | None:
        """Each decimal times a positive whole number, or None where one of them is not whole then."""
        over = 10**self.places
        if factor % over == 0:
            return WholeArray(multiply(self.unscaled, factor // over))
        raised = multiply(self.unscaled, factor)
        if peak(raised) >= 2**63 or (raised % over).any():
            return None
        return WholeArray(raised // over)
