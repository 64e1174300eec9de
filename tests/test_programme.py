"""Programmes of any awards show, as JSON and as a table; a wrong one is refused whole."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx
import msgspec
import pytest
from msgspec import UNSET

from doors import BEARER, Doors, opened, problem, programme
from effort import LINEAR, growth
from events.memory import MemoryStore
from web.desk.misread import programme_of
from web.desk.programme_csv import MOST_ROWS, slug, table_of
from web.errors import ProblemError

pytestmark = pytest.mark.anyio

FACTS = {
    "id": "harbour-music-2031",
    "name": "Harbour Music Prizes",
    "starts_at": "2020-05-01T19:00:00Z",
    "venue": "The Pier",
    "hosts": "Ada Lund; Bo Rey",
}
TABLE = """category,title,distributors,people,song,country,character
Album of the Year,Low Tide,Lantern; North & Sons,Ada Lund,,,
,Orbit,North & Sons,Bo Rey; Cy Oke,,,
,1917,,Dee Ito,,,
Song of the Year,Low Tide,,Ada Lund,Adrift,,
,Low Tide,,Ada Lund,Ebb,,
Best Voice,Orbit,,Bo Rey,,,Narrator
,Low Tide,,Emilia P\u00e9rez [emilia],,,Herself
Lifetime,,,Cy Oke [cy-2],,Norway,
"""


async def schedule(doors: Doors, table: str, **facts: str) -> httpx.Response:
    return await doors.client.post(
        "/api/ceremonies",
        params=FACTS | facts,
        content=table.encode(),
        headers=BEARER | {"Content-Type": "text/csv; charset=utf-8"},
    )


async def test_a_table_is_a_programme_like_any_other_and_runs_to_the_end() -> None:
    async with opened(store=MemoryStore()) as doors:
        answer = await schedule(doors, TABLE)
        assert answer.status_code == 201, answer.text
        night = f"/api/ceremonies/{FACTS['id']}"
        board = (await doors.get(f"{night}/board")).json()
        assert board["ceremony"]["hosts"] == ["Ada Lund", "Bo Rey"]
        assert sorted(board["categories"]["song-of-the-year"]["nominees"]) == [
            "song-of-the-year/adrift",
            "song-of-the-year/ebb",
        ]
        assert sorted(board["categories"]["best-voice"]["nominees"]) == [
            "best-voice/bo-rey",
            "best-voice/emilia",
        ]
        assert board["works"]["film-1917"]["title"] == "1917"
        assert board["works"]["low-tide"]["distributors"] == ["lantern", "north-sons"]
        assert board["people"]["emilia"]["name"] == "Emilia P\u00e9rez"
        events = f"{night}/events"
        await doors.post({"type": "ceremony-started"}, events)
        for key, category in board["categories"].items():
            winner = {"type": "winner-announced", "category": key}
            first = next(iter(category["nominees"]))
            assert (await doors.post(winner | {"nominees": [first]}, events)).status_code == 201
        assert (await doors.post({"type": "ceremony-ended"}, events)).status_code == 201
        board = (await doors.get(f"{night}/board")).json()
        assert board["phase"] == "ended"
        assert board["progress"] == {"awarded": 4, "categories": 4}
        wins = {work: tally["wins"] for work, tally in board["works"].items()}
        assert wins == {"low-tide": 1, "orbit": 1, "film-1917": 1}


async def test_a_wrong_table_is_refused_whole_with_every_wrong_line() -> None:
    table = TABLE.replace("Orbit,North & Sons,Bo", "Orbit,North & Sons [North],Bo")
    table += "Lifetime,,,,,,\nLifetime,,,Cy Oke [cy-2],,,\nNew,,,Ann [2],,,,,extra\n"
    async with opened(store=MemoryStore()) as doors:
        told = problem(await schedule(doors, table, starts_at="soon"), 400, "bad-request")
        places = [each["place"] for each in told["errors"]]
        assert places[0] == "line 10"
        assert [place for place in places if place.startswith("line 11")] == [
            "line 11, column nominee"
        ]
        assert any(place.startswith("line 12") for place in places)
        assert "query, `starts_at`" in places
        assert "soon" in str(told["errors"])
        assert (await doors.get("/api/ceremonies")).json() == {"ceremonies": []}


async def test_what_the_table_has_no_place_for_is_named_beside_its_lines() -> None:
    table = "category,people,category_key\nSong,Ada,Song\n"
    async with opened(store=MemoryStore()) as doors:
        answer = await schedule(doors, table, id="", name="", starts_at="soon", hosts="x" * 301)
        told = problem(answer, 400, "bad-request")
        assert [each["place"] for each in told["errors"]] == [
            "query, `id`",
            "query, `name`",
            "query, `starts_at`",
            "query, `hosts`",
            "line 2, its category, `key`",
            "line 2, `id`",
        ]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("", "category"),
        ("category,people,colour\nSong,Ada,red\n", "colour"),
        ("people\nAda\n", "category"),
        ("category,people\n,Ada\n", "line 2, column category"),
        ('category,people\nSong,"Ada\n', "line 2"),
        ("category,title,work\nSong,,orbit\n", "title"),
        ("category,title,work\nSong,One,orbit\nVoice,Two,orbit\n", "line 3, column title"),
        ("category,people\nSong!,Ada\nSong?,Ida\n", "line 3, column category"),
        ("category,people\n\u5343\u4e0e,Ada\n\u5343\u5bfb,Ida\n", "line 3, column category"),
        (
            "category,title,distributors\nSong,One,Ark\nVoice,One,Oak\n",
            "line 3, column distributors",
        ),
        ("category,title,work_imdb\nA,One,\nB,One,tt0000001\n", "line 3, column work_imdb"),
    ],
)
async def test_a_table_that_is_none_says_where(table: str, said: str) -> None:
    async with opened(store=MemoryStore()) as doors:
        told = problem(await schedule(doors, table), 400, "bad-request")
        assert said in str(told["errors"]), told


async def test_a_table_in_another_encoding_is_refused_with_what_to_do() -> None:
    async with opened(store=MemoryStore()) as doors:
        answer = await doors.client.post(
            "/api/ceremonies",
            params=FACTS,
            content="category,people\nSong,P\u00e9rez\n".encode("latin-1"),
            headers=BEARER | {"Content-Type": "text/csv"},
        )
        assert "UTF-8" in problem(answer, 400, "bad-request")["detail"]


async def test_every_wrong_place_of_a_json_programme_is_named_at_once() -> None:
    wrong: dict[str, Any] = programme()
    wrong["ceremony"]["starts_at"] = "soon"
    wrong["works"][1]["title"] = 7
    wrong["works"][2]["colour"] = "red"
    wrong["categories"][0]["nominees"][1]["id"] = "Sound"
    del wrong["categories"][1]["name"]
    wrong["extra"] = True
    async with opened() as doors:
        told = problem(await doors.post(wrong, "/api/ceremonies"), 400, "bad-request")
        assert [each["place"] for each in told["errors"]] == [
            "$",
            "$.ceremony",
            "$.works[1].title",
            "$.works[2]",
            "$.categories[0].nominees[1].id",
            "$.categories[1]",
        ]
        assert "and 5 more" in told["detail"]
        assert (await doors.get("/api/ceremonies")).json() == {"ceremonies": []}


def test_a_category_is_one_by_its_name_wherever_its_key_is_given() -> None:
    table = "category,category_key,people\nBest Picture,bp,Ada\n,,Ida\nBest Picture,,Eve\n"
    (category,) = table_of(table.encode(), FACTS).programme.categories
    assert category.key == "bp"
    assert [nominee.id for nominee in category.nominees] == ["bp/ada", "bp/ida", "bp/eve"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_names_of_a_cell_may_stand_on_lines_of_their_own(end: str) -> None:
    table = f'category,people\nSong,"Ada{end}Ida [ida-b]"\n'
    (category,) = table_of(table.encode(), FACTS).programme.categories
    assert [person.id for person in category.nominees[0].people] == ["ada", "ida-b"]


def test_a_work_named_again_may_say_again_whose_it_is() -> None:
    table = "category,title,distributors\nSong,One,Ark\nVoice,One,Ark\nFilm,One,\n"
    (work,) = table_of(table.encode(), FACTS).programme.works
    assert work.distributors != UNSET


def test_an_id_is_made_of_a_name() -> None:
    assert slug("Emilia P\u00e9rez") == "emilia-perez"
    assert slug("  The King's Speech! ") == "the-kings-speech"
    assert slug("\u5343\u4e0e\u5343\u5bfb") == "unnamed"


def test_the_same_table_is_the_same_programme() -> None:
    first = table_of(TABLE.encode(), FACTS).programme
    assert table_of(TABLE.encode("utf-8-sig"), FACTS).programme == first


@pytest.mark.parametrize("media_type", ["Text/CSV", "text/csv; charset=utf-8", "TEXT/CSV ;a=b"])
async def test_a_table_is_known_however_its_type_is_written(media_type: str) -> None:
    async with opened(store=MemoryStore()) as doors:
        answer = await doors.client.post(
            "/api/ceremonies",
            content=TABLE.encode(),
            params=FACTS,
            headers={**BEARER, "Content-Type": media_type},
        )
        assert answer.status_code == 201, answer.text


async def test_what_only_begins_like_a_table_is_read_as_json() -> None:
    async with opened(store=MemoryStore()) as doors:
        answer = await doors.client.post(
            "/api/ceremonies",
            json=programme(),
            headers={**BEARER, "Content-Type": "text/csvx"},
        )
        assert answer.status_code == 201, answer.text


async def test_a_table_that_is_tried_is_answered_with_what_it_reads_as() -> None:
    async with opened(store=MemoryStore()) as doors:
        tried = (await schedule(doors, TABLE, dry_run="true")).json()
        assert (tried["id"], tried["version"]) == (FACTS["id"], 8)
        assert tried["programme"]["works"][1] == {
            "id": "orbit",
            "title": "Orbit",
            "distributors": [{"id": "north-sons", "name": "North & Sons"}],
        }
        assert (await doors.get("/api/ceremonies")).json() == {"ceremonies": []}
        sent = await doors.post(tried["programme"], "/api/ceremonies")
        assert sent.json() == {"id": FACTS["id"], "version": 8}
        assert (await schedule(doors, TABLE)).status_code == 200


async def test_what_a_rule_refuses_of_a_table_has_its_line() -> None:
    table = TABLE + "Lifetime,,,Ada Olund [ada-lund],,,\n"
    table += "Newcomer,Ebb,North Sons [north-sons],,,,\n"
    async with opened(store=MemoryStore()) as doors:
        told = problem(await schedule(doors, table), 422, "refused")
        assert [(each["place"], each["rule"]) for each in told["errors"]] == [
            ("line 11", "other-name"),
            ("line 10", "other-name"),
            ("line 11", "unknown-work"),
        ]


@pytest.mark.parametrize(
    "row",
    [
        ",b,",
        ",b{},",
        "c{},b,",
        ",,Ada Lund",
        ",,Ada{0};Bo{0} [bo]",
        ",b{},  spaces  [  ] [x-{}] ",
    ],
)
def test_reading_a_table_takes_as_long_as_the_table(row: str) -> None:
    def reading(size: int) -> Callable[[], object]:
        lines = [row.format(number, number) for number in range(size)]
        table = "\n".join(["category,title,people", "A,First,", *lines]).encode()

        def read() -> None:
            with suppress(ProblemError):
                table_of(table, FACTS)

        return read

    assert growth(reading, 100) < LINEAR


def test_a_long_cell_is_read_in_as_many_steps_as_it_has_names() -> None:
    def reading(size: int) -> Callable[[], object]:
        names = ";".join(f"Ada {number} [ada-{number}]" for number in range(size))
        return lambda: table_of(f"category,people\nA,{names}\n".encode(), FACTS)

    assert growth(reading, 200) < LINEAR


def test_naming_the_wrong_places_of_a_programme_takes_as_long_as_it() -> None:
    def reading(size: int) -> Callable[[], object]:
        body = msgspec.json.encode(
            {"ceremony": {}, "works": [0] * size, "categories": [{"nominees": [0] * size}]}
        )

        def read() -> None:
            with suppress(ProblemError):
                programme_of(body)

        return read

    assert growth(reading, 100) < LINEAR


def test_a_name_is_shortened_before_its_marks_are_put_in_order() -> None:
    # That takes the square of a run of combining marks: a minute for those of a whole body.
    marks = "\u0301\u0323" * 16_000
    assert slug(f"e{marks}") == "e"
    assert slug("\u0301" * 400 + "e") == "unnamed"


@pytest.mark.parametrize(
    ("cell", "name", "number"),
    [
        ("Ada Lund", "Ada Lund", "ada-lund"),
        ("  Ada Lund  [ada]  ", "Ada Lund", "ada"),
        ("Ada [b] [ada]", "Ada [b]", "ada"),
        ("Ada [b[ada]", "Ada [b", "ada"),
        ("[ada]", "[ada]", "ada"),
        ("Ada []", "Ada []", "ada"),
        ("Ada [A]", "Ada [A]", "ada-a"),
        ("Ada [ada] x", "Ada [ada] x", "ada-ada-x"),
    ],
)
def test_the_id_of_a_name_stands_in_the_last_brackets(cell: str, name: str, number: str) -> None:
    read = table_of(f'category,people\nA,"{cell}"\n'.encode(), FACTS).programme
    person = read.categories[0].nominees[0].people[0]
    assert (person.name, person.id) == (name, number)


async def test_a_table_of_too_many_lines_is_refused_before_it_is_read() -> None:
    async with opened(store=MemoryStore()) as doors:
        table = "category,title\n" + "A,b\n" * 15_000
        refused = problem(await schedule(doors, table), 400, "bad-request")
        assert f"{MOST_ROWS} lines" in refused["detail"]
        assert refused["errors"][0]["place"] == f"line {MOST_ROWS + 2}"
