"""The life of assignments as cases: what happens line by line, and what is due, worked out by hand.

A case in `assignment/lives/*.yaml`: `policy` (what follows the head and `facts standard`), `rep` and `lead`, tables (a
lead there was loaded), and `events`, a line each: day and time, `arrive`, `change`, `tick` or a move, the key, for a
move the rep (`-`: nobody), and columns as `name=value` with `_` for a blank; `change` names the kind before the key.
What is due: `gives`, every decision in order (`L1 a`, `L1 offered a`, `L1 at desk`, `L1 open`); `ends`, every ending
(`L1 a declined 0 09:15`); `stands` by lead in the end; `refused`, the reason of each event that was, by its line
number; `says`, the words of such a refusal; `told`, notices; `credits` by pool, in thousandths of a lead.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from meed.engine.assigning.assignment import DrawKeys
from meed.engine.assigning.decisions import Decision
from meed.engine.intake.opening import open_facts
from meed.engine.intake.raw_table import RawTable
from meed.engine.life import Arrive, Change, Event, Floor, Move, Outcome, Refused, Tick
from meed.engine.turns.shares import SCALE

from ..evaluators import checked
from .test_plans import rows

Case = dict[str, Any]

FILES = sorted((Path(__file__).parent / "assignment" / "lives").glob("*.yaml"))
CASES: list[Case] = [case for path in FILES for case in yaml.safe_load(path.read_text(encoding="utf-8"))["cases"]]
DAY = 86_400
FIRST = 20_514 * DAY  # 2026-03-02
KEYS = DrawKeys(b"an example seed, never use it")


@dataclass
class Ran:
    """What came of a case."""

    floor: Floor
    outcomes: list[Outcome] = field(default_factory=list)
    refused: dict[int, Refused] = field(default_factory=dict)


def ran(case: Case) -> Ran:
    head = f'policy "{case["id"]}" {{ version: "1"  currency: CNY }}\nfacts standard\n'
    policy = checked(head + case["policy"])
    raw = {kind: _table(kind, case[kind]) for kind in ("rep", "lead", "activity") if kind in case}
    empty = frozenset(policy.kinds) - raw.keys()
    facts = open_facts(policy, raw, "assign", strict=True, empty=empty)[0]
    made = Ran(Floor(policy, facts, KEYS, {policy.hash: policy}.__getitem__))
    for number, event in enumerate(events(case["events"]), start=1):
        try:
            made.outcomes.append(made.floor.apply(event))
        except Refused as problem:
            made.refused[number] = problem
    return made


def _table(kind: str, text: str) -> RawTable:
    made = rows(text if "\n" in text else f"id\n{text}")
    return RawTable(kind, {name: [row[name] for row in made] for name in made[0]})


def events(text: str) -> Iterator[Event]:
    for line in text.splitlines():
        day, time, word, *rest = line.split()
        hour, minute = map(int, time.split(":"))
        at = FIRST + int(day) * DAY + hour * 3600 + minute * 60
        said = (part.split("=") for part in rest if "=" in part)
        columns = {name: value.replace("_", " ") for name, value in said}
        plain = [part for part in rest if "=" not in part]
        match word:
            case "tick":
                yield Tick(at)
            case "arrive":
                for row in rows(f"id\n{plain[0]}"):
                    yield Arrive(at, "lead", {"id": row["id"], **columns})
            case "change":
                yield Change(at, plain[0], plain[1], columns)
            case _:
                rep = plain[1] if len(plain) > 1 and plain[1] != "-" else ""
                yield Move(at, "lead", plain[0], word, rep, **columns)


def outcome(case: Case, made: Ran) -> Case:
    """What came out, in the form of the file."""
    decisions = [decision for one in made.outcomes for decision in one.decisions]
    endings = [ending for one in made.outcomes for ending in one.endings]
    notices = [notice for one in made.outcomes for notice in one.notices]
    return {
        "gives": [_given(decision) for decision in decisions],
        "ends": [f"{one.key} {one.rep} {one.how} {_shown(one.at)}" for one in endings],
        "told": [f"{one.key} {one.to} {_shown(one.at)}: {one.text}" for one in notices],
        "stands": {key: _stands(made.floor, key) for key in case.get("stands", ())},
        "refused": {number: problem.reason for number, problem in made.refused.items()},
        "says": {number: made.refused[number].message for number in case.get("says", ())},
        "credits": {
            pool: {rep: _thousandths(credit) for rep, credit in made.floor.ledger.credits(pool).items()}
            for pool in case.get("credits", ())
        },
    }


def _given(decision: Decision) -> str:
    if decision.rep is None:
        where = "open" if decision.strategy in {"claim", "return"} else f"at {decision.held}"
        return f"{decision.key} {where}"
    return f"{decision.key} {'offered ' if decision.lapses is not None else ''}{decision.rep}"


def _stands(floor: Floor, key: str) -> str:
    stay = floor.stay("lead", key)
    return "nowhere" if stay is None else " ".join(filter(None, [stay.state, stay.rep or stay.desk]))


def _shown(at: int) -> str:
    day, time = divmod(at - FIRST, DAY)
    return f"{day} {time // 3600:02d}:{time % 3600 // 60:02d}"


def _thousandths(credit: int) -> int:
    return (2000 * credit + SCALE) // (2 * SCALE)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_life_goes_as_worked_out(case: Case) -> None:
    made = ran(case)
    found = outcome(case, made)
    due = {name: case[name] for name in found if name in case}
    due.setdefault("refused", {})
    assert len(due) > 1
    assert {name: found[name] for name in due} == due
    for pool in made.floor.ledger.snapshot():
        promise = made.floor.ledger.promise(pool)
        assert all(promise.allows(credit) for credit in made.floor.ledger.credits(pool).values())


def test_cases_are_told_apart() -> None:
    ids = [case["id"] for case in CASES]
    assert len(set(ids)) == len(ids)
    assert all(case["source"] for case in CASES)
