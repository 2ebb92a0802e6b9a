"""Fairness as people read it: what each rep was owed and received, against the bound that is promised."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from ..dsl.types import MONEY
from ..engine.life.stream import FairnessLine, Replay
from ..engine.wording.phrases import show
from .tables_shown import say_table
from .terminal import say

__all__ = ["fairness_json", "outside", "show_fairness", "thousandths"]

_MOST = 30


def thousandths(value: Fraction, *, sign: bool = False) -> str:
    """A number to three decimals: `12.083`, with `sign` also `+0.714`.

    Halves go up, on either side of zero, so that owed less received is the credit in what is shown, too.
    """
    milli = (value * 1000 + Fraction(1, 2)).__floor__()
    mark = "-" if milli < 0 else "+" if sign else ""
    return f"{mark}{abs(milli) // 1000:,}.{abs(milli) % 1000:03d}"


def outside(outcome: Replay) -> list[FairnessLine]:
    """Those whose credit is not within the bound: a defect, never bad luck."""
    return [line for line in outcome.fairness() if not line.within]


def fairness_json(outcome: Replay) -> list[dict[str, Any]]:
    """Every rep of every shared pool; numbers exact as fractions, in the unit that stands with them."""
    return [
        {
            "pool": line.pool,
            "rep": line.rep,
            "unit": line.unit.described(divided=True),
            "owed": str(line.owed),
            "received": int(line.received) if line.received.denominator == 1 else str(line.received),
            "credit": str(line.credit),
            "most_over": str(line.most_over),
            "most_under": str(line.most_under),
            "within": line.within,
        }
        for line in outcome.fairness()
    ]


def show_fairness(outcome: Replay) -> None:
    """The table of those farthest from what they are owed, and the verdict on all."""
    lines = outcome.fairness()
    if not lines:
        return
    shown = {id(line) for line in sorted(lines, key=_distance)[:_MOST]}
    say()
    say_table(
        ("pool", "rep", "owed", "received", "credit", "promised", "ok"),
        [_row(line) for line in lines if id(line) in shown],
        right=(2, 3, 4, 5),
    )
    if len(lines) > _MOST:
        say(f"and {len(lines) - _MOST:,} more who are nearer to what they are owed, in the report")
    broken = outside(outcome)
    what = f"every one of {len(lines):,} credits is" if not broken else f"{len(broken):,} of {len(lines):,} are NOT"
    say(f"{what} within what is promised")


def _distance(line: FairnessLine) -> tuple[bool, Fraction, str, str]:
    return line.within, -abs(line.credit), line.pool, line.rep


def _row(line: FairnessLine) -> tuple[str, ...]:
    promised = f"-{_amount(line, line.most_over)} .. +{_amount(line, line.most_under)}"
    credit = _amount(line, line.credit, sign=True)
    received = f"{int(line.received):,}" if not line.unit.said else _amount(line, line.received)
    ok = "yes" if line.within else "NO"
    return line.pool, line.rep, _amount(line, line.owed), received, credit, promised, ok


def _amount(line: FairnessLine, value: Fraction, *, sign: bool = False) -> str:
    """A number to three decimals, or an amount of the pool's currency."""
    if not line.unit.currency:
        return thousandths(value, sign=sign)
    whole = (value + Fraction(1, 2)).__floor__()
    return f"{'-' if whole < 0 else '+' if sign else ''}{show(Fraction(abs(whole)), MONEY, line.unit.currency)}"
