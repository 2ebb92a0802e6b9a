"""What became of the rows of each file: used, or set aside and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

__all__ = ["CellProblem", "FileCount", "FileProblem", "IntakeReport", "Severity", "shown"]

Severity = Literal["error", "note"]
_LONGEST_SHOWN = 60
_MOST_ROWS = 5


def shown(value: str) -> str:
    """A value as messages show it: in backticks, on one line, cut where it is long."""
    line = " ".join(value.split()) if any(char in value for char in "\n\r\t") else value
    return f"`{line if len(line) <= _LONGEST_SHOWN else line[:_LONGEST_SHOWN] + '…'}`"


@dataclass(frozen=True, slots=True)
class CellProblem:
    """Why a row was set aside: one cell (or, with an empty `column`, the row as a whole).

    `row` is the row in the file as people count it (the header is row 1), `column` what the file calls it,
    `value` what stands there, `message` what is wrong and `help` what to do.
    """

    file: str
    row: int
    column: str
    value: str
    message: str
    help: str
    severity: Severity = "error"

    def __str__(self) -> str:
        return self.line([self.row])

    def line(self, rows: Sequence[int]) -> str:
        """For people: the problem, which is the same in all of these rows."""
        column = f", column {shown(self.column)}" if self.column else ""
        return f"{self.file} {_rows(rows)}{column}: {_sentence(self.message, self.help)}"


@dataclass(frozen=True, slots=True)
class FileProblem:
    """Why a file cannot be used at all; `column` where one column is the reason."""

    file: str
    message: str
    help: str
    column: str = ""

    def __str__(self) -> str:
        return f"{self.file}: {_sentence(self.message, self.help)}"


@dataclass(frozen=True, slots=True)
class FileCount:
    """Rows of a file: those that came in are those used, those reported, those that a row known later has replaced,
    and those that were not known yet."""

    file: str
    kind: str
    rows_in: int
    rows_used: int
    rows_reported: int
    rows_superseded: int = 0
    rows_not_known: int = 0

    def __str__(self) -> str:
        rows = "1 row" if self.rows_in == 1 else f"{self.rows_in:,} rows"
        left = [(self.rows_superseded, "superseded"), (self.rows_not_known, "not yet known")]
        more = "".join(f", {count:,} {what}" for count, what in left if count)
        return f"{self.file}: {rows}, {self.rows_used:,} used, {self.rows_reported:,} set aside{more}"


@dataclass(frozen=True, slots=True)
class IntakeReport:
    """Every finding of an intake, in the order of files, rows and columns.

    `refusals` make facts unusable whatever the caller prefers; `problems` each set one row aside (a row may
    have several); `notes` are whole sentences that begin with the file.
    """

    counts: tuple[FileCount, ...] = ()
    refusals: tuple[FileProblem, ...] = ()
    problems: tuple[CellProblem, ...] = ()
    notes: tuple[str, ...] = ()

    def refuses(self, strict: bool) -> bool:
        """Whether the facts must not be used: a file is unusable or, under `strict`, a row was set aside."""
        return bool(self.refusals) or (strict and any(found.severity == "error" for found in self.problems))

    def lines(self, most: int | None = None) -> list[str]:
        """For people: one line for each finding, with the rows it is in; at most `most` about rows."""
        groups: dict[tuple[str, str, str, str], list[CellProblem]] = {}
        for found in self.problems:
            groups.setdefault((found.file, found.column, found.message, found.help), []).append(found)
        lines = [group[0].line([found.row for found in group]) for group in groups.values()]
        kept = lines[:most]
        if len(kept) < len(lines):
            kept.append(f"and {len(lines) - len(kept):,} more problems")
        lines = [*map(str, self.refusals), *kept, *self.notes, *map(str, self.counts)]
        return [line if line.isprintable() else " ".join(line.split()) for line in lines]

    def as_json(self) -> dict[str, object]:
        """For programs: the same findings as plain lists and texts."""
        return {
            "files": [asdict(count) for count in self.counts],
            "refusals": [asdict(found) for found in self.refusals],
            "problems": [asdict(found) for found in self.problems],
            "notes": list(self.notes),
        }


def _rows(rows: Sequence[int]) -> str:
    """`row 3`, `rows 3 and 5`, `rows 3, 5, 8, 9, 12 and 20 more`."""
    named = list(map(str, dict.fromkeys(rows)))
    if len(named) == 1:
        return f"row {named[0]}"
    if len(named) > _MOST_ROWS + 1:
        return f"rows {', '.join(named[:_MOST_ROWS])} and {len(named) - _MOST_ROWS:,} more"
    return f"rows {', '.join(named[:-1])} and {named[-1]}"


def _sentence(message: str, advice: str) -> str:
    return f"{message}; {advice}" if advice else message
