"""Postings of accounts, row by row: who was credited what, when, by which row."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import partial
from itertools import accumulate, islice
from typing import NamedTuple, Protocol

from ...dsl import checked as c
from ..calendar.windows import BEGINNING
from ..numbers.apportionment import largest_remainder
from .timeline import Timeline

__all__ = ["Book", "Heard", "Number", "Posting", "Postings", "split"]

Number = int | Fraction


class Posting(NamedTuple):
    """A credit: `time` in seconds, `row` of one of the account's `kinds`, `value` in the account's unit."""

    time: int
    kind: int
    row: int
    value: Number


def split(value: Number, shares: tuple[Fraction, ...]) -> list[Number]:
    """The parts of a value by shares that total 1: whole minor units by largest remainder, else exact parts."""
    if len(shares) == 1:
        return [value * shares[0]] if shares[0] != 1 else [value]
    whole = Fraction(value)
    if whole.denominator == 1 and sum(shares) == 1:
        return list(largest_remainder(whole.numerator, shares))
    return [value * share for share in shares]


class Postings:
    """The postings of one recipient in one account, in order of time and row key."""

    __slots__ = ("_before", "_list", "_times")

    def __init__(self) -> None:
        self._list: list[Posting] = []
        self._times: list[int] | None = None
        self._before: list[Number] = [0]

    def add(self, posting: Posting) -> None:
        """Put a posting into its place; the usual one, at the end, is quick."""
        if self._list and posting < self._list[-1]:
            at = bisect_left(self._list, posting)
            self._list.insert(at, posting)
            self._forget(at)
            if self._times is not None:
                self._times.insert(at, posting.time)
            return
        self._list.append(posting)
        if self._times is not None:
            self._times.append(posting.time)

    def remove(self, posting: Posting) -> None:
        """Take a posting out that is there."""
        at = bisect_left(self._list, posting)
        del self._list[at]
        self._forget(at)
        if self._times is not None:
            del self._times[at]

    def _forget(self, at: int) -> None:
        """The totals behind a place are others now."""
        del self._before[at + 1 :]

    def fill(self, postings: list[Posting]) -> None:
        """Take over a whole list, in any order."""
        self._list = sorted(postings)
        self._times, self._before = None, [0]

    def between(self, start: int, end: int) -> list[Posting]:
        """Those of a window."""
        low, high = self._range(start, end)
        return self._list[low:high]

    def times(self) -> list[int]:
        """When each of them counts, in order."""
        return [posting.time for posting in self._list]

    def first(self) -> int | None:
        """When the first of them counts."""
        return self._list[0].time if self._list else None

    def next_time(self, after: int) -> int | None:
        """When the first of them counts that is later than a moment."""
        low, high = self._range(after + 1, -BEGINNING)
        return self._list[low].time if low < high else None

    def count(self, start: int, end: int) -> int:
        """How many there are in a window."""
        low, high = self._range(start, end)
        return high - low

    def sum(self, start: int, end: int) -> Number:
        """The total of a window."""
        low, high = self._range(start, end)
        before = self._before
        if len(before) <= high:
            more = (posting.value for posting in islice(self._list, len(before) - 1, high))
            before += islice(accumulate(more, initial=before[-1]), 1, None)
        return before[high] - before[low]

    def _range(self, start: int, end: int) -> tuple[int, int]:
        if self._times is None:
            self._times = [posting.time for posting in self._list]
        return bisect_left(self._times, start), bisect_left(self._times, end)


class Heard(Protocol):
    """Whoever wants to hear what changes in a book."""

    def changed(self, kind: str, row: int) -> None:
        """A row is to be posted again: until it is, `receivers` are those of before."""
        ...

    def forgot(self, account: str) -> None:
        """An account is posted anew when it is next read."""
        ...


Posts = list[tuple[int | None, int, Number]]
"""What a row posts by one credit: recipient, time, value."""
Post = Callable[[c.Account, int], Posts]
_NOBODY = Postings()
_NOTHING: list[tuple[int | None, Posting]] = []


class Book:
    """All accounts of a policy, each posted when it is first read.

    `post` gives the postings of one row by one credit: recipient (row of `rep`; None where the account has no
    recipients), time and value.
    """

    def __init__(self, accounts: dict[str, c.Account], post: Post, rows: Callable[[str], int]) -> None:
        self._accounts = accounts
        self._rows = rows
        self._posted: dict[str, dict[int | None, Postings]] = {}
        self._timelines: dict[str, Timeline] = {}
        self._of_rows: dict[tuple[str, str, int], list[tuple[int | None, Posting]]] = {}
        self._places = {name: {kind: at for at, kind in enumerate(one.kinds)} for name, one in accounts.items()}
        self.post_by(lambda source: partial(post, source))
        self._pending: dict[tuple[str, int], None] = {}
        self.heard: Heard | None = None
        self.awaited: set[tuple[str, int]] = set()
        """Rows that are still to come: they post nothing yet."""

    def post_by(self, poster: Callable[[c.Account], Callable[[int], Posts]]) -> None:
        """Take the postings of the rows of each credit from what is made for it here."""
        self._posters = {
            (name, kind): [poster(source) for source in one.sources if source.kind == kind]
            for name, one in self._accounts.items()
            for kind in one.kinds
        }

    def receivers(self, account: str, kind: str, row: int) -> list[int | None]:
        """To whom a row posts, as far as the account was posted."""
        return [recipient for recipient, _ in self._of_rows.get((account, kind, row), ())]

    def of(self, account: str, recipient: int | None) -> Postings:
        """The postings of a recipient."""
        if self._pending:
            self.settle()
        posted = self._posted.get(account)
        if posted is None:
            posted = self._posted[account] = self._post_all(self._accounts[account])
        return posted.get(recipient, _NOBODY)

    def of_rows(self, account: str, kind: str, rows: Iterable[int], recipient: int | None) -> list[Posting]:
        """What some rows of a kind have posted to a recipient, in order; an account that has been read."""
        of_rows = self._of_rows
        found = [entry for row in rows for entry in of_rows.get((account, kind, row), ())]
        return sorted(posting for who, posting in found if who == recipient)

    def timeline(self, account: str) -> Timeline:
        """Who was credited when in an account, kept up to date from now on."""
        found = self._timelines.get(account)
        if found is None:
            self.of(account, None)
            posted = self._posted[account].items()
            times = sorted((time, who) for who, postings in posted if who is not None for time in postings.times())
            found = self._timelines[account] = Timeline(times)
        return found

    def first(self, account: str) -> int | None:
        """When the first posting of an account counts, to whomever; None where there is none."""
        self.of(account, None)
        found = (postings.first() for postings in self._posted[account].values())
        return min((time for time in found if time is not None), default=None)

    def next_time(self, account: str, recipient: int | None, after: int, *, everybody: bool) -> int | None:
        """When the first posting later than a moment counts: of a recipient, or to whomever."""
        own = self.of(account, recipient)
        found = (postings.next_time(after) for postings in (self._posted[account].values() if everybody else (own,)))
        return min((time for time in found if time is not None), default=None)

    def _post_all(self, account: c.Account) -> dict[int | None, Postings]:
        found: dict[int | None, list[Posting]] = {}
        for kind in account.kinds:
            for row in range(self._rows(kind)):
                for recipient, posting in self._postings_of(account, kind, row):
                    found.setdefault(recipient, []).append(posting)
        made: dict[int | None, Postings] = {}
        for recipient, postings in found.items():
            made[recipient] = Postings()
            made[recipient].fill(postings)
        return made

    def _postings_of(self, account: c.Account, kind: str, row: int) -> list[tuple[int | None, Posting]]:
        """What a row posts by all credits of its kind: one posting for each recipient and time."""
        if self.awaited and (kind, row) in self.awaited:
            return _NOTHING
        posters = self._posters[account.name, kind]
        if len(posters) == 1:
            found = posters[0](row)
        else:
            found = [posting for post in posters for posting in post(row)]
        if not found:
            return _NOTHING
        if len(found) > 1:
            found = _added_up(found)
        place = self._places[account.name][kind]
        made = [(recipient, Posting(time, place, row, value)) for recipient, time, value in found]
        self._of_rows[account.name, kind, row] = made
        return made

    def forget(self, account: str) -> None:
        """Post an account anew when it is next read: rows of other kinds that it follows say something else."""
        if self.heard is not None:
            self.heard.forgot(account)
        self._posted.pop(account, None)
        timeline = self._timelines.pop(account, None)
        if timeline is not None:
            timeline.over = True

    def changed(self, kind: str, row: int) -> None:
        """A row has changed, or is gone: it is posted again in every account that has been read, before one is next."""
        if self.heard is not None:
            self.heard.changed(kind, row)
        self._pending[kind, row] = None

    def settle(self) -> None:
        """Post what has changed, so that timelines know of it."""
        if not self._pending:
            return
        pending, self._pending = self._pending, {}
        for name, posted in self._posted.items():
            account, places = self._accounts[name], self._places[name]
            for kind, row in pending:
                if kind in places:
                    self._post_again(account, posted, kind, row, row < self._rows(kind))

    def _post_again(
        self, account: c.Account, posted: dict[int | None, Postings], kind: str, row: int, is_there: bool
    ) -> None:
        before = self._of_rows.pop((account.name, kind, row), _NOTHING)
        after = self._postings_of(account, kind, row) if is_there else _NOTHING
        if before == after:
            return
        timeline = self._timelines.get(account.name)
        for recipient, posting in before:
            posted[recipient].remove(posting)
            if timeline is not None:
                timeline.removed(recipient)
        for recipient, posting in after:
            if recipient not in posted:
                posted[recipient] = Postings()
            posted[recipient].add(posting)
            if timeline is not None:
                timeline.added(posting.time, recipient)


def _added_up(found: Posts) -> Posts:
    """What goes to one recipient at one time as one credit."""
    totals: dict[tuple[int | None, int], Number] = {}
    for recipient, time, value in found:
        to = recipient, time
        totals[to] = totals[to] + value if to in totals else value
    return [(recipient, time, value) for (recipient, time), value in totals.items()]
