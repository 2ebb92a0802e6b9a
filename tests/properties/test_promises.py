"""What is promised of credits after thousands of overrides and reversals, in value, and within a band."""

import os
from fractions import Fraction
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from meed.engine.turns.band import choose_within
from meed.engine.turns.excess import NO_EXCESS, excess_of
from meed.engine.turns.shares import SCALE, Candidate, ShareLedger, Turn, bound
from meed.engine.turns.turns import Contenders

POOL = "p"
EVENTS = int(os.environ.get("MEED_PERTURBATIONS", "300"))
"""How many things happen to a pool in one example."""


def some(random: Random, n: int) -> list[Candidate]:
    reps = random.sample(range(n), random.randint(1, n))
    return [Candidate(f"r{rep}", random.choice([1, 1, 2, 5, Fraction(1, 3)])) for rep in reps]


def beyond(ledger: ShareLedger, unit: int) -> list[int]:
    """By how much the k largest credits pass what the rule allows, for every k."""
    ordered = sorted(ledger.credits(POOL).values(), reverse=True)
    n = len(ordered)
    return [2 * sum(ordered[:k]) - unit * SCALE * k * (n - k) for k in range(1, n)]


@settings(max_examples=25)
@given(st.integers(2, 9), st.integers(1, 50), st.integers(0, 2**32))
def test_thousands_of_overrides_and_reversals_widen_the_promise_by_what_is_beyond_it(n: int, most: int, seed: int):
    ledger, random, turns = ShareLedger(), Random(seed), list[Turn]()
    widest = 1
    for _ in range(EVENTS):
        eligible, value, before = some(random, n), random.randint(0, most), ledger.promise(POOL)
        known, raises = len(ledger.credits(POOL)), value > widest
        chance = random.random()
        if chance < 0.2:
            turns.append(ledger.post_manual(POOL, f"r{random.randrange(n)}", eligible, value=value))
        elif chance < 0.5 and turns:
            ledger.reverse(turns.pop(random.randrange(len(turns))))
            raises = False
            value = 0
        else:
            turns.append(ledger.post(POOL, eligible, value=value))
            if len(ledger.credits(POOL)) == known and not raises:  # a promise grows only with reps and values
                assert ledger.promise(POOL).over <= before.over
                assert ledger.promise(POOL).under <= before.under
        widest = max(widest, value)
        credits_now = ledger.credits(POOL)
        promise = ledger.promise(POOL)
        assert sum(credits_now.values()) == 0
        assert all(promise.allows(credit) for credit in credits_now.values())
    if not any(gap > 0 for gap in beyond(ledger, widest)):
        assert ledger.settle(POOL)


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=8), st.integers(1, 20))
def test_an_excess_is_the_least_concave_cover_of_what_is_beyond(credits_now: list[int], unit: int):
    balanced = [*credits_now, -sum(credits_now)]
    n, ordered = len(balanced), sorted(balanced, reverse=True)
    found = excess_of(balanced, unit)
    gaps = [Fraction(2 * sum(ordered[:k]) - unit * k * (n - k), 2) for k in range(1, n)]
    under = max([Fraction(0), *(gap / k for k, gap in enumerate(gaps, start=1))])
    over = max([Fraction(0), *(gap / (n - k) for k, gap in enumerate(gaps, start=1))])
    assert (found.under, found.over) == (
        -(-under.numerator // under.denominator),
        -(-over.numerator // over.denominator),
    )
    assert max(balanced) <= Fraction(unit * (n - 1), 2) + found.under
    assert -min(balanced) <= Fraction(unit * (n - 1), 2) + found.over


@settings(max_examples=40)
@given(st.integers(2, 7), st.integers(0, 2**32))
def test_the_rule_never_makes_an_excess_larger(n: int, seed: int):
    ledger, random = ShareLedger(), Random(seed)
    for rep in range(n):  # all are known, so that n stays
        ledger.post(POOL, [Candidate(f"r{rep}")])
    for _ in range(random.randint(1, 30)):
        ledger.post_manual(POOL, f"r{random.randrange(n)}", some(random, n))
    before = excess_of(ledger.credits(POOL).values(), SCALE)
    for _ in range(60):
        ledger.post(POOL, some(random, n))
        after = excess_of(ledger.credits(POOL).values(), SCALE)
        assert after.over <= before.over
        assert after.under <= before.under
        before = after


def test_an_excess_heals_where_everybody_is_there():
    ledger, reps = ShareLedger(), [Candidate(key) for key in "abcd"]
    for _ in range(10):
        ledger.post_manual(POOL, "a", reps)
    assert ledger.promise(POOL).over == Fraction(15, 2)
    for _ in range(40):
        ledger.post(POOL, reps)
    assert ledger.settle(POOL)
    assert ledger.promise(POOL) == bound(4)


# --- value ---------------------------------------------------------------------------------------------------


@given(st.integers(2, 6), st.integers(1, 10**9), st.integers(0, 2**32))
def test_in_value_the_bound_scales_with_the_largest_value(n: int, most: int, seed: int):
    ledger, random, largest = ShareLedger(), Random(seed), 1
    for _ in range(40):
        value = random.randint(0, most)
        largest = max(largest, value)
        ledger.post(POOL, some(random, n), value=value)
        credits_now = ledger.credits(POOL)
        assert all(2 * abs(credit) <= largest * SCALE * (len(credits_now) - 1) for credit in credits_now.values())


# --- the band ------------------------------------------------------------------------------------------------


def _adverse(random: Random, ledger: ShareLedger, eligible: list[Candidate]) -> dict[str, int]:
    """Scores that send the lead to whoever has received most, or at random."""
    if random.random() < 0.7:
        return {rep.key: -ledger.credit(POOL, rep.key) for rep in eligible}
    return {rep.key: random.randint(0, 3) for rep in eligible}


@settings(max_examples=60)
@given(st.integers(2, 6), st.sampled_from([0, 1, 2, 3, 6]), st.integers(1, 4), st.booleans(), st.integers(0, 2**32))
def test_within_a_band_the_promise_holds(n: int, halves: int, most: int, everybody: bool, seed: int):
    ledger, random, size = ShareLedger(), Random(seed), halves * SCALE // 2
    wide = Fraction(max(most, halves))
    band = Fraction(halves, 2)
    harmonic = sum(Fraction(1, k) for k in range(1, n + 1))
    for _ in range(80):
        eligible = [Candidate(f"r{rep}") for rep in range(n)]
        if not everybody:
            eligible = random.sample(eligible, random.randint(1, n))
        scores = _adverse(random, ledger, eligible)
        value = random.randint(1, most)
        best = lambda keys, scores=scores: [key for key in keys if scores[key] == max(scores[one] for one in keys)]  # noqa: E731
        turn, told = choose_within(ledger, POOL, Contenders.of(POOL, eligible), value, size, best)
        if told.free:
            assert turn.winner in told.inside
            assert scores[turn.winner] == max(scores[key] for key in told.inside)
            assert ledger.credit(POOL, turn.winner) >= -size
        else:
            assert turn.margin is None or turn.margin >= 0
        credits_now = ledger.credits(POOL)
        assert sum(credits_now.values()) == 0
        assert all(ledger.promise(POOL).allows(credit) for credit in credits_now.values())
        assert all(2 * abs(credit) <= wide * SCALE * (len(credits_now) - 1) for credit in credits_now.values())
        if everybody:
            assert all(-credit <= max(band, most * (1 - Fraction(1, n))) * SCALE for credit in credits_now.values())
            assert all(credit <= (band + most * (harmonic - 1)) * SCALE for credit in credits_now.values())


def test_a_band_of_half_a_lead_costs_nothing_of_the_promise():
    ledger, reps = ShareLedger(), [Candidate(key) for key in "abc"]
    for _ in range(30):
        choose_within(ledger, POOL, Contenders.of(POOL, reps), 1, SCALE // 2, lambda keys: [min(keys)])
    assert ledger.promise(POOL) == bound(3)
    assert excess_of(ledger.credits(POOL).values(), SCALE) == NO_EXCESS
