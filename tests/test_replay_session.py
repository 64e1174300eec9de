"""What holds of every replay, whatever is said to it and whenever."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from replay.player import Declined
from replay.playhead import Control, Pause, Play, Playhead, Seek, Speed, Step
from web.sockets.keyframe_cache import KeyframeCache
from web.sockets.replay import MOST_WRITTEN_BYTES, ReplaySession

TIMES = [0, 0, 1000, 1000, 61_000, 62_000, 62_500, 90_000]

WISHES = st.lists(
    st.one_of(
        st.integers(0, len(TIMES) + 2).map(Seek),
        st.sampled_from([0.1, 1.0, 60.0, 3600.0]).map(Speed),
        st.sampled_from([Play(), Pause(), Step(), Declined("not understood")]),
    ),
    max_size=12,
)
EVENING = st.lists(st.tuples(WISHES, st.floats(0, 40)), max_size=15)
STARTS = st.builds(
    Playhead,
    version=st.integers(0, len(TIMES)),
    speed=st.sampled_from([0.1, 1.0, 60.0, 3600.0]),
    idle=st.one_of(st.none(), st.just(5000.0)),
)


@dataclass
class Night:
    """A night whose board is its version."""

    ceremony: str = "gala"
    epoch: str = "e-1"
    times: list[int] = field(default_factory=lambda: list(TIMES))
    keyframe_bytes: int = 0

    def frame(self, version: int) -> bytes:
        return json.dumps({"type": "frame", "version": version}).encode()

    def keyframe_at(self, version: int) -> bytes:
        said = {"type": "keyframe", "version": version, "pad": "x" * self.keyframe_bytes}
        return json.dumps(said).encode()


class Viewer:
    """Folds what a session says, as a client would, and checks that it makes sense."""

    def __init__(self, session: ReplaySession) -> None:
        self.session = session
        self.now = 100.0
        self.answers = 0
        self.finished = False
        self._board: int | None = None
        self._take(session.greeting(self.now))
        self.answers = 0  # that of the greeting answers nobody

    def say(self, wishes: Sequence[Control | Declined]) -> None:
        """Say some controls, and hear until nothing is left to be said by now."""
        self.session.take(wishes)
        while not self.finished and (written := self.session.turn(self.now)):
            self._take(written)

    def _take(self, written: Sequence[bytes]) -> None:
        for text in written:
            assert not self.finished
            message: dict[str, Any] = json.loads(text[text.index(b"{") :])
            match message["type"]:
                case "keyframe":
                    self._board = message["version"]
                case "frame":
                    assert self._board is not None
                    assert message["version"] == self._board + 1
                    self._board = message["version"]
                case "playhead":
                    assert message["version"] == self._board
                    self.answers += message["state"] != "finished"
                case "refused":
                    self.answers += 1
                case "finished":
                    self.finished = True


def session_of(night: Night, head: Playhead) -> ReplaySession:
    return ReplaySession(night, head, KeyframeCache(), lambda: "2025-03-03T00:00:00.000Z")


@given(STARTS, EVENING)
@settings(max_examples=300, deadline=None)
def test_every_control_is_answered_and_every_answer_names_the_board_that_is_shown(
    head: Playhead, evening: list[tuple[list[Control | Declined], float]]
) -> None:
    viewer = Viewer(session_of(Night(), head))
    said = 0
    for wishes, seconds in evening:
        if viewer.finished:
            break
        viewer.say(wishes)
        said += len(wishes)
        assert viewer.answers == said
        assert not viewer.session.waiting
        viewer.now += seconds


def test_a_turn_ends_with_the_message_that_passes_its_bytes() -> None:
    night = Night(times=[0] * 1000, keyframe_bytes=MOST_WRITTEN_BYTES)
    session = session_of(night, Playhead(state="paused"))
    session.greeting(0.0)
    session.take([each for at in range(50) for each in (Seek(at), Step())])
    turns = 0
    while session.waiting:
        written = session.turn(0.0)
        assert len(written) <= 2 + 2  # a step's answer may come before
        turns += 1
    assert turns >= 50
    session.take([Play()])
    assert sum(map(len, session.turn(0.0))) < MOST_WRITTEN_BYTES + 100
