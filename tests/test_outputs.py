from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest
from icalendar import Calendar

from doors import HERE, ID, Doors, opened, problem
from events.ceremony import CeremonyReopened, CeremonyScheduled, MomentNoted
from events.memory import MemoryStore
from night import (
    ENDED,
    HOUR,
    LIVE,
    PROGRAMME,
    START,
    STARTED,
    announced,
    corrected,
    moved,
    recorded,
    retracted,
    under_review,
)

pytestmark = pytest.mark.anyio

RSS, ICS = f"{HERE}/winners.rss", f"{HERE}/ceremony.ics"
SHOW = (
    *LIVE,
    announced("sound", "orbit", "harbour"),
    announced("song", "adrift"),
    corrected("song", "low-tide"),
    under_review("song"),
    announced("directing", "ada"),
    retracted("directing"),
)


async def channel_of(doors: Doors, path: str = RSS) -> ET.Element:
    answer = await doors.get(path)
    assert answer.status_code == 200
    channel = ET.fromstring(answer.content).find("channel")  # noqa: S314 - our own
    assert channel is not None
    return channel


def said(element: ET.Element, name: str) -> list[str]:
    return [each.text or "" for each in element.iter(name)]


async def event_of(doors: Doors, path: str = ICS, **headers: str) -> tuple[httpx.Response, Any]:
    answer = await doors.get(path, **headers)
    assert answer.status_code == 200, answer.text
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    return answer, event


async def test_the_feed_has_an_item_for_every_award_and_every_change_newest_first() -> None:
    async with opened(*SHOW) as doors:
        items = (await channel_of(doors)).findall("item")
        assert [said(item, "title")[0] for item in items] == [
            "Taken back: Directing",
            "Directing: Ada Lund",
            "Correction. Original Song: “Low Tide”, not “Adrift”",
            "Original Song: “Adrift”",
            "Sound: Harbour and Orbit (a tie)",
        ]
        versions = [START + each for each in (6, 5, 3, 2, 1)]
        assert [said(item, "guid")[0] for item in items] == [f"{ID}-{each}" for each in versions]
        assert {item.find("guid").get("isPermaLink") for item in items} == {"false"}  # type: ignore[union-attr]  # each has one
        links = [f"http://tracker/{ID}?at={each}" for each in versions]
        assert [said(item, "link")[0] for item in items] == links


async def test_an_item_tells_the_winners_the_others_and_why_it_changed() -> None:
    async with opened(*SHOW) as doors:
        channel = await channel_of(doors)
        told = dict(zip(said(channel, "title")[1:], said(channel, "description")[1:], strict=True))
        assert told["Sound: Harbour and Orbit (a tie)"] == (
            "Harbour, Cy Oke. Orbit, Cy Oke and Dee Ito. Also nominated: Meadow."
        )
        assert told["Original Song: “Adrift”"].endswith("This result was changed later.")
        correction = told["Correction. Original Song: “Low Tide”, not “Adrift”"]
        assert correction.endswith("Also nominated: “Adrift” and “Apogee”. the wrong envelope")
        assert told["Taken back: Directing"] == (
            "The result first announced no longer stands: Ada Lund. the wrong envelope"
        )


async def test_the_feed_says_whose_it_is_where_it_lies_and_when_it_was_written() -> None:
    async with opened(*SHOW) as doors:
        channel = await channel_of(doors)
        assert said(channel, "title")[0] == "The Made-up Awards: the winners"
        assert said(channel, "link")[0] == f"http://tracker/{ID}"
        assert said(channel, "language") == ["en"]
        itself = channel.find("{http://www.w3.org/2005/Atom}link")
        assert itself is not None
        assert itself.attrib == {
            "href": f"http://tracker{RSS}",
            "rel": "self",
            "type": "application/rss+xml",
        }
        dates = [parsedate_to_datetime(each) for each in said(channel, "pubDate")]
        assert dates == sorted(dates, reverse=True)
        assert dates[0] == datetime(2030, 2, 1, 20, 0, START + 6, tzinfo=UTC)
        assert parsedate_to_datetime(said(channel, "lastBuildDate")[0]) == dates[0]


async def test_an_item_stays_the_same_item_as_the_night_goes_on() -> None:
    async with opened(*SHOW) as doors:
        before = said(await channel_of(doors), "guid")
        await doors.post(announced("film", "meadow"))
        assert said(await channel_of(doors), "guid")[1:] == before


async def test_what_readers_keep_by_identity_outlives_a_new_epoch() -> None:
    events = recorded(SHOW)
    kept: list[tuple[list[str], str]] = []
    for generation in ("first", "restored"):
        store = MemoryStore(generation)
        await store.begin(events)
        async with opened(store=store) as doors:
            guids = said(await channel_of(doors), "guid")
            _, entry = await event_of(doors)
            kept.append((guids, str(entry["uid"])))
            assert (await doors.get(HERE)).json()["epoch"].startswith(f"{generation}-")
    assert kept[0] == kept[1]
    assert len(set(kept[0][0])) == 5


async def test_a_calendar_entry_is_the_same_one_by_whatever_name_the_server_is_asked() -> None:
    async with opened(*PROGRAMME) as doors:
        for host in ("tracker", "localhost:8000", "[::1]:8000", "awards.example.org"):
            _, event = await event_of(doors, host=host)
            assert event["url"] == f"http://{host}/{ID}"
            assert event["uid"] == f"{ID}-1"


