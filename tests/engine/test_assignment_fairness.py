"""The fairness of a stream of decisions: counted anew, held against the bound, and against chance."""

import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meed.dsl.checker import check
from meed.dsl.source import SourceFile
from meed.engine.assigning.decisions import Decision
from meed.engine.fairness.assignment_fairness import AssignmentCount, assignment_report
from meed.engine.fairness.course import MOST_STRETCHES, Course
from meed.engine.fairness.decided import Decided, NoDecision
from meed.engine.fairness.lead_facts import LeadFact
from meed.engine.fairness.picture import credit_picture
from meed.engine.jobs import assign
from meed.engine.numbers.measures import jain
from meed.engine.turns.shares import SCALE, Candidate, ShareLedger, Turn

POLICY = """policy "Leads" { currency: USD }
facts standard
facts rep { strength: count }
assign lead {
  needs rep.on_duty
  rule lot when lead.source is "fair"
    to any rep by random rep.strength
  otherwise to any rep where rep.region is lead.region by capability_weighted rep.strength
  if nobody hold "desk"
}
"""


def decided_leads(leads: int, seed: int = 1, reps: int = 6) -> list[Decision]:
    """Leads of two regions, some drawn by lot, some for whom nobody is there."""
    checked = check(SourceFile("p.meed", POLICY)).policy
    assert checked is not None
    random = Random(seed)
    people = pd.DataFrame(
        {
            "id": [f"R{n}" for n in range(reps)],
            "region": ["East" if n % 2 else "West" for n in range(reps)],
            "on_duty": ["no" if n == reps - 1 else "yes" for n in range(reps)],
            "strength": [1 + n % 3 for n in range(reps)],
        }
    )
    stream = pd.DataFrame(
        {
            "id": [f"L{n:05}" for n in range(leads)],
            "created": [f"2026-04-{1 + n * 28 // leads:02} 09:00" for n in range(leads)],
            "region": [random.choice(("East", "West", "North")) for _ in range(leads)],
            "source": [random.choice(("web", "web", "fair")) for _ in range(leads)],
        }
    )
    made = assign(checked, {"rep": people, "lead": stream}, seed=bytes(range(32)))
    return made.replay.decisions


@pytest.fixture(scope="module")
def decisions() -> list[Decision]:
    return decided_leads(600)


def test_a_log_says_the_same_as_memory(decisions: list[Decision]):
    log = [json.loads(json.dumps(one.as_json()), parse_float=Decimal) for one in decisions]
    assert assignment_report(log) == assignment_report(decisions)
    assert assignment_report([dict(sorted(one.items())) for one in log]) == assignment_report(decisions)
    lived = [{**one, "by": "Zoe", "reason": "asked for", "came": "override", "lapses": 5} for one in log]
    assert assignment_report([dict(sorted(one.items())) for one in lived]) == assignment_report(decisions)
    assert json.loads(json.dumps(assignment_report(log))) == assignment_report(log)


def test_owed_and_received_are_those_of_the_decisions(decisions: list[Decision]):
    report = assignment_report(decisions)
    assert report["decided"] == 600
    assert report["held_at"] == {"desk": report["held"]}
    assert report["assigned"] == sum(report["received"].values()) == 600 - report["held"]
    pool = next(one for one in report["pools"] if one["pool"] == "lead/otherwise/1")
    assert (
        sum(Fraction(rep["owed"]) for rep in pool["reps"]) == pool["turns"] == sum(r["received"] for r in pool["reps"])
    )
    assert all(Fraction(r["owed"]) - r["received"] == Fraction(r["credit"]) for r in pool["reps"])
    assert report["within_promise"] is True
    assert report["defects"] == []
    lot = report["by_lot"][0]
    assert lot["rule"] == "lead/lot"
    assert sum(Fraction(rep["owed"]) for rep in lot["reps"]) == lot["draws"]
    assert lot["chi_square"]["freedom"] == 4  # five are on duty, always with the same tickets
    assert abs(Fraction(lot["p"]) - Fraction(lot["chi_square"]["p"])) < Fraction(3, 100)
    assert sorted(report["stood_in_the_way"]) == ["p.meed:5:9", "p.meed:8:30"]


def test_groups_are_counted_once_a_decision(decisions: list[Decision]):
    groups = {"side": {f"R{n}": "odd" if n % 2 else "even" for n in range(6)}}
    access = assignment_report(decisions, groups=groups)["access"]["side"]
    assert [(one["group"], one["reps"], one["looked_at"]) for one in access] == [("even", 3, 1800), ("odd", 3, 1800)]
    assert [one["could_to_highest"] for one in access] == [None, None]  # three reps are too few to judge
    could = sum(
        1 for one in decisions if any(c.eligible and c.rep in ("R1", "R3", "R5") for c in one.tried[-1].candidates)
    )
    assert access[1]["could_take_it"] >= could
    assert sum(one["received"] for one in access) == sum(one.rep is not None for one in decisions)


# --- credits, counted by hand --------------------------------------------------------------------------------


def said(turn: Turn, number: int, at: int = 0) -> dict[str, Any]:
    """A decision of a turn as plain values."""
    standings = {
        "reps": [one.key for one in turn.standings], "weights": [str(one.weight) for one in turn.standings],
        "shares": [str(one.share) for one in turn.standings],
        "credits_before": [str(one.credit_before) for one in turn.standings],
    }  # fmt: skip
    tier = {
        "place": "p:1:1", "strategy": "round_robin", "eligible": standings["reps"], "refused": [],
        "turn": {"pool": turn.pool, "scale": str(SCALE), "winner": turn.winner, "standings": standings},
    }  # fmt: skip
    return {
        "decision_id": f"D{number}", "kind": "lead", "key": f"L{number}", "at": at, "sequence": number,
        "rep": turn.winner, "held": None, "rule": "r", "strategy": "round_robin", "tried": [tier],
    }  # fmt: skip


@given(st.lists(st.lists(st.tuples(st.sampled_from("abcde"), st.integers(1, 50)), min_size=1, max_size=5), max_size=40))
def test_every_prefix_of_a_rotation_is_within_its_promise_and_counts_to_the_ledgers_credits(
    rounds: Sequence[Sequence[tuple[str, int]]],
):
    ledger, log = ShareLedger(), []
    for number, among in enumerate(rounds):
        candidates = [Candidate(key, weight) for key, weight in dict(among).items()]
        log.append(said(ledger.post("p", candidates), number))
    report = assignment_report(log)
    assert report["within_promise"]
    assert not report["defects"]
    found = {rep["rep"]: Fraction(rep["credit"]) * SCALE for pool in report["pools"] for rep in pool["reps"]}
    assert found == ledger.credits("p")


def two_turns() -> list[dict[str, Any]]:
    ledger = ShareLedger()
    return [said(ledger.post("p", [Candidate("a"), Candidate("b")]), number) for number in range(2)]


def test_a_credit_beyond_the_bound_is_a_defect_with_the_decision_that_began_it():
    ledger, log = ShareLedger(), []
    for number in range(3):
        turn = ledger.post_manual("p", "a", [Candidate("a"), Candidate("b")])
        log.append(said(turn, number))  # the log does not say that a person chose
    report = assignment_report(log)
    assert report["within_promise"] is False
    assert report["pools"][0]["breach"] == {
        "at": "decision `D1`", "rep": "a", "credit": "-1", "promised": {"over": "1/2", "under": "1/2"},
    }  # fmt: skip
    assert "at decision `D1` the credit of `a` left the bound" in report["defects"][0]
    for one in log:
        one["tried"][0]["turn"]["manual"] = True
    told = assignment_report(log)
    assert told["within_promise"] is True
    assert told["pools"][0]["overrides_outstanding"] == 3
    assert told["pools"][0]["promised"] == {"over": "3/2", "under": "3/2"}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda turn: turn["standings"]["shares"].__setitem__(0, "1"), "its shares do not add up to what it shares"),
        (lambda turn: turn.update(winner="c"), "`c` won without a line"),
    ],
)
def test_what_a_log_says_against_itself_is_a_defect(change: Callable[[dict[str, Any]], object], says: str):
    log = two_turns()
    change(log[1]["tried"][0]["turn"])
    report = assignment_report(log)
    assert f"pool `p`: decision `D1`: {says}" in report["defects"]
    assert report["finding"] is True


def test_a_log_may_begin_in_the_middle_and_what_moves_credits_between_turns_widens_the_promise():
    log = two_turns()
    assert assignment_report(log[1:])["pools"][0]["reps"][0]["credit"] == "0"
    before = log[1]["tried"][0]["turn"]["standings"]["credits_before"]  # as if leads had been given back
    before[:] = [str(int(before[0]) + 2 * SCALE), str(int(before[1]) - 2 * SCALE)]
    pool = assignment_report(log)["pools"][0]
    assert (pool["moved_outside_turns"], pool["promised"]["over"]) == (1, "3/2")


def test_outcomes_post_what_people_did():
    ledger, both = ShareLedger(), [Candidate("a"), Candidate("b")]
    first = ledger.post("p", both)
    override = ledger.post_manual("p", "a", both)

    def posting(turn: Turn, did: str, sign: int = 1) -> dict[str, Any]:
        moves = {rep: str(sign * move) for rep, move in turn.moves().items()}
        return {
            "at": 5, "pool": "p", "kind": "lead", "key": "L9", "did": did, "winner": turn.winner, "moves": moves,
            "value": "1", "why": "said so",
        }  # fmt: skip

    told = {"at": 5, "pool": "p", "kind": "lead", "key": "L0", "did": "post", "winner": first.winner, "value": "1"}
    given_away = {"decisions": [said(first, 0)], "postings": [{**told, "decision": "D0"}]}
    chosen = {"postings": [posting(override, "post_manual")]}
    pool = assignment_report([given_away, chosen])["pools"][0]
    assert (pool["turns"], pool["overrides_outstanding"], pool["promised"]["under"]) == (2, 1, "1")
    assert {rep["rep"]: Fraction(rep["credit"]) * SCALE for rep in pool["reps"]} == ledger.credits("p")
    ledger.reverse(override)
    back = assignment_report([given_away, chosen, {"postings": [posting(override, "reverse", -1)]}])["pools"][0]
    assert (back["overrides_outstanding"], back["promised"]["under"]) == (0, "1/2")
    assert {rep["rep"]: Fraction(rep["credit"]) * SCALE for rep in back["reps"]} == ledger.credits("p")


