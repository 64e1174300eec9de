import gzip
import json
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from packaging.requirements import Requirement
from structlog.testing import capture_logs

from doors import HERE, ID, TOKEN, opened, programme
from events.memory import MemoryStore
from events.store import History
from night import LIVE, START, as_json, moment
from servers import RunningServer, environment
from web.observed.otel import OtelTraces
from web.observed.traces import NO_TRACES, traces_of

ROOT = Path(__file__).resolve().parent.parent
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
EVENTS = "/api/ceremonies/{ceremony}/events"


class Kept:
    """Traces that stay in memory."""

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.traces = OtelTraces(provider)

    def named(self, name: str) -> ReadableSpan:
        (span,) = [each for each in self.all() if each.name == name]
        return span

    def all(self) -> tuple[ReadableSpan, ...]:
        return self._exporter.get_finished_spans()


def parent_of(span: ReadableSpan) -> int | None:
    return span.parent.span_id if span.parent else None


def own(span: ReadableSpan) -> int:
    context = span.get_span_context()
    assert context is not None
    return context.span_id


@pytest.mark.anyio
async def test_a_post_is_one_trace_down_to_the_frame() -> None:
    kept = Kept()
    async with opened(*LIVE, traces=kept.traces) as doors:
        await doors.client.post(
            f"{HERE}/events",
            json=as_json(moment()),
            headers={"Authorization": f"Bearer {TOKEN}", "traceparent": PARENT},
        )
    request, append = kept.named(f"POST {EVENTS}"), kept.named("append")
    assert parent_of(request) == int(PARENT.split("-")[2], 16)
    assert parent_of(append) == own(request)
    for name in ("project", "publish"):
        assert parent_of(kept.named(name)) == own(append)
    ids = {span.context.trace_id for span in kept.all() if span.context}
    assert ids == {int(PARENT.split("-")[1], 16)}
    assert request.attributes is not None
    assert request.attributes["http.response.status_code"] == 201
    assert append.attributes == {"tracker.ceremony": ID, "tracker.version": START + 1}


@pytest.mark.anyio
async def test_the_trace_that_a_stranger_names_is_not_gone_on_with() -> None:
    kept = Kept()
    async with opened(*LIVE, traces=kept.traces) as doors:
        transport = httpx.ASGITransport(doors.tracker, client=("203.0.113.9", 4711))
        async with httpx.AsyncClient(transport=transport, base_url="http://tracker") as client:
            await client.get(f"{HERE}/board", headers={"traceparent": PARENT})
    (request,) = kept.all()
    assert request.parent is None
    assert request.context is not None
    assert request.context.trace_id != int(PARENT.split("-")[1], 16)


@pytest.mark.anyio
async def test_a_request_is_named_by_its_route_and_its_path_is_kept_out() -> None:
    kept = Kept()
    async with opened(*LIVE, traces=kept.traces) as doors:
        await doors.get(f"{HERE}/board?at=3")
        await doors.get("/nowhere/at/all/secret-word")
        for quiet in ("/healthz", "/readyz", "/metrics"):
            await doors.get(quiet)
    names = {span.name for span in kept.all()}
    assert names == {"GET /api/ceremonies/{ceremony}/board", "GET none"}
    assert "secret-word" not in " ".join(span.to_json() for span in kept.all())


class Broken(MemoryStore):
    broken = False

    async def histories(self) -> Sequence[History]:
        if self.broken:
            raise RuntimeError("made up")
        return await super().histories()

    async def current(self, ceremony: str) -> History:
        if self.broken:
            raise RuntimeError("made up")
        return await super().current(ceremony)


@pytest.mark.anyio
async def test_a_fault_of_ours_is_an_error_of_the_trace() -> None:
    kept, store = Kept(), Broken()
    async with opened(*LIVE, store=store, traces=kept.traces) as doors:
        store.broken = True
        answer = await doors.post(moment())
        assert answer.status_code == 500
    span = kept.named(f"POST {EVENTS}")
    assert not span.status.is_ok


@contextmanager
def collector() -> Iterator[tuple[str, list[ExportTraceServiceRequest]]]:
    """Run what takes traces, and yield its address and what came."""
    came: list[ExportTraceServiceRequest] = []

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            assert self.path == "/v1/traces"
            came.append(ExportTraceServiceRequest.FromString(body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Taking) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", came
        server.shutdown()


def test_a_server_sends_its_traces_to_the_endpoint_that_is_named(tmp_path: Path) -> None:
    with (
        collector() as (url, came),
        RunningServer(tmp_path, TRACKER_BUNDLED="0", OTEL_EXPORTER_OTLP_ENDPOINT=url) as server,
    ):
        named = {**server.headers, "traceparent": PARENT}
        with httpx.Client(base_url=server.url, headers=named) as client:
            assert client.post("/api/ceremonies", json=programme()).status_code == 201
            assert client.post(f"{HERE}/events", json=as_json(moment())).status_code == 201
        server.stop()
    spans = {
        span.name
        for request in came
        for each in request.resource_spans
        for scope in each.scope_spans
        for span in scope.spans
    }
    assert {f"POST {EVENTS}", "begin", "append", "project", "publish"} <= spans
    attributes = {
        item.key: item.value.string_value
        for request in came
        for each in request.resource_spans
        for item in each.resource.attributes
    }
    assert attributes["service.name"] == "awards-night-tracker"
    (line,) = [
        told
        for told in map(json.loads, server.log.read_text().splitlines())
        if told["event"] == "appended"
    ]
    assert line["trace"] == PARENT.split("-")[1]


def test_the_gate_has_what_the_extra_brings() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    extra = project["project"]["optional-dependencies"]["otel"]
    assert set(extra) <= {str(each) for each in project["dependency-groups"]["dev"]}
    for each in extra:
        name = Requirement(each).name
        assert f"\n{name}==" in (ROOT / "requirements-dev.lock").read_text()
        assert name not in (ROOT / "requirements.lock").read_text(), "not for everybody"


def test_without_an_endpoint_nothing_is_imported() -> None:
    found = (
        "import sys, web.server; print([n for n in sys.modules if n.startswith('opentelemetry')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", found],
        check=True,
        capture_output=True,
        text=True,
        env=environment(),
    )
    assert done.stdout.strip() == "[]"
    assert traces_of({}) is NO_TRACES
    assert traces_of({"OTEL_EXPORTER_OTLP_ENDPOINT": " "}) is NO_TRACES


def test_an_endpoint_without_the_extra_is_told_and_stops_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "web.observed.otel")
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    with capture_logs() as logged:
        assert traces_of({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}) is NO_TRACES
    assert "awards-night-tracker[otel]" in logged[0]["event"]
