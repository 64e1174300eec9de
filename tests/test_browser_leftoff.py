"""A replay that is reloaded, left and come back to shows nothing that its viewer has not seen."""

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from browsing import Screens
from servers import ForkedServer, RunningServer

pytestmark = pytest.mark.browser

MOMENTS = (80, 86, 93, 97, 104, 111, 118, 126, 133, 140)
HIDE = """() => {
  Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
}"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with ForkedServer(tmp_path_factory.mktemp("left-off")) as running:
        yield running


@pytest.fixture(scope="module")
def announced(server: RunningServer) -> list[tuple[int, str]]:
    """Return, by version, the name of the category whose result it told."""
    address = f"{server.url}/api/ceremonies/oscars-97"
    events = httpx.get(f"{address}/events?limit=500").json()["events"]
    categories = httpx.get(f"{address}/board").json()["categories"]
    return [
        (each["version"], categories[each["event"]["category"]]["name"])
        for each in events
        if each["event"]["type"] == "winner-announced"
    ]


def version_of(page: Page) -> int:
    found = re.search(r"[?&]at=(\d+)", page.url)
    assert found, page.url
    return int(found[1])


def told(page: Page) -> list[str]:
    """Return the names of the categories whose result the page tells."""
    names: list[str] = page.locator(".card.awarded .name").all_inner_texts()
    return names


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_reload_while_playing_leads_back_and_shows_no_later_result(
    server: RunningServer, screens: Screens, announced: list[tuple[int, str]], moment: int
) -> None:
    page = screens.open(f"{server.url}/oscars-97?at={moment}")
    page.locator("#player").get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function(
        "at => Number(new URL(location).searchParams.get('at')) > at", arg=moment
    )
    before = version_of(page)
    page.reload()
    expect(page.locator("#player").get_by_role("button", name="Play", exact=True)).to_be_visible()
    after = version_of(page)
    assert moment <= after <= before
    later = {category for version, category in announced if version > before}
    shown = set(told(page))
    awarded = {category for version, category in announced if version <= moment}
    assert awarded <= shown, "what was awarded before stands on the page"
    assert not shown & later


def test_who_comes_back_by_the_bare_address_stands_where_they_left_off(
    server: RunningServer, screens: Screens
) -> None:
    page = screens.open(f"{server.url}/oscars-97?at=97")
    expect(page.locator("#player").get_by_role("button", name="Play", exact=True)).to_be_visible()
    page.keyboard.press(".")
    expect(page).to_have_url(f"{server.url}/oscars-97?at=98")
    page.goto(f"{server.url}/oscars-97")
    expect(page).to_have_url(f"{server.url}/oscars-97?at=98")
    page.get_by_role("button", name="To the end").click()
    expect(page).to_have_url(f"{server.url}/oscars-97")
    # Asked for by mistake, there is a way back; and whoever has seen the end is not held back.
    back = page.get_by_role("button", name="Back to")
    expect(back).to_be_visible()
    page.goto(f"{server.url}/oscars-97")
    expect(page.locator("#player").get_by_role("button", name="Replay")).to_be_visible()
    expect(page).to_have_url(f"{server.url}/oscars-97")


def test_the_way_back_from_the_end_leads_to_where_one_stood(
    server: RunningServer, screens: Screens
) -> None:
    page = screens.open(f"{server.url}/oscars-97?at=97")
    expect(page.locator("#player").get_by_role("button", name="Play", exact=True)).to_be_visible()
    page.keyboard.press("End")
    page.get_by_role("button", name="Back to").click()
    expect(page).to_have_url(f"{server.url}/oscars-97?at=97")


def test_a_replay_waits_in_a_tab_that_is_not_seen(server: RunningServer, screens: Screens) -> None:
    page = screens.open(f"{server.url}/oscars-97?at=97")
    page.locator("#player").get_by_role("button", name="Play", exact=True).click()
    expect(page.locator("#player").get_by_role("button", name="Pause", exact=True)).to_be_visible()
    page.evaluate(HIDE)
    expect(page.locator("#player").get_by_role("button", name="Play", exact=True)).to_be_visible()
    stood = version_of(page)
    page.wait_for_timeout(1500)
    assert version_of(page) == stood
