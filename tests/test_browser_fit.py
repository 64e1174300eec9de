"""Every public screen with the longest words, titles, casts and categories, at every width."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from browsing import Device, Screens, rest, until
from consoles import Office
from hostile_night import hostile_programme
from servers import ForkedServer, RunningServer

pytestmark = pytest.mark.browser

CAST = 200
WIDTHS = (
    (320, 640),
    (390, 844),
    (768, 1024),
    (1024, 768),
    (1280, 720),
    (1366, 768),
    (1440, 900),
    (1920, 1080),
    (3840, 2160),
)
BOARD = "/long"
READ = (
    "/",
    BOARD,
    "/long/categories/category-0",
    "/long/films/work-1",
    "/long/people/person-2",
    "/long/distributors/distributor-1",
    "/long/winners",
    "/long/embed",
    "/waits",
)
SCREENS = ("/long/tv", "/waits/tv", "/long/overlay?at=1000", "/waits/overlay")

# What is written on the page, line by line, as far as nothing cuts it off: does any of it leave the
# screen or a box that shows no ellipsis, or lie over another line? What is fixed lies over the
# page, and each texts of its own only over another.
SPILT = """() => {
  const found = [], lines = [];
  const root = document.documentElement;
  if (root.scrollWidth > innerWidth) found.push(`the page is ${root.scrollWidth} px wide`);
  const whole = { left: -1, right: innerWidth + 1, top: -Infinity, bottom: Infinity };
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const text = node.data.trim(), home = node.parentElement;
    if (!text || home.closest('.unseen, option, [aria-hidden=true]')) continue;
    if (!home.checkVisibility({ opacityProperty: true, visibilityProperty: true,
        contentVisibilityAuto: true })) continue;
    let seen = whole, layer = '', shortened = false;
    for (let e = home; e !== root; e = e.parentElement) {
      const style = getComputedStyle(e);
      if (['fixed', 'sticky'].includes(style.position)) layer ||= e.className || e.tagName;
      if (style.overflow === 'visible') continue;
      const box = e.getBoundingClientRect();
      const ellipsis = style.textOverflow === 'ellipsis' || style.webkitLineClamp !== 'none';
      shortened ||= ellipsis || style.overflowY === 'auto' || style.overflowY === 'scroll';
      seen = { left: Math.max(seen.left, box.left), right: Math.min(seen.right, box.right),
               top: Math.max(seen.top, box.top), bottom: Math.min(seen.bottom, box.bottom) };
    }
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const r of range.getClientRects()) {
      if (!shortened && (r.right > seen.right + 2 || r.left < seen.left - 2))
        found.push(`cut or outside: ${text.slice(0, 50)}`);
      const line = { text: text.slice(0, 40), home, layer,
        left: Math.max(r.left, seen.left), right: Math.min(r.right, seen.right),
        top: Math.max(r.top, seen.top), bottom: Math.min(r.bottom, seen.bottom) };
      if (line.right - line.left > 2 && line.bottom - line.top > 2) lines.push(line);
    }
  }
  lines.sort((a, b) => a.top - b.top);
  for (let i = 0; i < lines.length; i++)
    for (let j = i + 1; j < lines.length && lines[j].top < lines[i].bottom - 8; j++) {
      const [a, b] = [lines[i], lines[j]];
      if (a.home === b.home || a.layer !== b.layer) continue;
      if (Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 8
          && Math.min(a.right, b.right) - Math.max(a.left, b.left) > 6)
        found.push(`over one another: ${a.text} / ${b.text}`);
    }
  return [...new Set(found)].slice(0, 12);
}"""

# A screen of its own does not scroll: what is beyond it, nobody sees.
BEYOND = """() => [...document.querySelectorAll('main *')]
  .filter((e) => !e.childElementCount && e.textContent.trim() && e.getClientRects().length
    && !e.closest('.unseen'))
  .filter((e) => e.getBoundingClientRect().bottom > innerHeight + 1
    || e.getBoundingClientRect().top < -1)
  .map((e) => e.textContent.trim().slice(0, 50))"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with ForkedServer(tmp_path_factory.mktemp("fit"), TRACKER_BUNDLED="0") as running:
        schedule(running, "long", CAST)
        schedule(running, "waits", CAST)
        office = Office(running)
        office.post("long", type="ceremony-started")
        tied = [f"category-1/work-{n}" for n in (1, 2)]
        office.post("long", type="winner-announced", category="category-1", nominees=tied)
        office.post("long", type="presenting-began", category="category-2", presenters=PRESENTERS)
        office.post(
            "long",
            type="winner-announced",
            category="category-0",
            nominees=["category-0/work-0"],
        )
        office.close()
        yield running


PRESENTERS = [f"Wolfeschlegelsteinhausenbergerdorff the {n}th" for n in range(8)]


def schedule(running: RunningServer, ceremony: str, cast: int) -> None:
    programme = hostile_programme(ceremony, "2031-05-01T19:00:00.000Z", cast)
    httpx.post(
        f"{running.url}/api/ceremonies", json=programme, headers=running.headers, timeout=60
    ).raise_for_status()


