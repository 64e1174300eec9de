"""A night posted again, event by event at its hour, as a producer would."""

from __future__ import annotations

import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

import msgspec

from events.ceremony import tag_of
from events.codec import encode
from replay.clock import Clock, WallClock
from replay.player import paced
from replay.playhead import Playhead
from tracker.frames import Frame, FramePage
from tracker.wording import cleaned
from web.commands.client import Client, CommandError, Refusal
from web.commands.telling import Tell
from web.ids import new_id

_OTHERS: Final = (
    HTTPStatus.CONFLICT,
    HTTPStatus.PRECONDITION_FAILED,
    HTTPStatus.UNPROCESSABLE_ENTITY,
)


class Interrupted(CommandError):
    """Somebody else began the rehearsal anew, or posts to it as well."""


class Rehearsal(msgspec.Struct, frozen=True):
    """
    A rehearsal that is about to play.

    Attributes:
        ceremony: Its id, with the suffix.
        frames: What is to be posted, by the original's time.
    """

    ceremony: str
    epoch: str
    frames: list[Frame]


class Summary(msgspec.Struct, frozen=True):
    """
    How it went.

    Attributes:
        asked: Times the speed of the night.
        kept: The same, as it came to be.
        latencies: Of each post, in seconds, ascending.
    """

    ceremony: str
    asked: float
    kept: float
    seconds: float
    latencies: list[float]

    def __str__(self) -> str:
        """Say it in a line."""
        return (
            f"{self.ceremony}: {len(self.latencies)} events posted in {self.seconds:.1f} s,"
            f" {self.kept:.1f}x of {self.asked:g}x;"
            f" a post took {self.percentile(50):.1f} ms (p50), {self.percentile(99):.1f} ms (p99)."
        )

    def percentile(self, percent: int) -> float:
        """Return the nearest rank, in milliseconds."""
        rank = max(1, -(-len(self.latencies) * percent // 100))
        return 1000 * self.latencies[rank - 1]


async def begin(client: Client, ceremony: str) -> Rehearsal:
    """
    Begin a rehearsal anew and return what is to be posted to it.

    Raises:
        CommandError: The ceremony has not begun itself, or the server refuses.
    """
    head = await client.get(f"/api/ceremonies/{ceremony}")
    if head["rehearsal"]:
        raise CommandError(f"{ceremony!r} is a rehearsal; rehearse the ceremony itself.")
    if head["phase"] == "scheduled":
        raise CommandError(
            f"{ceremony!r} has not begun, so there is nothing to rehearse; rehearse a past night."
        )
    frames = await _frames(client, head)
    begun = await client.post(
        f"/api/ceremonies/{ceremony}/rehearsals", b"", key=f"rehearse-{new_id()}"
    )
    after: int = begun.body["version"]
    return Rehearsal(begun.body["id"], begun.body["epoch"], frames[after - head["start"] + 1 :])


async def play(
    client: Client,
    rehearsal: Rehearsal,
    *,
    speed: float,
    idle: float | None = None,
    tell: Tell,
    clock: Clock | None = None,
    stopwatch: Callable[[], float] = time.perf_counter,
) -> Summary:
    """
    Post every event when its time has come.

    Args:
        client: Where to.
        rehearsal: What.
        speed: Seconds of the night in a second.
        idle: No gap takes longer than so many seconds of the night.
        tell: Hears of each event.
        clock: What to sleep on.
        stopwatch: In seconds.

    Raises:
        Interrupted: It is not ours alone any more.
        CommandError: The server refuses, or is gone for too long.
    """
    times = [frame.t for frame in rehearsal.frames]
    gap = None if idle is None else idle * 1000
    latencies: list[float] = []
    began = stopwatch()
    head = Playhead(speed=speed, idle=gap)
    async for frame in paced(rehearsal.frames, times, clock or WallClock(), head):
        sent = stopwatch()
        await _post(client, rehearsal, frame)
        latencies.append(stopwatch() - sent)
        tell(tag_of(frame.event))
    seconds = stopwatch() - began
    shown = sum(
        later - earlier if gap is None else min(later - earlier, gap)
        for earlier, later in zip([0, *times], times, strict=False)
    )
    kept = shown / 1000 / max(seconds, 1e-9)
    return Summary(rehearsal.ceremony, speed, kept, seconds, sorted(latencies))


async def _frames(client: Client, head: dict[str, Any]) -> list[Frame]:
    """Return what followed the programme, in frames, since these know the time of the show."""
    ceremony, epoch, size = head["id"], head["epoch"], head["page_size"]
    frames: list[Frame] = []
    for page in range((head["start"] - 1) // size, (head["version"] - 1) // size + 1):
        answer = await client.get(f"/api/ceremonies/{ceremony}/frames/{epoch}/{page}")
        frames += msgspec.convert(answer, FramePage).frames
    return [frame for frame in frames if head["start"] <= frame.version <= head["version"]]


async def _post(client: Client, rehearsal: Rehearsal, frame: Frame) -> None:
    place = f"{rehearsal.ceremony} at version {frame.version}"
    try:
        answer = await client.post(
            f"/api/ceremonies/{rehearsal.ceremony}/events",
            encode(cleaned(frame.event)),  # an older log may hold what the server refuses today
            key=f"rehearse-{rehearsal.epoch}-{frame.version}",
            expected_version=f"{rehearsal.epoch}:{frame.version - 1}",
        )
    except Refusal as refusal:
        if refusal.status not in _OTHERS:
            raise
        raise Interrupted(
            f"Somebody else has begun {rehearsal.ceremony} anew or posts to it as well,"
            f" so this rehearsal stops before version {frame.version} ({refusal})"
        ) from refusal
    if answer.body["version"] != frame.version:
        raise Interrupted(f"Somebody else posted to {place}, so this rehearsal stops there.")
