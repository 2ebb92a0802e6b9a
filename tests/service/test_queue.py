"""Queues in the service: what waits is given out by whatever makes room, once, and a replay of the journal agrees."""

from .api import HEAD, REPS, Office, ask

POLICY = (
    HEAD.replace('timezone: "Asia/Shanghai" }', 'timezone: "Asia/Shanghai"  effective: 2026-01-01 .. }')
    + """let holds of rep = count of assignment where assignment.rep is rep and assignment.ended is missing
assign lead {
  queue: oldest_first
  needs NEEDS
  otherwise to any rep by round_robin
  if nobody hold "queue"
}
"""
)


def test_a_lead_that_is_closed_makes_room_for_the_one_that_has_waited_longest(office: Office) -> None:
    office.policy = POLICY.replace("NEEDS", "holds < 1")
    with office.client() as client:
        said = [ask(client, f"L{number}").json() for number in range(5)]
        assert [one["rep"] for one in said] == ["a", "b", "c", None, None]
        assert client.post("/v1/facts/lead/L1/close", json={"request_id": "m1"}).status_code == 200
        assert client.get("/v1/facts/lead/L3").json()["holdings"][-1]["rep"] == "b"
    with office.client() as client:
        assert client.post("/v1/facts/lead/L0/close", json={"request_id": "m2"}).status_code == 200
        assert client.get("/v1/facts/lead/L4").json()["holdings"][-1]["rep"] == "a"
        assert ask(client, "L3").json()["held"] == "queue", "the answer to a request stays what it was"
    assert office.findings() == []
    assert office.decisions() == 7


def test_who_asks_is_told_of_what_was_asked_and_not_of_what_had_waited(office: Office) -> None:
    """Nobody takes the first two leads; the third makes room for itself, and then for those."""
    office.policy = POLICY.replace("assign lead", "let so_many = count of lead\nassign lead").replace(
        "NEEDS", "so_many >= 3 and holds < 1"
    )
    office.files = {"rep": REPS}
    with office.client() as client:
        said = [ask(client, f"L{number}").json() for number in range(3)]
        assert [one["rep"] for one in said] == [None, None, "a"]
        again = [ask(client, f"L{number}").json() for number in range(3)]
        assert again == said
    assert office.findings() == []
    assert office.decisions() == 5
