"""What a page does where a browser, or the way to the server, does less than usual."""

import re
from collections.abc import Iterator
from typing import Final

import httpx
import pytest
from playwright.sync_api import Page, expect

from browsing import PATIENCE, Screens, stop_clock, until
from consoles import Console, Office
from onscreen import shown, written
from producer import Producer
from servers import ForkedServer, RunningServer

pytestmark = pytest.mark.browser

expect.set_options(timeout=1000 * PATIENCE)

STALE: Final = 25
LOST: Final = 60

REFUSED_SOCKETS: Final = """
window.WebSocket = class { constructor() { throw new DOMException('no', 'SecurityError'); } };
"""
SOCKETS: Final = {
    "refused by the browser": REFUSED_SOCKETS,
    "closed at once": """
window.WebSocket = class {
  constructor() { setTimeout(() => this.onclose?.({ code: 1006, reason: '' })); }
  close() {}
};""",
    "silent for ever": "window.WebSocket = class { close() {} };",
}
REFUSED: Final = {
    "storage": """
for (const name of ['localStorage', 'sessionStorage', 'indexedDB', 'caches']) {
  Object.defineProperty(window, name, { get() { throw new DOMException('no', 'SecurityError'); } });
}""",
    "room in the storage": """
Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };""",
    "the question for a worker": """
Object.defineProperty(Navigator.prototype, 'serviceWorker', {
  get() { throw new DOMException('no', 'SecurityError'); },
});""",
    "a worker": """
Object.defineProperty(Navigator.prototype, 'serviceWorker', { get: () => undefined });""",
    "notifications and sound": "delete window.Notification; delete window.AudioContext;",
    "the question for notifications": """
Object.defineProperty(window, 'Notification', {
  get() { throw new DOMException('no', 'SecurityError'); },
});""",
    "a lock on the screen": """
Object.defineProperty(Navigator.prototype, 'wakeLock', {
  get() { throw new DOMException('no', 'SecurityError'); },
});""",
    "channels between tabs, and sockets": f"""
{REFUSED_SOCKETS}
window.BroadcastChannel = class {{
  constructor() {{ throw new DOMException('no', 'SecurityError'); }}
}};""",
    "addresses of its own": """
for (const name of ['pushState', 'replaceState']) {
  history[name] = () => { throw new DOMException('no', 'SecurityError'); };
}""",
}
PAGES: Final = {
    "": ".hero",
    "/tv": "main header",
    "/embed": "main header",
    "/overlay": "main .plate",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with ForkedServer(tmp_path_factory.mktemp("blocked")) as running:
        yield running


@pytest.fixture
def night(server: RunningServer) -> Iterator[Producer]:
    with Producer(server, "oscars-97") as producer:
        producer.play(121)
        yield producer


@pytest.fixture
def office(server: RunningServer) -> Iterator[Office]:
    opened = Office(server)
    yield opened
    opened.close()


def without(screens: Screens, script: str, url: str, *, fake_clock: bool = False) -> Page:
    """Open a page in a browser in which a script has run before it."""
    page = screens.open("about:blank", fake_clock=fake_clock)
    page.add_init_script(script)
    page.goto(url)
    return page


def expect_broken_lines(screens: Screens) -> None:
    screens.expect("WebSocket connection to .* failed")
    screens.expect("Failed to load resource: net::ERR_|net::ERR_")


@pytest.mark.parametrize("how", SOCKETS)
def test_a_board_without_sockets_follows_by_the_event_stream(
    screens: Screens, night: Producer, how: str
) -> None:
    page = without(screens, SOCKETS[how], night.url)
    expect(page.get_by_role("banner")).to_contain_text("Live")
    until(page, lambda: shown(page), written(night.board()))
    night.play(134)
    until(page, lambda: shown(page), written(night.board()))
    heads = [url for url in screens.requests if url.endswith(f"/api/ceremonies/{night.ceremony}")]
    assert len(heads) < 5, "nobody has to ask again and again where a stream stays open"


def test_every_screen_follows_where_neither_sockets_nor_streams_get_through(
    screens: Screens, night: Producer
) -> None:
    expect_broken_lines(screens)
    pages: list[Page] = []
    for path in PAGES:
        page = screens.open("about:blank")
        page.add_init_script(REFUSED_SOCKETS)
        page.route(re.compile("/live"), lambda route: route.abort())
        page.goto(night.url + path)
        pages.append(page)
    board = pages[0]
    expect(board.get_by_role("banner")).to_contain_text("Live")
    night.play(134)
    until(board, lambda: shown(board), written(night.board()))
    for page in pages[1:]:
        expect(page.locator("main")).to_contain_text("The Brutalist")
    for page in pages:
        expect(page.get_by_text("Reconnecting")).to_have_count(0)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_whose_connection_never_opens_says_how_old_it_is(
    screens: Screens, night: Producer, path: str
) -> None:
    expect_broken_lines(screens)
    page = screens.open("about:blank", fake_clock=True)
    page.add_init_script(SOCKETS["silent for ever"])
    page.route(re.compile("/live"), lambda _: None)
    page.goto(night.url + path)
    expect(page.locator(PAGES[path]).first).to_be_visible()
    page.route(re.compile("/api/"), lambda _: None)
    stop_clock(page)
    for _ in range(STALE + 12):
        page.clock.run_for(1000)
    expect(page.get_by_text(re.compile(r"Reconnecting, data from \d\d:\d\d")).first).to_be_visible()
    for _ in range(LOST - STALE):
        page.clock.run_for(1000)
    if path in ("", "/embed"):
        expect(page.get_by_role("alert")).to_contain_text("No connection to the tracker")
    else:
        expect(page.get_by_text(re.compile(r"from \d\d:\d\d|No connection")).first).to_be_visible()


@pytest.mark.parametrize("what", REFUSED)
def test_every_page_opens_where_the_browser_refuses(
    screens: Screens, night: Producer, what: str
) -> None:
    for path, ready in PAGES.items():
        page = without(screens, REFUSED[what], night.url + path)
        expect(page.locator(ready).first).to_be_visible()
    index = without(screens, REFUSED[what], night.url.rsplit("/", 1)[0])
    expect(index.get_by_role("heading", level=1)).to_be_visible()


def test_the_sixth_desk_of_a_browser_can_post(
    screens: Screens, office: Office, server: RunningServer
) -> None:
    """Over HTTP/1.1 a browser has six connections for a server; each desk keeps a stream open."""
    night = office.rehearse("oscars-97")
    token = office.token("ada")["token"]
    first = screens.open(f"{server.url}/console/{night}")
    first.locator("input[type=password]").fill(token)
    first.keyboard.press("Enter")
    expect(first.locator(".desk")).to_be_visible()
    context = first.context
    kept = first.evaluate("Object.entries(sessionStorage)")
    context.add_init_script(f"for (const [k, v] of {kept!r}) sessionStorage.setItem(k, v);")
    desks = [first]
    for _ in range(6):
        page = context.new_page()
        page.set_default_timeout(1000 * PATIENCE)
        page.goto(f"{server.url}/console/{night}")
        desks.append(page)
    for page in desks:
        expect(page.locator("header .link")).to_have_text(re.compile("ago"))
    Console(desks[-1]).start()
    for page in desks:
        expect(page.locator("header .phase")).to_have_text("Live")
        expect(page.locator("aside ol li .who strong").first).to_have_text("ada")


def test_a_page_that_one_goes_back_to_catches_up(screens: Screens, night: Producer) -> None:
    page = screens.open(night.url)
    until(page, lambda: shown(page), written(night.board()))
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
    night.play(134)
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    until(page, lambda: shown(page), written(night.board()))
    expect(page.get_by_role("banner")).to_contain_text("Live")


def test_the_head_is_small_enough_to_be_asked_for_again_and_again(night: Producer) -> None:
    url = night.url.replace(f"/{night.ceremony}", f"/api/ceremonies/{night.ceremony}")
    first = httpx.get(url)
    again = httpx.get(url, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "Date" in again.headers, "by which a page knows the time of the server"


# The device's clock is wrong by so many seconds.
_SHIFT: Final = """(() => {
  const off = 1000 * %d, Real = Date, now = () => Real.now() + off;
  window.Date = class extends Real {
    constructor(...given) { if (given.length) super(...given); else super(now()); }
    static now() { return now(); }
  };
})()"""


@pytest.mark.parametrize("off", [-600, 7200])
def test_the_clock_on_the_television_is_the_servers(
    screens: Screens, night: Producer, off: int
) -> None:
    page = without(screens, _SHIFT % off, f"{night.url}/tv")
    clock = page.locator("header .clock time")

    def wrong_by() -> bool:
        shown_at: float = page.evaluate("() => Date.parse(document.querySelector('time').dateTime)")
        real: float = page.evaluate(f"Date.now() - {1000 * off}")
        return abs(shown_at - real) > 5000

    expect(clock).to_be_visible()
    until(page, wrong_by, expected=False)
