import json

import pytest
from msgspec.structs import replace

from events.ceremony import (
    CategoryListed,
    CeremonyReopened,
    CeremonyScheduled,
    Event,
    MomentNoted,
    MomentWithdrawn,
    Nominee,
    StageCleared,
    WorkListed,
)
from events.codec import encode
from events.timestamp import from_ms, to_ms
from night import (
    ADA,
    BLANK_BOARD,
    BO,
    CY,
    DEE,
    ENDED,
    HOUR,
    LANTERN,
    LISTED,
    LIVE,
    PROGRAMME,
    SCHEDULED,
    START,
    STARTED,
    announced,
    as_json,
    board_after,
    category_withdrawn,
    confirmed,
    corrected,
    moment,
    moved,
    nominee_withdrawn,
    numbers,
    ordered,
    presenting,
    projections,
    recorded,
    retracted,
    under_review,
)
from tracker.board import BLANK
from tracker.project import NOTHING, project

# The first event after the start.
NEXT = START + 1


def status(board: dict[str, dict[str, dict[str, object]]], category: str) -> object:
    return board["categories"][category]["status"]


# --- the blank board and the programme


def test_the_board_of_version_0_has_every_key_and_nothing_in_it() -> None:
    assert encode(BLANK) == encode(BLANK_BOARD)
    assert (NOTHING.version, NOTHING.t, NOTHING.board) == (0, 0, BLANK)


def test_the_programme_is_on_the_board() -> None:
    board = board_after(*PROGRAMME)

    assert board["ceremony"] == {
        "id": "made-up",
        "name": "The Made-up Awards",
        "starts_at": HOUR,
        "venue": "Town Hall",
        "hosts": ["Hal Host"],
    }
    assert board["phase"] == "scheduled"
    assert board["progress"] == {"awarded": 0, "categories": 5}
    assert (board["stage"], board["latest"], board["milestones"]) == ({}, {}, {})
    assert board["categories"]["song"] == {
        "name": "Original Song",
        "position": 2,
        "status": "upcoming",
        "nominees": {
            "song/adrift": {
                "work": "harbour",
                "position": 1,
                "people": ["ada"],
                "detail": {"song": "Adrift"},
            },
            "song/low-tide": {
                "work": "harbour",
                "position": 2,
                "people": ["ada", "cy"],
                "detail": {"song": "Low Tide"},
            },
            "song/apogee": {
                "work": "orbit",
                "position": 3,
                "people": ["dee"],
                "detail": {"song": "Apogee"},
            },
        },
        "winners": {},
    }
    assert board["categories"]["honour"]["nominees"]["honour/bo"] == {
        "position": 1,
        "people": ["bo"],
    }
    assert board["works"]["meadow"] == {
        "title": "Meadow",
        "distributors": ["lantern", "north"],
        "nominations": 3,
        "wins": 0,
        "lost": 0,
        "pending": 3,
    }
    assert board["works"]["orbit"]["distributors"] == []
    assert board["people"]["ada"] == {
        "name": "Ada Lund",
        "nominations": 4,
        "wins": 0,
        "lost": 0,
        "pending": 4,
    }
    assert board["distributors"]["lantern"] == {
        "name": "Lantern Pictures",
        "nominations": 8,
        "wins": 0,
        "lost": 0,
        "pending": 8,
    }
    assert board["ranking"] == {"works": [], "people": [], "distributors": []}


def test_a_ceremony_without_venue_and_hosts_has_no_venue_and_an_empty_list() -> None:
    assert board_after(CeremonyScheduled("N", HOUR))["ceremony"] == {
        "id": "made-up",
        "name": "N",
        "starts_at": HOUR,
        "hosts": [],
    }


def test_a_moved_start_moves_the_announced_time_and_no_show_time() -> None:
    later = "2030-02-01T20:30:00.000Z"
    log = recorded([SCHEDULED, moved(later)])
    overdue = recorded([moment()], after=2, hour="2030-02-01T20:40:00.000Z")

    [_, _, second, third] = projections([*log, *overdue])

    assert as_json(second.board)["ceremony"]["starts_at"] == later
    assert (second.t, third.t) == (0, 0)


def show(*told: tuple[str, Event]) -> list[int]:
    """Return the show time of each event after the programme, each of which has its own hour."""
    log = recorded(PROGRAMME, hour="2030-01-01T00:00:00.000Z")
    for hour, event in told:
        [envelope] = recorded([event], after=len(log))
        log.append(replace(envelope, occurred_at=hour))
    return [each.t for each in projections(log)][LISTED + 1 :]


