"""Lots over HTTP: recorded and told with a decision, drawn only by keys that nobody knows, the same after a restart."""

from datetime import UTC, datetime

from .api import HEAD, Office, ask, fields

POLICY = (
    HEAD
    + """let pilot of lead = lot("pilot") < 50%
assign lead {
  rule pilot when pilot to any rep where rep.weight is 1 by round_robin accept within 2 months
  otherwise to any rep by round_robin accept within 2 months
  if nobody hold "ops desk"
}
"""
)


def test_a_decision_has_its_lots_and_says_them(office: Office) -> None:
    office.policy = POLICY
    with office.client() as client:
        said = [ask(client, f"L{number}").json() for number in range(12)]
        assert {one["rule"] for one in said} == {"pilot", "otherwise"}
        for one in said:
            full = client.get(f"/v1/decisions/{one['decision_id']}", params={"explain": "full"}).json()
            (lot,) = full["lots"]
            assert (lot["name"], lot["tickets"]) == ("pilot", "1000000")
            assert (int(lot["ticket"]) < 500_000) == (one["rule"] == "pilot")
            assert '; lot("pilot") drew ' in one["because"]
    assert office.findings() == []


def test_a_lead_stays_in_its_group_over_a_restart_and_months(office: Office) -> None:
    office.policy = POLICY
    with office.client() as client:
        said = [ask(client, f"L{number}").json() for number in range(8)]
    office.clock.forward(days=45)
    with office.client() as client:
        for number, one in enumerate(said):
            answer = client.post(
                f"/v1/facts/lead/L{number}/decline", json={"request_id": f"m{number}", "rep": one["rep"]}
            )
            (again,) = answer.json()["decisions"]
            assert again["rule"] == one["rule"]
    assert office.findings() == []


def test_a_lead_that_came_under_a_key_that_is_known_is_refused(office: Office) -> None:
    """Whoever sends it could choose the month that favours a group."""
    office.policy = POLICY
    with office.client() as client:
        ask(client, "L0")
    office.clock.now = datetime(2026, 7, 10, 4, tzinfo=UTC)
    with office.client() as client:
        answer = ask(client, "L1", created="2026-05-03 09:00")
        assert answer.status_code == 422
        assert fields(answer) == ["fact.created"]
        error = answer.json()["errors"][0]
        assert error["message"] == "`created` is in 2026-05, whose key of draws is published"
        assert error["help"] == "let it come today: a lot of it could be foreseen"
        assert ask(client, "L2", created="2026-07-03 09:00").status_code == 200
        assert ask(client, "L3").status_code == 200
        assert ask(client, "L4", created="soon").status_code == 422


def test_no_key_that_is_known_draws_for_what_was_known_before(office: Office) -> None:
    """Nor by a date that is said beforehand, or changed afterwards."""
    office.policy = POLICY
    with office.client() as client:
        first = ask(client, "L0").json()
    office.clock.now = datetime(2026, 7, 10, 4, tzinfo=UTC)
    with office.client() as client:
        said = {
            "request_id": "f1",
            "facts": [{"id": "L1", "created": "2026-05-03 09:00", "value": "1", "region": "East"}],
        }
        assert client.post("/v1/facts/lead", json=said).status_code == 200
        answer = ask(client, "L1")
        assert answer.status_code == 422
        assert fields(answer) == ["fact.created"]
        changed = {"request_id": "f2", "facts": [{"id": "L0", "created": "2026-05-03 09:00"}]}
        refused = client.post("/v1/facts/lead", json=changed)
        assert refused.status_code == 422, refused.text
        assert "says by which key the lots of lead `L0` were drawn" in refused.text
        assert ask(client, "L0").json() == first
    assert office.findings() == []


def test_a_policy_without_lots_takes_leads_of_any_day(office: Office) -> None:
    with office.client() as client:
        assert ask(client, "L1", created="2020-05-03 09:00").status_code == 200
