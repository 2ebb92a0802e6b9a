"""Whoever waits to be written keeps its order, none is left behind, and both threads are woken once for many."""

import asyncio
from collections import Counter
from threading import Lock, Thread
from typing import Any

from meed.service.journal.asked import Asked
from meed.service.journal.waiting import Mail, Waiting


def asked(name: str) -> Asked:
    return Asked(name, "", None, lambda _: None)


def names(waiting: Waiting, most: int = 1_000) -> list[str]:
    return [one.request_id for one in waiting.take(most)]


def test_what_is_put_in_comes_out_in_its_order_some_at_a_time() -> None:
    waiting = Waiting()
    waiting.put([asked("a"), asked("b")])
    waiting.put([asked("c")])
    assert len(waiting) == 3
    assert (names(waiting, 2), names(waiting, 2), names(waiting, 2)) == (["a", "b"], ["c"], [])


def test_a_bell_that_was_rung_twice_is_heard_once() -> None:
    waiting = Waiting()
    waiting.ring()
    waiting.ring()
    assert waiting.heard(1)
    assert not waiting.heard(0)


def test_nobody_is_left_behind_whoever_puts_in_meanwhile() -> None:
    waiting, taken, threads, each = Waiting(), Counter[str](), 4, 2_000

    def put(number: int) -> None:
        for place in range(each):
            waiting.put([asked(f"{number} {place}")])

    makers = [Thread(target=put, args=(number,)) for number in range(threads)]
    for maker in makers:
        maker.start()
    order: dict[str, int] = {}
    while sum(taken.values()) < threads * each:
        some = names(waiting, 7)
        taken.update(some)
        for name in some:
            maker, _, place = name.partition(" ")
            assert order.get(maker, -1) < int(place)
            order[maker] = int(place)
        assert some or waiting.heard(10), "somebody waits, and nobody rang"
    assert set(taken.values()) == {1}


def test_what_a_loop_reads_in_one_turn_leaves_together() -> None:
    left: list[list[str]] = []

    def begin(some: list[Asked]) -> None:
        left.append([one.request_id for one in some])
        turn.release()

    turn = Lock()

    async def reads() -> list[int]:
        mail, found = Mail(asyncio.get_running_loop(), turn, begin), list[int]()
        for many in (1, 3):
            for place in range(many):
                mail.send(asked(f"{many} {place}"))
            found.append(len(mail))
            await asyncio.sleep(0)
            found.append(len(left))
        return found

    assert asyncio.run(reads()) == [1, 1, 3, 2]
    assert left == [["1 0"], ["3 0", "3 1", "3 2"]]


def test_while_somebody_else_has_the_turn_nothing_leaves_and_then_all_of_it() -> None:
    left: list[list[str]] = []
    turn = Lock()

    async def reads() -> None:
        mail = Mail(asyncio.get_running_loop(), turn, lambda some: left.append([one.request_id for one in some]))
        turn.acquire()
        for name in "ab":
            mail.send(asked(name))
            await asyncio.sleep(0)
        assert (left, mail.waits, len(mail)) == ([], True, 2)
        turn.release()
        await asyncio.to_thread(mail.go_on)
        await asyncio.sleep(0.01)
        assert (left, mail.waits, len(mail)) == ([["a", "b"]], False, 0)

    asyncio.run(reads())


def test_results_come_back_in_their_order() -> None:
    async def told() -> list[Any]:
        loop, found = asyncio.get_running_loop(), list[Any]()
        mail = Mail(loop, Lock(), lambda _: None)

        def post() -> None:
            for number in range(100):
                mail.post(found.append, number)

        await asyncio.to_thread(post)
        while len(found) < 100:
            await asyncio.sleep(0.001)
        return found

    assert asyncio.run(told()) == list(range(100))
