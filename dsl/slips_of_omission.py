"""Slips of too little and too much: a word, a sign or a value left out, or said twice."""

from __future__ import annotations

from .grammar import keywords
from .machine import END
from .slip import CLAUSE_HOMES, Found, Repair, Slip

__all__ = [
    "bare_target", "doubled", "missing_brace", "missing_name", "missing_sign", "missing_value", "missing_word",
    "total_without_share", "unfinished_clause", "unneeded_sign",
]  # fmt: skip

_OF_TARGET = ("TO", "NAME", "PER", "NAME")
_REST_OF_CLAUSE = (("NAME", "EQUAL", "NAME"), ("STRING", "WHEN", "NAME"), ("MOST", "NAME"), ("AT", "MOST", "NAME"))
_SIGNS = {"COLON": ":", "EQUAL": "=", "COMMA": ","}
# Words that one forgets; `over` or `and` would fit nearly everywhere and explain nothing.
_FORGOTTEN = (
    "to", "on", "for", "per", "when", "by", "within", "any", "every", "release", "among", "nobody", "pay", "award",
    "given", "expect", "if", "at", "most", "least", "notify", "rule",
)  # fmt: skip


def missing_value(slip: Slip) -> Found | None:
    """`pay x =` and nothing more, `a +` before the end of a block."""
    ends = slip.terminal in {"RBRACE", "RPAR", "COMMA", "COLON", END} or slip.terminal != slip.type
    ends = ends or (slip.text in CLAUSE_HOMES and slip.first_on_line())
    if not slip.before or not ends or not slip.wants_value() or not slip.accepts("NAME", slip.terminal):
        return None
    first = slip.prev(2) if slip.prev() in {"most", "least", "not"} and slip.prev(2) in {"at", "is"} else slip.prev()
    start, end = first.start_pos or 0, slip.prev().end_pos or 0
    return slip.found(
        f"a value is missing after `{slip.body[start:end]}`", "write a number, a name or a bracket",
        slip.insert("NAME"), start=start, end=end,
    )  # fmt: skip


def bare_target(slip: Slip) -> Found | None:
    """`target goal = 1_000_000`: for whom, and for which period?"""
    if slip.text not in {"=", "{", "per"} or slip.prev(2) != "target":
        return None
    feed = _OF_TARGET[:2] if slip.text == "per" else _OF_TARGET
    return slip.found(
        f"whose goal is `{slip.prev()}`, and for which period?",
        f"write `target {slip.prev()} to rep per quarter = ...`",
        slip.insert(*feed),
    )  # fmt: skip


def total_without_share(slip: Slip) -> Found | None:
    """`= 1_000_000 among every rep by ...`, `share 1_000_000 by ...`."""
    total = str(slip.prev())
    if slip.text == "among" and str(slip.prev(2)) in {"=", "("}:
        return slip.found(
            "a total that is split is shared", f"write `share {total} among every rep by ...`",
            Repair(slip.start, ("NAME", slip.prev().type), 1),
        )  # fmt: skip
    if slip.text in {"by", "over"} and str(slip.prev(2)) == "share":
        return slip.found(
            "a total is shared among people", f"write `share {total} among every rep {slip.text} ...`",
            slip.insert("AMONG", "EVERY", "NAME"),
        )  # fmt: skip
    return None


def unfinished_clause(slip: Slip) -> Found | None:
    """`pay` and nothing more before the next clause."""
    word = str(slip.prev())
    next_begins = slip.terminal == "RBRACE" or (slip.text in CLAUSE_HOMES and slip.first_on_line())
    if not next_begins or word not in keywords():
        return None
    for feed in _REST_OF_CLAUSE:
        if slip.accepts(*feed, slip.terminal):
            return slip.found(
                f"`{word}` stands alone", "finish what it begins, or leave it out", slip.insert(*feed),
                start=slip.prev().start_pos or 0, end=slip.prev().end_pos or 0,
            )  # fmt: skip
    return None


def missing_sign(slip: Slip) -> Found | None:
    """`=`, `:` or `,` left out."""
    if slip.type in {"BAD", END}:
        return None
    for terminal in dict.fromkeys((slip.terminal, slip.type)):
        for name, sign in _SIGNS.items():
            if slip.accepts(name, terminal):
                return _left_out(slip, sign, (name,))
    return None


def missing_brace(slip: Slip) -> Found | None:
    """`scheme hunters for competitive per quarter pay ...`: `{` left out."""
    if slip.text in {*CLAUSE_HOMES, "from", "above"} or slip.was("choose") or slip.was("blend"):
        for names, sign in ((("LBRACE",), "{"), (("LBRACE", "RBRACE"), "{ }")):
            if slip.accepts(*names, slip.terminal):
                return _left_out(slip, sign, names)
    return None


def missing_word(slip: Slip) -> Found | None:
    """The only reserved word that could stand there left out."""
    if slip.type in {"BAD", END} or not slip.before:
        return None
    for terminal in dict.fromkeys((slip.terminal, slip.type)):
        fitting = [(word, keywords()[word]) for word in _FORGOTTEN if slip.accepts(keywords()[word], terminal)]
        if len(fitting) > 1:
            fitting = [(word, name) for word, name in fitting if slip.reads_on(slip.insert(name))]
        if len(fitting) == 1:
            return _left_out(slip, fitting[0][0], (fitting[0][1],))
    return None


def _left_out(slip: Slip, word: str, feed: tuple[str, ...]) -> Found:
    gap = "" if word in {":", ","} else " "
    before = "" if slip.first_on_line() else f"{slip.prev()}{gap}"
    return slip.found(
        f"`{word}` is missing before `{slip.text}`", f"write `{before}{word} {slip.text}`", slip.insert(*feed),
        fix=f"{word} {slip.text}",
    )  # fmt: skip


def missing_name(slip: Slip) -> Found | None:
    """`let of rep = 5`, `facts deal { : money }`, `leave:  newcomer: zero`."""
    behind = slip.prev()
    if not slip.before or slip.type == "BAD" or behind.type in {"NAME", "NUMBER", "RATE", "QUANTITY", "STRING"}:
        return None
    if slip.wants_value() or not slip.accepts("NAME", slip.terminal):
        return None
    return slip.found(
        f"a name is missing after `{behind}`", "write one", slip.insert("NAME"), start=behind.start_pos or 0,
        end=behind.end_pos or 0,
    )  # fmt: skip


def doubled(slip: Slip) -> Found | None:
    """The same word or sign twice."""
    if slip.text != str(slip.prev()) or slip.type in {"BAD", END} or slip.text in {"(", ")", "{", "}"}:
        return None
    return slip.found(f"`{slip.text}` stands twice", "leave one out", slip.instead(slip.end), fix="")


def unneeded_sign(slip: Slip) -> Found | None:
    """`pay x: = 5`: a sign too many."""
    if slip.text not in {":", ",", "=", ".", "?"} or (slip.text != "," and slip.accepts(slip.type)):
        return None
    return slip.found(f"`{slip.text}` is not needed here", "leave it out", slip.instead(slip.end), fix="")
