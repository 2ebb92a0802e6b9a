"""Problems with how something is shared."""

from __future__ import annotations

from ..diagnostics import Diagnostic
from ..source import Span
from .wording import error

__all__ = [
    "band_not_a_number", "claim_at_two_levels", "group_by_measure", "no_second_level", "weight_beyond_group",
]  # fmt: skip


def band_not_a_number(span: Span) -> Diagnostic:
    """`band: wide`."""
    return error(
        "E0641", span, "a band is a number, zero or more",
        "write how many leads, or how much value, a rep may be from what is owed: `band: 2`",
    )  # fmt: skip


def group_by_measure(span: Span, word: str) -> Diagnostic:
    """`within rep.team by best ..., round_robin`."""
    return error(
        "E0642", span, f"`{word}` compares reps, and here a group is chosen",
        "choose the group by turns, a draw or a deck, like `capability_weighted`; or compare all reps at one level",
    )  # fmt: skip


def claim_at_two_levels(span: Span) -> Diagnostic:
    """`within rep.team by round_robin, claim`."""
    return error(
        "E0643", span, "whoever takes it first has it, so no group is chosen before",
        "take `within ...` out, or choose by `round_robin`",
    )  # fmt: skip


def no_second_level(span: Span, word: str) -> Diagnostic:
    """`within rep.team by round_robin`."""
    return error(
        "E0644", span, f"`{word}` chooses the group: how is a rep of it chosen?",
        "say it behind a comma, like `, round_robin`",
    )  # fmt: skip


def weight_beyond_group(span: Span) -> Diagnostic:
    """`within rep.team by capability_weighted rep.capacity, round_robin`."""
    return error(
        "E0645", span, "this may differ among the reps of a group, and here the group is weighed",
        "read only what they share, or go over them: `average of ... within ...`, in a `let` of `rep`",
    )  # fmt: skip
