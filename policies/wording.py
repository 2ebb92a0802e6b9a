"""The author's words: what stands in the policy's text for a checked node, without layout and comments."""

from __future__ import annotations

import re
from functools import lru_cache

from ..dsl import checked as c
from ..dsl.source import SourceFile, Span
from ..engine.wording.phrases import say, say_clause, say_window

__all__ = ["became", "place", "words"]

_TEXT_OR_COMMENT = re.compile(r'"[^"\n]*"|#[^\n]*')
_LONGEST = 100


def words(policy: c.Policy, node: c.Node) -> str:
    """A node as it is written, on one line; in our words where it stands nowhere in the text."""
    if node.span.end:
        return _plain(policy.source, node.span)
    match node:
        case c.Window():
            return say_window(node)
        case c.Expr():
            return say(node, policy.currency)
        case c.AtMost() | c.AtLeast() | c.Gate() | c.Times() | c.Plus() | c.Release():
            return say_clause(node, policy.currency)
        case _:
            return ""


def place(policy: c.Policy, node: c.Node) -> str:
    """Where a node stands; empty where it stands nowhere in the text."""
    return policy.place(node.span) if node.span.end else ""


@lru_cache(maxsize=8)
def _mapped(source: SourceFile) -> str:
    return source.mapped()


def _plain(source: SourceFile, span: Span) -> str:
    """The text of a span without comments, blanks and line ends being one blank each."""
    mapped = _mapped(source)[span.start : span.end]
    text, kept, last = source.excerpt(span), list[str](), 0
    for found in _TEXT_OR_COMMENT.finditer(mapped):
        if found[0].startswith("#"):
            kept.append(text[last : found.start()])
            last = found.end()
    return " ".join(" ".join([*kept, text[last:]]).split())


def became(before: str, after: str, longest: int | None = _LONGEST) -> str:
    """`from 100%: 7% became 8%`: what both begin with is said once; long words are cut (None: never)."""
    same = 0
    for left, right in zip(before, after, strict=False):
        if left != right:
            break
        same += 1
    head = before[: before.rfind(" ", 0, same) + 1]
    if not head.rstrip().endswith((":", "most", "least", "times", "plus", "=", "<", ">")):
        head = ""
    return f"{_cut(before, longest)} became {_cut(after[len(head) :], longest)}"


def _cut(text: str, longest: int | None) -> str:
    return text if longest is None or len(text) <= longest else f"{text[: longest - 4].rstrip()} ..."
