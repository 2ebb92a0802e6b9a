"""Whoever may take a lead, whatever the weights: turns are fair, nothing is lost, and every because is true."""

import json
from collections.abc import Iterator
from fractions import Fraction
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from meed.dsl import checked as c
from meed.dsl.types import COUNT, FLAG, ref
from meed.engine.assigning.assignment import Assigner, DrawKeys
from meed.engine.assigning.decisions import Decision
from meed.engine.assigning.refusal import conditions_of
from meed.engine.calendar.windows import BEGINNING
from meed.engine.facts import Facts
from meed.engine.intake.opening import open_facts
from meed.engine.intake.raw_table import RawTable
from meed.engine.life.stream import Replay, arrivals, replay
from meed.engine.scalars.scalar import Env, Evaluator
from meed.engine.turns.draws import Draw, holder, recorded_weights, verify
from meed.engine.turns.shares import SCALE, Candidate, ShareLedger

from ..evaluators import checked

Rows = list[dict[str, str]]

KEYS = DrawKeys(b"a seed for nothing but tests")
HEAD = 'policy "Turns" { version: "1"  currency: EUR }\nfacts standard\n'
REPS = "abcdef"
WEIGHTS = ["1", "2", "3", "5", "0.5", "0.25", "7.125", "1000000", "0"]
TURNS = checked(f"""{HEAD}
facts lead {{ may: set of text  {"  ".join(f"w{rep}: number" for rep in REPS)} }}
assign lead {{
  needs rep.id in lead.may
  otherwise to any rep by capability_weighted (choose {{
    {"  ".join(f'when rep.id is "{rep}": lead.w{rep}' for rep in REPS[1:])}  otherwise: lead.wa
  }})
  if nobody hold "desk"
}}
""")


# --- anybody may or may not, with any weight -----------------------------------------------------------------


@st.composite
def streams(draw: st.DrawFn, *, everybody: bool = False, most: int = 25) -> tuple[Rows, Rows]:
    """Reps, and leads that say who may take them with what weight; a few have an owner already."""
    reps = REPS[: draw(st.integers(1, len(REPS)))]
    random, leads = Random(draw(st.integers(0, 2**32))), draw(st.integers(0, most))
    weights = [weight for weight in WEIGHTS if weight != "0"] if everybody else WEIGHTS
    return [{"id": rep} for rep in reps], [
        {
            "id": f"L{number:02d}",
            "created": f"2026-03-{random.randint(1, 28):02d} {random.randint(0, 23):02d}:00",
            "may": ";".join(rep for rep in reps if everybody or random.random() < 0.6),
            "owner": random.choice(reps) if random.random() < 0.1 and not everybody else "",
        }
        | {f"w{rep}": random.choice(weights) for rep in REPS}
        for number in range(leads)
    ]


def opened(policy: c.Policy, reps: Rows, leads: Rows) -> Facts:
    columns = [*dict.fromkeys(name for row in leads for name in row)] or ["id", "created"]
    raw = {
        "rep": RawTable("rep", {name: [row[name] for row in reps] for name in reps[0]}),
        "lead": RawTable("lead", {name: [row[name] for row in leads] for name in columns}),
    }
    if not leads:
        return open_facts(policy, {"rep": raw["rep"]}, "assign", empty=frozenset({"lead"}))[0]
    return open_facts(policy, raw, "assign", strict=True)[0]


def replayed(policy: c.Policy, reps: Rows, leads: Rows) -> Replay:
    *_, (made, _) = replay(policy, opened(policy, reps, leads), KEYS)
    return made


def as_text(made: Replay) -> str:
    return json.dumps([decision.as_json() for decision in made.decisions], ensure_ascii=False)


@given(streams())
def test_no_credit_ever_passes_half_of_the_others(stream: tuple[Rows, Rows]) -> None:
    for made, _ in replay(TURNS, opened(TURNS, *stream), KEYS):
        for pool in made.ledger.snapshot():
            credits_now = made.ledger.credits(pool)
            assert sum(credits_now.values()) == 0
            assert all(2 * abs(credit) <= (len(credits_now) - 1) * SCALE for credit in credits_now.values())
    assert all(line.within for line in made.fairness())


@given(streams(everybody=True))
def test_with_everybody_eligible_the_tighter_bounds_hold(stream: tuple[Rows, Rows]) -> None:
    n = len(stream[0])
    harmonic = sum(Fraction(1, k) for k in range(1, n + 1))
    for made, _ in replay(TURNS, opened(TURNS, *stream), KEYS):
        for credit in made.ledger.credits("lead/otherwise/1").values():
            assert -credit * n <= (n - 1) * SCALE
            assert credit <= (harmonic - 1) * SCALE


