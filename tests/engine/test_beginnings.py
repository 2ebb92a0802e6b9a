"""Newcomers, returns after long, and ties by who has waited longest."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meed.dsl import check
from meed.engine.assigning.decisions import Decision
from meed.engine.fairness.assignment_fairness import assignment_report
from meed.engine.turns.beginnings import BeginsAt, moves_of_beginning
from meed.engine.turns.shares import SCALE, Candidate, ShareLedger, bound

from .test_life import Stage, did

POOL = "lead/otherwise/1"
DAY = 24 * 60
HOWS: list[BeginsAt] = ["zero", "average", "last_in_line"]
REPS: dict[str, list[Any]] = {"id": ["a", "b", "c", "d"], "on_duty": ["yes", "yes", "yes", "no"]}


def stage_of(head: str) -> Stage:
    return Stage(
        f'assign lead {{ {head} needs rep.on_duty otherwise to any rep by round_robin if nobody hold "desk" }}',
        rep=REPS,
    )


def given_to(stage: Stage, keys: str, at: float = 0) -> list[Decision]:
    return [stage.arrive(key, at + number).decisions[0] for number, key in enumerate(keys.split())]


# --- newcomers -----------------------------------------------------------------------------------------------


def test_a_newcomer_is_even_unless_the_policy_says_otherwise() -> None:
    for head in ("", "newcomer: zero"):
        stage = stage_of(head)
        given_to(stage, "L1")
        stage.change("rep", "d", 5, on_duty=True)
        assert did(stage.arrive("L2", 6)) == ["post"]
        assert stage.credits() == {"a": "-0.417", "b": "-0.417", "c": "+0.583", "d": "+0.250"}


def test_who_comes_last_in_line_is_owed_no_more_than_anybody_there() -> None:
    stage = stage_of("newcomer: last_in_line")
    given_to(stage, "L1")
    stage.change("rep", "d", 5, on_duty=True)
    outcome = stage.arrive("L2", 6)
    assert did(outcome) == ["begin", "post"]
    begin = outcome.postings[0]
    assert (begin.winner, dict(begin.moves)) == (
        "d", {"d": -SCALE // 2, "a": SCALE // 6, "b": SCALE // 6, "c": SCALE // 6},
    )  # fmt: skip
    assert begin.why == "d came new, and began last in line (-0.500 of a lead)"
    (decision,) = outcome.decisions
    assert decision.because.endswith("; d came new, and began last in line (-0.500 of a lead)")
    assert decision.as_json()["tried"][-1]["began"] == [
        {"rep": "d", "at": "last_in_line", "back": False, "credit": str(-SCALE // 2)}
    ]
    assert stage.floor.ledger.promise(POOL) == bound(4)  # everybody is there: nothing is widened


def test_ties_by_waiting_make_a_queue_of_turns() -> None:
    stage = stage_of("newcomer: last_in_line  order: longest_waiting")
    given_to(stage, "L1")
    stage.change("rep", "d", 5, on_duty=True)
    after = given_to(stage, "L2 L3 L4 L5 L6", 6)
    assert [one.rep for one in after] == ["b", "c", "a", "d", "b"]


def test_a_turn_that_is_given_back_gives_its_place_in_line_back() -> None:
    stage = stage_of("order: longest_waiting")
    first, second = given_to(stage, "L1 L2")
    assert (first.rep, second.rep) == ("a", "b")
    stage.move("L1", "release", "a", 10, reason="holiday")  # goes to c; a has had none
    assert stage.floor.owner("lead", "L1") == "c"
    assert stage.arrive("L3", 11).decisions[0].rep == "a"


def test_the_average_of_those_there_is_what_an_average_newcomer_is_owed() -> None:
    stage = stage_of("newcomer: average")
    given_to(stage, "L1 L2")
    stage.change("rep", "c", 5, on_duty=False)  # takes the credit that is owed out of sight
    stage.change("rep", "d", 6, on_duty=True)
    outcome = stage.arrive("L3", 7)
    assert did(outcome) == ["begin", "post"]
    begun = dict(outcome.postings[0].moves)
    assert begun["d"] == -2 * SCALE // 9
    assert sum(begun.values()) == 0


# --- a long time away ----------------------------------------------------------------------------------------


def test_a_credit_stands_still_however_long_somebody_is_away() -> None:
    stage = stage_of("")
    given_to(stage, "L1")
    stage.change("rep", "c", 5, on_duty=False)
    given_to(stage, "M1 M2 M3 M4", 10)
    assert stage.credits()["c"] == "+0.333"
    stage.change("rep", "c", 400 * DAY, on_duty=True)
    assert did(stage.arrive("N1", 400 * DAY + 1)) == ["post"]


def test_after_long_away_somebody_begins_as_a_newcomer_does() -> None:
    stage = stage_of("leave: 90 days")
    given_to(stage, "L1")
    stage.change("rep", "c", 5, on_duty=False)
    given_to(stage, "M1 M2", 10)
    stage.change("rep", "c", 20 * DAY, on_duty=True)
    assert did(stage.arrive("N1", 20 * DAY)) == ["post"]
    stage.change("rep", "c", 21 * DAY, on_duty=False)
    stage.arrive("N2", 60 * DAY)
    before = stage.floor.ledger.credits(POOL)
    stage.change("rep", "c", 110 * DAY, on_duty=True)
    outcome = stage.arrive("N3", 110 * DAY)
    assert did(outcome) == ["begin", "post"]
    begin = outcome.postings[0]
    assert dict(begin.moves)["c"] == -before["c"] != 0
    assert begin.why == "c was away for long, and began even (+0.000 of a lead)"
    stage.arrive("N4", 111 * DAY)


def test_nobody_is_there_to_leave_a_credit_to_where_all_come_back_at_once() -> None:
    stage = stage_of("leave: 7 days")
    given_to(stage, "L1")
    assert did(stage.arrive("L2", 30 * DAY)) == ["post"]


@pytest.mark.parametrize("said", ["soon", '"90 days"', "5"])
def test_leave_is_a_word_or_a_stretch_of_time(said: str) -> None:
    found = check(
        'policy "P" { currency: USD }\nfacts standard\n'
        f'assign lead {{ leave: {said}  otherwise to any rep by round_robin  if nobody hold "desk" }}'
    )
    assert [one.code for one in found.diagnostics] == ["E0227"]


# --- whatever happens ----------------------------------------------------------------------------------------


@given(st.sampled_from(HOWS), st.dictionaries(st.sampled_from("abcdef"), st.integers(-50, 50), min_size=1))
def test_who_begins_moves_no_credit_in_all_and_stands_where_the_word_says(how: BeginsAt, held: dict[str, int]) -> None:
    there = [key for key in held if key != "f"]
    moves = moves_of_beginning(how, "f", held, there)
    if not there:
        assert moves == {}
        return
    after = {key: held.get(key, 0) + moves.get(key, 0) for key in [*there, "f"]}
    assert sum(after.values()) == sum(held.get(key, 0) for key in after)
    others = [after[key] for key in there]
    match how:
        case "zero":
            assert after["f"] == 0
        case "average":
            assert abs(after["f"] * len(others) - sum(others)) <= len(others) + 1
        case "last_in_line":
            assert after["f"] <= min(others) + 1
            assert min(others) - after["f"] <= 2


@given(st.sampled_from(HOWS), st.integers(2, 6), st.lists(st.sets(st.integers(0, 7), min_size=1), max_size=30))
def test_where_everybody_is_there_a_beginning_widens_nothing(how: BeginsAt, n: int, leads: list[set[int]]) -> None:
    ledger = ShareLedger()
    everybody = [f"r{number}" for number in range(n)]
    ledger.post("p", [Candidate(rep) for rep in everybody])
    for who in leads:
        ledger.post("p", [Candidate(f"r{number % n}") for number in sorted({one % n for one in who})])
    ledger.begin_anew("p", "new", how, everybody)
    ledger.post("p", [Candidate(rep) for rep in [*everybody, "new"]])
    assert ledger.promise("p") == bound(n + 1)


EVENTS = st.lists(
    st.tuples(st.sampled_from(["arrive", "duty", "transfer", "release", "long"]), st.integers(0, 99)), max_size=30
)


@given(
    st.sampled_from(
        [
            "newcomer: average",
            "newcomer: last_in_line  order: longest_waiting",
            "leave: 7 days",
            "leave: 7 days  newcomer: last_in_line",
            "leave: 1 month  newcomer: average  fair_in: value",
        ]
    ),
    EVENTS,
)
def test_whatever_happens_the_promise_holds_and_a_replay_is_the_same(head: str, events: list[tuple[str, int]]) -> None:
    made: list[list[dict[str, Any]]] = []
    for _ in range(2):
        stage, said, now = stage_of(head), list[dict[str, Any]](), 0
        for what, pick in events:
            now += 10 * DAY if what == "long" else 1
            said.append(_happens(stage, what, pick, now))
        ledger = stage.floor.ledger
        again = ShareLedger.restore(ledger.snapshot())
        assert again.snapshot() == ledger.snapshot()
        for pool, held in ledger.snapshot().items():
            assert not sum(held["credits"].values())
            assert all(ledger.promise(pool).allows(credit) for credit in held["credits"].values())
        assert assignment_report([one for one in said if one])["within_promise"] is True
        made.append(said)
    assert made[0] == made[1]


def _happens(stage: Stage, what: str, pick: int, now: int) -> dict[str, Any]:
    rep = "abcd"[pick % 4]
    if what == "duty":
        return stage.change("rep", rep, now, on_duty=bool(pick % 3)).as_json()
    key = f"L{pick % 8}"
    stay = stage.floor.stay("lead", key)
    if stay is None:
        return stage.arrive(key, now, value=pick * 10).as_json()
    if what == "release" and stay.state == "owned":
        return stage.move(key, "release", stay.rep, now, reason="why not").as_json()
    if what == "transfer" and stay.rep != rep:
        return stage.move(key, "override", to=rep, at=now, by="a", reason="so").as_json()
    return {}
