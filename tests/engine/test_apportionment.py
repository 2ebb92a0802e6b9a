"""Apportionment: parts add up, stay exact at any size, and follow the method named."""

from collections.abc import Callable
from fractions import Fraction
from itertools import permutations
from math import floor
from typing import cast

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from meed.engine.numbers.apportionment import (
    METHODS,
    QUOTA_LIMIT,
    Method,
    NothingToShare,
    Tied,
    apportion,
    largest_remainder,
    tied,
)

# signposts of the textbooks, squared so that all are fractions; written apart from the module on purpose
SQUARED_SIGNPOSTS: dict[Method, Callable[[int], Fraction]] = {
    "jefferson": lambda a: Fraction(a + 1) ** 2,
    "webster": lambda a: (a + Fraction(1, 2)) ** 2,
    "adams": lambda a: Fraction(a) ** 2,
    "huntington_hill": lambda a: Fraction(a * (a + 1)),
    "dean": lambda a: (Fraction(a * (a + 1)) * Fraction(2, 2 * a + 1)) ** 2,
    "modified_sainte_lague": lambda a: (a + Fraction(1, 2)) ** 2 if a else Fraction(49, 100),
}
DIVISORS = tuple(SQUARED_SIGNPOSTS)

methods = st.sampled_from(METHODS)
some_weights = st.lists(st.integers(min_value=0, max_value=60), min_size=1, max_size=7).filter(any)
exact_weights = st.lists(
    st.one_of(
        st.integers(min_value=0, max_value=10**9),
        st.fractions(min_value=0, max_value=50, max_denominator=30),
    ),
    min_size=1,
    max_size=7,
).filter(any)
small_totals = st.integers(min_value=0, max_value=60)
totals = st.integers(min_value=-(10**15), max_value=10**15)


@given(totals, exact_weights)
def test_largest_remainder_adds_up_and_stays_within_the_quota(total: int, weights: list[int | Fraction]):
    parts = largest_remainder(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - total * Fraction(weight) * Fraction(1, sum(map(Fraction, weights)))) < 1


@given(totals, exact_weights)
def test_units_left_over_go_to_the_largest_remainders(total: int, weights: list[int | Fraction]):
    whole = sum(map(Fraction, weights))
    quotas = [abs(total) * Fraction(weight) * Fraction(1, whole) for weight in weights]
    floors = [floor(quota) for quota in quotas]
    left = abs(total) - sum(floors)
    by_remainder = sorted(range(len(quotas)), key=lambda place: (floors[place] - quotas[place], place))
    expected = [part + (place in by_remainder[:left]) for place, part in enumerate(floors)]
    assert [abs(part) for part in largest_remainder(total, weights)] == expected


@given(small_totals, exact_weights, methods)
def test_every_method_adds_up_and_gives_nothing_to_a_zero_weight(
    total: int, weights: list[int | Fraction], method: Method
):
    parts = apportion(total, weights, method)
    assert sum(parts) == total
    assert all(part >= 0 for part in parts)
    assert all(part == 0 for part, weight in zip(parts, weights, strict=True) if weight == 0)


@given(small_totals, some_weights, methods)
def test_a_negative_total_is_the_positive_one_with_its_sign(total: int, weights: list[int], method: Method):
    assert apportion(-total, weights, method) == [-part for part in apportion(total, weights, method)]


@given(
    small_totals,
    some_weights,
    methods,
    st.fractions(min_value=Fraction(1, 50), max_value=50, max_denominator=50),
)
def test_only_proportions_count(total: int, weights: list[int], method: Method, scale: Fraction):
    assert apportion(total, [weight * scale for weight in weights], method) == apportion(total, weights, method)
    assert largest_remainder(total, [weight * scale for weight in weights]) == largest_remainder(total, weights)


@given(st.integers(min_value=0, max_value=1000), some_weights, methods)
def test_exact_shares_come_back_unchanged(times: int, weights: list[int], method: Method):
    assert apportion(times * sum(weights), weights, method) == [times * weight for weight in weights]


@given(small_totals, some_weights, methods)
def test_a_larger_weight_never_gets_less_and_equal_ones_favour_the_earlier(
    total: int, weights: list[int], method: Method
):
    parts = apportion(total, weights, method)
    for i in range(len(weights)):
        for j in range(i + 1, len(weights)):
            if weights[i] >= weights[j]:
                assert parts[i] >= parts[j]
            else:
                assert parts[i] <= parts[j]
            if weights[i] == weights[j]:
                assert parts[i] - parts[j] in (0, 1)


@given(small_totals, some_weights, st.sampled_from(DIVISORS))
def test_divisor_methods_hand_out_unit_by_unit_to_the_strongest_claim(total: int, weights: list[int], method: Method):
    signpost = SQUARED_SIGNPOSTS[method]
    parts = [0] * len(weights)

    def claim(place: int) -> tuple[bool, Fraction, int]:
        strength, cost = Fraction(weights[place] ** 2), signpost(parts[place])
        free = cost == 0
        return free, strength if free else strength * Fraction(1, cost), -place

    for _ in range(total):
        parts[max((place for place, weight in enumerate(weights) if weight), key=claim)] += 1
    assert apportion(total, weights, method) == parts