@given(streams())
def test_every_lead_is_assigned_or_held_or_had_an_owner(stream: tuple[Rows, Rows]) -> None:
    made = replayed(TURNS, *stream)
    assigned = {decision.key for decision in made.decisions if decision.rep is not None}
    held = {decision.key for decision in made.decisions if decision.held is not None}
    assert sorted([*assigned, *held, *made.kept]) == [lead["id"] for lead in stream[1]]
    assert sorted(made.kept) == [lead["id"] for lead in stream[1] if lead["owner"]]


@given(streams(), st.randoms(use_true_random=False))
def test_a_replay_is_the_same_whatever_the_order_of_rows(stream: tuple[Rows, Rows], random: Random) -> None:
    reps, leads = stream
    first = replayed(TURNS, reps, leads)
    assert as_text(replayed(TURNS, reps, leads)) == as_text(first)
    again = replayed(TURNS, random.sample(reps, len(reps)), random.sample(leads, len(leads)))
    assert again.frame().to_csv() == first.frame().to_csv()
    assert as_text(again) == as_text(first)


@given(streams())
def test_every_loser_has_a_reason_and_no_eligible_one_was_owed_more(stream: tuple[Rows, Rows]) -> None:
    weights = {lead["id"]: lead for lead in stream[1]}
    for decision in replayed(TURNS, *stream).decisions:
        (tier,) = decision.tried
        lead = weights[decision.key]
        assert [one.rep for one in tier.candidates] == [rep["id"] for rep in stream[0]]
        for one in tier.candidates:
            assert bool(decision.why_not(one.rep)) == (one.rep != decision.rep)
            assert one.eligible == (one.rep in lead["may"].split(";") and lead[f"w{one.rep}"] != "0")
        if tier.turn is not None:
            owed = {line.key: line.credit_after_share for line in tier.turn.standings}
            assert owed.keys() == {one.rep for one in tier.candidates if one.eligible}
            assert max(owed.values()) == owed[decision.rep or ""]


# --- any policy ----------------------------------------------------------------------------------------------

CONDITIONS = [
    "rep.on_duty",
    "not rep.on_duty",
    "rep.region is lead.region",
    "lead.industry in rep.skills",
    "not (rep.region is lead.region or rep.on_duty)",
    "(received over last 2 days) < rep.capacity",
    "(received over last 1 month) < 3",
    "received <= lead.score",
    "received - least <= 1",
    "(rep.left is missing or rep.left >= today)",
    "(rep.region is lead.region or lead.score > 3)",
    "(lead.score > 3 or rep.on_duty)",
    "lead.score >= rep.floor",
    "lead.score > 2",
    "tenure >= 12 months",
    'weekday(lead.created) is not "Mon"',
    "rep.mentor is known",
    "(lead.account_owner is missing or rep.mentor is missing or rep.mentor is not lead.account_owner)",
]
SHARINGS = [
    "round_robin",
    "random",
    "random rep.floor",
    "capability_weighted rep.floor",
    "capability_weighted (step tenure { from 0 months: 20%  from 12 months: 100% })",
    "fewest received",
    "fewest (received over last 2 days)",
    "best (rep.floor + lead.score)",
]


def _joined(random: Random, most: int) -> str:
    return " and ".join(random.sample(CONDITIONS, random.randint(1, most)))


def _policy(random: Random) -> str:
    """A policy with rules of up to two tiers each, out of any of the conditions and sharings above."""

    def tier() -> str:
        where = f" where {_joined(random, 3)}" if random.random() < 0.8 else ""
        return f"to any rep{where} by {random.choice(SHARINGS)}"

    alone = random.choice(
        ["lead.score > 1", 'lead.region is "East"', "lead.account_owner is known", "not lead.score > 3"]
    )
    person = "to lead.account_owner" if random.random() < 0.4 else tier()
    return f"""{HEAD}
    facts rep {{ floor: number  left: date?  mentor: rep? }}
    let received of rep = count of lead where lead.owner is rep
    let every_least of rep = lowest of received within rep.role
    let least of rep = every_least else 0
    assign lead {{
      order: {random.choice(["id", "floor", "capacity"])}
      {f"needs {_joined(random, 2)}" if random.random() < 0.7 else ""}
      rule first when {alone}
        {person}
        {tier()}
        if nobody {random.choice(["next", 'hold "first desk"'])}
      otherwise {tier()}
      if nobody hold "desk"
    }}
    """


