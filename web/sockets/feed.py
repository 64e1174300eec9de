"""The fan-out of one ceremony's frames to its viewers, with no socket, clock or loop in sight."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

import msgspec

from web.sockets.messages import CaughtUp, Heartbeat, Hello, Message, Resync
from web.sockets.wires import Wire

# Viewers that come back together mostly stand at the same few versions.
MAX_SHARED_CATCH_UPS = 64


class Cursor(NamedTuple):
    epoch: str
    version: int


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


class Viewer(Protocol):
    """
    The far end of one connection; compared and hashed by identity.

    When what was written is not read, it calls `Feed.pause`, and `Feed.resume` once its
    backlog has drained. Both may happen within `write`.
    """

    @property
    def wire(self) -> Wire: ...

    @property
    def write(self) -> "Write": ...

    def backlog(self) -> int:
        """Count the bytes written and not yet sent."""
        ...

    def abort(self) -> None:
        """Drop the connection with all that was not sent; the feed has let go already."""
        ...


class Write(Protocol):
    def __call__(self, data: bytes, /) -> None:
        """Take `data` at once, without waiting; raise RuntimeError when already closed."""
        ...


class _Stall:
    """Where a slow viewer stopped, and since when (in the caller's seconds) nothing has moved."""

    __slots__ = ("backlog", "since", "version")

    def __init__(self, version: int) -> None:
        self.version = version
        self.backlog = 0
        self.since: float | None = None


class Feed:
    """
    Every viewer sees each version from its keyframe or cursor on exactly once, in order.

    A viewer that cannot keep up is skipped. When it has drained, it gets one keyframe in
    place of what it missed; when nothing moves for `patience` seconds, it is dropped. So it
    never holds more than its transport's high-water mark and one catch-up.

    Attributes:
        joins: Viewers that ever joined.
        frames_out: Frames written, one count a viewer; catch-ups are not counted.
        resyncs: Keyframes sent in place of missed frames.
        aborted: Viewers dropped for not reading.
    """

    def __init__(self, ceremony: str, source: Source, *, patience: float = 30.0) -> None:
        self.ceremony = ceremony
        self.source = source
        self.version = source.version
        self.joins = 0
        self.frames_out = 0
        self.resyncs = 0
        self.aborted = 0
        self._patience = patience
        self._following: dict[Wire, dict[Viewer, None]] = {}
        self._stalled: dict[Viewer, _Stall] = {}
        self._catch_ups: dict[tuple[Wire, int | None], bytes] = {}

    @property
    def viewers(self) -> int:
        return len(self._stalled) + sum(len(group) for group in self._following.values())

    @property
    def slow(self) -> int:
        return len(self._stalled)

    def publish(self, message: bytes, version: int) -> None:
        """
        Send the encoded frame message of `version` to everyone who follows.

        Call it in the loop step in which the source reached `version`. Should a version be
        skipped all the same, everyone is resynced: a gap is never shown.
        """
        if version != self.version + 1:
            if version > self.version:
                self._resync("gap")
            return
        self.version = version
        self._catch_ups.clear()
        epoch = self.source.epoch
        for wire, group in self._following.items():
            if group:
                self.frames_out += len(group)
                self._write(group, wire.placed(message, epoch, version))

    def replace(self, source: Source, reason: str) -> None:
        """Go on with another history under the same id; every viewer starts over with it."""
        self.source = source
        self._resync(reason)

    def join(
        self, viewer: Viewer, cursor: Cursor | None, *, server_time: str, preface: bytes = b""
    ) -> None:
        """
        Write `preface`, hello and all up to the head at once, and follow from here on.

        A cursor of another epoch, or past the head, is answered with a keyframe.
        """
        if self.source.version != self.version:
            self._resync("gap")
        wire, epoch = viewer.wire, self.source.epoch
        after = None
        if cursor is not None and cursor.epoch == epoch and cursor.version <= self.version:
            after = cursor.version
        hello = _encode(Hello(self.ceremony, epoch, self.version, server_time))
        self._following.setdefault(wire, {})[viewer] = None
        self.joins += 1
        viewer.write(preface + wire.plain(hello) + self._catch_up(wire, after))

    def leave(self, viewer: Viewer) -> None:
        self._stalled.pop(viewer, None)
        self._following.get(viewer.wire, {}).pop(viewer, None)

    def pause(self, viewer: Viewer) -> None:
        """Skip a viewer whose backlog is over the mark."""
        group = self._following.get(viewer.wire, {})
        if viewer in group:
            del group[viewer]
            self._stalled[viewer] = _Stall(self.version)

    def resume(self, viewer: Viewer) -> None:
        """Take a drained viewer back; if it missed anything, by one keyframe."""
        stall = self._stalled.pop(viewer, None)
        if stall is None:
            return
        if self.source.version != self.version:
            self._resync("gap")
            stall.version = -1
        self._following[viewer.wire][viewer] = None
        if stall.version != self.version:
            self.resyncs += 1
            viewer.write(self._start_over(viewer.wire, "slow"))

    def beat(self, server_time: str) -> None:
        message = _encode(Heartbeat(self.version, server_time))
        for wire, group in self._following.items():
            if group:
                self._write(group, wire.plain(message))

    def check(self, now: float) -> None:
        """
        Drop those who have read nothing for the length of the feed's patience.

        Args:
            now: A clock's reading in seconds; only differences matter.
        """
        for viewer, stall in list(self._stalled.items()):
            backlog = viewer.backlog()
            if stall.since is None or backlog < stall.backlog:
                stall.since, stall.backlog = now, backlog
            elif now - stall.since >= self._patience:
                del self._stalled[viewer]
                self.aborted += 1
                viewer.abort()

    def _resync(self, reason: str) -> None:
        self.version = self.source.version
        self._catch_ups.clear()
        for stall in self._stalled.values():
            stall.version = -1
        for wire, group in self._following.items():
            if group:
                self.resyncs += len(group)
                self._write(group, self._start_over(wire, reason))

    def _start_over(self, wire: Wire, reason: str) -> bytes:
        message = _encode(Resync(reason, self.source.epoch))
        return wire.plain(message) + self._catch_up(wire, None)

    def _catch_up(self, wire: Wire, after: int | None) -> bytes:
        """Return what leads from `after` to the head: its frames, or a keyframe where smaller."""
        key = (wire, after)
        if (known := self._catch_ups.get(key)) is not None:
            return known
        epoch, version = self.source.epoch, self.version
        end = wire.plain(_encode(CaughtUp(version)))
        if after is None:
            content = wire.placed(self.source.keyframe(), epoch, version) + end
        else:
            content = self._catch_up(wire, None)
            missing = self.source.frames(after)
            if after + len(missing) == version and sum(map(len, missing)) < len(content):
                frames = enumerate(missing, after + 1)
                content = b"".join(wire.placed(frame, epoch, at) for at, frame in frames) + end
        if len(self._catch_ups) >= MAX_SHARED_CATCH_UPS:
            self._catch_ups.clear()
        self._catch_ups[key] = content
        return content

    def _write(self, group: dict[Viewer, None], data: bytes) -> None:
        # A copy, since a write may pause its viewer and so take it out of the group.
        for viewer in tuple(group):
            try:
                viewer.write(data)
            except RuntimeError:
                # Closed behind our back; the others must not miss a frame for it.
                self.leave(viewer)


class Feeds:
    """The feeds by ceremony id."""

    def __init__(self) -> None:
        self._by_ceremony: dict[str, Feed] = {}

    def get(self, ceremony: str) -> Feed | None:
        return self._by_ceremony.get(ceremony)

    def add(self, feed: Feed) -> None:
        if feed.ceremony in self._by_ceremony:
            raise ValueError(f"{feed.ceremony} has a feed already: replace its source instead")
        self._by_ceremony[feed.ceremony] = feed

    def __iter__(self) -> Iterator[Feed]:
        return iter(tuple(self._by_ceremony.values()))

    def __len__(self) -> int:
        return len(self._by_ceremony)


def _encode(message: Message) -> bytes:
    return msgspec.json.encode(message)
