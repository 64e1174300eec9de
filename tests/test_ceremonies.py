import json
from collections import Counter
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from itertools import count

import pytest
from msgspec import UNSET

from events.ceremony import (
    CategoryListed,
    CeremonyEnded,
    CeremonyStarted,
    MomentNoted,
    PresentingBegan,
    ResultPutUnderReview,
    WinnerAnnounced,
    WinnerCorrected,
    WorkListed,
)
from events.timestamp import from_ms, to_ms
from replay.recording import Cue, Recording, bundled, line, recorded
from tracker.board import Board, Tally, WorkTally
from tracker.project import NOTHING, project

NIGHTS = ("oscars-97", "oscars-89")


@cache
def night(ceremony: str) -> Recording:
    return bundled()[ceremony]


@cache
def boards(ceremony: str) -> list[Board]:
    """Return the board of each version; the first is the empty one."""
    ids = map(str, count())
    projection = NOTHING
    found = [projection.board]
    for each in recorded(night(ceremony), lambda: next(ids), "2025-03-04T00:00:00.000Z", UNSET):
        projection = project(projection, each)
        found.append(projection.board)
    return found


def versions(ceremony: str, kind: type, category: str | None = None) -> list[int]:
    return [
        version
        for version, cue in enumerate(night(ceremony).cues, start=1)
        if isinstance(cue.event, kind)
        and (category is None or getattr(cue.event, "category", None) == category)
    ]


def cue(ceremony: str, version: int) -> Cue:
    return night(ceremony).cues[version - 1]


def minute(ceremony: str, version: int) -> str:
    start = to_ms(night(ceremony).header.starts_at)
    return from_ms(start + cue(ceremony, version).offset)[11:16]


def score(tallies: Mapping[str, WorkTally] | Mapping[str, Tally], subject: str) -> tuple[int, int]:
    tally = tallies[subject]
    assert tally.nominations == tally.wins + tally.lost + tally.pending
    return tally.wins, tally.nominations


def test_the_bundled_nights_are_these_two() -> None:
    assert list(bundled()) == list(NIGHTS)


@pytest.mark.parametrize("ceremony", NIGHTS)
def test_a_bundled_night_is_stored_in_its_canonical_form(ceremony: str) -> None:
    stored = (files("replay") / "ceremonies" / f"{ceremony}.jsonl").read_bytes()
    told = night(ceremony)
    assert b"".join([line(told.header), *map(line, told.cues)]) == stored


@pytest.mark.parametrize("ceremony", NIGHTS)
def test_every_time_after_the_start_is_marked_as_estimated_and_the_log_says_so(
    ceremony: str,
) -> None:
    cues = night(ceremony).cues
    assert all(each.estimated == (each.offset > 0) for each in cues)
    (started,) = versions(ceremony, CeremonyStarted)
    note = cue(ceremony, started + 1).event
    assert isinstance(note, MomentNoted)
    assert note.kind == "estimated-times"


@pytest.mark.parametrize("ceremony", NIGHTS)
def test_every_source_is_a_public_address(ceremony: str) -> None:
    recording = night(ceremony)
    sources = [*recording.header.sources, *(one for each in recording.cues for one in each.sources)]
    assert len(sources) > 20
    assert all(one.startswith(("https://", "http://")) and " " not in one for one in sources)


@pytest.mark.parametrize("ceremony", NIGHTS)
def test_every_moment_and_every_named_presenter_has_a_source(ceremony: str) -> None:
    for each in night(ceremony).cues:
        event = each.event
        told = isinstance(event, MomentNoted) and event.kind != "estimated-times"
        named = isinstance(event, PresentingBegan) and event.presenters is not UNSET
        assert each.sources or not (told or named), event


@pytest.mark.parametrize("ceremony", NIGHTS)
def test_categories_are_presented_and_decided_in_their_running_order(ceremony: str) -> None:
    listed = {
        each.event.category: each.event.position
        for each in night(ceremony).cues
        if isinstance(each.event, CategoryListed)
    }
    assert list(listed.values()) == list(range(1, len(listed) + 1))
    for kind in (PresentingBegan, WinnerAnnounced):
        order = [
            each.event.category for each in night(ceremony).cues if isinstance(each.event, kind)
        ]
        assert order == list(listed)
    for version in versions(ceremony, WinnerAnnounced):
        event = cue(ceremony, version).event
        assert isinstance(event, WinnerAnnounced)
        assert boards(ceremony)[version - 1].stage.category == event.category


@pytest.mark.parametrize("ceremony", NIGHTS)
def test_no_id_is_all_digits_and_no_two_subjects_share_one(ceremony: str) -> None:
    board = boards(ceremony)[-1]
    for subjects in (board.works, board.people, board.distributors):
        assert not [subject for subject in subjects if subject.isdigit()]
    imdb: dict[str, str] = {}
    for each in night(ceremony).cues:
        if isinstance(each.event, CategoryListed):
            for nominee in each.event.nominees:
                for person in nominee.people:
                    assert person.imdb is not UNSET
                    assert imdb.setdefault(person.id, person.imdb) == person.imdb
    assert len(set(imdb.values())) == len(imdb) == len(board.people)


def test_the_97th_has_its_programme_in_versions_1_to_74_and_starts_at_75() -> None:
    kinds = Counter(type(each.event) for each in night("oscars-97").cues)
    assert kinds[WorkListed] == 50
    assert kinds[CategoryListed] == 23
    assert kinds[PresentingBegan] == kinds[WinnerAnnounced] == 23
    assert versions("oscars-97", CeremonyStarted) == [75]
    assert versions("oscars-97", CeremonyEnded) == [len(night("oscars-97").cues)] == [155]
    assert all(each.offset == 0 for each in night("oscars-97").cues[:76])
    assert boards("oscars-97")[74].phase == "scheduled"
    assert boards("oscars-97")[75].phase == "live"


