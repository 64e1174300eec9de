import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from browsing import DESKTOP, PATIENCE, PHONE, Device, Screens, notes, until
from onscreen import SUBJECTS, choose_subject, shown, winners, written
from servers import ForkedServer, RunningServer

pytestmark = pytest.mark.browser

expect.set_options(timeout=1000 * PATIENCE)

START = 75
"""The version at which the 97th starts; its events are counted from there."""
FIRST_MINUTE = 77
"""The last of the versions at which no time has passed yet."""
EVENTS = 81
MIDDLE = 120


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with ForkedServer(tmp_path_factory.mktemp("replay")) as running:
        yield running


@pytest.fixture
def middle(server: RunningServer, screens: Screens) -> Page:
    """Stand still in the middle of the 97th."""
    page = screens.open(f"{server.url}/oscars-97?at={MIDDLE}")
    at_event(page, MIDDLE)
    return page


def board(server: RunningServer, ceremony: str = "oscars-97", at: int | None = None) -> Any:
    query = "" if at is None else f"?at={at}"
    answer = httpx.get(f"{server.url}/api/ceremonies/{ceremony}/board{query}")
    assert answer.status_code == 200
    return answer.json()


def place(page: Page) -> str:
    return page.get_by_role("slider").get_attribute("aria-valuetext") or ""


def position(page: Page) -> float:
    """Return where the scrubber stands, in its own seconds."""
    return float(page.get_by_role("slider").input_value()) / 1000


def stands_at(page: Page, seconds: float) -> None:
    until(page, lambda: round(position(page) - seconds), 0)


def leader(page: Page) -> tuple[str, str]:
    first = shown(page)["ranked"][0]
    return first["name"], first["wins"]


def at_event(page: Page, version: int) -> None:
    expect(page.get_by_role("slider")).to_have_attribute(
        "aria-valuetext", re.compile(f"event {version - START + 1} of {EVENTS}$")
    )


def at_the_end(page: Page) -> None:
    expect(page.get_by_role("banner")).to_contain_text("Final board")
    expect(page.get_by_role("banner")).not_to_contain_text(" ago")
    at_event(page, START + EVENTS - 1)


def test_a_replay_plays_from_its_start_to_its_end(server: RunningServer, screens: Screens) -> None:
    page = screens.open(f"{server.url}/oscars-97?replay")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(page.locator(".hero")).to_contain_text("The night has begun")
    page.get_by_role("combobox", name="Speed").select_option("600×")
    at_the_end(page)
    final = board(server)
    until(page, lambda: shown(page), written(final))
    assert written(final)["ranked"][0]["name"] == "Anora"
    until(page, lambda: notes(page, "heroes")[-1:], ["Winner · Best Picture: Anora"])
    night = iter(
        f"Winner · {category['name']}: {title}"
        for category in sorted(final["categories"].values(), key=lambda each: each["position"])
        for title in winners(final, category)
    )
    seen = notes(page, "heroes")
    assert all(hero in night for hero in seen), "in the order of the night"


def test_a_replay_begins_at_a_speed_at_which_one_can_follow(
    server: RunningServer, screens: Screens
) -> None:
    page = screens.open(f"{server.url}/oscars-97?replay", fake_clock=True)
    expect(page.get_by_role("combobox", name="Speed")).to_have_value("30")
    expect(page.get_by_role("slider")).to_have_attribute("aria-valuetext", re.compile("^Opening"))
    page.clock.run_for("00:20")
    until(
        page, lambda: notes(page, "heroes"), ["Winner · Actor in a Supporting Role: Kieran Culkin"]
    )
    until(page, lambda: len(notes(page, "spoken")), 1)


def test_an_address_with_at_shows_the_board_of_that_version(
    server: RunningServer, screens: Screens
) -> None:
    page = screens.open("about:blank")
    for version in (1, 74, 83, 121, 143, 154):
        page.goto(f"{server.url}/oscars-97?at={version}")
        expected = board(server, at=version)
        for subject in SUBJECTS:
            if not expected[subject]:
                continue  # a list with nobody on it is not offered
            if sum(bool(expected[each]) for each in SUBJECTS) > 1:
                choose_subject(page, subject)
            until(page, partial(shown, page), written(expected, subject))
        awarded = expected["progress"]["awarded"]
        if expected["phase"] != "scheduled":
            expect(page.locator(".hero")).to_contain_text(f"{awarded} of 23 awarded")


def test_just_before_best_picture_baker_has_three_and_anora_four(
    server: RunningServer, screens: Screens
) -> None:
    page = screens.open(f"{server.url}/oscars-97?at=151")
    until(page, lambda: shown(page), written(board(server, at=151)))
    until(page, lambda: leader(page), ("Anora", "4"))
    choose_subject(page, "people")
    until(page, lambda: leader(page), ("Sean Baker", "3"))