@pytest.mark.parametrize(
    "started",
    [
        "2030-02-01T20:00:00.000Z",  # on the minute
        "2030-02-01T19:29:00.000Z",  # half an hour early
        "2030-02-01T10:00:00.000Z",  # ten hours early
        "2030-02-01T20:40:00.000Z",  # forty minutes late
        "2030-02-02T08:00:00.000Z",  # the next day
    ],
)
def test_show_time_counts_from_the_start_that_was_said_whenever_it_was(started: str) -> None:
    def at(minutes: float) -> str:
        return from_ms(to_ms(started) + round(60_000 * minutes))

    assert show(
        (at(-600), moment()),
        (at(-5), moment()),
        (started, STARTED),
        (at(5), announced("sound", "orbit")),
        (at(10.5), announced("film", "orbit")),
        (at(200), ENDED),
    ) == [0, 0, 0, 300_000, 630_000, 12_000_000]


def test_show_time_never_falls_and_never_goes_below_0() -> None:
    assert show(
        ("2030-02-01T21:00:00.000Z", STARTED),
        ("2030-02-01T20:00:00.000Z", moment("Noted late.")),
        ("2030-02-01T21:00:03.001Z", moment()),
        ("2030-02-01T21:00:01.000Z", moment("Noted late.")),
        ("2030-02-01T21:00:04.000Z", moment()),
    ) == [0, 0, 3_001, 3_001, 4_000]


def test_a_start_noted_late_counts_from_when_it_happened() -> None:
    assert show(
        ("2030-02-01T20:50:00.000Z", moment("Doors open.")),
        ("2030-02-01T20:45:00.000Z", STARTED),
        ("2030-02-01T20:55:00.000Z", announced("sound", "orbit")),
    ) == [0, 0, 600_000]


def test_a_night_reopened_or_started_again_goes_on_counting_from_its_first_start() -> None:
    assert show(
        ("2030-02-01T19:00:00.000Z", STARTED),
        ("2030-02-01T20:00:00.000Z", ENDED),
        ("2030-02-01T20:10:00.000Z", CeremonyReopened()),
        ("2030-02-01T20:11:00.000Z", STARTED),
        ("2030-02-01T20:12:00.000Z", ENDED),
        ("2030-02-01T20:13:00.000Z", STARTED),
        ("2030-02-01T21:00:00.000Z", announced("sound", "orbit")),
    ) == [0, 3_600_000, 4_200_000, 4_260_000, 4_320_000, 4_380_000, 7_200_000]


@pytest.mark.parametrize("unreadable", ["no time at all", "", "2030-02-01T20:30:00.000"])
def test_show_time_stands_still_at_a_time_that_cannot_be_read(unreadable: str) -> None:
    assert show(
        ("2030-02-01T19:00:00.000Z", STARTED),
        ("2030-02-01T20:00:00.000Z", moment()),
        (unreadable, moment()),
        ("2030-02-01T20:00:01.000Z", moment()),
    ) == [0, 3_600_000, 3_600_000, 3_601_000]


def test_a_start_whose_time_cannot_be_read_counts_from_the_next_time_that_can() -> None:
    assert show(
        ("no time at all", STARTED),
        ("2030-02-01T21:00:00.000Z", moment()),
        ("2030-02-01T21:00:01.000Z", moment()),
    ) == [0, 0, 1_000]


def test_a_work_listed_after_the_programme_counts_from_its_first_nomination() -> None:
    delta: tuple[Event, ...] = (
        *LIVE,
        announced("film", "harbour"),
        WorkListed("delta", "Delta", (LANTERN,)),
        CategoryListed("poster", "Poster", 6, (Nominee("poster/delta", (ADA,), "delta"),)),
    )

    board = board_after(*delta)
    assert numbers(board["works"]["delta"]) == [1, 0, 0, 1]
    assert numbers(board["distributors"]["lantern"]) == [9, 1, 1, 7]
    assert board["progress"] == {"awarded": 1, "categories": 6}


# --- phases, stage and status


def test_the_phases_follow_the_show() -> None:
    assert board_after(*PROGRAMME)["phase"] == "scheduled"
    assert board_after(*LIVE)["phase"] == "live"
    assert board_after(*LIVE, ENDED)["phase"] == "ended"
    assert board_after(*LIVE, ENDED, CeremonyReopened())["phase"] == "live"


