from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from browsing import PATIENCE, Screens, notes, stop_clock, until
from onscreen import shown, written
from producer import Producer
from servers import ForkedServer, RunningServer
from wire import Cut, CuttableWire

pytestmark = pytest.mark.browser

expect.set_options(timeout=1000 * PATIENCE)

CUT = 40
"""Seconds without a network."""
PROGRAMME = 74
"""How many events there are before the show."""
STALE = 25
LOST = 60


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with ForkedServer(tmp_path_factory.mktemp("offline")) as running:
        yield running


@pytest.fixture
def night(server: RunningServer) -> Iterator[Producer]:
    with Producer(server, "oscars-97") as producer:
        producer.play(121)
        yield producer


@pytest.fixture
def wire(server: RunningServer) -> Iterator[CuttableWire]:
    with CuttableWire(server.port) as laid:
        yield laid


def live(screens: Screens, wire: CuttableWire, night: Producer) -> Page:
    screens.expect("WebSocket connection to .* failed")
    screens.expect("Failed to load resource: net::ERR_|net::ERR_")
    page = screens.open(f"{wire.url}/{night.ceremony}", fake_clock=True)
    until(page, lambda: shown(page), written(night.board()))
    expect(page.get_by_role("banner")).to_contain_text("Live")
    stop_clock(page)
    return page


def seconds(page: Page, count: int) -> None:
    """Let so many seconds pass on the page, with time for the network in each."""
    for _ in range(count):
        page.clock.run_for(1000)
        page.wait_for_timeout(10)


def place(page: Page) -> int:
    """Return at which event of the show the page stands, of as many as it has."""
    told = page.get_by_role("slider").get_attribute("aria-valuetext") or ""
    found = re.search(r"event (\d+) of", told)
    assert found is not None, told
    return int(found[1])


def recovered(page: Page, night: Producer) -> bool:
    """Let the page's clock run a little, and see whether the page has caught up."""
    page.clock.run_for(250)
    trouble = page.get_by_role("banner").get_by_text("Reconnecting").count()
    return trouble == 0 and shown(page) == written(night.board())


@pytest.mark.parametrize("how", ["silent", "refused"])
def test_a_night_whose_network_is_cut_tells_its_age_and_recovers(
    screens: Screens, wire: CuttableWire, night: Producer, how: Cut
) -> None:
    page = live(screens, wire, night)
    before = written(night.board())
    wire.cut(how)
    night.play(134)
    seconds(page, STALE - 5)
    expect(page.get_by_role("banner")).not_to_contain_text("Reconnecting")
    seconds(page, CUT - STALE + 5)
    banner = page.get_by_role("banner")
    expect(banner).to_contain_text(re.compile(r"Reconnecting, data from \d\d:\d\d:\d\d"))
    assert shown(page) == before, "what was known stays on the page"
    wire.mend()
    until(page, lambda: recovered(page, night), expected=True)
    expect(banner).to_contain_text("Live")
    assert notes(page, "spoken") == [], "nothing is announced that was caught up with"

    night.play(138)
    until(page, lambda: recovered(page, night), expected=True)


def test_after_a_minute_a_banner_says_so_until_all_is_caught_up(
    screens: Screens, wire: CuttableWire, night: Producer
) -> None:
    page = live(screens, wire, night)
    wire.cut("refused")
    night.play(130)
    seconds(page, LOST + 2)
    expect(page.get_by_role("alert")).to_contain_text("No connection to the tracker")
    wire.mend()
    until(page, lambda: recovered(page, night), expected=True)
    expect(page.get_by_role("alert")).to_have_count(0)


def test_who_replays_while_the_network_is_cut_notices_nothing_until_they_come_back_to_live(
    screens: Screens, wire: CuttableWire, night: Producer
) -> None:
    page = live(screens, wire, night)
    at_the_head = place(page)
    page.keyboard.press("5")
    until(page, lambda: place(page) != at_the_head, expected=True)
    middle = written(night.board(at=PROGRAMME + place(page)))
    until(page, lambda: shown(page), middle)
    wire.cut("silent")
    night.play(130)
    for key in (".", ",", "]", "5"):
        page.keyboard.press(key)
    until(page, lambda: shown(page), middle)
    wire.mend()
    page.get_by_role("button", name="Back to live").click()
    until(page, lambda: recovered(page, night), expected=True)
