"""Frames and merge patches. The page must agree on all of `vectors/`; frames.json is made here."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from events.ceremony import Event
from events.codec import encode
from events.recorded import Recorded
from events.store import History
from night import (
    CATEGORIES,
    ENDED,
    LIVE,
    PROGRAMME,
    START,
    WORKS,
    announced,
    as_json,
    category_withdrawn,
    confirmed,
    corrected,
    moment,
    nominee_withdrawn,
    ordered,
    presenting,
    projections,
    recorded,
    retracted,
    under_review,
)
from tracker.frames import PAGE_SIZE, Frame, FramePage, PageKeyframe, epoch, frame
from tracker.patch import merge
from tracker.project import PROJECTOR

VECTORS = Path(__file__).parent / "vectors"
NEXT = START + 1

# --- a short night, with everything that makes a patch special
NIGHT: Sequence[tuple[str, Event]] = (
    ("the ceremony is scheduled", PROGRAMME[0]),
    *((f"work {number} is listed", event) for number, event in enumerate(WORKS, start=1)),
    *((f"category {number} is listed", event) for number, event in enumerate(CATEGORIES, start=1)),
    ("the show starts", LIVE[-1]),
    ("a category comes on stage", presenting("sound", "Ida", "Jo")),
    ("a tie is announced and the stage is cleared", announced("sound", "harbour", "orbit")),
    ("another category comes on stage", presenting("directing", "Ida")),
    ("a third takes the stage from it", presenting("song")),
    ("a winner is announced who was not on stage", announced("film", "meadow")),
    ("the running order changes", ordered("honour", "directing")),
    ("the result is put under review", under_review("film")),
    ("a moment changes nothing", moment("A gasp.")),
    ("the result is corrected", corrected("film", "orbit")),
    ("a result is announced on stage", announced("directing", "ada")),
    ("its category is shown again", presenting("directing", "Jo")),
    ("the result is retracted while on stage", retracted("directing")),
    ("the tie is corrected to one winner", corrected("sound", "harbour")),
    ("that is put under review", under_review("sound")),
    ("and confirmed", confirmed("sound")),
    ("a nominee is withdrawn", nominee_withdrawn("song", "apogee")),
    ("a category is withdrawn", category_withdrawn("honour")),
    ("a result is retracted and nothing is left of it", retracted("sound")),
    ("the show ends with a category on stage", ENDED),
)
LOG: Sequence[Recorded] = recorded([event for _, event in NIGHT])
BOARDS = projections(LOG)
FRAMES: Sequence[Frame] = [
    frame(before, after, each) for each, before, after in zip(LOG, BOARDS, BOARDS[1:], strict=False)
]


def vectors() -> list[dict[str, object]]:
    """Make the vectors anew: the frames of the night, each with the boards before and after it."""
    return [
        {
            "name": name,
            "target": as_json(before.board),
            "patch": as_json(each.patch),
            "result": as_json(after.board),
        }
        for (name, _), each, before, after in zip(NIGHT, FRAMES, BOARDS, BOARDS[1:], strict=False)
    ]


def written(cases: Sequence[dict[str, object]]) -> str:
    """Return the text of the vectors' file: one case a line, so that a change shows as one line."""
    return "[\n" + ",\n".join(encode(each).decode() for each in cases) + "\n]\n"


def test_the_shared_vectors_are_what_this_program_makes() -> None:
    kept = (VECTORS / "frames.json").read_text(encoding="utf-8")

    assert kept == written(vectors()), (
        "The frames have changed. Where that is meant, raise PROJECTOR in tracker/project.py and"
        " write the vectors anew: python tests/test_frames.py"
    )


