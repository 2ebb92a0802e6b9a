"""How a step shares: cards of a deck, value, a band around what is owed, what zero weighs; and what is given back."""

from collections import Counter
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meed.engine.allocation.allocation import allocate
from meed.engine.assigning.assignment import DrawKeys
from meed.engine.assigning.decisions import Decision
from meed.engine.fairness.assignment_fairness import assignment_report
from meed.engine.life.stream import replay
from meed.engine.turns.decks import lay_out, verify_card
from meed.engine.turns.shares import SCALE, ShareLedger

from .test_life import KEYS, Stage, did, facts_of, policy_of

REPS = {
    "id": ["a", "b", "c"],
    "on_duty": ["yes", "yes", "yes"],
    "team": ["x", "x", "y"],
    "capacity": ["5", "1", "1"],
}
KIND = "facts rep { capacity: number }\n"
POOL = "lead/otherwise/1"


def stage_of(sharing: str, head: str = "", accept: str = "", reps: dict[str, list[Any]] | None = None) -> Stage:
    text = (
        f'assign lead {{ {head} needs rep.on_duty otherwise to any rep by {sharing} {accept} if nobody hold "desk" }}'
    )
    return Stage(text, rep=reps or REPS)


def given_to(stage: Stage, count: int, **fact: Any) -> list[Decision]:
    return [stage.arrive(f"L{number}", number, **fact).decisions[0] for number in range(count)]


def card_of(decision: Decision) -> dict[str, Any]:
    return decision.as_json()["tried"][-1]["card"]


# --- decks ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cards", ["shuffled", "levels", "blocks"])
def test_at_the_end_of_each_deck_everybody_has_exactly_the_share(cards: str) -> None:
    stage = stage_of("deck rep.capacity", f"cards: {cards}")
    dealt = [decision.rep for decision in given_to(stage, 21)]
    for deck in (dealt[:7], dealt[7:14], dealt[14:]):
        assert Counter(deck) == {"a": 5, "b": 1, "c": 1}


def test_levels_and_blocks_are_laid_as_the_words_say() -> None:
    assert [one.rep for one in given_to(stage_of("deck rep.capacity", "cards: levels"), 7)] == list("aaaaabc")
    reps = {**REPS, "capacity": ["1", "3", "2"]}
    for cards, order in {"levels": "bbcabc", "blocks": "abbbcc"}.items():
        stage = stage_of("deck rep.capacity", f"cards: {cards}", reps=reps)
        assert "".join(one.rep or "" for one in given_to(stage, 6)) == order


def test_a_deck_waits_for_its_group_and_nobody_loses_cards_while_away() -> None:
    stage = stage_of("deck")
    first = stage.arrive("L1", 1).decisions[0].rep
    stage.change("rep", "a", 2, on_duty=False)
    assert Counter(stage.arrive(f"M{n}", 3 + n).decisions[0].rep for n in range(4)) == {"b": 2, "c": 2}
    stage.change("rep", "a", 10, on_duty=True)
    rest = [stage.arrive(f"N{n}", 11 + n).decisions[0].rep for n in range(2)]
    assert {first, *rest} == {"a", "b", "c"}


def test_a_card_is_verified_from_what_is_public() -> None:
    stage = stage_of("deck rep.capacity")
    period = stage.floor.key_period("lead", stage.at(0))
    published, key = KEYS.commitment_of(period), KEYS.key_of(period)
    for decision in given_to(stage, 15):
        card = card_of(decision)
        assert decision.rep is not None
        record = card["record"].encode()
        assert verify_card(published, key, record, card["card"], decision.rep) == []
        other = "b" if decision.rep != "b" else "c"
        assert "the log says" in verify_card(published, key, record, card["card"], other)[0]
        assert verify_card(published, b"another key, of sixteen", record, card["card"], decision.rep)[0].startswith(
            "the key"
        )


def test_another_seed_lays_another_deck_and_the_same_one_the_same() -> None:
    def order() -> list[str | None]:
        return [one.rep for one in given_to(stage_of("deck rep.capacity"), 70)]

    made = order()
    assert made == order()
    other = lay_out("shuffled", [5, 1, 1], DrawKeys(b"quite another seed").key_of("2026-02"), b"a record") * 10
    assert other != lay_out("shuffled", [5, 1, 1], KEYS.key_of("2026-02"), b"a record") * 10


