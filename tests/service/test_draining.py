"""A service that is told to end loses no answer: not ready first, then deaf, then gone."""

import json
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from .api import Office, lead
from .live import Live, live


def ready(made: Live) -> int:
    return httpx.get(f"{made.address}/readyz").status_code


def decide(made: Live, key: str) -> int:
    body = {"request_id": f"r-{key}", "fact": lead(key)}
    return httpx.post(f"{made.address}/v1/decisions/lead", json=body, timeout=30).status_code


def test_it_says_so_before_it_stops_listening_and_ends_well(office: Office) -> None:
    with live(office, drain_seconds=1) as made:
        assert ready(made) == 200
        made.process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + 10
        while (status := ready(made)) == 200:
            assert time.monotonic() < deadline
        assert status == 503
        assert httpx.get(f"{made.address}/readyz").json()["type"] == "urn:meed:problem:draining"
        assert httpx.get(f"{made.address}/healthz").status_code == 200
        assert decide(made, "late") == 200
        assert made.process.wait(20) == 0
    assert office.decisions() == 1
    assert office.findings() == []


def test_what_is_under_way_is_answered(office: Office) -> None:
    """A request of which half has arrived when the service is told to end."""
    body = b'{"request_id": "r", "fact": {"id": "L1", "value": "1", "region": "East"}}'
    head = (
        "POST /v1/decisions/lead HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
        f"content-length: {len(body)}\r\n\r\n"
    )
    with live(office) as made, made.connect() as connection:
        connection.sendall(head.encode() + body[:20])
        time.sleep(0.3)
        made.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        assert made.process.poll() is None
        connection.sendall(body[20:])
        said = b""
        while part := connection.recv(65_536):
            said += part
        assert said.startswith(b"HTTP/1.1 200 ")
        assert made.process.wait(20) == 0
    assert office.decisions() == 1


def test_under_load_every_answer_is_in_the_log(office: Office) -> None:
    with live(office) as made, ThreadPoolExecutor(8) as pool:

        def send(number: int) -> int:
            try:
                return decide(made, f"L{number}")
            except httpx.TransportError:
                return 0

        sending = [pool.submit(send, number) for number in range(120)]
        while not sending[20].done():
            time.sleep(0.01)
        made.process.send_signal(signal.SIGTERM)
        statuses = [one.result() for one in sending]
        assert made.process.wait(30) == 0
    assert set(statuses) <= {200, 0}
    assert 20 - 8 < statuses.count(200) < 120  # of the first ones some may not have been let in yet
    assert office.decisions() == statuses.count(200)
    assert office.findings() == []


@pytest.mark.parametrize("cut", [0, 20])
def test_requests_that_come_whole_or_nearly_are_answered_or_not_decided(office: Office, cut: int) -> None:
    """The short way past the server's parser ends as well as the long one."""

    def sends(made: Live, who: int) -> int:
        answered = 0
        with made.connect() as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                while True:
                    body = json.dumps(
                        {"request_id": f"r-{who}-{answered}", "fact": lead(f"L{who}-{answered}")}
                    ).encode()
                    head = "POST /v1/decisions/lead HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
                    whole = f"{head}content-length: {len(body)}\r\n\r\n".encode() + body
                    connection.sendall(whole[: len(whole) - cut])
                    connection.sendall(whole[len(whole) - cut :])
                    said = b""
                    while not said.endswith(b"}"):
                        part = connection.recv(65_536)
                        if not part:
                            return answered
                        said += part
                    assert said.startswith(b"HTTP/1.1 200 ")
                    answered += 1
            except ConnectionError:
                return answered

    with live(office) as made, ThreadPoolExecutor(6) as pool:
        sending = [pool.submit(sends, made, who) for who in range(6)]
        time.sleep(0.5)
        made.process.send_signal(signal.SIGTERM)
        answered = sum(one.result() for one in sending)
        assert made.process.wait(30) == 0
    assert answered
    assert office.decisions() == answered
    assert office.findings() == []


def test_a_second_signal_ends_it_at_once(office: Office) -> None:
    with live(office, drain_seconds=60) as made:
        made.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        assert made.process.poll() is None
        made.process.send_signal(signal.SIGTERM)
        made.process.wait(10)
