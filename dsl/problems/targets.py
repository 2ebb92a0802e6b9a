"""Problems with targets."""

from __future__ import annotations

from collections.abc import Iterable

from ..diagnostics import Diagnostic
from ..source import Span
from ..types import Type
from .wording import error, listed, named

__all__ = [
    "goal_of_other_period", "method_one_way",
    "over_as_setting", "share_word", "split_among_other", "split_not_longer", "split_with_clause",
    "split_within_name", "subtotals_column", "target_clause", "target_has_no_part", "target_measure",
    "target_not_a_quantity", "target_setting_of_split", "target_unit", "target_wrong_period",
]  # fmt: skip


def target_clause(span: Span, word: str) -> Diagnostic:
    """`release` or `carry` behind a goal."""
    return error(
        "E0720", span, f"a target is a goal: nothing of it is paid out, so it has no `{word}`",
        f"put `{word}` on a component of a scheme",
    )  # fmt: skip


def split_with_clause(span: Span, word: str) -> Diagnostic:
    """`at least` behind a split."""
    return error(
        "E0721", span, f"`{word}` behind a split would break its total",
        "change the weight instead, or leave it out; people of weight 0 get nothing",
    )  # fmt: skip


def split_not_longer(span: Span, over: str, per: str) -> Diagnostic:
    """`over month` with `per quarter`."""
    return error(
        "E0722", span, f"a total over a {over} cannot be split into goals per {per}",
        "write `per` for the shorter period and `over` for the longer one",
    )  # fmt: skip


def split_among_other(span: Span, kind: str, other: str) -> Diagnostic:
    """`target x to rep ... among every team`."""
    return error(
        "E0723", span, f"this target goes to each {kind}, and its total is shared among each {other}",
        f"write `among every {kind}`",
    )  # fmt: skip


def split_within_name(span: Span, word: str) -> Diagnostic:
    """`over last 90 days` in a split."""
    return error(
        "E0724", span, f"a total is not split over `{word}`",
        "write the period that the total is for: `over year`, `over half`, `over quarter` or `over month`",
    )  # fmt: skip


def method_one_way(span: Span, method: str) -> Diagnostic:
    """A divisor method with several periods or subtotals."""
    return error(
        "E0725", span, f"`{method}` splits one way, and may move totals of rows and columns by more than one unit",
        "leave `method` out, so that every total is exact; or split without `over` and `subtotals`",
    )  # fmt: skip


def target_setting_of_split(span: Span, name: str) -> Diagnostic:
    """`subtotals` on a formula."""
    return error(
        "E0726", span, f"`{name}` says how a total is split, and this target is a formula",
        "leave it out, or write `share TOTAL among every rep by ...`",
    )  # fmt: skip


def subtotals_column(span: Span, word: str, kind: str, known: Iterable[str]) -> Diagnostic:
    """Subtotals by what is no group."""
    return error(
        "E0727", span, f"`{word}` is not a column by which each {kind} belongs to a group",
        f"name one that holds a text or refers to a row: {listed(known)}",
    )  # fmt: skip


def target_measure(span: Span, word: str, kind: str, known: Iterable[str]) -> Diagnostic:
    """A measure that is no account of the target's rows."""
    known = list(known)
    there = f": {listed(known)}" if known else f"; write a `credit` to each {kind} first"
    return error(
        "E0728", span, f"`{word}` is not an account of each {kind}",
        f"name what counts toward the goal{there}",
    )  # fmt: skip


def target_unit(span: Span, type_: Type, measure: str, other: Type) -> Diagnostic:
    """A goal in another unit than what counts toward it."""
    return error(
        "E0729", span, f"this goal is {named(type_)}, and what counts toward it, `{measure}`, is {named(other)}",
        "give both the same unit",
    )  # fmt: skip


def target_not_a_quantity(span: Span, type_: Type) -> Diagnostic:
    """A goal that is a text."""
    return error(
        "E0730", span, f"a goal is a quantity, and this is {named(type_)}", "write an amount, a count or a rate"
    )


def target_wrong_period(span: Span, name: str, per: str, found: str) -> Diagnostic:
    """A quarterly goal in a month."""
    return error(
        "E0731", span, f"`{name}` is a goal per {per}, and a {found} is only a part of one",
        f"read it over a {per} or longer, like `over {per}`, or give the target shorter periods",
    )  # fmt: skip


def target_has_no_part(span: Span, name: str, per: str) -> Diagnostic:
    """A goal over the last 90 days."""
    return error(
        "E0732", span, f"`{name}` is a goal per {per}: it is read over whole periods of the calendar",
        f"say which, like `over {per}` or `over previous {per}`",
    )  # fmt: skip


def over_as_setting(span: Span, word: str) -> Diagnostic:
    """`{ over: year }`."""
    return error(
        "E0733", span, "the period of the total is said where it is shared",
        f"write `share TOTAL among every rep over {word} by ...`",
    )  # fmt: skip


def share_word(span: Span, word: str) -> Diagnostic:
    """`split 1_000 among every rep`."""
    return error("E0734", span, f"a total is shared, and `{word}` is another word", "write `share`")


def goal_of_other_period(span: Span, per: str, goal: str) -> Diagnostic:
    """A whole annual quota as a quarterly goal."""
    return error(
        "E0735", span, f"this is an amount per {per}, and the goal is per {goal}",
        f"write the part of it that one {goal} has, like `25% of ...`",
    )  # fmt: skip
