"""The limits at the doors of a real server, which runs with little room."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import closing, suppress

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from servers import RunningServer
from web.listener import bound, room

pytestmark = pytest.mark.anyio

LIVE = "/api/ceremonies/oscars-89/live"
REPLAY = "/api/ceremonies/oscars-89/replay"
EACH = 2
ALL = 6


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    folder = tmp_path_factory.mktemp("room")
    limits = {"TRACKER_MAX_PER_ADDRESS": str(EACH), "TRACKER_MAX_CONNECTIONS": str(ALL)}
    with RunningServer(folder, **limits) as running:
        yield running


def address(server: RunningServer, path: str) -> str:
    return f"ws{server.url.removeprefix('http')}{path}"


async def opened(server: RunningServer, path: str, guest: str) -> ClientConnection:
    """Open a socket as a proxy on this machine would for a guest."""
    # A replay says more at once than a client takes in, and then that would not hear a close.
    return await connect(
        address(server, path), additional_headers={"X-Forwarded-For": guest}, max_queue=None
    )


async def in_the_end(server: RunningServer, path: str, guest: str) -> ClientConnection:
    """Open a socket as soon as those who went before have left."""
    async with asyncio.timeout(5):
        while True:
            try:
                return await opened(server, path, guest)
            except InvalidStatus:
                await asyncio.sleep(0.02)


@pytest.mark.parametrize("paths", [(LIVE, LIVE, LIVE), (LIVE, REPLAY, LIVE), (LIVE, LIVE, REPLAY)])
async def test_one_address_opens_so_many_sockets_live_or_replayed(
    server: RunningServer, paths: tuple[str, str, str]
) -> None:
    first, second, third = paths
    one = await opened(server, first, "192.0.2.1")
    two = await opened(server, second, "192.0.2.1")
    with pytest.raises(InvalidStatus) as refused:
        await opened(server, third, "192.0.2.1")
    assert refused.value.response.status_code == 429
    assert refused.value.response.headers["Retry-After"] == "10"
    assert b"One address may hold 2 connections here" in (refused.value.response.body or b"")
    other = await opened(server, third, "192.0.2.2")
    await one.close()
    again = await in_the_end(server, third, "192.0.2.1")
    for each in (two, other, again):
        await each.close()


async def test_this_machine_itself_may_hold_more(server: RunningServer) -> None:
    sockets = [await in_the_end(server, LIVE, "127.0.0.1") for _ in range(EACH + 2)]
    for each in sockets:
        await each.close()


async def test_when_all_room_is_taken_who_comes_is_told_so_and_who_is_there_stays(
    server: RunningServer,
) -> None:
    sockets = [await in_the_end(server, LIVE, "127.0.0.1") for _ in range(ALL)]
    async with httpx.AsyncClient(base_url=server.url) as client:
        answer = await client.get("/healthz")
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "10"
        assert answer.json()["type"] == "urn:awards-night:problem:unavailable"
    with pytest.raises(InvalidStatus):
        await connect(address(server, LIVE))
    for each in sockets:
        await (await each.ping())
        await each.close()
    await (await in_the_end(server, LIVE, "127.0.0.1")).close()


def test_every_connection_inherits_bounds_from_the_listener() -> None:
    with closing(bound("127.0.0.1", 0)) as listener:
        listener.listen()
        with (
            socket.create_connection(listener.getsockname()),
            closing(listener.accept()[0]) as near,
        ):
            lowat = near.getsockopt(socket.IPPROTO_TCP, 25)
            silence = near.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
    assert (lowat, silence) == (64 * 1024, 60_000)


def test_there_is_room_for_all_the_system_allows_but_a_few() -> None:
    assert room() >= 1000


def test_what_a_client_sends_and_nobody_reads_is_bounded() -> None:
    with closing(bound("127.0.0.1", 0)) as listener:
        listener.listen()
        client = socket.create_connection(listener.getsockname())
        taken, _ = listener.accept()
        with closing(client), closing(taken):
            client.setblocking(False)  # noqa: FBT003 - the socket's own signature
            for _ in range(5000):  # one that reads fast is given more room by the kernel
                sent(client, 262_144)
                taken.recv(1 << 20)
            assert sent(client, 100_000_000) < 512 * 1024


def sent(client: socket.socket, most: int) -> int:
    """Send until nobody takes any more, or so much is sent, and return how much."""
    count = 0
    with suppress(BlockingIOError):
        while count < most:
            count += client.send(bytes(65536))
    return count
