"""Clients that leave in the middle of their answer: no fault of anybody's, and no traceback."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_CLOSED: Final = "the handler is closed"
"""What uvloop says where a reset closed the connection, and nobody was told of it yet."""


def until_gone(receive: Receive, send: Send) -> Send:
    """
    Return a `send` that takes no notice where the client is gone.

    uvicorn's own does so once it knows. Between a reset and that moment a write raises; this waits
    for the moment, which follows at once, so that the application ends like any other.
    """

    async def sent(message: Message) -> None:
        try:
            await send(message)
        except RuntimeError as problem:
            if _CLOSED not in str(problem):
                raise
            while (await receive())["type"] != "http.disconnect":
                pass

    return sent
