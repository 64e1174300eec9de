"""What leads a viewer to the head of a history, made once for all who stand at the same place."""

from collections.abc import Sequence
from typing import Protocol

from web.sockets.messages import CaughtUp, Hello, encode
from web.sockets.wires import Wire

# Viewers that come back together mostly stand at the same few versions.
MAX_SHARED_STRETCHES = 64


class Source(Protocol):
    """The history a feed speaks of; it moves only when the feed is told in the same loop step."""

    @property
    def epoch(self) -> str: ...

    @property
    def version(self) -> int: ...

    def keyframe(self) -> bytes:
        """Return the encoded `keyframe` message at `version`; asked once a version and wire."""
        ...

    def frames(self, after: int) -> Sequence[bytes]:
        """Return the encoded `frame` messages `after` + 1 to `version`."""
        ...

    def size(self, after: int) -> int:
        """Count the bytes of what `frames` would return, without building it."""
        ...


class CatchUps:
    """
    The bytes that bring viewers to the head of one source, kept until it moves.

    Every viewer is given the very same objects, so that those who have not read theirs yet share
    them in memory.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self._keyframes: dict[Wire, bytes] = {}
        self._hellos: dict[Wire, tuple[str, bytes]] = {}
        self._ends: dict[Wire, bytes] = {}
        self._stretches: dict[tuple[Wire, int], bytes | None] = {}

    def clear(self) -> None:
        """Forget everything, since the source has moved."""
        self._keyframes.clear()
        self._hellos.clear()
        self._ends.clear()
        self._stretches.clear()

    def hello(self, wire: Wire, ceremony: str, server_time: str) -> bytes:
        """Return the first message; in a storm many come within the same millisecond."""
        hour, known = self._hellos.get(wire, ("", b""))
        if hour != server_time:
            source = self.source
            hello = Hello(ceremony, source.epoch, source.version, server_time)
            known = wire.plain(encode(hello))
            self._hellos[wire] = server_time, known
        return known

    def keyframe(self, wire: Wire) -> bytes:
        known = self._keyframes.get(wire)
        if known is None:
            source = self.source
            known = wire.placed(source.keyframe(), source.epoch, source.version)
            self._keyframes[wire] = known
        return known

    def end(self, wire: Wire) -> bytes:
        """Return the message which says that the viewer is up to date."""
        known = self._ends.get(wire)
        if known is None:
            known = self._ends[wire] = wire.plain(encode(CaughtUp(self.source.version)))
        return known

    def frames(self, wire: Wire, after: int) -> bytes | None:
        """Return the frames from `after` to the head; None where the keyframe is the smaller."""
        key = (wire, after)
        if key not in self._stretches:
            if len(self._stretches) >= MAX_SHARED_STRETCHES:
                del self._stretches[next(iter(self._stretches))]
            self._stretches[key] = self._stretch(wire, after)
        return self._stretches[key]

    def _stretch(self, wire: Wire, after: int) -> bytes | None:
        source = self.source
        # Decided before any frame is built: an old cursor misses thousands of them.
        if source.size(after) >= len(self.keyframe(wire)):
            return None
        missing = source.frames(after)
        if after + len(missing) != source.version:
            return None
        return wire.stretch(missing, source.epoch, after)
