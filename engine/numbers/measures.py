"""Measures of evenness for audits, as exact fractions.

They describe; they do not judge. The primary figure of an audit is the credit against its bound (see
`shares`), for a breach there is a defect. Take these measures of what was received per entitlement
(`per_entitlement`), or part-timers look unfairly treated.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from .weights import Weight


def jain(values: Sequence[Weight]) -> Fraction:
    """Jain's index, (sum x)^2 / (n sum x^2): 1 where all are equal, k/n where k of n have all of it.

    Nothing at all for everybody counts as equal. Jain, Chiu & Hawe 1984. ValueError for an empty list or
    a value below zero.
    """
    total, squares = _sums(values)
    return Fraction(total * total, len(values) * squares) if squares else Fraction(1)


def cv_squared(values: Sequence[Weight]) -> Fraction:
    """The squared coefficient of variation, variance / mean^2 of the whole population; 0 where all are equal.

    1 / (1 + this) is Jain's index. Raises as `jain` does.
    """
    total, squares = _sums(values)
    return Fraction(len(values) * squares, total * total) - 1 if total else Fraction(0)


def gini(values: Sequence[Weight]) -> Fraction:
    """The Gini coefficient: mean absolute difference / (2 mean).

    0 where all are equal, (n - 1)/n where one has all. Computed as sum of (2i - n - 1) x_i over the
    values in rising order, i from 1, divided by n sum x. Raises as `jain` does.
    """
    total, _ = _sums(values)
    n = len(values)
    ranked = sum(((2 * i - n - 1) * value for i, value in enumerate(sorted(values), start=1)), Fraction(0))
    return Fraction(ranked, n * total) if total else Fraction(0)


def per_entitlement(received: Mapping[str, Weight], owed: Mapping[str, Weight]) -> dict[str, Fraction]:
    """Received / owed by rep, in the order of `owed`: 1 is exactly the share.

    A rep without an entry in `received` got nothing. Raises ValueError for a rep who was owed nothing or
    is missing in `owed`: there is no ratio, and leaving the rep out would hide it.
    """
    strangers = [key for key in received if key not in owed]
    if strangers:
        raise ValueError(f"`{strangers[0]}` received something but has no entitlement: report such reps apart")
    for key, amount in owed.items():
        if amount <= 0:
            raise ValueError(f"`{key}` was owed `{amount}`: leave out reps who were owed nothing, or report them apart")
    return {key: Fraction(Fraction(received.get(key, 0)), amount) for key, amount in owed.items()}


@dataclass(frozen=True, slots=True)
class GroupRate:
    """A group's rate, its ratio to the highest rate of all groups, and whether that is under four fifths."""

    group: str
    rate: Fraction
    ratio: Fraction
    adverse: bool


def selection_rates(counts: Mapping[str, tuple[int, int]]) -> dict[str, Fraction]:
    """Selected / considered by group from (selected, considered); ValueError where that is no proportion."""
    for group, (selected, considered) in counts.items():
        if not 0 <= selected <= considered or considered == 0:
            raise ValueError(
                f"group `{group}` has `{selected}` selected of `{considered}`: "
                "give counts with 0 <= selected <= considered and somebody considered"
            )
    return {group: Fraction(selected, considered) for group, (selected, considered) in counts.items()}


def four_fifths(rates: Mapping[str, Weight]) -> list[GroupRate]:
    """The four-fifths rule of the US Uniform Guidelines (1978): a rate under 4/5 of the highest is adverse.

    Exactly 4/5 is not (Questions and Answers, 1979). Rates may be fractions or whole percent. A rule of
    thumb: report it with the counts. Where every rate is zero nobody is behind. Raises ValueError for no
    groups or a rate below zero.
    """
    _sums(list(rates.values()))
    highest = max(rates.values())
    return [
        GroupRate(
            group=group,
            rate=Fraction(rate),
            ratio=Fraction(Fraction(rate), highest) if highest else Fraction(1),
            adverse=5 * rate < 4 * highest,
        )
        for group, rate in rates.items()
    ]


def _sums(values: Sequence[Weight]) -> tuple[Fraction, Fraction]:
    """Sum and sum of squares of values that can be measured."""
    if not values:
        raise ValueError("there is nothing to measure: give at least one value")
    lowest = min(values)
    if lowest < 0:
        raise ValueError(f"`{lowest}` is below zero: evenness is measured of values of zero or more")
    total = sum((Fraction(value) for value in values), Fraction(0))
    return total, sum((Fraction(value * value) for value in values), Fraction(0))
