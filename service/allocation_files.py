"""The files of an allocation, byte for byte the same each time."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..dsl import checked as c
from ..engine.allocation.allocation import Allocation
from .credit_file import write_credits
from .run_files import AssignmentFiles, write_report
from .written import written_whole

__all__ = ["AllocationFiles"]


@dataclass(frozen=True, slots=True)
class AllocationFiles:
    """`decisions` is the CSV file; the others stand beside it, as those of `meed assign` do."""

    decisions: Path

    @property
    def log(self) -> Path:
        """One JSON object a fact, with its whole because."""
        return AssignmentFiles(self.decisions).log

    @property
    def report(self) -> Path:
        """Rows in, used and reported, counts, what everybody was owed and got, and the price of fairness."""
        return AssignmentFiles(self.decisions).report

    @property
    def keys(self) -> Path:
        """The secret seed of random draws, where none was given."""
        return AssignmentFiles(self.decisions).keys

    @property
    def credits(self) -> Path:
        """Where everybody stands now: what the next run begins with."""
        return AssignmentFiles(self.decisions).credits

    @property
    def all(self) -> tuple[Path, ...]:
        """The five."""
        return self.decisions, self.log, self.report, self.keys, self.credits

    def write(self, policy: c.Policy, made: Allocation, report: Mapping[str, Any]) -> None:
        """The facts and who has them, their log, the credits and the report."""
        with written_whole(self.decisions) as out:
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow((made.kind, "rep", "rule", "strategy", "score", "decision id", "held"))
            for one in made.outcomes:
                score = getattr(one, "score", "")
                writer.writerow((one.key, one.rep or "", one.rule, one.strategy, score, one.id, one.held or ""))
        with written_whole(self.log) as out:
            for one in made.outcomes:
                out.write(json.dumps(one.as_json(), ensure_ascii=False, separators=(",", ":")) + "\n")
        write_credits(self.credits, policy, made.ledger)
        write_report(self.report, report)
