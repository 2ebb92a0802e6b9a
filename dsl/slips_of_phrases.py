"""Slips of reach: a reading with words behind it, a limit or a sum that stands where only a name or brackets can."""

from __future__ import annotations

import re

from .slip import Found, Repair, Slip
from .words import AGGREGATES, SHARING, TABLES

__all__ = ["bare_sum", "let_of_rows", "limit_inside", "open_phrase", "person_by_text", "phrase_start", "row_in_setting"]

_FILTERS = frozenset({"over", "within", "where", "per", "ties", "on"})
_BREAKS = frozenset({"=", "{", "(", ",", ":", "when", "needs", "expect", "given"})
_SIGNS = frozenset({"COMPARE", "SIGN", "SCALE"})
_COLUMN_SETTINGS = frozenset({"queue", "fair_in", "moves", "order"})
_REST_OF_SUM = re.compile(r"(?:[-+*/]\s*[\w.%]+(?:\s+(?:second|minute|hour|day|week|month|quarter|year)s?\b)?\s*)+")
_FAR = 24
_SHOWN = 44


def limit_inside(slip: Slip) -> Found | None:
    """`days(rep.hired at least period.start, ...)`, `= 15% of deal.amount at most 45_000 when ...` in a `credit`."""
    words = slip.match(r"at\s+(most|least)\b")
    if words is None or slip.accepts("AT") or not slip.accepts("SCALE"):
        return None
    said = f"at {words[1]}"
    return slip.found(
        f"`{said}` cannot stand inside a value",
        f"give the value a name of its own: `let limited of ... = ... {said} ...`",
        Repair(words.end(), ("SCALE",)), end=words.end(),
    )  # fmt: skip


def open_phrase(slip: Slip) -> Found | None:
    """`count of visit over last 7 days > 3`, `when rank of bookings ties same is 1`."""
    start = phrase_start(slip)
    if start is None:
        return None
    goes_on = slip.text in _FILTERS
    if slip.accepts(slip.terminal) or not (goes_on or slip.type in _SIGNS or slip.text in {"is", "in"}):
        return None
    phrase = " ".join(slip.body[start : slip.start].split())
    if goes_on and " where " in phrase:  # filters stand before it: another slip
        return None
    if goes_on or len(phrase) > _SHOWN:
        phrase = f"{' '.join(phrase.split()[:3])} {slip.text if goes_on else ''} ...".replace("  ", " ")
    meant = f"({phrase})" if goes_on else f"({phrase}) {slip.text} ..."
    return slip.found(
        "a reading with words behind it wears brackets inside an expression", f"write `{meant}`",
        Repair(slip.end, skip=True), start=start,
    )  # fmt: skip


def phrase_start(slip: Slip) -> int | None:
    """Where a reading begins (`count of`, `bookings of`) that what stands here would go on with; None for none."""
    filtered = slip.text in _FILTERS
    for back in range(1, min(_FAR, len(slip.before))):
        word = str(slip.prev(back))
        if word == "of" and slip.prev(back + 1).type == "NAME":
            return slip.prev(back + 1).start_pos if filtered else None
        filtered = filtered or word in _FILTERS
        if word in _BREAKS:
            return None
    return None


def bare_sum(slip: Slip) -> Found | None:
    """`step month_of_year - 3 { from 1: 5% }`, `on deal.closed + 90 days`, `by fewest open - 1`."""
    if slip.type not in {"SIGN", "SCALE"} or slip.accepts(slip.type):
        return None
    name = slip.path_before()
    word = str(slip.prev(len(name.split(".")) * 2))
    if word in TABLES:
        message, end = "a table reads a name, not a sum", slip.body.find("{", slip.start)
    elif word == "on" or word in SHARING:
        rest = _REST_OF_SUM.match(slip.body, slip.start)
        message, end = f"behind `{word}` stands a name, or a sum in brackets", rest.end() if rest else -1
    else:
        return None
    if end < 0:
        return None
    return slip.found(message, f"put it into brackets: `{word} ({name} {slip.text} ...)`", Repair(end))


def row_in_setting(slip: Slip) -> Found | None:
    """`queue: lead.value`."""
    word, row = str(slip.prev(3)), str(slip.prev())
    column = slip.match(r"\.\s*([^\W\d]\w*)")
    if column is None or word not in _COLUMN_SETTINGS or not slip.was(word, ":", row) or slip.accepts("DOT"):
        return None
    return slip.found(
        f"`{word}` names a column, and no row", f"write `{word}: {column[1]}`", Repair(slip.end, (), 1), fix=column[1],
        start=slip.prev().start_pos or 0, end=column.end(),
    )  # fmt: skip


def let_of_rows(slip: Slip) -> Found | None:
    """`sum of cost of lead where ...`."""
    words = [str(slip.prev(back)) for back in (1, 2, 3)]
    if slip.text != "of" or words[1] != "of" or words[2] not in AGGREGATES or not slip.accepts("WHERE"):
        return None
    row = slip.match(r"of\s+([^\W\d]\w*)")
    if row is None:
        return None
    meant = f"({words[0]} of {row[1]})"
    return slip.found(
        "what is added up over rows is a column, or a name in brackets", f"write `{words[2]} of {meant}`",
        Repair(row.end()), fix=meant, start=slip.prev().start_pos or 0, end=row.end(),
    )  # fmt: skip


def person_by_text(slip: Slip) -> Found | None:
    """`to "Smith"` in a rule."""
    if slip.type != "STRING" or not slip.was("to") or not slip.accepts("ANY", "NAME"):
        return None
    meant = f"any rep where rep.id is {slip.text} by round_robin"
    return slip.found(
        "a step names a column that holds a person, or chooses among many",
        f"for one person, write `to {meant}`", slip.instead(slip.end, "NAME"), fix=meant,
    )  # fmt: skip
