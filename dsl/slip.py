"""A place where a statement cannot be read on, and what an authored message says about it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

from lark import Token

from .grammar import keywords
from .machine import Machine

__all__ = ["CLAUSE_HOMES", "Entry", "Found", "Recognise", "Repair", "Slip", "closest", "leads_line"]

# The block that a clause belongs in, by the word that opens it.
CLAUSE_HOMES = {
    "pay": "scheme", "award": "scheme", "total": "scheme", "needs": "assign", "rule": "assign",
    "otherwise": "assign", "if": "assign", "given": "test", "expect": "test", "after": "watch", "every": "watch",
}  # fmt: skip
_WIDEST_MARGIN = 200
_LONGEST = 40  # no reserved word is a slip for a longer one


@dataclass(frozen=True, slots=True)
class Repair:
    """How reading goes on: forget the last `back` tokens, feed terminals, resume at an offset.

    With `skip`, what follows the offset is passed over up to the next clause.
    """

    resume: int
    feed: tuple[str, ...] = ()
    back: int = 0
    skip: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What a recognised slip says. `start` and `end` are offsets in the statement; `fix` replaces what is there."""

    message: str
    help: str
    start: int
    end: int
    repair: Repair
    fix: str | None = None


@dataclass(frozen=True, slots=True)
class Slip:
    """Where reading stopped in a statement's text, with what was read before it.

    `earlier[-n]` is the machine as it was before `before[-n]` was read; only the last few are kept.
    """

    body: str
    start: int
    end: int
    text: str
    type: str
    machine: Machine
    before: tuple[Token, ...]
    earlier: tuple[Machine, ...]
    reads_on: Callable[[Repair], bool]

    def back(self, tokens: int) -> Slip | None:
        """The same slip, were it blamed on an earlier token."""
        if tokens == 0:
            return self
        if len(self.earlier) < tokens or len(self.before) < tokens:
            return None
        token = self.before[-tokens]
        return Slip(
            self.body, token.start_pos or 0, token.end_pos or 0, str(token), token.type, self.earlier[-tokens],
            self.before[:-tokens], self.earlier[:-tokens], self.reads_on,
        )  # fmt: skip

    @property
    def terminal(self) -> str:
        """The terminal that the text stands for: a reserved word's own even where it was read as a name."""
        return keywords().get(self.text, self.type)

    @property
    def rest(self) -> str:
        """The text from here on, as far as a slip may need it."""
        return self.body[self.start : self.start + 200]

    def prev(self, back: int = 1) -> Token:
        """The token read before, or an empty one."""
        return self.before[-back] if len(self.before) >= back else Token("", "")

    def was(self, *words: str) -> bool:
        """Whether these words stand right before."""
        return len(self.before) >= len(words) and tuple(map(str, self.before[-len(words) :])) == words

    def accepts(self, *terminals: str) -> bool:
        """Whether these terminals could stand here, one after the other."""
        return self.machine.fits(terminals)

    def accepted_before(self, back: int, *terminals: str) -> bool:
        """Whether these terminals could have stood where the last `back` tokens stand."""
        return len(self.earlier) >= back and self.earlier[-back].fits(terminals)

    def path_before(self) -> str:
        """The name or path right before, such as `deal.amount`."""
        parts = [str(self.prev())]
        while len(self.before) > len(parts) + 1 and self.prev(len(parts) + 1) == ".":
            parts += [".", str(self.prev(len(parts) + 2))]
        return "".join(reversed(parts))

    def match(self, pattern: str) -> re.Match[str] | None:
        """A match of a pattern at the slip."""
        return re.compile(pattern).match(self.body, self.start)

    def adjoins(self) -> bool:
        """Whether nothing stands between the token before and the slip."""
        return bool(self.before) and self.prev().end_pos == self.start

    def same_line(self) -> bool:
        """Whether the token before stands on the same line."""
        return bool(self.before) and "\n" not in self.body[self.prev().end_pos or 0 : self.start]

    def first_on_line(self) -> bool:
        """Whether only blanks stand before the slip on its line."""
        return leads_line(self.body, self.start)

    def wants_value(self) -> bool:
        """Whether a value should stand here."""
        return self.accepts("NAME") and self.accepts("NUMBER") and self.accepts("LPAR")

    def found(
        self, message: str, help_: str, repair: Repair, *, fix: str | None = None, start: int = -1, end: int = -1
    ) -> Found:
        """What is found, at the slip itself unless said otherwise."""
        start, end = start if start >= 0 else self.start, end if end >= 0 else self.end
        return Found(message, help_, start, end, repair, fix)

    def instead(self, end: int, *feed: str) -> Repair:
        """Read these terminals for the text up to an offset."""
        return Repair(end, feed)

    def insert(self, *feed: str) -> Repair:
        """Read these terminals before the slip."""
        return Repair(self.start, feed)


Recognise = Callable[[Slip], Found | None]


@dataclass(frozen=True, slots=True)
class Entry:
    """A slip with its own message: the code, what it is called in the reference, and how it is recognised."""

    code: str
    title: str
    recognise: Recognise
    back: int = -1  # 0 and more: only if reading on works, and the slip may be up to so many tokens before


def leads_line(text: str, at: int) -> bool:
    """Whether only blanks stand before an offset on its line; not if it is far from the margin."""
    margin = max(0, at - _WIDEST_MARGIN)
    line = text.rfind("\n", margin, at) + 1
    return (line > 0 or margin == 0) and not text[line:at].strip()


def closest(word: str, known: Iterable[str], least: int = 72) -> str:
    """The most similar known word, if at least `least` of 100 similar; letters count in either case."""
    lower, best, score = word.lower(), "", least
    for candidate in sorted(known) if len(word) <= _LONGEST else ():
        matcher = SequenceMatcher(None, lower, candidate)
        similar = 200 * sum(block.size for block in matcher.get_matching_blocks()) // (len(lower) + len(candidate))
        if similar > score or (similar == score and not best):
            best, score = candidate, similar
    return best
