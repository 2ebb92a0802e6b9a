"""The life of an assignment: offers, moves by hand, timers, the pool; and what each does to credits."""

import json
from fractions import Fraction
from typing import Any

import pytest

from meed.dsl import check
from meed.dsl import checked as c
from meed.engine.assigning.assignment import DrawKeys
from meed.engine.calendar.days import SECONDS_PER_DAY
from meed.engine.facts import Facts
from meed.engine.fairness.assignment_fairness import assignment_report
from meed.engine.fairness.decided import Decided
from meed.engine.intake.opening import open_facts
from meed.engine.intake.raw_table import RawTable
from meed.engine.life import Activate, Arrive, Change, Fire, Floor, Move, Outcome, Refused, Tick, event_of
from meed.engine.turns.shares import SCALE

KEYS = DrawKeys(b"sixteen bytes...")
DAY = 20_500 * SECONDS_PER_DAY
MINUTE, HOUR = 60, 3_600
HEAD = 'policy "Life" { version: "1"  currency: CNY  timezone: "Asia/Shanghai" }\nfacts standard\n'
REPS = {"id": ["a", "b", "c"], "on_duty": ["yes", "yes", "yes"], "team": ["x", "x", "y"], "manager": ["", "a", "a"]}


def policy_of(text: str) -> c.Policy:
    found = check(HEAD + text)
    assert found.policy is not None, [one.message for one in found.diagnostics]
    assert not found.policy.unsupported
    return found.policy


def facts_of(policy: c.Policy, **raw: dict[str, list[Any]]) -> Facts:
    tables = {kind: RawTable(f"{kind}.csv", columns) for kind, columns in ({"rep": REPS} | raw).items()}
    empty = frozenset(policy.kinds) - tables.keys()
    return open_facts(policy, tables, "assign", strict=True, empty=empty)[0]


class Stage:
    """A floor with its moments counted from a day, in minutes."""

    def __init__(self, text: str, *others: str, **raw: dict[str, list[Any]]) -> None:
        policies = [policy_of(one) for one in (text, *others)]
        known = {policy.hash: policy for policy in policies}
        self.policies = policies
        self.floor = Floor(
            policies[0], facts_of(policies[0], **raw), KEYS, known.__getitem__, lambda policy: facts_of(policy, **raw)
        )

    def arrive(self, key: str, at: float = 0, **fact: Any) -> Outcome:
        return self.floor.apply(Arrive(self.at(at), "lead", {"id": key, **fact}))

    def move(self, key: str, word: str, rep: str = "", at: float = 0, **more: str) -> Outcome:
        return self.floor.apply(Move(self.at(at), "lead", key, word, rep, **more))

    def change(self, kind: str, key: str, at: float = 0, /, **values: Any) -> Outcome:
        return self.floor.apply(Change(self.at(at), kind, key, values))

    def tick(self, at: float) -> Outcome:
        return self.floor.apply(Tick(self.at(at)))

    def activate(self, number: int, at: float) -> Outcome:
        return self.floor.apply(Activate(self.at(at), self.policies[number].hash))

    def refused(self, key: str, word: str, rep: str = "", at: float = 0, **more: str) -> Refused:
        with pytest.raises(Refused) as caught:
            self.move(key, word, rep, at, **more)
        return caught.value

    def at(self, minutes: float) -> int:
        return DAY + round(minutes * MINUTE)

    def where(self, key: str) -> str:
        stay = self.floor.stay("lead", key)
        return "nowhere" if stay is None else f"{stay.state} {stay.rep or stay.desk}".strip()

    def credits(self, pool: str = "lead/otherwise/1") -> dict[str, str]:
        return {rep: f"{credit / SCALE:+.3f}" for rep, credit in sorted(self.floor.ledger.credits(pool).items())}


def how(outcome: Outcome) -> list[tuple[str, str]]:
    return [(ending.rep, ending.how) for ending in outcome.endings]


def did(outcome: Outcome) -> list[str]:
    return [posting.did for posting in outcome.postings]


# --- offers --------------------------------------------------------------------------------------------------

OFFERS = """assign lead { needs rep.on_duty
  rule east when lead.region is "East"
    to any rep where rep.team is "x" by round_robin accept within 15 minutes
    to any rep where rep.team is "y" by round_robin accept within 15 minutes
    if nobody hold "desk"
  otherwise to any rep by round_robin accept within 15 minutes
  if nobody hold "desk" }"""


def test_an_offer_is_owned_once_it_is_accepted() -> None:
    stage = Stage(OFFERS)
    (decision,) = stage.arrive("L1", region="West").decisions
    assert (decision.rep, decision.lapses) == ("a", stage.at(15))
    assert decision.as_json()["lapses"] == stage.at(15)
    assert (stage.where("L1"), stage.floor.owner("lead", "L1")) == ("offered a", None)
    assert stage.refused("L1", "accept", "b", 5).reason == "not-yours"
    stage.move("L1", "accept", "a", 5)
    assert (stage.where("L1"), stage.floor.owner("lead", "L1")) == ("owned a", "a")
    assert stage.refused("L1", "decline", "a", 6).reason == "not-offered"
    assert stage.tick(60) == Outcome()


def test_who_declines_gets_the_turn_back_and_is_left_out() -> None:
    stage = Stage(OFFERS)
    stage.arrive("L1", region="West")
    outcome = stage.move("L1", "decline", "a", 5)
    assert how(outcome) == [("a", "declined")]
    assert did(outcome) == ["reverse", "post"]
    assert outcome.decisions[0].rep == "b"
    assert outcome.decisions[0].why_not("a") == "this rep has declined it"
    assert stage.credits() == {"a": "+0.000", "b": "-0.500", "c": "+0.500"}


