from collections.abc import Callable

import pytest
from msgspec.structs import replace

from events.ceremony import (
    CategoryListed,
    CeremonyReopened,
    CeremonyScheduled,
    Distributor,
    Event,
    MomentNoted,
    MomentWithdrawn,
    Nominee,
    Person,
    ResultPutUnderReview,
    RunningOrderSet,
    StageCleared,
    WinnerAnnounced,
    WorkListed,
)
from night import (
    ADA,
    BO,
    CATEGORIES,
    ENDED,
    HOUR,
    LANTERN,
    LISTED,
    LIVE,
    PROGRAMME,
    SCHEDULED,
    START,
    STARTED,
    WORKS,
    announced,
    category_withdrawn,
    confirmed,
    corrected,
    given,
    moment,
    moved,
    nominee_withdrawn,
    ordered,
    presenting,
    retracted,
    under_review,
)

LATER = "2030-02-01T21:00:00.000Z"
REOPENED = CeremonyReopened("one envelope was left")

# The first event after the start.
NEXT = START + 1


# --- scheduling


def test_a_ceremony_is_scheduled_first() -> None:
    given().when(SCHEDULED).then_it_stands()


@pytest.mark.parametrize(
    "event",
    [WORKS[0], CATEGORIES[0], STARTED, ENDED, REOPENED, moment(), announced("film", "orbit")],
    ids=lambda event: type(event).__name__,
)
def test_nothing_comes_before_the_scheduling(event: Event) -> None:
    given().when(event).then_it_is_refused("not-scheduled", "schedule the ceremony first")


def test_a_ceremony_is_scheduled_once() -> None:
    other = CeremonyScheduled("Another Night", HOUR)

    given(SCHEDULED).when(SCHEDULED).then_it_is_already_so(1)
    given(SCHEDULED).when(other).then_it_is_refused("already-scheduled", "reschedule")
    given(*LIVE).when(other).then_it_is_refused("already-scheduled")
    given(*LIVE, ENDED).when(SCHEDULED).then_it_is_already_so(1)


def test_the_start_may_be_moved_until_it_comes() -> None:
    given(SCHEDULED).when(moved(LATER)).then_it_stands()
    given(SCHEDULED, moved(LATER)).when(moved(HOUR)).then_it_stands()
    given(*LIVE).when(moved(LATER)).then_it_is_refused("started")
    given(*LIVE).when(moved(HOUR)).then_it_is_refused("started")


def test_a_start_moved_to_where_it_is_is_already_so() -> None:
    given(SCHEDULED).when(moved(HOUR)).then_it_is_already_so(1)
    given(SCHEDULED, moved(LATER)).when(moved(LATER)).then_it_is_already_so(2)
    given(SCHEDULED).when(moved("2030-02-01T21:00:00+01:00")).then_it_is_already_so(1)


# --- listing


def test_a_work_is_listed_once() -> None:
    given(SCHEDULED).when(WORKS[0]).then_it_stands()
    given(SCHEDULED, moment(), WORKS[0]).when(WORKS[0]).then_it_is_already_so(3)
    given(SCHEDULED, WORKS[0]).when(replace(WORKS[0], title="Harbor")).then_it_is_refused(
        "already-listed", "'harbour'"
    )


def test_a_distributor_has_one_name() -> None:
    other = WorkListed("delta", "Delta", (Distributor("lantern", "Lantern Films"),))

    given(SCHEDULED, WORKS[0]).when(other).then_it_is_refused(
        "other-name", "'lantern'", "'Lantern Pictures'", "'Lantern Films'"
    )
    given(SCHEDULED, WORKS[0]).when(WorkListed("delta", "Delta", (LANTERN,))).then_it_stands()


def test_a_work_names_each_distributor_once() -> None:
    twice = WorkListed("delta", "Delta", (LANTERN, LANTERN))

    given(SCHEDULED).when(twice).then_it_is_refused("named-twice", "'lantern'")


def test_a_category_is_listed_once() -> None:
    given(SCHEDULED, *WORKS).when(CATEGORIES[0]).then_it_stands()
    given(*PROGRAMME).when(CATEGORIES[0]).then_it_is_already_so(5)
    given(*PROGRAMME).when(replace(CATEGORIES[0], name="Sounds")).then_it_is_refused(
        "already-listed", "'sound'"
    )


