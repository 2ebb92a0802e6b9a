"""The assigner: rules and tiers in order, what it remembers, and what it says of its decisions."""

from collections import Counter

import pandas as pd
import pytest

from meed.dsl import check
from meed.dsl import checked as c
from meed.engine.assigning import remembered
from meed.engine.assigning.assignment import Assigner, DrawKeys
from meed.engine.assigning.decisions import Decision
from meed.engine.facts import Facts
from meed.engine.intake.opening import open_facts
from meed.engine.intake.raw_table import RawTable
from meed.engine.jobs import assign
from meed.engine.life.stream import arrivals, replay
from meed.engine.scalars.scalar import Env, Evaluator

from ..evaluators import checked

KEYS = DrawKeys(b"a seed for nothing but tests")
HEAD = """policy "Desk" { version: "1"  currency: EUR }
facts standard
let received of rep = count of lead where lead.owner is rep
"""
REGIONS = "NSNSNNSS"


def policy_of(assign: str) -> c.Policy:
    return checked(HEAD + assign)


def facts_of(policy: c.Policy, reps: dict[str, list[str]], regions: str = REGIONS) -> Facts:
    leads = {
        "id": [f"L{number}" for number in range(1, len(regions) + 1)],
        "created": [f"2026-03-02 {9 + number:02d}:00" for number in range(len(regions))],
        "region": [{"N": "North", "S": "South"}[letter] for letter in regions],
        "value": [str(100 * number) for number in range(1, len(regions) + 1)],
        "account_owner": ["" for _ in regions],
    }
    return open_facts(policy, {"rep": RawTable("rep", reps), "lead": RawTable("lead", leads)}, "assign", strict=True)[0]


def decided(assign: str, reps: dict[str, list[str]], regions: str = REGIONS) -> list[Decision]:
    policy = policy_of(assign)
    *_, (made, _) = replay(policy, facts_of(policy, reps, regions), KEYS)
    return made.decisions


THREE = {
    "id": ["a", "b", "c"],
    "region": ["North", "South", "North"],
    "on_duty": ["yes", "yes", "yes"],
    "capacity": ["3", "2", "1"],
}
BY_REGION = """assign lead {
  needs rep.on_duty
  otherwise to any rep where rep.region is lead.region by round_robin
  if nobody hold "desk"
}"""


# --- what is remembered --------------------------------------------------------------------------------------


class Counting(Evaluator):
    """An evaluator that counts how often each condition is asked."""

    def __init__(self, policy: c.Policy, facts: Facts) -> None:
        super().__init__(policy, facts)
        self.asked = Counter[str]()

    def holds(self, node: c.Expr, env: Env) -> bool:
        self.asked[self.policy.source.text[node.span.start : node.span.end]] += 1
        return super().holds(node, env)


def test_a_condition_is_read_once_a_rep_and_once_a_value_of_the_lead() -> None:
    policy = policy_of("""assign lead {
      needs rep.on_duty and lead.value > 100
      otherwise to any rep where rep.region is lead.region by round_robin
      if nobody hold "desk"
    }""")
    assigner = Assigner(policy, policy.assigns[0], facts_of(policy, THREE), KEYS)
    assigner.ev = counting = Counting(policy, facts_of(policy, THREE))
    for number, (at, row) in enumerate(arrivals(policy, policy.assigns[0], counting.world.facts)[0], start=1):
        assigner.decide(row, at, number)
    assert counting.asked == {"rep.on_duty": 3, "lead.value > 100": 8, "rep.region is lead.region": 6}


def test_what_changes_outside_is_seen() -> None:
    policy = policy_of(BY_REGION)
    assigner = Assigner(policy, policy.assigns[0], facts_of(policy, THREE), KEYS)
    rows = [row for _, row in arrivals(policy, policy.assigns[0], assigner.ev.world.facts)[0]]
    assert assigner.decide(rows[0], 0, 1).rep == "a"
    assigner.ev.world.write("rep", 0, "on_duty", False)
    after = assigner.decide(rows[2], 1, 2)
    assert (after.rep, after.why_not("a")) == ("c", "rep.on_duty is no")
    assigner.ev.world.write("rep", 2, "region", "South")
    assert assigner.decide(rows[4], 2, 3).held == "desk"


def test_the_evaluator_may_be_replaced_between_decisions() -> None:
    policy = policy_of(BY_REGION)
    assigner = Assigner(policy, policy.assigns[0], facts_of(policy, THREE), KEYS)
    assert assigner.decide(0, 0, 1).rep == "a"
    assigner.ev = Evaluator(policy, facts_of(policy, {**THREE, "on_duty": ["no", "no", "no"]}))
    assert assigner.decide(2, 1, 2).rep is None


