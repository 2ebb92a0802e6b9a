"""Decisions in a file: what `meed assign` wrote beside its `--out`, or any file with one decision a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from .run_files import SavedRun, open_run
from .stopped import WrongUse

__all__ = ["decision_log", "read_decisions", "run_of_decisions"]

_ENDING = ".decisions.jsonl"
_ADVICE = "name what `--out` of `meed assign` was, or a file with one decision a line"


def decision_log(given: Path) -> Path:
    """The file of the decisions: the one given, or the one that stands beside a file of a run. Raises `WrongUse`."""
    if given.suffix.lower() == ".csv" or given.name.endswith(".report.json"):
        stem = given.name.removesuffix(".csv").removesuffix(".report.json")
        given = given.with_name(stem + _ENDING)
    if not given.is_file():
        raise WrongUse(f"{given}: there is no such file", _ADVICE)
    return given


def run_of_decisions(log: Path, *jobs: str) -> SavedRun | None:
    """The run that wrote a log, of these jobs (`assign`); None where its report is not beside it."""
    report = log.with_name(log.name.removesuffix(_ENDING) + ".report.json")
    if not log.name.endswith(_ENDING) or not report.is_file():
        return None
    run = open_run(report)
    return run if run.job in (jobs or ("assign",)) else None


def read_decisions(log: Path) -> Iterator[dict[str, Any]]:
    """The decisions (or outcomes), line by line. Raises `WrongUse` for a line that is none."""
    with log.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                made: Any = json.loads(line, parse_float=Decimal)
            except (ValueError, RecursionError):
                made = None
            if not isinstance(made, dict):
                raise WrongUse(f"{log} line {number:,}: this is not a decision", _ADVICE)
            yield cast("dict[str, Any]", made)
