"""`make shots`: every screen at five moments into shots/, and the pictures of the README."""

import sys
import tempfile
from itertools import product
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Page, expect

from browsing import DESKTOP, PHONE, ROOT, THEMES, Device, Screens, Theme, chromium, rest
from producer import Producer
from servers import RunningServer

SHOTS = ROOT / "shots"
LARGEST_FOR_README = 200 * 1024
"""Bytes, of each picture."""
TV = Device("tv", 1920, 1080)
DEVICES = (PHONE, DESKTOP, TV)
MIDNIGHT = 134
"""The version of the 97th at which The Brutalist has just won for its cinematography."""


class Moment(NamedTuple):
    """A night as it stands somewhere; `film` and so on are what its pages are about."""

    name: str
    ceremony: str
    at: int | None
    film: str
    person: str
    distributor: str | None
    """Of the 89th none is known."""
    category: str


OF_97 = ("anora", "sean-baker", "neon", "cinematography")
OF_89 = ("la-la-land", "damien-chazelle", None, "best-picture")
MOMENTS = (
    Moment("before", "oscars-89-rehearsal", None, *OF_89),
    Moment("middle", "oscars-97", MIDNIGHT, *OF_97),
    Moment("correction", "oscars-89", 141, *OF_89),
    Moment("tie", "oscars-97-rehearsal", None, *OF_97),
    Moment("end", "oscars-97", None, *OF_97),
)
EVERYWHERE = ("board", "film", "person", "distributor", "category", "winners", "embed")
ON_A_TV = ("tv", "overlay", "overlay/lower-third", "overlay/ticker")


def address(moment: Moment, screen: str) -> str:
    places = {
        "board": "",
        "film": f"/films/{moment.film}",
        "person": f"/people/{moment.person}",
        "distributor": f"/distributors/{moment.distributor}",
        "category": f"/categories/{moment.category}",
    }
    query = "" if moment.at is None else f"?at={moment.at}"
    return f"/{moment.ceremony}{places.get(screen, f'/{screen}')}{query}"


def settle(page: Page) -> None:
    if "/overlay" in page.url:  # which is empty where there is nothing to tell
        page.wait_for_load_state("networkidle")
    else:
        expect(page.locator("h1, h2").first).to_be_visible()
        expect(page.locator("[aria-busy=true]")).to_have_count(0)
    rest(page)


def take(page: Page, server: RunningServer, path: str, name: str) -> None:
    page.goto(f"{server.url}{path}")
    settle(page)
    page.screenshot(path=SHOTS / f"{name}.png")


def tie(live: Producer) -> None:
    """Give the next category of the rehearsal to its first two nominees."""
    while live.rest[0]["type"] != "winner-announced":
        live.next()
    category = live.rest.pop(0)["category"]
    both = list(live.board()["categories"][category]["nominees"])[:2]
    live.post(type="winner-announced", category=category, nominees=both)


def readme(screens: Screens, server: RunningServer) -> list[Path]:
    """Take the three pictures that the README shows."""
    taken = []
    wanted: tuple[tuple[str, Device, Theme, str], ...] = (
        ("board", DESKTOP, "dark", f"/oscars-97?at={MIDNIGHT}"),
        ("phone", PHONE, "light", f"/oscars-97?at={MIDNIGHT}"),
        ("tv", Device("tv", 1280, 720), "dark", f"/oscars-97/tv?at={MIDNIGHT}"),
    )
    for name, device, theme, path in wanted:
        page = screens.open(f"{server.url}{path}", device, theme)
        settle(page)
        taken.append(ROOT / "docs" / f"{name}.png")
        page.screenshot(path=taken[-1])
    return taken


def main() -> int:
    SHOTS.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        RunningServer(Path(folder), TRACKER_SHOW_REHEARSALS="1") as server,
        Producer(server, "oscars-97") as live,
        Producer(server, "oscars-89"),
        chromium() as browser,
    ):
        live.play(MIDNIGHT)
        tie(live)
        screens = Screens(browser)
        for device, theme in product(DEVICES, THEMES):
            page = screens.open("about:blank", device, theme)
            take(page, server, "/", f"index-{device}-{theme}")
            shown = EVERYWHERE + (ON_A_TV if device is TV else ())
            for moment, screen in product(MOMENTS, shown):
                if screen == "distributor" and moment.distributor is None:
                    continue
                name = f"{screen.replace('/', '-')}-{moment.name}-{device}-{theme}"
                take(page, server, address(moment, screen), name)
            page.goto(f"{server.url}/console")
            page.locator("input[type=password]").fill(server.token)
            page.keyboard.press("Enter")
            expect(page.locator("input[type=password]")).to_have_count(0)
            take(page, server, "/console/programme", f"console-programme-{device}-{theme}")
            for moment in MOMENTS:
                take(
                    page,
                    server,
                    f"/console/{moment.ceremony}",
                    f"console-{moment.name}-{device}-{theme}",
                )
            print(f"shots: every screen, {device}, {theme}", flush=True)
        taken = readme(screens, server)
        screens.close()
    for path in taken:
        print(f"shots: {path.relative_to(ROOT)}, {path.stat().st_size / 1024:.0f} KB")
    return 0 if all(path.stat().st_size <= LARGEST_FOR_README for path in taken) else 1


if __name__ == "__main__":
    sys.exit(main())
