import re
from collections.abc import AsyncIterator
from itertools import product
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from doors import ID, TOKEN, Doors, opened, problem
from events.ceremony import Event
from events.memory import MemoryStore
from events.recorded import Recorded
from events.store import History, StoreUnavailable
from night import (
    ENDED,
    LIVE,
    PROGRAMME,
    START,
    STARTED,
    announced,
    as_json,
    corrected,
    presenting,
    retracted,
    under_review,
)
from plain import Plain
from web.pages.kept import Kept
from web.pages.shell import Shell, stylesheet_of
from web.policy import EMBEDDABLE, POLICY, STRICT
from web.settings import Settings

pytestmark = pytest.mark.anyio

SHOW: tuple[Event, ...] = (
    *LIVE,
    presenting("sound", "Pat Presenter"),
    announced("sound", "orbit"),
    presenting("directing"),
    announced("directing", "ada"),
    corrected("directing", "bo"),
)
SOUND, DIRECTING, CORRECTION = START + 2, START + 4, START + 5
WHOLE = (
    "",
    "/tv",
    "/overlay",
    "/overlay/board",
    "/overlay/lower-third",
    "/overlay/ticker",
    "/embed",
)
SUBJECTS = ("/films/orbit", "/people/cy", "/distributors/lantern", "/categories/sound")
SHELL = (
    b'<!doctype html><html lang="en"><head><title>Awards night</title></head>'
    b"<body><noscript>plain</noscript></body></html>"
)


class OutOfReach(MemoryStore):
    """A store that cannot be read any more, once it is told so."""

    broken = False

    async def read(
        self, history: History, after: int = 0, limit: int | None = None
    ) -> AsyncIterator[Recorded]:
        if self.broken:
            raise StoreUnavailable("gone")
        async for each in super().read(history, after=after, limit=limit):
            yield each


def built(tmp_path: Path, page: bytes = SHELL) -> Path:
    (tmp_path / "index.html").write_bytes(page)
    return tmp_path


@pytest.fixture(scope="module")
async def doors() -> AsyncIterator[Doors]:
    """A night in which one result was corrected, for the tests that only read."""
    async with opened(*SHOW) as opened_once:
        yield opened_once


async def test_an_unbuilt_page_says_how_to_build_it(tmp_path: Path) -> None:
    page = Shell.read(tmp_path / "nowhere").page("en", "<title>T</title>", "")
    assert b"make run" in page
    assert b"<title>T</title>" in page
    assert stylesheet_of(tmp_path) is None


async def test_the_shell_is_the_built_page_with_its_places_filled(tmp_path: Path) -> None:
    shell = Shell.read(built(tmp_path))
    assert shell.page("es", "<title>T</title>", "P") == SHELL.replace(b'"en"', b'"es"').replace(
        b"Awards night", b"T"
    ).replace(b"plain", b"P")


async def test_a_built_page_that_lacks_a_place_is_refused_at_start(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="build it again"):
        Shell.read(built(tmp_path, SHELL.replace(b"noscript", b"p")))


async def test_the_shell_tells_the_index_page_to_show_rehearsals_only_where_wished(
    tmp_path: Path,
) -> None:
    folder = built(tmp_path)
    shown = Shell.read(folder, show_rehearsals=True).page("en", "", "")
    assert b'<html data-rehearsals="shown" lang="en">' in shown
    assert b"data-rehearsals" not in Shell.read(folder).page("en", "", "")


async def test_every_page_of_a_night_answers_and_404_for_another(doors: Doors) -> None:
    for path in (*WHOLE, *SUBJECTS, "/winners"):
        page = await doors.get(f"/{ID}{path}")
        other = await doors.get(f"/nobody{path}")
        assert [page.status_code, other.status_code] == [200, 404]
        for each in (page, other):
            assert each.headers["content-type"] == "text/html; charset=utf-8"
            assert each.headers["cache-control"] == "no-cache"
            assert each.headers["vary"].lower().find("accept-language") >= 0
        assert Plain(other).meta("robots") == "noindex"
        assert Plain(other).meta("og:title") is None
        assert "There is no ceremony at this address." in Plain(other).text


