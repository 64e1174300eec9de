import asyncio
from collections.abc import AsyncIterator

import pytest
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from doors import HERE, ID, Doors, opened, problem
from events.memory import MemoryStore
from events.recorded import Recorded
from events.store import CorruptEvent, History, StoreUnavailable
from feed_doubles import HOUR, CheckingViewer
from night import LIVE, START, announced, moment
from web.sockets.feed import Feed
from web.sockets.wires import SOCKET, STREAM
from web.webhooks.subscriptions import WebhookWish

pytestmark = pytest.mark.anyio


async def figures(doors: Doors) -> dict[str, Metric]:
    answer = await doors.get("/metrics")
    assert answer.status_code == 200
    return {each.name: each for each in text_string_to_metric_families(answer.text)}


async def samples(doors: Doors) -> dict[str, list[Sample]]:
    """Return the samples of each name, as queries know them."""
    found: dict[str, list[Sample]] = {}
    for family in (await figures(doors)).values():
        for sample in family.samples:
            found.setdefault(sample.name, []).append(sample)
    return found


def value(found: dict[str, list[Sample]], name: str, **labels: str) -> float:
    (only,) = [each for each in found[name] if labels.items() <= each.labels.items()]
    return only.value


def feed_of(doors: Doors) -> Feed:
    feed = doors.tracker.feeds.get(ID)
    assert feed is not None
    return feed


async def test_the_figures_are_those_of_each_ceremony() -> None:
    async with opened(*LIVE) as doors:
        await doors.post(moment())
        answer = await doors.get("/metrics")
        assert answer.headers["content-type"].startswith("text/plain; version=1.0.0")
        assert answer.headers["content-type"].count("charset") == 1
        assert answer.headers["cache-control"] == "no-store"
        found = await samples(doors)
        for name in ("tracker_version", "tracker_log_version"):
            assert value(found, name, ceremony=ID) == START + 1
        assert value(found, "tracker_broken_projections") == 0
        assert value(found, "tracker_log_readable") == 1
        for name in ("slow_viewers", "lag_versions", "seats"):
            assert value(found, f"tracker_{name}", ceremony=ID) == 0
        for name in ("joins", "frames_out", "resyncs", "aborted", "viewer_faults"):
            assert value(found, f"tracker_{name}_total", ceremony=ID) == 0
        assert value(found, "tracker_build_info") == 1
        ours = [each for name, each in (await figures(doors)).items() if name.startswith("tracker")]
        assert all(family.documentation.endswith(".") for family in ours)


async def test_without_ceremonies_there_are_figures_all_the_same() -> None:
    async with opened() as doors:
        found = await samples(doors)
        assert value(found, "tracker_broken_projections") == 0
        assert "tracker_version" not in found


async def test_viewers_are_told_apart_by_their_wire_and_the_slowest_one_sets_the_lag() -> None:
    async with opened(*LIVE) as doors:
        feed = feed_of(doors)
        for wire in (SOCKET, SOCKET, STREAM):
            feed.join(CheckingViewer(feed, wire), None, server_time=HOUR)
        stopped = CheckingViewer(feed, SOCKET, capacity=0)
        feed.join(stopped, None, server_time=HOUR)
        await doors.post(moment("One."))
        await doors.post(moment("Two."))
        feed.flush()
        found = await samples(doors)
        assert value(found, "tracker_viewers", ceremony=ID, wire="socket") == 3
        assert value(found, "tracker_viewers", ceremony=ID, wire="stream") == 1
        assert value(found, "tracker_slow_viewers") == 1
        assert value(found, "tracker_lag_versions") == 2
        assert value(found, "tracker_joins_total") == 4
        assert value(found, "tracker_frames_out_total") == 6


class Frozen(MemoryStore):
    """A log whose board stops at what there was at the start."""

    async def subscribe(self, history: History, after: int = 0) -> AsyncIterator[Recorded]:
        async for each in super().subscribe(history, after):
            raise CorruptEvent(history.ceremony, each.version, "made up")
            yield each


