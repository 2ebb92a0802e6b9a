"""Why not: the conditions that failed, with the values that they read then, told when somebody asks."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...dsl import checked as c
from ...dsl.types import Type
from ..calendar.days import format_day
from ..memory import Memory
from ..scalars.scalar import Env, Evaluator
from ..wording.phrases import say, say_window, show
from .hours_told import hours_read, hours_text, is_hours
from .rows_told import RowsTold, rows_behind

__all__ = ["Finding", "NotThere", "PassedOver", "Refusal", "Wording", "conditions_of", "findings", "say_now"]

_MOST_REMEMBERED = 20_000
_OPPOSITE: dict[str, Any] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_MIRRORED: dict[str, Any] = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_ON_CALENDAR = {"<": "not before", "<=": "after", ">": "not after", ">=": "before"}
_IN_SIZE = {"<": "not below", "<=": "above", ">": "not above", ">=": "below"}


@dataclass(frozen=True, slots=True)
class Finding:
    """A condition that failed (or `held`, where it must not), with the values of its sides; rows by their keys.

    `rows`: the rows that it counts, where it counts rows of its own.
    """

    node: c.Expr
    values: tuple[object, ...]
    held: bool = False
    rows: RowsTold | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """What stood against a rep, or against a rule; `place` is where the policy says so."""

    findings: tuple[Finding, ...]
    place: str
    wording: Wording = field(compare=False, repr=False)
    _said: list[str] = field(default_factory=list[str], init=False, compare=False, repr=False)

    @property
    def text(self) -> str:
        """In words, computed from the values that were read."""
        if not self._said:
            self._said.append(self.wording.of(self.findings))
        return self._said[0]


@dataclass(frozen=True, slots=True)
class NotThere(Refusal):
    """No row of a rep holds on the day of the decision."""

    day: int

    @property
    def text(self) -> str:
        """In words."""
        return f"no row of this rep holds on {format_day(self.day)}"


@dataclass(frozen=True, slots=True)
class PassedOver(Refusal):
    """A rep who has had the fact, or an offer of it, before; `how` says what became of that."""

    how: str

    @property
    def text(self) -> str:
        """In words."""
        return _PASSED.get(self.how, self.how)


_PASSED = {
    "declined": "this rep has declined it",
    "lapsed": "this rep has let an offer of it lapse",
    "released": "this rep has given it back",
    "reassigned": "this rep had it last",
}


class Wording:
    """Findings in words. The same finding is worded once; `currency` is that of amounts without their own."""

    def __init__(self, currency: str) -> None:
        self._currency = currency
        self._said: dict[tuple[int, bool, tuple[object, ...], RowsTold], str] = Memory(_MOST_REMEMBERED)
        self._pieces: dict[tuple[int, bool], list[str | int]] = {}

    def of(self, found: Sequence[Finding]) -> str:
        """The sentence of findings that together are why not."""
        telling = [each for each in found if len(found) == 1 or not _is_told(each, found)]
        return ", and ".join(dict.fromkeys(self._one(each) for each in telling))

    def _one(self, found: Finding) -> str:
        if found.rows is None:
            return self._told(found)
        key = id(found.node), found.held, found.values, found.rows  # nodes live as long as their policy
        told = self._said.get(key)
        if told is None:
            behind = found.rows.text(self.of, self._currency)
            told = self._said[key] = f"{self._told(found).replace(' so far', '')} ({behind})"
        return told

    def _told(self, found: Finding) -> str:
        node, values, currency = found.node, found.values, self._currency
        if is_hours(node):
            return hours_text(node, values, currency)
        absent = next((side for side, value in zip(sides(node), values, strict=True) if value is None), None)
        if absent is not None:
            return f"{say_now(absent, currency)} is missing"
        pieces, read = self._pieces_of(found), sides(node)
        return "".join([
            piece if isinstance(piece, str) else _shown(values[piece], read[piece].type, currency) for piece in pieces
        ])  # fmt: skip

    def _pieces_of(self, found: Finding) -> list[str | int]:
        key = id(found.node), found.held
        if key not in self._pieces:
            self._pieces[key] = _pieces(found, self._currency)
        return self._pieces[key]

    def around_value(self, found: Sequence[Finding]) -> Callable[[object], str] | None:
        """What words the same finding of another value; None where it tells of more than one value, or of rows."""
        if len(found) != 1 or found[0].rows is not None or is_hours(found[0].node) or None in found[0].values:
            return None
        pieces, read, currency = self._pieces_of(found[0]), sides(found[0].node), self._currency
        places = [piece for piece in pieces if isinstance(piece, int)]
        if len(places) != 1 or read[places[0]].type.name == "ref":
            return None
        type_, at = read[places[0]].type, pieces.index(places[0])
        before, after = "".join(map(str, pieces[:at])), "".join(map(str, pieces[at + 1 :]))
        return lambda value: f"{before}{_shown(value, type_, currency)}{after}"


def _is_told(one: Finding, found: Sequence[Finding]) -> bool:
    """Whether "is not missing" goes without saying: another finding tells the very value."""
    if not isinstance(one.node, c.Known):
        return False
    told = say(one.node.operand)
    return any(each is not one and told in map(say, sides(each.node)) for each in found)


# --- what failed ---------------------------------------------------------------------------------------------


def conditions_of(node: c.Expr | None) -> list[c.Expr]:
    """The conditions that a condition joins by `and`, in the order in which they are read."""
    if node is None:
        return []
    if isinstance(node, c.All):
        return [found for part in node.parts for found in conditions_of(part)]
    return [node]


def findings(ev: Evaluator, node: c.Expr, env: Env, held: bool = False) -> tuple[Finding, ...]:
    """Why a condition fails (or with `held`, that it holds): the first part of an `and`, every part of an `or`."""
    match node:
        case c.Not(operand=operand):
            return findings(ev, operand, env, not held)
        case c.All(parts=parts) | c.AnyOf(parts=parts) if held == isinstance(node, c.AnyOf):
            return findings(ev, next(part for part in parts if ev.holds(part, env) == held), env, held)
        case c.All(parts=parts) | c.AnyOf(parts=parts):
            return tuple(found for part in parts for found in findings(ev, part, env, held))
        case _ if is_hours(node):
            return (Finding(node, hours_read(ev, node, env), held),)
        case _:
            values = tuple(_read(ev, side, env) for side in sides(node))
            return (Finding(node, values, held, rows_behind(ev, node, env, findings)),)


def sides(node: c.Expr) -> tuple[c.Expr, ...]:
    """The expressions whose values tell why a condition failed."""
    match node:
        case c.Compare(left=left, right=right) | c.Same(left=left, right=right):
            return left, right
        case c.Member(item=item, group=group):
            return item, group
        case c.Known(operand=operand):
            return (operand,)
        case _:
            return (node,)


def _read(ev: Evaluator, node: c.Expr, env: Env) -> object:
    value = ev.quietly(node, env)
    if node.type.name == "ref" and isinstance(value, int):
        return ev.world.key(node.type.kind or "rep", value)
    return value


# --- in words ------------------------------------------------------------------------------------------------


_PLACE = "\0<{}>\0"
_PLACES = re.compile("\0<(\\d)>\0")
_BARE = say_window(c.Window("scope"))
_SAID: dict[tuple[int, str], tuple[c.Expr, str]] = Memory(_MOST_REMEMBERED)


def say_now(node: c.Expr, currency: str) -> str:
    """An expression in words as a decision reads it: a bare account or let counts everything so far."""
    found = _SAID.get((id(node), currency))  # the node is kept beside its words, so that its id stays its own
    if found is None:
        found = _SAID[id(node), currency] = node, say(node, currency).replace(_BARE, "so far")
    return found[1]


def _pieces(found: Finding, currency: str) -> list[str | int]:
    """The words of a finding, and between them the numbers of the sides whose values belong there."""
    shown = [
        _shown(value, side.type, currency) if isinstance(side, c.Constant) else _PLACE.format(number)
        for number, (side, value) in enumerate(zip(sides(found.node), found.values, strict=True))
    ]
    parts = _PLACES.split(_words(_opposite(found.node) if found.held else found.node, shown, currency))
    return [int(part) if at % 2 else part for at, part in enumerate(parts)]


def _words(node: c.Expr, shown: list[str], currency: str) -> str:
    """A failed condition in words, with the values of its sides."""
    match node:
        case c.Compare(op=op, left=left, right=right):
            words = _ON_CALENDAR if left.type.name in {"date", "moment", "time"} else _IN_SIZE
            if isinstance(left, c.Constant):
                return f"{say_now(right, currency)} is {shown[1]}, {words[_MIRRORED[op]]} {shown[0]}"
            verb = "drew" if isinstance(left, c.Invoke) and left.function == "lot" else "is"
            return f"{say_now(left, currency)} {verb} {shown[0]}, {words[op]} {_other(right, shown[1], currency)}"
        case c.Same(left=left, right=right, negated=negated):
            return _same(left, right, shown, negated, currency)
        case c.Member(item=item, group=group, negated=negated):
            return _member(item, group, shown, negated, currency)
        case c.Known(operand=operand):
            return f"{say_now(operand, currency)} is {shown[0]}, not missing"
        case _:
            return f"{say_now(node, currency)} is {shown[0]}"


def _opposite(node: c.Expr) -> c.Expr:
    """A condition that fails where this one holds."""
    match node:
        case c.Compare(op=op, left=left, right=right):
            return c.Compare(node.type, _OPPOSITE[op], left, right)
        case c.Same(left=left, right=right, negated=negated):
            return c.Same(node.type, left, right, not negated)
        case c.Member(item=item, group=group, negated=negated):
            return c.Member(node.type, item, group, not negated)
        case c.Known(operand=operand, negated=negated):
            return c.Known(node.type, operand, not negated)
        case _:
            return node


def _same(left: c.Expr, right: c.Expr, shown: list[str], negated: bool, currency: str) -> str:
    if isinstance(left, c.Constant):
        left, right, shown = right, left, shown[::-1]
    if not negated:
        return f"{say_now(left, currency)} is {shown[0]}, not {_other(right, shown[1], currency)}"
    alike = "" if isinstance(right, c.Constant) else f", and so is {say_now(right, currency)}"
    return f"{say_now(left, currency)} is {shown[0]}{alike}"


def _member(item: c.Expr, group: c.Expr, shown: list[str], negated: bool, currency: str) -> str:
    if isinstance(item, c.Constant):
        return f"{say_now(group, currency)} ({shown[1]}) {'has' if negated else 'has no'} {shown[0]}"
    among = f"{'one' if negated else 'not one'} of {_other(group, shown[1], currency)}"
    return f"{say_now(item, currency)} is {shown[0]}, {among}"


def _other(node: c.Expr, shown: str, currency: str) -> str:
    """The second side: a literal by itself, anything else by name with its value."""
    return shown if isinstance(node, c.Constant) else f"{say_now(node, currency)} ({shown})"


def _shown(value: object, type_: Type, currency: str) -> str:
    if type_.name in {"ref", "key"}:
        return "missing" if value is None else str(value)
    shown = show(value, type_, currency)
    return shown[1:-1] or "none" if type_.name == "set" and value is not None else shown