def test_what_is_remembered_has_a_limit_and_no_influence(monkeypatch: pytest.MonkeyPatch) -> None:
    reps = {"id": ["a", "b", "c"], "limit": ["100", "300", "500"]}
    assign = """facts rep { limit: money }
    assign lead { otherwise to any rep where lead.value >= rep.limit by round_robin  if nobody hold "desk" }"""
    plenty = [decision.as_json() for decision in decided(assign, reps)]
    monkeypatch.setattr(remembered, "_MOST_PLACES", 6)
    kept: list[int] = []
    start = remembered.Remembered._start  # pyright: ignore[reportPrivateUsage]

    def counted(self: remembered.Remembered, count: int) -> remembered.Known:
        found = start(self, count)
        kept.append(sum(len(known.of) for known in (found, *self._lists.values())))  # pyright: ignore[reportPrivateUsage]
        return found

    monkeypatch.setattr(remembered.Remembered, "_start", counted)
    assert [decision.as_json() for decision in decided(assign, reps)] == plenty
    assert len(kept) == len(REGIONS)
    assert max(kept) == 6


# --- rules and tiers -----------------------------------------------------------------------------------------


def test_the_declared_order_is_a_column_and_then_the_key() -> None:
    by_capacity = 'assign lead { order: capacity  otherwise to any rep by round_robin  if nobody hold "desk" }'
    assert [one.rep for one in decided(by_capacity, THREE, "NNN")] == ["c", "b", "a"]
    alike = {**THREE, "capacity": ["1", "1", "0"]}
    assert [one.rep for one in decided(by_capacity, alike, "NNN")] == ["c", "a", "b"]


def test_next_goes_on_and_says_so() -> None:
    assign = """assign lead {
      rule south when lead.region is "South"
        to any rep where rep.capacity > 5 by round_robin
        if nobody next
      rule large when lead.value >= 500
        to lead.account_owner
        if nobody hold "large desk"
      otherwise to any rep where rep.capacity > 2 by round_robin
      if nobody hold "desk"
    }"""
    second, *_, last = decided(assign, THREE)[1:]
    assert (second.rep, second.rule) == ("a", "otherwise")
    assert dict(second.skipped) == {
        "south": "nobody could take it, and the rule says next",
        "large": "lead.value is 200.00 EUR, below 500.00 EUR",
    }
    assert [tier.rule for tier in second.tried] == ["south", "otherwise"]
    assert (last.held, last.because) == ("large desk", 'large: nobody could take it, so it is held at "large desk"')
    assert last.why_not("a") == last.because


def test_a_rule_may_hold_without_asking_anybody() -> None:
    assign = """assign lead {
      rule south when lead.region is "South" to any rep by round_robin
      otherwise hold "north desk"
      if nobody hold "desk"
    }"""
    (held,) = decided(assign, THREE, "N")
    assert (held.rep, held.held, held.tried) == (None, "north desk", ())
    assert held.because == held.why_not("a") == 'otherwise: it is held at "north desk"'


def test_tiers_and_pools_are_apart() -> None:
    assign = """assign lead {
      rule north when lead.region is "North" to any rep by round_robin
      otherwise to any rep by round_robin
      if nobody hold "desk"
    }"""
    assert "".join(one.rep or "-" for one in decided(assign, THREE, "NSNSNS")) == "aabbcc"


# --- in words ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sharing", "regions", "because", "losers"),
    [
        (
            "by round_robin", "NN",
            ("otherwise: 2 of the 3 who could take it were owed most (+0.667 of a lead), "
            "and b is first of them in the declared order"),
            {"a": "ahead by 0.333 of a lead, while b is owed 0.667 of a lead",
             "c": "owed 0.667 of a lead, as is b, who is earlier in the declared order"},
        ),
        (
            "by capability_weighted rep.capacity", "N",
            "otherwise: a was owed most of the 3 who could take it (+0.500 of a lead)",
            {"b": "owed 0.333 of a lead, while a is owed 0.500 of a lead"},
        ),
        (
            "where rep.capacity < 2 by round_robin", "N",
            "otherwise: c was the only one who could take it",
            {"a": "rep.capacity is 3, not below 2"},
        ),
        (
            "by fewest received", "NN",
            ("otherwise: 2 of the 3 who could take it had the lowest received of rep so far (0); "
            "2 of these were owed most (+0.833 of a lead), and b is first of them in the declared order"),
            {"a": "received of rep so far is 1; the lowest is 0, b's"},
        ),
        (
            "by best rep.capacity", "N",
            "otherwise: a had the highest rep.capacity (3) of the 3 who could take it",
            {"c": "rep.capacity is 1; the highest is 3, a's"},
        ),
    ],
)  # fmt: skip
def test_the_winner_and_the_losers_are_told_why(
    sharing: str, regions: str, because: str, losers: dict[str, str]
) -> None:
    decision = decided(f'assign lead {{ otherwise to any rep {sharing}  if nobody hold "desk" }}', THREE, regions)[-1]
    assert decision.because == because
    assert {rep: decision.why_not(rep) for rep in losers} == losers
    assert decision.rep is not None
    assert decision.why_not(decision.rep) == ""


