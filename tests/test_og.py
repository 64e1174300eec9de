import asyncio
from collections.abc import AsyncIterator
from io import BytesIO

import pytest
from PIL import Image

from browsing import ROOT
from doors import HERE, ID, Doors, opened, problem
from events.ceremony import CeremonyRescheduled
from night import LIVE, PROGRAMME, announced, corrected, moment, presenting, under_review
from plain import Plain
from web.errors import ProblemError
from web.pictures.gallery import Gallery

pytestmark = pytest.mark.anyio

SHOW = (
    *LIVE,
    presenting("sound"),
    announced("sound", "orbit"),
    under_review("sound"),
    corrected("sound", "harbour", "meadow"),
)
HEAD = len(SHOW)
FOR_EVER = "public, max-age=31536000, immutable"


@pytest.fixture(scope="module")
async def doors() -> AsyncIterator[Doors]:
    """A night in which one result was corrected, for the tests that only read."""
    async with opened(*SHOW) as opened_once:
        yield opened_once


async def pictures(doors: Doors) -> str:
    """Return the address below which the night's pictures are."""
    return f"/og/{ID}/{(await doors.get(HERE)).json()['epoch']}"


def size(data: bytes) -> tuple[int, int]:
    image = Image.open(BytesIO(data))
    assert image.format == "PNG"
    return image.size


async def test_the_picture_of_a_version_never_changes() -> None:
    async with opened(*SHOW) as doors:
        folder = await pictures(doors)
        answer = await doors.get(f"{folder}/{HEAD}.png")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "image/png"
        assert answer.headers["cache-control"] == FOR_EVER
        assert "content-encoding" not in answer.headers
        assert size(answer.content) == (1200, 630)
        same = await doors.get(f"{folder}/{HEAD}.png", if_none_match=answer.headers["etag"])
        assert (same.status_code, same.content) == (304, b"")
        await doors.post(moment("Something else."))
        assert (await doors.get(f"{folder}/{HEAD}.png")).content == answer.content


async def test_each_step_of_a_night_has_another_picture(doors: Doors) -> None:
    folder = await pictures(doors)
    versions = (0, len(PROGRAMME), *range(len(LIVE), HEAD + 1))
    answers = [(await doors.get(f"{folder}/{version}.png")).content for version in versions]
    assert len(set(answers)) == len(versions)


async def test_a_picture_speaks_the_language_that_its_address_names_alone(doors: Doors) -> None:
    path = f"{await pictures(doors)}/{HEAD}.png"
    english, spanish = await doors.get(path), await doors.get(f"{path}?lang=es")
    assert english.content != spanish.content
    assert english.headers["etag"] != spanish.headers["etag"]
    assert (await doors.get(path, accept_language="es")).content == english.content
    assert "vary" not in english.headers
    assert (await doors.get(f"{path}?lang=xx")).content == english.content


async def test_the_picture_of_now_is_asked_about_again_each_time() -> None:
    async with opened(*SHOW) as doors:
        folder = await pictures(doors)
        now = await doors.get(f"/og/{ID}.png")
        assert now.content == (await doors.get(f"{folder}/{HEAD}.png")).content
        assert now.headers["cache-control"] == "no-cache"
        same = await doors.get(f"/og/{ID}.png", if_none_match=now.headers["etag"])
        assert same.status_code == 304
        earlier = await doors.get(f"/og/{ID}.png?at={HEAD - 1}")
        assert earlier.content == (await doors.get(f"{folder}/{HEAD - 1}.png")).content
        await doors.post(announced("film", "orbit"))
        later = await doors.get(f"/og/{ID}.png", if_none_match=now.headers["etag"])
        assert later.status_code == 200
        assert later.content != now.content


async def test_a_cover_tells_no_result_and_follows_the_start() -> None:
    async with opened(*PROGRAMME) as doors:
        path = f"{await pictures(doors)}/cover.png"
        before = await doors.get(path)
        assert before.headers["cache-control"] == "no-cache"
        await doors.post(CeremonyRescheduled("2030-02-02T20:00:00Z"))
        moved = await doors.get(path, if_none_match=before.headers["etag"])
        assert moved.status_code == 200
        assert moved.content != before.content
        for event in SHOW[len(PROGRAMME) :]:
            await doors.post(event)
        after = await doors.get(path)
        assert after.content == moved.content
        assert after.headers["etag"] == moved.headers["etag"]


