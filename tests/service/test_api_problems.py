"""Everything that goes wrong is a problem (RFC 9457) that names the fields at fault and says what to do."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from meed.service.desk import Desk
from meed.service.problem_kinds import KINDS

from .api import Office, TestClient, ask, fields, lead

JSON = {"content-type": "application/json"}
LEAD = "/v1/decisions/lead"
DEEP = "the body is nested too deeply: at most 64 levels are taken"
LONG = "the body has a number with too many digits: at most 100 are taken"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """One service for all requests that are refused."""
    with Office(tmp_path_factory.mktemp("office")).client() as made:
        yield made


def problem(answer: Any, status: int, kind: str) -> dict[str, Any]:
    """The body of a problem, whose shape is checked."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert list(body)[:4] == ["type", "title", "status", "detail"]
    assert (body["type"], body["status"], body["title"]) == (f"urn:meed:problem:{kind}", status, KINDS[kind].title)
    assert body["detail"] == body["detail"].strip()
    assert "\n" not in body["detail"]
    for error in body.get("errors", []):
        assert list(error) == ["field", "message", "help"]
        assert all(error.values())
    return body


# --- the body ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "the body is empty"),
        (b"  ", "the body is empty"),
        (b'{"request_id": ', "the body is not JSON from line 1, character 16 on"),
        (b'{"request_id": "r", "request_id": "s"}', "an object names `request_id` twice"),
        (b'{"fact": {"value": NaN}}', "`NaN` is not a number of JSON"),
        (b'{"fact": {"value": -Infinity}}', "`-Infinity` is not a number of JSON"),
        (b'{"fact": "\\ud800"}', "the body has half of a character: a surrogate without its other half"),
        (b'{"fact": "\xff"}', "the body is not UTF-8 from byte 11 on"),
        (b"[" * 5000, DEEP),
        (b"[" * 65 + b"]" * 65, DEEP),
        (b'{"a":' * 65 + b"1" + b"}" * 65, DEEP),
        (b"1" * 5000, LONG),
        (b"1" * 101, LONG),
        (b"0." + b"1" * 100, LONG),
        (b"1e" + b"9" * 30, LONG),
        (b"1e999999", LONG),
        (b"0e-999999", LONG),
    ],
)
def test_what_is_not_json_is_refused(shared: TestClient, body: bytes, says: str) -> None:
    assert problem(shared.post(LEAD, content=body, headers=JSON), 400, "not-json")["detail"] == says


def test_a_body_of_another_type_is_refused(shared: TestClient) -> None:
    packed = {"content-type": "application/json", "content-encoding": "gzip"}
    for headers in ({}, {"content-type": "text/plain"}, {"content-type": "application/x-www-form-urlencoded"}, packed):
        problem(shared.post(LEAD, content=b"{}", headers=headers), 415, "not-json-type")


def test_json_of_any_charset_and_kind_is_taken(client: TestClient) -> None:
    for number, kind in enumerate(
        ("application/json; charset=utf-8", "application/cloudevents+json", "Application/JSON")
    ):
        body = json.dumps({"request_id": f"r{number}", "fact": lead(f"L{number}")})
        assert client.post(LEAD, content=body, headers={"content-type": kind}).status_code == 200


def test_a_large_body_is_not_read(office: Office) -> None:
    with office.client(most_bytes=100) as client:
        told = client.post(LEAD, content=b"x" * 101, headers=JSON)
        assert problem(told, 413, "too-large")["detail"] == "the body has more than 100 bytes"
        untold = client.post(LEAD, content=iter([b"x" * 60, b"x" * 60]), headers=JSON)
        problem(untold, 413, "too-large")


@pytest.mark.parametrize(
    ("body", "at_fault"),
    [
        ({}, ["request_id", "fact"]),
        ([], ["body"]),
        ("lead", ["body"]),
        ({"request_id": 7, "fact": []}, ["request_id", "fact"]),
        ({"request_id": "", "fact": {}}, ["request_id"]),
        ({"request_id": "r 1", "fact": {}}, ["request_id"]),
        ({"request_id": "r" * 201, "fact": {}}, ["request_id"]),
        ({"request_id": "r", "fact": {}, "force": True}, ["force"]),
        ({"request_id": "r", "fact": {}, "at": 1767958020}, ["at"]),
    ],
)
def test_a_request_of_another_shape_is_refused(shared: TestClient, body: Any, at_fault: list[str]) -> None:
    answer = shared.post(LEAD, json=body)
    problem(answer, 422, "bad-request")
    assert fields(answer) == at_fault


# --- the fact ------------------------------------------------------------------------------------------------