def test_a_card_that_is_declined_is_the_next_of_its_group() -> None:
    stage = stage_of("deck rep.capacity", accept="accept within 15 minutes")
    (offered,) = stage.arrive("L1").decisions
    outcome = stage.move("L1", "decline", offered.rep or "", 5)
    assert did(outcome) == ["card_back"]
    back = outcome.postings[0]
    assert (back.winner, back.moves) == (offered.rep, {})
    assert outcome.decisions[0].rep != offered.rep  # from the deck of the others
    (again,) = stage.arrive("L2", 6).decisions
    assert again.rep == offered.rep
    assert card_of(again) == {**card_of(offered), "again": True}
    assert "which had been given back" in again.because
    assert card_of(stage.arrive("L3", 7).decisions[0])["card"] == 2


def test_a_card_that_is_declined_is_used_up_where_the_policy_says_so() -> None:
    stage = stage_of("deck", "decline: uses_turn", "accept within 15 minutes")
    (offered,) = stage.arrive("L1").decisions
    assert did(stage.move("L1", "decline", offered.rep or "", 5)) == []
    assert card_of(stage.arrive("L2", 6).decisions[0])["card"] == 2


def test_cards_given_back_by_several_come_in_the_order_of_the_deck() -> None:
    stage = stage_of("deck rep.capacity")
    dealt = given_to(stage, 7)
    for number in (4, 1, 6):
        stage.move(f"L{number}", "release", dealt[number].rep or "", 20, reason="on leave")
    again = [stage.arrive(f"M{number}", 30 + number).decisions[0] for number in range(4)]
    assert [(card_of(one)["deck"], card_of(one)["card"]) for one in again] == [(1, 2), (1, 5), (1, 7), (2, 1)]
    assert [one.rep for one in again[:3]] == [dealt[number].rep for number in (1, 4, 6)]


def test_who_has_a_lead_taken_by_hand_gets_the_card_back_and_no_credit_moves() -> None:
    stage = stage_of("deck")
    (given_out,) = stage.arrive("L1").decisions
    taker = next(rep for rep in "abc" if rep != given_out.rep)
    outcome = stage.move("L1", "transfer", given_out.rep or "", 3, by="a", reason="language", to=taker)
    assert did(outcome) == ["card_back"]
    assert stage.credits() == {}
    assert stage.arrive("L2", 5).decisions[0].rep == given_out.rep


def test_an_override_of_a_lead_for_a_deck_moves_no_credit() -> None:
    stage = stage_of("deck")
    stage.change("rep", "a", 0, on_duty=False)
    stage.change("rep", "b", 0, on_duty=False)
    stage.change("rep", "c", 0, on_duty=False)
    stage.arrive("L1", 1)
    stage.change("rep", "a", 2, on_duty=True)
    assert did(stage.move("L1", "override", to="a", at=3, by="b", reason="asked for")) == []
    assert stage.credits() == {}


def test_a_ledger_is_restored_with_its_decks() -> None:
    ledger = ShareLedger()
    assert [ledger.deal("p", "2026", "g")[0] for _ in range(3)] == [0, 1, 2]
    ledger.give_card_back("p", "2026", "g", 1)
    ledger.begin()
    ledger.give_card_back("p", "2026", "g", 0)
    assert ledger.deal("p", "2026", "g") == (0, True)
    ledger.undo()
    again = ShareLedger.restore(ledger.snapshot())
    assert again.snapshot() == ledger.snapshot()
    assert [again.deal("p", "2026", "g") for _ in range(2)] == [(1, True), (3, False)]
    again.give_card_back("p", "2025", "g", 0)  # a period that is over
    assert again.deal("p", "2027", "g") == (0, False)


# --- value ---------------------------------------------------------------------------------------------------


def test_value_is_shared_in_the_pool_that_batches_post_to() -> None:
    stage = stage_of("round_robin", "fair_in: value")
    first, second, third = (
        stage.arrive(f"L{number}", number, value=value).decisions[0]
        for number, value in enumerate((9_000, 3_000, 3_000))
    )
    assert [first.rep, second.rep, third.rep] == ["a", "b", "c"]
    assert stage.credits() == {}
    assert stage.credits(f"{POOL}/value") == {"a": "-400000.000", "b": "+200000.000", "c": "+200000.000"}
    most = "c was owed most of the 3 who could take it (+5,000.00 CNY)"
    assert third.because == f"otherwise: {most}; this one counts 3,000.00 CNY (lead.value)"
    assert third.why_not("a") == "ahead by 4,000.00 CNY, while c is owed 5,000.00 CNY"
    said = third.as_json()["tried"][-1]
    assert said["counts"] == {"what": "lead.value", "value": "3,000.00 CNY", "currency": "CNY"}
    assert said["turn"]["value"] == "300000"


