"""Every screen of a night, for the tests that look at all of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.sync_api import Page, expect

from browsing import PATIENCE, rest
from producer import Producer
from servers import ForkedServer, RunningServer

expect.set_options(timeout=1000 * PATIENCE)


@dataclass(frozen=True)
class Screen:
    """
    A page at a moment of a night.

    Attributes:
        path: Its address.
        ready: A selector of what is there once it shows what it is for.
        sections: It has a board, categories and a feed: on a phone, one of them at a time.
        phone: It is also for phones.
        overlay: A streaming program shows it over a picture.
    """

    path: str
    ready: str = "main h2"
    sections: bool = False
    phone: bool = True
    overlay: bool = False

    def __str__(self) -> str:
        """Name it in what a test says."""
        return self.path


INDEX: Final = Screen("/", "main li")
BEFORE: Final = Screen("/oscars-89-rehearsal", sections=True)
LIVE: Final = Screen("/oscars-97-rehearsal", ".pill.live", sections=True)
CORRECTION: Final = Screen("/oscars-89?at=141", ".hero h2", sections=True)
END: Final = Screen("/oscars-97", ".pill strong", sections=True)
SUBJECTS: Final = (
    Screen("/oscars-97/films/anora?at=134"),
    Screen("/oscars-97/people/sean-baker"),
    Screen("/oscars-97/distributors/neon"),
    Screen("/oscars-89/categories/best-picture?at=141"),
)
WINNERS: Final = Screen("/oscars-97/winners", "main h1, main table")
TV: Final = Screen("/oscars-97-rehearsal/tv", "h1, h2", phone=False)
EMBED: Final = Screen("/oscars-97/embed", "#app :is(h1, h2, h3, a)")
OVERLAYS: Final = tuple(
    Screen(f"/oscars-97-rehearsal/overlay{plate}", "#app p", phone=False, overlay=True)
    for plate in ("", "/board", "/lower-third?at=121", "/ticker")
)
BOARDS: Final = (BEFORE, LIVE, CORRECTION, END)
FEW: Final = (INDEX, LIVE, CORRECTION, SUBJECTS[0], SUBJECTS[-1])
"""What all others are made of."""
READ: Final = (INDEX, *BOARDS, *SUBJECTS, WINNERS, EMBED)
"""Those that somebody holds in a hand or has on a desk."""
ALL: Final = (*READ, TV, *OVERLAYS)


@contextmanager
def night(folder: Path) -> Iterator[RunningServer]:
    """Run one night that is live, and one that has not begun."""
    with (
        ForkedServer(folder, TRACKER_SHOW_REHEARSALS="1") as running,
        Producer(running, "oscars-97") as live,
        Producer(running, "oscars-89"),
    ):
        live.play(121)
        yield running


def show(page: Page, server: RunningServer, screen: Screen, query: str = "") -> None:
    """Go to a screen, and return once it is there and nothing moves."""
    joint = "&" if "?" in screen.path else "?"
    page.goto(f"{server.url}{screen.path}{joint + query if query else ''}")
    expect(page.locator(screen.ready).first).to_be_visible()
    rest(page)


def sections(page: Page, screen: Screen) -> Iterator[str]:
    """Bring one section after the other to the front, where they do not show at once."""
    if not screen.sections:
        yield "html"
        return
    tabs = page.locator("nav .tab")
    if not tabs.first.is_visible():
        yield ".sections"
        return
    for tab in tabs.all():
        tab.click()
        rest(page)
        yield ".sections"
