"""The figures of the server for Prometheus."""

from __future__ import annotations

import asyncio

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    GCCollector,
    ProcessCollector,
    generate_latest,
)

from web.observed.standing import Standing, state_of
from web.parts import Parts


def metrics_route(parts: Parts) -> HTTPRouteHandler:
    """Return the handler of /metrics."""
    machine = CollectorRegistry()
    ProcessCollector(registry=machine)
    GCCollector(registry=machine)

    @get("/metrics", include_in_schema=False)
    async def metrics() -> Response[bytes]:
        standing = CollectorRegistry(auto_describe=False)
        standing.register(Standing(parts, await state_of(parts.store)))
        pages = [generate_latest(standing), generate_latest(parts.figures.registry)]
        # To count ten thousand file descriptors takes 10 ms, for which no viewer should wait.
        pages.append(await asyncio.to_thread(generate_latest, machine))
        return Response(
            b"".join(pages),
            headers={"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"},
        )

    return metrics
