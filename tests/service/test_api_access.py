"""Nothing is open beyond this machine without a key, and a service that cannot do its work does not start."""

import asyncio
import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from meed.service.entrance.api_keys import SCOPES
from meed.service.entrance.key_ring import KeyFile
from meed.service.entrance.operations import OPERATIONS
from meed.service.settings import CannotStart, Settings, is_loopback

from .api import NOON, Office, TestClient, ask

PATHS = ("/metrics", "/v1/policies", "/v1/draws", "/openapi.json", "/v1/decisions/D1", "/nowhere")


def bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


def kind(answer: Any) -> str:
    return answer.json()["type"].removeprefix("urn:meed:problem:")


def test_without_keys_only_this_machine_is_answered(client: TestClient) -> None:
    for host in ("localhost:8750", "127.0.0.1", "[::1]:8750", "LOCALHOST"):
        assert client.get("/healthz", headers={"host": host}).status_code == 200
    for host in ("sales.example", "127.0.0.1.example", "10.0.0.1:8750", ""):
        answer = client.get("/healthz", headers={"host": host})
        assert answer.status_code == 403
        assert answer.json()["type"] == "urn:meed:problem:wrong-host"


def test_nothing_is_answered_without_a_key(office: Office) -> None:
    key = office.key("read")
    wrong = ("", "Bearer", "Bearer wrong", f"Basic {key}", f"Bearer {key}x", f"Bearer {key[:-1]}", key, "Bearer ÿ",
             f"Bearer meed_{'0' * 10}_{key[16:]}")  # fmt: skip
    with office.client(host="0.0.0.0", keys=office.keys) as client:
        for path in PATHS:
            for given in wrong:
                answer = client.get(path, headers={"authorization": given.encode("latin-1")} if given else {})
                assert answer.status_code == 401
                assert answer.headers["www-authenticate"] == 'Bearer realm="meed"'
                assert kind(answer) == "key-needed"
                assert key[16:] not in answer.text


def test_with_a_key_any_host_is_answered(office: Office) -> None:
    key = office.key("decide", "read")
    with office.client(host="0.0.0.0", keys=office.keys) as client:
        client.headers.update({"authorization": f"bearer {key}", "host": "sales.example"})
        assert ask(client, "L1").json()["rep"] == "a"
        assert client.get("/openapi.json").json()["components"]["securitySchemes"]


def test_a_probe_needs_no_key_and_gets_no_more_than_a_word(office: Office) -> None:
    key, other = office.key("read"), office.key("decide", name="other")
    with office.client(host="0.0.0.0", keys=office.keys) as client:
        for path in ("/healthz", "/readyz"):
            assert client.get(path).json() == {"status": "ok"}
            assert client.get(path, headers=bearer("wrong")).status_code == 401
            assert client.post(path).status_code == 401
        assert client.get("/readyz", headers=bearer(other)).json() == {"status": "ok"}
        assert client.get("/readyz", headers=bearer(key)).json()["points"] == ["lead"]


REQUESTS = {
    "decide": ("POST", "/v1/decisions/lead"),
    "decide_batch": ("POST", "/v1/decisions/lead/batch"),
    "move_decision": ("POST", "/v1/decisions/D1/accept"),
    "move_fact": ("POST", "/v1/facts/lead/L1/accept"),
    "put_facts": ("POST", "/v1/facts/rep"),
    "read_fact": ("GET", "/v1/facts/rep/a"),
    "read_pool": ("GET", "/v1/pool/lead"),
    "read_told": ("GET", "/v1/told"),
    "check_policy": ("POST", "/v1/policies/check"),
    "diff_policy": ("POST", "/v1/policies/diff"),
    "publish_policy": ("POST", "/v1/policies"),
    "activate_policy": ("POST", "/v1/policies/c1/activate"),
    "roll_back": ("POST", "/v1/policies/rollback"),
    "withdraw_policy": ("POST", "/v1/policies/c1/withdraw"),
    "read_policy": ("GET", "/v1/policies/c1"),
    "simulate": ("POST", "/v1/simulations"),
    "read_decision": ("GET", "/v1/decisions/D1"),
    "read_draws": ("GET", "/v1/draws"),
    "why_not": ("GET", "/v1/decisions/D1/why-not?rep=a"),
    "read_fairness": ("GET", "/v1/fairness"),
    "read_policies": ("GET", "/v1/policies"),
    "read_metrics": ("GET", "/metrics"),
}


