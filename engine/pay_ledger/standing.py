"""Where a pay ledger stands: everything that follows from its entries, one entry after the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from .chain import Entry
from .entries import (
    Answered,
    Approved,
    Carried,
    Disputed,
    Earned,
    Founded,
    Paid,
    Payable,
    PeriodClosed,
    PeriodOpened,
    Place,
    Record,
    RowSeen,
    record_of,
)  # fmt: skip
from .rates import converted

__all__ = ["Dispute", "Line", "Part", "PeriodState", "Standing", "Unsound", "replayed"]


class Unsound(ValueError):
    """An entry that cannot follow those before it."""


@dataclass(slots=True)
class PeriodState:
    """A period of the ledger: its days, and once it is closed the entry that closed it, its policy and its limit."""

    name: str
    first: str
    last: str
    closed: int = 0
    policy: str = ""
    text: str = ""
    facts: str = ""
    approval_above: int | None = None


@dataclass(slots=True)
class Part:
    """A payable part: `entry` is its number, `settled` the payment that paid it (0: none yet), `carried` the entry
    that carried it forward (0: none)."""

    entry: int
    record: Payable
    rep: str
    settled: int = 0
    carried: int = 0


@dataclass(slots=True)
class Line:
    """A line: its `Earned` entries and parts in order, and what they come to.

    `run`: what runs posted; `answers`: what was posted to settle disputes.
    """

    id: str
    place: Place
    earned_in: str
    entries: list[int] = field(default_factory=list[int])
    parts: list[Part] = field(default_factory=list[Part])
    run: int = 0
    last_run: int = 0
    answers: int = 0

    @property
    def amount(self) -> int:
        """All that was posted on the line."""
        return self.run + self.answers

    def paid(self) -> int:
        """What payments settled."""
        return sum(part.record.amount for part in self.parts if part.settled)


@dataclass(slots=True)
class Dispute:
    """A dispute, and the entry that answered it (0: it is open)."""

    entry: int
    record: Disputed
    answer: int = 0


class Standing:
    """The state after some entries. `apply` adds one, or raises `Unsound` and leaves everything as it was."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.recorded: list[str] = []
        self.founded: Founded | None = None
        self.periods: dict[str, PeriodState] = {}
        self.lines: dict[str, Line] = {}
        self.rows: dict[tuple[str, str], Mapping[str, str] | None] = {}
        self.disputes: dict[int, Dispute] = {}
        self.totals: dict[tuple[str, str], int] = {}
        """By rep and posting period."""
        self.statements: dict[tuple[str, str], list[int]] = {}
        """The `Earned` entries of each rep and posting period."""
        self.approvals: dict[tuple[str, str, str], int] = {}
        self.payments: list[int] = []
        self.carries: dict[str, int] = {}
        """The entry that carried the negative net of a rep, as long as it is not settled."""
        self.unpaid: dict[str, list[Part]] = {}
        self.paid_until = ""

    # --- reading -----------------------------------------------------------------------------------------------

    @property
    def rules(self) -> Founded:
        """The rules of the ledger. Raises `Unsound` before there are any."""
        if self.founded is None:
            raise Unsound("the ledger has no rules yet")
        return self.founded

    @property
    def open(self) -> PeriodState:
        """The one period that is open. Raises `Unsound` before the first."""
        last = next(reversed(self.periods.values()), None)
        if last is None or last.closed:
            raise Unsound("no period is open")
        return last

    @property
    def closed(self) -> list[PeriodState]:
        """The closed periods in order."""
        return [period for period in self.periods.values() if period.closed]

    def earned(self, entry: int) -> Earned:
        """The `Earned` entry of a number. Raises `Unsound` for any other."""
        record = self.records[entry - 1] if 0 < entry <= len(self.records) else None
        if not isinstance(record, Earned):
            raise Unsound(f"entry {entry} is not on a line")
        return record

    def payment(self, entry: int) -> Paid:
        """The payment of a number. Raises `Unsound` for any other entry."""
        record = self.records[entry - 1] if 0 < entry <= len(self.records) else None
        if not isinstance(record, Paid):
            raise Unsound(f"entry {entry} is not a payment")
        return record

    def reps(self) -> list[str]:
        """Everybody with a line."""
        return sorted({rep for rep, _ in self.totals})

    def waiting(self, part: Part) -> bool:
        """Whether a part waits for its period to close, or for an approval."""
        return not self.periods[part.record.posted_in].closed or bool(self.unapproved(self.lines[part.record.line]))

    def unapproved(self, line: Line) -> list[tuple[str, str, str]]:
        """What has to be approved before a line is paid: (rep, period, line), without a line for a statement."""
        found: list[tuple[str, str, str]] = []
        for number in line.entries:
            record = self.earned(number)
            statement = (record.rep, record.posted_in, "")
            limit = self.periods[record.posted_in].approval_above
            if limit is None or statement in self.approvals:
                continue
            if self.totals[record.rep, record.posted_in] > limit:
                found.append(statement)
            elif record.amount > limit and (key := (*statement[:2], line.id)) not in self.approvals:
                found.append(key)
        return found

    def due(self, rep: str, as_of: str) -> list[Part]:
        """The parts of a rep that may be paid on a day and are not."""
        return [
            part for part in self.unpaid.get(rep, []) if part.record.due <= as_of and not self.waiting(part)
        ]  # fmt: skip

    # --- adding ------------------------------------------------------------------------------------------------

    def apply(self, record: Record, recorded: str = "") -> int:
        """Add an entry; its number. Raises `Unsound` where it cannot follow."""
        number = len(self.records) + 1
        if isinstance(record, Founded) != (number == 1):
            raise Unsound("the first entry, and only it, gives the rules of the ledger")
        match record:
            case Founded():
                self.founded = record
            case PeriodOpened():
                self._opened(record)
            case PeriodClosed():
                self._closed(number, record)
            case RowSeen():
                self.rows[record.kind, record.key] = record.values
            case Earned():
                self._earned(number, record)
            case Payable():
                self._payable(number, record)
            case Approved():
                self._approved(number, record)
            case Disputed():
                _must(record.line in self.lines, f"line {record.line} is not in the ledger")
                self.disputes[number] = Dispute(number, record)
            case Answered():
                self._answered(number, record)
            case Paid():
                self._paid(number, record)
            case Carried():
                self._carried(number, record)
        self.records.append(record)
        self.recorded.append(recorded)
        return number

    def _opened(self, record: PeriodOpened) -> None:
        last = next(reversed(self.periods.values()), None)
        _must(last is None or bool(last.closed), "a period is open already")
        _must(record.first <= record.last, "a period ends before it begins")
        _must(last is None or last.last < record.first, f"{record.period} does not follow the last closed period")
        self.periods[record.period] = PeriodState(record.period, record.first, record.last)

    def _closed(self, number: int, record: PeriodClosed) -> None:
        _must(self.open.name == record.period, f"{record.period} is not the open period")
        _must(all(name in self.periods for name in record.restated), "a period is restated that there is not")
        here = self.open
        here.closed, here.facts = number, record.facts
        here.approval_above = record.approval_above
        for name in (record.period, *record.restated):
            self.periods[name].policy, self.periods[name].text = record.policy, record.text

    def _earned(self, number: int, record: Earned) -> None:
        line = self.lines.get(record.line)
        _must(record.place.line == record.line, "the id of the line is not that of its place")
        _must(record.posted_in == self.open.name, f"{record.posted_in} is not open")
        _must(record.earned_in in self.periods, f"there is no period {record.earned_in}")
        _must(record.amount != 0, "it posts nothing")
        before = 0 if line is None else line.run
        _must(record.before == before, f"it follows {record.before} on its line, where {before} was posted")
        last = 0 if line is None or not line.entries else line.last_run or line.entries[-1]
        _must(record.corrects == last, f"it corrects entry {record.corrects}, not {last}")
        if line is None:
            _must(record.cause != "answer", "it adjusts a line that there is not")
            line = self.lines[record.line] = Line(record.line, record.place, record.earned_in)
        line.entries.append(number)
        if record.cause == "answer":
            line.answers += record.amount
        else:
            line.run += record.amount
            line.last_run = number
        statement = record.rep, record.posted_in
        self.totals[statement] = self.totals.get(statement, 0) + record.amount
        self.statements.setdefault(statement, []).append(number)

    def _payable(self, number: int, record: Payable) -> None:
        line = self.lines.get(record.line)
        _must(line is not None and record.of in line.entries, "it is part of nothing that was earned")
        _must(record.posted_in == self.open.name, f"{record.posted_in} is not open")
        _must(record.amount != 0, "it makes nothing payable")
        assert line is not None
        part = Part(number, record, line.place.rep)
        line.parts.append(part)
        self.unpaid.setdefault(part.rep, []).append(part)

    def _approved(self, number: int, record: Approved) -> None:
        key = record.rep, record.period, record.line
        _must(key in self.waiting_approvals(record.rep), "what it approves does not wait")
        self.approvals[key] = number

    def waiting_approvals(self, rep: str | None = None) -> list[tuple[str, str, str]]:
        """What waits for an approval: (rep, period, line), without a line for a whole statement."""
        limited = [period.name for period in self.periods.values() if period.approval_above is not None]
        places = [(one, name) for one in ([rep] if rep is not None else self.reps()) for name in limited]
        entries = [number for place in places for number in self.statements.get(place, [])]
        found = [
            key
            for number in entries
            for key in self.unapproved(self.lines[self.earned(number).line])
            if key[1] == self.earned(number).posted_in
        ]
        return sorted(set(found), key=lambda key: (self.periods[key[1]].first, key))

    def _answered(self, number: int, record: Answered) -> None:
        dispute = self.disputes.get(record.dispute)
        _must(dispute is not None, f"there is no dispute {record.dispute}")
        assert dispute is not None
        _must(not dispute.answer, f"dispute {record.dispute} was answered")
        if record.adjustment:
            made = self.earned(record.adjustment)
            _must(made.cause == "answer" and made.line == dispute.record.line, "its adjustment is on another line")
        dispute.answer = number

    def _settle(self, record: Paid | Carried) -> list[Part]:
        _must(record.as_of >= self.open.first, f"{record.as_of} lies in a closed period")
        _must(record.as_of >= self.paid_until, f"payments were made as of {self.paid_until}, which is later")
        parts = self.due(record.rep, record.as_of)
        total = sum(part.record.amount for part in parts)
        _must(total == record.amount, f"{record.rep} is due {total}, not {record.amount}")
        return parts

    def _paid(self, number: int, record: Paid) -> None:
        parts = self._settle(record)
        _must(bool(parts), "it pays nothing")
        _must(self._payout(record) == record.payout, f"{record.payout} is not what the rate makes of {record.amount}")
        _must(record.amount >= 0 or self.rules.negative == "deduct", "it is negative, and nothing is deducted")
        for part in parts:
            part.settled = number
        self.unpaid[record.rep] = [part for part in self.unpaid.get(record.rep, []) if not part.settled]
        self.carries.pop(record.rep, None)
        self.payments.append(number)
        self.paid_until = record.as_of

    def _payout(self, record: Paid) -> int:
        here = self.rules.currency
        if record.currency == here:
            return record.amount
        return converted(record.amount, here, record.rate, record.currency, self.rules.rounding)

    def _carried(self, number: int, record: Carried) -> None:
        parts = self._settle(record)
        _must(record.amount < 0 and self.rules.negative == "carry", "there is nothing negative to carry")
        for part in parts:
            part.carried = part.carried or number
        self.carries[record.rep] = number
        self.paid_until = record.as_of


def _must(holds: bool, problem: str) -> None:
    if not holds:
        raise Unsound(problem)


def replayed(entries: Iterable[Entry]) -> tuple[Standing, list[str]]:
    """The state that entries lead to, and what is unsound in them; from the first such entry on nothing is read."""
    standing = Standing()
    for entry in entries:
        try:
            number = standing.apply(record_of(entry.kind, entry.body), entry.recorded)
        except (ValueError, LookupError) as problem:
            return standing, [f"entry {entry.number}: {problem}"]
        if number != entry.number:
            return standing, [f"entry {entry.number} stands in place {number}"]
    return standing, []