@pytest.mark.parametrize(
    "path", ["/films/none", "/people/none", "/distributors/none", "/categories/none"]
)
async def test_a_subject_that_the_night_does_not_have_is_404(doors: Doors, path: str) -> None:
    answer = await doors.get(f"/{ID}{path}")
    assert answer.status_code == 404
    assert "There is no such page in this ceremony." in Plain(answer).text
    assert (await doors.get(f"/{ID}{path}?lang=es")).text.count("No hay ninguna") == 1


async def test_an_address_below_a_ceremony_that_is_no_page_is_not_found() -> None:
    async with opened(*LIVE) as doors:
        for path in ("/no/such/page", "/overlay/none", "/films", "/none"):
            problem(await doors.get(f"/{ID}{path}"), 404, "not-found")


async def test_a_shared_link_is_called_after_the_result_of_its_moment(doors: Doors) -> None:
    page = Plain(await doors.get(f"/{ID}?at={SOUND}"))
    assert page.title == "Sound · The Made-up Awards"
    assert page.meta("og:title") == "Sound: Orbit"
    assert page.meta("og:description") == "Orbit leads with 1 win. 1 of 5 awarded."
    assert page.meta("description") == page.meta("og:description")
    epoch = (await doors.get(f"/api/ceremonies/{ID}")).json()["epoch"]
    assert page.meta("og:image") == f"http://tracker/og/{ID}/{epoch}/{SOUND}.png"
    assert page.meta("twitter:card") == "summary_large_image"
    address = f"http://tracker/{ID}?at={SOUND}"
    assert page.link("canonical") == page.meta("og:url") == address
    assert (page.meta("og:type"), page.meta("og:locale")) == ("website", "en_US")


async def test_the_title_names_the_category_on_stage_and_the_link_the_last_result() -> None:
    async with opened(*SHOW) as doors:
        page = Plain(await doors.get(f"/{ID}?at={DIRECTING - 1}"))
        assert page.title == "Directing · The Made-up Awards"
        assert page.meta("og:title") == "Sound: Orbit"


async def test_a_link_to_the_head_follows_the_night() -> None:
    async with opened(*SHOW) as doors:
        page = Plain(await doors.get(f"/{ID}"))
        assert page.title == "The Made-up Awards"
        assert page.meta("og:title") == "Directing: Bo Rey"
        assert (
            page.meta("og:description") == "Meadow and Orbit lead with 1 win each. 2 of 5 awarded."
        )
        await doors.post(announced("honour", "dee"))
        assert Plain(await doors.get(f"/{ID}")).meta("og:title") == "Honour: Dee Ito"


@pytest.mark.parametrize("at", ["x", "", "-1", "1e3", "999", "9" * 40])
async def test_a_moment_that_there_is_not_is_the_head(doors: Doors, at: str) -> None:
    answer = await doors.get(f"/{ID}?at={at}")
    assert answer.status_code == 200
    assert answer.text == (await doors.get(f"/{ID}")).text


async def test_no_title_names_a_winner_at_any_version(doors: Doors) -> None:
    for version, path in product(range(len(SHOW) + 1), WHOLE):
        title = Plain(await doors.get(f"/{ID}{path}?at={version}")).title
        assert not any(name in title for name in ("Orbit", "Meadow", "Ada", "Bo Rey", "Cy"))
        assert title.endswith("The Made-up Awards") or version == 0


async def test_before_the_start_a_link_tells_when_it_starts() -> None:
    async with opened(*PROGRAMME) as doors:
        page = Plain(await doors.get(f"/{ID}"))
        assert page.meta("og:title") == "The Made-up Awards"
        starts = "Starts 1 February 2030, 20:00 UTC. 5 categories, 3 films."
        assert page.meta("og:description") == starts
        await doors.post(STARTED)
        page = Plain(await doors.get(f"/{ID}"))
        assert page.meta("og:description") == "No award has been given yet."


