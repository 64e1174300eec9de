import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from doors import BEARER, HERE, ID, TOKEN, Doors, opened, problem, programme
from events.memory import MemoryStore
from events.recorded import Recorded
from events.sqlite import SqliteStore
from events.store import CorruptEvent, History, Key, StoreUnavailable
from events.timestamp import from_ms, to_ms
from night import (
    ENDED,
    LISTED,
    LIVE,
    PROGRAMME,
    START,
    STARTED,
    announced,
    as_json,
    confirmed,
    corrected,
    moment,
    presenting,
    recorded,
    under_review,
)
from web.clock import now

pytestmark = pytest.mark.anyio

WIN = announced("sound", "orbit")
LARGEST = 64 * 1024


class Counting(MemoryStore):
    """A store that counts what is written to it, and can be full."""

    def __init__(self) -> None:
        super().__init__()
        self.is_full = False
        self.writes = 0

    async def append(
        self,
        history: History,
        events: Sequence[Recorded],
        *,
        expected_version: int,
        key: Key | None = None,
    ) -> None:
        self._refuse_when_full()
        await super().append(history, events, expected_version=expected_version, key=key)
        self.writes += 1

    async def bind(self, history: History, key: Key, version: int) -> None:
        self._refuse_when_full()
        await super().bind(history, key, version)
        self.writes += 1

    async def begin(
        self, events: Sequence[Recorded], *, key: Key | None = None, anew: bool = False
    ) -> History:
        self._refuse_when_full()
        self.writes += 1
        return await super().begin(events, key=key, anew=anew)

    def _refuse_when_full(self) -> None:
        if self.is_full:
            raise StoreUnavailable("The log cannot be written now (disk full); free some space.")


async def test_an_event_is_appended_with_its_frame_its_place_and_its_version() -> None:
    async with opened(*LIVE) as doors:
        answer = await doors.post(WIN)
        assert answer.status_code == 201
        assert answer.headers["location"] == f"{HERE}/events/{START + 1}"
        epoch = (await doors.get(HERE)).json()["epoch"]
        assert answer.headers["etag"] == f'"{epoch}:{START + 1}"'
        event = await doors.get(answer.headers["location"])
        assert event.headers["etag"] == answer.headers["etag"]
        assert answer.headers["cache-control"] == "no-store"
        told = answer.json()
        assert set(told) == {"version", "frame"}
        assert told["version"] == START + 1
        assert set(told["frame"]) == {"version", "occurred_at", "t", "event", "patch"}
        assert told["frame"]["event"] == as_json(WIN)
        stored = (await doors.get(answer.headers["location"])).json()
        assert stored["event"] == as_json(WIN)
        epoch = (await doors.get(HERE)).json()["epoch"]
        page = (await doors.get(f"{HERE}/frames/{epoch}/0")).json()
        assert page["frames"][-1] == told["frame"]


async def test_the_board_shows_an_event_as_soon_as_its_post_is_answered() -> None:
    async with opened(*LIVE) as doors:
        for category, winner in (("sound", "orbit"), ("song", "adrift"), ("film", "meadow")):
            await doors.post(announced(category, winner))
            board = (await doors.get(f"{HERE}/board")).json()
            assert f"{category}/{winner}" in board["categories"][category]["winners"]


async def test_occurred_at_may_lie_in_the_past_and_is_kept_in_its_one_form() -> None:
    async with opened(*LIVE) as doors:
        answer = await doors.post({**as_json(WIN), "occurred_at": "2020-01-01T01:00:00+01:00"})
        assert answer.json()["frame"]["occurred_at"] == "2020-01-01T00:00:00.000Z"


async def test_an_event_from_the_future_is_refused_beyond_five_seconds() -> None:
    async with opened(*LIVE) as doors:
        soon = from_ms(to_ms(now()) + 3_000)
        assert (await doors.post({**as_json(WIN), "occurred_at": soon})).status_code == 201
        late = {**as_json(moment()), "occurred_at": from_ms(to_ms(now()) + 20_000)}
        assert problem(await doors.post(late), 422, "refused")["rule"] == "from-the-future"


@pytest.mark.parametrize(
    "token", [None, "", "wrong", f"{TOKEN}x", TOKEN[:-1], f"{TOKEN} {TOKEN}", "é"]
)
async def test_nobody_posts_or_reads_the_log_without_a_valid_token(token: str | None) -> None:
    named = [] if token is None else [(b"authorization", f"Bearer {token}".encode("latin-1"))]
    async with opened(*LIVE) as doors:
        for method, path in (
            ("POST", "/api/ceremonies"),
            ("POST", f"{HERE}/events"),
            ("POST", f"{HERE}/rehearsals"),
            ("POST", "/api/ceremonies/nobody/events"),
            ("GET", f"{HERE}/log"),
        ):
            answer = await doors.client.request(method, path, headers=named, content=b"x" * 70_000)
            problem(answer, 401, "unauthorized")
            assert answer.headers["www-authenticate"].startswith("Bearer")
            assert not token or token not in answer.text
        assert await doors.head() == START


@pytest.mark.parametrize("header", ["Basic abc", "bearer", TOKEN, f"Token {TOKEN}"])
async def test_a_token_comes_as_a_bearer_token(header: str) -> None:
    async with opened(*LIVE) as doors:
        answer = await doors.get(f"{HERE}/log", authorization=header)
        problem(answer, 401, "unauthorized")
        for scheme in ("bearer", "Bearer", "BEARER"):
            named = {"authorization": f"{scheme} {TOKEN}"}
            assert (await doors.get(f"{HERE}/log", **named)).status_code == 200


