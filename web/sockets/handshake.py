"""Whether a request for a live feed may enter, decided from its head alone."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from http import HTTPStatus
from typing import Final, NamedTuple
from urllib.parse import parse_qs, unquote

import httptools
import structlog
from websockets.utils import accept_key

from events.store import UnknownStream
from web.errors import MEDIA_TYPE, name_of, problem_json
from web.policy import POLICY, STRICT
from web.queries import number
from web.sockets import request_rules
from web.sockets.feed import Cursor
from web.sockets.origins import Origins
from web.sockets.request_rules import MAX_HEADER_LINES, Headers

MAX_HEAD_BYTES = 16 * 1024
LIVE: Final = "live"
REPLAY: Final = "replay"
FEED_PATH = re.compile(rf"/api/ceremonies/([^/]+)/({LIVE}|{REPLAY})")
EPOCH = re.compile(r"[A-Za-z0-9_-]{1,64}")
SOCKET_VERSION = "13"
SOCKET_KEY = re.compile(r"[A-Za-z0-9+/]{22}==")
"""16 bytes in base64."""
_LOGGED_CHARS: Final = 200
_END: Final = b"\r\n\r\n"
_FEEDS: Final = (b"/live", b"/replay")

_log: Final = structlog.get_logger("sockets")


class HandshakeRefused(Exception):
    """
    The request gets this answer, as problem+json, and its connection is closed.

    Attributes:
        readable: Whether pages of other sites may read it, as what answers a GET.
    """

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        headers: Mapping[str, str] | None = None,
        *,
        name: str | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.readable = True
        self.name = name or name_of(status)
        self.headers: Mapping[str, str] = {
            "Content-Type": MEDIA_TYPE,
            "Cache-Control": "no-store",
            POLICY: STRICT,
            **(headers or {}),
        }
        self.body = problem_json(self.name, detail)


Pairs = Iterable[tuple[bytes, bytes]]
"""Header names, in lower case, with their values."""


def by_name(pairs: Pairs) -> Headers:
    found: dict[bytes, list[bytes]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


class RequestHead(NamedTuple):
    """
    The head of a GET request for a live feed, or for the socket of a replay.

    Attributes:
        feed: `LIVE` or `REPLAY`.
    """

    ceremony: str
    feed: str
    query: bytes
    headers: Headers
    http_version: str
    wants_socket: bool

    def values(self, name: bytes) -> list[str]:
        return _values(self.headers, name)


class _Found:
    """What a parser finds in the head of a request."""

    def __init__(self) -> None:
        self.url = b""
        self.headers: dict[bytes, list[bytes]] = {}

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        # The parser leaves spaces at the end.
        self.headers.setdefault(name.lower(), []).append(value.rstrip(b" \t"))


def whole_head(data: bytes) -> tuple[RequestHead, bytes] | None:
    """
    Return the request for a feed that `data` begins with, and what follows it.

    None where it begins with anything else, or with one that is wrong, too long or not all here.
    """
    end = data.find(_END) + len(_END)
    if not (len(_END) <= end <= MAX_HEAD_BYTES and data.startswith(b"GET ") and _names_feed(data)):
        return None
    found = _Found()
    parser = httptools.HttpRequestParser(found)
    try:
        parser.feed_data(data[:end])
    except httptools.HttpParserUpgrade:
        pass  # the parser's way to say that what follows is not HTTP
    except httptools.HttpParserError:
        return None
    if not found.url.startswith(b"/") or data.count(b"\r\n", 0, end) > MAX_HEADER_LINES:
        return None  # nearly nobody's, and checked there
    try:
        request_rules.check(parser.get_http_version(), found.headers)
    except request_rules.BadRequest:
        return None
    head = live_head(parser, found.url, found.headers)
    return head and (head, data[end:])


def live_head(
    parser: httptools.HttpRequestParser, url: bytes, headers: Headers
) -> RequestHead | None:
    """Return the request for a feed whose headers a parser has just completed, if it is one."""
    if not _names_feed(url) or parser.get_method() != b"GET":
        return None
    asked = _asked_at(url)
    if asked is None:
        return None
    wants_socket = wants_websocket(parser, headers)
    if asked[1] == REPLAY and not wants_socket:
        return None  # an ordinary answer tells how it is opened
    return RequestHead(*asked, headers, parser.get_http_version(), wants_socket)


def wants_websocket(parser: httptools.HttpRequestParser, headers: Headers) -> bool:
    """Tell whether a request asks for a socket; a parser wants `Connection` to say so too."""
    return parser.should_upgrade() and request_rules.names_socket(headers)


def misplaced(parser: httptools.HttpRequestParser, headers: Headers) -> HandshakeRefused | None:
    """Return the refusal of a request for a socket where there is none, if it is one."""
    if not wants_websocket(parser, headers):
        return None
    if parser.get_method() != b"GET":
        return HandshakeRefused(
            HTTPStatus.METHOD_NOT_ALLOWED, "A socket is opened with GET.", {"Allow": "GET"}
        )
    return HandshakeRefused(
        HTTPStatus.NOT_FOUND,
        "Sockets are opened at /api/ceremonies/{id}/live and /api/ceremonies/{id}/replay.",
    )


# Thousands ask for the same in a storm.
@lru_cache(maxsize=256)
def _asked_at(url: bytes) -> tuple[str, str, bytes] | None:
    """Return the ceremony and the feed that are at this url, and the query; None elsewhere."""
    try:
        parts = httptools.parse_url(url)
    except httptools.HttpParserInvalidURLError:
        return None
    match = FEED_PATH.fullmatch(unquote(parts.path.decode("latin-1")))
    return (match[1], match[2], parts.query or b"") if match else None


def _names_feed(text: bytes) -> bool:
    return _FEEDS[0] in text or _FEEDS[1] in text


def unknown(ceremony: str) -> HandshakeRefused:
    """Return the refusal of a ceremony that there is not."""
    return HandshakeRefused(
        HTTPStatus.NOT_FOUND, str(UnknownStream(ceremony)), name="unknown-ceremony"
    )


def check_origin(headers: Headers, origins: Origins) -> None:
    """
    Let programs in, and pages by their origin.

    Raises:
        HandshakeRefused: It comes from a foreign page.
    """
    pages, hosts = _values(headers, b"origin"), _values(headers, b"host")
    if len(pages) > 1 or not origins.permit(next(iter(pages), None), next(iter(hosts), "")):
        _log.warning("foreign origin", origin=", ".join(pages)[:_LOGGED_CHARS])
        raise HandshakeRefused(
            HTTPStatus.FORBIDDEN, "Pages of this origin may not open a socket here."
        )


def accept_socket(head: RequestHead, origins: Origins) -> bytes:
    """
    Return the answer that opens the socket.

    Raises:
        HandshakeRefused: The handshake is not one of RFC 6455, or comes from a foreign page.
    """
    versions, keys = head.values(b"sec-websocket-version"), head.values(b"sec-websocket-key")
    if head.http_version != "1.1" or len(versions) != 1:
        raise HandshakeRefused(
            HTTPStatus.BAD_REQUEST,
            "A socket is opened by HTTP/1.1 with one Sec-WebSocket-Version header.",
        )
    if versions[0] != SOCKET_VERSION:
        raise HandshakeRefused(
            HTTPStatus.UPGRADE_REQUIRED,
            f"This server speaks version {SOCKET_VERSION} of the WebSocket protocol.",
            {"Sec-WebSocket-Version": SOCKET_VERSION, "Upgrade": "websocket"},
        )
    if len(keys) != 1 or not SOCKET_KEY.fullmatch(keys[0]):
        raise HandshakeRefused(
            HTTPStatus.BAD_REQUEST,
            "A socket is opened with one Sec-WebSocket-Key header: 16 bytes in base64.",
        )
    if request_rules.has_body(head.headers):
        raise HandshakeRefused(HTTPStatus.BAD_REQUEST, "A request that opens a socket has no body.")
    check_origin(head.headers, origins)
    return (
        "HTTP/1.1 101 Switching Protocols\r\n"
        "Upgrade: websocket\r\n"
        "Connection: Upgrade\r\n"
        f"Sec-WebSocket-Accept: {accept_key(keys[0])}\r\n\r\n"
    ).encode()


def cursor_of(head: RequestHead) -> Cursor | None:
    """
    Return where the viewer stands, by `Last-Event-ID` or else by the query.

    A `Last-Event-ID` that is not ours is no error, since a browser cannot help sending it:
    such a viewer starts with a keyframe.

    Raises:
        HandshakeRefused: `epoch` or `after` is malformed, or comes without the other.
    """
    last = [text for text in head.values(b"last-event-id") if text]
    if last:
        ours, _, digits = last[0].partition(":")
        version = number(digits)
        return Cursor(ours, version) if EPOCH.fullmatch(ours) and version is not None else None
    if not head.query:
        return None
    query = parse_qs(head.query.decode("latin-1"), keep_blank_values=True)
    epoch, after = query.get("epoch"), query.get("after")
    if epoch is None and after is None:
        return None
    match (epoch, after):
        case ([text], [digits]) if EPOCH.fullmatch(text):
            if (version := number(digits)) is not None:
                return Cursor(text, version)
    raise HandshakeRefused(
        HTTPStatus.BAD_REQUEST,
        "A cursor is one `epoch` and one `after`, a version: ?epoch=E&after=0",
    )


def forwarded_for(headers: Headers) -> list[str]:
    """Return what proxies say of where the request comes from; only some may be believed."""
    return _values(headers, b"x-forwarded-for")


def _values(headers: Headers, name: bytes) -> list[str]:
    return [value.decode("latin-1") for value in headers.get(name, ())]