async def test_ties_doubts_and_the_end_are_told() -> None:
    told = (*LIVE, announced("sound", "orbit", "harbour"), under_review("sound"))
    async with opened(*told) as doors:
        page = Plain(await doors.get(f"/{ID}"))
        assert page.meta("og:title") == "Sound: Harbour and Orbit (a tie, under review)"
        await doors.post(retracted("sound"))
        page = Plain(await doors.get(f"/{ID}"))
        assert page.meta("og:title") == "The Made-up Awards"
        await doors.post(announced("film", "meadow"))
        await doors.post(ENDED)
        page = Plain(await doors.get(f"/{ID}"))
        assert page.meta("og:description") == "Meadow led with 1 win. 1 of 5 awarded."


@pytest.mark.parametrize(
    ("path", "title", "shared", "description"),
    [
        ("/films/orbit", "Orbit", "Orbit: 1 win, 3 nominations", "Won: Sound."),
        ("/films/harbour", "Harbour", "Harbour: 0 wins, 5 nominations", None),
        ("/people/cy", "Cy Oke", "Cy Oke: 1 win, 3 nominations", "Won: Sound."),
        (
            "/distributors/north",
            "North & Sons",
            "North & Sons: 1 win, 3 nominations",
            "Won: Directing.",
        ),
        ("/categories/sound", "Sound", "Sound: Orbit", "Nominated: Harbour, Meadow and Orbit."),
        ("/categories/film", "Best Film", "Best Film", "Nominated: Harbour, Meadow and Orbit."),
    ],
)
async def test_a_subjects_page_is_called_after_it(
    doors: Doors, path: str, title: str, shared: str, description: str | None
) -> None:
    page = Plain(await doors.get(f"/{ID}{path}"))
    assert page.title == f"{title} · The Made-up Awards"
    assert page.meta("og:title") == shared
    listed = "Nominated: Sound, Original Song, Directing and Best Film."
    assert page.meta("og:description") == (description or listed)
    assert page.meta("og:url") == f"http://tracker/{ID}{path}"


async def test_a_subject_listed_after_the_moment_has_a_page_without_its_numbers(
    doors: Doors,
) -> None:
    page = Plain(await doors.get(f"/{ID}/categories/sound?at=2"))
    assert page.title == "Sound · The Made-up Awards"
    assert page.meta("og:title") == page.title


async def test_under_the_cover_nothing_tells_a_result(doors: Doors) -> None:
    names = ("Bo Rey", "Ada Lund", "Cy Oke", "1 win", "awarded")
    paths = (*WHOLE, "/categories/sound", "/films/orbit")
    for path, at in product(paths, ("", f"&at={SOUND}", f"&at={CORRECTION}")):
        answer = await doors.get(f"/{ID}{path}?cover{at}")
        page = Plain(answer)
        assert not any(name in answer.text for name in names)
        assert ("Orbit" in answer.text) == (path == "/films/orbit")
        assert (page.meta("og:image") or "").endswith("/cover.png")
        assert page.meta("twitter:card") == "summary_large_image"
        assert page.meta("og:url") == page.link("canonical")
        assert "cover" in (page.meta("og:url") or "")
        assert "stay covered" in (page.meta("og:description") or "")


async def test_pages_speak_the_language_of_the_address_or_of_the_browser(doors: Doors) -> None:
    for query, header, language in (
        ("", "es-MX,es;q=0.9,en;q=0.8", "es"),
        ("?lang=en", "es", "en"),
        ("?lang=es", "en", "es"),
        ("?lang=xx", "fr, es;q=0.2", "es"),
        ("", "en;q=0.1, es;q=0", "en"),
        ("", "es;q=oops, *", "en"),
        ("", "", "en"),
    ):
        answer = await doors.get(f"/{ID}{query}", accept_language=header)
        page = Plain(answer)
        assert page.language == answer.headers["content-language"] == language
        assert page.meta("og:locale") == {"en": "en_US", "es": "es_ES"}[language]
    page = Plain(await doors.get(f"/{ID}?lang=es&at={SOUND}"))
    assert page.meta("og:title") == "Mejor sonido: Orbit"
    assert page.meta("og:description") == "Orbit va en cabeza con 1 premio. 1 de 5 entregados."
    assert page.meta("og:url") == f"http://tracker/{ID}?at={SOUND}&lang=es"