async def test_the_log_shows_its_actors_to_producers() -> None:
    async with opened(*LIVE) as doors:
        await doors.post(WIN)
        named = {"authorization": f"Bearer {TOKEN}"}
        log = (await doors.get(f"{HERE}/log?after={LISTED}&limit=2", **named)).json()
        assert log["head"] == START + 1
        assert [each["actor"] for each in log["events"]] == ["maya", "admin"]
        public = (await doors.get(f"{HERE}/events?after={LISTED}")).text
        assert "actor" not in public
        problem(await doors.get(f"{HERE}/log?limit=501", **named), 400, "bad-request")
        problem(await doors.get("/api/ceremonies/nobody/log", **named), 404, "unknown-ceremony")


async def test_the_checks_come_in_their_order() -> None:
    """Each request is wrong in every later way as well, so the first check must speak first."""
    huge, stale = b"{" + b" " * LARGEST, '"1"'
    async with opened(*LIVE) as doors:
        await doors.post(moment(), key="known")
        nobody = "/api/ceremonies/nobody/events?dry_run=perhaps"
        events, unclear = f"{HERE}/events", f"{HERE}/events?dry_run=perhaps"

        answer = await doors.post(huge, nobody, key="known", if_match=stale, token="wrong")
        problem(answer, 401, "unauthorized")
        answer = await doors.post(huge, nobody, key="known", if_match=stale)
        problem(answer, 404, "unknown-ceremony")
        answer = await doors.post(huge, unclear, key="known", if_match=stale)
        problem(answer, 413, "too-large")
        answer = await doors.post(as_json(WIN), unclear, key="known", if_match=stale)
        problem(answer, 400, "bad-request")
        answer = await doors.post(b"{", events, key="known", if_match=stale)
        problem(answer, 400, "bad-request")
        # Refused by a rule and stale, but its key came with another body.
        answer = await doors.post(announced("sound", "nobody"), key="known", if_match=stale)
        problem(answer, 409, "key-reused")
        answer = await doors.post(STARTED, if_match=stale)
        assert answer.status_code == 200, "already so, whatever the head"
        answer = await doors.post(announced("sound", "nobody"), if_match=stale)
        problem(answer, 412, "stale")
        answer = await doors.post(announced("sound", "nobody"), if_match=START + 1)
        problem(answer, 422, "refused")
        answer = await doors.post(WIN, if_match=START + 1)
        assert answer.status_code == 201


async def test_a_body_may_take_64_kib_and_no_more() -> None:
    async with opened(*LIVE) as doors:
        body = json.dumps(as_json(WIN)).encode()
        answer = await doors.post(body.ljust(LARGEST + 1))
        problem(answer, 413, "too-large")
        assert (await doors.post(body.ljust(LARGEST))).status_code == 201


@pytest.mark.parametrize(
    "path",
    [
        "/api/ceremonies?dry_run=perhaps",
        f"{HERE}/events?dry_run=perhaps",
        f"{HERE}/rehearsals",
        f"{HERE}-rehearsal/rehearsals",
    ],
)
async def test_every_post_is_measured_before_it_is_read(path: str) -> None:
    async with opened(*LIVE) as doors:
        await begun(doors)
        answer = await doors.post(b" " * (LARGEST + 1), path, key="x" * 129)
        problem(answer, 413, "too-large")


async def test_a_body_without_a_length_is_measured_as_it_comes() -> None:
    sent = 0

    async def parts() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(1000):
            sent += 1024
            yield b" " * 1024

    async with opened(*LIVE) as doors:
        named = {"authorization": f"Bearer {TOKEN}"}
        answer = await doors.client.post(f"{HERE}/events", content=parts(), headers=named)
        problem(answer, 413, "too-large")
        assert await doors.head() == START


