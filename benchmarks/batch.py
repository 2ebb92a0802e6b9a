"""A year of deals paid by meed and by pandas in turn, in one process; and what each needs in memory, in a process each.

    python batch.py [--deals N ...] [--reps N] [--rounds N] [--sample N] [--seed N] [--no-memory] [--no-files]

Exit code 1 where meed differs from the exact loop by a cent in any month or line of any rep of the sample.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import plan_by_hand
import plan_in_meed
import plan_in_pandas
from invented_deals import FIRST_DAY, Deals, with_deals
from parquet_files import Files, write_files

__all__ = ["FIRST_DAY", "differences", "main", "plan_by_hand", "with_deals"]

Timings = Mapping[str, list[float]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the arguments ask for."""
    asked = _parser().parse_args(arguments)
    if asked.child:
        return _child(asked.child, Path(asked.inputs))
    _say_machine()
    wrong: list[str] = []
    for count in asked.deals:
        deals = with_deals(count, asked.reps, asked.seed)
        print(f"\n{count:,} deals, {asked.reps:,} reps, {asked.rounds} rounds in turn", flush=True)
        wrong += _compare(deals, asked.rounds, asked.sample)
        with tempfile.TemporaryDirectory() as folder:
            files = write_files(deals, Path(folder))
            if asked.files:
                _show(_rounds(_readers(files), asked.rounds), count)
            if asked.memory:
                _show_memory(files)
    for difference in wrong:
        print(f"wrong: {difference}")
    return 1 if wrong else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="pay a year of deals with meed and with pandas, and compare")
    parser.add_argument("--deals", type=int, nargs="+", default=[1_000_000], metavar="N")
    parser.add_argument("--reps", type=int, default=5_000, metavar="N")
    parser.add_argument("--rounds", type=int, default=5, metavar="N")
    parser.add_argument("--sample", type=int, default=40, metavar="N", help="reps that the exact loop pays")
    parser.add_argument("--seed", type=int, default=20260101, metavar="N")
    parser.add_argument("--no-memory", dest="memory", action="store_false", help="no processes that measure memory")
    parser.add_argument("--no-files", dest="files", action="store_false", help="do not time the reading of files")
    parser.add_argument("--child", choices=[*_JOBS], help=argparse.SUPPRESS)
    parser.add_argument("--inputs", help=argparse.SUPPRESS)
    return parser


def _say_machine() -> None:
    import numpy as np
    import pandas as pd

    said = f"Python {platform.python_version()}, numpy {np.__version__}, pandas {pd.__version__}"
    print(f"{said}; {os.cpu_count()} processors, {platform.machine()}")


# --- time ----------------------------------------------------------------------------------------------------


