"""Simulations over HTTP: every line of every statement, amounts as texts, every row accounted for."""

from decimal import Decimal
from typing import Any

import pytest

from .api import HEAD, Office, TestClient, fields

PLAN = (
    HEAD
    + """credit bookings to deal.owner on deal.closed = deal.amount when deal.stage is "won"
let attainment of rep = bookings / rep.quota else 0%
scheme hunters for competitive per quarter {
  pay commission = marginal bookings against rep.quota { from 0%: 5%  from 100%: 8% }
  award "Over quota" when attainment > 100%
}
"""
)
PEOPLE: list[dict[str, Any]] = [
    {"id": "Li", "type": "competitive", "quota": "1000000.00", "hired": "2020-01-01"},
    {"id": "王", "type": "竞争型", "quota": 1000000, "hired": "2020-01-01"},
]
DEALS: list[dict[str, Any]] = [
    {"id": "D1", "owner": "Li", "amount": "1200000.10", "stage": "won", "closed": "2026-04-10"},
    {"id": "D2", "owner": "王", "amount": "100.10", "stage": "won", "closed": "2026-05-10"},
    {"id": "D3", "owner": "王", "amount": "100", "stage": "open", "closed": "2026-05-11"},
]


@pytest.fixture
def plan(office: Office) -> Office:
    """The office with a policy that pays, and no files but the reps'."""
    office.policy = PLAN
    office.files = {}
    return office


def simulate(client: TestClient, **body: Any) -> Any:
    return client.post("/v1/simulations", json={"period": "2026-Q2", "facts": {"rep": PEOPLE, "deal": DEALS}, **body})


def test_lines_summary_awards_and_report_agree(plan: Office) -> None:
    with plan.client() as client:
        answer = simulate(client)
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert [(line["rep"], line["deal"], line["amount"], line["currency"]) for line in said["lines"]] == [
        ("Li", "D1", "66000.01", "CNY"),
        ("王", "D2", "5.01", "CNY"),
    ]
    assert said["summary"] == [
        {"rep": "Li", "period": "2026-Q2", "total": "66000.01", "currency": "CNY"},
        {"rep": "王", "period": "2026-Q2", "total": "5.01", "currency": "CNY"},
    ]
    assert [(award["rep"], award["award"]) for award in said["awards"]] == [("Li", "Over quota")]
    report = said["report"]
    assert report["total"] == str(sum(Decimal(line["amount"]) for line in said["lines"]))
    assert report["by_type"] == {"competitive": report["total"]}
    assert (report["lines"], report["period"], report["currency"]) == (2, "2026-Q2", "CNY")
    rest = {"rows_reported": 0, "rows_superseded": 0, "rows_not_known": 0}
    assert report["facts"]["files"] == [
        {"file": "facts.rep", "kind": "rep", "rows_in": 2, "rows_used": 2, **rest},
        {"file": "facts.deal", "kind": "deal", "rows_in": 3, "rows_used": 3, **rest},
    ]


def test_no_number_of_an_answer_is_a_binary_one(plan: Office) -> None:
    def numbers(value: Any) -> list[Any]:
        if isinstance(value, dict):
            return [found for item in value.values() for found in numbers(item)]
        if isinstance(value, list):
            return [found for item in value for found in numbers(item)]
        return [value] if isinstance(value, int | float) and not isinstance(value, bool) else []

    with plan.client() as client:
        assert all(isinstance(number, int) for number in numbers(simulate(client).json()))


def test_the_order_of_rows_does_not_matter(plan: Office) -> None:
    with plan.client() as client:
        first = simulate(client).json()
        turned = simulate(client, facts={"deal": DEALS[::-1], "rep": PEOPLE[::-1]}).json()
    assert turned["lines"] == first["lines"]
    assert turned["report"]["facts"]["hash"] == first["report"]["facts"]["hash"]


def test_a_row_that_cannot_be_used_is_reported_and_a_strict_run_refuses_it(plan: Office) -> None:
    facts = {"rep": PEOPLE, "deal": [*DEALS, {**DEALS[0], "id": "D4", "amount": "12x"}]}
    with plan.client() as client:
        lenient = simulate(client, facts=facts).json()
        assert lenient["report"]["facts"]["problems"][0]["row"] == 4
        assert len(lenient["lines"]) == 2
        strict = simulate(client, facts=facts, strict=True)
    assert strict.status_code == 422
    assert strict.json()["type"] == "urn:meed:problem:bad-facts"
    assert fields(strict) == ["facts.deal[3].amount"]


