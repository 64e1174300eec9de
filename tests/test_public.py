import asyncio
import csv
import gzip
import io
import json
import re
import unicodedata
from collections.abc import AsyncIterator
from typing import Any

import pytest

from doors import BEARER, HERE, ID, Doors, opened, problem
from events.ceremony import CategoryListed, Event, MomentWithdrawn, Nominee, Person, WorkListed
from events.memory import MemoryStore
from events.recorded import Recorded
from events.store import History
from night import (
    ADA,
    BLANK_BOARD,
    CATEGORIES,
    ENDED,
    LISTED,
    LIVE,
    PROGRAMME,
    START,
    STARTED,
    announced,
    as_json,
    corrected,
    moment,
    presenting,
    projections,
    recorded,
    retracted,
)
from tracker.amended import AMENDED, amended
from tracker.patch import merge
from web.sockets.response import STREAM_HEADERS

pytestmark = pytest.mark.anyio

TOLD = (
    *LIVE,
    presenting("sound", "Pat Presenter"),
    announced("sound", "orbit"),
    announced("directing", "ada"),
    corrected("directing", "bo"),
    moment(),
    MomentWithdrawn(START + 5),
)
HEAD = len(TOLD)


def many(count: int) -> tuple[Event, ...]:
    """Return a night of that many events."""
    return (*LIVE, *(moment(f"Moment {number}.") for number in range(count - len(LIVE))))


@pytest.fixture(scope="module")
async def doors() -> AsyncIterator[Doors]:
    """A night that is live, for the tests that only read."""
    async with opened(*LIVE) as opened_once:
        yield opened_once


async def test_the_list_tells_where_each_ceremony_stands() -> None:
    async with opened(*TOLD) as doors:
        answer = await doors.get("/api/ceremonies")
        assert answer.headers["content-type"] == "application/json"
        epoch = answer.json()["ceremonies"][0]["epoch"]
        assert answer.json() == {
            "ceremonies": [
                {
                    "id": ID,
                    "name": "The Made-up Awards",
                    "phase": "live",
                    "version": HEAD,
                    "epoch": epoch,
                    "starts_at": "2030-02-01T20:00:00.000Z",
                    "rehearsal": False,
                }
            ]
        }


async def test_the_list_begins_with_the_latest_start_and_is_empty_without_ceremonies() -> None:
    async with opened() as doors:
        assert (await doors.get("/api/ceremonies")).json() == {"ceremonies": []}
        await doors.store.begin(recorded(PROGRAMME, "older"))
        answer = await doors.client.get("/api/ceremonies")
    async with opened(*PROGRAMME, store=doors.store) as doors:
        answer = await doors.get("/api/ceremonies")
        assert [each["id"] for each in answer.json()["ceremonies"]] == ["made-up", "older"]


async def test_the_head_has_the_start_the_chapters_and_what_was_superseded() -> None:
    async with opened(*TOLD) as doors:
        head = (await doors.get(HERE)).json()
        assert head["start"] == START
        assert head["page_size"] == 64
        assert [(each["version"], each["category"]) for each in head["chapters"]] == [
            (START + 1, "sound"),
            (START + 3, "directing"),
        ]
        assert all(each["t"] >= 0 for each in head["chapters"])
        assert head["superseded"] == {str(START + 3): START + 4, str(START + 5): START + 6}


async def test_before_the_start_the_head_starts_at_its_version() -> None:
    async with opened(*PROGRAMME) as doors:
        assert (await doors.get(HERE)).json()["start"] == LISTED


async def test_the_board_of_every_version_is_the_fold_of_the_log_and_of_the_frames() -> None:
    told = many(150)
    expected = projections(recorded(told))
    async with opened(*told) as doors:
        epoch = (await doors.get(HERE)).json()["epoch"]
        for page in range(3):
            held = (await doors.get(f"{HERE}/frames/{epoch}/{page}")).json()
            board = held["keyframe"]["board"]
            assert held["keyframe"]["version"] == 64 * page
            assert board == as_json(expected[64 * page].board)
            for frame in held["frames"]:
                board = merge(board, frame["patch"])
                assert board == as_json(expected[frame["version"]].board)
        for version in (0, 1, 63, 64, 65, 128, 150):
            answer = await doors.get(f"{HERE}/board?at={version}")
            assert answer.json() == as_json(expected[version].board)
            assert answer.headers["etag"] == f'"{epoch}:{version}"'
            assert answer.headers["cache-control"] == "no-cache"
        assert (await doors.get(f"{HERE}/board")).headers["etag"] == f'"{epoch}:150"'


