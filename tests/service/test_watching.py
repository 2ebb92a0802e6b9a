"""The service runs the watches of the policy in force: each rule once, whatever is killed, whoever else runs them."""

import json
import os
import random
import signal
import time
from collections import Counter
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from meed.engine.watching.firing import Firing
from meed.engine.watching.supervisor import availability
from meed.service.journal.entries import Entry
from meed.service.journal.rows import entries_after
from meed.service.store import Store
from meed.service.watching.standing import Standing
from meed.service.watching.waiting_fires import WaitingFires, request_id_of, tick_id

from .api import HEAD, Office, TestClient, ask
from .test_endurance_kill import KILLS, running

pytestmark = pytest.mark.skipif(availability() is not None, reason=" ".join(availability() or ()))

WATCHED = (
    HEAD
    + """let calls of lead = count of activity where activity.lead is lead
assign lead {
  rule again when lead.returned is known to any rep by claim
  if nobody hold "desk"
  otherwise to any rep by capability_weighted strength
  if nobody hold "desk"
}
watch lead {
  after 2 hours unless (calls over last 60 days) >= 1 notify lead.owner "call them"
  after 1 day unless (calls over last 60 days) >= 1 return
  when (calls over last 7 days) >= 3 award "Keen" to lead.owner
}
"""
)
NO_CALLS = frozenset({"activity"})
PATIENCE = 60


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """The watch looks more often than it does by itself, so that the tests need not wait for it."""
    monkeypatch.setattr("meed.service.watching.watchkeeper._MS_BETWEEN_LOOKS", 20)


@pytest.fixture
def watched(stored: Office) -> Office:
    stored.policy = WATCHED
    return stored


def standing(client: TestClient) -> Standing:
    return client.app.state.watch.standing()  # type: ignore[attr-defined]


def caught_up(client: TestClient) -> Standing:
    """Wait until the watch has seen everything, and looked at everything that is over."""
    deadline = time.monotonic() + PATIENCE
    while True:
        client.get("/v1/pool/lead")  # what others recorded is known then
        found = standing(client)
        if found.state == "running" and not (found.entries_behind or found.seconds_behind or found.waiting):
            time.sleep(0.15)  # some rounds more, so that it was not between two of them
            again = standing(client)
            if again.entries_behind == again.seconds_behind == again.waiting == 0:
                return again
        assert time.monotonic() < deadline, found
        time.sleep(0.02)


def entries(office: Office) -> list[Entry]:
    store = Store(office.place or office.database)
    try:
        with store.reading() as tx:
            return list(entries_after(tx, 0))
    finally:
        store.close()


def fires(office: Office) -> list[tuple[str, str, str]]:
    """What was done: the key, what, and when it fired, in order."""
    said = [entry.said() for entry in entries(office)]
    return [(one["key"], one["does"], hours(one["due"])) for one in said if one["event"] == "fire"]


def hours(due: int) -> str:
    """Hours since noon of the first day."""
    since = due - 1_775_822_400
    return f"{since // 3600}:{since % 3600 // 60:02d}"


def call(client: TestClient, number: int, lead: str, **more: Any) -> None:
    fact = {"id": f"A{number}", "rep": "a", "kind": "call", "lead": lead, **more}
    answer = client.post("/v1/facts/activity", json={"request_id": f"call-{number}", "facts": [fact]})
    assert answer.status_code == 200, answer.text


