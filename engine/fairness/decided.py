"""A decision as its fairness is judged: who could take it, what each was owed, and who got it.

Read from a decision in memory, or from the plain values that `Decision.as_json` gave: a file of `meed assign`, a log.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, NamedTuple

from ..assigning.decisions import Decision, TierTried
from ..turns.band import reach_of
from ..turns.credit_unit import LEADS, CreditUnit
from ..turns.shares import SCALE

__all__ = ["Decided", "DrawMade", "Looked", "NoDecision", "ShareLine", "TurnMade"]


class NoDecision(ValueError):
    """Something else than a decision, or one that was damaged."""


class ShareLine(NamedTuple):
    """What a turn owes one rep, and the credit before it, in 1/SCALE of a lead or of a unit of value."""

    rep: str
    share: int
    before: int


@dataclass(frozen=True, slots=True)
class TurnMade:
    """A turn of a pool of credits; `value` is what the lead counts, `manual` says that a person chose.

    `reach`: with a band, twice that, in whole units; the promise scales with it where it is more than the value.
    `unit`: what the pool counts. `of`: what the groups share that contend in it, empty where reps do.
    """

    pool: str
    winner: str
    lines: tuple[ShareLine, ...]
    value: int = 1
    manual: bool = False
    reach: int = 0
    unit: CreditUnit = LEADS
    of: str = ""


@dataclass(frozen=True, slots=True)
class DrawMade:
    """A draw by lot: the tickets of each rep, and who held the one that was drawn."""

    tickets: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Looked:
    """A step that was tried: `could` take it, `refused` with the place in the policy of the first reason.

    `group`: the choice of the group before, where one was made; `chosen`: which, of those who share `of`.
    """

    strategy: str
    could: tuple[str, ...]
    refused: tuple[tuple[str, str], ...]
    turn: TurnMade | None = None
    draw: DrawMade | None = None
    group: Looked | None = None
    chosen: str = ""
    of: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision; `at` in seconds by the policy's clocks, `looked` in the order in which steps were tried."""

    id: str
    kind: str
    key: str
    at: int
    sequence: int
    rep: str | None
    held: str | None
    rule: str
    strategy: str
    looked: tuple[Looked, ...]

    @property
    def turn(self) -> TurnMade | None:
        """The turn by which it was given; None where it was not given by turns."""
        return self.looked[-1].turn if self.looked and self.rep is not None else None

    @property
    def draw(self) -> DrawMade | None:
        """The draw by which it was given; None where nothing was drawn."""
        return self.looked[-1].draw if self.looked and self.rep is not None else None

    @property
    def levels(self) -> tuple[Looked, ...]:
        """The choices by which it was given: of a group, where one was chosen first, and of a rep."""
        if not self.looked or self.rep is None:
            return ()
        last = self.looked[-1]
        return (last,) if last.group is None else (last.group, last)

    @classmethod
    def of(cls, made: Decision) -> Decided:
        """The decision as it stands in memory."""
        looked = tuple(_looked(tier) for tier in made.tried)
        return cls(
            made.id, made.kind, made.key, made.at, made.sequence, made.rep, made.held, made.rule, made.strategy, looked
        )

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Decided:
        """The decision of plain values. Raises `NoDecision`."""
        try:
            looked = tuple(_read_tier(tier) for tier in said["tried"])
            return cls(
                str(said["decision_id"]), str(said["kind"]), str(said["key"]), int(said["at"]),
                int(said["sequence"]), said["rep"], said["held"], str(said["rule"]), str(said["strategy"]), looked,
            )  # fmt: skip
        except (KeyError, TypeError, ValueError, IndexError) as problem:
            missing = f": it has no `{problem.args[0]}`" if isinstance(problem, KeyError) else ""
            raise NoDecision(f"this is not a decision{missing}") from None


# --- from memory ---------------------------------------------------------------------------------------------


def _looked(tier: TierTried) -> Looked:
    could = tuple(candidate.rep for candidate in tier.candidates if candidate.eligible)
    refused = tuple((candidate.rep, candidate.place) for candidate in tier.candidates if not candidate.eligible)
    turn = draw = None
    if tier.turn is not None:
        made = tier.turn
        lines = tuple(ShareLine(one.key, one.share, one.credit_before) for one in made.standings)
        turn = TurnMade(
            made.pool, made.winner, lines, made.value, made.manual, reach_of(tier.band.size) if tier.band else 0,
            replace(tier.unit, lead="") if tier.unit.lead else tier.unit,
        )  # fmt: skip
    if tier.draw is not None:
        draw = DrawMade(_tickets(tier.record))
    if tier.group is None:
        return Looked(tier.strategy, could, refused, turn, draw)
    first, of = _looked(tier.group.tried), tier.group.of
    return Looked(tier.strategy, could, refused, turn, draw, _of_group(first, of), tier.group.chosen, of)


def _of_group(made: Looked, of: str) -> Looked:
    return made if made.turn is None else replace(made, turn=replace(made.turn, of=of))


# --- from plain values ---------------------------------------------------------------------------------------


def _read_tier(said: Mapping[str, Any]) -> Looked:
    could = tuple(map(str, said["eligible"]))
    refused = tuple((str(rep), str(one["place"])) for one in said["refused"] for rep in one["reps"])
    turn = _read_turn(said["turn"]) if "turn" in said else None
    if turn is not None and "counts" in said:
        counts = said["counts"]
        unit = CreditUnit(str(counts["what"]), str(counts.get("currency", "")), "", int(counts.get("per", 1)))
        turn = replace(turn, unit=unit)
    if turn is not None and "band" in said:
        turn = replace(turn, reach=reach_of(int(said["band"]["size"])))
    draw = DrawMade(_tickets(str(said["draw"]["record"]))) if "draw" in said else None
    made = Looked(str(said["strategy"]), could, refused, turn, draw)
    if "group" not in said:
        return made
    group, of = said["group"], str(said["group"]["of"])
    return replace(made, group=_of_group(_read_tier(group), of), chosen=str(group["chosen"]), of=of)


def _read_turn(said: Mapping[str, Any]) -> TurnMade:
    if int(said["scale"]) != SCALE:
        raise ValueError("a turn in other units")
    columns = said["standings"]
    rows = zip(columns["reps"], columns["shares"], columns["credits_before"], strict=True)
    lines = tuple(ShareLine(str(rep), int(share), int(before)) for rep, share, before in rows)
    return TurnMade(
        str(said["pool"]), str(said["winner"]), lines, int(said.get("value", 1)), bool(said.get("manual", False))
    )


def _tickets(record: str) -> tuple[tuple[str, int], ...]:
    """The reps of a draw with their tickets, by its record."""
    listed = json.loads(record, parse_float=Decimal)["eligible"]
    return tuple((str(rep), int(count)) for rep, count in listed)
