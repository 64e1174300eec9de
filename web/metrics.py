"""The night's figures for Prometheus, read from the feeds and nights when asked."""

from __future__ import annotations

from collections.abc import Iterator

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from web.nights.nights import Nights
from web.sockets.feed import Feeds


class _FeedCollector(Collector):
    def __init__(self, feeds: Feeds, nights: Nights) -> None:
        self._feeds = feeds
        self._nights = nights

    def collect(self) -> Iterator[Metric]:
        label = ["ceremony"]
        version = GaugeMetricFamily("tracker_version", "Version the feed shows.", labels=label)
        viewers = GaugeMetricFamily("tracker_viewers", "Live viewers now.", labels=label)
        slow = GaugeMetricFamily("tracker_slow_viewers", "Viewers being skipped.", labels=label)
        joins = CounterMetricFamily("tracker_joins", "Viewers that ever joined.", labels=label)
        frames = CounterMetricFamily("tracker_frames_out", "Frames delivered.", labels=label)
        resyncs = CounterMetricFamily("tracker_resyncs", "Keyframes for frames.", labels=label)
        aborted = CounterMetricFamily("tracker_aborted", "Dropped for not reading.", labels=label)
        for feed in self._feeds:
            name = [feed.ceremony]
            version.add_metric(name, feed.version)
            viewers.add_metric(name, feed.viewers)
            slow.add_metric(name, feed.slow)
            joins.add_metric(name, feed.joins)
            frames.add_metric(name, feed.frames_out)
            resyncs.add_metric(name, feed.resyncs)
            aborted.add_metric(name, feed.aborted)
        broken = GaugeMetricFamily("tracker_broken_projections", "Boards that stopped.")
        broken.add_metric([], len(self._nights.broken))
        yield broken
        yield from (version, viewers, slow, joins, frames, resyncs, aborted)


def metrics_route(feeds: Feeds, nights: Nights) -> HTTPRouteHandler:
    """Return the handler of /metrics."""
    registry = CollectorRegistry()
    registry.register(_FeedCollector(feeds, nights))

    @get("/metrics", include_in_schema=False, sync_to_thread=False)
    def metrics() -> Response[bytes]:
        return Response(
            generate_latest(registry),
            headers={"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"},
        )

    return metrics
