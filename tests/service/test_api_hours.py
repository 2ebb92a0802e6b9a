"""Deadlines in working time over HTTP: one by one and many at once, by hand, after facts change and after a restart."""

from datetime import UTC, datetime
from typing import Any

import pytest

from .api import HEAD, Office, TestClient, ask, lead

FRIDAY = datetime(2026, 4, 10, 9, 50, tzinfo=UTC)
"""Ten minutes before the office closes in Shanghai."""
POLICY = (
    HEAD
    + """facts rep { closes: time }
facts holiday { id: key  date: date }
let holidays = count of holiday over ever where holiday.date is today
let at_work of rep = during(now, ("Mon", "Tue", "Wed", "Thu", "Fri"), 09:00, rep.closes) and holidays is 0
assign lead {
  needs rep.on_duty
  otherwise to any rep by round_robin accept within 30 minutes of at_work
  if nobody hold "ops desk"
  after 1 day of at_work of lead.owner unless lead.owner is missing return
}
"""
)
REPS = "id,weight,capacity,on_duty,closes\na,1,9,yes,18:00\nb,1,9,yes,18:00\nc,1,9,yes,18:00\n"
MONDAY_LATE = "due Mon 2026-04-13 09:20: 10 minutes on Fri until 18:00, 20 minutes from Mon 09:00, as at_work says"


@pytest.fixture
def closing(office: Office) -> Office:
    office.policy, office.clock.now = POLICY, FRIDAY
    office.files = {"rep": REPS, "holiday": "id,date\nH1,2026-05-01\n"}
    return office


def state(client: TestClient, key: str) -> str:
    shown = client.get(f"/v1/facts/lead/{key}").json()
    return f"{shown['state']} {shown.get('owner') or shown.get('offered') or ''}".strip()


def told(answer: Any) -> tuple[str, str]:
    return answer["rep"], answer["lapses_because"]


def test_an_offer_stands_over_the_weekend_however_it_is_asked_for(closing: Office) -> None:
    with closing.client() as client:
        one = ask(client, "L1")
        assert one.status_code == 200
        asked = [{"request_id": f"r{at}", "fact": lead(f"M{at}")} for at in range(2)]
        answers = client.post("/v1/decisions/lead/batch", json={"decisions": asked}).json()["answers"]
        many = [found["decision"] for found in answers]
        full = [
            client.get(f"/v1/decisions/{found['decision_id']}?explain=full").json() for found in (one.json(), *many)
        ]
        assert {each["lapses_because"] for each in full} == {MONDAY_LATE}
        first = one.json()["rep"]
        closing.clock.forward(days=2, hours=15, minutes=9)  # Monday, 08:59 in Shanghai
        assert state(client, "L1").startswith("offered")
        closing.clock.forward(minutes=20)
        assert client.post("/v1/facts/lead/L1/accept", json={"request_id": "m1", "rep": first}).status_code == 200
        closing.clock.forward(minutes=1)
        late = client.post("/v1/facts/lead/M0/accept", json={"request_id": "m2", "rep": many[0]["rep"]})
        assert late.status_code == 409  # it has lapsed a moment ago
    assert closing.findings() == []


def test_what_is_due_is_the_same_after_a_restart_a_transfer_and_a_holiday_that_is_entered_late(closing: Office) -> None:
    with closing.client() as client:
        first = ask(client, "L1").json()["rep"]
        assert client.post("/v1/facts/lead/L1/accept", json={"request_id": "m1", "rep": first}).status_code == 200
    closing.clock.forward(hours=1)
    with closing.client() as client:
        other = "a" if first != "a" else "b"
        moved = {"request_id": "m2", "rep": first, "to": other, "by": "boss", "reason": "swap"}
        assert client.post("/v1/facts/lead/L1/transfer", json=moved).status_code == 200
        holiday = {"request_id": "f1", "facts": [{"id": "H2", "date": "2026-04-13"}]}
        assert client.post("/v1/facts/holiday", json=holiday).status_code == 200
        closing.clock.forward(days=3, hours=23, minutes=-2)  # Tuesday, 17:48
        assert state(client, "L1").startswith("owned")
        closing.clock.forward(minutes=2)
        ask(client, "L2")
        assert state(client, "L1") == "pool"
        ended = client.get("/v1/facts/lead/L1").json()["holdings"][-1]
        assert ended["how"] == "reassigned" or ended["how"] == "returned"
    assert closing.findings() == []
