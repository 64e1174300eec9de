"""A Chromium for tests, and pages in which nothing may go wrong."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import pytest
from playwright.sync_api import Browser, Error, Page, Request, WebSocket, sync_playwright

ROOT: Final = Path(__file__).resolve().parent.parent
FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
AXE: Final = ROOT / "web" / "scoreboard" / "node_modules" / "axe-core" / "axe.min.js"
WCAG: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
PATIENCE: Final = 30.0
"""Seconds in which anything awaited must come true; the machine may be busy with other things."""
_SOON: Final = 10
_SELDOM: Final = 160
"""Milliseconds between two looks: whoever waits for long looks less often, as each look costs."""

Theme = Literal["dark", "light"]
THEMES: Final[tuple[Theme, ...]] = ("dark", "light")
BACKDROPS: Final = ("white", "black")
"""The extremes of what a streaming program shows behind an overlay."""


@dataclass(frozen=True)
class Device:
    """What a page is looked at on."""

    name: str
    width: int
    height: int
    phone: bool = False

    def __str__(self) -> str:
        """Name the test's case."""
        return self.name


PHONE: Final = Device("phone", 390, 844, phone=True)
DESKTOP: Final = Device("desktop", 1440, 900)

# Seen by the page's own console, so that a report fails the test as any other error does.
_TELL_REPORTS: Final = """
document.addEventListener('securitypolicyviolation', (report) =>
  console.error(`CSP: ${report.violatedDirective} forbids ${report.blockedURI}`));
"""

# What stood in the live region and in the hero, in the order in which it came, and which animations
# have begun on what: they run by the machine's own clock, and may be over before a test looks.
_KEEP_NOTES: Final = """
window.notes = { spoken: [], heroes: [], begun: [] };
addEventListener('animationstart', ({ animationName, target }) =>
  window.notes.begun.push([animationName.replace(/^svelte-[a-z0-9]+-/, ''), target]), true);
const last = (list, line) => { if (line && list.at(-1) !== line) list.push(line); };
new MutationObserver(() => {
  const live = document.querySelector('[aria-live=polite]')?.textContent.trim() ?? '';
  if (live !== window.notes.live && live) window.notes.spoken.push(live);
  window.notes.live = live;
  const hero = [...document.querySelectorAll('.hero .winner :is(.kicker, h2)')];
  last(window.notes.heroes, hero.map((line) => line.textContent.trim()).join(': '));
}).observe(document, { childList: true, characterData: true, subtree: true });
"""

# What another element covers in part, as the fixed transport may, is looked at in a better place.
_FIND: Final = """async ([within, runOnly]) => {
  const options = { resultTypes: ['violations', 'incomplete'], preload: false };
  const contrast = ({ incomplete }) => incomplete.filter(({ id }) => id === 'color-contrast');
  const told = (rules) => rules.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary ?? ''}`));
  const found = await axe.run(within, { runOnly, ...options });
  const findings = told(found.violations);
  for (const { target } of contrast(found).flatMap(({ nodes }) => nodes)) {
    document.querySelector(target[0]).scrollIntoView({ block: 'center' });
    const again = await axe.run(target[0], { runOnly: ['color-contrast'], ...options });
    findings.push(...told(again.violations), ...told(contrast(again)));
  }
  return findings;
}"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the Chromium of TRACKER_CHROMIUM, or else the one that scripts/browser finds."""
    path = os.environ.get("TRACKER_CHROMIUM") or found()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def found() -> str:
    finder = subprocess.run(
        [ROOT / "scripts" / "browser"], check=True, stdout=subprocess.PIPE, text=True
    )
    return finder.stdout.strip()


