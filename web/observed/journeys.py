"""What becomes of an append on its way to the viewers: timed, and traced where asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter
from typing import Final, NamedTuple

from events.store import History
from web.guarded import attempt
from web.observed.figures import Figures
from web.observed.traces import NO_TRACES, Facts, Place, Traces
from web.sockets.pace import Flush, Pacing

_FAILED: Final = "measurement failed"
_MOST_UNDER_WAY: Final = 1024
"""Journeys that are waited for; only where a board has stopped does none of them arrive."""


class _Journey(NamedTuple):
    began: float
    place: Place


class Journeys:
    """
    Appends that no viewer has been shown yet, by history and version.

    What other processes appended, and what was in the log before, has no journey here: nobody
    knows when it was posted.
    """

    def __init__(
        self,
        figures: Figures,
        traces: Traces = NO_TRACES,
        *,
        clock: Callable[[], float] = perf_counter,
    ) -> None:
        """
        Args:
            figures: What is observed into.
            traces: Where spans go.
            clock: In seconds; only differences matter.
        """
        self._figures: Final = figures
        self._traces: Final = traces
        self._clock: Final = clock
        self._under_way: Final[dict[tuple[History, int], _Journey]] = {}
        self._arriving: _Journey | None = None
        self._end_of_projecting: Callable[[], None] | None = None

    @contextmanager
    def appending(self, history: History, versions: Sequence[int]) -> Iterator[None]:
        """Time an append; the journeys of its versions begin with it, unless it fails."""
        began = self._clock()
        if len(self._under_way) > _MOST_UNDER_WAY:
            self._under_way.clear()
        facts: Facts = {"tracker.ceremony": history.ceremony, "tracker.version": versions[-1]}
        with self._traces.span("append", facts) as place:
            # Before the append is through, since its events may be published before it returns.
            self._under_way.update(
                ((history, version), _Journey(began, place)) for version in versions
            )
            try:
                yield
            except BaseException:
                for version in versions:
                    self._under_way.pop((history, version), None)
                raise
        attempt(_FAILED, self._figures.append_seconds.observe, self._clock() - began)

    @contextmanager
    def beginning(self, ceremony: str) -> Iterator[None]:
        """Time the append that begins a history; its viewers are given a keyframe, no frame."""
        began = self._clock()
        with self._traces.span("begin", {"tracker.ceremony": ceremony}):
            yield
        attempt(_FAILED, self._figures.append_seconds.observe, self._clock() - began)

    @contextmanager
    def arriving(self, history: History, version: int) -> Iterator[None]:
        """Go on with a journey while its event is projected and given to the feed."""
        journey = self._under_way.pop((history, version), None)
        if journey is None:
            yield
            return
        self._arriving = journey
        self._end_of_projecting = self._begin("project", journey)
        try:
            yield
        finally:
            self._projected()
            self._arriving = None

    def paced(self, pace: Pacing) -> Pacing:
        """Return a feed's pace, with the journeys of what it writes brought to their end."""
        waiting: list[tuple[_Journey, Callable[[], None]]] = []

        def arrive(flush: Flush) -> None:
            try:
                flush()
            finally:
                now, arrived = self._clock(), waiting.copy()
                waiting.clear()
                for journey, end in arrived:
                    attempt(_FAILED, self._figures.publish_seconds.observe, now - journey.began)
                    attempt(_FAILED, end)

        def watched(flush: Flush) -> None:
            if self._arriving is not None:
                self._projected()
                waiting.append((self._arriving, self._begin("publish", self._arriving)))
            pace(lambda: arrive(flush))

        return watched

    def _begin(self, name: str, journey: _Journey) -> Callable[[], None]:
        """Begin a span; one that cannot begin holds up no frame."""
        ends: list[Callable[[], None]] = []
        attempt(_FAILED, lambda: ends.append(self._traces.begin(name, journey.place)))
        return ends[0] if ends else _nothing

    def _projected(self) -> None:
        if self._end_of_projecting is not None:
            attempt(_FAILED, self._end_of_projecting)
            self._end_of_projecting = None


def _nothing() -> None:
    pass
