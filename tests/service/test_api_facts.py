"""Facts over the API: all or none, every column at fault named, versions by the number of the log."""

from typing import Any

from .api import Office, TestClient, ask, fields, lead, reps


def put(client: TestClient, kind: str, facts: list[dict[str, Any]], request_id: str = "f1", **more: Any) -> Any:
    return client.post(f"/v1/facts/{kind}", json={"request_id": request_id, "facts": facts, **more})


def problem(answer: Any) -> str:
    return answer.json()["type"].removeprefix("urn:meed:problem:")


def test_a_change_holds_from_the_next_decision_on(client: TestClient) -> None:
    assert reps(client, ["L1"]) == "a"
    taken = put(client, "rep", [{"id": "a", "capacity": 0}]).json()
    assert (taken["taken"], taken["refused"]) == (1, [])
    assert reps(client, ["L2", "L3", "L4", "L5"]) == "bcbc"


def test_a_new_rep_takes_part_from_now_on(client: TestClient) -> None:
    new = {"id": "d", "weight": 5, "capacity": 9, "skills": ["East"]}
    assert put(client, "rep", [new]).status_code == 200
    assert "d" in reps(client, [f"L{number}" for number in range(4)])


def test_every_version_has_the_number_of_its_entry(client: TestClient) -> None:
    numbers = [
        put(client, "rep", [{"id": "a", "capacity": size}], f"f{size}").json()["number"] for size in (10, 20, 30)
    ]
    shown = client.get("/v1/facts/rep/a").json()
    assert [one["number"] for one in shown["versions"]] == numbers[::-1]
    assert [one["values"]["capacity"] for one in shown["versions"]] == [30, 20, 10]
    assert shown["values"] == {"id": "a", "capacity": 30} or shown["values"] == {"capacity": 30}
    assert (shown["loaded"], shown["owner"], shown["state"]) == ("reps.csv row 2", None, None)


def test_all_facts_are_taken_or_none_and_all_that_is_wrong_is_named(client: TestClient) -> None:
    facts = [
        {"id": "a", "capacity": "many"},
        {"id": "b", "capacity": 5},
        {"capacity": 5},
        {"id": "new", "weight": "x"},
        {"id": "b", "weight": 2},
        {"id": "c", "colour": "red"},
    ]
    answer = put(client, "rep", facts)
    assert (answer.status_code, problem(answer)) == (422, "bad-facts")
    assert {"facts[0].capacity", "facts[2].id", "facts[3].weight", "facts[4]", "facts[5].colour"} <= set(fields(answer))
    assert not [field for field in fields(answer) if field.startswith("facts[1]")]
    assert client.get("/v1/facts/rep/b").json()["versions"] == []


def test_one_that_is_wrong_stops_all_even_if_each_has_a_key(client: TestClient) -> None:
    answer = put(client, "rep", [{"id": "b", "capacity": 5}, {"id": "a", "capacity": "many"}])
    assert (answer.status_code, fields(answer)) == (422, ["facts[1].capacity"])
    assert client.get("/v1/facts/rep/b").json()["versions"] == []


def test_each_by_itself_takes_those_that_can_be_used(client: TestClient) -> None:
    facts = [{"id": "a", "capacity": 5}, {"id": "b", "capacity": "x"}, {"capacity": 1}, {"id": "a", "weight": 9}]
    taken = put(client, "rep", facts, each=True)
    said = taken.json()
    assert (taken.status_code, said["taken"]) == (200, 1)
    assert [one["place"] for one in said["refused"]] == [1, 2, 3]
    assert said["refused"][0]["problem"]["errors"][0]["field"] == "facts[1].capacity"
    assert client.get("/v1/facts/rep/a").json()["versions"][0]["values"]["capacity"] == 5
    assert put(client, "rep", facts, each=True).json()["number"] == said["number"]
    nothing = put(client, "rep", [{"id": "a", "capacity": "x"}], "f2", each=True)
    assert (nothing.status_code, problem(nothing)) == (422, "bad-facts")


def test_the_same_request_is_taken_once(client: TestClient, office: Office) -> None:
    first = put(client, "rep", [{"id": "a", "capacity": 5}])
    put(client, "rep", [{"id": "a", "capacity": 6}], "f2")
    assert put(client, "rep", [{"id": "a", "capacity": 5}]).content == first.content
    assert client.get("/v1/facts/rep/a").json()["values"]["capacity"] == 6
    other = put(client, "rep", [{"id": "a", "capacity": 7}])
    assert (other.status_code, problem(other)) == (409, "request-id-taken")


def test_they_are_there_after_a_restart(office: Office) -> None:
    with office.client() as client:
        put(client, "rep", [{"id": "a", "capacity": 0}])
        before = client.get("/v1/facts/rep/a").json()
    with office.client() as client:
        assert client.get("/v1/facts/rep/a").json() == before
        assert reps(client, ["L1", "L2"]) == "bc"
    assert office.findings() == []


def test_kinds_and_facts_that_are_not_there(client: TestClient) -> None:
    answer = put(client, "repp", [{"id": "a"}])
    assert (answer.status_code, problem(answer)) == (404, "unknown-kind")
    assert "did you mean `rep`?" in answer.json()["detail"]
    assert problem(client.get("/v1/facts/repp/a")) == "unknown-kind"
    assert problem(client.get("/v1/facts/rep/zoe")) == "unknown-fact"
    assert problem(client.get("/v1/facts/lead/L1")) == "unknown-fact"


def test_a_lead_that_was_asked_about_is_shown_with_its_owner(client: TestClient) -> None:
    named = ask(client, "L1").json()["decision_id"]
    shown = client.get("/v1/facts/lead/L1").json()
    assert (shown["owner"], shown["decision_id"], shown["loaded"]) == ("a", named, None)
    assert shown["versions"][0]["values"] == lead("L1")
    assert put(client, "lead", [{"id": "L1", "value": "5.00"}]).status_code == 200
    assert client.get("/v1/facts/lead/L1").json()["values"]["value"] == "5.00"


def test_too_many_facts_are_refused(office: Office) -> None:
    with office.client(most_rows=2) as client:
        answer = put(client, "rep", [{"id": "a"}] * 3)
        assert (answer.status_code, problem(answer)) == (413, "too-large")
