"""Several processes on one journal, given the same leads, moves, changes and policies in their own order.

Run as a program it is one of them: `endurance.py FOLDER PLACE WORKER WORKERS SIZE`.
"""

import json
import random
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

from meed.dsl import SourceFile, check
from meed.engine.life.events import Activate, Arrive, Change, Event, Move
from meed.engine.life.refused import Refused
from meed.service.database import StoreUnavailable
from meed.service.desk import opened_desk
from meed.service.journal.kept import keep_policy
from meed.service.loading import load
from meed.service.settings import Settings

THREADS = 8
BEGAN = 1_775_952_000  # 2026-04-12
REPS = "id,weight,capacity,skills,on_duty\n" + "".join(
    f"{name},{1 + place % 3},100000,East;North,yes\n" for place, name in enumerate("abcdefgh")
)
TEXT = """policy "Endurance" {{ version: "{version}"  currency: CNY  timezone: "Asia/Shanghai" }}
facts standard
facts rep {{ weight: count }}
let held_leads of rep = count of lead where lead.owner is rep
assign lead {{
  needs rep.on_duty and (held_leads over last 30 days) < rep.capacity
  rule big when lead.value >= {big}
    to any rep where lead.region in rep.skills by capability_weighted rep.weight
    if nobody hold "enterprise desk"
  otherwise to any rep by {sharing}
  if nobody hold "ops desk"
}}
"""
POLICIES = (
    TEXT.format(version="1", big="100_000", sharing="round_robin"),
    TEXT.format(version="2", big="50_000", sharing="capability_weighted rep.weight"),
)


def policies() -> list[Any]:
    found = [check(SourceFile("endurance.meed", text)).policy for text in POLICIES]
    assert all(found)
    return found


def requests(size: int) -> Iterator[tuple[str, Event]]:
    """What is asked, each once: mostly leads, and among them declines, leave and policies that take over."""
    chance = random.Random(20_261_126)
    hashes = [policy.hash for policy in policies()]
    for number in range(size):
        at, word = BEGAN + number, chance.random()
        if word < 0.80 or number < 20:
            value = chance.choice(["900.00", "60000.00", "120000.00"])
            fact = {"id": f"L{number}", "value": value, "region": chance.choice(["East", "North", "West"])}
            yield f"lead-{number}", Arrive(at, "lead", fact)
        elif word < 0.92:
            earlier, what = chance.randrange(number), chance.choice(["decline", "release", "accept"])
            yield f"move-{number}", Move(at, "lead", f"L{earlier}", what, rep=chance.choice("abcdefgh"))
        elif word < 0.999:
            duty = chance.choice(["yes", "no", "yes"])
            yield f"duty-{number}", Change(at, "rep", chance.choice("abcdefg"), {"on_duty": duty})
        else:
            yield f"policy-{number}", Activate(at, chance.choice(hashes))


def share(size: int, worker: int, workers: int) -> list[tuple[str, Event]]:
    """What one process is given: its part, and one in four of the others' requests again, a little out of order."""
    chance = random.Random(worker)
    mine = [
        (number + chance.randrange(40), asked)
        for number, asked in enumerate(requests(size))
        if number % workers == worker or chance.random() < 0.25
    ]
    return [asked for _, asked in sorted(mine, key=lambda one: one[0])]


def work(folder: Path, place: str, worker: int, workers: int, size: int) -> dict[str, Any]:
    """Give one process its part; what it was answered."""
    settings = Settings(folder / "endurance.meed", place, {"rep": folder / "reps.csv"})
    desk = opened_desk(settings, load(settings), lambda: datetime.now(UTC))
    with desk.store.writing() as tx:
        for policy in policies():
            keep_policy(tx, policy)
    answers: dict[str, list[Any]] = {}
    lock = Lock()

    def ask(asked: tuple[str, Event]) -> None:
        request_id, event = asked
        while True:
            try:
                result = desk.journal.submit(request_id, event, request_id)
                said: Any = [result.entry.number, result.entry.hash]
                break
            except StoreUnavailable:  # as a client does that was told 503: the same request again
                time.sleep(0.1)
            except Refused as refused:
                said = refused.reason
                break
        with lock:
            answers.setdefault(request_id, []).append(said)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(ask, share(size, worker, workers)))
    head, credits_now = desk.journal.look(lambda fold: (fold.head, fold.credits()))
    desk.close()
    return {"answers": answers, "head": head.number, "credits": credits_now if head else None}


if __name__ == "__main__":
    folder, place, *numbers = sys.argv[1:]
    made = work(Path(folder), place, *map(int, numbers))
    Path(folder, f"worker-{numbers[0]}.json").write_text(json.dumps(made))
