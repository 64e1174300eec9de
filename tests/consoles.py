"""A producer at a console in a browser, by keyboard."""

from __future__ import annotations

import re
from typing import Any, Final

import httpx
from playwright.sync_api import Locator, Page, expect

from browsing import DESKTOP, PATIENCE, Device, Screens, Theme
from servers import RunningServer

expect.set_options(timeout=1000 * PATIENCE)


class Office:
    """What tests ask of a server besides the console."""

    def __init__(self, server: RunningServer) -> None:
        self.url: Final = server.url
        self._client: Final = httpx.Client(
            base_url=f"{server.url}/api", headers=server.headers, timeout=30
        )

    def close(self) -> None:
        self._client.close()

    def token(self, name: str, role: str = "producer", **more: str) -> dict[str, str]:
        """Make a token and return what the server says of it, `id` and `token` among it."""
        answer = self._client.post("/tokens", json={"name": name, "role": role, **more})
        assert answer.status_code == 201, answer.text
        made: dict[str, str] = answer.json()
        return made

    def link(self, name: str) -> str:
        """Make a link that signs a producer in, once."""
        wish = {"name": name, "role": "producer"}
        answer = self._client.post("/tokens/invitations", json=wish)
        assert answer.status_code == 201, answer.text
        return f"{self.url}/console#once={answer.json()['code']}"

    def revoke(self, token: str) -> None:
        assert self._client.delete(f"/tokens/{token}").status_code == 204

    def rehearse(self, ceremony: str) -> str:
        """Begin a rehearsal anew and return its id."""
        answer = self._client.post(f"/ceremonies/{ceremony}/rehearsals")
        assert answer.status_code == 201, answer.text
        begun: str = answer.json()["id"]
        return begun

    def post(self, ceremony: str, token: str | None = None, **event: Any) -> None:
        """Post an event, as admin or with another token."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        path = f"/ceremonies/{ceremony}/events"
        answer = self._client.post(path, json=event, headers=headers)
        assert answer.status_code == 201, answer.text

    def board(self, ceremony: str) -> dict[str, Any]:
        answer = self._client.get(f"/ceremonies/{ceremony}/board")
        board: dict[str, Any] = answer.json()
        return board

    def log(self, ceremony: str) -> list[dict[str, Any]]:
        """Return the log with its actors, from the start of the show on."""
        start = self._client.get(f"/ceremonies/{ceremony}").json()["start"]
        path = f"/ceremonies/{ceremony}/log?after={start - 1}&limit=500"
        events: list[dict[str, Any]] = self._client.get(path).json()["events"]
        return events

    def said(self, ceremony: str, *kinds: str) -> list[tuple[str, dict[str, Any]]]:
        """Return who said what of some kinds, in order."""
        return [
            (each["actor"], each["event"])
            for each in self.log(ceremony)
            if each["event"]["type"] in kinds
        ]


class Console:
    """One console; counts the keys that are pressed at it."""

    def __init__(self, page: Page) -> None:
        self.page: Final = page
        self.pressed = 0
        self.publish: Final[Locator] = page.locator(".bar .publish")
        self.outcome: Final[Locator] = page.locator("[data-outcome]")
        self.status: Final[Locator] = page.locator("main .status")
        self.phase: Final[Locator] = page.locator("header .phase")
        self.picked: Final[Locator] = page.locator("main [data-pick][aria-pressed=true]")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1

    def review(self) -> None:
        """Press Enter, and wait until it has been checked."""
        self.press("Enter")
        expect(self.publish).to_be_visible()

    def post(self) -> None:
        """Press Enter, and wait until it is in the log; the public board may tell of it later."""
        self.press("Enter")
        expect(self.outcome).to_have_attribute("data-outcome", "posted")

    def start(self) -> None:
        """Start the night, and wait until the console has it from the public board too."""
        self.page.get_by_role("button", name="Start the night", exact=True).click()
        expect(self.publish).to_be_visible()
        self.post()
        expect(self.phase).to_have_text("Live")

    def present(self) -> None:
        """Present what is next, and wait until it is on stage."""
        self.press("p")
        expect(self.status).to_have_text("Presenting now")

    def award(self) -> None:
        """Post the result of what is on stage, and wait until the public board tells of it."""
        self.post()
        expect(self.status).to_have_text("Awarded")

    def pick(self, digits: list[str]) -> None:
        """Pick the first, and add the others to it."""
        for n, digit in enumerate(digits):
            self.press(f"Shift+Digit{digit}" if n else digit)
        expect(self.picked).to_have_count(len(digits))


def signed_in(
    screens: Screens, address: str, token: str, device: Device = DESKTOP, theme: Theme = "dark"
) -> Page:
    """Open a page of the console, and sign in there."""
    page = screens.open(address, device, theme)
    page.locator("input[type=password]").fill(token)
    page.keyboard.press("Enter")
    return page


def at_desk(
    screens: Screens,
    office: Office,
    ceremony: str,
    token: str,
    device: Device = DESKTOP,
    theme: Theme = "dark",
) -> Console:
    """Sign in at a ceremony's desk."""
    # A browser tells of every answer that is no success; the desk knows what to do about them.
    screens.expect(r"status of (401|412|422|429|503)")
    page = signed_in(screens, f"{office.url}/console/{ceremony}", token, device, theme)
    expect(page.locator(".desk")).to_be_visible()
    expect(page.locator("header .link")).to_have_text(re.compile("ago"))
    return Console(page)


def digits(board: dict[str, Any], category: str, nominees: list[str]) -> list[str]:
    """Return the keys that pick some nominees."""
    line = board["categories"][category]["nominees"]
    ballot = sorted(line, key=lambda nominee: line[nominee]["position"])
    return [f"{(ballot.index(nominee) + 1) % 10}" for nominee in nominees]
