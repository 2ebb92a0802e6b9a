"""Policies over the API: checked, published by hash, in force between two decisions, rolled back, never mixed."""

import time
from typing import Any

import pytest

from .api import HEAD, NOON, ROTATION, Office, TestClient, ask, reps

EVEN = ROTATION.replace('version: "1"', 'version: "2"').replace("capability_weighted strength", "round_robin")
OTHER = ROTATION.replace('version: "1"', 'version: "3"').replace('hold "ops desk"', 'hold "night desk"')
GREEDY = ROTATION.replace("rep.weight", "rep.declared_goal")
TESTED = EVEN + 'test "never" { given rep a { weight: 1  capacity: 0  skills: "East" } expect 1 = 2 }\n'


def publish(client: TestClient, text: str, **more: Any) -> Any:
    return client.post("/v1/policies", json={"text": text, **more})


def activate(client: TestClient, hash_: str, request_id: str = "p1", **more: Any) -> Any:
    return client.post(f"/v1/policies/{hash_}/activate", json={"request_id": request_id, **more})


def problem(answer: Any) -> str:
    return answer.json()["type"].removeprefix("urn:meed:problem:")


def in_force(client: TestClient) -> str:
    return client.get("/v1/policies").json()["policies"][0]["version"]


def test_a_policy_takes_over_between_two_decisions_and_is_rolled_back(client: TestClient) -> None:
    assert reps(client, ["L1", "L2"]) == "aa"
    made = publish(client, EVEN, note="fair shares").json()
    assert made["missing"] == []
    assert in_force(client) == "1"
    taken = activate(client, made["policy"]["hash"], note="from today").json()
    assert taken["policy"]["version"] == in_force(client) == "2"
    assert taken["number"] == 4
    first = ask(client, "L3").json()
    assert first["policy_hash"] == made["policy"]["hash"]
    back = client.post("/v1/policies/rollback", json={"request_id": "p2", "note": "not yet"}).json()
    assert back["policy"]["version"] == in_force(client) == "1"
    shown = client.get("/v1/policies").json()
    assert [(one["version"], one["note"]) for one in shown["history"]] == [
        ("1", "not yet"), ("2", "from today"), ("1", ""),
    ]  # fmt: skip
    assert [(one["version"], one["note"], one["by"]) for one in shown["published"]] == [("2", "fair shares", "local")]


def test_credits_go_on_under_another_policy(office: Office) -> None:
    """Weights 5, 1, 1 under either policy: what was owed stays owed, so the pattern goes on as if nothing was."""
    with office.client() as client:
        before = reps(client, ["L1", "L2", "L3"])
        activate(client, publish(client, OTHER).json()["policy"]["hash"])
        assert before + reps(client, ["L4", "L5", "L6", "L7"]) == "aabacaa"
    assert office.findings() == []


def test_the_same_request_puts_the_same_policy_in_force_once(client: TestClient) -> None:
    even, other = (publish(client, text).json()["policy"]["hash"] for text in (EVEN, OTHER))
    first = activate(client, even)
    activate(client, other, "p2")
    assert activate(client, even).content == first.content
    assert in_force(client) == "3"
    taken = activate(client, other)
    assert (taken.status_code, problem(taken)) == (409, "request-id-taken")
    back = client.post("/v1/policies/rollback", json={"request_id": "p3"})
    assert in_force(client) == "2"
    assert client.post("/v1/policies/rollback", json={"request_id": "p3"}).content == back.content
    assert in_force(client) == "2"


def test_a_policy_may_take_over_at_a_moment_to_come(office: Office) -> None:
    with office.client() as client:
        hash_ = publish(client, EVEN).json()["policy"]["hash"]
        taken = activate(client, hash_, at="2026-04-10T13:00:00").json()
        assert (taken["number"], taken["at"]) == (None, "2026-04-10T13:00:00+08:00")
        assert activate(client, hash_, at="2026-04-10T13:00:00").json() == taken
        (planned,) = client.get("/v1/policies").json()["planned"]
        assert (planned["version"], planned["refused"]) == ("2", None)
        office.clock.forward(minutes=59)
        assert ask(client, "L1").json()["policy_hash"] != hash_
        office.clock.forward(minutes=1)
        assert ask(client, "L2").json()["policy_hash"] == hash_
        shown = client.get("/v1/policies").json()
        assert (shown["planned"], shown["history"][0]["at"]) == ([], "2026-04-10T13:00:00+08:00")
    with office.client() as client:
        assert in_force(client) == "2"
    assert office.findings() == []


