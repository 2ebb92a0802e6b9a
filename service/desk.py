"""The desk: requests become events of the journal, and what came of them answers and problems."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from json.encoder import encode_basestring
from typing import Any, cast
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from ..dsl import checked as c
from ..engine.assigning.assignment import DrawKeys
from ..engine.calendar.days import SECONDS_PER_DAY, format_day
from ..engine.intake.unreadable import Unreadable
from ..engine.life.events import Arrive
from ..engine.life.refused import Refused
from ..engine.memory import Memory
from .clock import Clock, Present, local_seconds, read_moment
from .draw_periods import DrawPeriods
from .journal.asked import Asked, RequestIdTaken, Result
from .journal.entries import Entry
from .journal.fold import Fold
from .journal.journal import Journal
from .journal.kept import given
from .loading import Loaded
from .observing.tracing import Tracing
from .problems import Problem, validation_problem
from .refusals import problem_of
from .schemas import DecisionRequest, FieldError
from .settings import Settings
from .store import Store
from .strict_json import canonical
from .told import Told, decision_told, short_answer

__all__ = ["Desk", "named_request", "opened_desk"]

_LONGEST_ID = 200
_MOST_REMEMBERED = 1_000


class Desk:
    """Decides facts as they are asked about. Whatever it answered once it answers for ever."""

    def __init__(
        self, loaded: Loaded, store: Store, journal: Journal, clock: Clock, tracing: Tracing | None = None
    ) -> None:
        self.loaded, self.store, self.journal = loaded, store, journal
        self._clock, self._tracing, self._present = clock, tracing or Tracing(), Present(clock)
        self._draws: dict[str, DrawPeriods] = {}
        self._lots: dict[str, frozenset[str]] = Memory(_MOST_REMEMBERED)
        self._objections: dict[tuple[str, str, str, int, int], Problem | None] = Memory(_MOST_REMEMBERED)

    @property
    def policy(self) -> c.Policy:
        """The policy in force."""
        return self.journal.policy

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the policy in force, by whose clocks moments are counted."""
        return ZoneInfo(self.policy.timezone)

    @property
    def points(self) -> list[str]:
        """The kinds of fact that are decided here."""
        return [assign.kind for assign in self.policy.assigns]

    def close(self) -> None:
        """Record what waits, and give the store back."""
        self.journal.close()
        self.store.close()

    # --- deciding ----------------------------------------------------------------------------------------

    async def decide(self, point: str, body: object) -> tuple[Entry, bytes]:
        """The entry that answers a request for a decision, and the answer as JSON: as it got before, or anew.

        Raises `Problem`, and `StoreUnavailable`, after which the same request may be sent again.
        """
        with self._tracing.span("meed.decide", point=point):
            return self.answer(await self.journal.answered(lambda told: self.asked(point, body, told)))

    async def decide_all(self, point: str, bodies: Sequence[object]) -> list[bytes | Exception]:
        """What is answered to several requests, in their order: the answer as JSON, or what stands against it."""
        with self._tracing.span("meed.decide", point=point):
            makes = [partial(self.asked, point, body) for body in bodies]
            return [self._answered(found) for found in await self.journal.all_answered(makes)]

    def _answered(self, found: Any) -> bytes | Exception:
        try:
            return self.answer(found)[1]
        except Exception as error:
            return error

    def asked(self, point: str, body: object, told: Callable[[Any], None]) -> Asked:
        """What is asked of the journal. Raises `Problem` for a body that is not as it should be."""
        request_id, fact, text = _read(body)
        zone = self.zone
        try:
            at = self._present(zone) if text is None else read_moment(text, zone)
        except Unreadable as error:
            raise _wrong_moment(f"`{text}` {error.message}", error.help) from None
        event = Arrive(at, point, fact)
        said, named = canonical(fact), encode_basestring(point)
        moment = "null" if text is None else encode_basestring(text)
        asked = hashlib.sha256(f"[{named},{said},{moment}]".encode()).hexdigest()
        if event.fact != fact:  # a number of its is a text in the event
            said = canonical(event.fact)

        def guard(fold: Fold) -> Problem | None:
            return self.guarded(fold, point, at, text) or self._late(fold, point, fact)

        written = f'{{"at":{at},"event":"arrive","fact":{said},"kind":{named}}}'
        return Asked(request_id, asked, event, told, guard=guard, text=written)

    def answer(self, found: Any) -> tuple[Entry, bytes]:
        """What is answered to a request of which that was found. Raises `Problem`, and what was found if it is one."""
        match found:
            case Result():
                return found.entry, short_answer(found)
            case Refused():
                more: dict[str, Any] = {"points": self.points} if found.reason == "unknown-point" else {}
                raise problem_of(found, **more)
            case RequestIdTaken(entry=entry):
                told = decision_told(entry)
                named = f"{told.kind} `{told.key}`" if told is not None else "something else"
                detail = (
                    f"request id `{entry.request_id}` was used for {named} with other content; "
                    "give each decision an id of its own"
                )
                more = {} if told is None else {"decision_id": told.decision["decision_id"]}
                raise Problem("request-id-taken", detail, **more)
            case _:
                raise found

    def guarded(self, fold: Fold, point: str, at: int, text: str | None) -> Problem | None:
        """Why nothing may be decided at a moment, by the policy in force then."""
        policy, day = fold.floor.policy, at // SECONDS_PER_DAY
        # Without a moment of its own a request was asked today, or waited over midnight: that changes no answer.
        today = day if text is None else self._present(ZoneInfo(policy.timezone)) // SECONDS_PER_DAY
        key = policy.hash, point, text or "", day, today
        if key not in self._objections:
            self._objections[key] = self._objection(fold, point, at, text)
        return self._objections[key]

    def _objection(self, fold: Fold, point: str, at: int, text: str | None) -> Problem | None:
        policy, day = fold.floor.policy, at // SECONDS_PER_DAY
        objection = DrawPeriods(policy, (policy,), fold.keys, self._since(policy), self._clock).objection(point, at)
        if objection is not None:
            return _wrong_moment(f"`{text}` {objection[0]}", objection[1])
        start, end = policy.effective
        if (start is not None and day < start) or (end is not None and day >= end):
            named = f"policy `{policy.name}` {policy.version}".rstrip()
            return Problem("not-in-force", f"{named} is not in force on {format_day(day)}")
        return None

    def _late(self, fold: Fold, point: str, fact: Mapping[str, object]) -> Problem | None:
        """Why no lot may be drawn for a fact that says when it came; nothing is looked at where none is read."""
        policy = fold.floor.policy
        drawing = self._lots.get(policy.hash)
        if drawing is None:
            drawing = self._lots[policy.hash] = frozenset(assign.kind for assign in policy.assigns if assign.lots)
        if point not in drawing:
            return None
        periods = DrawPeriods(policy, (policy,), fold.keys, self._since(policy), self._clock)
        came, floor = policy.kinds[point].arrives, fold.floor
        row = floor.ev.world.find(point, floor.key_of(point, fact))
        known = None if row is None or came is None else floor.ev.world.cell(point, row, came.name)
        found = periods.lot_objection(point, fact, known)
        if found is None:
            return None
        column, why, advice = found
        return Problem(
            "bad-request",
            f"correct `{column}`",
            [FieldError(field=f"fact.{column}", message=f"`{column}` {why}", help=advice)],
        )

    def loaded_now(self) -> Loaded:
        """The policy in force with the facts that were loaded, as it reads them."""
        return self.journal.loaded

    # --- looking up --------------------------------------------------------------------------------------

    def told(self, decision_id: str) -> Told:
        """A decision that was made. Raises `Problem` where there is none."""
        found = self.journal.entry_of(decision_id)
        told = None if found is None else decision_told(found, decision_id)
        if told is None:
            raise Problem("unknown-decision", f"there is no decision `{decision_id}`")
        return told

    @property
    def draws(self) -> DrawPeriods:
        """The keys of draws, by the policies so far."""
        policy, policies = self.journal.policy, self.journal.policies
        key = " ".join((policy.hash, *(one.hash for one in policies)))
        if key not in self._draws:
            made = DrawPeriods(policy, policies, DrawKeys(self.store.seed), self._since(policy), self._clock)
            self._draws = {key: made}
        return self._draws[key]

    def _since(self, policy: c.Policy) -> int:
        return local_seconds(self.store.since, ZoneInfo(policy.timezone))


