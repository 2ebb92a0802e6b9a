"""Draws: recomputed by anyone, every ticket equally likely, nothing to tamper with unseen."""

import hashlib
import hmac
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meed.engine.turns.draws import (
    DECK_LIMIT,
    KEY_BYTES,
    NothingToShare,
    canonical_record,
    commitment,
    deck,
    draw,
    holder,
    recorded_weights,
    ticket,
    verify,
)

KEY = b"a key for these tests only"
SPACE = 2**256

keys = st.binary(min_size=KEY_BYTES, max_size=64)
weight_lists = st.lists(st.integers(min_value=0, max_value=10**20), min_size=1, max_size=8).filter(any)


def _hash(key: bytes, record: bytes, counter: int) -> int:
    return int(hmac.new(key, record + counter.to_bytes(8, "big"), hashlib.sha256).hexdigest(), 16)


@given(keys, st.binary(max_size=40), weight_lists)
def test_a_draw_is_recomputed_from_key_record_and_weights(key: bytes, record: bytes, weights: list[int]):
    drawn = draw(key, record, weights)
    accepted = SPACE // sum(weights) * sum(weights)
    assert all(_hash(key, record, counter) >= accepted for counter in range(drawn.counter))
    number = _hash(key, record, drawn.counter)
    assert number < accepted
    assert drawn.digest == f"{number:064x}"
    assert (drawn.ticket, drawn.tickets) == (number % sum(weights), sum(weights))
    assert sum(weights[: drawn.index]) == drawn.low <= drawn.ticket < drawn.high
    assert drawn.high - drawn.low == weights[drawn.index]
    assert draw(key, record, weights) == drawn


def test_a_rejected_hash_is_followed_by_the_next_counter():
    # 2^255 + 1 tickets: every number from there up is rejected, about every second one
    weights = [2**255, 1]
    counters = [draw(KEY, b"lead %d" % number, weights).counter for number in range(30)]
    assert max(counters) >= 2
    for number, counter in enumerate(counters):
        seen = [_hash(KEY, b"lead %d" % number, tried) for tried in range(counter + 1)]
        assert all(value > 2**255 for value in seen[:-1])
        assert seen[-1] <= 2**255


@given(st.integers(min_value=1, max_value=SPACE))
def test_tickets_are_cut_off_where_the_last_whole_round_ends(tickets: int):
    end = SPACE // tickets * tickets
    assert ticket((end - 1).to_bytes(32, "big"), tickets) == tickets - 1
    assert ticket(bytes(32), tickets) == 0
    if end < SPACE:
        assert ticket(end.to_bytes(32, "big"), tickets) is None
        assert ticket((SPACE - 1).to_bytes(32, "big"), tickets) is None


@pytest.mark.parametrize("tickets", [0, -1, SPACE + 1])
def test_a_number_of_tickets_that_no_hash_can_serve_is_refused(tickets: int):
    with pytest.raises(ValueError, match="at least 1 and at most 2"):
        ticket(bytes(32), tickets)


@given(st.lists(st.integers(min_value=0, max_value=12), min_size=1, max_size=6).filter(any))
def test_each_place_holds_exactly_as_many_tickets_as_its_weight(weights: list[int]):
    held = Counter(holder(number, weights)[0] for number in range(sum(weights)))
    assert [held[place] for place in range(len(weights))] == weights


@pytest.mark.parametrize("number", [-1, 10])
def test_a_ticket_that_was_not_issued_has_no_holder(number: int):
    with pytest.raises(ValueError, match=f"ticket `{number}` was not issued: there are 10"):
        holder(number, [5, 3, 2])


def test_draws_follow_the_weights():
    wins = Counter(draw(KEY, b"%d" % number, [5, 0, 3, 2]).index for number in range(4000))
    assert wins[1] == 0
    # within four standard deviations of 2000, 1200 and 800; the key is fixed, so this never flickers
    assert abs(wins[0] - 2000) < 127
    assert abs(wins[2] - 1200) < 116
    assert abs(wins[3] - 800) < 102


def test_a_draw_needs_a_weight_and_a_key_nobody_guesses():
    with pytest.raises(NothingToShare):
        draw(KEY, b"", [0, 0])
    with pytest.raises(ValueError, match="weight 1 is `-1`"):
        draw(KEY, b"", [-1, 2])
    with pytest.raises(ValueError, match="the key has 5 bytes: give at least 16"):
        draw(b"short", b"", [1])
    with pytest.raises(ValueError, match="the key has 5 bytes"):
        commitment(b"short")


def test_the_commitment_is_the_plain_hash_of_the_key():
    assert commitment(KEY) == hashlib.sha256(KEY).hexdigest()


