import re
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest
from playwright.sync_api import Page, expect

from browsing import PATIENCE, PHONE, Screens, until
from onscreen import shown, written
from producer import Producer
from servers import ForkedServer, RunningServer

pytestmark = pytest.mark.browser

expect.set_options(timeout=1000 * PATIENCE)

MIDNIGHT: Final = 121
OFFLINE: Final = re.compile(r"^\s*Offline, data from \d\d:\d\d\s*$")
UNREACHABLE: Final = "ERR_CONNECTION_REFUSED|ERR_INTERNET_DISCONNECTED|ERR_FAILED|WebSocket"
ENTRIES: Final = """async () => {
  const found = {};
  for (const name of await caches.keys()) {
    const keys = await (await caches.open(name)).keys();
    found[name.split(' ')[0]] = keys.map(({ url }) => new URL(url).pathname);
  }
  return found;
}"""
"""The paths in each cache, by the first word of its name."""

Installed = Callable[..., Page]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with ForkedServer(tmp_path_factory.mktemp("installed"), TRACKER_SHOW_REHEARSALS="1") as running:
        yield running


@pytest.fixture(scope="module")
def night(server: RunningServer) -> Iterator[Producer]:
    with Producer(server, "oscars-97") as producer:
        producer.play(MIDNIGHT)
        yield producer


@pytest.fixture
def installed(server: RunningServer, screens: Screens) -> Installed:
    """Open a page, and return it once its worker looks after it."""

    def go(path: str, **how: Any) -> Page:
        screens.expect(UNREACHABLE)
        page = screens.open(f"{server.url}{path}", service_workers="allow", **how)
        taken_over(page)
        return page

    return go


def taken_over(page: Page) -> None:
    until(page, lambda: page.evaluate("navigator.serviceWorker.controller !== null"), expected=True)


def entries(page: Page) -> dict[str, list[str]]:
    found: dict[str, list[str]] = page.evaluate(ENTRIES)
    return found


def test_without_a_server_the_night_opens_as_it_was_and_goes_on_when_it_is_back(
    server: RunningServer, night: Producer, installed: Installed
) -> None:
    page = installed(f"/{night.ceremony}", fake_clock=True)
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    night.play(night.version + 2)  # which come by the socket alone
    last = written(night.board())
    until(page, lambda: shown(page), last)

    server.stop()
    try:
        page.reload()
        expect(page.locator(".pill")).to_have_text(OFFLINE)
        until(page, lambda: shown(page), last)
        assert page.get_by_role("alert").count() == 0, "while it is no older than a minute"
        page.clock.fast_forward("01:30")
        expect(page.get_by_role("alert")).to_contain_text("You are offline. What you see is from")
        # A page of the night that was not open before, and the list of the nights.
        page.goto(f"{server.url}/{night.ceremony}/films/anora")
        expect(page.get_by_role("heading", name="Anora").first).to_be_visible()
        page.goto(server.url)
        expect(page.get_by_role("heading", name="97th Academy Awards").first).to_be_visible()
        expect(page.get_by_text(OFFLINE)).to_be_visible()
        page.go_back()
        page.go_back()
        expect(page.locator(".pill")).to_have_text(OFFLINE)
    finally:
        server.start()
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
    night.next()
    until(page, lambda: shown(page), written(night.board()))


def test_in_a_language_of_choice_it_opens_without_a_server_too(
    server: RunningServer, night: Producer, installed: Installed
) -> None:
    page = installed(f"/{night.ceremony}?lang=es", device=PHONE)
    expect(page.get_by_text("En directo", exact=True)).to_be_visible()
    page.context.set_offline(True)
    server.stop()
    try:
        page.reload()
        expect(page.locator(".pill")).to_contain_text("Sin conexión, datos de")
        assert page.locator("html").get_attribute("lang") == "es"
    finally:
        server.start()


