"""Slips of columns, moments and stretches of time: what databases and other languages write for them."""

from __future__ import annotations

import re

from .slip import Found, Repair, Slip

__all__ = ["default_of_column", "in_last", "list_of_texts", "moment_without_quotes", "optional_word"]

_MOMENT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T|\s+)([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)Z?"


def optional_word(slip: Slip) -> Found | None:
    """`email: text optional`, `owner: rep or missing`: read as the name of the next column."""
    behind = _behind_type(slip, r"(?:optional|nullable|null|or\s+(?:missing|null|none))\b")
    if behind is None:
        return None
    back, start, said = behind
    return slip.found(
        "what may be missing has a `?`", "write `?` right behind the type",
        Repair(said.end(), ("OPTIONAL",), back), fix="?", start=start, end=said.end(),
    )  # fmt: skip


def list_of_texts(slip: Slip) -> Found | None:
    """`priority: "high", "low"`."""
    texts = slip.match(r"(?:[,|/]\s*\"[^\"\n]*\"\s*)+")
    if texts is None or slip.prev().type != "STRING" or not slip.accepts("OR", "STRING"):
        return None
    meant = " or ".join([str(slip.prev()), *(f'"{text}"' for text in texts.group().split('"')[1::2])])
    return slip.found(
        "one of several texts is told with `or`", f"write `{meant}`", Repair(texts.end()), fix=meant,
        start=slip.prev().start_pos or 0, end=texts.end(),
    )  # fmt: skip


def default_of_column(slip: Slip) -> Found | None:
    """`priority: text default "low"`: read as the name of the next column."""
    behind = _behind_type(slip, r"default\s*[:=]?\s*(\"[^\"\n]*\"|[\w.%]+)")
    if behind is None:
        return None
    back, start, said = behind
    return slip.found(
        "a column has no default",
        f"declare it with `?`, and say what then where it is read: `... else {said[1]}`",
        Repair(said.end(), ("OPTIONAL",), back), start=start, end=said.end(),
    )  # fmt: skip


def _behind_type(slip: Slip, pattern: str) -> tuple[int, int, re.Match[str]] | None:
    """Words right behind the type of a column: how many words back they begin, where, and what they are."""
    for back in (0, 1):
        here = slip.back(back)
        said = here.match(pattern) if here is not None else None
        if here is not None and said is not None and here.accepts("OPTIONAL"):
            return back, here.start, said
    return None


def moment_without_quotes(slip: Slip) -> Found | None:
    """`created: 2026-03-02 09:00`, `on 2026-03-02T09:30`."""
    start = slip.prev().start_pos
    if slip.prev().type not in {"DATE", "NUMBER"} or start is None or not slip.accepted_before(1, "STRING"):
        return None
    said = slip.back(1)
    found = said.match(_MOMENT) if said is not None else None
    if found is None:
        return None
    meant = f'"{found.group()[:10]} {found[1]}"'
    return slip.found(
        "a moment stands in quotes", f"write `{meant}`", Repair(found.end(), ("STRING",), 1), fix=meant, start=start,
        end=found.end(),
    )  # fmt: skip


def in_last(slip: Slip) -> Found | None:
    """`count of lead where lead.owner is rep in the last 7 days`."""
    said = slip.match(r"(?:in|during|within)\s+(?:the\s+)?(?:last|past)\s+([0-9]+\s+[a-z]+)\b")
    if said is None:
        return None
    back = " before `where`" if "where" in map(str, slip.before[-20:]) else ""
    return slip.found(
        "over what time something is read is told by `over`", f"write `over last {said[1]}`{back}",
        Repair(said.end()), end=said.end(),
    )  # fmt: skip
