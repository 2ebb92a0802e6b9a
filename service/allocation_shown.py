"""An allocation as people and programs read it: what everybody was owed and got, and what fairness costs."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from ..dsl import checked as c
from ..dsl.types import NUMBER
from ..engine.allocation.allocation import Allocation, Batch
from ..engine.allocation.batch import Price
from ..engine.allocation.posting import PoolLine
from ..engine.calendar.days import SECONDS_PER_DAY, format_day
from ..engine.life.stream import assign_for
from ..engine.turns.beginnings import Beginning
from ..engine.turns.credit_unit import beginning_text
from ..engine.turns.shares import SCALE
from ..engine.turns.sharing_terms import terms_of
from ..engine.wording.phrases import show
from .fairness_shown import thousandths
from .tables_shown import say_table
from .terminal import say

__all__ = ["allocation_json", "moment_text", "show_allocated", "show_allocation"]

_MOST_ROWS = 30
_MOST_BATCHES = 3


def allocation_json(made: Allocation) -> dict[str, Any]:
    """Counts, and batch by batch what everybody was owed and got; exact numbers as texts."""
    outcomes = made.outcomes
    held: dict[str, int] = {}
    for one in outcomes:
        if one.rep is None:
            held[one.held or ""] = held.get(one.held or "", 0) + 1
    lines = [line for batch in made.batches for line in batch.lines]
    return {
        "decided": len(outcomes),
        "assigned": len(outcomes) - sum(held.values()),
        "together": sum(batch.together for batch in made.batches),
        "held": sum(held.values()),
        "held_at": dict(sorted(held.items())),
        "kept": len(made.kept),
        "undated": list(made.undated),
        "outside": sum(not line.within for line in lines),
        "unit": made.unit.described(divided=True),
        "batches": [_batch_json(batch, SCALE * made.unit.per) for batch in made.batches],
    }


def _batch_json(batch: Batch, one: int) -> dict[str, Any]:
    """`one`: what credits are divided by."""
    return {
        "at": batch.at,
        "decided": len(batch.outcomes),
        "together": batch.together,
        "price_of_fairness": [_price_json(price) for price in batch.prices],
        "began": [_beginning_json(begun, one) for begun in batch.begun],
        "reps": [_line_json(line) for line in batch.lines],
    }


def _beginning_json(begun: Beginning, one: int) -> dict[str, Any]:
    """Who came into a pool, or back to it, and what that added to the credits."""
    return {
        "pool": begun.pool,
        "rep": begun.rep,
        "at": begun.at,
        "back": begun.back,
        "credit": str(Fraction(begun.credit, one)),
        "moves": {rep: str(Fraction(move, one)) for rep, move in begun.moves},
    }


def _price_json(price: Price) -> dict[str, Any]:
    return {
        "measure": price.said,
        "without": str(price.without),
        "with": str(price.with_),
        "difference": str(price.difference),
        "part": None if price.part is None else str(price.part),
        "exact": price.exact,
        "step": str(price.step),
    }


def _line_json(line: PoolLine) -> dict[str, Any]:
    return {
        "pool": line.pool,
        "rep": line.rep,
        "carried": str(line.carried),
        "owed": line.owed,
        "least": _plain(line.least),
        "most": _plain(line.most),
        "got": _plain(line.got),
        "facts": list(line.facts),
        "credit": str(line.credit),
        "limit": line.limit,
        "within": line.within,
    }


def _plain(value: Fraction) -> int | str:
    """A whole number as one, others as exact texts."""
    return value.numerator if value.denominator == 1 else str(value)


# --- for people ----------------------------------------------------------------------------------------------


def show_allocation(made: Allocation, policy: c.Policy, report: dict[str, Any]) -> None:
    """Counts, the tables of the batches, and the verdict."""
    version = f" {policy.version}" if policy.version else ""
    what = made.kind if report["decided"] == 1 else f"{made.kind}s"
    batches = f" in {len(made.batches):,} batches" if len(made.batches) > 1 else ""
    say(f"{policy.name}{version} allocated {report['decided']:,} {what}{batches}: {_parts(report)}")
    for desk, count in report["held_at"].items():
        say(f"  {count:,} held at `{desk}`" if desk else f"  {count:,} given to nobody")
    if made.undated:
        say(f"  {len(made.undated):,} without a date were not allocated: {', '.join(made.undated[:5])}")
    shown = 0
    for batch in made.batches:
        if batch.lines and shown < _MOST_BATCHES:
            _show_batch(batch, policy, made.kind, named=len(made.batches) > 1)
            shown += 1
    rest = sum(bool(batch.lines) for batch in made.batches) - shown
    if rest:
        say()
        say(f"and {rest:,} more batches, in the report")
    _show_verdict(policy, made.kind, [line for batch in made.batches for line in batch.lines])


def _parts(report: dict[str, Any]) -> str:
    parts = [f"{report['together']:,} shared out together"]
    alone = report["assigned"] - report["together"]
    if alone:
        parts.append(f"{alone:,} decided one by one")
    parts.append(f"{report['held']:,} held")
    if report["kept"]:
        parts.append(f"{report['kept']:,} more had an owner and keep it")
    return ", ".join(parts)


def _show_batch(batch: Batch, policy: c.Policy, kind: str, *, named: bool) -> None:
    say()
    if named:
        say(f"batch of {moment_text(batch.at)}")
    far = sorted(batch.lines, key=lambda line: (line.within, -abs(line.credit), line.pool, line.rep))
    kept = {id(line) for line in far[:_MOST_ROWS]}
    carried, shown = any(line.carried for line in batch.lines), _shown_by(policy, kind)
    facts = [] if shown is None else ["facts"]
    heads = ("pool", "rep", *(["credit before"] if carried else []), "owed", "may have", "got", *facts, "credit", "ok")
    rows = [_row(line, shown, carried=carried) for line in batch.lines if id(line) in kept]
    say_table(heads, rows, right=range(2, len(heads) - 1))
    if len(batch.lines) > _MOST_ROWS:
        say(f"and {len(batch.lines) - _MOST_ROWS:,} more who are nearer to what they are owed, in the report")
    unit = terms_of(policy, kind).unit
    for one in batch.begun:
        say(f"  {one.pool}: {beginning_text(one, unit)}")
    for line in batch.lines:
        if line.limit is not None:
            say(f"  {line.rep} could take {line.limit:,} and no more")
    for price in batch.prices:
        _show_price(price)


def _shown_by(policy: c.Policy, kind: str) -> Callable[[Fraction], str] | None:
    """How a value is shown where facts are shared out by that; None where they are counted."""
    fair_in = assign_for(policy, kind).fair_in
    if fair_in is None:
        return None
    whole = fair_in.type.name == "money"
    return lambda value: show(
        Fraction((value + Fraction(1, 2)).__floor__()) if whole else value, fair_in.type, policy.currency
    )


def _row(line: PoolLine, shown: Callable[[Fraction], str] | None, *, carried: bool) -> tuple[str, ...]:
    ok = "yes" if line.within else "NO"
    if shown is not None:
        before = [shown(line.carried)] if carried else []
        number, fewest, most = line.facts
        facts = f"{number:,} of {_either(fewest, most)}"
        return (
            line.pool, line.rep, *before, shown(line.near), f"{shown(line.least)} to {shown(line.most)}",
            shown(line.got), facts, shown(line.credit), ok,
        )  # fmt: skip
    before = [thousandths(line.carried, sign=True)] if carried else []
    got, fewest, most = line.facts
    credit = thousandths(line.credit, sign=True)
    return line.pool, line.rep, *before, thousandths(line.near), _either(fewest, most), f"{got:,}", credit, ok


def _either(least: int, most: int) -> str:
    if least == most:
        return f"{least:,}"
    return f"{least:,} {'or' if most == least + 1 else 'to'} {most:,}"


def _show_price(price: Price) -> None:
    say()
    part = "" if price.part is None else f", {_percent(price.part)} of it"
    say(f"{price.said} in total: {price.shown(price.with_)}")
    say(f"  the most without regard to who is owed what: {price.shown(price.without)}")
    say(f"  the price of fairness: {price.shown(price.difference)}{part}")
    if not price.exact:
        say(f"  (each was first taken to the nearest {price.step}: exact sums would not fit in 64 bits)")


def _percent(part: Fraction) -> str:
    return f"{thousandths(part * 100)}%"


def _show_verdict(policy: c.Policy, kind: str, lines: list[PoolLine]) -> None:
    if not lines:
        return
    outside = [line for line in lines if not line.within]
    say()
    terms = terms_of(policy, kind)
    if not outside:
        what = "every one" if len(lines) > 1 else "the one"
        kept = "has the floor or the ceiling of what is owed"
        if terms.counts is not None:
            kept = "is no further from what is owed than its largest one"
        elif terms.band is not None and any(line.banded for line in lines):
            kept = f"{kept}, or with `best` is within the band of {show(terms.band, NUMBER, '')}"
        say(f"{what} of {len(lines):,} {kept}")
        return
    say(f"{len(outside):,} of {len(lines):,} are NOT within what they may have:")
    for line in outside[:_MOST_ROWS]:
        got, least, most = line.facts
        off, side = (got - most, "more") if got > most else (least - got, "fewer")
        say(f"  {line.rep} in {line.pool}: {off:,} {side}, for {line.obstacle}")


def moment_text(at: int) -> str:
    """A day, and the time where it is not midnight."""
    day, second = divmod(at, SECONDS_PER_DAY)
    clock = f" {second // 3600:02d}:{second // 60 % 60:02d}" if second else ""
    return format_day(day) + clock


def show_allocated(record: dict[str, Any]) -> None:
    """A fact of the log of an allocation: who has it, and why those who scored better have not."""
    number = f"number {record['sequence']:,} to arrive, allocated as of {moment_text(record['at'])}"
    say(f"{record['kind']} {record['key']} went to {record['rep']}   (decision {record['decision_id']}, {number})")
    say(f"  because {record['because']}")
    say(f"  rule {record['rule']} by {record['strategy']}   ({record['place']})")
    if record["better"]:
        say()
        say_table(
            ("rep", str(record["measure"]), "why not"),
            [
                *((one["rep"], one["score"], one["because"]) for one in record["better"]),
                (record["rep"], record["score"], "has it"),
            ],
            right=(1,),
        )
        rest = record["rank"] - 1 - len(record["better"])
        if rest:
            say(f"and {rest:,} more who scored better")
