"""The grammar and its tables: built from grammar.lark, then read from the user's cache.

Building takes about a second and loading a twentieth of it, so the tables are kept in the user's cache folder; where
that cannot be written they are built anew. The file's name holds the digest of the grammar; Lark checks its own
version and Python's in the file.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

from lark import Lark

__all__ = ["cache_file", "grammar", "keywords"]


@cache
def grammar() -> Lark:
    """The grammar of one statement, with its LALR tables; `reader` reads texts with them."""
    text = files("meed.dsl").joinpath("grammar.lark").read_text(encoding="utf-8")
    return Lark(
        text,
        parser="lalr",
        lexer="basic",  # unused, and quicker to load than the contextual one
        propagate_positions=True,
        maybe_placeholders=True,
        cache=cache_file(text) or False,
    )


def cache_file(text: str) -> str:
    """Where the tables of a grammar text are kept; empty when there is no folder that can be written."""
    home = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    try:
        folder = Path(home).joinpath("meed") if home else Path.home().joinpath(_CACHES, "meed")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (OSError, RuntimeError):
        return ""
    return str(folder.joinpath(f"grammar-{hashlib.sha256(text.encode()).hexdigest()[:16]}"))


_CACHES = "Library/Caches" if sys.platform == "darwin" else ".cache"


@cache
def keywords() -> Mapping[str, str]:
    """The terminals of the reserved words, by word."""
    return {
        str(terminal.pattern.value): str(terminal.name)
        for terminal in grammar().terminals
        if terminal.pattern.type == "str" and str(terminal.pattern.value).isalpha()
    }
