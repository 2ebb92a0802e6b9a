"""Slips between several measures of a step: words where a comma belongs."""

from __future__ import annotations

import re

from .slip import Found, Repair, Slip

__all__ = ["joined_by_word"]

_LINKS = frozenset({"then", "and", "by", "ties", "next"})
_JOINED = re.compile(r"(?:(?:then|and|by|ties|next)\s+)+(best|fewest)\b")
_TURNS = re.compile(r"(?:(?:then|and|by|ties|next)\s+)+(round_robin)\b")
_MEASURES = ("best", "fewest")
_MESSAGE = "what decides among equals stands behind a comma"


def joined_by_word(slip: Slip) -> Found | None:
    """`by best skill then fewest open_leads`, with or without a comma; `then round_robin`."""
    return _behind_comma(slip) or _without_comma(slip)


def _without_comma(slip: Slip) -> Found | None:
    """`best skill then fewest open_leads`: the slip is the word between."""
    if not slip.accepts("COMMA"):
        return None
    last = slip.prev()
    start = last.start_pos or 0
    found = _JOINED.match(slip.body, slip.start)
    if found is not None:
        return slip.found(
            _MESSAGE, f"write `, {found[1]}`", Repair(found.start(1), ("COMMA",)), fix=f"{last}, {found[1]}",
            start=start, end=found.end(),
        )  # fmt: skip
    turns = _TURNS.match(slip.body, slip.start)
    if turns is not None:
        return slip.found(
            "those who are alike in all measures take turns anyway", f"leave `{turns.group()}` out",
            Repair(turns.end()), end=turns.end(),
        )  # fmt: skip
    return None


def _behind_comma(slip: Slip) -> Found | None:
    """`best skill, then fewest open_leads`: the word was read as a measure, and the slip is what stands behind."""
    words = [str(token) for token in slip.before[-3:]]
    if slip.text in _MEASURES:  # behind `, then by`
        measure, here, links = slip.text, slip.start, words[1:]
    else:  # behind `, then fewest`
        measure, here, links = str(slip.prev()), slip.prev().start_pos or 0, words[1:2]
    if len(words) < 3 or words[0] != "," or measure not in _MEASURES or not set(links) <= _LINKS:
        return None
    return slip.found(
        _MESSAGE, f"write `, {measure}`", Repair(here, (), 2), fix=measure, start=slip.prev(2).start_pos or 0,
        end=here + len(measure),
    )  # fmt: skip
