"""Slips with words: wrong case, misspelt, borrowed from speech or from another language."""

from __future__ import annotations

import re

from .grammar import keywords
from .slip import Found, Repair, Slip, closest

__all__ = [
    "among_all", "between", "cap_words", "comparison_words", "else_for_otherwise", "if_expression", "large_number",
    "misspelt_word", "other_word", "reserved_name", "to_many", "unknown_unit", "upper_case",
]  # fmt: skip

_UNITS = ("second", "minute", "hour", "day", "week", "month", "quarter", "year")
_MONEY = {
    "rmb": "CNY",
    "yuan": "CNY",
    "元": "CNY",
    "dollars": "USD",
    "euros": "EUR",
    "euro": "EUR",
    "pounds": "GBP",
}
_LARGE = {
    "k": 1_000, "thousand": 1_000, "千": 1_000, "w": 10_000, "万": 10_000, "m": 1_000_000, "mio": 1_000_000,
    "million": 1_000_000, "亿": 100_000_000,
}  # fmt: skip
_MOST = r"(?:capped|cap|maximum|max|ceiling|limited|limit|up|no\s+more)(?:\s+(?:at|to|of|than))?\b"
_LEAST = r"(?:minimum|min|floor|no\s+less|not\s+less)(?:\s+(?:at|of|than))?\b"
_COMPARED = {
    "greater": ">", "more": ">", "higher": ">", "larger": ">", "above": ">", "over": ">", "bigger": ">",
    "less": "<", "lower": "<", "fewer": "<", "smaller": "<", "below": "<", "under": "<",
}  # fmt: skip
# What people write for a reserved word: tried in order, the first that can stand there is meant.
_MEANT = {
    "where": ("when",), "when": ("where",), "if": ("when", "where"), "unless": ("when",), "while": ("when",),
    "equals": ("is", "="), "equal": ("is",), "are": ("is",), "has": ("is",), "like": ("is",), "isnt": ("is",),
    "for": ("to", "of"), "to": ("for",), "each": ("every", "per"), "all": ("every", "any"), "every": ("per", "any"),
    "any": ("every",), "default": ("otherwise",), "or": ("else",), "until": ("unless",), "within": ("over",),
    "during": ("over",), "per": ("every", "over"), "with": ("where",), "between": ("among",), "by": ("per",),
    "then": ("to",), "in": ("within",), "assign": ("to",), "payout": ("pay",), "bonus": ("pay",), "badge": ("award",),
    "multiply": ("times",), "multiplied": ("times",), "add": ("plus",), "assert": ("expect",), "as": ("=",),
}  # fmt: skip


def upper_case(slip: Slip) -> Found | None:
    """`AND`, `When`: reserved words are written in lower case."""
    # `3 AND` is read as an amount in a currency of that name.
    number = re.match(r"[0-9_.,]+\s+(?=[A-Z])", slip.text) if slip.type == "QUANTITY" else None
    start = slip.start + (number.end() if number else 0)
    word = slip.body[start : slip.end]
    terminal = keywords().get(word.lower(), "")
    feed = ("NUMBER", terminal) if number else (terminal,)
    if word == word.lower() or not slip.accepts(*feed):
        return None
    return slip.found(
        f"`{word}` is written in lower case", f"write `{word.lower()}`", slip.instead(slip.end, *feed),
        fix=word.lower(), start=start,
    )  # fmt: skip


def cap_words(slip: Slip) -> Found | None:
    """`cap 400_000`, `max 400_000`, `up to 400_000` for `at most 400_000`; `at 400_000` alone."""
    misspelt = slip.terminal in {"MOST", "LEAST"} or closest(slip.text, ("most", "least"))
    if slip.was("at") and not misspelt and slip.accepts("MOST", slip.terminal):
        return slip.found(
            f"`at {slip.text}` does not say which limit it is",
            "write `at most` or `at least`",
            slip.insert("MOST"),
        )
    for pattern, words in ((_MOST, "at most"), (_LEAST, "at least")):
        found = slip.match(pattern)
        terminals = tuple(word.upper() for word in words.split())
        if found is not None and slip.accepts(*terminals):
            return slip.found(
                f"a limit is written in full, not `{found.group()}`", f"write `{words}`",
                slip.instead(found.end(), *terminals), fix=words, end=found.end(),
            )  # fmt: skip
    return None


def between(slip: Slip) -> Found | None:
    """`x between 5 and 10`."""
    if slip.text not in {"between", "BETWEEN", "Between"} or not slip.accepts("COMPARE"):
        return None
    found = slip.match(r"\w+\s+([\w.%]+)\s+and\s+([\w.%]+)")
    low, high = (found[1], found[2]) if found else ("A", "B")
    name = slip.path_before()
    return slip.found(
        f"`{slip.text}` does not say whether its ends are included",
        f"write two comparisons: `{name} >= {low} and {name} < {high}`", slip.instead(slip.end, "COMPARE"),
    )  # fmt: skip


