from events.ceremony import CategoryWithdrawn, Event, MomentWithdrawn, StageCleared
from night import (
    ENDED,
    LIVE,
    PROGRAMME,
    START,
    announced,
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
from tracker.chapters import Chapter, Contents

# The first event after the start.
NEXT = START + 1


def contents(*events: Event) -> Contents:
    given(*events)
    log = recorded(events)
    result = Contents()
    for each, after in zip(log, projections(log)[1:], strict=True):
        result.turn(each, after.t)
    return result


def chapters(*events: Event) -> list[tuple[int, str]]:
    return [(each.version, each.category) for each in contents(*events).chapters]


def test_before_the_show_its_start_is_the_head() -> None:
    assert contents().start == 0
    assert contents(*PROGRAMME).start == len(PROGRAMME)
    assert contents(*PROGRAMME, moment(), moment()).start == len(PROGRAMME) + 2


def test_the_show_starts_once() -> None:
    assert contents(*LIVE).start == START
    assert contents(*LIVE, moment(), ENDED, moment()).start == START


def test_a_chapter_begins_when_its_category_comes_on_stage() -> None:
    told = contents(*LIVE, moment(), presenting("film", "Ida"), announced("film", "orbit"))

    assert told.chapters == (Chapter(NEXT + 1, 2000, "film"),)


def test_a_category_that_was_never_on_stage_begins_with_its_winner() -> None:
    assert chapters(*LIVE, moment(), announced("film", "orbit")) == [(NEXT + 1, "film")]


def test_a_category_on_stage_has_its_chapter_before_it_is_decided() -> None:
    assert chapters(*LIVE, presenting("film")) == [(NEXT, "film")]


def test_each_category_has_one_chapter_in_the_order_of_the_show() -> None:
    assert chapters(
        *LIVE,
        presenting("film"),
        announced("film", "orbit"),
        announced("song", "adrift"),
        presenting("sound"),
        presenting("sound", "Ida"),
        announced("sound", "orbit"),
    ) == [(NEXT, "film"), (NEXT + 2, "song"), (NEXT + 4, "sound")]


def test_the_presenting_that_led_to_the_result_is_the_one_that_counts() -> None:
    assert chapters(
        *LIVE,
        presenting("film"),
        presenting("song"),
        announced("song", "adrift"),
        presenting("film"),
        announced("film", "orbit"),
    ) == [(NEXT + 1, "song"), (NEXT + 3, "film")]


def test_what_comes_after_the_first_result_moves_no_chapter() -> None:
    first = (*LIVE, presenting("film"), announced("film", "orbit"), announced("song", "adrift"))

    for more in (
        (presenting("film"),),
        (corrected("film", "meadow"),),
        (retracted("film"), announced("film", "meadow")),
        (retracted("film"), presenting("film"), announced("film", "meadow")),
    ):
        assert chapters(*first, *more) == [(NEXT, "film"), (NEXT + 2, "song")]


def test_a_correction_supersedes_the_announcement_and_then_the_correction() -> None:
    told = contents(
        *LIVE, announced("film", "orbit"), corrected("film", "meadow"), corrected("film", "harbour")
    )

    assert told.superseded == {str(NEXT): NEXT + 1, str(NEXT + 1): NEXT + 2}


def test_a_retraction_supersedes_what_it_takes_back_and_nothing_supersedes_it() -> None:
    told = contents(
        *LIVE,
        announced("film", "orbit"),
        corrected("film", "meadow"),
        retracted("film"),
        announced("film", "orbit"),
        corrected("film", "harbour"),
    )

    assert told.superseded == {
        str(NEXT): NEXT + 1,
        str(NEXT + 1): NEXT + 2,
        str(NEXT + 3): NEXT + 4,
    }


def test_a_withdrawal_supersedes_its_moment() -> None:
    told = contents(*LIVE, moment(), moment(), MomentWithdrawn(NEXT))

    assert told.superseded == {str(NEXT): NEXT + 2}


def test_a_review_supersedes_nothing() -> None:
    told = contents(*LIVE, announced("film", "orbit"), under_review("film"), confirmed("film"))

    assert told.superseded == {}


def test_a_category_that_was_interrupted_begins_with_its_winner() -> None:
    interrupted = (presenting("film"), presenting("sound"), announced("film", "orbit"))
    assert chapters(*LIVE, *interrupted) == [(NEXT + 1, "sound"), (NEXT + 2, "film")]
    overtaken = (presenting("film"), announced("sound", "orbit"), announced("film", "orbit"))
    assert chapters(*LIVE, *overtaken) == [(NEXT + 1, "sound"), (NEXT + 2, "film")]


def test_a_category_taken_off_the_stage_begins_where_it_comes_again_or_wins() -> None:
    cleared = (*LIVE, presenting("film"), StageCleared())
    assert chapters(*cleared) == []
    assert chapters(*cleared, moment(), presenting("film")) == [(START + 4, "film")]
    assert chapters(*cleared, announced("film", "orbit")) == [(START + 3, "film")]


def test_a_category_withdrawn_on_stage_has_no_chapter() -> None:
    assert chapters(*LIVE, presenting("film"), CategoryWithdrawn("film")) == []
