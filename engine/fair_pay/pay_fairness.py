"""Same result, different pay? Payout per unit of result by group of reps, and at equal attainment.

Pay at equal attainment: reps are put into strata by attainment; in each stratum every rep could be paid the rate of
the whole stratum (its payout over its bookings). What a group was paid over what it would then be paid is its index
(indirect standardisation: observed over expected). 1 is what others with such attainment are paid.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ...dsl.types import RATE
from ..arrays.rounding import round_fraction
from ..fairness.rep_groups import group_order
from ..numbers.measures import four_fifths, gini, jain
from ..numbers.permutation import PermutationTest, permutation_test
from ..wording.phrases import show
from .rep_pay import RepPay

__all__ = [
    "ENOUGH", "SIGNIFICANT", "AttributePay", "GroupPay", "PayFairness", "StratumPay", "pay_fairness",
    "strata_of",
]  # fmt: skip

ENOUGH = 5
"""A group of fewer reps than this is shown, and not judged."""
SIGNIFICANT = Fraction(1, 20)
_BILLION = 10**9
_NO_QUOTA = "no quota"


@dataclass(frozen=True, slots=True)
class StratumPay:
    """A group within a stratum of attainment."""

    stratum: str
    group: str
    reps: int
    payout: int
    bookings: Fraction
    rate: Fraction


@dataclass(frozen=True, slots=True)
class GroupPay:
    """A group: payout, bookings, their ratio, and the index at equal attainment.

    `ratio` and `index_ratio` are to the highest group that is judged; `low` and `adverse` say whether they are under
    four fifths. None for groups of fewer reps than `ENOUGH`, which are not judged.
    """

    group: str
    reps: int
    payout: int
    bookings: Fraction
    rate: Fraction
    index: Fraction
    ratio: Fraction | None
    low: bool | None
    index_ratio: Fraction | None
    adverse: bool | None


@dataclass(frozen=True, slots=True)
class AttributePay:
    """Groups by one attribute; `test` is of the rates within strata (None: no stratum has two groups)."""

    attribute: str
    groups: tuple[GroupPay, ...]
    strata: tuple[StratumPay, ...]
    test: PermutationTest | None

    @property
    def finding(self) -> bool:
        """Whether a group is paid under four fifths at equal attainment, and chance would hardly do that."""
        adverse = any(group.adverse for group in self.groups)
        return adverse and self.test is not None and self.test.p <= SIGNIFICANT

    @property
    def warnings(self) -> tuple[str, ...]:
        """Why the figures say little, where they do."""
        made: list[str] = []
        small = [group.group for group in self.groups if group.reps < ENOUGH]
        judged = len(self.groups) - len(small)
        if len(self.groups) < 2:
            made.append("there is one group only: nothing to compare")
        elif judged < 2:
            made.append(f"fewer than two groups have {ENOUGH} reps: too few to say anything")
        elif small:
            made.append(f"too few reps to judge {', '.join(f'`{name}`' for name in small)}: fewer than {ENOUGH}")
        if len(self.groups) > 1 and self.test is None:
            made.append("no stratum of attainment has reps of two groups: they cannot be compared at equal attainment")
        elif self.test is not None and self.test.least > SIGNIFICANT:
            made.append(f"there are {self.test.tried:,} arrangements only: chance can never be ruled out")
        return tuple(made)


@dataclass(frozen=True, slots=True)
class PayFairness:
    """The section on payouts: those who have a rate, those who have none, and the groups by attribute.

    `evenness`: Jain's index and Gini of the rates, or None where a payout is below zero.
    """

    reps: tuple[RepPay, ...]
    without: tuple[str, ...]
    evenness: tuple[Fraction, Fraction] | None
    attributes: tuple[AttributePay, ...]


def strata_of(reps: Sequence[RepPay], bounds: Sequence[Fraction]) -> dict[str, str]:
    """The stratum of each rep: by attainment between the bounds (each included in what it begins).

    Where no rep has a quota: thirds by bookings, ties to the lower key.
    """
    if all(rep.attainment is None for rep in reps):
        ranked = sorted(reps, key=lambda rep: (rep.bookings, rep.rep))
        words = ("lowest third", "middle third", "highest third")
        return {rep.rep: words[3 * place // len(ranked)] for place, rep in enumerate(ranked)}
    return {rep.rep: _NO_QUOTA if rep.attainment is None else _stratum(rep.attainment, bounds) for rep in reps}


def _stratum(attainment: Fraction, bounds: Sequence[Fraction]) -> str:
    reached = sum(attainment >= bound for bound in bounds)
    if reached == 0:
        return f"under {_bound(bounds[0])}"
    if reached == len(bounds):
        return f"{_bound(bounds[-1])} and more"
    return f"{_bound(bounds[reached - 1])} to {_bound(bounds[reached])}"


def _bound(rate: Fraction) -> str:
    return show(rate, RATE)


def pay_fairness(
    reps: Iterable[RepPay],
    groups: Mapping[str, Mapping[str, str]],
    bounds: Sequence[Fraction],
    draws: int = 9_999,
    seed: int = 1,
) -> PayFairness:
    """Compare pay per unit of result. `groups`: by attribute, the group of every rep; `bounds`: of attainment.

    Rates enter the permutation test in parts per billion, rounded half up; everything else is exact.
    """
    paid = sorted(reps, key=lambda rep: rep.rep)
    rated = [rep for rep in paid if rep.rate is not None]
    without = tuple(rep.rep for rep in paid if rep.rate is None)
    strata = strata_of(rated, bounds) if rated else {}
    made = tuple(_attribute(name, rated, group_of, strata, draws, seed) for name, group_of in groups.items() if rated)
    rates = [rep.rate for rep in rated if rep.rate is not None]
    even = (jain(rates), gini(rates)) if rates and min(rates) >= 0 else None
    return PayFairness(tuple(rated), without, even, made)


def _attribute(
    name: str, reps: Sequence[RepPay], group_of: Mapping[str, str], strata: Mapping[str, str], draws: int, seed: int
) -> AttributePay:
    overall = {stratum: _rate([rep for rep in reps if strata[rep.rep] == stratum]) for stratum in set(strata.values())}
    by_group: dict[str, list[RepPay]] = {}
    for rep in reps:
        by_group.setdefault(group_of[rep.rep], []).append(rep)
    ordered = sorted(by_group, key=group_order)
    indexes = {group: _index(by_group[group], strata, overall) for group in ordered}
    rates = {group: _rate(by_group[group]) for group in ordered}
    judged = [group for group in ordered if len(by_group[group]) >= ENOUGH]
    by_rate, by_index = _against_highest(rates, judged), _against_highest(indexes, judged)
    groups = tuple(
        GroupPay(
            group, len(by_group[group]), sum(rep.payout for rep in by_group[group]),
            sum((rep.bookings for rep in by_group[group]), Fraction(0)), rates[group], indexes[group],
            *by_rate.get(group, (None, None)), *by_index.get(group, (None, None)),
        )
        for group in ordered
    )  # fmt: skip
    cells = [
        (stratum, group, [rep for rep in by_group[group] if strata[rep.rep] == stratum])
        for stratum in sorted(overall, key=_stratum_order)
        for group in ordered
    ]
    in_strata = tuple(
        StratumPay(stratum, group, len(some), sum(rep.payout for rep in some),
                   sum((rep.bookings for rep in some), Fraction(0)), _rate(some))
        for stratum, group, some in cells
        if some
    )  # fmt: skip
    scaled = [round_fraction((rep.rate or Fraction(0)) * _BILLION) for rep in reps]
    test = permutation_test(scaled, [group_of[rep.rep] for rep in reps], [strata[rep.rep] for rep in reps], draws, seed)
    return AttributePay(name, groups, in_strata, test)


def _rate(reps: Sequence[RepPay]) -> Fraction:
    return Fraction(sum(rep.payout for rep in reps)) / sum(
        (rep.bookings for rep in reps), Fraction(0)
    )  # exact: fraction


def _index(reps: Sequence[RepPay], strata: Mapping[str, str], overall: Mapping[str, Fraction]) -> Fraction:
    """Observed over expected; 1 where nothing was to be expected."""
    expected = sum((rep.bookings * overall[strata[rep.rep]] for rep in reps), Fraction(0))
    return Fraction(sum(rep.payout for rep in reps)) / expected if expected else Fraction(1)  # exact: fraction


def _against_highest(figures: Mapping[str, Fraction], judged: Sequence[str]) -> dict[str, tuple[Fraction, bool]]:
    """Each judged group against the highest of them; figures below zero count as zero."""
    if len(judged) < 2:
        return {}
    found = four_fifths({group: max(figures[group], Fraction(0)) for group in judged})
    return {one.group: (one.ratio, one.adverse) for one in found}


def _stratum_order(stratum: str) -> tuple[int, int, str]:
    if stratum.startswith("under"):
        return 0, 0, stratum
    digits = stratum.split("%")[0]
    thirds = ("lowest third", "middle third", "highest third")
    if stratum in thirds:
        return 1, thirds.index(stratum), stratum
    return (1, int(digits.split(".")[0].replace(",", "")), stratum) if digits[:1].isdigit() else (2, 0, stratum)
