"""`/v1/decisions/{id}/why-not`: what stood against a rep, and what one change would have brought."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest

from meed.service import why_not_routes

from .api import HEAD, Office, TestClient, ask, fields, reps
from .test_api_moves import OFFERED, kind, move
from .test_api_policies import EVEN, activate, publish

SKILLED = (
    HEAD
    + """assign lead {
  needs rep.on_duty
  rule east when lead.region is "East"
    to any rep where "East" in rep.skills by capability_weighted strength
    if nobody hold "east desk"
  otherwise to any rep by capability_weighted strength
  if nobody hold "ops desk"
}
"""
)
TEAM = "id,weight,capacity,skills,on_duty\na,2,9,East;North,yes\nb,1,9,East,yes\nc,1,9,,yes\nd,1,9,East,no\n"


def why_not(client: TestClient, decision: str, rep: str, **asked: Any) -> dict[str, Any]:
    answer = client.get(f"/v1/decisions/{decision}/why-not", params={"rep": rep, **asked})
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture
def skilled(office: Office) -> Office:
    office.policy, office.files = SKILLED, {"rep": TEAM}
    return office


def decided(client: TestClient, office: Office, count: int) -> list[dict[str, Any]]:
    """Leads, an hour apart, of which every third is from the North."""
    made: list[dict[str, Any]] = []
    for number in range(count):
        made.append(ask(client, f"L{number}", region="North" if number % 3 == 2 else "East").json())
        office.clock.forward(hours=1)
    return made


# --- what stood against a rep ---------------------------------------------------------------------------------


def test_the_first_condition_that_failed_is_said(skilled: Office) -> None:
    with skilled.client() as client:
        (first,) = decided(client, skilled, 1)
        off_duty, unskilled = (why_not(client, first["decision_id"], rep) for rep in "dc")
    assert (off_duty["looked_at"], off_duty["could_take_it"], off_duty["received"]) == (True, False, False)
    assert (off_duty["because"], off_duty["then"]) == ("rep.on_duty is no", None)
    assert unskilled["because"] == 'rep.skills (none) has no "East"'
    assert unskilled["steps"][0]["place"].startswith("rotation.meed:")
    assert (off_duty["point"], off_duty["key"], off_duty["rep"]) == ("lead", "L0", "d")


def test_whoever_could_take_it_is_told_how_they_stood(skilled: Office) -> None:
    with skilled.client() as client:
        (first,) = decided(client, skilled, 1)
        said, winner = (why_not(client, first["decision_id"], rep) for rep in "ba")
    assert said["could_take_it"] is True
    assert said["because"].startswith("less credit (share 0.333, credit before +0.000")
    assert (winner["received"], winner["because"]) == (True, first["because"])


def test_a_rep_whom_no_step_looked_at_is_told_where_it_went_and_why(skilled: Office) -> None:
    with skilled.client() as client:
        (first,) = decided(client, skilled, 1)
        new = [{"id": "e", "weight": 1, "skills": ["East"], "on_duty": "yes"}]
        assert client.post("/v1/facts/rep", json={"request_id": "f1", "facts": new}).status_code == 200
        said = why_not(client, first["decision_id"], "e")
    assert (said["looked_at"], said["steps"], said["because"]) == (False, [], first["because"])


# --- what a change would have brought -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rep", "change", "column", "word"),
    [("d", "on_duty=yes", 4, "yes"), ("b", "weight=5", 1, "5"), ("c", "skills+=East", 3, "East"),
     ("a", "skills-=East", 3, "North")],
)  # fmt: skip
def test_a_change_brings_what_a_service_with_that_fact_decides(
    skilled: Office, tmp_path_factory: pytest.TempPathFactory, rep: str, change: str, column: int, word: str
) -> None:
    """The same leads at the same moments, by a service whose file says from the start what the change says."""
    rows = [line.split(",") for line in TEAM.splitlines()]
    changed = "".join(
        ",".join([*row[:column], word, *row[column + 1 :]] if row[0] == rep else row) + "\n" for row in rows
    )
    other = Office(tmp_path_factory.mktemp("other"), SKILLED, {"rep": changed})
    with skilled.client() as client, other.client() as twin:
        made, there = decided(client, skilled, 12), decided(twin, other, 12)
        before = [skilled.decisions(), client.get("/v1/fairness").json()]
        for place in (0, 5, 11):
            then = why_not(client, made[place]["decision_id"], rep, since="2026-04-10", **{"if": change})["then"]
            assert [then["decision"][name] for name in ("rep", "held", "rule", "because")] == [
                there[place][name] for name in ("rep", "held", "rule", "because")
            ]
            so_far = slice(0, place + 1)
            assert then["received"] == sum(one["rep"] == rep for one in made[so_far])
            assert then["received_then"] == sum(one["rep"] == rep for one in there[so_far])
            pairs = zip(made[so_far], there[so_far], strict=True)
            differ = [number for number, (was, now) in enumerate(pairs) if was["rep"] != now["rep"]]
            assert then["elsewhere"] == len(differ)
            assert [one["key"] for one in then["first_elsewhere"]] == [f"L{number}" for number in differ]
        assert [skilled.decisions(), client.get("/v1/fairness").json()] == before
    assert skilled.findings() == []


def test_without_since_a_change_is_made_for_this_decision_alone(skilled: Office) -> None:
    with skilled.client() as client:
        made = decided(client, skilled, 5)
        then = why_not(client, made[4]["decision_id"], "d", **{"if": ["on_duty=yes", "weight=900"]})["then"]
    assert then["decision"]["rep"] == "d"
    assert then["decision"]["why_not"] == ""
    assert then["first_elsewhere"] == [{"point": "lead", "key": "L4", "was": made[4]["rep"], "now": "d"}]
    assert (then["received"], then["received_then"], then["changes"]) == (0, 1, ["on_duty=yes", "weight=900"])


def test_a_rep_who_came_over_the_api_and_a_policy_that_took_over_are_as_they_were_then(stored: Office) -> None:
    with stored.client() as client:
        new = [{"id": "d", "weight": 1, "capacity": 0, "skills": ["North"]}]
        assert client.post("/v1/facts/rep", json={"request_id": "f1", "facts": new}).status_code == 200
        reps(client, ["L1", "L2"])
        activate(client, publish(client, EVEN).json()["policy"]["hash"])
        made = ask(client, "L3").json()
        refused = why_not(client, made["decision_id"], "d")
        assert "capacity" in refused["because"]
        then = why_not(client, made["decision_id"], "d", **{"if": "capacity=5"})["then"]
        assert then["decision"]["strategy"] == "round_robin"
        assert then["decision"]["why_not"].startswith(("owed", "even", "ahead"))
        gained = client.get(
            f"/v1/decisions/{made['decision_id']}/why-not", params={"rep": "d", "if": "skills+=East"}
        ).json()["then"]
        assert "capacity" in gained["decision"]["why_not"]


def test_moves_that_could_not_have_been_made_are_counted_and_passed_over(office: Office) -> None:
    office.policy = OFFERED
    with office.client() as client:
        first = ask(client, "L1").json()
        assert first["rep"] == "a"
        move(client, "facts/lead/L1/accept", rep="a")
        second = ask(client, "L2").json()
        then = why_not(client, second["decision_id"], "a", since="2026-04-10", **{"if": "capacity=0"})["then"]
    assert then["moves_refused"] == 1
    assert {one["key"]: one["was"] for one in then["first_elsewhere"]}["L1"] == "a"
    assert "a" not in {one["now"] for one in then["first_elsewhere"]}


def test_a_decision_that_a_deadline_brought_is_changed_before_it(office: Office) -> None:
    office.policy = OFFERED
    with office.client() as client:
        ask(client, "L1")
    office.clock.forward(minutes=16)
    with office.client() as client:
        ask(client, "L2")  # what was due is done by now
        last = client.get("/v1/facts/lead/L1").json()["decision_id"]
        told = client.get(f"/v1/decisions/{last}?explain=full").json()
        assert (told["rep"], told["at"]) == ("b", "2026-04-10T12:15:00+08:00")
        then = why_not(client, last, "b", **{"if": "capacity=0"})["then"]
    assert then["decision"]["rep"] == "c"
    assert {"point": "lead", "key": "L1", "was": "b", "now": "c"} in then["first_elsewhere"]


# --- what cannot be asked -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "field", "says"),
    [
        ("rep=b&if=weight", "if", "`weight` is no change"),
        ("rep=b&if=wieght=2", "if", "reps have no `wieght`"),
        ("rep=b&if=hired=2020-01-01", "if", "decides without `hired`"),
        ("rep=b&if=weight=many", "if", "`weight`: `many`"),
        ("rep=b&if=skills+=North", "if", "has a blank before `=`"),
        ("rep=b&if=capacity%2B=1", "if", "`capacity` is one value"),
        ("rep=b&since=2026-04-10", "since", "says from when on"),
        ("rep=b&if=weight=2&since=soon", "since", "`soon`"),
        ("rep=b&if=weight=2&since=2026-04-11", "since", "is after the decision"),
        ("rep=b&sinse=2026-04-10", "sinse", "is not known here"),
        ("if=weight=2", "rep", "is missing"),
        ("rep=", "rep", "is too short"),
    ],
)
def test_what_cannot_be_asked_is_named(client: TestClient, asked: str, field: str, says: str) -> None:
    made = ask(client, "L1").json()
    answer = client.get(f"/v1/decisions/{made['decision_id']}/why-not?{asked}")
    assert (answer.status_code, kind(answer), fields(answer)) == (422, "bad-request", [field]), answer.text
    assert says in answer.json()["errors"][0]["message"]


def test_a_rep_or_a_decision_that_is_not_there_is_named(client: TestClient) -> None:
    made = ask(client, "L1").json()["decision_id"]
    for path, name, says in (
        (f"/v1/decisions/{made}/why-not?rep=z", "unknown-fact", "there is no rep `z`"),
        (f"/v1/decisions/{made}/why-not?rep=z&if=weight=2", "unknown-fact", "there is no rep `z`"),
        ("/v1/decisions/D1/why-not?rep=a", "unknown-decision", "there is no decision `D1`"),
        ("/v1/decisions/D1/why-not?rep=a&if=weight=2", "unknown-decision", "there is no decision `D1`"),
    ):
        answer = client.get(path)
        assert (answer.status_code, kind(answer)) == (404, name)
        assert answer.json()["detail"].startswith(says)


def test_more_than_may_be_decided_again_for_one_answer_is_refused(office: Office) -> None:
    with office.client(most_rows=3) as client:
        made = [ask(client, f"L{number}").json()["decision_id"] for number in range(3)]
        assert why_not(client, made[1], "b", **{"if": "weight=9"})["then"]
        path = f"/v1/decisions/{made[2]}/why-not?rep=b"
        assert client.get(path).status_code == 200, "a look-up alone is as cheap as ever"
        answer = client.get(f"{path}&if=weight=9")
        assert (answer.status_code, kind(answer), answer.json()["most_entries"]) == (413, "too-large", 3)


def test_the_scope_is_read(office: Office) -> None:
    keys = {scope: office.key(scope, name=scope) for scope in ("read", "decide", "move", "pay")}
    with office.client(keys=office.keys) as client:
        client.headers["authorization"] = f"Bearer {keys['decide']}"
        made = ask(client, "L1").json()["decision_id"]
        for scope, key in keys.items():
            path = f"/v1/decisions/{made}/why-not?rep=b&if=weight=9"
            answer = client.get(path, headers={"authorization": f"Bearer {key}"})
            assert answer.status_code == (200 if scope == "read" else 403)


def test_what_takes_long_has_a_lane_of_its_own(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """While one change is worked out, look-ups are answered and another change of the same key is sent away."""
    begun, go_on = Event(), Event()
    real = why_not_routes.replayed

    def slow(*args: Any) -> Any:
        begun.set()
        assert go_on.wait(60)
        return real(*args)

    monkeypatch.setattr(why_not_routes, "replayed", slow)
    with office.client(most_waiting=8) as client, ThreadPoolExecutor(1) as pool:
        made = ask(client, "L1").json()["decision_id"]
        path = f"/v1/decisions/{made}/why-not?rep=b&if=weight=9"
        first = pool.submit(client.get, path)
        try:
            assert begun.wait(60)
            again = client.get(path)
        finally:
            go_on.set()
        assert (again.status_code, kind(again)) == (429, "too-many")
        assert int(again.headers["retry-after"]) >= 1
        assert first.result(60).status_code == 200
        assert why_not(client, made, "b")["then"] is None
