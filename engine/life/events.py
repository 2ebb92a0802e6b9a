"""Events: everything that changes who has what. The state of assignment is a fold over them.

Each has a moment `at`, in seconds by the policy's clocks. Values of facts are as JSON gives them: texts, whole
numbers, yes or no, lists of texts; other numbers are texts, so that an event has one form.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

__all__ = ["MOVES", "Activate", "Arrive", "Change", "Changes", "Event", "Fire", "Move", "Tick", "event_of"]

MOVES = ("accept", "decline", "confirm", "release", "return", "transfer", "override", "claim", "extend", "close")
"""What people do with a fact that is assigned, or could be."""

DEEDS = ("return", "hold", "next", "notify", "award")
"""What a rule of a `watch` does."""


@dataclass(slots=True)  # a value that nobody changes; one is made for every lead, and freezing costs thrice as much
class Arrive:
    """A fact of a kind comes to be decided; its key is among its columns."""

    at: int
    kind: str
    fact: Mapping[str, object]

    def __post_init__(self) -> None:
        self.fact = _plain(self.fact)

    def as_json(self) -> dict[str, Any]:
        """The event as plain values; `event_of` gives it back."""
        return _shown("arrive", self)


@dataclass(frozen=True, slots=True)
class Move:
    """Somebody does something with the fact of a key: `word` is one of `MOVES`.

    `rep` is who does it, or for whom; `by` who said so, where that is somebody else; `to` whom a transfer or an
    override gives it to; `until` to when an extension asks (a date or moment as text).
    """

    at: int
    kind: str
    key: str
    word: str
    rep: str = ""
    by: str = ""
    reason: str = ""
    to: str = ""
    until: str = ""

    def as_json(self) -> dict[str, Any]:
        """The event as plain values; `event_of` gives it back."""
        return _shown("move", self)


@dataclass(frozen=True, slots=True)
class Change:
    """A fact of a kind is new, or says something else now in the columns given."""

    at: int
    kind: str
    key: str
    values: Mapping[str, object]

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", _plain(self.values))

    def as_json(self) -> dict[str, Any]:
        """The event as plain values; `event_of` gives it back."""
        return _shown("change", self)


@dataclass(frozen=True, slots=True)
class Changes:
    """Several facts of a kind, by their keys, are new or say something else now: all of them or none."""

    at: int
    kind: str
    facts: Mapping[str, Mapping[str, object]]

    def __post_init__(self) -> None:
        object.__setattr__(self, "facts", {key: _plain(values) for key, values in sorted(self.facts.items())})

    def as_json(self) -> dict[str, Any]:
        """The event as plain values; `event_of` gives it back."""
        return _shown("changes", self)


@dataclass(frozen=True, slots=True)
class Fire:
    """A rule of a `watch` has fired: what it does to the fact of a key is done now.

    `does`: `return`, `hold`, `next`, `notify` or `award`, with its `text` and `to` whom; `lacks` the path that should
    have led to somebody and did not. `due`: the moment at which it fired. `place`: where it stands in the policy,
    `because` the rule and what it read, a line each.
    """

    at: int
    kind: str
    key: str
    does: str
    due: int
    place: str
    because: Sequence[str]
    text: str = ""
    to: str = ""
    lacks: str = ""

    def __post_init__(self) -> None:
        if self.does not in DEEDS:
            raise ValueError(f"a watch does not do `{self.does}`: it is one of {', '.join(DEEDS)}")
        object.__setattr__(self, "because", tuple(self.because))

    def as_json(self) -> dict[str, Any]:
        """The event as plain values; `event_of` gives it back."""
        return _shown("fire", self)


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has come this far: whatever is due happens."""

    at: int

    def as_json(self) -> dict[str, Any]:
        """The event as plain values; `event_of` gives it back."""
        return _shown("tick", self)


@dataclass(frozen=True, slots=True)
class Activate:
    """Another policy takes over: the same credits, holders and deadlines, other rules."""

    at: int
    policy_hash: str

    def as_json(self) -> dict[str, Any]:
        """The event as plain values; `event_of` gives it back."""
        return _shown("activate", self)


Event = Arrive | Move | Change | Changes | Fire | Tick | Activate

_EVENTS: Mapping[str, type[Event]] = {
    "arrive": Arrive,
    "move": Move,
    "change": Change,
    "changes": Changes,
    "fire": Fire,
    "tick": Tick,
    "activate": Activate,
}


def event_of(value: Mapping[str, Any]) -> Event:
    """The event of its plain values. Raises `ValueError` for what is none."""
    made = dict(value)
    word = made.pop("event", None)
    found = _EVENTS.get(word) if isinstance(word, str) else None
    if found is None:
        raise ValueError(f"`{word}` is no event: it is one of {', '.join(_EVENTS)}")
    known = {spec.name for spec in fields(found)}
    strange = sorted(made.keys() - known)
    if strange:
        raise ValueError(f"the event `{word}` has no `{strange[0]}`")
    try:
        return found(**made)
    except TypeError:
        raise ValueError(f"the event `{word}` needs {', '.join(spec.name for spec in fields(found))}") from None


def _shown(word: str, event: Event) -> dict[str, Any]:
    """An event with its word; texts that say nothing are left out."""
    made: dict[str, Any] = {spec.name: getattr(event, spec.name) for spec in fields(event)}
    return {"event": word, **{name: part for name, part in made.items() if part != ""}}


def _plain(values: Mapping[str, object]) -> dict[str, object]:
    """Values in their one form: decimals as texts without an exponent."""
    return {name: format(value, "f") if isinstance(value, Decimal) else value for name, value in values.items()}
