"""What is counted as it happens; standing.py reads all else from where it is kept."""

from __future__ import annotations

from collections import Counter
from typing import Final

import prometheus_client
from prometheus_client import CollectorRegistry, Histogram

_MILLISECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
"""Upper bounds in seconds: from one commit on a good disk to what people telephone about."""
_APPEND: Final = "/api/ceremonies/{ceremony}/events"
_ANSWERS: Final = (0.005, 0.01, 0.025, 0.1, 0.5, 2.5)

# The time at which each counter was born would double the page, and answers no question.
prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]  # the library's


class Figures:
    """
    The histograms and counts of one server.

    Attributes:
        append_seconds: From the desk's append until the log has it for good.
        publish_seconds: From the desk's append until the frame was written to all who follow.
        loop_late_seconds: How much later than due the loop's timer came.
        request_seconds: Until the head of an answer, by route; so a stream counts when it opens.
        requests: Answers by method, route and status.
    """

    def __init__(self) -> None:
        self.registry: Final = CollectorRegistry()
        self.append_seconds: Final = Histogram(
            "tracker_append_seconds",
            "Time the log took for an append.",
            buckets=_MILLISECONDS,
            registry=self.registry,
        )
        self.publish_seconds: Final = Histogram(
            "tracker_publish_seconds",
            "Time from the append to the frame written to all who follow.",
            buckets=_MILLISECONDS,
            registry=self.registry,
        )
        self.loop_late_seconds: Final = Histogram(
            "tracker_loop_late_seconds",
            "How late the event loop's timer was.",
            buckets=_MILLISECONDS,
            registry=self.registry,
        )
        self.request_seconds: Final = Histogram(
            "tracker_http_request_seconds",
            "Time to the head of the answer.",
            ["route"],
            buckets=_ANSWERS,
            registry=self.registry,
        )
        # What is not there before its first fault has not risen by it, as Prometheus sees it; and
        # somebody is called when these rise.
        self.requests: Final[Counter[tuple[str, str, str]]] = Counter(
            {("POST", _APPEND, "500"): 0, ("POST", _APPEND, "503"): 0}
        )

        self._by_route: Final[dict[str, Histogram]] = {}

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """
        Count an answer.

        Args:
            method: As it was asked.
            route: The template of the path, since there is no end of paths.
            status: Of HTTP.
            seconds: Until its head.
        """
        self.requests[method, route, str(status)] += 1
        observed = self._by_route.get(route)
        if observed is None:
            observed = self._by_route[route] = self.request_seconds.labels(route)
        observed.observe(seconds)
