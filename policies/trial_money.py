"""What a test may ask of the way of the money: what is payable, what is held, what a draw leaves open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..dsl import checked as c
from ..engine.calendar.days import SECONDS_PER_DAY, format_day
from ..engine.calendar.periods import containing
from ..engine.money import format_money
from ..engine.pay.payables import HELD
from ..engine.pay.released import Part, parts_of_line
from ..engine.pay.statement import Opened, statement

if TYPE_CHECKING:
    from .trial_results import TrialResults

__all__ = ["is_paid_out", "owed", "paid_out", "told"]

_EVERYTHING = c.Window("all")


def is_paid_out(policy: c.Policy, node: c.TestRead) -> bool:
    """Whether a question is about what may be paid, is held or is owed; an account or let of that name goes first."""
    if node.what in policy.accounts or node.what in policy.lets:
        return False
    return "." in node.what or (node.kind == "rep" and node.what in {"payable", "held", "owed"})


def paid_out(results: TrialResults, node: c.TestRead) -> int:
    """What is payable of a rep, or of the lines that a row carries; or what is held, be it for want of a date.

    By the end of the day of the question or, where it has none, of the last period that the test touches; with
    `over`, what falls due in that time.
    """
    window = None if node.window.kind == "all" else results.window(node.window, "payable")
    total = 0
    for _, until, part in _parts(results, node):
        due = part.day != HELD and part.day <= until
        if node.what.endswith("held"):
            total += 0 if due else part.amount
        elif due and (window is None or window[0] <= part.day * SECONDS_PER_DAY < window[1]):
            total += part.amount
    return total


def _parts(results: TrialResults, node: c.TestRead) -> Iterator[tuple[str, int, Part]]:
    """The parts of the lines that a question is about: of what, the last day that the question knows, the part."""
    row, component = results.row(node), node.what.rpartition(".")[0]
    for scheme in results.policy.schemes:
        end = containing(scheme.per, results.days()[-1], results.policy.calendar).end if results.days() else 0
        for rep in [row] if node.kind == "rep" else range(results.ev.world.rows("rep")):
            for period in results.periods(scheme, rep, _EVERYTHING):
                until = end - 1 if results.on is None else results.on
                for line in statement(results.ev, scheme, rep, period, results.step).lines:
                    asked = component in {"", line.component}
                    if asked and (node.kind == "rep" or (line.kind, line.row) == (node.kind, row)):
                        for part in parts_of_line(results.ev, scheme, line, rep, period, end, results.step):
                            yield f"{scheme.name}.{line.component} of {period}", until, part


def told(results: TrialResults, node: c.TestRead) -> Iterator[str]:
    """The parts, or the balances, behind an answer, one a line."""
    currency = results.policy.currency
    if node.what == "owed":
        for scheme, one in _balances(results, node):
            before, after = format_money(one.before, currency), format_money(one.after, currency)
            yield f"{scheme}.{one.component} leaves {after} open, after {before}"
        return
    for of, _, part in _parts(results, node):
        day = "held" if part.day == HELD else f"payable on {format_day(part.day)}"
        yield f"{of}: {format_money(part.amount, currency)} is {day}"


def owed(results: TrialResults, node: c.TestRead) -> int:
    """What draws leave open after the last period asked for."""
    return sum(one.after for _, one in _balances(results, node))


def _balances(results: TrialResults, node: c.TestRead) -> Iterator[tuple[str, Opened]]:
    """The draws of the last period asked for, by scheme."""
    row = results.row(node)
    for scheme in results.policy.schemes:
        floors = {
            (part.name if isinstance(part, c.Pay) else "total", number)
            for part in scheme.parts
            for number, clause in enumerate(c.carrying(part.clauses))
            if isinstance(clause, c.AtLeast)
        }
        for period in results.periods(scheme, row, node.window)[-1:]:
            made = statement(results.ev, scheme, row, period, results.step)
            yield from ((scheme.name, one) for one in made.balances if (one.component, one.number) in floors)
