"""picows: WebSockets in Cython."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from picows import WSListener, WSMsgType, WSTransport, ws_create_server

from bench.fanout.night import Papers
from bench.fanout.servers.serving import BACKLOG, HOST, Serving, next_step, run


@asynccontextmanager
async def picows(papers: Papers) -> AsyncIterator[Serving]:
    keyframe, caught_up = papers.keyframe.read_bytes(), papers.caught_up.read_bytes()
    frame = papers.frame.read_bytes()
    viewers: set[WSTransport] = set()

    class Viewer(WSListener):
        def on_ws_connected(self, transport: WSTransport) -> None:
            transport.send(WSMsgType.TEXT, keyframe)
            transport.send(WSMsgType.TEXT, caught_up)
            viewers.add(transport)

        def on_ws_disconnected(self, transport: WSTransport) -> None:
            viewers.discard(transport)

    async def publish() -> None:
        for viewer in tuple(viewers):
            viewer.send(WSMsgType.TEXT, frame)
        await next_step()

    server = await ws_create_server(lambda _: Viewer(), HOST, 0, backlog=BACKLOG)
    yield Serving(server.sockets[0].getsockname()[1], publish)


if __name__ == "__main__":
    run(picows)
