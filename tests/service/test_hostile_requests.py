"""Whoever sends what cannot be used is turned away cheaply: soon, with a problem, and without memory being taken."""

import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from .api import Office, lead
from .live import Live, live

MEGA = 1024 * 1024
LEAD = "/v1/decisions/lead"
JSON = {"content-type": "application/json"}
SOON = 5
"""Seconds in which anything is refused, on a machine that has other things to do."""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Live, str, str]]:
    """A service with short times, a key that decides, and one that reads."""
    office = Office(tmp_path_factory.mktemp("office"))
    decides, reads = office.key("decide", "simulate", "pay"), office.key("read", name="reader")
    with live(office, keys=office.keys, head_seconds=1, body_seconds=1) as made:
        yield made, decides, reads


def bearer(key: str) -> dict[str, str]:
    return {**JSON, "authorization": f"Bearer {key}"}


def kind(answer: httpx.Response) -> str:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.json()["type"].removeprefix("urn:meed:problem:")


def refused(service: Live, path: str, headers: dict[str, str], body: Any) -> tuple[int, str]:
    """Status and kind of a refusal; how long it took and what memory it cost are held."""
    with httpx.Client(base_url=service.address, timeout=30) as client:
        client.get("/healthz")
        memory, began = service.peak_memory(), time.monotonic()
        answer = client.post(path, content=body, headers=headers)
        assert time.monotonic() - began < SOON
        assert service.peak_memory() - memory < 8 * MEGA
    return answer.status_code, kind(answer)


def chunks(size: int) -> Iterator[bytes]:
    for _ in range(size // 65_536):
        yield b"x" * 65_536


BODIES = {
    "ten megabytes": (b"x" * 10 * MEGA, 413, "too-large"),
    "ten megabytes in chunks": (chunks, 413, "too-large"),
    "10,000 levels": (b'{"request_id":"r","fact":' + b"[" * 10_000 + b"]" * 10_000 + b"}", 400, "not-json"),
    "10,000 levels of objects": (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, 400, "not-json"),
    "invalid UTF-8": (b'{"request_id":"\xff\xfe"}', 400, "not-json"),
    "a number of a thousand digits": (b'{"request_id":"r","fact":{"value":' + b"9" * 1000 + b"}}", 400, "not-json"),
    "a number of a billion digits": (b'{"request_id":"r","fact":{"value":1e999999999}}', 400, "not-json"),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_hostile_body_is_refused_cheaply(service: tuple[Live, str, str], name: str) -> None:
    made, decides, _ = service
    body, status, problem = BODIES[name]
    sent = body(10 * MEGA) if callable(body) else body
    assert refused(made, LEAD, bearer(decides), sent) == (status, problem)


@pytest.mark.parametrize(("who", "status", "problem"), [("wrong", 401, "key-needed"), ("reader", 403, "scope-needed")])
def test_who_may_not_ask_is_refused_whatever_is_sent(
    service: tuple[Live, str, str], who: str, status: int, problem: str
) -> None:
    made, _, reads = service
    headers = bearer(reads if who == "reader" else "meed_0000000000_wrong")
    for path, body in ((LEAD, b"x" * 10 * MEGA), (LEAD, chunks(10 * MEGA)), ("/v1/simulations", b"x" * 10 * MEGA)):
        assert refused(made, path, headers, body) == (status, problem)


def spoken(connection: socket.socket) -> bytes:
    """Everything that the other side says until it is done."""
    said = b""
    while part := connection.recv(65_536):
        said += part
    return said


def head(key: str, *more: str) -> bytes:
    lines = (
        f"POST {LEAD} HTTP/1.1",
        "host: x",
        f"authorization: Bearer {key}",
        "content-type: application/json",
        *more,
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def test_a_body_without_end_is_given_up(service: tuple[Live, str, str]) -> None:
    made, decides, _ = service
    began = time.monotonic()
    with made.connect() as connection:
        connection.sendall(head(decides, "transfer-encoding: chunked"))
        said = b""
        connection.settimeout(0.1)
        while not said and time.monotonic() - began < SOON:
            connection.sendall(b"1\r\n{\r\n")
            try:
                said = connection.recv(65_536)
            except TimeoutError:
                continue
        connection.settimeout(SOON)
        while more := connection.recv(65_536):  # head and body may come one after the other
            said += more
    assert said.startswith(b"HTTP/1.1 408 ")
    assert b"the body did not arrive within 1 seconds" in said or b"too-slow" in said


def test_a_head_without_end_is_given_up(service: tuple[Live, str, str]) -> None:
    made, _, _ = service
    for started in (b"", b"GET /healthz HT", b"GET /healthz HTTP/1.1\r\nhost: x\r\n"):
        began = time.monotonic()
        with made.connect() as connection:
            connection.sendall(started)
            said = spoken(connection)
        assert 0.5 < time.monotonic() - began < SOON
        assert said.startswith(b"HTTP/1.1 408 ")
        assert b"too-slow" in said


def test_a_second_head_on_a_connection_without_end_is_given_up(service: tuple[Live, str, str]) -> None:
    made, _, _ = service
    with made.connect() as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
        while b'{"status":"ok"}' not in connection.recv(65_536):
            pass
        connection.sendall(b"GET /healthz HTTP/1.1\r\nho")
        assert spoken(connection).startswith(b"HTTP/1.1 408 ")


def test_a_head_that_is_too_large_is_refused(service: tuple[Live, str, str]) -> None:
    made, _, _ = service
    for size in (1, 20):
        with made.connect() as connection:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nhost: x\r\n")
            try:
                for number in range(200):
                    connection.sendall(b"x-%d: " % number + b"y" * 1000 * size + b"\r\n")
                said = spoken(connection)
            except (ConnectionResetError, BrokenPipeError):
                continue  # turned away while it was still sent
        assert said.startswith((b"HTTP/1.1 431 ", b"HTTP/1.1 400 "))


def test_a_slow_body_keeps_nobody_else_waiting(service: tuple[Live, str, str]) -> None:
    made, decides, _ = service
    slow = [made.connect() for _ in range(50)]
    try:
        for connection in slow:
            connection.sendall(head(decides, "content-length: 100") + b"{")
        answer = httpx.post(
            made.address + LEAD, json={"request_id": "quick", "fact": lead("quick")}, headers=bearer(decides)
        )
        assert answer.status_code == 200
    finally:
        for connection in slow:
            connection.close()


def test_after_all_of_that_it_still_answers_and_its_log_has_no_secret(service: tuple[Live, str, str]) -> None:
    made, decides, reads = service
    assert httpx.get(f"{made.address}/healthz").json() == {"status": "ok"}
    metrics = httpx.get(f"{made.address}/metrics", headers=bearer(reads)).text
    assert 'meed_requests_under_way{lane="writing"} 0' in metrics
    text = made.log.read_text(encoding="utf-8")
    assert decides[16:] not in text
    assert reads[16:] not in text
    assert all(json.loads(line)["level"] in {"info", "warning"} for line in text.splitlines())
