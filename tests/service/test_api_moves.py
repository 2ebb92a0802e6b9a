"""What becomes of a fact that was given out: moves by its key or by its decision, the pool, many decisions at once."""

import sqlite3
import time
from contextlib import closing
from typing import Any

import pytest

from .api import HEAD, PATTERN, Office, TestClient, ask, fields, lead

OFFERED = (
    HEAD
    + """assign lead {
  needs (held_leads over last 30 days) < rep.capacity
  otherwise to any rep by round_robin accept within 15 minutes
  if nobody hold "ops desk"
}
"""
)
CLAIMED = (
    HEAD
    + """assign lead {
  rule big when lead.value >= 100_000 to any rep by round_robin
  if nobody hold "ops desk"
  otherwise to any rep by claim
  if nobody hold "ops desk"
}
"""
)
COOLDOWN = (
    HEAD
    + """let lately of rep, lead = count of assignment on assignment.ended
  where assignment.lead is lead and assignment.rep is rep
assign lead {
  needs (lately over last 3 days) is 0
  rule big when lead.value >= 100_000 to any rep by round_robin
  otherwise to any rep by claim
  if nobody hold "ops desk"
  after 7 days return
}
"""
)


def move(client: TestClient, path: str, request_id: str = "m1", **said: Any) -> Any:
    return client.post(f"/v1/{path}", json={"request_id": request_id, **said})


def kind(answer: Any) -> str:
    return answer.json()["type"].removeprefix("urn:meed:problem:")


@pytest.fixture
def offered(office: Office) -> TestClient:
    office.policy = OFFERED
    return office.client()


def test_an_offer_that_is_declined_goes_to_the_next_and_can_be_accepted(offered: TestClient) -> None:
    with offered as client:
        first = ask(client, "L1").json()
        assert first["rep"] == "a"
        declined = move(client, "facts/lead/L1/decline", rep="a", reason="no time").json()
        (again,) = declined["decisions"]
        assert (again["point"], again["key"], again["rep"]) == ("lead", "L1", "b")
        assert declined["endings"][0]["how"] == "declined"
        accepted = move(client, f"decisions/{again['decision_id']}/accept", "m2", rep="b").json()
        assert (accepted["word"], accepted["decisions"]) == ("accept", [])
        shown = client.get("/v1/facts/lead/L1").json()
    assert (shown["state"], shown["owner"], shown["decision_id"]) == ("owned", "b", again["decision_id"])
    assert [(one["rep"], one["how"]) for one in shown["holdings"]] == [("a", "declined"), ("b", None)]
    assert [one["event"] for one in shown["versions"]] == ["accept", "decline", "arrive"]
    assert shown["versions"][1]["values"] == {"rep": "a", "reason": "no time"}


def test_the_same_move_gets_the_same_answer_for_ever(offered: TestClient, office: Office) -> None:
    with offered as client:
        ask(client, "L1")
        first = move(client, "facts/lead/L1/decline", rep="a")
        office.clock.forward(minutes=1)
        assert move(client, "facts/lead/L1/decline", rep="a").content == first.content
        other = move(client, "facts/lead/L1/decline", rep="b")
        assert (other.status_code, kind(other)) == (409, "request-id-taken")
        other = ask(client, "L2").request.content
        taken = client.post("/v1/decisions/lead", json={"request_id": "m1", "fact": lead("L9")})
        assert (taken.status_code, kind(taken)) == (409, "request-id-taken")


def test_a_decision_that_is_not_the_last_one_is_superseded(offered: TestClient) -> None:
    with offered as client:
        first = ask(client, "L1").json()["decision_id"]
        later = move(client, f"decisions/{first}/decline", rep="a").json()["decisions"][0]["decision_id"]
        late = move(client, f"decisions/{first}/accept", "m2")
        assert (late.status_code, kind(late), late.json()["decision_id"]) == (409, "superseded", later)
        assert later in late.json()["detail"]
        assert move(client, f"decisions/{first}/decline", rep="a").status_code == 200, "that very move, again"
        late = move(client, "facts/lead/L1/accept", "m3", decision_id=first)
        assert kind(late) == "superseded"


def test_an_offer_lapses_by_itself_while_nobody_asks(offered: TestClient, office: Office) -> None:
    with offered as client:
        ask(client, "L1")
        office.clock.forward(minutes=16)
        deadline = time.monotonic() + 20
        while (shown := client.get("/v1/facts/lead/L1").json())["holdings"][0]["how"] is None:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert [(one["rep"], one["how"], one["ended"]) for one in shown["holdings"]] == [
            ("a", "lapsed", "2026-04-10T12:15:00+08:00"), ("b", None, None),
        ]  # fmt: skip
        with closing(sqlite3.connect(office.database)) as database:
            named = (
                "SELECT json_extract(outcome, '$.decisions[0].decision_id') FROM journal ORDER BY number DESC LIMIT 1"
            )
            again = database.execute(named).fetchone()
        full = client.get(f"/v1/decisions/{again[0]}?explain=full").json()
        assert (full["point"], full["key"], full["rep"]) == ("lead", "L1", "b")
    assert office.findings() == []


