"""What is owed to somebody in a batch: a sum of shares, exact, of which the whole numbers around it are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import lcm

from ..numbers.apportionment import largest_remainder
from ..turns.shares import SCALE

__all__ = ["Owed", "posted"]

_BITS = 160
_ONE = 1 << _BITS
_MOST_DIGITS = 10**18


class Owed:
    """A sum of fractions, kept by denominator: to add them up would make numbers of a million digits.

    The whole numbers around the sum follow from its first 160 binary places, unless these leave open whether it is
    whole itself; then, and only then, the fractions are added up.
    """

    __slots__ = ("_around", "_parts")

    def __init__(self) -> None:
        self._parts: dict[int, int] = {}
        self._around: tuple[int, int] | None = None

    def add(self, numerator: int, denominator: int) -> None:
        """Owe so much more, or less."""
        self._parts[denominator] = self._parts.get(denominator, 0) + numerator
        self._around = None

    def add_all(self, others: Iterable[Owed], times: Fraction | int = 1) -> None:
        """Owe what the others owe, too, so many times."""
        for other in others:
            for denominator, numerator in other._parts.items():
                self.add(numerator * times.numerator, denominator * times.denominator)

    @property
    def floor(self) -> int:
        """The largest whole number that is not above it."""
        return self.around()[0]

    @property
    def ceiling(self) -> int:
        """The smallest whole number that is not below it."""
        return self.around()[1]

    def around(self) -> tuple[int, int]:
        """Its floor and its ceiling: the same number where it is whole."""
        if self._around is None:
            whole, rest = divmod(self._fixed(), _ONE)
            if rest == 0 or rest + len(self._parts) >= _ONE:
                exact = self.exact()
                self._around = exact.__floor__(), exact.__ceil__()
            else:
                self._around = whole, whole + 1
        return self._around

    def exact(self) -> Fraction:
        """The sum. With many denominators this takes its time."""
        return sum((Fraction(num, den) for den, num in self._parts.items()), Fraction(0))

    def near(self) -> Fraction:
        """The sum, short of it by less than 2^-128: for people to read, and to apportion by."""
        return Fraction(self._fixed(), _ONE)

    @property
    def text(self) -> str:
        """As a fraction; where that would have endless digits, to 18 places."""
        if lcm(*self._parts) <= _MOST_DIGITS:
            return str(self.exact())
        whole, rest = divmod(self._fixed() * _MOST_DIGITS // _ONE, _MOST_DIGITS)
        return f"{whole}.{rest:018d}"

    def _fixed(self) -> int:
        """The sum in units of 2^-160, each part rounded down."""
        return sum((num << _BITS) // den for den, num in self._parts.items())


def posted(owed: Sequence[Owed], leads: int) -> list[int]:
    """What a batch posts to each: the shares in 1/SCALE of a lead, adding up to `leads` exactly (largest remainder)."""
    total = sum(one.near() for one in owed)
    if not total:
        return [0] * len(owed)
    return largest_remainder(leads * SCALE, [one.near() for one in owed])
