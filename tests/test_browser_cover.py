from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, Final

import httpx
import pytest
from playwright.sync_api import Page, expect

from browsing import PATIENCE, Line, Screens, notes, rest, stop_clock, until
from onscreen import unfold
from producer import Producer
from servers import ForkedServer, RunningServer

pytestmark = pytest.mark.browser

expect.set_options(timeout=1000 * PATIENCE)

CONTEST: Final = "contest"
STARTS_AT: Final = "2025-03-03T00:00:00.000Z"
MOMENTS: Final = 20
LOADED: Final = 5
"""Of so many moments one is loaded by its address; the others are gone to on the open page."""
LOOKS: Final = 50
"""At two documents that differ since one page may fetch later than the other what comes near."""
DELAY: Final = 60
"""Seconds."""
AWARDS: Final = 20
PROGRAMME: Final = 74
"""How many events there are before the show."""

# Everything that a document holds, where it was loaded from aside.
DOM: Final = """() => [
  document.title,
  location.href,
  document.documentElement.outerHTML,
  ...[...document.querySelectorAll('input, select')].map((each) => `${each.value}`),
].join('\\n').replaceAll(location.origin, '')"""

Told = list[tuple[dict[str, Any], str]]
"""Events with when they occurred."""


def told(server: RunningServer) -> tuple[dict[str, Any], Told]:
    """Return the programme of the 97th, and its show."""
    with httpx.Client(base_url=f"{server.url}/api/ceremonies/oscars-97") as client:
        found = client.get("/events?limit=500").json()["events"]
    events = [recorded["event"] for recorded in found]
    programme = {
        "ceremony": {"id": CONTEST, "name": "A Contest", "starts_at": STARTS_AT},
        "works": [
            {"id": event["work"], **without(event, "work", "type")}
            for event in events
            if event["type"] == "work-listed"
        ],
        "categories": [
            {"key": event["category"], "name": event["name"], "nominees": event["nominees"]}
            for event in events
            if event["type"] == "category-listed"
        ],
    }
    listed = {"ceremony-scheduled", "work-listed", "category-listed"}
    show = [
        (recorded["event"], recorded["occurred_at"])
        for recorded in found
        if recorded["event"]["type"] not in listed
    ]
    return programme, show


def without(event: dict[str, Any], *fields: str) -> dict[str, Any]:
    return {name: value for name, value in event.items() if name not in fields}


def ballots(programme: dict[str, Any]) -> dict[str, list[str]]:
    return {
        category["key"]: [nominee["id"] for nominee in category["nominees"]]
        for category in programme["categories"]
    }


def otherwise(programme: dict[str, Any], show: Told) -> tuple[Told, Told]:
    """Return the show with second thoughts in it, and one of the same course with other winners."""
    lines = ballots(programme)
    ones: Told = []
    others: Told = []
    awards = 0
    for event, at in show:
        one, other = dict(event), dict(event)
        second: list[tuple[dict[str, Any], dict[str, Any]]] = []
        if event["type"] == "winner-announced":
            awards += 1
            ballot = lines[event["category"]]
            place = ballot.index(event["nominees"][0])
            following = [ballot[(place + i) % len(ballot)] for i in range(4)]
            # Of one award only one of the two shows makes a tie.
            one["nominees"] = following[:2] if awards == 5 else following[:1]
            other["nominees"] = [following[1]]
            if awards == 3:
                second = second_thoughts(event["category"], following[2], following[3])
        elif event["type"] == "moment-noted" and awards > 0:
            other["text"] = "Something else altogether."
        for mine, yours in [(one, other), *second]:
            ones.append((mine, at))
            others.append((yours, at))
    return ones, others


