"""Heads of requests for a decision as programs send them: recognised whole, without a parser of everything.

What is not plain is none of these: a header of another form, one that changes what a body is or what becomes of the
connection, one that stands twice. Such a request is not refused here; it takes the way of all others.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ...engine.memory import Memory

__all__ = ["PlainHead", "PlainHeads"]

_MOST_KEPT = 256
_MOST_WHOLE = 4_096
_HEAD = re.compile(rb"POST /v1/decisions/([A-Za-z0-9_\-]{1,100}) HTTP/1\.1\r\n(?:[^\r\n]+\r\n)*\r\n")
_LENGTH = re.compile(rb"\r\n(?:content-length|Content-Length): ([1-9][0-9]{0,8})\r\n")
_LINE = re.compile(rb"([A-Za-z][A-Za-z0-9\-]*): ([!-~](?:[ -~]*[!-~])?)")
_ONCE = frozenset({b"host", b"authorization", b"content-type", b"content-length"})
_NOT_PLAIN = frozenset(
    {
        b"connection", b"content-encoding", b"expect", b"keep-alive", b"proxy-authorization", b"proxy-connection",
        b"te", b"trailer", b"transfer-encoding", b"upgrade",
    }
)  # fmt: skip
_MOST_HEAD = 8 * 1024


class PlainHead(NamedTuple):
    """What matters of a head: the kind of fact, whose request it is, and what its body is."""

    point: str
    host: str
    authorization: str
    kind: str


class PlainHeads:
    """Recognises them; a head that was seen before, but for the length of the body, is not looked into again."""

    def __init__(self) -> None:
        self._known: dict[bytes, PlainHead | None] = Memory(_MOST_KEPT)
        self._whole: dict[bytes, tuple[PlainHead, int]] = Memory(_MOST_WHOLE)

    def split(self, data: bytes) -> tuple[PlainHead, bytes] | None:
        """Head and body of a request that has arrived whole, and nothing after it; None where it is not plain."""
        end = data.find(b"\r\n\r\n", 0, _MOST_HEAD) + 4
        found = self._whole.get(data[:end])  # byte by byte the same, length and all
        if found is not None:
            return (found[0], data[end:]) if found[1] == len(data) - end else None
        length = _LENGTH.search(data, 0, end)
        if length is None or int(length[1]) != len(data) - end:
            return None
        head = self._head(data, end, length)
        if head is None:
            return None
        self._whole[data[:end]] = head, int(length[1])
        return head, data[end:]

    def begun(self, data: bytes) -> tuple[PlainHead, int] | None:
        """Head and size of the body of a request of which a part of the body is to come; None where it is not plain."""
        end = data.find(b"\r\n\r\n", 0, _MOST_HEAD) + 4
        length = _LENGTH.search(data, 0, end)
        if length is None or int(length[1]) <= len(data) - end:
            return None
        head = self._head(data, end, length)
        return None if head is None else (head, int(length[1]))

    def _head(self, data: bytes, end: int, length: re.Match[bytes]) -> PlainHead | None:
        start, stop = length.span(1)
        rest = data[:start] + data[stop:end]
        try:
            head = self._known[rest]
        except KeyError:
            head = self._known[rest] = _plain(data[:end])
        return head


def _plain(head: bytes) -> PlainHead | None:
    first = _HEAD.fullmatch(head)
    if first is None:
        return None
    found: dict[bytes, bytes] = {}
    for line in head[:-4].split(b"\r\n")[1:]:
        header = _LINE.fullmatch(line)
        if header is None:
            return None
        name, value = header[1].lower(), header[2]
        if name in _NOT_PLAIN or (name in _ONCE and name in found):
            return None
        found[name] = value
    parts = (found.get(name, b"").decode("ascii") for name in (b"host", b"authorization", b"content-type"))
    return PlainHead(first[1].decode("ascii"), *parts)
