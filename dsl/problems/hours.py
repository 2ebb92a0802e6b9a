"""Problems with working time: whose hours, and whether they can be told in advance."""

from __future__ import annotations

from ..diagnostics import Diagnostic
from ..source import Span
from ..types import Type
from .wording import error, named

__all__ = [
    "hours_back_in_days", "hours_behind_date", "hours_fixed", "hours_need_name", "hours_never", "hours_not_ahead",
    "hours_unit", "hours_without_moment",
]  # fmt: skip

_SHAPES = "`during(now, ...)`, `today`, `weekday(now)`, `time(now)` compared with what does not read the clock"


def hours_need_name(span: Span, found: Type | None = None) -> Diagnostic:
    """`4 hours of rep.region`, `4 hours of strength`."""
    what = "" if found is None else f", and this is {named(found)}"
    return error(
        "E0671", span, f"working time is counted by a `let` of yes or no that says when somebody works{what}",
        'write `let office = during(now, ("Mon", "Tue"), 09:00, 18:00)`, and `4 hours of office`',
    )  # fmt: skip


def hours_fixed(span: Span, name: str) -> Diagnostic:
    """Hours that do not read the clock."""
    return error(
        "E0672", span, f"`{name}` does not hang on the clock: time would count always, or never",
        'let it read `now` or `today`, as `during(now, ("Mon", "Tue"), 09:00, 18:00)` does',
    )  # fmt: skip


def hours_not_ahead(span: Span, name: str) -> Diagnostic:
    """Hours that read the clock in a way of which nobody can tell the future."""
    return error(
        "E0673", span, f"when this part of `{name}` holds cannot be told ahead, so no time can be counted by it",
        f"hours are made of {_SHAPES}, of counts of rows that are asked for these, and of `and`, `or`, `not`",
    )  # fmt: skip


def hours_never(span: Span, name: str) -> Diagnostic:
    """Hours that hold at no moment of the week."""
    return error(
        "E0674", span, f"`{name}` holds at no moment of the week, so no working time would ever pass",
        "look at its days and times: two that have to hold at once may never meet",
    )  # fmt: skip


def hours_unit(span: Span, text: str) -> Diagnostic:
    """`2 weeks of office`, `100 CNY of office`, `0 hours of office`, `1.5 days of office`."""
    return error(
        "E0675", span, f"`{text}` is no working time",
        "write seconds, minutes or hours above zero, like `4 hours`, or days on which it is open, like `10 days`",
    )  # fmt: skip


def hours_behind_date(span: Span, found: Type) -> Diagnostic:
    """`deal.closed + 4 hours of office`, where that is a date."""
    return error(
        "E0676", span, f"working time is counted from a moment, and this is {named(found)}",
        "name a column of moments, such as `lead.created`",
    )  # fmt: skip


def hours_without_moment(span: Span, text: str) -> Diagnostic:
    """`working_time(...) > 4 hours of office`: how long that is hangs on where it begins."""
    return error(
        "E0677", span, f"`{text}` stands alone: how long it is hangs on the moment from which it is counted",
        "put it behind a moment, `lead.created + 4 hours of office`; what passed is `working_time(a, b, office)`",
    )  # fmt: skip


def hours_back_in_days(span: Span, text: str) -> Diagnostic:
    """`visit.planned - 2 days of office`."""
    return error(
        "E0678", span, f"`{text}` cannot be counted backwards, for working days are of different length",
        "say it in hours: `visit.planned - 9 hours of office`",
    )  # fmt: skip