def test_every_operation_asks_for_its_scopes_and_for_no_other(office: Office) -> None:
    keys = {scope: office.key(scope, name=scope) for scope in SCOPES}
    every = office.key(*SCOPES, name="every")
    asked = {name for name, operation in OPERATIONS.items() if operation.scopes}
    assert REQUESTS.keys() == asked
    with office.client(keys=office.keys) as client:
        for name, (method, path) in REQUESTS.items():
            needed = OPERATIONS[name].scopes
            assert client.request(method, path, headers=bearer(every)).status_code not in {401, 403}
            for scope, key in keys.items():
                answer = client.request(method, path, headers=bearer(key))
                refused = answer.status_code == 403
                assert refused == (set(needed) != {scope}), (name, scope)
                if refused:
                    assert kind(answer) == "scope-needed"
                    assert answer.json()["scopes"] == list(needed)


def test_a_request_of_another_scope_is_refused_before_its_body_is_read(office: Office) -> None:
    key = office.key("read")
    scope = {
        "type": "http", "method": "POST", "path": "/v1/decisions/lead", "raw_path": b"", "query_string": b"",
        "headers": [(b"authorization", f"Bearer {key}".encode()), (b"transfer-encoding", b"chunked")],
    }  # fmt: skip
    answers: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        raise AssertionError("the body was read")

    async def send(message: dict[str, Any]) -> None:
        answers.append(message)

    with office.client(keys=office.keys) as client:
        asyncio.run(client.app(scope, receive, send))  # pyright: ignore[reportArgumentType]
    assert answers[0]["status"] == 403
    assert (b"connection", b"close") in answers[0]["headers"]


def test_keys_come_end_and_are_revoked_while_the_service_runs(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meed.service.entrance.key_ring._LOOKS_AGAIN_NS", 0)
    first = office.key("read")
    with office.client(keys=office.keys) as client:
        assert client.get("/v1/draws", headers=bearer(first)).status_code == 200
        second = office.key("read", name="second", ends=NOON + timedelta(hours=1))
        assert client.get("/v1/draws", headers=bearer(second)).status_code == 200
        office.clock.forward(hours=1)
        assert client.get("/v1/draws", headers=bearer(second)).status_code == 401
        file = KeyFile(office.keys)
        file.write([key for key in file.read() if key.name != "crm"])
        assert client.get("/v1/draws", headers=bearer(first)).status_code == 401


@pytest.mark.parametrize("text", ["", "{}", '{"form": 2, "keys": []}', '{"form": 1, "keys": [{"id": "a"}]}', None])
def test_a_file_of_keys_that_cannot_be_read_lets_nobody_in(
    office: Office, text: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("meed.service.entrance.key_ring._LOOKS_AGAIN_NS", 0)
    key = office.key("read")
    kept = office.keys.read_text()
    with office.client(keys=office.keys) as client:
        office.keys.write_text(text) if text is not None else office.keys.unlink()
        answer = client.get("/v1/draws", headers=bearer(key))
        assert (answer.status_code, kind(answer), answer.headers["retry-after"]) == (503, "keys-unavailable", "1")
        assert client.get("/healthz").status_code == 200
        office.keys.write_text(kept)
        assert client.get("/v1/draws", headers=bearer(key)).status_code == 200


def test_only_hashes_are_kept_and_only_the_owner_reads_them(office: Office) -> None:
    key = office.key("read")
    kept = office.keys.read_text()
    assert key[16:] not in kept
    assert hashlib.sha256(key.encode()).hexdigest() in kept
    assert office.keys.stat().st_mode & 0o077 == 0
    office.keys.chmod(0o666)
    with pytest.raises(CannotStart, match="everybody may write to it"):
        office.client(keys=office.keys)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "sales.example"])
