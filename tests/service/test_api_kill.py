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

from .api import PATTERN, Office, lead

LEADS = 42
PROGRAM = """
import sys
from pathlib import Path
from meed.service.server import serve
from meed.service.settings import Settings
folder = Path(sys.argv[1])
serve(Settings(folder / "rotation.meed", folder / "decisions.sqlite", {"rep": folder / "reps.csv"}, port=int(sys.argv[2])))
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running(office: Office) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The service in a process of its own, and its address; killed at the end."""
    office.settings()
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, str(office.folder), str(port)])
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                assert httpx.get(f"{address}/healthz").status_code == 200
                break
            except httpx.TransportError:
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
        answer = client.post("/v1/decisions/lead", json={"request_id": f"r{number}", "fact": lead(f"L{number}")})
    except httpx.TransportError:
        return None
    assert answer.status_code == 200, answer.text
    return answer.json()


def send_all(address: str, numbers: list[int], senders: int, enough: Event | None = None) -> dict[int, Any]:
    """The answers by lead; `enough` is set when a third of them is there."""
    answers: dict[int, Any] = {}
    with httpx.Client(base_url=address, timeout=30) as client, ThreadPoolExecutor(senders) as pool:
        futures = [(number, pool.submit(send, client, number)) for number in numbers]
        for number, future in futures:
            answers[number] = future.result()
            if enough is not None and len(answers) == LEADS // 3:
                enough.set()
    return answers


@pytest.mark.parametrize("senders", [1, 4])
def test_a_killed_service_loses_and_doubles_no_lead(office: Office, senders: int) -> None:
    numbers = list(range(LEADS))
    enough = Event()
    with running(office) as (process, address), ThreadPoolExecutor(1) as pool:
        sending = pool.submit(send_all, address, numbers, senders, enough)
        assert enough.wait(60)
        process.kill()  # SIGKILL: nothing is put in order, nothing is flushed
        first = sending.result()
    acknowledged = {number: answer for number, answer in first.items() if answer is not None}
    assert LEADS // 3 <= len(acknowledged) < LEADS
    assert office.findings() == []

    with running(office) as (_, address):
        again = send_all(address, numbers, senders)
        assert {number: again[number] for number in acknowledged} == acknowledged
        with httpx.Client(base_url=address) as client:
            named = [f"/v1/decisions/{again[number]['decision_id']}?explain=full" for number in numbers]
            explained = [client.get(name).json() for name in named]
    in_order = sorted(explained, key=lambda one: one["log"]["number"])
    assert sorted(one["key"] for one in in_order) == sorted(f"L{number}" for number in numbers)
    assert [one["sequence"] for one in in_order] == list(range(1, LEADS + 1))
    assert "".join(one["rep"] for one in in_order) == PATTERN * (LEADS // len(PATTERN))
    if senders == 1:
        assert [one["key"] for one in in_order] == [f"L{number}" for number in numbers]
    assert office.findings() == []