def test_every_column_at_fault_is_named_in_the_words_of_the_importer(client: TestClient, office: Office) -> None:
    fact = {
        "id": "L1",
        "value": "12.505",
        "regoin": "East",
        "account_owner": "A",
        "owner": "b",
        "created": "03/04/2026",
    }
    answer = client.post(LEAD, json={"request_id": "r1", "fact": fact})
    body = problem(answer, 422, "bad-fact")
    found = {error["field"]: (error["message"], error["help"]) for error in body["errors"]}
    assert found == {
        "fact.regoin": ("there is no column `regoin` of a lead", "did you mean `region`?"),
        "fact.owner": ("`owner` is what is decided here", "leave it out"),
        "fact.created": (
            "`03/04/2026` may be 3 April or 4 March",
            'declare which: dates = ["%d/%m/%Y"] or ["%m/%d/%Y"] in the mapping file',
        ),
        "fact.region": ("the cell is blank and the policy reads it", "fill it in"),
        "fact.value": ("`12.505` has more than 2 decimals", "`CNY` has 2, round the amount first"),
        "fact.account_owner": ("`A` is not the `id` of a rep in reps.csv", "did you mean `a`?"),
    }
    assert office.decisions() == 0


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("id", None), ("id", ""), ("value", None), ("value", True), ("value", "much"), ("value", "12 EUR"),
        ("value", {}), ("value", 1e90), ("region", None), ("region", ["East"]), ("region", {"name": "East"}),
        ("created", 46113), ("created", "2026-02-30"), ("created", "1899-12-31"), ("account_owner", "nobody"),
        ("account_owner", 7),
    ],
)  # fmt: skip
def test_a_bad_cell_is_named_by_its_path(shared: TestClient, column: str, value: Any) -> None:
    answer = shared.post(LEAD, json={"request_id": "r1", "fact": {**lead("L1"), column: value}})
    problem(answer, 422, "bad-fact")
    assert fields(answer) == [f"fact.{column}"]


@pytest.mark.parametrize("value", ["1200.50", 1200.5, "1,200.5", "¥1200.50", 1200, "（12.00）"])
def test_amounts_are_taken_as_text_or_number(client: TestClient, value: Any) -> None:
    assert ask(client, "L1", value=value).status_code == 200


def test_numbers_keep_their_digits(client: TestClient) -> None:
    body = b'{"request_id": "r1", "fact": {"id": "L1", "region": "East", "value": 1234567890123456.78}}'
    named = client.post(LEAD, content=body, headers=JSON).json()["decision_id"]
    full = client.get(f"/v1/decisions/{named}?explain=full").json()
    assert full["fact"]["value"] == "1234567890123456.78"
    slip = client.post(LEAD, content=body.replace(b"1234567890123456.78", b"0.30000000000000004"), headers=JSON)
    problem(slip, 409, "request-id-taken")
    slip = client.post(LEAD, content=slip.request.content.replace(b"r1", b"r2").replace(b"L1", b"L2"), headers=JSON)
    assert slip.json()["errors"][0]["message"] == "`0.30000000000000004` has more than 2 decimals"


def test_a_moment_that_is_none_is_refused(shared: TestClient) -> None:
    for at in ("yesterday", "2026-13-01", "2026-04-01T25:00"):
        answer = shared.post(LEAD, json={"request_id": "r1", "fact": lead("L1"), "at": at})
        problem(answer, 422, "bad-request")
        assert fields(answer) == ["at"]


# --- addresses -----------------------------------------------------------------------------------------------


def test_an_unknown_point_lists_those_there_are(shared: TestClient) -> None:
    body = problem(shared.post("/v1/decisions/laed", json={"request_id": "r", "fact": {}}), 404, "unknown-point")
    assert body["points"] == ["lead"]
    assert body["detail"] == "there is no decision point `laed`; did you mean `lead`?"


def test_an_unknown_decision_is_not_found(shared: TestClient) -> None:
    assert "`D000`" in problem(shared.get("/v1/decisions/D000"), 404, "unknown-decision")["detail"]


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/decisions", "/docs", "/v1/decisions/lead/x/y", "/%00"])
def test_an_unknown_address_is_not_found(shared: TestClient, path: str) -> None:
    problem(shared.get(path), 404, "not-found")


def test_another_method_is_told_which_there_are(shared: TestClient) -> None:
    answer = shared.delete(LEAD)
    problem(answer, 405, "method-not-allowed")
    assert answer.headers["allow"]


def test_an_unknown_way_to_explain_is_refused(client: TestClient) -> None:
    named = ask(client, "L1").json()["decision_id"]
    answer = client.get(f"/v1/decisions/{named}?explain=all")
    problem(answer, 422, "bad-request")
    assert fields(answer) == ["explain"]


# --- defects -------------------------------------------------------------------------------------------------


def test_a_defect_shows_nothing_of_the_inside(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("the seed is 7")

    with monkeypatch.context() as patch:
        patch.setattr(Desk, "decide", fail)
        answer = ask(client, "L1")
    body = problem(answer, 500, "internal")
    assert "request id" in body["detail"]
    assert "seed" not in answer.text
    assert "Traceback" not in answer.text
    assert ask(client, "L1").status_code == 200


def test_a_defect_in_the_middle_of_a_decision_leaves_no_trace_in_the_rotation(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("late")

    assert ask(client, "L0").json()["rep"] == "a"
    with monkeypatch.context() as patch:
        patch.setattr("meed.service.journal.writing.append", fail)
        problem(ask(client, "L1"), 500, "internal")
    assert [ask(client, f"L{number}").json()["rep"] for number in range(1, 7)] == list("abacaa")
