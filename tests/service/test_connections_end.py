"""A connection that has ended is given back at once: nothing of it waits for a collector of cycles."""

import gc
import json
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from threading import Thread
from typing import Any

import pytest
import uvicorn

from meed.service.app import create_app
from meed.service.connection import connections
from meed.service.readiness import Readiness
from meed.service.server import Server

from .api import Office, lead

CLASSES = {"Connection", "Lingering", "Direct", "RequestResponseCycle", "TCPTransport", "_SelectorSocketTransport"}


@pytest.fixture
def port(office: Office) -> Iterator[int]:
    """That of a service in a thread of this process."""
    readiness = Readiness()
    app = create_app(office.settings(), readiness=readiness)
    config = uvicorn.Config(
        app, port=0, log_config=None, access_log=False, http=connections(2, app.deciding), ws="none",
        timeout_keep_alive=1,
    )  # fmt: skip
    server = Server(config, readiness, 0)
    thread = Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join(30)


POST = b"POST /v1/decisions/lead HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"


def decide(number: int) -> bytes:
    body = json.dumps({"request_id": f"r{number}", "fact": lead(f"L{number}")}).encode()
    return POST + f"content-length: {len(body)}\r\n\r\n".encode() + body


READY = b"GET /v1/health/ready HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"
BROKEN = POST + b"content-length: 2\r\n\r\n{["
WRONG = b"NONSENSE\r\n\r\n"


def left() -> dict[str, int]:
    """How many objects of connections there are."""
    found: dict[str, int] = {}
    for one in gc.get_objects():
        name = type(one).__name__
        if name in CLASSES:
            found[name] = found.get(name, 0) + 1
    return found


@pytest.mark.parametrize("way", ["decisions", "others", "both", "broken", "no HTTP", "left in the middle", "silent"])
def test_nothing_of_a_connection_is_left(port: int, way: str) -> None:
    numbers = iter(range(1_000))

    def talk() -> None:
        whole = decide(next(numbers))
        said: dict[str, list[bytes]] = {
            "decisions": [whole, decide(next(numbers))], "others": [READY, READY], "both": [whole, READY],
            "broken": [BROKEN], "no HTTP": [WRONG], "left in the middle": [], "silent": [],
        }  # fmt: skip
        with closing(socket.create_connection(("127.0.0.1", port), timeout=10)) as link:
            for one in said[way]:
                link.sendall(one)
                assert link.recv(65_536).startswith(b"HTTP/1.1")
            if way == "left in the middle":
                link.sendall(whole[:-5])

    def settled(most: int) -> dict[str, int]:
        end = time.monotonic() + 10
        while (found := left()) and time.monotonic() < end and max(found.values()) > most:
            time.sleep(0.05)
        return found

    talk()
    gc.collect()
    gc.disable()
    try:
        before: Any = left()
        for _ in range(20):
            talk()
        after = settled(max(before.values(), default=0))
        assert all(many <= before.get(name, 0) + 1 for name, many in after.items()), (before, after)
    finally:
        gc.enable()
