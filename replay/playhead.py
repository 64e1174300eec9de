"""
Where playback stands: a pure state machine over the times of a recording.

              play      pause     step             seek V         speed S       time
    playing   playing   paused    paused, at V+1   playing at V   playing, S    plays; then finished
    paused    playing   paused    paused, at V+1   paused at V    paused, S     -
    finished  -         -         -                -              -             -

A step past the last version, a seek past it and a speed out of range are refused, and so is
everything once finished.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta
from msgspec.structs import replace

State = Literal["playing", "paused", "finished"]

SLOWEST: Final = 0.1
FASTEST: Final = 3600.0

# In seconds: less is no wait, or a reading too coarse to pass it would be looked at for ever.
_INSTANT: Final = 1e-6


class _Control(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag=str.lower
):
    """What all controls share: they are also the messages that carry them."""


class Play(_Control, frozen=True):
    """Go on."""


class Pause(_Control, frozen=True):
    """Hold still."""


class Step(_Control, frozen=True):
    """Play one more version now, and hold."""


class Seek(_Control, frozen=True):
    """Stand at a version, which counts as played; 0 is before the first."""

    version: Annotated[int, Meta(ge=0)]


class Speed(_Control, frozen=True):
    """Seconds of the recording that pass in a second."""

    speed: Annotated[float, Meta(ge=SLOWEST, le=FASTEST)]


Control = Play | Pause | Step | Seek | Speed

_TRANSITIONS: Final[dict[type[Control], dict[State, State]]] = {
    Play: {"playing": "playing", "paused": "playing"},
    Pause: {"playing": "paused", "paused": "paused"},
    Step: {"playing": "paused", "paused": "paused"},
    Seek: {"playing": "playing", "paused": "paused"},
    Speed: {"playing": "playing", "paused": "paused"},
}


class ControlRefused(Exception):
    """The control makes no sense here; nothing changed."""


class Playhead(msgspec.Struct, frozen=True):
    """
    Where playback stands.

    Attributes:
        version: The last one played; 0 before the first.
        elapsed: Milliseconds of the recording that had passed since `version` was due ...
        since: ... at this clock reading, in seconds. While playing, more pass as the clock goes.
        idle: The most milliseconds that a gap between two versions may take; None for no cap.
    """

    version: int = 0
    elapsed: float = 0.0
    since: float = 0.0
    speed: float = 1.0
    state: State = "playing"
    idle: float | None = None


class Due(msgspec.Struct, frozen=True):
    """
    What is to be done by now.

    Attributes:
        head: Where playback stands then; `finished` if there was nothing left to play.
        version: The version to play, or None.
        wait: Seconds until the next one is due; None if only a control can change anything.
    """

    head: Playhead
    version: int | None = None
    wait: float | None = None


def due(times: Sequence[int], head: Playhead, now: float) -> Due:
    """
    Return the next version to play, if it is due by `now`, or how long to wait for it.

    One at a time, so that a control is heard between two versions, however far behind playback is.
    What is late stays late: the next one is due by its own time, so nothing drifts.

    Args:
        times: Of each version from 1 on, in milliseconds, ascending; may grow between calls.
        head: Where playback stands.
        now: Clock reading in seconds; only differences matter.
    """
    if head.state != "playing":
        return Due(head)
    if head.version >= len(times):
        return Due(replace(head, state="finished", elapsed=0.0, since=now))
    wait = (_gap(times, head) - _elapsed(head, now)) / 1000 / head.speed
    if wait > _INSTANT:
        return Due(head, wait=wait)
    # `since` stays, so the rest of the time carries over exactly.
    elapsed = head.elapsed - _gap(times, head)
    return Due(replace(head, version=head.version + 1, elapsed=elapsed), version=head.version + 1)


def control(times: Sequence[int], head: Playhead, wish: Control, now: float) -> Playhead:
    """
    Return where playback stands after a control; a step's version is to be played at once.

    Raises:
        ControlRefused: With a sentence for whoever sent it.
    """
    state = _TRANSITIONS[type(wish)].get(head.state)
    if state is None:
        raise ControlRefused("The replay has finished; open it again.")
    held = replace(head, elapsed=_elapsed(head, now), since=now, state=state)
    match wish:
        case Step():
            if head.version >= len(times):
                raise ControlRefused(f"Version {head.version} is the last; seek back, or play on.")
            return replace(held, version=head.version + 1, elapsed=0.0)
        case Seek(version):
            if not 0 <= version <= len(times):
                raise ControlRefused(f"There is no version {version}; seek 0 to {len(times)}.")
            return replace(held, version=version, elapsed=0.0)
        case Speed(speed):
            if not SLOWEST <= speed <= FASTEST:
                raise ControlRefused(f"A speed is {SLOWEST:g} to {FASTEST:g}, not {speed:g}.")
            return replace(held, speed=speed)
        case _:
            return held


def position(times: Sequence[int], head: Playhead, now: float) -> int:
    """Return the time that playback has reached, in milliseconds of the recording."""
    reached = times[head.version - 1] if head.version else 0
    if head.version >= len(times):
        return reached
    passed = max(0.0, min(_elapsed(head, now), _gap(times, head)))
    return reached + math.floor(passed)


def _elapsed(head: Playhead, now: float) -> float:
    if head.state != "playing":
        return head.elapsed
    return head.elapsed + (now - head.since) * 1000 * head.speed


def _gap(times: Sequence[int], head: Playhead) -> float:
    gap = times[head.version] - (times[head.version - 1] if head.version else 0)
    return gap if head.idle is None else min(gap, head.idle)
