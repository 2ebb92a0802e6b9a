"""Slips of structure: tiers, tables, what a block must hold, brackets, conditions."""

from __future__ import annotations

import re

from .grammar import keywords
from .machine import END
from .slip import CLAUSE_HOMES, Found, Repair, Slip

__all__ = [
    "after_otherwise", "after_where", "chained_comparison", "closes_nothing", "filtered_table", "missing_nobody",
    "missing_otherwise", "mixed_and_or", "of_beside_operator", "outside_block", "table_without_reading",
    "table_without_ties", "tier_without_colon", "tier_without_from", "unclosed_block", "unclosed_bracket",
    "upper_bound",
]  # fmt: skip

_BOUND = r"[0-9][0-9_,]*(?:\.[0-9]+)?(?:%|\s+[a-z]+\b)?"
_RANGE = r"\s*(?:to|until|till|through|thru|up\s+to|and|-|–|—|~|～|\.\.\.?|<)\s*(?:[<=]+\s*)?"
_EDGES = frozenset({"from", "above", "at"})


def upper_bound(slip: Slip) -> Found | None:
    """`from 0% to 100%: 5%`, `0%-100%: 5%`: a tier is its lower bound."""
    behind = re.compile(_RANGE + _BOUND).match(slip.body, slip.start)
    whole = re.compile(f"({_BOUND}){_RANGE}{_BOUND}").match(slip.body, slip.start)
    if behind and str(slip.prev(2)) in _EDGES and slip.accepts("COLON"):
        start, end, feed, fix = slip.start, behind.end(), (), ""
    elif whole and slip.accepts("FROM"):
        start, end, fix = slip.start, whole.end(), f"from {whole[1]}"
        feed = ("FROM", "RATE")
    else:
        return None
    return slip.found(
        "a tier is its lower bound: it ends where the next one begins",
        f"write `{fix}: ...`" if fix else f"leave out `{slip.body[start:end].strip()}`",
        Repair(end, feed), fix=fix, start=start, end=end,
    )  # fmt: skip


def tier_without_from(slip: Slip) -> Found | None:
    """`{ 0%: 5%  100%: 8% }` for `{ from 0%: 5%  from 100%: 8% }`."""
    if (
        slip.type not in {"NUMBER", "RATE", "QUANTITY"}
        or slip.was("from")
        or not slip.accepts("FROM")
        or not slip.match(_BOUND + r"\s*:")
    ):
        return None
    return slip.found(
        f"`from` is missing before `{slip.text}`", f"write `from {slip.text}: ...`", slip.insert("FROM"),
        fix=f"from {slip.text}",
    )  # fmt: skip


def tier_without_colon(slip: Slip) -> Found | None:
    """`from 0% 5%`."""
    if not _EDGES & {str(slip.prev(2)), str(slip.prev(4))} or not slip.accepts("COLON", slip.terminal):
        return None
    return slip.found(
        f"`:` is missing before `{slip.text}`", f"write `{slip.prev(2)} {slip.prev()}: {slip.text}`",
        slip.insert("COLON"), fix=f": {slip.text}",
    )  # fmt: skip


def table_without_reading(slip: Slip) -> Found | None:
    """`bookings { from 0%: 5% }`: nothing says how the tiers are read."""
    if slip.type != "LBRACE" or not slip.match(r"\{\s*(?:from|above|at)\b"):
        return None
    if slip.accepts("TIES") or not slip.accepts("SIGN", "NAME", "NAME", "LBRACE"):
        return None
    name = slip.path_before() if slip.prev().type == "NAME" else "(...)"
    return slip.found(
        "this table does not say how its tiers are read",
        f"write `marginal {name} {{` if each tier has its own rate, `retroactive {name} {{` if the tier reached"
        f" counts for all, `step {name} {{` for a fixed value",
        slip.insert("SIGN", "NAME", "NAME"),
    )  # fmt: skip


def table_without_ties(slip: Slip) -> Found | None:
    """Prizes by place, and no word on who shares a place."""
    if slip.type != "LBRACE" or not slip.accepts("TIES") or not slip.match(r"\{\s*[0-9]"):
        return None
    return slip.found(
        "prizes by place need a rule for ties",
        "write `ties share {`, `ties same {` or `ties first {`", slip.insert("TIES", "NAME"), fix="ties share {",
    )  # fmt: skip