def test_what_is_worth_nothing_is_shared_by_number_beside_it() -> None:
    stage = stage_of("round_robin", "fair_in: value")
    assert [one.rep for one in given_to(stage, 3, value=0)] == ["a", "b", "c"]
    assert stage.credits() == {"a": "+0.000", "b": "+0.000", "c": "+0.000"}
    assert stage.credits(f"{POOL}/value") == {}


def test_a_let_may_say_what_a_lead_counts_and_a_lead_that_is_declined_takes_its_value_back() -> None:
    head = "let effort of lead = 1.5 * lead.hours\n"
    stage = Stage(
        f"facts lead {{ hours: number }}\n{head}assign lead {{ fair_in: effort  otherwise to any rep by round_robin "
        'accept within 15 minutes  if nobody hold "desk" }',
        rep=REPS,
    )
    first = stage.arrive("L1", hours=Fraction(2)).decisions[0]
    assert (
        "(+1.000 of effort), and a is first of them in the declared order; this one counts 3 (effort)" in first.because
    )
    assert (first.rep, stage.floor.ledger.credit(f"{POOL}/effort", "b")) == ("a", SCALE * 10**6)
    outcome = stage.move("L1", "decline", "a", 5)
    assert did(outcome) == ["reverse", "post"]
    assert [posting.value for posting in outcome.postings] == [3_000_000, 3_000_000]
    pool = f"{POOL}/effort"
    assert [stage.floor.ledger.credit(pool, rep) for rep in "abc"] == [
        0,
        -3 * SCALE * 10**6 // 2,
        3 * SCALE * 10**6 // 2,
    ]


def test_an_override_pays_in_value_too() -> None:
    stage = stage_of("round_robin", "fair_in: value")
    stage.arrive("L1", value=600)
    outcome = stage.move("L1", "transfer", to="c", at=3, by="a", reason="asked for")
    assert did(outcome) == ["reverse", "post_manual"]
    assert stage.credits(f"{POOL}/value") == {"a": "+20000.000", "b": "+20000.000", "c": "-40000.000"}


# --- the band ------------------------------------------------------------------------------------------------


def test_within_a_band_the_best_gets_it_until_that_would_be_unfair() -> None:
    stage = stage_of("best rep.capacity", "band: 1")
    assert [one.rep for one in given_to(stage, 4)] == ["a", "b", "a", "c"]
    decisions = [stage.arrive(f"M{number}", 20 + number).decisions[0] for number in range(60)]
    ledger = stage.floor.ledger
    assert all(abs(credit) <= 2 * SCALE for credit in ledger.credits(POOL).values())
    assert Counter(one.rep for one in decisions)["a"] <= 22
    report = assignment_report([one.as_json() for one in decisions])
    assert report["within_promise"] is True
    texts = {one.because for one in decisions}
    assert any("had the highest rep.capacity (5) of the" in text and "whom it leaves within" in text for text in texts)


def test_a_wide_band_lets_the_measure_decide_and_the_promise_says_so() -> None:
    stage = stage_of("best rep.capacity", "band: 10")
    got = Counter(one.rep for one in given_to(stage, 15))
    assert got["a"] == 15
    assert stage.floor.ledger.promise(POOL).over == 20
    report = assignment_report([stage.arrive("M1", 99).decisions[0].as_json()])
    assert report["pools"][0]["promised"]["over"] == "20"
    (decision,) = stage.arrive("M2", 100).decisions
    assert decision.because == (
        "otherwise: c had the highest rep.capacity (1) of the 2 whom it leaves within 10.000 of a lead of "
        "what they are owed; 3 could take it"
    )
    assert decision.why_not("a") == (
        "with this one a would be ahead by 10.333 of a lead, beyond the band of 10.000 of a lead"
    )


def test_who_is_outside_of_the_band_is_told_so() -> None:
    stage = stage_of("best rep.capacity", "band: 1")
    texts = [one.why_not("a") for one in given_to(stage, 12) if one.rep != "a"]
    assert any(text.endswith("beyond the band of 1.000 of a lead") and "would be ahead by" in text for text in texts)


# --- zero weights --------------------------------------------------------------------------------------------


def test_a_weight_of_zero_may_be_the_mean_of_the_others() -> None:
    reps = {**REPS, "capacity": ["3", "1", "0"]}
    stage = stage_of("capability_weighted rep.capacity", "zero_weight: mean_of_others", reps=reps)
    assert Counter(one.rep for one in given_to(stage, 12)) == {"a": 6, "b": 2, "c": 4}
    alone = stage_of("capability_weighted rep.capacity", reps=reps)
    assert Counter(one.rep for one in given_to(alone, 12)) == {"a": 9, "b": 3}
    nothing = stage_of("random rep.capacity", "zero_weight: mean_of_others", reps={**reps, "capacity": ["0", "0", "0"]})
    assert None not in {one.rep for one in given_to(nothing, 3)}


