import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from browsing import Screens
from consoles import Console, Office, at_desk, digits
from servers import ForkedServer

pytestmark = pytest.mark.browser

SAME, OTHER, FIRST, ELSEWHERE = 4, 9, 14, 17
"""Where both announce at once: the same, another, another and first, and another category."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with ForkedServer(tmp_path_factory.mktemp("desk")) as server:
        opened = Office(server)
        yield opened
        opened.close()


def winners(board: dict[str, Any]) -> dict[str, list[str]]:
    return {key: sorted(line["winners"]) for key, line in board["categories"].items()}


def test_two_consoles_run_the_97th_by_hand_at_once(office: Office, screens: Screens) -> None:
    told = office.board("oscars-97")
    truth = winners(told)
    night = office.rehearse("oscars-97")
    ada, maya = (
        at_desk(screens, office, night, office.token(name)["token"]) for name in ("ada", "maya")
    )
    expect(ada.page.locator("[aria-labelledby=people-title]")).to_contain_text("maya")
    ada.start()
    expect(maya.phase).to_have_text("Live")

    open_ones = len(truth)
    turn = 0
    while open_ones:
        one, two = (ada, maya) if turn % 2 == 0 else (maya, ada)
        know_of(len(truth) - open_ones, ada, maya)
        present(office, night, one, two)
        board = office.board(night)
        category = board["stage"]["category"]
        right = digits(told, category, truth[category])
        wrong = next(digit for digit in "12345" if digit not in right)
        if turn == SAME:
            announce_at_once(one, right, two, right)
            expect(two.outcome).to_have_text(
                re.compile(rf"Already posted by {name_of(one, ada)} \d+ s ago")
            )
        elif turn == OTHER:
            announce_at_once(one, right, two, [wrong])
            keep_theirs(two, category_name(board, category))
        elif turn == FIRST:
            announce_at_once(one, [wrong], two, right)
            correct_with_mine(two, category_name(board, category))
        elif turn == ELSEWHERE:
            announce_elsewhere(told, board, truth, one, right, two)
            open_ones -= 1
        else:
            one.pick(right)
            one.review()
            one.post()
        open_ones -= 1
        turn += 1

    know_of(len(truth), ada, maya)
    maya.page.get_by_role("button", name="End the night", exact=True).click()
    expect(maya.publish).to_be_visible()
    maya.post()

    assert_told_right(office, night, told)
    for console in (ada, maya):
        shown = console.page.locator("aside ol li .who strong")
        last = [each["actor"] for each in office.log(night)[-10:]][::-1]
        expect(shown).to_have_text(last)


def assert_told_right(office: Office, night: str, told: dict[str, Any]) -> None:
    truth = winners(told)
    final = office.board(night)
    assert winners(final) == truth
    assert final["phase"] == "ended"
    assert final["ranking"] == told["ranking"]
    awards = office.said(night, "winner-announced")
    assert sorted(event["category"] for _, event in awards) == sorted(truth), "each of them once"
    assert {actor for actor, _ in awards} == {"ada", "maya"}
    corrected = office.said(night, "winner-corrected")
    assert [(actor, event["reason"]) for actor, event in corrected] == [
        ("maya" if FIRST % 2 == 0 else "ada", "The wrong envelope was read")
    ]
    assert [actor for actor, _ in office.said(night, "ceremony-started", "ceremony-ended")] == [
        "ada",
        "maya",
    ]


def know_of(awarded: int, *consoles: Console) -> None:
    """Wait until so many awards stand in each run of show: what is next follows from them."""
    for console in consoles:
        heading = console.page.get_by_role("heading", name="Run of show")
        expect(heading).to_contain_text(re.compile(rf"\b{awarded}/\d+"))


def present(office: Office, night: str, one: Console, two: Console) -> None:
    one.press("p")
    expect(one.outcome).to_contain_text("Presenting")
    expect(one.status).to_have_text("Presenting now")
    heading = one.page.locator("main h2").inner_text()
    expect(two.page.locator("main h2")).to_have_text(heading)
    expect(two.status).to_have_text("Presenting now")
    assert office.board(night)["stage"]


def announce_at_once(one: Console, mine: list[str], two: Console, theirs: list[str]) -> None:
    for console, picks in ((one, mine), (two, theirs)):
        console.pick(picks)
        console.review()
    one.press("Enter")
    two.press("Enter")
    expect(one.outcome).to_have_attribute("data-outcome", "posted")


def keep_theirs(console: Console, category: str) -> None:
    expect(console.page.get_by_role("alert")).to_contain_text(f"Two results for {category}")
    sides = console.page.locator(".sides h3")
    expect(sides).to_have_text(["Theirs", "Mine"])
    console.press("1")
    expect(console.status).to_have_text("Awarded")


def correct_with_mine(console: Console, category: str) -> None:
    expect(console.page.get_by_role("alert")).to_contain_text(f"Two results for {category}")
    console.press("2", "1")
    expect(console.publish).to_be_visible()
    console.post()


def announce_elsewhere(
    told: dict[str, Any],
    board: dict[str, Any],
    truth: dict[str, list[str]],
    one: Console,
    right: list[str],
    two: Console,
) -> None:
    """While one announces what is on stage, the other announces what comes next."""
    one.pick(right)
    one.review()
    two.press("j")
    expect(two.status).to_have_text("Upcoming")
    after = next_of(board)
    two.pick(digits(told, after, truth[after]))
    two.review()
    one.press("Enter")
    two.press("Enter")
    for console in (one, two):
        expect(console.outcome).to_have_attribute("data-outcome", "posted")
    # Back to where the night is, as a producer does who looked ahead.
    expect(one.phase).to_have_text("Live")


def next_of(board: dict[str, Any]) -> str:
    order = sorted(board["categories"], key=lambda key: board["categories"][key]["position"])
    after: str = order[order.index(board["stage"]["category"]) + 1]
    return after


def category_name(board: dict[str, Any], category: str) -> str:
    name: str = board["categories"][category]["name"]
    return name


def name_of(console: Console, ada: Console) -> str:
    return "ada" if console is ada else "maya"