@pytest.mark.parametrize(
    "case",
    [
        each
        for file in sorted(VECTORS.glob("*.json"))
        for each in json.loads(file.read_text(encoding="utf-8"))
    ],
    ids=lambda case: case["name"],
)
def test_a_patch_applied_to_its_target_is_its_result(case: dict[str, Any]) -> None:
    target = json.dumps(case["target"])

    assert merge(case["target"], case["patch"]) == case["result"]
    assert json.dumps(case["target"]) == target, "the target itself must not change"


def test_the_night_folds_from_its_frames_alone() -> None:
    board = as_json(BOARDS[0].board)
    for each in FRAMES:
        board = merge(board, as_json(each.patch))

    assert encode(board) == encode(BOARDS[-1].board)


def patch_of(name: str) -> dict[str, Any]:
    index = [each for each, _ in NIGHT].index(name)
    patch: dict[str, Any] = as_json(FRAMES[index].patch)
    return patch


def test_an_event_that_changes_nothing_has_an_empty_patch() -> None:
    assert patch_of("a moment changes nothing") == {}


def test_a_cleared_stage_deletes_both_of_its_members() -> None:
    patch = patch_of("a winner is announced who was not on stage")

    assert patch["stage"] == {"category": None, "presenters": None}
    assert patch["categories"]["song"] == {"status": "upcoming"}


def test_only_what_changed_is_in_a_patch() -> None:
    assert patch_of("the result is put under review") == {
        "categories": {"film": {"status": "under-review"}}
    }
    assert patch_of("a category comes on stage") == {
        "categories": {"sound": {"status": "presenting"}},
        "stage": {"category": "sound", "presenters": ["Ida", "Jo"]},
    }


def test_a_correction_takes_the_old_win_and_gives_the_new_in_one_patch() -> None:
    assert patch_of("the result is corrected") == {
        "categories": {
            "film": {
                "status": "awarded",
                "winners": {"film/meadow": None, "film/orbit": NEXT + 8},
            }
        },
        "distributors": {"lantern": {"wins": 1, "lost": 3}, "north": {"wins": 0, "lost": 2}},
        "latest": {"version": NEXT + 8},
        "people": {"bo": {"wins": 0, "lost": 2}},
        "ranking": {
            "works": [["orbit", 1], ["harbour", 2]],
            "people": [["cy", 1], ["dee", 2]],
            "distributors": [["lantern", 1]],
        },
        "works": {"meadow": {"wins": 0, "lost": 2}, "orbit": {"wins": 2, "lost": 0}},
    }


def test_a_frame_carries_its_event_and_no_actor() -> None:
    shown = as_json(FRAMES[NEXT - 1])

    assert set(shown) == {"version", "occurred_at", "t", "event", "patch"}
    assert shown["version"] == NEXT
    assert shown["occurred_at"] == LOG[NEXT - 1].occurred_at
    assert shown["t"] == 1000  # a second after the start
    assert shown["event"] == {
        "type": "presenting-began",
        "category": "sound",
        "presenters": ["Ida", "Jo"],
    }


def test_a_page_opens_with_the_board_before_its_first_frame() -> None:
    page = FramePage("e-1", 0, PageKeyframe(0, BOARDS[0].board), list(FRAMES[:PAGE_SIZE]))
    shown = as_json(page)

    assert PAGE_SIZE == 64
    assert set(shown) == {"epoch", "page", "keyframe", "frames"}
    assert set(shown["keyframe"]) == {"version", "board"}
    assert [each["version"] for each in shown["frames"]] == list(range(1, len(FRAMES) + 1))


def test_an_epoch_changes_with_the_store_the_history_and_the_projector() -> None:
    history = History("made-up", 3, "a1b2")

    assert epoch(history) == f"a1b2-3-{PROJECTOR}"
    assert len({epoch(history), epoch(msgspec.structs.replace(history, number=4))}) == 2
    assert len({epoch(history), epoch(msgspec.structs.replace(history, generation="c3d4"))}) == 2


if __name__ == "__main__":
    (VECTORS / "frames.json").write_text(written(vectors()), encoding="utf-8")
