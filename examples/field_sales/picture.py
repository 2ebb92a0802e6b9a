"""Draws `credits.svg`: the credit of every rep in one pool, lead by lead, inside the promised bound.

Run it with `python examples/field_sales/picture.py`; it reads this folder's policy and facts.
"""

from __future__ import annotations

import json
from pathlib import Path

from meed.engine.assigning.assignment import DrawKeys
from meed.engine.intake.opening import open_facts
from meed.engine.life.stream import Replay, replay
from meed.engine.turns.shares import SCALE
from meed.policies.bundle import read_policy
from meed.service.readers import read_table

HERE = Path(__file__).parent
SEED = bytes.fromhex(json.loads((HERE / "demo_keys.json").read_text(encoding="utf-8"))["seed"])
POOL = "lead/key_account/1"
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 900, 380, 56, 16, 56, 44
FONT = 'font-family="sans-serif" font-size="13"'
QUIET, LOUD = "#4a7fb5", "#c8442d"


def replayed() -> Replay:
    """The leads of the year, decided by the policy of this folder."""
    policy = read_policy(HERE / "policy.meed").policy
    assert policy is not None, "the policy has errors: run `meed check`"
    raw = {kind: read_table(HERE / f"{kind}s.csv") for kind in ("rep", "lead")}
    facts, _ = open_facts(policy, raw, "assign")
    made = Replay("lead")
    for step, _ in replay(policy, facts, DrawKeys(SEED)):
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

    title = f"Key accounts: how far each of {len(found)} reps ever was from what was owed"
    subtitle = f"leads owed less leads received, over {turns} leads of {pool}, with other candidates almost every time"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" {FONT}>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="24" font-size="16" fill="#222">{title}</text>',
        f'<text x="{LEFT}" y="43" fill="#666">{subtitle}</text>',
    ]
    for lead in range(-span, span + 1):
        at = y(lead * SCALE)
        dash = "" if lead == 0 else ' stroke-dasharray="2 4"'
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at}" y2="{at}" stroke="#bbb"{dash}/>')
        parts.append(f'<text x="{LEFT - 8}" y="{at}" dy="4" text-anchor="end" fill="#555">{_signed(lead)}</text>')
    farthest = max(sorted(found), key=lambda rep: max(abs(credit) for _, credit in found[rep]))
    for rep in sorted(found, key=lambda rep: rep == farthest):
        # A credit stays as it is until the rep's next turn: steps, not slopes.
        path = f"M{x(0)} {y(0)}" + "".join(f"H{x(turn)}V{y(credit)}" for turn, credit in found[rep]) + f"H{x(turns)}"
        colour, width, strength = (LOUD, "1.6", "1") if rep == farthest else (QUIET, "1", "0.45")
        parts.append(
            f'<path fill="none" stroke="{colour}" stroke-width="{width}" stroke-opacity="{strength}" d="{path}">'
            f"<title>{rep}</title></path>"
        )
    parts.append(f'<text x="{LEFT}" y="{HEIGHT - 14}" fill="{LOUD}">{farthest}, who was farthest</text>')
    parts.append(
        f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 14}" text-anchor="end" fill="#555">leads, in order of arrival</text>'
    )
    return "\n".join([*parts, "</svg>", ""])


def _signed(lead: int) -> str:
    return f"{lead:+d}" if lead else "0"


def _pixels(hundredths: int) -> str:
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def picture(made: Replay) -> str:
    """The pool of key accounts as SVG: weights differ, and hardly two leads have the same candidates."""
    found = histories(made, POOL)
    count = max(turn for points in found.values() for turn, _ in points)
    largest = max(abs(credit) for points in found.values() for _, credit in points)
    return drawn(POOL, found, count, largest // SCALE + 1)


if __name__ == "__main__":
    (HERE / "credits.svg").write_text(picture(replayed()), encoding="utf-8", newline="\n")
