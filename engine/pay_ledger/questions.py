"""Disputes and their answers, and approvals: what people say about lines, as records."""

from __future__ import annotations

from dataclasses import replace

from .entries import Answered, Approved, Disputed, Payable, Record
from .refusal import Refused
from .standing import Dispute, Line, Standing

__all__ = ["adjusted", "approved", "disputed", "explained", "line_named"]

_SHOW = "`meed ledger show --rep REP` lists lines with their ids"


def line_named(standing: Standing, line: str) -> Line:
    """A line by its id. Raises `Refused`."""
    found = standing.lines.get(line)
    if found is None:
        raise Refused(f"there is no line `{line}` in the ledger", _SHOW)
    return found


def disputed(standing: Standing, line: str, text: str, by: str) -> Disputed:
    """A dispute about a line. Raises `Refused` for a line that there is not, and without a text."""
    found = line_named(standing, line)
    return Disputed(line, _said(text, "a dispute"), by or found.place.rep)


def explained(standing: Standing, dispute: int, text: str, by: str) -> Answered:
    """An answer that leaves the line as it is. Raises `Refused`."""
    _open_dispute(standing, dispute)
    return Answered(dispute, _named(by, "who answers"), _said(text, "an explanation"), 0)


def adjusted(standing: Standing, dispute: int, amount: int, reason: str, by: str) -> list[Record]:
    """An answer that adds to the line, in the open period, payable on its last day. Raises `Refused`."""
    found = _open_dispute(standing, dispute)
    if not amount:
        raise Refused("an adjustment of zero adjusts nothing", "answer with `--explain` instead")
    line, here = standing.lines[found.record.line], standing.open
    last = standing.earned(line.last_run or line.entries[-1])
    number = len(standing.records) + 1
    text, who = _said(reason, "an adjustment"), _named(by, "who answers")
    made = replace(
        last, posted_in=here.name, amount=amount, before=line.run, cause="answer",
        because=(f"dispute {dispute}: {text}",), corrects=line.last_run or line.entries[-1],
    )  # fmt: skip
    return [made, Payable(line.id, number, here.last, amount, here.name), Answered(dispute, who, text, number)]


def approved(standing: Standing, rep: str, period: str, line: str, by: str, reason: str) -> Approved:
    """The approval of a rep's statement of a period, or of one line in it. Raises `Refused` where nothing waits."""
    waiting = standing.waiting_approvals(rep)
    if (rep, period, line) not in waiting:
        what = f"line {line}" if line else f"the statement of {rep}"
        there = ", ".join(f"{where} ({one or 'statement'})" for _, where, one in waiting)
        advice = f"what waits of {rep}: {there}" if there else f"nothing of {rep} waits"
        raise Refused(f"{what} in {period} does not wait for an approval", advice)
    return Approved(rep, period, line, _named(by, "who approves"), _said(reason, "an approval"))


def _open_dispute(standing: Standing, dispute: int) -> Dispute:
    found = standing.disputes.get(dispute)
    if found is None:
        numbers = ", ".join(str(one.entry) for one in standing.disputes.values() if not one.answer)
        raise Refused(f"there is no dispute {dispute}", f"open disputes: {numbers or 'none'}")
    if found.answer:
        raise Refused(f"dispute {dispute} was answered by entry {found.answer}", "open a new one with `dispute`")
    return found


def _said(text: str, what: str) -> str:
    if not text.strip():
        raise Refused(f"{what} needs a text", "say in a sentence what it is about")
    return text.strip()


def _named(by: str, who: str) -> str:
    if not by.strip():
        raise Refused(f"it is not said {who}", "name somebody with `--by`")
    return by.strip()
