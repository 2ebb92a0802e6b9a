"""Reads a statement that holds a slip to its end, so that every slip in it is named and none twice."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import replace

from lark import Token

from . import problems
from .diagnostics import Diagnostic, DiagnosticBag
from .grammar import keywords
from .machine import Machine
from .reader import BAD, END, reader
from .slip import Repair, Slip, closest, leads_line
from .source import Span
from .syntax_errors import explain, lower_case, shortened, unread

__all__ = ["CLAUSE_WORDS", "STATEMENT_WORDS", "Recovery"]

STATEMENT_WORDS = (
    "policy", "facts", "credit", "target", "let", "scheme", "assign", "watch", "guarantee", "test",
)  # fmt: skip
CLAUSE_WORDS = (
    "pay", "award", "total", "at", "when", "times", "plus", "release", "needs", "rule", "otherwise", "to", "if",
    "after", "every", "given", "on", "expect", "from", "above", "carry", "unless", "by", "accept",
)  # fmt: skip
_SCAN = re.compile(r'#[^\n]*|"[^"\n]*"?|[^\W\d]\w*|[{}.]|\S')
_MOST_SLIPS = 25
_DEEPEST = 1_000
_KEPT = 6
_LOOK_BACK = 2
# What makes a half-read clause whole, so that the next one can follow.
_FILLERS: tuple[tuple[str, ...], ...] = (
    (), ("NAME",), ("RPAR",), ("EQUAL", "NAME"), ("COLON", "NAME"), ("NAME", "EQUAL", "NAME"),
    ("NAME", "COLON", "NAME"), ("FROM", "NUMBER", "COLON", "NUMBER"), ("OTHERWISE", "COLON", "NAME"),
    ("WHEN", "NAME", "COLON", "NAME", "OTHERWISE", "COLON", "NAME"), ("RATE", "COLON", "NAME"),
    ("BY", "NUMBER", "FROM", "NUMBER", "COLON", "NUMBER", "COMMA", "NUMBER"), ("HOLD",), ("QUANTITY", "HOLD"),
    ("OTHERWISE", "HOLD", "IF", "NOBODY", "HOLD"), ("IF", "NOBODY", "HOLD"), ("AFTER", "QUANTITY", "HOLD"),
)  # fmt: skip


class Recovery:
    """One statement's text, at `offset` of the file; what is wrong with it goes to the bag."""

    def __init__(self, body: str, offset: int, bag: DiagnosticBag) -> None:
        self._body = body
        self._offset = offset
        self._bag = bag
        self._machine = Machine(reader())
        self._at = 0
        self._before: list[Token] = []
        self._earlier: deque[Machine] = deque(maxlen=_KEPT)
        self._quiet = 0
        self._said = 0
        self._mended_at: dict[int, int] = {}

    def read(self) -> None:
        """Name every slip in the statement."""
        self._read()
        if not self._said:
            start = len(self._body) - len(self._body.lstrip())
            self._say(unread(Span(start, start + 1)))

    def _read(self) -> None:
        for _ in range(len(self._body) + _MOST_SLIPS * 20):
            token = self._next(self._machine, self._at)
            if self._machine.size > _DEEPEST:
                self._say(problems.too_deep(Span(token.start_pos or 0, token.end_pos or 0)))
                return
            if self._shift(token):
                if token.type == END:
                    return
            elif len(self._mended_at) > _MOST_SLIPS or not self._mend(token):
                return

    def _reads_on(self, repair: Repair, start: int, end: int) -> bool:
        """Whether a repair gets the parser past the slip; one that replaces the slip itself, past the next token.

        A sign that begins no token is a slip of its own, and is not held against a repair before it.
        """
        limit = start if repair.back else end
        machine = (self._earlier[-repair.back] if repair.back else self._machine).copy()
        words = [Token(terminal, "") for terminal in repair.feed]
        at = repair.resume
        while True:
            token = words.pop(0) if words else self._next(machine, at)
            if not machine.feed(token):
                # a repair before the slip that ends at the slip itself has changed nothing
                read = token.start_pos if repair.back else token.end_pos
                return token.type == BAD and (read or 0) > limit
            if token.type == END or (token.end_pos or 0) > limit:
                return True
            at = token.end_pos or at

    def _next(self, machine: Machine, at: int) -> Token:
        """The next token, of type BAD where a character begins none."""
        name, start, end = reader().word(self._body, at, machine.position)
        if name == END:
            start = end = len(self._body.rstrip())
        return Token(name, self._body[start:end], start_pos=start, end_pos=end)

    def _shift(self, token: Token) -> bool:
        before = self._machine.copy()
        if not self._machine.feed(token):
            return False
        self._earlier.append(before)
        self._before.append(token)
        self._at = token.end_pos or len(self._body)
        self._quiet = max(0, self._quiet - 1)
        return True

    def _feed(self, terminals: tuple[str, ...], at: int) -> None:
        words = {terminal: word for word, terminal in keywords().items()}
        for terminal in terminals:
            self._shift(Token(terminal, words.get(terminal, ""), start_pos=at, end_pos=at))

    def _mend(self, token: Token) -> bool:
        """Say what is wrong at a token and find where to read on; False if there is nothing more to read."""
        start, end = token.start_pos or 0, token.end_pos or 0
        if token.type == END and self._machine.size == 1:
            return False
        self._mended_at[start] = self._mended_at.get(start, 0) + 1
        if self._open_anew(token):
            return True
        explained = explain(
            Slip(self._body, start, end, str(token), token.type, self._machine, tuple(self._before[-60:]),
                 tuple(self._earlier), lambda repair: self._reads_on(repair, start, end))
        )  # fmt: skip
        if explained.diagnostic.code == "E0100" and self._machine.size == 1:
            self._say(problems.no_statement(Span(start, end), shortened(str(token)), STATEMENT_WORDS))
            return False
        self._say(explained.diagnostic)
        repair = explained.repair
        if repair.back:
            self._machine = self._earlier[-repair.back].copy()
            for _ in range(repair.back):
                self._earlier.pop()
                self._before.pop()
        if self._machine.fits(repair.feed):
            self._feed(repair.feed, start)
        self._at = repair.resume
        if token.type == END and repair.skip:
            return False
        if repair.skip or self._mended_at[start] > 2:
            return self._resync(repair.resume)
        return True

    def _say(self, diagnostic: Diagnostic) -> None:
        if self._quiet:
            return
        self._said += 1
        notes = tuple(replace(note, span=self._placed(note.span)) for note in diagnostic.notes)
        self._bag.add(replace(diagnostic, span=self._placed(diagnostic.span), notes=notes))

    def _placed(self, span: Span) -> Span:
        return Span(span.start + self._offset, span.end + self._offset)

    def _open_anew(self, token: Token) -> bool:
        """Whether a misspelt opening word begins another statement here or just before; if so, read on in that one."""
        for back in range(min(len(self._earlier), _LOOK_BACK) + 1):
            machine = self._earlier[-back] if back else self._machine
            opener = self._before[-back] if back else token
            meant = self._opening_word(opener, machine)
            if meant:
                break
        else:
            return False
        start, end, word = opener.start_pos or 0, opener.end_pos or 0, str(opener)
        if word.lower() == meant:
            self._say(lower_case(word, Span(start, end)))
        else:
            self._say(problems.no_statement(Span(start, end), word, STATEMENT_WORDS))
        self._machine = Machine(reader())
        self._before.clear()
        self._earlier.clear()
        self._feed((keywords()[meant],), start)
        self._at = end
        return True

    def _opening_word(self, token: Token, machine: Machine) -> str:
        """The opening word that a name at the start of a line is close to, where a statement could open."""
        start = token.start_pos or 0
        leads = leads_line(self._body, start)
        if token.type != "NAME" or not (machine.size == 1 or (leads and machine.accepts(END))):
            return ""
        follow = [one for one, terminal in keywords().items() if machine.accepts(terminal)]
        meant = closest(str(token), [*STATEMENT_WORDS, *follow])
        return meant if meant in STATEMENT_WORDS else ""

    def _resync(self, start: int) -> bool:
        """Pass over text up to a word that opens a clause which can stand in the block; False if there is none."""
        depth, before = 0, ""
        for match in _SCAN.finditer(self._body, start):
            word = match.group()
            if word == "}" and depth == 0:
                return self._close_block(match.end())
            depth += (word == "{") - (word == "}")
            opens = word in CLAUSE_WORDS and before != "." and depth == 0
            before = word
            if opens and self._cut_for(keywords()[word]):
                self._quiet = 0 if leads_line(self._body, match.start()) else 3
                self._at = match.start()
                return True
        return False

    def _close_block(self, behind: int) -> bool:
        """Go on behind the `}` at the end of the block with the slip."""
        if not self._machine.unclosed("LBRACE") or not self._cut_for("RBRACE"):
            return False
        self._feed(("RBRACE",), behind - 1)
        self._at = behind
        return True

    def _cut_for(self, terminal: str) -> bool:
        """Forget as little of the half-read clause as makes room for a terminal, within its block."""
        braces = self._machine.unclosed("LBRACE")
        floor = braces[-1][0] + 1 if braces else 2
        for size in range(self._machine.size, floor - 1, -1):
            for filler in _FILLERS:
                if self._machine.fits((*filler, terminal), size):
                    self._machine.cut(size)
                    self._feed(filler, self._at)
                    return True
        return False
