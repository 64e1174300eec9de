"""What the two sockets and the event stream say, as JSON text tagged by `type`."""

import msgspec

from events.ceremony import Event
from replay.playhead import State
from tracker.board import Board
from tracker.patch import Patch


class Message(msgspec.Struct, frozen=True, tag_field="type"):
    pass


class Hello(Message, frozen=True, tag="hello"):
    ceremony: str
    epoch: str
    version: int
    server_time: str


class Keyframe(Message, frozen=True, tag="keyframe"):
    version: int
    board: Board


class FrameMessage(Message, frozen=True, tag="frame"):
    """`t` is in milliseconds since the start; `patch` is an RFC 7396 merge patch."""

    version: int
    occurred_at: str
    t: int
    event: Event
    patch: Patch


class CaughtUp(Message, frozen=True, tag="caught-up"):
    version: int


class Heartbeat(Message, frozen=True, tag="heartbeat"):
    version: int
    server_time: str


class Resync(Message, frozen=True, tag="resync"):
    """What came before is void: the keyframe that follows is the whole truth."""

    reason: str
    epoch: str


class Playhead(Message, frozen=True, tag="playhead"):
    """
    Where a replay stands, on every change of it and in answer to every control.

    `version` is the last one shown, `t` the time reached, in milliseconds of the recording.
    """

    version: int
    t: int
    speed: float
    state: State


class Finished(Message, frozen=True, tag="finished"):
    pass


class Refused(Message, frozen=True, tag="refused"):
    """The control was refused and changed nothing."""

    detail: str


def encode(message: Message) -> bytes:
    return msgspec.json.encode(message)
