"""A service that is killed in the middle of its work has lost nothing that it acknowledged, and doubled nothing."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import Any

import httpx
import pytest

from .api import PATTERN, Office, ask, lead

NUMBERS = range(42)
PROGRAM = """
import sys
from pathlib import Path
from meed.service.server import serve
from meed.service.settings import Settings
folder = Path(sys.argv[1])
facts = {"rep": folder / "reps.csv"}
serve(Settings(folder / "rotation.meed", folder / "decisions.sqlite", facts, port=int(sys.argv[2])))
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers_at(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@contextmanager
def running(office: Office) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The service in a process of its own, and its address; killed at the end."""
    office.settings()
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, str(office.folder), str(port)])
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 60
        while not answers_at(port):
            assert process.poll() is None, "the service did not start"
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield process, address
    finally:
        process.kill()
        process.wait()


def send(client: httpx.Client, number: int) -> Any:
    """The answer for a lead, None where there was none."""
    try:
        answer = client.post("/v1/decisions/lead", json={"request_id": f"r-L{number}", "fact": lead(f"L{number}")})
    except httpx.TransportError:
        return None
    assert answer.status_code == 200, answer.text
    return answer.json()


def send_all(address: str, senders: int, enough: Event) -> dict[int, Any]:
    """The answers by lead, as far as there are any; `enough` is set when a third of them is there."""
    answers: dict[int, Any] = {}
    with httpx.Client(base_url=address, timeout=30) as client, ThreadPoolExecutor(senders) as pool:
        futures = [pool.submit(send, client, number) for number in NUMBERS]
        for number, future in zip(NUMBERS, futures, strict=True):
            if (answer := future.result()) is not None:
                answers[number] = answer
            if len(answers) == len(NUMBERS) // 3:
                enough.set()
    return answers


@pytest.mark.parametrize("senders", [1, 4])
def test_a_killed_service_loses_and_doubles_no_lead(office: Office, senders: int) -> None:
    enough = Event()
    with running(office) as (process, address), ThreadPoolExecutor(1) as pool:
        sending = pool.submit(send_all, address, senders, enough)
        assert enough.wait(60)
        process.kill()  # SIGKILL: nothing is put in order, nothing is flushed
        acknowledged = sending.result()
    assert len(NUMBERS) // 3 <= len(acknowledged) < len(NUMBERS)
    assert office.findings() == []

    with office.client() as client:  # started again on what was left; everything is asked for again
        answers = [ask(client, f"L{number}").json() for number in NUMBERS]
        assert [answers[number] for number in acknowledged] == list(acknowledged.values())
        explained = [client.get(f"/v1/decisions/{answer['decision_id']}?explain=full").json() for answer in answers]
    in_order = sorted(explained, key=lambda one: one["log"]["number"])
    assert sorted(one["key"] for one in in_order) == sorted(f"L{number}" for number in NUMBERS)
    assert [one["sequence"] for one in in_order] == [number + 1 for number in NUMBERS]
    assert "".join(one["rep"] for one in in_order) == PATTERN * (len(NUMBERS) // len(PATTERN))
    if senders == 1:
        assert [one["key"] for one in in_order] == [f"L{number}" for number in NUMBERS]
    assert office.findings() == []
