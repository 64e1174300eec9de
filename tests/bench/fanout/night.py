"""What every contender sends: the 97th night's final board at joining, then frames of one size."""

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from replay.recording import bundled, recorded
from tracker.project import NOTHING, project
from web.sockets.messages import CaughtUp, encode

CEREMONY: Final = "oscars-97"
LIVE: Final = f"/api/ceremonies/{CEREMONY}/live"
EPOCH: Final = "e-1"
# All versions have as many digits, so that all frames are of one size.
FIRST_VERSION: Final = 100_000
FRAME_BYTES: Final = 300


def final_board() -> bytes:
    """Return the board as it stood when the night was over, encoded."""
    ids = (f"{number:032x}" for number in itertools.count())
    projection = NOTHING
    for each in recorded(bundled()[CEREMONY], lambda: next(ids), "2025-03-03T00:00:00.000Z", "b"):
        projection = project(projection, each)
    return msgspec.json.encode(projection.board)


def keyframe(board: bytes, version: int = FIRST_VERSION) -> bytes:
    return b'{"type":"keyframe","version":%d,"board":%b}' % (version, board)


def frame(version: int = FIRST_VERSION + 1) -> bytes:
    start, end = b'{"type":"frame","version":%d,"pad":"' % version, b'"}'
    return start + b"." * (FRAME_BYTES - len(start) - len(end)) + end


CAUGHT_UP: Final = encode(CaughtUp(FIRST_VERSION))


class LongNight:
    """A feed's source that grows on demand, and whose board is that of a night's end."""

    def __init__(self, board: bytes) -> None:
        self.epoch = EPOCH
        self.version = FIRST_VERSION
        self._board = board

    def keyframe(self) -> bytes:
        return keyframe(self._board, self.version)

    def frames(self, after: int) -> Sequence[bytes]:
        return [frame(version) for version in range(after + 1, self.version + 1)]

    def size(self, after: int) -> int:
        return sum(map(len, self.frames(after)))


class Papers(NamedTuple):
    """The same as files, for the contenders, which are programs of their own."""

    folder: Path

    @property
    def board(self) -> Path:
        return self.folder / "board"

    @property
    def keyframe(self) -> Path:
        return self.folder / "keyframe"

    @property
    def caught_up(self) -> Path:
        return self.folder / "caught-up"

    @property
    def frame(self) -> Path:
        return self.folder / "frame"

    def write(self) -> None:
        board = final_board()
        self.board.write_bytes(board)
        self.keyframe.write_bytes(keyframe(board))
        self.caught_up.write_bytes(CAUGHT_UP)
        self.frame.write_bytes(frame())