def filtered_table(slip: Slip) -> Found | None:
    """`marginal bookings where ... { from 0%: 5% }`."""
    if slip.type != "LBRACE" or not slip.accepts("TIES"):
        return None
    return slip.found(
        "a table reads a name, not a phrase with filters", "give the filtered value a name with `let`, and read that",
        slip.insert("TIES", "NAME"),
    )  # fmt: skip


def missing_otherwise(slip: Slip) -> Found | None:
    """An `assign` or a `choose` that ends without `otherwise`."""
    if slip.terminal not in {"RBRACE", "AFTER", "EVERY", "WHEN"}:
        return None
    if slip.type == "RBRACE" and slip.accepts("OTHERWISE", "COLON", "NAME", "RBRACE"):
        return slip.found(
            "this `choose` has no `otherwise`", "end it with `otherwise: ...`, for when no case holds",
            slip.insert("OTHERWISE", "COLON", "NAME"),
        )  # fmt: skip
    if not slip.accepts("OTHERWISE", "HOLD", "IF", "NOBODY", "HOLD", slip.terminal):
        return None
    return slip.found(
        "this `assign` has no `otherwise`",
        "add `otherwise to any rep by ...` for what no rule matches, and then `if nobody hold ...`",
        slip.insert("OTHERWISE", "HOLD", "IF", "NOBODY", "HOLD"),
    )  # fmt: skip


def missing_nobody(slip: Slip) -> Found | None:
    """An `assign` without `if nobody`."""
    if slip.terminal not in {"RBRACE", "AFTER", "EVERY", "WHEN"}:
        return None
    if not slip.accepts("IF", "NOBODY", "HOLD", slip.terminal):
        return None
    return slip.found(
        "this `assign` does not say what happens if nobody can take it",
        'add `if nobody hold "..."` after `otherwise`', slip.insert("IF", "NOBODY", "HOLD"),
    )  # fmt: skip


def after_otherwise(slip: Slip) -> Found | None:
    """`otherwise when ...`, and a case or a rule after `otherwise`."""
    if slip.was("otherwise") and slip.terminal == "WHEN":
        found = slip.match(r"when[^:\n]*?(?=:|\bto\b|\bhold\b|\breturn\b|\bnext\b|\bnotify\b|\n)")
        repair = Repair(found.end() if found else slip.end, skip=found is None)
        return slip.found(
            "`otherwise` takes no condition: it is for all that is left",
            "leave the condition out, or make it a rule or case of its own", repair,
        )  # fmt: skip
    words = [str(token) for token in slip.before]
    inside = words[len(words) - words[::-1].index("{") :] if "{" in words else []
    if slip.terminal in {"WHEN", "RULE", "NEEDS", "OTHERWISE"} and "otherwise" in inside:
        return slip.found(
            f"`{slip.text}` stands after `otherwise`", "`otherwise` comes last: move it down",
            Repair(slip.end, skip=True),
        )  # fmt: skip
    return None


def mixed_and_or(slip: Slip) -> Found | None:
    """`a and b or c`."""
    other = {"OR": ("AND", "and"), "AND": ("OR", "or")}.get(slip.terminal)
    if other is None or not slip.accepts(other[0]):
        return None
    return slip.found(
        "`and` and `or` stand side by side", "put brackets around what belongs together: `(a and b) or c`",
        slip.instead(slip.end, other[0]),
    )  # fmt: skip


def chained_comparison(slip: Slip) -> Found | None:
    """`10 < x < 20`."""
    compares = {"COMPARE", "IS", "IN"}
    if slip.terminal not in compares or not slip.accepts("AND", "NAME", slip.terminal):
        return None
    start = next((at for at, token in enumerate(reversed(slip.before)) if token.type in compares), len(slip.before))
    between = slip.before[len(slip.before) - start :]
    if start == len(slip.before) or any(token.type in {"AND", "OR", "LBRACE", "EQUAL", "WHEN"} for token in between):
        return None
    middle = slip.body[between[0].start_pos or 0 : slip.start].strip() if between else "x"
    return slip.found(
        "a comparison cannot go on in another one", f"write `and` and repeat: `... and {middle} {slip.text} ...`",
        slip.insert("AND", "NAME"), fix=f"and {middle} {slip.text}",
    )  # fmt: skip


