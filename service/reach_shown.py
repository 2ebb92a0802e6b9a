"""Judgements of goals as people and programs read them: what each rests on, by which thresholds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from ..dsl.problems.wording import percent
from ..engine.numbers.target_tables import Number
from ..engine.targets.reach import Reach, Thresholds
from ..engine.targets.targets import TargetSheet, goal_text
from .readers import read_table
from .stopped import WrongUse
from .tables_shown import say_table
from .terminal import say, say_list

__all__ = ["decided_owners", "reaches_as_json", "say_reaches", "thresholds_named"]

_MOST_MISSING = 12
_RATES = ("easy", "attained", "stretch")


def thresholds_named(values: Sequence[str]) -> Thresholds:
    """Thresholds from `NAME=VALUE`. Raises `WrongUse`."""
    made = Thresholds()
    names = [field.name for field in fields(Thresholds)]
    for value in values:
        name, _, text = value.partition("=")
        number = text.removesuffix("%")
        if name not in names or not number.isdigit():
            known = ", ".join(f"`{known}`" for known in names)
            raise WrongUse(
                f"`--limit {value}` is not a threshold", f"write NAME=NUMBER or NAME=RATE%, names are {known}"
            )
        if (name in _RATES) != text.endswith("%"):
            raise WrongUse(
                f"`--limit {value}` has the wrong form", f"write `{name}={'90%' if name in _RATES else '8'}`"
            )
        found: Any = Fraction(int(number), 100) if name in _RATES else int(number)
        made = replace(made, **{name: found})
    return made


def decided_owners(path: Path | None) -> dict[str, str]:
    """The rep of each lead that `meed assign --out FILE` decided. Raises `WrongUse`."""
    if path is None:
        return {}
    if not path.is_file():
        raise WrongUse(f"{path}: there is no such file", "`--decisions` names what `--out` of `meed assign` was")
    table = read_table(path)
    if "lead" not in table.columns or "rep" not in table.columns:
        raise WrongUse(
            f"{path}: this is not what `meed assign` wrote about leads", "it has the columns `lead` and `rep`"
        )
    pairs = zip(table.columns["lead"].values(), table.columns["rep"].values(), strict=True)
    return {str(lead): str(rep) for lead, rep in pairs if rep not in {None, ""}}


def say_reaches(sheet: TargetSheet, reaches: Sequence[Reach], limits: Thresholds) -> None:
    """Each goal with its verdict, beside history and leads; then the thresholds, and what was missing."""
    heads = (
        "rep", "period", "goal", "lowest", "median", "highest", "met", "team's median", "leads", "yield", "own yield",
        "verdict",
    )  # fmt: skip
    say_table(heads, [_line(sheet, reach) for reach in reaches], right=tuple(range(2, 11)))
    say()
    for line in _said(sheet, limits):
        say(line)
    missing = [f"{reach.key}, {reach.period}: {reach.missing}" for reach in reaches if reach.missing]
    say_list("what was missing", missing, _MOST_MISSING, "the JSON form")
    say()


def _line(sheet: TargetSheet, reach: Reach) -> tuple[str, ...]:
    own = sorted(reach.own.results)
    return (
        reach.key,
        str(reach.period),
        _short(sheet, reach.goal),
        *((_short(sheet, own[0]), _short(sheet, reach.own.median), _short(sheet, own[-1])) if own else ("-", "-", "-")),
        f"{reach.own.met} of {len(reach.own)}",
        _short(sheet, reach.team.median),
        "-" if reach.leads is None else f"{reach.leads:,}",
        _short(sheet, reach.yields),
        _short(sheet, reach.own_yields),
        reach.verdict,
    )


def _short(sheet: TargetSheet, value: Number | None) -> str:
    """Cut to whole main units: the JSON form has the exact value."""
    if value is None:
        return "-"
    exact = Fraction(goal_text(sheet.policy, sheet.target, value))
    whole = exact.numerator // exact.denominator
    return f"{whole:,}" if whole == exact else f"~{whole:,}"


def _said(sheet: TargetSheet, limits: Thresholds) -> list[str]:
    """What the figures mean, and by which thresholds goals are judged."""
    per = sheet.target.per
    easy, attained, stretch = (percent(value) for value in (limits.easy, limits.attained, limits.stretch))
    return [
        f"lowest, median, highest, met: the rep's {limits.periods} {per}s before, as far as the facts go back",
        "yield: leads given to the rep in the period, at what a lead brought the team before, and what is won without",
        f"own yield: the same at the rep's own conversion, where it rests on {limits.leads} leads or more",
        f"out of reach with the leads received: the goal is above {stretch} of the higher yield",
        f"too easy: met in {easy} of the periods before or more; attainable: in {attained} or more; else stretch",
        f"with less than {limits.least} periods before: attainable up to the higher yield, else stretch",
    ]


def reaches_as_json(sheet: TargetSheet, reaches: Sequence[Reach], limits: Thresholds) -> dict[str, Any]:
    """The judgements of a target with exact values, and the thresholds."""
    rates: Mapping[str, object] = asdict(limits)
    return {
        "target": sheet.target.name,
        "thresholds": {name: percent(value) if isinstance(value, Fraction) else value for name, value in rates.items()},
        "meaning": _said(sheet, limits),
        "goals": [_as_json(sheet, reach) for reach in reaches],
    }


def _as_json(sheet: TargetSheet, reach: Reach) -> dict[str, Any]:
    def text(value: Number | None) -> str | None:
        return None if value is None else goal_text(sheet.policy, sheet.target, value)

    return {
        "rep": reach.key,
        "period": str(reach.period),
        "goal": text(reach.goal),
        "history": {
            "results": [text(result) for result in reach.own.results],
            "median": text(reach.own.median),
            "met": reach.own.met,
        },
        "team": {"periods": len(reach.team), "median": text(reach.team.median), "met": reach.team.met},
        "leads": reach.leads,
        "per_lead": text(reach.per_lead),
        "per_lead_of": reach.scope,
        "rests_on": reach.rests_on,
        "own_per_lead": text(reach.own_per_lead),
        "without_leads": text(reach.without_leads),
        "yield": text(reach.yields),
        "own_yield": text(reach.own_yields),
        "verdict": reach.verdict,
        "missing": reach.missing,
    }