def comparison_words(slip: Slip) -> Found | None:
    """`is greater than 5`, `exceeds 5`."""
    start, sign, end, back = slip.start, "", slip.end, 0
    found = slip.match(r"(?:than|then)(\s+or\s+equal(?:\s+to)?)?\b")
    single = slip.match(r"(exceeds|above)\b|(below|under)\b")
    if found and str(slip.prev()) in _COMPARED and slip.was("is", str(slip.prev())):
        sign, end, back = _COMPARED[str(slip.prev())] + ("=" if found[1] else ""), found.end(), 2
        start = slip.prev(2).start_pos or 0
    elif found and str(slip.prev()) in _COMPARED:
        return None
    elif single and slip.accepts("COMPARE"):
        sign = ">" if single[1] else "<"
    if not sign or (back and not slip.accepted_before(back, "COMPARE")):
        return None
    return slip.found(
        f"`{slip.body[start:end]}` is written as a sign", f"write `{sign}`", Repair(end, ("COMPARE",), back),
        fix=sign, start=start, end=end,
    )  # fmt: skip


def large_number(slip: Slip) -> Found | None:
    """`400k`, `2 million`, `40万`."""
    times = _LARGE.get(slip.text.lower())
    found = re.compile(r"([0-9]+)(?:\.([0-9]{1,6}))?$").match(str(slip.prev()).replace("_", "").replace(",", ""))
    if times is None or found is None or not slip.same_line() or len(found[1]) > 20:
        return None
    decimals = found[2] or ""
    scaled = int(found[1] + decimals) * times // 10 ** len(decimals)
    start = slip.prev().start_pos or 0
    return slip.found(
        f"`{slip.body[start : slip.end]}` is written with all its digits", f"write `{scaled:_}`",
        slip.instead(slip.end), fix=f"{scaled:_}", start=start,
    )  # fmt: skip


def unknown_unit(slip: Slip) -> Found | None:
    """`24 moons`, `500 usd`."""
    number, word = slip.prev(), slip.text
    bare = slip.match(r"[0-9][0-9_.,]*(?:[ \t]+([^\W\d]\w*))?")
    if bare and slip.accepts("QUANTITY") and not slip.accepts("NUMBER"):
        return _without_unit(slip, bare)
    if number.type != "NUMBER" or slip.type != "NAME" or not slip.same_line() or word in keywords():
        return None
    if not slip.accepted_before(1, "QUANTITY") or slip.match(r"\w+\s*[:.(=]"):
        return None
    currency = _MONEY.get(word.lower()) or (word.upper() if re.fullmatch(r"[a-z]{3}", word) else "")
    unit = closest(word.rstrip("s"), _UNITS, 60)
    if unit:
        meant = f"{number} {unit}{'' if str(number) == '1' else 's'}"
    elif currency and not closest(word, _following(slip)):
        meant = f"{number} {currency}"
    elif closest(word, _following(slip)) or slip.first_on_line():
        return None
    else:
        meant = ""
    units = ", ".join(f"`{one}s`" for one in _UNITS)
    return slip.found(
        f"`{word}` is not a unit", f"write `{meant}`" if meant else f"units are {units} and currencies such as `USD`",
        Repair(slip.end, ("QUANTITY",), 1), fix=meant.partition(" ")[2] or None,
    )  # fmt: skip


def _without_unit(slip: Slip, bare: re.Match[str]) -> Found | None:
    """`within 15`, `after 30 deys`: where nothing but a quantity can stand."""
    number, word = re.split(r"\s", bare.group())[0], bare[1] or ""
    unit = closest(word.rstrip("s"), _UNITS, 60) if word and word not in keywords() else ""
    meant = f"{number} {unit or 'day'}{'' if number == '1' else 's'}"
    if unit:
        message, end = f"`{word}` is not a unit", bare.end()
    else:
        message, end = f"`{number}` needs a unit", slip.start + len(number)
    return slip.found(
        message, f"write `{meant}`" if unit else f"write for example `{meant}`", slip.instead(end, "QUANTITY"),
        fix=meant if unit else None, end=end,
    )  # fmt: skip


