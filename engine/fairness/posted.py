"""Credits moved by what people did, as an outcome lists it: turns that a person chose, turns taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..life.outcome import Posting
from ..turns.shares import SCALE
from .decided import NoDecision, ShareLine, TurnMade
from .turn_pools import PoolCount

__all__ = ["Posted"]

_DID = frozenset({"post", "post_manual", "reverse", "card_back", "begin"})


@dataclass(frozen=True, slots=True)
class Posted:
    """What was done to the credits of a pool: see `engine.life.outcome.Posting`, whose plain values it reads.

    `decision`: which one tells of the turn; then plain values do not say the moves.
    """

    pool: str
    key: str
    did: str
    moves: Mapping[str, int]
    value: int
    decision: str = ""

    @classmethod
    def of(cls, made: Posting) -> Posted:
        """The posting as it stands in memory."""
        return cls(made.pool, made.key, made.did, dict(made.moves), made.value, made.decision)

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Posted:
        """Raises `NoDecision`."""
        try:
            pool, key, did = str(said["pool"]), str(said["key"]), str(said["did"])
            decision = str(said.get("decision", ""))
            moves = {} if decision else {str(rep): int(move) for rep, move in said["moves"].items()}
            made = cls(pool, key, did, moves, int(said["value"]), decision)
        except (KeyError, TypeError, ValueError, AttributeError):
            raise NoDecision("this is not a posting of credits") from None
        told = did == "post" if decision else bool(moves) != (did == "card_back")
        if did not in _DID or not told:
            raise NoDecision(f"`{did}` is nothing that is done to credits")
        return made

    def turn(self, count: PoolCount) -> TurnMade:
        """The turn of a posting, by what each credit is as counted: only the winner's pays, so only it can fall."""
        winner = min(self.moves, key=lambda rep: (self.moves[rep], rep))
        cost = {winner: SCALE * self.value}
        lines = tuple(ShareLine(rep, move + cost.get(rep, 0), count.credit(rep)) for rep, move in self.moves.items())
        return TurnMade(self.pool, winner, lines, self.value, self.did == "post_manual")
