from collections.abc import AsyncIterator, Iterable
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import replace

from events.ceremony import CeremonyScheduled, CeremonyStarted, Event, MomentNoted
from events.codec import encode
from events.recorded import Recorded
from events.timestamp import from_ms, to_ms
from night import projections
from replay.capture import capture
from replay.recording import Header, bundled, line, load, recorded

pytestmark = pytest.mark.anyio

START = "2025-03-03T00:00:00.000Z"


async def stream(events: Iterable[Recorded]) -> AsyncIterator[Recorded]:
    for each in events:
        yield each


def night(minutes: Iterable[float], begun: float = 0.5) -> list[Recorded]:
    """Return a ceremony begun and noted at these minutes from its announced start."""
    facts: list[tuple[float, Event]] = [
        (-120.0, CeremonyScheduled("Gala", START)),
        (begun, CeremonyStarted()),
    ]
    facts += [(minute, MomentNoted("speech", f"At {minute}")) for minute in minutes]
    return [
        Recorded(
            ceremony="gala",
            version=version,
            id=f"id-{version}",
            occurred_at=from_ms(to_ms(START) + round(minute * 60_000)),
            recorded_at="2025-03-03T09:00:00.000Z",
            event=event,
            actor="maya",
        )
        for version, (minute, event) in enumerate(facts, start=1)
    ]


async def captured(events: Iterable[Recorded]) -> list[bytes]:
    """Return the lines of the file."""
    return [line(part) async for part in capture(stream(events))]


def again(lines: Iterable[bytes]) -> list[Recorded]:
    """Import a file, as another log would."""
    ids = (f"new-{number}" for number in count(1))
    return recorded(load(lines), lambda: next(ids), "2026-01-01T00:00:00.000Z", UNSET)


def played(events: Iterable[Recorded]) -> list[bytes]:
    """Return what a log holds of the night itself."""
    return [encode(replace(each, id="", recorded_at=START, actor=UNSET)) for each in events]


@pytest.mark.parametrize("ceremony", ["oscars-97", "oscars-89"])
async def test_a_bundled_night_captured_and_imported_again_is_byte_equal(ceremony: str) -> None:
    original = recorded(bundled()[ceremony], lambda: "id", START, "maya")
    assert played(again(await captured(original))) == played(original)


@given(st.lists(st.floats(-300, 300), max_size=8))
async def test_any_times_come_back_even_those_before_the_start_or_noted_late(
    minutes: list[float],
) -> None:
    original = night(minutes)
    assert played(again(await captured(original))) == played(original)


@pytest.mark.parametrize("begun", [0.0, 0.5, -31.0, -600.0, 40.0])
async def test_offsets_are_the_show_time_at_which_each_event_came(begun: float) -> None:
    told = night([begun + 3.0, begun + 2.0, begun + 4.0], begun=begun)
    recording = load(await captured(told))
    assert recording.times == [0, 0, 180_000, 180_000, 240_000]
    assert recording.times == [each.t for each in projections(told)[1:]]
    again_told = again(await captured(told))
    assert recording.times == [each.t for each in projections(again_told)[1:]]


async def test_a_time_is_written_out_where_it_is_not_the_announced_start_and_the_offset() -> None:
    on_time = load(await captured(night([3.0, 2.0], begun=0.0)))
    assert [cue.occurred_at for cue in on_time.cues] == [
        "2025-03-02T22:00:00.000Z",
        UNSET,
        UNSET,
        "2025-03-03T00:02:00.000Z",
    ]
    late = load(await captured(night([43.0], begun=40.0)))
    assert [cue.occurred_at for cue in late.cues] == [
        "2025-03-02T22:00:00.000Z",
        "2025-03-03T00:40:00.000Z",
        "2025-03-03T00:43:00.000Z",
    ]


async def test_a_night_started_long_before_an_announced_start_at_the_end_of_time_comes_back() -> (
    None
):
    far = [
        replace(each, event=replace(each.event, starts_at="9999-12-31T23:59:59.000Z"))
        if isinstance(each.event, CeremonyScheduled)
        else each
        for each in night([60.0])
    ]
    assert played(again(await captured(far))) == played(far)


async def test_the_header_names_the_night_and_nobody_who_posted() -> None:
    lines = await captured(night([1.0]))
    assert load(lines).header == Header(1, "gala", "Gala", START)
    assert b"maya" not in b"".join(lines)


async def test_a_live_stream_is_captured_as_it_comes() -> None:
    heard: list[int] = []

    async def live() -> AsyncIterator[Recorded]:
        for each in night([1.0]):
            heard.append(each.version)
            yield each

    parts = capture(live())
    assert isinstance(await anext(parts), Header)
    assert heard == [1]
    await anext(parts)
    await anext(parts)
    assert heard == [1, 2]


async def test_a_stream_that_begins_in_the_middle_is_refused() -> None:
    with pytest.raises(ValueError, match="version 2"):
        await captured(night([])[1:])
