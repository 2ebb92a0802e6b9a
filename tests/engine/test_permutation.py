"""The permutation test: exact on small groups, drawn on larger ones, always a count over a count."""

from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meed.engine.numbers.permutation import permutation_test


def test_six_values_worked_out_by_hand() -> None:
    """Three of each group: 20 arrangements, and only the real one and its mirror part 1, 2, 3 from 7, 8, 9."""
    found = permutation_test([1, 2, 3, 7, 8, 9], ["a", "a", "a", "b", "b", "b"], ["s"] * 6)
    assert found is not None
    assert (found.extreme, found.tried, found.exact) == (2, 20, True)
    assert found.p == Fraction(1, 10)
    assert found.least == Fraction(1, 20)


def test_labels_change_places_within_a_stratum_only() -> None:
    """Each stratum has two reps, so 2 x 2 arrangements; the difference between strata is no difference of groups."""
    found = permutation_test([10, 11, 500, 501], ["a", "b", "a", "b"], ["low", "low", "high", "high"])
    assert found is not None
    assert (found.extreme, found.tried) == (2, 4)


def test_strata_that_explain_everything_leave_nothing_to_find() -> None:
    found = permutation_test([5, 5, 9, 9], ["a", "b", "a", "b"], ["low", "low", "high", "high"])
    assert found is not None
    assert found.p == 1


def test_without_two_groups_in_a_stratum_there_is_no_test() -> None:
    assert permutation_test([1, 2, 3], ["a", "a", "b"], ["x", "x", "y"]) is None
    assert permutation_test([1, 2], ["a", "a"], ["x", "x"]) is None
    assert permutation_test([], [], []) is None


@st.composite
def _samples(draw: st.DrawFn) -> tuple[list[int], list[str], list[str]]:
    size = draw(st.integers(2, 6))
    some = st.lists(st.integers(-50, 50), min_size=size, max_size=size)
    return (
        draw(some),
        draw(st.lists(st.sampled_from("abc"), min_size=size, max_size=size)),
        draw(st.lists(st.sampled_from("xy"), min_size=size, max_size=size)),
    )


@given(_samples())
def test_the_exact_p_value_is_that_of_trying_every_order(sample: tuple[list[int], list[str], list[str]]) -> None:
    values, groups, strata = sample
    found = permutation_test(values, groups, strata)
    within = [
        [groups[place] for place in order]
        for order in permutations(range(len(values)))
        if all(strata[place] == strata[at] for at, place in enumerate(order))
    ]
    scores = [_score(values, labels, strata) for labels in within]
    if found is None:
        assert len({tuple(labels) for labels in within}) == 1
    else:
        assert found.p == Fraction(sum(score >= scores[0] for score in scores), len(scores))


def _score(values: list[int], groups: list[str], strata: list[str]) -> Fraction:
    """The statistic as its page says it: squared sums of what differs from the mean of the stratum."""
    means = {
        stratum: Fraction(sum(v for v, s in zip(values, strata, strict=True) if s == stratum), strata.count(stratum))
        for stratum in set(strata)
    }
    rest = [value - means[stratum] for value, stratum in zip(values, strata, strict=True)]
    return sum(
        (
            Fraction(sum(r for r, g in zip(rest, groups, strict=True) if g == group)) ** 2 / groups.count(group)
            for group in set(groups)
        ),
        Fraction(0),
    )


def test_draws_are_seeded_and_near_the_exact_answer() -> None:
    values = [*range(12), *range(6, 18)]
    groups, strata = ["a"] * 12 + ["b"] * 12, ["s"] * 24
    first = permutation_test(values, groups, strata, draws=999)
    assert first is not None
    assert first == permutation_test(values, groups, strata, draws=999)
    assert (first.tried, first.exact) == (1000, False)
    # The means differ by 6 and a mean of 12 of them varies by about 1: four standard deviations.
    assert Fraction(1, 1000) <= first.p <= Fraction(1, 100)


def test_what_cannot_be_tested_is_refused() -> None:
    with pytest.raises(ValueError, match="a group and a stratum"):
        permutation_test([1], ["a", "b"], ["s"])
    with pytest.raises(ValueError, match="beyond"):
        permutation_test([10**13, 1], ["a", "b"], ["s", "s"])
