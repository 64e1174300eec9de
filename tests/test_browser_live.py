import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from browsing import (
    PATIENCE,
    PHONE,
    Screens,
    animated,
    findings,
    moves,
    notes,
    rest,
    stop_clock,
    until,
)
from onscreen import label, shown, winners, written
from producer import Producer
from servers import ForkedServer, RunningServer
from wire import CuttableWire

pytestmark = pytest.mark.browser

expect.set_options(timeout=1000 * PATIENCE)

A_WIN = 1700
"""Milliseconds in which a win has had its moment."""
A_NAME = 620
"""Milliseconds after which a win is counted: until then its name stands alone."""
MIDNIGHT = 134
"""Where The Brutalist has just won for its cinematography."""
BEST_PICTURE_89 = 138
"""Where the 89th announces La La Land; 140 puts it under review, 141 corrects it."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with ForkedServer(tmp_path_factory.mktemp("live")) as running:
        yield running


@pytest.fixture
def night(server: RunningServer) -> Iterator[Producer]:
    with Producer(server, "oscars-97") as producer:
        yield producer


@pytest.fixture
def mistaken(server: RunningServer) -> Iterator[Producer]:
    """Be in the 89th just before Best Picture."""
    with Producer(server, "oscars-89") as producer:
        producer.play(BEST_PICTURE_89 - 1)
        yield producer


def hero(page: Page) -> list[str]:
    return page.locator(".hero .winner h2").all_text_contents()


def test_a_rehearsal_is_followed_from_before_its_start_to_its_end_without_a_reload(
    server: RunningServer, night: Producer, screens: Screens
) -> None:
    page = screens.open(night.url)
    expect(page.get_by_role("banner")).to_contain_text("Not started")
    until(page, lambda: shown(page), written(night.board()))
    page.evaluate("window.opened = 'once'")

    server.run("rehearse", "oscars-97", "--speed", "3600")

    final = written(night.board())
    until(page, lambda: shown(page), final)
    assert final["ranked"][0] == {
        "rank": "1",
        "name": "Anora",
        "nominations": "6 nominations",
        "pips": "5 wins, 1 lost, 0 to come",
        "wins": "5",
    }
    expect(page.get_by_role("banner")).to_contain_text("Final board")
    expect(page.locator(".hero")).to_contain_text("Anora led with 5 wins")
    expect(page.locator(".hero")).to_contain_text("23 of 23 awarded")
    until(page, lambda: hero(page), ["Anora"])
    assert page.evaluate("window.opened") == "once"


def test_each_winner_has_its_moment_on_top_and_one_sentence(
    night: Producer, screens: Screens
) -> None:
    page = screens.open(night.url, fake_clock=True)
    expect(page.get_by_role("banner")).to_contain_text("Not started")
    stop_clock(page)
    heroes: list[str] = []
    while night.rest:
        event = night.next()
        if event["type"] != "winner-announced":
            continue
        board = night.board()
        category = board["categories"][event["category"]]
        (title,) = winners(board, category)
        heroes.append(f"Winner · {category['name']}: {title}")
        until(page, lambda: notes(page, "heroes"), heroes)
        moves(page, ".hero .winner", "rise")
        until(page, lambda: len(notes(page, "spoken")), len(heroes))
        (winner,) = event["nominees"]
        work = board["works"][category["nominees"][winner]["work"]]
        sentence = notes(page, "spoken")[-1]
        assert sentence.startswith(f"{category['name']}: {title}")
        wins = "1 win" if work["wins"] == 1 else f"{work['wins']} wins"
        assert sentence.endswith(f". {work['title']} now has {wins}.")
        page.clock.fast_forward(A_WIN)
    until(page, lambda: shown(page), written(night.board()))
    assert len(heroes) == len(notes(page, "spoken")) == 23


def test_of_wins_that_come_all_at_once_the_last_state_is_shown_without_delay(
    night: Producer, screens: Screens
) -> None:
    night.play(84)
    page = screens.open(night.url, fake_clock=True)
    expect(page.get_by_role("banner")).to_contain_text("Live")
    stop_clock(page)
    night.play(101)
    until(page, lambda: shown(page), written(night.board()))
    until(page, lambda: hero(page), ["Conclave"])


def test_who_joins_in_the_middle_sees_the_board_and_hears_nothing(
    night: Producer, screens: Screens
) -> None:
    night.play(121)
    page = screens.open(night.url)
    until(page, lambda: shown(page), written(night.board()))
    assert notes(page, "spoken") == []
    assert animated(page, "main") == []
    night.play(126)
    until(page, lambda: len(notes(page, "spoken")), 1)


def test_who_pauses_falls_behind_and_comes_back_to_live_in_silence(
    night: Producer, screens: Screens
) -> None:
    night.play(121)
    before = written(night.board())
    page = screens.open(night.url)
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("banner")).to_contain_text("Paused")
    night.play(126)
    expect(page.get_by_role("banner")).to_contain_text("5 events behind")
    assert shown(page) == before
    expect(page.get_by_role("slider")).to_have_attribute(
        "aria-valuetext", re.compile("event 47 of 52$")
    )
    page.get_by_role("button", name="Back to live").click()
    until(page, lambda: shown(page), written(night.board()))
    expect(page.get_by_role("banner")).to_contain_text("Live")
    assert notes(page, "spoken") == []

    night.play(128)
    until(page, lambda: shown(page), written(night.board()))
    until(page, lambda: len(notes(page, "spoken")), 1)


def test_on_a_phone_it_says_so_in_fewer_words(night: Producer, screens: Screens) -> None:
    night.play(121)
    page = screens.open(night.url, PHONE)
    page.get_by_role("button", name="Pause").tap()
    night.play(124)
    header = page.get_by_role("banner")
    expect(header.get_by_text("3 behind", exact=True)).to_be_visible()
    header.get_by_role("button", name="Back to live").tap()
    expect(header).to_contain_text("Live")


def test_who_watches_from_behind_plays_into_the_present(night: Producer, screens: Screens) -> None:
    night.play(121)
    page = screens.open(f"{night.url}?at=118")
    page.get_by_role("combobox", name="Speed").select_option("600×")
    page.get_by_role("button", name="Play", exact=True).click()
    expect(page.get_by_role("banner")).to_contain_text("Live")
    night.play(126)
    until(page, lambda: shown(page), written(night.board()))


def test_a_page_whose_server_is_gone_says_so_and_recovers_by_itself(
    tmp_path: Path, screens: Screens
) -> None:
    with (
        ForkedServer(tmp_path) as server,
        Producer(server, "oscars-97") as night,
        CuttableWire(server.port) as wire,
    ):
        night.play(121)
        page = screens.open(f"{wire.url}/{night.ceremony}", fake_clock=True)
        header, banner = page.get_by_role("banner"), page.get_by_role("alert")
        expect(header).to_contain_text("Live")
        seen = written(night.board())

        page.wait_for_load_state("networkidle")  # nothing is still on its way when it is cut
        screens.expect("WebSocket connection to|ERR_(CONNECTION|EMPTY|SOCKET)")
        wire.cut("refused")
        server.kill()
        page.clock.fast_forward("00:26")
        expect(header).to_contain_text(re.compile(r"Reconnecting, data from \d\d:\d\d:\d\d"))
        expect(banner).to_have_count(0)
        top = "document.querySelector('main').getBoundingClientRect().top"
        held = page.evaluate(top)
        page.clock.fast_forward("00:40")
        expect(banner).to_contain_text("it will catch up by itself")
        assert page.evaluate(top) == held, "what is being read stays where it is"
        assert shown(page) == seen
        rest(page)
        assert findings(page) == []

        server.start()
        night.play(134)
        wire.mend()  # only now, so that the page missed all of it
        page.clock.fast_forward("00:11")
        expect(banner).to_have_count(0)
        expect(header).to_contain_text("Live")
        until(page, lambda: shown(page), written(night.board()))
        assert notes(page, "spoken") == []

        night.play(136)
        until(page, lambda: len(notes(page, "spoken")), 1)
        until(page, lambda: shown(page), written(night.board()))


def test_a_correction_strikes_the_old_name_and_is_not_celebrated(
    mistaken: Producer, screens: Screens
) -> None:
    page = screens.open(mistaken.url, fake_clock=True)
    expect(page.get_by_role("banner")).to_contain_text("Live")
    stop_clock(page)
    mistaken.play(BEST_PICTURE_89)
    expect(page.locator(".hero .winner h2")).to_have_text("La La Land")
    page.clock.fast_forward(A_NAME)
    expect(page.locator(".hero")).to_contain_text("La La Land leads with 7 wins")
    moves(page, "main", "rise", "edge")
    page.clock.fast_forward(A_WIN)

    mistaken.play(141)
    kicker = page.locator(".hero .kicker").first
    expect(kicker).to_have_text("Corrected · Best Picture")
    expect(page.locator(".hero .winner h2")).to_have_text(["Moonlight"])
    expect(page.locator(".hero s")).to_have_text("La La Land")
    expect(page.locator(".hero")).to_contain_text("La La Land was read out by mistake")
    assert animated(page, ".hero .winner") == []
    assert "edge" not in animated(page, "main")
    said = ["Correction. Best Picture: Moonlight, not La La Land."]
    until(page, lambda: notes(page, "spoken")[-1:], said)

    until(page, lambda: [row["wins"] for row in shown(page)["ranked"][:3]], ["6", "3", "2"])
    card = page.locator("li", has=page.locator("summary")).filter(has_text="Best Picture").last
    expect(card).to_contain_text("Corrected")
    feed = page.locator("section[aria-labelledby=feed-title]")
    struck = feed.locator(f"#event-{BEST_PICTURE_89}")
    expect(struck.locator(".names")).to_have_css("text-decoration-line", "line-through")
    struck.get_by_role("link", name="Corrected at").click()
    expect(feed.locator("#event-141")).to_be_focused()
    feed.locator("#event-141").get_by_role("link", name="Corrects").click()
    expect(struck).to_be_focused()


def test_a_result_under_review_stands_and_says_so(mistaken: Producer, screens: Screens) -> None:
    page = screens.open(mistaken.url)
    expect(page.get_by_role("banner")).to_contain_text("Live")
    mistaken.play(140)
    expect(page.locator(".hero .kicker").first).to_have_text("Under review · Best Picture")
    expect(page.locator(".hero .winner h2")).to_have_text(["La La Land"])
    board = written(mistaken.board())
    until(page, lambda: shown(page), board)
    assert board["ranked"][0]["wins"] == "7"
    until(page, lambda: "Best Picture is under review." in notes(page, "spoken"), expected=True)

    mistaken.post(type="result-confirmed", category="best-picture")
    expect(page.locator(".hero .kicker").first).to_have_text("Confirmed · Best Picture")
    until(page, lambda: shown(page), written(mistaken.board()))


def test_a_result_taken_back_opens_its_category_again(mistaken: Producer, screens: Screens) -> None:
    page = screens.open(mistaken.url)
    expect(page.get_by_role("banner")).to_contain_text("Live")
    mistaken.play(BEST_PICTURE_89)
    mistaken.post(type="winner-retracted", category="best-picture", reason="The wrong card.")
    expect(page.locator(".hero .kicker").first).to_have_text("Taken back · Best Picture")
    expect(page.locator(".hero s")).to_have_text("La La Land")
    expect(page.locator(".hero")).to_contain_text("The wrong card.")
    board = written(mistaken.board())
    until(page, lambda: shown(page), board)
    assert board["ranked"][0]["wins"] == "6"


def test_a_tie_names_both_winners_everywhere(night: Producer, screens: Screens) -> None:
    night.play(84)
    page = screens.open(night.url)
    expect(page.get_by_role("banner")).to_contain_text("Live")
    category = night.board()["categories"]["actor-supporting"]
    both = sorted(category["nominees"], key=lambda each: category["nominees"][each]["position"])[:2]
    night.post(type="winner-announced", category="actor-supporting", nominees=both)
    expect(page.locator(".hero .kicker").first).to_have_text("Tie · Actor in a Supporting Role")
    board = night.board()
    names = [label(board, category, nominee) for nominee in both]
    until(page, lambda: hero(page), names)
    until(page, lambda: shown(page), written(board))
    assert [row["rank"] for row in written(board)["ranked"]] == ["=1", "=1"]
    until(page, lambda: len(notes(page, "spoken")), 1)
    (sentence,) = notes(page, "spoken")
    assert sentence.startswith("Actor in a Supporting Role, a tie: ")
    assert all(name in sentence for name in names)


def away(page: Page, *, hidden: bool) -> None:
    """Turn the viewer's back on the page, or bring them back to it."""
    page.evaluate(
        """(state) => {
          const get = () => state;
          Object.defineProperty(document, 'visibilityState', { get, configurable: true });
          document.dispatchEvent(new Event('visibilitychange'));
        }""",
        "hidden" if hidden else "visible",
    )


