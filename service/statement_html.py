"""Statements as web pages: one file each, with everything in it, and an index. Names and keys are escaped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..dsl import checked as c
from ..dsl.calendar import GREGORIAN
from ..dsl.types import MONEY
from ..dsl.width import shown
from ..engine.calendar.days import format_day
from ..engine.calendar.periods import Period
from ..engine.money import format_money
from ..engine.wording.wording import Voice, show_value
from .because_shown import because_html
from .statement_page import Page, PageComponent, PageLine
from .statement_words import Words

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["Entry", "StatementPages", "component_name"]

_LONG = 60
"""Lines of a component beyond which they are folded by month."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A statement in the index: whose, when, how much (minor units), and the file of its page."""

    rep: str
    name: str
    type: str
    period: Period
    total: int
    file: str


def component_name(part: PageComponent, words: Words) -> str:
    """What a component is called: by its author, but for the clauses on the total."""
    return words("component.total") if part.name == "total" else part.name


class StatementPages:
    """Renders statements of a policy in a language."""

    def __init__(self, policy: c.Policy, facts_hash: str, language: str = "en") -> None:
        import jinja2

        self.policy, self.facts_hash = policy, facts_hash
        self.words = Words(language)
        self.voice = Voice.of(language, policy.currency)
        folder = Path(__file__).parent.joinpath("templates")
        self._templates: Any = jinja2.Environment(
            loader=jinja2.FileSystemLoader(folder), autoescape=True, trim_blocks=True, lstrip_blocks=True,
            undefined=jinja2.StrictUndefined, finalize=_printable,
        )  # fmt: skip
        self._templates.globals.update(
            w=self.words, policy=policy, facts_hash=facts_hash, money=self.money, amount=self._amount, day=format_day,
            component=self._component, because=self._because, groups=self._groups,
            credited=self._credited, row_header=self._row_header,
        )  # fmt: skip

    def page(self, page: Page) -> str:
        """A statement."""
        most = max((part.amount for part in page.components), default=0)

        def share(amount: int) -> int:
            return max(1, amount * 100 // most)

        return self._templates.get_template("statement.html.jinja").render(page=page, share=share)

    def index(self, entries: Sequence[Entry], period: Period, *, ties: bool) -> str:
        """All statements; `ties`: their total is that of the run."""
        total = sum(entry.total for entry in entries)
        reps = f"{len({entry.rep for entry in entries}):,}"
        template = self._templates.get_template("index.html.jinja")
        return template.render(entries=entries, total=total, period=period, reps=reps, ties=ties)

    def money(self, minor: int) -> str:
        """An amount with its currency."""
        return show_value(minor, MONEY, self.policy.currency, self.words.language)

    def _amount(self, minor: int) -> str:
        return format_money(minor, self.policy.currency).rpartition(" ")[0]

    def _component(self, part: PageComponent) -> str:
        return component_name(part, self.words)

    def _because(self, steps: Sequence[dict[str, Any]]) -> Markup:
        return because_html(steps, self.voice)

    def _credited(self, line: PageLine) -> str:
        """What a row credited; amounts in the currency of the page go without it."""
        own = line.unit == "money" and Fraction(line.exact).denominator == 1
        return self._amount(int(line.exact)) if own else line.credited

    def _row_header(self, lines: Sequence[PageLine]) -> str:
        """What the rows behind lines are: deals, say."""
        kinds = sorted({line.kind for line in lines} - {""})
        if len(kinds) != 1:
            return self.words("row")
        word = self.voice.kind(kinds[0])
        return word[:1].upper() + word[1:]

    def _groups(self, part: PageComponent) -> Iterator[tuple[str, Sequence[PageLine]]]:
        """Lines with a title: all without one, or where they are many, by month."""
        if len(part.lines) <= _LONG:
            if part.lines:
                yield "", part.lines
            return
        for month, found in groupby(part.lines, key=lambda line: line.day[:7]):
            lines = tuple(found)
            period = self.words.period(Period.parse(month, GREGORIAN)) if month else self.words("rest")
            amount = self.money(sum(line.amount for line in lines))
            yield self.words("group", period=period, count=self.words.counted(len(lines)), amount=amount), lines


def _printable(value: object) -> object:
    """A text without what cannot be seen; markup stays what it is."""
    return shown(value) if type(value) is str else value
