"""The files of a run: what `simulate` and `assign` write, byte for byte the same each time, and `explain` reads."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any, Literal, cast

from ..engine.calendar.days import format_day
from ..engine.life.stream import Replay
from ..engine.money import plain_amount, plain_amounts
from ..engine.pay.payables import HELD
from ..engine.pay.simulation import Run
from .stopped import WrongUse
from .written import written_whole

__all__ = [
    "AssignmentFiles", "Job", "SavedRun", "SimulationFiles", "line_rows", "open_run", "write_report",
]  # fmt: skip

Job = Literal["simulate", "assign", "allocate"]
_NAME_A_RUN = "name what `--out` of `meed simulate` or `meed assign` was"
_LINES = ("line id", "rep", "period", "scheme", "component", "deal", "amount", "currency")


@dataclass(frozen=True, slots=True)
class SimulationFiles:
    """The files of a simulation, in a folder."""

    folder: Path

    @property
    def lines(self) -> Path:
        """One row a line: line id, rep, period, scheme, component, deal, amount, currency."""
        return self.folder.joinpath("lines.csv")

    @property
    def summary(self) -> Path:
        """One row for each rep and period: rep, period, total."""
        return self.folder.joinpath("summary.csv")

    @property
    def awards(self) -> Path:
        """One row an award: rep, period, scheme, award, to."""
        return self.folder.joinpath("awards.csv")

    @property
    def payables(self) -> Path:
        """One row a part of a line, where anything is released otherwise than with its period: line id, due, amount."""
        return self.folder.joinpath("payables.csv")

    @property
    def balances(self) -> Path:
        """One row an open balance, where anything is carried: rep, period, scheme, component, of, before, after."""
        return self.folder.joinpath("balances.csv")

    @property
    def report(self) -> Path:
        """Rows in, used and reported, hashes, totals, remarks, and what was given."""
        return self.folder.joinpath("report.json")

    @property
    def all(self) -> tuple[Path, ...]:
        """The six; the last two are not in every folder."""
        return self.lines, self.summary, self.awards, self.report, self.payables, self.balances

    def write(self, run: Run, totals: Mapping[tuple[str, str], int], report: Mapping[str, Any]) -> None:
        """All that the run has; `totals` in minor units by rep and period. What an earlier run left is taken away."""
        currency = run.policy.currency
        awards = [(a.rep, a.period, a.scheme, a.title, a.to) for a in run.awards]
        summary = [(rep, period, plain_amount(total, currency)) for (rep, period), total in totals.items()]
        _write_csv(self.lines, _LINES, line_rows(run))
        _write_csv(self.summary, ("rep", "period", "total"), summary)
        _write_csv(self.awards, ("rep", "period", "scheme", "award", "to"), awards)
        self._write_flow(run)
        write_report(self.report, report)

    def _write_flow(self, run: Run) -> None:
        """Parts that fall due, and balances, where there are any."""
        currency = run.policy.currency
        balances = [
            (
                b.rep,
                b.period,
                b.scheme,
                b.component,
                b.of,
                plain_amount(b.before, currency),
                plain_amount(b.after, currency),
            )
            for b in run.balances
        ]
        for path, headers, rows in (
            (self.payables, ("line id", "rep", "period", "due", "amount", "currency"), _part_rows(run)),
            (self.balances, ("rep", "period", "scheme", "component", "of", "before", "after"), iter(balances)),
        ):
            first = next(rows, None)
            if first is None:
                path.unlink(missing_ok=True)
            else:
                _write_csv(path, headers, chain([first], rows))


@dataclass(frozen=True, slots=True)
class AssignmentFiles:
    """The files of an assignment: `decisions` is the CSV file, the others stand beside it."""

    decisions: Path

    def _beside(self, ending: str) -> Path:
        return self.decisions.with_name(self.decisions.stem + ending)

    @property
    def log(self) -> Path:
        """One JSON object a decision, with its whole because."""
        return self._beside(".decisions.jsonl")

    @property
    def report(self) -> Path:
        """Rows in, used and reported, counts, hashes, fairness, commitments of draws, and what was given."""
        return self._beside(".report.json")

    @property
    def keys(self) -> Path:
        """The secret seed of random draws, where none was given."""
        return self._beside(".keys.json")

    @property
    def credits(self) -> Path:
        """Where everybody stands afterwards: what the next run begins with."""
        return self._beside(".credits.json")

    @property
    def life(self) -> Path:
        """One JSON object for everything else that happened: endings, notices, awards, moves that could not be made."""
        return self._beside(".life.jsonl")

    @property
    def all(self) -> tuple[Path, ...]:
        """The six."""
        return self.decisions, self.log, self.report, self.keys, self.credits, self.life

    def write(self, replay: Replay, report: Mapping[str, Any]) -> None:
        """The decisions, their log and the report."""
        headers = (replay.kind, "rep", "rule", "strategy", "decision id", "held")
        rows = ((d.key, d.rep or "", d.rule, d.strategy, d.id, d.held or "") for d in replay.decisions)
        _write_csv(self.decisions, headers, rows)
        with written_whole(self.log) as out:
            for decision in replay.decisions:
                out.write(json.dumps(decision.as_json(), ensure_ascii=False, separators=(",", ":")) + "\n")
        self._write_life(replay)
        write_report(self.report, report)

    def _write_life(self, replay: Replay) -> None:
        """What happened beside decisions; no file where nothing did."""
        happened = [
            *({"happened": "ending", **one.as_json()} for one in replay.endings),
            *({"happened": "notice", **one.as_json()} for one in replay.notices),
            *({"happened": "award", **one.as_json()} for one in replay.awards),
            *({"happened": "refusal", **move.as_json(), "because": str(why)} for move, why in replay.refused),
        ]
        if not happened:
            self.life.unlink(missing_ok=True)
            return
        with written_whole(self.life) as out:
            for one in sorted(happened, key=lambda made: made["at"]):
                out.write(json.dumps(one, ensure_ascii=False, separators=(",", ":")) + "\n")


def write_report(path: Path, report: Mapping[str, Any]) -> None:
    """A report as JSON."""
    with written_whole(path) as out:
        out.write(json.dumps(report, ensure_ascii=False, indent=2) + "\n")


def _write_csv(path: Path, headers: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with written_whole(path) as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(headers)
        writer.writerows(rows)


def _part_rows(run: Run) -> Iterator[tuple[str, ...]]:
    """The parts of the lines; none where all are payable with their periods."""
    if not run.releases:
        return
    due, lines = run.payables, list(line_rows(run))
    parts = cast(
        "Iterator[tuple[int, ...]]", zip(due.line.tolist(), due.day.tolist(), due.amount.tolist(), strict=True)
    )
    for line, day, amount in parts:
        name, rep, period, *_, currency = lines[line]
        yield name, rep, period, "" if day == HELD else format_day(day), plain_amount(amount, currency), currency


def line_rows(run: Run) -> Iterator[tuple[str, ...]]:
    """The rows of `lines.csv`."""
    currency = run.policy.currency
    amounts = plain_amounts(run.lines.amount.tolist(), currency)
    for (name, (rep, period, scheme, component, _, key)), amount in zip(run.lines.named(), amounts, strict=True):
        yield name, rep, period, scheme, component, key, amount, currency


# --- read back -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SavedRun:
    """A run that was written: its job, its report, and where its lines or decisions are."""

    job: Job
    report: Mapping[str, Any]
    records: Path

    def line(self, line: str) -> dict[str, str] | None:
        """A line by its id, as columns; None where there is none."""
        if self.job != "simulate":
            return None
        with self.records.open(encoding="utf-8", newline="") as rows:
            return next((row for row in csv.DictReader(rows) if row.get("line id") == line), None)

    def amounts(self) -> dict[str, str]:
        """The amount of every line by its id, as it is written. Raises `WrongUse` for a file without them."""
        try:
            with self.records.open(encoding="utf-8", newline="") as rows:
                return {row["line id"]: row["amount"] for row in csv.DictReader(rows)}
        except (KeyError, csv.Error, UnicodeDecodeError):
            raise WrongUse(f"{self.records}: these are not the lines of a run", "run `meed simulate` again") from None

    def decision(self, decision: str) -> dict[str, Any] | None:
        """A decision by its id, or by the key of what was decided; None where there is none.

        Raises `WrongUse` for a log that was damaged.
        """
        if self.job == "simulate":
            return None
        said = json.dumps(decision, ensure_ascii=False)
        by_id, by_key = f'{{"decision_id":{said},', f',"key":{said},"at":'
        with self.records.open(encoding="utf-8") as lines:
            found = next((line for line in lines if line.startswith(by_id) or by_key in line), None)
        if found is None:
            return None
        try:
            return cast("dict[str, Any]", json.loads(found, parse_float=Decimal))
        except ValueError:
            raise WrongUse(
                f"{self.records}: the line of `{decision}` is damaged", f"run `meed {self.job}` again"
            ) from None


def open_run(path: Path) -> SavedRun:
    """The run in a folder or file that `simulate` or `assign` wrote. Raises `WrongUse`."""
    report = _report_of(path)
    made = _read_report(report)
    job: Job = made["job"]
    if job == "simulate":
        records = SimulationFiles(report.parent).lines
    else:
        name = report.name.removesuffix(".report.json")
        records = AssignmentFiles(report.with_name(f"{name}.csv")).log
    if not records.is_file():
        raise WrongUse(f"{records}: there is no such file", f"run `meed {job}` again")
    return SavedRun(job, made, records)


def _report_of(path: Path) -> Path:
    """The report that belongs to a folder or a file of a run."""
    if path.is_dir():
        return SimulationFiles(path).report
    if not path.exists():
        raise WrongUse(f"{path}: there is no such file or folder", _NAME_A_RUN)
    if path.name.endswith("report.json"):
        return path
    stem = (
        path.name.removesuffix(".csv")
        .removesuffix(".decisions.jsonl")
        .removesuffix(".keys.json")
        .removesuffix(".life.jsonl")
        .removesuffix(".credits.json")
    )
    for beside in (path.with_name(f"{stem}.report.json"), path.with_name("report.json")):
        if beside.exists():
            return beside
    raise WrongUse(f"{path}: this is not a file of a run", _NAME_A_RUN)


def _read_report(path: Path) -> Mapping[str, Any]:
    try:
        made: Any = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except FileNotFoundError:
        raise WrongUse(f"{path.parent}: there is no outcome of a run in this folder", _NAME_A_RUN) from None
    except (ValueError, RecursionError):
        raise WrongUse(f"{path}: this is not a report of a run", _NAME_A_RUN) from None
    if not isinstance(made, dict) or cast("dict[str, Any]", made).get("job") not in {"simulate", "assign", "allocate"}:
        raise WrongUse(f"{path}: this is not a report of a run", _NAME_A_RUN)
    return cast("dict[str, Any]", made)
