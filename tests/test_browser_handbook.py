"""The producer's handbook: its practice night is run exactly as it is written."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from browsing import ROOT, Screens
from consoles import Office, at_desk
from handbook import HANDBOOK, NIGHT, Evening, Step, steps
from servers import ForkedServer, RunningServer

pytestmark = pytest.mark.browser

LARGEST = 150 * 1024
"""Bytes, of each picture."""
ENVELOPE, ENTERED, JURY = (
    "The wrong envelope was read",
    "It was entered wrongly",
    "The jury counted again",
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with ForkedServer(tmp_path_factory.mktemp("handbook")) as running:
        yield running


def told(office: Office) -> list[tuple[str, str, list[str], str]]:
    """Return who gave, corrected or took back what, and why, in order."""
    kinds = ("winner-announced", "winner-corrected", "winner-retracted")
    return [
        (
            actor,
            event["type"].removeprefix("winner-"),
            [name.split("/")[-1] for name in event.get("nominees", [event["category"]])],
            event.get("reason", ""),
        )
        for actor, event in office.said(NIGHT, *kinds)
    ]


def test_a_night_with_a_tie_a_mistake_and_a_lost_link_is_run_from_the_handbook_alone(
    server: RunningServer, screens: Screens
) -> None:
    taken: list[Step] = []

    def note(step: Step, _page: Page) -> None:
        taken.append(step)

    Evening(server, screens).run(note)
    assert taken == steps(HANDBOOK.read_text())
    sections = {step.section for step in taken}
    assert {"A tie", "The link is lost", "Two producers at once", "End the night"} <= sections
    office = Office(server)
    tie = ["in-the-shadow-of-the-cypress", "magic-candies"]
    assert told(office) == [
        ("Maya", "announced", ["kieran-culkin"], ""),
        ("Maya", "announced", ["flow"], ""),
        ("Maya", "announced", tie, ""),
        ("Maya", "announced", ["nosferatu"], ""),
        ("Maya", "corrected", ["wicked"], ENVELOPE),
        ("Maya", "retracted", ["costume-design"], ENTERED),
        ("Maya", "announced", ["wicked"], ""),
        ("Bo", "announced", ["the-brutalist"], ""),
        ("Maya", "corrected", ["anora"], ENTERED),
        ("Maya", "announced", ["conclave"], ""),
        ("Maya by hand", "announced", ["the-substance"], ""),
        ("Maya by hand", "corrected", ["wicked"], ENVELOPE),
        ("Maya by hand", "retracted", ["makeup-hairstyling"], ENTERED),
        ("Maya", "corrected", ["conclave"], JURY),
    ]
    assert len(office.said(NIGHT, "stage-cleared")) == 1
    assert office.board(NIGHT)["phase"] == "ended"
    office.close()


def test_the_handbook_and_the_help_at_the_desk_name_the_same_keys(
    server: RunningServer, screens: Screens
) -> None:
    office = Office(server)
    desk = at_desk(screens, office, office.rehearse("oscars-89"), office.token("ada")["token"])
    desk.press("?")
    help_ = desk.page.locator("dialog[open] dl > div")
    shown = [
        (line.locator("dt").inner_text(), line.locator("dd").inner_text()) for line in help_.all()
    ]
    office.close()
    _, table = HANDBOOK.read_text().split("| key | does |\n|---|---|\n")
    rows = (row.strip("|").split("|") for row in table.strip().splitlines())
    assert [(key.strip(), does.strip()) for key, does in rows] == shown
    assert len(shown) > len("PRCUTM")


def test_every_button_that_the_handbook_names_is_a_word_of_the_console() -> None:
    folder = ROOT / "web" / "scoreboard" / "src" / "words"
    files = [*folder.glob("console/en/*.ts"), *folder.glob("console.en.ts")]
    source = "\n".join(path.read_text() for path in files)
    quoted = re.findall(r"'([^'\n]+)'|`([^`]+)`", source)
    texts = [single or template for single, template in quoted]
    plain = {text for text in texts if "${" not in text}
    # A sentence that is filled in begins with what is in the handbook.
    filled = {text.partition("${")[0].rstrip() for text in texts if "${" in text} - {""}
    # Nominees and categories are pressed too; the rest is only told more loudly.
    known = plain | filled | {"Flow", "Costume Design", "Amber means: this is not the night."}
    loud = re.findall(r"\*\*([A-Z].+?)\*\*", HANDBOOK.read_text())
    assert [name for name in loud if not {name, name.partition(":")[0] + ":"} & known] == []
    assert {"Start the night", "Take back", "Revoke"} <= set(loud)


def test_every_picture_of_the_handbook_is_there_and_small() -> None:
    named = re.findall(r"\bproducing/[a-z-]+\.png", HANDBOOK.read_text())
    there = {f"producing/{path.name}" for path in (ROOT / "docs" / "producing").glob("*.png")}
    assert set(named) == there
    assert len(named) == len(there)
    sizes = {name: (ROOT / "docs" / name).stat().st_size for name in named}
    assert {name: size for name, size in sizes.items() if size > LARGEST} == {}
