from collections.abc import Callable

import pytest

from web.sockets.pace import LONGEST_REST, Pace


class Evening:
    """A clock that moves only while something is flushed, and timers that ring when told to."""

    def __init__(self, flush_takes: float) -> None:
        self.now = 100.0
        self.flushes = 0
        self.waiting: list[tuple[float, Callable[[], None]]] = []
        self.pace = Pace(lambda: self.now, lambda *timer: self.waiting.append(timer))
        self._takes = flush_takes

    def publish(self) -> None:
        self.pace(self._flush)

    def ring(self) -> float:
        """Let the one timer ring, and return how long it was set for, in seconds."""
        ((seconds, action),) = self.waiting
        self.waiting.clear()
        self.now += seconds
        action()
        return seconds

    def _flush(self) -> None:
        self.flushes += 1
        self.now += self._takes


def test_a_frame_that_comes_alone_goes_out_at_once() -> None:
    evening = Evening(flush_takes=0.060)
    evening.publish()
    evening.now += LONGEST_REST
    evening.publish()
    assert (evening.flushes, evening.waiting) == (2, [])


@pytest.mark.parametrize(("took", "rest"), [(0.005, 0.005), (0.060, LONGEST_REST)])
def test_what_comes_during_the_rest_waits_for_its_end_and_goes_out_once(
    took: float, rest: float
) -> None:
    evening = Evening(flush_takes=took)
    for _ in range(3):
        evening.publish()
    assert evening.flushes == 1
    assert evening.ring() == pytest.approx(rest)
    assert (evening.flushes, evening.waiting) == (2, [])
    evening.publish()
    assert (evening.flushes, len(evening.waiting)) == (2, 1)
