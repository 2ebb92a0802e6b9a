"""Nothing is open beyond this machine without a key, and a service that cannot do its work does not start."""

from pathlib import Path
from typing import Any

import pytest

from meed.service.settings import CannotStart, Settings, is_loopback

from .api import Office, TestClient, ask

KEY = "k" * 16
PATHS = ("/healthz", "/v1/policies", "/v1/draws", "/openapi.json", "/v1/decisions/D1", "/nowhere")


def test_without_a_key_only_this_machine_is_answered(client: TestClient) -> None:
    for host in ("localhost:8750", "127.0.0.1", "[::1]:8750", "LOCALHOST"):
        assert client.get("/healthz", headers={"host": host}).status_code == 200
    for host in ("sales.example", "127.0.0.1.example", "10.0.0.1:8750", ""):
        answer = client.get("/healthz", headers={"host": host})
        assert answer.status_code == 403
        assert answer.json()["type"] == "urn:meed:problem:wrong-host"


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer wrong", f"Basic {KEY}", f"Bearer {KEY}x", KEY, "Bearer ÿ"])
def test_nothing_is_answered_without_the_key(office: Office, given: str) -> None:
    with office.client(host="0.0.0.0", api_key=KEY) as client:
        for path in PATHS:
            answer = client.get(path, headers={"authorization": given.encode("latin-1")} if given else {})
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"] == 'Bearer realm="meed"'
            assert answer.json()["type"] == "urn:meed:problem:key-needed"
            assert KEY not in answer.text


def test_with_the_key_any_host_is_answered(office: Office) -> None:
    with office.client(host="0.0.0.0", api_key=KEY) as client:
        client.headers["authorization"] = f"bearer {KEY}"
        client.headers["host"] = "sales.example"
        assert ask(client, "L1").json()["rep"] == "a"
        assert client.get("/openapi.json").json()["components"]["securitySchemes"]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "sales.example"])
def test_listening_to_others_needs_a_key(office: Office, host: str) -> None:
    with pytest.raises(CannotStart, match=f"^`{host}` can be reached from other machines: set an API key"):
        office.settings(host=host)
    assert office.settings(host=host, api_key=KEY).host == host
    assert not is_loopback(host)


@pytest.mark.parametrize("key", ["", "short", "k" * 15, "with a blank in it", "schlüssel-schlüssel"])
def test_a_key_that_is_easily_guessed_or_cannot_be_sent_is_refused(office: Office, key: str) -> None:
    with pytest.raises(CannotStart, match="an API key has at least 16 characters"):
        office.settings(api_key=key)


def test_the_key_is_not_shown_with_the_settings(office: Office) -> None:
    assert KEY not in repr(office.settings(api_key=KEY))


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


def test_health_names_the_policy_and_counts_the_decisions(client: TestClient) -> None:
    ask(client, "L1")
    said = client.get("/healthz").json()
    shown = client.get("/v1/policies").json()["policies"][0]
    assert said["policy"] == {name: shown[name] for name in ("name", "version", "hash")}
    del said["policy"]
    assert said == {"status": "ok", "points": ["lead"], "database": "writable", "decisions": 1}


def test_a_policy_is_shown_with_its_rules_choices_and_what_is_not_run(office: Office) -> None:
    office.policy = office.policy.replace('version: "1"', 'version: "7"  effective: 2026-04-01 .. 2026-12-31')
    office.policy += 'watch lead { every 7 days notify lead.owner "look" }\n'
    office.policy = office.policy.replace("when lead.account_owner is known", "when lead.owner is known")
    with office.client() as client:
        shown = client.get("/v1/policies").json()["policies"][0]
    assert (shown["name"], shown["version"], shown["currency"]) == ("Rotation", "7", "CNY")
    assert (shown["effective_from"], shown["effective_to"]) == ("2026-04-01", "2026-12-31")
    assert [point["rules"] for point in shown["assigns"]] == [["returning", "big", "otherwise"]]
    assert {"name": "key", "value": "monthly", "origin": "default"} in shown["settings"]
    assert shown["unsupported"][0]["what"] == "`watch`"
    assert shown["unsupported"][0]["place"].startswith("rotation.meed:17:")