async def test_the_board_of_version_0_has_every_key_empty() -> None:
    async with opened(*PROGRAMME) as doors:
        assert (await doors.get(f"{HERE}/board?at=0")).json() == BLANK_BOARD


@pytest.mark.parametrize("at", ["-1", "x", "1.5", "", "1e3", "1%00", "%ff", "null", "%D9%A1"])
async def test_a_malformed_version_is_a_bad_request(doors: Doors, at: str) -> None:
    told = problem(await doors.get(f"{HERE}/board?at={at}"), 400, "bad-request")
    assert "at" in told["detail"]


async def test_a_version_to_come_is_not_found(doors: Doors) -> None:
    answer = await doors.get(f"{HERE}/board?at={START + 1}")
    assert str(START) in problem(answer, 404, "not-found")["detail"]


@pytest.mark.parametrize("digits", ["9" * 15, "1" + "0" * 18, "9" * 5000])
async def test_a_version_of_any_length_is_past_the_head(doors: Doors, digits: str) -> None:
    problem(await doors.get(f"{HERE}/board?at={digits}"), 404, "not-found")
    after = await doors.get(f"{HERE}/events?after={digits}")
    assert after.json() == {"events": [], "head": START}


async def test_zeros_before_a_version_make_it_no_other(doors: Doors) -> None:
    padded = await doors.get(f"{HERE}/board?at={'0' * 5000}3")
    assert padded.content == (await doors.get(f"{HERE}/board?at=3")).content


@pytest.mark.parametrize(
    "path",
    ["", "/board", "/events", "/events/1", "/frames/e/0", "/winners.csv", "/winners.json"],
)
async def test_an_unknown_ceremony_has_a_problem_of_its_own(doors: Doors, path: str) -> None:
    answer = await doors.get(f"/api/ceremonies/nobody{path}")
    assert "/api/ceremonies" in problem(answer, 404, "unknown-ceremony")["detail"]


async def test_events_come_in_order_without_their_actors() -> None:
    async with opened(*TOLD) as doors:
        answer = (await doors.get(f"{HERE}/events?limit=500")).json()
        assert answer["head"] == HEAD
        assert [each["version"] for each in answer["events"]] == list(range(1, HEAD + 1))
        assert set(answer["events"][0]) == {
            "ceremony",
            "version",
            "id",
            "occurred_at",
            "recorded_at",
            "event",
        }
        some = (await doors.get(f"{HERE}/events?after=3&limit=2")).json()["events"]
        assert some == answer["events"][3:5]
        assert (await doors.get(f"{HERE}/events/4")).json() == answer["events"][3]
        assert (await doors.get(f"{HERE}/events?after={HEAD}")).json()["events"] == []
        assert (await doors.get(f"{HERE}/events?after=999999")).json()["events"] == []


class Lagging(MemoryStore):
    """A store whose subscribers hear of nothing, so that the boards stay behind."""

    async def subscribe(self, history: History, after: int = 0) -> AsyncIterator[Recorded]:
        await asyncio.Event().wait()
        async for each in super().subscribe(history, after):
            yield each


async def test_no_event_comes_that_is_past_the_head_of_the_same_answer() -> None:
    store = Lagging()
    async with opened(*LIVE, store=store) as doors:
        history = await store.current(ID)
        later = recorded((*LIVE, moment("1."), moment("2.")))[START:]
        await store.append(history, later, expected_version=START)
        for path in (f"{HERE}/events", f"{HERE}/log"):
            answer = (await doors.get(f"{path}?after={START - 1}", **BEARER)).json()
            assert answer["head"] == START
            assert [each["version"] for each in answer["events"]] == [START]
            for after in (START, START + 1):
                answer = (await doors.get(f"{path}?after={after}", **BEARER)).json()
                assert answer == {"events": [], "head": START}


async def test_a_hundred_events_come_unless_more_are_asked_for() -> None:
    async with opened(*many(150)) as doors:
        assert len((await doors.get(f"{HERE}/events")).json()["events"]) == 100


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=501", "limit=x", "limit=-1", "after=-1", "after=x", "after=1e3"]
)
async def test_a_malformed_range_of_events_is_a_bad_request(doors: Doors, query: str) -> None:
    problem(await doors.get(f"{HERE}/events?{query}"), 400, "bad-request")


