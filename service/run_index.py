"""The last runs of a folder, newest first: how `explain` finds a line or a decision without being told where."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from .stopped import WrongUse
from .terminal import note
from .written import written_whole

__all__ = ["IndexedRun", "known_runs", "remember_run"]

INDEX = Path(".meed", "runs.json")
_MOST = 20
_TELL = "name the run with `--from FOLDER_OR_FILE`"


@dataclass(frozen=True, slots=True)
class IndexedRun:
    """A run: which job it was, and the file of its report."""

    job: str
    report: str


def known_runs() -> list[IndexedRun]:
    """The runs of the current folder, newest first. Raises `WrongUse` where there is no list of them."""
    try:
        made: Any = json.loads(INDEX.read_text(encoding="utf-8"), parse_float=Decimal)
        rows = cast("list[dict[str, Any]]", made["runs"])
        return [IndexedRun(str(row["job"]), str(row["report"])) for row in rows]
    except FileNotFoundError:
        raise WrongUse(f"no run is known in this folder: there is no {INDEX.as_posix()}", _TELL) from None
    except (OSError, ValueError, KeyError, TypeError):
        raise WrongUse(f"{INDEX.as_posix()} cannot be read as a list of runs", f"{_TELL}, or remove it") from None


def remember_run(job: str, report: Path) -> None:
    """Put a run on top of the list; one with the same report is replaced. A broken list is begun anew.

    Where the list cannot be written, a note says so: the run is as good without it.
    """
    try:
        runs = known_runs()
    except WrongUse:
        runs = []
    newest = IndexedRun(job, report.as_posix())
    runs = [newest, *(run for run in runs if run.report != newest.report)][:_MOST]
    rows = [{"job": run.job, "report": run.report} for run in runs]
    try:
        INDEX.parent.mkdir(exist_ok=True)
        with written_whole(INDEX) as out:
            out.write(json.dumps({"runs": rows}, ensure_ascii=False, indent=2) + "\n")
    except OSError:
        note("this folder cannot be written to, so `meed explain` needs `--from`")
