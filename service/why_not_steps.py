"""What the steps of a decision say of one rep: eligible or not, how it stood, and why it did not get it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from .fairness_shown import thousandths

__all__ = ["Columns", "SeenRep", "WhyNot", "seen_by", "share_columns", "why_not_steps", "why_not_told"]


@dataclass(frozen=True, slots=True)
class Columns:
    """What the sharing says of those who took part in it, in the order to show them."""

    headers: tuple[str, ...]
    of: Mapping[str, tuple[str, ...]]


def turn_columns(turn: Mapping[str, Any]) -> Columns:
    """The standings of a turn, in leads."""
    scale, standings = int(turn["scale"]), turn["standings"]
    cost = scale * int(turn.get("value", 1))
    lines = zip(standings["reps"], map(int, standings["shares"]), map(int, standings["credits_before"]), strict=True)

    def leads(amount: int, *, sign: bool = True) -> str:
        return thousandths(Fraction(amount, scale), sign=sign)

    return Columns(
        ("share", "credit before", "with share", "credit after"),
        {
            rep: (
                leads(share, sign=False),
                leads(before),
                leads(before + share),
                leads(before + share - (cost if rep == turn["winner"] else 0)),
            )
            for rep, share, before in sorted(lines, key=lambda line: -(line[1] + line[2]))
        },
    )


def draw_columns(record: str) -> Columns:
    """The tickets of a draw, by its record."""
    made: dict[str, tuple[str, ...]] = {}
    low = 0
    for rep, weight in json.loads(record, parse_float=Decimal)["eligible"]:
        made[rep] = (f"{weight:,}", f"{low:,} .. {low + weight - 1:,}")
        low += weight
    return Columns(("tickets", "numbers"), made)


def share_columns(choice: Mapping[str, Any]) -> Columns:
    """What a turn or a draw says of those among whom it chose."""
    if "turn" in choice:
        return turn_columns(choice["turn"])
    return draw_columns(str(choice["draw"]["record"])) if "draw" in choice else Columns((), {})


class SeenRep(NamedTuple):
    """A rep as a step saw it; for whom it refused the first condition that failed, and its place in the policy."""

    rep: str
    eligible: bool
    because: str = ""
    place: str = ""


def seen_by(tier: Mapping[str, Any]) -> list[SeenRep]:
    """Everybody whom a step looked at."""
    refused = [SeenRep(rep, False, one["because"], one["place"]) for one in tier["refused"] for rep in one["reps"]]
    return [*(SeenRep(rep, True) for rep in tier["eligible"]), *refused]


@dataclass(frozen=True, slots=True)
class WhyNot:
    """A step that was tried, and what it says of one rep; `eligible`: nothing stood in the way."""

    strategy: str
    place: str
    eligible: bool
    because: str


def why_not_steps(decision: Mapping[str, Any], rep: str) -> list[WhyNot]:
    """The steps of a decision that looked at a rep, in order."""
    made: list[WhyNot] = []
    for tier in decision["tried"]:
        entry = next((one for one in seen_by(tier) if one.rep == rep), None)
        if entry is None:
            continue
        shares = share_columns(tier)
        if "group" in tier and (key := group_of(tier, rep)) and key != tier["group"]["chosen"]:
            standing = _standing(share_columns(tier["group"]), key)
        else:
            standing = _standing(shares, rep)
        why = why_not_told(entry, tier, decision["rep"], shares) if entry.eligible else entry.because
        made.append(
            WhyNot(
                str(tier["strategy"]),
                str(tier["place"]),
                entry.eligible,
                why + (f" ({standing})" if standing else ""),
            )
        )
    return made


def _standing(shares: Columns, key: str) -> str:
    return ", ".join(f"{name} {cell}" for name, cell in zip(shares.headers, shares.of.get(key, ()), strict=False))


def group_of(tier: Mapping[str, Any], rep: str) -> str:
    """The group of a rep who could take it, where one was chosen first; else empty."""
    members: dict[str, list[str]] = tier["group"]["members"] if "group" in tier else {}
    return next((key for key, reps in members.items() if rep in reps), "")


_NOT_CHOSEN = {"fewest": "not the fewest", "best": "not the best"}


def why_not_told(entry: SeenRep, tier: Mapping[str, Any], winner: str | None, shares: Columns) -> str:
    """Why a candidate of a step did not get it, in a few words."""
    if not entry.eligible:
        return f"{entry.because}   ({entry.place})"
    if entry.rep == winner:
        return "chosen"
    if (key := group_of(tier, entry.rep)) and key != tier["group"]["chosen"]:
        return f"{tier['group']['of']} is {key}, and {tier['group']['chosen']} was chosen"
    if "turn" in tier and entry.rep in tier["turn"]["tie"]:
        return "tied, and later in the declared order"
    if "band" in tier and entry.rep in shares.of and (told := _by_band(entry.rep, tier, winner)):
        return told
    if "turn" in tier and entry.rep in shares.of:
        return "less credit"
    if "draw" in tier and entry.rep in shares.of:
        return "not drawn"
    if "card" in tier:
        return "another card"
    return _NOT_CHOSEN.get(tier["strategy"], "could take it")


def _by_band(rep: str, tier: Mapping[str, Any], winner: str | None) -> str:
    """Why not, where a measure decided within a band; empty where credits did."""
    band, measured = tier["band"], tier["measured"]
    if band["overdue"] or not band["inside"]:
        return ""
    if rep not in band["inside"]:
        return "would be ahead by more than the band"
    return "" if winner is None or measured[rep] == measured[winner] else _NOT_CHOSEN[tier["strategy"]]