def to_many(slip: Slip) -> Found | None:
    """`to reps where ...`, `to all reps ...` for `to any rep where ...`."""
    first = slip.prev()
    if slip.terminal == "WHERE" and slip.was("for", str(first)) and slip.accepted_before(1, "EVERY"):
        meant, end = f"every {_singular(str(first))}", first.end_pos or 0
        return slip.found(
            f"`for {first}` names a type of rep", f"for a group with a condition, write `for {meant} where ...`",
            Repair(slip.start, ("EVERY", "NAME"), 1), fix=meant, start=first.start_pos or 0, end=end,
        )  # fmt: skip
    if slip.terminal == "WHERE" and slip.was("to", str(first)) and slip.accepted_before(1, "ANY"):
        meant, end, repair = (
            f"any {_singular(str(first))}",
            first.end_pos or 0,
            Repair(slip.start, ("ANY", "NAME"), 1),
        )
    elif str(first) in {"all", "every", "each", "a", "some"} and slip.type == "NAME" and slip.was("to", str(first)):
        if not slip.accepted_before(1, "ANY", "NAME"):
            return None
        meant, end, repair = f"any {_singular(slip.text)}", slip.end, Repair(slip.end, ("ANY", "NAME"), 1)
    else:
        return None
    start = first.start_pos or 0
    return slip.found(
        f"`to {slip.body[start:end]}` does not choose among many", f"write `to {meant} where ...`",
        repair, fix=meant, start=start, end=end,
    )  # fmt: skip


def among_all(slip: Slip) -> Found | None:
    """`among reps`, `for reps where ...` for `among every rep`."""
    if slip.type != "NAME" or not slip.accepts("EVERY", "NAME") or slip.accepts("NAME"):
        return None
    if slip.text in _MEANT or closest(slip.text, ["every"]):
        return None
    meant = f"every {_singular(slip.text)}"
    return slip.found(
        f"`{slip.text}` is one word too few for a group", f"write `{meant}`",
        slip.instead(slip.end, "EVERY", "NAME"), fix=meant,
    )  # fmt: skip


def _singular(word: str) -> str:
    return word[:-1] if word.endswith("s") and len(word) > 2 else word


def if_expression(slip: Slip) -> Found | None:
    """`if a then b else c` and `a ? b : c` in a value."""
    ternary = slip.text == "?" and slip.accepts("ELSE")
    spoken = [token for token in slip.before[-8:] if token.type == "NAME" and token == "if"]
    if not ternary and not spoken:
        return None
    start = slip.start if ternary else spoken[-1].start_pos or 0
    return slip.found(
        f"`{slip.body[start : start + (1 if ternary else 2)]}` does not choose between values",
        "write `choose { when ...: ... otherwise: ... }`", Repair(slip.end, skip=True), start=start,
        end=start + (1 if ternary else 2),
    )  # fmt: skip


def else_for_otherwise(slip: Slip) -> Found | None:
    """`else: 3` in a `choose`, `else to ...` in an `assign`."""
    last = slip.prev()
    if slip.text == "else" and slip.accepts("OTHERWISE"):
        start, end, repair = slip.start, slip.end, slip.instead(slip.end, "OTHERWISE")
    elif slip.text == ":" and slip.was("else") and slip.accepted_before(1, "OTHERWISE"):
        start, end = last.start_pos or 0, last.end_pos or 0
        repair = Repair(slip.start, ("OTHERWISE",), 1)
    else:
        return None
    return slip.found(
        "the last case is `otherwise`, not `else`",
        "write `otherwise`",
        repair,
        fix="otherwise",
        start=start,
        end=end,
    )


def other_word(slip: Slip) -> Found | None:
    """`where` for `when`, `equals` for `is` and the like."""
    for word in _MEANT.get(slip.text, ()):
        terminal = keywords().get(word, "EQUAL")
        if slip.accepts(terminal):
            return slip.found(
                f"`{word}` belongs here, not `{slip.text}`", f"write `{word}`", slip.instead(slip.end, terminal),
                fix=word,
            )  # fmt: skip
    return None


def reserved_name(slip: Slip) -> Found | None:
    """`total` or `not` where a name of the author's should stand."""
    word = str(slip.prev())
    if keywords().get(word) != slip.prev().type or not slip.accepted_before(1, "NAME", slip.terminal):
        return None
    return slip.found(
        f"`{word}` is a word of the language and cannot be a name", f"choose another, such as `{word}_value`",
        Repair(slip.start, ("NAME",), 1), start=slip.prev().start_pos or 0, end=slip.prev().end_pos or 0,
    )  # fmt: skip


def _following(slip: Slip) -> list[str]:
    """The reserved words that could stand at the slip."""
    return [word for word, terminal in keywords().items() if slip.accepts(terminal)]


def misspelt_word(slip: Slip) -> Found | None:
    """`pays`, `otherwize`: close to a reserved word that could stand there."""
    if slip.type != "NAME":
        return None
    meant = closest(slip.text, _following(slip))
    if not meant:
        return None
    return slip.found(
        f"`{slip.text}` cannot stand here", f"did you mean `{meant}`?", slip.instead(slip.end, keywords()[meant]),
        fix=meant,
    )  # fmt: skip
