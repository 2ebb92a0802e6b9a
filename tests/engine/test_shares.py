"""The share ledger: nobody is ever further from what is owed than promised, whatever happens."""

import json
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from random import Random
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meed.engine.numbers.weights import NothingToShare, Weight
from meed.engine.turns.excess import Excess
from meed.engine.turns.shares import (
    SCALE,
    Bound,
    Candidate,
    NobodyWeighs,
    PoolSnapshot,
    ShareLedger,
    Turn,
    bound,
    shares,
)

POOL = "inbound"
REPS = "abcdef"


def _weight(random: Random) -> Weight:
    """Any weight above zero: a plain one, a fraction, a giant, one whose share rounds to nothing."""
    return random.choice(
        [
            random.randint(1, 20),
            Fraction(random.randint(1, 99), random.randint(1, 60)),
            random.choice([1, 10**9, Fraction(1, 10**15)]),
        ]
    )


def _some_of(keys: str, random: Random) -> list[Candidate]:
    """Some of the reps in any order; now and then one with weight 0, never only such."""
    present = random.sample(keys, random.randint(1, len(keys)))
    first, *rest = (Candidate(key, _weight(random)) for key in present)
    eligible = [first, *(Candidate(rep.key, 0) if random.random() < 0.1 else rep for rep in rest)]
    random.shuffle(eligible)
    return eligible


@st.composite
def histories(draw: st.DrawFn, most: int = 40) -> list[list[Candidate]]:
    """Who was eligible with what weight, lead by lead; shrinks to fewer reps and leads."""
    keys = REPS[: draw(st.integers(1, len(REPS)))]
    leads = draw(st.integers(0, most))
    random = Random(draw(st.integers(0, 2**32)))
    return [_some_of(keys, random) for _ in range(leads)]


eligible_sets = histories(1).map(lambda history: history[0] if history else [Candidate("a")])


class Event(NamedTuple):
    """One thing that can happen to a pool, in order."""

    kind: str
    eligible: list[Candidate]
    pick: int
    value: int


@st.composite
def events(draw: st.DrawFn) -> list[Event]:
    """A history with overrides, reversals and leads of different value in between."""
    history = draw(histories())
    random = Random(draw(st.integers(0, 2**32)))
    kinds = ["post", "post", "post", "manual", "reverse", "settle"]
    return [Event(random.choice(kinds), some, random.randrange(99), random.randrange(9)) for some in history]


def _play(ledger: ShareLedger, event: Event, turns: list[Turn]) -> None:
    if event.kind == "post":
        turns.append(ledger.post(POOL, event.eligible, value=event.value))
    elif event.kind == "manual":
        key = REPS[event.pick % len(REPS)]
        turns.append(ledger.post_manual(POOL, key, event.eligible, value=event.value))
    elif event.kind == "reverse" and turns:
        ledger.reverse(turns.pop(event.pick % len(turns)))
    elif event.kind == "settle":
        ledger.settle(POOL)


@given(eligible_sets)
def test_shares_add_up_to_one_lead_and_are_within_one_of_exact(eligible: list[Candidate]):
    weights = [candidate.weight for candidate in eligible]
    parts = shares(weights)
    assert sum(parts) == SCALE
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - SCALE * Fraction(weight) * Fraction(1, sum(map(Fraction, weights)))) < 1


@given(histories())
def test_no_credit_passes_half_of_the_others_whoever_is_eligible(history: list[list[Candidate]]):
    ledger = ShareLedger()
    for eligible in history:
        ledger.post(POOL, eligible)
        credits_now = ledger.credits(POOL)
        assert sum(credits_now.values()) == 0
        for credit in credits_now.values():
            assert 2 * abs(credit) <= (len(credits_now) - 1) * SCALE
            assert ledger.promise(POOL).allows(credit)


