import re
import subprocess
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from typing import Final

import pytest
from playwright.sync_api import Page, Route, WebSocketRoute, expect

from browsing import DESKTOP, PHONE, ROOT, Device, Screens, rest, until
from servers import RunningServer
from visits import BEFORE, EMBED, FEW, READ, TV, Screen, night, sections, show

pytestmark = pytest.mark.browser

SMALLEST_TARGET: Final = 44
LEAST_TARGET: Final = 24
NARROW: Final = Device("narrow", 320, 640)
ENLARGED: Final = Device("desktop at 200%", 720, 450)
TELEVISION: Final = Device("television", 1920, 1080)
SCOREBOARD: Final = ROOT / "web" / "scoreboard"
STRETCHED: Final = "ö"
"""What marks the words of the stretched catalogue."""

# Reaches beyond the sides of the page, so that one would have to scroll for it.
_BEYOND: Final = """() => {
  const width = document.documentElement.clientWidth;
  const wide = document.documentElement.scrollWidth > width ? ['the page scrolls'] : [];
  const scrolls = (each) => each.parentElement
    && (/auto|scroll/.test(getComputedStyle(each.parentElement).overflowX)
      || scrolls(each.parentElement));
  const beyond = [...document.querySelectorAll('body *')].filter((each) => {
    const { left, right, width: own } = each.getBoundingClientRect();
    return own > 1 && (right > width + 1 || left < -1) && each.checkVisibility() && !scrolls(each);
  });
  return [...wide, ...beyond.map((each) => each.outerHTML.slice(0, 150))];
}"""

# Too small for a thumb: either its box, or what others that lie over it leave. How far up, down,
# left and right of its middle a control is met. A link in a line of text is as high as the line.
_SMALL: Final = """([smallest, least]) => {
  const inLine = (each) => {
    let block = each;
    while (getComputedStyle(block).display === 'inline') block = block.parentElement;
    return block !== each && block.innerText.trim() !== each.innerText.trim();
  };
  const small = [];
  for (const each of document.querySelectorAll('a, button, select, input, summary')) {
    if (!each.checkVisibility({ visibilityProperty: true }) || inLine(each)) continue;
    // Nor what only a keyboard comes to.
    if (each.closest('.unseen, .skip, [inert]')) continue;
    const target = each.closest('label') ?? each;
    target.scrollIntoView({ block: 'center', inline: 'center' });
    const [box] = target.getClientRects();
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    const reach = (right, down) => {
      let steps = 0;
      const met = (there) => target.contains(there)
        || each.matches('input') && there?.contains(each);
      while (steps < smallest
        && met(document.elementFromPoint(x + right * steps, y + down * steps))) steps += 1;
      return steps;
    };
    // The middle itself is counted twice.
    const [width, height] = [reach(1, 0) + reach(-1, 0) - 1, reach(0, 1) + reach(0, -1) - 1];
    const [own, met] = [Math.min(box.width, box.height), Math.min(width, height)];
    const text = each.matches('a') && getComputedStyle(each).display.startsWith('inline');
    if (met < smallest - 1 && (met < least || own < smallest && !text)) {
      small.push(`${width} x ${height}: ${each.outerHTML.slice(0, 140)}`);
    }
  }
  scrollTo(0, 0);
  return small;
}"""

