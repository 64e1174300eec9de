"""The read side of one history: its board at every version, its frames, its contents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from events.bell import Bell
from events.codec import encode
from events.recorded import Recorded
from events.store import EventStore, History
from tracker.board import Board, Phase
from tracker.chapters import Chapter, Contents, turn
from tracker.desk import REHEARSAL
from tracker.frames import PAGE_SIZE, epoch, frame
from tracker.project import NOTHING, Projection, project
from web.messages import Keyframe


class CeremonySummary(msgspec.Struct, frozen=True):
    """A ceremony as the list names it."""

    id: str
    name: str
    phase: Phase
    version: int
    epoch: str
    starts_at: str
    rehearsal: bool


class Head(CeremonySummary, frozen=True):
    """
    Where a ceremony stands, and its table of contents.

    Attributes:
        start: Version at which the show starts; before that, the head.
        superseded: By version of a superseded event: that of the one in its place.
    """

    start: int
    page_size: int
    chapters: tuple[Chapter, ...]
    superseded: dict[str, int]


class Night:
    """
    Everything the doors read of one history; it grows by `advance`, in the feed's loop step.

    Frames are kept encoded, and one projection in 64, so that any version is a short fold away.
    """

    def __init__(self, store: EventStore, history: History) -> None:
        self.history: Final = history
        self.ceremony: Final = history.ceremony
        self.epoch: Final = epoch(history)
        self.times: Final[list[int]] = []
        self._store: Final = store
        self._projection = NOTHING
        self._contents = Contents()
        self._frames: Final[list[bytes]] = []
        self._openings: Final[list[Projection]] = [NOTHING]
        self._stir: Final = Bell()
        self._boards: Final[dict[int, bytes]] = {}

    @property
    def version(self) -> int:
        return self._projection.version

    @property
    def board(self) -> Board:
        return self._projection.board

    @property
    def summary(self) -> CeremonySummary:
        card = self.board.ceremony
        return CeremonySummary(
            self.ceremony,
            card.name or self.ceremony,
            self.board.phase,
            self.version,
            self.epoch,
            card.starts_at or "",
            self.ceremony.endswith(REHEARSAL),
        )

    @property
    def head(self) -> Head:
        return Head(
            **msgspec.structs.asdict(self.summary),
            start=self._contents.start,
            page_size=PAGE_SIZE,
            chapters=self._contents.chapters,
            superseded=self._contents.superseded,
        )

    def advance(self, recorded: Recorded) -> bytes:
        """Take in the next event and return its encoded `frame` message."""
        after = project(self._projection, recorded)
        encoded = encode(frame(self._projection, after, recorded))
        self._contents = turn(self._contents, recorded, after.t)
        self._projection = after
        self._frames.append(encoded)
        self.times.append(after.t)
        self._boards.clear()
        if after.version % PAGE_SIZE == 0:
            self._openings.append(after)
        self.stir()
        return _message(encoded)

    async def catch_up(self) -> None:
        """
        Take in all that the log holds.

        Raises:
            StoreError: The log cannot be read.
        """
        async for recorded in self._store.read(self.history, after=self.version):
            self.advance(recorded)

    async def stirred(self) -> None:
        """Return once there is another event, or news of why there is none."""
        await self._stir.listen().wait()

    def stir(self) -> None:
        """Wake those who wait for this night."""
        self._stir.ring()

    def frame_json(self, version: int) -> bytes:
        """Return the encoded frame of a version."""
        return self._frames[version - 1]

    def frame(self, version: int) -> bytes:
        """Return the encoded `frame` message of a version."""
        return _message(self._frames[version - 1])

    def frames(self, after: int) -> Sequence[bytes]:
        """Return the encoded `frame` messages after a version."""
        return [_message(encoded) for encoded in self._frames[after:]]

    def keyframe(self) -> bytes:
        """Return the encoded `keyframe` message of the head."""
        return encode(Keyframe(self.version, self.board))

    async def keyframe_at(self, version: int) -> bytes:
        """Return the encoded `keyframe` message of a version up to the head."""
        return encode(Keyframe(version, await self._board_at(version)))

    async def board_json(self, version: int) -> bytes:
        """Return the encoded board of a version up to the head."""
        known = self._boards.get(version)
        if known is None:
            known = encode(await self._board_at(version))
            if version == self.version:
                self._boards[version] = known
        return known

    def has_page(self, page: int) -> bool:
        return 0 <= page < len(self._openings)

    def page_json(self, page: int) -> bytes:
        """Return an encoded page of frames, one that there is."""
        opening = page * PAGE_SIZE
        return encode(
            {
                "epoch": self.epoch,
                "page": page,
                "keyframe": {"version": opening, "board": self._openings[page].board},
                "frames": [
                    msgspec.Raw(encoded) for encoded in self._frames[opening : opening + PAGE_SIZE]
                ],
            }
        )

    def page_is_full(self, page: int) -> bool:
        return self.version >= (page + 1) * PAGE_SIZE

    async def preview(self, recorded: Recorded) -> bytes:
        """Return the encoded frame that an event would make, and leave everything as it is."""
        before = await self._projection_at(recorded.version - 1)
        return encode(frame(before, project(before, recorded), recorded))

    async def _board_at(self, version: int) -> Board:
        return (await self._projection_at(version)).board

    async def _projection_at(self, version: int) -> Projection:
        if version == self.version:
            return self._projection
        projection = self._openings[version // PAGE_SIZE]
        missing = version - projection.version
        if missing:
            events = self._store.read(self.history, after=projection.version, limit=missing)
            async for recorded in events:
                projection = project(projection, recorded)
        return projection


def _message(encoded: bytes) -> bytes:
    """Turn an encoded frame into the message: the same object with its tag."""
    return b'{"type":"frame",' + encoded[1:]