@st.composite
def cases(draw: st.DrawFn) -> tuple[c.Policy, Rows, Rows]:
    """A policy with reps and leads that differ in all that it may read."""
    random, leads = Random(draw(st.integers(0, 2**32))), draw(st.integers(0, 15))
    reps = REPS[: draw(st.integers(1, len(REPS)))]
    some: dict[str, Any] = {"regions": ["East", "West"], "skills": ["food", "steel", "retail"]}
    dated = draw(st.booleans())

    def rep_row(rep: str) -> dict[str, str]:
        return {
            "id": rep,
            "on_duty": random.choice(["yes", "yes", "no"]),
            "region": random.choice(some["regions"]),
            "role": random.choice(["field", "desk"]),
            "skills": ";".join(random.sample(some["skills"], random.randint(0, 3))),
            "capacity": str(random.randint(0, 4)),
            "floor": random.choice(["0", "1", "2", "2.5", "4"]),
            "hired": random.choice(["2020-05-01", "2025-03-10", "2026-01-31"]),
            "left": random.choice(["", "", "2026-03-12"]),
            "mentor": random.choice(["", *reps]),
        }

    def versions(rep: str) -> Rows:
        """A rep from one day to another, away on some."""
        begins = ["", *random.sample(["2026-03-10", "2026-03-12", "2026-03-14"], random.randint(0, 2))]
        until = {"": "", "2026-03-10": "2026-03-11", "2026-03-12": "2026-03-13", "2026-03-14": "2026-03-15"}
        ends = [random.choice(["", until[begin]]) for begin in begins]
        return [
            rep_row(rep) | {"valid_from": begin, "valid_until": end} for begin, end in zip(begins, ends, strict=True)
        ]

    return (
        checked(_policy(random)),
        [row for rep in reps for row in (versions(rep) if dated else [rep_row(rep)])],
        [
            {
                "id": f"L{number:02d}",
                "created": f"2026-03-{random.randint(8, 16):02d} {random.randint(0, 23):02d}:{random.choice(['00', '30'])}",
                "region": random.choice(some["regions"]),
                "industry": random.choice(some["skills"]),
                "score": str(random.randint(0, 5)),
                "account_owner": random.choice(["", *reps]),
            }
            for number in range(leads)
        ],
    )


NOT_THERE = c.Known(FLAG, c.Subject(ref("rep"), "rep"))
"""Stands for what fails where no row of a rep holds on the day."""


class Plain:
    """The rules of assignment once more, word by word, with nothing remembered."""

    def __init__(self, policy: c.Policy, facts: Facts) -> None:
        self.policy, (self.assign,) = policy, policy.assigns
        self.ev, self.ledger = Evaluator(policy, facts), ShareLedger()

    def decide(self, row: int, at: int) -> Iterator[tuple[c.Tier, dict[str, c.Expr | None], str | None]]:
        """The tiers tried, the first failing condition of each candidate (None: eligible), and who has it."""
        self.ev.forget()
        for rule in (*self.assign.rules, self.assign.otherwise):
            if rule.when is not None and not self.ev.holds(rule.when, self.env(row, at)):
                continue
            for number, tier in enumerate(rule.tiers, start=1):
                failing = {self.key(rep): self._failing(tier, row, rep, at) for rep in self._reps(tier, row, at)}
                free = [rep for rep in self._reps(tier, row, at) if failing[self.key(rep)] is None]
                winner = self._winner(tier, f"lead/{rule.name}/{number}", free, row, at) if free else None
                yield tier, failing, winner
                if winner is not None:
                    return
            if rule.nobody is not None and rule.nobody.word != "next":
                return

    def take(self, row: int, rep: str) -> None:
        self.ev.world.write("lead", row, "owner", self.ev.world.facts.table("rep").row(rep))
        self.ev.book.changed("lead", row)

    def env(self, row: int, at: int, rep: int | None = None) -> Env:
        return Env({"lead": row} | ({} if rep is None else {"rep": rep}), BEGINNING, at + 1)

    def key(self, rep: int) -> str:
        return self.ev.world.key("rep", rep)

    def _reps(self, tier: c.Tier, row: int, at: int) -> list[int]:
        if tier.person is not None:
            rep = self.ev.value(tier.person, self.env(row, at))
            return [] if rep is None else [rep]
        column = dict(self.assign.settings)["order"]
        node = c.FieldOf(COUNT, c.Subject(ref("rep"), "rep"), "rep", column)
        reps = range(self.ev.world.rows("rep"))
        values = {rep: 0 if column == "id" else self.ev.value(node, self.env(row, at, rep)) for rep in reps}
        return sorted(reps, key=lambda rep: (values[rep] is None, values[rep] or 0, rep))

    def _failing(self, tier: c.Tier, row: int, rep: int, at: int) -> c.Expr | None:
        if not self.ev.world.holds("rep", rep, BEGINNING, at + 1):
            return NOT_THERE
        asked = [part for node in (*self.assign.needs, tier.where) for part in conditions_of(node)]
        return next((part for part in asked if not self.ev.holds(part, self.env(row, at, rep))), None)

    def _winner(self, tier: c.Tier, pool: str, free: list[int], row: int, at: int) -> str | None:
        if tier.sharing == "direct":
            return self.key(free[0])
        weights = [1 if tier.weight is None else self.ev.value(tier.weight, self.env(row, at, rep)) for rep in free]
        if tier.sharing in {"fewest", "best"}:
            wanted = min(weights) if tier.sharing == "fewest" else max(weights)
            weights = [int(weight == wanted) for weight in weights]
        if not any(weight > 0 for weight in weights):
            return None
        if tier.sharing == "random":
            return "?"
        kept = [Candidate(self.key(rep), weight) for rep, weight in zip(free, weights, strict=True) if weight > 0]
        return self.ledger.post(pool, kept).winner