# Words of the catalogue that are cut off, or lie over other text.
_CROWDED: Final = """(mark) => {
  const shown = (each) =>
    each.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true })
    && !each.closest('.unseen');
  const clips = (each) => {
    if (!each || each === document.body) return [];
    const { overflowX, overflowY } = getComputedStyle(each);
    const { left, right, top, bottom } = each.getBoundingClientRect();
    const [across, down] = [overflowX, overflowY].map((value) => value !== 'visible');
    const box = {
      left: across ? left : -Infinity, right: across ? right : Infinity,
      top: down ? top : -Infinity, bottom: down ? bottom : Infinity,
    };
    return [box, ...clips(each.parentElement)];
  };
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!node.textContent.trim() || !shown(parent) || parent.closest('option, noscript')) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const layer = parent.closest('.transport, header, nav, dialog, [popover]');
    const around = clips(parent);
    for (const { left, right, top, bottom } of range.getClientRects()) {
      // A line is higher than its letters.
      const slack = (bottom - top) * 0.22;
      const whole = { left, right, top: top + slack, bottom: bottom - slack };
      const seen = {
        left: Math.max(left, ...around.map((box) => box.left)),
        right: Math.min(right, ...around.map((box) => box.right)),
        top: Math.max(whole.top, ...around.map((box) => box.top)),
        bottom: Math.min(whole.bottom, ...around.map((box) => box.bottom)),
      };
      if (right - left > 2) texts.push({ node, layer, whole, ...seen });
    }
  }
  const ours = (text) => text.node.textContent.includes(mark);
  const cut = texts.filter(ours).filter(({ whole, left, right, top, bottom }) =>
    left > whole.left + 1 || right < whole.right - 1
    || top > whole.top + 1 || bottom < whole.bottom - 1);
  const over = texts.filter(ours).flatMap((one) => texts
    .filter((other) => other.node !== one.node && other.layer === one.layer
      && one.left < other.right - 1 && other.left < one.right - 1
      && one.top < other.bottom - 1 && other.top < one.bottom - 1)
    .map((other) => `${one.node.textContent.trim()} | ${other.node.textContent.trim()}`));
  return [...cut.map(({ node }) => `cut: ${node.textContent.trim()}`),
    ...over.map((both) => `over: ${both}`)].map((line) => line.slice(0, 150));
}"""

# Whose own zone is the venue's has none to choose.
_AT_THE_VENUE: Final = """
  const own = Intl.DateTimeFormat.prototype.resolvedOptions;
  Intl.DateTimeFormat.prototype.resolvedOptions = function () {
    return { ...own.call(this), timeZone: 'America/Los_Angeles' };
  };
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with night(tmp_path_factory.mktemp("room")) as running:
        yield running


@pytest.fixture(scope="module")
def stretched(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a catalogue whose words are 40% longer than the English ones, as a script."""
    script = tmp_path_factory.mktemp("words") / "stretched.js"
    subprocess.run(
        [
            SCOREBOARD / "node_modules" / ".bin" / "rolldown",
            SCOREBOARD / "tests" / "stretched.ts",
            *("--format", "esm", "--file", script),
        ],
        check=True,
        capture_output=True,
    )
    return script.read_text()


def test_nothing_is_cut_off_where_there_is_little_room(
    server: RunningServer, screens: Screens
) -> None:
    page = screens.open("about:blank", NARROW)
    for screen in READ:
        show(page, server, screen)
        for device in (NARROW, ENLARGED):
            page.set_viewport_size({"width": device.width, "height": device.height})
            rest(page)
            for _ in sections(page, screen):
                until(page, partial(beyond, page), [])  # what is drawn to measure is drawn again


def test_text_may_be_twice_as_large(server: RunningServer, screens: Screens) -> None:
    page = screens.open("about:blank")
    for screen in FEW:
        show(page, server, screen)
        page.evaluate("() => { document.documentElement.style.fontSize = '200%'; }")
        assert [each for _ in sections(page, screen) for each in beyond(page)] == [], screen


def test_on_a_phone_every_control_is_large_enough_for_a_thumb(
    server: RunningServer, screens: Screens
) -> None:
    page = screens.open("about:blank", PHONE)
    for screen in (BEFORE, *FEW, EMBED):
        show(page, server, screen)
        small = [each for _ in sections(page, screen) for each in too_small(page)]
        assert small == [], screen


@pytest.mark.parametrize("device", [PHONE, DESKTOP], ids=str)
def test_words_may_be_half_as_long_again(
    server: RunningServer, screens: Screens, stretched: str, device: Device
) -> None:
    page = screens.open("about:blank", device)
    page.route("**/static/assets/es-*.js", lambda route: answer(route, stretched))
    for screen in FEW:
        show(page, server, screen, "lang=es")
        assert STRETCHED in page.locator("#app").inner_text()
        for _ in sections(page, screen):
            assert (crowded(page), beyond(page)) == ([], []), screen


