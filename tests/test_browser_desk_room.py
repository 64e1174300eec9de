"""The desk with the longest titles, casts and categories, and a producer who is not disturbed."""

from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Locator, Page, Route, expect

from browsing import Device, Screens, until
from consoles import Console, Office, at_desk
from hostile_night import hostile_programme
from servers import ForkedServer, RunningServer

pytestmark = pytest.mark.browser

WIDTHS = [(320, 640), (390, 844), (768, 1024), (1024, 768), (1280, 800), (1366, 768), (1440, 900)]

# Each control of the desk that is on the screen: is its text cut, does another one lie over it?
CROWDED = """() => {
  const found = [];
  const seen = (e) => e.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const controls = [...document.querySelectorAll(
    '.desk :is(button, input, select, a)')].filter(seen);
  for (const control of controls) {
    const box = control.getBoundingClientRect();
    const said = (control.innerText || control.ariaLabel || control.tagName).slice(0, 60);
    if (box.right > innerWidth + 1 || box.left < -1) found.push(`outside: ${said}`);
    if (control.scrollWidth > control.clientWidth + 2) found.push(`too wide inside: ${said}`);
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    if (x < 0 || y < 0 || x > innerWidth || y > innerHeight) continue;
    const part = control.closest('.desk > *').getBoundingClientRect();
    if (y < part.top || y > part.bottom) continue;  // scrolled out of its part
    const top = document.elementFromPoint(x, y);
    const mine = top && (control.contains(top) || top.contains(control));
    if (!mine && !control.closest('label')?.contains(top)) found.push(`covered: ${said}`);
  }
  const root = document.documentElement;
  if (root.scrollWidth > innerWidth) found.push(`the page is ${root.scrollWidth} px wide`);
  for (const part of document.querySelectorAll('.desk > *')) {
    if (seen(part) && part.scrollWidth > part.clientWidth + 1)
      found.push(`${part.className || part.tagName} scrolls sideways`);
  }
  return found;
}"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with ForkedServer(tmp_path_factory.mktemp("room"), TRACKER_BUNDLED="0") as running:
        yield running


@pytest.fixture(scope="module")
def office(server: RunningServer) -> Iterator[Office]:
    opened = Office(server)
    programme = hostile_programme("long", "2031-05-01T19:00:00.000Z")
    httpx.post(
        f"{server.url}/api/ceremonies", json=programme, headers=server.headers, timeout=30
    ).raise_for_status()
    yield opened
    opened.close()


@pytest.fixture
def night(office: Office) -> str:
    night = office.rehearse("long")
    office.post(night, type="ceremony-started")
    return night


def crowded(page: Page) -> list[str]:
    found: list[str] = page.evaluate(CROWDED)
    return found


def height(locator: Locator) -> float:
    box = locator.bounding_box()
    assert box is not None
    return box["height"]


@pytest.mark.parametrize(("width", "tall"), WIDTHS)
def test_every_control_has_room_whatever_it_names(
    office: Office, screens: Screens, night: str, width: int, tall: int
) -> None:
    office.post(night, type="presenting-began", category="category-0")
    nominees = ["category-0/work-0", "category-0/work-1"]
    office.post(night, type="winner-announced", category="category-0", nominees=nominees)
    device = Device("room", width, tall, phone=width < 768)
    desk = at_desk(screens, office, night, office.token("ada")["token"], device)
    page = desk.page
    # After publishing: the undo names a tie of the longest titles beside the next category.
    expect(page.get_by_role("button", name="Undo:")).to_be_visible()
    go = page.locator(".bar .go")
    expect(go).to_contain_text("Presenting now")
    assert height(go) <= 120
    assert crowded(page) == []
    # A pick of the longest cast, its review, and the reason of a correction.
    page.keyboard.press("p")
    expect(desk.status).to_have_text("Presenting now")
    assert crowded(page) == []
    page.keyboard.press("2")
    page.keyboard.press("Shift+Digit1")
    expect(desk.picked).to_have_count(2)
    assert crowded(page) == []
    page.keyboard.press("Enter")
    expect(desk.publish).to_be_visible()
    assert crowded(page) == []
    desk.post()
    page.keyboard.press("r")
    expect(desk.status).to_have_text("Under review")
    page.keyboard.press("3")
    page.keyboard.press("Enter")
    expect(page.locator("#reason")).to_be_visible()
    assert crowded(page) == []


def disturb(office: Office, night: str, page: Page) -> None:
    """Let something happen on the night, which is told as every heartbeat is, and wait for it."""
    text = f"It rains, {uuid4()}."
    office.post(night, type="moment-noted", kind="note", text=text)
    page.wait_for_function(
        "(text) => document.querySelector('aside').textContent.includes(text)", arg=text
    )


@pytest.fixture
def drafting(office: Office, screens: Screens, night: str) -> Console:
    """Be at a phone's desk with a pick, on the tab of the log."""
    device = Device("phone", 390, 844, phone=True)
    desk = at_desk(screens, office, night, office.token("ada")["token"], device)
    desk.press("p")
    expect(desk.status).to_have_text("Presenting now")
    desk.pick(["2"])
    return desk