MISTAKE: tuple[tuple[int, str, str, dict[str, str]], ...] = (
    (137, "Winner · Actress in a Leading Role", "Emma Stone", {"La La Land": "6"}),
    (138, "Winner · Best Picture", "La La Land", {"La La Land": "7", "Moonlight": "2"}),
    (140, "Under review · Best Picture", "La La Land", {"La La Land": "7", "Moonlight": "2"}),
    (141, "Corrected · Best Picture", "Moonlight", {"La La Land": "6", "Moonlight": "3"}),
    (144, "Corrected · Best Picture", "Moonlight", {"La La Land": "6", "Moonlight": "3"}),
)
"""The version, what is told then, of whom, and the wins of some films."""


def test_the_89th_tells_its_mistake_at_every_step(server: RunningServer, screens: Screens) -> None:
    page = screens.open("about:blank")
    for version, kicker, title, wins in MISTAKE:
        page.goto(f"{server.url}/oscars-89?at={version}")
        corrected = ["Best Picture"] if version >= 141 else []
        expected = written(board(server, "oscars-89", version), corrected=corrected)
        until(page, partial(shown, page), expected)
        expect(page.locator(".hero .kicker").first).to_have_text(kicker)
        expect(page.locator(".hero .winner h2")).to_have_text([title])
        told = {row["name"]: row["wins"] for row in expected["ranked"]}
        assert {film: told[film] for film in wins} == wins
        expect(page.locator(".hero s")).to_have_text(["La La Land"] * len(corrected))
        assert notes(page, "spoken") == []


@pytest.mark.parametrize(("width", "height"), [(390, 844), (320, 568)])
def test_why_a_result_changed_is_read_whole_on_a_phone(
    server: RunningServer, screens: Screens, width: int, height: int
) -> None:
    page = screens.open(
        f"{server.url}/oscars-89?at=141", Device("phone", width, height, phone=True)
    )
    reason = page.locator(".hero .reason")
    expect(reason).to_contain_text("shows the Best Picture card.")
    whole, drawn = reason.evaluate("(element) => [element.scrollHeight, element.clientHeight]")
    assert whole == drawn


@pytest.mark.parametrize(("device", "allowed"), [(DESKTOP, 0), (PHONE, 20)], ids=str)
def test_the_board_stays_where_it_is_from_winner_to_winner(
    server: RunningServer, screens: Screens, device: Device, allowed: int
) -> None:
    page = screens.open(f"{server.url}/oscars-97?at={START + 1}", device, reduced_motion="reduce")
    at_event(page, START + 1)
    places: list[list[str | int]] = page.evaluate(
        """async () => {
          const drawn = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
          const { body } = document;
          const places = [];
          for (let chapter = 0; chapter < 23; chapter++) {
            body.dispatchEvent(new KeyboardEvent('keydown', { key: ']', bubbles: true }));
            await drawn();
            const title = body.querySelector('.hero h2').textContent;
            places.push([title, body.querySelector('.sections').offsetTop]);
          }
          return places;
        }"""
    )
    assert len({title for title, _ in places}) > 15
    tops = [int(top) for _, top in places]
    assert max(tops) - min(tops) <= allowed


def test_links_on_a_phone_are_as_large_as_a_thumb_or_stand_apart(
    server: RunningServer, screens: Screens
) -> None:
    page = screens.open(f"{server.url}/oscars-97?at={MIDDLE}", PHONE)
    at_event(page, MIDDLE)
    touched = """(element) => {
      element.scrollIntoView({ block: 'center' });
      const { left, top, bottom } = element.getClientRects()[0];
      let height = 0;
      for (let y = top - 30; y < bottom + 30; y += 1)
        height += element.contains(document.elementFromPoint(left + 5, y));
      return height;
    }"""
    assert page.locator(".next h2 a").evaluate(touched) >= 44
    page.get_by_role("navigation").get_by_role("button", name="Feed").click()
    entry = page.locator("article.winner").first
    assert entry.locator(".word a").evaluate(touched) >= 24
    assert entry.locator(".names a").evaluate(touched) >= 24


def test_an_address_past_the_head_or_not_of_a_number_shows_the_final_board(
    server: RunningServer, screens: Screens
) -> None:
    for at in ("999999", "late"):
        page = screens.open(f"{server.url}/oscars-97?at={at}")
        at_the_end(page)
        until(page, partial(shown, page), written(board(server)))
        expect(page).to_have_url(f"{server.url}/oscars-97")


def test_an_address_before_the_first_event_shows_that_event(
    server: RunningServer, screens: Screens
) -> None:
    page = screens.open(f"{server.url}/oscars-97?at=0")
    until(page, lambda: shown(page), written(board(server, at=1)))