@given(st.integers(2, len(REPS)), st.integers(0, 2**32))
def test_an_adversary_who_chooses_who_is_eligible_stays_within_the_bound(n: int, seed: int):
    ledger, random = ShareLedger(), Random(seed)
    for _ in range(30):
        tries = [ledger.preview(POOL, _some_of(REPS[:n], random)) for _ in range(8)]
        worst = max(tries, key=lambda turn: sum(_after(ledger, turn, key) ** 2 for key in REPS))
        ledger.post(POOL, [Candidate(line.key, line.weight) for line in worst.standings])
        assert all(bound(n).allows(credit) for credit in ledger.credits(POOL).values())


def _after(ledger: ShareLedger, turn: Turn, key: str) -> int:
    return ledger.credit(POOL, key) + turn.moves().get(key, 0)


@given(st.integers(1, len(REPS)), st.integers(0, 40), st.integers(0, 2**32))
def test_with_all_eligible_the_tighter_bounds_hold(n: int, leads: int, seed: int):
    ledger, random = ShareLedger(), Random(seed)
    for _ in range(leads):
        ledger.post(POOL, [Candidate(key, _weight(random)) for key in REPS[:n]])
        harmonic = sum(Fraction(1, k) for k in range(1, n + 1))
        for credit in ledger.credits(POOL).values():
            assert -credit * n <= (n - 1) * SCALE
            assert credit <= (harmonic - 1) * SCALE
            assert bound(n, all_eligible_always=True).allows(credit)


@given(events())
def test_the_promise_covers_values_overrides_reversals_and_settling(history: list[Event]):
    ledger, turns = ShareLedger(), list[Turn]()
    for event in history:
        _play(ledger, event, turns)
        credits_now = ledger.credits(POOL)
        assert sum(credits_now.values()) == 0
        assert all(ledger.promise(POOL).allows(credit) for credit in credits_now.values())
    assert ledger.overrides(POOL) == sum(turn.manual for turn in turns)


@given(events())
def test_credit_is_what_was_owed_less_what_was_received(history: list[Event]):
    ledger, turns = ShareLedger(), list[Turn]()
    for event in history:
        _play(ledger, event, turns)
    owed, received = Counter[str](), Counter[str]()
    for turn in turns:
        received[turn.winner] += turn.value * SCALE
        for line in turn.standings:
            owed[line.key] += line.share
    for key in REPS:
        assert ledger.credit(POOL, key) == owed[key] - received[key]


@given(histories(), eligible_sets, st.sampled_from([None, *REPS]), st.integers(min_value=0, max_value=5))
def test_reversing_restores_every_credit(
    history: list[list[Candidate]], eligible: list[Candidate], chosen: str | None, value: int
):
    ledger = ShareLedger()
    for earlier in history:
        ledger.post(POOL, earlier)
    before = {key: ledger.credit(POOL, key) for key in REPS}
    if chosen is None:
        turn = ledger.post(POOL, eligible, value=value)
    else:
        turn = ledger.post_manual(POOL, chosen, eligible, value=value)
    touched = ledger.reverse(turn)
    assert {key: ledger.credit(POOL, key) for key in REPS} == before
    assert touched == {key: before[key] for key in turn.moves()}


@given(histories(), eligible_sets, st.integers(min_value=0, max_value=5))
def test_a_preview_is_the_turn_and_changes_nothing(
    history: list[list[Candidate]], eligible: list[Candidate], value: int
):
    ledger = ShareLedger()
    for earlier in history:
        ledger.post(POOL, earlier)
    before = ledger.snapshot()
    preview = ledger.preview(POOL, eligible, value=value)
    assert ledger.snapshot() == before
    assert ledger.post(POOL, eligible, value=value) == preview


@given(events(), histories(10))
def test_a_restored_ledger_goes_on_alike(history: list[Event], rest: list[list[Candidate]]):
    ledger, turns = ShareLedger(), list[Turn]()
    for event in history:
        _play(ledger, event, turns)
    restored = ShareLedger.restore(json.loads(json.dumps(ledger.snapshot())))
    for eligible in rest:
        assert restored.post(POOL, eligible) == ledger.post(POOL, eligible)
    assert restored.snapshot() == ledger.snapshot()
    assert restored.promise(POOL) == ledger.promise(POOL)


