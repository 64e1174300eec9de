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