def test_it_reminds_gives_back_and_honours_and_all_of_it_is_in_the_journal(watched: Office) -> None:
    with watched.client(empty=NO_CALLS) as client:
        for key in ("L1", "L2"):
            ask(client, key)
        for number in range(3):
            call(client, number, "L2", at="2026-04-10 12:00")
        watched.clock.forward(seconds=2)
        caught_up(client)
        assert fires(watched) == [("L2", "award", "0:00")]
        watched.clock.forward(hours=2)
        caught_up(client)
        watched.clock.forward(days=1)
        assert caught_up(client).started >= 1
        assert fires(watched) == [("L2", "award", "0:00"), ("L1", "notify", "2:00"), ("L1", "return", "24:00")]
        shown = client.get("/v1/facts/lead/L1").json()
        assert (shown["state"], shown["holdings"][0]["how"]) == ("pool", "returned")
        assert [one["event"] for one in shown["versions"]] == ["return", "notify", "arrive"]
        assert [one["key"] for one in client.get("/v1/pool/lead").json()["facts"]] == ["L1"]
        assert client.post("/v1/facts/lead/L1/claim", json={"request_id": "c", "rep": "b"}).status_code == 200
    told = [one for entry in entries(watched) for one in entry.came().get("notices", [])]
    assert [(one["to"], one["text"]) for one in told] == [("a", "call them")]
    with watched.client(empty=NO_CALLS) as client:
        first = client.get("/v1/told?most=1").json()
        rest = client.get(f"/v1/told?after={first['up_to']}").json()
        said = [one for page in (first, rest) for one in page["entries"]]
        assert [(one["key"], one["to"], one["title"]) for entry in said for one in entry["awards"]] == [
            ("L2", "a", "Keen")
        ]
        assert [(one["key"], one["to"], one["text"]) for entry in said for one in entry["notices"]] == [
            ("L1", "a", "call them")
        ]
        assert (len(first["entries"]), rest["up_to"]) == (1, len(entries(watched)))
        assert client.get(f"/v1/told?after={rest['up_to']}").json() == {"up_to": rest["up_to"], "entries": []}
        assert client.get("/v1/told?after=99999").json() == {"up_to": 99999, "entries": []}
        for wrong in ("after=-1", "most=0", "most=501", "after=x"):
            assert client.get(f"/v1/told?{wrong}").status_code == 422
    honours = [one for entry in entries(watched) for one in entry.came().get("awards", [])]
    assert [(one["key"], one["title"]) for one in honours] == [("L2", "Keen")]
    assert watched.findings() == []


def test_the_rules_process_may_be_killed_at_any_moment(watched: Office) -> None:
    keys = [f"L{number}" for number in range(12)]
    with watched.client(empty=NO_CALLS) as client:
        killed = 0
        for number, key in enumerate(keys):
            ask(client, key)
            watched.clock.forward(minutes=10)
            if number % 3 == 2:
                pid = caught_up(client).pid
                if pid:
                    os.kill(pid, signal.SIGKILL)
                    killed += 1
        watched.clock.forward(days=2)
        assert caught_up(client).started > killed > 2
    found = Counter(fires(watched))
    assert set(found.values()) == {1}
    assert {(key, does) for key, does, _ in found} == {(key, does) for key in keys for does in ("notify", "return")}
    assert watched.findings() == []


def test_a_restart_goes_on_where_the_journal_is_and_does_nothing_twice(watched: Office) -> None:
    with watched.client(empty=NO_CALLS) as client:
        for key in ("L1", "L2", "L3"):
            ask(client, key)
        watched.clock.forward(hours=3)
        caught_up(client)
    before = entries(watched)
    for _ in range(2):
        with watched.client(empty=NO_CALLS) as client:
            caught_up(client)
        assert [entry.hash for entry in entries(watched)] == [entry.hash for entry in before]
    watched.clock.forward(days=2)  # nobody was there when it was due
    with watched.client(empty=NO_CALLS) as client:
        assert caught_up(client).missed == 0
    assert fires(watched) == [
        *((key, "notify", "2:00") for key in ("L1", "L2", "L3")),
        *((key, "return", "24:00") for key in ("L1", "L2", "L3")),
    ]
    assert watched.findings() == []


def test_several_processes_over_one_store_do_each_once(watched: Office) -> None:
    with ExitStack() as stack:
        clients = [stack.enter_context(watched.client(empty=NO_CALLS)) for _ in range(3)]
        for number in range(9):
            ask(clients[number % 3], f"L{number}")
            watched.clock.forward(minutes=20)
        for _ in range(6):
            watched.clock.forward(hours=5)
            for client in clients:
                caught_up(client)
    found = Counter((key, does) for key, does, _ in fires(watched))
    assert found == {(f"L{number}", does): 1 for number in range(9) for does in ("notify", "return")}
    said = [entry.said() for entry in entries(watched)]
    assert [one["due"] for one in said if one["event"] == "fire"] == sorted(
        one["due"] for one in said if one["event"] == "fire"
    )
    assert watched.findings() == []


def test_a_service_that_is_killed_again_and_again_does_each_once(stored: Office) -> None:
    """The clock is that of the machine here: the leads came an hour ago, so all is due as soon as it is known."""
    stored.policy = (
        WATCHED[: WATCHED.index("assign lead")]
        + """assign lead { otherwise to any rep by capability_weighted strength  if nobody hold "desk" }
watch lead {
  after 1 minute notify lead.owner "call them"
  when lead.owner is known award "Got one" to lead.owner
}
"""
    ).replace("let calls of lead = count of activity where activity.lead is lead\n", "")
    chance, sent = random.Random(7), 0
    created = f"{datetime.now(ZoneInfo('Asia/Shanghai')) - timedelta(hours=1):%Y-%m-%d %H:%M}"
    for round_ in range(KILLS + 1):
        with running(stored) as (process, address), httpx.Client(base_url=address, timeout=60) as client:
            for _ in range(20):
                assert ask(client, f"L{sent}", created=created).status_code == 200
                sent += 1
            if round_ < KILLS:
                time.sleep(chance.randrange(1_500) / 1_000)
                process.kill()
                continue
            deadline = time.monotonic() + PATIENCE
            while len(fires(stored)) < 2 * sent:
                assert time.monotonic() < deadline, Counter(does for _, does, _ in fires(stored))
                time.sleep(0.2)
    found = Counter((key, does) for key, does, _ in fires(stored))
    assert found == {(f"L{number}", does): 1 for number in range(sent) for does in ("notify", "award")}
    assert stored.findings() == []