def spilt(page: Page) -> list[str]:
    found: list[str] = page.evaluate(SPILT)
    return found


def arrive(page: Page, url: str) -> None:
    page.goto(url)
    expect(page.locator("main :is(h1, h2, h3, li)").first).to_be_visible()
    rest(page)


def each_section(page: Page) -> Iterator[str]:
    """Bring each tab to the front where there are tabs, and open what is folded."""
    tabs = page.locator("nav .tab")
    if tabs.count() == 0 or not tabs.first.is_visible():
        yield "all"
        return
    for tab in tabs.all():
        tab.click()
        rest(page)
        yield tab.inner_text()


@pytest.mark.parametrize(("width", "height"), WIDTHS)
def test_every_text_has_room_on_every_page(
    server: RunningServer, screens: Screens, width: int, height: int
) -> None:
    page = screens.open("about:blank", Device("fit", width, height, phone=width < 768))
    found = {}
    for path in READ:
        arrive(page, server.url + path)
        for section in each_section(page):
            if seen := spilt(page):
                found[path, section] = seen
    assert found == {}


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1920, 1080), (3840, 2160)])
def test_every_text_has_room_on_a_screen_of_its_own(
    server: RunningServer, screens: Screens, width: int, height: int
) -> None:
    page = screens.open("about:blank", Device("fit", width, height))
    found = {}
    for path in SCREENS:
        arrive(page, server.url + path)
        if seen := spilt(page) + page.evaluate(BEYOND):
            found[path] = seen
    assert found == {}


@pytest.mark.parametrize("sharing", [2, 3, 4, 6, 7, 8])
def test_a_tie_of_any_number_stands_on_every_screen(
    server: RunningServer, screens: Screens, sharing: int
) -> None:
    office = Office(server)
    nominees = [f"category-0/work-{n}" for n in range(sharing)]
    night = office.rehearse("waits")
    office.post(night, type="ceremony-started")
    office.post(night, type="winner-announced", category="category-0", nominees=nominees)
    office.close()
    page = screens.open("about:blank", Device("tv", 1920, 1080))
    found = {}
    for path in (f"/{night}/tv", f"/{night}/overlay?at=1000", f"/{night}", f"/{night}/embed"):
        arrive(page, server.url + path)
        beyond = [] if path.endswith(("embed", night)) else page.evaluate(BEYOND)
        if seen := spilt(page) + beyond:
            found[path] = seen
    assert found == {}


def test_a_large_cast_is_counted_where_it_does_not_fit_and_named_on_its_own_page(
    server: RunningServer, screens: Screens
) -> None:
    page = screens.open(f"{server.url}{BOARD}", Device("desktop", 1440, 900))
    credit = page.locator(".hero .winner .by")
    expect(credit).to_contain_text(re.compile(r"^Ada Lund, Bo Rey 1, .+ and 1\d\d others$"))
    wide = credit.inner_text().count(",")
    page.set_viewport_size({"width": 390, "height": 844})
    until(page, lambda: credit.inner_text().count(",") < wide, expected=True)
    expect(credit).to_contain_text(re.compile(r"^Ada Lund.* and 1\d\d others$"))
    arrive(page, f"{server.url}/long/categories/category-0")
    people = page.locator("section[aria-labelledby=nominees-title] .by").first.locator("li")
    expect(people).to_have_count(CAST)


# How much of a screen what is fixed may cover, in px.
FIXED = """() => [...document.querySelectorAll('body *')]
  .filter((e) => ['fixed', 'sticky'].includes(getComputedStyle(e).position)
    && e.checkVisibility() && !e.matches('.skip, .unseen'))
  .reduce((sum, e) => sum + e.getBoundingClientRect().height, 0)"""


@pytest.mark.parametrize(("width", "height"), [(844, 390), (320, 256), (1280, 400)])
def test_on_a_low_screen_what_is_fixed_gives_way_to_the_board(
    server: RunningServer, screens: Screens, width: int, height: int
) -> None:
    page = screens.open("about:blank", Device("low", width, height))
    arrive(page, server.url + BOARD)
    assert page.evaluate(FIXED) <= 50
    assert spilt(page) == []
    play = page.locator(".transport .toggle")
    play.scroll_into_view_if_needed()
    expect(play).to_be_in_viewport()


def test_on_paper_the_won_pips_stand_and_no_controls_do(
    server: RunningServer, screens: Screens
) -> None:
    page = screens.open(server.url + BOARD, Device("paper", 800, 1100))
    arrive(page, server.url + BOARD)
    page.emulate_media(media="print")
    expect(page.locator(".transport")).to_be_hidden()
    pressed = page.locator("nav, .button, .tool, button[aria-pressed]")
    expect(pressed.filter(visible=True)).to_have_count(0)
    won = page.locator(".board .pips > .won").first
    expect(won).to_have_css("print-color-adjust", "exact")
    expect(page.locator("header").first).to_have_css("position", "static")
    assert spilt(page) == []