EVENT = as_json(WIN)
HOSTILE: dict[str, bytes] = {
    "nothing": b"",
    "no JSON": b"hello",
    "half": b'{"type":"winner-announced"',
    "a list": b"[]",
    "a number": b"1",
    "null": b"null",
    "two": json.dumps(EVENT).encode() * 2,
    "deep": b"[" * 30_000,
    "deep in a field": b'{"type":"moment-noted","kind":' + b'{"a":' * 10_000,
    "deep and whole": b'{"type":' + b"[" * 20_000 + b"]" * 20_000 + b"}",
    "no type": b"{}",
    "type null": b'{"type":null}',
    "type a number": b'{"type":7}',
    "unknown type": b'{"type":"winner-annulled","category":"sound"}',
    "latin-1": '{"type":"moment-noted","kind":"é","text":"é"}'.encode("latin-1"),
    "utf-16": json.dumps(EVENT).encode("utf-16"),
    "a lone surrogate": b'{"type":"moment-noted","kind":"x","text":"\\ud800"}',
    "surrogates reversed": b'{"type":"moment-noted","kind":"x","text":"\\udc00\\ud800"}',
    "a surrogate and a letter": b'{"type":"moment-noted","kind":"x","text":"\\ud83da\\u0061"}',
    "a raw surrogate": b'{"type":"moment-noted","kind":"x","text":"\xed\xa0\x80"}',
    "a raw control": b'{"type":"moment-noted","kind":"x","text":"a\nb"}',
    "a huge whole number": b'{"type":"moment-withdrawn","version":' + b"9" * 10_000 + b"}",
    "a number past 64 bits": b'{"type":"moment-withdrawn","version":18446744073709551617}',
    "a number past 2^53": b'{"type":"moment-withdrawn","version":9007199254740993}',
    "a huge exponent": b'{"type":"moment-withdrawn","version":1e999}',
    "a negative number": b'{"type":"moment-withdrawn","version":-1}',
    "a fraction": b'{"type":"moment-withdrawn","version":1.5}',
    "a truth": b'{"type":"moment-withdrawn","version":true}',
    "not a number": b'{"type":"moment-withdrawn","version":NaN}',
    "a number as text": b'{"type":"moment-withdrawn","version":"9"}',
    "an unknown field": json.dumps({**EVENT, "winner": "x"}).encode(),
    "a field of another type": json.dumps({**EVENT, "kind": "x"}).encode(),
    "an unknown field inside": b'{"type":"category-listed","category":"x","name":"X","position":1,'
    b'"nominees":[{"id":"x/y","people":[{"id":"p","name":"P","age":1}]}]}',
    "a missing field": b'{"type":"winner-announced","category":"sound"}',
    "null in a field": json.dumps({**EVENT, "nominees": None}).encode(),
    "null where it may be absent": b'{"type":"winner-retracted","category":"sound","reason":null}',
    "no winner": json.dumps({**EVENT, "nominees": []}).encode(),
    "nominees as text": json.dumps({**EVENT, "nominees": "sound/orbit"}).encode(),
    "nominees of numbers": json.dumps({**EVENT, "nominees": [1]}).encode(),
    "a text too long": json.dumps(
        {"type": "moment-noted", "kind": "x", "text": "x" * 2001}
    ).encode(),
    "an empty text": b'{"type":"moment-noted","kind":"","text":"x"}',
    "a bad id": b'{"type":"work-listed","work":"A Film","title":"x"}',
    "an id of digits": b'{"type":"work-listed","work":"1917","title":"x"}',
    "an id with a line feed": b'{"type":"work-listed","work":"film\\n","title":"x"}',
    "occurred_at null": json.dumps({**EVENT, "occurred_at": None}).encode(),
    "occurred_at a number": json.dumps({**EVENT, "occurred_at": 1740960000000}).encode(),
    "occurred_at no time": json.dumps({**EVENT, "occurred_at": "yesterday"}).encode(),
    "occurred_at without a zone": json.dumps(
        {**EVENT, "occurred_at": "2025-03-03T00:00:00"}
    ).encode(),
    "occurred_at before all time": json.dumps(
        {**EVENT, "occurred_at": "0001-01-01T00:00:00+23:59"}
    ).encode(),
    "starts_at no time": b'{"type":"ceremony-rescheduled","starts_at":"soon"}',
    "starts_at after all time": (
        b'{"type":"ceremony-rescheduled","starts_at":"9999-12-31T23:59:59-23:59"}'
    ),
}


@pytest.fixture(scope="module")
async def going_on() -> AsyncIterator[Doors]:
    """A live night that outlasts each of the tests."""
    async with opened(*LIVE) as doors:
        yield doors


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_body_that_is_no_event_is_told_what_is_wrong_with_it(
    going_on: Doors, name: str
) -> None:
    before = await going_on.head()
    problem(await going_on.post(HOSTILE[name], key=name), 400, "bad-request")
    assert await going_on.head() == before
    assert (await going_on.post(moment(name), key=name)).status_code == 201, "no key was bound"


async def test_a_whole_number_may_be_written_with_a_point() -> None:
    async with opened(*LIVE) as doors:
        noted = (await doors.post(moment())).json()["version"]
        body = f'{{"type":"moment-withdrawn","version":{noted}.0}}'.encode()
        answer = await doors.post(body)
        assert answer.status_code == 201
        assert answer.json()["frame"]["event"]["version"] == noted


async def test_a_wrong_field_is_named_by_its_place() -> None:
    async with opened(*LIVE) as doors:
        wrong = {**EVENT, "nominees": ["sound/orbit", 7]}
        assert "$.nominees[1]" in problem(await doors.post(wrong), 400, "bad-request")["detail"]
        timed = {**EVENT, "occurred_at": "yesterday"}
        detail = problem(await doors.post(timed), 400, "bad-request")["detail"]
        assert "yesterday" in detail
        assert "$.occurred_at" in detail


@pytest.mark.parametrize("text", ["\u200f\U0001d54f\U0001f3ac", "\u2028", "</script>", "%s{}"])
async def test_any_text_that_json_can_carry_goes_in_and_comes_out_again(text: str) -> None:
    async with opened(*LIVE) as doors:
        assert (await doors.post(moment(text))).status_code == 201
        stored = (await doors.get(f"{HERE}/events/{START + 1}")).json()
        assert stored["event"]["text"] == text


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "multipart/form-data", "", "%"])
async def test_a_body_is_read_as_json_whatever_it_is_called(kind: str) -> None:
    async with opened(*LIVE) as doors:
        named = {"authorization": f"Bearer {TOKEN}", "content-type": kind}
        body = json.dumps(EVENT).encode()
        answer = await doors.client.post(f"{HERE}/events", content=body, headers=named)
        assert answer.status_code == 201
        bad = await doors.client.post(f"{HERE}/events", content=b"a=b", headers=named)
        problem(bad, 400, "bad-request")