def listing(*nominees: Nominee) -> CategoryListed:
    return CategoryListed("poster", "Poster", 9, nominees)


def test_a_category_may_still_be_listed_during_the_show_but_not_after_it() -> None:
    poster = listing(Nominee("poster/orbit", (ADA,), "orbit"))

    given(*LIVE).when(poster).then_it_stands()
    given(*LIVE, ENDED).when(poster).then_it_is_refused("ended", "reopen")


def test_a_position_holds_one_category_at_a_time() -> None:
    poster = replace(listing(Nominee("poster/orbit", (ADA,), "orbit")), position=2)

    given(*PROGRAMME).when(poster).then_it_is_refused("position-taken", "'song'")
    given(*PROGRAMME, category_withdrawn("song")).when(poster).then_it_stands()


def test_a_nominee_bears_its_category_in_its_id() -> None:
    given(*PROGRAMME).when(listing(Nominee("film/ada", (ADA,)))).then_it_is_refused(
        "foreign-nominee", "'film/ada'", "'poster/'"
    )


def test_a_nominee_is_on_the_ballot_once() -> None:
    twice = listing(Nominee("poster/a", (ADA,)), Nominee("poster/a", (BO,)))

    given(*PROGRAMME).when(twice).then_it_is_refused("named-twice", "'poster/a'")


def test_a_nominees_work_must_be_known() -> None:
    given(*PROGRAMME).when(listing(Nominee("poster/a", (ADA,), "delta"))).then_it_is_refused(
        "unknown-work", "'delta'", "'poster/a'"
    )


def test_a_person_is_credited_once_a_nominee() -> None:
    given(*PROGRAMME).when(listing(Nominee("poster/a", (ADA, ADA)))).then_it_is_refused(
        "named-twice", "'ada'", "'poster/a'"
    )


@pytest.mark.parametrize(
    "person",
    [Person("bo", "Bob Rey"), Person("bo", "Bo Rey", "nm7654321")],
    ids=["another name", "another imdb id"],
)
def test_an_id_that_stands_for_somebody_else_is_refused(person: Person) -> None:
    in_one_ballot = listing(Nominee("poster/a", (BO,)), Nominee("poster/b", (person,)))

    given(*PROGRAMME).when(listing(Nominee("poster/a", (person,)))).then_it_is_refused(
        "other-name", "'bo'", "'Bo Rey'"
    )
    given(SCHEDULED).when(in_one_ballot).then_it_is_refused("other-name", "'poster/b'")


def test_somebody_without_an_imdb_id_may_be_the_same_as_somebody_with_one() -> None:
    given(*PROGRAMME).when(listing(Nominee("poster/a", (Person("bo", "Bo Rey"),)))).then_it_stands()


# --- starting, ending, reopening


def test_a_ceremony_starts_once() -> None:
    given(*PROGRAMME).when(STARTED).then_it_stands()
    given(*LIVE).when(STARTED).then_it_is_already_so(START)
    given(*LIVE, ENDED).when(STARTED).then_it_is_refused("ended", "reopen")


def test_a_ceremony_ends_after_it_started_and_once() -> None:
    given(*PROGRAMME).when(ENDED).then_it_is_refused("not-started", "start it first")
    given(*LIVE).when(ENDED).then_it_stands()
    given(*LIVE, ENDED, moment()).when(ENDED).then_it_is_already_so(NEXT)


def test_only_an_ended_ceremony_is_reopened() -> None:
    given(*PROGRAMME).when(REOPENED).then_it_is_refused("not-started")
    given(*LIVE).when(REOPENED).then_it_is_already_so(START)
    given(*LIVE, ENDED).when(REOPENED).then_it_stands()
    given(*LIVE, ENDED, REOPENED).when(REOPENED).then_it_is_already_so(NEXT + 1)
    given(*LIVE, ENDED, REOPENED).when(STARTED).then_it_is_already_so(NEXT + 1)
    given(*LIVE, ENDED, REOPENED).when(ENDED).then_it_stands()


def test_after_reopening_the_show_goes_on() -> None:
    reopened = given(*LIVE, ENDED, REOPENED)

    reopened.when(presenting("film")).then_it_stands()
    reopened.when(ordered("film", "sound")).then_it_stands()
    reopened.when(moved(LATER)).then_it_is_refused("started")


