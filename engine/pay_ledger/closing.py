"""Closing a period: what it earned, and adjustments of the periods closed before, posted in the one that is open.

The rule: a line is now what a run over its period gives with the facts of today; what is posted is that less what
was posted before. So the entries of a line always add up to what it earns now, and no entry is ever changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...dsl import checked as c
from ...dsl.currency import minor_digits
from .changes import Changes, changes_between
from .entries import Earned, Payable, PeriodClosed, PeriodOpened, Place, Record
from .outcome import Now, Outcome, Span
from .refusal import Refused
from .standing import Line, PeriodState, Standing

__all__ = ["Closing", "Difference", "close", "differences", "period_to_close", "spans_by_policy"]

_NOTHING = Now(0, {})


@dataclass(frozen=True, slots=True)
class Difference:
    """A line that is not what was posted: `before` and `now` in minor units, and parts to add by day."""

    place: Place
    earned_in: str
    line: Line | None
    before: int
    now: int
    parts: Mapping[str, int]
    outcome: Outcome

    @property
    def amount(self) -> int:
        """What is to be posted."""
        return self.now - self.before


@dataclass(frozen=True, slots=True)
class Closing:
    """What closing a period adds: the records in order."""

    period: str
    records: tuple[Record, ...]

    @property
    def earned(self) -> list[Earned]:
        """The lines among them."""
        return [record for record in self.records if isinstance(record, Earned)]


def period_to_close(standing: Standing, period: str) -> PeriodState:
    """The period as the ledger knows it, be it open or closed. Raises `Refused` for any other than those."""
    there = standing.periods.get(period)
    if there is None:
        here = standing.open.name
        raise Refused(f"{period} cannot be closed: {here} is open", f"close {here}; periods are closed in order")
    return there


def spans_by_policy(standing: Standing, period: str, policy: str, restated: Sequence[str]) -> dict[str, list[Span]]:
    """The periods up to the one to close, by the hash of the policy under which each is worked out.

    A closed period keeps its policy, unless it is to be restated. Raises `Refused` where it is not closed.
    """
    for name in restated:
        if name not in standing.periods or not standing.periods[name].closed:
            raise Refused(f"{name} cannot be restated: it is not a closed period", "name a closed one, or none")
    made: dict[str, list[Span]] = {}
    for state in standing.periods.values():
        is_new = not state.closed or state.name in restated
        made.setdefault(policy if is_new else state.policy, []).append(Span(state.name, state.first, state.last))
        if state.name == period:
            break
    return made


def differences(standing: Standing, outcomes: Sequence[Outcome]) -> list[Difference]:
    """Every line of the outcomes' periods that is not what was posted, by period and place.

    Raises `Refused` where a scheme calls two periods by one name, as it may when the calendar of its policy changes.
    """
    found: list[Difference] = []
    named = {(line.place.scheme, line.place.period): line.earned_in for line in standing.lines.values()}
    for outcome in outcomes:
        _must_mean_the_same_periods(outcome, named)
        spans = {span.name: span for span in outcome.spans}
        posted = {line.place: line for line in standing.lines.values() if line.earned_in in spans}
        for place in {**outcome.lines, **posted}:
            line, now = posted.get(place), outcome.lines.get(place, _NOTHING)
            before = 0 if line is None else line.run
            parts = _parts_to_post({} if line is None else _posted_parts(standing, line), now.parts, standing.open)
            if now.amount != before or (parts and line is not None):
                owner = outcome.earned_in[place.period] if line is None else line.earned_in
                found.append(Difference(place, owner, line, before, now.amount, parts, outcome))
    return sorted(found, key=lambda one: (standing.periods[one.earned_in].first, one.place))


def _must_mean_the_same_periods(outcome: Outcome, named: Mapping[tuple[str, str], str]) -> None:
    for scheme, period in {(place.scheme, place.period) for place in outcome.lines}:
        here = outcome.earned_in[period]
        there = named.get((scheme, period), here)
        if there != here:
            raise Refused(
                f"{period} of scheme `{scheme}` ends in {here}, and a period of that name was earned in {there}",
                "give the scheme another name where the calendar of its policy changes",
            )


def _posted_parts(standing: Standing, line: Line) -> dict[str, int]:
    """The parts that runs posted, by day; what answers to disputes added is theirs to keep."""
    made: dict[str, int] = {}
    for part in line.parts:
        if standing.earned(part.record.of).cause != "answer":
            made[part.record.due] = made.get(part.record.due, 0) + part.record.amount
    return made


def _parts_to_post(posted: Mapping[str, int], now: Mapping[str, int], here: PeriodState) -> dict[str, int]:
    """What makes the posted parts the present ones, when it is posted in period `here`.

    What is due by the end of `here` is compared as a sum once some of it was posted: a part that fell due does not
    move because a release is said to be of another day by now. No part falls due before the period it is posted in.
    """
    changed = {day: now.get(day, 0) - posted.get(day, 0) for day in {**posted, **now}}
    made = {day: amount for day, amount in changed.items() if amount and day > here.last}
    due = {day: amount for day, amount in changed.items() if day <= here.last}
    if posted:
        due = {here.first: sum(due.values())}
    for day, amount in due.items():
        at = max(day, here.first)
        made[at] = made.get(at, 0) + amount
    return {day: made[day] for day in sorted(made) if made[day]}


def close(
    standing: Standing,
    period: str,
    policy: c.Policy,
    facts: str,
    outcomes: Sequence[Outcome],
    following: Span,
    *,
    restated: Sequence[str] = (),
) -> Closing:
    """The records that close the open period; `following` is opened behind it.

    `outcomes` cover every period up to the open one, each under its policy (`spans_by_policy`); `policy` closes, on
    facts of the hash `facts`. Raises `Refused` where the period is not the open one.
    """
    if standing.open.name != period:
        raise Refused(f"{period} is closed already", f"what has changed since is posted when {standing.open.name} is")
    found = differences(standing, outcomes)
    changes = changes_between(standing, outcomes)
    records: list[Record] = list(changes.seen)
    next_entry = len(standing.records) + 1
    for one in found:
        first = next_entry + len(records)
        records += _posted(standing, one, changes, first, restated)
    text = hashlib.sha256(policy.source.text.encode()).hexdigest()
    records.append(PeriodClosed(period, policy.hash, text, facts, _limit(policy), tuple(restated)))
    records.append(PeriodOpened(*following))
    return Closing(period, tuple(records))


def _limit(policy: c.Policy) -> int | None:
    """Minor units above which something has to be approved: what is above the exact limit is above its whole part."""
    if policy.approval_above is None:
        return None
    limit = policy.approval_above * 10 ** minor_digits(policy.currency)
    return limit.numerator // limit.denominator


def _posted(
    standing: Standing, one: Difference, changes: Changes, number: int, restated: Sequence[str]
) -> list[Record]:
    """The entries of a line: what it earns more or less, and the parts that this makes payable."""
    period, made = standing.open.name, list[Record]()
    if one.amount:
        made.append(_earned(standing, one, changes, period, restated))
    elif one.line is not None:
        # What is released of a line as it was belongs to its first entry, and is no adjustment.
        number = one.line.entries[0]
    made += [Payable(one.place.line, number, day, amount, period) for day, amount in one.parts.items()]
    return made


def _earned(standing: Standing, one: Difference, changes: Changes, period: str, restated: Sequence[str]) -> Earned:
    cause, because = "earned", tuple[str, ...]()
    if one.earned_in != period:
        cause, because = changes.because(one.line, one.place)
        if one.earned_in in restated:
            was, now = standing.periods[one.earned_in].policy, one.outcome.policy
            cause = "restated"
            because = (f"{one.earned_in} is worked out under policy {now[:12]}, no longer {was[:12]}", *because)
    corrects = 0 if one.line is None else one.line.last_run or one.line.entries[-1]
    return Earned(
        one.place.line, *one.place, one.earned_in, period, one.amount, one.before, cause, because,
        one.outcome.policy, one.outcome.facts, corrects,
    )  # fmt: skip