def test_listening_to_others_needs_keys(office: Office, host: str) -> None:
    with pytest.raises(CannotStart, match=f"^`{host}` can be reached from other machines: name a file of API keys"):
        office.settings(host=host)
    assert office.settings(host=host, keys=office.keys).host == host
    assert not is_loopback(host)


def test_a_service_does_not_start_without_the_keys_that_were_named(office: Office) -> None:
    with pytest.raises(CannotStart, match=r"there is no such file; `meed keys make` makes a file of keys"):
        office.client(keys=office.keys)
    assert not office.database.exists()


# --- starting ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"policy": "assign lead {"}, "rotation.meed:1:"),
        ({"files": {}}, "no file was given for `rep`"),
        ({"files": {"rep": "id,weight\na,1\n"}}, "there is no column `capacity`"),
        ({"files": {"rep": ""}}, "the file is empty"),
    ],
)
def test_a_service_that_could_not_decide_does_not_start(office: Office, change: dict[str, Any], says: str) -> None:
    for name, value in change.items():
        setattr(office, name, value)
    with pytest.raises(CannotStart, match=says):
        office.client()
    assert not office.database.exists()


def test_a_policy_or_file_that_is_not_there_stops_the_start(office: Office, tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match="there is no such file"):
        office.client(policy=tmp_path / "none.meed")
    with pytest.raises(CannotStart, match="there is no such file"):
        office.client(mapping=tmp_path / "none.toml")
    with pytest.raises(CannotStart, match="there is no such file"):
        office.client(facts={"rep": tmp_path / "none.csv"})


def test_a_port_is_a_port() -> None:
    with pytest.raises(CannotStart, match="`70000` is not a port"):
        Settings(Path("p.meed"), Path("x.sqlite"), port=70_000)


def test_files_are_read_through_a_mapping(office: Office, tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.toml"
    mapping.write_text('[rep.columns]\nid = "Agent"\nweight = "W"\n', encoding="utf-8")
    office.files = {"rep": "Agent,W,capacity,skills\na,1,9,\nb,1,9,\n"}
    with office.client(mapping=mapping) as client:
        assert ask(client, "L1").json()["rep"] + ask(client, "L2").json()["rep"] == "ab"


# --- health and policy ---------------------------------------------------------------------------------------


def test_readiness_names_the_policy_and_counts_the_decisions(client: TestClient) -> None:
    ask(client, "L1")
    said = client.get("/readyz").json()
    shown = client.get("/v1/policies").json()["policies"][0]
    assert said["policy"] == {name: shown[name] for name in ("name", "version", "hash")}
    del said["policy"]
    assert said == {"status": "ok", "points": ["lead"], "database": "writable", "decisions": 1, "watch": None}


def test_a_policy_is_shown_with_its_rules_choices_and_what_is_not_run(office: Office) -> None:
    office.policy = office.policy.replace('version: "1"', 'version: "7"  effective: 2026-04-01 .. 2026-12-31')
    office.policy += "scheme small for every rep per month { pay little = 1 } guarantee total paid <= 100 CNY\n"
    office.policy = office.policy.replace("when lead.account_owner is known", "when lead.owner is known")
    with office.client() as client:
        shown = client.get("/v1/policies").json()["policies"][0]
    assert (shown["name"], shown["version"], shown["currency"]) == ("Rotation", "7", "CNY")
    assert (shown["effective_from"], shown["effective_to"]) == ("2026-04-01", "2026-12-31")
    assert [point["rules"] for point in shown["assigns"]] == [["returning", "big", "otherwise"]]
    assert {"name": "key", "value": "monthly", "origin": "default"} in shown["settings"]
    assert shown["unsupported"][0]["what"] == "`guarantee`"
    assert shown["unsupported"][0]["place"].startswith("rotation.meed:17:")