async def test_of_a_field_given_twice_the_last_counts_as_in_every_json_reader() -> None:
    async with opened(*LIVE) as doors:
        body = b'{"type":"moment-noted","kind":"x","text":"one","text":"two"}'
        assert (await doors.post(body)).json()["frame"]["event"]["text"] == "two"


@pytest.mark.parametrize("key", ["", " ", "x" * 129, "\t", "é"])
async def test_a_key_takes_1_to_128_characters(key: str) -> None:
    async with opened(*LIVE) as doors:
        named = {
            b"authorization": f"Bearer {TOKEN}".encode(),
            b"idempotency-key": key.encode("latin-1"),
        }
        answer = await doors.client.post(f"{HERE}/events", json=EVENT, headers=list(named.items()))
        problem(answer, 400, "bad-request")
        assert (await doors.post(WIN, key="x" * 128)).status_code == 201


NO_TAGS: Final = [
    *("10", "x", "", " ", ",", '"', '"' + "9" * 16, '"10" "10"', '"10";', '*, "10"', '"10", *'),
    *('w/"10"', "W/10", 'W/ "10"', '"a b"', "'10'", '"10' + " " * 8000),
]


@pytest.mark.parametrize("tags", NO_TAGS)
async def test_if_match_is_a_list_of_entity_tags(tags: str) -> None:
    async with opened(*LIVE) as doors:
        told = problem(await doors.post(WIN, if_match=tags), 400, "bad-request")
        assert "If-Match" in told["detail"]
        assert (await doors.post(WIN, if_match="*")).status_code == 201


# Where EPOCH stands, the history's own is put in.
OF_THE_HEAD: Final = [
    *(f'"{START}"', f'"EPOCH:{START}"', f'"0{START}"', f' "{START}" ', f'"1","{START}"'),
    *(f'"EPOCH:1" ,  "EPOCH:{START}"', f',, "{START}" ,', f'W/"{START}", "{START}"'),
    *(f'"other-1-1:{START}", "EPOCH:{START}"', f'"a,b", "{START}"', "*", " * "),
]
OF_NO_HEAD: Final = [
    *('""', '"x"', '"-1"', '"1.0"', '":10"', '"EPOCH:"', '"EPOCH"', f'"EPOCH:{START}:en"'),
    *(f'W/"{START}"', f'W/"EPOCH:{START}"', f'"other-1-1:{START}"', f'"EPOCH-c3:{START}"'),
    *(f'"EPOCH :{START}"'.replace(" ", ""), f'"epoch:{START}"', '"1", "2", W/"3"'),
]


@pytest.mark.parametrize("tags", OF_THE_HEAD)
async def test_a_post_goes_through_where_one_of_its_tags_is_the_heads(tags: str) -> None:
    async with opened(*LIVE) as doors:
        epoch = (await doors.get(HERE)).json()["epoch"]
        answer = await doors.post(WIN, if_match=tags.replace("EPOCH", epoch))
        assert answer.status_code == 201


@pytest.mark.parametrize("tags", [each for each in OF_NO_HEAD if each not in OF_THE_HEAD])
async def test_a_post_is_stale_where_none_of_its_tags_is_the_heads(tags: str) -> None:
    async with opened(*LIVE) as doors:
        epoch = (await doors.get(HERE)).json()["epoch"]
        told = problem(await doors.post(WIN, if_match=tags.replace("EPOCH", epoch)), 412, "stale")
        assert (told["head"], told["epoch"]) == (START, epoch)
        assert await doors.head() == START


async def test_if_match_may_come_in_several_lines() -> None:
    async with opened(*LIVE) as doors:
        for version, status in ((START + 1, 412), (START, 201)):
            named = [("If-Match", '"1"'), ("If-Match", f'"{version}"'), *BEARER.items()]
            answer = await doors.client.post(f"{HERE}/events", json=EVENT, headers=named)
            assert answer.status_code == status


async def test_every_tag_of_the_head_fits_the_next_post() -> None:
    async with opened(*LIVE) as doors:
        held = ""
        for path in ("", "/board", "/winners.json", f"/events/{START}"):
            held = (await doors.get(f"{HERE}{path}")).headers["etag"]
            answer = await doors.post(moment(), f"{HERE}/events?dry_run=true", if_match=held)
            assert answer.status_code == 200, path
        posted = await doors.post(moment("1."), if_match=held)
        for number in (2, 3):
            posted = await doors.post(moment(f"{number}."), if_match=posted.headers["etag"])
            assert posted.status_code == 201
        again = await doors.post(WIN, key="one", if_match=posted.headers["etag"])
        retried = await doors.post(WIN, key="one", if_match='"1"')
        assert (retried.status_code, retried.headers["etag"]) == (200, again.headers["etag"])


async def test_what_was_seen_of_an_earlier_rehearsal_fits_no_later_one() -> None:
    async with opened(*LIVE) as doors:
        events = f"{HERE}-rehearsal/events"
        await begun(doors)
        seen = (await doors.post(STARTED, events)).headers["etag"]
        epoch = (await begun(doors)).json()["epoch"]
        started = (await doors.post(STARTED, events)).headers["etag"]
        assert started != seen, "the same version of another history"
        told = problem(await doors.post(WIN, events, if_match=seen), 412, "stale")
        assert (told["head"], told["epoch"]) == (START, epoch)
        assert [frame["version"] for frame in told["frames"]] == list(range(1, START + 1))
        assert (await doors.post(WIN, events, if_match=f'"{START}"')).status_code == 201
        problem(await doors.post(moment(), events, if_match=f'{seen}, "{START}"'), 412, "stale")


