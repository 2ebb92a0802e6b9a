"""A queue never grows without end, and nobody fills it alone."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Event
from time import sleep
from typing import Any

import pytest

from meed.service.entrance.lanes import Lane
from meed.service.entrance.operations import LANES, OPERATIONS
from meed.service.journal.writing import Writing
from meed.service.problems import Problem

from .api import Office, ask


def refusal(lane: Lane, holder: str) -> Problem:
    with pytest.raises(Problem) as caught, lane.place(holder):
        raise AssertionError("let in")
    return caught.value


def test_a_lane_lets_in_as_many_as_it_takes() -> None:
    lane = Lane("writing", 4)
    with ExitStack() as inside:
        for holder in ("a", "b", "a", "b"):
            inside.enter_context(lane.place(holder))
        found = refusal(lane, "c")
        assert (found.kind.name, found.kind.status, found.headers) == ("busy", 503, {"retry-after": "1"})
        assert lane.inside == 4
    assert lane.inside == 0
    with lane.place("c"):
        assert lane.inside == 1


def test_one_key_gets_three_quarters_at_most() -> None:
    lane = Lane("writing", 8)
    with ExitStack() as inside:
        for _ in range(6):
            inside.enter_context(lane.place("greedy"))
        found = refusal(lane, "greedy")
        assert (found.kind.name, found.kind.status, found.headers) == ("too-many", 429, {"retry-after": "1"})
        inside.enter_context(lane.place("other"))
    with lane.place("greedy"):
        pass


def test_a_place_is_given_back_whatever_happens() -> None:
    lane = Lane("writing", 1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), lane.place("a"):
            raise ZeroDivisionError
    assert lane.inside == 0


def test_who_is_sent_away_is_told_for_how_long(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0]
    monkeypatch.setattr("meed.service.entrance.lanes.time.monotonic_ns", lambda: now[0])
    lane = Lane("working", 1)
    for _ in range(60):
        with lane.place("a"):
            now[0] += 12_400_000_000
    with lane.place("a"):
        assert refusal(lane, "b").headers == {"retry-after": "13"}
    for _ in range(60):
        with lane.place("a"):
            now[0] += 3_600_000_000_000
    with lane.place("a"):
        assert refusal(lane, "b").headers == {"retry-after": "60"}


def test_every_operation_has_a_lane() -> None:
    assert {operation.lane for operation in OPERATIONS.values()} == LANES.keys()


def test_a_full_lane_is_a_problem_and_others_go_on(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    goes_on, round_ = Event(), Writing.round

    def wait(*args: Any, **kwargs: Any) -> Any:
        steps = round_(*args, **kwargs)
        next(steps)
        yield  # the commit is left to the thread
        assert goes_on.wait(30)
        yield from steps

    with office.client(most_waiting=8) as client, ThreadPoolExecutor(10) as pool:
        monkeypatch.setattr(Writing, "round", wait)
        asked = [pool.submit(ask, client, f"L{number}") for number in range(10)]
        while sum(one.done() for one in asked) < 4:
            sleep(0.01)
        assert client.get("/v1/decisions/D000000000000").status_code == 404
        goes_on.set()
        answers = [one.result() for one in asked]
        refused = [answer for answer in answers if answer.status_code != 200]
        assert [answer.status_code for answer in refused] == [429] * 4
        assert all(int(answer.headers["retry-after"]) >= 1 for answer in refused)
        again = [number for number, answer in enumerate(answers) if answer.status_code == 429]
        assert all(ask(client, f"L{number}").status_code == 200 for number in again)
    assert office.decisions() == 10
