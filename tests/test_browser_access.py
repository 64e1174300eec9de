import gzip
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Response, expect

from browsing import (
    DESKTOP,
    PATIENCE,
    PHONE,
    THEMES,
    Device,
    Screens,
    animated,
    findings,
    rest,
    stop_clock,
)
from producer import Producer
from servers import RunningServer

pytestmark = pytest.mark.browser

expect.set_options(timeout=1000 * PATIENCE)

LARGEST_LOAD = 60 * 1024
"""Bytes of script and style, compressed, that the first look at a board may cost."""
SMALLEST_TARGET = 44
DEVICES = (PHONE, DESKTOP)
NARROW = Device("narrow", 320, 640)
ENLARGED = Device("desktop at 200%", 720, 450)

INDEX = "/"
BEFORE = "/oscars-89-rehearsal"
LIVE = "/oscars-97-rehearsal"
CORRECTION = "/oscars-89?at=141"
END = "/oscars-97"
STATES = {
    INDEX: "Nights to replay",
    BEFORE: "Not started",
    LIVE: "Live",
    CORRECTION: "To the end",
    END: "Final board",
}
"""What stands on each page once it is there."""
SECTIONS = ("Board", "Categories", "Feed")
Visit = Callable[..., Page]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Run one night that is live, and one that has not begun."""
    with (
        RunningServer(tmp_path_factory.mktemp("access"), TRACKER_SHOW_REHEARSALS="1") as running,
        Producer(running, "oscars-97") as live,
        Producer(running, "oscars-89"),
    ):
        live.play(121)
        yield running


@pytest.fixture
def visit(server: RunningServer, screens: Screens) -> Visit:
    """Open a page, or go on to another one in the same window."""

    def go(state: str, page: Page | None = None, **how: Any) -> Page:
        if page is None:
            page = screens.open(f"{server.url}{state}", **how)
        else:
            page.goto(f"{server.url}{state}")
        mark = STATES.get(state, "To the end")
        expect(page.get_by_text(mark, exact=True).first).to_be_visible()
        rest(page)
        return page

    return go


def in_both_themes(page: Page, within: str = "html") -> list[str]:
    found: list[str] = []
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        rest(page)
        found += [f"{theme}: {finding}" for finding in findings(page, within)]
    return found


def sections(page: Page) -> Iterator[str]:
    """Bring one section after the other to the front, where they do not show at once."""
    tabs = page.get_by_role("navigation", name="Sections")
    for section in SECTIONS:
        if tabs.is_visible():
            tabs.get_by_role("button", name=section).click()
        yield f".sections .{section.lower()}"


@pytest.mark.parametrize("device", DEVICES, ids=str)
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing(visit: Visit, device: Device, state: str) -> None:
    page = visit(state, device=device)
    assert in_both_themes(page) == []
    if device is PHONE and state in {LIVE, CORRECTION}:
        _, *others = (in_both_themes(page, section) for section in sections(page))
        assert others == [[], []]


@pytest.mark.parametrize("device", DEVICES, ids=str)
def test_axe_finds_nothing_in_what_opens(visit: Visit, device: Device) -> None:
    page = visit(LIVE, device=device)
    for button, menu in (("Chapters", "#chapter-menu"), ("More", "#options-menu")):
        page.get_by_role("button", name=button, exact=True).click()
        expect(page.locator(menu)).to_be_visible()
        assert in_both_themes(page, menu) == []
        page.keyboard.press("Escape")
        expect(page.locator(menu)).to_be_hidden()
    page.keyboard.press("?")
    assert in_both_themes(page, "dialog[open]") == []
    page.keyboard.press("Escape")
    for section in sections(page):
        folded = page.locator(f"{section} details")
        if folded.count() > 0:
            folded.last.locator("summary").click()
            assert in_both_themes(page, f"{section} details[open]") == []


@pytest.mark.parametrize("device", [NARROW, ENLARGED], ids=str)
def test_nothing_is_cut_off_where_there_is_little_room(visit: Visit, device: Device) -> None:
    page = None
    for state in STATES:
        page = visit(state, page, device=device)
        assert [each for _ in sections(page) for each in sticking_out(page)] == [], state


def test_text_may_be_twice_as_large(visit: Visit) -> None:
    page = None
    for state in STATES:
        page = visit(state, page)
        page.evaluate("() => { document.documentElement.style.fontSize = '200%'; }")
        assert [each for _ in sections(page) for each in sticking_out(page)] == [], state


def sticking_out(page: Page) -> list[str]:
    """Return what reaches beyond the sides of the page, so that one would have to scroll for it."""
    out: list[str] = page.evaluate(
        """() => {
          const width = document.documentElement.clientWidth;
          const wide = document.documentElement.scrollWidth > width ? ['the page scrolls'] : [];
          const beyond = [...document.querySelectorAll('body *')].filter((each) => {
            const { left, right, width: own } = each.getBoundingClientRect();
            return own > 1 && each.checkVisibility() && (right > width + 1 || left < -1);
          });
          return [...wide, ...beyond.map((each) => each.outerHTML.slice(0, 150))];
        }"""
    )
    return out


@pytest.mark.parametrize("state", STATES)
def test_on_a_phone_every_control_is_large_enough_for_a_thumb(visit: Visit, state: str) -> None:
    page = visit(state, device=PHONE)
    small: list[str] = page.evaluate(
        """(smallest) => [...document.querySelectorAll('a, button, select, input, summary')]
          .filter((each) => each.checkVisibility({ visibilityProperty: true }))
          .map((each) => [each, each.getBoundingClientRect()])
          .filter(([, box]) => Math.min(box.width, box.height) < smallest)
          .map(([each, box]) => `${box.width} x ${box.height}: ${each.outerHTML.slice(0, 120)}`)""",
        SMALLEST_TARGET,
    )
    assert small == []


def test_for_who_prefers_less_motion_a_win_only_fades(visit: Visit) -> None:
    page = visit("/oscars-97?at=133", reduced_motion="reduce", fake_clock=True)
    stop_clock(page)
    page.keyboard.press(".")
    expect(page.locator(".hero .kicker").first).to_have_text("Winner · Cinematography")
    assert animated(page, ".hero .winner") != []
    changed: list[str] = page.evaluate(
        """() => [...new Set(document.getAnimations()
          .flatMap((each) => each.effect.getKeyframes())
          .flatMap((frame) => Object.keys(frame)))]
          .filter((key) => !['offset', 'computedOffset', 'easing', 'composite'].includes(key))"""
    )
    assert not {"transform", "translate", "scale", "rotate", "top", "left", "height"} & set(changed)


def test_without_colours_of_its_own_the_page_still_marks_winners(visit: Visit) -> None:
    page = visit("/oscars-97?at=121", forced_colors="active")
    card = page.locator("details", has_text="Actor in a Supporting Role")
    card.locator("summary").click()
    lines = card.locator("li")
    won = lines.filter(has_text="Kieran Culkin")
    expect(won.locator("svg")).to_be_visible()
    expect(won).to_contain_text("Winner")
    expect(lines.locator("svg")).to_have_count(1)
    row = page.locator("section[aria-labelledby=ranking-title] > ol > li").first
    shapes: list[str] = row.get_by_role("img").evaluate(
        """(pips) => [...new Set([...pips.children].map((pip) => {
          const { height, borderTopWidth } = getComputedStyle(pip);
          return `${height} high, ${borderTopWidth} around`;
        }))]"""
    )
    assert len(shapes) == 3, "won, lost and to come"


@pytest.mark.parametrize("device", DEVICES, ids=str)
def test_the_first_look_at_a_board_is_light_and_leaves_nothing_behind(
    server: RunningServer, screens: Screens, visit: Visit, device: Device
) -> None:
    answers: list[Response] = []
    page = screens.open("about:blank", device)
    page.on("response", lambda answer: keep(answers, answer))
    visit(END, page)
    weighed = {answer.url: on_the_wire(answer) for answer in answers}
    assert len(weighed) >= 2
    assert sum(weighed.values()) < LARGEST_LOAD, weighed
    assert page.locator("script:not([src]), style").count() == 0
    assert page.context.cookies() == []
    here = (server.url, server.url.replace("http", "ws", 1), "about:blank")
    assert [asked for asked in screens.requests if not asked.startswith(here)] == []


def keep(answers: list[Response], answer: Response) -> None:
    if answer.request.resource_type in {"script", "stylesheet"}:
        answers.append(answer)


def on_the_wire(answer: Response) -> int:
    """Return the bytes of a body as they come, or would come, compressed."""
    if "content-encoding" in answer.headers:
        return answer.request.sizes()["responseBodySize"]
    return len(gzip.compress(answer.body()))
