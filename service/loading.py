"""What a service has in hand when it starts: the checked policy, and the facts in their files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..dsl import checked as c
from ..engine.facts import Facts
from ..engine.intake.intake_report import IntakeReport
from ..engine.intake.opening import FactsRefused, open_facts
from ..engine.intake.raw_table import RawTable
from ..engine.intake.reads import Purpose
from ..policies.bundle import PolicyUnreadable, read_policy
from .mapping import FactMapping, MappingRefused, read_mapping
from .read_problem import ReadProblem
from .readers import read_table
from .settings import CannotStart, Settings

__all__ = ["Loaded", "load", "load_facts"]


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """The policy, the facts by which it decides, and the raw tables from which a simulation may read others."""

    policy: c.Policy
    facts: Facts
    report: IntakeReport
    raw: Mapping[str, RawTable]
    mapping: FactMapping
    empty: frozenset[str]

    def open(self, purpose: Purpose, known_by: int | None = None) -> tuple[Facts, IntakeReport]:
        """The facts for a purpose, as they were known by a day. Raises `FactsRefused`."""
        return _open(self.policy, self.raw, self.mapping, self.empty, purpose, known_by)


def load(settings: Settings) -> Loaded:
    """Read and check everything that the settings name. Raises `CannotStart` with all that is wrong."""
    return load_facts(_policy(settings), settings.facts, settings.mapping, settings.empty)


def load_facts(policy: c.Policy, files: Mapping[str, Path], mapping_file: Path | None, empty: frozenset[str]) -> Loaded:
    """Read the files as a policy needs them. Raises `CannotStart` with all that is wrong."""
    mapping = _mapping(mapping_file, policy)
    raw = _raw({kind: path for kind, path in files.items() if kind in policy.kinds}, mapping)
    # Facts of the kinds that are decided or watched arrive while the service runs: no file of them is needed.
    arriving = {one.kind for one in (*policy.assigns, *policy.watches)}
    empty = (empty & policy.kinds.keys()) | (arriving - raw.keys())
    try:
        facts, report = _open(policy, raw, mapping, empty, "live")
    except FactsRefused as error:
        raise CannotStart(*error.report.lines(most=20)) from None
    return Loaded(policy, facts, report, raw, mapping, empty)


def _policy(settings: Settings) -> c.Policy:
    try:
        checked = read_policy(settings.policy, settings.policy.name)
    except PolicyUnreadable as error:
        raise CannotStart(str(error)) from None
    if checked.policy is None:
        wrong = [found for found in checked.diagnostics if found.severity == "error"]
        places = [(*checked.source.position(found.span.start), found.message) for found in wrong]
        raise CannotStart(*(f"{checked.source.name}:{line}:{column}: {says}" for line, column, says in places))
    return checked.policy


def _mapping(path: Path | None, policy: c.Policy) -> FactMapping:
    if path is None:
        return FactMapping()
    try:
        return read_mapping(path, policy.kinds)
    except MappingRefused as error:
        raise CannotStart(*map(str, error.problems)) from None


def _raw(files: Mapping[str, Path], mapping: FactMapping) -> dict[str, RawTable]:
    made: dict[str, RawTable] = {}
    problems: list[str] = []
    for kind, path in files.items():
        try:
            made[kind] = mapping.apply(kind, read_table(path, encoding=mapping.encoding(kind)))
        except (ReadProblem, MappingRefused) as error:
            problems += str(error).splitlines()
    if problems:
        raise CannotStart(*problems)
    return made


def _open(
    policy: c.Policy,
    raw: Mapping[str, RawTable],
    mapping: FactMapping,
    empty: frozenset[str],
    purpose: Purpose,
    known_by: int | None = None,
) -> tuple[Facts, IntakeReport]:
    return open_facts(
        policy, raw, purpose, formats=mapping.formats, translations=mapping.translations, joins=mapping.joins,
        empty=empty, known_by=known_by,
    )  # fmt: skip