@given(events())
def test_a_turn_explains_itself(history: list[Event]):
    ledger, turns = ShareLedger(), list[Turn]()
    for event in history:
        before = ledger.credits(POOL)
        known = len(turns)
        _play(ledger, event, turns)
        for turn in turns[known:]:
            lines = {line.key: line for line in turn.standings}
            assert [line.key for line in turn.standings][: len(event.eligible)] == [c.key for c in event.eligible]
            assert sum(line.share for line in turn.standings) == turn.value * SCALE
            for line in turn.standings:
                cost = turn.value * SCALE if line.key == turn.winner else 0
                assert line.credit_before == before.get(line.key, 0)
                assert line.credit_after_share == line.credit_before + line.share
                assert line.credit_after == line.credit_after_share - cost == ledger.credit(POOL, line.key)
            contenders = [c.key for c in event.eligible if c.weight]
            others = [lines[key].credit_after_share for key in contenders if key != turn.winner]
            if turn.runner_up is not None:
                assert lines[turn.runner_up].credit_after_share == max(others)
                assert turn.margin == lines[turn.winner].credit_after_share - max(others)
            assert (turn.runner_up is None) == (turn.margin is None) == (not others)
            if turn.manual:
                assert turn.tie == ()
            else:
                best = max(lines[key].credit_after_share for key in contenders)
                first = [key for key in contenders if lines[key].credit_after_share == best]
                assert turn.winner == first[0]
                assert turn.tie == (tuple(first) if len(first) > 1 else ())


@given(histories(), st.integers(0, 2**32))
def test_the_declared_order_matters_only_in_a_tie(history: list[list[Candidate]], seed: int):
    one, other, random = ShareLedger(), ShareLedger(), Random(seed)
    for eligible in history:
        # weights that add up to a divisor of SCALE leave no share to be rounded, so every tie is a true one
        edges = [0, *sorted(random.sample(range(1, 5040), len(eligible) - 1)), 5040]
        whole = [Candidate(c.key, high - low) for c, (low, high) in zip(eligible, pairwise(edges), strict=True)]
        turn = one.post(POOL, whole)
        if turn.tie:
            break
        again = other.post(POOL, random.sample(whole, len(whole)))
        assert (again.winner, again.margin) == (turn.winner, turn.margin)
        assert again.moves() == turn.moves()


@given(st.integers(0, 2**32), st.integers(1, 60))
def test_small_weights_are_dealt_as_exact_fractions_are(seed: int, leads: int):
    ledger, random = ShareLedger(), Random(seed)
    exact = dict.fromkeys(REPS, Fraction(0))
    for _ in range(leads):
        eligible = [Candidate(key, random.randint(1, 6)) for key in random.sample(REPS, random.randint(1, 6))]
        total = sum(Fraction(rep.weight) for rep in eligible)
        for rep in eligible:
            exact[rep.key] += Fraction(rep.weight) / total
        winner = max(eligible, key=lambda rep: exact[rep.key]).key
        tied = [rep.key for rep in eligible if exact[rep.key] == exact[winner]]
        exact[winner] -= 1
        turn = ledger.post(POOL, eligible)
        assert turn.winner == winner
        assert turn.tie == (tuple(tied) if len(tied) > 1 else ())
        assert ledger.credits(POOL) == {key: exact[key] * SCALE for key in ledger.credits(POOL)}


