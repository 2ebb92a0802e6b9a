"""A request that arrives whole is answered as one that arrives in parts, whatever its head is like."""

import json
import re
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meed.service.entrance.plain_head import PlainHeads

from .api import Office, lead
from .live import Live, live

LEAD = "/v1/decisions/lead"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Live, str, str]]:
    office = Office(tmp_path_factory.mktemp("office"))
    decides, reads = office.key("decide"), office.key("read", name="reader")
    with live(office, keys=office.keys, most_bytes=2_000) as made:
        yield made, decides, reads


def said(made: Live, *parts: bytes, pauses: bool = True) -> list[tuple[bytes, list[bytes], bytes]]:
    """The answers to what is sent in parts: status line, headers without the date, body."""
    with made.connect() as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        found = b""
        try:
            for part in parts:
                connection.sendall(part)
                if pauses:
                    pause(connection)
            connection.settimeout(10)
            while part := connection.recv(65_536):
                found += part
                connection.settimeout(0.05)  # more than one answer comes at once, or never
        except (TimeoutError, ConnectionError):
            pass
    return list(answers(found))


def pause(connection: socket.socket) -> None:
    """Until what was sent has been looked at: the other side answers, or a moment has gone by."""
    connection.settimeout(0.03)
    try:
        connection.recv(1, socket.MSG_PEEK)
    except TimeoutError:
        pass
    finally:
        connection.settimeout(30)


def answers(text: bytes) -> Iterator[tuple[bytes, list[bytes], bytes]]:
    while text:
        head, mark, text = text.partition(b"\r\n\r\n")
        status, *headers = head.split(b"\r\n")
        length = int(re.search(rb"content-length: (\d+)", head)[1]) if mark and b"content-length" in head else 0  # pyright: ignore
        body, text = text[:length], text[length:]
        kept = sorted(one for one in headers if not one.startswith(b"date:"))
        if b" 100 " not in status:
            yield status, kept, body


COUNTER = iter(range(1, 1_000_000))


def body(kind: str) -> bytes:
    """A body that is decided anew, or not at all."""
    number = next(COUNTER)
    whole = json.dumps({"request_id": f"r-{number}", "fact": lead(f"L{number}")}).encode()
    return {
        "sound": whole,
        "none": b"",
        "broken": whole[:-1],
        "strange": b'{"fact": 7}',
        "large": whole + b" " * 3_000,
    }[kind]


def without_ids(found: list[tuple[bytes, list[bytes], bytes]]) -> list[Any]:
    """What does not differ between two leads of a rotation."""
    made: list[Any] = []
    for status, headers, text in found:
        shown = sorted(json.loads(text)) if status.endswith(b"200 OK") else text
        made.append((status, [one for one in headers if not one.startswith(b"content-length")], shown))
    return made


PLAIN = ["host: x", "Host: y:80", "accept: */*", "user-agent: x/1 (y)", "x-odd: a:b: c", "Cookie: a=b; c=d", "Via: 1"]
TYPES = ["content-type: application/json", "Content-Type: application/json; charset=utf-8", "content-type: text/plain"]
OTHER = [
    "host:x", "host: ", "content-encoding: gzip", "x-odd: \x7f", "x-odd: \xe9", "x-empty:", "x- odd: 1", "x: y ",
    "connection: close", "Connection: Keep-Alive, x", "expect: 100-continue", "transfer-encoding: chunked",
    "Content-Length: 1", "content-length: 5", "upgrade: h2c", "te: trailers", " folded: 1", "x-long: " + "y" * 9_000,
]  # fmt: skip
FIRST = [f"POST {LEAD} HTTP/1.1", f"POST {LEAD} HTTP/1.1", "POST /v1/decisions/laed HTTP/1.1"]
OTHER_FIRST = [
    f"POST {LEAD} HTTP/1.0", f"POST {LEAD}?x=1 HTTP/1.1", "POST /v1/decisions/le%61d HTTP/1.1",
    "POST /v1/decisions/ HTTP/1.1", f"POST  {LEAD} HTTP/1.1", "POST /v1/decisions/lead/batch HTTP/1.1",
    f"post {LEAD} HTTP/1.1", f"PUT {LEAD} HTTP/1.1",
]  # fmt: skip
LENGTH = ["content-length: {}", "Content-Length: {}"]
OTHER_LENGTH = ["content-length:{}", "content-length:  {}", "content-length: +{}", "content-length: 0{}", ""]


def written(first: str, length: str, lines: list[str], content: bytes) -> bytes:
    told = [length.format(len(content))] if length else []
    return ("\r\n".join([first, *told, *lines]) + "\r\n\r\n").encode("latin-1")


