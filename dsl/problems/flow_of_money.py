"""Problems with balances that are carried and with the release of what was earned."""

from __future__ import annotations

from collections.abc import Iterable

from ..diagnostics import Diagnostic, Note
from ..source import Span
from ..types import Type
from .wording import error, listed, named, warning

__all__ = [
    "balance_not_said", "carry_over_scope", "carry_type", "idle_setting", "leaver_not_said", "release_of_other_rows",
    "release_twice",
]  # fmt: skip


def carry_over_scope(span: Span, over: str) -> Diagnostic:
    """`pay x over year = ... at least 1_000 carry 100%`."""
    return error(
        "E0523", span, f"what runs over the {over} carries nothing over",
        f"take out `over {over}`, or put the clause on `total`",
    )  # fmt: skip


def balance_not_said(span: Span, scheme: str) -> Diagnostic:
    """A `carry` without `balance`."""
    return error(
        "E0524", span, "what becomes of the open balance at the end of the year?",
        f"say `balance: runs_on` or `balance: ends_with_year` at the head of scheme `{scheme}`",
    )  # fmt: skip


def leaver_not_said(span: Span, scheme: str) -> Diagnostic:
    """A draw without `leaver`."""
    return error(
        "E0525", span, "what becomes of the open balance of a rep who leaves?",
        f"say `leaver: owes` or `leaver: forgiven` at the head of scheme `{scheme}`",
    )  # fmt: skip


def carry_type(span: Span, type_: Type) -> Diagnostic:
    """A cap that carries an amount."""
    return error(
        "E0526", span, f"a cap carries a rate of what it cuts off, and this is {named(type_)}",
        "write a rate, like `100%`; only `at least` takes an amount: the most of a period that is taken back",
    )  # fmt: skip


def release_twice(span: Span, total: Span) -> Diagnostic:
    """A component and the total both say when."""
    return error(
        "E0527", span, "this is released twice: by itself and with the total",
        "keep one of them", Note(total, "the release of the total"),
    )  # fmt: skip


def release_of_other_rows(span: Span, word: str, kinds: Iterable[str]) -> Diagnostic:
    """A release that names rows which the component has no lines of."""
    kinds = list(kinds)
    what = f"the lines of this component follow {listed(kinds, 'and')}, not" if kinds else "`total` follows no"
    return error(
        "E0528", span, f"{what} `{word}`",
        "name columns of the row that a line follows, or of `rep`" if kinds else "name dates, or columns of `rep`",
    )  # fmt: skip


def idle_setting(span: Span, word: str) -> Diagnostic:
    """A setting about balances where nothing is carried."""
    return warning("W0805", span, f"`{word}` decides nothing: this scheme carries nothing over", "take it out")
