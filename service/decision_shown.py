"""A decision as people read it: who, by which rule, and for everybody else the first reason why not."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from ..engine.assigning.assignment import DrawKeys
from ..engine.calendar.days import SECONDS_PER_DAY, format_day
from ..engine.calendar.periods import Period
from ..engine.turns.draws import Draw, holder, recorded_weights, verify
from .key_file import read_seed
from .run_files import SavedRun
from .stopped import WrongUse
from .tables_shown import say_table
from .terminal import say
from .why_not_steps import Columns, SeenRep, seen_by, share_columns, why_not_told

__all__ = ["DrawChecked", "draws_checked", "show_decision"]


@dataclass(frozen=True, slots=True)
class DrawChecked:
    """A draw of the log: its period and commitment, the winner with the tickets, and what a check with the seed found.

    `wrong` is None where the seed is not there to check with.
    """

    period: str
    commitment: str
    winner: str
    low: int
    high: int
    draw: Mapping[str, Any]
    wrong: tuple[str, ...] | None


def draws_checked(run: SavedRun, decision: Mapping[str, Any]) -> list[DrawChecked]:
    """The draws that decided, checked as far as they can be: of a group, where one was drawn first, and of a rep."""
    choices = [choice for tier in decision["tried"] for choice in (tier.get("group", {}), tier)]
    return [_draw_checked(run, decision, choice["draw"]) for choice in choices if "draw" in choice]


def _draw_checked(run: SavedRun, decision: Mapping[str, Any], drawn: Mapping[str, Any]) -> DrawChecked:
    day = decision["at"] // SECONDS_PER_DAY
    commitments: Mapping[str, str] = run.report.get("draws") or {}
    period = next((one for one in commitments if _covers(Period.parse(one), day)), "")
    record = str(drawn["record"]).encode()
    ticket = int(drawn["ticket"])
    index, low, high = holder(ticket, recorded_weights(record))
    made = Draw(ticket, int(drawn["tickets"]), index, low, high, drawn["counter"], drawn["digest"])
    commitment = commitments.get(period, "")
    keys: str | None = run.report["given"]["keys"]
    winner = json.loads(record, parse_float=Decimal)["eligible"][index][0]
    return DrawChecked(
        period, commitment, str(winner), low, high, drawn, _checked(keys, period, commitment, record, made)
    )


def _covers(period: Period, day: int) -> bool:
    return period.start <= day < period.end


def _checked(
    keys: str | None, period: str, commitment: str, record: bytes, drawn: Draw
) -> tuple[str, ...] | None:  # fmt: skip
    if keys is None or not Path(keys).is_file():
        return None
    try:
        key = DrawKeys(read_seed(Path(keys))).key_of(period)
    except WrongUse as problem:
        return (problem.message,)
    return tuple(verify(commitment, key, record, drawn))


def show_decision(decision: Mapping[str, Any], checked: Sequence[DrawChecked]) -> None:
    """The winner, the rule, the rules before it, and each tier that was tried with its candidates."""
    rep, held = decision["rep"], decision["held"]
    went = f"went to {rep}" if rep is not None else f"was held at `{held}`" if held else "went to nobody"
    number = f"number {decision['sequence']:,} to arrive, {_moment(decision['at'])}"
    say(f"{decision['kind']} {decision['key']} {went}   (decision {decision['decision_id']}, {number})")
    say(f"  because {decision['because']}")
    say(f"  rule {decision['rule']} by {decision['strategy']}   ({decision['place']})")
    if "lapses" in decision:
        how = f": {decision['lapses_because']}" if "lapses_because" in decision else ""
        say(f"  {'an offer' if rep is not None else 'open to these'} until {_moment(decision['lapses'])}{how}")
    if decision["skipped_rules"]:
        say()
        say("rules before it that did not apply:")
        for skipped in decision["skipped_rules"]:
            say(f"  {skipped['rule']}: {skipped['because']}")
    for tier in decision["tried"]:
        say()
        if "group" in tier:
            group = tier["group"]
            say(f"groups by {group['strategy']}, of those who share {group['of']}")
            _show_tier(group, group["chosen"], "group")
            say()
        say(f"candidates by {tier['strategy']}   ({tier['place']})")
        _show_tier(tier, rep)
    for draw in checked:
        _show_draw(draw)


def _moment(at: int) -> str:
    day, second = divmod(at, SECONDS_PER_DAY)
    clock = f" {second // 3600:02d}:{second // 60 % 60:02d}" if second else ""
    return format_day(day) + clock


def _show_tier(tier: Mapping[str, Any], winner: str | None, who: str = "rep") -> None:
    measured: dict[str, str] = dict(tier.get("measured", {}))
    for compared in tier.get("further", ()):
        for rep, value in compared["measured"].items():
            measured[rep] += f", {value}"
    shares = share_columns(tier)
    headers = (who, *(["by"] if measured else []), *shares.headers, "why not")
    rows = [
        (
            entry.rep or "(nobody)",
            *([measured.get(entry.rep, "")] if measured else []),
            *shares.of.get(entry.rep, ("",) * len(shares.headers)),
            why_not_told(entry, tier, winner, shares),
        )
        for entry in sorted(seen_by(tier), key=lambda entry: _order(entry, winner, shares))
    ]
    say_table(headers, rows, right=range(1, len(headers) - 1))


def _order(entry: SeenRep, winner: str | None, shares: Columns) -> tuple[bool, int, bool, str]:
    place = list(shares.of).index(entry.rep) if entry.rep in shares.of else len(shares.of)
    return entry.rep != winner, place, not entry.eligible, entry.rep


def _show_draw(checked: DrawChecked) -> None:
    drawn = checked.draw
    say()
    held = f"{checked.winner} held {checked.low:,} .. {checked.high - 1:,}"
    say(f"the draw: ticket {drawn['ticket']} of {drawn['tickets']}, numbered from 0; {held}")
    say(f"  key of {checked.period}, committed to by {checked.commitment}")
    say(f"  record {drawn['record']}")
    say(f"  hash   {drawn['digest']}")
    say("to verify once the key is published (docs/fairness.md has a program):")
    say("  SHA-256 of the key is the commitment")
    say(f"  HMAC-SHA256(key, record + counter {drawn['counter']} as 8 bytes) is the hash")
    say(f"  the hash as a number, modulo {drawn['tickets']}, is the ticket")
    if checked.wrong is None:
        say("not checked here: the seed is not there")
    elif checked.wrong:
        for line in checked.wrong:
            say(f"WRONG: {line}")
    else:
        say("checked here with the seed: all three hold")
