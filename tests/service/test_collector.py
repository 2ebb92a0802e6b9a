"""What a process that stays keeps in memory: what lasts is left alone, what has gone is given back."""

import gc
import weakref
from collections.abc import Iterator
from typing import Any

import pytest

from meed.service import collector

from .api import Office, ask


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.callbacks[:] = [one for one in gc.callbacks if one is not collector._stays]
    gc.unfreeze()
    gc.set_threshold(*before)


class Ring:
    """An object in a cycle."""

    def __init__(self) -> None:
        self.own = self


def test_what_a_collection_has_left_is_not_looked_at_again() -> None:
    collector.settle()
    collector.settle()
    assert gc.callbacks.count(collector._stays) == 1
    kept, frozen = [Ring() for _ in range(1_000)], gc.get_freeze_count()
    gc.collect(0)
    assert gc.get_freeze_count() >= frozen + len(kept)


def test_a_sweep_gives_back_what_stays_otherwise() -> None:
    collector.settle()
    ring = Ring()
    gone = weakref.ref(ring)
    gc.collect(0)
    del ring
    gc.collect()
    assert gone() is not None
    collector.sweep()
    assert gone() is None


def test_a_process_that_was_not_settled_is_left_alone() -> None:
    frozen = gc.get_freeze_count()
    collector.sweep()
    assert gc.get_freeze_count() == frozen


def test_a_policy_that_is_replaced_takes_its_facts_along(office: Office) -> None:
    with office.client() as client:
        assert ask(client, "L1").status_code == 200
        writing: Any = client.app.state.desk.journal._writing  # pyright: ignore
        collector.settle()
        world = weakref.ref(writing._fold.floor.ev.world)
        other = office.policy.replace('version: "1"', 'version: "2"')
        assert other != office.policy
        made = client.post("/v1/policies", json={"text": other})
        assert made.status_code in {200, 201}, made.text
        taken = client.post(f"/v1/policies/{made.json()['policy']['hash']}/activate", json={"request_id": "a1"})
        assert taken.status_code == 200, taken.text
        assert ask(client, "L2").status_code == 200
        assert writing._fold.floor.ev.world is not world()
        assert world() is None