async def test_addresses_are_those_by_which_the_request_came(doors: Doors) -> None:
    page = Plain(await doors.get(f"/{ID}", host="night.example:8443"))
    assert page.link("canonical") == f"http://night.example:8443/{ID}"
    secure = httpx.AsyncClient(
        transport=httpx.ASGITransport(doors.tracker), base_url="https://night.example"
    )
    async with secure as client:
        page = Plain(await client.get(f"/{ID}"))
    assert page.meta("og:url") == f"https://night.example/{ID}"
    assert (page.meta("og:image") or "").startswith("https://night.example/og/")


@pytest.mark.parametrize("host", ["tracker", "evil.example", "user@host", ""])
async def test_where_a_public_address_is_set_every_link_begins_with_it(host: str) -> None:
    public = "https://awards.example.org"
    settings = Settings(admin_token=TOKEN, public_url=public)
    async with opened(*SHOW, settings=settings) as doors:
        for path in ("/", *(f"/{ID}{each}" for each in (*WHOLE, *SUBJECTS, "/winners"))):
            answer = await doors.get(path, host=host)
            page = Plain(answer)
            assert (page.link("canonical") or "").startswith(f"{public}/"), path
            assert (page.meta("og:url") or public).startswith(public)
            assert (page.meta("og:image") or public).startswith(public)
            assert set(re.findall(r"https?://[^/\"<]+", answer.text)) <= {
                public,
                "http://www.w3.org",
            }
        for path in (f"/api/ceremonies/{ID}/winners.rss", f"/api/ceremonies/{ID}/ceremony.ics"):
            told = (await doors.get(path, host=host)).text.replace("\r\n ", "")
            assert set(re.findall(r"https?://[^/\"<\s]+", told)) <= {public, "http://www.w3.org"}
            assert f"{public}/{ID}" in told


@pytest.mark.parametrize("host", ["[", 'a"><script>', "]x", ":x", "x:y", "user@host"])
async def test_a_host_that_is_none_is_not_told_back(doors: Doors, host: str) -> None:
    for path in (f"/{ID}", f"/{ID}/winners", f"/api/ceremonies/{ID}/winners.rss"):
        answer = await doors.get(path, host=host)
        assert answer.status_code in {200, 400}
        assert f"//{host}" not in answer.text


HOSTILE = "<script>alert(1)</script>\"'&amp;<!--{{ 7*7 }}{% raise %}"
FREE = {"name", "title", "venue", "reason", "song", "country", "character"}


def hostile(told: Any) -> Any:
    """Return what was told with markup in the place of every free text."""
    if isinstance(told, list):
        return [hostile(each) for each in told]
    if not isinstance(told, dict):
        return told
    return {
        name: HOSTILE if name in FREE else [HOSTILE] if name == "hosts" else hostile(value)
        for name, value in told.items()
    }


async def test_names_that_are_markup_are_shown_as_text() -> None:
    events = (*SHOW, announced("song", "adrift"), under_review("sound"))
    dangerous = [msgspec.convert(hostile(as_json(event)), Event) for event in events]
    async with opened(*dangerous) as doors:
        for path in (*WHOLE, *SUBJECTS, "/winners"):
            for query in ("", "?lang=es", "?cover", f"?at={SOUND}"):
                answer = await doors.get(f"/{ID}{path}{query}")
                assert answer.status_code == 200
                page = Plain(answer)
                assert HOSTILE in page.text
                assert HOSTILE in page.title
                scripts = [each for tag, each in page.elements if tag == "script"]
                assert all(each["src"].startswith("/static/") for each in scripts)
                assert "<!--{{" not in answer.text
        assert HOSTILE in Plain(await doors.get("/")).text


async def test_without_scripts_the_board_shows_its_winners(doors: Doors) -> None:
    page = Plain(await doors.get(f"/{ID}"))
    for text in ("Orbit", "Cy Oke and Dee Ito", "Bo Rey", "Corrected", "Not, as announced"):
        assert text in page.text
    assert "Ada Lund." in page.text
    assert "North & Sons" not in page.text
    assert f"/{ID}/winners" in page.links
    earlier = Plain(await doors.get(f"/{ID}?at={SOUND}"))
    assert "Bo Rey" not in earlier.text
    assert f"/{ID}/winners?at={SOUND}" in earlier.links


