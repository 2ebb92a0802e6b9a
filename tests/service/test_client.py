"""The client for Python: typed answers, problems as exceptions, the same request again until it is answered."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import pytest

from meed.service.client import Client, NoAnswer, ProblemAnswered

from .api import HEAD, Office
from .live import Live, live

POLICY = (
    HEAD
    + """credit bookings to deal.owner on deal.closed = deal.amount when deal.stage is "won"
assign lead {
  needs (held_leads over last 30 days) < rep.capacity
  rule open when lead.value < 100 to any rep by claim
  if nobody hold "ops desk"
  otherwise to any rep by capability_weighted strength accept within 15 minutes
  if nobody hold "ops desk"
}
scheme hunters for every rep per quarter { pay commission = 5% of bookings }
"""
)
DECIDED = {
    "decision_id": "D1", "rep": "a", "held": None, "rule": "r", "strategy": "s", "policy_hash": "h", "because": "b",
}  # fmt: skip


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Live, str]]:
    office = Office(tmp_path_factory.mktemp("office"), POLICY)
    key = office.key("decide", "move", "facts", "publish", "simulate", "read", "pay")
    with live(office, keys=office.keys) as made:
        yield made, key


def test_a_whole_day_with_a_running_service(service: tuple[Live, str]) -> None:
    made, key = service
    with Client(made.address, key) as meed:
        decision = meed.decide("lead", {"id": "L1", "value": Decimal("15800.00"), "region": "East"}, request_id="d1")
        assert decision.rep == "a"
        assert (
            meed.decide("lead", {"id": "L1", "value": Decimal("15800.00"), "region": "East"}, request_id="d1")
            == decision
        )
        assert meed.decision(decision.decision_id) == decision
        assert meed.explain(decision.decision_id).tried[0].eligible
        why = meed.why_not(decision.decision_id, "b", ["capacity=0", "weight=2"], since=date(2026, 4, 1))
        assert (why.received, why.could_take_it) == (False, True)
        assert why.then is not None
        assert (why.then.changes, why.then.elsewhere) == (["capacity=0", "weight=2"], 0)
        assert meed.why_not(decision.decision_id, "b").then is None
        report = meed.fairness("lead", first=date(2026, 4, 1), by=["weight"])
        assert (report.received, report.within_promise, list(report.access)) == ({"a": 1}, True, ["weight"])
        with pytest.raises(ProblemAnswered, match="422 bad-request: correct `to`"):
            meed.fairness(last="soon")
        declined = meed.move("lead", "L1", "decline", rep="a", reason="no time", decision_id=decision.decision_id)
        assert declined.decisions[0].rep != "a"
        with pytest.raises(ProblemAnswered) as caught:
            meed.move("lead", "L1", "accept", rep="a", decision_id=decision.decision_id)
        assert (caught.value.status, caught.value.kind) == (409, "superseded")
        assert caught.value.more["decision_id"] == declined.decisions[0].decision_id

        facts = [{"id": f"L{number}", "value": 50, "region": "East"} for number in (2, 3)]
        many = meed.decide_all("lead", [{"fact": fact} for fact in facts])
        assert [one.decision.rep for one in many.answers if one.decision] == [None, None]
        assert [one.key for one in meed.pool("lead").facts] == ["L2", "L3"]
        assert meed.move("lead", "L2", "claim", rep="c").decisions[0].rep == "c"

        taken = meed.put_facts("rep", [{"id": "a", "capacity": 0}, {"id": "b", "capacity": 7}])
        assert meed.fact("rep", "a").versions[0].number == taken.number
        told = meed.told(after=(taken.number or 0) - 1, most=7)
        assert (told.up_to, told.entries) == (taken.number, [])
        with pytest.raises(ProblemAnswered, match=r"422 bad-facts: correct `facts\[0\].capacity`") as caught:
            meed.put_facts("rep", [{"id": "a", "capacity": "x"}])
        assert caught.value.errors[0].field == "facts[0].capacity"

        text = POLICY.replace('version: "1"', 'version: "2"')
        assert meed.check(text).findings == []
        published = meed.publish(text, "the second")
        assert meed.activate(published.policy.hash).policy.version == "2"
        assert meed.policies().policies[0].version == "2"
        assert meed.roll_back().policy.version == "1"

        deal = {"id": "D1", "owner": "a", "amount": Decimal("1200.10"), "stage": "won", "closed": date(2026, 4, 10)}
        reps = [{"id": "a", "weight": 1, "capacity": 1, "skills": ["East"]}]
        assert meed.simulate("2026-Q2", {"rep": reps, "deal": [deal]}).summary[0].total == "60.01"


def test_a_wrong_key_is_a_problem(service: tuple[Live, str]) -> None:
    with Client(service[0].address, "meed_0000000000_wrong") as meed, pytest.raises(ProblemAnswered) as caught:
        meed.policies()
    assert (caught.value.status, caught.value.kind) == (401, "key-needed")


def answering(*answers: Any) -> tuple[Client, list[httpx.Request], list[int]]:
    """A client of a service that gives these answers, what it was sent, and how long the client waited."""
    left, seen, waited = list(answers), list[httpx.Request](), list[int]()

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        found = left.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    return Client("http://x", transport=httpx.MockTransport(answer), sleep=waited.append), seen, waited


def refused(status: int, **headers: str) -> httpx.Response:
    body = {"type": "urn:meed:problem:busy", "title": "Busy", "status": status, "detail": "later"}
    return httpx.Response(status, json=body, headers={name.replace("_", "-"): value for name, value in headers.items()})


def test_what_had_no_answer_is_sent_again_with_the_same_id() -> None:
    meed, seen, waited = answering(
        httpx.ConnectError("gone"), httpx.ReadTimeout("slow"), refused(503), httpx.Response(200, json=DECIDED)
    )
    assert meed.decide("lead", {"id": "L1"}).rep == "a"
    bodies = [request.content for request in seen]
    assert len(set(bodies)) == 1
    assert len(json.loads(bodies[0])["request_id"]) == 36
    assert waited == sorted(waited)
    assert 100 <= waited[0] < 200


def test_it_waits_as_long_as_it_is_told() -> None:
    meed, _, waited = answering(
        refused(429, retry_after="7"), refused(503, retry_after="2"), httpx.Response(200, json=DECIDED)
    )
    meed.decide("lead", {"id": "L1"})
    assert waited == [7000, 2000]


def test_patience_has_an_end_and_what_cannot_pass_is_not_tried_again() -> None:
    meed, seen, waited = answering(*(refused(503, retry_after="9") for _ in range(9)))
    with pytest.raises(ProblemAnswered) as caught:
        meed.decide("lead", {"id": "L1"})
    assert (caught.value.retry_after, len(seen), waited) == (9, 4, [9000, 9000, 9000])
    meed, seen, _ = answering(refused(500))
    with pytest.raises(ProblemAnswered):
        meed.decide("lead", {"id": "L1"})
    assert len(seen) == 1
    meed, seen, _ = answering(*(httpx.ConnectError("gone") for _ in range(20)))
    with pytest.raises(NoAnswer, match=r"no answer \(ConnectError\): gone") as lost:
        meed.decide("lead", {"id": "L1"}, request_id="mine")
    assert lost.value.request_id == "mine"


@pytest.mark.parametrize(
    "answer",
    [httpx.Response(200, text="<html>"), httpx.Response(404, text="<html>"), httpx.Response(200, json={"rep": "a"})],
)
def test_an_answer_that_is_none_is_said_to_be_none(answer: httpx.Response) -> None:
    meed, _, _ = answering(answer)
    with pytest.raises(NoAnswer):
        meed.decide("lead", {"id": "L1"})


def test_what_a_newer_service_says_beside_is_left_out() -> None:
    meed, _, _ = answering(httpx.Response(200, json={**DECIDED, "mood": "good"}))
    assert meed.decide("lead", {"id": "L1"}).rep == "a"


def test_amounts_are_sent_as_texts_and_binary_floats_not_at_all() -> None:
    meed, seen, _ = answering(httpx.Response(200, json=DECIDED))
    meed.decide("lead", {"id": "L1", "value": Decimal("1E+3"), "created": date(2026, 4, 1), "tags": ["a"]})
    assert json.loads(seen[0].content)["fact"] == {"id": "L1", "value": "1000", "created": "2026-04-01", "tags": ["a"]}
    for value in (1.5, {"x": [0.1]}, object()):
        with pytest.raises(TypeError, match="cannot be sent"):
            meed.decide("lead", {"id": "L1", "value": value})


@pytest.mark.parametrize(
    "call", [lambda meed: meed.fact("lead", "a/b ?"), lambda meed: meed.move("lead", "a/b ?", "close")]
)
def test_keys_are_quoted(call: Callable[[Client], Any]) -> None:
    meed, seen, _ = answering(httpx.Response(404, json={"type": "x:unknown-fact", "title": "t", "detail": "d"}))
    with pytest.raises(ProblemAnswered):
        call(meed)
    assert "/a%2Fb%20%3F" in seen[0].url.raw_path.decode()


def test_it_needs_neither_the_framework_nor_the_database() -> None:
    program = (
        "import sys; from meed.service.client import Client\n"
        "print(sorted({'fastapi', 'starlette', 'sqlalchemy', 'uvicorn', 'pandas', 'numpy'} & set(sys.modules)))"
    )
    made = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert made.stdout == "[]\n"
