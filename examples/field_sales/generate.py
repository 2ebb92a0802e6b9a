"""Writes the facts of this example: reps, deals, leads and activities of an invented company in 2026.

    python generate.py [FOLDER]        (default: the folder of this file)

Only the standard library, whole numbers and one seed: every Python from 3.11 on writes the same bytes.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random

from invented.pipeline import Deal, made_deals
from invented.traffic import activity_rows, lead_rows
from invented.workforce import LAST, WORKDAYS, Rep, hired_reps

SEED = 20260101
COLUMNS = {
    "reps.csv": (
        *("id", "name", "type", "team", "region", "role", "manager", "mentor", "hired", "left", "quota"),
        *("on_duty", "capacity", "skills", "languages", "declared_goal"),
    ),
    "deals.csv": (
        *("id", "owner", "amount", "stage", "closed", "created", "account", "kind", "product", "region"),
        "collected",
    ),
    "leads.csv": (
        *("id", "created", "source", "region", "industry", "language", "segment", "value", "score"),
        *("account_owner", "status"),
    ),
    "activities.csv": ("id", "rep", "at", "kind", "deal"),
}


def declared_goal(rng: Random, rep: Rep, deals: Sequence[Deal]) -> int:
    """Deals that a rep promises to win in a quarter: the bold more than they win, the cautious less."""
    won = sum(deal.owner == rep.id and deal.stage == "won" and deal.amount > 0 for deal in deals)
    quarters = len({(day.month - 1) // 3 for day in WORKDAYS if rep.works_on(day)})
    return won * (85 + rng.randrange(36)) // (100 * quarters) if quarters else 20


def rep_row(rep: Rep, goal: int) -> list[object]:
    """`on_duty` is how it stands at the end of the year."""
    return [
        *(rep.id, rep.name, rep.word, rep.team, rep.region, rep.role, rep.manager, rep.mentor),
        *(rep.hired, rep.left or "", rep.quota, "true" if rep.works_on(LAST) else "false"),
        *(rep.capacity, ";".join(rep.skills), rep.languages, goal),
    ]


def yuan(fen: int) -> str:
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def deal_row(deal: Deal) -> list[object]:
    return [
        *(deal.id, deal.owner, yuan(deal.amount), deal.stage, deal.closed or "", deal.created),
        *(deal.account, deal.kind, deal.product, deal.region, yuan(deal.collected)),
    ]


def write(folder: Path, name: str, rows: Iterable[Sequence[object]]) -> None:
    with (folder / name).open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(COLUMNS[name])
        writer.writerows(rows)


def generate(folder: Path) -> None:
    """Writes the four files; each has its own stream of numbers, so that one can change alone."""
    reps = hired_reps(Random(SEED + 1))
    deals = made_deals(Random(SEED + 2), reps)
    goals = Random(SEED + 3)
    folder.mkdir(parents=True, exist_ok=True)
    write(folder, "reps.csv", [rep_row(rep, declared_goal(goals, rep, deals)) for rep in reps])
    write(folder, "deals.csv", map(deal_row, deals))
    write(folder, "leads.csv", lead_rows(Random(SEED + 4), reps))
    write(folder, "activities.csv", activity_rows(Random(SEED + 5), reps, deals))


if __name__ == "__main__":
    generate(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
