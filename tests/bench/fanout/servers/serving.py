"""What the Python contenders have in common: one frame for each byte of the standard input."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import uvicorn
import uvloop
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from bench.fanout.night import Papers
from web.collector import settle_collector

HOST: Final = "127.0.0.1"
BACKLOG: Final = 4096
_QUESTION: Final = ord("?")


class Serving(NamedTuple):
    """
    A contender that is ready.

    Attributes:
        publish: Sends one frame to everyone.
        counters: What it counts, for who asks with a question mark.
        pids: The processes that do the work, where that is not this one.
    """

    port: int
    publish: Callable[[], Awaitable[None]]
    counters: Callable[[], Mapping[str, int]] = dict
    pids: list[int] | None = None


def run(contender: Callable[[Papers], AbstractAsyncContextManager[Serving]]) -> None:
    """Serve until the standard input ends; the first argument is the folder of the papers."""
    uvloop.run(_serve(contender))


async def _serve(contender: Callable[[Papers], AbstractAsyncContextManager[Serving]]) -> None:
    async with contender(Papers(Path(sys.argv[1]))) as serving:
        settle_collector()
        _say({"port": serving.port, "pids": serving.pids or [os.getpid()]})
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
        )
        while asked := await reader.read(64):
            for sign in asked:
                if sign == _QUESTION:
                    _say(serving.counters())
                else:
                    await serving.publish()


def _say(what: Mapping[str, Any]) -> None:
    print(json.dumps(what), flush=True)


async def next_step() -> None:
    """
    Let the loop write out what it holds.

    uvloop puts together what one step of the loop writes to one connection; without this, frames
    that were asked for together would be one write.
    """
    await asyncio.sleep(0)


@asynccontextmanager
async def under_uvicorn(app: Any) -> AsyncIterator[int]:
    """Serve an ASGI application the quickest way that uvicorn has, and yield its port."""
    config = uvicorn.Config(
        app,
        log_config=None,
        lifespan="off",
        ws_per_message_deflate=False,
        ws_ping_interval=None,
    )
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: HttpToolsProtocol(config, state, {}, _loop=loop),
        HOST,
        0,
        backlog=BACKLOG,
    )
    yield server.sockets[0].getsockname()[1]
