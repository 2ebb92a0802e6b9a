"""Slips with single characters: comparison signs, currencies, digits, quotes, brackets of other languages."""

from __future__ import annotations

import re

from .grammar import keywords
from .slip import Found, Repair, Slip

__all__ = [
    "and_or_signs", "apart_percent", "comment_sign", "currency_sign", "digits_slip", "equals_for_colon",
    "equals_for_is", "foreign_date", "mathematical_sign", "not_equal_sign", "semicolon", "single_quotes",
    "square_bracket", "swapped_comparison", "unclosed_text",
]  # fmt: skip

_MATHEMATICAL = {
    "≥": (">=", ("COMPARE",)), "≤": ("<=", ("COMPARE",)), "≠": ("is not", ("IS", "NOT")), "×": ("*", ("SCALE",)),
    "÷": ("/", ("SCALE",)), "−": ("-", ("SIGN",)), "–": ("-", ("SIGN",)), "—": ("-", ("SIGN",)),
    "∈": ("in", ("IN",)), "、": (",", ("COMMA",)),
}  # fmt: skip
_CURRENCIES = {"$": "USD", "¥": "CNY", "￥": "CNY", "€": "EUR", "£": "GBP", "₹": "INR"}


def equals_for_is(slip: Slip) -> Found | None:
    """`stage = "won"` and `stage == "won"` in a condition."""
    found = slip.match(r"={1,3}(?![<>])")
    if found is None or not slip.accepts("IS"):
        return None
    return slip.found(
        f"`{found.group()}` gives a name its value and compares nothing", "to compare, write `is`",
        slip.instead(found.end(), "IS"), fix="is", end=found.end(),
    )  # fmt: skip


def equals_for_colon(slip: Slip) -> Found | None:
    """`currency = CNY` for `currency: CNY`, and `let x: 5` for `let x = 5`."""
    found = slip.match(r":?={1,2}|:")
    wanted = next(((sign, name) for sign, name in ((":", "COLON"), ("=", "EQUAL")) if slip.accepts(name)), None)
    if found is None or wanted is None or slip.accepted_before(1, "PAY", "NAME", "EQUAL"):
        return None
    sign, name = wanted
    return slip.found(
        f"`{sign}` belongs here, not `{found.group()}`", f"write `{slip.prev()}{' ' * (sign == '=')}{sign} ...`",
        slip.instead(found.end(), name), fix=sign, end=found.end(),
    )  # fmt: skip


def not_equal_sign(slip: Slip) -> Found | None:
    """`!=` and `<>`."""
    found = slip.match(r"!={1,2}")
    if found is not None and slip.accepts("IS"):
        start, back = slip.start, 0
    elif slip.text == ">" and slip.was("<") and slip.adjoins() and slip.accepted_before(1, "IS", "NOT"):
        start, back = slip.start - 1, 1
    else:
        return None
    end = found.end() if found else slip.end
    return slip.found(
        f"`{slip.body[start:end]}` is not an operator", "to tell apart, write `is not`",
        Repair(end, ("IS", "NOT"), back), fix="is not", start=start, end=end,
    )  # fmt: skip


def swapped_comparison(slip: Slip) -> Found | None:
    """`=>`, `=<` and `> =`."""
    found = slip.match(r"=\s*([<>])")
    if found is not None and slip.accepts("COMPARE"):
        start, end, back, meant = slip.start, found.end(), 0, f"{found[1]}="
    elif slip.text == "=" and slip.prev() in {"<", ">"} and slip.accepted_before(1, "COMPARE"):
        start, end, back, meant = slip.prev().start_pos or 0, slip.end, 1, f"{str(slip.prev())[0]}="
    else:
        return None
    return slip.found(
        f"`{slip.body[start:end]}` is not an operator", f"write `{meant}`",
        Repair(end, ("COMPARE",), back), fix=meant, start=start, end=end,
    )  # fmt: skip


def mathematical_sign(slip: Slip) -> Found | None:
    """`≥`, `≠`, `×`."""
    meant = _MATHEMATICAL.get(slip.text)
    if meant is None or not slip.accepts(*meant[1]):
        return None
    text, feed = meant
    return slip.found(
        f"`{slip.text}` is not a sign of the language", f"write `{text}`",
        slip.instead(slip.end, *feed), fix=text,
    )  # fmt: skip


def currency_sign(slip: Slip) -> Found | None:
    """`$500`, `500 €`."""
    if slip.text not in _CURRENCIES:
        return None
    code, found = _CURRENCIES[slip.text], slip.match(r".\s*([0-9][0-9_,]*(?:\.[0-9]+)?)")
    number = found[1].rstrip(",") if found else str(slip.prev()) if slip.prev().type == "NUMBER" else "500"
    return slip.found(
        f"`{slip.text}` is not written: an amount is in the currency of the policy",
        f"write `{number}`, or `{number} {code}` if it is another currency",
        slip.instead(slip.end), fix="",
    )  # fmt: skip


def and_or_signs(slip: Slip) -> Found | None:
    """`&&`, `||`, `!`."""
    found = slip.match(r"&&?|\|\|?|!(?!=)")
    word = {"&": "and", "|": "or", "!": "not"}[found.group()[0]] if found else ""
    terminal = keywords().get(word, "")
    if found is None or not (slip.accepts(terminal) or slip.accepts("AND") or slip.accepts("OR")):
        return None
    feed = terminal if slip.accepts(terminal) else "AND" if slip.accepts("AND") else "OR"
    return slip.found(
        f"`{found.group()}` is written as a word", f"write `{word}`", slip.instead(found.end(), feed),
        fix=f"{word} " if word == "not" else word, end=found.end(),
    )  # fmt: skip