@given(
    st.integers(min_value=0, max_value=10**18),
    st.lists(st.integers(min_value=1, max_value=10**12), min_size=2, max_size=8),
    st.sampled_from(DIVISORS),
)
def test_divisor_methods_leave_no_stronger_claim_unheard_at_any_size(total: int, weights: list[int], method: Method):
    signpost = SQUARED_SIGNPOSTS[method]
    parts = apportion(total, weights, method)
    assert sum(parts) == total
    for weight, part in zip(weights, parts, strict=True):
        for other, held in zip(weights, parts, strict=True):
            if held:  # the next unit of one is no stronger a claim than the last unit of another
                assert weight**2 * signpost(held - 1) <= other**2 * signpost(part)


def _quota_method_as_published(total: int, weights: list[int]) -> list[int]:
    whole, parts = sum(weights), [0] * len(weights)
    for units in range(1, total + 1):
        open_to = [i for i, weight in enumerate(weights) if parts[i] < Fraction(units * weight, whole)]
        parts[max(open_to, key=lambda i: (Fraction(weights[i], parts[i] + 1), -i))] += 1
    return parts


@given(small_totals, some_weights)
def test_the_quota_method_is_the_published_one(total: int, weights: list[int]):
    assert apportion(total, weights, "balinski_young_quota") == _quota_method_as_published(total, weights)


@given(small_totals, some_weights)
def test_the_quota_method_stays_within_quota_and_takes_nothing_back(total: int, weights: list[int]):
    parts = apportion(total, weights, "balinski_young_quota")
    after = apportion(total + 1, weights, "balinski_young_quota")
    for weight, part, later in zip(weights, parts, after, strict=True):
        assert abs(part - Fraction(total * weight, sum(weights))) < 1
        assert later >= part


def test_the_quota_method_skips_whole_rounds():
    assert apportion(7 * 10**15 + 3, [5, 1, 1], "balinski_young_quota") == [5 * 10**15 + 3, 10**15, 10**15]


def test_the_quota_method_says_when_it_would_take_too_long():
    with pytest.raises(ValueError, match=f"the limit is {QUOTA_LIMIT}, use `webster` or `hamilton`"):
        apportion(QUOTA_LIMIT + 1, [10**9, 10**9 + 1], "balinski_young_quota")


@given(some_weights, st.integers(min_value=0, max_value=6))
def test_methods_that_serve_everybody_first_serve_the_largest_when_units_are_few(weights: list[int], total: int):
    sharers = sum(1 for weight in weights if weight)
    assume(total <= sharers)
    first = sorted(range(len(weights)), key=lambda place: (-weights[place], place))[:total]
    expected = [int(place in first) for place in range(len(weights))]
    for method in ("adams", "huntington_hill", "dean"):
        assert apportion(total, weights, method) == expected


@given(st.integers(min_value=0, max_value=14), st.lists(st.integers(0, 6), min_size=1, max_size=5).filter(any), methods)
def test_places_are_tied_where_another_order_gives_them_another_part(total: int, weights: list[int], method: Method):
    places = range(len(weights))
    parts: dict[int, set[int]] = {place: set() for place in places}
    for order in permutations(places):
        for place, part in zip(order, apportion(total, [weights[at] for at in order], method), strict=True):
            parts[place].add(part)
    between = {place for place in places if len(parts[place]) > 1}
    found = tied(total, weights, method)
    assert found == tied(-total, weights, method)
    if method == "balinski_young_quota":
        assert set(found) <= between
        assert bool(found) == bool(between)
    else:
        assert set(found) == between


@given(st.integers(min_value=0, max_value=14), st.lists(st.integers(0, 6), min_size=1, max_size=5).filter(any), methods)
def test_refused_ties_are_named_and_nothing_else_is_refused(total: int, weights: list[int], method: Method):
    even = tied(total, weights, method)
    if not even:
        assert apportion(total, weights, method, ties="refused") == apportion(total, weights, method)
        return
    with pytest.raises(Tied, match="have equal claims to the last units") as problem:
        apportion(total, weights, method, ties="refused")
    assert problem.value.places == even


def test_tied_remainders_do_not_overtake_a_larger_one():
    # a published package gives the last units to tied places first: [9, 14, 14, 17, 0, 5]
    assert largest_remainder(59, [20, 30, 30, 38, 2, 12]) == [9, 14, 13, 17, 1, 5]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("weights", [[], [0, 0, 0]])
def test_nothing_can_be_apportioned_without_a_weight_above_zero(method: Method, weights: list[int]):
    with pytest.raises(NothingToShare):
        apportion(5, weights, method)


def test_a_negative_weight_and_an_unknown_method_are_refused():
    with pytest.raises(ValueError, match="weight 2 is `-1`"):
        largest_remainder(5, [1, -1])
    with pytest.raises(ValueError, match="`hamiltan` is not a method of apportionment: use one of hamilton, "):
        apportion(5, [1, 1], cast(Method, "hamiltan"))


@pytest.mark.parametrize("method", METHODS)
def test_ten_thousand_weights_are_no_trouble(method: Method):
    weights = [1 + place * 7919 % 10_007 for place in range(10_000)]
    total = 50_000 if method == "balinski_young_quota" else 10**12 + 1
    parts = apportion(total, weights, method)
    assert sum(parts) == total
    assert parts[weights.index(max(weights))] == max(parts)
