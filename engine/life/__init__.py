"""The life of assignments: events change who has what, and a floor is what they have come to."""

from .events import Activate, Arrive, Change, Event, Fire, Move, Tick, event_of
from .floor import Floor
from .outcome import Award, Ending, Notice, Outcome, Posting, Undone
from .past_events import PastEvents, Seen, past_events
from .refused import Refused
from .stay import Holding, Stay

__all__ = [
    "Activate", "Arrive", "Award", "Change", "Ending", "Event", "Fire", "Floor", "Holding", "Move", "Notice", "Outcome",
    "PastEvents", "Posting", "Refused", "Seen", "Stay", "Tick", "Undone", "event_of",
    "past_events",
]  # fmt: skip