@pytest.mark.parametrize(
    "event",
    [
        moved(LATER),
        WorkListed("delta", "Delta"),
        category_withdrawn("sound"),
        nominee_withdrawn("sound", "orbit"),
        ordered("film", "sound"),
        presenting("sound"),
    ],
    ids=lambda event: type(event).__name__,
)
def test_what_belongs_to_the_show_is_over_with_it(event: Event) -> None:
    given(*LIVE, ENDED).when(event).then_it_is_refused("ended", "reopen it to go on")


# --- presenting


def test_a_category_comes_on_stage_only_during_the_show() -> None:
    given(*PROGRAMME).when(presenting("film")).then_it_is_refused("not-started")
    given(*LIVE).when(presenting("film")).then_it_stands()


def test_presenting_the_same_by_the_same_is_already_so() -> None:
    on_stage = given(*LIVE, presenting("film", "Ida"), moment())

    on_stage.when(presenting("film", "Ida")).then_it_is_already_so(NEXT)
    on_stage.when(presenting("film", "Ida", "Jo")).then_it_stands()
    on_stage.when(presenting("film")).then_it_stands()


def test_another_category_may_take_the_stage() -> None:
    given(*LIVE, presenting("film")).when(presenting("song")).then_it_stands()
    given(*LIVE, presenting("film"), presenting("song")).when(presenting("film")).then_it_stands()


def test_a_correction_leaves_whoever_is_on_stage_there() -> None:
    given(
        *LIVE, announced("film", "orbit"), presenting("song", "Ida"), corrected("film", "meadow")
    ).when(presenting("song", "Ida")).then_it_is_already_so(NEXT + 1)


def test_an_announcement_leaves_nobody_on_stage() -> None:
    given(*LIVE, presenting("song", "Ida"), announced("film", "orbit")).when(
        presenting("song", "Ida")
    ).then_it_stands()


def test_an_unknown_or_withdrawn_category_is_not_presented() -> None:
    given(*LIVE).when(presenting("poster")).then_it_is_refused("unknown-category", "'poster'")
    given(*LIVE, category_withdrawn("song")).when(presenting("song")).then_it_is_refused(
        "withdrawn", "'song'"
    )


# --- announcing


def test_the_stage_is_cleared_once_and_only_while_the_night_is_live() -> None:
    given(*PROGRAMME).when(StageCleared()).then_it_is_refused("not-started")
    given(*LIVE).when(StageCleared()).then_it_is_already_so(START)
    on_stage = given(*LIVE, presenting("film"))
    on_stage.when(StageCleared()).then_it_stands()
    given(*LIVE, presenting("film"), StageCleared(), moment()).when(
        StageCleared()
    ).then_it_is_already_so(NEXT + 1)
    given(*LIVE, presenting("film"), announced("film", "orbit")).when(
        StageCleared()
    ).then_it_is_already_so(NEXT + 1)
    given(*LIVE, presenting("film"), ENDED).when(StageCleared()).then_it_is_refused("ended")


def test_what_was_cleared_off_the_stage_may_come_back() -> None:
    given(*LIVE, presenting("film"), StageCleared()).when(presenting("film")).then_it_stands()


def test_a_winner_needs_no_presenting() -> None:
    given(*LIVE).when(announced("film", "orbit")).then_it_stands()
    given(*LIVE, presenting("song")).when(announced("film", "orbit")).then_it_stands()


def test_a_winner_needs_a_show() -> None:
    given(*PROGRAMME).when(announced("film", "orbit")).then_it_is_refused("not-started")


def test_two_or_more_may_win_together() -> None:
    given(*LIVE).when(announced("film", "orbit", "harbour")).then_it_stands()
    given(*LIVE).when(announced("film", "orbit", "harbour", "meadow")).then_it_stands()


def test_a_tie_names_each_winner_once() -> None:
    given(*LIVE).when(announced("film", "orbit", "orbit")).then_it_is_refused("named-twice")


def test_the_same_winner_again_is_already_so() -> None:
    decided = given(*LIVE, announced("film", "orbit", "meadow"), moment())

    decided.when(announced("film", "orbit", "meadow")).then_it_is_already_so(NEXT)
    decided.when(announced("film", "meadow", "orbit")).then_it_is_already_so(NEXT)


