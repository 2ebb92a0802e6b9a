"""What was told over HTTP: the notices and awards of the log, for programs that deliver them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from .change_schemas import EntryTold, TellingAnswer
from .exact_request import Entrance, exact_route
from .journal.rows import entries_that_tell, head
from .problems import documented
from .recording import Recorder

__all__ = ["telling_routes"]

_MOST_SEARCHED = 10_000
_MOST_ENTRIES = 500
_LARGEST = (1 << 53) - 1

_After = Annotated[int, Query(ge=0, le=_LARGEST, description="the `up_to` of the last answer; 0: from the beginning")]
_Most = Annotated[int, Query(ge=1, le=_MOST_ENTRIES, description="how many entries at most")]


def telling_routes(recorder: Recorder, entrance: Entrance) -> APIRouter:
    """The route by which what was told is fetched."""
    router = APIRouter(route_class=exact_route(entrance, 0), tags=["decisions"])

    @router.get(
        "/v1/told",
        operation_id="read_told",
        summary="Who was told what?",
        responses=documented("bad-request", "store-unavailable"),
    )
    def read_told(after: _After = 0, most: _Most = 100) -> TellingAnswer:
        """Notices and awards of the entries behind a number, oldest first: whoever delivers them keeps `up_to` and asks
        again with it, so that nothing is left out or told twice. It may be that nothing is found up to there."""
        with recorder.desk.store.reading() as tx:
            last = min(head(tx).number, after + _MOST_SEARCHED)
            found = entries_that_tell(tx, after, last, most)
        up_to = found[-1].number if len(found) == most else max(after, last)
        entries = [
            EntryTold.model_validate({"number": entry.number, "notices": came["notices"], "awards": came["awards"]})
            for entry in found
            for came in (recorder.came(entry),)
        ]
        return TellingAnswer(up_to=up_to, entries=[one for one in entries if one.notices or one.awards])

    return router
