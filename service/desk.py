"""The desk: one decision at a time, each in one transaction with its log entry and the credits it moves."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal
from threading import Lock
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from ..engine.arrival import Arrival, ArrivalRefused
from ..engine.assignment import DrawKeys
from ..engine.days import SECONDS_PER_DAY, format_day
from ..engine.shares import ShareLedger
from ..engine.spelling import did_you_mean
from ..engine.unreadable import Unreadable
from .clock import Clock, local_seconds, read_moment, utc_text
from .decision_log import Entry, append, entry_of_decision, entry_of_fact, entry_of_request, head, remember_policy
from .draw_periods import DrawPeriods
from .loading import Loaded
from .problems import Problem
from .schemas import DecisionRequest, FieldError
from .standing import Point, Standing, assigners_of, standing_of
from .store import Store
from .strict_json import canonical

__all__ = ["Desk", "decision_of"]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request with the hash of what it asks: the same id with another hash is another request."""

    point: str
    request: DecisionRequest
    hash: str


class Desk:
    """Decides facts as they are asked about. Whatever it answered once it answers for ever.

    Requests are handled one after the other. Before each decision the log's last entry is compared with what the
    desk knows; where another process has written since, or a transaction has failed, it starts anew from the log.
    """

    def __init__(self, loaded: Loaded, store: Store, clock: Clock) -> None:
        self.loaded, self.store = loaded, store
        self.zone = ZoneInfo(loaded.policy.timezone)
        self._clock = clock
        self._keys = DrawKeys(store.seed)
        self._lock = Lock()
        self._standing: Standing | None = None
        assigners, self._unsupported = assigners_of(loaded, self._keys, ShareLedger())
        since = local_seconds(store.since, self.zone)
        self.draws = DrawPeriods(loaded.policy, assigners, self._keys, since, clock)
        with store.writing() as tx:
            remember_policy(tx, loaded.policy)
            self._standing = standing_of(tx, loaded, self._keys)

    @property
    def points(self) -> list[str]:
        """The kinds of fact that are decided here."""
        return [assign.kind for assign in self.loaded.policy.assigns]

    def decide(self, point: str, request: DecisionRequest) -> Entry:
        """The entry that answers a request: the one that was made for it before, or a new one.

        Raises `Problem`, and `StoreUnavailable`, after which the same request may be sent again.
        """
        body = {"point": point, "fact": request.fact, "at": request.at}
        asked = _Asked(point, request, hashlib.sha256(canonical(body).encode()).hexdigest())
        with self._lock:
            standing: Standing | None = None
            with self.store.writing() as tx:
                entry = self._answered(tx, asked)
                if entry is None:
                    self._must_decide(point)
                    standing = self._current(tx)
                    entry = self._made(tx, asked, standing)
            if standing is not None:
                self._standing = standing
            return entry

    def entry(self, decision_id: str) -> Entry:
        """A decision that was made. Raises `Problem` where there is none."""
        with self.store.reading() as tx:
            found = entry_of_decision(tx, decision_id)
        if found is None:
            raise Problem("unknown-decision", f"there is no decision `{decision_id}`")
        return found

    # --- one decision ------------------------------------------------------------------------------------

    def _must_decide(self, point: str) -> None:
        if point in self._unsupported:
            raise Problem("not-supported", self._unsupported[point])
        if point not in self.points:
            known = ", ".join(f"`{name}`" for name in self.points)
            guess = did_you_mean(point, self.points)
            there = f"policy `{self.loaded.policy.name}` decides {known or 'nothing'}"
            detail = f"there is no decision point `{point}`; {guess or there}"
            raise Problem("unknown-point", detail, points=self.points)

    def _answered(self, tx: Connection, asked: _Asked) -> Entry | None:
        """The entry of the same request, if it was answered before."""
        found = entry_of_request(tx, asked.request.request_id)
        if found is None or found.body_hash == asked.hash:
            return found
        detail = (
            f"request id `{found.request_id}` was used for {found.point} `{found.key}` with other content; "
            "give each decision an id of its own"
        )
        raise Problem("request-id-taken", detail, decision_id=found.decision_id)

    def _current(self, tx: Connection) -> Standing:
        standing = self._standing
        if standing is None or standing.head != head(tx):
            standing = self._standing = standing_of(tx, self.loaded, self._keys)
        return standing

    def _made(self, tx: Connection, asked: _Asked, standing: Standing) -> Entry:
        """A new decision. Until it is committed the desk has no standing: see `Standing`."""
        at = self._moment(asked)
        point = standing.points[asked.point]
        arrival = self._arrival(tx, asked, point, at)
        self._standing = None
        decision, credits_moved = standing.decide(asked.point, arrival, at)
        entry = Entry(
            standing.head.number + 1, asked.point, decision.sequence, arrival.key, asked.request.request_id, asked.hash,
            decision.id, decision.rep, at, utc_text(self._clock()), self.loaded.policy.hash, self.loaded.facts.hash,
            canonical(asked.request.fact), canonical(decision.as_json()), standing.head.hash,
        ).sealed()  # fmt: skip
        append(tx, entry, credits_moved)
        standing.follow(entry)
        return entry

    def _moment(self, asked: _Asked) -> int:
        """When it is decided, in seconds by the policy's clocks."""
        text = asked.request.at
        try:
            at = local_seconds(self._clock(), self.zone) if text is None else read_moment(text, self.zone)
        except Unreadable as error:
            raise _wrong_moment(f"`{text}` {error.message}", error.help) from None
        objection = self.draws.objection(asked.point, at)
        if objection is not None:
            raise _wrong_moment(f"`{text}` {objection[0]}", objection[1])
        start, end = self.loaded.policy.effective
        day = at // SECONDS_PER_DAY
        if (start is not None and day < start) or (end is not None and day >= end):
            named = f"policy `{self.loaded.policy.name}` {self.loaded.policy.version}".rstrip()
            raise Problem("not-in-force", f"{named} is not in force on {format_day(day)}")
        return at

    def _arrival(self, tx: Connection, asked: _Asked, point: Point, at: int) -> Arrival:
        """The fact as typed. Raises `Problem` for one that cannot be used, or that is there already."""
        try:
            arrival = point.arrivals.read(asked.request.fact, at, point.assigner)
        except ArrivalRefused as error:
            wrong = [FieldError(field=f"fact.{x.column}", message=x.message, help=x.help) for x in error.problems]
            fields = ", ".join(f"`{one.field}`" for one in wrong)
            raise Problem("bad-fact", f"correct {fields}", wrong) from None
        named = f"{asked.point} `{arrival.key}`"
        before = entry_of_fact(tx, asked.point, arrival.key)
        if before is not None:
            detail = (
                f"{named} was decided before, for request `{before.request_id}`: see /v1/decisions/{before.decision_id}"
            )
            raise Problem("decided-already", detail, decision_id=before.decision_id)
        if point.assigner.find(asked.point, arrival.key) is not None:
            table = self.loaded.facts.table(asked.point)
            row = table.row(arrival.key)
            place = table.place(row) if row is not None else table.places.file
            raise Problem("fact-loaded", f"{named} is in {place}: only facts that are not loaded can be decided")
        return arrival


def _wrong_moment(message: str, advice: str) -> Problem:
    return Problem("bad-request", "correct `at`", [FieldError(field="at", message=message, help=advice)])


def decision_of(entry: Entry) -> dict[str, Any]:
    """What the engine decided, as plain values."""
    return json.loads(entry.decision, parse_float=Decimal)