def test_a_draw_is_told_by_its_tickets() -> None:
    made = decided('assign lead { otherwise to any rep by random rep.capacity  if nobody hold "desk" }', THREE)
    numbers = {"a": "a's tickets are 0 to 2", "b": "b's tickets are 3 to 4", "c": "c's ticket is 5"}
    for decision in made:
        drawn = decision.tried[0].draw
        assert drawn is not None
        said = f"of the tickets 0 to 5 number {drawn.ticket} was drawn, which is {decision.rep}'s; 3 could take it"
        assert decision.because == f"otherwise: {said}"
        for rep, held in numbers.items():
            if rep != decision.rep:
                assert decision.why_not(rep) == f"{held}, and {drawn.ticket} was drawn"
    assert len({decision.rep for decision in made}) > 1


def test_somebody_named_by_the_policy_is_told_so() -> None:
    policy = policy_of("""facts lead { asked_for: rep? }
    assign lead { otherwise to lead.asked_for  if nobody hold "desk" }""")
    leads = {"id": ["L1"], "created": ["2026-03-02 09:00"], "asked_for": ["b"]}
    raw = {"rep": RawTable("rep", {"id": ["a", "b"]}), "lead": RawTable("lead", leads)}
    *_, (made, _) = replay(policy, open_facts(policy, raw, "assign")[0], KEYS)
    (decision,) = made.decisions
    assert decision.because == "otherwise: b is lead.asked_for, and could take it"
    assert decision.why_not("a") == "lead.asked_for is b"


# --- keys and what cannot be run -----------------------------------------------------------------------------


@pytest.mark.parametrize(("key", "period"), [("monthly", "2026-03"), ("quarterly", "2026-Q1"), ("yearly", "2026")])
def test_the_key_of_a_draw_is_that_of_its_period(key: str, period: str) -> None:
    policy = policy_of(f'assign lead {{ key: {key}  otherwise to any rep by random  if nobody hold "desk" }}')
    assigner = Assigner(policy, policy.assigns[0], facts_of(policy, THREE), KEYS)
    assert assigner.key_period(1_772_442_000) == period
    assert KEYS.key_of(period) != KEYS.key_of("2026-04")
    with pytest.raises(ValueError, match="at least 16 bytes"):
        DrawKeys(b"short")


def test_why_not_answers_for_any_condition() -> None:
    policy = policy_of(BY_REGION)
    assigner = Assigner(policy, policy.assigns[0], facts_of(policy, THREE), KEYS)
    where = policy.assigns[0].otherwise.tiers[0].where
    assert where is not None
    assert assigner.why_not(where, Env({"lead": 0, "rep": 1})) == 'rep.region is "South", not lead.region ("North")'


def test_what_has_an_owner_in_the_file_is_not_given_away_again() -> None:
    policy = policy_of('assign lead { otherwise to any rep by round_robin  if nobody hold "desk" }')
    leads = {"id": ["L1", "L2"], "created": ["2026-03-02 09:00", "2026-03-02 10:00"], "owner": ["b", ""]}
    facts, _ = open_facts(
        policy, {"rep": RawTable("rep", {"id": ["a", "b"]}), "lead": RawTable("lead", leads)}, "assign"
    )
    *_, (made, _) = replay(policy, facts, KEYS)
    assert made.kept == ["L1"]
    assert [(one.key, one.rep) for one in made.decisions] == [("L2", "a")]


def test_a_policy_that_draws_at_random_needs_a_seed() -> None:
    head = 'policy "P" { currency: USD }\nfacts rep { id: key }\nfacts lead { id: key  created: moment }\n'
    frames = {"rep": pd.DataFrame({"id": ["a"]}), "lead": pd.DataFrame({"id": ["L"], "created": ["2026-01-05"]})}
    lot, turns = (check(head + f'assign lead {{ otherwise to any rep by {by} if nobody hold "desk" }}').policy
                  for by in ("random", "round_robin"))  # fmt: skip
    assert lot is not None
    assert turns is not None
    with pytest.raises(ValueError, match="draws at random: give `seed`"):
        assign(lot, frames)
    assert list(assign(lot, frames, seed=bytes(16)).decisions["rep"]) == ["a"]
    assert list(assign(turns, frames).decisions["rep"]) == ["a"]
