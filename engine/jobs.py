"""The three jobs of the engine for Python callers: simulate, assign, explain; pandas frames in and out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from ..dsl import checked as c
from .assigning.assignment import DrawKeys
from .calendar.days import day_of, parse_day
from .calendar.periods import Period
from .derivations.explanation import Explanation, explain_component, explain_line
from .facts import Facts
from .intake.intake_report import IntakeReport
from .intake.opening import open_facts
from .intake.raw_table import frames_in
from .life.stream import Replay, assign_for, draws_at_random, replay
from .money import plain_amount
from .pay.simulation import Run, run

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Assignment", "Simulation", "assign", "explain", "report_of", "simulate"]


@dataclass(frozen=True, slots=True, eq=False)
class Simulation:
    """What a policy earns everybody over a period.

    `lines`: line id, rep, period, scheme, component, deal, amount (`Decimal`), currency. `summary`: rep, period,
    total (`Decimal`); zero statements included. `awards`: rep, period, scheme, award, to. `payables`: line id, rep,
    period, due (empty: held), amount (`Decimal`), currency. `balances`: rep, period, scheme, component, of (`draw`
    or `cap`), before, after (`Decimal`). `report`: rows in, used and reported per file, hashes of policy and facts, and
    every remark, as plain values.
    """

    lines: pd.DataFrame
    summary: pd.DataFrame
    awards: pd.DataFrame
    payables: pd.DataFrame
    balances: pd.DataFrame
    report: dict[str, Any]
    policy: c.Policy
    facts: Facts


@dataclass(frozen=True, slots=True, eq=False)
class Assignment:
    """Who got what. `decisions`: the fact's kind, rep, rule, strategy, decision id, held; in stream order.

    `replay` holds every decision with its because, and the credits against the promised bound.
    """

    decisions: pd.DataFrame
    replay: Replay
    report: dict[str, Any]


def report_of(policy: c.Policy, facts: Facts, intake: IntakeReport, run_: Run | None = None) -> dict[str, Any]:
    """The report of a job as plain values."""
    made: dict[str, Any] = {
        "policy": {"name": policy.name, "version": policy.version, "hash": policy.hash},
        "facts": {"hash": facts.hash, **intake.as_json()},
    }
    if run_ is not None:
        made["period"] = str(run_.period)
        made["currency"] = policy.currency
        made["total"] = plain_amount(run_.total, policy.currency)
        made["by_type"] = {word: plain_amount(total, policy.currency) for word, total in run_.by_type().items()}
        made["lines"] = len(run_.lines)
        made["money_flow"] = {name: plain_amount(sum_, policy.currency) for name, sum_ in run_.money_flow().items()}
        made["remarks"] = list(run_.remarks)
    return made


def simulate(
    policy: c.Policy,
    frames: Mapping[str, pd.DataFrame],
    period: str,
    *,
    strict: bool = False,
    known_by: date | str | None = None,
) -> Simulation:
    """Run the schemes of a policy over facts for a period (`2026`, `2026-Q2`, `2026-04`, ...).

    `frames`: a pandas frame for each kind of fact that the policy reads, columns named as in `facts`; amounts as
    text, `Decimal` or int in the main unit. `known_by`: a day (`2026-04-05`); rows whose `known_at` is later are left
    out, and of the others the last known one of a key holds.
    Raises `FactsRefused` where a frame is unusable (with `strict`: where any row was set aside), `PeriodError` for a
    period that a scheme does not fit, and `ValueError` for no day.
    """
    facts, intake = open_facts(policy, frames_in(frames), "simulate", strict=strict, known_by=_day(known_by))
    made = run(policy, facts, Period.parse(period, policy.calendar))
    report = report_of(policy, facts, intake, made)
    return Simulation(
        made.lines_frame(), made.summary_frame(), made.awards_frame(), made.payables_frame(), made.balances_frame(),
        report, policy, facts,
    )  # fmt: skip


def _day(said: date | str | None) -> int | None:
    if said is None:
        return None
    return parse_day(said) if isinstance(said, str) else day_of(said)


def assign(
    policy: c.Policy,
    frames: Mapping[str, pd.DataFrame],
    kind: str = "",
    *,
    seed: bytes | None = None,
    strict: bool = False,
) -> Assignment:
    """Decide a stream of facts (leads, say) in the order of arrival, then key.

    `seed`: at least 16 secret bytes from which the keys of random draws follow; a policy that draws at random
    needs one, others ignore it. Raises `FactsRefused`, `UnknownStream`, and `ValueError` where draws have no seed.
    """
    if seed is None and draws_at_random(assign_for(policy, kind)):
        raise ValueError("this policy draws at random: give `seed`, at least 16 secret bytes")
    facts, intake = open_facts(policy, frames_in(frames), "assign", strict=strict)
    steps = list(replay(policy, facts, DrawKeys(seed or bytes(16)), kind))
    made = steps[-1][0]
    return Assignment(made.frame(), made, report_of(policy, facts, intake))


def explain(
    simulation: Simulation, line: str = "", *, rep: str = "", period: str = "", scheme: str = "", component: str = ""
) -> Explanation:
    """Why a line is what it is, by its id; or why a component earned a rep what it did, be it nothing.

    Raises `LookupError` for a line, rep, scheme or component that is not there.
    """
    if not line:
        return explain_component(simulation.policy, simulation.facts, rep, period, scheme, component)
    found = simulation.lines[simulation.lines["line id"] == line]
    if not len(found):
        raise LookupError(f"there is no line `{line}`")
    row = found.iloc[0]
    parts = [str(row[name]) for name in ("rep", "period", "scheme", "component", "deal", "line id")]
    return explain_line(simulation.policy, simulation.facts, *parts)