def test_a_second_winner_must_wait_for_a_retraction() -> None:
    decided = given(*LIVE, announced("film", "orbit"))

    for other in (announced("film", "meadow"), announced("film", "orbit", "meadow")):
        decided.when(other).then_it_is_refused(
            "decided", "'film'", f"version {NEXT}", "film/orbit", "correct or retract"
        )
    given(*LIVE, announced("film", "orbit"), retracted("film")).when(
        announced("film", "meadow")
    ).then_it_stands()


def test_the_same_winner_after_a_retraction_is_a_new_result() -> None:
    given(*LIVE, announced("film", "orbit"), retracted("film")).when(
        announced("film", "orbit")
    ).then_it_stands()


def test_a_corrected_result_is_the_one_that_is_already_so() -> None:
    told = given(*LIVE, announced("film", "orbit"), corrected("film", "meadow"))

    told.when(announced("film", "meadow")).then_it_is_already_so(NEXT + 1)
    told.when(announced("film", "orbit")).then_it_is_refused("decided", "film/meadow")


def test_only_a_nominee_of_the_category_wins_it() -> None:
    for stranger in ("film/delta", "sound/orbit", "orbit"):
        given(*LIVE).when(WinnerAnnounced("film", (stranger,))).then_it_is_refused(
            "unknown-nominee", repr(stranger), "'film'"
        )
        given(*LIVE).when(WinnerAnnounced("film", ("film/orbit", stranger))).then_it_is_refused(
            "unknown-nominee"
        )


def test_an_unknown_category_has_no_winner() -> None:
    given(*LIVE).when(announced("poster", "orbit")).then_it_is_refused(
        "unknown-category", "'poster'", "check the programme"
    )


def test_who_was_withdrawn_cannot_win() -> None:
    without = given(*LIVE, nominee_withdrawn("film", "orbit"), announced("film", "harbour"))

    given(*LIVE, nominee_withdrawn("film", "orbit")).when(
        announced("film", "orbit")
    ).then_it_is_refused("withdrawn", "'film/orbit'")
    without.when(corrected("film", "orbit")).then_it_is_refused("withdrawn")
    given(*LIVE, category_withdrawn("film")).when(announced("film", "orbit")).then_it_is_refused(
        "withdrawn", "'film'"
    )


def test_a_forgotten_winner_is_announced_after_the_end() -> None:
    told = given(*LIVE, announced("film", "orbit"), ENDED)

    told.when(announced("song", "adrift")).then_it_stands()
    told.when(announced("film", "meadow")).then_it_is_refused("decided")
    told.when(announced("film", "orbit")).then_it_is_already_so(NEXT)


# --- reviewing, confirming, correcting, retracting


@pytest.mark.parametrize(
    "event",
    [under_review("film"), confirmed("film"), corrected("film", "orbit"), retracted("film")],
    ids=lambda event: type(event).__name__,
)
def test_what_is_not_decided_is_neither_doubted_nor_corrected(event: Event) -> None:
    for told in (
        given(*PROGRAMME),
        given(*LIVE),
        given(*LIVE, presenting("film")),
        given(*LIVE, announced("film", "meadow"), retracted("film")),
        given(*LIVE, category_withdrawn("film")),
    ):
        told.when(event).then_it_is_refused("no-result", "'film'")


@pytest.mark.parametrize(
    "make",
    [under_review, confirmed, retracted, lambda category: corrected(category, "orbit")],
    ids=["review", "confirm", "retract", "correct"],
)
def test_an_unknown_category_is_named(make: Callable[[str], Event]) -> None:
    given(*LIVE).when(make("poster")).then_it_is_refused("unknown-category", "'poster'")


def test_a_result_goes_under_review_and_is_confirmed() -> None:
    announced_ = (*LIVE, announced("film", "orbit"))
    reviewed = (*announced_, under_review("film"), moment())

    given(*announced_).when(under_review("film")).then_it_stands()
    given(*reviewed).when(under_review("film")).then_it_is_already_so(NEXT + 1)
    given(*reviewed).when(confirmed("film")).then_it_stands()
    given(*reviewed, confirmed("film")).when(confirmed("film")).then_it_is_already_so(NEXT + 3)
    given(*reviewed, confirmed("film")).when(under_review("film")).then_it_stands()


