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
from replay.capture import capture
from replay.recording import Header, bundled, line, load, recorded

pytestmark = pytest.mark.anyio

START = "2025-03-03T00:00:00.000Z"


async def stream(events: Iterable[Recorded]) -> AsyncIterator[Recorded]:
    for each in events:
        yield each


def night(minutes: Iterable[float]) -> list[Recorded]:
    """Return a started ceremony, with a moment at each of these minutes from its start."""
    facts: list[tuple[float, Event]] = [
        (-120.0, CeremonyScheduled("Gala", START)),
        (0.5, CeremonyStarted()),
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


async def test_offsets_are_the_show_time_at_which_each_event_came() -> None:
    recording = load(await captured(night([3.0, 2.0, 4.0])))
    assert recording.times == [0, 30_000, 180_000, 180_000, 240_000]
    late = [cue.occurred_at for cue in recording.cues]
    assert late == [
        "2025-03-02T22:00:00.000Z",
        UNSET,
        UNSET,
        "2025-03-03T00:02:00.000Z",
        UNSET,
    ]


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
