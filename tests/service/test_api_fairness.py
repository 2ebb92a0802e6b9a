"""`/v1/fairness`: the decisions of the log counted anew, by days, kinds and groups, with what is known of the leads."""

from fractions import Fraction
from typing import Any

import pytest

from meed.engine.fairness.assignment_fairness import assignment_report
from meed.service.journal.rows import entries_after
from meed.service.store import Store

from .api import Office, TestClient, ask, fields, reps
from .test_api_decisions import TWO_POINTS
from .test_api_moves import OFFERED, kind, move
from .test_api_policies import EVEN, activate, publish


def fairness(client: TestClient, **asked: Any) -> dict[str, Any]:
    answer = client.get("/v1/fairness", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def held(client: TestClient) -> dict[str, dict[str, Fraction]]:
    """The credits of the running service itself, in leads."""
    ledger = client.app.state.desk.journal.look(lambda fold: fold.floor.ledger.snapshot())  # type: ignore[attr-defined]
    return {
        pool: {rep: Fraction(credit, 144_403_552_893_600) for rep, credit in kept["credits"].items()}
        for pool, kept in ledger.items()
    }


def counted(report: dict[str, Any]) -> dict[str, dict[str, Fraction]]:
    return {pool["pool"]: {rep["rep"]: Fraction(rep["credit"]) for rep in pool["reps"]} for pool in report["pools"]}


def test_credits_counted_anew_are_those_of_the_service_whatever_people_did(stored: Office) -> None:
    """Offers declined and lapsed, a lead given by a person, another policy in between, on either database."""
    stored.policy = OFFERED
    with stored.client() as client:
        given = [ask(client, f"L{number}").json()["rep"] for number in range(7)]
        move(client, "facts/lead/L0/decline", "m1", rep=given[0])
        move(client, "facts/lead/L1/accept", "m2", rep=given[1])
        move(client, "facts/lead/L1/override", "m3", to="c", by="boss", reason="knows them")
        stored.clock.forward(minutes=20)
        move(client, "facts/lead/L1/release", "m4", rep="c")
        activate(client, publish(client, EVEN).json()["policy"]["hash"])
        reps(client, ["M1", "M2", "M3"])
        before = stored.decisions()
        report = fairness(client)
        assert counted(report) == held(client)
        assert report["within_promise"] is True
        assert report["decided"] == before == stored.decisions()
        assert sum(pool["moved_outside_turns"] for pool in report["pools"]) > 0
        assert report["point"] == "lead"
    assert stored.findings() == []


def test_it_is_the_report_on_the_recorded_outcomes(office: Office) -> None:
    office.policy = OFFERED
    with office.client() as client:
        for number in range(5):
            ask(client, f"L{number}")
        move(client, "facts/lead/L3/decline", rep="a")
        report = fairness(client)
    store = Store(office.database)
    with store.reading() as tx:
        expected = assignment_report([entry.came() for entry in entries_after(tx, 0)], draws=999)
    store.close()
    beside = {"point", "first_day", "last_day", "number", "quality", "leads_not_known", "waits"}
    assert {name: report[name] for name in expected if name not in beside} == {
        name: value for name, value in expected.items() if name not in beside
    }


def test_days_count_what_was_decided_on_them_and_credits_stay_those_of_all(office: Office) -> None:
    with office.client() as client:
        reps(client, ["L1", "L2", "L3"])
        office.clock.forward(days=1)
        reps(client, ["M1", "M2"])
        office.clock.forward(days=1)
        ask(client, "N1")
        whole = fairness(client)
        one = fairness(client, **{"from": "2026-04-11", "to": "2026-04-11"})
        assert (whole["decided"], one["decided"]) == (6, 2)
        assert counted(one) == counted(whole) == held(client)
        assert (one["first_day"], one["last_day"], one["number"]) == ("2026-04-11", "2026-04-11", whole["number"])
        assert fairness(client, **{"from": "2026-04-11"})["decided"] == 3
        assert fairness(client, to="2026-04-10")["decided"] == 3
        assert fairness(client, to="2020-01-01")["decided"] == 0


def test_what_was_due_long_before_an_event_counts_on_its_own_day(office: Office) -> None:
    office.policy = OFFERED
    with office.client() as client:
        ask(client, "L1")
    office.clock.forward(days=3)  # nobody was there when the offer lapsed
    with office.client() as client:
        ask(client, "L2")
        assert fairness(client, to="2026-04-10")["decided"] == fairness(client)["decided"] - 1 >= 2


def test_kinds_are_apart(office: Office) -> None:
    office.policy = TWO_POINTS
    with office.client() as client:
        ask(client, "L1")
        for number in range(3):
            body = {"request_id": f"t{number}", "fact": {"id": f"T{number}"}}
            assert client.post("/v1/decisions/ticket", json=body).status_code == 200
        assert fairness(client, kind="lead")["decided"] == 1
        tickets = fairness(client, kind="ticket")
        assert (tickets["decided"], [pool["pool"] for pool in tickets["pools"]]) == (3, ["ticket/otherwise/1"])
        several = client.get("/v1/fairness")
        assert (several.status_code, fields(several)) == (422, ["kind"])
        assert "`lead`, `ticket`" in several.json()["errors"][0]["message"]


def test_groups_are_those_of_reps_as_they_stand_now(office: Office) -> None:
    with office.client() as client:
        new = [{"id": "d", "weight": 1, "capacity": 9, "skills": ["West"]}, {"id": "b", "skills": ["West"]}]
        assert client.post("/v1/facts/rep", json={"request_id": "f1", "facts": new}).status_code == 200
        reps(client, [f"L{number}" for number in range(8)])
        report = fairness(client, by=["skills", "weight"])
    groups = {one["group"]: one["reps"] for one in report["access"]["skills"]}
    assert groups == {"(none)": 1, "East; North": 1, "West": 2}
    assert {one["group"]: one["received"] for one in report["access"]["weight"]} == {"1": 3, "5": 5}


def test_what_was_said_of_leads_is_known_whenever_it_was_said(office: Office) -> None:
    """A first contact is said after the decision; a value comes with the lead; both are by the policy's own clocks."""
    with office.client() as client:
        for number in range(4):
            ask(client, f"L{number}", segment="food" if number % 2 else "steel", created="2026-04-10 11:00:00")
        said = [{"id": "L0", "first_contact": "2026-04-10 12:30:00"}]
        assert client.post("/v1/facts/lead", json={"request_id": "f1", "facts": said}).status_code == 200
        report = fairness(client)
    assert report["waits"]["to_decision"] == {
        "leads": 4, "median": 3600, "nine_of_ten": 3600, "longest": 3600, "mean": "3600",
    }  # fmt: skip
    assert {rep: one["median"] for rep, one in report["waits"]["to_contact_by_rep"].items()} == {"a": 1800}
    value = next(one for one in report["quality"] if one["quality"] == "value")
    assert (value["leads"], {one["segment"]: one["leads"] for one in value["segments"]}) == (4, {"food": 2, "steel": 2})
    assert report["leads_not_known"] == 0


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"from": "soon"}, "from"),
        ({"to": "2026-02-30"}, "to"),
        ({"from": "2026-04-10", "to": "2026-04-09"}, "to"),
        ({"form": "2026-04-10"}, "form"),
        ({"by": "shoe_size"}, "by"),
        ({"by": ["a"] * 11}, "by"),
    ],
)
def test_what_cannot_be_asked_is_named(client: TestClient, asked: dict[str, Any], field: str) -> None:
    ask(client, "L1")
    answer = client.get("/v1/fairness", params=asked)
    assert (answer.status_code, kind(answer), fields(answer)) == (422, "bad-request", [field])


