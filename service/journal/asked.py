"""What is asked of the journal, and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...engine.life.events import Arrive, Event, Move
from ...engine.life.outcome import Outcome
from .entries import Entry
from .fold import Fold

__all__ = ["Asked", "RequestIdTaken", "Result"]


class RequestIdTaken(ValueError):
    """The request id belongs to another request; `entry` is what came of that one."""

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        super().__init__(f"the request id `{entry.request_id}` was used for something else")


class Result:
    """What came of a request: its entry, and the outcome where it was worked out just now."""

    __slots__ = ("entry", "outcome")

    def __init__(self, entry: Entry, outcome: Outcome | None = None) -> None:
        self.entry, self.outcome = entry, outcome


class Asked:
    """An event to be recorded for a request, or something to be looked up on the floor.

    `body_hash` is of what was asked: the same id with another hash is another request. `text` is the canonical text of
    the event, where it is known. `told` is called once, with a `Result` or an error, by the thread that writes.
    `guard` may object to an event that is about to be applied, with an error that is told; requests that were answered
    before are not guarded. `is_brief`: whether it is worked out at once, as one lead is, and not thousands of facts.
    """

    __slots__ = ("body_hash", "event", "guard", "is_brief", "look", "request_id", "text", "told")

    def __init__(
        self,
        request_id: str,
        body_hash: str,
        event: Event | None,
        told: Callable[[Any], None],
        *,
        guard: Callable[[Fold], Exception | None] | None = None,
        look: Callable[[Fold], object] | None = None,
        text: str | None = None,
    ) -> None:
        self.request_id, self.body_hash, self.event, self.told = request_id, body_hash, event, told
        self.guard, self.look, self.text = guard, look, text
        self.is_brief = isinstance(event, (Arrive, Move))
