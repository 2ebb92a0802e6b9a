"""Explanations of payout lines: the derivation that the scalar evaluator makes, as a tree, as text and as JSON.

The explained amount is the paid amount by construction: both come out of the same evaluation.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ...dsl import checked as c
from ...dsl.types import MONEY
from ..calendar.periods import Period
from ..facts import Facts
from ..memory import Memory
from ..money import plain_amount
from ..pay.line_table import line_id
from ..pay.simulation import step_of
from ..pay.statement import Line, Statement, statement
from ..scalars.scalar import Evaluator
from ..wording.wording import Voice, show_value
from .derivation import Teller, step_lines
from .line_derivation import ComponentRows, component_steps, line_step, rows_of, stretches_step
from .release_derivation import release_steps

__all__ = ["Explainer", "Explanation", "UnknownLine", "explain_component", "explain_line"]

_MOST_REMEMBERED = 64


class UnknownLine(LookupError):
    """No such rep, scheme, component or line."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A title, the amount in minor units, and the steps that lead to it, outermost first.

    `language`: that of the words in it (`en`, `zh`). `due`: the parts in which it may be paid, where a line is released
    otherwise than with its period.
    """

    title: str
    amount: int
    currency: str
    place: str
    policy_hash: str
    facts_hash: str
    steps: tuple[dict[str, Any], ...]
    language: str = "en"
    due: tuple[dict[str, Any], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain values; amounts as texts."""
        return {
            "title": self.title,
            "amount": plain_amount(self.amount, self.currency),
            "currency": self.currency,
            "place": self.place,
            "policy_hash": self.policy_hash,
            "facts_hash": self.facts_hash,
            "because": list(self.steps),
            **({"due": list(self.due)} if self.due else {}),
        }

    def lines(self) -> list[str]:
        """For people: a tree, one step a line; long lists of credits are cut."""
        voice = Voice.of(self.language, self.currency)
        amount = show_value(self.amount, MONEY, self.currency, self.language)
        made = [f"{self.title}: {amount}   ({self.place})"]
        for step in (*self.steps, *self.due):
            made += step_lines(step, 1, voice)
        return made