def _compare(deals: Deals, rounds: int, sample: int) -> list[str]:
    """Both plans in turn; what meed got wrong."""
    policy, frame = plan_in_meed.plan(), plan_in_pandas.frame_of(deals)
    facts = plan_in_meed.facts_of(policy, deals)
    jobs = {
        "pandas, float": lambda: plan_in_pandas.with_pandas(frame),
        "meed": lambda: plan_in_meed.with_meed(policy, facts),
    }
    results: dict[str, Any] = {}
    _show(_rounds(jobs, rounds, results), len(deals))
    made, paid = results["meed"]
    chosen = range(0, deals.reps, max(1, deals.reps // sample))
    wrong = differences(made, paid, deals, chosen)
    _say_exactness(len(chosen), wrong, paid, results["pandas, float"][1])
    return wrong


def differences(made: Any, paid: Any, deals: Deals, chosen: Sequence[int]) -> list[str]:
    """Where the run differs from the exact loop for the chosen reps: in a month, or in a line."""
    expected, lines = plan_by_hand.by_hand(deals, chosen)
    wrong = [
        f"rep {rep}, month {month + 1}: {int(paid[rep, month])} cents, and the exact loop gives {cents}"
        for (rep, month), cents in expected.items()
        if int(paid[rep, month]) != cents
    ]
    for rep in chosen:
        if plan_in_meed.lines_of(made, rep) != [cents for cents in lines[rep] if cents]:
            wrong.append(f"rep {rep}: its lines are not those of the exact loop")
    return wrong


def _say_exactness(chosen: int, wrong: list[str], paid: Any, by_pandas: Any) -> None:
    said = "differ" if wrong else "are those of the exact loop, to the cent, with every line"
    print(f"  meed: 12 months of {chosen} reps {said}; all reps {int(paid.sum()):,} cents")
    table = by_pandas.reindex(index=range(len(paid)), columns=range(1, 13), fill_value=0.0).to_numpy()
    cents = (table * 100).round().astype("int64")
    off = int((cents != paid).sum())
    print(f"  pandas: {off:,} of {paid.size:,} rep-months are off, in all by {int(cents.sum() - paid.sum()):,} cents")


def _readers(files: Files) -> dict[str, Callable[[], Any]]:
    policy = plan_in_meed.plan()
    return {
        "pandas, read Parquet": lambda: plan_in_pandas.read(files.floats),
        "meed, read Parquet to typed facts": lambda: plan_in_meed.read(policy, files.reps, files.decimals),
    }


def _rounds(
    jobs: Mapping[str, Callable[[], Any]], rounds: int, results: dict[str, Any] | None = None
) -> dict[str, list[float]]:
    """The jobs in turn, each once a round; the seconds of each."""
    seconds: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(rounds):
        for name, job in jobs.items():
            if results is not None:
                results.pop(name, None)
            begun = time.perf_counter()
            made = job()
            seconds[name].append(time.perf_counter() - begun)
            if results is not None:
                results[name] = made
            del made
    return seconds


def _show(seconds: Timings, count: int) -> None:
    first = next(iter(seconds))
    for name, taken in seconds.items():
        low, middle, high = min(taken), sorted(taken)[len(taken) // 2], max(taken)
        ratios = sorted(other / own for other, own in zip(seconds[first], taken, strict=True))
        said = f"{low:7.3f} {middle:7.3f} {high:7.3f} s   {count / middle / 1e6:6.2f} Mdeals/s"
        print(f"  {name:34} {said}   {ratios[len(ratios) // 2]:5.2f}x", flush=True)


# --- memory --------------------------------------------------------------------------------------------------


def _pandas_job(files: Files) -> Callable[[], Any]:
    frame = plan_in_pandas.frame_of(files.deals())
    return lambda: plan_in_pandas.with_pandas(frame)


def _meed_job(files: Files) -> Callable[[], Any]:
    policy = plan_in_meed.plan()
    facts = plan_in_meed.facts_of(policy, files.deals())
    return lambda: plan_in_meed.with_meed(policy, facts)


def _pandas_from_file(files: Files) -> Callable[[], Any]:
    return lambda: plan_in_pandas.with_pandas(plan_in_pandas.read(files.floats).rename(columns={"owner": "rep"}))


def _meed_from_file(files: Files) -> Callable[[], Any]:
    policy = plan_in_meed.plan()
    return lambda: plan_in_meed.with_meed(policy, plan_in_meed.read(policy, files.reps, files.decimals))


_JOBS: Mapping[str, Callable[[Files], Callable[[], Any]]] = {
    "pandas, float": _pandas_job,
    "meed": _meed_job,
    "pandas, float, from Parquet": _pandas_from_file,
    "meed, from Parquet": _meed_from_file,
}


def _show_memory(files: Files) -> None:
    """Each job once in a fresh process: its memory before, at most, and the wall time of the job."""
    for name in _JOBS:
        command = [sys.executable, __file__, "--child", name, "--inputs", str(files.folder)]
        ended = subprocess.run(command, check=True, capture_output=True, text=True)
        found = json.loads(ended.stdout)
        said = f"before {found['before']:7,.0f} MB, at most {found['peak']:7,.0f} MB"
        print(f"  {name:34} {said}, {found['seconds']:7.3f} s alone", flush=True)


def _child(name: str, folder: Path) -> int:
    job = _JOBS[name](Files(folder))
    before = _memory("VmRSS")
    begun = time.perf_counter()
    made = job()
    seconds = time.perf_counter() - begun
    print(json.dumps({"before": before, "peak": _memory("VmHWM"), "seconds": seconds}))
    del made
    return 0


def _memory(line: str) -> float:
    """Megabytes (10^6 bytes) of this process: resident now (`VmRSS`), or at most so far (`VmHWM`)."""
    status = Path("/proc/self/status")
    if not status.exists():  # not Linux
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6
    found = next(row for row in status.read_text().splitlines() if row.startswith(f"{line}:"))
    return int(found.split()[1]) * 1024 / 1e6


if __name__ == "__main__":
    sys.exit(main())
