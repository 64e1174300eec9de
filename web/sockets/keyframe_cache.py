"""LRU cache of the keyframes that replays show, bounded by bytes."""

from collections import OrderedDict
from typing import Final, Protocol

from web.sockets.wires import SOCKET

MOST_BYTES: Final = 8 * 1024 * 1024
"""Room for every board of a whole night: those of the 97th take 4.6 MB."""


class Boards(Protocol):
    @property
    def epoch(self) -> str: ...

    def keyframe_at(self, version: int) -> bytes:
        """Return the encoded `keyframe` message of a version up to the head."""
        ...


class KeyframeCache:
    """
    Keyframes as frames of a socket, by epoch and version: so nothing in it is ever stale.

    All sessions are given the same object, so those who have not read theirs share it in memory.
    """

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most: Final = most
        self._held = 0
        self._frames: Final[OrderedDict[tuple[str, int], bytes]] = OrderedDict()

    @property
    def held(self) -> int:
        """Bytes of all keyframes."""
        return self._held

    def get(self, night: Boards, version: int) -> bytes:
        """Return the keyframe of a version, made now or before; the oldest use is forgotten."""
        key = (night.epoch, version)
        known = self._frames.get(key)
        if known is not None:
            self._frames.move_to_end(key)
            return known
        made = SOCKET.plain(night.keyframe_at(version))
        if len(made) > self._most:  # it would only push out all others
            return made
        self._frames[key] = made
        self._held += len(made)
        while self._held > self._most:
            _, gone = self._frames.popitem(last=False)
            self._held -= len(gone)
        return made