@pytest.mark.parametrize("version", ["0", "-1", str(START + 1), "9" * 20, "9" * 5000, "x", "1.0"])
async def test_a_version_that_is_none_is_not_found(doors: Doors, version: str) -> None:
    problem(await doors.get(f"{HERE}/events/{version}"), 404, "not-found")


async def test_events_as_lines_are_all_of_them_or_as_many_as_asked_for() -> None:
    told = many(700)
    async with opened(*told) as doors:
        answer = await doors.get(f"{HERE}/events", accept="application/x-ndjson")
        assert answer.headers["content-type"] == "application/x-ndjson"
        assert "Accept" in answer.headers["vary"]
        lines = answer.text.splitlines()
        assert [json.loads(line)["version"] for line in lines] == list(range(1, 701))
        assert json.loads(lines[0]) == (await doors.get(f"{HERE}/events/1")).json()
        some = await doors.get(
            f"{HERE}/events?after=10&limit=5", accept="application/x-ndjson, application/json"
        )
        assert [json.loads(line)["version"] for line in some.text.splitlines()] == [*range(11, 16)]


@pytest.mark.parametrize(
    ("accept", "lines"),
    [
        ("Application/X-NDJSON", True),
        ("application/x-ndjson;q=0.5", True),
        ("text/html, application/x-ndjson ; charset=utf-8 ; q=0.001", True),
        ("application/x-ndjson;q=0", False),
        ("application/json, application/x-ndjson; Q=0.000", False),
        ("application/x-ndjson-seq", False),
        ('text/plain;note="application/x-ndjson"', False),
        ("application/*", False),
        ("", False),
    ],
)
async def test_lines_are_for_those_who_name_them_and_take_them(
    doors: Doors, accept: str, *, lines: bool
) -> None:
    answer = await doors.get(f"{HERE}/events", accept=accept)
    kind = "application/x-ndjson" if lines else "application/json"
    assert answer.headers["content-type"] == kind


async def test_a_full_page_is_kept_for_ever_and_the_tail_is_not() -> None:
    async with opened(*many(70)) as doors:
        epoch = (await doors.get(HERE)).json()["epoch"]
        full = await doors.get(f"{HERE}/frames/{epoch}/0")
        assert full.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert [frame["version"] for frame in full.json()["frames"]] == list(range(1, 65))
        assert set(full.json()) == {"epoch", "page", "keyframe", "frames"}
        assert set(full.json()["frames"][0]) == {"version", "occurred_at", "t", "event", "patch"}
        tail = await doors.get(f"{HERE}/frames/{epoch}/1")
        assert tail.headers["cache-control"] == "no-cache"
        assert [frame["version"] for frame in tail.json()["frames"]] == list(range(65, 71))
        same = await doors.get(f"{HERE}/frames/{epoch}/1", if_none_match=tail.headers["etag"])
        assert same.status_code == 304
        await doors.post(moment("One more."))
        other = await doors.get(f"{HERE}/frames/{epoch}/1", if_none_match=tail.headers["etag"])
        assert other.status_code == 200


async def test_at_a_multiple_of_64_the_next_page_exists_and_is_empty() -> None:
    async with opened(*many(64)) as doors:
        epoch = (await doors.get(HERE)).json()["epoch"]
        page = (await doors.get(f"{HERE}/frames/{epoch}/1")).json()
        assert page["frames"] == []
        assert page["keyframe"]["version"] == 64


@pytest.mark.parametrize("page", ["1", "2", "-1", "9" * 30, "9" * 5000, "x"])
async def test_a_page_that_is_not_there_is_never_cached_not_even_as_unchanged(page: str) -> None:
    async with opened(*many(63)) as doors:
        epoch = (await doors.get(HERE)).json()["epoch"]
        for held in ("*", f'"{epoch}:{page}:63"'):
            answer = await doors.get(f"{HERE}/frames/{epoch}/{page}", if_none_match=held)
            problem(answer, 404, "not-found")


async def test_a_page_of_another_epoch_is_not_found() -> None:
    async with opened(*many(70)) as doors:
        problem(await doors.get(f"{HERE}/frames/other-1-1/0"), 404, "not-found")


