"""Problems with lots: `lot("pilot")`."""

from __future__ import annotations

from ..diagnostics import Diagnostic
from ..source import Span
from .wording import error

__all__ = ["lot_elsewhere", "lot_of_nothing", "lot_without_date", "lot_without_name"]


def lot_of_nothing(span: Span) -> Diagnostic:
    """`needs` of a group, a credit, a scheme."""
    return error(
        "E0646", span, "a lot is drawn for what is assigned, and here nothing is",
        "read it in an `assign`, or in a `let` of the fact that is assigned: `let pilot of lead = ...`",
    )  # fmt: skip


def lot_without_name(span: Span) -> Diagnostic:
    """`lot(lead.region)`."""
    return error(
        "E0647", span, "a lot has a name of its own, which stands here",
        "write a text: `lot(\"pilot\") < 10%`; lots of other names are drawn apart",
    )  # fmt: skip


def lot_without_date(span: Span, kind: str) -> Diagnostic:
    """A lot of a kind that does not say when its facts came."""
    return error(
        "E0648", span, f"no date says when each `{kind}` came, so no key can draw for it",
        f"declare one that is always there: `facts {kind} {{ created: moment }}`",
    )  # fmt: skip


def lot_elsewhere(span: Span) -> Diagnostic:
    """The lot of another row, or of what is not assigned; in pay, in a watch, in what facts count."""
    return error(
        "E0649", span, "only who gets something may go by its lot",
        "read it in the conditions of the `assign` of that fact: each decision records the lots of its own fact alone",
    )  # fmt: skip
