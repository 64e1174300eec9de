"""The steps of docs/producing.md, taken in a browser exactly as they are written."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from typing import Final, NamedTuple

from playwright.sync_api import Locator, Page, expect

from browsing import PHONE, ROOT, Device, Screens, Theme
from consoles import Office
from servers import RunningServer

HANDBOOK: Final = ROOT / "docs" / "producing.md"
LAPTOP: Final = Device("laptop", 1280, 800)
NIGHT: Final = "oscars-97-rehearsal"
"""The practice night of the handbook."""
_COMMANDS_WITHIN: Final = 120.0
"""Seconds for the commands of one block; each takes some milliseconds on a machine that is free."""
_STEP: Final = re.compile(r"\d+\. (?P<said>.+)")
_MARK: Final = re.compile(
    r"(?:line of \*(?P<line>[^*]+)\*)|\*\*(?P<press>[^*]+)\*\*|\*(?P<seen>[^*]+)\*"
    r"|`(?P<key>[^`]+)`|“(?P<text>[^”]+)”"
    r"|(?P<deed>Open your link|Open your other link on the phone"
    r"|A colleague publishes The Brutalist|The network goes away|The network comes back)"
)
"""What a step says in marks, and the sentences of what happens beside the console."""


class Step(NamedTuple):
    """
    One numbered line of the handbook, or one block of commands.

    Attributes:
        section: The heading above it.
        place: Its number within the section, from 1.
        said: Its text.
        commands: It is a block for a shell.
    """

    section: str
    place: int
    said: str
    commands: bool = False


def steps(handbook: str) -> list[Step]:
    """Return the numbered lines and the blocks of commands, in their order."""
    found: list[Step] = []
    section, place, block = "", 0, None
    for line in handbook.splitlines():
        if line == "```":
            if block is None:
                block = ""
            else:
                place += 1
                found.append(Step(section, place, block, commands=True))
                block = None
        elif block is not None:
            block += f"{line}\n"
        elif line.startswith("#"):
            section, place = line.lstrip("# "), 0
        elif step := _STEP.fullmatch(line):
            place += 1
            found.append(Step(section, place, step["said"]))
    return found


class Evening:
    """
    A producer who does what the handbook says, with the devices that it asks for.

    Attributes:
        page: The device in hand.
    """

    def __init__(
        self, server: RunningServer, screens: Screens, laptop: Theme = "dark", phone: Theme = "dark"
    ) -> None:
        self._server: Final = server
        self._screens: Final = screens
        self._office: Final = Office(server)
        self._themes: Final = (laptop, phone)
        self.page: Page = self._opened(LAPTOP, laptop)
        # A browser tells of the network that it lost, and of each answer that is a refusal.
        screens.expect("ERR_INTERNET_DISCONNECTED|status of 4(12|22)")

    def run(self, after: Callable[[Step, Page], None] = lambda _step, _page: None) -> None:
        """
        Take every step of the handbook.

        Args:
            after: Is told of each step that was taken, and on which page.
        """
        laptop = self.page
        for step in steps(HANDBOOK.read_text()):
            if step.section != "An award, by thumb":
                self.page = laptop
            self.take(step)
            after(step, self.page)
        self._office.close()

    def take(self, step: Step) -> None:
        if step.commands:
            self._command(step.said)
            return
        marks = list(_MARK.finditer(step.said))
        assert marks, f"there is nothing to do or to see in: {step.said}"
        within: Locator = self.page.locator("body")
        for mark in marks:
            kind, what = mark.lastgroup, mark[mark.lastgroup or 0]
            if kind == "line":
                line = self.page.get_by_text(what, exact=True)
                within = self.page.get_by_role("listitem").filter(has=line)
                expect(within).to_have_count(1)
            elif kind == "press":
                self._press(within, what)
            elif kind == "seen":
                seen = self.page.get_by_text(what, exact=True).filter(visible=True)
                expect(seen.first).to_be_visible()
            elif kind == "key":
                self.page.keyboard.press(key_named(what))
            elif kind == "text":
                self.page.keyboard.type(what)
            else:
                self._happen(what)
                within = self.page.locator("body")

    def _press(self, within: Locator, name: str) -> None:
        named = re.compile(rf"(^|\W){re.escape(name)}(\W|$)")
        buttons = within.get_by_role("button", name=named)
        links = within.get_by_role("link", name=named)
        button = buttons.or_(links).filter(visible=True).first
        if self.page.evaluate("navigator.maxTouchPoints") > 0:
            button.tap()
        else:
            button.click()

    def _happen(self, what: str) -> None:
        match what:
            case "Open your link":
                self.page.goto(self._office.link("Maya"))
            case "Open your other link on the phone":
                self.page = self._opened(PHONE, self._themes[1])
                self.page.goto(self._office.link("Maya"))
            case "A colleague publishes The Brutalist":
                event = {"type": "winner-announced", "category": "original-screenplay"}
                winners = ["original-screenplay/the-brutalist"]
                bo = self._office.token("Bo")["token"]
                self._office.post(NIGHT, bo, **event, nominees=winners)
            case "The network goes away":
                self.page.context.set_offline(True)
            case "The network comes back":
                self.page.context.set_offline(False)
            case _:
                raise AssertionError(what)

    def _opened(self, device: Device, theme: Theme) -> Page:
        return self._screens.open("about:blank", device, theme)

    def _command(self, block: str) -> None:
        """Run a block of commands with this server in the place of the one in the handbook."""
        token = self._office.token("Maya by hand")["token"]
        ours = {
            "PASTE-THE-TOKEN": token,
            "https://tracker.example": self._server.url,
            "our-night": NIGHT,
        }
        for theirs, mine in ours.items():
            assert theirs in block
            block = block.replace(theirs, mine)
        done = subprocess.run(
            ["bash", "-euc", block],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            timeout=_COMMANDS_WITHIN,
            check=False,
        )
        assert done.returncode == 0, done.stderr


def key_named(name: str) -> str:
    """Return how Playwright calls a key of the handbook."""
    if name.startswith("Shift + "):
        return f"Shift+Digit{name[-1]}"
    return {"Esc": "Escape"}.get(name, name if len(name) > 1 else name.lower())