def test_the_97th_is_what_its_header_says() -> None:
    card = boards("oscars-97")[-1].ceremony
    assert card.name == "97th Academy Awards"
    assert card.starts_at == "2025-03-03T00:00:00.000Z"
    assert (card.venue, card.hosts) == ("Dolby Theatre", ("Conan O'Brien",))


def test_the_97th_has_120_nominees_with_their_songs_countries_and_characters() -> None:
    categories = boards("oscars-97")[-1].categories
    nominees = [each for category in categories.values() for each in category.nominees.items()]
    assert len(nominees) == 120
    details = {nominee: line.detail for nominee, line in nominees if line.detail is not UNSET}
    assert len([one for one in details.values() if one.song is not UNSET]) == 5
    assert len([one for one in details.values() if one.country is not UNSET]) == 5
    assert len([one for one in details.values() if one.character is not UNSET]) == 20
    assert details["international-feature/flow"].country == "Latvia"
    assert details["actor-leading/adrien-brody"].character == "László Tóth"


def test_the_97th_ends_as_it_did() -> None:
    board = boards("oscars-97")[-1]
    assert board.phase == "ended"
    assert (board.progress.awarded, board.progress.categories) == (23, 23)
    assert score(board.works, "anora") == (5, 6)
    assert score(board.works, "the-brutalist") == (3, 10)
    assert score(board.works, "emilia-perez") == (2, 13)
    assert score(board.works, "wicked") == (2, 10)
    assert score(board.works, "dune-part-two") == (2, 5)
    assert board.works["emilia-perez"].title == "Emilia Pérez"
    assert board.works["no-other-land"].distributors == ()
    assert score(board.people, "sean-baker") == (4, 4)
    assert board.ranking.works[:2] == (("anora", 1), ("the-brutalist", 2))
    assert {rank for work, rank in board.ranking.works[2:5]} == {3}
    assert board.ranking.people[0] == ("sean-baker", 1)
    assert board.ranking.people[1][1] == 2
    assert board.ranking.distributors[0] == ("neon", 1)
    assert board.ranking.distributors[1][1] == 2


def test_just_before_best_picture_of_the_97th_baker_has_three_and_anora_four() -> None:
    (version,) = versions("oscars-97", WinnerAnnounced, "best-picture")
    before = boards("oscars-97")[version - 1]
    assert score(before.people, "sean-baker")[0] == 3
    assert score(before.works, "anora")[0] == 4
    assert before.stage.presenters == ("Meg Ryan", "Billy Crystal")
    assert before.progress.awarded == 22


def test_la_la_land_holds_best_picture_at_its_minute() -> None:
    (version,) = versions("oscars-89", WinnerAnnounced, "best-picture")
    assert minute("oscars-89", version) == "05:08"
    board = boards("oscars-89")[version]
    assert board.categories["best-picture"].winners == {"best-picture/la-la-land": version}
    assert score(board.works, "la-la-land")[0] == 7
    assert score(board.works, "moonlight")[0] == 2


def test_then_best_picture_is_under_review_and_la_la_land_still_holds_it() -> None:
    (announced,) = versions("oscars-89", WinnerAnnounced, "best-picture")
    (version,) = versions("oscars-89", ResultPutUnderReview)
    event = cue("oscars-89", version).event
    assert isinstance(event, ResultPutUnderReview)
    assert event.reason
    assert minute("oscars-89", version) == "05:10"
    before, board = boards("oscars-89")[version - 1 : version + 1]
    assert board.categories["best-picture"].status == "under-review"
    assert board.categories["best-picture"].winners == {"best-picture/la-la-land": announced}
    assert board.works == before.works
    assert board.progress == before.progress


def test_then_moonlight_has_it_and_the_tallies_follow() -> None:
    (announced,) = versions("oscars-89", WinnerAnnounced, "best-picture")
    (version,) = versions("oscars-89", WinnerCorrected)
    event = cue("oscars-89", version).event
    assert isinstance(event, WinnerCorrected)
    assert event.reason
    assert minute("oscars-89", version) == "05:11"
    assert cue("oscars-89", version).offset - cue("oscars-89", announced).offset == 143_000
    board = boards("oscars-89")[version]
    assert board.categories["best-picture"].status == "awarded"
    assert board.categories["best-picture"].winners == {"best-picture/moonlight": version}


def test_the_89th_ends_with_six_for_la_la_land_and_three_for_moonlight() -> None:
    board = boards("oscars-89")[-1]
    assert (board.progress.awarded, board.progress.categories) == (24, 24)
    assert score(board.works, "la-la-land") == (6, 14)
    assert score(board.works, "moonlight") == (3, 8)
    assert board.ranking.works[:2] == (("la-la-land", 1), ("moonlight", 2))
    assert board.distributors == {}
    assert board.ceremony.hosts == ("Jimmy Kimmel",)


def test_what_a_report_could_compute_is_not_typed_in() -> None:
    texts = [
        each.event.text for each in night("oscars-97").cues if isinstance(each.event, MomentNoted)
    ]
    assert len(texts) == 33
    assert not [text for text in texts if "Disney" in text or "Warren" in text or "quake" in text]


def test_the_licence_travels_with_the_data() -> None:
    folder = files("replay") / "ceremonies"
    assert "Redistribution and use" in (folder / "LICENSE-oscar_data.txt").read_text("utf-8")
    sources = (folder / "SOURCES.md").read_text("utf-8")
    assert "LICENSE-oscar_data.txt" in sources
    for ceremony in NIGHTS:
        header = json.loads((folder / f"{ceremony}.jsonl").read_bytes().splitlines()[0])
        assert "https://github.com/DLu/oscar_data" in header["sources"]
