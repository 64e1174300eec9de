from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Page, Route, WebSocketRoute, expect

from browsing import PATIENCE, Screens, until
from onscreen import shown, written
from producer import Producer
from servers import ForkedServer, RunningServer

pytestmark = pytest.mark.browser

expect.set_options(timeout=1000 * PATIENCE)

LIVE = re.compile(r"/live(\?|$)")
FIRST = 134
"""The version of the 97th from which on the connection is tampered with."""
LAST = 148
START = 75
"""Where the show starts; its events are counted from there."""

OTHER_EPOCH = {"type": "resync", "reason": "forced", "epoch": "another"}

Message = dict[str, Any]
Tamper = Callable[[Message], list[Message]]
"""From a message that comes from the server: what the page gets in its place."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with ForkedServer(tmp_path_factory.mktemp("heal")) as running:
        yield running


@pytest.fixture
def night(server: RunningServer) -> Iterator[Producer]:
    with Producer(server, "oscars-97") as producer:
        producer.play(FIRST)
        yield producer


class Connections:
    """
    The live connections of a page, tampered with.

    Attributes:
        opened: The address of each.
    """

    def __init__(self, page: Page, tamper: Tamper) -> None:
        self.opened: list[str] = []
        self._tamper = tamper
        page.route_web_socket(LIVE, self._open)

    def _open(self, page: WebSocketRoute) -> None:
        self.opened.append(page.url)
        server = page.connect_to_server()

        def receive(message: str | bytes) -> None:
            for each in self._tamper(json.loads(message)):
                page.send(json.dumps(each))

        server.on_message(receive)


def tampered(screens: Screens, url: str, tamper: Tamper) -> tuple[Page, Connections]:
    page = screens.open("about:blank")
    connections = Connections(page, tamper)
    page.goto(url)
    expect(page.get_by_role("banner")).to_contain_text("Live")
    return page, connections


def once(version: int, change: Tamper) -> Tamper:
    """Change the frame of a version when it comes first, and leave all else."""
    left = [version]

    def tamper(message: Message) -> list[Message]:
        if message["type"] == "frame" and message["version"] in left:
            left.remove(message["version"])
            return change(message)
        return [message]

    return tamper


def foreign(message: Message) -> Message:
    """Return a frame as another history might have it at this version."""
    return {
        **message,
        "event": {"type": "ceremony-ended"},
        "patch": {"phase": "ended", "ranking": {"works": []}, "works": {"anora": {"wins": 9}}},
    }


@pytest.mark.parametrize(
    ("change", "connects_again"),
    [
        pytest.param(lambda _: [], True, id="missing"),
        pytest.param(lambda frame: [frame, frame], False, id="doubled"),
        pytest.param(lambda frame: [OTHER_EPOCH, frame], True, id="of another epoch"),
        pytest.param(lambda frame: [foreign(frame), frame], True, id="of another, then its own"),
        pytest.param(lambda frame: [frame, foreign(frame)], True, id="its own, then of another"),
        pytest.param(
            lambda frame: [{**frame, "version": frame["version"] + 7}, frame], True, id="too early"
        ),
    ],
)
def test_a_page_heals_itself_of_a_frame_that_is(
    screens: Screens, night: Producer, change: Tamper, *, connects_again: bool
) -> None:
    page, connections = tampered(screens, night.url, once(FIRST + 4, change))
    night.play(LAST)
    until(page, lambda: len(connections.opened) > 1, connects_again)
    until(page, lambda: shown(page), written(night.board()))
    until(page, lambda: frames(page), LAST - START + 1)
    for _ in range(LAST - FIRST):
        page.keyboard.press(",")
    until(page, lambda: shown(page), written(night.board(at=FIRST)))
    assert (len(connections.opened) > 1) is connects_again


def frames(page: Page) -> int:
    """Return how many events the page counts."""
    told = page.get_by_role("slider").get_attribute("aria-valuetext") or ""
    return int(told.rpartition(" ")[2])


def test_a_page_heals_itself_of_a_frame_of_another_history_with_the_next_heartbeat(
    screens: Screens, night: Producer
) -> None:
    def tamper(message: Message) -> list[Message]:
        if message["type"] == "caught-up" and not tampering:
            tampering.append(message)
            frame = {"type": "frame", "occurred_at": "2025-03-03T00:00:00.000Z", "t": 10**7}
            return [message, foreign({**frame, "version": message["version"] + 1})]
        return [message]

    tampering: list[Message] = []
    page = screens.open("about:blank")
    connections = Connections(page, tamper)
    page.goto(night.url)
    until(page, lambda: len(connections.opened) > 1, expected=True)
    until(page, lambda: shown(page), written(night.board()))
    expect(page.get_by_role("banner")).to_contain_text("Live")


def test_a_page_does_not_believe_wrong_pages_of_frames(screens: Screens, night: Producer) -> None:
    asked: list[str] = []

    def wrong(route: Route) -> None:
        asked.append(route.request.url)
        answer = route.fetch()
        body = answer.json()
        if len(asked) <= 3:
            for frame in body["frames"][-2:]:
                frame.update(foreign(frame))
        route.fulfill(response=answer, json=body)

    page = screens.open("about:blank")
    page.route(re.compile(r"/frames/"), wrong)
    page.goto(night.url)
    until(page, lambda: shown(page), written(night.board()))
    until(page, lambda: len(asked) > 3, expected=True)
    until(page, lambda: frames(page), FIRST - START + 1)
    for version in (130, 120):
        page.keyboard.press("l")
        for _ in range(FIRST - version):
            page.keyboard.press(",")
        until(page, partial(shown, page), written(night.board(at=version)))
