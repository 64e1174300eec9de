"""A replay session without I/O: a night played at its viewer's pace, under its controls."""

from collections.abc import Callable, Sequence
from typing import Final, Protocol

from replay.player import Declined, Happening, Moved, Played, Player, merge_seeks
from replay.playhead import Control, Playhead
from web.sockets import messages
from web.sockets.keyframe_cache import KeyframeCache
from web.sockets.wires import SOCKET

MOST_WRITTEN_BYTES: Final = 8 * 1024
"""
In one turn, and the message that passes it: a viewer who does not read holds no more. A thousand of
them hold 12 MB.
"""
_LONGEST_DETAIL: Final = 200


class Replayed(Protocol):
    """One history of a ceremony, as it is replayed; it may still be growing."""

    @property
    def ceremony(self) -> str: ...

    @property
    def epoch(self) -> str: ...

    @property
    def times(self) -> Sequence[int]:
        """`t` of each frame, version 1 first: one sequence, which grows with the history."""
        ...

    def frame(self, version: int) -> bytes:
        """Return the encoded `frame` message."""
        ...

    def keyframe_at(self, version: int) -> bytes:
        """Return the encoded `keyframe` message."""
        ...


class ReplaySession:
    """
    One viewer's replay, from the greeting to the end. It returns what is to be written.

    Args:
        night: What is played.
        head: Where it begins, how fast, and how long a gap may be.
        keyframes: Shared by all sessions.
        hour: The hour as text, for `server_time`.
    """

    __slots__ = ("_hour", "_keyframes", "_night", "_player", "_shown", "_waiting")

    def __init__(
        self, night: Replayed, head: Playhead, keyframes: KeyframeCache, hour: Callable[[], str]
    ) -> None:
        self._night: Final = night
        self._player: Final = Player(night.times, head)
        self._keyframes: Final = keyframes
        self._hour: Final = hour
        self._waiting: list[Control | Declined] = []
        self._shown: int | None = None

    @property
    def finished(self) -> bool:
        return self._player.head.state == "finished"

    @property
    def paused(self) -> bool:
        return self._player.head.state == "paused"

    @property
    def version(self) -> int:
        """The last version played."""
        return self._player.head.version

    @property
    def wait(self) -> float | None:
        """Seconds until something is due, as `due` last found; None if nothing comes by itself."""
        return self._player.wait

    def greeting(self, now: float) -> list[bytes]:
        """Return hello, keyframe, caught-up and playhead; the time counts from `now` on."""
        night, version = self._night, self.version
        hello = messages.Hello(night.ceremony, night.epoch, len(night.times), self._hour())
        return [
            _frame(hello),
            self._keyframes.get(night, version),
            _frame(messages.CaughtUp(version)),
            _frame(_playhead(self._player.begin(now))),
        ]

    @property
    def waiting(self) -> int:
        """How many controls have not been obeyed yet; more are taken only when there are none."""
        return len(self._waiting)

    def take(self, wishes: Sequence[Control | Declined]) -> None:
        """Let controls wait together, so that of several seeks one board is shown."""
        self._waiting = merge_seeks(wishes, len(self._night.times))
        self._waiting.reverse()
        self._shown = None

    def turn(self, now: float, most: int = MOST_WRITTEN_BYTES) -> list[bytes]:
        """
        Return about `most` bytes: the answers to the controls that wait, then what is due.

        What does not fit waits for the next turn, in its order.
        """
        written: list[bytes] = []
        size = 0
        while size < most:
            if self._waiting:
                happenings = self._player.obey(self._waiting.pop(), now)
            elif (due := self._player.due(now)) is not None:
                happenings = (due,)
            else:
                break
            said = [message for each in happenings for message in self._said(each)]
            written += said
            size += sum(map(len, said))
        if self.finished:
            written.append(_frame(messages.Finished()))
        return written

    def heartbeat(self) -> bytes:
        return _frame(messages.Heartbeat(self.version, self._hour()))

    def _said(self, happening: Happening) -> list[bytes]:
        match happening:
            case Played(version):
                self._shown = None
                return [SOCKET.plain(self._night.frame(version))]
            case Declined(detail):
                return [_frame(messages.Refused(detail[:_LONGEST_DETAIL]))]
            case Moved(head):
                playhead = _frame(_playhead(happening))
                if not happening.sought or head.version == self._shown:
                    return [playhead]
                self._shown = head.version
                return [self._keyframes.get(self._night, head.version), playhead]


def _playhead(moved: Moved) -> messages.Playhead:
    head = moved.head
    return messages.Playhead(head.version, moved.t, head.speed, head.state)


def _frame(message: messages.Message) -> bytes:
    return SOCKET.plain(messages.encode(message))