@pytest.mark.parametrize("total", range(1, 37))
def test_every_share_of_a_small_sum_is_whole(total: int):
    assert SCALE % total == 0
    assert shares([1] * total) == [SCALE // total] * total


@given(st.permutations(REPS))
def test_a_tie_goes_to_the_declared_order(keys: list[str]):
    turn = ShareLedger().preview(POOL, [Candidate(key) for key in keys[:4]])
    assert turn.winner == keys[0]
    assert turn.tie == tuple(keys[:4])
    assert (turn.runner_up, turn.margin) == (keys[1], 0)


@given(st.integers(min_value=1, max_value=9), st.integers(min_value=1, max_value=5))
def test_equal_weights_take_turns_in_the_declared_order(n: int, rounds: int):
    ledger = ShareLedger()
    reps = [Candidate(f"rep {number}") for number in range(n)]
    winners = [ledger.post(POOL, reps).winner for _ in range(n * rounds)]
    assert winners == [rep.key for rep in reps] * rounds


@given(st.lists(st.integers(min_value=1, max_value=12), min_size=1, max_size=5))
def test_after_as_many_leads_as_weight_everybody_has_exactly_the_weight(weights: list[int]):
    ledger = ShareLedger()
    reps = [Candidate(key, weight) for key, weight in zip(REPS, weights, strict=False)]
    won = Counter(ledger.post(POOL, reps).winner for _ in range(sum(weights)))
    assert [won[rep.key] for rep in reps] == weights


def test_a_newcomer_starts_level_and_an_absence_is_not_made_up_for():
    ledger = ShareLedger()
    old = [Candidate("a"), Candidate("b")]
    for _ in range(100):
        ledger.post(POOL, old)
    winners = [ledger.post(POOL, [*old, Candidate("c")]).winner for _ in range(30)]
    assert Counter(winners) == {"a": 10, "b": 10, "c": 10}
    for _ in range(50):
        ledger.post(POOL, [Candidate("a")])
    assert Counter(ledger.post(POOL, old).winner for _ in range(10)) == {"a": 5, "b": 5}


def test_weight_zero_is_owed_nothing_and_never_wins():
    ledger = ShareLedger()
    reps = [Candidate("a", 0), Candidate("b", 1)]
    for _ in range(3):
        turn = ledger.post(POOL, reps)
        assert (turn.winner, turn.runner_up, turn.margin) == ("b", None, None)
        assert turn.standings[0].share == turn.standings[0].credit_after == 0
    assert ledger.credits(POOL) == {"b": 0}


@pytest.mark.parametrize("eligible", [[], [Candidate("a", 0), Candidate("b", Fraction(0))]])
def test_where_nobody_weighs_nothing_is_posted(eligible: list[Candidate]):
    ledger = ShareLedger()
    for post in (
        lambda: ledger.post(POOL, eligible),
        lambda: ledger.preview(POOL, eligible),
        lambda: ledger.post_manual(POOL, "a", eligible),
    ):
        with pytest.raises(NobodyWeighs, match="nobody in pool `inbound` is eligible with a weight above 0"):
            post()
    assert ledger.snapshot() == {}
    with pytest.raises(NothingToShare):
        shares([candidate.weight for candidate in eligible])


def test_what_cannot_be_posted_is_refused_before_anything_moves():
    ledger = ShareLedger()
    with pytest.raises(ValueError, match="weight 2 is `-1`"):
        ledger.post(POOL, [Candidate("a"), Candidate("b", -1)])
    with pytest.raises(ValueError, match="`a` is named twice among the eligible of pool `inbound`"):
        ledger.post(POOL, [Candidate("a"), Candidate("b"), Candidate("a")])
    with pytest.raises(ValueError, match="is worth `-5`"):
        ledger.post(POOL, [Candidate("a")], value=-5)
    assert ledger.snapshot() == {}


def test_pools_are_apart():
    ledger = ShareLedger()
    ledger.post("east", [Candidate("a"), Candidate("b")])
    assert ledger.credits("west") == {}
    assert ledger.post("west", [Candidate("a"), Candidate("b")]).winner == "a"


def test_an_override_counts_until_it_is_reversed_and_may_go_to_an_outsider():
    ledger = ShareLedger()
    turn = ledger.post_manual(POOL, "z", [Candidate("a"), Candidate("b", 3)])
    assert turn.manual
    assert turn.tie == ()
    assert (turn.runner_up, turn.margin) == ("b", -SCALE * 3 // 4)
    assert ledger.credits(POOL) == {"a": SCALE // 4, "b": SCALE * 3 // 4, "z": -SCALE}
    assert ledger.overrides(POOL) == 1
    assert ledger.promise(POOL) == Bound(Fraction(1), Fraction(1))  # nothing is beyond the bound
    ledger.reverse(turn)
    assert ledger.overrides(POOL) == 0
    assert ledger.promise(POOL) == Bound(Fraction(1), Fraction(1))


def test_a_pool_that_has_not_recovered_does_not_settle():
    ledger = ShareLedger()
    for _ in range(3):
        ledger.post_manual(POOL, "a", [Candidate("a"), Candidate("b")])
    assert not ledger.settle(POOL)
    assert ledger.promise(POOL) == Bound(Fraction(3, 2), Fraction(3, 2))
    assert ledger.overrides(POOL) == 3
    ledger.post(POOL, [Candidate("a"), Candidate("b")])
    assert ledger.promise(POOL) == Bound(Fraction(1), Fraction(1))
    ledger.post(POOL, [Candidate("a"), Candidate("b")])
    assert ledger.settle(POOL)
    assert ledger.promise(POOL) == bound(2)


def test_two_credits_within_reach_alone_do_not_settle_a_pool():
    # each credit is within 3/2, yet the two largest add up to more than 2(4 - 2)/2
    stored: dict[str, PoolSnapshot] = {
        POOL: {
            "credits": {"a": SCALE * 3 // 2, "b": SCALE * 3 // 2, "c": -SCALE * 3 // 2, "d": -SCALE * 3 // 2},
            "excess": [SCALE, SCALE],
        }
    }
    ledger = ShareLedger.restore(stored)
    assert not ledger.settle(POOL)
    assert ledger.promise(POOL) == Bound(Fraction(2), Fraction(2))


def test_a_turn_that_was_never_posted_cannot_be_reversed():
    ledger = ShareLedger()
    turn = ledger.preview(POOL, [Candidate("a"), Candidate("b")])
    with pytest.raises(ValueError, match="the turn of `a` was never posted to pool `inbound`"):
        ledger.reverse(turn)
    posted = ledger.post(POOL, [Candidate("a"), Candidate("b")])
    with pytest.raises(ValueError, match="was never posted to pool `outbound`"):
        ledger.reverse(replace(posted, pool="outbound"))


def test_a_snapshot_with_a_part_missing_is_refused():
    with pytest.raises(ValueError, match="the credits of pool `inbound` add up to `5`, not to 0"):
        ShareLedger.restore({POOL: {"credits": {"a": 5}}})


def test_a_snapshot_shares_nothing_with_its_ledger():
    ledger = ShareLedger()
    ledger.post(POOL, [Candidate("a"), Candidate("b")])
    before = ledger.snapshot()
    restored = ShareLedger.restore(before)
    ledger.post(POOL, [Candidate("b"), Candidate("c")])
    assert restored.snapshot() == before
    restored.credits(POOL)["a"] = 7
    assert restored.snapshot() == before
    kept = json.loads(json.dumps(before))
    restored.post(POOL, [Candidate("a"), Candidate("b")])
    assert before == kept


@pytest.mark.parametrize("n", range(1, 9))
def test_bounds_are_the_published_ones(n: int):
    assert bound(n) == Bound(Fraction(n - 1, 2), Fraction(n - 1, 2))
    tight = bound(n, all_eligible_always=True)
    assert tight.over == 1 - Fraction(1, n)
    assert tight.under == sum(Fraction(1, k) for k in range(1, n + 1)) - 1
    assert tight.over <= bound(n).over
    assert tight.under <= bound(n).under
    wide = bound(n, largest_value=10, excess=Excess(3 * SCALE, SCALE))
    assert wide == Bound(10 * bound(n).over + 3, 10 * bound(n).under + 1)


def test_a_bound_is_kept_at_its_edge_and_broken_one_beyond():
    edge = bound(4)
    assert edge.allows(SCALE * 3 // 2)
    assert edge.allows(-SCALE * 3 // 2)
    assert not edge.allows(SCALE * 3 // 2 + 1)
    assert not edge.allows(-SCALE * 3 // 2 - 1)


def test_a_pool_of_nobody_is_promised_nothing():
    with pytest.raises(ValueError, match="at least one rep"):
        bound(0)
    assert ShareLedger().promise(POOL) == Bound(Fraction(0), Fraction(0))
