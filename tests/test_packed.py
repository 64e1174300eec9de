import asyncio
import gzip
import hashlib
import json
import random

import httpx
import pytest

from doors import HERE, Doors, opened
from night import LIVE, announced, moment
from web.packed import Larder, Packed, takes_gzip
from web.pages.kept import Kept

pytestmark = pytest.mark.anyio

LONG = json.dumps(list(range(1000))).encode()
PATHS = [
    "/api/ceremonies",
    HERE,
    f"{HERE}/board",
    f"{HERE}/frames/E/0",
    f"{HERE}/winners.json",
    "/",
]


@pytest.mark.parametrize(
    ("accepted", "taken"),
    [
        ("gzip", True),
        ("br, gzip, deflate", True),
        ("GZIP;q=0.5", True),
        ("*", True),
        ("gzip;q=0", False),
        ("br;q=1.0, gzip; q=0.000, *", False),
        ("*;q=0", False),
        ("gzip, *;q=0", True),
        ("br, deflate", False),
        ("x-gzip-like", False),
        ("identity", False),
        ("", False),
    ],
)
def test_gzip_is_for_those_who_take_it(accepted: str, *, taken: bool) -> None:
    assert takes_gzip(accepted) is taken


def test_a_body_is_packed_where_that_is_smaller_and_always_to_the_same_bytes() -> None:
    packed = Packed.of(LONG)
    assert packed.packed is not None
    assert gzip.decompress(packed.packed) == packed.plain == LONG
    assert Packed.of(LONG) == packed
    assert Packed.of(b"short").packed is None
    noise = b"".join(hashlib.sha256(bytes([number])).digest() for number in range(64))
    assert Packed.of(noise).packed is None, "what has no order grows by packing"


def test_a_larder_keeps_so_many_bytes_and_those_that_were_asked_for_last() -> None:
    size = Packed.of(LONG).size
    larder = Larder(3 * size)
    for name in ("one", "two", "three"):
        larder.put(name, LONG)
    assert larder.get("one") is not None
    larder.put("four", LONG)
    assert larder.get("two") is None
    assert [larder.get(name) is not None for name in ("one", "three", "four")] == [True] * 3
    larder.put("four", LONG)
    assert larder.held == 3 * size, "what is put twice counts once"


def test_a_body_that_fills_a_larder_more_than_once_is_packed_and_not_kept() -> None:
    larder = Larder(100)
    assert larder.put("big", LONG).plain == LONG
    assert larder.get("big") is None
    assert larder.held == 0


async def path_of(doors: Doors, path: str) -> str:
    epoch = (await doors.get(HERE)).json()["epoch"]
    return path.replace("/E/", f"/{epoch}/")


async def raw(doors: Doors, path: str, accepted: str) -> tuple[httpx.Response, bytes]:
    named = {"accept-encoding": accepted}
    async with doors.client.stream("GET", path, headers=named) as answer:
        return answer, b"".join([part async for part in answer.aiter_raw()])


def test_one_that_has_no_room_pushes_no_other_out() -> None:
    larder, kept = Larder(100), Kept[int, bytes](9, size=len, room=100)
    small = larder.put("small", b"x" * 50)
    kept.put(1, b"x" * 50)
    larder.put("large", random.Random(1).randbytes(200))
    kept.put(2, bytes(200))
    assert (larder.get("small"), larder.held) == (small, 50)
    assert (kept.get(1), kept.get(2), len(kept)) == (b"x" * 50, None, 1)


@pytest.mark.parametrize("path", [*PATHS, f"{HERE}/events"])
async def test_both_forms_tell_the_same_and_caches_keep_them_apart(path: str) -> None:
    async with opened(*LIVE, announced("sound", "orbit")) as doors:
        path = await path_of(doors, path)
        plain, body = await raw(doors, path, "identity")
        packed, bytes_ = await raw(doors, path, "gzip")
        refused, same = await raw(doors, path, "gzip;q=0")
        assert "content-encoding" not in refused.headers
        assert same == body
        assert "content-encoding" not in plain.headers
        if packed.headers.get("content-encoding") == "gzip":
            assert len(bytes_) < len(body)
            bytes_ = gzip.decompress(bytes_)
        else:
            assert len(body) < 500
        assert bytes_ == body
        for answer in (plain, packed, refused):
            varies = [name.strip() for name in answer.headers["vary"].split(",")]
            assert varies.count("Accept-Encoding") == 1
        assert plain.headers.get("etag") == packed.headers.get("etag")