def test_a_result_nobody_doubted_is_confirmed_by_its_announcement() -> None:
    given(*LIVE, announced("film", "orbit")).when(confirmed("film")).then_it_is_already_so(NEXT)


def test_another_reason_makes_no_other_review() -> None:
    given(*LIVE, announced("film", "orbit"), under_review("film")).when(
        ResultPutUnderReview("film", "a second look")
    ).then_it_is_already_so(NEXT + 1)


def test_the_announced_winner_under_review_still_stands() -> None:
    given(*LIVE, announced("film", "orbit"), under_review("film")).when(
        announced("film", "orbit")
    ).then_it_is_already_so(NEXT)


def test_a_result_is_corrected_as_often_as_it_was_wrong() -> None:
    once = (*LIVE, announced("film", "orbit"), corrected("film", "meadow"))

    given(*LIVE, announced("film", "orbit")).when(corrected("film", "meadow")).then_it_stands()
    given(*once).when(corrected("film", "orbit")).then_it_stands()
    given(*once).when(corrected("film", "orbit", "meadow")).then_it_stands()
    given(*once).when(corrected("film", "meadow")).then_it_is_already_so(NEXT + 1)


def test_a_correction_to_what_stands_is_already_so() -> None:
    given(*LIVE, announced("film", "orbit", "meadow")).when(
        corrected("film", "meadow", "orbit")
    ).then_it_is_already_so(NEXT)


def test_a_doubted_result_that_was_right_is_confirmed_and_not_corrected() -> None:
    given(*LIVE, announced("film", "orbit"), under_review("film")).when(
        corrected("film", "orbit")
    ).then_it_is_refused("same-result", "confirm")


def test_a_correction_ends_the_review() -> None:
    told = (*LIVE, announced("film", "orbit"), under_review("film"), corrected("film", "meadow"))

    given(*told).when(confirmed("film")).then_it_is_already_so(NEXT + 2)
    given(*told).when(under_review("film")).then_it_stands()


def test_a_correction_names_known_nominees_once() -> None:
    told = given(*LIVE, announced("film", "orbit"))

    told.when(corrected("film", "delta")).then_it_is_refused("unknown-nominee", "'film/delta'")
    told.when(corrected("film", "meadow", "meadow")).then_it_is_refused("named-twice")


def test_a_result_is_retracted_once() -> None:
    given(*LIVE, announced("film", "orbit")).when(retracted("film")).then_it_stands()
    given(*LIVE, announced("film", "orbit"), under_review("film")).when(
        retracted("film")
    ).then_it_stands()
    given(*LIVE, announced("film", "orbit"), retracted("film")).when(
        retracted("film")
    ).then_it_is_refused("no-result")


@pytest.mark.parametrize(
    "event",
    [
        under_review("film"),
        corrected("film", "meadow"),
        retracted("film"),
        moment(),
        REOPENED,
    ],
    ids=lambda event: type(event).__name__,
)
def test_mistakes_may_still_be_mended_after_the_end(event: Event) -> None:
    given(*LIVE, announced("film", "orbit"), ENDED).when(event).then_it_stands()


def test_a_review_may_be_settled_after_the_end() -> None:
    given(*LIVE, announced("film", "orbit"), under_review("film"), ENDED).when(
        confirmed("film")
    ).then_it_stands()


# --- withdrawing


def test_a_category_is_withdrawn_once() -> None:
    given(*PROGRAMME).when(category_withdrawn("film")).then_it_stands()
    given(*LIVE, presenting("film")).when(category_withdrawn("film")).then_it_stands()
    given(*LIVE, category_withdrawn("film"), moment()).when(
        category_withdrawn("film")
    ).then_it_is_already_so(NEXT)
    given(*LIVE).when(category_withdrawn("poster")).then_it_is_refused("unknown-category")


def test_no_standing_win_is_taken_by_withdrawing() -> None:
    decided = given(*LIVE, announced("film", "orbit"))
    doubted = given(*LIVE, announced("film", "orbit"), under_review("film"))
    taken_back = given(*LIVE, announced("film", "orbit"), retracted("film"))

    for told in (decided, doubted):
        told.when(category_withdrawn("film")).then_it_is_refused("standing-result", "retract it")
        told.when(nominee_withdrawn("film", "orbit")).then_it_is_refused("standing-result")
        told.when(nominee_withdrawn("film", "meadow")).then_it_stands()
    taken_back.when(category_withdrawn("film")).then_it_stands()
    taken_back.when(nominee_withdrawn("film", "orbit")).then_it_stands()