def test_a_still_is_no_look_at_the_night(night: Producer, screens: Screens) -> None:
    night.play(MIDNIGHT)
    looks = "Object.keys(localStorage).filter((each) => each.startsWith('look:'))"
    page = screens.open(f"{night.url}?at={MIDNIGHT - 20}")
    expect(page.locator("section[aria-labelledby=ranking-title]")).to_be_visible()
    page.goto(night.url)
    assert page.evaluate(looks) == []
    expect(page.get_by_role("banner")).to_contain_text("Live")
    page.goto(f"{night.url}?at={MIDNIGHT - 20}")
    assert len(page.evaluate(looks)) == 1


def test_who_comes_back_sees_what_has_changed_until_it_fades(
    night: Producer, screens: Screens
) -> None:
    night.play(MIDNIGHT)
    page = screens.open(night.url, fake_clock=True)
    expect(page.get_by_role("banner")).to_contain_text("Live")
    ranking = page.locator("section[aria-labelledby=ranking-title]")
    away(page, hidden=True)
    night.play(146)
    until(page, lambda: shown(page), written(night.board()))
    expect(ranking.locator(".chip")).to_have_count(0)

    away(page, hidden=False)
    expect(ranking).to_contain_text("Since you last looked")
    expect(ranking).to_contain_text("4 more awards")
    before = dict(night.board(MIDNIGHT)["ranking"]["works"])
    for work, rank in night.board()["ranking"]["works"]:
        row = ranking.locator("ol > li", has=page.locator(f"a[href$='/{work}']"))
        was = before.get(work)
        if was is None:
            expect(row.locator(".chip")).to_have_text("new")
        elif was == rank:
            expect(row.locator(".chip")).to_have_count(0)
        else:
            word = "Up" if was > rank else "Down"
            expect(row.locator(".chip")).to_contain_text(f"{word} {abs(was - rank)} place")

    page.clock.fast_forward("01:31")
    expect(ranking.locator(".chip")).to_have_count(0)
    expect(ranking).not_to_contain_text("Since you last looked")