class Explainer:
    """Explanations of one policy over one set of facts, in a language; what they share is worked out once."""

    def __init__(self, policy: c.Policy, facts: Facts, language: str = "en") -> None:
        self.policy = policy
        self.facts = facts
        self.language = language
        self.ev = Evaluator(policy, facts)
        self.teller = Teller(self.ev, language)
        self._statements: dict[tuple[str, int, Period], Statement] = Memory(_MOST_REMEMBERED)
        self._rows: dict[tuple[str, int, int, int, str], ComponentRows] = Memory(_MOST_REMEMBERED)

    def component(self, rep: str, period: str, scheme: str, component: str) -> Explanation:
        """Why a component earned a rep what it did in a period, be it nothing. Raises `UnknownLine`."""
        made = self._found(rep, period, scheme, component)
        steps = component_steps(self.teller, made, component)
        return self._explanation(f"{rep}, {made.period.told}, {scheme}.{component}", made, component, steps)

    def line(
        self, rep: str, period: str, scheme: str, component: str, key: str = "", name: str = "", *,
        until: Period | None = None,
    ) -> Explanation:  # fmt: skip
        """Why a line is what it is: the part of the component that its row carries, and the component's derivation.

        `key` names the row that carries the line; empty for the line that no row carries. `name`: the line's id, where
        rows of several kinds may have that key. `until`: the period of the run, by whose end rates of release are
        read (that of the line unless said). Raises `UnknownLine`.
        """
        made = self._found(rep, period, scheme, component)
        for line in made.lines:
            if line.component != component or self.key_of(line) != key:
                continue
            if name and line_id(rep, period, scheme, component, line.kind, key) != name:
                continue
            part = self.part(made, line, whole=True)
            steps = [*([part] if part is not None else []), *component_steps(self.teller, made, component)]
            title = f"{rep}, {made.period.told}, {scheme}.{component}" + (f", {line.kind} {key}" if key else "")
            due = tuple(self.due(made, line, until))
            return replace(self._explanation(title, made, component, steps, line.amount), due=due)
        raise UnknownLine(f"{rep} has no line of `{component}`{f' for `{key}`' if key else ''} in {period}")

    def statement(self, rep: int, scheme: c.Scheme, period: Period) -> Statement:
        """What a scheme earns a rep (by row) in a period."""
        place = scheme.name, rep, period
        if place not in self._statements:
            self._statements[place] = statement(self.ev, scheme, rep, period, step_of(self.policy))
        return self._statements[place]

    def steps(self, made: Statement, component: str) -> list[dict[str, Any]]:
        """The derivation of a component."""
        return component_steps(self.teller, made, component)

    def part(self, made: Statement, line: Line, *, whole: bool) -> dict[str, Any] | None:
        """The step from a component to one of its lines; None where the line is all of it.

        `whole`: with the derivation of what was earned before its row, which is that of the line before.
        """
        if made.parts:
            return self._part_of_stretches(made, line, whole)
        pay = made.scheme.pay(line.component)
        if pay is None or pay.account is None or pay.lines == "period":
            return None
        return line_step(self.teller, made, pay, line, self.rows(made, pay), whole)

    def due(self, made: Statement, line: Line, until: Period | None) -> list[dict[str, Any]]:
        """The parts in which a line may be paid, in a run over `until`; none where it is payable with its period."""
        return release_steps(self.teller, made, line, made.period.end if until is None else until.end)

    def rows(self, made: Statement, pay: c.Pay) -> ComponentRows:
        """The rows that the lines of a component follow; it must have an account."""
        place = made.scheme.name, made.rep, made.start, made.end, pay.name
        if place not in self._rows:
            self._rows[place] = rows_of(self.ev, made, pay)
        return self._rows[place]

    def _part_of_stretches(self, made: Statement, line: Line, whole: bool) -> dict[str, Any] | None:
        """A row lies in one stretch; what no row carries is added up over all."""
        found = [
            (number, one.amount, told)
            for number, part in enumerate(made.parts)
            for one in part.lines
            if (one.component, one.kind, one.row) == (line.component, line.kind, line.row)
            and (told := self.part(part, one, whole=whole)) is not None
        ]
        if line.row >= 0 or not found:
            return {**found[0][2], "stretch": found[0][0]} if found else None
        parts = [(number, amount, [told]) for number, amount, told in found]
        return stretches_step(self.teller, made, "line_stretches", line.amount, parts)

    def key_of(self, line: Line) -> str:
        """The key of the row that carries a line; empty where none does."""
        return self.ev.world.key(line.kind, line.row) if line.row >= 0 else ""

    def _found(self, rep: str, period: str, scheme: str, component: str) -> Statement:
        row = self.facts.table("rep").row(rep)
        if row is None:
            raise UnknownLine(f"there is no rep `{rep}`")
        found = next((made for made in self.policy.schemes if made.name == scheme), None)
        if found is None:
            raise UnknownLine(f"there is no scheme `{scheme}`")
        made = self.statement(row, found, Period.parse(period, self.policy.calendar))
        if component not in dict(made.amounts):
            raise UnknownLine(f"scheme `{scheme}` has no component `{component}`")
        return made

    def _explanation(
        self, title: str, made: Statement, component: str, steps: list[dict[str, Any]], amount: int | None = None
    ) -> Explanation:  # fmt: skip
        policy = self.policy
        return Explanation(
            title=title,
            amount=dict(made.amounts)[component] if amount is None else amount,
            currency=policy.currency,
            place=policy.place(_span_of(made.scheme, component)),
            policy_hash=policy.hash,
            facts_hash=self.facts.hash,
            steps=tuple(steps),
            language=self.language,
        )


def explain_component(
    policy: c.Policy, facts: Facts, rep: str, period: str, scheme: str, component: str
) -> Explanation:
    """`Explainer.component` for one component."""
    return Explainer(policy, facts).component(rep, period, scheme, component)


def explain_line(
    policy: c.Policy, facts: Facts, rep: str, period: str, scheme: str, component: str, key: str = "", name: str = "",
    *, until: Period | None = None,
) -> Explanation:  # fmt: skip
    """`Explainer.line` for one line."""
    return Explainer(policy, facts).line(rep, period, scheme, component, key, name, until=until)


def _span_of(scheme: c.Scheme, component: str) -> c.Span:
    pay = scheme.pay(component)
    if pay is not None:
        return pay.span
    return scheme.total.span if scheme.total is not None else scheme.span
