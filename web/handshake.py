"""Whether a request for a live feed may enter, decided from its head alone."""

import binascii
import re
from base64 import b64decode
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import parse_qs, unquote

from websockets.utils import accept_key

from web.errors import name_of, problem_json
from web.feed import Cursor
from web.origins import Origins

LIVE_PATH = re.compile(r"/api/ceremonies/([^/]+)/live")
LAST_EVENT_ID = re.compile(r"([A-Za-z0-9_-]{1,64}):([0-9]{1,15})")
EPOCH = re.compile(r"[A-Za-z0-9_-]{1,64}")
VERSION = re.compile(r"[0-9]{1,15}")
SOCKET_VERSION = "13"
SOCKET_KEY_BYTES = 16


class Refused(Exception):
    """The request gets this answer, as problem+json, and its connection is closed."""

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
        self.headers = headers or {}
        self.body = problem_json(name or name_of(status), detail)


class Head(NamedTuple):
    """The head of a GET request for a live feed; header names are in lower case."""

    ceremony: str
    query: bytes
    headers: Sequence[tuple[bytes, bytes]]
    http_version: str
    wants_socket: bool

    def values(self, name: bytes) -> list[str]:
        return [value.decode("latin-1") for key, value in self.headers if key == name]


def ceremony_of(path: bytes) -> str | None:
    """Name the ceremony whose live feed is at this path, which is still percent-encoded."""
    match = LIVE_PATH.fullmatch(unquote(path.decode("latin-1")))
    return match[1] if match else None


def accept_socket(head: Head, origins: Origins) -> bytes:
    """
    Return the answer that opens the socket.

    Raises:
        Refused: The handshake is not one of RFC 6455, or comes from a foreign page.
    """
    versions, keys = head.values(b"sec-websocket-version"), head.values(b"sec-websocket-key")
    if head.http_version != "1.1" or len(versions) != 1:
        raise Refused(
            HTTPStatus.BAD_REQUEST,
            "A socket is opened by HTTP/1.1 with one Sec-WebSocket-Version header.",
        )
    if versions[0] != SOCKET_VERSION:
        raise Refused(
            HTTPStatus.UPGRADE_REQUIRED,
            f"This server speaks version {SOCKET_VERSION} of the WebSocket protocol.",
            {"Sec-WebSocket-Version": SOCKET_VERSION, "Upgrade": "websocket"},
        )
    if len(keys) != 1 or not _is_socket_key(keys[0]):
        raise Refused(
            HTTPStatus.BAD_REQUEST,
            "A socket is opened with one Sec-WebSocket-Key header: 16 bytes in base64.",
        )
    origin, host = head.values(b"origin"), head.values(b"host")
    if len(origin) > 1 or not origins.permit(next(iter(origin), None), next(iter(host), "")):
        raise Refused(HTTPStatus.FORBIDDEN, "Pages of this origin may not open a socket here.")
    return (
        "HTTP/1.1 101 Switching Protocols\r\n"
        "Upgrade: websocket\r\n"
        "Connection: Upgrade\r\n"
        f"Sec-WebSocket-Accept: {accept_key(keys[0])}\r\n\r\n"
    ).encode()


def cursor_of(head: Head) -> Cursor | None:
    """
    Return where the viewer stands, by `Last-Event-ID` or else by the query.

    A `Last-Event-ID` that is not ours is no error, since a browser cannot help sending it:
    such a viewer starts with a keyframe.

    Raises:
        Refused: `epoch` or `after` is malformed, or comes without the other.
    """
    last = [text for text in head.values(b"last-event-id") if text]
    if last:
        match = LAST_EVENT_ID.fullmatch(last[0])
        return Cursor(match[1], int(match[2])) if match else None
    query = parse_qs(head.query.decode("latin-1"), keep_blank_values=True)
    epoch, after = query.get("epoch"), query.get("after")
    if epoch is None and after is None:
        return None
    match (epoch, after):
        case ([text], [number]) if EPOCH.fullmatch(text) and VERSION.fullmatch(number):
            return Cursor(text, int(number))
    raise Refused(
        HTTPStatus.BAD_REQUEST,
        "A cursor is one `epoch` and one `after`, a version: ?epoch=E&after=0",
    )


def _is_socket_key(text: str) -> bool:
    try:
        return len(b64decode(text, validate=True)) == SOCKET_KEY_BYTES
    except (binascii.Error, ValueError):
        return False
