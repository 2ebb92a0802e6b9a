"""An exact rational column: whole numbers over a common divisor, or over one divisor per row.

Money is a column of minor units over 1, a rate one over a power of ten, an attainment one over each quota. No
operation rounds (but `rounded` and `floor_int`, whose names say so), and none wraps: see `integers`.
A row that is not known stays not known through arithmetic, and satisfies no comparison.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from .integers import (
    LIMIT,
    Index,
    IntArray,
    Mask,
    add,
    common_multiple,
    floor_divide,
    gcd,
    is_constant,
    is_wide,
    multiply,
    narrow,
    peak,
    subtract,
    whole_numbers,
)
from .rounding import round_ratio


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """`num / den` in each row. Arrays are shared, never copied: do not write to them.

    `num`: int64, or object holding Python ints. `den`: positive, one int for all rows or an array like `num`.
    `known`: None when every row is; a row that is not known carries the number 0.
    `bound`: a limit of the magnitudes in `num` where one is known already (spares a scan of the rows).
    """

    num: IntArray
    den: IntArray | int = 1
    known: Mask | None = None
    bound: int | None = field(default=None, repr=False)

    @staticmethod
    def of(
        ints: Iterable[int] | IntArray, den: Iterable[int] | IntArray | int = 1, known: Mask | None = None
    ) -> Column:
        """Whole numbers over `den`. Raises `TypeError` for other numbers, `ValueError` for den < 1."""
        divisor = den if isinstance(den, int) else whole_numbers(den)
        lowest = divisor if isinstance(divisor, int) else int(divisor.min(initial=1))
        if lowest < 1:
            raise ValueError(f"divisor `{lowest}` is not positive: move its sign to the number above it")
        return Column(whole_numbers(ints), divisor).with_known(known)

    @staticmethod
    def constant(value: int | Fraction, rows: int) -> Column:
        """The same value in every row."""
        num = np.broadcast_to(whole_numbers([value.numerator]), (rows,))
        return Column(num, value.denominator, bound=abs(value.numerator))

    @staticmethod
    def from_fractions(values: Sequence[Fraction | int | None]) -> Column:
        """The given values; None is not known. Over one divisor where that keeps the numbers small."""
        known = np.array([value is not None for value in values], dtype=np.bool_)
        exact = [value or 0 for value in values]
        column = Column.of([value.numerator for value in exact], [value.denominator for value in exact])
        shared = column.unified()
        return (shared if shared is not None and not is_wide(shared.num) else column).with_known(known)

    def __len__(self) -> int:
        return len(self.num)

    def reach(self) -> int:
        """A limit of the magnitudes in `num`."""
        if self.bound is None:
            object.__setattr__(self, "bound", peak(self.num))  # a memo: the value does not change
        return self.bound or 0

    # Arithmetic

    def __add__(self, other: Column) -> Column:
        left, right = _aligned(self, other)
        bound = left.reach() + right.reach()
        return _settled(add(left.num, right.num, bound), left.den, _both(self, other), bound)

    def __sub__(self, other: Column) -> Column:
        left, right = _aligned(self, other)
        bound = left.reach() + right.reach()
        return _settled(subtract(left.num, right.num, bound), left.den, _both(self, other), bound)

    def __mul__(self, other: Column) -> Column:
        bound = self.reach() * other.reach()
        num = multiply(self.num, other.num, bound)
        return _settled(num, _product(self.den, other.den), _both(self, other), bound)

    def __neg__(self) -> Column:
        return Column(multiply(self.num, -1, self.reach()), self.den, self.known, self.bound)

    def divide(self, other: Column) -> Column:
        """self / other; not known where the divisor is 0 or not known."""
        nonzero = other.num != 0
        if isinstance(other.den, int) and len(other) and nonzero[0] and (other.num == other.num[0]).all():
            return self.scale(Fraction(other.den, int(other.num[0])))
        negative = other.num < 0
        top = np.where(negative, (-self).num, self.num)
        bottom = np.where(nonzero, np.where(negative, (-other).num, other.num), 1)
        over, under = other.den, self.den
        if isinstance(over, int) and isinstance(under, int):
            shared = math.gcd(over, under)
            over, under = over // shared, under // shared
        known = _joint(_both(self, other), None if nonzero.all() else nonzero)
        return _settled(multiply(top, over), multiply(bottom, under), known)

    def scale(self, factor: Fraction | int) -> Column:
        """Every value times one exact factor."""
        times, over = factor.numerator, factor.denominator
        den = self.den
        if isinstance(den, int):
            shared = math.gcd(times, den)
            times, den = times // shared, den // shared
        bound = self.reach() * abs(times)
        return _settled(multiply(self.num, times, bound), _product(den, over), self.known, bound)

    # Comparison

    def lt(self, other: Column) -> Mask:
        """Where self < other; False where either is not known (so in all six)."""
        return self._compared(other, operator.lt)

    def le(self, other: Column) -> Mask:
        """Where self <= other."""
        return self._compared(other, operator.le)

    def gt(self, other: Column) -> Mask:
        """Where self > other."""
        return self._compared(other, operator.gt)

    def ge(self, other: Column) -> Mask:
        """Where self >= other."""
        return self._compared(other, operator.ge)

    def eq(self, other: Column) -> Mask:
        """Where self = other."""
        return self._compared(other, operator.eq)

    def ne(self, other: Column) -> Mask:
        """Where self and other are known and differ."""
        return self._compared(other, operator.ne)

    def _compared(self, other: Column, relation: Callable[[IntArray, IntArray], Mask]) -> Mask:
        left, right = _aligned(self, other)
        holds, known = relation(left.num, right.num), _both(self, other)
        return holds if known is None else holds & known

    def minimum(self, other: Column) -> Column:
        """The smaller value of each row."""
        if isinstance(self.den, int) and isinstance(other.den, int):
            return self._outer(other, np.minimum)
        return where(self.le(other), self, other).with_known(_both(self, other))

    def maximum(self, other: Column) -> Column:
        """The larger value of each row."""
        if isinstance(self.den, int) and isinstance(other.den, int):
            return self._outer(other, np.maximum)
        return where(self.ge(other), self, other).with_known(_both(self, other))

    def _outer(self, other: Column, choose: Callable[[IntArray, IntArray], IntArray]) -> Column:
        """The smaller or larger value of each row, over one divisor."""
        left, right = _aligned(self, other)
        bound = max(left.reach(), right.reach())
        return _settled(narrow(choose(left.num, right.num)), left.den, _both(self, other), bound)

    def dense_rank(self, descending: bool = False) -> Index:
        """The exact order of the values as 1, 2, ... with one rank for equal values; 0 where not known."""
        ranks = np.zeros(len(self), dtype=np.int64)
        rows = np.arange(len(self)) if self.known is None else np.flatnonzero(self.known)
        if len(rows):
            distinct, places = np.unique(_order_keys(self)[rows], return_inverse=True)
            ranks[rows] = len(distinct) - places if descending else places + 1
        return ranks

    # Rows

    def take(self, index: Index) -> Column:
        """The rows of an int array, in its order; -1 gives a row that is not known."""
        missing = index < 0
        if not len(self):
            return Column.constant(0, len(index)).with_known(~missing)
        if is_constant(self.num) and isinstance(self.den, int) and self.known is None:
            same = Column(np.broadcast_to(self.num[:1], (len(index),)), self.den, None, self.bound)
            return same.with_known(~missing) if missing.any() else same
        den = self.den if isinstance(self.den, int) else self.den[index]
        known = None if self.known is None else self.known[index]
        taken = Column(self.num[index], den, known, self.bound)
        return taken.with_known(~missing) if missing.any() else taken

    def fill(self, other: Column) -> Column:
        """Rows that are not known come from `other`."""
        return self if self.known is None else where(self.known, self, other)

    def with_known(self, mask: Mask | None) -> Column:
        """The same column, known only where it was and the mask holds (None holds everywhere)."""
        known = _joint(self.known, mask)
        if known is None or known.all():
            return Column(self.num, self.den, None, self.bound)
        return Column(np.where(known, self.num, 0), self.den, known, self.bound)

    # Whole numbers and forms

    @property
    def is_integer(self) -> bool:
        """True when no known row has a fraction."""
        if isinstance(self.den, int) and self.den == 1:
            return True
        den = self.reduced().den
        return den == 1 if isinstance(den, int) else not len(self)

    def rounded(self, step: int = 1, mode: str = "half_up") -> IntArray:
        """The whole multiples of `step` (see `rounding`); 0 where not known."""
        return round_ratio(self.num, self.den, step, mode)

    def floor_int(self) -> IntArray:
        """The largest whole number not above each value; 0 where not known."""
        return floor_divide(self.num, self.den)

    def reduced(self) -> Column:
        """The same values in lowest terms; over one divisor where all rows then share it."""
        if isinstance(self.den, int):
            shared = math.gcd(self.den, int(np.gcd.reduce(self.num))) if len(self) else self.den
            return Column(floor_divide(self.num, shared), self.den // shared, self.known)
        shared = gcd(self.den, self.num)
        num, den = floor_divide(self.num, shared), floor_divide(self.den, shared)
        same = len(den) > 0 and bool((den == den[0]).all())
        return Column(num, int(den[0]) if same else den, self.known)

    def unified(self) -> Column | None:
        """The same values over one divisor, or None when the smallest such divisor is too wide."""
        if isinstance(self.den, int):
            return self
        multiple = common_multiple(self.den)
        if multiple is None:
            return None
        return Column(multiply(self.num, multiple // self.den), multiple, self.known)

    def to_fractions(self) -> list[Fraction | None]:
        """The values as Python fractions, None where not known."""
        known = [True] * len(self) if self.known is None else self.known.tolist()
        rows = zip(known, self.num.tolist(), _row_dens(self).tolist(), strict=True)
        return [Fraction(num, den) if sure else None for sure, num, den in rows]


def where(mask: Mask, chosen: Column, other: Column) -> Column:
    """Row by row: `chosen` where the mask holds, else `other`, with what is known of it."""
    den: IntArray | int
    if isinstance(chosen.den, int) and isinstance(other.den, int):
        chosen, other = _aligned(chosen, other)
        den = chosen.den
    else:
        den = narrow(np.where(mask, _row_dens(chosen), _row_dens(other)))
    known = None
    if chosen.known is not None or other.known is not None:
        known = np.where(mask, _row_known(chosen), _row_known(other))
    bound = max(chosen.reach(), other.reach())
    return _settled(narrow(np.where(mask, chosen.num, other.num)), den, known, bound)


def alike(columns: Sequence[Column]) -> list[Column]:
    """The same columns over one divisor where each has one, so that sums of them need not be aligned each time."""
    dens = [column.den for column in columns if isinstance(column.den, int)]
    if len(dens) < len(columns):
        return list(columns)
    den = math.lcm(*dens)
    return [_rescaled(column, den // over, den) for column, over in zip(columns, dens, strict=True)]


def _row_dens(column: Column) -> IntArray:
    if isinstance(column.den, int):
        return np.broadcast_to(whole_numbers([column.den]), (len(column),))
    return column.den


def _row_known(column: Column) -> Mask:
    return np.ones(len(column), dtype=np.bool_) if column.known is None else column.known


def _joint(left: Mask | None, right: Mask | None) -> Mask | None:
    if left is None or right is None:
        return right if left is None else left
    return left & right


def _both(left: Column, right: Column) -> Mask | None:
    return _joint(left.known, right.known)


def _product(left: IntArray | int, right: IntArray | int) -> IntArray | int:
    if isinstance(left, int):
        return left * right if isinstance(right, int) else multiply(right, left)
    return multiply(left, right)


def _settled(num: IntArray, den: IntArray | int, known: Mask | None, bound: int | None = None) -> Column:
    """The result of an operation: rows not known carry 0, and wide numbers are brought to lowest terms."""
    column = Column(num, den, None, bound if bound is None or bound <= LIMIT else None).with_known(known)
    if is_wide(num) or (not isinstance(den, int) and is_wide(den)):
        return column.reduced()
    return column


def _aligned(left: Column, right: Column) -> tuple[Column, Column]:
    """The two columns over the same divisor (an array divisor of both is the same object)."""
    over, under = left.den, right.den
    if isinstance(over, int) and isinstance(under, int):
        den = math.lcm(over, under)
        return _rescaled(left, den // over, den), _rescaled(right, den // under, den)
    if over is under:
        return left, right
    over, under = _row_dens(left), _row_dens(right)
    den = over
    if max(peak(over), left.reach()) * peak(under) > LIMIT or right.reach() * peak(over) > LIMIT:
        shared = gcd(over, under)
        over, under = floor_divide(over, shared), floor_divide(under, shared)
    den = multiply(den, under)
    aligned = Column(multiply(left.num, under), den, left.known)
    return aligned, Column(multiply(right.num, over), den, right.known)


def _rescaled(column: Column, times: int, den: int) -> Column:
    bound = column.reach() * times
    return Column(multiply(column.num, times, bound), den, column.known, bound)


def _order_keys(column: Column) -> IntArray:
    """Whole numbers in the very order of the values, equal where the values are.

    Different fractions with divisors up to d are 1/d^2 apart or more: times d^2, their floors differ.
    """
    if isinstance(column.den, int):
        return column.num
    largest = peak(column.den)
    return floor_divide(multiply(column.num, largest * largest), column.den)