def test_only_what_everybody_may_read_is_kept_and_not_too_much_of_it(
    server: RunningServer, night: Producer, screens: Screens, installed: Installed
) -> None:
    page = installed(f"/{night.ceremony}")
    page.evaluate(
        """async () => {
          await caches.open('assets of an older build');
          await (await navigator.serviceWorker.ready).unregister();
        }"""
    )
    page.reload()
    taken_over(page)
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    page.evaluate(
        """async ([id, authorization]) => {
          const headers = { Authorization: authorization };
          const of = `/api/ceremonies/${id}`;
          for (const path of [`${of}/log`, '/api/tokens', of, `${of}/board?at=7`]) {
            await fetch(path, { headers });
          }
          for (const path of ['/console', '/metrics', `${of}/events`]) await fetch(path);
          const stream = await fetch(`${of}/live`, { headers: { Accept: 'text/event-stream' } });
          await stream.body.cancel();
          for (let at = 1; at <= 121; at += 1) await fetch(`${of}/board?at=${at}`);
        }""",
        [night.ceremony, server.headers["Authorization"]],
    )
    screens.expect("404")  # the page that follows is there only where a console is built
    page.goto(f"{server.url}/console")
    page.goto(f"{server.url}/{night.ceremony}/winners")
    until(page, lambda: len(entries(page)["data"]), 120)
    since_then = ["/", f"/{night.ceremony}/winners"]
    until(page, lambda: sorted(entries(page)["pages"]), since_then)
    kept = entries(page)
    assert set(kept) == {"assets", "pages", "data"}
    assert page.evaluate("caches.has('assets of an older build')") is False
    public = r"/api/ceremonies(/[a-z0-9-]+(/board|/frames/[\w-]+/\d+)?)?"
    assert [path for path in kept["data"] if not re.fullmatch(public, path)] == []
    assert all(path.startswith("/static/assets/") for path in kept["assets"])


def test_the_page_says_how_it_is_installed(server: RunningServer, screens: Screens) -> None:
    page = screens.open(server.url)
    address = page.locator("link[rel=manifest]").get_attribute("href")
    answer = page.request.get(f"{server.url}{address}")
    assert answer.headers["content-type"] == "application/manifest+json"
    manifest = answer.json()
    assert manifest["name"] == page.title()
    assert (manifest["start_url"], manifest["display"]) == ("/", "standalone")
    assert {"any", "maskable"} == {icon.get("purpose", "any") for icon in manifest["icons"]}
    touch = page.locator("link[rel=apple-touch-icon]").get_attribute("href")
    assert touch is not None
    assert page.request.get(f"{server.url}{touch}").headers["content-type"] == "image/png"
    for icon in manifest["icons"]:
        image = page.request.get(f"{server.url}{icon['src']}")
        assert (image.status, image.headers["content-type"]) == (200, icon["type"]), icon


def test_in_somebody_elses_frame_nothing_is_installed(
    server: RunningServer, night: Producer, screens: Screens
) -> None:
    screens.expect("404")  # a plain document has no icon
    page = screens.open(
        f"{server.url}/schema/openapi.json", service_workers="allow", bypass_csp=True
    )
    page.set_content(f"<iframe src='{server.url}/{night.ceremony}/embed'></iframe>")
    expect(page.frame_locator("iframe").locator("#app *").first).to_be_visible()
    page.wait_for_timeout(500)
    assert (
        page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0
    )


def test_what_was_never_opened_says_so_without_a_connection_and_leads_home(
    server: RunningServer, night: Producer, installed: Installed
) -> None:
    page = installed(f"/{night.ceremony}")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    page.context.set_offline(True)
    server.stop()
    try:
        page.goto(f"{server.url}/oscars-89")
        expect(page.get_by_role("heading", level=1)).to_contain_text(
            "was not opened on this device"
        )
        expect(page.locator("main")).to_have_attribute("aria-busy", "false")
        # The server writes this page as a whole; the board has the winners as well.
        page.goto(f"{server.url}/{night.ceremony}/winners")
        expect(page.locator(".pill")).to_have_text(OFFLINE)
        page.goto(f"{server.url}/oscars-89")
        page.get_by_role("link", name="All ceremonies").click()
        expect(page.get_by_role("heading", name="97th Academy Awards").first).to_be_visible()
    finally:
        server.start()
        page.context.set_offline(False)


def test_a_tapped_notification_leads_to_its_night(night: Producer, installed: Installed) -> None:
    page = installed(f"/{night.ceremony}")
    worker = page.context.service_workers[0]
    focused = worker.evaluate(
        """async (path) => {
          const came = [];
          WindowClient.prototype.focus = async function () { came.push(this.url); return this; };
          self.clients.openWindow = async (url) => void came.push(`opened ${url}`);
          for (const data of [path, '/oscars-89']) {
            const notification = { data, close: () => came.push('closed') };
            const event = new ExtendableEvent('notificationclick');
            event.notification = notification;
            const waits = [];
            event.waitUntil = (promise) => waits.push(promise);
            self.dispatchEvent(event);
            await Promise.all(waits);
          }
          return came;
        }""",
        f"/{night.ceremony}",
    )
    assert focused == ["closed", page.url, "closed", "opened /oscars-89"]
