"""`meed diff`: what a policy says otherwise than another, and who would be paid otherwise by it."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import typer

from ...engine.calendar.periods import Period
from ...engine.what_if.comparison import CannotCompare, compare
from ...policies.policy_changes import policy_changes, test_changes
from ...policies.reasons import Reasons
from ..difference_files import DifferenceFiles
from ..difference_shown import Compared, Difference, difference_json, show_costs, show_difference
from ..fact_files import FactFiles, files_named
from ..policy_files import sound_policy
from ..stopped import FINDINGS, FINE, WrongUse
from ..terminal import Form, say, say_json, say_list, working
from ..verb import FactsCommand
from ..version import meed_version
from ..what_if import Opened, asked_period, attributes_named, bookings_of, groups_of, open_policies, run_policy

__all__ = ["COMMAND", "diff"]

COMMAND = FactsCommand
_USUAL = ("type", "team", "tenure")
_MOST_REMARKS = 20


def diff(
    policies: list[str] = typer.Argument(metavar="BASE OTHER...", help="Policy files; each is set against the first."),
    facts: list[str] = typer.Option([], "--facts", metavar="NAME=FILE...", help="Run all of them on these facts."),
    period: str | None = typer.Option(
        None, "--period", metavar="PERIOD", help="With facts: 2026, 2026-Q2, 2026-04 ..."
    ),
    by: str | None = typer.Option(
        None, "--by", metavar="NAME,...", help="Columns of rep, and `tenure`, to break it down by: type,team,tenure."
    ),
    bookings: str | None = typer.Option(
        None, "--bookings", metavar="ACCOUNT", help="What cost is measured against; else the first money from deals."
    ),
    out: Path | None = typer.Option(
        None, "--out", metavar="FOLDER", help="Write reps.csv, components.csv, report.json."
    ),
    mapping: str | None = typer.Option(None, "--map", metavar="FILE", help="A mapping file: whose column is which."),
    without: list[str] = typer.Option([], "--without", metavar="NAME", help="A kind of which there are no facts."),
    known_by: str | None = typer.Option(
        None, "--known-by", metavar="DAY", help="As things were known at the end of this day, by their `known_at`."
    ),
    strict: bool = typer.Option(False, "--strict", help="Refuse facts of which any row cannot be used."),
    form: Form = typer.Option("text", "--format", metavar="text|json", help="How to report."),
) -> int:
    """Say what a policy says otherwise, and whom it pays otherwise.

    Layout and comments never count. With facts and a period every policy runs on the same facts: what each costs,
    who gains and who loses, and why. Without facts the exit code is 1 where the policies differ in meaning.
    """
    _must_be_whole(policies, facts, period, out)
    checked = [sound_policy(path) for path in policies]
    base, others = checked[0], checked[1:]
    made = [
        Difference(path, other, policies[0], base, policy_changes(base, other), test_changes(base, other))
        for path, other in zip(policies[1:], others, strict=True)
    ]
    if not facts:
        _report(form, {"policies": policies}, made)
        return FINE if all(one.same for one in made) else FINDINGS
    files = FactFiles(files_named(facts), mapping, tuple(without), strict, known_by)
    asked = asked_period(checked, period or "")
    names, must = attributes_named(by, _USUAL)
    written = DifferenceFiles(out) if out is not None else None
    if written is not None:
        files.must_not_be_among(written.all)
    opened = open_policies(files, checked, names, must=must)
    compared = _compared(opened, asked, bookings)
    made = [
        Difference(one.file, one.policy, one.base_file, one.base, one.changes, one.tests, against)
        for one, against in zip(made, compared[1:], strict=True)
    ]
    report = _json({"policies": policies, **files.as_json(), "period": period}, policies[0], compared[0], made)
    if written is not None:
        written.write(made, report)
    if form == "json":
        say_json(report)
    else:
        _show(policies[0], compared[0], made, opened)
        if written is not None:
            say()
            say(f"written to {out}: reps.csv, components.csv, report.json")
    return FINE


def _must_be_whole(policies: Sequence[str], facts: Sequence[str], period: str | None, out: Path | None) -> None:
    if len(policies) < 2:
        raise WrongUse("`meed diff` needs two policies or more", "name the base first, then what to set against it")
    if facts and period is None:
        raise WrongUse("`--facts` needs a period", "add `--period 2026-Q2`")
    if not facts and (period is not None or out is not None):
        option = "--period" if period is not None else "--out"
        raise WrongUse(f"`{option}` needs facts", "add `--facts rep=reps.csv deal=deals.csv`")
    if out is not None and out.exists() and not out.is_dir():
        raise WrongUse(f"{out}: this is a file", "`--out` names a folder")


def _compared(opened: Sequence[Opened], period: Period, bookings: str | None) -> list[Compared]:
    """The base against itself, then every other against it."""
    runs = [run_policy(one, period) for one in opened]
    groups = _groups(opened, period)
    made: list[Compared] = []
    reasons: Reasons | None = None
    for one, outcome in zip(opened, runs, strict=True):
        try:
            comparison = compare(runs[0], outcome)
        except CannotCompare as problem:
            raise WrongUse(str(problem), problem.help) from None
        account, amounts = bookings_of(one, period, bookings)
        with working("finding reasons"):
            reasons = Reasons(comparison, reasons)
            why = [(part, reasons.of_component(part)) for part in comparison.components]
        total = sum(amounts.values(), Fraction(0))
        made.append(Compared(comparison, why, account, total, groups, _names(opened), outcome.remarks))
    return made


def _groups(opened: Sequence[Opened], period: Period) -> dict[str, dict[str, str]]:
    """The groups of every rep whom any of the policies knows; those of the first that does."""
    made: dict[str, dict[str, str]] = {}
    for one in reversed(opened):
        for attribute, group_of in groups_of(one, period).items():
            made.setdefault(attribute, {}).update(group_of)
    return {name: made[name] for name in opened[0].attributes}


def _names(opened: Sequence[Opened]) -> dict[str, str]:
    names: dict[str, str] = {}
    for one in reversed(opened):
        table = one.facts.table("rep")
        if "name" in table.columns:
            names.update({key: str(table.cell(row, "name") or "") for row, key in enumerate(table.keys)})
    return names


# --- what is shown -------------------------------------------------------------------------------------------


def _json(given: dict[str, Any], base_file: str, base: Compared, made: Sequence[Difference]) -> dict[str, Any]:
    alone = Difference(base_file, base.comparison.base.policy, base_file, base.comparison.base.policy, (), (), base)
    return {
        "meed": meed_version(), "job": "diff", "given": given, "facts": {"hash": base.comparison.base.facts.hash},
        "base": difference_json(alone), "others": [difference_json(one) for one in made],
    }  # fmt: skip


def _report(form: Form, given: dict[str, Any], made: Sequence[Difference]) -> None:
    if form == "json":
        base = made[0].base
        about = {"file": made[0].base_file, "policy": {"name": base.name, "version": base.version, "hash": base.hash}}
        others = [difference_json(one) for one in made]
        say_json({"meed": meed_version(), "job": "diff", "given": given, "base": about, "others": others})
        return
    for place, one in enumerate(made):
        if place:
            say()
        show_difference(one)


def _show(base_file: str, base: Compared, made: Sequence[Difference], opened: Sequence[Opened]) -> None:
    show_costs(base, base_file, [(one.file, one.compared) for one in made if one.compared is not None])
    for one in made:
        say()
        show_difference(one)
    said = [line for one in opened for line in one.intake.lines(_MOST_REMARKS)]
    say_list("facts", list(dict.fromkeys(said)), _MOST_REMARKS, "`--format json`")
