"""Facts for a policy: raw tables taken in as far as the policy reads them."""

from __future__ import annotations

from collections.abc import Mapping

from ...dsl import checked as c
from ..facts import Facts
from ..targets.target_measure import measure_of
from .cells import Formats
from .intake import take_in
from .intake_report import IntakeReport
from .raw_table import RawTable
from .reads import Purpose, columns_read

__all__ = ["FactsRefused", "open_facts"]

_WHERE_GIVEN = {"rep": ("hired", "left", "type", "name", "team")}
"""Read where the file has them: employment bounds who is paid; type, name and team make reports readable."""

_KEPT_BY_US = frozenset({"assignment", "move"})
"""Kinds of which the engine keeps the rows itself: no file of them is needed."""

_SAID = {"move": frozenset({"at", "what"})}
"""Columns that a file has to have although no policy reads them."""


class FactsRefused(ValueError):
    """Facts that cannot be used; `report` says why."""

    def __init__(self, report: IntakeReport) -> None:
        self.report = report
        super().__init__("; ".join(report.lines(most=3)))


def open_facts(
    policy: c.Policy,
    raw: Mapping[str, RawTable],
    purpose: Purpose,
    *,
    strict: bool = False,
    formats: Formats | Mapping[str, Formats] | None = None,
    translations: Mapping[str, Mapping[str, str]] | None = None,
    joins: Mapping[str, str] | None = None,
    empty: frozenset[str] = frozenset(),
    known_by: int | None = None,
    also: Mapping[str, frozenset[str]] | None = None,
) -> tuple[Facts, IntakeReport]:
    """Typed facts with the report of what was set aside.

    `also`: by kind, columns to read that the policy does not. Raises `FactsRefused` where a file is unusable or,
    with `strict`, where any row was set aside. See `intake.take_in` for the other parameters.
    """
    needed = dict(columns_read(policy, purpose))
    if purpose == "reach" and "lead" in raw and "lead" in policy.kinds:
        needed.setdefault("lead", frozenset())
    for kind, columns in (_WHERE_GIVEN | _wanted(policy, purpose, raw)).items():
        if (kind in needed or kind == "move") and kind in raw:
            soft = {name for name in columns if name in raw[kind].columns and name in policy.kinds[kind].columns}
            needed[kind] = needed.get(kind, _SAID.get(kind, frozenset())) | soft
    for kind, columns in (also or {}).items():
        needed[kind] = needed.get(kind, frozenset()) | columns
    facts, report = take_in(
        raw,
        policy.kinds,
        needed,
        currency=policy.currency,
        timezone=policy.timezone,
        formats=formats,
        translations=translations,
        joins=joins,
        empty=empty | (_KEPT_BY_US - raw.keys()),
        known_by=known_by,
    )
    if report.refuses(strict):
        raise FactsRefused(report)
    return facts, report


def _wanted(policy: c.Policy, purpose: Purpose, raw: Mapping[str, RawTable]) -> dict[str, tuple[str, ...]]:
    """What a purpose reads where the file has it: who has a lead already; who was given leads, what came of them."""
    if purpose in {"simulate", "targets"}:
        return {}
    if purpose != "reach":
        return _owners(policy) | (_moves(policy) if "move" in raw else {})
    if "lead" not in raw:
        return {}
    measures = [measure_of(policy, target) for target in policy.targets.values()]
    came = {kind: ("lead",) for measure in measures for kind in measure.kinds}
    return {**came, "lead": ("owner", "assigned", "created")}


def _owners(policy: c.Policy) -> dict[str, tuple[str, ...]]:
    """What an assignment decides has an owner where the file says so: that is not given away again."""
    found = {assign.kind: policy.kinds[assign.kind].columns.get("owner") for assign in policy.assigns}
    return {kind: ("owner",) for kind, column in found.items() if column is not None and column.type.optional}


def _moves(policy: c.Policy) -> dict[str, tuple[str, ...]]:
    """What people did with facts that the policy assigns; when, what and about which fact has to be said."""
    kind = policy.kinds.get("move")
    decided = {assign.kind for assign in policy.assigns}
    if kind is None:
        return {}
    columns = kind.columns.values()
    return {"move": tuple(one.name for one in columns if one.type.kind is None or one.type.kind in {*decided, "rep"})}
