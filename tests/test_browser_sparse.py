"""Nights with little on them: no award, no film, no start at its time, ids that JavaScript has."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx
import pytest
from playwright.sync_api import expect

from browsing import PATIENCE, PHONE, Screens
from servers import ForkedServer, RunningServer

pytestmark = pytest.mark.browser

expect.set_options(timeout=1000 * PATIENCE)

SCREENS: Final = ("", "/tv", "/embed", "/overlay")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with ForkedServer(tmp_path_factory.mktemp("sparse"), TRACKER_BUNDLED="0") as running:
        yield running


def scheduled(
    server: RunningServer, ceremony: str, programme: dict[str, Any], *, late: timedelta
) -> None:
    """Schedule a night whose time was so long ago."""
    starts_at = (datetime.now(UTC) - late).isoformat()
    card = {"id": ceremony, "name": ceremony.title(), "starts_at": starts_at}
    sent(server, "", {"ceremony": card, **programme})


def post(server: RunningServer, ceremony: str, tag: str, /, **fields: Any) -> None:
    sent(server, f"/{ceremony}/events", {"type": tag, **fields})


def sent(server: RunningServer, path: str, body: dict[str, Any]) -> None:
    url = f"{server.url}/api/ceremonies{path}"
    answer = httpx.post(url, headers=server.headers, json=body, timeout=PATIENCE)
    assert answer.status_code == 201, answer.text


def films(*categories: str) -> dict[str, Any]:
    """Return a programme of two films, which compete in each of the categories."""
    names = ("red-car", "constructor")
    return {
        "works": [{"id": each, "title": each.replace("-", " ").title()} for each in names],
        "categories": [
            {
                "key": key,
                "name": key.replace("-", " ").title(),
                "nominees": [{"id": f"{key}/{x}", "work": x, "people": []} for x in names],
            }
            for key in categories
        ],
    }


def test_a_night_that_ended_without_an_award_says_so_on_every_screen(
    server: RunningServer, screens: Screens
) -> None:
    scheduled(server, "closed", films("best-car"), late=timedelta(minutes=1))
    post(server, "closed", "ceremony-started")
    post(server, "closed", "ceremony-ended", reason="The hall was closed")
    for path in SCREENS:
        page = screens.open(f"{server.url}/closed{path}")
        body = page.locator("body")
        expect(body).to_contain_text("0 of 1 awarded")
        if path != "/overlay":
            expect(body).to_contain_text("The night is over")
            expect(body).to_contain_text("The hall was closed")
        expect(body).not_to_contain_text("The night has begun")
        expect(body).not_to_contain_text("yet")
        expect(body).not_to_contain_text("Up next")


@pytest.mark.parametrize("path", SCREENS)
def test_an_overdue_night_says_when_it_was_due(
    server: RunningServer, screens: Screens, path: str
) -> None:
    ceremony = f"overdue-{path[1:] or 'board'}"
    scheduled(server, ceremony, films("best-car"), late=timedelta(minutes=50))
    page = screens.open(f"{server.url}/{ceremony}{path}", PHONE)
    body = page.locator("body")
    expect(body).to_contain_text("Not begun yet")
    expect(body).to_contain_text("Due ")
    expect(body).not_to_contain_text("about to begin")


def test_ids_that_javascript_has_itself_show_their_own_names(
    server: RunningServer, screens: Screens
) -> None:
    scheduled(server, "names", films("constructor", "best-picture"), late=timedelta(minutes=1))
    post(server, "names", "ceremony-started")
    post(server, "names", "winner-announced", category="constructor",
         nominees=["constructor/constructor"])  # fmt: skip
    post(server, "names", "moment-noted", kind="constructor", text="Something happened")
    pages = (*SCREENS, "/categories/constructor", "/films/constructor", "/films/red-car")
    for path in pages:
        page = screens.open(f"{server.url}/names{path}?lang=es")
        body = page.locator("body")
        expect(body).to_contain_text("Constructor")
        expect(body).not_to_contain_text("native code")
        expect(body).not_to_contain_text("undefined")


def people_only() -> dict[str, Any]:
    people = [{"id": each, "name": f"{each.title()} Lund"} for each in ("ada", "bo", "cy")]
    return {
        "works": [],
        "categories": [
            {
                "key": key,
                "name": key.title(),
                "nominees": [{"id": f"{key}/{each['id']}", "people": [each]} for each in people],
            }
            for key in ("host", "jury")
        ],
    }


def test_a_night_of_people_ranks_people_on_every_screen_and_offers_no_empty_list(
    server: RunningServer, screens: Screens
) -> None:
    scheduled(server, "hosts", people_only(), late=timedelta(minutes=1))
    post(server, "hosts", "ceremony-started")
    post(server, "hosts", "winner-announced", category="host", nominees=["host/ada"])
    for path in SCREENS:
        page = screens.open(f"{server.url}/hosts{path}")
        body = page.locator("body")
        expect(body).to_contain_text("Ada Lund leads with 1 win" if path != "/overlay" else "Ada")
        expect(body).not_to_contain_text("No one is listed")
        expect(page.get_by_role("button", name="Films", exact=True)).to_have_count(0)
        lines = page.locator("ol > li").filter(has_text="Ada Lund")
        expect(lines.first).to_be_visible()
    board = screens.open(f"{server.url}/hosts")
    expect(board.get_by_role("heading", name="People by wins")).to_be_visible()


def test_with_the_first_win_the_board_is_filled_with_those_most_nominated(
    server: RunningServer, screens: Screens
) -> None:
    works = [{"id": f"film-{n}", "title": f"Film {n}"} for n in range(1, 13)]
    key = "best"
    nominees = [{"id": f"{key}/{w['id']}", "work": w["id"], "people": []} for w in works]
    programme = {"works": works, "categories": [{"key": key, "name": "Best", "nominees": nominees}]}
    scheduled(server, "first", programme, late=timedelta(minutes=1))
    post(server, "first", "ceremony-started")
    post(server, "first", "winner-announced", category=key, nominees=[f"{key}/film-9"])
    page = screens.open(f"{server.url}/first", PHONE)
    rows = page.locator("section[aria-labelledby=ranking-title] > ol > li")
    expect(rows).to_have_count(8)
    expect(rows.first).to_contain_text("Film 9")
    expect(page.locator("body")).to_contain_text("4 more without a win")


def test_a_list_that_is_cut_within_a_tie_says_so(server: RunningServer, screens: Screens) -> None:
    keys = [f"award-{n}" for n in range(1, 8)]
    works = [{"id": f"film-{n}", "title": f"Film {n}"} for n in range(1, 8)]
    programme = {
        "works": works,
        "categories": [
            {
                "key": key,
                "name": key.title(),
                "nominees": [
                    {"id": f"{key}/{w['id']}", "work": w["id"], "people": []} for w in works
                ],
            }
            for key in keys
        ],
    }
    scheduled(server, "tied", programme, late=timedelta(minutes=1))
    post(server, "tied", "ceremony-started")
    for n, key in enumerate(keys, 1):
        post(server, "tied", "winner-announced", category=key, nominees=[f"{key}/film-{n}"])
    post(server, "tied", "ceremony-ended")
    for path, more in (("", 4), ("/embed", 2), ("/overlay/board", 2)):
        page = screens.open(f"{server.url}/tied{path}")
        expect(page.locator("body")).to_contain_text(f"and {more} more with 1 win")


def test_a_persons_award_without_a_film_stands_under_a_heading_of_its_own(
    server: RunningServer, screens: Screens
) -> None:
    ada = [{"id": "ada", "name": "Ada Lund"}]
    programme = {
        "works": [{"id": "harbour", "title": "Harbour"}],
        "categories": [
            {
                "key": "director",
                "name": "Director",
                "nominees": [{"id": "director/harbour", "work": "harbour", "people": ada}],
            },
            {
                "key": "life",
                "name": "Life Work",
                "nominees": [{"id": "life/ada", "people": ada}],
            },
        ],
    }
    scheduled(server, "honours", programme, late=timedelta(minutes=1))
    page = screens.open(f"{server.url}/honours/people/ada")
    listed = page.locator("section[aria-labelledby=credits-title]")
    expect(listed.locator("h4")).to_have_text(["Harbour", "Without a film"])
