"""The files of a comparison: every rep, every component, and the report, byte for byte the same each time."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..engine.money import plain_amount
from .difference_shown import Compared, Difference
from .run_files import write_report
from .written import written_whole

__all__ = ["DifferenceFiles"]


@dataclass(frozen=True, slots=True)
class DifferenceFiles:
    """The files of `meed diff`, in a folder."""

    folder: Path

    @property
    def reps(self) -> Path:
        """One row a policy and rep: policy, rep, name, the attributes asked for, before, after, difference."""
        return self.folder.joinpath("reps.csv")

    @property
    def components(self) -> Path:
        """One row a policy and component: policy, scheme, component, before, after, difference, reps, reason."""
        return self.folder.joinpath("components.csv")

    @property
    def report(self) -> Path:
        """Everything."""
        return self.folder.joinpath("report.json")

    @property
    def all(self) -> tuple[Path, ...]:
        """The three."""
        return self.reps, self.components, self.report

    def write(self, made: Sequence[Difference], report: Mapping[str, Any]) -> None:
        """All three."""
        self.folder.mkdir(parents=True, exist_ok=True)
        found = [(one.file, one.compared) for one in made if one.compared is not None]
        attributes = list(found[0][1].groups) if found else []
        amounts = ("before", "after", "difference")
        _write(self.reps, ("policy", "rep", "name", *attributes, *amounts), _rep_rows(found))
        headers = ("policy", "scheme", "component", *amounts, "reps", "reason")
        _write(self.components, headers, _component_rows(found))
        write_report(self.report, report)


def _rep_rows(found: Sequence[tuple[str, Compared]]) -> Iterable[Sequence[str]]:
    for file, made in found:
        currency = made.comparison.other.policy.currency
        for rep in made.comparison.reps:
            amounts = (plain_amount(amount, currency) for amount in (rep.before, rep.after, rep.gain))
            yield file, rep.rep, made.names.get(rep.rep, ""), *(of[rep.rep] for of in made.groups.values()), *amounts


def _component_rows(found: Sequence[tuple[str, Compared]]) -> Iterable[Sequence[str]]:
    for file, made in found:
        currency = made.comparison.other.policy.currency
        for part, why in made.reasons:
            amounts = (plain_amount(amount, currency) for amount in (part.before, part.after, part.gain))
            reason = "; ".join(reason.says for reason, _ in why)
            yield file, part.scheme, part.component, *amounts, str(part.reps), reason


def _write(path: Path, headers: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with written_whole(path) as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(headers)
        writer.writerows(rows)