def test_a_category_on_stage_is_presenting() -> None:
    board = board_after(*LIVE, presenting("film", "Ida", "Jo"))

    assert board["stage"] == {"category": "film", "presenters": ["Ida", "Jo"]}
    assert status(board, "film") == "presenting"


def test_a_category_may_be_on_stage_without_presenters() -> None:
    board = board_after(*LIVE, presenting("film"))

    assert board["stage"] == {"category": "film", "presenters": []}


def test_another_category_on_stage_sends_the_first_back_to_upcoming() -> None:
    board = board_after(*LIVE, presenting("film", "Ida"), presenting("song"))

    assert board["stage"] == {"category": "song", "presenters": []}
    assert (status(board, "film"), status(board, "song")) == ("upcoming", "presenting")


def test_other_presenters_keep_the_category_on_stage() -> None:
    board = board_after(*LIVE, presenting("film", "Ida"), presenting("film", "Jo"))

    assert board["stage"] == {"category": "film", "presenters": ["Jo"]}
    assert status(board, "film") == "presenting"


def test_an_announcement_clears_the_stage() -> None:
    same = board_after(*LIVE, presenting("film", "Ida"), announced("film", "orbit"))
    other = board_after(*LIVE, presenting("song"), announced("film", "orbit"))

    assert (same["stage"], status(same, "film")) == ({}, "awarded")
    assert (other["stage"], status(other, "film")) == ({}, "awarded")
    assert status(other, "song") == "upcoming"


def test_a_cleared_stage_sends_its_category_back_to_upcoming() -> None:
    board = board_after(*LIVE, presenting("film", "Ida"), StageCleared())
    assert board == board_after(*LIVE)


def test_the_end_clears_the_stage() -> None:
    board = board_after(*LIVE, presenting("film"), ENDED)

    assert (board["stage"], status(board, "film")) == ({}, "upcoming")


def test_a_correction_leaves_the_stage_to_whoever_is_on_it() -> None:
    board = board_after(
        *LIVE, announced("film", "orbit"), presenting("song"), corrected("film", "meadow")
    )

    assert board["stage"] == {"category": "song", "presenters": []}
    assert status(board, "song") == "presenting"


def test_a_decided_category_shown_again_stays_awarded() -> None:
    board = board_after(*LIVE, announced("film", "orbit"), presenting("film"), presenting("song"))

    assert status(board, "film") == "awarded"


# --- results


def test_a_result_rests_on_the_version_of_its_event() -> None:
    board = board_after(*LIVE, announced("film", "harbour"))

    assert board["categories"]["film"]["winners"] == {"film/harbour": NEXT}
    assert board["latest"] == {"category": "film", "version": NEXT}
    assert board["progress"] == {"awarded": 1, "categories": 5}


def test_a_result_moves_every_tally_that_rests_on_its_category() -> None:
    board = board_after(*LIVE, announced("film", "harbour"))

    assert {key: numbers(each) for key, each in board["works"].items()} == {
        "harbour": [5, 1, 0, 4],
        "meadow": [3, 0, 1, 2],
        "orbit": [3, 0, 1, 2],
    }
    assert {key: numbers(each) for key, each in board["people"].items()} == {
        "ada": [4, 1, 0, 3],
        "bo": [4, 1, 1, 2],
        "cy": [3, 0, 0, 3],
        "dee": [4, 0, 0, 4],
    }
    assert {key: numbers(each) for key, each in board["distributors"].items()} == {
        "lantern": [8, 1, 1, 6],
        "north": [3, 0, 1, 2],
    }


def test_a_work_with_two_nominations_in_a_category_loses_with_one_and_wins_with_the_other() -> None:
    board = board_after(*LIVE, announced("song", "low-tide"))

    assert numbers(board["works"]["harbour"]) == [5, 1, 1, 3]
    assert numbers(board["people"]["ada"]) == [4, 1, 1, 2]
    assert numbers(board["people"]["cy"]) == [3, 1, 0, 2]


def test_a_tie_is_a_win_for_each_and_one_award() -> None:
    board = board_after(*LIVE, announced("film", "meadow", "orbit"))

    assert board["categories"]["film"]["winners"] == {"film/meadow": NEXT, "film/orbit": NEXT}
    assert board["progress"]["awarded"] == 1
    assert [board["works"][key]["wins"] for key in ("harbour", "meadow", "orbit")] == [0, 1, 1]
    assert board["distributors"]["lantern"]["wins"] == 1