async def test_a_stale_list_is_given_what_came_after_the_last_that_it_knows() -> None:
    async with opened(*LIVE, WIN, moment("1."), moment("2.")) as doors:
        for tags, after in (
            (f'"{START}", "1", "9999"', START),
            (f'W/"{START + 1}", "2"', START + 1),
            (f'"other-1-1:{START + 2}", "3"', 3),
            ('"9999"', START + 3),
            ('"x"', 0),
        ):
            told = problem(await doors.post(moment("3."), if_match=tags), 412, "stale")
            versions = [frame["version"] for frame in told["frames"]]
            assert versions == list(range(after + 1, START + 4)), tags


async def test_a_version_past_every_head_is_stale_however_long() -> None:
    async with opened(*LIVE) as doors:
        for tag in ("9" * 15, "9" * 16, "9" * 5000):
            told = problem(await doors.post(WIN, if_match=f'"{tag}"'), 412, "stale")
            assert (told["head"], told["frames"]) == (START, [])


async def test_a_key_seen_before_gets_the_first_answer_for_ever() -> None:
    store = Counting()
    async with opened(*LIVE, store=store) as doors:
        first = await doors.post(WIN, key="one")
        await doors.post(corrected("sound", "harbour"))
        await doors.post(ENDED)
        writes = store.writes
        for if_match in (None, 1):
            again = await doors.post(WIN, key="one", if_match=if_match)
            assert again.status_code == 200
            assert again.content == first.content
        # Spaces and the order of the fields are not the body.
        turned = json.dumps(dict(reversed(EVENT.items())), indent=4).encode()
        assert (await doors.post(turned, key="one")).content == first.content
        problem(await doors.post(moment(), key="one"), 409, "key-reused")
        timed = {**EVENT, "occurred_at": "2020-01-01T00:00:00Z"}
        problem(await doors.post(timed, key="one"), 409, "key-reused")
        assert store.writes == writes


async def test_a_key_holds_across_a_restart_on_the_same_file(tmp_path: Path) -> None:
    file = tmp_path / "tracker.db"
    store = await SqliteStore.open(file)
    async with opened(*LIVE, store=store) as doors:
        first = await doors.post(WIN, key="one")
        so = await doors.post(STARTED, key="two")
    await store.close()
    store = await SqliteStore.open(file)
    async with opened(store=store) as doors:
        again = await doors.post(WIN, key="one")
        assert (again.status_code, again.content) == (200, first.content)
        assert (await doors.post(STARTED, key="two")).content == so.content
        problem(await doors.post(moment(), key="one"), 409, "key-reused")
        problem(await doors.post(moment(), key="two"), 409, "key-reused")
    await store.close()


async def test_what_is_already_so_appends_nothing_and_binds_the_key() -> None:
    async with opened(*LIVE) as doors:
        first = await doors.post(WIN)
        again = await doors.post(WIN, key="two", if_match=1)
        assert again.status_code == 200
        assert again.content == first.content
        assert await doors.head() == START + 1
        await doors.post(corrected("sound", "harbour"))
        bound = await doors.post(WIN, key="two")
        assert (bound.status_code, bound.content) == (200, first.content)
        assert problem(await doors.post(WIN), 422, "refused")["rule"] == "decided"


async def test_a_refusal_binds_no_key() -> None:
    async with opened(*LIVE) as doors:
        await doors.post(WIN)
        other = announced("sound", "meadow")
        told = problem(await doors.post(other, key="one"), 422, "refused")
        assert told["rule"] == "decided"
        assert "sound/orbit" in told["detail"]
        problem(await doors.post(other, key="one", if_match=1), 412, "stale")
        assert (await doors.post(corrected("sound", "meadow"), key="one")).status_code == 201


async def test_a_stale_producer_is_given_the_head_and_what_is_new() -> None:
    async with opened(*LIVE) as doors:
        shown = [
            (await doors.post(event)).json()["frame"]
            for event in (presenting("song"), announced("song", "adrift"))
        ]
        told = problem(await doors.post(WIN, if_match=START), 412, "stale")
        assert told["head"] == START + 2
        assert told["frames"] == shown
        ahead = problem(await doors.post(WIN, if_match=999), 412, "stale")
        assert (ahead["head"], ahead["frames"]) == (START + 2, [])
        assert await doors.head() == START + 2


async def test_a_stale_producer_is_given_64_frames_at_most() -> None:
    noted = [moment(f"Moment {number}.") for number in range(70)]
    async with opened(*LIVE, *noted) as doors:
        for known in (0, START):
            told = problem(await doors.post(WIN, if_match=known), 412, "stale")
            versions = [frame["version"] for frame in told["frames"]]
            assert versions == list(range(known + 1, known + 65))
            assert told["head"] == START + 70


