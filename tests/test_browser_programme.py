"""The programme editor: a show is written, checked, scheduled and changed, on every screen."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, Request, Route, expect

from browsing import DESKTOP, PHONE, Device, Screens, in_both_themes, until
from consoles import signed_in
from servers import ForkedServer, RunningServer

pytestmark = pytest.mark.browser

DEVICES = (PHONE, DESKTOP)
NAME = "Static Prizes"
ID = "static-prizes-2031"
WRONG = """category,title,people,colour
Best Podcast,Night Signals,Ada Lund,red
,Slow Radio,Bo Rey; Cy Okafor,
,,,
Best Host,Night Signals,Ada Lund,
,Slow Radio,Boris Rey [bo-rey],
Best Jingle,,Dee Ito,
"""
REFUSED = "\n".join(line.rpartition(",")[0] for line in WRONG.replace(",,,\n", "").splitlines())
RIGHT = REFUSED.replace("Boris Rey [bo-rey]", "Bo Rey")
PODCAST, HOST, JINGLE = "best-podcast", "best-host", "best-jingle"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with ForkedServer(tmp_path_factory.mktemp("programme")) as running:
        yield running


class Api:
    """What a colleague does from another desk."""

    def __init__(self, server: RunningServer, ceremony: str = ID) -> None:
        self._root = f"{server.url}/api/ceremonies"
        self._headers = server.headers
        self._ceremony = ceremony

    def schedule(self, name: str = NAME, table: str = RIGHT) -> None:
        facts = {"id": self._ceremony, "name": name, "starts_at": "2031-05-01T19:00:00Z"}
        headers = self._headers | {"Content-Type": "text/csv"}
        sent = httpx.post(self._root, params=facts, content=table, headers=headers)
        assert sent.status_code == 201, sent.text

    def post(self, **event: Any) -> None:
        here = f"{self._root}/{self._ceremony}/events"
        sent = httpx.post(here, json=event, headers=self._headers)
        assert sent.status_code == 201, sent.text

    def board(self) -> dict[str, Any]:
        board: dict[str, Any] = httpx.get(f"{self._root}/{self._ceremony}/board").json()
        return board

    def order(self) -> list[str]:
        """Return the categories in running order."""
        lines = self.board()["categories"]
        return sorted(lines, key=lambda key: int(lines[key]["position"]))

    def ceremonies(self) -> list[str]:
        return [each["id"] for each in httpx.get(self._root).json()["ceremonies"]]


def opened(
    screens: Screens, server: RunningServer, query: str = "", device: Device = DESKTOP
) -> Page:
    # A refusal is an answer; the browser reports it all the same.
    screens.expect(r"the server responded with a status of 4\d\d")
    page = signed_in(screens, f"{server.url}/console/programme{query}", server.token, device)
    expect(page.get_by_role("heading", name="Programme editor")).to_be_visible()
    return page


def text_of(page: Page) -> Locator:
    return page.get_by_label("Text of the programme")


def verdict(page: Page) -> Locator:
    return page.locator("#check-result")


def shown_order(page: Page) -> list[str]:
    keys: list[str] = page.locator("ol > [data-key]").evaluate_all(
        "rows => rows.map((row) => row.dataset.key)"
    )
    return keys


def confirm(page: Page, section: str, review: str, post: str) -> Locator:
    """Have a change tried, post it, and return what is said of it."""
    part = page.get_by_role("region", name=section)
    part.get_by_role("button", name=review).click()
    part.get_by_role("button", name=post).click()
    return part.locator("[data-outcome]")


def test_another_awards_show_is_written_corrected_scheduled_and_run_to_its_end(
    server: RunningServer, screens: Screens
) -> None:
    api = Api(server)
    page = opened(screens, server)
    correct(page)
    put_on_the_calendar(page, api)
    rearrange(page, api)
    move_the_start(page, api)
    withdraw_a_nominee(page, api)
    run_to_the_end(page, api)


def correct(page: Page) -> None:
    text_of(page).fill(WRONG)
    expect(verdict(page)).to_have_text("5 things to put right")
    expect(page.locator(".numbers .wrong")).to_have_text(["1", "4"])
    page.get_by_role("button", name="Line 4 It names neither a title nor people").click()
    selected = "field => field.value.slice(field.selectionStart, field.selectionEnd)"
    until(page, lambda: text_of(page).evaluate(selected), ",,,")
    page.get_by_role("button", name="Start Object missing").click()
    expect(page.get_by_label("Start, in your time")).to_be_focused()

    page.get_by_label("Start, in your time").fill("2031-05-01T19:00")
    page.get_by_role("textbox", name="Name").fill(NAME)
    page.get_by_role("textbox", name="Venue").fill("The Pier, London")
    expect(page.get_by_role("textbox", name="Address")).to_have_value(ID)
    text_of(page).fill(REFUSED)
    expect(verdict(page)).to_have_text("1 thing to put right")
    expect(page.locator(".numbers .wrong")).to_have_text(["5"])
    expect(page.get_by_role("button", name="Line 5")).to_contain_text("bo-rey")

    text_of(page).fill(RIGHT)
    expect(verdict(page)).to_have_text("Ready to schedule")


def put_on_the_calendar(page: Page, api: Api) -> None:
    preview = page.get_by_role("region", name="What would be scheduled")
    expect(preview.locator("ol > li .name")).to_have_text(
        ["Best Podcast", "Best Host", "Best Jingle"]
    )
    expect(preview).to_contain_text("3 categories, 5 nominees, 2 works")
    expect(preview).to_contain_text("1 May 2031 at 19:00")
    expect(preview).to_contain_text("1 May 2031 at 20:00")
    expect(preview).to_contain_text("British Summer Time")
    assert ID not in api.ceremonies()
    page.get_by_role("button", name=f"Schedule {NAME}").click()
    expect(page.get_by_role("heading", name=f"{NAME} is scheduled.")).to_be_focused()
    expect(page.get_by_role("link", name="Open its desk")).to_have_attribute(
        "href", f"/console/{ID}"
    )
    assert api.order() == [PODCAST, HOST, JINGLE]


def rearrange(page: Page, api: Api) -> None:
    page.get_by_role("button", name="Change its run of show").click()
    page.get_by_role("button", name="Move Best Jingle up").press("Enter")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Move Best Jingle up")).to_be_focused()
    expect(page.get_by_text("Best Jingle is now 1 of 3", exact=True)).to_be_attached()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Best Jingle is first already")).to_be_attached()
    said = confirm(page, "Run of show", "Check the new order", "Post the new order")
    expect(said).to_have_text("Posted.")
    assert api.order() == shown_order(page) == [JINGLE, PODCAST, HOST]


def move_the_start(page: Page, api: Api) -> None:
    start = page.get_by_role("region", name="Start")
    start.get_by_label("New start").fill("2031-05-01T20:30")
    start.get_by_label("Reason").fill("Fog in the harbour")
    expect(confirm(page, "Start", "Check the new start", "Post the new start")).to_have_text(
        "Posted."
    )
    assert api.board()["ceremony"]["starts_at"] == "2031-05-01T20:30:00.000Z"


def withdraw_a_nominee(page: Page, api: Api) -> None:
    withdraw = page.get_by_role("region", name="Withdraw")
    withdraw.get_by_role("combobox", name="Category").select_option("Best Podcast")
    withdraw.get_by_role("combobox", name="Nominee").select_option(
        label="Slow Radio · Bo Rey and Cy Okafor"
    )
    withdraw.get_by_label("Reason").fill("Disqualified by the jury")
    withdraw.get_by_label("to confirm").fill("slow")
    expect(withdraw.get_by_role("button")).to_have_count(0)
    withdraw.get_by_label("to confirm").fill("slow radio")
    expect(confirm(page, "Withdraw", "Check: withdraw Slow Radio", "Withdraw Slow")).to_have_text(
        "Posted."
    )
    nominees = api.board()["categories"][PODCAST]["nominees"]
    assert [key for key, line in nominees.items() if line.get("withdrawn")] == [
        f"{PODCAST}/slow-radio"
    ]


def run_to_the_end(page: Page, api: Api) -> None:
    api.post(type="ceremony-started")
    expect(page.get_by_role("region", name="Start")).to_contain_text(
        "its start can no longer be moved"
    )
    api.post(type="winner-announced", category=JINGLE, nominees=[f"{JINGLE}/dee-ito"])
    until(page, lambda: shown_order(page), [PODCAST, HOST])
    expect(page.get_by_text("1 category decided or withdrawn")).to_be_visible()
    page.get_by_role("button", name="Move Best Host up").click()
    expect(confirm(page, "Run of show", "Check the new order", "Post the new order")).to_have_text(
        "Posted."
    )
    assert api.order() == [JINGLE, HOST, PODCAST]
    for category, winner in ((HOST, "slow-radio"), (PODCAST, "night-signals")):
        api.post(type="winner-announced", category=category, nominees=[f"{category}/{winner}"])
    api.post(type="ceremony-ended")
    expect(page.get_by_text("This night has ended.")).to_be_visible()
    assert api.board()["progress"] == {"awarded": 3, "categories": 3}


def test_the_order_is_dragged_and_a_colleague_who_was_faster_is_said(
    server: RunningServer, screens: Screens
) -> None:
    api = Api(server, "dragged-prizes")
    api.schedule("Dragged Prizes")
    page = opened(screens, server, "?of=dragged-prizes")
    until(page, lambda: shown_order(page), [PODCAST, HOST, JINGLE])
    handle = page.locator("[data-key=best-jingle] .handle")
    target = page.locator("[data-key=best-podcast]").bounding_box()
    assert target is not None
    handle.hover()
    page.mouse.down()
    page.mouse.move(target["x"] + 20, target["y"] + 40)
    expect(page.locator("[data-mark=before]")).to_have_attribute("data-key", HOST)
    page.mouse.move(target["x"] + 20, target["y"] + 2)
    expect(page.locator("[data-mark=before]")).to_have_attribute("data-key", PODCAST)
    page.mouse.up()
    until(page, lambda: shown_order(page), [JINGLE, PODCAST, HOST])

    api.post(type="running-order-set", categories=[HOST, PODCAST, JINGLE])
    api.post(type="moment-noted", kind="note", text="Doors are open")
    said = confirm(page, "Run of show", "Check the new order", "Post the new order")
    expect(said).to_have_attribute("data-outcome", "clash")
    expect(said).to_contain_text("has changed it in the meantime")
    until(page, lambda: shown_order(page), [HOST, PODCAST, JINGLE])
    assert api.order() == [HOST, PODCAST, JINGLE]

    page.get_by_role("button", name="Move Best Jingle up").click()
    api.post(type="moment-noted", kind="note", text="The band is playing")
    said = confirm(page, "Run of show", "Check the new order", "Post the new order")
    expect(said).to_have_text("Posted.")
    assert api.order() == [HOST, JINGLE, PODCAST]


def test_each_mistake_of_a_json_programme_is_shown_at_its_line(
    server: RunningServer, screens: Screens
) -> None:
    page = opened(screens, server)
    page.get_by_label("Start from").select_option("Sample: JSON")
    expect(verdict(page)).to_have_text("Ready to schedule")
    sample = text_of(page).input_value()
    lines = sample.splitlines()
    foreign = next(at for at, line in enumerate(lines, 1) if "best-new-artist/jun-ito" in line)
    text_of(page).fill(sample.replace("best-new-artist/jun-ito", "best-host/jun-ito"))
    expect(verdict(page)).to_have_text("1 thing to put right")
    expect(page.locator(".numbers .wrong")).to_have_text([f"{foreign}"])
    title = next(at for at, line in enumerate(lines, 1) if '"Salt Lines"' in line)
    wrong = sample.replace('"title": "Salt Lines"', '"title": 7').replace("jun-ito", "Jun")
    text_of(page).fill(wrong)
    expect(page.locator(".numbers .wrong").first).to_have_text(f"{title}")
    expect(page.locator(".numbers .wrong").last).to_have_text(f"{foreign}")
    text_of(page).fill(sample.replace('"works": [', '"works": [,', 1))
    broken = next(at for at, line in enumerate(lines, 1) if '"works": [' in line)
    expect(page.locator(".numbers .wrong")).to_have_text([f"{broken}"])


def test_a_programme_comes_from_a_file_and_goes_into_one(
    server: RunningServer, screens: Screens, tmp_path: Path
) -> None:
    page = opened(screens, server)
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Sample table (CSV)").click()
    sample = tmp_path / "sample.csv"
    downloading.value.save_as(sample)
    page.get_by_label("Upload a file").set_input_files(sample)
    expect(text_of(page)).to_have_value(sample.read_text())
    page.get_by_label("Upload a file").set_input_files(
        {"name": "old.csv", "mimeType": "text/csv", "buffer": "Pérez".encode("latin-1")}
    )
    expect(page.get_by_role("alert")).to_contain_text("not UTF-8")
    expect(text_of(page)).to_have_value(sample.read_text())

    drop = """(pane) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(['category,people\\nSong,Ada\\n'], 'dropped.csv'));
      for (const kind of ['dragover', 'drop']) {
        pane.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
      }
    }"""
    text_of(page).evaluate(drop)
    expect(text_of(page)).to_have_value("category,people\nSong,Ada\n")

    paste = """(field) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', 'category\\tpeople\\nSong\\tBo, the younger\\n');
      field.select();
      field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, cancelable: true }));
    }"""
    text_of(page).evaluate(paste)
    expect(text_of(page)).to_have_value('category,people\nSong,"Bo, the younger"\n')

    page.get_by_label("Start from").select_option("97th Academy Awards")
    expect(verdict(page)).to_have_text("97th Academy Awards is scheduled already, exactly so.")
    with page.expect_download() as downloading:
        page.get_by_role("button", name="This text").click()
    assert downloading.value.suggested_filename == "oscars-97.json"
    downloading.value.save_as(tmp_path / "97.json")
    programme = (tmp_path / "97.json").read_text().replace("oscars-97", "oscars-again")
    sent = httpx.post(
        f"{server.url}/api/ceremonies?dry_run=true", content=programme, headers=server.headers
    )
    assert sent.status_code == 200, sent.text


def test_what_is_written_outlives_a_reload_and_a_lost_answer_makes_one_ceremony(
    server: RunningServer, screens: Screens
) -> None:
    api = Api(server)
    page = opened(screens, server)
    page.get_by_label("Start from").select_option("Sample: table")
    expect(verdict(page)).to_have_text("Ready to schedule")
    page.reload()
    expect(verdict(page)).to_have_text("Ready to schedule")
    keys: list[str] = []

    def cut_once(route: Route, request: Request) -> None:
        keys.append(request.headers["idempotency-key"])
        if len(keys) > 1:
            route.continue_()
            return
        assert route.fetch().status == 201
        route.abort("connectionreset")

    screens.expect("ERR_CONNECTION_RESET")
    page.route(re.compile(r"/api/ceremonies\?name="), cut_once)
    page.get_by_role("button", name="Schedule Harbour Music Prizes").click()
    expect(page.get_by_role("heading", name="Harbour Music Prizes is scheduled.")).to_be_visible()
    assert len(keys) == 2
    assert len(set(keys)) == 1
    assert api.ceremonies().count("harbour-music-prizes-2031") == 1


def test_an_editor_is_told_that_programmes_are_for_others(
    server: RunningServer, screens: Screens
) -> None:
    wish = {"name": "nora", "role": "editor"}
    made = httpx.post(f"{server.url}/api/tokens", json=wish, headers=server.headers).json()
    screens.expect("the server responded with a status of 403")
    page = signed_in(screens, f"{server.url}/console/programme", made["token"])
    text_of(page).fill(RIGHT)
    expect(verdict(page)).to_contain_text("You may check nothing here.")
    page.get_by_role("button", name="Change a programme").click()
    expect(page.get_by_text("As an editor you cannot change a programme.")).to_be_visible()


SMALL = """() => [
    ...document.querySelectorAll('a, button, input, select, textarea, summary, .handle'),
  ]
  .filter((each) => each.checkVisibility() && !each.closest('.unseen'))
  .map((each) => [each.textContent.trim().slice(0, 40), each.getBoundingClientRect()])
  .filter(([, { width, height }]) => width < 43.9 || height < 43.9)
  .map(([text, { width, height }]) => `${text}: ${width} x ${height}`)"""
WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("device", DEVICES, ids=str)
def test_axe_finds_nothing_and_every_target_is_large_enough(
    server: RunningServer, screens: Screens, device: Device
) -> None:
    api = Api(server, f"looked-at-{device.name}")
    api.schedule("Prizes to Be Looked At")
    page = opened(screens, server, device=device)
    found: dict[str, list[str]] = {}

    def look(scene: str) -> None:
        page.mouse.move(0, 0)
        problems = in_both_themes(page) + page.evaluate(SMALL)
        found[scene] = [*problems, *(["too wide"] if page.evaluate(WIDE) > 0 else [])]

    look("empty")
    text_of(page).fill(WRONG)
    expect(verdict(page)).to_contain_text("to put right")
    look("wrong")
    text_of(page).fill(RIGHT)
    page.get_by_role("textbox", name="Name").fill(f"Seen {device.name}")
    page.get_by_label("Start, in your time").fill("2031-05-01T19:00")
    expect(verdict(page)).to_have_text("Ready to schedule")
    for folded in page.locator("summary").all():
        folded.click()
    look("good")
    page.get_by_role("button", name=re.compile("^Schedule ")).click()
    expect(page.get_by_role("link", name="Open its desk")).to_be_visible()
    look("scheduled")
    page.goto(f"{server.url}/console/programme?of=looked-at-{device.name}")
    page.get_by_role("button", name="Move Best Host up").click()
    page.get_by_role("combobox", name="Category").select_option("Best Podcast")
    look("changing")
    page.get_by_role("button", name="Check the new order").click()
    expect(page.get_by_role("button", name="Post the new order")).to_be_focused()
    look("reviewed")
    assert {scene: what for scene, what in found.items() if what} == {}