def test_two_winners_of_one_distributor_are_two_wins() -> None:
    board = board_after(*LIVE, announced("film", "harbour", "meadow"))

    assert numbers(board["distributors"]["lantern"]) == [8, 2, 0, 6]
    assert numbers(board["people"]["bo"]) == [4, 2, 0, 2]


def test_under_review_only_the_status_changes() -> None:
    before = board_after(*LIVE, announced("film", "harbour"))
    board = board_after(*LIVE, announced("film", "harbour"), under_review("film"))

    assert status(board, "film") == "under-review"
    board["categories"]["film"]["status"] = "awarded"
    assert board == before


def test_a_confirmed_result_is_as_it_was_announced() -> None:
    told = (*LIVE, announced("film", "harbour"))

    assert board_after(*told, under_review("film"), confirmed("film")) == board_after(*told)


def test_a_correction_moves_the_win_and_rests_on_its_own_version() -> None:
    board = board_after(
        *LIVE, announced("film", "harbour"), under_review("film"), corrected("film", "orbit")
    )

    assert status(board, "film") == "awarded"
    assert board["categories"]["film"]["winners"] == {"film/orbit": NEXT + 2}
    assert board["latest"] == {"category": "film", "version": NEXT + 2}
    assert board["progress"]["awarded"] == 1
    assert numbers(board["works"]["harbour"]) == [5, 0, 1, 4]
    assert numbers(board["works"]["orbit"]) == [3, 1, 0, 2]
    assert board["ranking"] == {"works": [["orbit", 1]], "people": [], "distributors": []}


def test_a_retraction_leaves_no_trace_on_the_board() -> None:
    assert board_after(*LIVE, announced("film", "harbour"), retracted("film")) == board_after(*LIVE)


def test_a_retraction_of_what_is_on_stage_leaves_it_presenting() -> None:
    board = board_after(*LIVE, announced("film", "orbit"), presenting("film"), retracted("film"))

    assert status(board, "film") == "presenting"
    assert board["stage"]["category"] == "film"


def test_after_a_retraction_the_latest_result_is_the_one_before() -> None:
    told = (*LIVE, announced("film", "orbit"), announced("song", "adrift"))

    assert board_after(*told)["latest"] == {"category": "song", "version": NEXT + 1}
    assert board_after(*told, retracted("song"))["latest"] == {"category": "film", "version": NEXT}
    assert board_after(*told, retracted("song"), retracted("film"))["latest"] == {}
    assert board_after(*told, corrected("film", "meadow"))["latest"] == {
        "category": "film",
        "version": NEXT + 2,
    }


# --- withdrawals and the running order


def test_a_withdrawn_category_counts_for_nobody() -> None:
    board = board_after(*LIVE, presenting("film"), category_withdrawn("film"))

    assert status(board, "film") == "withdrawn"
    assert board["stage"] == {}
    assert board["progress"] == {"awarded": 0, "categories": 4}
    assert numbers(board["works"]["harbour"]) == [4, 0, 0, 4]
    assert numbers(board["people"]["bo"]) == [2, 0, 0, 2]
    assert numbers(board["distributors"]["north"]) == [2, 0, 0, 2]


def test_a_withdrawn_nominee_is_marked_and_no_longer_counts() -> None:
    board = board_after(*LIVE, nominee_withdrawn("film", "harbour"))

    assert board["categories"]["film"]["nominees"]["film/harbour"] == {
        "work": "harbour",
        "position": 1,
        "people": ["ada", "bo"],
        "withdrawn": True,
    }
    assert numbers(board["works"]["harbour"]) == [4, 0, 0, 4]
    assert numbers(board["people"]["ada"]) == [3, 0, 0, 3]
    assert board["progress"]["categories"] == 5


def test_a_nominee_withdrawn_after_the_result_has_not_lost() -> None:
    board = board_after(*LIVE, announced("film", "orbit"), nominee_withdrawn("film", "harbour"))

    assert numbers(board["works"]["harbour"]) == [4, 0, 0, 4]
    assert numbers(board["works"]["meadow"]) == [3, 0, 1, 2]