def test_an_offer_has_lapsed_for_whoever_is_late(offered: TestClient, office: Office) -> None:
    with offered as client:
        ask(client, "L1")
        office.clock.forward(minutes=16)
        late = move(client, "facts/lead/L1/accept", rep="a")
        assert (late.status_code, kind(late), late.json()["reason"]) == (409, "move-refused", "not-yours")
        assert late.json()["detail"] == "lead `L1` is offered to b, not a"


@pytest.mark.parametrize(
    ("path", "said", "status", "problem", "reason"),
    [
        ("facts/lead/L1/transfer", {"rep": "a"}, 409, "move-refused", "not-owned"),
        ("facts/lead/L1/accept", {"rep": "b"}, 409, "move-refused", "not-yours"),
        ("facts/lead/L1/override", {"to": "b"}, 422, "bad-request", "needs-reason"),
        ("facts/lead/L1/accept", {"rep": "nobody"}, 422, "bad-request", "unknown-rep"),
        ("facts/lead/L7/accept", {"rep": "a"}, 404, "unknown-fact", None),
        ("facts/deal/D1/accept", {"rep": "a"}, 404, "unknown-point", None),
        ("decisions/D000/accept", {}, 404, "unknown-decision", None),
        ("facts/lead/L1/eat", {}, 422, "bad-request", None),
        ("facts/lead/L1/accept", {"at": "soon"}, 422, "bad-request", None),
        ("facts/lead/L1/accept", {"rep": 7}, 422, "bad-request", None),
    ],
)
def test_a_move_that_is_not_possible_says_why(
    offered: TestClient, path: str, said: dict[str, Any], status: int, problem: str, reason: str | None
) -> None:
    with offered as client:
        ask(client, "L1")
        answer = move(client, path, **said)
        assert (answer.status_code, kind(answer), answer.json().get("reason")) == (status, problem, reason)


def test_a_manager_overrides_with_a_reason(offered: TestClient) -> None:
    with offered as client:
        ask(client, "L1")
        made = move(client, "facts/lead/L1/override", to="c", by="boss", reason="knows them").json()
        assert made["decisions"][0]["rep"] == "c"
        full = client.get(f"/v1/decisions/{made['decisions'][0]['decision_id']}?explain=full")
        assert full.status_code == 200, full.text
        assert full.json()["rep"] == "c"


def test_what_is_open_to_all_is_listed_and_claimed_once(office: Office) -> None:
    office.policy = CLAIMED
    with office.client() as client:
        for key in ("L1", "L2"):
            assert ask(client, key).json()["rep"] is None
        assert [one["key"] for one in client.get("/v1/pool/lead").json()["facts"]] == ["L1", "L2"]
        claimed = move(client, "facts/lead/L1/claim", rep="b").json()
        assert claimed["decisions"][0]["rep"] == "b"
        late = move(client, "facts/lead/L1/claim", "m2", rep="c")
        assert (late.status_code, late.json()["reason"]) == (409, "not-open")
        assert [one["key"] for one in client.get("/v1/pool/lead").json()["facts"]] == ["L2"]
        assert kind(client.get("/v1/pool/deal")) == "unknown-point"


def test_a_deadline_and_a_cooldown_hold_for_whoever_came_by_a_batch_a_claim_a_transfer_or_an_override(
    office: Office,
) -> None:
    office.policy = COOLDOWN
    with office.client() as client:
        given = {"request_id": "r-L1", "fact": lead("L1", value="100000")}
        claimed = [{"request_id": f"r-{key}", "fact": lead(key)} for key in ("L2", "L3", "L4")]
        answers = client.post("/v1/decisions/lead/batch", json={"decisions": [given, *claimed]}).json()["answers"]
        owner = answers[0]["decision"]["rep"]
        for key in ("L2", "L3", "L4"):
            assert move(client, f"facts/lead/{key}/claim", f"c-{key}", rep=owner).status_code == 200
        office.clock.forward(days=6)
        assert move(client, "facts/lead/L3/transfer", "t1", rep=owner, to="b").status_code == 200
        said = {"to": "c", "by": "boss", "reason": "helps out"}
        assert move(client, "facts/lead/L4/override", "o1", **said).status_code == 200
        office.clock.forward(days=1)
        pool = client.get("/v1/pool/lead").json()["facts"]
        assert [one["key"] for one in pool] == ["L1", "L2", "L3", "L4"]
        assert {one["since"] for one in pool} == {"2026-04-17T12:00:00+08:00"}

        for key, last in (("L2", owner), ("L3", "b"), ("L4", "c")):
            refused = move(client, f"facts/lead/{key}/claim", f"again-{key}", rep=last)
            assert (refused.status_code, refused.json()["reason"]) == (409, "not-eligible")
        other = "b" if owner != "b" else "a"
        move(client, "facts/lead/L2/claim", "by-other", rep=other)
        refused = move(client, "facts/lead/L2/transfer", "back", rep=other, to=owner)
        assert (refused.status_code, refused.json()["reason"]) == (409, "not-eligible")
        office.clock.forward(days=3)
        assert move(client, "facts/lead/L2/transfer", "later", rep=other, to=owner).status_code == 200
        assert move(client, "facts/lead/L3/claim", "later-3", rep="b").status_code == 200
    assert office.findings() == []