def test_a_decline_that_uses_the_turn_is_paid_for() -> None:
    stage = Stage(OFFERS.replace("needs", "decline: uses_turn needs"))
    stage.arrive("L1", region="West")
    assert did(stage.move("L1", "decline", "a", 5)) == ["post"]
    assert stage.credits() == {"a": "-0.667", "b": "-0.167", "c": "+0.833"}


def test_an_offer_lapses_at_its_moment_and_rings_the_next_step_after_the_last_of_this_one() -> None:
    stage = Stage(OFFERS)
    stage.arrive("L1", region="East")
    outcome = stage.tick(100)
    assert [(ending.rep, ending.how, ending.at) for ending in outcome.endings] == [
        ("a", "lapsed", stage.at(15)),
        ("b", "lapsed", stage.at(30)),
        ("c", "lapsed", stage.at(45)),
    ]
    assert [decision.rep for decision in outcome.decisions] == ["b", "c", None]
    assert [decision.step for decision in outcome.decisions] == [1, 2, 0]
    assert stage.where("L1") == "held desk"
    assert outcome.decisions[-1].because == 'east: nobody could take it, so it is held at "desk"'


def test_what_comes_too_late_is_refused_and_nothing_has_happened_yet() -> None:
    stage = Stage(OFFERS)
    stage.arrive("L1", region="West")
    assert stage.refused("L1", "accept", "a", 15).reason == "not-yours"
    assert stage.where("L1") == "offered a"
    assert how(stage.move("L1", "accept", "b", 20)) == [("a", "lapsed")]


def test_a_person_may_be_offered_it_first() -> None:
    stage = Stage(OFFERS.replace("rule east", "rule own when lead.account_owner is known "
                                 "to lead.account_owner accept within 1 hour rule east"))  # fmt: skip
    stage.arrive("L1", region="East", account_owner="c")
    assert stage.where("L1") == "offered c"
    assert stage.tick(60).decisions[0].held == "desk"


# --- by hand -------------------------------------------------------------------------------------------------

PLAIN = """assign lead { needs rep.on_duty otherwise to any rep by round_robin if nobody hold "desk" }"""


def test_a_fact_given_back_goes_to_the_next_by_the_rules() -> None:
    stage = Stage(PLAIN)
    stage.arrive("L1")
    outcome = stage.move("L1", "release", "a", 5, reason="wrong language")
    assert how(outcome) == [("a", "released")]
    assert (outcome.endings[0].reason, outcome.decisions[0].rep) == ("wrong language", "b")
    assert stage.arrive("L2", 6).decisions[0].rep == "c"


def test_a_transfer_moves_the_turn_with_it_and_keeps_within_the_needs() -> None:
    stage = Stage(PLAIN)
    stage.arrive("L1")
    stage.change("rep", "c", on_duty="no")
    refusal = stage.refused("L1", "transfer", "a", 5, to="c")
    assert refusal.reason == "not-eligible"
    assert "on_duty" in refusal.message or "on duty" in refusal.message
    outcome = stage.move("L1", "transfer", "a", 5, to="b", reason="speaks French")
    assert did(outcome) == ["reverse", "post_manual"]
    assert outcome.decisions[0].because == "a gave it to b: speaks French"
    assert stage.credits() == {"a": "+0.333", "b": "-0.667", "c": "+0.333"}
    assert stage.where("L1") == "owned b"
    assert stage.refused("L1", "transfer", "b", 6, to="b").reason == "same-rep"


def test_an_override_says_who_why_and_what_it_set_aside() -> None:
    stage = Stage(PLAIN)
    stage.change("rep", "c", on_duty="no")
    stage.arrive("L1")
    assert stage.refused("L1", "override", at=5, to="c", by="boss").reason == "needs-reason"
    (decision,) = stage.move("L1", "override", at=5, to="c", by="boss", reason="asked for by name").decisions
    assert (decision.came, decision.by, decision.rep) == ("manual", "boss", "c")
    assert "on_duty" in decision.beyond or "on duty" in decision.beyond
    assert stage.credits() == {"a": "+0.500", "b": "+0.500", "c": "-1.000"}
    assert stage.floor.ledger.overrides("lead/otherwise/1") == 1


def test_an_assignment_by_hand_may_use_no_turn() -> None:
    stage = Stage(PLAIN.replace("needs", "manual: no_turn needs"))
    stage.arrive("L1")
    before = stage.credits()
    outcome = stage.move("L1", "override", at=5, to="c", by="boss", reason="asked for by name")
    assert (did(outcome), stage.credits()) == ([], before)


def test_a_held_fact_may_be_given_by_hand_and_counts_as_the_turn_that_it_would_have_been() -> None:
    stage = Stage(PLAIN.replace("rep.on_duty", "rep.on_duty and lead.region is known"))
    for rep in "abc":
        stage.change("rep", rep, on_duty="no")
    stage.arrive("L1", region="East")
    assert stage.where("L1") == "held desk"
    stage.change("rep", "a", on_duty="yes")
    stage.change("rep", "b", on_duty="yes")
    outcome = stage.move("L1", "override", at=5, to="b", by="boss", reason="urgent")
    assert did(outcome) == ["post_manual"]
    assert stage.credits() == {"a": "+0.500", "b": "-0.500"}


