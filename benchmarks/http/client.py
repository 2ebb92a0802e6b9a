"""A client that costs little: raw sockets kept open, requests made beforehand, answers counted by their first line."""

from __future__ import annotations

import json
import select
import socket
import sys
import time
from collections import deque
from collections.abc import Iterator
from datetime import datetime, timedelta

REGIONS = ("North", "South", "East", "West")
INDUSTRIES = ("bank", "auto", "retail")
_OK = b"HTTP/1.1 200"
_BEGAN = datetime.fromisoformat("2026-04-01T00:00:00+08:00")


def body(number: int) -> bytes:
    """The `number`th request for a decision: four of five leads have a region, one of ten is large."""
    fact: dict[str, object] = {
        "id": f"L{number:08d}",
        "created": (_BEGAN + timedelta(seconds=number)).isoformat(),
        "value": f"{1_000 + number * 7 % 9_000}.50" if number % 10 else "600000.00",
        "industry": INDUSTRIES[number % 3],
        "source": "web",
    }
    if number % 5:
        fact["region"] = REGIONS[number * 7 % 4]
    return json.dumps({"request_id": f"crm-{number}", "fact": fact}).encode()


def request(number: int) -> bytes:
    """The same as bytes on the wire."""
    content = body(number)
    head = (
        "POST /v1/decisions/lead HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
        f"content-length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


class Connections:
    """Connections of which each has one request under way at most."""

    def __init__(self, port: int, many: int) -> None:
        self._poll = select.epoll()
        self.by_number: dict[int, socket.socket] = {}
        self._parts: dict[int, bytes] = {}
        for _ in range(many):
            made = socket.create_connection(("127.0.0.1", port))
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            made.setblocking(False)
            self.by_number[made.fileno()] = made
            self._poll.register(made.fileno(), select.EPOLLIN)

    def answered(self, timeout: float) -> Iterator[tuple[int, bool]]:
        """The connections whose answer is there, and whether it was a 200."""
        for number, _ in self._poll.poll(timeout):
            part = self.by_number[number].recv(65_536)
            if not part:
                raise ConnectionError("the service closed a connection")
            part = self._parts.pop(number, b"") + part
            head, mark, rest = part.partition(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0] or 0) if mark else 1
            if len(rest) < length:
                self._parts[number] = part
                continue
            yield number, part.startswith(_OK)

    def close(self) -> None:
        """End them."""
        for made in self.by_number.values():
            made.close()
        self._poll.close()


def saturate(port: int, first: int, many: int, seconds: int) -> dict[str, int]:
    """As many as it takes, `many` at a time; for so many seconds. Times are in microseconds."""
    ready = deque(request(first + number) for number in range(seconds * 25_000))
    links = Connections(port, many)
    began = time.perf_counter_ns()
    end = began + seconds * 1_000_000_000
    fine = bad = 0
    under_way = 0
    for link in links.by_number.values():
        link.send(ready.popleft())
        under_way += 1
    while under_way:
        for number, ok in links.answered(5):
            fine, bad = fine + ok, bad + (not ok)
            if time.perf_counter_ns() < end and ready:
                links.by_number[number].send(ready.popleft())
            else:
                under_way -= 1
    spent = time.perf_counter_ns() - began
    links.close()
    return {"fine": fine, "bad": bad, "per_second": fine * 1_000_000_000 // spent}


def pace(port: int, first: int, many: int, seconds: int, per_second: int) -> dict[str, int]:
    """So many a second, sent when they are due whether others are answered or not; how long each took from then."""
    total = seconds * per_second
    ready = deque(request(first + number) for number in range(total))
    links = Connections(port, many)
    idle, waiting, since = list(links.by_number), deque[int](), dict[int, int]()
    took: list[int] = []
    fine = bad = sent = 0
    began = time.perf_counter_ns()
    while fine + bad < total:
        now = time.perf_counter_ns()
        while sent < total and began + sent * 1_000_000_000 // per_second <= now:
            waiting.append(began + sent * 1_000_000_000 // per_second)
            sent += 1
        while waiting and idle:
            number = idle.pop()
            since[number] = waiting.popleft()
            links.by_number[number].send(ready.popleft())
        for number, ok in links.answered(0 if len(idle) == many else 0.0005):
            took.append(time.perf_counter_ns() - since.pop(number))
            fine, bad = fine + ok, bad + (not ok)
            idle.append(number)
    links.close()
    took.sort()
    return {
        "fine": fine, "bad": bad, "p50_us": took[len(took) // 2] // 1000, "p99_us": took[len(took) * 99 // 100] // 1000,
    }  # fmt: skip


if __name__ == "__main__":
    word, *rest = sys.argv[1:]
    print(json.dumps({"saturate": saturate, "pace": pace}[word](*map(int, rest))))
