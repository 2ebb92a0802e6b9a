"""Spans of OpenTelemetry around requests and decisions, where that is wanted (extra `otel`); else nothing at all."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opentelemetry.trace import TracerProvider

__all__ = ["Tracing", "exporting"]

_NOTHING = nullcontext()


class Tracing:
    """Makes spans, or with no provider none: then nothing of OpenTelemetry is imported."""

    def __init__(self, provider: TracerProvider | None = None) -> None:
        self._tracer: Any = None if provider is None else provider.get_tracer("meed")

    @property
    def is_on(self) -> bool:
        """Whether anybody looks."""
        return self._tracer is not None

    def span(self, name: str, **known: str | int) -> AbstractContextManager[Any]:
        """A span around a block, inside the span in which the block runs. What is `known` becomes its attributes."""
        if self._tracer is None:
            return _NOTHING
        return self._tracer.start_as_current_span(name, attributes={f"meed.{key}": it for key, it in known.items()})

    @contextmanager
    def request(self, headers: dict[str, str], method: str) -> Generator[Any]:
        """A span for a request, within the one that the caller names in `traceparent`."""
        from opentelemetry.trace import SpanKind
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        outside = TraceContextTextMapPropagator().extract(headers)
        with self._tracer.start_as_current_span(
            method, context=outside, kind=SpanKind.SERVER, attributes={"http.request.method": method},
            record_exception=False, set_status_on_exception=False,
        ) as span:  # fmt: skip
            yield span


def exporting() -> TracerProvider:
    """A provider that sends spans over OTLP/HTTP, as the environment variables `OTEL_*` say.

    Raises `ModuleNotFoundError` without the extra `otel`.
    """
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider as Provider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = Provider(resource=Resource.create({"service.name": "meed"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider
