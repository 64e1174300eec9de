"""
Litestar's Channels, with its backend in memory.

The keyframe is sent by the handler: history that Channels would send is lost with the last
subscriber, and hangs a subscriber whose backlog it exceeds.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar, WebSocket, websocket
from litestar.channels import ChannelsPlugin
from litestar.channels.backends.memory import MemoryChannelsBackend

from bench.fanout.night import LIVE, Papers
from bench.fanout.servers.serving import Serving, next_step, run, under_uvicorn

CHANNEL = "live"

Socket = WebSocket[Any, Any, Any]


@asynccontextmanager
async def channels(papers: Papers) -> AsyncIterator[Serving]:
    keyframe, caught_up = papers.keyframe.read_text(), papers.caught_up.read_text()
    frame = papers.frame.read_text()
    plugin = ChannelsPlugin(MemoryChannelsBackend(), channels=[CHANNEL])

    @websocket(LIVE)
    async def live(socket: Socket) -> None:
        await socket.accept()
        async with plugin.start_subscription(CHANNEL) as subscriber:
            await socket.send_text(keyframe)
            await socket.send_text(caught_up)
            async with subscriber.run_in_background(socket.send_text):
                while (await socket.receive())["type"] != "websocket.disconnect":
                    pass

    async def publish() -> None:
        plugin.publish(frame, CHANNEL)
        await next_step()

    async with (
        plugin,
        under_uvicorn(Litestar([live], plugins=[plugin], logging_config=None)) as port,
    ):
        yield Serving(port, publish)


if __name__ == "__main__":
    run(channels)