def test_on_a_television_a_lost_link_leaves_the_night_its_name(
    server: RunningServer, screens: Screens
) -> None:
    page = screens.open("about:blank", TELEVISION, fake_clock=True)
    links: list[WebSocketRoute] = []

    def between(link: WebSocketRoute) -> None:
        if links:
            link.close()
        else:
            links.append(link)
            link.connect_to_server()

    page.route_web_socket(re.compile("/live"), between)
    show(page, server, TV)
    expect(page.get_by_role("status")).to_have_text("Live")
    links[0].close()
    page.clock.fast_forward(61_000)
    expect(page.get_by_role("status")).to_have_text(
        re.compile(r"^No connection to the tracker, data from [\d:]+$")
    )
    assert shortened(page, "header > *") == []


@pytest.mark.parametrize("at", [94, 102])
def test_on_a_television_everybody_who_presents_is_named(
    server: RunningServer, screens: Screens, at: int
) -> None:
    page = screens.open("about:blank", TELEVISION)
    show(page, server, Screen(f"/oscars-97/tv?at={at}", ".presenters"))
    assert shortened(page, ".presenters") == []


@pytest.mark.parametrize(("at", "said"), [(134, ["and 5 more with 1 win"]), (100, [])])
def test_on_a_television_a_tie_that_is_cut_is_told(
    server: RunningServer, screens: Screens, at: int, said: list[str]
) -> None:
    page = screens.open("about:blank", TELEVISION)
    show(page, server, Screen(f"/oscars-97/tv?at={at}", ".row"))
    assert page.locator(".level").all_inner_texts() == said


@pytest.mark.parametrize("screen", [Screen("/oscars-97?at=87"), Screen("/oscars-97/tv?at=87")])
def test_the_strip_fills_as_many_steps_as_the_words_say(
    server: RunningServer, screens: Screens, screen: Screen
) -> None:
    page = screens.open("about:blank", TELEVISION)
    show(page, server, screen)
    said = page.get_by_text(re.compile(r"^1 of 23 awarded$"))
    expect(said.first).to_be_visible()
    # Of the steps that are neither dim nor hollow, the one on stage was the strongest.
    fills = page.locator(".strip > span").evaluate_all(
        "(steps) => steps.map((step) => getComputedStyle(step).backgroundColor)"
    )
    dim, clear = fills[-1], "rgba(0, 0, 0, 0)"
    assert len([fill for fill in fills if fill not in (dim, clear)]) == 1
    assert fills.count(clear) == 1


def test_before_the_start_each_thing_is_said_once_and_no_line_over_another(
    server: RunningServer, screens: Screens
) -> None:
    page = screens.open("about:blank")
    page.add_init_script(_AT_THE_VENUE)
    show(page, server, BEFORE)
    for said in ("Dolby Theatre", "24 categories", page.locator(".when").inner_text()):
        expect(page.get_by_text(said)).to_have_count(1)
    lines = page.locator(".countdown > *").evaluate_all(
        "(lines) => lines.map((line) => line.getBoundingClientRect())"
        ".map(({ top, bottom }) => [top, bottom])"
    )
    assert len(lines) > 2
    assert [each for each, below in pairwise(lines) if each[1] > below[0]] == []


def test_a_mark_of_what_is_new_leaves_the_ranks_in_line(
    server: RunningServer, screens: Screens
) -> None:
    page = screens.open("about:blank", PHONE)
    show(page, server, Screen("/oscars-97?at=134&lang=es", ".chip.new"))
    ends = page.locator(".rank > [aria-hidden]").evaluate_all(
        "(ranks) => ranks.map((rank) => Math.round(rank.getBoundingClientRect().right))"
    )
    assert len(ends) > 1
    assert len(set(ends)) == 1


def shortened(page: Page, selector: str) -> list[str]:
    """Return what is there of which the end does not show."""
    texts: list[str] = page.locator(selector).evaluate_all(
        "(all) => all.filter((each) => each.scrollWidth > each.clientWidth)"
        ".map((each) => each.textContent)"
    )
    return texts


def answer(route: Route, script: str) -> None:
    route.fulfill(body=script, content_type="text/javascript")


def beyond(page: Page) -> list[str]:
    found: list[str] = page.evaluate(_BEYOND)
    return found


def too_small(page: Page) -> list[str]:
    found: list[str] = page.evaluate(_SMALL, [SMALLEST_TARGET, LEAST_TARGET])
    return found


def crowded(page: Page) -> list[str]:
    found: list[str] = page.evaluate(_CROWDED, STRETCHED)
    return found