def test_a_draft_takes_nobody_back_from_the_tab_that_was_chosen(
    office: Office, night: str, drafting: Console
) -> None:
    page = drafting.page
    page.get_by_role("button", name="Log", exact=True).click()
    expect(page.locator("aside")).to_be_visible()
    for _ in range(3):
        disturb(office, night, page)
        expect(page.locator("aside")).to_be_visible()
    expect(page.locator(".desk")).to_have_attribute("data-tab", "log")


def test_what_happens_elsewhere_moves_no_scroll(
    office: Office, screens: Screens, night: str
) -> None:
    device = Device("small", 1024, 420)
    desk = at_desk(screens, office, night, office.token("ada")["token"], device)
    page = desk.page
    desk.press("p")
    expect(desk.status).to_have_text("Presenting now")
    desk.pick(["2"])
    desk.review()
    parts = [".show", "main", "aside"]
    for part in parts:
        page.locator(part).evaluate("e => e.scrollTo({ top: 150 })")
    before = [page.locator(part).evaluate("e => e.scrollTop") for part in parts]
    assert all(top > 0 for top in before)
    disturb(office, night, page)
    assert [page.locator(part).evaluate("e => e.scrollTop") for part in parts] == before


def test_a_review_takes_the_focus_out_of_no_text_field(
    office: Office, screens: Screens, night: str
) -> None:
    desk = at_desk(screens, office, night, office.token("ada")["token"])
    page = desk.page
    desk.press("p")
    expect(desk.status).to_have_text("Presenting now")
    desk.pick(["2"])
    asked: list[Route] = []

    def hold(route: Route) -> None:
        asked.append(route)

    page.route("**/events?dry_run=true", hold)
    page.keyboard.press("Enter")
    page.locator("#moment-text").focus()
    page.keyboard.type("It rains")
    until(page, lambda: len(asked), 1)
    asked[0].continue_()
    expect(desk.publish).to_be_visible()
    page.keyboard.type(" and pours")
    expect(page.locator("#moment-text")).to_have_value("It rains and pours")
    assert office.said(night, "winner-announced") == []


def test_presenting_and_reviewing_are_undone_by_name(
    office: Office, screens: Screens, night: str
) -> None:
    desk = at_desk(screens, office, night, office.token("ada")["token"])
    undo = desk.page.get_by_role("button", name="Undo:")
    desk.press("p")
    expect(undo).to_contain_text("Undo: presenting Best Motion Picture")
    desk.press("u")
    expect(desk.status).to_have_text("Upcoming")
    assert office.board(night)["stage"] == {}
    desk.press("p")
    expect(desk.status).to_have_text("Presenting now")
    desk.pick(["2"])
    desk.review()
    desk.award()
    desk.press("r")
    expect(desk.status).to_have_text("Under review")
    expect(undo).to_contain_text("under review")
    desk.press("u")
    expect(desk.status).to_have_text("Awarded")
    assert len(office.said(night, "stage-cleared")) == 1
    assert len(office.said(night, "result-confirmed")) == 1