def test_what_has_changed_is_hidden_at_a_wish_and_remembered_by_the_device(
    night: Producer, screens: Screens
) -> None:
    night.play(MIDNIGHT)
    page = screens.open(night.url)
    expect(page.get_by_role("banner")).to_contain_text("Live")
    page.goto("about:blank")
    night.play(141)
    page.goto(night.url)
    ranking = page.locator("section[aria-labelledby=ranking-title]")
    expect(ranking).to_contain_text("2 more awards")
    expect(ranking.locator(".chip").first).to_be_visible()
    ranking.get_by_role("button", name="Hide the marks").click()
    expect(ranking.locator(".chip")).to_have_count(0)

    page.evaluate(
        """([key]) => {
          const look = { ...JSON.parse(localStorage[key]), version: 134, at: Date.UTC(2024, 4, 5) };
          addEventListener('pagehide', () => (localStorage[key] = JSON.stringify(look)));
        }""",
        page.evaluate("Object.keys(localStorage).filter((each) => each.startsWith('look:'))"),
    )
    page.reload()
    expect(ranking).to_contain_text("5 May")


def test_the_filter_narrows_board_and_categories_at_once_and_says_to_how_many(
    night: Producer, screens: Screens
) -> None:
    night.play(MIDNIGHT)
    page = screens.open(night.url)
    page.get_by_role("button", name="Filter").click()
    page.get_by_role("searchbox").fill("emilia per")
    until(page, lambda: [row["name"] for row in shown(page)["ranked"]], ["Emilia Pérez"])
    board = night.board()
    line = [
        category["name"]
        for category in sorted(board["categories"].values(), key=lambda each: each["position"])
        if any(each.get("work") == "emilia-perez" for each in category["nominees"].values())
    ]
    until(page, lambda: [card["name"] for card in shown(page)["categories"]], line)
    found = page.get_by_role("status").filter(has_text="films")
    expect(found).to_contain_text(f"1 of {len(board['works'])} films")
    expect(found).to_contain_text(f"{len(line)} of 23 categories")

    page.get_by_role("combobox", name="Category").select_option("Upcoming")
    upcoming = [
        name
        for name in line
        for category in board["categories"].values()
        if category["name"] == name and category["status"] == "upcoming"
    ]
    until(page, lambda: [card["name"] for card in shown(page)["categories"]], upcoming)
    page.get_by_role("button", name="Clear", exact=True).click()
    until(page, lambda: shown(page), written(board))


def test_before_the_start_there_are_a_countdown_and_the_run_of_show(
    server: RunningServer, screens: Screens
) -> None:
    with httpx.Client(base_url=f"{server.url}/api", headers=server.headers, timeout=30) as client:
        programme = {
            "ceremony": {
                "id": "a-coming-night",
                "name": "A Coming Night",
                "starts_at": "2031-03-03T01:00:00.000Z",
                "venue": "Dolby Theatre",
                "hosts": ["A Host"],
            },
            "works": [{"id": "a-film", "title": "A Film"}],
            "categories": [
                {
                    "key": "best-picture",
                    "name": "Best Picture",
                    "nominees": [{"id": "best-picture/a-film", "work": "a-film", "people": []}],
                }
            ],
        }
        client.post("/ceremonies", json=programme).raise_for_status()
    page = screens.open(f"{server.url}/a-coming-night")
    expect(page.get_by_role("timer")).to_contain_text(re.compile(r"\d+\s*days"))
    hero = page.locator(".hero")
    expect(hero).to_contain_text("Monday, 3 March 2031, 01:00")
    hero.get_by_role("button", name="Show venue time").click()
    expect(hero).to_contain_text("Sunday, 2 March 2031, 17:00")
    expect(hero).to_contain_text("Venue time: Pacific Standard Time")
    expect(page.get_by_role("banner")).not_to_contain_text(" ago")
    expect(page.get_by_role("heading", name="Run of show")).to_be_visible()
    expect(page.get_by_role("link", name="Add to your calendar")).to_have_attribute(
        "href", "/api/ceremonies/a-coming-night/ceremony.ics"
    )
    page.reload()
    expect(hero).to_contain_text("Sunday, 2 March 2031, 17:00")


