"""Decisions over HTTP: who gets it, once and for ever, and why."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from hashlib import sha256

from meed.engine.turns.draws import Draw, recorded_weights, verify

from .api import HEAD, PATTERN, REPS, Office, TestClient, ask, lead, reps

SHORT = ["decision_id", "rep", "held", "rule", "strategy", "policy_hash", "because"]


def test_leads_go_round_by_weight(client: TestClient) -> None:
    assert reps(client, [f"L{number}" for number in range(14)]) == PATTERN * 2


def test_an_answer_says_who_and_why(client: TestClient) -> None:
    answer = ask(client, "L1")
    said = answer.json()
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert list(said) == SHORT
    assert (said["rep"], said["held"], said["rule"], said["strategy"]) == (
        "a",
        None,
        "otherwise",
        "capability_weighted",
    )
    assert said["because"] == "otherwise: a was owed most of the 3 who could take it (+0.714 of a lead)"
    assert len(said["policy_hash"]) == 64


def test_a_lead_that_nobody_can_take_is_held_at_a_desk(client: TestClient) -> None:
    said = ask(client, "L1", value="100000", region="West").json()
    assert (said["rep"], said["held"], said["rule"]) == (None, "enterprise desk", "big")


def test_what_was_given_counts_as_load(office: Office) -> None:
    office.files = {"rep": REPS.replace("1000", "2")}
    with office.client() as client:
        assert reps(client, [f"L{number}" for number in range(7)]) == "aabcbcNone"


# --- once and for ever ---------------------------------------------------------------------------------------


def test_the_same_request_gets_the_same_answer(client: TestClient, office: Office) -> None:
    first = ask(client, "L1")
    ask(client, "L2")
    assert ask(client, "L1").content == first.content
    assert office.decisions() == 2


def test_names_in_another_order_are_the_same_request(client: TestClient) -> None:
    body = {"request_id": "r1", "fact": lead("L1")}
    turned = {"fact": dict(reversed(body["fact"].items())), "request_id": "r1", "at": None}  # pyright: ignore
    first = client.post("/v1/decisions/lead", json=body)
    assert client.post("/v1/decisions/lead", content=json.dumps(turned, indent=4), headers=JSON).json() == first.json()


JSON = {"content-type": "application/json"}


def test_another_request_under_the_same_id_is_refused(client: TestClient, office: Office) -> None:
    first = ask(client, "L1").json()
    body = {"request_id": "r-L1", "fact": lead("L1", value="1200.5")}
    answer = client.post("/v1/decisions/lead", json=body)
    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:meed:problem:request-id-taken"
    assert answer.json()["decision_id"] == first["decision_id"]
    assert office.decisions() == 1


def test_a_lead_is_not_given_twice_under_two_ids(client: TestClient, office: Office) -> None:
    first = ask(client, "L1").json()
    answer = client.post("/v1/decisions/lead", json={"request_id": "another", "fact": lead("L1")})
    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:meed:problem:decided-already"
    assert answer.json()["decision_id"] == first["decision_id"]
    assert office.decisions() == 1


def test_many_at_once_with_one_id_get_one_decision(client: TestClient, office: Office) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: ask(client, "L1").content, range(24)))
    assert len(set(answers)) == 1
    assert office.decisions() == 1


def test_many_at_once_share_one_rotation(client: TestClient, office: Office) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: ask(client, f"L{number}").json(), range(28)))
    explained = [client.get(f"/v1/decisions/{said['decision_id']}?explain=full").json() for said in answers]
    in_order = sorted(explained, key=lambda one: one["sequence"])
    assert "".join(one["rep"] for one in in_order) == PATTERN * 4
    assert office.findings() == []


def test_a_refused_request_uses_up_neither_its_id_nor_a_turn(client: TestClient) -> None:
    assert ask(client, "L1", value="much").status_code == 422
    assert ask(client, "L1", region=None).status_code == 422
    assert reps(client, ["L1", "L2", "L3"]) == PATTERN[:3]


def test_a_lead_that_has_an_owner_in_a_file_is_not_decided(office: Office) -> None:
    leads = "id,created,value,region,owner\nL7,2026-04-01,10,East,b\n"
    office.files = {"rep": REPS, "lead": leads}
    with office.client() as client:
        answer = ask(client, "L7")
        assert answer.status_code == 409
        assert answer.json()["type"] == "urn:meed:problem:has-owner"
        assert answer.json()["detail"] == "lead `L7` has an owner: b"
        assert ask(client, "L8").status_code == 200


# --- moments -------------------------------------------------------------------------------------------------


def test_a_decision_is_made_now_by_the_clocks_of_the_policy(client: TestClient) -> None:
    named = ask(client, "L1").json()["decision_id"]
    assert client.get(f"/v1/decisions/{named}?explain=full").json()["at"] == "2026-04-10T12:00:00+08:00"


def test_a_moment_with_an_offset_is_converted(client: TestClient) -> None:
    body = {"request_id": "r1", "fact": lead("L1"), "at": "2026-04-09T23:30:00Z"}
    named = client.post("/v1/decisions/lead", json=body).json()["decision_id"]
    assert client.get(f"/v1/decisions/{named}?explain=full").json()["at"] == "2026-04-10T07:30:00+08:00"


def test_a_policy_decides_only_while_it_is_in_force(office: Office) -> None:
    office.policy = office.policy.replace('version: "1"', 'version: "1"  effective: 2026-04-01 .. 2026-04-10')
    with office.client() as client:
        assert ask(client, "L1").status_code == 200
        office.clock.forward(days=1)
        answer = ask(client, "L2")
    assert answer.status_code == 409
    assert answer.json()["detail"] == "policy `Rotation` 1 is not in force on 2026-04-11"


# --- explanations --------------------------------------------------------------------------------------------


def test_a_decision_is_read_again_as_it_was_answered(client: TestClient) -> None:
    said = ask(client, "L1")
    assert client.get(f"/v1/decisions/{said.json()['decision_id']}").content == said.content


def test_a_full_explanation_names_everybody_and_the_place_in_the_log(client: TestClient) -> None:
    ask(client, "L1")
    said = ask(client, "L2", account_owner=None).json()
    full = client.get(f"/v1/decisions/{said['decision_id']}?explain=full").json()
    assert {name: full[name] for name in SHORT} == said
    assert (full["request_id"], full["point"], full["key"], full["sequence"]) == ("r-L2", "lead", "L2", 2)
    assert full["fact"] == lead("L2", account_owner=None)
    assert [rule["rule"] for rule in full["skipped_rules"]] == ["returning", "big"]
    assert (full["tried"][0]["eligible"], full["tried"][0]["refused"]) == (["a", "b", "c"], [])
    turn = full["tried"][0]["turn"]
    line = {name: column[0] for name, column in turn["standings"].items()}
    scale, share = int(turn["scale"]), int(line["shares"])
    assert (line["reps"], line["weights"], share) == ("a", "5", -(-scale * 5 // 7))
    assert int(line["credits_before"]) == share - scale
    assert full["log"]["number"] == 3
    first = client.get("/v1/decisions/" + ask(client, "L1").json()["decision_id"] + "?explain=full").json()
    assert full["log"]["previous_hash"] == first["log"]["hash"]


def test_who_was_passed_over_reads_why(client: TestClient) -> None:
    said = ask(client, "L1", value="100000").json()
    tried = client.get(f"/v1/decisions/{said['decision_id']}?explain=full").json()["tried"]
    assert (tried[0]["eligible"], tried[0]["refused"][0]["reps"]) == (["a", "b"], ["c"])
    assert '"East"' in tried[0]["refused"][0]["because"]


def test_a_draw_is_committed_to_before_and_verified_after(client: TestClient, office: Office) -> None:
    before = {one["period"]: one for one in client.get("/v1/draws").json()["periods"]}
    assert (before["2026-04"]["state"], before["2026-04"]["key"]) == ("current", None)
    assert before["2027-04"]["state"] == "coming"
    said = ask(client, "L1", value="250000").json()
    drawn = client.get(f"/v1/decisions/{said['decision_id']}?explain=full").json()["tried"][0]["draw"]
    office.clock.now = datetime(2026, 5, 1, 23, tzinfo=UTC)  # 2 May in Shanghai
    after = {one["period"]: one for one in client.get("/v1/draws").json()["periods"]}
    assert after["2026-04"]["commitment"] == before["2026-04"]["commitment"]
    key = bytes.fromhex(after["2026-04"]["key"])
    assert sha256(key).hexdigest() == before["2026-04"]["commitment"]
    record = drawn["record"].encode()
    assert recorded_weights(record) == [5, 1]
    low, high, index = (0, 5, 0) if said["rep"] == "a" else (5, 6, 1)
    claimed = Draw(int(drawn["ticket"]), int(drawn["tickets"]), index, low, high, drawn["counter"], drawn["digest"])
    assert verify(before["2026-04"]["commitment"], key, record, claimed) == []


def test_nothing_is_drawn_with_a_key_that_is_known_or_was_not_committed_to(client: TestClient, office: Office) -> None:
    office.clock.forward(days=40)
    for at, says in (
        ("2026-03-31", "no key of draws was committed to"),
        ("2026-04-30T23:59", "whose key of draws is published"),
        ("2027-07-01", "no key of draws is committed to yet"),
    ):
        body = {"request_id": "r1", "fact": lead("L1"), "at": at}
        answer = client.post("/v1/decisions/lead", json=body)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "at"
        assert says in answer.json()["errors"][0]["message"]


# --- points --------------------------------------------------------------------------------------------------

TWO_POINTS = (
    HEAD
    + """facts ticket { id: key  opened: moment  lead: lead?  owner: rep? }
