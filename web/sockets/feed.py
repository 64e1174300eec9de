"""The fan-out of one ceremony's frames to its viewers, with no socket, clock or loop in sight."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from web.sockets.catch_ups import CatchUps, Source
from web.sockets.messages import Heartbeat, Resync, encode
from web.sockets.pace import Pacing, at_once
from web.sockets.stalled import VOID, Stalled
from web.sockets.viewer import Viewer
from web.sockets.wires import Wire


class Cursor(NamedTuple):
    epoch: str
    version: int


class Feed:
    """
    Every viewer sees each version from its keyframe or cursor on exactly once, in order.

    A frame is encoded and framed once. What is published before the pace lets it out goes out
    together, in one write a viewer.

    A viewer that cannot keep up is skipped. When it has drained, it gets the frames that it missed,
    or one keyframe where that is smaller; when nothing moves for `patience` seconds, it is dropped.
    So it never holds more than the rest of one write, most of which it shares with others.

    A viewer that raises is dropped alone. Those of a wire that cannot frame a message start over,
    or are dropped where it cannot frame that either. `take_fault` has what was raised.

    Attributes:
        version: The head: the last one published, whether it has been written yet or not.
        joins: Viewers that ever joined.
        frames_out: Frames written, one count a viewer; what a viewer is joined with is not counted.
        resyncs: Keyframes sent in place of missed frames.
        aborted: Viewers dropped for not reading.
        failed: Viewers dropped since writing to them raised what nobody foresaw.
    """

    def __init__(
        self, ceremony: str, source: Source, *, patience: float = 30.0, pace: Pacing = at_once
    ) -> None:
        self.ceremony = ceremony
        self.source = source
        self.version = source.version
        self.joins = 0
        self.frames_out = 0
        self.resyncs = 0
        self.aborted = 0
        self.failed = 0
        self._pace = pace
        self._catch_ups = CatchUps(source)
        self._pending: list[bytes] = []
        self._fault: Exception | None = None
        # A viewer is in one of these three. All that follow have been written up to `_shown`;
        # those ahead have come since, and stand at a version of what is pending.
        self._shown = source.version
        self._following: dict[Wire, dict[Viewer, None]] = {}
        self._ahead: dict[Viewer, int] = {}
        self._stalled = Stalled(patience)

    @property
    def viewers(self) -> int:
        following = sum(len(group) for group in self._following.values())
        return following + len(self._ahead) + len(self._stalled)

    @property
    def slow(self) -> int:
        return len(self._stalled)

    @property
    def lag(self) -> int:
        """How many versions the slowest viewer is behind."""
        oldest = self._stalled.oldest
        return self.version - max(self._shown if oldest is None else oldest, 0)

    def viewers_of(self, wire: Wire) -> int:
        others = sum(viewer.wire is wire for viewer in (*self._ahead, *self._stalled))
        return len(self._following.get(wire, ())) + others

    def publish(self, message: bytes, version: int) -> None:
        """
        Send the encoded frame message of `version` to everyone who follows, now or soon.

        Call it in the loop step in which the source reached `version`. Should a version be
        skipped all the same, everyone is resynced: a gap is never shown.
        """
        if version != self.version + 1:
            if version > self.version:
                self._resync("gap")
            return
        self.version = version
        self._catch_ups.clear()
        self._pending.append(message)
        self._pace(self.flush)

    def flush(self) -> None:
        """Write all that was published since the last time."""
        if not self._pending:
            return
        pending, self._pending = self._pending, []
        shown, self._shown = self._shown, self.version
        ahead, self._ahead = self._ahead, {}
        epoch = self.source.epoch
        for wire, group in self._following.items():
            if not group:
                continue
            try:
                data = wire.stretch(pending, epoch, shown)
            except Exception as problem:  # noqa: BLE001 - the other wires must not miss a frame for it
                self._fault = problem
                self._start_group_over(wire, group, "fault")
            else:
                self.frames_out += len(group) * len(pending)
                self._write(group, data)
        for viewer, version in ahead.items():
            self._enter(viewer)
            if missed := pending[version - shown :]:
                self._attempt(self._write_missed, viewer, missed, version)

    def replace(self, source: Source, reason: str) -> None:
        """Go on with another history under the same id; every viewer starts over with it."""
        self.source = source
        self._catch_ups = CatchUps(source)
        self._resync(reason)

    def join(
        self, viewer: Viewer, cursor: Cursor | None, *, server_time: str, preface: bytes = b""
    ) -> None:
        """
        Write `preface`, hello and all up to the head at once, and follow from here on.

        A cursor of another epoch, or past the head, is answered with a keyframe.
        """
        self.heal()
        wire, epoch, catch_ups = viewer.wire, self.source.epoch, self._catch_ups
        hello = catch_ups.hello(wire, self.ceremony, server_time)
        missed = None
        if cursor is not None and cursor.epoch == epoch and cursor.version <= self.version:
            missed = catch_ups.frames(wire, cursor.version)
        content = catch_ups.keyframe(wire) if missed is None else missed
        pieces = preface + hello, content, catch_ups.end(wire)
        self._enter(viewer)
        self.joins += 1
        self._attempt(lambda viewer: viewer.write_pieces(pieces), viewer)

    def leave(self, viewer: Viewer) -> None:
        self._stalled.pop(viewer)
        self._ahead.pop(viewer, None)
        self._following.get(viewer.wire, {}).pop(viewer, None)

    def pause(self, viewer: Viewer) -> None:
        """Skip a viewer that could not be sent all."""
        version = self._ahead.pop(viewer, None)
        if version is None:
            group = self._following.get(viewer.wire, {})
            if viewer not in group:
                return
            del group[viewer]
            version = self._shown
        self._stalled.add(viewer, version)

    def resume(self, viewer: Viewer) -> None:
        """Take a drained viewer back, with what it missed."""
        self.heal()
        if (version := self._stalled.pop(viewer)) is not None:
            self._enter(viewer)
            if version != self.version:
                self._attempt(self._catch_up, viewer, version)

    def _catch_up(self, viewer: Viewer, version: int) -> None:
        wire, missed = viewer.wire, None
        if version != VOID:
            missed = self._catch_ups.frames(wire, version)
        if missed is None:
            pieces = self._start_over(wire, "slow")
            self.resyncs += 1
            viewer.write_pieces(pieces)
        else:
            self.frames_out += self.version - version
            viewer.write(missed)

    def beat(self, server_time: str) -> None:
        self.heal()
        self.flush()
        try:
            message = encode(Heartbeat(self.version, server_time))
            for wire, group in self._following.items():
                if group:
                    self._write(group, wire.plain(message))
        except Exception as problem:  # noqa: BLE001 - told by `take_fault`; nobody missed a frame
            self._fault = problem

    def check(self, now: float) -> None:
        """
        Drop those to whom nothing has come through for the length of the feed's patience.

        Args:
            now: A clock's reading in seconds; only differences matter.
        """
        for viewer, problem in self._stalled.stuck(now):
            self._drop(viewer, problem)

    def heal(self) -> None:
        """Start everyone over where the source has come to a version that was never published."""
        if self.source.version != self.version:
            self._resync("gap")

    def _enter(self, viewer: Viewer) -> None:
        """Let a viewer follow that stands at the head; call it before that is written to it."""
        if self._pending:
            self._ahead[viewer] = self.version
        else:
            self._following.setdefault(viewer.wire, {})[viewer] = None

    def _resync(self, reason: str) -> None:
        self.version = self._shown = self.source.version
        self._catch_ups.clear()
        self._pending.clear()
        ahead, self._ahead = self._ahead, {}
        for viewer in ahead:
            self._enter(viewer)
        self._stalled.void()
        for wire, group in self._following.items():
            self._start_group_over(wire, group, reason)

    def _start_group_over(self, wire: Wire, group: dict[Viewer, None], reason: str) -> None:
        if not group:
            return
        try:
            data = b"".join(self._start_over(wire, reason))
        except Exception as problem:  # noqa: BLE001 - nobody may go on with a gap
            for viewer in tuple(group):
                self._drop(viewer, problem)
        else:
            self.resyncs += len(group)
            self._write(group, data)

    def _start_over(self, wire: Wire, reason: str) -> Sequence[bytes]:
        message = wire.plain(encode(Resync(reason, self.source.epoch)))
        return message, self._catch_ups.keyframe(wire), self._catch_ups.end(wire)

    def _write(self, group: dict[Viewer, None], data: bytes) -> None:
        # A copy, since a write may pause its viewer and so take it out of the group.
        for viewer in tuple(group):
            try:
                viewer.write(data)
            except Exception as problem:  # noqa: BLE001 - the others must not miss a frame for it
                self._drop(viewer, problem)

    def _write_missed(self, viewer: Viewer, messages: Sequence[bytes], after: int) -> None:
        viewer.write(viewer.wire.stretch(messages, self.source.epoch, after))
        self.frames_out += len(messages)

    def _attempt(self, act: Callable[..., None], viewer: Viewer, *given: object) -> None:
        """Write to one viewer alone."""
        try:
            act(viewer, *given)
        except Exception as problem:  # noqa: BLE001 - its own, whatever it is
            self._drop(viewer, problem)

    def _drop(self, viewer: Viewer, problem: Exception | None) -> None:
        """Drop a viewer that does not read, or that raised; to be closed already is no fault."""
        if problem is None:
            self.aborted += 1
        elif not viewer.closed:
            self.failed, self._fault = self.failed + 1, problem
        self.leave(viewer)
        with contextlib.suppress(Exception):  # the feed has let go, whatever becomes of it
            viewer.abort()

    def take_fault(self) -> Exception | None:
        """Return the last thing that nobody foresaw, once."""
        fault, self._fault = self._fault, None
        return fault


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
