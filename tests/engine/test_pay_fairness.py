"""Same result, different pay: rates, indexes at equal attainment, four fifths, and when the figures say little."""

from fractions import Fraction

import pytest

from meed.engine.calendar.periods import Period
from meed.engine.fair_pay.pay_fairness import PayFairness, pay_fairness, strata_of
from meed.engine.fair_pay.rep_pay import RepPay, rep_pays
from meed.engine.pay.simulation import run

from ..evaluators import checked, facts_of

BOUNDS = [Fraction(4, 5), Fraction(1), Fraction(6, 5)]


def rep(key: str, payout: int, bookings: int, attainment: str | None) -> RepPay:
    return RepPay(key, payout, Fraction(bookings), Fraction(attainment) if attainment is not None else None)


def two_groups(low: int, size: int = 5) -> PayFairness:
    """Reps of `a` are paid 10% of what they book, reps of `b` low percent of the same, in two strata."""
    reps = [
        rep(f"{group}{n}", rate * 10, 1000, "0.5" if n % 2 else "1.1")
        for group, rate in (("a", 10), ("b", low))
        for n in range(size)
    ]
    return pay_fairness(reps, {"team": {one.rep: one.rep[0] for one in reps}}, BOUNDS)


def test_equal_pay_for_equal_results_is_no_finding() -> None:
    (made,) = two_groups(10).attributes
    assert [(g.group, g.reps, g.rate, g.index, g.index_ratio, g.adverse) for g in made.groups] == [
        ("a", 5, Fraction(1, 10), 1, 1, False),
        ("b", 5, Fraction(1, 10), 1, 1, False),
    ]
    assert made.test is not None
    assert made.test.p == 1
    assert not made.finding
    assert made.warnings == ()


def test_a_group_that_is_paid_less_for_the_same_is_found() -> None:
    """10% and 6%: all together are paid 8%, so the indexes are 10/8 and 6/8, and 6/10 is under four fifths.

    Strata of 3 + 3 and 2 + 2: 20 x 6 arrangements, of which the real one and its mirror differ so much.
    """
    (made,) = two_groups(6).attributes
    assert [(g.index, g.ratio, g.low, g.index_ratio, g.adverse) for g in made.groups] == [
        (Fraction(5, 4), 1, False, 1, False),
        (Fraction(3, 4), Fraction(3, 5), True, Fraction(3, 5), True),
    ]
    assert made.test is not None
    assert made.test.p == Fraction(2, 120)
    assert made.finding
    assert [(s.stratum, s.group, s.reps, s.rate) for s in made.strata] == [
        ("under 80%", "a", 2, Fraction(1, 10)),
        ("under 80%", "b", 2, Fraction(3, 50)),
        ("100% to 120%", "a", 3, Fraction(1, 10)),
        ("100% to 120%", "b", 3, Fraction(3, 50)),
    ]


def test_exactly_four_fifths_is_not_under_it() -> None:
    assert not two_groups(8).attributes[0].finding
    assert not any(group.adverse for group in two_groups(8).attributes[0].groups)


def test_pay_that_attainment_explains_is_told_from_pay_that_it_does_not() -> None:
    """All of `b` are below quota, where everybody is paid 5%, and most of `a` above it, at 10%."""
    reps = [rep(f"a{n}", 100, 1000, "1.1") for n in range(5)]
    reps += [rep("a5", 50, 1000, "0.5"), *(rep(f"b{n}", 50, 1000, "0.5") for n in range(5))]
    (made,) = pay_fairness(reps, {"team": {one.rep: one.rep[0] for one in reps}}, BOUNDS).attributes
    assert [(group.low, group.adverse, group.index) for group in made.groups] == [(False, False, 1), (True, False, 1)]
    assert made.test is not None
    assert made.test.p == 1


def test_small_groups_are_shown_and_not_judged() -> None:
    (made,) = two_groups(1, size=4).attributes
    assert all(group.index_ratio is None and group.adverse is None for group in made.groups)
    assert made.warnings == ("fewer than two groups have 5 reps: too few to say anything",)
    assert not made.finding


