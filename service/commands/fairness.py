"""`meed fairness`: whether leads are given fairly, and equal results paid equally. A report in sections."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from ...dsl import checked as c
from ...dsl.calendar import GREGORIAN
from ...engine.calendar.periods import Period, PeriodError
from ..assignment_section import AssignmentAsked, AssignmentSection, assignment_section
from ..fact_files import FactFiles, files_named
from ..pay_sections import PayAsked, PaySections, pay_sections
from ..policy_files import sound_policy
from ..stopped import FINDINGS, FINE, WrongUse
from ..terminal import Form, note, say, say_json
from ..verb import FactsCommand
from ..version import meed_version
from ..what_if import attributes_named, bad_period
from .not_installed import not_installed

if TYPE_CHECKING:
    from ..journal_section import JournalSection

__all__ = ["COMMAND", "fairness"]

COMMAND = FactsCommand
SECTIONS = ("assignment", "pay", "marginal")
_USUAL = ("region", "tenure", "type")
_WAYS = "use `meed fairness POLICY --facts ...`, `--decisions FILE`, or `--db` with the store of a service"
_RATE = re.compile(r"(\d+)(?:\.(\d+))?%")


def fairness(
    policy: str | None = typer.Argument(None, metavar="POLICY", help="A policy file."),
    facts: list[str] = typer.Option(
        [], "--facts", metavar="NAME=FILE...", help="Fact files by kind: CSV, XLSX, Parquet or JSON Lines."
    ),
    decisions: Path | None = typer.Option(
        None, "--decisions", metavar="FILE", help="Decisions that were made: what `--out` of `meed assign` was."
    ),
    db: str | None = typer.Option(
        None, "--db", metavar="FILE|URL", help="Decisions that a service made: its store. It needs nothing else."
    ),
    period: str | None = typer.Option(
        None, "--period", metavar="PERIOD", help="2026, 2026-H1, 2026-Q2, 2026-04 or 2026-W07; pay needs one."
    ),
    by: str | None = typer.Option(
        None,
        "--by",
        metavar="NAME,...",
        help="Columns of rep, and `tenure`, by which reps are grouped: region,tenure,type.",
    ),
    only: str | None = typer.Option(
        None, "--only", metavar="SECTION,...", help="Some of the sections: assignment, pay, marginal."
    ),
    bookings: str | None = typer.Option(
        None, "--bookings", metavar="ACCOUNT", help="What counts as the result; else the first money from deals."
    ),
    strata: str = typer.Option(
        "80%,100%,120%", "--strata", metavar="RATE,...", help="Where strata of equal attainment begin."
    ),
    unit: str = typer.Option("1000", "--unit", metavar="AMOUNT", help="The size of one more deal."),
    alike: str = typer.Option(
        "day", "--alike", metavar="SPAN", help="Leads of one day, week, month, quarter or year are compared."
    ),
    draws: int = typer.Option(
        9_999, "--draws", min=99, max=1_000_000, metavar="N", help="Arrangements to draw in tests."
    ),
    seed: int = typer.Option(1, "--seed", min=0, max=2**63, metavar="N", help="The same seed draws the same."),
    kind: str = typer.Option("", "--kind", metavar="NAME", help="What is assigned, where the policy assigns several."),
    keys: Path | None = typer.Option(None, "--keys", metavar="FILE", help="The secret seed of random draws."),
    page: Path | None = typer.Option(
        None, "--page", metavar="FILE.html", help="Write the assignment as a page with pictures."
    ),
    mapping: str | None = typer.Option(None, "--map", metavar="FILE", help="A mapping file: whose column is which."),
    without: list[str] = typer.Option([], "--without", metavar="NAME", help="A kind of which there are no facts."),
    known_by: str | None = typer.Option(
        None, "--known-by", metavar="DAY", help="As things were known at the end of this day, by their `known_at`."
    ),
    strict: bool = typer.Option(False, "--strict", help="Refuse facts of which any row cannot be used."),
    form: Form = typer.Option("text", "--format", metavar="text|json", help="How to report."),
) -> int:
    """Say whether leads are shared fairly and results paid alike.

    Assignment, where the policy assigns and there are leads: every credit against the promised bound, at each lead;
    draws against their tickets; who could take a lead; whether the leads of some are better; waits. Pay, where it
    pays: pay per unit of result by group, also at equal attainment. Tests are seeded permutations; the exit code is 1
    for a credit beyond the bound, and where a group is behind and chance would hardly do that.
    """
    if db is not None and (policy or facts or decisions or keys or mapping or without or known_by or only):
        raise WrongUse("a store has its policy, facts and decisions", "leave the others out, or `--db`")
    files = FactFiles(files_named(facts), mapping, tuple(without), strict, known_by)
    made = sound_policy(policy) if policy is not None else None
    sections = () if db is not None else _sections(only, made, files, kind, decisions, period)
    bounds, (names, must) = _bounds(strata), attributes_named(by, _USUAL)
    asked, section = _period(made, period) if db is None else None, None
    wanted = AssignmentAsked(made, files, decisions, keys, kind, asked, names, must, alike, draws, seed)
    if db is not None:
        found = _of_store(db, wanted, period)
        made, asked, section = found.policy, found.period, found.section
    elif "assignment" in sections:
        section = assignment_section(wanted)
    pay = None
    if made is not None and asked is not None and ("pay" in sections or "marginal" in sections):
        of_pay = PayAsked(files, asked, sections, only is not None, bounds, names, must, unit, bookings, draws, seed)
        pay = pay_sections(made, of_pay)
    given = {"policy": policy, **files.as_json(), "decisions": decisions and str(decisions), "period": period,
             "by": names, "strata": strata, "unit": unit, "alike": alike, "draws": draws, "seed": seed}  # fmt: skip
    if form == "json":
        say_json(_json(made, asked, given, section, pay))
    else:
        _show(made, asked, section, pay)
    if page is not None and section is not None:
        section.write_page(page, _title(made, asked))
    wrong = (section is not None and section.made.finding) or (pay is not None and pay.finding)
    return FINDINGS if wrong else FINE


def _of_store(db: str, asked: AssignmentAsked, period: str | None) -> JournalSection:
    try:
        from ..journal_section import journal_section
        from ..opened_store import opened_store

        with opened_store(db) as store:
            return journal_section(store, asked, period)
    except ModuleNotFoundError as missing:
        raise not_installed("meed fairness --db", missing) from None


def _sections(
    only: str | None, policy: c.Policy | None, files: FactFiles, kind: str, decisions: Path | None, period: str | None
) -> tuple[str, ...]:
    """The sections that were asked for, or those that there is something for. Raises `WrongUse`."""
    if only is not None:
        named = tuple(name.strip() for name in only.split(",") if name.strip())
        for name in named:
            if name not in SECTIONS:
                raise WrongUse(f"`--only`: there is no section `{name}`", f"sections are {', '.join(SECTIONS)}")
        if policy is None and named != ("assignment",):
            raise WrongUse("pay is worked out from a policy", "name a policy file first")
        if period is None and named != ("assignment",):
            raise WrongUse("pay is looked at over a period", "add `--period 2026-Q2`")
        return named
    if policy is None:
        if decisions is None:
            raise WrongUse("`meed fairness` needs a policy, or decisions", _WAYS)
        return ("assignment",)
    has_leads = any(assign.kind in files.files for assign in policy.assigns if kind in {"", assign.kind})
    assignment = ("assignment",) if decisions is not None or has_leads else ()
    pays = SECTIONS[1:] if policy.schemes and period is not None and files.files else ()
    if policy.schemes and not pays and assignment:
        note("no section on pay: it needs `--period`")
    if policy.assigns and not assignment and pays:
        note(f"no section on assignment: there are no facts of `{policy.assigns[0].kind}`")
    if not assignment and not pays:
        if policy.schemes:
            raise WrongUse(
                "pay is looked at over a period, of facts", "add `--facts rep=FILE deal=FILE --period 2026-Q2`"
            )
        raise WrongUse("there are no decisions to look at", "add `--facts rep=FILE lead=FILE`, or `--decisions FILE`")
    return (*assignment, *pays)


def _period(policy: c.Policy | None, text: str | None) -> Period | None:
    if text is None:
        return None
    try:
        return Period.parse(text, GREGORIAN if policy is None else policy.calendar)
    except PeriodError as problem:
        raise bad_period(problem) from None


def _bounds(text: str) -> list[Fraction]:
    made: list[Fraction] = []
    for part in text.split(","):
        found = _RATE.fullmatch(part.strip())
        if found is None:
            raise WrongUse(f"`--strata {text}` is not a list of rates", "write it like `--strata 80%,100%,120%`")
        made.append(Fraction(int(found[1] + (found[2] or "")), 100 * 10 ** len(found[2] or "")))
    if sorted(set(made)) != made:
        raise WrongUse(f"`--strata {text}` does not rise", "write it like `--strata 80%,100%,120%`")
    return made


def _title(policy: c.Policy | None, period: Period | None) -> str:
    name = "decisions" if policy is None else f"{policy.name}{f' {policy.version}' if policy.version else ''}"
    return name if period is None else f"{name} over {period}"


def _json(
    policy: c.Policy | None, period: Period | None, given: dict[str, Any], section: AssignmentSection | None,
    pay: PaySections | None,
) -> dict[str, Any]:  # fmt: skip
    sections: dict[str, Any] = {} if section is None else {"assignment": section.as_json()}
    sections |= {} if pay is None else pay.as_json()
    return {
        "meed": meed_version(), "job": "fairness", "given": given,
        "policy": policy and {"name": policy.name, "version": policy.version, "hash": policy.hash},
        "facts": pay and {"hash": pay.facts_hash}, "period": period and str(period),
        "currency": policy and policy.currency, "sections": sections, "remarks": list(pay.remarks) if pay else [],
    }  # fmt: skip


def _show(
    policy: c.Policy | None, period: Period | None, section: AssignmentSection | None, pay: PaySections | None
) -> None:
    say(_title(policy, period))
    if section is not None:
        say()
        section.show()
    if pay is not None:
        pay.show()
