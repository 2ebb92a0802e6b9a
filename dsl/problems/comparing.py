"""Problems of facts that are compared with others of their kind."""

from __future__ import annotations

from collections.abc import Iterable

from ..diagnostics import Diagnostic
from ..source import Span
from .wording import error

__all__ = ["other_alone", "other_than_what"]


def other_alone(span: Span) -> Diagnostic:
    """`other.domain` where no rows are looked through."""
    return error(
        "E0256", span, "no rows are looked through here, so there is no `other`",
        "`other` stands in an aggregate of a `let`: `count of other where other.domain is lead.domain`",
    )  # fmt: skip


def other_than_what(span: Span, here: Iterable[str]) -> Diagnostic:
    """`count of other` in a `let` of nothing, of reps alone, or of several kinds."""
    kinds = [kind for kind in here if kind != "rep"]
    if len(kinds) > 1:
        said = " and ".join(f"`{kind}`" for kind in kinds)
        return error("E0257", span, f"other than which: {said} are both at hand", "write a `let` of one of them")
    return error(
        "E0257", span, "other than what: no row but that of a rep is at hand",
        "write `let ... of lead`, or `let ... of rep, lead`; for colleagues, `within rep.team`",
    )  # fmt: skip
