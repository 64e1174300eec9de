"""The first protocol of every connection: it shows viewers in, and calls uvicorn for the others."""

import asyncio
import sys
from collections.abc import Callable, Collection
from typing import Any, Final

import uvicorn
from uvicorn.server import ServerState

from web.sockets.crowd import Crowd
from web.sockets.feed import Feeds
from web.sockets.handshake import whole_head
from web.sockets.heart import Heart
from web.sockets.live import LiveProtocol
from web.sockets.origins import Origins
from web.sockets.replays import Replays
from web.sockets.visit import Door, Visit


class Doorman(Visit):
    """
    Made as uvicorn makes its protocols.

    Nearly everyone asks for a feed, and in one piece: they are answered here, by the work that
    takes and no more. Whoever asks for anything else, in pieces or wrongly, is `LiveProtocol`'s.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(server_state)
        self._uvicorn: Final = (config, server_state, app_state, _loop)

    def data_received(self, data: bytes) -> None:
        self.connections.discard(self)
        found = whole_head(data)
        if found is None:
            protocol = LiveProtocol(self, *self._uvicorn)
            self.transport.set_protocol(protocol)
            protocol.connection_made(self.transport)
            protocol.data_received(data)
        else:
            self.answer(*found)


def doorman(
    feeds: Feeds,
    heart: Heart,
    *,
    crowd: Crowd | None = None,
    replays: Replays | None = None,
    allowed_origins: Collection[str],
    now: Callable[[], str],
) -> type[Doorman]:
    """
    Return the protocol class for `uvicorn.Config(http=...)`.

    Args:
        feeds: What there is to follow; more may be added later.
        heart: Started by the caller.
        crowd: Who may come in; without it, as many as there are.
        replays: What can be replayed; without it, nothing.
        allowed_origins: See `Origins`.
        now: The hour as text, for `hello`.

    Raises:
        ValueError: One of the allowed origins is none.
    """
    crowd = crowd or Crowd(sys.maxsize, sys.maxsize)
    replays = replays or Replays(lambda _: None, now)
    door = Door(feeds, heart, crowd, Origins(allowed_origins), replays, now)
    return type("Doorman", (Doorman,), {"door": door})
