"""Refusals: why an event cannot be, in a form that callers can tell apart and people can read."""

from __future__ import annotations

from ..intake.intake_report import CellProblem

__all__ = ["REASONS", "Refused"]

REASONS = {
    "bad-fact": "a column of the fact cannot be used",
    "bad-moment": "a text is no moment",
    "beyond-limit": "an extension would go beyond what the policy allows, or adds nothing",
    "closed": "the fact is closed",
    "decided-already": "the fact was decided before",
    "has-owner": "somebody has the fact already",
    "needs-reason": "an override or a return says why, and an override who decides it",
    "no-extension": "the policy allows no extension",
    "not-eligible": "a condition of the policy stands against the rep",
    "not-offered": "the fact is not offered to anybody now",
    "not-open": "the fact cannot be claimed",
    "open-already": "the fact is open to all already",
    "not-owned": "nobody has the fact now",
    "not-yours": "the fact is with somebody else",
    "out-of-order": "the fact has changed since then",
    "same-rep": "the rep has the fact already",
    "too-much-due": "more is due until then than is done at once",
    "unknown-fact": "there is no such fact, or it was not decided yet",
    "unknown-kind": "the policy knows no facts of that kind",
    "unknown-move": "there is no such move",
    "unknown-point": "the policy does not assign facts of that kind",
    "unknown-policy": "no policy has that hash",
    "unknown-rep": "there is no such rep, or none is named",
    "wrong-facts": "the facts at hand lack what the other policy reads",
}
"""Every reason by name."""


class Refused(ValueError):
    """An event that cannot be; nothing has changed.

    `reason` is one of `REASONS`, `message` says it, `help` what to do. `problems`: the columns that are wrong, for
    `bad-fact`. `decision_id`: the decision that stands in the way, where there is one.
    """

    def __init__(
        self,
        reason: str,
        message: str,
        help: str = "",  # noqa: A002 - what other findings call it, too
        *,
        problems: tuple[CellProblem, ...] = (),
        decision_id: str = "",
    ) -> None:
        assert reason in REASONS
        self.reason, self.message, self.help = reason, message, help
        self.problems, self.decision_id = problems, decision_id
        super().__init__(f"{message}; {help}" if help else message)