def test_the_address_is_of_a_moment_until_one_goes_to_the_end(
    server: RunningServer, middle: Page
) -> None:
    expect(middle).to_have_url(f"{server.url}/oscars-97?at={MIDDLE}")
    middle.get_by_role("button", name="To the end").click()
    at_the_end(middle)
    expect(middle).to_have_url(f"{server.url}/oscars-97")
    middle.reload()
    at_the_end(middle)


def test_the_scrubber_seeks_by_keys_and_by_pointer(server: RunningServer, middle: Page) -> None:
    scrubber = middle.get_by_role("slider")
    scrubber.focus()
    before = position(middle)
    middle.keyboard.press("ArrowRight")
    stands_at(middle, before + 5)
    middle.keyboard.press("Home")
    at_event(middle, FIRST_MINUTE)
    until(middle, lambda: shown(middle), written(board(server, at=FIRST_MINUTE)))
    before_the_click = place(middle)
    box = scrubber.bounding_box()
    assert box is not None
    middle.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(scrubber).not_to_have_attribute("aria-valuetext", before_the_click)
    found = re.search(r"event (\d+) of", place(middle))
    assert found is not None
    version = int(found[1]) + START - 1
    assert START < version < START + EVENTS - 1
    until(middle, lambda: shown(middle), written(board(server, at=version)))
    middle.keyboard.press("End")
    at_the_end(middle)


def test_a_chapter_is_chosen_from_its_menu(server: RunningServer, middle: Page) -> None:
    middle.get_by_role("button", name="Chapters").click()
    menu = middle.locator("#chapter-menu")
    expect(menu.get_by_role("button")).to_have_count(24)
    menu.get_by_role("button", name="Cinematography").click()
    expect(menu).to_be_hidden()
    expect(middle.get_by_role("slider")).to_have_attribute(
        "aria-valuetext", re.compile("^Cinematography, ")
    )
    until(middle, lambda: shown(middle), written(board(server, at=133)))
    middle.get_by_role("button", name="Chapters").click()
    expect(menu.locator("[aria-current]")).to_contain_text("Cinematography")


def test_quiet_stretches_keep_their_length_where_one_asks_for_it(
    server: RunningServer, middle: Page
) -> None:
    scrubber = middle.get_by_role("slider")
    shortened = float(scrubber.get_attribute("max") or 0)
    middle.get_by_role("button", name="More", exact=True).click()
    middle.get_by_role("checkbox", name="Shorten quiet stretches").uncheck()
    until(middle, lambda: float(scrubber.get_attribute("max") or 0) > 2 * shortened, expected=True)
    at_event(middle, MIDDLE)
    until(middle, lambda: shown(middle), written(board(server, at=MIDDLE)))


def test_a_copied_link_opens_the_same_moment(server: RunningServer, screens: Screens) -> None:
    page = screens.open(
        f"{server.url}/oscars-97?at={MIDDLE}", permissions=["clipboard-read", "clipboard-write"]
    )
    at_event(page, MIDDLE)
    page.keyboard.press(".")
    at_event(page, MIDDLE + 1)
    page.get_by_role("button", name="Copy link to this moment").click()
    expect(page.get_by_text("Link copied")).to_be_visible()
    address = page.evaluate("navigator.clipboard.readText()")
    assert address == f"{server.url}/oscars-97?at={MIDDLE + 1}"
    other = screens.open(address)
    for each in (page, other):
        until(each, partial(shown, each), written(board(server, at=MIDDLE + 1)))


def test_a_link_that_cannot_be_copied_stands_in_the_address_bar(
    server: RunningServer, middle: Page
) -> None:
    middle.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject('denied'); }")
    middle.keyboard.press(",")
    at_event(middle, MIDDLE - 1)
    middle.get_by_role("button", name="Copy link to this moment").click()
    expect(middle.get_by_text("It is in the address bar")).to_be_visible()
    expect(middle).to_have_url(f"{server.url}/oscars-97?at={MIDDLE - 1}")


def plays(page: Page, key: str) -> None:
    page.keyboard.press(key)
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.keyboard.press(key)
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()


def nudges(page: Page, keys: str, seconds: int) -> None:
    for way, sign in (("Right", 1), ("Left", -1)):
        before = position(page)
        page.keyboard.press(keys + way)
        stands_at(page, before + sign * seconds)


def goes(page: Page, key: str, version: int) -> None:
    page.keyboard.press(key)
    at_event(page, version)


def ends(page: Page, key: str) -> None:
    page.keyboard.press(key)
    at_the_end(page)
    page.keyboard.press(",")
    at_event(page, START + EVENTS - 2)