def test_a_bell_tells_of_its_category_and_of_no_other(night: Producer, screens: Screens) -> None:
    night.play(MIDNIGHT)
    page = screens.open(night.url)
    expect(page.get_by_role("banner")).to_contain_text("Live")
    page.get_by_role("button", name="Tell me", exact=True).click()
    page.get_by_role("button", name="Tell me about Music (Original Score)").click()
    page.get_by_role("button", name="Done 1 bell set").click()
    page.reload()
    expect(page.get_by_role("banner")).to_contain_text("Live")
    notes_shown = page.get_by_role("complementary", name="What you wanted to be told")
    night.play(139)
    until(page, lambda: shown(page), written(night.board()))
    expect(notes_shown).to_have_count(0)
    night.play(141)
    expect(notes_shown).to_contain_text("Music (Original Score) is on stage now.")
    expect(notes_shown).to_contain_text("Music (Original Score): The Brutalist")
    notes_shown.get_by_role("button", name="Close this note").first.click()
    expect(notes_shown.get_by_role("link")).to_have_count(1)


def test_a_milestone_in_a_frame_is_a_card(night: Producer, screens: Screens) -> None:
    night.play(MIDNIGHT - 1)
    page = screens.open("about:blank")
    card = {"version": MIDNIGHT, "kind": "most-wins", "subject": "the-brutalist", "value": 11}

    def with_milestone(message: str | bytes) -> str:
        told = json.loads(message)
        if told.get("version") == MIDNIGHT and told["type"] == "frame":
            told["patch"]["milestones"] = {"m": card}
        return json.dumps(told)

    def between(socket: WebSocketRoute) -> None:
        server_side = socket.connect_to_server()
        server_side.on_message(lambda message: socket.send(with_milestone(message)))

    page.route_web_socket(re.compile("/live"), between)
    page.goto(night.url)
    expect(page.get_by_role("banner")).to_contain_text("Live")
    night.next()
    expect(page.locator(".hero .winner")).to_contain_text(
        "Most wins of any film: The Brutalist, 11"
    )
    feed = page.locator("section[aria-labelledby=feed-title]")
    expect(feed.locator(".milestone")).to_have_text(re.compile("The Brutalist.*11", re.DOTALL))


