from collections.abc import Iterable
from itertools import pairwise

from hypothesis import given as any_of
from hypothesis import settings
from hypothesis import strategies as st

from events.ceremony import Event, MomentNoted, WinnerAnnounced
from events.codec import encode
from events.recorded import Recorded
from histories import DATED, LISTED_THEN_ANYTHING, LISTED_THEN_SHOWN, NIGHTS
from night import (
    ENDED,
    LIVE,
    START,
    announced,
    as_json,
    confirmed,
    corrected,
    given,
    moment,
    presenting,
    projections,
    recorded,
    retracted,
    under_review,
)
from replay.recording import bundled
from replay.recording import recorded as as_recorded
from tracker.amended import AMENDED, LEFT_OUT, amended, amends
from tracker.board import Board
from tracker.frames import frame
from tracker.project import Projection
from tracker.state import State


def told(*show: Event) -> list[Event]:
    """Return what is told after the start, as corrected, of a show within the rules."""
    given(*LIVE, *show)
    return [each.event for each in amended(recorded([*LIVE, *show]))[START:]]


def test_a_night_without_corrections_is_told_as_it_happened() -> None:
    show: list[Event] = [
        presenting("sound"),
        announced("sound", "orbit"),
        under_review("sound"),
        confirmed("sound"),
        moment(),
        ENDED,
    ]
    log = recorded([*LIVE, *show])

    assert amended(log) == log


def test_a_corrected_result_is_announced_with_what_stood_last() -> None:
    assert told(announced("film", "orbit"), corrected("film", "meadow")) == [
        announced("film", "meadow"),
        LEFT_OUT,
    ]


def test_the_reviews_that_led_to_a_correction_are_left_out_and_moments_are_not() -> None:
    assert told(
        announced("film", "orbit"),
        under_review("film"),
        confirmed("film"),
        moment("A speech."),
        under_review("film"),
        corrected("film", "meadow"),
        moment("Another speech."),
    ) == [
        announced("film", "meadow"),
        LEFT_OUT,
        LEFT_OUT,
        moment("A speech."),
        LEFT_OUT,
        LEFT_OUT,
        moment("Another speech."),
    ]


def test_a_review_after_the_last_correction_is_told_since_it_replaced_nothing() -> None:
    assert told(
        announced("film", "orbit"),
        corrected("film", "meadow"),
        under_review("film"),
        confirmed("film"),
    ) == [announced("film", "meadow"), LEFT_OUT, under_review("film"), confirmed("film")]


def test_of_a_chain_of_corrections_the_last_one_counts() -> None:
    assert told(
        announced("film", "orbit"),
        corrected("film", "meadow"),
        announced("sound", "orbit"),
        under_review("film"),
        corrected("film", "harbour", "orbit"),
    ) == [
        announced("film", "harbour", "orbit"),
        LEFT_OUT,
        announced("sound", "orbit"),
        LEFT_OUT,
        LEFT_OUT,
    ]


def test_a_result_taken_back_is_left_out_with_all_that_was_said_of_it() -> None:
    assert (
        told(
            announced("film", "orbit"),
            corrected("film", "meadow"),
            under_review("film"),
            retracted("film"),
        )
        == [LEFT_OUT] * 4
    )


def test_a_result_announced_anew_stands_where_it_was_announced_anew() -> None:
    assert told(
        announced("film", "orbit"),
        retracted("film"),
        announced("sound", "orbit"),
        announced("film", "meadow"),
        corrected("film", "harbour"),
    ) == [
        LEFT_OUT,
        LEFT_OUT,
        announced("sound", "orbit"),
        announced("film", "harbour"),
        LEFT_OUT,
    ]


def test_a_category_stays_on_stage_through_a_result_that_was_taken_back() -> None:
    show: list[Event] = [presenting("film", "Ida"), announced("film", "orbit"), retracted("film")]
    log = recorded([*LIVE, *show])

    assert projections(log)[-1].board.categories["film"].status == "upcoming"
    assert projections(amended(log))[-1].board.categories["film"].status == "presenting"


def test_what_is_left_out_keeps_its_place_its_time_and_its_author() -> None:
    log = recorded([*LIVE, announced("film", "orbit"), corrected("film", "meadow")])
    *_, left_out = amended(log)

    assert (left_out.version, left_out.id) == (log[-1].version, log[-1].id)
    assert (left_out.occurred_at, left_out.actor) == (log[-1].occurred_at, "maya")
    assert left_out.event == MomentNoted(AMENDED, LEFT_OUT.text)


