"""A leap second is a time at every door that takes one, and stays one on its way back."""

from __future__ import annotations

from typing import Any, Final

import pytest

from doors import BEARER, HERE, ID, opened, programme
from night import LIVE, as_json, moment
from replay.recording import load

pytestmark = pytest.mark.anyio

LEAP: Final = "2016-12-31T23:59:60Z"
ABROAD: Final = "2016-12-31T15:59:60.5-08:00"
STORED: Final = "2016-12-31T23:59:59.999Z"


@pytest.mark.parametrize("said", [LEAP, ABROAD])
async def test_an_event_may_occur_in_a_leap_second(said: str) -> None:
    async with opened(*LIVE) as doors:
        body = {**as_json(moment()), "occurred_at": said}
        answer = await doors.post(body, key="one")
        assert answer.status_code == 201
        assert answer.json()["frame"]["occurred_at"] == STORED
        assert (await doors.post(body, key="one")).content == answer.content
        for path in ("/winners.rss", "/ceremony.ics", "/events", "/log"):
            assert (await doors.client.get(f"{HERE}{path}", headers=BEARER)).status_code == 200


@pytest.mark.parametrize("said", [LEAP, ABROAD])
async def test_a_ceremony_may_start_in_a_leap_second(said: str) -> None:
    async with opened() as doors:
        assert (await doors.post(programme(starts_at=said), "/api/ceremonies")).status_code == 201
        assert (await doors.get(HERE)).json()["starts_at"] == STORED
        moved: dict[str, Any] = {
            "type": "ceremony-rescheduled",
            "starts_at": said.replace("2016", "2015"),
        }
        assert (await doors.post(moved)).status_code == 201
        assert (await doors.get(HERE)).json()["starts_at"] == STORED.replace("2016", "2015")
        table = "category,title\nSound,Orbit\n"
        answer = await doors.client.post(
            "/api/ceremonies",
            params={"id": "tabled", "name": "Tabled", "starts_at": said},
            content=table,
            headers={**BEARER, "Content-Type": "text/csv"},
        )
        assert answer.status_code == 201
        assert (await doors.get("/api/ceremonies/tabled")).json()["starts_at"] == STORED


async def test_a_token_may_end_in_a_leap_second() -> None:
    async with opened(*LIVE) as doors:
        wish = {"name": "maya", "role": "producer", "expires_at": "2099-12-31T23:59:60Z"}
        answer = await doors.post(wish, "/api/tokens")
        assert answer.status_code == 201
        listed = (await doors.client.get("/api/tokens", headers=BEARER)).json()["tokens"]
        assert listed[-1]["expires_at"] == "2099-12-31T23:59:59.999Z"


def test_a_recording_may_hold_a_leap_second() -> None:
    lines = [
        f'{{"recording":1,"ceremony":"{ID}","name":"Gala","starts_at":"{LEAP}"}}',
        f'{{"offset":0,"event":{{"type":"ceremony-scheduled","name":"Gala","starts_at":"{ABROAD}"}}}}',
        f'{{"offset":0,"occurred_at":"{LEAP}","event":{{"type":"ceremony-started"}}}}',
    ]
    recording = load([line.encode() for line in lines])
    assert recording.header.starts_at == STORED
    assert recording.cues[1].occurred_at == STORED