def test_it_takes_over_while_nobody_asks(office: Office) -> None:
    with office.client() as client:
        hash_ = publish(client, EVEN).json()["policy"]["hash"]
        activate(client, hash_, at="2026-04-10T13:00:00")
        office.clock.forward(hours=1)
        deadline = time.monotonic() + 20
        while in_force(client) != "2":
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_a_plan_can_be_withdrawn(office: Office) -> None:
    with office.client() as client:
        hash_ = publish(client, EVEN).json()["policy"]["hash"]
        activate(client, hash_, at="2026-04-10T13:00:00")
        said = client.post(f"/v1/policies/{hash_}/withdraw", json={"note": "no"}).json()
        assert said["planned"] == []
        office.clock.forward(hours=2)
        assert ask(client, "L1").json()["policy_hash"] != hash_
        again = client.post(f"/v1/policies/{hash_}/withdraw", json={})
        assert (again.status_code, problem(again)) == (404, "unknown-policy")


def test_what_the_facts_lack_is_said_before_it_takes_over(client: TestClient) -> None:
    made = publish(client, GREEDY).json()
    assert any("declared_goal" in line for line in made["missing"]), made
    for at in ({}, {"at": "2026-05-01"}):
        answer = activate(client, made["policy"]["hash"], f"p{len(at)}", **at)
        assert (answer.status_code, problem(answer)) == (409, "wrong-facts")
        assert "declared_goal" in answer.json()["detail"]
    assert in_force(client) == "1"
    assert ask(client, "L1").status_code == 200


def test_a_text_is_checked_without_being_kept(client: TestClient) -> None:
    fine = client.post("/v1/policies/check", json={"text": EVEN}).json()
    assert (fine["policy"]["version"], fine["missing"]) == ("2", [])
    wrong = client.post("/v1/policies/check", json={"text": EVEN.replace("round_robin", "round_robbin")}).json()
    assert wrong["policy"] is None
    assert wrong["findings"][0]["severity"] == "error"
    assert wrong["findings"][0]["line"] > 1
    assert client.get("/v1/policies").json()["published"] == []


def test_a_policy_that_is_not_sound_is_not_published(client: TestClient) -> None:
    answer = publish(client, EVEN.replace("round_robin", "round_robbin"))
    assert (answer.status_code, problem(answer)) == (422, "bad-policy")
    assert answer.json()["errors"][0]["field"].startswith("text:")
    assert publish(client, "").status_code == 422


def test_what_a_policy_says_otherwise_is_told(client: TestClient) -> None:
    said = client.post("/v1/policies/diff", json={"text": EVEN}).json()
    assert (said["before"]["version"], said["after"]["version"]) == ("1", "2")
    assert any("round_robin" in line for line in said["lines"])
    same = client.post("/v1/policies/diff", json={"text": "# a remark\n" + ROTATION}).json()
    assert same["lines"] == []
    hash_ = publish(client, EVEN).json()["policy"]["hash"]
    other = client.post("/v1/policies/diff", json={"text": EVEN, "against": hash_}).json()
    assert other["lines"] == []


def test_a_published_policy_is_shown_as_it_was_written(client: TestClient) -> None:
    made = publish(client, EVEN).json()
    assert publish(client, EVEN, note="again").json() == made
    assert client.get(f"/v1/policies/{made['policy']['hash']}").json()["text"] == EVEN
    for answer in (client.get("/v1/policies/none"), activate(client, "none")):
        assert (answer.status_code, problem(answer)) == (404, "unknown-policy")
    first = client.post("/v1/policies/rollback", json={"request_id": "p9"})
    assert (first.status_code, problem(first)) == (409, "nothing-to-roll-back")


def test_no_decision_mixes_two_policies(office: Office) -> None:
    """A hundred requests while policies change: each decision names one, and its rule is that policy's."""
    from concurrent.futures import ThreadPoolExecutor

    with office.client() as client:
        hashes = [publish(client, text).json()["policy"]["hash"] for text in (EVEN, OTHER)]
        with ThreadPoolExecutor(6) as pool:
            asked = [pool.submit(ask, client, f"L{number}", region="nowhere") for number in range(60)]
            for number in range(12):
                assert activate(client, hashes[number % 2], f"p{number}").status_code == 200
            answers = [one.result().json() for one in asked]
        ways = {"capability_weighted", "round_robin"}
        for answer in answers:
            expected = "round_robin" if answer["policy_hash"] == hashes[0] else "capability_weighted"
            assert answer["strategy"] == expected
            assert answer["strategy"] in ways
    assert office.findings() == []


@pytest.mark.parametrize("path", ["check", "diff", ""])
def test_a_text_that_is_none_is_refused(client: TestClient, path: str) -> None:
    answer = client.post(f"/v1/policies/{path}".rstrip("/"), json={"text": 7})
    assert (answer.status_code, problem(answer)) == (422, "bad-request")


def test_the_moment_is_by_the_clocks_of_the_policy(office: Office) -> None:
    assert NOON.isoformat() == "2026-04-10T04:00:00+00:00"
    office.policy = HEAD.replace("Asia/Shanghai", "UTC") + ROTATION.removeprefix(HEAD)
    with office.client() as client:
        hash_ = publish(client, office.policy.replace('version: "1"', 'version: "5"')).json()["policy"]["hash"]
        assert activate(client, hash_).json()["at"] == "2026-04-10T04:00:00+00:00"
