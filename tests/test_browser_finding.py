"""Finding one's way: the chapters, the scrubber under the pointer, and a way home from nowhere."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from browsing import DESKTOP, PHONE, Device, Screens, findings, rest
from servers import ForkedServer, RunningServer

pytestmark = pytest.mark.browser

MIDNIGHT = 134
"""The version of the 97th at which Cinematography, its 17th category, has been given."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with ForkedServer(tmp_path_factory.mktemp("finding")) as running:
        yield running


def replay(screens: Screens, server: RunningServer, device: Device) -> Page:
    page = screens.open(f"{server.url}/oscars-97?at={MIDNIGHT}", device)
    expect(page.locator("#player input[type=range]")).to_be_visible()
    rest(page)
    return page


@pytest.mark.parametrize("device", [PHONE, DESKTOP], ids=str)
def test_the_chapters_open_at_the_one_that_plays(
    server: RunningServer, screens: Screens, device: Device
) -> None:
    page = replay(screens, server, device)
    page.get_by_role("button", name="Chapters").click()
    current = page.locator("#chapter-menu [aria-current]")
    expect(current).to_contain_text("Cinematography")
    expect(page.locator("#chapter-menu li").first).not_to_be_in_viewport()
    expect(current).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 0.75, 1.0])
def test_the_scrubber_says_the_time_and_the_chapter_to_which_a_press_leads(
    server: RunningServer, screens: Screens, share: float
) -> None:
    page = replay(screens, server, DESKTOP)
    track = page.locator("#player input[type=range]")
    box: Any = track.bounding_box()
    page.mouse.move(box["x"] + share * (box["width"] - 1), box["y"] + box["height"] / 2)
    pointed = page.locator(".pointed")
    expect(pointed).to_be_visible()
    time, chapter = pointed.locator("strong").inner_text(), pointed.inner_text()
    chapter = chapter.removeprefix(time).strip()
    inside = pointed.bounding_box()
    assert inside is not None
    assert inside["x"] >= 0
    assert inside["x"] + inside["width"] <= DESKTOP.width
    page.mouse.down()
    page.mouse.up()
    where = page.locator("#player .where")
    expect(where).to_contain_text(chapter)
    expect(where).to_contain_text(time)
    page.mouse.move(10, 10)
    expect(pointed).to_have_count(0)


@pytest.mark.parametrize("device", [PHONE, DESKTOP], ids=str)
def test_an_address_without_a_night_has_a_name_and_a_way_home(
    server: RunningServer, screens: Screens, device: Device
) -> None:
    screens.expect("status of 404|Unexpected response code: 404")
    page = screens.open(f"{server.url}/no-such-night", device)
    expect(page.get_by_role("heading")).to_have_text("There is no ceremony at this address.")
    rest(page)
    assert findings(page) == []
    middle: float = page.locator("h1").evaluate(
        "(text) => { const { left, right } = text.getBoundingClientRect();"
        " return (left + right) / 2; }"
    )
    assert middle == pytest.approx(device.width / 2, abs=2)
    page.get_by_role("link", name="Awards night", exact=True).click()
    expect(page.get_by_role("heading", name="Awards night, live and replayed")).to_be_visible()