def test_a_fact_is_put_back_into_the_pool_by_whoever_has_it_or_taken_away_by_a_manager(office: Office) -> None:
    office.policy = CLAIMED
    with office.client() as client:
        for key in ("L1", "L2"):
            ask(client, key)
            move(client, f"facts/lead/{key}/claim", f"c-{key}", rep="b")
        wrong = move(client, "facts/lead/L1/return", "r0", rep="b")
        assert (wrong.status_code, kind(wrong), wrong.json()["reason"]) == (422, "bad-request", "needs-reason")
        back = move(client, "facts/lead/L1/return", "r1", rep="b", reason="no time").json()
        assert [(one["rep"], one["how"], one["reason"]) for one in back["endings"]] == [("b", "returned", "no time")]
        taken = move(client, "facts/lead/L2/return", "r2", by="boss", reason="nobody called").json()
        assert (taken["endings"][0]["by"], taken["decisions"]) == ("boss", [])
        assert [one["key"] for one in client.get("/v1/pool/lead").json()["facts"]] == ["L1", "L2"]
        again = move(client, "facts/lead/L1/return", "r3", by="boss", reason="again")
        assert (again.status_code, again.json()["reason"]) == (409, "open-already")
        assert move(client, "facts/lead/L1/claim", "c3", rep="c").json()["decisions"][0]["rep"] == "c"
        shown = client.get("/v1/facts/lead/L1").json()
        assert [one["event"] for one in shown["versions"]] == ["claim", "return", "claim", "arrive"]
    assert office.findings() == []


def test_many_decisions_are_made_in_their_order_each_by_itself(client: TestClient) -> None:
    asked = [{"request_id": f"r-{key}", "fact": lead(key)} for key in ("L1", "L2", "L3")]
    asked.insert(1, {"request_id": "r-bad", "fact": lead("LX", value="much")})
    answers = client.post("/v1/decisions/lead/batch", json={"decisions": asked}).json()["answers"]
    assert [one["request_id"] for one in answers] == ["r-L1", "r-bad", "r-L2", "r-L3"]
    assert [one["decision"]["rep"] for one in answers if one["decision"]] == ["a", "a", "b"]
    assert answers[1]["problem"]["errors"][0]["field"] == "fact.value"
    assert [ask(client, key).json() for key in ("L1", "L2")] == [answers[0]["decision"], answers[2]["decision"]]
    again = client.post("/v1/decisions/lead/batch", json={"decisions": asked}).json()["answers"]
    assert again == answers
    wrong = client.post("/v1/decisions/lead/batch", json={"decisions": [{"request_id": "x"}]})
    assert (wrong.status_code, fields(wrong)) == (422, ["decisions[0].fact"])


def test_a_batch_answers_as_each_would_have_been_answered_alone_however_many(client: TestClient) -> None:
    asked = [{"request_id": f"r-L{number}", "fact": lead(f"L{number}")} for number in range(300)]
    asked[7]["request_id"] = "r-L6"  # the id of another one
    made = client.post("/v1/decisions/lead/batch", json={"decisions": asked}).json()["answers"]
    assert [one["request_id"] for one in made] == [one["request_id"] for one in asked]
    assert [one["problem"] and one["problem"]["type"].rpartition(":")[2] for one in made[6:9]] == [
        None, "request-id-taken", None,
    ]  # fmt: skip
    for one in (*made[:7], *made[8:20], made[-1]):
        key = one["request_id"].removeprefix("r-")
        assert ask(client, key).json() == one["decision"]
    reps = "".join(one["decision"]["rep"] for one in made if one["decision"])
    assert reps == (PATTERN * 300)[:299]


def test_a_key_with_strange_letters_can_be_moved(offered: TestClient) -> None:
    with offered as client:
        for number, key in enumerate(("A/B", "张 三", "a?b#c%d")):
            body = {"request_id": f"r{number}", "fact": lead(key)}
            assert client.post("/v1/decisions/lead", json=body).status_code == 200
            quoted = "".join(f"%{byte:02X}" for byte in key.encode())
            assert move(client, f"facts/lead/{quoted}/decline", f"m{number}").status_code == 200
            assert client.get(f"/v1/facts/lead/{quoted}").json()["key"] == key
