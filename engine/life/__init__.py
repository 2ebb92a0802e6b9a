"""The life of assignments: events change who has what, and a floor is what they have come to."""

from .events import Activate, Arrive, Change, Event, Move, Tick, event_of
from .floor import Floor
from .outcome import Award, Ending, Notice, Outcome, Posting
from .refused import Refused

__all__ = [
    "Activate", "Arrive", "Award", "Change", "Ending", "Event", "Floor", "Move", "Notice", "Outcome", "Posting",
    "Refused", "Tick", "event_of",
]  # fmt: skip
