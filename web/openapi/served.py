"""The OpenAPI document as it is served: made by the first who asks, packed once, with an ETag."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from copy import copy
from typing import Any, Final

import msgspec
from litestar import Litestar, Request, Response, Router
from litestar.enums import OpenAPIMediaType
from litestar.openapi.config import OpenAPIConfig

from web.answers import versioned
from web.openapi.schema import CONFIG, openapi

PATH: Final = "/schema"
_ADDRESSES: Final = frozenset({PATH, f"{PATH}/openapi.json"})


def _made(app: Litestar) -> bytes:
    return msgspec.json.encode(openapi(app.openapi_schema.to_schema()))


class ServedDocument:
    """
    Answers for the document in the place of the handler that Litestar has for it.

    That one would make the document anew for each reader, which takes 15 ms of the loop.
    """

    def __init__(self, make: Callable[[Litestar], bytes] = _made) -> None:
        """
        Make nothing yet.

        Args:
            make: Makes the document of an application; called once, in a thread.
        """
        self._make: Final = make
        self._body = b""
        self._etag = ""
        self._making: Final = asyncio.Lock()

    def config(self) -> OpenAPIConfig:
        """Return how Litestar is to make the document, and the router for its handlers."""
        config = copy(CONFIG)  # not `replace`, which names what Litestar has deprecated
        config.openapi_router = Router(
            PATH, route_handlers=[], include_in_schema=False, before_request=self._answered
        )
        return config

    async def _answered(self, request: Request[Any, Any, Any]) -> Response[bytes] | None:
        """Return the document, or None for an address below it that there is not."""
        if request.scope["path"].rstrip("/") not in _ADDRESSES:
            return None
        async with self._making:
            if not self._body:
                self._body = await asyncio.to_thread(self._make, request.app)
                self._etag = hashlib.sha256(self._body).hexdigest()[:32]
        return await versioned(
            request,
            "openapi",
            self._etag,
            lambda: self._body,
            media_type=OpenAPIMediaType.OPENAPI_JSON.value,
        )
