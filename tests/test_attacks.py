"""The attacks of tests/soak/attack.py, in short: what becomes of them, not how long it takes."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import httpx
import pytest

from servers import ForkedServer, RunningServer
from soak.attack import connections
from soak.attackers import ATTACKS, attack

pytestmark = pytest.mark.anyio

CLIENTS = 2
SECONDS = 1.0
GONE_WITHIN = 60.0
"""Seconds; a client that does not read has 30, and the machine may be busy."""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with ForkedServer(tmp_path_factory.mktemp("attacked")) as running:
        yield running


@asynccontextmanager
async def posting(server: RunningServer) -> AsyncIterator[list[int]]:
    """Post meanwhile, and yield the statuses of the answers."""
    statuses: list[int] = []

    async def post() -> None:
        async with httpx.AsyncClient(base_url=server.url, timeout=60) as client:
            while True:
                moment = {"type": "moment-noted", "kind": "note", "text": "On we go."}
                path = "/api/ceremonies/oscars-97/events"
                answer = await client.post(path, json=moment, headers=server.headers)
                statuses.append(answer.status_code)
                await asyncio.sleep(0.05)

    task = asyncio.create_task(post())
    try:
        yield statuses
    finally:
        task.cancel()
        await asyncio.wait([task])
    assert task.cancelled(), task.exception()


@pytest.mark.parametrize("name", ATTACKS)
async def test_an_attack_is_ended_or_held_back_and_leaves_nothing_behind(
    server: RunningServer, name: str
) -> None:
    before = connections(server.pid)
    async with posting(server) as statuses:
        report = await attack(name, server.port, CLIENTS, SECONDS)
    assert set(statuses) == {201}
    assert report.opened >= CLIENTS
    if name in {"live: empty fragments", "live: pings"}:
        assert set(report.closed) == {"1008"}
    async with asyncio.timeout(GONE_WITHIN):
        while connections(server.pid) > before:  # noqa: ASYNC110 - looked at, not told
            await asyncio.sleep(0.05)
