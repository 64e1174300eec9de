"""A live stream becomes a recording: the inverse of `replay.recording.recorded`."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator

from msgspec import UNSET

from events.ceremony import CeremonyScheduled, CeremonyStarted
from events.recorded import Recorded
from events.timestamp import from_ms, to_ms
from replay.recording import Cue, Header


async def capture(stream: AsyncIterable[Recorded]) -> AsyncIterator[Header | Cue]:
    """
    Yield the header at the first event, and then a cue for each, as the stream brings them.

    The events come back from the recording byte for byte, and so do the times at which they
    occurred; ids, actors and the times of recording belong to the log and stay there. An offset is
    the event's show time: it counts from the start that took place, not from the announced one.

    Args:
        stream: One history from its version 1 on; may still be growing.

    Raises:
        ValueError: It does not begin with the ceremony being scheduled.
    """
    announced = offset = 0
    started: int | None = None
    header: Header | None = None
    async for recorded in stream:
        if header is None:
            header = _header(recorded)
            announced = to_ms(header.starts_at)
            yield header
        occurred = to_ms(recorded.occurred_at)
        if started is None and isinstance(recorded.event, CeremonyStarted):
            started = occurred
        if started is not None:
            offset = max(offset, occurred - started)
        yield Cue(
            offset=offset,
            event=recorded.event,
            occurred_at=UNSET if occurred == announced + offset else from_ms(occurred),
        )


def _header(first: Recorded) -> Header:
    event = first.event
    if first.version != 1 or not isinstance(event, CeremonyScheduled):
        raise ValueError(
            f"A recording begins with version 1, ceremony-scheduled, not version {first.version};"
            " read the history from its beginning."
        )
    return Header(1, first.ceremony, event.name, event.starts_at)
