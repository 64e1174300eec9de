import subprocess
from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Page, Route

from browsing import DESKTOP, PHONE, ROOT, Device, Screens, rest
from servers import RunningServer
from visits import BEFORE, EMBED, FEW, READ, night, sections, show

pytestmark = pytest.mark.browser

SMALLEST_TARGET: Final = 44
LEAST_TARGET: Final = 24
NARROW: Final = Device("narrow", 320, 640)
ENLARGED: Final = Device("desktop at 200%", 720, 450)
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
    if (each.closest('.unseen, [inert]')) continue;
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
            cut = [each for _ in sections(page, screen) for each in beyond(page)]
            assert cut == [], (screen, device)


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
