"""Draws of open deals: exact tickets that anyone can recompute."""

import hashlib
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meed.engine.what_if.deal_draws import won_in_runs

CHANCES = st.fractions(0, 1, max_denominator=10**6)


def test_tickets_are_those_of_the_page() -> None:
    """The first two numbers of the stream of deal D1, worked out without the module."""
    stream = hashlib.shake_256(b"meed forecast 1\n7\nD1").digest(16)
    tickets = [int.from_bytes(stream[place : place + 8], "big") % 10 for place in (0, 8)]
    assert won_in_runs(["D1"], [Fraction(3, 10)], 2, 7)[:, 0].tolist() == [ticket < 3 for ticket in tickets]


@given(st.lists(CHANCES, min_size=1, max_size=4), st.integers(0, 2**40))
def test_other_deals_and_more_runs_change_nothing(chances: list[Fraction], seed: int) -> None:
    keys = [f"D{place}" for place in range(len(chances))]
    whole = won_in_runs(keys, chances, 20, seed)
    assert (whole[:7] == won_in_runs(keys, chances, 7, seed)).all()
    assert (whole[:, :1] == won_in_runs(keys[:1], chances[:1], 20, seed)).all()
    assert (whole[:, ::-1] == won_in_runs(keys[::-1], chances[::-1], 20, seed)).all()


def test_what_is_certain_is_certain() -> None:
    won = won_in_runs(["a", "b"], [Fraction(0), Fraction(1)], 500, 1)
    assert not won[:, 0].any()
    assert won[:, 1].all()


@pytest.mark.parametrize("chance", [Fraction(1, 3), Fraction(3, 10), Fraction(1, 2), Fraction(999, 1000)])
def test_a_deal_is_won_about_as_often_as_its_chance_says(chance: Fraction) -> None:
    runs = 20_000
    won = int(won_in_runs(["D1"], [chance], runs, 1).sum())
    # Six standard deviations.
    assert (won - runs * chance) ** 2 <= 36 * runs * chance * (1 - chance)


def test_a_chance_in_two_halves_the_runs_of_another_seed_otherwise() -> None:
    one, other = (won_in_runs(["D1"], [Fraction(1, 2)], 64, seed) for seed in (1, 2))
    assert (one != other).any()


def test_numbers_beyond_the_last_whole_round_of_tickets_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """2^64 - 1 is the only number above the last round of 3 tickets; the next one takes its place."""
    numbers = np.array([2**64 - 1, 3, 4, 5, 7, 0, 0, 0, 0, 0, 0, 0], dtype=">u8").tobytes()

    class Stream:
        def __init__(self, _: bytes) -> None: ...

        def digest(self, size: int) -> bytes:
            return numbers[:size]

    monkeypatch.setattr("meed.engine.what_if.deal_draws.hashlib.shake_256", Stream)
    assert won_in_runs(["D1"], [Fraction(1, 3)], 3, 1)[:, 0].tolist() == [True, False, False]


def test_a_chance_lies_between_never_and_always() -> None:
    with pytest.raises(ValueError, match="no chance"):
        won_in_runs(["D1"], [Fraction(6, 5)], 1, 1)
