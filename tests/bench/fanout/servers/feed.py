"""
This project's feed, behind uvicorn as `tracker serve` has it.

Further arguments: `coalesce` gives it the pace of the product, without which every frame is a
write of its own; `narrow` gives connections the send buffer that they have on a network, where
that of the loopback takes megabytes before anyone is slow.
"""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any, Final

import uvicorn
from uvicorn.server import ServerState

from bench.fanout.night import CEREMONY, LongNight, Papers, frame
from bench.fanout.servers.serving import BACKLOG, HOST, Serving, next_step, run
from web.clock import now
from web.sockets.doorman import doorman
from web.sockets.feed import Feed, Feeds
from web.sockets.heart import Heart
from web.sockets.pace import Pace, at_once

NARROW: Final = 64 * 1024
# A heartbeat among the frames would be counted as one.
NO_HEARTBEAT: Final = 1e9


@asynccontextmanager
async def feed(papers: Papers) -> AsyncIterator[Serving]:
    night = LongNight(papers.board.read_bytes())
    coalesces = "coalesce" in sys.argv
    live = Feed(CEREMONY, night, pace=Pace() if coalesces else at_once)
    feeds = Feeds()
    feeds.add(live)
    heart = Heart(feeds, now=now, interval=NO_HEARTBEAT)
    protocol = doorman(feeds, heart, allowed_origins=[], now=now)
    config = uvicorn.Config(_nothing_else, http=protocol, log_config=None, lifespan="off")
    config.load()
    loop, state = asyncio.get_running_loop(), ServerState()
    listener = socket.create_server((HOST, 0), backlog=BACKLOG)
    if "narrow" in sys.argv:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, NARROW)
    await loop.create_server(
        lambda: protocol(config, state, {}, _loop=loop), sock=listener, backlog=BACKLOG
    )
    heart.start()

    async def publish() -> None:
        night.version += 1
        live.publish(frame(night.version), night.version)
        if not coalesces:
            await next_step()

    def counters() -> Mapping[str, int]:
        return {
            "viewers": live.viewers,
            "slow": live.slow,
            "resyncs": live.resyncs,
            "aborted": live.aborted,
        }

    yield Serving(listener.getsockname()[1], publish, counters)
    heart.stop()


async def _nothing_else(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": HTTPStatus.NOT_FOUND, "headers": []})
    await send({"type": "http.response.body"})


if __name__ == "__main__":
    run(feed)
