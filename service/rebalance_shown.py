"""A rebalancing as people and programs read it: loads before and after, the moves, and a CSV file of them."""

from __future__ import annotations

import csv
from fractions import Fraction
from pathlib import Path
from typing import Any

from ..dsl import checked as c
from ..engine.allocation.rebalance import BandAsked, LoadLine, Rebalancing
from ..engine.calendar.days import DayError
from ..engine.money import parse_amount, parse_number
from ..engine.turns.sharing_terms import terms_of
from .allocation_shown import moment_text
from .stopped import WrongUse
from .tables_shown import say_table
from .terminal import say
from .written import written_whole

__all__ = ["band_named", "rebalance_json", "show_moves", "write_moves"]

_MOST_ROWS = 40


def band_named(policy: c.Policy, assign: c.Assign, text: str) -> BandAsked:
    """A band as people write it: `10%`, `40..60`, `1_000_000..1_500_000`. Raises `WrongUse`."""
    plain = text.replace("_", "").replace(" ", "")
    low, dots, high = plain.partition("..")
    try:
        if not dots and plain.endswith("%"):
            part = parse_number(plain[:-1]) / 100  # exact: fraction
            if 0 <= part < 1:
                return BandAsked(part)
        elif dots:
            made = BandAsked(None, _load(policy, assign, low), _load(policy, assign, high))
            if 0 <= made.low <= made.high:
                return made
    except (ValueError, DayError):
        pass
    advice = "write a part around what is owed, like `--band 10%`, or bounds for everybody, like `--band 40..60`"
    raise WrongUse(f"`--band {text}` is not a band", advice)


def _load(policy: c.Policy, assign: c.Assign, text: str) -> Fraction:
    if assign.fair_in is not None and assign.fair_in.type.name == "money":
        return Fraction(parse_amount(text, assign.fair_in.type.currency or policy.currency))
    return parse_number(text)


def write_moves(path: Path, made: Rebalancing, by: str, why: str) -> None:
    """The moves as facts of kind `move`: transfers from the owner to somebody else."""
    at = moment_text(made.at)
    with written_whole(path) as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(("id", "at", made.kind, "what", "rep", "to", "by", "reason"))
        for move in made.moves:
            reason = f"{why}: {move.because}" if why else move.because
            writer.writerow((f"{move.key} {at}", at, move.key, "transfer", move.from_, move.to, by, reason))


def rebalance_json(made: Rebalancing) -> dict[str, Any]:
    """Everything; loads as exact numbers in texts, in the `unit` that stands with them."""
    return {
        "at": made.at,
        "held": made.held,
        "ownerless": made.ownerless,
        "moved": len(made.moves),
        "least_moves": made.least,
        "wish": made.wish,
        "cost": str(made.cost),
        "bound": str(made.bound),
        "gap": str(made.cost - made.bound),
        "missed": str(made.missed),
        "least_missed": str(made.least_missed),
        "searched": made.searched,
        "unit": terms_of(made.policy, made.kind).unit.described(divided=True),
        "reps": [_line_json(line) for line in made.lines],
        "moves": [
            {made.kind: move.key, "from": move.from_, "to": move.to, "load": str(move.load), "because": move.because}
            for move in made.moves
        ],
    }


def _line_json(line: LoadLine) -> dict[str, Any]:
    return {
        "rep": line.rep,
        "owed": made_decimal(line.owed),
        "low": str(line.low),
        "high": str(line.high),
        "before": str(line.before),
        "after": str(line.after),
        "facts_before": line.facts[0],
        "facts_after": line.facts[1],
        "within": line.within,
        "blocked": line.blocked,
    }


def made_decimal(value: Fraction) -> str:
    """A number to six decimals, half up."""
    millionths = (value * 1_000_000 + Fraction(1, 2)).__floor__()
    return f"{millionths // 1_000_000}.{millionths % 1_000_000:06d}"


# --- for people ----------------------------------------------------------------------------------------------


def show_moves(made: Rebalancing, band: str) -> None:
    """Loads before and after, the moves with from, to and why, and what is proved of them."""
    what = "move" if len(made.moves) == 1 else "moves"
    say(f"{made.policy.name}: {len(made.moves):,} {what} of {made.held:,} {made.kind}s, band {band}")
    if made.ownerless:
        say(f"  {made.ownerless:,} have no owner: `meed allocate` gives them one")
    say()
    lines = sorted(made.lines, key=lambda line: (line.within, -abs(line.after - line.before), line.rep))
    kept = {id(line) for line in lines[:_MOST_ROWS]}
    rows = [_row(made, line) for line in made.lines if id(line) in kept]
    say_table(("rep", "band", "before", "after", "facts", "ok"), rows, right=(1, 2, 3, 4))
    if len(lines) > _MOST_ROWS:
        say(f"and {len(lines) - _MOST_ROWS:,} more who change less")
    if made.moves:
        say()
        moves = made.moves[:_MOST_ROWS]
        say_table(
            (made.kind, "from", "to", "load", "because"),
            [(move.key, move.from_, move.to, made.shown(move.load), move.because) for move in moves],
            right=(3,),
        )
        if len(made.moves) > _MOST_ROWS:
            say(f"and {len(made.moves) - _MOST_ROWS:,} more, in the file of `--out`")
    say()
    _show_proof(made)
    _show_missed(made)


def _row(made: Rebalancing, line: LoadLine) -> tuple[str, ...]:
    before, after = line.facts
    return (
        line.rep, f"{made.shown(line.low)} .. {made.shown(line.high)}", made.shown(line.before), made.shown(line.after),
        f"{before:,} -> {after:,}", "yes" if line.within else "NO",
    )  # fmt: skip


def _show_proof(made: Rebalancing) -> None:
    say(f"no way into the band has fewer than {made.least:,} moves, even if anybody could take anything")
    if not made.searched:
        say("so many facts are not searched for the best way: these moves were found one by one, the nearest first")
    elif made.cost == made.bound:
        if made.wish == "moves":
            say(f"{len(made.moves):,} is proved to be the fewest within these rules")
        else:
            say(f"{made.wish}: {_plain(made.cost)} is proved to be the least within these rules")
    else:
        off = made.cost - made.bound
        what = "moves" if made.wish == "moves" else made.wish
        say(f"the search ended before all was proved: {what} may be less by {_plain(off)} at most; try more `--effort`")


def _plain(value: Fraction) -> str:
    return f"{value.numerator:,}" if value.denominator == 1 else made_decimal(value)


def _show_missed(made: Rebalancing) -> None:
    outside = [line for line in made.lines if not line.within]
    if not outside:
        say("everybody is within the band")
        return
    proved = "no way comes nearer" if made.missed == made.least_missed else "a nearer way was not ruled out"
    missed = made.shown(made.missed)
    say(f"{len(outside):,} of {len(made.lines):,} are NOT within the band, by {missed} in all ({proved}):")
    for line in outside[:_MOST_ROWS]:
        off, side = (line.after - line.high, "over") if line.after > line.high else (line.low - line.after, "under")
        say(f"  {line.rep} is {made.shown(off)} {side}: {line.blocked}")
