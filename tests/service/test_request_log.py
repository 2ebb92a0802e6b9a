"""The log of the service: one line a request, in JSON, without facts and without secrets."""

import io
import json
import logging
from typing import Any

import pytest

from meed.service.desk import Desk
from meed.service.observing.request_log import JsonLines, RequestLog

from .api import Clock, Office, ask


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_each_request_is_a_line_with_what_is_known_of_it(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    key = office.key("decide", "read")
    with office.client(keys=office.keys) as client:
        client.headers["authorization"] = f"Bearer {key}"
        named = ask(client, "HUSH-1", region="East").json()["decision_id"]
        client.get(f"/v1/decisions/{named}")
        client.get("/v1/draws", headers={"authorization": "Bearer wrong"})
        client.get("/HUSH-2?HUSH=3")
    text = capsys.readouterr().err
    decided, looked, refused, lost = lines(text)
    assert float(decided.pop("ms")) > 0
    assert decided == {
        "time": "2026-04-10T04:00:00.000Z", "level": "info", "event": "request", "method": "POST",
        "route": "/v1/decisions/{name}", "status": 200, "key": "crm", "request_id": "r-HUSH-1", "entry": 2,
    }  # fmt: skip
    assert (looked["method"], looked["route"], looked["status"]) == ("GET", "/v1/decisions/{name}", 200)
    assert (refused["route"], refused["status"], refused.get("key")) == ("-", 401, None)
    assert (lost["route"], lost["status"], lost["key"]) == ("-", 404, "crm")
    text = text.replace("r-HUSH-1", "")
    for secret in ("HUSH", "1200.50", "East", key, key[16:], "wrong", named):
        assert secret not in text


def test_a_defect_is_logged_once_by_place_and_not_by_words(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("the lead HUSH is worth 7")

    monkeypatch.setattr(Desk, "decide", fail)
    with office.client() as client:
        assert ask(client, "L1").status_code == 500
    (record,) = [one for one in caplog.records if one.name == "meed.service"]
    said = json.loads(JsonLines(Clock()).format(record))
    assert said["message"] == "POST /v1/decisions/{name} failed"
    assert said["error"] == "RuntimeError"
    assert said["at"][-1].startswith("test_request_log.py:")
    assert "HUSH" not in json.dumps(said)
    monkeypatch.setenv("MEED_DEBUG", "1")
    assert json.loads(JsonLines(Clock()).format(record))["says"] == "the lead HUSH is worth 7"


def test_lines_are_written_together_and_none_is_lost() -> None:
    out = io.StringIO()
    log = RequestLog(Clock(), out)
    for number in range(499):
        log.add("GET", "/x", 200, number)
    assert out.getvalue() == ""
    log.add("GET", "/x", 200, 1_234_567)
    assert len(lines(out.getvalue())) == 500
    assert lines(out.getvalue())[-1]["ms"] == "1.234"
    log.add("GET", "/y", 200, 1)
    log.flush()
    assert lines(out.getvalue())[-1]["route"] == "/y"


def test_a_log_that_cannot_be_written_stops_nothing() -> None:
    out = io.StringIO()
    log = RequestLog(Clock(), out)
    log.add("GET", "/x", 200, 1)
    out.close()
    log.flush()


def test_other_records_have_the_same_form() -> None:
    record = logging.LogRecord("uvicorn.error", logging.WARNING, "x.py", 1, "it is %s", ("late",), None)
    assert json.loads(JsonLines(Clock()).format(record)) == {
        "time": "2026-04-10T04:00:00.000Z", "level": "warning", "event": "uvicorn.error", "message": "it is late",
    }  # fmt: skip


def test_nothing_is_logged_of_requests_where_nobody_wants_it(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    with office.client(log_requests=False) as client:
        ask(client, "L1")
    assert capsys.readouterr().err == ""
