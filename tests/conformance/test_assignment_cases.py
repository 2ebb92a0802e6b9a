"""Published scenarios of assignment as policies of our own, each decided lead by lead.

A case in `assignment/*.yaml` (published), `eligibility/*.yaml` or `sharing/*.yaml` (our own): `policy` (what follows
the head and `facts standard`); `rep`, `lead` and other kinds, tables, or the keys alone (a lead without `created`
arrives a minute after the one before); `runs` for several such under one policy. What is due: `gives`, who got the
leads in order of arrival (`-`: nobody); `starts`, how that begins; `every`, what it repeats; `counts` by rep; `held` by
desk; `kept`, leads that had an owner; `asked`, the candidates, and `eligible` by lead; `reasons`, why not, and
`measured`, by lead and rep; `skipped`, why not, by lead and rule; `credits` after it, by pool; `tickets`, the numbers
of each rep. `rebuilt`: it is the same where everything but the credits is made anew before each lead. `by_hand`: leads
that a person gave before. `drawn`: the tickets, numbered from 1, that chance is made to draw. `left_out` says what a
scenario needs that there is not, or what is another way on purpose.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import pytest
import yaml

from meed.dsl import checked as c
from meed.engine.assigning.assignment import Assigner, DrawKeys
from meed.engine.assigning.decisions import Decision
from meed.engine.facts import Facts
from meed.engine.intake.opening import open_facts
from meed.engine.intake.raw_table import RawTable
from meed.engine.life.stream import arrivals
from meed.engine.turns import draws
from meed.engine.turns.shares import Candidate, ShareLedger

from ..evaluators import checked
from .test_plans import rows

Case = dict[str, Any]

FOLDER = Path(__file__).parent
FILES, *OWN = (
    [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted((FOLDER / folder).glob("*.yaml"))]
    for folder in ("assignment", "eligibility", "sharing")
)
PUBLISHED_CASES: list[Case] = [case for file in FILES for case in file["cases"]]
CASES: list[Case] = [*PUBLISHED_CASES, *(case for files in OWN for file in files for case in file["cases"])]
RUNS = [
    pytest.param({**case, **run}, id=f"{case['id']}-{number}" if "runs" in case else case["id"])
    for case in CASES
    for number, run in enumerate(case.get("runs", [{}]), start=1)
]
LEFT_OUT: list[Case] = [gap for file in FILES for gap in file["left_out"]]
KEYS = DrawKeys(b"an example seed, never use it")


def policy_of(case: Case) -> c.Policy:
    return checked(f'policy "{case["id"]}" {{ version: "1"  currency: USD }}\nfacts standard\n{case["policy"]}')


def facts_of(policy: c.Policy, case: Case) -> Facts:
    """The facts as files would bring them, none set aside."""
    raw = {kind: _table(kind, case[kind]) for kind in policy.kinds if kind in case}
    return open_facts(policy, raw, "assign", strict=True)[0]


def _table(kind: str, text: str) -> RawTable:
    made = rows(text if "\n" in text else f"id\n{text}")
    columns = {name: [row[name] for row in made] for name in made[0]}
    if kind == "lead":
        first = datetime(2026, 3, 2, 9, tzinfo=UTC)
        columns.setdefault("created", [f"{first + timedelta(minutes=at):%Y-%m-%d %H:%M}" for at in range(len(made))])
    return RawTable(kind, columns)


def ledger_of(case: Case) -> ShareLedger:
    """The credits after what was given by hand."""
    ledger = ShareLedger()
    if "by_hand" in case:
        hand = case["by_hand"]
        for rep in hand["to"].split():
            ledger.post_manual(hand["pool"], rep, [Candidate(key) for key in hand["among"].split()])
    return ledger


def decided(case: Case) -> tuple[list[Decision], list[str], ShareLedger]:
    """Every decision in order of arrival, the leads that had an owner, and the credits after all."""
    policy = policy_of(case)
    facts, ledger = facts_of(policy, case), ledger_of(case)
    order, kept, undated = arrivals(policy, policy.assigns[0], facts)
    assert not undated
    assigner = Assigner(policy, policy.assigns[0], facts, KEYS, ledger)
    return [assigner.decide(row, at, number) for number, (at, row) in enumerate(order, start=1)], kept, ledger


def decided_anew(case: Case) -> Iterator[Decision]:
    """The same with nothing but the stored credits between one lead and the next."""
    policy = policy_of(case)
    facts, stored = facts_of(policy, case), ledger_of(case).snapshot()
    for number, (at, row) in enumerate(arrivals(policy, policy.assigns[0], facts)[0], start=1):
        ledger = ShareLedger.restore(stored)
        yield Assigner(policy, policy.assigns[0], facts, KEYS, ledger).decide(row, at, number)
        stored = ledger.snapshot()


def keys(text: str) -> list[str]:
    """Keys with blanks between them; a range stands for each of its numbers."""
    return [row["id"] for key in text.split() for row in rows(f"id\n{key}")]


# --- what is due ---------------------------------------------------------------------------------------------


def _outcome(case: Case, made: list[Decision], kept: list[str], ledger: ShareLedger) -> Case:
    """What came out, in the form of the file."""
    given = [decision.rep or "-" for decision in made]
    by_lead = {decision.key: decision for decision in made}
    return {
        "gives": given,
        "starts": given[: len(keys(case.get("starts", "")))],
        "every": given,
        "counts": dict(Counter(rep for rep in given if rep != "-")),
        "held": dict(Counter(decision.held for decision in made if decision.held is not None)),
        "kept": kept,
        "eligible": {
            lead: [one.rep for one in _last(by_lead[lead]) if one.eligible] for lead in case.get("eligible", ())
        },
        "asked": {lead: [one.rep for one in _last(by_lead[lead])] for lead in case.get("asked", ())},
        "reasons": {
            lead: {one.rep: one.reason for one in _last(by_lead[lead]) if one.rep in wanted}
            for lead, wanted in case.get("reasons", {}).items()
        },
        "measured": {lead: dict(by_lead[lead].tried[-1].measured) for lead in case.get("measured", ())},
        "skipped": {lead: dict(by_lead[lead].skipped) for lead in case.get("skipped", ())},
        "credits": {pool: ledger.credits(pool) for pool in case.get("credits", ())},
        "tickets": _tickets(made[0]) if "tickets" in case else {},
    }


def _last(decision: Decision) -> tuple[Any, ...]:
    return decision.tried[-1].candidates


def _tickets(decision: Decision) -> dict[str, list[int]]:
    """The ticket numbers of each rep, found by drawing every one of them."""
    weights = draws.recorded_weights(decision.tried[-1].record.encode())
    reps = [one.rep for one in _last(decision) if one.eligible]
    made: dict[str, list[int]] = {rep: [] for rep in reps}
    for number in range(sum(weights)):
        made[reps[draws.holder(number, weights)[0]]].append(number)
    return made


def _due(case: Case, leads: int) -> Case:
    """What the file expects, in the form of the outcome."""
    due = {
        name: case[name]
        for name in case
        if name in {"counts", "held", "reasons", "measured", "skipped", "credits", "tickets"}
    }
    due |= {name: keys(case[name]) for name in ("gives", "starts", "kept") if name in case}
    if "every" in case:
        due["every"] = list(islice(cycle(keys(case["every"])), leads))
    for name in {"asked", "eligible"} & case.keys():
        due[name] = {lead: keys(reps) for lead, reps in case[name].items()}
    return due


@pytest.mark.parametrize("case", RUNS)
def test_the_published_scenario_is_met(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    if "drawn" in case:
        numbers = iter(case["drawn"])
        monkeypatch.setattr(draws, "ticket", lambda digest, tickets: next(numbers) - 1)
    made, kept, ledger = decided(case)
    due = _due(case, len(made))
    found = _outcome(case, made, kept, ledger)
    assert due
    assert {name: found[name] for name in due} == due
    for decision in made:
        assert all(
            decision.why_not(one.rep) for tier in decision.tried for one in tier.candidates if one.rep != decision.rep
        )
    for pool in ledger.snapshot():
        assert all(ledger.promise(pool).allows(credit) for credit in ledger.credits(pool).values())


@pytest.mark.parametrize("case", [case for case in CASES if case.get("rebuilt")], ids=lambda case: case["id"])
def test_nothing_but_the_credits_carries_a_turn_on(case: Case) -> None:
    made, _, _ = decided(case)
    anew = list(decided_anew(case))
    assert [decision.as_json() for decision in anew] == [decision.as_json() for decision in made]
