"""Traces by OpenTelemetry; this module is imported only where they are asked for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from opentelemetry import propagate, trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, StatusCode, format_trace_id

from web.observed.traces import Facts, Headers, Request

_GOODBYE_SECONDS: Final = 3.0
_FAULT: Final = 500


class _Request:
    def __init__(self, span: Span, method: str) -> None:
        self._span: Final = span
        self._method: Final = method

    @property
    def id(self) -> str | None:
        return format_trace_id(self._span.get_span_context().trace_id)

    def answered(self, route: str, status: int) -> None:
        self._span.update_name(f"{self._method} {route}")
        self._span.set_attribute("http.route", route)
        self._span.set_attribute("http.response.status_code", status)
        if status >= _FAULT:
            self._span.set_status(StatusCode.ERROR)


class OtelTraces:
    """Spans of a provider's tracer, named by the semantic conventions of HTTP."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider: Final = provider
        self._tracer: Final = provider.get_tracer("awards-night-tracker")

    @contextmanager
    def request(self, method: str, headers: Headers) -> Iterator[Request]:
        given = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers}
        with self._tracer.start_as_current_span(
            method,
            context=propagate.extract(given),
            kind=SpanKind.SERVER,
            attributes={"http.request.method": method},  # the path as it came may hold a token
        ) as span:
            yield _Request(span, method)

    @contextmanager
    def span(self, name: str, facts: Facts) -> Iterator[Context]:
        with self._tracer.start_as_current_span(name, attributes=facts) as span:
            yield trace.set_span_in_context(span)

    def begin(self, name: str, under: Context) -> Callable[[], None]:
        span = self._tracer.start_span(name, context=under)
        return span.end

    def close(self) -> None:
        # A collector that does not answer would be waited for; the end of a server is not.
        last = threading.Thread(target=self._provider.shutdown, daemon=True)
        last.start()
        last.join(_GOODBYE_SECONDS)


def exported() -> OtelTraces:
    """Return traces that are sent to the endpoint which the standard's own variables name."""
    told = OTELResourceDetector().detect().attributes
    provider = TracerProvider(
        resource=Resource.create({"service.name": "awards-night-tracker", **told})
    )
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return OtelTraces(provider)