def test_what_is_closed_stays_with_its_owner_and_moves_no_more() -> None:
    stage = Stage(PLAIN)
    stage.arrive("L1")
    assert how(stage.move("L1", "close", at=5)) == [("a", "closed")]
    assert (stage.where("L1"), stage.floor.owner("lead", "L1")) == ("closed a", "a")
    assert stage.refused("L1", "release", "a", 6).reason == "closed"


def test_a_confirmation_is_written_once() -> None:
    text = PLAIN.replace("if nobody", "if nobody").replace("}", "after 1 hour unless lead.confirmed is known next }")
    stage = Stage(text)
    stage.arrive("L1")
    stage.arrive("L2")
    stage.move("L1", "confirm", "a", 5)
    stage.move("L1", "confirm", "a", 6)
    assert how(stage.tick(120)) == [("b", "reassigned"), ("c", "reassigned")]
    assert stage.where("L1") == "owned a"


@pytest.mark.parametrize(
    ("key", "word", "rep", "more", "reason"),
    [
        ("L9", "accept", "a", {}, "unknown-fact"),
        ("L0", "accept", "a", {}, "unknown-fact"),
        ("L1", "accept", "z", {}, "unknown-rep"),
        ("L1", "steal", "a", {}, "unknown-move"),
        ("L1", "transfer", "a", {}, "unknown-rep"),
        ("L1", "claim", "b", {}, "not-open"),
        ("L1", "extend", "a", {}, "no-extension"),
        ("L1", "release", "b", {}, "not-yours"),
    ],
)
def test_what_cannot_be_done_says_why(key: str, word: str, rep: str, more: dict[str, str], reason: str) -> None:
    stage = Stage(PLAIN)
    stage.arrive("L1")
    stage.change("lead", "L0", created="2026-01-01 09:00")
    refusal = stage.refused(key, word, rep, 5, **more)
    assert refusal.reason == reason
    assert refusal.message


# --- timers --------------------------------------------------------------------------------------------------

CONTACT = PLAIN.replace("}", "after 1 hour unless lead.first_contact is known ACTION }")


def test_who_lets_the_time_pass_loses_it_and_has_used_the_turn() -> None:
    stage = Stage(CONTACT.replace("ACTION", "next"))
    stage.arrive("L1")
    outcome = stage.tick(60)
    assert how(outcome) == [("a", "reassigned")]
    assert outcome.endings[0].because.endswith("after 1 hour unless lead.first_contact is known next")
    assert (did(outcome), outcome.decisions[0].rep) == (["post"], "b")
    assert outcome.decisions[0].why_not("a") == "this rep had it last"
    assert outcome.decisions[0].at == stage.at(60)
    stage.change("lead", "L1", 70, first_contact="2026-01-01 09:00")
    assert stage.tick(600) == Outcome()


def test_a_turn_lost_by_waiting_may_be_given_back() -> None:
    stage = Stage(CONTACT.replace("ACTION", "return").replace("needs", "timeout: gives_turn_back needs"))
    stage.arrive("L1")
    outcome = stage.tick(60)
    assert (how(outcome), did(outcome)) == ([("a", "returned")], ["reverse"])
    assert stage.where("L1") == "pool"
    assert set(stage.credits().values()) == {"+0.000"}


def test_a_desk_a_notice_and_an_award_may_be_due() -> None:
    text = PLAIN.replace("}", """after 1 hour notify lead.owner.manager "look at it"  after 2 hours award "Patience" to
      lead.owner  after 3 hours hold "senior desk"  every 90 minutes notify lead.owner "still yours" }""")  # fmt: skip
    stage = Stage(text)
    stage.arrive("L1")
    stage.arrive("L2")
    outcome = stage.tick(240)
    told = [(notice.key, notice.to, notice.text, notice.at) for notice in outcome.notices]
    assert told == [
        ("L2", "a", "look at it", stage.at(60)),
        ("L1", "a", "still yours", stage.at(90)),
        ("L2", "b", "still yours", stage.at(90)),
    ]
    assert [(award.key, award.to, award.title) for award in outcome.awards] == [
        ("L1", "a", "Patience"),
        ("L2", "b", "Patience"),
    ]
    assert stage.where("L1") == "held senior desk"


def test_a_waiting_fact_is_tried_again_until_somebody_can_take_it() -> None:
    stage = Stage(PLAIN.replace("}", "every 10 minutes unless lead.owner is known next }"))
    for rep in "abc":
        stage.change("rep", rep, on_duty="no")
    stage.arrive("L1")
    assert stage.tick(25) == Outcome()
    stage.change("rep", "c", 26, on_duty="yes")
    (decision,) = stage.tick(45).decisions
    assert (decision.rep, decision.at) == ("c", stage.at(30))
    assert stage.tick(300) == Outcome()


def test_timers_of_several_facts_are_due_in_the_order_of_moment_and_key() -> None:
    stage = Stage(CONTACT.replace("ACTION", 'notify lead.owner "call"'))
    for key in ("L3", "L1", "L2"):
        stage.arrive(key)
    assert [notice.key for notice in stage.tick(60).notices] == ["L1", "L2", "L3"]


def test_a_timer_counts_from_what_the_policy_says_and_moves_with_it() -> None:
    text = """let last_touch of lead = (latest of activity.at where activity.lead is lead) else lead.assigned
    """ + PLAIN.replace("}", "after 1 day since last_touch return }")
    stage = Stage(text)
    stage.arrive("L1")
    stage.change("activity", "A1", 600, lead="L1", rep="a", kind="call")
    assert stage.tick(1440) == Outcome()
    outcome = stage.tick(5000)
    assert [(ending.how, ending.at) for ending in outcome.endings] == [("returned", stage.at(600 + 1440))]