@settings(max_examples=40, deadline=None)
@given(
    first=st.sampled_from(FIRST),
    lines=st.lists(st.sampled_from(PLAIN), max_size=3, unique_by=lambda line: line[:4].lower()),
    type_=st.sampled_from(TYPES),
    length=st.sampled_from(LENGTH),
    key=st.sampled_from(["decides", "decides", "reads", "wrong", ""]),
    kind=st.sampled_from(["sound", "sound", "broken", "strange", "large"]),
    way_=st.integers(0, 4),
)
def test_whole_or_in_parts_is_the_same(
    service: tuple[Live, str, str], first: str, lines: list[str], type_: str, length: str, key: str, kind: str,
    way_: int,
) -> None:  # fmt: skip
    made, decides, reads = service
    lines = [*lines, type_]
    if key:
        named = {"decides": decides, "reads": reads, "wrong": "meed_0000000000_x"}[key]
        lines.insert(0, f"authorization: Bearer {named}")
    content = body(kind)
    head = written(first, length, lines, content)
    assert PlainHeads().split(head + content) is not None
    whole = said(made, head + content)
    ways = [
        (lambda head, content: (head[:10], head[10:], content), True),  # the server's own parser
        (lambda head, content: (head, content), False),
        (lambda head, content: (head, content[:7], content[7:]), False),
        (lambda head, content: (head, content), True),
        (lambda head, content: (head + content[:7], content[7:9], content[9:]), True),
    ]
    way, pauses = ways[way_]
    content = body(kind)
    head = written(first, length, lines, content)
    assert without_ids(whole) == without_ids(said(made, *way(head, content), pauses=pauses))


@pytest.mark.parametrize(
    ("first", "length", "lines"),
    [
        *[(FIRST[0], LENGTH[0], [PLAIN[0], TYPES[0], line]) for line in OTHER],
        *[(FIRST[0], LENGTH[0], [line, TYPES[0]]) for line in OTHER],
        *[(FIRST[0], LENGTH[0], [line, line, *TYPES]) for line in PLAIN[:2]],
        *[(first, LENGTH[0], [PLAIN[0], TYPES[0]]) for first in OTHER_FIRST],
        *[(FIRST[0], length, [PLAIN[0], TYPES[0]]) for length in OTHER_LENGTH],
    ],
)
def test_what_is_not_plain_takes_the_way_of_all_others(first: str, length: str, lines: list[str]) -> None:
    content = b"{}"
    head = written(first, length, lines, content)
    heads = PlainHeads()
    for _ in range(2):
        assert heads.split(head + content) is None
        assert heads.begun(head + content[:1]) is None
    assert PlainHeads().split(head.replace(b"\r\n", b"\n") + content) is None


@pytest.mark.parametrize("many", [2, 3])
def test_requests_behind_each_other_are_answered_in_their_order(service: tuple[Live, str, str], many: int) -> None:
    made, decides, _ = service

    def request(kind: str) -> tuple[str, bytes]:
        content = body(kind)
        head = f"POST {LEAD} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {decides}\r\n"
        head += f"content-type: application/json\r\ncontent-length: {len(content)}\r\n\r\n"
        return kind, head.encode() + content

    kinds = ["sound", "broken", "sound"][:many]
    wanted = [b"HTTP/1.1 200 OK" if kind == "sound" else b"HTTP/1.1 400 Bad Request" for kind in kinds]
    together = b"".join(request(kind)[1] for kind in kinds)
    assert [status for status, _, _ in said(made, together)] == wanted
    with made.connect() as connection:  # the second comes while the first one is under way
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for kind in kinds:
            connection.sendall(request(kind)[1])
        found = b""
        while found.count(b"HTTP/1.1 ") < many or not list(answers(found))[-1][2]:
            found += connection.recv(65_536)
    assert [status for status, _, _ in answers(found)] == wanted


def test_a_head_that_was_seen_before_is_not_trusted_for_another_length() -> None:
    heads = PlainHeads()
    head = b"POST /v1/decisions/lead HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n"
    for size in (2, 7, 2):
        found = heads.split(head % size + b"x" * size)
        assert found is not None
        assert found[0].point == "lead"
        assert found[1] == b"x" * size
        assert heads.split(head % size + b"x" * (size + 1)) is None
        assert heads.split(head % size + b"x" * (size - 1)) is None
        assert heads.begun(head % size + b"x" * (size - 1)) == (found[0], size)
        assert heads.begun(head % size + b"x" * size) is None
    twice = b"POST /v1/decisions/lead HTTP/1.1\r\ncontent-length: %d\r\nContent-Length: 3\r\n\r\nxxx"
    assert [heads.split(twice % size) for size in (3, 4, 3)] == [None] * 3


def test_who_goes_away_meanwhile_harms_nobody(service: tuple[Live, str, str]) -> None:
    made, decides, _ = service
    for many in (0, 1, 2, 20, 1_000):
        content = body("sound")
        head = f"POST {LEAD} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {decides}\r\n"
        head += f"content-type: application/json\r\ncontent-length: {len(content)}\r\n\r\n"
        with closing(made.connect()) as connection:
            connection.sendall(head.encode() + content[:many])
    assert said(made, head.encode() + content)[0][0] == b"HTTP/1.1 200 OK"
    assert all(line["level"] == "info" for line in made.lines())


def test_a_connection_is_kept_while_it_asks_and_closed_when_it_rests(tmp_path: Path) -> None:
    """The clock of a rest is not set anew for each request: it has to know how long the rest was when it rings."""
    office = Office(tmp_path)
    with live(office, idle_seconds=1) as made, made.connect() as connection:
        for number in range(7):
            content = json.dumps({"request_id": f"r-{number}", "fact": lead(f"L{number}")}).encode()
            head = written(f"POST {LEAD} HTTP/1.1", LENGTH[0], ["host: 127.0.0.1", TYPES[0]], content)
            connection.sendall(head + content)
            assert connection.recv(65_536).startswith(b"HTTP/1.1 200")
            time.sleep(0.3)  # all in all longer than a connection may rest
        connection.settimeout(10)
        rested = time.monotonic()
        assert connection.recv(1) == b""
        assert time.monotonic() - rested < 3
