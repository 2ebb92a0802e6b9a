"""A group first, then a rep of it, over HTTP: decided, moved, explained, reported, audited, and so after a restart."""

import pytest

from .api import HEAD, Office, ask

POLICY = (
    HEAD
    + """facts team { part: number }
facts rep { team: team }
assign lead {
  needs (held_leads over last 30 days) < rep.capacity
  rule lot when lead.value >= 100_000 to any rep within rep.team by random rep.team.part, random strength
    if nobody next
  otherwise to any rep within rep.team by capability_weighted rep.team.part, round_robin accept within 15 minutes
  if nobody hold "ops desk"
}
"""
)
FILES = {
    "rep": "id,weight,capacity,skills,team\na,5,1000,,x\nb,1,1000,,x\nc,1,1000,,y\n",
    "team": "id,part\nx,2\ny,1\n",
}


@pytest.fixture
def leveled(office: Office) -> Office:
    office.policy, office.files = POLICY, FILES
    return office


def test_both_choices_are_told_with_their_becauses(leveled: Office) -> None:
    with leveled.client() as client:
        said = [ask(client, f"L{number}").json() for number in range(4)]
        assert [one["rep"] for one in said] == ["a", "c", "b", "a"]
        assert said[1]["because"] == (
            "otherwise: y was owed most of the 2 with somebody who could take it (+0.667 of a lead); there c was the "
            "only one who could take it"
        )
        full = client.get(f"/v1/decisions/{said[0]['decision_id']}", params={"explain": "full"}).json()
        group = full["tried"][0]["group"]
        assert (group["of"], group["chosen"], group["members"]) == ("rep.team", "x", {"x": ["a", "b"], "y": ["c"]})
        assert group["turn"]["pool"] == "lead/otherwise/1 within rep.team"
        assert full["tried"][0]["turn"]["pool"] == "lead/otherwise/1 within rep.team x"
        why = client.get(f"/v1/decisions/{said[0]['decision_id']}/why-not", params={"rep": "c"}).json()
        assert why["because"].startswith("rep.team is y, and x was chosen (share 0.333, ")


def test_a_change_is_tried_at_both_levels(leveled: Office) -> None:
    with leveled.client() as client:
        first = ask(client, "L0").json()["decision_id"]
        told = client.get(f"/v1/decisions/{first}/why-not", params={"rep": "c", "if": "team=x"}).json()
        assert told["then"]["decision"]["rep"] == "a"
        assert told["then"]["decision"]["why_not"].startswith("owed 0.333 of a lead, as is a")


def test_what_people_do_is_within_the_promise_and_the_same_after_a_restart(leveled: Office) -> None:
    with leveled.client() as client:
        for number in range(9):
            ask(client, f"L{number}", value="200000" if number % 3 == 2 else "10")
        moves = [("L0", "decline", {"rep": "a"}), ("L1", "accept", {"rep": "c"})]
        moves.append(("L1", "override", {"to": "b", "by": "boss", "reason": "knows them"}))
        for number, (key, word, more) in enumerate(moves):
            answer = client.post(f"/v1/facts/lead/{key}/{word}", json={"request_id": f"m{number}", **more})
            assert answer.status_code == 200, answer.text
        report = client.get("/v1/fairness").json()
        before = ask(client, "L0").content
    with leveled.client() as client:
        assert client.get("/v1/fairness").json() == report
        assert ask(client, "L0").content == before
    pools = {pool["pool"]: pool for pool in report["pools"]}
    assert set(pools) == {f"lead/otherwise/1 within rep.team{part}" for part in ("", " x", " y")}
    assert pools["lead/otherwise/1 within rep.team"]["of"] == "rep.team"
    assert report["within_promise"]
    assert {lot["rule"] for lot in report["by_lot"]} == {"lead/lot", "lead/lot within rep.team"}
    assert leveled.findings() == []
