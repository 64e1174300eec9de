"""Text that would be code elsewhere: every door of data gives it out as text."""

import csv
import io
import json
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
import pytest
from icalendar import Calendar

from doors import HERE, Doors, opened
from events.ceremony import Event, MomentNoted
from night import LIVE, announced, as_json, corrected, presenting

pytestmark = pytest.mark.anyio

MARKUP = "<script>alert(1)</script>\"'&amp;]]>"
LINES = "\r\nX-Evil: 1\r\n\r\nEND:VCALENDAR\r\ndata: {}\n\n"
FORMULA = '=HYPERLINK("//evil")'
FREE = {"name", "title", "venue", "reason", "song", "country", "character", "text", "kind"}
MANY = {"hosts", "presenters"}

NIGHT = (
    *LIVE,
    MomentNoted("speech", "Thanks.", ("Ada",)),
    presenting("sound", "Pat Presenter"),
    announced("sound", "orbit"),
    announced("song", "adrift"),
    corrected("song", "low-tide"),
)


def turned(told: Any, text: str) -> Any:
    """Return what was told with `text` in the place of every free text."""
    if isinstance(told, list):
        return [turned(each, text) for each in told]
    if not isinstance(told, dict):
        return told
    return {
        name: text if name in FREE else [text] if name in MANY else turned(value, text)
        for name, value in told.items()
    }


def night(text: str) -> tuple[Event, ...]:
    return tuple(msgspec.convert(turned(as_json(event), text), Event) for event in NIGHT)


async def said(doors: Doors, path: str, kind: str) -> str:
    """Return the text of an answer, once nobody can take it for a page."""
    answer = await doors.get(f"{HERE}{path}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].split(";")[0] == kind
    assert "x-evil" not in answer.headers
    return answer.text


@pytest.mark.parametrize("text", [MARKUP, LINES, FORMULA], ids=["markup", "lines", "formula"])
async def test_hostile_text_stays_text_in_every_output(text: str) -> None:
    async with opened(*night(text)) as doors:
        board = json.loads(await said(doors, "/board", "application/json"))
        assert board["ceremony"]["name"] == board["works"]["orbit"]["title"] == text
        for path in ("", "/events?limit=500", "/winners.json", "/log"):
            token = {"authorization": "Bearer a-token-for-tests"}
            answer = await doors.client.get(f"{HERE}{path}", headers=token)
            assert text in values(answer.json())
        rows = list(csv.reader(io.StringIO(await said(doors, "/winners.csv", "text/csv"))))
        assert len({len(row) for row in rows}) == 1
        assert not any(cell.startswith("=") for row in rows for cell in row)
        channel = ET.fromstring(await said(doors, "/winners.rss", "application/rss+xml"))  # noqa: S314 - our own
        assert {each.tag for each in channel.iter()}.isdisjoint({"script", "X-Evil"})
        plain = " ".join(text.split())
        assert plain in " ".join("".join(channel.itertext()).split())
        calendar = Calendar.from_ical(await said(doors, "/ceremony.ics", "text/calendar"))
        (event,) = calendar.walk("VEVENT")
        assert " ".join(str(event["SUMMARY"]).split()) == plain
        assert "X-EVIL" not in event


def values(told: Any) -> list[Any]:
    """Return every value within."""
    if isinstance(told, dict):
        return [each for value in told.values() for each in values(value)]
    if isinstance(told, list):
        return [each for value in told for each in values(value)]
    return [told]
