"""The `websockets` library and its `broadcast`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from websockets.asyncio.server import ServerConnection, broadcast, serve

from bench.fanout.night import Papers
from bench.fanout.servers.serving import BACKLOG, HOST, Serving, next_step, run


@asynccontextmanager
async def library(papers: Papers) -> AsyncIterator[Serving]:
    keyframe, caught_up = papers.keyframe.read_bytes(), papers.caught_up.read_bytes()
    frame = papers.frame.read_bytes()

    async def follow(viewer: ServerConnection) -> None:
        await viewer.send(keyframe, text=True)
        await viewer.send(caught_up, text=True)
        await viewer.wait_closed()

    async def publish() -> None:
        broadcast(server.connections, frame, text=True)
        await next_step()

    async with serve(
        follow, HOST, 0, compression=None, ping_interval=None, backlog=BACKLOG
    ) as server:
        yield Serving(next(iter(server.sockets)).getsockname()[1], publish)


if __name__ == "__main__":
    run(library)
