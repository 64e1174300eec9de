"""A Litestar handler as one would first write it: a set of sockets, and a send to each."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar, WebSocket, websocket

from bench.fanout.night import LIVE, Papers
from bench.fanout.servers.serving import Serving, run, under_uvicorn

Socket = WebSocket[Any, Any, Any]


@asynccontextmanager
async def naive(papers: Papers) -> AsyncIterator[Serving]:
    keyframe, caught_up = papers.keyframe.read_text(), papers.caught_up.read_text()
    frame = papers.frame.read_text()
    viewers: set[Socket] = set()

    @websocket(LIVE)
    async def live(socket: Socket) -> None:
        await socket.accept()
        await socket.send_text(keyframe)
        await socket.send_text(caught_up)
        viewers.add(socket)
        while (await socket.receive())["type"] != "websocket.disconnect":
            pass
        viewers.discard(socket)

    async def publish() -> None:
        for viewer in tuple(viewers):
            await viewer.send_text(frame)

    async with under_uvicorn(Litestar([live], logging_config=None)) as port:
        yield Serving(port, publish)


if __name__ == "__main__":
    run(naive)