def test_under_reduced_motion_a_win_only_fades(night: Producer, screens: Screens) -> None:
    night.play(MIDNIGHT - 1)
    page = screens.open(night.url, fake_clock=True, reduced_motion="reduce")
    expect(page.get_by_role("banner")).to_contain_text("Live")
    stop_clock(page)
    night.next()
    expect(page.locator(".hero .winner h2")).to_have_text("The Brutalist")
    moved = page.evaluate(
        """() => document.getAnimations().flatMap(({ effect }) => effect.getKeyframes())
             .filter(({ transform }) => transform && transform !== 'none')"""
    )
    assert moved == []
    moves(page, "main", "appear")


def test_the_first_award_does_not_empty_the_board(server: RunningServer, screens: Screens) -> None:
    ranking = "section[aria-labelledby=ranking-title]"
    with Producer(server, "oscars-97") as night:
        night.play(84)
        page = screens.open(night.url, fake_clock=True)
        expect(page.get_by_role("banner")).to_contain_text("Live")
        stop_clock(page)
        night.next()
        expect(page.locator(".hero .winner h2")).to_have_text("Kieran Culkin")
        page.clock.fast_forward(A_NAME)
        expect(page.locator(f"{ranking} ol li")).to_have_count(8)
        entering = page.locator(f"{ranking} ol li.entering")
        expect(entering, "the others stay where they are seen").to_have_count(1)
        expect(entering).to_contain_text("A Real Pain")


def test_the_index_page_tells_how_the_night_stands(server: RunningServer, screens: Screens) -> None:
    with Producer(server, "oscars-97") as night:
        night.play(MIDNIGHT)
        page = screens.open("about:blank")
        page.add_init_script(
            "new MutationObserver(() => document.documentElement?.setAttribute("
            "'data-rehearsals', 'shown')).observe(document, { childList: true })"
        )
        page.goto(server.url)
        tonight = page.get_by_role("region", name="Tonight")
        expect(tonight).to_contain_text("The Brutalist")
        expect(tonight).to_contain_text("4 films share the lead with 2 wins each")
        expect(tonight).to_contain_text("17 of 23 awarded")
        expect(tonight).to_contain_text("Rehearsal")
        expect(tonight.get_by_role("link", name="Winners").first).to_have_attribute(
            "href", "/oscars-97-rehearsal/winners"
        )