# --- deadlines -----------------------------------------------------------------------------------------------

RECALL = """assign lead { otherwise to any rep by claim  if nobody hold "desk"  after 7 days return }"""
DAYS = 1440


def test_a_transfer_does_not_start_the_deadline_anew() -> None:
    stage = Stage(RECALL)
    stage.arrive("L1")
    stage.move("L1", "claim", "a")
    stage.move("L1", "transfer", "a", 6 * DAYS, to="b")
    stage.move("L1", "override", at=6.5 * DAYS, to="c", by="boss", reason="helps out")
    (ending,) = stage.tick(8 * DAYS).endings
    assert (ending.rep, ending.how, ending.at) == ("c", "returned", stage.at(7 * DAYS))


def test_a_rule_switched_off_and_on_does_not_start_its_deadlines_anew() -> None:
    stage = Stage(RECALL, RECALL.replace("after 7 days return", ""))
    stage.arrive("L1")
    stage.arrive("L2")
    stage.move("L1", "claim", "a")
    stage.activate(1, 5 * DAYS)
    stage.move("L2", "claim", "b", 5 * DAYS)
    assert stage.tick(6 * DAYS) == Outcome()
    stage.activate(0, 6 * DAYS)
    assert [(ending.key, ending.at) for ending in stage.tick(20 * DAYS).endings] == [
        ("L1", stage.at(7 * DAYS)),
        ("L2", stage.at(12 * DAYS)),
    ]


def test_what_was_due_while_a_rule_was_off_is_due_when_it_is_on_again() -> None:
    stage = Stage(RECALL, RECALL.replace("after 7 days return", ""))
    stage.arrive("L1")
    stage.move("L1", "claim", "a")
    stage.activate(1, 5 * DAYS)
    stage.activate(0, 9 * DAYS)
    assert [(ending.how, ending.at) for ending in stage.tick(9 * DAYS).endings] == [("returned", stage.at(9 * DAYS))]


def test_facts_that_were_loaded_with_an_owner_have_the_same_deadlines() -> None:
    leads = {
        "id": ["L1", "L2", "L3"],
        "created": ["2026-02-01 00:00", "2026-02-10 00:00", "2026-02-16 00:00"],
        "owner": ["a", "b", "c"],
    }
    stage = Stage(RECALL, lead=leads)
    first = DAY // SECONDS_PER_DAY - 20_484  # 2026-01-31 is day 20484
    assert first == 16  # the floor opens on 2026-02-16
    assert [(one.key, one.at - DAY) for one in stage.tick(0).endings] == [("L1", 0)]
    assert [(one.key, one.at - DAY) for one in stage.tick(30 * DAYS).endings] == [
        ("L2", SECONDS_PER_DAY),
        ("L3", 7 * SECONDS_PER_DAY),
    ]


# --- the pool ------------------------------------------------------------------------------------------------

POOL = """let holds of rep = count of assignment where assignment.rep is rep and assignment.ended is missing
let claims of rep = count of assignment where assignment.rep is rep and assignment.came is "claimed"
assign lead { extend: 15 days  needs rep.on_duty and holds < 2
  rule vip when lead.segment is "key"
    to any rep where rep.team is "x" by claim accept within 1 hour
    to any rep by claim
  otherwise to any rep where (claims over day) < 3 by claim
  if nobody hold "desk"
  after 7 days unless lead.first_contact is known return
}"""


def test_an_open_fact_is_taken_by_whoever_comes_first_and_may() -> None:
    stage = Stage(POOL)
    (decision,) = stage.arrive("L1", segment="small").decisions
    assert decision.because == "otherwise: whoever may take it takes it first, and 3 could now"
    (vip,) = stage.arrive("L2", segment="key").decisions
    assert vip.because.startswith("vip: whoever may take it takes it first, until 2026-02-16 01:00, and ")
    (claimed,) = stage.move("L1", "claim", "b", 5).decisions
    assert (claimed.came, claimed.rep, claimed.because) == ("claimed", "b", "otherwise: b took it first")
    assert stage.refused("L1", "claim", "c", 5).reason == "not-open"


def test_a_fact_that_waits_where_no_step_is_by_claim_is_not_open_to_claims() -> None:
    stage = Stage(CONTACT.replace("ACTION", "return"))
    stage.arrive("L1")
    stage.tick(60)
    assert stage.where("L1") == "pool"
    assert stage.refused("L1", "claim", "b", 61).message == "no step `by claim` of the policy is for lead `L1`"


def test_holding_and_claims_are_capped_when_somebody_claims() -> None:
    stage = Stage(POOL)
    for key in ("L1", "L2", "L3", "L4", "L5"):
        stage.arrive(key, segment="small")
    stage.move("L1", "claim", "a", 1)
    stage.move("L2", "claim", "a", 2)
    refusal = stage.refused("L3", "claim", "a", 3)
    assert (refusal.reason, refusal.message) == (
        "not-eligible",
        "a cannot take lead `L3`: holds of rep so far is 2, not below 2",
    )
    stage.move("L1", "close", at=4)
    stage.move("L3", "claim", "a", 5)
    stage.move("L2", "close", at=6)
    refusal = stage.refused("L4", "claim", "a", 7)
    assert "claims" in refusal.message
    stage.move("L4", "claim", "a", 1440)