def test_facts_that_are_not_given_or_not_known_are_named(plan: Office) -> None:
    with plan.client() as client:
        assert fields(simulate(client, facts={"rep": PEOPLE, "deel": []})) == ["facts.deel"]
        missing = simulate(client, facts={"rep": PEOPLE})
        assert missing.status_code == 422
        assert "`deal`" in missing.json()["errors"][0]["message"]
        without = simulate(client, facts={"rep": [{"id": "Li", "type": "competitive"}], "deal": DEALS})
        assert fields(without) == ["facts.rep.quota"]
        none = simulate(client, facts={"rep": PEOPLE, "deal": []})
        assert none.json()["lines"] == []
        assert [total["total"] for total in none.json()["summary"]] == ["0.00", "0.00"]


@pytest.mark.parametrize(
    ("body", "at_fault"),
    [
        ({"period": "2026-Q5"}, ["period"]),
        ({"period": "2026-04"}, ["period"]),
        ({"period": "next year"}, ["period"]),
        ({"period": 2026}, ["period"]),
        ({"strict": "yes"}, ["strict"]),
        ({"facts": {"deal": [1]}}, ["facts.deal[0]"]),
        ({"facts": {"deal": {}}}, ["facts.deal"]),
        ({"facts": []}, ["facts"]),
    ],
)
def test_a_request_of_another_shape_is_refused(plan: Office, body: dict[str, Any], at_fault: list[str]) -> None:
    with plan.client() as client:
        answer = simulate(client, **body)
    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:meed:problem:bad-request"
    assert fields(answer) == at_fault


def test_without_facts_the_loaded_ones_are_used(plan: Office) -> None:
    rows = ["id,owner,amount,stage,closed", *(",".join(map(str, deal.values())) for deal in DEALS)]
    people = ["id,type,quota,hired", *(",".join(map(str, rep.values())) for rep in PEOPLE)]
    plan.files = {"rep": "\n".join(people), "deal": "\n".join(rows)}
    with plan.client() as client:
        loaded, sent = simulate(client, facts=None), simulate(client)
        assert loaded.status_code == 200, loaded.text
        assert loaded.json()["lines"] == sent.json()["lines"]
        assert [one["file"] for one in loaded.json()["report"]["facts"]["files"]] == ["reps.csv", "deals.csv"]
    with plan.client(most_rows=4) as client:
        answer = simulate(client, facts=None)
        assert answer.status_code == 413
        assert answer.json()["detail"].startswith("the loaded facts have 5 rows, at most 4 are taken here")


def test_facts_that_were_not_loaded_are_named(plan: Office) -> None:
    with plan.client() as client:
        answer = simulate(client, facts=None)
    assert answer.status_code == 422
    assert "no file was given for `rep`" in answer.json()["detail"]


def test_too_many_rows_are_refused(plan: Office) -> None:
    with plan.client(most_rows=4) as client:
        answer = simulate(client)
    assert answer.status_code == 413
    assert (answer.json()["rows"], answer.json()["most_rows"]) == (5, 4)
    assert answer.json()["detail"].startswith("the request has 5 rows, at most 4 are taken here; ")


def test_a_policy_without_schemes_has_nothing_to_simulate(client: TestClient) -> None:
    answer = simulate(client)
    assert answer.status_code == 409
    assert answer.json()["detail"] == "policy `Rotation` has no scheme: it pays nothing"


def test_a_policy_that_assigns_nothing_decides_nothing(plan: Office) -> None:
    with plan.client() as client:
        answer = client.post("/v1/decisions/lead", json={"request_id": "r", "fact": {}})
        assert answer.status_code == 404
        assert answer.json()["detail"] == "there is no decision point `lead`; policy `Rotation` decides nothing"
        assert client.get("/v1/draws").json() == {"periods": []}


def test_only_what_was_known_by_a_day_is_paid(plan: Office) -> None:
    deals = [deal | {"known_at": "2026-04-12"} for deal in DEALS]
    deals.append(DEALS[0] | {"amount": "100.00", "known_at": "2026-07-01 09:00"})
    with plan.client() as client:
        late = simulate(client, facts={"rep": PEOPLE, "deal": deals}).json()
        then = simulate(client, facts={"rep": PEOPLE, "deal": deals}, known_by="2026-06-30").json()
        wrong = simulate(client, known_by="soon")
    paid = [{line["deal"]: line["amount"] for line in said["lines"]} for said in (late, then)]
    assert paid == [{"D1": "5.00", "D2": "5.01"}, {"D1": "66000.01", "D2": "5.01"}]
    counts = [said["report"]["facts"]["files"][1] for said in (late, then)]
    assert [(count["rows_superseded"], count["rows_not_known"]) for count in counts] == [(1, 0), (0, 1)]
    assert (wrong.status_code, fields(wrong)) == (422, ["known_by"])