class Screens:
    """
    Opens pages, and remembers everything that goes wrong in them.

    Attributes:
        requests: The address of every request of every page.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser: Final = browser
        self._pages: Final[list[Page]] = []
        self._troubles: Final[list[str]] = []
        self._expected: Final[list[str]] = []
        self.requests: Final[list[str]] = []

    def open(
        self,
        url: str,
        device: Device = DESKTOP,
        theme: Theme = "dark",
        *,
        fake_clock: bool = False,
        **context: Any,
    ) -> Page:
        """
        Open a page in a context of its own: nothing stored or installed, in English, in UTC.

        Args:
            url: Where.
            device: On what.
            theme: As the device prefers it.
            fake_clock: The page's clock runs on, but may be set forward.
            context: What else Playwright's `new_context` takes.
        """
        scene = self._browser.new_context(
            viewport={"width": device.width, "height": device.height},
            is_mobile=device.phone,
            has_touch=device.phone,
            color_scheme=theme,
            locale="en-GB",
            timezone_id="UTC",
            **{"service_workers": "block", **context},
        )
        scene.add_init_script(_TELL_REPORTS + _KEEP_NOTES)
        page = scene.new_page()
        page.set_default_timeout(1000 * PATIENCE)
        page.on("console", lambda said: self._hear(said.type, said.text))
        page.on("pageerror", lambda error: self._hear("error", f"uncaught: {error}"))
        page.on("requestfailed", self._lost)
        page.on("request", lambda asked: self.requests.append(asked.url))
        page.on("websocket", lambda socket: self.requests.append(socket.url))
        if fake_clock:
            page.clock.install()
        self._pages.append(page)
        page.goto(url)
        return page

    def expect(self, pattern: str) -> None:
        """Take what a page says of this for no trouble from here on."""
        self._expected.append(pattern)

    def close(self) -> None:
        """Close every page, and say what went wrong in them."""
        for page in self._pages:
            page.evaluate("0")  # what it has said by now has then been heard
        troubles = list(self._troubles)  # closing cuts off what is under way
        for page in self._pages:
            page.context.close()
        assert not troubles, troubles

    def _lost(self, request: Request) -> None:
        # The browser itself drops what it was fetching for a page that is being left.
        if request.failure != "net::ERR_ABORTED":
            self._hear("error", f"{request.url}: {request.failure}")

    def _hear(self, kind: str, what: str) -> None:
        if kind == "error" and not any(re.search(pattern, what) for pattern in self._expected):
            self._troubles.append(what)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # For one file of tests: as long as it runs, no other test may have an event loop.
    with chromium() as started:
        yield started


@pytest.fixture
def screens(browser: Browser) -> Iterator[Screens]:
    opened = Screens(browser)
    yield opened
    opened.close()


class Line:
    """Counts the messages of each type that a page has got over its live connections from here."""

    def __init__(self, page: Page) -> None:
        self.got: Final[Counter[str]] = Counter()
        page.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._count)

    def _count(self, message: str | bytes) -> None:
        self.got[json.loads(message)["type"]] += 1


def until(page: Page, read: Callable[[], object], expected: object) -> None:
    """Wait for what is read to be as expected, and say how it differs if it does not get there."""
    give_up = time.monotonic() + PATIENCE
    pause: float = _SOON
    while (seen := read()) != expected and time.monotonic() < give_up:
        page.wait_for_timeout(pause)
        pause = min(1.4 * pause, _SELDOM)
    assert seen == expected


def notes(page: Page, kind: Literal["spoken", "heroes"]) -> list[str]:
    """Return what the live region has said, or what the hero has shown, since the page opened."""
    kept: list[str] = page.evaluate("kind => window.notes[kind]", kind)
    return kept


def stop_clock(page: Page) -> None:
    """From here on the page's clock, which must be a fake one, moves by being set forward only."""
    soon = "Date.now() / 1000 + 1"
    try:
        page.clock.pause_at(page.evaluate(soon))
    except Error:
        # That second has passed already. The clock stands still since then, at another time.
        page.clock.pause_at(page.evaluate(soon))


def moves(page: Page, within: str, *names: str) -> None:
    """Wait until animations of these names have begun in an element since this was last asked."""

    def begun() -> set[str]:
        of_it: list[str] = page.locator(within).evaluate(
            "(element) => window.notes.begun.filter(([, target]) => element.contains(target))"
            ".map(([name]) => name)"
        )
        return set(names) & set(of_it)

    until(page, begun, set(names))
    page.evaluate("window.notes.begun.length = 0")


def animated(page: Page, within: str) -> list[str]:
    """Return the names of the animations that an element and what is in it have at this moment."""
    names: list[str] = page.locator(within).evaluate(
        "(element) => element.getAnimations({ subtree: true })"
        ".map((each) => each.animationName?.replace(/^svelte-[a-z0-9]+-/, '') ?? 'transition')"
    )
    return names


def rest(page: Page) -> None:
    """Let everything that moves come to its end at once, and wait until every font is here."""
    unrest = """() => {
      const moving = document.getAnimations().filter(({ playState }) => playState === 'running');
      moving.filter(({ effect }) => effect.getComputedTiming().endTime < Infinity)
        .forEach((each) => each.finish());
      return [
        ...(document.fonts.status === 'loading' ? ['fonts'] : []),
        ...moving.map(({ effect }) => effect.target.outerHTML.slice(0, 120)),
      ];
    }"""
    until(page, lambda: page.evaluate(unrest), [])


def findings(page: Page, within: str = "html", *, colours_only: bool = False) -> list[str]:
    """
    Return what axe finds wrong, and the contrasts that it cannot decide.

    Args:
        page: At rest.
        within: What part of it to look at.
        colours_only: Look at contrasts alone: all that another theme changes.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    rules = ["color-contrast"] if colours_only else WCAG
    with all_at_once(page):
        found: list[str] = page.evaluate(_FIND, [within, rules])
    return found


def in_both_themes(page: Page, within: str = "html") -> list[str]:
    """Return what axe finds in the dark, and what contrasts it finds wrong in the light."""
    found: list[str] = []
    with all_at_once(page):
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            rest(page)
            in_this = findings(page, within, colours_only=theme != THEMES[0])
            found += [f"{theme}: {finding}" for finding in in_this]
    return found


def in_the_dark(page: Page) -> list[str]:
    """Return what axe finds in the dark."""
    with all_at_once(page):
        page.emulate_media(color_scheme="dark")
        rest(page)
        return findings(page)


def over_any_picture(page: Page) -> list[str]:
    """Return what axe finds over white, and what contrasts it finds wrong over black."""
    found: list[str] = []
    for backdrop in BACKDROPS:
        page.evaluate("(it) => { document.documentElement.style.background = it; }", backdrop)
        in_this = findings(page, colours_only=backdrop != BACKDROPS[0])
        found += [f"over {backdrop}: {finding}" for finding in in_this]
    return found


@contextmanager
def all_at_once(page: Page) -> Iterator[None]:
    """Make the window as high as the page: what is fixed then covers nothing that is looked at."""
    window = page.viewport_size
    assert window is not None
    height: int = page.evaluate("document.documentElement.scrollHeight")
    if height <= window["height"]:
        yield
        return
    page.set_viewport_size({"width": window["width"], "height": height})
    rest(page)  # since what comes near is fetched only now
    yield
    page.set_viewport_size(window)