def test_a_step_by_claim_may_open_to_more_after_a_time() -> None:
    stage = Stage(POOL)
    stage.arrive("L1", segment="key")
    assert stage.refused("L1", "claim", "c", 30).reason == "not-eligible"
    (opened, claimed) = stage.move("L1", "claim", "c", 60).decisions
    assert (opened.step, opened.at, claimed.rep, claimed.step) == (2, stage.at(60), "c", 2)


def test_protection_may_be_extended_up_to_a_limit() -> None:
    stage = Stage(POOL)
    stage.arrive("L1", segment="small")
    stage.move("L1", "claim", "a")
    assert stage.refused("L1", "extend", "a", 3 * DAYS, until="2026-03-09").reason == "beyond-limit"
    stage.move("L1", "extend", "a", 3 * DAYS, until="2026-02-26")
    assert stage.refused("L1", "extend", "a", 4 * DAYS, until="2026-02-20").reason == "beyond-limit"
    stage.move("L1", "extend", "a", 4 * DAYS)
    assert stage.tick(14 * DAYS) == Outcome()
    assert [(one.how, one.at) for one in stage.tick(16 * DAYS).endings] == [("returned", stage.at(15 * DAYS))]
    assert stage.where("L1") == "pool"


@pytest.mark.parametrize("kind", ["pool", "strategy", "came"])
def test_an_outcome_names_its_kind_even_where_that_is_the_name_of_a_part_of_it(kind: str) -> None:
    policy = policy_of(f"""facts {kind} {{ id: key  opened: moment  owner: rep? }}
assign {kind} {{
  decline: gives_turn_back
  otherwise to any rep by round_robin accept within 1 hour
  if nobody hold "desk"
}}""")
    floor = Floor(policy, facts_of(policy), KEYS, {policy.hash: policy}.__getitem__)
    events = [Arrive(DAY, kind, {"id": "T1"}), Move(DAY + MINUTE, kind, "T1", "decline", "a")]
    outcomes = [floor.apply(event).as_json() for event in events]
    said = [one for outcome in outcomes for made in outcome.values() for one in made]
    assert {(one["kind"], one["key"]) for one in said} == {(kind, "T1")}
    assert [Decided.read(one).kind for outcome in outcomes for one in outcome["decisions"]] == [kind, kind]
    pool = assignment_report(outcomes)["pools"][0]
    assert {rep["rep"]: rep["credit"] for rep in pool["reps"]} == {
        rep: str(credit) for rep, credit in pool_credits(floor, pool["pool"]).items()
    }


def pool_credits(floor: Floor, pool: str) -> dict[str, Fraction]:
    return {rep: Fraction(credit, SCALE) for rep, credit in sorted(floor.ledger.credits(pool).items())}


# --- who had it before ---------------------------------------------------------------------------------------

COOLDOWN = """let lately of rep, lead = count of assignment on assignment.ended
  where assignment.lead is lead and assignment.rep is rep
assign lead { needs rep.on_duty and (lately over last 3 days) is 0
  otherwise to any rep by SHARING  if nobody hold "desk"  after 7 days RECALL }"""
CLAIMS = COOLDOWN.replace("SHARING", "claim").replace("RECALL", "return")
NO_COOLDOWN = RECALL.replace("lead {", "lead { needs rep.on_duty")
LAST_TWO = """let had of rep, lead = count of assignment
  where assignment.lead is lead and assignment.rep is rep and assignment.later < 2
""" + CONTACT.replace("needs", "needs had is 0 and")
SECOND = 1 / MINUTE


def recalled(*others: str) -> Stage:
    """A lead that was with `a` for seven days."""
    stage = Stage(CLAIMS, *others)
    stage.arrive("L1")
    stage.move("L1", "claim", "a")
    assert how(stage.tick(7 * DAYS)) == [("a", "returned")]
    return stage


def test_a_recalled_fact_may_be_claimed_again_after_a_time_to_the_second() -> None:
    stage = recalled()
    refusal = stage.refused("L1", "claim", "a", 10 * DAYS - SECOND)
    assert (refusal.reason, "lately of rep, lead" in refusal.message) == ("not-eligible", True)
    assert stage.move("L1", "claim", "a", 10 * DAYS).decisions[0].rep == "a"


def test_others_may_claim_it_meanwhile() -> None:
    assert recalled().move("L1", "claim", "b", 7 * DAYS).decisions[0].rep == "b"


def test_a_transfer_is_no_way_around_a_cooldown_and_an_override_says_that_it_is_one() -> None:
    stage = recalled()
    stage.move("L1", "claim", "b", 8 * DAYS)
    assert stage.refused("L1", "transfer", "b", 9 * DAYS, to="a").reason == "not-eligible"
    (decision,) = stage.move("L1", "override", at=9 * DAYS, to="a", by="boss", reason="asked for a").decisions
    assert "lately of rep, lead" in decision.beyond
    again = recalled()
    again.move("L1", "claim", "b", 8 * DAYS)
    assert again.move("L1", "transfer", "b", 10 * DAYS, to="a").decisions[0].rep == "a"


def test_the_rules_keep_to_a_cooldown_too() -> None:
    again = 'hold "desk"  every 1 hour unless lead.owner is known next'
    stage = Stage(COOLDOWN.replace("SHARING", "round_robin").replace("RECALL", again))
    for rep in "bc":
        stage.change("rep", rep, on_duty="no")
    stage.arrive("L1")
    assert stage.tick(10 * DAYS - SECOND).decisions == ()
    assert stage.where("L1") == "held desk"
    (decision,) = stage.tick(10 * DAYS).decisions
    assert (decision.rep, decision.at) == ("a", stage.at(10 * DAYS))


