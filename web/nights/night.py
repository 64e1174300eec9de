"""The read side of one history: its board at every version, its frames, its contents."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType

from events.bell import Bell
from events.codec import encode
from events.recorded import Recorded
from events.store import EventStore, History
from tracker.board import Board, Phase
from tracker.chapters import Chapter, Contents
from tracker.desk import REHEARSAL
from tracker.frames import PAGE_SIZE, epoch, frame
from tracker.project import Projection, project
from web.nights.chronicle import Chronicle
from web.nights.corrected import Corrected
from web.nights.heads import Superseded
from web.nights.telling import Telling
from web.slices import Slices
from web.sockets.messages import Keyframe

_TAG: Final = b'{"type":"frame",'
_AT_ONCE: Final = 256
"""Events read from the log at a time, where a night is told anew."""


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
        corrected: Epoch of the pages that tell the night as corrected; absent where no result was
            corrected or taken back.
    """

    start: int
    page_size: int
    chapters: tuple[Chapter, ...]
    superseded: dict[str, int]
    corrected: str | UnsetType = UNSET


class Night:
    """
    Everything the doors read of one history; it grows by `advance`, in the feed's loop step.

    One projection in 64 is kept, so that any version is a short fold away. The night as corrected
    is told when somebody first asks for it, and once.

    Attributes:
        times: Show time by version, from index 0 on.
        chronicle: Its results one by one.
    """

    def __init__(self, store: EventStore, history: History) -> None:
        self.history: Final = history
        self.ceremony: Final = history.ceremony
        self.epoch: Final = epoch(history)
        self.times: Final[list[int]] = []
        self.chronicle: Final = Chronicle()
        self._store: Final = store
        self._told: Final = Telling(self.epoch)
        self._contents: Final = Contents()
        self._superseded: Final = Superseded()
        self._corrected: Final = Corrected(self.epoch)
        self._stir: Final = Bell()

    @property
    def version(self) -> int:
        return self._told.version

    @property
    def board(self) -> Board:
        return self._told.projection.board

    @property
    def corrected(self) -> str | None:
        """The epoch of the telling as corrected: another one with each event that amends."""
        return self._corrected.epoch

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
            corrected=self.corrected or UNSET,
        )

    def head_json(self) -> bytes:
        """Return the encoded head."""
        told = msgspec.structs.asdict(self.head).items()
        head = {name: value for name, value in told if value is not UNSET}
        return encode({**head, "superseded": self._superseded.encoded(self._contents)})

    def advance(self, recorded: Recorded) -> bytes:
        """
        Take in the next event and return its encoded `frame` message.

        Should anything raise, the version stays, and the same event may be tried again.
        """
        after, encoded = self._told.next(recorded)
        self._corrected.take(self.board, after.board, recorded)  # the others are total
        self._contents.turn(recorded, after.t)
        self.chronicle.take(recorded)
        self._told.take(after, encoded)
        self.times.append(after.t)
        self.stir()
        return _message(encoded)

    async def catch_up(self) -> None:
        """
        Take in all that the log holds.

        Raises:
            StoreError: The log cannot be read.
        """
        slices = Slices(alone=True)  # at a start, nearly always; else it is short
        async for recorded in self._store.read(self.history, after=self.version):
            self.advance(recorded)
            await slices.rest()

    def listen(self) -> asyncio.Event:
        """Return the next ring: another event, or news of why there is none."""
        return self._stir.listen()

    def stir(self) -> None:
        """Wake those who wait for this night."""
        self._stir.ring()

    def frame_json(self, version: int) -> bytes:
        """Return the encoded frame of a version."""
        return self._told.frames[version - 1]

    def frame(self, version: int) -> bytes:
        """Return the encoded `frame` message of a version."""
        return _message(self._told.frames[version - 1])

    def frames(self, after: int) -> Sequence[bytes]:
        """Return the encoded `frame` messages after a version."""
        return [_message(encoded) for encoded in self._told.frames[after:]]

    def size(self, after: int) -> int:
        """Count the bytes of the encoded `frame` messages after a version."""
        return self._told.size(after) + (self.version - after) * (len(_TAG) - 1)

    def keyframe(self) -> bytes:
        """Return the encoded `keyframe` message of the head."""
        return encode(Keyframe(self.version, self.board))

    def keyframe_at(self, version: int) -> bytes:
        """Return the encoded `keyframe` message of a version up to the head, without the log."""
        return encode(Keyframe(version, self._told.board_at(self.ceremony, version)))

    async def board_json(self, version: int) -> bytes:
        """Return the encoded board of a version up to the head."""
        return encode(await self.board_at(version))

    async def telling(self, epoch: str) -> Telling | None:
        """
        Return the telling that bears an epoch: as it happened, or as corrected; else None.

        Raises:
            StoreError: The log cannot be read.
        """
        if epoch == self.epoch:
            return self._told
        return await self._corrected.telling(epoch, self._events)

    async def _events(self, after: int) -> list[Recorded]:
        """Return some of the events after a version, as far as they are on the board."""
        most = min(_AT_ONCE, self.version - after)
        return [each async for each in self._store.read(self.history, after=after, limit=most)]

    async def preview(self, recorded: Recorded) -> bytes:
        """Return the encoded frame that an event would make, and leave everything as it is."""
        before = await self._projection_at(recorded.version - 1)
        return encode(frame(before, project(before, recorded), recorded))

    async def board_at(self, version: int) -> Board:
        """
        Return the board of a version up to the head.

        Raises:
            StoreError: The log cannot be read.
        """
        return (await self._projection_at(version)).board

    async def _projection_at(self, version: int) -> Projection:
        if version == self.version:
            return self._told.projection
        projection = self._told.opening(version)
        missing = version - projection.version
        if missing:
            events = self._store.read(self.history, after=projection.version, limit=missing)
            async for recorded in events:
                projection = project(projection, recorded)
        return projection


def _message(encoded: bytes) -> bytes:
    """Turn an encoded frame into the message: the same object with its tag."""
    return _TAG + encoded[1:]
