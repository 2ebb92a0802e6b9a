"""Rounds of writing: who works them out, that none waits for ever, and that an event loop waits for nobody."""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from threading import Event, get_ident
from typing import Any

import pytest

from meed.engine.life.events import Arrive, Changes
from meed.service.journal.asked import Asked, Result
from meed.service.sqlite_file import SqliteFile

from .api import PATTERN, Office, TestClient, ask, lead


@pytest.fixture
def journal(client: TestClient) -> Any:
    return client.app.state.desk.journal  # pyright: ignore


@pytest.fixture
def threads(journal: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[int]]:
    """By which threads rounds were begun, and by which they were brought to their end."""
    found: dict[str, list[int]] = {"begun": [], "ended": []}
    real = journal._writing.round

    def round_(some: Any, waits: bool = True) -> Any:
        found["begun"].append(get_ident())
        steps = real(some, waits)
        next(steps)
        yield
        found["ended"].append(get_ident())
        yield from steps

    monkeypatch.setattr(journal._writing, "round", round_)
    return found


def asked_of(journal: Any, number: int, told: Callable[[Any], None]) -> Asked:
    return Asked(f"r{number}", "", Arrive(journal._moment(), "lead", lead(f"L{number}")), told)


async def decided(journal: Any, numbers: range) -> list[Any]:
    return await asyncio.gather(
        *[journal.answered(lambda told, number=number: asked_of(journal, number, told)) for number in numbers]
    )


def test_a_loop_works_leads_out_and_leaves_the_commit_to_the_thread(journal: Any, threads: Any) -> None:
    made = asyncio.run(decided(journal, range(5)))
    assert [one.entry.request_id for one in made] == [f"r{number}" for number in range(5)]
    assert threads["begun"] == [get_ident()]
    assert threads["ended"] == [journal._rounds._writer.ident]


def test_what_takes_longer_is_left_to_the_thread(journal: Any, threads: Any) -> None:
    async def changed() -> Any:
        change = Changes(journal._moment(), "lead", {})
        return await journal.answered(lambda told: Asked("c1", "", change, told))

    assert isinstance(asyncio.run(changed()), Result)
    assert threads["begun"] == threads["ended"] == [journal._rounds._writer.ident]


def test_a_loop_does_not_wait_for_another_process_that_writes(journal: Any, office: Office, threads: Any) -> None:
    async def meanwhile() -> tuple[float, list[Any]]:
        with closing(sqlite3.connect(office.database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            asking, longest, last = asyncio.ensure_future(decided(journal, range(3))), 0.0, time.monotonic()
            for _ in range(40):
                await asyncio.sleep(0.01)
                longest, last = max(longest, time.monotonic() - last), time.monotonic()
            assert not asking.done()
            other.execute("ROLLBACK")
        return longest, await asking

    longest, made = asyncio.run(meanwhile())
    assert all(isinstance(one, Result) for one in made)
    assert longest < 5, "the loop stood still until the other was done"
    assert threads["begun"][-1] == journal._rounds._writer.ident


def test_a_loop_reads_on_while_a_commit_waits_for_the_disk(journal: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    enters, goes_on = Event(), Event()
    real = SqliteFile._must_be_there
    calls: list[int] = []

    def slow(self: SqliteFile) -> None:
        calls.append(get_ident())
        if len(calls) == 2:  # of one transaction the first is at its beginning, the second before its commit
            enters.set()
            assert goes_on.wait(30)
        real(self)

    async def reads() -> list[Any]:
        first = asyncio.ensure_future(decided(journal, range(3)))
        while not enters.is_set():
            await asyncio.sleep(0.001)
        second = asyncio.ensure_future(decided(journal, range(3, 6)))
        await asyncio.sleep(0.02)
        assert not first.done()
        goes_on.set()
        return [*(await first), *(await second)]

    monkeypatch.setattr(SqliteFile, "_must_be_there", slow)
    made = asyncio.run(reads())
    assert [one.entry.request_id for one in made] == [f"r{number}" for number in range(6)]
    assert [one.entry.number for one in made] == list(range(made[0].entry.number, made[0].entry.number + 6))


def test_whoever_asks_from_other_threads_meanwhile_is_answered_too(journal: Any) -> None:
    async def both() -> list[Any]:
        others = [
            asyncio.to_thread(journal.submit, f"t{number}", asked_of(journal, number, print).event)
            for number in range(40)
        ]
        own = [decided(journal, range(100 + 5 * turn, 105 + 5 * turn)) for turn in range(20)]
        waiting = asyncio.gather(*others)
        made = [one for turn in own for one in await turn]
        return [*made, *(await waiting)]

    made = asyncio.run(asyncio.wait_for(both(), 60))
    numbers = [one.entry.number for one in made]
    assert len(set(numbers)) == len(numbers) == 140


def test_a_defect_of_one_request_in_a_loop_keeps_no_other_back(
    journal: Any, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from meed.engine.life.floor import Floor

    real = Floor.apply

    def apply(self: Floor, event: Any) -> Any:
        if isinstance(event, Arrive) and event.fact["id"] == "L1":
            raise ZeroDivisionError("a defect")
        return real(self, event)

    async def together() -> list[Any]:
        return await decided(journal, range(3))

    monkeypatch.setattr(Floor, "apply", apply)
    made = asyncio.run(together())
    assert [type(one) for one in made] == [Result, ZeroDivisionError, Result]
    monkeypatch.setattr(Floor, "apply", real)
    assert ask(client, "L9").status_code == 200


def test_what_has_not_left_when_it_is_closed_is_recorded(office: Office) -> None:
    with office.client() as client:
        journal: Any = client.app.state.desk.journal  # pyright: ignore
        told: list[Any] = []

        async def leaves() -> None:
            mail = journal.mail()
            journal.send(asked_of(journal, 1, told.append), mail)
            await asyncio.to_thread(journal.close)

        asyncio.run(leaves())
        assert [type(one) for one in told] == [Result]


def test_turns_go_round_whoever_works_them_out(office: Office) -> None:
    """Some by the loop of the service, some by the thread: one order."""
    with office.client() as client:
        journal: Any = client.app.state.desk.journal  # pyright: ignore
        reps = ""
        for number in range(14):
            journal._rounds._stays = number % 3 > 0
            reps += ask(client, f"L{number}").json()["rep"]
    assert reps == PATTERN * 2


def test_what_others_recorded_is_folded_in_by_the_thread(journal: Any, office: Office, threads: Any) -> None:
    with office.client() as other:
        assert ask(other, "L100").json()["rep"] == "a"
    made = asyncio.run(decided(journal, range(1)))[0]
    assert made.entry.came()["decisions"][0]["rep"] == PATTERN[1]
    assert threads["begun"] == [get_ident(), journal._rounds._writer.ident]


def test_a_policy_takes_over_in_the_thread(
    journal: Any, client: TestClient, threads: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans = iter([["a plan"], []])
    monkeypatch.setattr("meed.service.journal.writing.due_plans", lambda *_: next(plans))
    assert asyncio.run(decided(journal, range(1)))[0].entry.request_id == "r0"
    assert threads["begun"] == [get_ident(), journal._rounds._writer.ident]