def test_a_cooldown_that_is_switched_off_and_on_has_gone_on_meanwhile() -> None:
    stage = recalled(NO_COOLDOWN)
    stage.activate(1, 8 * DAYS)
    stage.activate(0, 9 * DAYS)
    assert stage.refused("L1", "claim", "a", 10 * DAYS - SECOND).reason == "not-eligible"
    assert stage.move("L1", "claim", "a", 10 * DAYS).decisions[0].rep == "a"


def test_what_ended_before_a_cooldown_came_into_force_counts() -> None:
    stage = Stage(NO_COOLDOWN, CLAIMS)
    stage.arrive("L1")
    stage.move("L1", "claim", "a")
    stage.tick(7 * DAYS)
    stage.activate(1, 8 * DAYS)
    assert stage.refused("L1", "claim", "a", 10 * DAYS - SECOND).reason == "not-eligible"


def test_the_last_owners_may_be_left_out() -> None:
    stage = Stage(LAST_TWO.replace("ACTION", "next"))
    stage.arrive("L1")
    assert [one.rep for one in stage.tick(200).decisions] == ["b", "c", "a"]


@pytest.mark.parametrize("last", [0, 1, 2, 3])
def test_as_many_owners_are_left_out_as_are_named_whichever_way_a_fact_goes_on(last: int) -> None:
    reps = {"id": list("abcde"), "on_duty": ["yes"] * 5, "team": ["x"] * 5, "manager": [""] * 5}
    stage = Stage(LAST_TWO.replace("ACTION", "next").replace("< 2", f"< {last}"), rep=reps)
    stage.arrive("L1")
    owners = ["a"]
    steps = [("transfer", 10), ("release", 20), ("tick", 80), ("transfer", 90), ("transfer", 100), ("tick", 140)]
    for word, at in [*steps, ("release", 150)]:
        owner, barred = owners[-1], set(owners[-last:] if last else ())
        for rep in sorted(barred - {owner}):
            assert stage.refused("L1", "transfer", owner, at - 1, to=rep).reason == "not-eligible"
        more = {"to": max(set("abcde") - barred - {owner})} if word == "transfer" else {}
        outcome = stage.tick(at) if word == "tick" else stage.move("L1", word, owner, at, **more)
        assert [one.rep in barred for one in outcome.decisions] == [False]
        owners.append(outcome.decisions[0].rep or "")


def test_exclusion_of_last_owners_is_there_at_once_where_it_is_switched_on() -> None:
    stage = Stage(CONTACT.replace("ACTION", "next"), LAST_TWO.replace("ACTION", "next"))
    stage.arrive("L1")
    stage.move("L1", "transfer", "a", 1, to="b")
    stage.activate(1, 2)
    assert stage.refused("L1", "transfer", "b", 3, to="a").reason == "not-eligible"
    assert stage.move("L1", "transfer", "b", 3, to="c").decisions[0].rep == "c"


# --- what is due next ----------------------------------------------------------------------------------------

TOUCHED = """let last_touch of lead = (latest of activity.at where activity.lead is lead) else lead.assigned
""" + PLAIN.replace("}", "after 1 day since last_touch return }")


def next_due(stage: Stage) -> float | None:
    due = stage.floor.due
    return None if due is None else (due - DAY) / MINUTE


def test_an_offer_that_was_accepted_is_not_due_any_more() -> None:
    stage = Stage(OFFERS)
    stage.arrive("L1", region="West")
    stage.arrive("L2", 5, region="West")
    assert next_due(stage) == 15
    stage.move("L1", "accept", "a", 6)
    assert next_due(stage) == 20
    stage.move("L2", "accept", "b", 7)
    assert next_due(stage) is None


def test_what_counts_from_a_later_touch_is_due_later() -> None:
    stage = Stage(TOUCHED)
    stage.arrive("L1")
    assert next_due(stage) == 1440
    for number in range(1, 6):
        stage.change("activity", f"A{number}", 100 * number, lead="L1", rep="a", kind="call")
        assert next_due(stage) == 100 * number + 1440
    stage.move("L1", "close", at=600)
    assert next_due(stage) is None


def test_a_touch_that_was_a_mistake_is_due_as_before() -> None:
    stage = Stage(TOUCHED)
    stage.arrive("L1")
    stage.change("activity", "A1", 100, lead="L1", rep="a", kind="call")
    assert next_due(stage) == 1540
    stage.change("activity", "A1", 200, lead="")
    assert next_due(stage) == 1440
    assert [(one.how, one.at) for one in stage.tick(5000).endings] == [("returned", stage.at(1440))]


@pytest.mark.parametrize("otherwise", [" else lead.assigned", ""])
def test_a_meeting_that_was_put_down_ahead_counts_from_when_it_was(otherwise: str) -> None:
    stage = Stage(TOUCHED.replace(" else lead.assigned", otherwise))
    stage.arrive("L1")
    stage.change("activity", "A1", 100, lead="L1", rep="a", kind="meeting", at="2026-02-16 12:00")
    (ending,) = stage.tick(10 * DAYS).endings
    assert (ending.how, ending.at) == ("returned", stage.at(12 * 60 + 1440))


def test_a_meeting_ahead_is_not_forgotten_where_another_policy_takes_over() -> None:
    text = TOUCHED.replace(" else lead.assigned", "")
    stage = Stage(text, text.replace('"desk"', '"other desk"'))
    stage.arrive("L1")
    stage.change("activity", "A1", 100, lead="L1", rep="a", kind="meeting", at="2026-02-16 12:00")
    stage.activate(1, 200)
    (ending,) = stage.tick(10 * DAYS).endings
    assert (ending.how, ending.at) == ("returned", stage.at(12 * 60 + 1440))


