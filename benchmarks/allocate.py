"""Allocation of many leads at once: makes invented files and times `meed allocate` as people call it.

    python benchmarks/allocate.py [--leads 10000] [--reps 200] [--by "best fit"]

Each rep may have about seven leads in ten; `fit` differs for every rep and lead. Prints what the command reported, and
the seconds of all of it: on the clock, and of the processor. Asserts nothing about time; ends as the command does.
"""

import argparse
import csv
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random

POLICY = """policy "Many at once" {{ version: "1"  currency: EUR }}
facts standard
facts rep {{ regions: set of text  strength: number }}
let fit of rep, lead = lead.value * rep.strength
assign lead {{
  otherwise to any rep where lead.region in rep.regions  by {by}
  if nobody hold "desk"
}}
"""
REGIONS = [f"region {number}" for number in range(20)]


def written(folder: Path, leads: int, reps: int, by: str) -> None:
    """The policy and its two files."""
    random = Random(3)
    folder.joinpath("many.meed").write_text(POLICY.format(by=by), encoding="utf-8")
    with folder.joinpath("reps.csv").open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(("id", "regions", "strength"))
        for number in range(reps):
            own = ";".join(region for region in REGIONS if random.randrange(10) < 7)
            rows.writerow((f"R{number:04d}", own, random.randint(1, 1000)))
    with folder.joinpath("leads.csv").open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(("id", "created", "region", "value"))
        for number in range(leads):
            day, minute = 1 + number % 28, number % 60
            created = f"2026-03-{day:02d} 09:{minute:02d}"
            rows.writerow((f"L{number:06d}", created, random.choice(REGIONS), random.randint(100, 100_000)))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the arguments ask for; the exit code is that of the command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--leads", type=int, default=10_000)
    parser.add_argument("--reps", type=int, default=200)
    parser.add_argument("--by", default="best fit")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        written(folder, given.leads, given.reps, given.by)
        meed = [sys.executable, "-c", "from meed.service.cli import main; main()"]
        command = [*meed, "allocate", "many.meed", "--facts", "rep=reps.csv"]
        start = time.perf_counter()
        said = subprocess.run(
            [*command, "lead=leads.csv", "--out", "given.csv"], cwd=folder, capture_output=True, text=True, check=False
        )
        took = time.perf_counter() - start
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        shown = [line for line in said.stdout.splitlines() if "allocated" in line or "fairness" in line]
        print(*shown, said.stderr.strip(), sep="\n")
        print(
            f"{given.leads:,} leads, {given.reps:,} reps, by {given.by}: {took:.1f} s on the clock, "
            f"{used.ru_utime + used.ru_stime:.1f} s of the processor, exit code {said.returncode}"
        )
    return said.returncode


if __name__ == "__main__":
    sys.exit(main())
