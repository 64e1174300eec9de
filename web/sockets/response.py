"""The answers that are written past ASGI: the head of a stream, and refusals."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus

from web.policy import POLICY, STRICT
from web.sockets.handshake import HandshakeRefused

STREAM_HEADERS = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store",
    "Access-Control-Allow-Origin": "*",
    "X-Accel-Buffering": "no",
    POLICY: STRICT,
}

Always = Iterable[tuple[bytes, bytes]]
"""The headers that every answer of the server has."""


def response_head(status: HTTPStatus, headers: Mapping[str, str], always: Always) -> bytes:
    """Return the head of an answer that ends with the connection, which HTTP/1.0 knows too."""
    lines = [f"HTTP/1.1 {status.value} {status.phrase}".encode()]
    lines += [b"%b: %b" % (name, value) for name, value in always]
    lines += [f"{name}: {value}".encode() for name, value in headers.items()]
    return b"\r\n".join([*lines, b"Connection: close", b"", b""])


def problem_answer(refused: HandshakeRefused, always: Always) -> bytes:
    """Return the whole answer to who may not enter."""
    open_to_all = {"Access-Control-Allow-Origin": "*"} if refused.readable else {}
    headers = {**refused.headers, **open_to_all, "Content-Length": str(len(refused.body))}
    return response_head(refused.status, headers, always) + refused.body