def test_a_kind_that_is_not_decided_is_named(client: TestClient) -> None:
    answer = client.get("/v1/fairness", params={"kind": "leed"})
    assert (answer.status_code, kind(answer)) == (404, "unknown-point")
    assert answer.json()["detail"] == "there is no decision point `leed`; did you mean `lead`?"


def test_a_service_that_has_decided_nothing_reports_nothing(client: TestClient) -> None:
    report = fairness(client)
    assert (report["decided"], report["pools"], report["within_promise"], report["number"]) == (0, [], True, 1)


def test_more_than_may_be_read_for_one_answer_is_refused(office: Office) -> None:
    with office.client(most_rows=4) as client:
        reps(client, ["L1", "L2", "L3"])
        assert fairness(client)["decided"] == 3
        ask(client, "L4")
        answer = client.get("/v1/fairness")
        assert (answer.status_code, kind(answer)) == (413, "too-large")
        assert (answer.json()["entries"], answer.json()["most_entries"]) == (5, 4)


def test_the_scope_is_read_and_the_lane_that_of_long_work(office: Office) -> None:
    reading, other = office.key("read"), office.key("decide", "pay", name="other")
    with office.client(keys=office.keys) as client:
        ask(client, "L1")
        assert client.get("/v1/fairness", headers={"authorization": f"Bearer {reading}"}).status_code == 200
        refused = client.get("/v1/fairness", headers={"authorization": f"Bearer {other}"})
        assert (refused.status_code, kind(refused), refused.json()["scopes"]) == (403, "scope-needed", ["read"])
