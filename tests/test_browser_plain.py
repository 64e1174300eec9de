import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Page, expect

from browsing import (
    DESKTOP,
    PHONE,
    Device,
    Screens,
    in_both_themes,
    rest,
    until,
)
from producer import Producer
from servers import ForkedServer, RunningServer

pytestmark = pytest.mark.browser

CORRECTED = 141
"""The version of the 89th with which Moonlight takes the place of La La Land."""
SCRIPTS_OFF = r"/static/assets/.*\.js: csp"
"""How Chromium tells that it fetched no script, where none are run."""
A4, LETTER = (595, 842), (612, 792)
"""Points."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with ForkedServer(tmp_path_factory.mktemp("plain")) as running:
        yield running


@pytest.fixture(scope="module")
def producer(server: RunningServer) -> Iterator[Producer]:
    with Producer(server, "oscars-97") as posting:
        posting.play(134)
        posting.post(type="result-put-under-review", category="cinematography")
        yield posting


def test_without_scripts_a_board_shows_the_winners_of_its_moment(
    server: RunningServer, producer: Producer, screens: Screens
) -> None:
    screens.expect(SCRIPTS_OFF)
    page = screens.open(f"{server.url}/oscars-97", java_script_enabled=False)
    award = page.locator("#best-picture")
    expect(award.get_by_text("Anora", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name="97th Academy Awards")).to_be_visible()
    page.goto(f"{server.url}/oscars-89?at={CORRECTED - 3}")
    expect(award.get_by_text("La La Land", exact=True)).to_be_visible()
    page.goto(f"{server.url}/oscars-89?at={CORRECTED}")
    expect(award.get_by_text("Moonlight", exact=True)).to_be_visible()
    expect(award.get_by_text("Corrected")).to_be_visible()
    page.goto(producer.url)
    expect(page.locator("#cinematography").get_by_text("Under review")).to_be_visible()
    expect(award).to_have_count(0)
    page.get_by_role("link", name="All winners and nominees").click()
    expect(award.get_by_text("Nominees")).to_be_attached()


def test_without_scripts_the_index_page_leads_to_the_winners(
    server: RunningServer, screens: Screens
) -> None:
    screens.expect(SCRIPTS_OFF)
    page = screens.open(server.url, PHONE, java_script_enabled=False)
    page.get_by_role("link", name="89th Academy Awards").click()
    expect(page).to_have_url(f"{server.url}/oscars-89/winners")
    expect(page.locator("#best-picture").get_by_text("Moonlight", exact=True)).to_be_visible()
    page.get_by_role("link", name="Español").click()
    expect(page.get_by_text("Mejor película", exact=True)).to_be_visible()


@pytest.mark.parametrize("device", [PHONE, DESKTOP], ids=str)
def test_axe_finds_nothing_on_the_winners_page(
    server: RunningServer, producer: Producer, screens: Screens, device: Device
) -> None:
    page = screens.open("about:blank", device)
    for address in (
        f"{server.url}/oscars-89/winners?at={CORRECTED}",
        f"{server.url}/oscars-97/winners?lang=es",
        f"{producer.url}/winners",
    ):
        page.goto(address)
        assert in_both_themes(page) == [], address


def test_the_winners_page_never_scrolls_sideways(server: RunningServer, screens: Screens) -> None:
    page = screens.open(f"{server.url}/oscars-89/winners?lang=es")
    for width in (320, 390, 720, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        rest(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_winners_page_is_set_in_the_typefaces_of_the_board(
    server: RunningServer, screens: Screens
) -> None:
    page = screens.open(f"{server.url}/oscars-97/winners")
    rest(page)
    loaded = "[...document.fonts].filter((face) => face.status === 'loaded').map((f) => f.family)"
    own = {"Fraunces", "Inter"}
    until(page, lambda: own & set(page.evaluate(loaded)), own)


def test_the_winners_page_prints_in_black_on_white_on_a_few_sheets(
    server: RunningServer, screens: Screens
) -> None:
    page = screens.open(f"{server.url}/oscars-89/winners", theme="dark")
    rest(page)
    for paper, size in (("A4", A4), ("Letter", LETTER)):
        printed = page.pdf(format=paper)
        boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", printed)
        for box in boxes:
            assert [float(side) for side in box] == pytest.approx(size, abs=1)
        assert 2 <= len(boxes) <= 4, paper
    page.emulate_media(media="print")
    assert colour(page, "html", "backgroundColor") == "rgb(255, 255, 255)"
    assert colour(page, "h1", "color") == "rgb(27, 23, 32)"
    expect(page.get_by_role("link", name="All ceremonies")).to_be_hidden()
    expect(page.get_by_text(f"{server.url}/oscars-89/winners")).to_be_visible()
    parted = (
        "[...document.querySelectorAll('.award')].every((award) => "
        "getComputedStyle(award).breakInside === 'avoid')"
    )
    assert page.evaluate(parted), "no award is torn apart by the end of a sheet"


def colour(page: Page, of: str, name: str) -> str:
    found: str = page.locator(of).evaluate(f"(each) => getComputedStyle(each).{name}")
    return found


@contextmanager
def elsewhere(html: str) -> Iterator[str]:
    """Serve a page of another origin, and return its address."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_: object) -> None:
            """Keep the tests' own output clean."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as serving:
        thread = Thread(target=serving.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{serving.server_port}/"
        finally:
            serving.shutdown()
            thread.join()


def test_another_page_may_frame_the_embedded_board_and_no_other(
    server: RunningServer, screens: Screens
) -> None:
    screens.expect("frame-ancestors|ERR_BLOCKED_BY_RESPONSE")
    addresses = (f"{server.url}/oscars-97/embed", f"{server.url}/oscars-97")
    frames = "".join(f'<iframe src="{address}"></iframe>' for address in addresses)
    with elsewhere(f"<!doctype html><title>Elsewhere</title>{frames}") as address:
        page = screens.open(address)
        embedded, refused = (page.frame_locator("iframe").nth(each) for each in (0, 1))
        expect(embedded.locator("#app")).to_be_attached()
        expect(refused.locator("#app")).to_have_count(0)
