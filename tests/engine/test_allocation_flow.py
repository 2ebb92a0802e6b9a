"""Flows: the least cost among all that keep the bounds, the proof that catches a dearer one, and what is as good."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meed.engine.allocation import network as flows
from meed.engine.allocation.bands import Band
from meed.engine.allocation.layout import _prices
from meed.engine.allocation.network import CostsTooLarge, Network, NotLeastCost, Whole, min_cost_flow
from meed.engine.allocation.owed import Owed, posted
from meed.engine.turns.shares import SCALE


@st.composite
def networks(draw: st.DrawFn) -> tuple[Network, Whole]:
    """Two sources, two nodes between, an end; arcs of small bounds and any costs."""
    pairs = [(0, 2), (0, 3), (1, 2), (1, 3), (2, 4), (3, 4), (2, 3)]
    small, cost = st.integers(0, 2), st.integers(-3, 3)
    lower = [draw(st.integers(0, 1)) for _ in pairs]
    upper = [low + draw(small) for low in lower]
    supply = [draw(small), draw(small)]
    as_whole = lambda values: np.array(values, dtype=np.int64)  # noqa: E731
    network = Network(
        as_whole([*supply, 0, 0, -sum(supply)]), as_whole([tail for tail, _ in pairs]),
        as_whole([head for _, head in pairs]), as_whole(lower), as_whole(upper),
    )  # fmt: skip
    return network, as_whole([draw(cost) for _ in pairs])


def every_flow(network: Network) -> list[tuple[int, ...]]:
    bounds = zip(network.lower.tolist(), network.upper.tolist(), strict=True)
    found: list[tuple[int, ...]] = []
    for units in product(*(range(low, high + 1) for low, high in bounds)):
        left = network.supply.tolist()
        for tail, head, count in zip(network.tail.tolist(), network.head.tolist(), units, strict=True):
            left[tail] -= count
            left[head] += count
        if not any(left):
            found.append(units)
    return found


@given(networks(), st.lists(st.integers(-3, 3), min_size=7, max_size=7))
@settings(deadline=None)
def test_the_flow_is_the_cheapest_and_the_narrowed_network_has_all_that_cost_as_little(
    given_: tuple[Network, Whole], second: list[int]
) -> None:
    network, cost = given_
    ways = every_flow(network)
    made = min_cost_flow(network, cost)
    assert (made is None) == (not ways)
    if made is None:
        return
    price = lambda units, costs: int(np.dot(np.array(units), costs))  # noqa: E731
    least = min(price(units, cost) for units in ways)
    assert price(made.units, cost) == least
    best = {units for units in ways if price(units, cost) == least}
    narrowed = network.among_the_best(made)
    assert set(every_flow(narrowed)) == best
    then = min_cost_flow(narrowed, np.array(second, dtype=np.int64))
    assert then is not None
    assert price(then.units, second) == min(price(units, second) for units in best)


def test_a_dearer_flow_is_caught_by_the_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = lambda *values: np.array(values, dtype=np.int64)  # noqa: E731
    network = Network(whole(1, 0, 0, -1), whole(0, 0, 1, 2), whole(1, 2, 3, 3), whole(0, 0, 0, 0), whole(1, 1, 1, 1))
    monkeypatch.setattr(flows, "_solved", lambda network, cost: whole(0, 1, 0, 1))
    with pytest.raises(NotLeastCost, match="a cheaper flow"):
        min_cost_flow(network, whole(1, 2, 0, 0))
    monkeypatch.setattr(flows, "_solved", lambda network, cost: whole(1, 0, 0, 1))
    with pytest.raises(NotLeastCost, match="broke a bound"):
        min_cost_flow(network, whole(1, 2, 0, 0))


def test_costs_that_cannot_be_added_up_are_refused() -> None:
    whole = lambda *values: np.array(values, dtype=np.int64)  # noqa: E731
    network = Network(whole(1, -1), whole(0), whole(1), whole(0), whole(1))
    with pytest.raises(CostsTooLarge):
        min_cost_flow(network, whole(2**60))


@given(st.integers(-3, 6), st.integers(0, 3), st.integers(0, 12), st.sampled_from([0, 2, 16]))
def test_prices_rise_with_the_distance_from_the_band(low: int, width: int, most: int, steps: int) -> None:
    prices = [price for price, units in _prices(Band(low, low + width), most, steps) for _ in range(units)]
    assert len(prices) == most
    assert prices == sorted(prices)
    for held, price in enumerate(prices):
        inside = low <= held < low + width
        assert (price == 0) == inside
        assert (price < 0) == (held < low)


# --- what is owed --------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(-20, 20), st.integers(1, 10**25)), max_size=12))
def test_floor_and_ceiling_are_those_of_the_exact_sum(parts: list[tuple[int, int]]) -> None:
    owed, exact = Owed(), Fraction(0)
    for numerator, denominator in parts:
        owed.add(numerator, denominator)
        exact += Fraction(numerator, denominator)
    assert owed.around() == (exact.__floor__(), exact.__ceil__())
    assert owed.exact() == exact
    assert 0 <= exact - owed.near() < Fraction(1, 2**128)


def test_a_sum_of_parts_that_is_whole_is_known_to_be() -> None:
    owed = Owed()
    for number in range(1, 200):  # 1/2 + 1/6 + ... + 1/(n (n + 1)) and what is left of one
        owed.add(1, number * (number + 1))
    owed.add(1, 200)
    assert owed.around() == (1, 1)
    owed.add(1, 10**60)
    assert owed.around() == (1, 2)


@given(st.lists(st.integers(1, 50), min_size=1, max_size=8), st.integers(1, 40))
def test_what_is_posted_adds_up_to_the_facts(weights: list[int], facts: int) -> None:
    owed = [Owed() for _ in weights]
    for one, weight in zip(owed, weights, strict=True):
        one.add(weight * facts, sum(weights))
    parts = posted(owed, facts)
    assert sum(parts) == facts * SCALE
    assert all(abs(part - one.exact() * SCALE) < 1 for part, one in zip(parts, owed, strict=True))
