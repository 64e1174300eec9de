import asyncio
import json
import time
from pathlib import Path

import httpx
import pytest
from structlog import DropEvent
from structlog.testing import capture_logs
from structlog.typing import EventDict

from doors import HERE, TOKEN, opened, programme
from feed_doubles import HOUR, CheckingViewer, GrowingHistory
from night import LIVE, announced, as_json, moment
from servers import RunningServer
from web.observed import watch
from web.observed.figures import Figures
from web.observed.logs import MOST_A_SECOND, Calm
from web.observed.requests import with_request
from web.observed.watch import Watch
from web.settings import Settings
from web.sockets.crowd import Crowd
from web.sockets.feed import Feed, Feeds


def lines(server: RunningServer) -> list[EventDict]:
    return [json.loads(line) for line in server.log.read_text().splitlines()]


def test_a_night_leaves_its_lines_and_none_for_a_viewer(tmp_path: Path) -> None:
    with (
        RunningServer(tmp_path, TRACKER_BUNDLED="0") as server,
        httpx.Client(base_url=server.url, headers=server.headers, timeout=30) as client,
    ):
        client.post("/api/ceremonies", json=programme())
        named = {"X-Request-Id": "r-12345678"}
        client.post(f"{HERE}/events", json=as_json(moment()), headers=named)
        for _ in range(30):
            client.get("/api/ceremonies/nobody/live")
        with client.stream("GET", f"{HERE}/live") as live:
            messages = live.iter_lines()
            assert next(messages).startswith("data: ")
            assert server._process is not None
            server._process.terminate()
            for _ in messages:
                """Read on to the goodbye, or the server would wait for that."""
    told = {line["event"]: line for line in lines(server)}
    assert told["listening"]["logger"] == "server"
    assert told["listening"]["version"]
    assert told["night opened"]["ceremony"] == "made-up"
    assert told["appended"]["request"] == "r-12345678"
    assert told["draining"]["viewers"] == 1
    assert told["drained"]["connections"] == 0
    refused = [line for line in lines(server) if line["event"] == "handshakes refused"]
    assert sum(line["count"] for line in refused) == 30
    assert {line["reason"] for line in refused} == {"unknown-ceremony"}
    assert len(refused) < 10
    assert len(lines(server)) < 20


@pytest.mark.anyio
async def test_an_error_that_leaves_a_line_bears_its_id_and_others_do_not() -> None:
    async with opened(*LIVE) as doors:
        for path in ("/board", "/nothing", "/board?at=x"):
            assert "x-request-id" not in (await doors.get(f"{HERE}{path}")).headers
        denied = f"{HERE}/log"
        made = (await doors.get(denied)).headers["x-request-id"]
        assert len(made) == 16
        assert made != (await doors.get(denied)).headers["x-request-id"]
        kept = await doors.get(denied, x_request_id="from-the-proxy.1")
        assert kept.headers["x-request-id"] == "from-the-proxy.1"
        for forged in ("short", "x" * 65, 'a"quoted"one', "with spaces in it"):
            answer = await doors.get(denied, x_request_id=forged)
            assert len(answer.headers["x-request-id"]) == 16


@pytest.mark.anyio
async def test_the_id_and_the_trace_of_a_stranger_are_not_believed() -> None:
    given = {"x-request-id": "from-the-proxy.1", "x-forwarded-for": "192.0.2.7"}
    trusted = Settings(admin_token=TOKEN, proxies="10.0.0.0/8, 127.0.0.1")
    async with opened(*LIVE, settings=trusted) as doors:
        for peer, believed in (
            ("10.1.2.3", True),
            ("127.0.0.1", True),
            ("203.0.113.9", False),
            ("::1", False),
            ("11.0.0.1", False),
        ):
            transport = httpx.ASGITransport(doors.tracker, client=(peer, 4711))
            async with httpx.AsyncClient(transport=transport, base_url="http://tracker") as client:
                with capture_logs([with_request]) as logged:
                    answer = await client.get(f"{HERE}/log", headers=given)
                twice = [*given.items(), ("x-request-id", "from-a-stranger.2")]
                again = await client.get(f"{HERE}/log", headers=twice)
            named = answer.headers["x-request-id"]
            assert (named == "from-the-proxy.1") is believed
            assert [line["request"] for line in logged] == [named]
            assert logged[0]["client"] == ("192.0.2.7" if believed else peer)
            assert len(again.headers["x-request-id"]) == 16, "which of the two is the proxy's?"


@pytest.mark.anyio
async def test_what_a_producer_sent_in_vain_is_written_down() -> None:
    async with opened(*LIVE) as doors:
        wrong = announced("no-such", "orbit")
        with capture_logs([with_request]) as logged:
            answer = await doors.post(wrong)
            await doors.post(wrong, f"{HERE}/events?dry_run=true")
            await doors.post(moment(), if_match=1)
            await doors.post(moment(), token="a-wrong-token")
        assert [(each["event"], each.get("status")) for each in logged] == [
            ("refused", 422),
            ("refused", 412),
            ("denied", None),
        ]
        assert logged[0]["actor"] == "admin"
        assert logged[0]["request"] == answer.headers["x-request-id"]


@pytest.mark.anyio
async def test_slow_viewers_and_refusals_are_one_line_a_second_with_their_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watch, "EVERY_SECONDS", 0.005)
    feeds, crowd, figures = Feeds(), Crowd(10, 10), Figures()
    feed = Feed("made-up", GrowingHistory(), patience=1.0)
    feeds.add(feed)
    looking = Watch(feeds, crowd, figures)
    with capture_logs() as logged:
        looking.start()
        for _ in range(40):
            feed.join(CheckingViewer(feed, capacity=0), None, server_time=HOUR)
        for second in (0.0, 2.0):
            feed.check(second)
        crowd.refused["too-many-requests"] += 7
        async with asyncio.timeout(5):
            while len(logged) < 2:  # noqa: ASYNC110 - nothing rings for a line
                await asyncio.sleep(0.005)
        crowd.refused["too-many-requests"] += 1
        looking.stop()
    assert [(each["event"], each["count"]) for each in logged] == [
        ("slow viewers dropped", 40),
        ("handshakes refused", 7),
        ("handshakes refused", 1),
    ]
    observed = figures.registry.get_sample_value("tracker_loop_late_seconds_count")
    assert observed is not None
    assert observed >= 4


@pytest.mark.anyio
async def test_a_loop_that_was_held_up_is_seen_to_be_late(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "EVERY_SECONDS", 0.02)
    figures = Figures()
    looking = Watch(Feeds(), Crowd(10, 10), figures)
    looking.start()
    time.sleep(0.2)
    await asyncio.sleep(0.01)
    looking.stop()
    late = figures.registry.get_sample_value("tracker_loop_late_seconds_sum")
    assert late is not None
    assert late > 0.1


def test_a_flood_of_one_warning_is_written_in_part_and_counted_in_whole() -> None:
    seconds = [0.0]
    calm = Calm(lambda: seconds[0])
    written: list[EventDict] = []

    def warn(event: str, method: str = "warning") -> None:
        try:
            written.append(calm(None, method, {"event": event}))
        except DropEvent:
            return

    for _ in range(MOST_A_SECOND + 15):
        warn("denied")
    warn("another")
    for _ in range(MOST_A_SECOND + 5):
        warn("appended", "info")
    assert len(written) == MOST_A_SECOND + 1 + MOST_A_SECOND + 5
    seconds[0] = 1.5
    warn("denied")
    warn("denied")
    assert written[-2:] == [{"event": "denied", "unwritten": 15}, {"event": "denied"}]