async def test_the_night_as_corrected_has_pages_of_its_own() -> None:
    log = recorded(TOLD)
    async with opened(*TOLD) as doors:
        head = (await doors.get(HERE)).json()
        assert head["corrected"] == f"{head['epoch']}-c{START + 4}"
        assert re.fullmatch("[A-Za-z0-9_-]{1,64}", head["corrected"])
        page = (await doors.get(f"{HERE}/frames/{head['corrected']}/0")).json()
        assert (page["epoch"], page["page"]) == (head["corrected"], 0)
        board = page["keyframe"]["board"]
        for frame, expected in zip(page["frames"], projections(amended(log))[1:], strict=True):
            board = merge(board, frame["patch"])
            assert board == as_json(expected.board)
        assert page["frames"][START + 2]["event"] == as_json(announced("directing", "bo"))
        assert page["frames"][START + 3]["event"]["kind"] == AMENDED
        assert page["frames"][START + 3]["patch"] == {}
        assert board["categories"]["directing"]["winners"] == {"directing/bo": START + 3}

        as_it_happened = (await doors.get(f"{HERE}/frames/{head['epoch']}/0")).json()
        assert [frame["t"] for frame in as_it_happened["frames"]] == [
            frame["t"] for frame in page["frames"]
        ]


async def test_a_night_in_which_nothing_was_corrected_has_one_telling() -> None:
    async with opened(*LIVE, announced("sound", "orbit"), moment()) as doors:
        head = (await doors.get(HERE)).json()
        assert "corrected" not in head
        for version in (0, START + 1):
            path = f"{HERE}/frames/{head['epoch']}-c{version}/0"
            problem(await doors.get(path), 404, "not-found")


async def test_pages_of_the_night_as_corrected_are_kept_as_all_pages_are() -> None:
    told = (*many(70), announced("directing", "ada"), corrected("directing", "bo"))
    async with opened(*told) as doors:
        pages = f"{HERE}/frames/{(await doors.get(HERE)).json()['corrected']}"
        full, tail = await doors.get(f"{pages}/0"), await doors.get(f"{pages}/1")
        assert full.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert tail.headers["cache-control"] == "no-cache"
        same = await doors.get(f"{pages}/1", if_none_match=tail.headers["etag"])
        assert same.status_code == 304
        problem(await doors.get(f"{pages}/2"), 404, "not-found")

        await doors.post(moment("Nothing that amends."))
        longer = await doors.get(f"{pages}/1", if_none_match=tail.headers["etag"])
        assert longer.json()["frames"][:-1] == tail.json()["frames"]
        assert len(longer.json()["frames"]) == len(told) + 1 - 64


async def test_another_correction_begins_another_telling() -> None:
    async with opened(*TOLD) as doors:
        stale = (await doors.get(HERE)).json()["corrected"]
        assert (await doors.get(f"{HERE}/frames/{stale}/0")).status_code == 200
        await doors.post(retracted("sound"))
        problem(await doors.get(f"{HERE}/frames/{stale}/0"), 404, "not-found")
        fresh = (await doors.get(HERE)).json()["corrected"]
        assert fresh.endswith(f"-c{HEAD + 1}")
        page = (await doors.get(f"{HERE}/frames/{fresh}/0")).json()
        assert page["frames"][START + 1]["patch"] == {}, "the result taken back is left out"


class Held(MemoryStore):
    """A store that counts who reads it from the start; the next of them waits when told to."""

    def __init__(self) -> None:
        super().__init__()
        self.reads = 0
        self.reached = asyncio.Event()
        self.hold: asyncio.Event | None = None

    async def read(
        self, history: History, after: int = 0, limit: int | None = None
    ) -> AsyncIterator[Recorded]:
        if after == 0:
            self.reads += 1
            hold, self.hold = self.hold, None
            if hold is not None:
                self.reached.set()
                await hold.wait()
        async for each in super().read(history, after, limit):
            yield each


async def test_the_night_as_corrected_is_read_from_the_log_once_for_all_who_ask() -> None:
    store = Held()
    async with opened(*TOLD, store=store) as doors:
        path = f"{HERE}/frames/{(await doors.get(HERE)).json()['corrected']}/0"
        before = store.reads
        answers = await asyncio.gather(*(doors.get(path) for _ in range(5)))
        assert len({answer.content for answer in answers}) == 1
        assert store.reads == before + 1