def test_a_record_is_canonical_json():
    record = canonical_record("L-7", 12, [("ann", 3), ("zoë", 1)], "ab12")
    assert record == '{"eligible":[["ann",3],["zoë",1]],"lead":"L-7","policy":"ab12","sequence":12}'.encode()
    assert recorded_weights(record) == [3, 1]


@pytest.mark.parametrize("eligible", [[("b", 1), ("a", 1)], [("a", 1), ("a", 2)]])
def test_a_record_lists_the_eligible_once_and_sorted(eligible: list[tuple[str, int]]):
    with pytest.raises(ValueError, match="sort the eligible by rep id and name each once"):
        canonical_record("L-7", 12, eligible, "ab12")


eligibles = st.dictionaries(
    st.text(st.characters(codec="utf-8"), max_size=4),
    st.integers(min_value=1, max_value=10**6),
    min_size=1,
    max_size=5,
).map(lambda weights: sorted(weights.items()))


@given(keys, st.text(st.characters(codec="utf-8")), st.integers(), eligibles)
def test_a_logged_draw_verifies(key: bytes, lead: str, sequence: int, eligible: list[tuple[str, int]]):
    record = canonical_record(lead, sequence, eligible, "ab12")
    drawn = draw(key, record, [weight for _, weight in eligible])
    assert recorded_weights(record) == [weight for _, weight in eligible]
    assert verify(commitment(key), key, record, drawn) == []


def test_verification_names_what_does_not_agree():
    record = canonical_record("L-7", 12, [("ann", 3), ("bo", 1)], "ab12")
    drawn = draw(KEY, record, [3, 1])
    other = 1 - drawn.index
    assert verify(commitment(KEY), KEY, record, replace(drawn, index=other)) == [
        f"index is `{drawn.index}`, the log says `{other}`"
    ]
    assert verify(commitment(KEY + b"!"), KEY, record, drawn) == [
        "the key revealed is not the key that was committed to"
    ]
    later = canonical_record("L-7", 13, [("ann", 3), ("bo", 1)], "ab12")
    assert any(line.startswith("digest is") for line in verify(commitment(KEY), KEY, later, drawn))
    assert verify(commitment(KEY), b"short", record, drawn) == [
        "the key has 5 bytes: give at least 16, drawn at random"
    ]


@pytest.mark.parametrize(
    "record",
    [
        b"",
        b"[]",
        b'{"eligible":[["a",1]]}',
        b'{"eligible":[["a",1.0]],"lead":"L","policy":"p","sequence":1}',
        b'{"eligible":[["a","1"]],"lead":"L","policy":"p","sequence":1}',
        b'{"eligible":[["a",true]],"lead":"L","policy":"p","sequence":1}',
        b'{"eligible": [["a",1]],"lead":"L","policy":"p","sequence":1}',
        b'{"eligible":[["b",1],["a",1]],"lead":"L","policy":"p","sequence":1}',
        b"\xff",
    ],
)
def test_bytes_that_are_not_canonical_are_refused(record: bytes):
    drawn = draw(KEY, b"", [1])
    assert verify(commitment(KEY), KEY, record, drawn) == [
        "the record is not in canonical form: give the very bytes that were logged"
    ]


@given(keys, st.binary(max_size=20), st.lists(st.integers(min_value=0, max_value=9), max_size=6).filter(any))
def test_a_deck_holds_each_place_as_often_as_its_weight(key: bytes, record: bytes, weights: list[int]):
    cards = deck(key, record, weights)
    assert [cards.count(place) for place in range(len(weights))] == weights
    assert deck(key, record, weights) == cards


def test_a_deck_is_recomputed_from_its_description():
    cards = [0, 0, 0, 1, 1, 2]
    counter = 0
    for last in (5, 4, 3, 2, 1):
        while _hash(KEY, b"block 1", counter) >= SPACE // (last + 1) * (last + 1):
            counter += 1
        other = _hash(KEY, b"block 1", counter) % (last + 1)
        cards[last], cards[other] = cards[other], cards[last]
        counter += 1
    assert deck(KEY, b"block 1", [3, 2, 1]) == cards


def test_every_order_of_a_deck_is_about_as_frequent():
    orders = Counter(tuple(deck(KEY, b"block %d" % number, [1, 1, 1])) for number in range(1200))
    assert len(orders) == 6
    assert all(abs(times - 200) < 60 for times in orders.values())


def test_a_deck_too_large_is_refused():
    with pytest.raises(ValueError, match=f"over the limit of {DECK_LIMIT}"):
        deck(KEY, b"", [DECK_LIMIT, 1])