@settings(max_examples=150)
@given(cases())
def test_what_is_remembered_changes_no_decision_and_no_reason(case: tuple[c.Policy, Rows, Rows]) -> None:
    policy, reps, leads = case
    facts = opened(policy, reps, leads)
    assigner, plain = Assigner(policy, policy.assigns[0], facts, KEYS), Plain(policy, facts)
    for number, (at, row) in enumerate(arrivals(policy, policy.assigns[0], facts)[0], start=1):
        expected = list(plain.decide(row, at))
        decision = assigner.decide(row, at, number)
        assert [tier.place for tier in decision.tried] == [policy.place(tier.span) for tier, _, _ in expected]
        for tried, (tier, failing, winner) in zip(decision.tried, expected, strict=True):
            _same_candidates(policy, tried.candidates, tier, failing)
            if winner != "?":
                assert winner == (decision.rep if tried is decision.tried[-1] else None)
        if decision.rep is not None:
            plain.take(row, decision.rep)


def _same_candidates(
    policy: c.Policy, candidates: tuple[Any, ...], tier: c.Tier, failing: dict[str, c.Expr | None]
) -> None:
    """Each is refused by the first condition that is really false, at its place; or by a weight of zero."""
    if not failing:
        assert [(one.rep, one.eligible) for one in candidates] == [("", False)]
        return
    assert [one.rep for one in candidates] == list(failing)
    for one in candidates:
        node = failing[one.rep]
        if node is NOT_THERE:
            assert one.reason.startswith("no row of this rep holds on 2026-03-")
        elif node is not None:
            assert one.place == policy.place(node.span)
            assert one.reason
        elif not one.eligible:
            assert tier.weight is not None
            assert one.place == policy.place(tier.weight.span)
            assert "not above" in one.reason


@given(cases())
def test_a_reason_tells_the_values_of_its_moment(case: tuple[c.Policy, Rows, Rows]) -> None:
    policy, reps, leads = case
    facts = opened(policy, reps, leads)
    assigner, plain = Assigner(policy, policy.assigns[0], facts, KEYS), Plain(policy, facts)
    told: list[tuple[Decision, list[list[tuple[str, str]]]]] = []
    for number, (at, row) in enumerate(arrivals(policy, policy.assigns[0], facts)[0], start=1):
        fresh = Assigner(policy, policy.assigns[0], facts, KEYS)
        fresh.ev = plain.ev
        reasons = [
            [
                (key, fresh.why_not(node, plain.env(row, at, facts.table("rep").row(key))))
                for key, node in failing.items()
                if node is not None and node is not NOT_THERE
            ]
            for _, failing, _ in plain.decide(row, at)
        ]
        decision = assigner.decide(row, at, number)
        told.append((decision, reasons))
        if decision.rep is not None:
            plain.take(row, decision.rep)
    for decision, reasons in told:
        for tried, expected in zip(decision.tried, reasons, strict=True):
            found = {one.rep: one.reason for one in tried.candidates}
            assert [(key, found[key]) for key, _ in expected] == expected


@given(cases())
def test_a_draw_is_verified_by_its_log_and_the_key_alone(case: tuple[c.Policy, Rows, Rows]) -> None:
    policy, reps, leads = case
    for decision in json.loads(as_text(replayed(policy, reps, leads)), parse_float=str):
        for tier in decision["tried"]:
            if "draw" not in tier:
                continue
            log = tier["draw"]
            record = log["record"].encode()
            place, low, high = holder(int(log["ticket"]), recorded_weights(record))
            claimed = Draw(int(log["ticket"]), int(log["tickets"]), place, low, high, log["counter"], log["digest"])
            assert verify(KEYS.commitment_of("2026-03"), KEYS.key_of("2026-03"), record, claimed) == []
            said = json.loads(record, parse_float=str)
            assert said["eligible"][place][0] == decision["rep"]
            assert (said["lead"], said["sequence"], said["policy"]) == (
                decision["key"], decision["sequence"], decision["policy_hash"],
            )  # fmt: skip
            assert {rep for rep, _ in said["eligible"]} == set(tier["eligible"])
