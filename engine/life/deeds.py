"""Deeds: what rules of `watch` that fired do on the floor."""

from __future__ import annotations

from collections.abc import Callable

from .events import Fire
from .giving import Giver
from .lives import Fact
from .outcome import Award, Notice, Undone
from .record import Record
from .stay import Stay
from .taking import Taker, Why

__all__ = ["Doer"]


class Doer:
    """Does what fired. What cannot be done as things are is told with why, and not refused: it would come again."""

    def __init__(self, giver: Giver) -> None:
        self._giver = giver
        self._taker = Taker(giver)

    def do(self, fire: Fire, record: Record) -> None:
        """Do it."""
        if fire.does in {"notify", "award"}:
            self._tell(fire, record)
            return
        fact = (fire.kind, fire.key)
        wrong = self._objection(fact)
        stay = None if wrong else self._giver.lives.stay(*fact)
        if stay is None or stay.state == "closed":
            closed = f"{fire.kind} `{fire.key}` is closed" if stay is not None else ""
            named = f"{fire.kind} `{fire.key}` was not decided yet, and has no owner"
            record.undone.append(Undone(fire.at, *fact, fire.does, wrong or closed or named))
            return
        at = max(fire.at, stay.changed)
        because = f"{fire.place}: {fire.because[0]}" if fire.because else fire.place
        why = Why(because, by="watch", because=because)
        if not self._take(fire, fact, stay, at, why, record):
            there = f"{fire.kind} `{fire.key}` is there already" if fire.does != "next" else "nobody else can take it"
            record.undone.append(Undone(fire.at, *fact, fire.does, there))

    def _take(self, fire: Fire, fact: Fact, stay: Stay, at: int, why: Why, record: Record) -> bool:
        ways: dict[str, Callable[[], bool]] = {
            "return": lambda: self._taker.to_pool(fact, stay, at, why, record),
            "hold": lambda: self._taker.to_desk(fact, stay, at, fire.text, why, record),
            "next": lambda: self._taker.to_next(fact, stay, at, why, record),
        }
        return ways[fire.does]()

    def _objection(self, fact: Fact) -> str:
        """Why nothing can be done with a fact; empty where something can."""
        kind, key = fact
        if kind not in self._giver.assigners:
            return f"the policy in force does not assign facts of the kind `{kind}`"
        return "" if self._giver.lives.live.find(kind, key) is not None else f"there is no {kind} `{key}`"

    def _tell(self, fire: Fire, record: Record) -> None:
        about = fire.at, fire.kind, fire.key
        if not fire.to:
            why = f"it goes to nobody: there is no `{fire.lacks}`" if fire.lacks else "it goes to nobody"
            record.undone.append(Undone(*about, fire.does, why))
        elif fire.does == "notify":
            record.notices.append(Notice(*about, fire.to, fire.text, fire.place))
        else:
            record.awards.append(Award(*about, fire.to, fire.text, fire.place))
