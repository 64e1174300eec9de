"""The figures that are read from where they are kept, when somebody asks for them."""

from __future__ import annotations

import asyncio
import platform
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from typing import Final, NamedTuple

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from events.status import Status
from events.store import EventStore, StoreError
from tracker.project import PROJECTOR
from web.parts import Parts
from web.sockets.wires import SOCKET, STREAM, Wire

WIRES: Final[Mapping[str, Wire]] = {"socket": SOCKET, "stream": STREAM}
_CEREMONY: Final = "ceremony"
_SECONDS: Final = 2.0
"""That figures wait for a disk; Prometheus itself waits ten."""
_VERSION: Final = version("awards-night-tracker")

Heads = Mapping[str, int]
"""By ceremony: the version that its log ends with."""


class LogState(NamedTuple):
    """
    Attributes:
        heads: Where every log ends; None where the store cannot be read.
        status: How the store does.
    """

    heads: Heads | None
    status: Status


async def state_of(store: EventStore) -> LogState:
    """Return how a store does, also where its disk does not answer."""
    status = await store.status()
    try:
        async with asyncio.timeout(_SECONDS):
            await store.check()
            histories = await store.histories()
            heads = {history.ceremony: await store.head(history) for history in histories}
    except (StoreError, TimeoutError):
        return LogState(None, status)
    return LogState(heads, status)


class Standing(Collector):
    """
    How things stand at this moment; collected in the event loop.

    Args:
        parts: Of whom.
        log: As `state_of` found it.
    """

    def __init__(self, parts: Parts, log: LogState) -> None:
        self._parts: Final = parts
        self._heads: Final = log.heads
        self._log: Final = log.status

    def collect(self) -> Iterator[Metric]:
        yield _build()
        tasks = GaugeMetricFamily("tracker_tasks", "Tasks of the event loop.")
        tasks.add_metric([], len(asyncio.all_tasks()))
        yield tasks
        yield from self._of_the_log()
        yield from self._boards()
        yield from self._viewers()
        yield from self._producers()
        yield from self._doors()

    def _of_the_log(self) -> Iterator[Metric]:
        for name, about, value in (
            ("tracker_log_writable", "1 while the log takes events.", not self._log.trouble),
            (
                "tracker_log_in_doubt",
                "1 while the log may hold a write that nobody was told of.",
                self._log.in_doubt,
            ),
            (
                "tracker_log_wal_bytes",
                "Size of the log's write-ahead log, which a long reader lets grow.",
                self._log.wal_bytes,
            ),
            (
                "tracker_log_names",
                "Names of the log's file: 0 once it is removed, 2 with a hard link.",
                self._log.names,
            ),
        ):
            gauge = GaugeMetricFamily(name, about)
            gauge.add_metric([], value)
            yield gauge

    def _boards(self) -> Iterator[Metric]:
        readable = GaugeMetricFamily("tracker_log_readable", "1 while the log can be read.")
        readable.add_metric([], self._heads is not None)
        broken = GaugeMetricFamily("tracker_broken_projections", "Boards that stopped.")
        broken.add_metric([], len(self._parts.nights.broken))
        yield readable
        yield broken
        left_out = self._parts.nights.left_out
        heads = (each for each in (self._heads or {}).items() if each[0] not in left_out)
        yield _gauge("tracker_log_version", "Version the log ends with.", heads)
        yield _gauge(
            "tracker_version",
            "Version the feed shows.",
            ((feed.ceremony, feed.version) for feed in self._parts.feeds),
        )

    def _viewers(self) -> Iterator[Metric]:
        feeds = list(self._parts.feeds)
        viewers = GaugeMetricFamily(
            "tracker_viewers", "Live viewers now, by their wire.", labels=[_CEREMONY, "wire"]
        )
        for feed in feeds:
            for name, wire in WIRES.items():
                viewers.add_metric([feed.ceremony, name], feed.viewers_of(wire))
        yield viewers
        yield _gauge(
            "tracker_slow_viewers",
            "Viewers being skipped.",
            ((feed.ceremony, feed.slow) for feed in feeds),
        )
        yield _gauge(
            "tracker_lag_versions",
            "Versions the slowest viewer is behind.",
            ((feed.ceremony, feed.lag) for feed in feeds),
        )
        for name, about, attribute in (
            ("tracker_joins", "Viewers that ever joined.", "joins"),
            ("tracker_frames_out", "Frames delivered.", "frames_out"),
            ("tracker_resyncs", "Keyframes for frames.", "resyncs"),
            ("tracker_aborted", "Viewers dropped for not reading.", "aborted"),
            ("tracker_viewer_faults", "Viewers dropped since writing to them failed.", "failed"),
        ):
            family = CounterMetricFamily(name, about, labels=[_CEREMONY])
            for feed in feeds:
                family.add_metric([feed.ceremony], getattr(feed, attribute))
            yield family

    def _producers(self) -> Iterator[Metric]:
        yield _gauge(
            "tracker_seats",
            "Open desk streams.",
            (
                (night.ceremony, len(self._parts.seats.at(night.ceremony)))
                for night in self._parts.nights
            ),
        )
        standing: Counter[str] = Counter()
        failing: Counter[str] = Counter()
        backlog: Counter[str] = Counter()
        webhooks = self._parts.webhooks
        for webhook in webhooks.all():
            standing[webhook.ceremony] += 1
            failing[webhook.ceremony] += webhook.id in webhooks.failing
            night = self._parts.nights.get(webhook.ceremony)
            cursor = webhooks.cursors.of(webhook.id)
            if night is not None:
                # Of a history before, what is left is not known here; all of this one is.
                told = cursor.version if cursor.history == night.history.number else 0
                backlog[webhook.ceremony] += max(night.version - told, 0)
        yield _gauge("tracker_webhooks", "Addresses that are told of events.", standing.items())
        yield _gauge("tracker_failing_webhooks", "Addresses that do not answer.", failing.items())
        yield _gauge(
            "tracker_webhook_backlog_events", "Events still to be delivered.", backlog.items()
        )

    def _doors(self) -> Iterator[Metric]:
        refused = CounterMetricFamily(
            "tracker_handshakes_refused", "Viewers not let in.", labels=["reason"]
        )
        for reason, count in sorted(self._parts.crowd.refused.items()):
            refused.add_metric([reason], count)
        yield refused
        room = GaugeMetricFamily("tracker_connections_max", "Connections there is room for.")
        room.add_metric([], self._parts.crowd.most)
        yield room
        limits = self._parts.replays.limits
        for name, about, number in (
            ("tracker_replays", "Open replay sockets.", limits.open),
            ("tracker_replays_max", "Replay sockets there is room for.", limits.most),
        ):
            gauge = GaugeMetricFamily(name, about)
            gauge.add_metric([], number)
            yield gauge
        requests = CounterMetricFamily(
            "tracker_http_requests", "Answered requests.", labels=["method", "route", "status"]
        )
        for key, count in sorted(self._parts.figures.requests.items()):
            requests.add_metric(key, count)
        yield requests


def _gauge(name: str, about: str, values: Iterable[tuple[str, int]]) -> Metric:
    family = GaugeMetricFamily(name, about, labels=[_CEREMONY])
    for ceremony, value in values:
        family.add_metric([ceremony], value)
    return family


def _build() -> Metric:
    build = GaugeMetricFamily(
        "tracker_build_info", "What runs here.", labels=["version", "projector", "python"]
    )
    build.add_metric([_VERSION, str(PROJECTOR), platform.python_version()], 1)
    return build