def second_thoughts(
    category: str, one: str, other: str
) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Return a review and a correction, as each of the two shows has them."""

    def told_of(winner: str) -> tuple[dict[str, Any], dict[str, Any]]:
        about = {"category": category, "reason": f"It must be {winner}."}
        review = {"type": "result-put-under-review", **about}
        return review, {"type": "winner-corrected", "nominees": [winner], **about}

    return list(zip(told_of(one), told_of(other), strict=True))


def posted(server: RunningServer, programme: dict[str, Any], show: Told) -> int:
    """Post a whole night, and return its head."""
    version = 0
    with httpx.Client(base_url=f"{server.url}/api", headers=server.headers, timeout=30) as client:
        assert client.post("/ceremonies", json=programme).status_code == 201
        for event, at in show:
            answer = client.post(f"/ceremonies/{CONTEST}/events", json={**event, "occurred_at": at})
            assert answer.status_code == 201, answer.text
            version = answer.json()["version"]
    return version


@pytest.fixture(scope="module")
def rivals(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[tuple[RunningServer, int]]]:
    """Run the same night twice, with other winners each time; each with its head."""
    with ExitStack() as stack:
        servers = [
            stack.enter_context(ForkedServer(tmp_path_factory.mktemp(name)))
            for name in ("one", "other")
        ]
        programme, show = told(servers[0])
        shows = otherwise(programme, show)
        yield [
            (server, posted(server, programme, each))
            for server, each in zip(servers, shows, strict=True)
        ]


@pytest.fixture
def covered(rivals: list[tuple[RunningServer, int]], screens: Screens) -> list[Page]:
    """Cover both nights, each in a page of its own that remembers it."""
    pages = []
    for server, _ in rivals:
        page = screens.open(f"{server.url}/{CONTEST}?cover", fake_clock=True)
        expect(page.get_by_text("Results are hidden.")).to_be_visible()
        pages.append(page)
    for page in pages:
        stop_clock(page)
    now = max(page.evaluate("Date.now() / 1000") for page in pages)
    for page in pages:
        page.clock.pause_at(now + 1)  # the same for both, since a television shows the time
    return pages


def moments(head: int) -> list[int]:
    """Return some versions of the show, evenly spread, the head included."""
    start = head - 80
    return [start + round(i * (head - start) / (MOMENTS - 1)) for i in range(MOMENTS)]


def load(rivals: list[tuple[RunningServer, int]], pages: list[Page], path: str) -> None:
    for (server, _), page in zip(rivals, pages, strict=True):
        page.goto(f"{server.url}{path}")
        ready = anything if "/embed" in path else the_board
        ready(page)


def document(page: Page) -> str:
    """Return all of a document, once nothing moves in it and nothing is folded."""
    page.clock.run_for(2000)
    unfold(page)
    rest(page)
    dom: str = page.evaluate(DOM)
    return dom


def assert_same(pages: list[Page], when: str) -> str:
    """Return the document that both pages have."""
    one, other = map(document, pages)
    looks = 1
    while one != other and looks < LOOKS:
        pages[0].wait_for_timeout(100)
        one, other = map(document, pages)
        looks += 1
    assert one == other, when
    return one


def the_board(page: Page) -> None:
    expect(page.get_by_role("slider")).to_be_visible()


def anything(page: Page) -> None:
    page.wait_for_load_state("networkidle")


def test_a_covered_document_is_the_same_whoever_wins(
    rivals: list[tuple[RunningServer, int]], covered: list[Page]
) -> None:
    head = rivals[0][1]
    stands_at = 0
    for place, version in enumerate(moments(head)):
        if place % LOADED == 0 or version == head:
            # Where the address says nothing of the cover, what the server writes names winners.
            load(rivals, covered, f"/{CONTEST}?at={version}")
        else:
            for page in covered:
                go_on(page, version - stands_at)
        stands_at = version
        same = assert_same(covered, f"at {version}")
        assert "og:title" not in same
        assert "noscript" not in same
        assert "cover" in same.splitlines()[1]
        assert f"event {version - PROGRAMME} of {head - PROGRAMME}" in same


def go_on(page: Page, events: int) -> None:
    for _ in range(events):
        page.keyboard.press(".")


def test_so_is_every_other_page_of_a_covered_night(
    rivals: list[tuple[RunningServer, int]], covered: list[Page]
) -> None:
    for path in (
        "/films/anora",
        "/people/sean-baker",
        "/distributors/neon",
        "/categories/best-picture",
        "/embed",  # the television and the overlay are there to tell results
    ):
        for version in moments(rivals[0][1])[8::9]:
            load(rivals, covered, f"/{CONTEST}{path}?at={version}&cover")
            assert_same(covered, f"{path} at {version}")


def test_without_the_cover_the_two_are_told_apart(
    rivals: list[tuple[RunningServer, int]], covered: list[Page]
) -> None:
    for page in covered:
        page.keyboard.press("s")
        expect(page.get_by_text("Results are hidden.")).to_have_count(0)
    load(rivals, covered, f"/{CONTEST}?at={rivals[0][1] - 1}")
    one, other = (document(page) for page in covered)
    assert one != other
    assert "noscript" not in one


def test_one_category_is_revealed_alone_and_then_all(
    rivals: list[tuple[RunningServer, int]], screens: Screens
) -> None:
    server, head = rivals[0]
    page = screens.open(f"{server.url}/{CONTEST}?cover&at={head - 1}")
    hero = page.locator(".hero")
    expect(hero.get_by_role("heading", name="Result hidden")).to_be_visible()
    hero.get_by_role("button", name=re.compile("^Reveal the result of Best Picture")).click()
    expect(hero.locator(".winner h2")).to_have_text("Anora")
    until(page, lambda: notes(page, "spoken")[-1:] != [], expected=True)
    assert notes(page, "spoken")[-1].startswith("Best Picture: Anora")
    assert page.locator(".pips .won").count() == 0, "what is counted would tell of the others"
    page.get_by_role("button", name="Reveal so far").click()
    expect(page.locator(".pips .won").first).to_be_visible()
    expect(page.get_by_text("Result hidden")).to_have_count(0)
    page.reload()
    expect(page.locator(".pips .won").first).to_be_visible()
    expect(page.get_by_text("Results are hidden.")).to_be_visible()


def test_a_covered_97th_shows_no_sign_of_a_win(
    rivals: list[tuple[RunningServer, int]], screens: Screens
) -> None:
    server, _ = rivals[0]
    page = screens.open(f"{server.url}/oscars-97?at=75&cover")
    the_board(page)
    unfold(page)
    for version in range(75, 155):
        if version % 4 == 0 or version == 154:
            expect(page.get_by_role("slider")).to_have_attribute(
                "aria-valuetext", re.compile(f"event {version - 74} of 81$")
            )
            signs = page.locator(".won, .winner.winner .title + .by, .fresh, .mover, .leads")
            assert signs.count() == 0, version
            assert page.get_by_text(re.compile("^Winner|[1-9] wins?,|leads with")).count() == 0
        page.keyboard.press(".")
    assert all("result is hidden" in sentence for sentence in notes(page, "spoken"))


def test_a_link_copied_from_a_covered_page_covers(
    rivals: list[tuple[RunningServer, int]], screens: Screens
) -> None:
    server, head = rivals[0]
    page = screens.open(
        f"{server.url}/{CONTEST}/films/anora?at={head - 1}&cover",
        permissions=["clipboard-read", "clipboard-write"],
    )
    the_board(page)
    page.get_by_role("button", name="Copy link to this moment").click()
    expect(page.get_by_text("Link copied")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == f"{server.url}/{CONTEST}/films/anora?at={head - 1}&cover"


def late(screens: Screens, address: str) -> tuple[Page, Line]:
    """Open a page whose picture is late, and let its clock stand still."""
    page = screens.open("about:blank", fake_clock=True)
    page.add_init_script(f"localStorage.setItem('delay', '{1000 * DELAY}')")
    line = Line(page)
    page.goto(address)
    expect(page.get_by_text(f"{DELAY} s delay")).to_be_visible()
    stop_clock(page)
    return page, line


def test_a_document_that_is_late_says_nothing_of_an_award_before_its_time(
    rivals: list[tuple[RunningServer, int]], screens: Screens
) -> None:
    with Producer(rivals[0][0], "oscars-97") as night:
        start = night.version
        page, line = late(screens, night.url)
        unfold(page)
        for award in range(1, AWARDS + 1):
            while night.rest[0]["type"] != "winner-announced":
                night.next()
            got(page, line, "frame", night.version - start)
            rest(page)
            before = page.evaluate(DOM)
            event = night.next()
            got(page, line, "frame", night.version - start)
            page.clock.run_for(100)
            assert page.evaluate(DOM) == before, event
            assert 'property="og:' not in before

            joined = line.got["caught-up"]
            page.clock.fast_forward(1000 * DELAY + 1700)
            until(page, lambda: len(notes(page, "heroes")), award)
            # No heartbeat has come in all that time: it goes on by another way. With the network
            # told to be back, it tries the socket again.
            page.clock.run_for(1000)
            page.evaluate("dispatchEvent(new Event('online'))")
            page.clock.run_for(1000)
            got(page, line, "caught-up", joined + 1)


def got(page: Page, line: Line, kind: str, count: int) -> None:
    until(page, lambda: line.got[kind], count)


def test_who_joins_late_sees_nothing_that_their_picture_has_not_shown(
    rivals: list[tuple[RunningServer, int]], screens: Screens
) -> None:
    with Producer(rivals[1][0], "oscars-97") as night:
        night.play(121)
        page, _ = late(screens, night.url)
        expect(page.get_by_role("banner")).to_contain_text("Not started")
        assert notes(page, "heroes") == []
        assert page.locator(".won").count() == 0
        page.clock.fast_forward(1000 * (DELAY + 30))
        until(page, lambda: len(notes(page, "heroes")) > 0, expected=True)
        expect(page.locator(".won").first).to_be_visible()
        assert notes(page, "spoken")[1:] == []
