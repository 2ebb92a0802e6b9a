"""Problems of how a rule and its steps choose: several measures, rules that choose nobody."""

from __future__ import annotations

from collections.abc import Iterable

from ..diagnostics import Diagnostic
from ..source import Span
from .wording import did_you_mean, error, listed

__all__ = ["measure_behind_turns", "measure_undirected", "rule_action", "turns_behind_measure", "unknown_sharing"]

_SPOKEN = {
    "best": ("highest", "most", "largest", "greatest", "maximum", "max"),
    "fewest": ("lowest", "least", "smallest", "minimum", "min", "less"),
    "round_robin": ("round", "turns", "rotation", "rotating", "equally"),
    "capability_weighted": ("weighted", "weight", "proportion"),
    "random": ("chance", "lot", "lottery", "draw"),
}
"""What people say for a way to choose."""


def measure_behind_turns(span: Span, word: str, then: str) -> Diagnostic:
    """`by round_robin, fewest open_leads`; `by capability_weighted ..., round_robin`, which needs a group."""
    first = "put what is compared first: `by fewest ..., best ...`; equals take turns"
    value = "" if word == "round_robin" else " ..."
    group = f"to choose a group first, say which: `to any rep within rep.team by {word}{value}, {then}`"
    return error(
        "E0650", span, f"behind `{word}` nobody is left to compare: it takes one of all who can",
        first if then in {"fewest", "best"} else group,
    )  # fmt: skip


def turns_behind_measure(span: Span, word: str) -> Diagnostic:
    """`by best score, round_robin`."""
    return error(
        "E0651", span, f"`{word}` does not compare reps, as what stands behind a comma has to",
        "write `fewest` or `best` and a value; those who are alike in all of it take turns anyway",
    )  # fmt: skip


def measure_undirected(span: Span, name: str) -> Diagnostic:
    """`by best score, open_leads`."""
    return error(
        "E0653", span, f"is the lowest or the highest `{name}` first?", f"write `fewest {name}` or `best {name}`"
    )  # fmt: skip


def rule_action(span: Span, word: str) -> Diagnostic:
    """`rule spam when ... notify ...`."""
    return error(
        "E0652", span, f"a rule says where a fact goes, and `{word}` does not",
        'write `to ...`, `hold "desk"` or `return`; behind `after` a timer may do this',
    )  # fmt: skip


def unknown_sharing(span: Span, word: str, known: Iterable[str]) -> Diagnostic:
    """A way to choose that does not exist."""
    known = list(known)
    meant = [name for name in known if word in _SPOKEN.get(name, ())]
    help_ = f"write {listed(meant)}" if meant else did_you_mean(word, known) or f"write {listed(known)}"
    return error("E0606", span, f"`{word}` is not a way to choose", help_)