def opened_desk(settings: Settings, loaded: Loaded, clock: Clock, tracing: Tracing | None = None) -> Desk:
    """A desk over its store. Raises `CannotStart`."""
    store = Store(settings.database, clock())
    zone = ZoneInfo(loaded.policy.timezone)
    try:
        load, contents = given(settings, loaded.policy, local_seconds(clock(), zone))
        journal = Journal(
            store, load, loaded, contents, clock, lambda: local_seconds(clock(), zone), tracing=tracing
        )  # fmt: skip
    except BaseException:
        store.close()
        raise
    return Desk(loaded, store, journal, clock, tracing)


def named_request(body: object) -> str:
    """The request id that a body names; empty where it names none that can be used."""
    found = cast("dict[str, object]", body).get("request_id") if isinstance(body, dict) else None
    return found if isinstance(found, str) and _may_be_id(found) else ""


def _may_be_id(text: str) -> bool:
    """Whether a text is 1 to 200 of the characters `!` to `~`."""
    return 0 < len(text) <= _LONGEST_ID and text.isascii() and text.isprintable() and " " not in text


def _read(body: object) -> tuple[str, Mapping[str, Any], str | None]:
    """Request id, fact and moment of a body, which `DecisionRequest` describes. Raises `Problem`."""
    if isinstance(body, dict):
        said = cast("dict[str, Any]", body)
        request_id, fact, text = said.get("request_id"), said.get("fact"), said.get("at")
        has_no_more = len(said) == 2 or (len(said) == 3 and "at" in said)
        if has_no_more and isinstance(request_id, str) and isinstance(fact, dict) and _may_be_id(request_id):
            if text is None or isinstance(text, str):
                return request_id, cast("dict[str, Any]", fact), text
    try:
        made = DecisionRequest.model_validate(body)
    except ValidationError as error:
        raise validation_problem(error.errors()) from None
    return made.request_id, made.fact, made.at


def _wrong_moment(message: str, advice: str) -> Problem:
    return Problem("bad-request", "correct `at`", [FieldError(field="at", message=message, help=advice)])