@pytest.mark.parametrize(
    ("event", "status"), [(moment("Meanwhile."), 200), (retracted("sound"), 404)]
)
async def test_what_comes_while_the_night_is_told_as_corrected_is_not_missed(
    event: Event, status: int
) -> None:
    store = Held()
    async with opened(*TOLD, store=store) as doors:
        epoch = (await doors.get(HERE)).json()["corrected"]
        store.hold = release = asyncio.Event()
        asked = asyncio.create_task(doors.get(f"{HERE}/frames/{epoch}/0"))
        await store.reached.wait()
        assert (await doors.post(event)).status_code == 201
        release.set()
        answer = await asked
        assert answer.status_code == status
        if status == 200:
            assert answer.json()["frames"][-1]["event"] == as_json(event)


async def test_what_a_client_holds_is_not_sent_again() -> None:
    async with opened(*TOLD) as doors:
        for path in ("", "/board", "/board?at=3", "/events/3", "/winners.json", "/winners.csv"):
            first = await doors.get(HERE + path)
            etag = first.headers["etag"]
            for held in (etag, f'"other", {etag}', f"W/{etag}", "*"):
                again = await doors.get(HERE + path, if_none_match=held)
                assert again.status_code == 304, (path, held)
                assert again.content == b""
                assert again.headers["etag"] == etag
                assert again.headers["cache-control"] == "no-cache"
                assert again.headers["access-control-allow-origin"] == "*"
            other = await doors.get(HERE + path, if_none_match='"something-else:1"')
            assert other.content == first.content


async def test_the_winners_are_listed_with_ties_corrections_and_reviews() -> None:
    told = (*TOLD, announced("honour", "bo", "dee"), retracted("sound"), ENDED)
    async with opened(*told) as doors:
        answer = (await doors.get(f"{HERE}/winners.json")).json()
        assert answer["version"] == len(told)
        assert [(each["category"], each["nominee"]) for each in answer["winners"]] == [
            ("directing", "directing/bo"),
            ("honour", "honour/bo"),
            ("honour", "honour/dee"),
        ]
        assert answer["winners"][0] == {
            "category": "directing",
            "name": "Directing",
            "status": "awarded",
            "nominee": "directing/bo",
            "people": ["Bo Rey"],
            "version": START + 4,
            "work": "meadow",
            "title": "Meadow",
        }
        table = await doors.get(f"{HERE}/winners.csv")
        assert table.headers["content-type"] == "text/csv; charset=utf-8"
        rows = list(csv.DictReader(io.StringIO(table.text)))
        assert [row["people"] for row in rows] == ["Bo Rey", "Bo Rey", "Dee Ito"]
        assert rows[0]["version"] == str(START + 4)


@pytest.mark.parametrize(
    "name",
    [
        *("=1+1", "+1", "-1", "@sum", "\t=1", "\r=1", "\n=1", '=A1,"x"', "\tx"),
        *(f"{first}1" for first in "\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212"),
        *(" =1", "\xa0=1", "\u3000+1", "\ufeff-1", "\u200b@x"),
    ],
)
async def test_no_cell_of_the_table_is_a_formula(name: str) -> None:
    told = [
        event
        for event in PROGRAMME
        if not isinstance(event, WorkListed | CategoryListed) or event not in CATEGORIES
    ]
    hostile = CategoryListed(
        "sound", name, 1, (Nominee("sound/x", (Person("x", name), ADA), "harbour"),)
    )
    async with opened(*told, hostile, *LIVE[len(PROGRAMME) :], announced("sound", "x")) as doors:
        table = (await doors.get(f"{HERE}/winners.csv")).text
        (row,) = csv.DictReader(io.StringIO(table, newline=""))
        assert row["name"].startswith("'")
        assert row["people"] == f"{row['name']}; Ada Lund"
        assert row["name"].replace("'", "") == name, "nothing else is changed"


SEPARATORS = [";", "\t", "|"]


