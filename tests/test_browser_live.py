import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from browsing import PATIENCE, PHONE, Screens, animated, findings, notes, stop_clock, until
from onscreen import label, shown, winners, written
from producer import Producer
from servers import RunningServer

pytestmark = pytest.mark.browser

expect.set_options(timeout=1000 * PATIENCE)

A_WIN = 1700
"""Milliseconds in which a win has had its moment."""
BEST_PICTURE_89 = 138
"""Where the 89th announces La La Land; 140 puts it under review, 141 corrects it."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with RunningServer(tmp_path_factory.mktemp("live")) as running:
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
    assert shown(page) == written(night.board())
    page.evaluate("window.opened = 'once'")

    server.run("rehearse", "oscars-97", "--speed", "3600")

    until(page, lambda: shown(page), written(night.board()))
    assert shown(page)["ranked"][0] == {
        "rank": "1",
        "name": "Anora",
        "nominations": "6 nominations",
        "pips": "5 wins, 1 lost, 0 to come",
        "wins": "5",
    }
    expect(page.get_by_role("banner")).to_contain_text("Final board")
    expect(page.locator(".hero")).to_contain_text("Anora led with 5 wins")
    expect(page.locator(".hero")).to_contain_text("23 of 23 awarded")
    assert hero(page) == ["Anora"]
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
        assert "rise" in animated(page, ".hero .winner")
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
    assert hero(page) == ["Conclave"]


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
    assert len(notes(page, "spoken")) == 1


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
    with RunningServer(tmp_path) as server, Producer(server, "oscars-97") as night:
        night.play(121)
        page = screens.open(night.url, fake_clock=True)
        header, banner = page.get_by_role("banner"), page.get_by_role("alert")
        expect(header).to_contain_text("Live")
        seen = written(night.board())

        screens.expect("WebSocket connection to|ERR_CONNECTION_REFUSED")
        server.kill()
        page.clock.fast_forward("00:26")
        expect(header).to_contain_text(re.compile(r"Reconnecting, data from \d\d:\d\d:\d\d"))
        expect(banner).to_have_count(0)
        page.clock.fast_forward("00:40")
        expect(banner).to_contain_text("it will catch up by itself")
        assert shown(page) == seen
        assert findings(page) == []

        server.start()
        night.play(134)
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
    expect(page.locator(".hero")).to_contain_text("La La Land leads with 7 wins")
    assert animated(page, "main") != []
    page.clock.fast_forward(A_WIN)

    mistaken.play(141)
    kicker = page.locator(".hero .kicker").first
    expect(kicker).to_have_text("Corrected · Best Picture")
    assert hero(page) == ["Moonlight"]
    expect(page.locator(".hero s")).to_have_text("La La Land")
    expect(page.locator(".hero")).to_contain_text("La La Land was read out by mistake")
    assert animated(page, ".hero .winner") == []
    assert "edge" not in animated(page, "main")
    assert notes(page, "spoken")[-1] == "Correction. Best Picture: Moonlight, not La La Land."

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
    assert hero(page) == ["La La Land"]
    until(page, lambda: shown(page), written(mistaken.board()))
    assert shown(page)["ranked"][0]["wins"] == "7"
    assert "Best Picture is under review." in notes(page, "spoken")

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
    until(page, lambda: shown(page), written(mistaken.board()))
    assert shown(page)["ranked"][0]["wins"] == "6"


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
    assert hero(page) == names
    until(page, lambda: shown(page), written(board))
    assert [row["rank"] for row in shown(page)["ranked"]] == ["=1", "=1"]
    (sentence,) = notes(page, "spoken")
    assert sentence.startswith("Actor in a Supporting Role, a tie: ")
    assert all(name in sentence for name in names)
