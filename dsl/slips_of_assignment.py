"""Slips of `assign`: what other systems call what a step, an action or a timer does."""

from __future__ import annotations

from .slip import Found, Repair, Slip
from .slips_of_phrases import phrase_start
from .words import SHARING

__all__ = [
    "accept_left_out", "action_word", "contained", "direction_in_setting", "limit_per_period", "spoken_sharing",
    "step_behind_nobody", "team_by_text", "timer_condition", "unquoted_desk",
]  # fmt: skip

_ACTIONS = {
    "next": ("reassign", "reroute", "rotate", "retry", "escalate"),
    "return": ("recall", "reclaim", "unassign", "pool", "release", "open"),
    "hold": ("wait", "queue", "park", "keep", "desk"),
}
_DIRECTIONS = frozenset({"asc", "desc", "ascending", "descending"})


def team_by_text(slip: Slip) -> Found | None:
    """`to team "East"`."""
    name = str(slip.prev())
    if slip.type != "STRING" or not slip.was("to", name) or not slip.accepted_before(1, "ANY", "NAME", "WHERE"):
        return None
    meant = f"any rep where rep.{name} is {slip.text}"
    return slip.found(
        "a step chooses among reps", f"write `to {meant} by round_robin`",
        Repair(slip.end, ("ANY", "NAME"), 1), fix=meant, start=slip.prev().start_pos or 0,
    )  # fmt: skip


def step_behind_nobody(slip: Slip) -> Found | None:
    """`if nobody to any rep by random`."""
    if slip.text != "to" or not slip.was("if", "nobody") or not slip.accepts("HOLD"):
        return None
    return slip.found(
        "`if nobody` says what becomes of it, and chooses nobody more", "put one more step `to ...` before it",
        Repair(slip.end, skip=True),
    )  # fmt: skip


def action_word(slip: Slip) -> Found | None:
    """`after 2 hours reassign`, `if nobody wait`."""
    if slip.type != "NAME" or not (slip.accepts("RETURN") and slip.accepts("HOLD")):
        return None
    meant = next((word for word, said in _ACTIONS.items() if slip.text in said), None)
    if meant is None:
        return None
    shown = 'hold "desk"' if meant == "hold" else meant
    return slip.found(
        f"`{slip.text}` is not what can be done", f"write `{shown}`", slip.instead(slip.end, meant.upper()), fix=shown,
    )  # fmt: skip


def timer_condition(slip: Slip) -> Found | None:
    """`after 2 hours if lead.first_contact is missing next`."""
    if slip.text not in {"if", "when"} or not slip.accepts("UNLESS"):
        return None
    return slip.found(
        "a timer says when it does nothing", "turn the condition round, and write `unless ...`",
        slip.instead(slip.end, "UNLESS"),
    )  # fmt: skip


def unquoted_desk(slip: Slip) -> Found | None:
    """`hold queue`."""
    if slip.type != "NAME" or not slip.was("hold") or not slip.accepts("STRING"):
        return None
    meant = f'"{slip.text}"'
    return slip.found("a desk is a text", f"write `hold {meant}`", slip.instead(slip.end, "STRING"), fix=meant)


def limit_per_period(slip: Slip) -> Found | None:
    """`needs received < 5 per day`."""
    period = slip.match(r"(?:per|a|an|each|every)\s+(hour|day|week|month|quarter|year)\b")
    number, sign = slip.prev(), slip.prev(2)
    if period is None or number.type != "NUMBER" or sign.type != "COMPARE" or slip.accepts("PER"):
        return None
    if phrase_start(slip) is not None:  # `highest of bookings where bookings > 5 per quarter`
        return None
    before = slip.back(2)
    name = before.path_before() if before is not None else "..."
    span = "last 1 hour" if period[1] == "hour" else period[1]
    return slip.found(
        "a limit has no period: what it counts has one", f"write `({name} over {span}) {sign} {number}`",
        Repair(period.end()), end=period.end(),
    )  # fmt: skip


def spoken_sharing(slip: Slip) -> Found | None:
    """`to any rep round_robin`, `by round_robin weighted by rep.capacity`."""
    word = str(slip.prev())
    if slip.text == "by" and word.startswith("weight") and slip.was("by", "round_robin", word):
        return slip.found(
            "turns in proportion to a value are a way of their own", "write `by capability_weighted ...`",
            Repair(slip.end, (), 1), fix="capability_weighted", start=slip.prev(2).start_pos or 0,
        )  # fmt: skip
    if slip.text in SHARING and slip.type == "NAME" and slip.accepts("BY", "NAME"):
        return slip.found(
            f"`by` is missing before `{slip.text}`", f"write `by {slip.text}`", slip.insert("BY"),
            fix=f"by {slip.text}",
        )  # fmt: skip
    return None


def accept_left_out(slip: Slip) -> Found | None:
    """`by round_robin within 15 minutes`."""
    if slip.prev() != "within" or not slip.accepted_before(1, "ACCEPT", "WITHIN", "QUANTITY"):
        return None
    wait = slip.match(r"[0-9][0-9_]*\s+(?:second|minute|hour|day|week|month)s?\b")
    if wait is None:
        return None
    return slip.found(
        "an offer stands for a time: `accept within ...`", f"write `accept within {wait.group()}`",
        Repair(wait.end(), ("ACCEPT", "WITHIN", "QUANTITY"), 1), fix=f"accept within {wait.group()}",
        start=slip.prev().start_pos or 0, end=wait.end(),
    )  # fmt: skip


def contained(slip: Slip) -> Found | None:
    """`rep.skills contains lead.industry`."""
    said = slip.match(r"(?:contains?|includes?|has|have|covers?)\s+([\w.]+|\"[^\"\n]*\")")
    if said is None or not slip.accepts("IN"):
        return None
    group = slip.path_before()
    return slip.found(
        "what is in a set stands before it", f"write `{said[1]} in {group}`",
        Repair(said.end(), ("IN", "NAME")), start=slip.prev(len(group.split(".")) * 2 - 1).start_pos or 0,
        end=said.end(), fix=f"{said[1]} in {group}",
    )  # fmt: skip


def direction_in_setting(slip: Slip) -> Found | None:
    """`queue: priority desc`."""
    direction, name, word = (str(slip.prev(back)) for back in (1, 2, 4))
    if direction not in _DIRECTIONS or not slip.was(word, ":", name, direction):
        return None
    return slip.found(
        f"`{word}` has one direction: the largest comes first",
        f"leave `{direction}` out; for the smallest first, name a `let` such as `0 - {name}`",
        Repair(slip.start, (), 1), fix="", start=slip.prev().start_pos or 0, end=slip.prev().end_pos or 0,
    )  # fmt: skip