@pytest.mark.parametrize(
    "name",
    [
        f"{HEAD + 1}.png",
        f"{'9' * 300}.png",
        "-1.png",
        "1e3.png",
        "x.png",
        ".png",
        "1",
        "1.jpg",
        "1.png.png",
        "%D9%A1.png",
    ],
)
async def test_a_picture_that_there_is_not_is_not_found_and_not_kept(
    doors: Doors, name: str
) -> None:
    problem(await doors.get(f"{await pictures(doors)}/{name}"), 404, "not-found")


async def test_pictures_of_another_epoch_or_ceremony_are_not_found(doors: Doors) -> None:
    problem(await doors.get(f"/og/{ID}/other-1-1/1.png"), 404, "not-found")
    problem(await doors.get(f"/og/{ID}/other-1-1/cover.png"), 404, "not-found")
    problem(await doors.get("/og/nobody/e/1.png"), 404, "unknown-ceremony")
    problem(await doors.get("/og/nobody.png"), 404, "unknown-ceremony")
    problem(await doors.get(f"/og/{ID}"), 404, "not-found")
    problem(await doors.get(f"/og/{ID}.png?at={HEAD + 1}"), 404, "not-found")
    problem(await doors.get(f"/og/{ID}.png?at=x"), 400, "bad-request")


@pytest.mark.parametrize(
    ("name", "side"),
    [("icon-180", 180), ("icon-192", 192), ("icon-512", 512), ("icon-maskable-512", 512)],
)
async def test_the_installed_page_has_its_icons(name: str, side: int) -> None:
    async with opened() as doors:
        answer = await doors.get(f"/og/{name}.png")
        assert size(answer.content) == (side, side)
        same = await doors.get(f"/og/{name}.png", if_none_match=answer.headers["etag"])
        assert same.status_code == 304
        problem(await doors.get("/og/icon-77.png"), 404, "unknown-ceremony")


@pytest.mark.parametrize(("name", "scale"), [("icon-180", 1.0), ("icon-maskable-512", 0.8)])
async def test_the_icon_is_the_diamond_of_a_win_as_the_favicon_has_it(
    name: str, scale: float
) -> None:
    favicon = (ROOT / "web" / "scoreboard" / "public" / "favicon.svg").read_text()
    assert 'd="M16 5l8 11-8 11-8-11z"' in favicon
    async with opened() as doors:
        data = (await doors.get(f"/og/{name}.png")).content
    with Image.open(BytesIO(data)) as picture:
        icon = picture.convert("RGB")

    def gold(x: float, y: float) -> bool:
        """Whether a place in the favicon's units, from its middle, is gold."""
        across, down = (int((16 + each * scale) * icon.width / 32) for each in (x, y))
        return icon.getpixel((across, down)) == (0xE6, 0xC0, 0x69)

    corners = ((0, -11), (8, 0), (0, 11), (-8, 0))
    assert all(gold(x * 0.85, y * 0.85) for x, y in corners)
    assert not any(gold(x * 1.15, y * 1.15) for x, y in corners)
    assert not any(gold(x, y) for x in (-5, 5) for y in (-7, 7))


@pytest.mark.parametrize("query", ["", f"?at={HEAD - 1}", "?cover", "?lang=es", "?cover&lang=es"])
@pytest.mark.parametrize("path", ["", "/winners", "/films/orbit", "/categories/sound", "/tv"])
async def test_the_picture_that_a_page_names_is_there(doors: Doors, path: str, query: str) -> None:
    named = Plain(await doors.get(f"/{ID}{path}{query}")).meta("og:image") or ""
    assert ("lang=es" in named) == ("lang=es" in query)
    assert ("/cover.png" in named) == ("cover" in query)
    assert size((await doors.get(named.removeprefix("http://tracker"))).content) == (1200, 630)


# --- the gallery


