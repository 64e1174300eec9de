"""What becomes of a request, decided from its head as uvicorn's parser has read it."""

from collections.abc import Sequence
from http import HTTPStatus
from itertools import chain
from typing import NamedTuple

import httptools

from web.sockets import request_rules
from web.sockets.handshake import (
    MAX_HEAD_BYTES,
    HandshakeRefused,
    RequestHead,
    by_name,
    live_head,
    misplaced,
)


class Decided(NamedTuple):
    """
    Attributes:
        url: The target as a path and a query.
        pairs: The headers; `Host` is what the target names, where it names one.
        asked: A live feed or a replay; None is a request for the application.
        names_other: It names a protocol to change to that is not spoken here.
    """

    url: bytes
    pairs: list[tuple[bytes, bytes]]
    asked: RequestHead | None
    names_other: bool


def decide(
    parser: httptools.HttpRequestParser,
    url: bytes,
    pairs: list[tuple[bytes, bytes]],
    read: bytes,
) -> Decided:
    """
    Check a head that is whole, and return what it asks for.

    Args:
        parser: It has just completed the head.
        url: The target as it came.
        pairs: The headers, names in lower case.
        read: Bytes that hold the request line, among others.

    Raises:
        HandshakeRefused: The request gets this answer.
    """
    if _size(url, pairs) > MAX_HEAD_BYTES:
        raise head_too_long()
    method, version = parser.get_method(), parser.get_http_version()
    if method == b"CONNECT":
        allow = {"Allow": "DELETE, GET, HEAD, OPTIONS, POST"}
        raise HandshakeRefused(HTTPStatus.METHOD_NOT_ALLOWED, "This server is no proxy.", allow)
    if version == "1.0" and b" HTTP/1.0" not in read:
        version = "none"  # the parser says so of RTSP/1.0 and ICE/1.0 too
    headers = by_name(pairs)
    try:
        request_rules.check(version, headers)
        url, host = request_rules.target(method, url)
    except request_rules.BadRequest as problem:
        raise HandshakeRefused(HTTPStatus.BAD_REQUEST, str(problem)) from None
    if host is not None:
        pairs = [(b"host", host), *(pair for pair in pairs if pair[0] != b"host")]
        headers = by_name(pairs)
    asked = live_head(parser, url, headers)
    if asked is None and (refused := misplaced(parser, headers)) is not None:
        raise refused
    return Decided(url, pairs, asked, asked is None and parser.should_upgrade())


def _size(url: bytes, headers: Sequence[tuple[bytes, bytes]]) -> int:
    """Return how many bytes a head took, to within its first line and its spaces."""
    # Joined in a single step, since it is asked of every request.
    return len(url) + len(b"".join(chain.from_iterable(headers))) + len(": \r\n") * len(headers)


def head_too_long() -> HandshakeRefused:
    return HandshakeRefused(
        HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
        f"The head of a request may take {MAX_HEAD_BYTES} bytes here.",
    )


def too_many_lines() -> HandshakeRefused:
    return HandshakeRefused(
        HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
        f"The head of a request may have {request_rules.MAX_HEADER_LINES} header lines here.",
    )


def too_many_chunks(most: int) -> HandshakeRefused:
    return HandshakeRefused(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"A body may come in {most} chunks here; send larger ones.",
    )