async def test_a_dry_run_shows_the_frame_and_stores_and_binds_nothing() -> None:
    store = Counting()
    async with opened(*LIVE, store=store) as doors:
        writes, timed = store.writes, {**EVENT, "occurred_at": "2030-02-01T20:10:00Z"}
        timed["occurred_at"] = from_ms(to_ms(now()) - 1000)
        path = f"{HERE}/events?dry_run=true"
        dry = await doors.post(timed, path, key="one", if_match=START)
        assert dry.status_code == 200
        assert "location" not in dry.headers
        assert store.writes == writes
        assert await doors.head() == START
        made = await doors.post(timed, key="one", if_match=START)
        assert made.status_code == 201
        assert made.content == dry.content
        # Already so, refused, stale: as in earnest.
        assert (await doors.post(WIN, path, key="two")).json()["version"] == START + 1
        assert store.writes == writes + 1
        problem(await doors.post(announced("sound", "meadow"), path), 422, "refused")
        problem(await doors.post(moment(), path, if_match=1), 412, "stale")
        assert (await doors.post(moment(), key="two")).status_code == 201, "the key is free"


@pytest.mark.parametrize(
    ("wish", "status"), [("1", 200), ("True", 200), ("0", 201), ("false", 201)]
)
async def test_a_dry_run_is_wished_for_in_a_word_or_a_digit(wish: str, status: int) -> None:
    async with opened(*LIVE) as doors:
        assert (await doors.post(WIN, f"{HERE}/events?dry_run={wish}")).status_code == status
        assert await doors.head() == START + (status == 201)


@pytest.mark.parametrize("wish", ["perhaps", "", "2", "null"])
async def test_a_dry_run_is_wished_for_clearly_or_not_at_all(wish: str) -> None:
    async with opened(*LIVE) as doors:
        problem(await doors.post(WIN, f"{HERE}/events?dry_run={wish}"), 400, "bad-request")
        assert await doors.head() == START


async def test_of_two_producers_with_one_version_in_mind_one_is_stale() -> None:
    async with opened(*LIVE) as doors:
        answers = await asyncio.gather(
            *(doors.post(moment(f"{n}."), if_match=START, key=f"key-{n}") for n in range(20))
        )
        assert sorted(each.status_code for each in answers) == [201, *[412] * 19]
        assert await doors.head() == START + 1


async def test_two_winners_at_once_leave_one_and_refuse_the_other() -> None:
    async with opened(*LIVE) as doors:
        answers = await asyncio.gather(
            *(doors.post(announced("sound", name)) for name in ("orbit", "meadow"))
        )
        assert sorted(each.status_code for each in answers) == [201, 422]
        same = await asyncio.gather(*(doors.post(announced("song", "adrift")) for _ in range(10)))
        assert sorted(each.status_code for each in same) == [*[200] * 9, 201]
        assert len({each.content for each in same}) == 1


async def test_one_key_at_once_from_many_appends_once() -> None:
    async with opened(*LIVE) as doors:
        answers = await asyncio.gather(*(doors.post(moment(), key="one") for _ in range(20)))
        assert sorted(each.status_code for each in answers) == [*[200] * 19, 201]
        assert len({each.content for each in answers}) == 1
        assert await doors.head() == START + 1


async def test_a_full_disk_is_told_and_nothing_is_lost_or_bound() -> None:
    store = Counting()
    async with opened(*LIVE, store=store) as doors:
        store.is_full = True
        bodies: list[tuple[Any, str]] = [
            (WIN, f"{HERE}/events"),
            (STARTED, f"{HERE}/events"),
            (programme("another"), "/api/ceremonies"),
            (b"", f"{HERE}/rehearsals"),
        ]
        for body, path in bodies:
            answer = await doors.post(body, path, key="one")
            problem(answer, 503, "unavailable")
            assert int(answer.headers["retry-after"]) >= 1
        store.is_full = False
        assert (await doors.post(WIN, key="one")).status_code == 201
        assert await doors.head() == START + 1


async def test_a_closed_log_takes_no_post() -> None:
    async with opened(*LIVE) as doors:
        await doors.store.close()
        answer = await doors.post(WIN)
        problem(answer, 503, "unavailable")
        assert int(answer.headers["retry-after"]) >= 1


async def test_a_programme_is_scheduled_as_a_whole_in_its_order() -> None:
    async with opened() as doors:
        answer = await doors.post(programme(), "/api/ceremonies", key="one")
        assert answer.status_code == 201
        assert answer.json() == {"id": ID, "version": LISTED}
        assert answer.headers["location"] == HERE
        events = (await doors.get(f"{HERE}/events")).json()["events"]
        assert [each["event"] for each in events] == [as_json(event) for event in PROGRAMME]
        assert (await doors.get(HERE)).json()["phase"] == "scheduled"
        again = await doors.post(programme(), "/api/ceremonies", key="one")
        assert (again.status_code, again.content) == (200, answer.content)
        so = await doors.post(programme(), "/api/ceremonies", key="two")
        assert (so.status_code, so.content) == (200, answer.content)
        other = programme(name="Another Name")
        problem(await doors.post(other, "/api/ceremonies", key="one"), 409, "key-reused")
        told = problem(await doors.post(other, "/api/ceremonies"), 422, "refused")
        assert told["rule"] == "already-scheduled"
        await doors.post(STARTED)
        assert (await doors.post(programme(), "/api/ceremonies")).content == answer.content


async def test_a_dry_run_of_a_programme_schedules_nothing() -> None:
    async with opened() as doors:
        answer = await doors.post(programme(), "/api/ceremonies?dry_run=true", key="one")
        assert answer.status_code == 200
        assert answer.json() == {"id": ID, "version": LISTED}
        assert (await doors.get("/api/ceremonies")).json() == {"ceremonies": []}
        assert (await doors.post(programme(), "/api/ceremonies", key="one")).status_code == 201


