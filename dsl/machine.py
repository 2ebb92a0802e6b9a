"""Follows the states of the parser without building a tree, so that what could stand next can be tried out."""

from __future__ import annotations

from collections.abc import Sequence

from lark import Token

from .reader import END, Reader

__all__ = ["END", "Machine"]

_CLOSING = {"LBRACE": "RBRACE", "LPAR": "RPAR"}


class Machine:
    """The parser's stack: states, and beside each the token that was shifted to it (None for a finished rule)."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._states: list[int] = [reader.start]
        self._tokens: list[Token | None] = [None]

    @property
    def position(self) -> int:
        """The state on top: what the contextual lexer asks for."""
        return self._states[-1]

    @property
    def size(self) -> int:
        """The number of states on the stack."""
        return len(self._states)

    def copy(self) -> Machine:
        """The same stack, free to change."""
        made = Machine(self._reader)
        made._states, made._tokens = self._states.copy(), self._tokens.copy()
        return made

    def cut(self, size: int) -> None:
        """Forget all but the lowest `size` states."""
        del self._states[size:]
        del self._tokens[size:]

    def unclosed(self, *types: str) -> list[tuple[int, Token]]:
        """The brackets of these types (`LBRACE`, `LPAR`) that are not closed, with their places on the stack."""
        found: list[tuple[int, Token]] = []
        for at, token in enumerate(self._tokens):
            if token is not None and token.type in types:
                found.append((at, token))
            elif token is not None and found and token.type == _CLOSING.get(found[-1][1].type):
                found.pop()
        return found

    def feed(self, token: Token) -> bool:
        """Shift a token, or leave the stack as it was and say no."""
        if not self.accepts(token.type):
            return False
        while True:
            rule = self._reader.reduction(self._states[-1], token.type)
            if rule is None:
                break
            name, length = rule
            self.cut(len(self._states) - length)
            self._push(name, None)
        if token.type != END:
            self._push(token.type, token)
        return True

    def _push(self, name: str, token: Token | None) -> None:
        state = self._reader.shift(self._states[-1], name)
        assert state is not None
        self._states.append(state)
        self._tokens.append(token)

    def accepts(self, terminal: str) -> bool:
        """Whether a terminal may come next."""
        return self.fits((terminal,))

    def expected(self) -> frozenset[str]:
        """All terminals that may come next."""
        return frozenset(name for name in self._reader.terminals(self.position) if self.accepts(name))

    def fits(self, terminals: Sequence[str], size: int | None = None) -> bool:
        """Whether these terminals may come next, one after the other, on the lowest `size` states."""
        kept, pushed = len(self._states) if size is None else size, list[int]()
        for terminal in terminals:
            while True:
                top = pushed[-1] if pushed else self._states[kept - 1]
                rule = self._reader.reduction(top, terminal)
                if rule is None:
                    break
                name, length = rule
                below = max(0, length - len(pushed))
                del pushed[max(0, len(pushed) - length) :]
                kept -= below
                after = self._reader.shift(pushed[-1] if pushed else self._states[kept - 1], name)
                assert after is not None
                pushed.append(after)
            if terminal == END:
                return top == self._reader.end
            state = self._reader.shift(top, terminal)
            if state is None:
                return False
            pushed.append(state)
        return True