def test_a_withdrawal_between_two_with_a_win_may_turn_their_order() -> None:
    told = (*LIVE, announced("sound", "harbour"), announced("film", "meadow", "orbit"))

    assert board_after(*told)["ranking"]["works"] == [["harbour", 1], ["meadow", 1], ["orbit", 1]]
    turned = (nominee_withdrawn("directing", "bo"), nominee_withdrawn("sound", "meadow"))
    assert board_after(*told, *turned)["ranking"]["works"] == [
        ["harbour", 1],
        ["orbit", 1],
        ["meadow", 1],
    ]


def test_a_win_that_was_withdrawn_against_the_rules_still_adds_up() -> None:
    told = [*LIVE, announced("film", "harbour"), category_withdrawn("film")]

    board = as_json(projections(recorded(told))[-1].board)

    assert status(board, "film") == "awarded"
    assert numbers(board["works"]["harbour"]) == [5, 1, 0, 4]
    assert numbers(board["works"]["meadow"]) == [2, 0, 0, 2]


def test_the_running_order_deals_out_the_places_its_categories_hold() -> None:
    board = board_after(*LIVE, ordered("film", "song", "directing"))

    assert {key: each["position"] for key, each in board["categories"].items()} == {
        "sound": 1,
        "film": 2,
        "song": 3,
        "honour": 4,
        "directing": 5,
    }


def test_moments_leave_the_board_as_it_is() -> None:
    board = board_after(*LIVE, MomentNoted("note", "Seen.", ("Ada",), ("orbit",)))

    assert board == board_after(*LIVE)
    assert board == board_after(*LIVE, moment(), MomentWithdrawn(NEXT))


# --- the ranking


def test_the_ranking_is_a_competition_1_1_3() -> None:
    board = board_after(
        *LIVE,
        announced("sound", "harbour"),
        announced("song", "apogee"),
        announced("directing", "bo"),
        announced("film", "harbour"),
    )
    assert board["ranking"]["works"] == [["harbour", 1], ["meadow", 2], ["orbit", 2]]
    assert board["ranking"]["people"] == [["bo", 1], ["ada", 2], ["dee", 2], ["cy", 2]]
    assert board["ranking"]["distributors"] == [["lantern", 1], ["north", 2]]

    level = board_after(
        *LIVE,
        announced("sound", "harbour"),
        announced("song", "apogee", "adrift"),
        announced("film", "orbit"),
        announced("directing", "bo"),
    )
    assert level["ranking"]["works"] == [["harbour", 1], ["orbit", 1], ["meadow", 3]]


def test_only_those_with_a_win_are_ranked() -> None:
    board = board_after(*LIVE, announced("honour", "dee"))

    assert board["ranking"] == {"works": [], "people": [["dee", 1]], "distributors": []}


def test_within_a_rank_more_nominations_go_first_and_then_the_id() -> None:
    board = board_after(*LIVE, announced("film", "orbit", "meadow", "harbour"))

    assert board["ranking"]["works"] == [["harbour", 1], ["meadow", 1], ["orbit", 1]]


# --- all of it


EVERYTHING: tuple[Event, ...] = (
    *LIVE,
    presenting("sound", "Ida"),
    announced("sound", "meadow", "orbit"),
    presenting("song"),
    ordered("film", "directing"),
    announced("song", "adrift"),
    under_review("song"),
    confirmed("song"),
    corrected("song", "apogee"),
    retracted("song"),
    nominee_withdrawn("song", "low-tide"),
    category_withdrawn("honour"),
    moment(),
    ENDED,
)


@pytest.mark.parametrize("count", range(len(EVERYTHING) + 1))
def test_no_board_holds_a_null_or_a_fraction(count: int) -> None:
    board = projections(recorded(EVERYTHING[:count]))[-1].board

    def no_fraction(text: str) -> float:
        raise AssertionError(text)

    assert b"null" not in encode(board)
    json.loads(encode(board), parse_float=no_fraction)


def test_no_version_of_the_board_is_changed_by_the_next() -> None:
    taken = []
    projection = NOTHING
    kept = [projection]
    for each in recorded(EVERYTHING):
        taken.append(encode(projection.board))
        projection = project(projection, each)
        kept.append(projection)

    assert [encode(each.board) for each in kept[:-1]] == taken


def test_everybody_credited_is_on_the_board_by_name() -> None:
    board = board_after(*EVERYTHING)

    assert {key: each["name"] for key, each in board["people"].items()} == {
        person.id: person.name for person in (ADA, BO, CY, DEE)
    }
