"""Spans around requests, where they are wanted; without, nothing of OpenTelemetry is there."""

import subprocess
import sys

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from meed.service.app import create_app
from meed.service.observing.tracing import Tracing

from .api import HOST, Office, TestClient, ask

OUTSIDE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


def traced(office: Office, exporter: InMemorySpanExporter) -> TestClient:
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    app = create_app(office.settings(), office.clock, tracing=Tracing(provider))
    return TestClient(app, base_url=HOST, raise_server_exceptions=False)


def test_a_request_is_a_span_within_that_of_its_caller(office: Office, exporter: InMemorySpanExporter) -> None:
    with traced(office, exporter) as client:
        client.headers["traceparent"] = OUTSIDE
        ask(client, "HUSH")
        client.get("/nowhere")
    spans = [span for span in exporter.get_finished_spans() if span.kind.name == "SERVER"]
    decided, lost = spans
    assert decided.name == "/v1/decisions/{name}"
    assert decided.attributes == {
        "http.request.method": "POST", "http.response.status_code": 200, "http.route": "/v1/decisions/{name}",
        "meed.entry": 2,
    }  # fmt: skip
    assert decided.context is not None
    assert decided.parent is not None
    assert f"{decided.context.trace_id:032x}" == OUTSIDE[3:35]
    assert f"{decided.parent.span_id:016x}" == OUTSIDE[36:52]
    assert lost.attributes is not None
    assert lost.attributes["http.response.status_code"] == 404
    assert all("HUSH" not in span.to_json() for span in exporter.get_finished_spans())


def test_deciding_and_writing_are_spans_of_their_own(office: Office, exporter: InMemorySpanExporter) -> None:
    with traced(office, exporter) as client:
        ask(client, "L1")
    spans = {span.name: span for span in exporter.get_finished_spans()}
    decide, request = spans["meed.decide"], spans["/v1/decisions/{name}"]
    assert decide.parent is not None
    assert request.context is not None
    assert decide.parent.span_id == request.context.span_id
    assert decide.attributes == {"meed.point": "lead"}
    assert spans["meed.commit"].attributes == {"meed.requests": 1}


def test_without_it_nothing_of_it_is_imported() -> None:
    """The web framework itself looks at the interface of OpenTelemetry; the rest is nobody's business."""
    program = (
        "import sys; from meed.service.observing.tracing import Tracing\n"
        "with Tracing().span('x'): print([name for name in sys.modules if name.startswith('opentelemetry')])\n"
        "import meed.service.server\n"
        "print([name for name in sys.modules if name.startswith(('opentelemetry.sdk', 'opentelemetry.exporter'))])"
    )
    made = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert made.stdout == "[]\n[]\n"