def unclosed_bracket(slip: Slip) -> Found | None:
    """`(` without `)`."""
    brackets = slip.machine.unclosed("LPAR", "LBRACE")
    if not brackets or brackets[-1][1].type != "LPAR" or not slip.accepts("RPAR"):
        return None
    fits = slip.accepts("RPAR", slip.terminal) or slip.accepts("RPAR", slip.type)
    if not fits or (slip.type in {"NAME", "NUMBER"} and slip.terminal == slip.type):
        return None
    start = brackets[-1][1].start_pos or 0
    return slip.found("this `(` is not closed", "close it with `)`", slip.insert("RPAR"), start=start, end=start + 1)


def unclosed_block(slip: Slip) -> Found | None:
    """`{` without `}`: found at the end, or at a word that belongs to the block around it."""
    braces = slip.machine.unclosed("LBRACE")
    if not braces:
        return None
    start, limit = braces[-1][1].start_pos or 0, slip.was("at", "most") or slip.was("at", "least")
    if slip.type == END:
        repair = Repair(slip.end, skip=True)
    elif limit and slip.accepted_before(2, "RBRACE", "AT", "MOST", slip.terminal):
        repair = Repair(slip.prev(2).start_pos or 0, ("RBRACE",), 2)
    elif (
        slip.text in keywords()
        and slip.accepts("RBRACE", slip.terminal)
        and (slip.first_on_line() or slip.text in CLAUSE_HOMES)
    ):
        repair = slip.insert("RBRACE")
    else:
        return None
    return slip.found("this `{` is not closed", "close it with `}`", repair, start=start, end=start + 1)


def closes_nothing(slip: Slip) -> Found | None:
    """`}` or `)` too many."""
    opened = {"RBRACE": "LBRACE", "RPAR": "LPAR"}.get(slip.type)
    if opened is None or slip.machine.unclosed(opened):
        return None
    return slip.found(
        f"this `{slip.text}` closes nothing",
        "leave it out, or open its block",
        slip.instead(slip.end),
        fix="",
    )


def outside_block(slip: Slip) -> Found | None:
    """`pay` after the `}` of its scheme."""
    home = CLAUSE_HOMES.get(slip.text)
    fresh = not slip.before
    if home is None or not (fresh or (slip.accepts(END) and slip.first_on_line())):
        return None
    early = "" if fresh else ": a `}` above may close too early"
    return slip.found(
        f"`{slip.text}` stands outside of a block", f"it belongs inside `{home} ... {{ }}`{early}",
        Repair(len(slip.body), skip=True),
    )  # fmt: skip


def of_beside_operator(slip: Slip) -> Found | None:
    """`a - bookings of rep`, `10% of amount - cost`: how far does `of` reach?"""
    last = slip.prev()
    if last == "of" and last.type == "NAME" and slip.accepted_before(2, "NAME", "SCALE", "NAME"):
        start, end, repair = slip.prev(2).start_pos or 0, slip.end, Repair(slip.start, ("SCALE",), 1)
        meant = f"({slip.prev(2)} of {slip.text})"
    elif slip.text == "of" and last.type == "RATE" and slip.accepts("SCALE", "NAME"):
        start, end, repair = last.start_pos or 0, slip.end, slip.instead(slip.end, "SCALE")
        meant = f"({last} of ...)"
    elif slip.type == "SIGN" and slip.accepts("COMPARE", "NAME", "SIGN") and "of" in slip.before[-8:]:
        start, end, repair = slip.start, slip.end, slip.insert("COMPARE", "NAME")
        at = max(number for number, token in enumerate(slip.before) if token == "of")
        meant = f"({slip.body[(slip.before[at - 1].start_pos or 0) : slip.start].strip()})"
    else:
        return None
    return slip.found("`of` beside an operator needs brackets", f"write `{meant}`", repair, start=start, end=end)


def after_where(slip: Slip) -> Found | None:
    """`sum of x where c over year`: filters come before `where`."""
    words = [str(token) for token in slip.before[-20:]]
    if slip.terminal not in {"OVER", "WITHIN", "PER", "ON"} or "where" not in words:
        return None
    return slip.found(
        f"`{slip.text}` stands after `where`", "`where` comes last: move it behind the other filters",
        Repair(slip.end, skip=True),
    )  # fmt: skip
