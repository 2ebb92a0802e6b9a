"""Decisions over HTTP, every one of them on disk, against FastAPI endpoints that return a constant.

    .venv/bin/python benchmarks/http/run.py [--rounds 6] [--seconds 4] [--connections 256] [--reps 24]
        [--compiled .compiled/bin/python]

All run in one uvicorn worker with its C parser and event loop, and are asked in turn by the same client in a process of
its own, with the same requests: `bare` does not even read them, `described` takes and gives models, `meed` decides. It
does so by a policy of four rules over 24 reps, and keeps its journal in SQLite with synchronous=FULL. `compiled` is the
same with the engine compiled, in the environment that `scripts/compiled .compiled` makes. Printed are the rates and
ratios round by round, the processor time that each spent on a request, p50 and p99 at half of saturation, and whether
each journal has as many decisions as there were answers 200. Fewer connections (64, say) leave whoever waits for a disk
at every commit with nothing to do meanwhile.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PEERS = {"bare": "constant", "described": "described"}
REGIONS = ("North", "South", "East", "West")


def reps(many: int) -> str:
    """A file of reps: four regions, three sets of skills, weights 1 to 5, one of eight off duty."""
    rows = ["id,strength,capacity,skills,region,on_duty,hired"]
    for number in range(many):
        skills = "bank;retail" if number % 3 else "auto"
        duty = "yes" if number % 8 else "no"
        rows.append(f"R{number:03d},{1 + number % 5},1000000,{skills},{REGIONS[number % 4]},{duty},2024-01-01")
    return "\n".join(rows) + "\n"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running(command: list[str], port: int) -> Iterator[int]:
    """A service in a process of its own, asked to end at the end; its id."""
    process = subprocess.Popen(command)
    try:
        deadline = time.monotonic() + 60
        while True:
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"it did not start: {' '.join(command)}")
            with closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)


def work(process: int) -> int:
    """The time that a process has worked, in microseconds: a measure that other programs on the machine do not move."""
    words = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) * 1_000_000 // os.sysconf("SC_CLK_TCK")


def client(*words: Any) -> dict[str, int]:
    """What the client found."""
    command = [sys.executable, str(HERE / "client.py"), *map(str, words)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


class Numbers:
    """Numbers of leads, each used once."""

    def __init__(self) -> None:
        self.next = 0

    def take(self, many: int) -> int:
        first, self.next = self.next, self.next + many
        return first


def commands(args: argparse.Namespace, folder: Path, ports: dict[str, int]) -> dict[str, list[str]]:
    """How each is started."""
    made = {name: [sys.executable, str(HERE / "bare.py"), str(ports[name]), word] for name, word in PEERS.items()}
    for name, python in (("meed", sys.executable), ("compiled", args.compiled)):
        if python is not None:
            made[name] = [
                python, "-c", "from meed.service.cli import main; main()", "serve", str(HERE / "desk.meed"), "--facts",
                f"rep={folder / 'reps.csv'}", "--db", str(folder / f"{name}.sqlite"), "--port", str(ports[name]),
                "--quiet",
            ]  # fmt: skip
    return made


def measured(args: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """All services in turn."""
    (folder / "reps.csv").write_text(reps(args.reps))
    ports = {name: free_port() for name in (*PEERS, "meed", "compiled")}
    started = commands(args, folder, ports)
    numbers = Numbers()
    rates: dict[str, list[int]] = {name: [] for name in started}
    spent: dict[str, list[int]] = {name: [] for name in started}
    answers = {name: {"fine": 0, "bad": 0} for name in started}
    found: dict[str, Any] = {}

    def asked(name: str, got: dict[str, int]) -> dict[str, int]:
        answers[name] = {kind: many + got[kind] for kind, many in answers[name].items()}
        return got

    with ExitStack() as stack:
        processes = {name: stack.enter_context(running(started[name], ports[name])) for name in started}
        for _ in range(args.rounds + 1):  # the first one warms up
            for name in started:
                first = numbers.take(args.seconds * 25_000)
                before = work(processes[name])
                got = asked(name, client("saturate", ports[name], first, args.connections, args.seconds))
                spent[name].append((work(processes[name]) - before) // max(1, got["fine"]))
                rates[name].append(got["per_second"])
        for name in started:
            half = int(statistics.median(rates[name][1:])) // 2
            first = numbers.take(args.seconds * half)
            got = asked(name, client("pace", ports[name], first, args.connections, args.seconds, half))
            found[f"{name}_at_half"] = {"per_second": half, "p50_us": got["p50_us"], "p99_us": got["p99_us"]}
    return found | {
        "rates": {name: made[1:] for name, made in rates.items()},
        "work": {name: times[1:] for name, times in spent.items()},
        "journals": {name: journal(folder / f"{name}.sqlite", answers[name]) for name in started if name not in PEERS},
    }  # fmt: skip


def journal(store: Path, answers: dict[str, int]) -> dict[str, int]:
    """What was answered, and what is on disk."""
    with closing(sqlite3.connect(store)) as database:
        counted = "SELECT sum(json_array_length(outcome, '$.decisions')) FROM journal"
        recorded = database.execute(counted).fetchone()[0]
    return answers | {"recorded": recorded, "bytes_each": store.stat().st_size // max(1, recorded)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--connections", type=int, default=256)
    parser.add_argument("--reps", type=int, default=24)
    parser.add_argument("--compiled", metavar="PYTHON", help="a Python of a virtual environment with a compiled meed")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = measured(args, Path(folder))
    if args.json:
        print(json.dumps(found))
        return
    told(found)


def told(found: dict[str, Any]) -> None:
    """What was found, in words."""
    rates = found["rates"]
    own = list(found["journals"])
    print(f"round{''.join(f'{name:>13}' for name in rates)}   {', '.join(rates)}: work of each, us")
    for number in range(len(rates["bare"])):
        row = "".join(f"{made[number]:>11,}/s" for made in rates.values())
        print(f"{number + 1:>5}{row}   {', '.join(str(made[number]) for made in found['work'].values())}")
    for name in own:
        for peer in PEERS:
            each = [mine * 1000 // other for mine, other in zip(rates[name], rates[peer], strict=True)]
            print(f"median ratio of {name} to {peer}: {statistics.median(each) / 1000:.2f}")
    for name in rates:
        half = found[f"{name}_at_half"]
        print(f"{name} at {half['per_second']:,}/s: p50 {half['p50_us']:,} us, p99 {half['p99_us']:,} us")
    for name, kept in found["journals"].items():
        same = "the same number" if kept["recorded"] == kept["fine"] else "ANOTHER NUMBER"
        print(
            f"{name}: {kept['fine']:,} answers 200, {kept['bad']} others; decisions in the journal:"
            f" {kept['recorded']:,}: {same}; {kept['bytes_each']:,} bytes each"
        )


if __name__ == "__main__":
    main()
