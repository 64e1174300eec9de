"""Show time, end to end: a night that begins early or late has one scale at every door."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from websockets.asyncio.client import connect

from doors import programme
from servers import ForkedServer, RunningServer

pytestmark = pytest.mark.anyio

PATIENCE: Final = 60.0
ANNOUNCED: Final = datetime(2025, 3, 3, tzinfo=UTC)
BEGUN: Final = {"early": -31, "ten-hours-early": -600, "on-time": 0, "late": 40}
"""By ceremony: minutes from the announced start to the one that took place."""
NEPAL: Final = timezone(timedelta(hours=5, minutes=45))

TOLD: Final[list[tuple[float, dict[str, Any]]]] = [
    (-90, {"type": "moment-noted", "kind": "arrival", "text": "The carpet is rolled out."}),
    (0, {"type": "ceremony-started"}),
    (5, {"type": "winner-announced", "category": "sound", "nominees": ["sound/orbit"]}),
    (3, {"type": "moment-noted", "kind": "speech", "text": "Noted after the award."}),
    (10, {"type": "winner-announced", "category": "film", "nominees": ["film/orbit"]}),
    (11, {"type": "winner-corrected", "category": "film", "nominees": ["film/meadow"]}),
    (15.5, {"type": "winner-announced", "category": "honour", "nominees": ["honour/bo"]}),
    (20, {"type": "ceremony-ended"}),
]
"""By the minute of the show; the second moment is noted late."""
TIMES: Final = [0, 0, 300_000, 300_000, 600_000, 660_000, 930_000, 1_200_000]
CHAPTERS: Final = {"sound": 300_000, "film": 600_000, "honour": 930_000}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with a night for each of `BEGUN`, posted with times of another zone."""
    folder = tmp_path_factory.mktemp("show-time")
    with ForkedServer(folder, TRACKER_BUNDLED="0") as running:
        told = httpx.Client(base_url=running.url, headers=running.headers, timeout=PATIENCE)
        with told as client:
            for ceremony, begun in BEGUN.items():
                body = programme(ceremony, starts_at=ANNOUNCED.isoformat())
                client.post("/api/ceremonies", json=body).raise_for_status()
                for minute, event in TOLD:
                    hour = (ANNOUNCED + timedelta(minutes=begun + minute)).astimezone(NEPAL)
                    client.post(
                        f"/api/ceremonies/{ceremony}/events",
                        json={**event, "occurred_at": hour.isoformat()},
                    ).raise_for_status()
        yield running


@pytest.fixture
async def http(server: RunningServer) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server.url, timeout=PATIENCE) as client:
        yield client


async def fetched(http: httpx.AsyncClient, path: str) -> Any:
    return (await http.get(path)).raise_for_status().json()


async def times_of_pages(http: httpx.AsyncClient, ceremony: str, epoch: str) -> list[int]:
    page = await fetched(http, f"/api/ceremonies/{ceremony}/frames/{epoch}/0")
    times = [frame["t"] for frame in page["frames"]]
    programme_size = len(times) - len(TOLD)
    assert times[:programme_size] == [0] * programme_size
    return times[programme_size:]


@pytest.mark.parametrize("ceremony", BEGUN)
async def test_frames_chapters_and_corrected_pages_count_from_the_start(
    http: httpx.AsyncClient, ceremony: str
) -> None:
    head = await fetched(http, f"/api/ceremonies/{ceremony}")

    assert {each["category"]: each["t"] for each in head["chapters"]} == CHAPTERS
    assert await times_of_pages(http, ceremony, head["epoch"]) == TIMES
    assert await times_of_pages(http, ceremony, head["corrected"]) == TIMES


@pytest.mark.parametrize("ceremony", BEGUN)
def test_the_live_feed_tells_the_same_times(server: RunningServer, ceremony: str) -> None:
    told: list[int] = []
    with httpx.Client(base_url=server.url, timeout=PATIENCE) as client:
        head = client.get(f"/api/ceremonies/{ceremony}").json()
        cursor = {"epoch": head["epoch"], "after": str(head["version"] - 2)}
        path = f"/api/ceremonies/{ceremony}/live"
        with client.stream("GET", path, params=cursor) as stream:
            for line in stream.iter_lines():
                if not line.startswith("data: "):
                    continue
                message = json.loads(line.removeprefix("data: "))
                if message["type"] == "caught-up":
                    break
                if message["type"] == "frame":
                    told.append(message["t"])
    assert told == TIMES[-2:]


@pytest.mark.parametrize("ceremony", BEGUN)
async def test_a_replay_is_spread_over_the_show(server: RunningServer, ceremony: str) -> None:
    frames: list[int] = []
    playhead: dict[str, Any] = {}
    address = server.url.replace("http", "ws") + f"/api/ceremonies/{ceremony}/replay?speed=3600"
    async with connect(address, open_timeout=PATIENCE) as client:
        async for text in client:
            message = json.loads(text)
            if message["type"] == "frame":
                frames.append(message["t"])
            elif message["type"] == "playhead":
                playhead = message
            elif message["type"] == "finished":
                break
    assert frames[-len(TIMES) :] == TIMES
    assert playhead["t"] == TIMES[-1]


@pytest.mark.parametrize("ceremony", BEGUN)
async def test_a_page_for_reading_names_the_minute_of_the_show(
    http: httpx.AsyncClient, ceremony: str
) -> None:
    head = await fetched(http, f"/api/ceremonies/{ceremony}")
    film = next(each for each in head["chapters"] if each["category"] == "film")
    page = await http.get(f"/{ceremony}/winners", params={"at": film["version"], "lang": "en"})

    assert "10 min" in page.raise_for_status().text


def test_a_recording_holds_the_show_time_and_brings_it_to_another_log(
    server: RunningServer, tmp_path: Path
) -> None:
    with ForkedServer(tmp_path, TRACKER_BUNDLED="0") as other:
        for ceremony in BEGUN:
            recording, again = tmp_path / f"{ceremony}.jsonl", tmp_path / f"{ceremony}-again.jsonl"
            server.run("export", ceremony, "--output", recording)
            lines = [json.loads(line) for line in recording.read_bytes().splitlines()]
            assert [line["offset"] for line in lines[1:]][-len(TIMES) :] == TIMES

            other.run("import", recording)
            other.run("export", ceremony, "--output", again)
            assert again.read_bytes() == recording.read_bytes()
            with httpx.Client(base_url=other.url, timeout=PATIENCE) as client:
                head = client.get(f"/api/ceremonies/{ceremony}").raise_for_status().json()
            assert {each["category"]: each["t"] for each in head["chapters"]} == CHAPTERS