def test_what_waits_though_a_tick_says_that_all_is_recorded_is_not_done_long_afterwards() -> None:
    def entry(number: int, request_id: str) -> Entry:
        return Entry(number, request_id, "", 0, "", "", "", "", "", "", "")

    made = [Firing(at, "lead", "L1", 1, "p:1", "notify", "", "a", ("when x notify lead.owner",)) for at in range(4)]
    waiting = WaitingFires()
    waiting.add(5, "hash", made[:2])
    waiting.add(7, "hash", made[2:])
    waiting.seen(entry(8, request_id_of("hash", made[1])))
    assert [fire.due for _, fire in waiting.first(9, 100)] == [0, 2, 3]
    waiting.seen(entry(9, tick_id(6)))
    assert (waiting.missed, waiting.proved) == (1, 6)
    assert [(id_, fire.at, fire.due) for id_, fire in waiting.first(9, 100)] == [
        (request_id_of("hash", one), 100, one.at) for one in made[2:]
    ]
    waiting.seen(entry(10, tick_id(4)))
    assert (waiting.missed, waiting.proved, len(waiting)) == (1, 6, 2)


def test_another_policy_takes_over_and_the_watch_with_it(office: Office) -> None:
    text = WATCHED[: WATCHED.index("watch lead")]
    office.policy = text
    with office.client(empty=NO_CALLS) as client:
        ask(client, "L1")
        assert client.get("/readyz").json()["watch"] is None
        made = client.post("/v1/policies", json={"text": WATCHED.replace('version: "1"', 'version: "2"')})
        assert made.status_code in {200, 201}, made.text
        hash_ = made.json()["policy"]["hash"]
        answer = client.post(f"/v1/policies/{hash_}/activate", json={"request_id": "p"})
        assert answer.status_code == 200, answer.text
        office.clock.forward(hours=2, seconds=2)
        caught_up(client)
        assert fires(office) == [("L1", "notify", "2:00")]
        before = client.post("/v1/policies/rollback", json={"request_id": "q"})
        assert before.status_code == 200, before.text
        office.clock.forward(days=3)
        caught_up(client)
        assert fires(office) == [("L1", "notify", "2:00")]
    assert office.findings() == []


def test_health_and_metrics_say_how_far_it_is(watched: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    with watched.client(empty=NO_CALLS) as client:
        ask(client, "L1")
        caught_up(client)
        assert client.get("/readyz").json()["watch"] == {
            "state": "running", "entries_behind": 0, "seconds_behind": 0, "waiting": 0, "problem": None,
        }  # fmt: skip
        assert "meed_watch_up 1\n" in client.get("/metrics").text
    monkeypatch.setattr("meed.engine.watching.supervisor.find_spec", lambda name: None)
    watched.clock.forward(days=2)
    with watched.client(empty=NO_CALLS) as client:
        deadline = time.monotonic() + PATIENCE
        while (shown := client.get("/readyz").json()["watch"])["state"] != "down":
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert "pip install 'meed-engine[watch]'" in shown["problem"]
        assert ask(client, "L2").status_code == 200, "decisions go on"
        text = client.get("/metrics").text
        assert "meed_watch_up 0\n" in text
        assert "meed_watch_entries_behind 0\n" not in text
        monkeypatch.undo()
        caught_up(client)
    assert [(key, does) for key, does, _ in fires(watched)] == [("L1", "notify"), ("L1", "return")]


def test_a_policy_without_a_watch_costs_nothing_and_has_no_samples(office: Office) -> None:
    with office.client() as client:
        ask(client, "L1")
        time.sleep(0.6)
        assert standing(client) == Standing()
        assert "meed_watch_up" not in [line.split()[0] for line in client.get("/metrics").text.splitlines() if line]
    assert [json.loads(entry.event)["event"] for entry in entries(office)] == ["load", "arrive"]
