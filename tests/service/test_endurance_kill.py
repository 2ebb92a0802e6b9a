"""Killed again and again at random moments under load, a service loses nothing that it acknowledged.

`MEED_KILLS=50` makes it as often as a release should see.
"""

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import Any

import httpx

from .api import PATTERN, Office
from .test_api_kill import answers_at, free_port, send

KILLS = int(os.environ.get("MEED_KILLS", "2"))
SENDERS = 8
EACH = 400
REPS = "id,weight,capacity,skills\na,5,100000,East;North\nb,1,100000,East\nc,1,100000,\n"
"""Nobody is ever full: whose turn it is depends on nothing else."""


PROGRAM = """
import sys
from pathlib import Path
from meed.service.server import serve
from meed.service.settings import Settings
folder = Path(sys.argv[1])
facts = {"rep": folder / "reps.csv"}
serve(Settings(folder / "rotation.meed", sys.argv[3], facts, port=int(sys.argv[2]), log_requests=False))
"""


@contextmanager
def running(office: Office) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The service in a process of its own, and its address; killed at the end."""
    office.settings()
    port = free_port()
    place = office.place or str(office.database)
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, str(office.folder), str(port), place])
    try:
        deadline = time.monotonic() + 300
        while not answers_at(port):
            assert process.poll() is None, "the service did not start"
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def under_load(address: str, numbers: range, ended: Event) -> dict[int, Any]:
    """The answers by lead, until the service is gone."""
    answers: dict[int, Any] = {}

    def sends(client: httpx.Client, number: int) -> None:
        if not ended.is_set():
            answer = send(client, number)
            if answer is None:
                ended.set()
            else:
                answers[number] = answer

    with httpx.Client(base_url=address, timeout=30) as client, ThreadPoolExecutor(SENDERS) as pool:
        list(pool.map(lambda number: sends(client, number), numbers))
    return answers


def test_what_was_acknowledged_is_never_lost_and_nothing_is_doubled(stored: Office) -> None:
    stored.files = {"rep": REPS}
    chance = random.Random(26_11)
    acknowledged: dict[int, Any] = {}
    interrupted = 0
    for round_ in range(KILLS):
        ended = Event()
        numbers = range(round_ * EACH, (round_ + 1) * EACH)
        with running(stored) as (process, address), ThreadPoolExecutor(1) as pool:
            sending = pool.submit(under_load, address, numbers, ended)
            time.sleep(0.02 + chance.random() / 2)
            process.kill()
            answers = sending.result()
        interrupted += 0 < len(answers) < EACH
        acknowledged |= answers
    assert stored.findings() == []
    known = sorted(acknowledged)
    assert known
    assert interrupted

    with running(stored) as (_, address), httpx.Client(base_url=address, timeout=30) as client:
        assert [send(client, number) for number in known] == [acknowledged[number] for number in known]
        first = known[0]
        told = client.get(f"/v1/decisions/{acknowledged[first]['decision_id']}?explain=full").json()
        assert told["key"] == f"L{first}"
        again = [send(client, number) for number in range(KILLS * EACH, KILLS * EACH + 14)]
        recorded = stored.decisions()
        assert "".join(one["rep"] for one in again) in (PATTERN * 4)[recorded % 7 :]
    assert recorded >= len(acknowledged) + 14
    assert stored.findings() == []
