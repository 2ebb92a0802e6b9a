"""Derivations as plain values: what the scalar evaluator traced, with what is needed to compute it again by hand.

A step is a dict: `op` (what was done), `says` and `value` (in words), `exact` (as `exact_text`; rows by their keys),
`unit`, `parts` (what it was done with, in order), `place` in the policy, and what else its `op` needs. The
operations are listed in docs/statements.md; tests recompute amounts from them without the evaluators.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

from ...dsl import checked as c
from ...dsl.types import MONEY, Type
from ..arrays.rounding import step_of
from ..calendar.days import SECONDS_PER_DAY, format_day
from ..calendar.periods import Period, containing
from ..calendar.windows import BEGINNING
from ..scalars.scalar import Evaluator
from ..scalars.trace import Step
from ..targets.goal_wording import say_goal
from ..wording.phrases import say, say_clause
from ..wording.wording import Voice, exact_text, show_value

__all__ = ["LISTED", "Teller", "is_silent", "step_lines"]

Plain = dict[str, Any]

LISTED = frozenset({"credit", "goal", "member", "period"})
"""Operations whose steps stand in lists that may be long."""

_SHOWN = 6
_CLAUSES = c.AtMost | c.AtLeast | c.Gate | c.Times | c.Plus | c.Release
_SIGNS = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide"}


def is_silent(step: Plain) -> bool:
    """Whether a step goes without saying: literals and rows stand in what is said above, a band below was passed by."""
    return step["op"] in {"literal", "row"} or step.get("reached") is False


def step_lines(step: Plain, depth: int, voice: Voice) -> Iterator[str]:
    """A step and what is below it, for people: a line each; long lists are cut, and a folded step is not opened."""
    place = f"   ({step['place']})" if step.get("place") and depth <= 1 else ""
    yield f"{'  ' * depth}{step['says']} = {step['value']}{place}"
    if step.get("folded"):
        return
    parts: list[Plain] = [part for part in step.get("parts", ()) if not is_silent(part)]
    listed = [part for part in parts if part["op"] in LISTED]
    for part in [part for part in parts if part["op"] not in LISTED] + listed[:_SHOWN]:
        yield from step_lines(part, depth + 1, voice)
    if len(listed) > _SHOWN:
        yield f"{'  ' * (depth + 1)}{voice('more', count=f'{len(listed) - _SHOWN:,}')}"


class Teller:
    """Turns traced steps into plain ones, in a language."""

    def __init__(self, ev: Evaluator, language: str = "en") -> None:
        self.ev = ev
        self.currency = ev.policy.currency
        self.language = language
        self.voice = Voice.of(language, self.currency)
        self._worded: dict[int, str] = {}

    def collect(self) -> list[Plain]:
        """The steps traced so far."""
        return [self.plain(step) for step in self.ev.tracer.take()]

    def own(
        self, op: str, value: object, unit: Type = MONEY, *, said: str = "", parts: Sequence[Plain] = (), **more: Any
    ) -> Plain:  # fmt: skip
        """A step of the engine's own; `said` are its words where they are not just those of `op`."""
        made = {
            "op": op, "says": said or self.voice(op), "value": self.shown(value, unit),
            "exact": self.exact(value, unit), "unit": unit.name, **more,
        }  # fmt: skip
        if parts:
            made["parts"] = list(parts)
        return made

    def plain(self, step: Step) -> Plain:
        """A step and all below it."""
        op, unit, more = self._operation(step)
        made: Plain = {"op": op, "says": self._said(step), "value": self.shown(step.value, unit)}
        made |= {"exact": self.exact(step.value, unit), "unit": unit.name if unit is not None else "number", **more}
        if step.node is not None and step.node.span.end and op not in {"literal", "row"}:
            made["place"] = self.ev.policy.place(step.node.span)
        if step.parts:
            made["parts"] = [self.plain(part) for part in step.parts]
        return made

    def shown(self, value: object, unit: Type | None) -> str:
        """A value in words."""
        if unit is not None and unit.name == "ref" and isinstance(value, int):
            return self.ev.world.key(unit.kind or "rep", value)
        return show_value(value, unit, self.currency, self.language)

    def exact(self, value: object, unit: Type | None) -> Any:
        """A value for programs."""
        if unit is not None and unit.name == "ref" and isinstance(value, int):
            return self.ev.world.key(unit.kind or "rep", value)
        return exact_text(value)

    def key(self, row: int | None, kind: str = "rep") -> str | None:
        """The key of a row, where there is one."""
        return None if row is None else self.ev.world.key(kind, row)

    # --- what was done ---------------------------------------------------------------------------------------

    def _operation(self, step: Step) -> tuple[str, Type | None, Plain]:
        """The operation, the unit of its value, and what else it needs."""
        node, told = step.node, step.told
        if step.op:
            return step.op, step.unit, self._own_facts(step)
        if isinstance(node, c.AtMost | c.AtLeast) and node.carry is not None:
            return _clause_name(node), MONEY, {"carries": node.carry.type.name, **self.rounding}
        if isinstance(node, _CLAUSES):
            return _clause_name(node), MONEY, {}
        assert isinstance(node, c.Expr)
        op, more = self._of_node(node)
        if isinstance(node, c.ReadAccount) and told.get("running"):
            return "running", node.type, {"account": node.account}
        return op, node.type, {**more, **self._facts_of(node, step)}

    def _of_node(self, node: c.Expr) -> tuple[str, Plain]:
        """What follows from the expression alone."""
        match node:
            case c.Arithmetic(op=op):
                return _SIGNS[op], {}
            case c.Compare(op=op):
                return "compare", {"sign": op}
            case c.Same(negated=negated):
                return "is_not" if negated else "is", {}
            case c.Member(negated=negated):
                return "not_in" if negated else "in", {}
            case c.Known(negated=negated):
                return "missing" if negated else "known", {}
            case c.Limits(limits=limits):
                return "limits", {"limits": [_clause_name(limit) for limit in limits]}
            case c.PeriodEdge(which=which):
                return "calendar", {"which": which}
            case c.Invoke(function=function):
                return "call", {"function": function}
            case c.Blend(parts=parts):
                return "blend", {"weights": [str(weight) for weight, _ in parts]}
            case c.AcrossReps(reading=reading) | c.AcrossPeriods(reading=reading) | c.ReadAccount(reading=reading):
                return _OPS[type(node)], {"reading": reading}
            case c.Table(reading=reading):
                return reading, {}
            case _:
                return _OPS[type(node)], {}

    def _facts_of(self, node: c.Expr, step: Step) -> Plain:
        """What was found when it was read."""
        told = step.told
        match node:
            case c.FieldOf(kind=kind, column=column):
                fact: Plain = {"kind": kind, "key": self.key(told.get("row"), kind), "column": column}
                return fact if told.get("since") is None else {**fact, "since": format_day(told["since"])}
            case c.ReadAccount(account=account):
                made: Plain = {"account": account, **_stretch(told)}
                if not told.get("listed", True):
                    made["listed"] = False
                kind = self.ev.policy.accounts[account].recipient
                return made if told.get("whose") is None else {**made, "of": self.key(told["whose"], kind)}
            case c.ReadTarget(target=target):
                kind = self.ev.policy.targets[target].kind
                return {"target": target, "of": self.key(told["whose"], kind), **_stretch(told)}
            case c.LetRead(let=let):
                kinds = self.ev.policy.lets[let].params
                rows = [self.key(row, kind) for row, kind in zip(told.get("rows", ()), kinds, strict=False)]
                return {"let": let, "of": rows, **_stretch(told)}
            case c.Invoke() if "of" in told:
                months = {"months": [format_day(day) for day in told["months"]]} if "months" in told else {}
                return {"part": str(told["part"]), "whole": str(told["of"]), **months, **_stretch(told)}
            case c.Choose():
                return {"case": told.get("case", "otherwise")}
            case c.Grid(rows=rows, columns=columns):
                edges = zip((rows, columns), told["bounds"], strict=True)
                found = [[[e.edge, exact_text(at)] for e, at in zip(*side, strict=True)] for side in edges]
                return {"rows": found[0], "columns": found[1]}
            case c.Rank(ties=ties):
                return {"ties": ties, "own": self.key(told["own"])}
            case c.Prize(rank=rank):
                prizes = {str(place): exact_text(value) for place, value in told.get("prizes", {}).items()}
                return {"ties": rank.ties, "prizes": prizes, **self.rounding}
            case c.ShareOf():
                return {"own": self.key(told["own"]), **self.rounding}
            case _:
                return {}

    @property
    def rounding(self) -> Plain:
        """The rounding of payouts: its mode, and the step in minor units."""
        return {"mode": self.ev.policy.rounding, "step": str(step_of(self.ev.policy))}

    def _own_facts(self, step: Step) -> Plain:
        told = step.told
        match step.op:
            case "credit":
                made: Plain = {"kind": told["kind"], "key": self.key(told["row"], told["kind"]), "day": _day(told)}
                if "shares" in told:
                    made |= {"shares": [str(share) for share in told["shares"]], "own": told["own"]}
                return made | ({"several": True} if told.get("several") else {})
            case "member":
                return {"key": self.key(told["rep"])}
            case "goal":
                why = told["goal"].why
                made = {"key": self.key(told["row"], told["kind"]), "period": str(self._period(told))}
                made |= {"share": exact_text(told["goal"].exact), "step": exact_text(told["goal"].unit)}
                return {**made, "why": why.word if why is not None else "formula"}
            case "period":
                return {"period": str(self._period(told))}
            case "band":
                return self._band_facts(step)
            case "cell":
                return {"row": told["row"], "column": told["column"]}
            case _:
                return {}

    def _period(self, told: Any) -> Period:
        return containing(told["per"], told["day"], self.ev.policy.calendar)

    def _band_facts(self, step: Step) -> Plain:
        told = step.told
        assert isinstance(step.node, c.Band)
        made: Plain = {"edge": step.node.edge, "bound": exact_text(told["bound"])}
        if not isinstance(step.node.bound, c.Constant):
            made["worked_out"] = True
        if "part" in told:
            made |= {"part": exact_text(told["part"]), "rate": exact_text(told["rate"])}
        return made if told.get("reached", True) else {**made, "reached": False}

    # --- in words --------------------------------------------------------------------------------------------

    def _said(self, step: Step) -> str:
        node = step.node
        if step.op:
            return self._own_words(step)
        if isinstance(node, c.Expr):
            since = step.told.get("since") if isinstance(node, c.FieldOf) else None
            words = self.words(node)
            if since is not None:
                return self.voice("since", what=words, day=format_day(since))
            if isinstance(node, c.Invoke) and "of" in step.told:
                return self.voice("part_of", what=words, part=str(step.told["part"]), whole=str(step.told["of"]))
            return words
        assert isinstance(node, _CLAUSES)
        return self.voice("then", clause=say_clause(node, self.currency, self.language))

    def words(self, node: c.Expr) -> str:
        """An expression in words; each is worded once."""
        found = self._worded.get(id(node))  # nodes live as long as their policy
        if found is None:
            found = self._worded[id(node)] = say(node, self.currency, self.language)
        return found

    def _own_words(self, step: Step) -> str:
        voice, told = self.voice, step.told
        match step.op:
            case "credit":
                kind, key, day = voice.kind(told["kind"]), self.key(told["row"], told["kind"]) or "", _day(told)
                if day is None:
                    return voice("credit.undated", kind=kind, key=key)
                return voice("credit", kind=kind, key=key, day=day)
            case "member":
                return voice("member.own" if told.get("own") else "member", key=self.key(told["rep"]) or "")
            case "period":
                return voice("period", period=str(self._period(told)))
            case "goal":
                assert step.unit is not None
                named = {"key": self.key(told["row"], told["kind"]) or "", "period": str(self._period(told))}
                said = say_goal(told["goal"], step.unit, voice, lambda row: self.key(row, told["kind"]) or "")
                return voice("goal", said=said, **named)
            case "ratio":
                assert isinstance(step.node, c.Expr)
                return voice("ratio", against=self.words(step.node))
            case "band":
                return self._band_words(step)
            case "cell":
                return self._cell_words(step)
            case _:
                return voice(step.op, count=self.shown(step.value, step.unit))

    def _band_words(self, step: Step) -> str:
        band, told = step.node, step.told
        assert isinstance(band, c.Band)
        edge, bound = self.voice(f"edge.{band.edge}"), self.words(band.bound)
        if "part" in told:
            part, rate = self.shown(told["part"], told["part_unit"]), self.shown(told["rate"], band.value.type)
            return self.voice("part", edge=edge, bound=bound, part=part, rate=rate)
        name = "point" if band.edge == "at" else "band.reached"
        return self.voice(name, edge=edge, bound=bound)

    def _cell_words(self, step: Step) -> str:
        grid = cast("c.Grid", step.node)
        row, column = grid.rows[int(step.told["row"])], grid.columns[int(step.told["column"])]
        return self.voice(
            "cell",
            row_edge=self.voice(f"edge.{row.edge}"),
            row=self.words(row.bound),
            column_edge=self.voice(f"edge.{column.edge}"),
            column=self.words(column.bound),
        )


