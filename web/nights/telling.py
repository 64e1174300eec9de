"""One telling of a night, as its pages hold it: as it happened, or as corrected."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Final

import msgspec

from events.ceremony import Event
from events.codec import encode
from events.recorded import Recorded
from tracker.board import Board
from tracker.frames import PAGE_SIZE, frame
from tracker.project import NOTHING, Projection, project


class _Fact(msgspec.Struct, frozen=True, gc=False):
    """What a projection needs of an encoded frame."""

    version: int
    occurred_at: str
    event: Event


_facts: Final = msgspec.json.Decoder(_Fact)


class Telling:
    """
    The frames of a history under one epoch, kept encoded, and one projection in 64.

    Attributes:
        projection: That of the head.
    """

    def __init__(self, epoch: str) -> None:
        self.epoch: Final = epoch
        self.projection: Projection = NOTHING
        self.frames: Final[list[bytes]] = []
        self._openings: Final[list[Projection]] = [NOTHING]
        self._ends: Final = array("Q", [0])
        """By version: the bytes of all frames up to it."""

    @classmethod
    def of(cls, epoch: str, events: Sequence[Recorded]) -> Telling:
        """Return the telling of a history, from version 1 on."""
        telling = cls(epoch)
        for recorded in events:
            telling.advance(recorded)
        return telling

    def fork(self, epoch: str, last: int) -> Telling:
        """Return another telling that begins alike: with the whole pages up to version `last`."""
        pages = min(last, self.version) // PAGE_SIZE
        other = Telling(epoch)
        other.frames.extend(self.frames[: pages * PAGE_SIZE])
        other._ends.extend(self._ends[1 : pages * PAGE_SIZE + 1])
        other._openings.extend(self._openings[1 : pages + 1])
        other.projection = other._openings[-1]
        return other

    @property
    def version(self) -> int:
        return self.projection.version

    def advance(self, recorded: Recorded) -> bytes:
        """Take in the next event and return its encoded frame."""
        after, encoded = self.next(recorded)
        self.take(after, encoded)
        return encoded

    def next(self, recorded: Recorded) -> tuple[Projection, bytes]:
        """Return what the next event makes, a projection and an encoded frame, and take in none."""
        after = project(self.projection, recorded)
        return after, encode(frame(self.projection, after, recorded))

    def take(self, after: Projection, encoded: bytes) -> None:
        """Take in what `next` returned."""
        self.projection = after
        self.frames.append(encoded)
        self._ends.append(self._ends[-1] + len(encoded))
        if after.version % PAGE_SIZE == 0:
            self._openings.append(after)

    def size(self, after: int) -> int:
        """Count the bytes of the encoded frames after a version."""
        return self._ends[-1] - self._ends[after]

    def opening(self, version: int) -> Projection:
        """Return the projection with which the page opens that holds the version's successor."""
        return self._openings[version // PAGE_SIZE]

    def board_at(self, ceremony: str, version: int) -> Board:
        """
        Return the board of a version up to the head, folded from the frames in memory.

        At most 63 frames are folded, 0.5 ms in the mean; nothing is read from the log.
        """
        if version == self.version:
            return self.projection.board
        projection = self.opening(version)
        for encoded in self.frames[projection.version : version]:
            fact = _facts.decode(encoded)
            at = fact.occurred_at
            recorded = Recorded(ceremony, fact.version, "", at, at, fact.event)
            projection = project(projection, recorded)
        return projection.board

    def has_page(self, page: int) -> bool:
        return 0 <= page < len(self._openings)

    def page_is_full(self, page: int) -> bool:
        return self.version >= (page + 1) * PAGE_SIZE

    def page_json(self, page: int) -> bytes:
        """Return an encoded page of frames, one that there is."""
        opening = page * PAGE_SIZE
        return encode(
            {
                "epoch": self.epoch,
                "page": page,
                "keyframe": {"version": opening, "board": self._openings[page].board},
                "frames": [
                    msgspec.Raw(encoded) for encoded in self.frames[opening : opening + PAGE_SIZE]
                ],
            }
        )