def tenths(page: Page) -> None:
    length = float(page.get_by_role("slider").get_attribute("max") or 0) / 1000
    for tenth in range(10):
        page.keyboard.press(f"{tenth}")
        stands_at(page, length * tenth / 10)


def speeds(page: Page) -> None:
    speed = page.get_by_role("combobox", name="Speed")
    page.keyboard.press(">")
    expect(speed).to_have_value("60")
    page.keyboard.press("<")
    expect(speed).to_have_value("30")


def covers(page: Page) -> None:
    for count in (1, 0):
        page.keyboard.press("s")
        expect(page.get_by_text("Results are hidden.")).to_have_count(count)


def fills_the_screen(page: Page) -> None:
    for full in (True, False):
        page.keyboard.press("f")
        until(page, lambda: page.evaluate("document.fullscreenElement !== null"), full)


def helps(page: Page) -> None:
    for opened in (True, False):
        page.keyboard.press("?")
        expect(page.get_by_role("dialog", name="Keys")).to_be_visible(visible=opened)


KEYS: dict[str, Sequence[Callable[[Page], None]]] = {
    "Space or K": (partial(plays, key=" "), partial(plays, key="k")),
    "Left, right": (partial(nudges, keys="Arrow", seconds=5),),
    "Shift + left, right": (partial(nudges, keys="Shift+Arrow", seconds=30),),
    "[ and ]": (partial(goes, key="]", version=125), partial(goes, key="[", version=120)),
    ", and .": (partial(goes, key=".", version=121), partial(goes, key=",", version=120)),
    "0 to 9": (tenths,),
    "< and >": (speeds,),
    "End or L": (partial(ends, key="End"), partial(ends, key="l")),
    "S": (covers,),
    "F": (fills_the_screen,),
    "?": (helps,),
}


def test_every_key_that_the_help_names_does_what_it_says(middle: Page) -> None:
    middle.keyboard.press("?")
    dialog = middle.get_by_role("dialog", name="Keys")
    expect(dialog.locator("dt")).to_have_text(list(KEYS))
    middle.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    address = middle.url
    for effects in KEYS.values():
        for effect in effects:
            effect(middle)
        middle.goto(address)
        at_event(middle, MIDDLE)


def test_while_the_help_is_open_the_keys_are_its_own(middle: Page) -> None:
    middle.get_by_role("button", name="More", exact=True).click()
    middle.get_by_role("button", name="Keys and help").click()
    dialog = middle.get_by_role("dialog", name="Keys")
    expect(dialog).to_be_visible()
    middle.keyboard.press("k")
    expect(middle.get_by_title("Pause")).to_have_count(0)
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()
    middle.keyboard.press("k")
    expect(middle.get_by_title("Pause")).to_have_count(1)


def test_single_keys_can_be_switched_off_and_stay_so(middle: Page) -> None:
    middle.keyboard.press("?")
    dialog = middle.get_by_role("dialog", name="Keys")
    dialog.get_by_label("Letters, digits and signs work as keys").uncheck()
    dialog.get_by_role("button", name="Close").click()
    middle.reload()
    at_event(middle, MIDDLE)
    for key in ("k", "5", "]"):
        middle.keyboard.press(key)
    at_event(middle, MIDDLE)
    middle.keyboard.press(" ")  # which is no letter, digit or sign
    expect(middle.get_by_title("Pause")).to_have_count(1)


def test_the_player_is_two_steps_from_the_top(middle: Page) -> None:
    middle.locator("body").press("Home")
    address = middle.url
    middle.keyboard.press("Tab")
    skip = middle.get_by_role("link", name="To the player")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    middle.keyboard.press("Enter")
    middle.keyboard.press("Tab")
    expect(
        middle.get_by_role("region", name="Playback").get_by_role("button").first
    ).to_be_focused()
    assert middle.url == address


def test_everything_on_the_page_is_reached_by_tab_and_shows_its_focus(middle: Page) -> None:
    reached: list[str] = []
    hidden: list[str] = []
    middle.locator("body").press("Home")
    for _ in range(250):
        middle.keyboard.press("Tab")
        name, ring = middle.evaluate(
            "() => { const e = document.activeElement; return ["
            "e === document.body ? '' : e.getAttribute('aria-label') ?? e.title ?? '',"
            "getComputedStyle(e).outlineStyle !== 'none' || "
            "getComputedStyle(e, '::after').outlineStyle !== 'none'] }"  # a row's ring is around it
        )
        if not name and middle.evaluate("document.activeElement === document.body"):
            break
        reached.append(name)
        if not ring:
            hidden.append(middle.evaluate("document.activeElement.outerHTML.slice(0, 120)"))
    assert hidden == []
    for control in ("Play", "One event back", "Position in the night", "Chapters", "More"):
        assert control in reached
