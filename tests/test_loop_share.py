from collections.abc import Callable

from structlog.testing import capture_logs

from web.sockets.loop_share import SHARE, SLICE_SECONDS, LoopShare


class Loop:
    """A loop whose time passes by the work that is done in it, and by waiting for its calls."""

    def __init__(self) -> None:
        self.now = 100.0
        self.calls: list[tuple[float, Callable[[], None]]] = []
        self.share = LoopShare(lambda: self.now, self.later)

    def later(self, seconds: float, call: Callable[[], None]) -> None:
        self.calls.append((self.now + seconds, call))

    def work(self, seconds: float, more: Callable[[], None] = lambda: None) -> Callable[[], None]:
        def turn() -> None:
            self.now += seconds
            more()

        return turn

    def step(self) -> float:
        """Make the next call, and return for how long it held the loop."""
        when, call = self.calls.pop(0)
        self.now = began = max(self.now, when)
        call()
        return self.now - began


def test_turns_run_in_order_and_not_within_the_call_that_queues_them() -> None:
    loop, ran = Loop(), list[int]()
    for number in range(3):
        loop.share.queue(loop.work(0.0001, lambda number=number: ran.append(number)))  # type: ignore[misc]  # a default that mypy does not see
    assert ran == []
    loop.step()
    assert ran == [0, 1, 2]
    assert loop.calls == []


def test_a_slice_ends_after_a_millisecond_and_the_rest_is_three_times_as_long() -> None:
    loop = Loop()
    for _ in range(1000):
        loop.share.queue(loop.work(0.0003))
    began, worked, longest = loop.now, 0.0, 0.0
    while loop.calls:
        took = loop.step()
        worked, longest = worked + took, max(longest, took)
    assert longest < SLICE_SECONDS + 0.0003
    assert worked <= (loop.now - began) * SHARE + 2 * SLICE_SECONDS


def test_what_queues_again_at_once_takes_no_more_than_the_share_and_keeps_nobody_out() -> None:
    loop, ran = Loop(), list[str]()

    def greedy() -> None:
        loop.now += 0.0002
        loop.share.queue(greedy)

    began = loop.now
    loop.share.queue(greedy)
    loop.share.queue(loop.work(0.0, lambda: ran.append("the other")))
    worked = sum(loop.step() for _ in range(1000))
    assert ran == ["the other"]
    assert worked <= (loop.now - began) * SHARE + 2 * SLICE_SECONDS


def test_short_turns_that_come_one_by_one_are_not_delayed_but_counted() -> None:
    loop = Loop()
    waited = []
    for _ in range(100):
        loop.share.queue(loop.work(0.0002))
        asked = loop.now
        took = loop.step()
        waited.append(loop.now - took - asked)
    assert waited[0] == 0
    assert max(waited) > SLICE_SECONDS  # a flood of them has to rest as well


def test_a_turn_that_fails_is_logged_and_takes_no_other_along() -> None:
    loop, ran = Loop(), list[str]()

    def fail() -> None:
        raise LookupError("a fault")

    loop.share.queue(fail)
    loop.share.queue(loop.work(0.0, lambda: ran.append("the other")))
    with capture_logs() as logged:
        loop.step()
    assert ran == ["the other"]
    assert [line["event"] for line in logged] == ["a turn failed"]
