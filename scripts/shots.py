"""`make shots`: every screen at five moments into shots/, and the pictures of the documents."""

import re
import sys
import tempfile
from itertools import product
from pathlib import Path
from typing import NamedTuple

from PIL import Image
from playwright.sync_api import Browser, Page, expect

from browsing import DESKTOP, PHONE, ROOT, THEMES, Device, Screens, Theme, chromium, rest
from consoles import signed_in
from handbook import LAPTOP, Evening, Step
from producer import Producer
from servers import RunningServer

SHOTS = ROOT / "shots"
LARGEST_FOR_README = 200 * 1024
"""Bytes, of each picture."""
LARGEST_FOR_HANDBOOK = 150 * 1024
COLOURS = 256
"""In a picture of the handbook: as many as one byte a pixel can tell apart."""
TOUCH_LIGHTS = 1000
"""Milliseconds in which what was tapped has lost the light that the browser gives it."""
HANDBOOK = ROOT / "docs" / "producing"
TAKEN_AFTER = {
    ("Rehearse", 2): "desk",
    ("An award", 2): "award",
    ("An award, by thumb", 3): "phone-award",
    ("An award, by thumb", 4): "phone-preview",
    ("An award, by thumb", 6): "phone-show",
    ("A tie", 2): "tie",
    ("A wrong winner: review, then correct", 6): "correct",
    ("Two producers at once", 3): "conflict",
    ("The link is lost", 3): "link",
}
"""The pictures of the handbook's practice night, each by the step that it shows the end of."""
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


def handbook(browser: Browser) -> list[Path]:
    """Take the pictures of the producer's handbook, while its practice night is run."""
    HANDBOOK.mkdir(exist_ok=True)
    taken = []

    def keep(page: Page, name: str) -> None:
        page.wait_for_timeout(TOUCH_LIGHTS)
        rest(page)
        taken.append(HANDBOOK / f"{name}.png")
        page.screenshot(path=taken[-1])
        with Image.open(taken[-1]) as picture:
            few = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        few.save(taken[-1], optimize=True)

    def after(step: Step, page: Page) -> None:
        name = TAKEN_AFTER.get((step.section, step.place))
        if name is not None:
            keep(page, name)

    with (
        tempfile.TemporaryDirectory() as folder,
        RunningServer(Path(folder)) as server,
    ):
        screens = Screens(browser)
        Evening(server, screens, phone="light").run(after)
        address = f"{server.url}/console/programme"
        page = signed_in(screens, address, server.token, LAPTOP)
        page.get_by_label("Start from").select_option(label="97th Academy Awards")
        text = page.get_by_label("Text of the programme")
        expect(text).to_have_value(re.compile('"oscars-97"'))
        later = text.input_value().replace('"oscars-97"', '"our-night"').replace("2025-", "2031-")
        text.fill(later)
        text.evaluate("(field) => { field.blur(); field.scrollTop = 0; }")
        expect(page.locator("#check-result").get_by_text("Ready to schedule")).to_be_visible()
        page.evaluate("scrollTo(0, 0)")
        keep(page, "programme")
        screens.close()
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
        largest = dict.fromkeys(readme(screens, server), LARGEST_FOR_README)
        screens.close()
        largest |= dict.fromkeys(handbook(browser), LARGEST_FOR_HANDBOOK)
    for path in largest:
        print(f"shots: {path.relative_to(ROOT)}, {path.stat().st_size / 1024:.0f} KB")
    return 0 if all(path.stat().st_size <= most for path, most in largest.items()) else 1


if __name__ == "__main__":
    sys.exit(main())
