"""Compresses what hardly two requests share; what is packed already passes by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from litestar.middleware.compression import CompressionMiddleware

if TYPE_CHECKING:
    from typing import Literal

    from litestar.enums import CompressionEncoding
    from litestar.types import Message, Scope, Send


class Compressor(CompressionMiddleware):
    """Litestar's, which would compress once more what bears a `Content-Encoding`."""

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