# --- whatever happens ----------------------------------------------------------------------------------------

MOVES = st.lists(
    st.tuples(st.sampled_from(["arrive", "decline", "release", "transfer", "duty"]), st.integers(0, 99)), max_size=30
)


@settings(max_examples=40)
@given(
    st.sampled_from(["deck rep.capacity", "round_robin", "best rep.capacity", "fewest rep.capacity"]),
    st.sampled_from(["", "fair_in: value", "band: 2", "band: 2 fair_in: value"]),
    MOVES,
)
def test_whatever_happens_credits_add_up_and_a_floor_that_does_the_same_is_the_same(
    sharing: str, head: str, moves: list[tuple[str, int]]
) -> None:
    made: list[list[dict[str, Any]]] = []
    for _ in range(2):
        stage, said = stage_of(sharing, head, "accept within 5 days"), list[dict[str, Any]]()
        for number, (what, pick) in enumerate(moves):
            said.append(_happens(stage, what, pick, number))
        ledger = stage.floor.ledger
        for pool, held in ledger.snapshot().items():
            assert not sum(held["credits"].values())
            assert all(ledger.promise(pool).allows(credit) for credit in held["credits"].values())
        report = assignment_report([one for one in said if one])
        assert report["within_promise"] is True
        made.append(said)
    assert made[0] == made[1]


def _happens(stage: Stage, what: str, pick: int, number: int) -> dict[str, Any]:
    if what == "duty":
        rep = "abc"[pick % 3]
        return stage.change("rep", rep, number, on_duty=bool(pick % 2)).as_json()
    key = f"L{pick % 6}"
    stay = stage.floor.stay("lead", key)
    if stay is None:
        return stage.arrive(key, number, value=pick * 10).as_json()
    rep = stay.rep
    if what == "decline" and stay.state == "offered":
        return stage.move(key, "decline", rep, number).as_json()
    if what == "release" and stay.state == "owned":
        return stage.move(key, "release", rep, number, reason="why not").as_json()
    to = "abc"[pick % 3]
    if what == "transfer" and stay.state == "owned" and to != rep:
        return stage.move(key, "transfer", to=to, at=number, by="a", reason="so").as_json()
    return {}


# --- batches -------------------------------------------------------------------------------------------------


def _leads(values: list[int], day: int) -> dict[str, list[Any]]:
    return {
        "id": [f"D{day}L{number}" for number in range(len(values))],
        "created": [f"2026-03-{day:02d} 09:{number:02d}" for number in range(len(values))],
        "value": [str(value) for value in values],
    }


def test_turns_go_on_from_the_credits_of_value_that_a_batch_left() -> None:
    policy = policy_of('assign lead { fair_in: value  otherwise to any rep by round_robin  if nobody hold "desk" }')
    ledger, pool = ShareLedger(), f"{POOL}/value"
    allocate(policy, facts_of(policy, rep=REPS, lead=_leads([900, 200, 100, 50], 2)), KEYS, ledger=ledger)
    left = ledger.credits(pool)
    assert sum(left.values()) == 0 != max(left.values())
    *_, (made, _) = replay(policy, facts_of(policy, rep=REPS, lead=_leads([300], 3)), KEYS, ledger=ledger)
    (decision,) = made.decisions
    turn = decision.tried[-1].turn
    assert turn is not None
    assert {line.key: line.credit_before for line in turn.standings} == left
    assert decision.rep is not None
    assert left[decision.rep] == max(left.values())
    assert ledger.credits(pool)[decision.rep] == left[decision.rep] + SCALE * 30_000 // 3 - SCALE * 30_000
    assert list(ledger.snapshot()) == [pool]


def test_a_weight_of_zero_is_the_mean_in_a_batch_too() -> None:
    head = "assign lead { zero_weight: mean_of_others otherwise to any rep by capability_weighted rep.capacity"
    policy = policy_of(f'{head} if nobody hold "desk" }}')
    facts = facts_of(policy, rep={**REPS, "capacity": ["3", "1", "0"]}, lead=_leads([1] * 12, 2))
    made = allocate(policy, facts, KEYS)
    assert Counter(one.rep for batch in made.batches for one in batch.outcomes) == {"a": 6, "b": 2, "c": 4}
