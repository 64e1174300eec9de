import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay.playhead import (
    Control,
    ControlRefused,
    Pause,
    Play,
    Playhead,
    Seek,
    Speed,
    State,
    Step,
    control,
    due,
    position,
)

TIMES = (0, 1000, 1000, 61_000)
"""At one second, two versions at once; then a minute of nothing."""


def played(
    head: Playhead, now: float, times: tuple[int, ...] = TIMES
) -> tuple[Playhead, list[int]]:
    """Play all that is due by `now`."""
    versions: list[int] = []
    while (step := due(times, head, now)).version is not None:
        head = step.head
        versions.append(step.version)
    return step.head, versions


def test_a_version_is_played_when_its_time_has_come() -> None:
    head, versions = played(Playhead(), now=0.999)
    assert versions == [1]
    _, versions = played(head, now=1.0)
    assert versions == [2, 3]


def test_it_says_how_long_to_wait_for_the_next_one() -> None:
    head, _ = played(Playhead(speed=2), now=0.25)
    assert due(TIMES, head, 0.25).wait == 0.25


def test_a_late_look_does_not_delay_what_follows() -> None:
    head, versions = played(Playhead(), now=11.0)
    assert versions == [1, 2, 3]
    assert due(TIMES, head, 11.0).wait == 50.0


def test_a_long_gap_is_cut_to_the_cap_in_time_of_the_recording() -> None:
    head, _ = played(Playhead(speed=2, idle=10_000), now=0.5)
    assert due(TIMES, head, 0.5).wait == 5.0
    _, versions = played(head, now=5.5)
    assert versions == [4]


def test_playing_into_the_end_finishes() -> None:
    head, versions = played(Playhead(), now=61.0)
    assert versions == [1, 2, 3, 4]
    assert head.state == "finished"
    assert due(TIMES, head, 99.0).wait is None


def test_what_is_appended_before_the_end_is_reached_is_played_too() -> None:
    head, _ = played(Playhead(), now=11.0)
    _, versions = played(head, now=62.0, times=(*TIMES, 62_000))
    assert versions == [4, 5]


@pytest.mark.parametrize(
    ("state", "wish", "after"),
    [
        ("playing", Play(), "playing"),
        ("playing", Pause(), "paused"),
        ("playing", Step(), "paused"),
        ("playing", Seek(2), "playing"),
        ("playing", Speed(60), "playing"),
        ("paused", Play(), "playing"),
        ("paused", Pause(), "paused"),
        ("paused", Step(), "paused"),
        ("paused", Seek(2), "paused"),
        ("paused", Speed(60), "paused"),
    ],
)
def test_each_control_leads_to_the_state_of_the_table(
    state: State, wish: Control, after: State
) -> None:
    assert control(TIMES, Playhead(version=1, state=state), wish, 0.5).state == after


@pytest.mark.parametrize("wish", [Play(), Pause(), Step(), Seek(0), Speed(1)])
def test_once_finished_every_control_is_refused(wish: Control) -> None:
    with pytest.raises(ControlRefused, match="finished"):
        control(TIMES, Playhead(version=4, state="finished"), wish, 0.0)


@pytest.mark.parametrize("wish", [Seek(5), Seek(-1), Speed(0.05), Speed(3601), Speed(float("nan"))])
def test_a_control_out_of_range_is_refused(wish: Control) -> None:
    with pytest.raises(ControlRefused):
        control(TIMES, Playhead(), wish, 0.0)


def test_a_step_past_the_end_is_refused() -> None:
    with pytest.raises(ControlRefused, match="last"):
        control(TIMES, Playhead(version=4, state="paused"), Step(), 0.0)


def test_nothing_is_played_while_paused_and_the_rest_of_the_gap_is_kept() -> None:
    head, _ = played(Playhead(), now=0.0)
    head = control(TIMES, head, Pause(), 0.4)
    assert due(TIMES, head, 100.0) == due(TIMES, head, 0.4)
    assert due(TIMES, head, 100.0).wait is None
    head = control(TIMES, head, Play(), 100.0)
    assert due(TIMES, head, 100.0).wait == pytest.approx(0.6)


def test_a_change_of_speed_counts_from_now_on() -> None:
    head, _ = played(Playhead(), now=11.0)
    head = control(TIMES, head, Speed(10), 31.0)
    assert due(TIMES, head, 31.0).wait == pytest.approx(3.0)


def test_after_a_step_or_a_seek_the_next_gap_is_waited_for_in_full() -> None:
    stepped = control(TIMES, Playhead(version=2, elapsed=0.5), Step(), 9.0)
    assert stepped.version == 3
    assert due(TIMES, control(TIMES, stepped, Play(), 9.0), 9.0).wait == 60.0
    assert due(TIMES, control(TIMES, Playhead(), Seek(3), 9.0), 9.0).wait == 60.0


def test_the_position_is_between_the_last_version_and_the_next() -> None:
    head, _ = played(Playhead(speed=10), now=1.0)
    assert position(TIMES, head, 1.0) == 10_000
    assert position(TIMES, head, 5.0) == 45_000 + 5_000
    assert position(TIMES, head, 99.0) == 61_000
    assert position(TIMES, Playhead(), 0.0) == 0
    assert position(TIMES, Playhead(version=4), 99.0) == 61_000


times_of_a_night = st.lists(st.integers(0, 5000), max_size=12).map(
    lambda gaps: tuple(sum(gaps[: place + 1]) for place in range(len(gaps)))
)
wishes = st.one_of(
    st.builds(Play),
    st.builds(Pause),
    st.builds(Step),
    st.builds(Seek, st.integers(0, 14)),
    st.builds(Speed, st.sampled_from([0.1, 0.7, 1.0, 60.0, 3600.0])),
)
moments = st.floats(0.0, 4.0)


@given(
    times_of_a_night,
    st.sampled_from([None, 1.0, 700.0]),
    st.lists(st.tuples(moments, st.one_of(st.none(), wishes)), max_size=30),
)
def test_any_controls_at_any_time_play_each_version_once_and_in_order_since_the_last_seek(
    times: tuple[int, ...], idle: float | None, course: list[tuple[float, Control | None]]
) -> None:
    head, now, expected = Playhead(idle=idle), 0.0, 1
    for passed, wish in course:
        now += passed
        head, versions = played(head, now, times)
        for version in versions:
            assert version == expected
            expected += 1
        if wish is not None:
            try:
                head = control(times, head, wish, now)
            except ControlRefused:
                continue
            if isinstance(wish, Step):
                assert head.version == expected
            expected = head.version + 1
        assert 0 <= position(times, head, now) <= (times[-1] if times else 0)
    while head.state != "finished":
        if head.state == "paused":
            head = control(times, head, Play(), now)
        step = due(times, head, now)
        now += step.wait or 0.0
        head, versions = played(head, now, times)
        assert versions == list(range(expected, expected + len(versions)))
        expected += len(versions)
    assert expected == len(times) + 1


@given(times_of_a_night.filter(bool), st.floats(0.1, 3600.0), st.lists(moments, min_size=1))
def test_looking_often_plays_at_the_same_times_as_looking_once(
    times: tuple[int, ...], speed: float, looks: list[float]
) -> None:
    now, often = 0.0, Playhead(speed=speed)
    for passed in looks:
        now += passed
        often, _ = played(often, now, times)
    once, _ = played(Playhead(speed=speed), now, times)
    assert often.version == once.version
