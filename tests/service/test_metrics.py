"""Metrics are what Prometheus reads, and count what happened."""

import re

import pytest

from meed.service.observing.metrics import Metrics

from .api import Office, ask, lead

SAMPLE = re.compile(r'[a-z_]+(\{[a-z]+="(?:[^"\\\n]|\\[\\"n])*"(,[a-z]+="(?:[^"\\\n]|\\[\\"n])*")*\})? \d+(\.\d+)?')


def samples(text: str) -> dict[str, str]:
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert all(SAMPLE.fullmatch(line) for line in lines), text
    return dict(line.rsplit(" ", 1) for line in lines)


def test_each_metric_is_introduced_and_labels_are_escaped() -> None:
    metrics = Metrics()
    counter = metrics.counter("things_total", "Things.", ("name",))
    counter.add('a"\\\n')
    counter.add("b", many=3)
    metrics.gauge("depth", "Depth.", lambda: {(): 7})
    text = metrics.text()
    assert '# HELP things_total Things.\n# TYPE things_total counter\nthings_total{name="a\\"\\\\\\n"} 1\n' in text
    assert samples(text)['things_total{name="b"}'] == "3"
    assert "# TYPE depth gauge\ndepth 7\n" in text


def test_a_histogram_counts_up_to_each_bound() -> None:
    metrics = Metrics()
    for spent in (400_000, 500_000, 500_001, 70_000_000_000):
        metrics.times.add(spent, "/v1/x")
    found = samples(metrics.text())
    buckets = [int(count) for name, count in found.items() if "_bucket{" in name]
    assert buckets == sorted(buckets)
    assert found['meed_request_seconds_bucket{route="/v1/x",le="0.0005"}'] == "2"
    assert found['meed_request_seconds_bucket{route="/v1/x",le="0.001"}'] == "3"
    assert found['meed_request_seconds_bucket{route="/v1/x",le="60"}'] == "3"
    assert found['meed_request_seconds_bucket{route="/v1/x",le="+Inf"}'] == "4"
    assert found['meed_request_seconds_count{route="/v1/x"}'] == "4"
    assert found['meed_request_seconds_sum{route="/v1/x"}'] == "70.001400001"


def test_requests_are_counted_by_route_and_never_by_address(office: Office) -> None:
    with office.client() as client:
        named = ask(client, "L1").json()["decision_id"]
        ask(client, "L1")
        ask(client, "L2", value="x")
        client.get(f"/v1/decisions/{named}")
        client.get("/v1/decisions/D0")
        client.get("/nowhere/secret")
        client.request("BREW", "/v1/draws")
        answer = client.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    found = samples(answer.text)
    route = "/v1/decisions/{name}"
    assert found[f'meed_requests_total{{method="POST",route="{route}",status="200"}}'] == "2"
    assert found[f'meed_requests_total{{method="POST",route="{route}",status="422"}}'] == "1"
    assert found[f'meed_requests_total{{method="GET",route="{route}",status="404"}}'] == "1"
    assert found['meed_requests_total{method="-",route="-",status="404"}'] == "1"
    assert found['meed_requests_total{method="-",route="-",status="405"}'] == "1"
    assert found[f'meed_request_seconds_count{{route="{route}"}}'] == "5"
    assert "secret" not in answer.text
    assert named not in answer.text


@pytest.mark.parametrize("lane", ["reading", "working", "writing"])
def test_who_waits_is_shown_by_lane(office: Office, lane: str) -> None:
    with office.client() as client:
        found = samples(client.get("/metrics").text)
    assert found[f'meed_requests_under_way{{lane="{lane}"}}'] == ("1" if lane == "reading" else "0")


def test_the_journal_and_its_clock_are_shown(office: Office) -> None:
    with office.client() as client:
        ask(client, "L1")
        found = samples(client.get("/metrics").text)
    assert (found["meed_journal_entries"], found["meed_overdue_seconds"]) == ("2", "0")


def test_the_fact_of_a_request_is_nowhere(office: Office) -> None:
    with office.client() as client:
        client.post("/v1/decisions/lead", json={"request_id": "hush-1", "fact": lead("HUSH")})
        assert "HUSH" not in client.get("/metrics").text.upper()