def test_a_refused_event_leaves_what_is_due_as_it_was() -> None:
    stage = Stage(OFFERS)
    stage.arrive("L1", region="West")
    stage.refused("L1", "accept", "a", 15)
    assert next_due(stage) == 15
    stage.move("L1", "accept", "a", 10)
    assert next_due(stage) is None


# --- back into the pool --------------------------------------------------------------------------------------

OPEN_AGAIN = PLAIN.replace(
    "otherwise",
    """rule open when lead.segment is "open"
    to any rep by claim
  otherwise""",
)


def test_who_has_a_fact_may_put_it_back_into_the_pool_and_has_not_had_it() -> None:
    stage = Stage(OPEN_AGAIN)
    stage.arrive("L1", segment="small")
    outcome = stage.move("L1", "return", "a", 5, reason="not my line")
    (ending,) = outcome.endings
    assert (ending.how, ending.by, ending.reason) == ("returned", "", "not my line")
    assert (did(outcome), stage.where("L1"), outcome.decisions) == (["reverse"], "pool", ())
    assert outcome.postings[0].why == "a has put it back into the pool"
    assert set(stage.credits().values()) == {"+0.000"}


def test_what_somebody_else_takes_away_was_had_as_where_a_timer_does() -> None:
    stage = Stage(OPEN_AGAIN)
    stage.arrive("L1", segment="small")
    before = stage.credits()
    outcome = stage.move("L1", "return", at=5, by="boss", reason="no follow-up")
    assert (did(outcome), stage.where("L1"), stage.credits()) == ([], "pool", before)
    stage = Stage(OPEN_AGAIN.replace("needs", "timeout: gives_turn_back  needs"))
    stage.arrive("L1", segment="small")
    outcome = stage.move("L1", "return", at=5, by="boss", reason="no follow-up")
    assert (did(outcome), outcome.postings[0].why) == (["reverse"], "boss has put it into the pool")


def test_an_offer_and_what_waits_at_a_desk_may_be_opened_by_somebody_who_says_why() -> None:
    stage = Stage(OFFERS)
    stage.arrive("L1", region="West")
    assert stage.refused("L1", "return", "a", 1, reason="no").reason == "not-owned"
    outcome = stage.move("L1", "return", at=1, by="boss", reason="for whoever is quick")
    assert (how(outcome), did(outcome), stage.where("L1")) == ([("a", "returned")], [], "pool")
    assert stage.tick(60) == Outcome()
    for rep in "abc":
        stage.change("rep", rep, 61, on_duty="no")
    stage.arrive("L2", 62, region="West")
    assert stage.where("L2") == "held desk"
    stage.move("L2", "return", at=63, by="boss", reason="for whoever is quick")
    assert stage.where("L2") == "pool"


@pytest.mark.parametrize(
    ("rep", "more", "reason"),
    [
        ("a", {}, "needs-reason"),
        ("", {"by": "boss"}, "needs-reason"),
        ("b", {"reason": "mine"}, "not-yours"),
        ("b", {"reason": "not hers", "by": "boss"}, "not-yours"),
    ],
)
def test_a_return_that_cannot_be_says_why(rep: str, more: dict[str, str], reason: str) -> None:
    stage = Stage(OPEN_AGAIN)
    stage.arrive("L1", segment="small")
    assert stage.refused("L1", "return", rep, 5, **more).reason == reason
    stage.move("L1", "return", "a", 5, reason="done")
    assert stage.refused("L1", "return", "a", 6, reason="again").reason == "open-already"
    assert stage.refused("L9", "return", "a", 6, reason="again").reason == "unknown-fact"


def test_what_came_back_by_hand_has_the_deadlines_and_the_cooldown_of_what_a_timer_took_away() -> None:
    stage = Stage(CLAIMS)
    stage.arrive("L1")
    stage.move("L1", "claim", "a")
    stage.move("L1", "return", "a", 5 * DAYS, reason="no time")
    assert stage.refused("L1", "claim", "a", 8 * DAYS - SECOND).reason == "not-eligible"
    stage.move("L1", "claim", "a", 8 * DAYS)
    (ending,) = stage.tick(20 * DAYS).endings
    assert (ending.how, ending.at) == ("returned", stage.at(15 * DAYS))


# --- what a watch does ---------------------------------------------------------------------------------------


def fire(stage: Stage, key: str, does: str, at: float, **more: str) -> Outcome:
    place, because = "life.meed:9", ["after 5 days return", "it came: 2026-02-16 00:00:00"]
    return stage.floor.apply(Fire(stage.at(at), "lead", key, does, stage.at(at) - 1, place, because, **more))


def test_a_watch_takes_away_as_a_timer_does_and_says_which_rule_it_was() -> None:
    stage = Stage(OPEN_AGAIN)
    for key in ("L1", "L2", "L3"):
        stage.arrive(key, segment="small")
    outcome = fire(stage, "L1", "return", 60)
    (ending,) = outcome.endings
    assert (ending.how, ending.by, ending.because) == ("returned", "watch", "life.meed:9: after 5 days return")
    assert (stage.where("L1"), did(outcome)) == ("pool", [])
    outcome = fire(stage, "L2", "next", 60)
    assert (how(outcome), len(outcome.decisions), did(outcome)) == ([("b", "reassigned")], 1, ["post"])
    assert outcome.decisions[0].why_not("b") == "this rep had it last"
    assert how(fire(stage, "L3", "hold", 60, text="night desk")) == [("c", "held")]
    assert stage.where("L3") == "held night desk"


