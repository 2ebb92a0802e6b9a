"""Four processes on one journal: every lead is owned once, every duplicate answered alike, and the audit agrees.

`MEED_ENDURANCE=20000` makes it as long as a release should be.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from meed.engine.turns.shares import ShareLedger
from meed.service.journal.audit import audited
from meed.service.journal.rows import entries_after
from meed.service.store import Store

from . import endurance
from .api import Office

SIZE = int(os.environ.get("MEED_ENDURANCE", "240"))
WORKERS = 4
ROOT = Path(__file__).resolve().parents[2]


def run_all(folder: Path, place: str) -> list[dict[str, Any]]:
    """What each of the processes was answered."""
    (folder / "endurance.meed").write_text(endurance.POLICIES[0], encoding="utf-8")
    (folder / "reps.csv").write_text(endurance.REPS, encoding="utf-8")
    command = [sys.executable, str(Path(endurance.__file__)), str(folder), place]
    running = [
        subprocess.Popen([*command, str(worker), str(WORKERS), str(SIZE)], cwd=ROOT) for worker in range(WORKERS)
    ]
    assert [process.wait(3_600) for process in running] == [0] * WORKERS
    return [json.loads((folder / f"worker-{worker}.json").read_text()) for worker in range(WORKERS)]


def test_four_processes_decide_as_one(stored: Office) -> None:
    place = stored.place or str(stored.database)
    found = run_all(stored.folder, place)
    answers: dict[str, list[Any]] = {}
    for one in found:
        for request_id, said in one["answers"].items():
            answers.setdefault(request_id, []).extend(said)

    # Every request was answered, and however often it was asked its entry is one.
    wanted = dict(endurance.requests(SIZE))
    assert answers.keys() == wanted.keys()
    recorded = {key: said for key, said in answers.items() if any(isinstance(one, list) for one in said)}
    for key, said in recorded.items():
        entries = {json.dumps(one) for one in said if isinstance(one, list)}
        assert len(entries) == 1, key
        if key.startswith("lead-"):
            assert len(entries) == len(set(map(json.dumps, said))), key
    assert max(map(len, answers.values())) > 1
    assert all(key in recorded for key in wanted if key.startswith(("lead-", "duty-", "policy-")))

    store = Store(place)
    try:
        with store.reading() as tx:
            audit = audited(tx, store.seed)
            entries = list(entries_after(tx, 0))
    finally:
        store.close()
    assert audit.wrong == ""
    assert all(pool.within for pool in audit.pools)
    assert audit.events["arrive"] == sum(key.startswith("lead-") for key in wanted)
    assert {entry.request_id: [entry.number, entry.hash] for entry in entries if entry.request_id in recorded} == {
        key: next(one for one in said if isinstance(one, list)) for key, said in recorded.items()
    }

    # Every lead came once, and every process has the same credits in the end.
    arrived = Counter(entry.said()["fact"]["id"] for entry in entries if entry.said()["event"] == "arrive")
    assert set(arrived.values()) == {1}
    last = max(found, key=lambda one: one["head"])
    assert last["head"] == entries[-1].number
    for one in found:
        if one["head"] == last["head"]:
            assert one["credits"] == last["credits"]
    for pool in ShareLedger.restore(last["credits"]).snapshot().values():
        assert sum(pool["credits"].values()) == 0


@pytest.mark.parametrize("worker", range(WORKERS))
def test_the_parts_of_the_processes_overlap(worker: int) -> None:
    mine = {key for key, _ in endurance.share(SIZE, worker, WORKERS)}
    others = {key for other in range(WORKERS) if other != worker for key, _ in endurance.share(SIZE, other, WORKERS)}
    assert mine & others
    assert len(mine) > SIZE // WORKERS