@pytest.mark.parametrize(
    "name", ["Best; =1+1", "a;=1", 'b";"=1+1', "c\t@x", "d|-1", "e\n=1", "f;\uff1d1"]
)
async def test_nor_is_one_where_cells_are_parted_by_something_else(name: str) -> None:
    told = [event for event in PROGRAMME if not isinstance(event, CategoryListed)]
    ann = (Person("x", "Ann"), Person("y", f"={name}"), Person("z", name))
    hostile = CategoryListed("sound", name, 1, (Nominee("sound/x", ann, "harbour"),))
    async with opened(*told, hostile, STARTED, announced("sound", "x")) as doors:
        table = (await doors.get(f"{HERE}/winners.csv")).text
        assert [row[:1] + row[-1:] for row in csv.reader(io.StringIO(table, newline=""))] == [
            ["category", "version"],
            ["sound", str(len(told) + 3)],
        ]
        assert len(re.findall(r'(?:^|,)"', table.splitlines()[0])) == 8, "each cell is in quotes"
    for separator in SEPARATORS:
        for line in table.splitlines():
            for cell in line.split(separator):
                seen = unicodedata.normalize("NFKC", cell).strip().lstrip('",')
                assert not seen.startswith(("=", "+", "-", "@")), (separator, cell)


async def test_what_a_page_of_another_site_sends_is_not_for_it_to_read() -> None:
    elsewhere = {"origin": "https://example.org"}
    async with opened(*TOLD) as doors:
        document = (await doors.get("/schema/openapi.json")).json()
        seen = set()
        for path in document["paths"]:
            where = re.sub(r"\{\w+\}", "1", path.replace("{ceremony}", ID))
            for method in ("get", "head", "post", "put", "patch", "delete"):
                for more in ({}, BEARER):
                    if method in {"get", "head"} and "/desk" in path:
                        continue  # a stream without an end
                    answer = await doors.client.request(
                        method, where, headers={**elsewhere, **more}, content=b"{}"
                    )
                    seen.add((method, answer.status_code))
                    told = [name for name in answer.headers if name.startswith("access-control-")]
                    if method in {"get", "head"}:
                        assert answer.headers.get_list("access-control-allow-origin") == ["*"]
                    else:
                        assert told == [], (method, path, answer.status_code)
        assert {("post", 401), ("post", 400), ("delete", 404), ("put", 405)} <= seen
        asks = {**elsewhere, "access-control-request-headers": "if-none-match"}
        for method in ("GET", "HEAD"):
            answer = await doors.client.options(
                HERE, headers={**asks, "access-control-request-method": method}
            )
            assert answer.headers["access-control-allow-origin"] == "*"
        for method in ("POST", "DELETE", "PUT"):
            for path in (f"{HERE}/events", "/api/tokens"):
                answer = await doors.client.options(
                    path, headers={**asks, "access-control-request-method": method}
                )
                assert "access-control-allow-origin" not in answer.headers
        answer = await doors.client.options(HERE, headers=elsewhere)
        assert "access-control-allow-origin" not in answer.headers


async def test_every_get_is_open_to_all_origins_and_sets_no_cookie() -> None:
    async with opened(*TOLD) as doors:
        paths = ["/api/ceremonies", HERE, f"{HERE}/board", f"{HERE}/events", "/healthz", "/readyz"]
        for path in [
            *paths,
            f"{HERE}/log",
            "/metrics",
            "/schema/openapi.json",
            "/api/ceremonies/nobody",
            "/api/x",
        ]:
            for named in ({}, {"origin": "https://example.org"}):
                answer = await doors.get(path, **named)
                assert answer.headers.get_list("access-control-allow-origin") == ["*"], path
                assert "set-cookie" not in answer.headers
                assert "access-control-allow-credentials" not in answer.headers


async def test_a_page_of_another_origin_may_ask_with_its_cursor(doors: Doors) -> None:
    asked = {"origin": "https://example.org", "access-control-request-method": "GET"}
    answer = await doors.client.options(
        HERE, headers={**asked, "access-control-request-headers": "if-none-match"}
    )
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    asked["access-control-request-method"] = "POST"
    refused = await doors.client.options(f"{HERE}/events", headers=asked)
    assert "POST" not in refused.headers.get("access-control-allow-methods", "")


async def test_head_answers_as_get_does(doors: Doors) -> None:
    for path in (HERE, f"{HERE}/board", "/healthz", "/", "/api/ceremonies/nobody"):
        get, head = await doors.get(path), await doors.client.head(path)
        assert head.status_code == get.status_code
        assert head.headers == get.headers


async def test_a_method_that_does_not_apply_is_told_which_do(doors: Doors) -> None:
    for path in (HERE, f"{HERE}/events", f"{HERE}/board", "/api/ceremonies", "/healthz"):
        answer = await doors.client.delete(path)
        problem(answer, 405, "method-not-allowed")
        assert {"GET", "HEAD"} <= set(answer.headers["allow"].split(", "))