def test_a_watch_tells_and_honours() -> None:
    stage = Stage(PLAIN)
    stage.arrive("L1")
    (notice,) = fire(stage, "L1", "notify", 60, to="a", text="call").notices
    assert (notice.to, notice.text, notice.place) == ("a", "call", "life.meed:9")
    (award,) = fire(stage, "L1", "award", 60, to="a", text="Quick").awards
    assert (award.to, award.title) == ("a", "Quick")


def test_what_a_watch_cannot_do_is_told_and_done_with() -> None:
    stage = Stage(OPEN_AGAIN)
    stage.arrive("L1", segment="open")
    stage.arrive("L2", segment="small")
    stage.move("L2", "close", at=1)
    stage.change("lead", "L3", 1, segment="small")

    def why(outcome: Outcome) -> list[str]:
        assert outcome == Outcome(undone=outcome.undone)
        assert [one["why"] for one in outcome.as_json()["undone"]] == [one.why for one in outcome.undone]
        return [one.why for one in outcome.undone]

    assert why(fire(stage, "L1", "return", 60)) == ["lead `L1` is there already"]
    assert why(fire(stage, "L2", "return", 60)) == ["lead `L2` is closed"]
    assert why(fire(stage, "L3", "next", 60)) == ["lead `L3` was not decided yet, and has no owner"]
    assert why(fire(stage, "L9", "next", 60)) == ["there is no lead `L9`"]
    assert why(fire(stage, "L1", "notify", 60, text="call", lacks="lead.owner")) == [
        "it goes to nobody: there is no `lead.owner`"
    ]
    deal = Fire(stage.at(70), "deal", "D1", "return", stage.at(70), "life.meed:9", ["after 5 days return"])
    assert why(stage.floor.apply(deal)) == ["the policy in force does not assign facts of the kind `deal`"]


def test_what_changed_after_a_rule_fired_is_no_reason_to_refuse_it() -> None:
    stage = Stage(PLAIN)
    stage.arrive("L1")
    stage.move("L1", "transfer", "a", 90, to="b")
    assert how(fire(stage, "L1", "return", 60)) == [("b", "returned")]


def test_what_fired_is_the_same_event_when_it_is_read_again() -> None:
    made = Fire(DAY, "lead", "L1", "notify", DAY - 5, "p:9", ["when x notify lead.owner", "x = 5"], "call", lacks="a.b")
    assert event_of(json.loads(json.dumps(made.as_json()))) == made
    with pytest.raises(ValueError, match="a watch does not do `sing`"):
        event_of({**made.as_json(), "does": "sing"})


def test_what_no_step_by_claim_is_for_cannot_be_claimed_though_it_is_open() -> None:
    stage = Stage(PLAIN)
    stage.arrive("L1")
    stage.move("L1", "return", "a", 5, reason="not mine")
    refusal = stage.refused("L1", "claim", "b", 6)
    assert (refusal.reason, refusal.message) == ("not-open", "no step `by claim` of the policy is for lead `L1`")
    assert stage.move("L1", "override", at=7, to="b", by="boss", reason="nobody may claim it").decisions[0].rep == "b"


LOADED = """let holds of rep = count of assignment where assignment.rep is rep and assignment.ended is missing
let before of lead = count of assignment where assignment.lead is lead
assign lead {
  rule again when before > 1 hold "again"
  otherwise to any rep by fewest holds
  if nobody hold "desk"
}"""
LOADED_LEADS = {"id": ["P1", "P2"], "owner": ["a", "b"], "created": ["2026-02-02 09:00"] * 2}


def test_who_has_what_was_loaded_counts_from_the_first_event_whether_or_not_anybody_has_looked() -> None:
    stages = [Stage(LOADED, lead=LOADED_LEADS) for _ in range(3)]
    stages[1].floor.owner("lead", "P1")
    stages[1].floor.past("lead", "P2")
    for stage in stages:
        stage.tick(0)
    stages[2].floor.owner("lead", "P1")
    made = [json.dumps(stage.arrive("L1", 1).as_json()) for stage in stages]
    assert stages[0].where("L1") == "owned c"
    assert made[0] == made[1] == made[2]
    assert len({stage.floor.stay("lead", "P2").since for stage in stages}) == 1  # pyright: ignore[reportOptionalMemberAccess]


def test_files_bring_who_had_a_fact_before_its_present_owner() -> None:
    history = {
        "id": ["lead P1 1", "x"], "lead": ["P1", "P2"], "rep": ["c", "c"], "began": ["2026-02-02 09:00"] * 2,
        "ended": ["2026-02-03 09:00", "2026-02-03 09:00"], "how": ["released", "released"], "came": ["assigned"] * 2,
        "number": ["1", "1"], "later": ["1", "1"],
    }  # fmt: skip
    stage = Stage(LOADED, lead=LOADED_LEADS, assignment=history)
    stage.move("P1", "release", "a", 1)
    assert stage.where("P1") == "held again"
    assert [(one.number, one.rep) for one in stage.floor.past("lead", "P1")] == [(2, "a")]
    world = stage.floor.ev.world
    rows = {
        world.key("assignment", row): world.cell("assignment", row, "rep") for row in range(world.rows("assignment"))
    }
    assert rows == {"lead P1 1": 2, "x": 2, "lead P1 2": 0, "lead P2 2": 1}
