"""Recording: what is asked of the API becomes events of the journal, and what came of them plain values."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from ..engine.intake.unreadable import Unreadable
from ..engine.life.events import Event
from ..engine.life.refused import Refused
from .clock import Clock, local_seconds, read_moment, shown_moment
from .desk import Desk
from .journal.asked import Asked, RequestIdTaken, Result
from .journal.entries import Entry
from .journal.fold import Fold
from .observing.seen import Seen
from .problems import Problem
from .refusals import problem_of
from .schemas import FieldError
from .strict_json import canonical
from .told import SHORT

__all__ = ["Recorder"]

T = TypeVar("T")
_PARTS = {
    "decisions": SHORT,
    "endings": ("rep", "how", "by", "reason", "because"),
    "notices": ("to", "text", "place"),
    "awards": ("to", "title", "place"),
}


class Recorder:
    """Records events through a desk's journal, for requests that may be sent again."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self.desk, self._clock = desk, clock

    async def record(
        self, seen: Seen, request_id: str, asked: object, event: Event,
        guard: Callable[[Fold], Problem | None] | None = None,
    ) -> Entry:  # fmt: skip
        """The entry of a request, once it is on disk. `asked` is what tells it from others of the same id.

        Raises `Problem` and `StoreUnavailable`.
        """
        seen.request_id = request_id
        hash_ = hashlib.sha256(canonical(asked).encode()).hexdigest()
        match await self.desk.journal.answered(lambda told: Asked(request_id, hash_, event, told, guard=guard)):
            case Result(entry=entry):
                seen.entry = entry.number
                return entry
            case Refused() as refused:
                raise problem_of(refused)
            case RequestIdTaken(entry=entry):
                detail = (
                    f"request id `{request_id}` was used for something else, which is entry {entry.number} of the log"
                )
                raise Problem("request-id-taken", f"{detail}; give each request an id of its own")
            case found:
                raise found

    async def look(self, at: Callable[[Fold], T]) -> T:
        """What a function sees of how things are. Raises what it raises, refusals as `Problem`."""
        found = await self.desk.journal.answered(lambda told: Asked("", "", None, told, look=at))
        if isinstance(found, Refused):
            raise problem_of(found)
        if isinstance(found, BaseException):
            raise found
        return found

    def moment(self, text: str | None) -> int:
        """A moment as a request gives it, in seconds by the policy's clocks; now where it gives none."""
        zone = self.desk.zone
        try:
            return local_seconds(self._clock(), zone) if text is None else read_moment(text, zone)
        except Unreadable as error:
            wrong = FieldError(field="at", message=f"`{text}` {error.message}", help=error.help)
            raise Problem("bad-request", "correct `at`", [wrong]) from None

    def shown(self, seconds: int) -> str:
        """A moment for people and programs."""
        return shown_moment(seconds, self.desk.zone)

    def came(self, entry: Entry) -> dict[str, list[dict[str, Any]]]:
        """What came of an entry: lists of plain values, each with `point` and `key` of the fact that it is about."""
        outcome = entry.came()
        return {name: [self._told(name, one) for one in outcome.get(name, [])] for name in _PARTS}

    def _told(self, name: str, made: Mapping[str, Any]) -> dict[str, Any]:
        said = {part: made[part] for part in _PARTS[name] if part in made}
        at = {} if name == "decisions" else {"at": self.shown(made["at"])}
        return {"point": made["kind"], "key": made["key"], **said, **at}
