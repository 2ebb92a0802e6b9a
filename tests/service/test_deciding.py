"""The short way of a decision: what it makes beforehand is what would be made of the event, whatever the fact."""

import asyncio
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meed.service.strict_json import canonical

from .api import Office, TestClient, ask

TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)
CELLS = st.none() | st.booleans() | st.integers() | TEXTS | st.decimals(allow_nan=False, allow_infinity=False)
FACTS = st.dictionaries(TEXTS, CELLS | st.lists(CELLS, max_size=2), max_size=4)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with Office(tmp_path_factory.mktemp("office")).client() as made:
        yield made


@settings(max_examples=60, deadline=None)
@given(fact=FACTS, point=TEXTS.filter(bool), at=st.sampled_from([None, "2026-04-10", "2026-04-10T09:30:00+02:00"]))
def test_an_event_is_written_as_its_own_canonical_text(
    shared: TestClient, fact: dict[str, Any], point: str, at: str | None
) -> None:
    desk: Any = shared.app.state.desk  # pyright: ignore
    body = {"request_id": "r", "fact": fact, **({} if at is None else {"at": at})}
    asked = desk.asked(point, body, lambda _: None)
    assert asked.text == canonical(asked.event.as_json())


@given(rep=st.none() | TEXTS, held=st.none() | TEXTS, because=TEXTS)
def test_an_answer_is_the_same_text_made_and_read_again(rep: str | None, held: str | None, because: str) -> None:
    from meed.service.journal.asked import Result
    from meed.service.told import SHORT, short_answer

    said = dict(zip(SHORT, ("D1", rep, held, "otherwise", "hold", "c1bd", because), strict=True))
    entry: Any = SimpleNamespace(came=lambda: {"decisions": [said]})
    made: Any = SimpleNamespace(decisions=[SimpleNamespace(**said, id="D1", waited=None)])
    assert short_answer(Result(entry, made)) == short_answer(Result(entry))


def test_a_decision_of_another_process_is_found(stored: Office) -> None:
    with stored.client() as one, stored.client() as other:
        made = ask(one, "L1").json()
        assert other.get(f"/v1/decisions/{made['decision_id']}").json() == made
        assert other.get("/v1/decisions/D000000000000").status_code == 404
        more = ask(other, "L2").json()
        assert one.get(f"/v1/decisions/{more['decision_id']}").json() == more


def test_what_was_not_committed_is_no_decision(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlite3 import OperationalError

    made = ask(client, "L1").json()

    def fails(*_: Any) -> None:
        raise OperationalError("disk I/O error")

    with monkeypatch.context() as patch:
        patch.setattr("meed.service.journal.writing.append", fails)
        assert ask(client, "L2").status_code == 503
        index: Any = client.app.state.desk.journal._writing.index  # pyright: ignore
        lost = next(name for name in index._decisions if name != made["decision_id"])
        assert client.get(f"/v1/decisions/{lost}").status_code == 404
    assert ask(client, "L2").json()["decision_id"] == lost
    assert client.get(f"/v1/decisions/{lost}").status_code == 200


def test_looking_up_waits_for_nobody_who_writes(client: TestClient, office: Office) -> None:
    """The journal's thread is held up; whoever only reads is answered meanwhile."""
    from threading import Event, Thread

    named = ask(client, "L1").json()["decision_id"]
    held, goes_on = Event(), Event()
    journal: Any = client.app.state.desk.journal  # pyright: ignore

    def wait(_: Any) -> None:
        held.set()
        assert goes_on.wait(30)

    writer = Thread(target=lambda: journal.look(wait))
    writer.start()
    try:
        assert held.wait(30)
        for path in (f"/v1/decisions/{named}", "/v1/draws", "/v1/policies", "/metrics"):
            assert client.get(path).status_code == 200, path
        checked = client.post("/v1/policies/check", json={"text": office.policy})
        assert (checked.status_code, checked.json()["missing"]) == (200, [])
    finally:
        goes_on.set()
        writer.join()


def test_one_answer_that_cannot_be_given_keeps_no_other_back() -> None:
    from threading import Lock

    from meed.service.journal.waiting import Mail

    def fails(_: int) -> None:
        raise ValueError

    async def deliver() -> list[int]:
        found: list[int] = []
        mail = Mail(asyncio.get_running_loop(), Lock(), lambda _: None)
        for takes in (found.append, fails, found.append):
            mail.post(takes, len(found) + 1)
        await asyncio.sleep(0.01)
        return found

    assert asyncio.run(deliver()) == [1, 1]