@pytest.mark.parametrize("path", [path for path in PATHS if path != "/api/ceremonies"])
@pytest.mark.parametrize("accepted", ["identity", "gzip"])
async def test_who_holds_either_form_is_told_so_as_a_cache_needs_it(
    path: str, accepted: str
) -> None:
    async with opened(*LIVE) as doors:
        path = await path_of(doors, path)
        first = await doors.get(path, accept_encoding=accepted)
        same = await doors.get(path, accept_encoding=accepted, if_none_match=first.headers["etag"])
        assert (same.status_code, same.content) == (304, b"")
        for name in ("etag", "vary", "cache-control", "x-accel-expires"):
            assert same.headers[name] == first.headers[name], name


async def test_a_version_is_packed_once_for_all_who_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    packed: list[int] = []
    compress = gzip.compress

    def counted(body: bytes, level: int, *, mtime: int) -> bytes:
        packed.append(len(body))
        return compress(body, level, mtime=mtime)

    async with opened(*LIVE) as doors:
        monkeypatch.setattr("gzip.compress", counted)
        for _ in range(5):
            for accepted in ("gzip", "identity"):
                await doors.get(f"{HERE}/board", accept_encoding=accepted)
        assert len(packed) == 1
        await doors.post(moment("Another version."))
        for _ in range(3):
            await doors.get(f"{HERE}/board", accept_encoding="gzip")
        assert len(packed) == 2


async def test_an_edge_may_hold_what_moves_for_a_second_and_a_full_page_for_ever() -> None:
    async with opened(*LIVE, *(moment(f"Number {number}.") for number in range(70))) as doors:
        epoch = (await doors.get(HERE)).json()["epoch"]
        for path in ("/api/ceremonies", HERE, f"{HERE}/board", f"{HERE}/frames/{epoch}/1"):
            answer = await doors.get(path)
            names = list(answer.headers)
            assert answer.headers["x-accel-expires"] == "1"
            assert answer.headers["cdn-cache-control"] == "max-age=1"
            assert names.index("x-accel-expires") < names.index("cache-control")
        full = await doors.get(f"{HERE}/frames/{epoch}/0")
        assert "x-accel-expires" not in full.headers
        assert "cdn-cache-control" not in full.headers
        page = await doors.get("/made-up")
        assert page.headers["x-accel-expires"] == "1"
        assert "cdn-cache-control" not in page.headers
        for path in (f"{HERE}/events", f"{HERE}/frames/{epoch}/2", "/nobody", "/healthz"):
            assert "x-accel-expires" not in (await doors.get(path)).headers, path


@pytest.mark.parametrize("times", [1, 4000])
async def test_what_many_ask_for_at_once_is_made_and_packed_once(times: int) -> None:
    larder = Larder()
    made: list[int] = []

    async def make() -> bytes:
        made.append(times)
        await asyncio.sleep(0)
        return LONG * times

    found = await asyncio.gather(*(larder.made("body", make) for _ in range(5)))
    assert made == [times]
    assert all(each is found[0] for each in found)


async def test_one_who_leaves_takes_nothing_away_from_the_others() -> None:
    larder, go_on = Larder(), asyncio.Event()

    async def make() -> bytes:
        await go_on.wait()
        return LONG

    first, second = (asyncio.create_task(larder.made("body", make)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    go_on.set()
    assert (await second).plain == LONG


async def test_what_cannot_be_made_fails_for_all_who_wait_and_is_tried_again() -> None:
    larder = Larder()

    async def fail() -> bytes:
        await asyncio.sleep(0)
        raise ValueError("no")

    found = await asyncio.gather(
        *(larder.made("body", fail) for _ in range(2)), return_exceptions=True
    )
    assert [str(each) for each in found] == ["no", "no"]
    assert (await larder.made("body", lambda: LONG)).plain == LONG


async def test_a_large_body_is_packed_off_the_loop() -> None:
    larder = Larder()
    making = asyncio.create_task(larder.made("body", lambda: LONG * 1000))
    for _ in range(3):
        await asyncio.sleep(0)

    assert not making.done(), "the loop goes on before it is packed"
    assert (await making).packed is not None
    assert larder.get("body") is await making


def test_values_are_kept_up_to_so_many_bytes() -> None:
    kept: Kept[str, bytes] = Kept(10, size=len, room=10)
    for name in "abc":
        kept.put(name, b"1234")
    assert [kept.get(name) for name in "abc"] == [None, b"1234", b"1234"]
    kept.put("b", b"12345678")
    assert [kept.get(name) for name in "bc"] == [b"12345678", None]
    assert kept.put("huge", b"x" * 11) == b"x" * 11
    assert (kept.get("huge"), len(kept)) == (None, 1)