_OPS: dict[type[c.Expr], str] = {
    c.Constant: "literal", c.Subject: "row", c.FieldOf: "fact", c.ReadAccount: "credits", c.LetRead: "let",
    c.Negate: "negate", c.Not: "not", c.All: "and", c.AnyOf: "or", c.Fallback: "else", c.Owed: "owed",
    c.Today: "today", c.Now: "now",
    c.AcrossReps: "across", c.AcrossPeriods: "over_periods", c.Rank: "rank", c.Prize: "prize", c.ShareOf: "share",
    c.Grid: "grid", c.ReadTarget: "target", c.Choose: "choose", c.TestRead: "result",
}  # fmt: skip


def _clause_name(clause: c.Clause) -> str:
    match clause:
        case c.Gate():
            return "gate"
        case c.Times():
            return "times"
        case c.Plus():
            return "plus"
        case c.AtMost(carry=carry):
            return "at_most" if carry is None else "cap_carried"
        case c.AtLeast(carry=carry):
            return "at_least" if carry is None else "floor_carried"
        case c.Release():
            return "release"


def _day(told: Any) -> str | None:
    return None if told["time"] is None else format_day(told["time"] // SECONDS_PER_DAY)


def _stretch(told: Any) -> Plain:
    """The window of a reading: its beginning (none: everything), and its end, which does not belong to it."""
    if "window" not in told:
        return {}
    start, end = told["window"]
    return {"from": None if start == BEGINNING else _moment(start), "before": _moment(end)}


def _moment(seconds: int) -> str:
    day, second = divmod(seconds, SECONDS_PER_DAY)
    return format_day(day) + (f" {second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}" if second else "")
