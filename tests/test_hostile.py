"""Text that would be code elsewhere: every door of data gives it out as text."""

import csv
import io
import json
import unicodedata
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
import pytest
from icalendar import Calendar

from doors import BEARER, HERE, Doors, opened, problem, programme
from events.ceremony import CeremonyScheduled, Event, MomentNoted
from night import LIVE, announced, as_json, corrected, presenting
from replay.recording import RecordingError, load

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
            token = {"authorization": "Bearer a-token-for-these-tests"}
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


STEERING = ["\x00", "\x1b]0;owned\x07", "\x7f", "\x9b2J", "a\r\nb", "a\tb", "\u202ebda", "\u2067x"]


@pytest.mark.parametrize("text", STEERING)
async def test_no_door_takes_control_characters(text: str) -> None:
    first = next(each for each in text if unicodedata.category(each) in {"Cc", "Cf"})
    async with opened(*LIVE) as doors:
        for event in (
            {"type": "moment-noted", "kind": "note", "text": f"Said {text}"},
            {"type": "moment-noted", "kind": f"note{text}", "text": "Said."},
            {"type": "moment-noted", "kind": "note", "text": "Said.", "people": [f"Ada{text}"]},
            {"type": "presenting-began", "category": "sound", "presenters": ["Pat", text]},
            {"type": "category-withdrawn", "category": "sound", "reason": f"So {text}"},
        ):
            told = problem(await doors.post(event), 422, "refused")
            assert told["rule"] == "control-character"
            assert f"U+{ord(first):04X}" in told["detail"]
            assert text not in told["detail"]
        lines = {"type": "moment-noted", "kind": "note", "text": "One.\nTwo."}
        assert (await doors.post(lines)).status_code == 201
        if first < "\xa0":  # a token's name is an admin's, and on no page
            wish = {"name": f"ed{text}x", "role": "editor"}
            problem(await doors.post(wish, "/api/tokens"), 400, "bad-request")


async def test_a_programme_with_control_characters_has_each_place_named() -> None:
    given = programme("steered", venue="The\x1b Pier")
    given["works"][0]["title"] = "Or\x00bit"
    given["categories"][1]["nominees"][0]["people"] = [{"id": "eve-x", "name": "E\x85ve"}]
    async with opened() as doors:
        told = problem(await doors.post(given, "/api/ceremonies"), 422, "refused")
        first, second, third = told["errors"]
        assert {each["rule"] for each in told["errors"]} == {"control-character"}
        assert "`$.venue` (U+001B)" in first["detail"]
        assert "`$.title` (U+0000)" in second["detail"]
        assert "`$.nominees[0].people[0].name` (U+0085)" in third["detail"]
        assert given["categories"][1]["nominees"][0]["id"] in third["detail"]
        table = "category,title,people\nSound,Orbit,Ada\n,Tide,B\x1bo\n"
        facts = {"id": "tabled", "name": "Tabled", "starts_at": "2031-05-01T19:00:00Z"}
        answer = await doors.client.post(
            "/api/ceremonies",
            params=facts,
            content=table.encode(),
            headers=BEARER | {"Content-Type": "text/csv"},
        )
        (wrong,) = problem(answer, 422, "refused")["errors"]
        assert (wrong["rule"], wrong["place"]) == ("control-character", "line 3")


def test_a_recording_with_control_characters_is_none() -> None:
    card = {"name": "A\x1b[2J", "starts_at": "2031-05-01T19:00:00Z"}
    lines = [
        {"recording": 1, "ceremony": "steered", **card},
        {"offset": 0, "event": {"type": "ceremony-scheduled", **card}},
    ]
    with pytest.raises(RecordingError, match=r"line 2: .*`\$\.name` \(U\+001B\)") as caught:
        load(json.dumps(line).encode() for line in lines)
    assert caught.value.rule == "control-character"


def test_control_characters_of_an_older_log_are_left_out_of_its_recording_where_one_asks() -> None:
    card = {"name": "A\x1b[2J", "starts_at": "2031-05-01T19:00:00Z"}
    moment = {"type": "moment-noted", "kind": "\x07", "text": "x\u202ey\nz", "people": ["B\x00"]}
    lines = [
        {"recording": 1, "ceremony": "steered", **card},
        {"offset": 0, "event": {"type": "ceremony-scheduled", **card}},
        {"offset": 5, "event": moment},
    ]
    told: list[tuple[int, str]] = []

    found = load(
        (json.dumps(line).encode() for line in lines),
        clean=lambda line, places: told.append((line, places)),
    )

    assert [line for line, _ in told] == [2, 3]
    assert "U+202E" in told[1][1]
    assert found.header.name == "A[2J"
    assert [cue.event for cue in found.cues] == [
        CeremonyScheduled("A[2J", "2031-05-01T19:00:00.000Z"),
        MomentNoted("\ufffd", "xy\nz", ("B",)),
    ]


def values(told: Any) -> list[Any]:
    """Return every value within."""
    if isinstance(told, dict):
        return [each for value in told.values() for each in values(value)]
    if isinstance(told, list):
        return [each for value in told for each in values(value)]
    return [told]
