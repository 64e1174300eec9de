"""Compresses what hardly two requests share; what is packed already passes by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from litestar.datastructures import Headers
from litestar.enums import CompressionEncoding
from litestar.middleware.compression import CompressionMiddleware

from web.packed import takes_gzip

if TYPE_CHECKING:
    from typing import Literal

    from litestar.types import Message, Receive, Scope, Send


class Compressor(CompressionMiddleware):
    """
    Litestar's, but for two things.

    That would compress once more what bears a `Content-Encoding`, and for whoever as much as names
    gzip, be it to refuse it.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and compress its answer for those who take that."""
        if takes_gzip(Headers.from_scope(scope).get("accept-encoding", "")):
            send = self.create_compression_send_wrapper(send, CompressionEncoding.GZIP, scope)
        await self.app(scope, receive, send)

    def create_compression_send_wrapper(
        self,
        send: Send,
        compression_encoding: Literal[CompressionEncoding.BROTLI, CompressionEncoding.GZIP] | str,
        scope: Scope,
    ) -> Send:
        """Return what takes the answer's messages on their way out."""
        onwards = send

        async def told(message: Message) -> None:
            nonlocal onwards
            if message["type"] == "http.response.start":
                names = {name.lower() for name, _ in message["headers"]}
                if b"content-encoding" not in names:
                    onwards = super(Compressor, self).create_compression_send_wrapper(
                        send, compression_encoding, scope
                    )
            await onwards(message)

        return told
