import pytest
from hypothesis import given, settings

from events.codec import decode_recorded, encode
from events.recorded import Recorded
from histories import LISTED_THEN_SHOWN
from night import projections
from replay.recording import bundled
from replay.recording import recorded as played_in
from web.nights.telling import Telling


@given(LISTED_THEN_SHOWN)
@settings(max_examples=100, deadline=None)
def test_any_board_folds_from_the_frames_as_from_the_log(log: list[Recorded]) -> None:
    log = [decode_recorded(encode(each)) for each in log]
    telling = Telling.of("e-1", log)
    ceremony = log[0].ceremony
    for version, projection in enumerate(projections(log)):
        assert telling.board_at(ceremony, version) == projection.board


@pytest.mark.parametrize("ceremony", list(bundled()))
def test_so_does_every_board_of_a_whole_night(ceremony: str) -> None:
    recording = bundled()[ceremony]
    log = list(played_in(recording, new_id=lambda: "id", recorded_at="", actor=""))
    telling = Telling.of("e-1", log)
    for version, projection in enumerate(projections(log)):
        assert telling.board_at(ceremony, version) == projection.board