let held_tickets of rep = count of ticket where ticket.owner is rep
assign lead {
  needs (held_leads over last 30 days) + (held_tickets over last 30 days) < rep.capacity
  otherwise to any rep by capability_weighted strength
  if nobody hold "ops desk"
}
assign ticket {
  rule same when ticket.lead.owner is known
    to ticket.lead.owner
  otherwise to any rep by round_robin
  if nobody hold "help desk"
}
"""
)


def test_points_see_what_other_points_decided(office: Office) -> None:
    office.policy, office.files = TWO_POINTS, {"rep": REPS.replace("1000", "1")}
    with office.client() as client:
        assert ask(client, "L1").json()["rep"] == "a"
        body = {"request_id": "t1", "fact": {"id": "T1", "lead": "L1"}}
        said = client.post("/v1/decisions/ticket", json=body).json()
        assert (said["rep"], said["rule"]) == ("a", "same")
        body = {"request_id": "t2", "fact": {"id": "T2"}}
        assert client.post("/v1/decisions/ticket", json=body).json()["rep"] == "a"
        body = {"request_id": "t3", "fact": {"id": "T3"}}
        assert client.post("/v1/decisions/ticket", json=body).json()["rep"] == "b"
        # b has a ticket, and a capacity of one
        assert ask(client, "L2").json()["rep"] == "c"
        answer = client.post("/v1/decisions/ticket", json={"request_id": "t4", "fact": {"id": "T4", "lead": "L9"}})
        assert answer.json()["errors"] == [
            {
                "field": "fact.lead",
                "message": "`L9` is not the `id` of a lead in the facts so far",
                "help": "correct it, or add the lead to the facts so far",
            }
        ]


def test_a_card_is_dealt_and_the_answer_says_which(office: Office) -> None:
    office.policy = HEAD + 'assign lead { otherwise to any rep by deck  if nobody hold "ops desk" }\n'
    with office.client() as client:
        answer = ask(client, "L1")
        assert answer.status_code == 200
        assert answer.json()["because"].startswith("otherwise: card 1 of ")
        told = client.get(f"/v1/decisions/{answer.json()['decision_id']}?explain=full").json()
        card = told["tried"][0]["card"]
        assert (card["laid"], card["deck"], card["card"]) == ("shuffled", 1, 1)
        assert answer.json()["rep"] in card["record"]
