"""Draws `credits.svg`: the credit of every rep in one pool, lead by lead, inside the promised bound.

Run it with `python examples/field_sales/picture.py`; it reads this folder's policy and facts.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from meed.engine.assignment import DrawKeys
from meed.engine.opening import open_facts
from meed.engine.shares import SCALE
from meed.engine.stream import Replay, replay
from meed.policies.bundle import read_policy
from meed.service.readers import read_table

HERE = Path(__file__).parent
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 900, 380, 56, 16, 56, 44
COLOURS = ("#1b6ca8", "#c8553d", "#2e8b57", "#8e5ea2", "#b8860b", "#008b8b", "#a0522d", "#556b8d", "#d1495b", "#4f772d")


def replayed() -> Replay:
    """The leads of the year, decided by the policy of this folder."""
    policy = read_policy(HERE / "policy.meed").policy
    assert policy is not None, "the policy has errors: run `meed check`"
    raw = {kind: read_table(HERE / f"{kind}s.csv") for kind in ("rep", "lead")}
    facts, _ = open_facts(policy, raw, "assign")
    made = Replay("lead")
    for step, _ in replay(policy, facts, DrawKeys(bytes(range(32)))):
        made = step
    return made


def histories(made: Replay, pool: str) -> dict[str, list[tuple[int, int]]]:
    """For each rep of a pool, the credit (in 1/SCALE of a lead) after each of the pool's turns."""
    found: dict[str, list[tuple[int, int]]] = {}
    turn_number = 0
    for decision in made.decisions:
        turn = decision.tried[-1].turn if decision.tried else None
        if turn is None or turn.pool != pool:
            continue
        turn_number += 1
        for line in turn.standings:
            found.setdefault(line.key, [(0, 0)]).append((turn_number, line.credit_after))
    return found


def drawn(pool: str, found: dict[str, list[tuple[int, int]]], turns: int, span: int) -> str:
    """The picture; `span` is half its height in leads. Coordinates are whole numbers of a hundredth of a pixel."""
    plot_width, plot_height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def x(turn: int) -> str:
        return _pixels(LEFT * 100 + turn * plot_width * 100 // turns)

    def y(credit: int) -> str:
        return _pixels(TOP * 100 + plot_height * 50 - credit * plot_height * 50 // (span * SCALE))

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="13">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="24" font-size="16" fill="#222">Credit of {len(found)} reps over {turns} leads of '
        f"the pool {pool}</text>",
        f'<text x="{LEFT}" y="43" fill="#666">leads owed less leads received; a rep is never further than the bound, '
        f"whatever leave, weights and filters did</text>",
    ]
    for lead in range(-span, span + 1):
        dash = "" if lead == 0 else ' stroke-dasharray="2 4"'
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(lead * SCALE)}" y2="{y(lead * SCALE)}" stroke="#bbb"{dash}/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y(lead * SCALE)}" dy="4" text-anchor="end" fill="#555">{lead:+d}</text>')
    for number, (rep, points) in enumerate(sorted(found.items())):
        path = " ".join(f"{x(turn)},{y(credit)}" for turn, credit in points)
        colour = COLOURS[number % len(COLOURS)]
        parts.append(f'<polyline fill="none" stroke="{colour}" stroke-opacity="0.75" points="{path}"><title>{rep}</title></polyline>')
    parts.append(f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 14}" text-anchor="end" fill="#555">leads, in order of arrival</text>')
    return "\n".join([*parts, "</svg>", ""])


def _pixels(hundredths: int) -> str:
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def main() -> None:
    """Draw the pool with the most turns."""
    made = replayed()
    turns = Counter(d.tried[-1].turn.pool for d in made.decisions if d.tried and d.tried[-1].turn is not None)
    pool, count = turns.most_common(1)[0]
    found = histories(made, pool)
    largest = max(abs(credit) for points in found.values() for _, credit in points)
    (HERE / "credits.svg").write_text(drawn(pool, found, count, largest // SCALE + 1), encoding="utf-8")


if __name__ == "__main__":
    main()