async def test_every_wrong_place_of_a_programme_is_named_at_once() -> None:
    wrong = programme()
    wrong["works"].append(wrong["works"][0] | {"title": "Other"})
    wrong["categories"][0]["nominees"][0]["work"] = "nothing"
    async with opened() as doors:
        told = problem(await doors.post(wrong, "/api/ceremonies", key="one"), 422, "refused")
        rules = [(each["event"], each["rule"]) for each in told["errors"]]
        assert rules == [(5, "already-listed"), (6, "unknown-work")]
        assert (await doors.get("/api/ceremonies")).json() == {"ceremonies": []}
        assert (await doors.post(programme(), "/api/ceremonies", key="one")).status_code == 201


def card(**fields: Any) -> dict[str, Any]:
    return programme(**fields)


BAD_PROGRAMMES: dict[str, Any] = {
    "no JSON": b"hello",
    "deep": b"[" * 30_000,
    "a list": b"[]",
    "empty": {},
    "starts_at no time": card(starts_at="soon"),
    "starts_at without a zone": card(starts_at="2030-02-01T20:00:00"),
    "starts_at null": card(starts_at=None),
    "venue null": card(venue=None),
    "an unknown field": card(city="Nowhere"),
    "an id in capitals": card(id="Made-Up"),
    "an id of 55": card(id="x" * 55),
    "an id with a slash": card(id="a/b"),
    "an id with a double hyphen": card(id="a--b"),
    "an empty id": card(id=""),
    "an id with a line feed": card(id="a\n"),
    "a rehearsal": card(id="made-up-rehearsal"),
    "no works": {key: value for key, value in programme().items() if key != "works"},
    "works null": programme() | {"works": None},
    "positions": programme()
    | {"categories": [each | {"position": 1} for each in programme()["categories"]]},
    **{
        f"the address {own}": card(id=own)
        for own in [
            "api",
            "console",
            "schema",
            "healthz",
            "readyz",
            "metrics",
            "og",
            "static",
            "assets",
        ]
    },
}


@pytest.fixture(scope="module")
async def nothing() -> AsyncIterator[Doors]:
    """A tracker to which no test brings a ceremony."""
    async with opened() as doors:
        yield doors


@pytest.mark.parametrize("body", BAD_PROGRAMMES.values(), ids=BAD_PROGRAMMES.keys())
async def test_a_body_that_is_no_programme_is_told_what_is_wrong_with_it(
    nothing: Doors, body: Any
) -> None:
    problem(await nothing.post(body, "/api/ceremonies"), 400, "bad-request")
    assert (await nothing.get("/api/ceremonies")).json() == {"ceremonies": []}


async def test_an_id_may_take_54_characters() -> None:
    async with opened() as doors:
        answer = await doors.post(programme("x" * 54), "/api/ceremonies")
        assert answer.status_code == 201
        rehearsal = await doors.post(b"", f"{answer.headers['location']}/rehearsals")
        assert rehearsal.status_code == 201


async def test_a_token_may_be_for_the_longest_rehearsal_alone() -> None:
    async with opened() as doors:
        wish = {"name": "maya", "role": "producer", "ceremony": f"{'x' * 54}-rehearsal"}
        assert (await doors.post(wish, "/api/tokens")).status_code == 201


async def begun(doors: Doors, **named: Any) -> httpx.Response:
    return await doors.post(b"", f"{HERE}/rehearsals", **named)


async def test_a_rehearsal_is_a_copy_of_the_programme_that_starts_now() -> None:
    async with opened(*LIVE, WIN) as doors:
        before = now()
        answer = await begun(doors)
        assert answer.status_code == 201
        assert answer.headers["location"] == f"{HERE}-rehearsal"
        assert set(answer.json()) == {"id", "version", "epoch"}
        assert answer.json()["id"] == "made-up-rehearsal"
        assert answer.json()["version"] == LISTED
        head = (await doors.get(f"{HERE}-rehearsal")).json()
        assert head["rehearsal"] is True
        assert (head["phase"], head["version"]) == ("scheduled", LISTED)
        assert head["epoch"] == answer.json()["epoch"]
        assert before <= head["starts_at"] <= now()
        listed = (await doors.get("/api/ceremonies")).json()["ceremonies"]
        assert {each["id"]: each["rehearsal"] for each in listed} == {
            "made-up": False,
            "made-up-rehearsal": True,
        }


async def test_a_rehearsal_shows_the_same_boards_but_for_the_ceremony() -> None:
    show = (STARTED, presenting("sound"), WIN, under_review("sound"), confirmed("sound"), ENDED)
    async with opened(*PROGRAMME, *show) as doors:
        await begun(doors)
        for event in show:
            answer = await doors.post(event, f"{HERE}-rehearsal/events")
            assert answer.status_code == 201
        for version in range(LISTED + len(show) + 1):
            original = (await doors.get(f"{HERE}/board?at={version}")).json()
            copy = (await doors.get(f"{HERE}-rehearsal/board?at={version}")).json()
            assert {**copy, "ceremony": {}} == {**original, "ceremony": {}}
        assert await doors.head() == LISTED + len(show)


