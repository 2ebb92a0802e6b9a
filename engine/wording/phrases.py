"""Checked expressions in words: always the long form, so that nothing has to be guessed."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from ...dsl import checked as c
from ...dsl.types import DAYS
from ..money import minor_digits
from .wording import Voice, decimal, exact_text, percent, repr_text, show_value

__all__ = ["exact_text", "repr_text", "say", "say_clause", "say_receiver", "say_window", "show"]

show = show_value


def say(node: c.Expr, currency: str = "", language: str = "en") -> str:
    """An expression in words; `currency` is that of the policy, in which bare amounts are (not said: two decimals)."""
    return _SAY[type(node)](node, Voice.of(language, currency))


def say_receiver(receiver: c.Receiver, currency: str = "", language: str = "en") -> str:
    """Who is credited, in words."""
    person, voice = say(receiver.path, currency, language), Voice.of(language, currency)
    return person if receiver.above is None else voice("everybody_above", whom=person)


def say_clause(clause: c.Clause, currency: str = "", language: str = "en") -> str:
    """A clause in words."""
    voice = Voice.of(language, currency)
    match clause:
        case c.Gate(when=when):
            return voice("clause.gate", value=_say(when, voice))
        case c.Times(factor=factor):
            return voice("clause.times", value=_say(factor, voice))
        case c.Plus(amount=amount):
            return voice("clause.plus", value=_say(amount, voice))
        case c.AtMost(limit=limit, carry=carry):
            return voice("clause.at_most", value=_say(limit, voice)) + _carry(carry, voice)
        case c.AtLeast(limit=limit, carry=carry):
            return voice("clause.at_least", value=_say(limit, voice)) + _carry(carry, voice)
        case c.Release(rate=rate) if rate is not None:
            return voice("clause.release", value=_say(rate, voice))
        case c.Release(parts=parts):
            said = [voice("release.part", share=percent(share, voice), on=_say(on, voice)) for share, on in parts]
            return voice("clause.release", value=voice("joined").join(said))


def _carry(carry: c.Expr | None, voice: Voice) -> str:
    return voice("clause.carry", value=_say(carry, voice)) if carry is not None else ""


def say_window(window: c.Window, language: str = "en") -> str:
    """`over this period`, `over the last 90 days`, ..."""
    return _window(window, Voice.of(language, ""))


def _say(node: c.Expr, voice: Voice) -> str:
    return _SAY[type(node)](node, voice)


def _window(window: c.Window, voice: Voice) -> str:
    match window.kind:
        case "calendar":
            name = "window.whole" if window.whole else "window.calendar"
            return voice(name, unit=voice(f"unit.{window.unit}"))
        case "previous" | "last":
            return voice(f"window.{window.kind}", count=voice.counted(str(window.count), window.unit))
        case "period":
            return voice("window.period", period=window.unit)
        case "all" if window.whole:
            return voice("window.ever")
        case "scope" | "all":
            return voice(f"window.{window.kind}")


def _constant(node: c.Constant, voice: Voice) -> str:
    if node.type.name == "money" and not node.type.currency and voice.currency and isinstance(node.value, Fraction):
        return decimal(node.value / 10 ** minor_digits(voice.currency), voice)  # exact: fraction
    return show(node.value, node.type, "", voice.language)


def _account(node: c.ReadAccount, voice: Voice) -> str:
    window = _window(node.window, voice)
    if node.subject is None:
        made = voice("account.nobody", account=node.account, window=window)
    else:
        made = voice("account", account=node.account, whose=_whose(node.subject, voice), window=window)
    made = made if node.reading == "sum" else _reading(node.reading, made, voice)
    return made if node.where is None else made + voice("crowd.where", where=_say(node.where, voice))


def _whose(node: c.Expr, voice: Voice) -> str:
    return voice.kind(node.var) if isinstance(node, c.Subject) else _say(node, voice)


def _target(node: c.ReadTarget, voice: Voice) -> str:
    return voice("target", target=node.target, whose=_whose(node.subject, voice), window=_window(node.window, voice))


def _reading(reading: str, what: str, voice: Voice) -> str:
    return voice("reading", reading=voice(f"reading.{reading}"), what=what)


def _let(node: c.LetRead, voice: Voice) -> str:
    window = _window(node.window, voice)
    if not node.args:
        return voice("let.nobody", let=node.let, window=window)
    whose = voice("joined").join(_whose(arg, voice) for arg in node.args)
    return voice("let", let=node.let, whose=whose, window=window)


def _crowd(group: c.Expr | None, where: c.Expr | None, voice: Voice, members: str | None = None) -> str:
    text = voice("crowd.scheme", members=members) if members else voice("crowd.every")
    text += voice("crowd.within", group=_say(group, voice)) if group is not None else ""
    return text + (voice("crowd.where", where=_say(where, voice)) if where is not None else "")


def _across(node: c.AcrossReps, voice: Voice) -> str:
    what = _say(node.value, voice) if node.value is not None else voice("across.reps")
    crowd = _crowd(node.group, node.where, voice, node.members)
    return voice("across", reading=voice(f"reading.{node.reading}"), what=what, crowd=crowd)


def _periods(node: c.AcrossPeriods, voice: Voice) -> str:
    return voice(
        "periods",
        reading=voice(f"reading.{node.reading}"),
        what=_say(node.value, voice),
        unit=voice(f"unit.{node.per}"),
        window=_window(node.window, voice),
    )


def _rank(node: c.Rank, voice: Voice) -> str:
    crowd = _crowd(node.group, node.where, voice, node.members)
    return voice("rank", what=_say(node.value, voice), crowd=crowd, ties=voice(f"ties.{node.ties}"))


def _share(node: c.ShareOf, voice: Voice) -> str:
    crowd = _crowd(node.group, node.where, voice)
    return voice("share", pool=_bracket(node.pool, voice), crowd=crowd, weight=_say(node.weight, voice))


def _prize(node: c.Prize, voice: Voice) -> str:
    places = [voice("prize.place", place=str(place), value=_say(value, voice)) for place, value in node.places]
    return voice("prize", rank=_say(node.rank, voice), places=voice("between").join(places))


def _table(node: c.Table, voice: Voice) -> str:
    rows = [
        voice("band", edge=voice(f"edge.{b.edge}"), bound=_say(b.bound, voice), value=_say(b.value, voice))
        for b in node.bands
    ]
    reading, bands, operand = voice(f"table.{node.reading}"), voice("between").join(rows), _say(node.operand, voice)
    if node.against is None:
        return voice("table", reading=reading, operand=operand, bands=bands)
    against = _say(node.against, voice)
    return voice("table.against", reading=reading, operand=operand, against=against, bands=bands)


def _choose(node: c.Choose, voice: Voice) -> str:
    cases = [voice("choose.case", when=_say(when, voice), value=_say(value, voice)) for when, value in node.cases]
    return voice("choose", cases="".join(cases), otherwise=_say(node.otherwise, voice))


def _blend(node: c.Blend, voice: Voice) -> str:
    parts = [voice("blend.part", weight=percent(w, voice), value=_bracket(v, voice)) for w, v in node.parts]
    return voice("blend", parts=" + ".join(parts))


def _arithmetic(node: c.Arithmetic, voice: Voice) -> str:
    return voice(_SIGNS[node.op], left=_bracket(node.left, voice), right=_bracket(node.right, voice))


def _same(node: c.Same, voice: Voice) -> str:
    return voice("is.not" if node.negated else "is", left=_say(node.left, voice), right=_say(node.right, voice))


def _member(node: c.Member, voice: Voice) -> str:
    return voice("in.not" if node.negated else "in", left=_say(node.item, voice), right=_say(node.group, voice))


def _bracket(node: c.Expr, voice: Voice) -> str:
    text = _say(node, voice)
    wears = isinstance(node, c.Arithmetic | c.All | c.AnyOf | c.Fallback)
    return voice("bracket", value=text) if wears else text


def _limits(node: c.Limits, voice: Voice) -> str:
    limits = " ".join(say_clause(limit, voice.currency, voice.language) for limit in node.limits)
    return voice("limits", value=_say(node.value, voice), limits=limits)


def _invoke(node: c.Invoke, voice: Voice) -> str:
    match node.args:
        case (name, _) if node.function == "lot":
            return voice("call", function="lot", args=_say(name, voice))
        case (c.FieldOf(base=base, column="hired"), c.PeriodEdge(which="end")) if node.function == "months":
            return voice("tenure", whose=_whose(base, voice))
        case _:
            return voice("call", function=node.function, args=", ".join(_say(arg, voice) for arg in node.args))


def _later(node: c.Later, voice: Voice) -> str:
    wait = voice("hours.of", span=_span(node.wait, voice), hours=node.wait.hours.name if node.wait.hours else "")
    return voice("subtract" if node.back else "add", left=_bracket(node.base, voice), right=wait)


def _span(wait: c.Wait, voice: Voice) -> str:
    return show(wait.seconds or wait.days * 86_400, DAYS, "", voice.language)


_SIGNS = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide"}

_SAY: dict[type[c.Expr], Callable[[Any, Voice], str]] = {
    c.Constant: _constant,
    c.Subject: lambda n, voice: n.var,
    c.FieldOf: lambda n, voice: f"{_say(n.base, voice)}.{n.column}",
    c.ReadAccount: _account,
    c.ReadTarget: _target,
    c.LetRead: _let,
    c.AcrossReps: _across,
    c.AcrossPeriods: _periods,
    c.Rank: _rank,
    c.Prize: _prize,
    c.ShareOf: _share,
    c.Table: _table,
    c.Grid: lambda n, voice: voice("grid", row=_say(n.row, voice), column=_say(n.column, voice)),
    c.Choose: _choose,
    c.Hours: lambda n, voice: n.name,
    c.Later: _later,
    c.Blend: _blend,
    c.Arithmetic: _arithmetic,
    c.Negate: lambda n, voice: voice("negate", value=_bracket(n.operand, voice)),
    c.Compare: lambda n, voice: voice("compare", left=_say(n.left, voice), sign=n.op, right=_say(n.right, voice)),
    c.Same: _same,
    c.Member: _member,
    c.Known: lambda n, voice: voice("known.not" if n.negated else "known", value=_say(n.operand, voice)),
    c.Not: lambda n, voice: voice("not", value=_bracket(n.operand, voice)),
    c.All: lambda n, voice: voice("and").join(_bracket(part, voice) for part in n.parts),
    c.AnyOf: lambda n, voice: voice("or").join(_bracket(part, voice) for part in n.parts),
    c.Fallback: lambda n, voice: voice("else", value=_say(n.value, voice), other=_say(n.other, voice)),
    c.Limits: _limits,
    c.Invoke: _invoke,
    c.PeriodEdge: lambda n, voice: voice(f"edge.{n.which}"),
    c.Owed: lambda n, voice: voice("owed"),
    c.Today: lambda n, voice: voice("today"),
    c.Now: lambda n, voice: voice("now"),
    c.TestRead: lambda n, voice: f"{n.key}.{n.what}",
}