async def test_without_scripts_the_index_page_links_the_winners_of_every_night() -> None:
    async with opened(*SHOW) as doors:
        await doors.post(STARTED, f"/api/ceremonies/{ID}/rehearsals")
        page = Plain(await doors.get("/?lang=es"))
        assert page.links == [f"/{ID}/winners?lang=es"]
        assert page.text.count("The Made-up Awards") == 1
    async with opened(store=doors.store, settings=Settings(show_rehearsals=True)) as doors:
        page = Plain(await doors.get("/"))
        assert page.links == [f"/{ID}/winners", f"/{ID}-rehearsal/winners"]
        assert "Rehearsal: The Made-up Awards" in page.text
    async with opened() as doors:
        assert "No ceremony is listed yet." in Plain(await doors.get("/")).text


async def test_a_rehearsal_says_that_it_is_one() -> None:
    async with opened(*LIVE) as doors:
        await doors.post(STARTED, f"/api/ceremonies/{ID}/rehearsals")
        for path in (f"/{ID}-rehearsal", f"/{ID}-rehearsal/winners"):
            page = Plain(await doors.get(path))
            assert "Rehearsal: The Made-up Awards" in page.title


@pytest.mark.parametrize("path", ["/", f"/{ID}", f"/{ID}/films/orbit", f"/{ID}/winners"])
async def test_a_page_held_already_is_not_sent_again(path: str) -> None:
    async with opened(*SHOW) as doors:
        page = await doors.get(path)
        held = page.headers["etag"]
        again = await doors.get(path, if_none_match=held)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == held
        assert (await doors.get(path, if_none_match=held, host="other")).status_code == 200
        spanish = await doors.get(path, if_none_match=held, accept_language="es")
        assert spanish.status_code == 200
        if path != "/":
            await doors.post(announced("film", "harbour"))
            assert (await doors.get(path, if_none_match=held)).status_code == 200


async def test_only_the_embedded_page_may_stand_in_anothers_frame(doors: Doors) -> None:
    for path in ("/", *(f"/{ID}{each}" for each in (*WHOLE, *SUBJECTS, "/winners"))):
        page = await doors.get(path)
        policy = EMBEDDABLE if path.endswith("/embed") else STRICT
        assert page.headers.get_list(POLICY) == [policy]
        held = await doors.get(path, if_none_match=page.headers["etag"])
        assert held.headers.get_list(POLICY) == [policy], "a kept page keeps its policy"
    assert "frame-ancestors 'none'" in STRICT
    assert "frame-ancestors *" in EMBEDDABLE
    for each in (STRICT, EMBEDDABLE):
        assert each.startswith("default-src 'self';")
        assert "unsafe" not in each


async def test_pages_bring_nothing_inline_and_nothing_from_elsewhere(doors: Doors) -> None:
    for path in ("/", *(f"/{ID}{each}" for each in (*WHOLE, *SUBJECTS, "/winners"))):
        for tag, attributes in Plain(await doors.get(path)).elements:
            assert tag != "style"
            assert "style" not in attributes
            assert not any(name.startswith("on") for name in attributes)
            if tag == "script":
                assert attributes["src"].startswith("/static/")


async def test_while_the_log_is_out_of_reach_a_moment_is_told_as_the_head() -> None:
    store = OutOfReach()
    async with opened(*SHOW, store=store) as doors:
        before = (await doors.get(f"/{ID}")).text
        store.broken = True
        for path in (f"/{ID}?at={SOUND}", f"/{ID}/winners?at={SOUND}"):
            assert (await doors.get(path)).status_code == 200
        assert (await doors.get(f"/{ID}?at={SOUND}")).text == before
        store.broken = False
        assert Plain(await doors.get(f"/{ID}?at={SOUND}")).meta("og:title") == "Sound: Orbit"


async def test_what_was_not_asked_for_longest_is_forgotten_first() -> None:
    kept: Kept[str, int] = Kept(2)
    kept.put("a", 1)
    kept.put("b", 2)
    assert kept.get("a") == 1
    kept.put("c", 3)
    assert (kept.get("a"), kept.get("b"), kept.get("c"), len(kept)) == (1, None, 3, 2)