async def test_a_rehearsal_begun_again_is_a_new_history_and_the_old_one_stays_in_the_log() -> None:
    async with opened(*LIVE) as doors:
        first = (await begun(doors, key="one")).json()
        await doors.post(STARTED, f"{HERE}-rehearsal/events", key="start")
        old = await doors.store.current("made-up-rehearsal")
        assert (await begun(doors, key="one")).json() == first, "the same key, the same answer"
        second = await begun(doors, key="two")
        assert second.status_code == 201
        assert second.json()["epoch"] != first["epoch"]
        head = (await doors.get(f"{HERE}-rehearsal")).json()
        assert (head["version"], head["epoch"]) == (LISTED, second.json()["epoch"])
        assert await doors.store.head(old) == LISTED + 1
        # Keys belong to a history: the new one has not seen this one.
        again = await doors.post(STARTED, f"{HERE}-rehearsal/events", key="start")
        assert again.status_code == 201
        problem(await doors.get(f"{HERE}-rehearsal/frames/{first['epoch']}/0"), 404, "not-found")


async def test_a_retried_rehearsal_leaves_a_colleagues_alone() -> None:
    async with opened(*LIVE) as doors:
        first = (await begun(doors, key="one")).json()
        second = (await begun(doors, key="two")).json()
        await doors.post(STARTED, f"{HERE}-rehearsal/events", key="start")
        for key, told in (("one", first), ("two", second), ("one", first)):
            retried = await begun(doors, key=key)
            assert (retried.status_code, retried.json()) == (200, told)
        head = (await doors.get(f"{HERE}-rehearsal")).json()
        assert (head["version"], head["epoch"]) == (LISTED + 1, second["epoch"])


@pytest.mark.parametrize("same", [b"", b" \n", b"{}", b"{ }"])
async def test_the_key_of_a_rehearsal_takes_no_other_body(same: bytes) -> None:
    path = f"{HERE}/rehearsals"
    async with opened(*LIVE) as doors:
        first = (await begun(doors, key="one")).json()
        retried = await doors.post(same, path, key="one")
        assert (retried.status_code, retried.json()) == (200, first)
        other = await doors.post(b'{"note": 1, "more": [2]}', path, key="two")
        assert other.status_code == 201
        retried = await doors.post(b'{"more":[2],"note":1}', path, key="two")
        assert (retried.status_code, retried.json()) == (200, other.json())
        for body, key in ((b'{"note": 2}', "one"), (b"", "two"), (b"\xff", "two")):
            problem(await doors.post(body, path, key=key), 409, "key-reused")


async def test_a_rehearsal_has_no_rehearsal_and_needs_a_ceremony() -> None:
    async with opened(*LIVE) as doors:
        await begun(doors)
        problem(
            await doors.post(b"", f"{HERE}-rehearsal/rehearsals"),
            400,
            "bad-request",
        )
        nobody = await doors.post(b"", "/api/ceremonies/nobody/rehearsals")
        problem(nobody, 404, "unknown-ceremony")


async def test_a_key_of_an_event_is_not_one_of_a_rehearsal() -> None:
    async with opened(*LIVE) as doors:
        await begun(doors)
        await doors.post(STARTED, f"{HERE}-rehearsal/events", key="one")
        problem(await begun(doors, key="one"), 409, "key-reused")


async def test_an_answer_about_a_history_begun_anew_meanwhile_still_comes() -> None:
    async with opened(*LIVE) as doors:
        await begun(doors)
        path = f"{HERE}-rehearsal/events"
        answers = await asyncio.gather(
            *(doors.post(moment(f"{n}."), path) for n in range(5)),
            begun(doors),
            *(doors.post(moment(f"{n}."), path) for n in range(5, 10)),
            begun(doors),
        )
        assert {each.status_code for each in answers} == {201}


class Blind(MemoryStore):
    """A store of which the boards cannot read what comes after the start."""

    async def subscribe(self, history: History, after: int = 0) -> AsyncIterator[Recorded]:
        async for each in super().subscribe(history, after):
            raise CorruptEvent(history.ceremony, each.version, "made up")
            yield each


async def test_what_is_stored_but_cannot_be_shown_is_told_and_is_not_lost() -> None:
    async with opened(*LIVE, store=Blind()) as doors:
        answer = await doors.post(WIN, key="one")
        told = problem(answer, 503, "unavailable")
        assert "stored" in told["detail"]
        assert await doors.head() == START + 1
        assert ID in problem(await doors.get("/readyz"), 503, "unavailable")["detail"]
        assert (await doors.get(f"{HERE}/board")).status_code == 200, "what is known is shown"
        assert "tracker_broken_projections 1.0" in (await doors.get("/metrics")).text
        again = await doors.post(WIN, key="one")
        problem(again, 503, "unavailable")
        assert await doors.head() == START + 1
    async with opened(store=doors.store) as doors:
        assert await doors.head() == START + 1


async def test_recorded_events_keep_the_shape_of_the_contract() -> None:
    (first, *_) = recorded(PROGRAMME)
    async with opened(*PROGRAMME) as doors:
        shown = (await doors.get(f"{HERE}/events/1")).json()
        assert {**shown, "actor": "maya"} == as_json(first)


async def test_a_moment_cannot_pass_for_what_the_corrected_night_leaves_out() -> None:
    async with opened(*LIVE) as doors:
        refused = {"type": "moment-noted", "kind": "amended", "text": "x"}
        assert problem(await doors.post(refused), 422, "refused")["rule"] == "reserved-kind"
        assert (await doors.post({**refused, "kind": "estimated-times"})).status_code == 201