async def test_a_rehearsal_begun_anew_is_another_calendar_entry() -> None:
    async with opened(*LIVE) as doors:
        found = []
        for _ in range(2):
            await doors.post(STARTED, f"{HERE}/rehearsals")
            _, event = await event_of(doors, f"{HERE}-rehearsal/ceremony.ics")
            found.append(str(event["uid"]))
        assert len(set(found)) == 2


async def test_before_the_first_award_the_feed_is_empty() -> None:
    async with opened(*PROGRAMME) as doors:
        channel = await channel_of(doors)
        assert channel.findall("item") == []
        assert said(channel, "lastBuildDate") == []


async def test_the_feed_speaks_the_language_of_its_address_alone() -> None:
    async with opened(*SHOW) as doors:
        channel = await channel_of(doors, f"{RSS}?lang=es")
        assert said(channel, "title")[0] == "The Made-up Awards: los ganadores"
        assert "Original Song: «Adrift»" in said(channel, "title")
        assert said(channel, "link")[0] == f"http://tracker/{ID}?lang=es"
        assert said(channel, "language") == ["es"]
        plain = await doors.get(RSS, accept_language="es")
        assert plain.content == (await doors.get(f"{RSS}?lang=none")).content
        assert b"<language>en" in plain.content


async def test_names_that_xml_cannot_hold_as_they_are_are_still_read() -> None:
    name = "A <b> & \x01\x1f\ufffe \U0001f3c6 ]]>"
    night = (CeremonyScheduled(name, HOUR), *LIVE[1:], announced("sound", "orbit"))
    async with opened(*night) as doors:
        title = said(await channel_of(doors), "title")[0]
        assert title == "A <b> & \ufffd\ufffd\ufffd \U0001f3c6 ]]>: the winners"


async def test_the_calendar_has_the_night_with_its_start_and_place() -> None:
    async with opened(*PROGRAMME) as doors:
        answer, event = await event_of(doors)
        assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
        assert event.decoded("dtstart") == datetime(2030, 2, 1, 20, tzinfo=UTC)
        assert event["summary"] == "The Made-up Awards"
        assert event["location"] == "Town Hall"
        assert event["url"] == f"http://tracker/{ID}"
        assert event["uid"] == f"{ID}-1"
        assert event["description"] == f"Hosted by Hal Host\nFollow the night: http://tracker/{ID}"
        assert event["sequence"] == 0
        assert event.decoded("dtstamp") == datetime(2030, 2, 1, 20, 0, 1, tzinfo=UTC)
        assert "dtend" not in event
        assert b"VALARM" not in answer.content


async def test_a_night_that_moves_is_the_same_entry_revised() -> None:
    async with opened(*PROGRAMME, moved("2030-02-02T19:30:00.000Z")) as doors:
        _, event = await event_of(doors)
        assert event["uid"] == f"{ID}-1"
        assert event["sequence"] == 1
        assert event.decoded("dtstart") == datetime(2030, 2, 2, 19, 30, tzinfo=UTC)


async def test_a_night_that_is_over_ends_when_it_did_and_one_reopened_has_not() -> None:
    async with opened(*LIVE, ENDED) as doors:
        _, event = await event_of(doors)
        assert event.decoded("dtend") == datetime(2030, 2, 1, 20, 0, START + 1, tzinfo=UTC)
        await doors.post(CeremonyReopened())
        _, event = await event_of(doors)
        assert "dtend" not in event


async def test_long_and_strange_texts_are_folded_and_escaped() -> None:
    name = "Premios; ñ, \\ “🏆” " * 12
    venue = "Hall\nBEGIN:VALARM\r\nEND:VCALENDAR"
    async with opened(CeremonyScheduled(name, HOUR, venue), *LIVE[1:]) as doors:
        answer, event = await event_of(doors)
        assert event["summary"] == name
        lines = answer.content.split(b"\r\n")
        assert max(map(len, lines)) <= 75
        assert lines[-1] == b""
        assert lines.count(b"END:VCALENDAR") == 1
        assert b"BEGIN:VALARM" not in lines
        for line in lines:
            line.decode()  # no character is cut in two


async def test_the_calendar_speaks_the_language_of_its_address() -> None:
    async with opened(*PROGRAMME) as doors:
        _, event = await event_of(doors, f"{ICS}?lang=es")
        assert event["description"].startswith("Presenta Hal Host\nSigue la noche: http://tracker/")
        assert event["url"] == f"http://tracker/{ID}?lang=es"


async def test_a_rehearsal_is_told_apart() -> None:
    async with opened(*LIVE) as doors:
        await doors.post(STARTED, f"{HERE}/rehearsals")
        _, event = await event_of(doors, f"{HERE}-rehearsal/ceremony.ics")
        assert event["summary"] == "Rehearsal: The Made-up Awards"


async def test_a_night_without_a_start_has_no_calendar() -> None:
    async with opened(MomentNoted("moment", "Too early.")) as doors:
        problem(await doors.get(ICS), 404, "not-found")
        assert (await channel_of(doors)).findall("item") == []


@pytest.mark.parametrize("path", [RSS, ICS])
async def test_both_are_kept_and_open_to_all(path: str) -> None:
    async with opened(*SHOW) as doors:
        answer = await doors.get(path)
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["cache-control"] == "no-cache"
        held = answer.headers["etag"]
        assert (await doors.get(path, if_none_match=held)).status_code == 304
        assert (await doors.get(f"{path}?lang=es", if_none_match=held)).status_code == 200
        assert (await doors.get(path, if_none_match=held, host="other")).status_code == 200
        await doors.post(announced("film", "meadow"))
        assert (await doors.get(path, if_none_match=held)).status_code == 200
        problem(await doors.get(path.replace(ID, "nobody")), 404, "unknown-ceremony")
