import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Request, Route, expect

from browsing import DESKTOP, PHONE, Device, Screens, in_both_themes, stop_clock, until
from consoles import Console, Office, at_desk, digits, signed_in
from producer import Producer
from servers import TOKEN, ForkedServer, RunningServer

pytestmark = pytest.mark.browser

BEST_PICTURE_89 = 138
"""Where the 89th announces La La Land."""
LONGEST_WAIT = 10_000
"""Milliseconds after which a post that got no answer is tried again, however often that was so."""
SMALLEST_TARGET = 44
"""Pixels; what a thumb needs."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with ForkedServer(tmp_path_factory.mktemp("console")) as running:
        yield running


@pytest.fixture(scope="module")
def office(server: RunningServer) -> Iterator[Office]:
    opened = Office(server)
    yield opened
    opened.close()


@pytest.fixture
def night(office: Office) -> str:
    return office.rehearse("oscars-97")


@pytest.fixture
def desk(office: Office, screens: Screens, night: str) -> Console:
    """Be at the desk of a rehearsal with its first category on stage."""
    console = at_desk(screens, office, night, office.token("ada")["token"])
    console.start()
    console.present()
    return console


@pytest.fixture
def mistaken(server: RunningServer) -> Iterator[Producer]:
    """Be in the 89th just after the wrong announcement."""
    with Producer(server, "oscars-89") as producer:
        producer.play(BEST_PICTURE_89)
        yield producer


def awards(office: Office, night: str) -> list[tuple[str, list[str]]]:
    said = office.said(night, "winner-announced")
    return [(actor, event["nominees"]) for actor, event in said]


# --- signing in


def test_a_token_is_in_no_address_and_gone_with_its_owner(office: Office, screens: Screens) -> None:
    page = signed_in(screens, f"{office.url}/console", TOKEN)
    expect(page.get_by_role("heading", name="Desks")).to_be_visible()
    assert page.evaluate("[sessionStorage.length, localStorage.length]") == [1, 0]
    assert not any(TOKEN in asked for asked in screens.requests)
    page.reload()
    expect(page.get_by_role("heading", name="Desks")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert page.evaluate("[sessionStorage.length, localStorage.length]") == [0, 0]


def test_a_link_signs_in_whoever_opens_it_first(office: Office, screens: Screens) -> None:
    screens.expect("status of 401")
    admin = signed_in(screens, f"{office.url}/console", TOKEN)
    admin.get_by_label("Name, as the log will say").fill("Maya")
    admin.get_by_role("button", name="Make a link to sign in").click()
    link = admin.locator("code").inner_text()
    page = screens.open(link)
    expect(page.get_by_text("Maya, producer")).to_be_visible()
    assert page.url == f"{office.url}/console"
    late = screens.open(link)
    expect(late.get_by_role("alert")).to_contain_text("has been used")
    admin.goto("about:blank")
    admin.goto(link)
    expect(admin.get_by_text("admin, admin")).to_be_visible()
    assert admin.url == f"{office.url}/console"


def test_a_link_puts_nobody_in_the_place_of_who_is_signed_in(
    office: Office, screens: Screens
) -> None:
    screens.expect("status of 401")
    codes: list[str] = []

    def redeem(route: Route) -> None:
        codes.append(json.loads(route.request.post_data or "{}")["code"])
        route.fulfill(status=201, json=office.token("max"))

    ada = office.token("ada")
    page = signed_in(screens, f"{office.url}/console", ada["token"])
    expect(page.get_by_text("ada, producer")).to_be_visible()
    page.route("**/api/tokens/redeem", redeem)
    page.goto("about:blank")
    page.goto(f"{office.url}/console#once=abc-123")
    expect(page.get_by_text("ada, producer")).to_be_visible()
    assert not codes
    office.revoke(ada["id"])
    page.goto("about:blank")
    page.goto(f"{office.url}/console#once=abc-123")
    expect(page.get_by_text("max, producer")).to_be_visible()
    assert codes == ["abc-123"]


def test_a_code_or_a_token_that_is_none_is_refused_in_a_sentence(
    office: Office, screens: Screens
) -> None:
    screens.expect("status of 401")
    page = screens.open(f"{office.url}/console#once=guessed")
    expect(page.get_by_role("alert")).to_contain_text("The code is not known")
    page.get_by_label("Token").fill("guessed")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("good for nothing")
    page.get_by_label("Token").fill(TOKEN)
    page.get_by_label("Stay signed in").check()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Desks")).to_be_visible()
    assert page.evaluate("[sessionStorage.length, localStorage.length]") == [0, 1]


def test_a_revoked_token_asks_again_and_the_draft_is_kept(
    office: Office, screens: Screens, night: str
) -> None:
    first = office.token("ada")
    desk = at_desk(screens, office, night, first["token"])
    desk.start()
    desk.present()
    desk.pick(["2"])
    desk.review()
    office.revoke(first["id"])
    page = desk.page
    expect(page.get_by_role("alert")).to_contain_text("no longer good")
    page.get_by_label("Token").fill(office.token("ada")["token"])
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Sign in")).to_be_hidden()
    expect(desk.publish).to_contain_text("Kieran Culkin")
    desk.publish.click()
    expect(desk.outcome).to_have_attribute("data-outcome", "posted")
    assert awards(office, night) == [("ada", ["actor-supporting/kieran-culkin"])]


def test_an_admin_makes_tokens_and_revokes_them(office: Office, screens: Screens) -> None:
    screens.expect("status of 401")
    page = signed_in(screens, f"{office.url}/console", TOKEN)
    page.get_by_label("Name, as the log will say").fill("Nadia")
    page.get_by_label("Role").select_option("editor")
    page.get_by_label("Good for").select_option("oscars-97")
    page.get_by_role("button", name="Make a token for commands").click()
    token = page.locator("code").first.inner_text()
    page.get_by_role("button", name="I have kept it").click()
    expect(page.locator("code")).to_have_count(0)
    mine = signed_in(screens, f"{office.url}/console", token)
    expect(mine.get_by_text("Nadia, editor")).to_be_visible()
    expect(mine.get_by_role("heading", name="89th")).to_have_count(0)
    expect(mine.get_by_role("button", name="Begin")).to_have_count(0)
    line = page.get_by_role("listitem", name="Token of Nadia")
    line.get_by_role("button", name="Revoke").click()
    line.get_by_role("button", name="Yes, revoke it").click()
    expect(line).to_have_count(0)
    mine.reload()
    expect(mine.get_by_role("alert")).to_contain_text("no longer good")


def test_a_token_of_another_ceremony_is_not_good_for_this_desk(
    office: Office, screens: Screens, night: str
) -> None:
    screens.expect("status of 403")
    token = office.token("maya", ceremony="oscars-89")["token"]
    page = signed_in(screens, f"{office.url}/console/{night}", token)
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Your token is not good for this desk."
    )


# --- a line that breaks


def never_arrives(route: Route) -> None:
    route.abort("connectionfailed")


def loses_its_answer(route: Route) -> None:
    route.fetch()
    route.abort("connectionreset")


def finds_nobody(route: Route) -> None:
    route.fulfill(
        status=503,
        headers={"Retry-After": "1", "Content-Type": "application/problem+json"},
        json={"type": "urn:awards-night:problem:unavailable", "detail": "Not now."},
    )


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("fate", [never_arrives, loses_its_answer, finds_nobody])
def test_a_line_cut_between_publish_and_the_answer_leaves_one_event(
    office: Office,
    screens: Screens,
    night: str,
    desk: Console,
    fate: Callable[[Route], None],
    times: int,
) -> None:
    screens.expect("ERR_CONNECTION")
    keys: list[str] = []

    def post(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) <= times:
            fate(route)
        else:
            route.continue_()

    page = desk.page
    page.route(re.compile(r"/events$"), post)
    desk.pick(["2"])
    desk.review()
    # It is not tried again until a test has seen what is said in between.
    page.clock.install()
    stop_clock(page)
    desk.press("Enter")
    for tried in range(1, times + 1):
        until(page, lambda: len(keys), tried)
        expect(page.get_by_role("status").first).to_contain_text("the same key")
        expect(desk.picked).to_have_count(1)
        page.clock.fast_forward(LONGEST_WAIT)
    expect(desk.outcome).to_have_attribute("data-outcome", "posted")
    assert len(keys) == times + 1
    assert len(set(keys)) == 1
    assert awards(office, night) == [("ada", ["actor-supporting/kieran-culkin"])]


def test_what_was_under_way_when_the_page_went_is_finished_by_the_next(
    office: Office, screens: Screens, night: str, desk: Console
) -> None:
    screens.expect("ERR_CONNECTION")
    desk.page.route(re.compile(r"/events$"), loses_its_answer)
    desk.pick(["2"])
    desk.review()
    desk.page.clock.install()
    stop_clock(desk.page)  # so that this load of the page does not try again
    desk.press("Enter")
    expect(desk.page.get_by_role("status").first).to_contain_text("the same key")
    desk.page.unroute(re.compile(r"/events$"))
    desk.page.reload()
    desk.page.clock.resume()
    expect(desk.outcome).to_have_attribute("data-outcome", "posted")
    assert awards(office, night) == [("ada", ["actor-supporting/kieran-culkin"])]


# --- mistakes


@pytest.mark.parametrize(("winners", "reason"), [(1, "preset"), (2, "preset"), (1, "in own words")])
def test_the_envelope_mistake_is_put_right_in_under_ten_keys(
    office: Office, screens: Screens, mistaken: Producer, winners: int, reason: str
) -> None:
    tie = winners > 1
    public = screens.open(mistaken.url)
    desk = at_desk(screens, office, mistaken.ceremony, office.token("ada")["token"])
    board = mistaken.board()
    assert board["latest"]["category"] == "best-picture"
    told = ["best-picture/la-la-land", "best-picture/moonlight"]
    la_la_land, moonlight = digits(board, "best-picture", told)
    expect(desk.page.locator("main h2")).to_have_text("Best Picture")

    desk.press("r")
    expect(desk.status).to_have_text("Under review")
    desk.press(moonlight)
    if tie:
        desk.press(f"Shift+Digit{la_la_land}")
    desk.press("Enter")
    if reason == "preset":
        desk.press("1")
    else:
        desk.press("t")
        expect(desk.page.locator("#reason")).to_be_focused()
        desk.page.keyboard.type("Mistake")  # its letters are not counted
        desk.press("Enter")
    expect(desk.publish).to_be_visible()
    desk.post()

    assert desk.pressed == {"preset": 5, "in own words": 6}[reason] + tie
    corrected = [event for _, event in office.said(mistaken.ceremony, "winner-corrected")]
    given = "The wrong envelope was read" if reason == "preset" else "Mistake"
    assert [(set(event["nominees"]), event["reason"]) for event in corrected] == [
        (set(told) if tie else {told[1]}, given)
    ]
    expect(public.locator(".hero .winner")).to_contain_text("Moonlight")
    expect(public.locator(".hero .winner")).to_contain_text("Corrected")
    expect(public.locator(".hero .winner")).to_contain_text(given)


def test_the_last_result_is_undone_by_name(office: Office, night: str, desk: Console) -> None:
    desk.pick(["2"])
    desk.review()
    desk.award()
    undo = desk.page.get_by_role("button", name="Undo:")
    expect(undo).to_contain_text("Actor in a Supporting Role → Kieran Culkin")
    desk.press("u", "3")
    expect(desk.publish).to_contain_text("Take back: Actor in a Supporting Role → Kieran Culkin")
    desk.post()
    expect(undo).to_be_hidden()
    retracted = office.said(night, "winner-retracted")
    assert [event["reason"] for _, event in retracted] == ["It was entered wrongly"]


# --- a rehearsal


def test_a_rehearsal_is_amber_and_never_mistaken_for_the_night(
    office: Office, screens: Screens, night: str
) -> None:
    token = office.token("ada")["token"]
    rehearsal = at_desk(screens, office, night, token).page
    real = at_desk(screens, office, "oscars-97", token).page
    amber = rehearsal.locator("[data-pick]").first.evaluate(
        "(any) => getComputedStyle(any).getPropertyValue('--amber')"
    )
    assert amber
    expect(rehearsal).to_have_title("REHEARSAL · 97th Academy Awards")
    expect(rehearsal.get_by_role("banner")).to_contain_text("Rehearsal")
    expect(rehearsal.locator(".desk")).to_have_css("border-top-width", "5px")
    expect(rehearsal.locator("link[rel=icon]")).to_have_attribute("href", "/static/rehearsal.svg")
    expect(real).to_have_title("Desk: 97th Academy Awards")
    expect(real.get_by_role("banner")).not_to_contain_text("Rehearsal")
    expect(real.locator(".desk")).to_have_css("border-top-width", "0px")
    expect(real.locator("link[rel=icon]")).not_to_have_attribute("href", "/static/rehearsal.svg")


def test_a_rehearsal_runs_from_the_recording_until_somebody_takes_over(
    office: Office, screens: Screens, night: str
) -> None:
    desk = at_desk(screens, office, night, office.token("ada")["token"])
    page = desk.page
    posts = Posts(page)
    page.locator("summary", has_text="Rehearsal").click()
    page.get_by_label("Speed").select_option("1200")
    page.get_by_role("button", name="Run", exact=True).click()
    until(page, lambda: len(awards(office, night)) >= 2, expected=True)
    page.get_by_role("button", name="Stop and go on by hand").click()
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_visible()
    # What it was posting just then arrives all the same, and the board tells of it.
    until(page, lambda: posts.under_way, 0)
    shows_the_stage(desk, office.board(night))
    stopped = awards(office, night)
    desk.press("p")
    expect(desk.status).to_have_text("Presenting now")
    desk.pick(["1"])
    desk.review()
    desk.award()
    by_hand = awards(office, night)
    assert len(by_hand) == len(stopped) + 1
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_text("The recording is at its end.")).to_be_visible()
    final = office.board(night)
    assert (final["phase"], final["progress"]["awarded"]) == ("ended", 23)
    assert by_hand[-1] in awards(office, night)


class Posts:
    """
    What a page posts into logs.

    Attributes:
        under_way: So many posts have no answer yet.
    """

    def __init__(self, page: Page) -> None:
        self.under_way = 0
        page.on("request", lambda asked: self._count(asked, 1))
        for end in ("requestfinished", "requestfailed"):
            page.on(end, lambda asked: self._count(asked, -1))

    def _count(self, asked: Request, change: int) -> None:
        if asked.method == "POST" and asked.url.endswith("/events"):
            self.under_way += change


def shows_the_stage(desk: Console, board: dict[str, Any]) -> None:
    """Wait until a console that looks at the stage shows it as it is on a board."""
    category = board["categories"][board["stage"].get("category", board["latest"]["category"])]
    expect(desk.page.locator("main h2")).to_have_text(category["name"])
    words = {"presenting": "Presenting now", "awarded": "Awarded"}
    expect(desk.status).to_have_text(words[category["status"]])


def test_a_rehearsal_is_begun_and_begun_again_from_the_console(desk: Console) -> None:
    page = desk.page
    desk.pick(["2"])
    page.locator("summary", has_text="Rehearsal").click()
    page.get_by_role("button", name="Begin the rehearsal again").click()
    page.get_by_role("button", name="Yes, from the start").click()
    expect(desk.phase).to_have_text("Not started")
    expect(desk.picked).to_have_count(0)
    desk.start()


# --- everybody's hands


def test_an_editor_notes_moments_and_sees_no_awards_to_give(
    office: Office, screens: Screens, night: str
) -> None:
    office.post(night, type="ceremony-started")
    desk = at_desk(screens, office, night, office.token("nadia", "editor")["token"])
    page = desk.page
    expect(page.locator("main")).to_contain_text("awards are for producers")
    for name in ("End the night", "Presenting now", "Undo"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    desk.press("p", "1", "Enter")
    desk.press("m")
    expect(page.locator("#moment-text")).to_be_focused()
    page.keyboard.type("A long speech")
    page.get_by_label("Kind").select_option("speech")
    page.get_by_role("button", name="Note it").click()
    expect(desk.outcome).to_have_attribute("data-outcome", "posted")
    page.get_by_role("button", name="Withdraw: A long speech").click()
    page.locator("#reason").fill("It was short")
    page.keyboard.press("Enter")
    expect(desk.publish).to_be_visible()
    desk.post()
    assert office.said(night, "moment-withdrawn")[0][0] == "nadia"
    assert office.said(night, "moment-noted")[0][1]["text"] == "A long speech"


def test_a_phone_is_enough_with_one_thumb(office: Office, screens: Screens, night: str) -> None:
    desk = at_desk(screens, office, night, office.token("ada")["token"], PHONE)
    page = desk.page
    small: dict[str, list[str]] = {}

    def tap(name: str | re.Pattern[str]) -> None:
        small[page.locator(".desk").get_attribute("data-tab") or ""] = too_small(page)
        page.get_by_role("button", name=name).first.tap()

    tap("Show")
    tap("Start the night")
    tap("Publish in the rehearsal: Start the night")
    tap(re.compile("^Presenting now: Actor in a Supporting Role"))
    expect(desk.status).to_have_text("Presenting now")
    tap("Yura Borisov")
    tap("Kieran Culkin")
    tap("Review: Actor in a Supporting Role → Kieran Culkin")
    expect(page.locator(".ahead div.winner")).to_contain_text("Kieran Culkin")
    publish = desk.publish.bounding_box()
    assert publish
    assert publish["y"] > PHONE.height / 2, "where a thumb is"
    tap("Publish in the rehearsal: Actor in a Supporting Role → Kieran Culkin")
    expect(desk.outcome).to_have_attribute("data-outcome", "posted")
    tap("Log")
    expect(page.locator("aside")).to_contain_text("Kieran Culkin")
    tap("Award")
    assert set(small) == {"show", "award", "log"}
    assert {tab: found for tab, found in small.items() if found} == {}
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE.width
    assert awards(office, night) == [("ada", ["actor-supporting/kieran-culkin"])]


def too_small(page: Page) -> list[str]:
    found: list[str] = page.evaluate(
        """(least) => [...document.querySelectorAll('button, a, input, select, summary')]
          .filter((each) => each.checkVisibility() && !each.closest('[inert], dialog'))
          .filter((each) => {
            const { width, height } = each.getBoundingClientRect();
            return width < least || height < least;
          })
          .map((each) => each.outerHTML.slice(0, 160))""",
        SMALLEST_TARGET,
    )
    return found


@pytest.mark.parametrize("device", [PHONE, DESKTOP], ids=str)
def test_axe_finds_nothing_at_the_desk(
    office: Office, screens: Screens, night: str, device: Device
) -> None:
    page = screens.open(f"{office.url}/console", device)
    found: dict[str, list[str]] = {}

    def look(name: str, where: Page, within: str = "html") -> None:
        found[name] = in_both_themes(where, within)

    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    look("signing in", page)
    front = signed_in(screens, f"{office.url}/console", TOKEN, device)
    expect(front.get_by_role("heading", name="Desks")).to_be_visible()
    look("front", front)
    desk = at_desk(screens, office, night, office.token("ada")["token"], device)
    page = desk.page
    look("before the night", page)
    for tab in ("Show", "Log", "Award") if device is PHONE else ():
        page.get_by_role("button", name=tab, exact=True).click()
        look(tab, page)
    office.post(night, type="ceremony-started")
    expect(desk.phase).to_have_text("Live")
    desk.present()
    desk.pick(["2", "3"])
    look("picking", page)
    desk.review()
    look("reviewing", page)
    desk.award()
    desk.press("r")
    expect(desk.status).to_have_text("Under review")
    look("under review", page)
    desk.press("1", "Enter")
    expect(page.locator("#reason")).to_be_visible()
    look("giving a reason", page)
    desk.press("1")
    expect(desk.publish).to_be_visible()
    office.post(night, type="winner-retracted", category="actor-supporting")
    desk.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Two results")
    look("a conflict", page)
    desk.press("1", "?")
    if device is DESKTOP:
        expect(page.locator("dialog[open]")).to_be_visible()
        look("the keys", page, "dialog[open]")
    assert {where: what for where, what in found.items() if what} == {}


def test_everything_is_reached_by_keyboard_and_enter_held_down_publishes_nothing(
    office: Office, night: str, desk: Console
) -> None:
    page = desk.page
    page.keyboard.press("2")
    page.keyboard.down("Enter")
    expect(desk.publish).to_be_focused()
    for _ in range(5):
        page.keyboard.down("Enter")  # as a key that is held repeats itself
    page.keyboard.up("Enter")
    expect(desk.publish).to_be_visible()
    assert awards(office, night) == []
    desk.press("Escape", "Escape")
    expect(desk.picked).to_have_count(0)
    page.locator("[data-pick]").nth(1).focus()
    page.keyboard.press("Space")
    expect(desk.picked).to_have_count(1)
    desk.review()
    desk.post()
    assert len(awards(office, night)) == 1
    desk.press("j")
    expect(page.locator("main h2")).not_to_have_text("Actor in a Supporting Role")
    desk.press("k")
    expect(page.locator("main h2")).to_have_text("Actor in a Supporting Role")
    desk.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Put the result under review")
    desk.press("Escape")


def test_the_console_speaks_spanish(office: Office, screens: Screens, night: str) -> None:
    token = office.token("ada")["token"]
    page = signed_in(screens, f"{office.url}/console/{night}?lang=es", token)
    expect(page.get_by_role("button", name="Empezar la gala")).to_be_visible()
    expect(page).to_have_title("ENSAYO · 97th Academy Awards")


def test_the_board_loads_nothing_of_the_console(office: Office, screens: Screens) -> None:
    page = screens.open(f"{office.url}/oscars-97")
    expect(page.locator(".hero")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert [asked for asked in screens.requests if "onsole" in asked] == []