class Easel:
    """Draws when it is let, and counts."""

    def __init__(self) -> None:
        self.drawn: list[str] = []
        self.most_at_once = 0
        self._at_once = 0
        self._let = asyncio.Event()

    def let(self) -> None:
        self._let.set()

    async def draw(self, name: str) -> bytes:
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        await self._let.wait()
        await asyncio.sleep(0)
        self.drawn.append(name)
        self._at_once -= 1
        if name == "torn":
            raise ValueError(name)
        return name.encode()


async def asked(gallery: Gallery, easel: Easel, name: str) -> bytes:
    return await gallery.picture(name, lambda: easel.draw(name))


async def test_a_picture_that_many_ask_for_at_once_is_drawn_once_and_kept() -> None:
    gallery, easel = Gallery(), Easel()
    crowd = [asyncio.create_task(asked(gallery, easel, "a")) for _ in range(50)]
    await asyncio.sleep(0)
    easel.let()
    assert await asyncio.gather(*crowd) == [b"a"] * 50
    assert await asked(gallery, easel, "a") == b"a"
    assert easel.drawn == ["a"]


async def test_one_picture_is_drawn_at_a_time() -> None:
    gallery, easel = Gallery(), Easel()
    easel.let()
    await asyncio.gather(*(asked(gallery, easel, str(number)) for number in range(20)))
    assert easel.most_at_once == 1


async def test_when_too_many_wait_the_next_is_refused_and_may_come_again() -> None:
    gallery, easel = Gallery(waiting=3), Easel()
    waiting = [asyncio.create_task(asked(gallery, easel, name)) for name in "abc"]
    await asyncio.sleep(0)
    with pytest.raises(ProblemError, match="ask again") as refused:
        await asked(gallery, easel, "d")
    assert refused.value.name == "unavailable"
    assert int(refused.value.headers["Retry-After"]) >= 1
    joined = asyncio.create_task(asked(gallery, easel, "a"))
    await asyncio.sleep(0)
    easel.let()
    assert await asyncio.gather(*waiting, joined) == [b"a", b"b", b"c", b"a"]
    assert await asked(gallery, easel, "d") == b"d"


async def test_pictures_that_nobody_asks_for_any_more_are_forgotten() -> None:
    gallery, easel = Gallery(kept=2), Easel()
    easel.let()
    for name in "abac":
        await asked(gallery, easel, name)
    assert easel.drawn == ["a", "b", "c"]
    await asked(gallery, easel, "a")
    assert easel.drawn == ["a", "b", "c"], "asked for later than b"
    await asked(gallery, easel, "b")
    assert easel.drawn == ["a", "b", "c", "b"]


async def test_who_leaves_does_not_take_the_picture_from_the_others() -> None:
    gallery, easel = Gallery(), Easel()
    first, second = (asyncio.create_task(asked(gallery, easel, "a")) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    easel.let()
    assert await second == b"a"
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_a_picture_that_failed_is_drawn_again_and_holds_nobody_up() -> None:
    gallery, easel = Gallery(waiting=1), Easel()
    easel.let()
    for _ in range(2):
        with pytest.raises(ValueError, match="torn"):
            await asked(gallery, easel, "torn")
    assert await asked(gallery, easel, "a") == b"a"


async def test_a_flood_of_versions_is_answered_or_refused_and_reads_stay_quick() -> None:
    async with opened(*SHOW, *(moment(f"{n}.") for n in range(60))) as doors:
        folder = await pictures(doors)
        flood = [
            asyncio.create_task(doors.get(f"{folder}/{version}.png"))
            for version in range(HEAD + 60)
        ]
        await asyncio.wait(flood, return_when=asyncio.FIRST_COMPLETED)
        assert (await doors.get(f"{HERE}/board")).status_code == 200
        assert not all(each.done() for each in flood), "the board does not wait for them"
        answers = await asyncio.gather(*flood)
        refused = [answer for answer in answers if answer.status_code == 503]
        assert {answer.status_code for answer in answers} == {200, 503}
        for answer in refused:
            problem(answer, 503, "unavailable")
            assert int(answer.headers["retry-after"]) >= 1
        assert (await doors.get(f"{folder}/{HEAD + 59}.png")).status_code == 200