async def test_a_board_that_stopped_is_behind_its_log() -> None:
    async with opened(*LIVE, store=Frozen()) as doors:
        problem(await doors.post(moment()), 503, "unavailable")
        found = await samples(doors)
        assert value(found, "tracker_broken_projections") == 1
        assert value(found, "tracker_version") == START
        assert value(found, "tracker_log_version") == START + 1
        assert value(found, "tracker_append_seconds_count") == 1
        assert value(found, "tracker_publish_seconds_count") == 0, "nobody has seen it"


class Unreadable(MemoryStore):
    well = True

    async def check(self) -> None:
        if not self.well:
            raise StoreUnavailable("made up")


async def test_a_log_that_cannot_be_read_is_told_and_the_rest_is_there() -> None:
    store = Unreadable()
    async with opened(*LIVE, store=store) as doors:
        store.well = False
        found = await samples(doors)
        assert value(found, "tracker_log_readable") == 0
        assert "tracker_log_version" not in found
        assert value(found, "tracker_version") == START


async def test_an_append_is_timed_and_so_is_its_way_to_the_viewers() -> None:
    async with opened(*LIVE) as doors:
        assert (await doors.post(moment())).status_code == 201
        assert (await doors.post(announced("no-such", "orbit"))).status_code == 422
        found = await samples(doors)
        assert value(found, "tracker_append_seconds_count") == 1
        assert value(found, "tracker_publish_seconds_count") == 1
        slow = value(found, "tracker_publish_seconds_sum")
        assert 0 < value(found, "tracker_append_seconds_sum") < 10
        assert 0 < slow < 10


async def test_requests_are_counted_by_route_and_answer_and_never_by_path() -> None:
    async with opened(*LIVE) as doors:
        await doors.get(f"{HERE}/board")
        await doors.get(f"{HERE}/board?at=2")
        await doors.post(moment(), token="a-wrong-token")
        for path in ("/api/nothing", "/nowhere/at/all/1", "/nowhere/at/all/2"):
            assert (await doors.get(path)).status_code == 404
        found = await samples(doors)
        board = "/api/ceremonies/{ceremony}/board"
        events = "/api/ceremonies/{ceremony}/events"
        counted = "tracker_http_requests_total"
        assert value(found, counted, route=board, method="GET", status="200") == 2
        assert value(found, counted, route=events, method="POST", status="401") == 1
        assert value(found, counted, route="none", status="404") == 3
        assert value(found, "tracker_http_request_seconds_count", route=board) == 2
        routes = {each.labels["route"] for each in found[counted]}
        assert not any("nowhere" in route or ID in route for route in routes)
        for status in ("500", "503"):  # or the first one would be no rise
            assert value(found, counted, route=events, status=status) == 0


async def test_webhooks_are_figures_too() -> None:
    async with opened(*LIVE) as doors:
        parts = doors.tracker.parts
        history = await doors.store.current(ID)
        # The settings let nothing into private networks, so it is found and not told.
        await parts.webhooks.add(WebhookWish(ID, "http://127.0.0.1:9/"), history, START, by="test")
        await doors.post(moment("One."))
        await doors.post(moment("Two."))
        async with asyncio.timeout(10):
            while not parts.webhooks.failing:  # noqa: ASYNC110 - nothing rings for it
                await asyncio.sleep(0.01)
        found = await samples(doors)
        assert value(found, "tracker_webhooks", ceremony=ID) == 1
        assert value(found, "tracker_failing_webhooks", ceremony=ID) == 1
        assert value(found, "tracker_webhook_backlog_events", ceremony=ID) == 2


async def test_refusals_at_the_sockets_are_counted_by_their_problem() -> None:
    async with opened(*LIVE) as doors:
        doors.tracker.parts.crowd.refused["unknown-ceremony"] += 3
        found = await samples(doors)
        assert value(found, "tracker_handshakes_refused_total", reason="unknown-ceremony") == 3
        assert value(found, "tracker_connections_max") == doors.tracker.parts.crowd.most


async def test_replays_are_counted_against_their_limit() -> None:
    async with opened(*LIVE) as doors:
        limits = doors.tracker.parts.replays.limits
        permits = [limits.enter(guest) for guest in (None, "192.0.2.7", "192.0.2.7")]
        permits[1].leave()
        permits[1].leave()
        found = await samples(doors)
        assert value(found, "tracker_replays") == 2
        assert value(found, "tracker_replays_max") == limits.most
