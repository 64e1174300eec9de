"""`make shots`: pictures of the pages into shots/, and the one that the README shows."""

import sys
import tempfile
from itertools import product
from pathlib import Path

from playwright.sync_api import Page, expect

from browsing import DESKTOP, PHONE, ROOT, THEMES, Device, Screens, chromium, rest
from producer import Producer
from servers import RunningServer

SHOTS = ROOT / "shots"
README = ROOT / "docs" / "board.png"
LARGEST_FOR_README = 200 * 1024
"""Bytes."""
DEVICES = (PHONE, DESKTOP, Device("tv", 1920, 1080))
MIDNIGHT = 134
"""The version of the 97th at which The Brutalist has just won for its cinematography."""

# Of each page: its name, its address, and what stands on it once it is there.
PAGES = (
    ("index", "/", "Nights to replay"),
    ("before", "/oscars-89-rehearsal", "Not started"),
    ("live", "/oscars-97-rehearsal", "Live"),
    ("middle", f"/oscars-97?at={MIDNIGHT}", "To the end"),
    ("correction", "/oscars-89?at=141", "To the end"),
    ("end", "/oscars-97", "Final board"),
)


def settle(page: Page, mark: str) -> None:
    expect(page.get_by_text(mark, exact=True).first).to_be_visible()
    rest(page)


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
        screens = Screens(browser)
        for device, theme in product(DEVICES, THEMES):
            page = screens.open("about:blank", device, theme)
            for name, address, mark in PAGES:
                page.goto(f"{server.url}{address}")
                settle(page, mark)
                page.screenshot(path=SHOTS / f"{name}-{device}-{theme}.png")
            print(f"shots: {len(PAGES)} pages, {device}, {theme}", flush=True)

        page = screens.open(f"{server.url}/oscars-97?at={MIDNIGHT - 1}", DESKTOP, "dark")
        settle(page, "To the end")
        page.keyboard.press(".")
        expect(page.locator(".hero .kicker").first).to_have_text("Winner · Cinematography")
        settle(page, "To the end")
        picture = page.screenshot(path=README)
        screens.close()
    print(f"shots: {README.relative_to(ROOT)}, {len(picture) / 1024:.0f} KB")
    return 0 if len(picture) <= LARGEST_FOR_README else 1


if __name__ == "__main__":
    sys.exit(main())