async def test_what_is_not_there_is_a_problem_that_says_where_to_look(doors: Doors) -> None:
    told = problem(await doors.get(f"{HERE}/nothing"), 404, "not-found")
    assert "/schema/openapi.json" in told["detail"]


async def test_a_replay_without_a_socket_is_told_to_open_one(doors: Doors) -> None:
    answer = await doors.get(f"{HERE}/replay")
    problem(answer, 426, "upgrade-required")
    assert answer.headers["upgrade"] == "websocket"
    problem(await doors.get("/api/ceremonies/nobody/replay"), 404, "unknown-ceremony")


async def test_the_head_of_a_live_feed_is_that_of_its_stream(doors: Doors) -> None:
    answer = await doors.client.head(f"{HERE}/live")
    assert answer.status_code == 200
    assert answer.content == b""
    named = {name.title(): value for name, value in answer.headers.items()}
    assert named == STREAM_HEADERS, "no length among them: a stream has none"
    problem_of = await doors.get("/api/ceremonies/nobody/live")
    problem(problem_of, 404, "unknown-ceremony")
    nobody = await doors.client.head("/api/ceremonies/nobody/live")
    assert (nobody.status_code, nobody.headers) == (404, problem_of.headers)


@pytest.mark.parametrize("spelled", ["live/", "%6Cive"])
async def test_another_spelling_of_the_live_feed_is_no_stream_without_an_end(
    doors: Doors, spelled: str
) -> None:
    assert (await doors.get(f"{HERE}/{spelled}")).status_code == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_a_live_feed_is_only_read(doors: Doors, method: str) -> None:
    answer = await doors.client.request(method, f"{HERE}/live")
    problem(answer, 405, "method-not-allowed")
    assert {"GET", "HEAD"} <= set(answer.headers["allow"].split(", "))


async def test_a_long_answer_is_packed_for_those_who_can_unpack_it(doors: Doors) -> None:
    async with doors.client.stream(
        "GET", f"{HERE}/board", headers={"accept-encoding": "gzip"}
    ) as packed:
        raw = b"".join([part async for part in packed.aiter_raw()])
    plain = await doors.get(f"{HERE}/board", accept_encoding="identity")
    assert gzip.decompress(raw) == plain.content
    assert "content-encoding" not in plain.headers
    assert [each.headers["vary"] for each in (packed, plain)] == ["Accept-Encoding"] * 2


async def test_the_process_tells_that_it_is_alive_and_ready() -> None:
    async with opened(*LIVE) as doors:
        assert (await doors.get("/healthz")).json() == {"status": "alive"}
        assert (await doors.get("/readyz")).json() == {"status": "ready"}


async def test_a_log_out_of_reach_is_told_and_may_be_tried_again() -> None:
    async with opened(*LIVE) as doors:
        await doors.store.close()
        assert (await doors.get("/healthz")).status_code == 200
        for path in ("/readyz", f"{HERE}/events", f"{HERE}/events/1", f"{HERE}/board?at=1"):
            answer = await doors.get(path)
            problem(answer, 503, "unavailable")
            assert int(answer.headers["retry-after"]) >= 1
        lines = await doors.get(f"{HERE}/events", accept="application/x-ndjson")
        problem(lines, 503, "unavailable")


async def test_no_board_has_a_null_or_a_float_in_it() -> None:
    def walk(value: Any) -> None:
        assert value is not None
        assert not isinstance(value, float)
        for each in value.values() if isinstance(value, dict) else value:
            if isinstance(each, dict | list):
                walk(each)
            else:
                assert isinstance(each, str | int)

    async with opened(*TOLD) as doors:
        for version in range(HEAD + 1):
            walk((await doors.get(f"{HERE}/board?at={version}")).json())


async def test_one_event_is_read_to_the_end_so_that_nothing_is_left_open() -> None:
    class Counting(MemoryStore):
        """A store that counts reads which began, and those which came to their end."""

        begun = ended = 0

        async def read(
            self, history: History, after: int = 0, limit: int | None = None
        ) -> AsyncIterator[Recorded]:
            self.begun += 1
            async for each in super().read(history, after, limit):
                yield each
            self.ended += 1

    store = Counting()
    async with opened(*LIVE, store=store) as doors:
        for version in (1, 3, START):
            answer = await doors.get(f"{HERE}/events/{version}")
            assert answer.json()["version"] == version
        assert store.begun == store.ended
