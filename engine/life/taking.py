"""Taking away: a fact goes back to the public pool, to a desk, or to the next by the rules, whoever has it now."""

from __future__ import annotations

from dataclasses import dataclass

from .giving import Giver
from .lives import Fact
from .record import Record
from .stay import TAKEN, Stay

__all__ = ["Taker", "Why"]


@dataclass(frozen=True, slots=True)
class Why:
    """Why somebody loses a fact: `says` is told with a turn that is taken back, where `setting` gives it back."""

    says: str
    setting: str = "timeout"
    by: str = ""
    reason: str = ""
    because: str = ""


class Taker:
    """Takes facts away by the policy of a giver."""

    def __init__(self, giver: Giver) -> None:
        self._giver, self._lives = giver, giver.lives

    def to_pool(self, fact: Fact, stay: Stay, at: int, why: Why, record: Record) -> bool:
        """Open to all; whether it was not already."""
        if stay.state == "pool":
            return False
        self._lose(fact, stay, at, "returned", why, record)
        self._lives.put(fact, Stay("pool", at, at), at)
        return True

    def to_desk(self, fact: Fact, stay: Stay, at: int, desk: str, why: Why, record: Record) -> bool:
        """Held at a desk; whether it was not already."""
        if (stay.state, stay.desk) == ("held", desk):
            return False
        self._lose(fact, stay, at, "held", why, record)
        self._lives.put(fact, Stay("held", at, at, desk=desk), at)
        return True

    def to_next(self, fact: Fact, stay: Stay, at: int, why: Why, record: Record) -> bool:
        """Given by the rules from the first one on, whoever has it left out; whether it is somewhere else now."""
        if stay.state not in TAKEN:
            return self._giver.again(fact, stay, at, stay.passed, record)
        self._lose(fact, stay, at, "reassigned", why, record)
        before = stay.passed if stay.state == "offered" else ()
        self._giver.again(fact, stay, at, (*before, (stay.rep, "reassigned")), record)
        return True

    def _lose(self, fact: Fact, stay: Stay, at: int, how: str, why: Why, record: Record) -> None:
        self._giver.end(fact, stay, at, how, record, by=why.by, reason=why.reason, because=why.because)
        self._giver.take_back(fact, stay, at, why.setting, why.says, record)