def semicolon(slip: Slip) -> Found | None:
    """`;` at the end of a line."""
    if slip.text not in {";", "；", "。"}:
        return None
    if slip.accepts("COMMA"):
        return slip.found(f"`,` belongs here, not `{slip.text}`", "write `,`", slip.instead(slip.end, "COMMA"), fix=",")
    return slip.found(
        f"`{slip.text}` is not needed", "a statement ends where the next one opens: leave it out",
        slip.instead(slip.end), fix="",
    )  # fmt: skip


def comment_sign(slip: Slip) -> Found | None:
    """`// a comment` and `/* a comment */`."""
    second = slip.text in {"/", "*"} and slip.was("/") and slip.adjoins()
    start = slip.start - 1 if second else slip.start
    if not re.compile(r"//|/\*").match(slip.body, start):
        return None
    end = slip.body.find("\n", start)
    end = end if end >= 0 else len(slip.body)
    return slip.found(
        "a comment begins with `#`", f"write `#` for `{slip.body[start : start + 2]}`",
        Repair(end, (), 1 if second else 0), fix="#", start=start, end=start + 2,
    )  # fmt: skip


def square_bracket(slip: Slip) -> Found | None:
    """`in ["a", "b"]`."""
    meant, terminal = {"[": ("(", "LPAR"), "]": (")", "RPAR")}.get(slip.text, ("", ""))
    if not meant or not slip.accepts(terminal):
        return None
    return slip.found(
        f"`{slip.text}` is not used: a set stands in round brackets", f"write `{meant}`",
        slip.instead(slip.end, terminal), fix=meant,
    )  # fmt: skip


def single_quotes(slip: Slip) -> Found | None:
    """`'won'`."""
    found = slip.match(r"(['‘’`])([^'‘’`\n]*)['‘’`]")
    if found is None or not slip.accepts("STRING"):
        return None
    return slip.found(
        "a text stands in double quotes", f'write `"{found[2]}"`', slip.instead(found.end(), "STRING"),
        fix=f'"{found[2]}"', end=found.end(),
    )  # fmt: skip


def unclosed_text(slip: Slip) -> Found | None:
    """A quote without its twin on the line."""
    if not (slip.text.startswith('"') and slip.type == "BAD"):
        return None
    line_end = slip.body.find("\n", slip.start)
    line_end = line_end if line_end >= 0 else len(slip.body)
    end = slip.start + len(slip.body[slip.start : line_end].rstrip())
    return slip.found(
        "this text is not closed", 'a text ends with `"` on the line on which it began',
        Repair(line_end, ("STRING",) if slip.accepts("STRING") else (), skip=True), end=end,
    )  # fmt: skip


def apart_percent(slip: Slip) -> Found | None:
    """`5 %`, `5 percent`."""
    found = slip.match(r"%|(?:percent|pct)\b")
    if found is None or slip.prev().type != "NUMBER" or not slip.accepted_before(1, "RATE"):
        return None
    meant = f"{str(slip.prev()).replace(',', '_')}%"
    return slip.found(
        "`%` stands right behind its number", f"write `{meant}`", Repair(found.end(), ("RATE",), 1),
        fix=meant, start=slip.prev().start_pos or 0, end=found.end(),
    )  # fmt: skip


def digits_slip(slip: Slip) -> Found | None:
    """`8,5%`, `1.000.000`, `400 000`."""
    number = slip.prev()
    if number.type != "NUMBER" or not slip.same_line():
        return None
    start = number.start_pos or 0
    if slip.text in {",", "."} and slip.adjoins():
        found = re.compile(r"[0-9][0-9_]*(?:[.,][0-9_]+)+%?").match(slip.body, start)
    else:
        found = re.compile(r"[0-9]{1,3}(?: [0-9]{3})+(?![\w.,%])(?!\s*:)").match(slip.body, start)
    if found is None or found.end() < slip.end:
        return None
    terminal = "RATE" if found.group().endswith("%") else "NUMBER"
    meant = _plain(found.group())
    if not slip.accepted_before(1, terminal):
        return None
    return slip.found(
        f"`{found.group()}` is not one number", f"write `{meant}`: a point before decimals, `_` between thousands",
        Repair(found.end(), (terminal,), 1), fix=meant, start=start, end=found.end(),
    )  # fmt: skip


def _plain(text: str) -> str:
    """A number as the language writes it: the last sign is the decimal one unless three digits follow it."""
    digits, percent = text.rstrip("%"), "%" if text.endswith("%") else ""
    groups = re.split(r"[.,_ ]", digits)
    decimal = len(groups[-1]) != 3 or (len(groups) > 2 and "." in digits and "," in digits)
    whole = "".join(groups[:-1] if decimal else groups)
    grouped = f"{int(whole[:30]):_}" if whole else "0"
    return f"{grouped}{'.' + groups[-1] if decimal else ''}{percent}"


def foreign_date(slip: Slip) -> Found | None:
    """`2026/04/01`, `2026.4.1`, `2026-4-1`, `2026年4月1日`."""
    start = slip.prev().start_pos or 0
    found = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?(?![\w])").match(slip.body, start)
    if slip.prev().type != "NUMBER" or found is None or not slip.accepted_before(1, "DATE"):
        return None
    meant = f"{found[1]}-{found[2]:0>2}-{found[3]:0>2}"
    return slip.found(
        "a date is written year, month, day", f"write `{meant}`", Repair(found.end(), ("DATE",), 1),
        fix=meant, start=start, end=found.end(),
    )  # fmt: skip
