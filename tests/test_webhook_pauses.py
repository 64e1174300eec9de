"""When to try again: exponential backoff with jitter, or when the receiver says."""

import pytest

from web.webhooks.pauses import FIRST_PAUSE, LONGEST_ASKED, LONGEST_PAUSE, asked_pause, pause_before

NOW = 1_741_003_200_000  # 2025-03-03T12:00:00Z


@pytest.mark.parametrize("attempt", [0, 1, 2, 5, 8, 9, 30, 10_000])
def test_a_pause_is_spread_over_the_upper_half_of_a_doubling_limit(attempt: int) -> None:
    longest = min(FIRST_PAUSE * 2 ** min(attempt, 9), LONGEST_PAUSE)

    assert pause_before(attempt, lambda: 0.0) == longest / 2
    assert pause_before(attempt, lambda: 0.5) == longest * 3 / 4
    assert pause_before(attempt, lambda: 1.0) == longest


def test_two_receivers_that_fail_together_are_not_tried_together() -> None:
    assert len({pause_before(9) for _ in range(20)}) > 10
    assert len({asked_pause("60", NOW) for _ in range(20)}) > 10


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("0", FIRST_PAUSE),
        ("999999", LONGEST_ASKED),
        ("9" * 400, LONGEST_ASKED),
        ("Mon, 03 Mar 2025 12:02:00 GMT", 120),
        ("Monday, 03-Mar-25 12:02:00 GMT", 120),
        ("Mon Mar  3 12:02:00 2025", 120),
        ("Mon, 03 Mar 2025 11:00:00 GMT", FIRST_PAUSE),
        ("Mon, 03 Mar 2125 12:00:00 GMT", LONGEST_ASKED),
    ],
)
def test_what_a_receiver_asks_for_is_waited_and_never_less(asked: str, seconds: float) -> None:
    assert asked_pause(asked, NOW, lambda: 0.0) == seconds
    assert asked_pause(asked, NOW, lambda: 1.0) == pytest.approx(1.1 * seconds)


@pytest.mark.parametrize(
    "asked",
    ["", "soon", "-5", "1.5", "²", "٣", "1e9", "Mon, 99 Mar 2025 12:02:00 GMT", "\xff", "0x10"],
)
def test_what_says_no_time_is_no_wish(asked: str) -> None:
    assert asked_pause(asked, NOW) is None
