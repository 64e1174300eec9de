import pytest
from structlog.testing import capture_logs

from web.desk.limits import GUESSES_PER_SECOND, Limit, Limits
from web.errors import ProblemError


class Clock:
    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def taken(limit: Limit, who: str, tries: int) -> int:
    count = 0
    for _ in range(tries):
        try:
            limit.take(who)
        except ProblemError:
            continue
        count += 1
    return count


def test_a_bucket_holds_a_seconds_worth_and_fills_up_again() -> None:
    clock = Clock()
    limit = Limit(10, clock=clock)
    assert taken(limit, "maya", 50) == 10
    clock.seconds += 0.3
    assert taken(limit, "maya", 50) == 3
    clock.seconds += 60
    assert taken(limit, "maya", 50) == 10, "a long pause is worth no more"


def test_one_does_not_empty_the_bucket_of_another() -> None:
    limit = Limit(10, clock=Clock())
    assert taken(limit, "maya", 50) == 10
    assert taken(limit, "max", 5) == 5


def test_a_rate_below_one_a_second_lets_one_in_at_a_time() -> None:
    clock = Clock()
    limit = Limit(0.5, clock=clock)
    assert taken(limit, "maya", 5) == 1
    clock.seconds += 2
    assert taken(limit, "maya", 5) == 1


def test_the_refusal_says_when_to_come_back() -> None:
    limit = Limit(10, clock=Clock())
    taken(limit, "maya", 10)
    with pytest.raises(ProblemError) as refused:
        limit.take("maya")
    assert refused.value.name == "too-many-requests"
    assert refused.value.headers == {"Retry-After": "1"}
    assert "10 requests a second" in refused.value.detail


def test_buckets_of_a_flood_of_names_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.desk.limits._MOST", 100)
    clock = Clock()
    limit = Limit(1, clock=clock)
    for number in range(1_000):
        limit.take(f"guest {number}")
        clock.seconds += 0.001
    assert len(limit._full_at) <= 100


def test_guesses_count_by_address_and_loopback_is_left_out() -> None:
    limits = Limits(200, clock=Clock())
    for _ in range(1_000):
        limits.guessed("127.0.0.1")
        limits.guessed("::1")
        limits.guessed(None)
    for _ in range(GUESSES_PER_SECOND):
        limits.guessed("192.0.2.7")
    with pytest.raises(ProblemError):
        limits.guessed("192.0.2.7")
    limits.guessed("192.0.2.8")


def test_a_network_of_ipv6_guesses_as_one_and_this_machine_is_left_out() -> None:
    limits = Limits(200, clock=Clock())
    for number in range(GUESSES_PER_SECOND):
        limits.guessed(f"2001:db8::{number:x}")
    with pytest.raises(ProblemError):
        limits.guessed("2001:db8::ffff:1")
    limits.guessed("2001:db8:0:1::1")
    for _ in range(GUESSES_PER_SECOND):
        limits.guessed("::ffff:192.0.2.7")
    limits.guessed("::ffff:192.0.2.8")


def test_the_first_refusal_of_a_flood_is_logged() -> None:
    with capture_logs() as logged:
        taken(Limit(10, clock=Clock()), "192.0.2.7", 50)
    assert [each["who"] for each in logged] == ["192.0.2.7"]