def test_the_89th_night_as_corrected_awards_moonlight_in_the_minute_of_the_envelope() -> None:
    log = as_recorded(
        bundled()["oscars-89"],
        new_id=lambda: "id",
        recorded_at="2026-01-01T00:00:00.000Z",
        actor="",
    )
    boards, as_corrected = projections(log), projections(amended(log))
    (mistake,) = [
        each.version
        for each in log
        if each.event == WinnerAnnounced("best-picture", ("best-picture/la-la-land",))
    ]

    assert as_corrected[mistake - 1].board == boards[mistake - 1].board
    assert as_corrected[mistake].board.categories["best-picture"].winners == {
        "best-picture/moonlight": mistake
    }
    assert as_corrected[mistake].board.works["la-la-land"].wins == 6
    assert as_corrected[-2].board == as_corrected[mistake].board, "all that follows is the end"
    assert as_corrected[-1].board.phase == "ended"
    assert_same_end(boards[-1].board, as_corrected[-1].board)
    assert boards[-1].board.categories["best-picture"].winners.keys() == {"best-picture/moonlight"}


# --- for every history there could be


def assert_same_end(plain: Board, as_corrected: Board) -> None:
    assert winners(plain) == winners(as_corrected)
    assert plain.works == as_corrected.works
    assert plain.people == as_corrected.people
    assert plain.distributors == as_corrected.distributors
    assert plain.ranking == as_corrected.ranking


def winners(board: Board) -> dict[str, set[str]]:
    return {key: set(category.winners) for key, category in board.categories.items()}


def amendments(log: Iterable[Recorded], boards: list[Projection]) -> list[int]:
    return [
        each.version
        for each, before, after in zip(log, boards, boards[1:], strict=False)
        if amends(before.board, after.board, each.event)
    ]


@any_of(st.one_of(DATED, LISTED_THEN_ANYTHING, LISTED_THEN_SHOWN))
@settings(max_examples=200, deadline=None)
def test_any_history_as_corrected_ends_with_the_same_winners(log: list[Recorded]) -> None:
    boards = projections(log)
    as_corrected = projections(amended(log))

    assert len(as_corrected) == len(boards)
    assert winners(as_corrected[-1].board) == winners(boards[-1].board)
    assert [each.t for each in as_corrected] == [each.t for each in boards]


@any_of(LISTED_THEN_SHOWN)
@settings(max_examples=150, deadline=None)
def test_whatever_is_posted_the_end_has_the_same_tallies_and_ranking(log: list[Recorded]) -> None:
    assert_same_end(projections(log)[-1].board, projections(amended(log))[-1].board)


@any_of(NIGHTS)
@settings(max_examples=150, deadline=None)
def test_every_night_within_the_rules_ends_alike_and_takes_nothing_back(
    night: tuple[list[Event], State],
) -> None:
    log = recorded(night[0])
    boards, as_corrected = projections(log), projections(amended(log))

    assert_same_end(boards[-1].board, as_corrected[-1].board)
    assert as_corrected[-1].board.progress == boards[-1].board.progress
    assert as_corrected[-1].board.phase == boards[-1].board.phase
    for before, after in pairwise(as_corrected):
        for key, names in winners(before.board).items():
            assert names <= winners(after.board)[key], "as corrected, a result stands for good"


@any_of(st.one_of(LISTED_THEN_ANYTHING, LISTED_THEN_SHOWN))
@settings(max_examples=100, deadline=None)
def test_what_is_left_out_changes_no_board(log: list[Recorded]) -> None:
    changed = amended(log)
    boards = projections(changed)

    assert (changed == log) == (not amendments(log, projections(log)))
    for each, before, after in zip(changed, boards, boards[1:], strict=False):
        if each.event == LEFT_OUT:
            assert frame(before, after, each).patch == {}
            assert encode(before.board) == encode(after.board)
        assert set(as_json(frame(before, after, each))) == {
            "version",
            "occurred_at",
            "t",
            "event",
            "patch",
        }


@any_of(LISTED_THEN_SHOWN, st.data())
@settings(max_examples=100, deadline=None)
def test_an_event_that_amends_nothing_only_adds_to_what_was_told(
    log: list[Recorded], data: st.DataObject
) -> None:
    last = max(amendments(log, projections(log)), default=0)
    head = data.draw(st.integers(last, len(log)))

    assert amended(log)[:head] == amended(log[:head])
    assert amended(log)[head:] == log[head:]