def test_one_group_and_groups_that_share_no_stratum_cannot_be_compared() -> None:
    reps = [rep("a1", 1, 10, "0.5"), rep("b1", 2, 10, "1.5")]
    alone, apart = pay_fairness(
        reps, {"one": {"a1": "x", "b1": "x"}, "team": {"a1": "a", "b1": "b"}}, BOUNDS
    ).attributes
    assert alone.warnings == ("there is one group only: nothing to compare",)
    assert apart.test is None
    assert "no stratum" in apart.warnings[1]


def test_few_arrangements_are_said_to_be_few() -> None:
    reps = [*(rep(f"a{n}", 10, 100, "0.5") for n in range(5)), *(rep(f"b{n}", 5, 100, "1.5") for n in range(5))]
    reps.append(rep("b9", 5, 100, "0.5"))
    (made,) = pay_fairness(reps, {"team": {one.rep: one.rep[0] for one in reps}}, BOUNDS).attributes
    assert made.test is not None
    assert made.test.least == Fraction(1, 6)
    assert made.warnings == ("there are 6 arrangements only: chance can never be ruled out",)


def test_reps_without_bookings_have_no_rate_and_are_named() -> None:
    made = pay_fairness([rep("a", 5, 0, "0"), rep("b", 5, 10, "1")], {}, BOUNDS)
    assert made.without == ("a",)
    assert [one.rep for one in made.reps] == ["b"]
    assert made.evenness == (1, 0)
    assert pay_fairness([], {"team": {}}, BOUNDS).attributes == ()


def test_pay_below_zero_is_counted_and_has_no_measure_of_evenness() -> None:
    made = pay_fairness([rep("a", -5, 10, "1"), rep("b", 5, 10, "1")], {"t": {"a": "x", "b": "y"}}, BOUNDS)
    assert made.evenness is None
    assert [group.rate for group in made.attributes[0].groups] == [Fraction(-1, 2), Fraction(1, 2)]


@pytest.mark.parametrize(
    ("attainment", "stratum"),
    [
        ("0.7999", "under 80%"),
        ("0.8", "80% to 100%"),
        ("1", "100% to 120%"),
        ("1.2", "120% and more"),
        (None, "no quota"),
    ],
)
def test_a_stratum_begins_with_its_bound(attainment: str | None, stratum: str) -> None:
    assert strata_of([rep("x", 1, 1, attainment), rep("y", 1, 1, "1")], BOUNDS)["x"] == stratum


def test_without_quotas_strata_are_thirds_by_bookings() -> None:
    reps = [rep(key, 1, booked, None) for key, booked in zip("abcdef", [5, 1, 9, 9, 2, 7], strict=True)]
    assert strata_of(reps, BOUNDS) == {
        "b": "lowest third", "e": "lowest third", "a": "middle third", "f": "middle third", "c": "highest third",
        "d": "highest third",
    }  # fmt: skip


def test_attainment_is_over_the_quota_of_the_period_and_of_the_days_there() -> None:
    """A quota of 900 a quarter: 300 a month. B came on 16 April, for 15 of 30 days: 150."""
    policy = checked(
        'policy "Pay" { currency: USD }\nfacts standard\n'
        'credit bookings to deal.owner on deal.closed = deal.amount when deal.stage is "won"\n'
        "scheme all for every rep per month { pay commission = 10% of bookings }\n"
    )
    reps = {"id": ["A", "B", "C"], "quota": ["900", "900", "0"], "hired": ["2020-01-01", "2026-04-16", "2020-01-01"]}
    deals = {
        "id": ["1", "2", "3"], "owner": ["A", "B", "C"], "amount": ["330", "75", "10"], "stage": ["won"] * 3,
        "closed": ["2026-04-20"] * 3,
    }  # fmt: skip
    outcome = run(policy, facts_of(policy, {"rep": reps, "deal": deals}), Period.parse("2026-04"))
    booked = {"A": Fraction(330_00), "B": Fraction(75_00), "C": Fraction(10_00)}
    found = rep_pays(outcome, booked)
    assert [one.attainment for one in found] == [Fraction(11, 10), Fraction(1, 2), None]
    assert [one.payout for one in found] == [33_00, 7_50, 1_00]
    assert found[0].rate == Fraction(1, 10)
