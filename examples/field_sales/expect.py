"""What the policy of this folder makes of its facts, by the Python interface; run it to write `expected/` anew.

    python examples/field_sales/expect.py

Draws and decision ids hang on the hash of the policy: a change of its meaning moves them.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pandas as pd

from meed.engine.jobs import Assignment, Simulation, assign, simulate
from meed.policies.bundle import read_policy

HERE = Path(__file__).parent
HEAD = 100


def frame(name: str) -> pd.DataFrame:
    """A file of facts with every cell as the text that stands in it: meed reads amounts, no other program before it."""
    return pd.read_csv(HERE / name, dtype=str, keep_default_na=False)


def outcomes() -> tuple[Simulation, Assignment]:
    """The payouts of the year 2026, and who got its leads."""
    policy = read_policy(HERE / "policy.meed").policy
    assert policy is not None, "the policy has errors: run `meed check`"
    reps = {"rep": frame("reps.csv")}
    # A seed that anybody knows proves nothing: a real one is secret until its period is over.
    seed = bytes.fromhex(json.loads((HERE / "demo_keys.json").read_text(encoding="utf-8"))["seed"])
    sales = {**reps, "deal": frame("deals.csv"), "activity": frame("activities.csv")}
    paid = simulate(policy, sales, "2026", strict=True)
    return paid, assign(policy, {**reps, "lead": frame("leads.csv")}, seed=seed, strict=True)


def texts(paid: Simulation, given: Assignment) -> dict[str, str]:
    """The files that `meed simulate` and `meed assign` write, by name."""
    tables = {
        "lines.csv": paid.lines,
        "summary.csv": paid.summary,
        "awards.csv": paid.awards,
        "assignment.csv": given.decisions,
    }
    return {name: table.to_csv(index=False, lineterminator="\n") for name, table in tables.items()}


def expected(made: dict[str, str]) -> dict[str, str]:
    """The files of `expected/` by name: totals whole, the beginning of the assignment, hashes of everything."""
    head = "".join(made["assignment.csv"].splitlines(keepends=True)[: HEAD + 1])
    hashes = "".join(f"{hashlib.sha256(text.encode()).hexdigest()}  {name}\n" for name, text in sorted(made.items()))
    return {"summary.csv": made["summary.csv"], "assignment_head.csv": head, "sha256.txt": hashes}


if __name__ == "__main__":
    for name, text in expected(texts(*outcomes())).items():
        (HERE / "expected" / name).write_text(text, encoding="utf-8", newline="\n")