def test_a_nominee_is_withdrawn_once() -> None:
    given(*PROGRAMME).when(nominee_withdrawn("film", "orbit")).then_it_stands()
    given(*PROGRAMME, nominee_withdrawn("film", "orbit"), moment()).when(
        nominee_withdrawn("film", "orbit")
    ).then_it_is_already_so(LISTED + 1)


def test_who_is_withdrawn_must_be_known() -> None:
    given(*LIVE).when(nominee_withdrawn("poster", "orbit")).then_it_is_refused("unknown-category")
    given(*LIVE).when(nominee_withdrawn("film", "delta")).then_it_is_refused(
        "unknown-nominee", "'film/delta'", "'film'"
    )


# --- the running order


def test_undecided_categories_are_put_in_order() -> None:
    given(*PROGRAMME).when(ordered("film", "song", "sound")).then_it_stands()
    given(*LIVE, announced("sound", "orbit")).when(ordered("film", "song")).then_it_stands()
    given(*LIVE, announced("sound", "orbit"), retracted("sound")).when(
        ordered("film", "sound")
    ).then_it_stands()


def test_a_decided_category_has_had_its_turn() -> None:
    given(*LIVE, announced("film", "orbit")).when(ordered("film", "sound")).then_it_is_refused(
        "decided", "'film'"
    )


def test_the_order_names_known_categories_once() -> None:
    given(*LIVE).when(ordered("film", "poster")).then_it_is_refused("unknown-category", "'poster'")
    given(*LIVE).when(ordered("film", "sound", "film")).then_it_is_refused("named-twice", "'film'")
    given(*LIVE, category_withdrawn("film")).when(ordered("film", "sound")).then_it_is_refused(
        "withdrawn", "'film'"
    )


def test_an_order_that_holds_is_already_so() -> None:
    given(*PROGRAMME).when(ordered("sound", "film")).then_it_is_already_so(LISTED)
    given(*PROGRAMME).when(ordered("sound")).then_it_is_already_so(5)
    given(*PROGRAMME, ordered("film", "sound"), moment()).when(
        ordered("film", "sound")
    ).then_it_is_already_so(LISTED + 1)


def test_an_order_that_holds_since_a_later_listing_rests_on_that() -> None:
    poster = listing(Nominee("poster/orbit", (ADA,), "orbit"))

    given(*PROGRAMME, ordered("film", "sound"), poster).when(
        RunningOrderSet(("film", "poster"))
    ).then_it_is_already_so(LISTED + 2)


# --- moments


def test_a_moment_is_noted_in_every_phase_and_as_often_as_it_is_told() -> None:
    for told in (given(SCHEDULED), given(*LIVE, moment()), given(*LIVE, ENDED)):
        told.when(moment()).then_it_stands()


def test_a_moments_works_must_be_known_and_its_people_need_not_be() -> None:
    given(*LIVE).when(MomentNoted("note", "Seen.", ("Anybody",), ("orbit",))).then_it_stands()
    given(*LIVE).when(MomentNoted("note", "Seen.", works=("orbit", "delta"))).then_it_is_refused(
        "unknown-work", "'delta'"
    )


def test_a_moment_is_withdrawn_once_by_its_version() -> None:
    noted = (*LIVE, moment())

    given(*noted).when(MomentWithdrawn(NEXT)).then_it_stands()
    given(*noted, ENDED).when(MomentWithdrawn(NEXT)).then_it_stands()
    given(*noted, MomentWithdrawn(NEXT), moment()).when(
        MomentWithdrawn(NEXT, "once more")
    ).then_it_is_already_so(NEXT + 1)


@pytest.mark.parametrize("version", [1, START, NEXT + 1, 999])
def test_what_is_no_moment_is_not_withdrawn_as_one(version: int) -> None:
    given(*LIVE, moment(), announced("film", "orbit")).when(
        MomentWithdrawn(version)
    ).then_it_is_refused("no-moment", f"{version}")