def test_what_is_no_decision_is_refused():
    for wrong in ({}, {"decision_id": "D1", "at": 1}, {**two_turns()[0], "tried": [{"strategy": "x"}]}):
        with pytest.raises(NoDecision):
            Decided.read(wrong)
    strange = {"at": 1, "pool": "p", "kind": "lead", "key": "L", "did": "x", "moves": {"a": "1"}, "value": "1"}
    with pytest.raises(NoDecision, match="nothing that is done"):
        assignment_report([{"postings": [strange]}])
    with pytest.raises(NoDecision, match="decision `D7`, of which a posting tells, is not there"):
        assignment_report([{"postings": [{**strange, "did": "post", "decision": "D7"}]}])


@given(st.integers(1, 12), st.integers(1, 12))
def test_k_of_n_with_all_of_it_have_a_jain_of_k_over_n(n: int, k: int):
    assert jain([1] * min(n, k) + [0] * (n - min(n, k))) == Fraction(min(n, k), n)


# --- leads, waits, pictures ----------------------------------------------------------------------------------


def test_better_leads_for_some_are_found_and_a_fair_stream_is_left_in_peace(decisions: list[Decision]):
    random = Random(3)
    fair = {one.key: LeadFact(one.kind, {"value": Fraction(random.randrange(1000))}) for one in decisions}
    report = assignment_report(decisions, fair, alike="week", draws=999)
    assert [(one["quality"], one["by"]) for one in report["quality"]] == [("value", "rep")]
    assert not report["finding"]
    rigged = {
        one.key: LeadFact(one.kind, {"value": Fraction(random.randrange(1000) - (400 if one.rep == "R1" else 0))})
        for one in decisions
    }
    found = assignment_report(decisions, rigged, alike="week", draws=999)
    groups = {one["group"]: one for one in found["quality"][0]["groups"]}
    assert groups["R1"]["finding"] is True
    assert groups["R1"]["p"] == "1/1000"
    assert found["finding"] is True
    assert found["leads_not_known"] == 0


def test_waits_are_those_of_whoever_had_the_lead(decisions: list[Decision]):
    known: dict[str, LeadFact] = {}
    for place, one in enumerate(one for one in decisions if one.rep is not None):
        owner = one.rep if place % 2 else "somebody else"
        known[one.key] = LeadFact(created=one.at - 60, first_contact=one.at + 600 * (1 + place % 10), owner=owner)
    waits = assignment_report(decisions, known)["waits"]
    assert waits["to_decision"]["longest"] == 60
    assert waits["to_contact"]["longest"] == 6000
    assert waits["to_contact"]["median"] == 3600
    assert waits["contacted_by_others"] == (len(known) + 1) // 2
    assert sum(one["leads"] for one in waits["to_contact_by_rep"].values()) == len(known) // 2


@given(st.lists(st.dictionaries(st.sampled_from("abc"), st.integers(-9, 9), min_size=1), max_size=1500))
def test_a_course_keeps_extremes_and_the_last_in_bounded_memory(steps: list[dict[str, int]]):
    course = Course()
    for figures in steps:
        course.add(figures)
    assert len(course.stretches) <= MOST_STRETCHES
    for name in "abc":
        all_of = [figures[name] for figures in steps if name in figures]
        kept = [stretch[name] for stretch in course.stretches if name in stretch]
        if all_of:
            assert min(one.low for one in kept) == min(all_of)
            assert max(one.high for one in kept) == max(all_of)
            assert kept[-1].last == all_of[-1]
    assert len(course.merged(5).stretches) <= max(5, 1)


@pytest.mark.parametrize("turns", [30, 3000])
def test_a_picture_names_the_farthest_and_holds_forty(turns: int):
    ledger, random, count = ShareLedger(), Random(1), AssignmentCount()
    reps = [Candidate(f"<R&{n:02}>", 1 + n % 5) for n in range(40)]
    for number in range(turns):
        count.add(Decided.read(said(ledger.post("p", random.sample(reps, 12)), number)))
    pool = count.made().pools[0]
    drawn = credit_picture(pool)
    assert drawn == credit_picture(pool)
    farthest = max(pool.reps, key=lambda rep: max(rep.most_ahead, rep.most_behind)).rep
    assert f">{farthest.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')}</text>" in drawn
    assert "<R" not in drawn.replace("<Rect", "")
    assert len(drawn) < 400_000
