"""What RFC 9112 asks of the head of a request, where the parser is more lenient."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

MAX_HEADER_LINES: Final = 128
"""Four times what a browser behind two proxies sends; a line costs 1 us of Python."""

Headers = Mapping[bytes, Sequence[bytes]]
"""By name, in lower case: looked up several times a handshake, in a storm of them."""

_VERSIONS: Final = ("1.1", "1.0")
_HOST: Final = re.compile(rb"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~-]+)(?::[0-9]{1,5})?")
_ABSOLUTE: Final = re.compile(rb"(?i:https?)://([^/?#]*)((?:[/?][^#]*)?)")
_CHUNKED: Final = b"chunked"
_WEBSOCKET: Final = b"websocket"


class BadRequest(Exception):
    """The head breaks a rule: the request is answered with 400, and its connection closed."""


def check(version: str, headers: Headers) -> None:
    """
    Check what does not depend on the target.

    Raises:
        BadRequest: It is not HTTP/1.1 or 1.0, its Host is missing, doubled or malformed, or it is
            not clear where its body ends.
    """
    # Nearly every request is this one, and thousands join at once.
    hosts, lengths = headers.get(b"host", ()), headers.get(b"content-length", ())
    codings = headers.get(b"transfer-encoding", ())
    has_host = len(hosts) == 1 and _HOST.fullmatch(hosts[0])
    if has_host and version == "1.1" and not codings and len(lengths) <= 1:
        return
    if version not in _VERSIONS:
        raise BadRequest("This server speaks HTTP/1.1, and HTTP/1.0.")
    if len(hosts) != 1 and (hosts or version != "1.0"):
        raise BadRequest("A request has one Host header.")
    if hosts and not has_host:
        raise BadRequest("The Host header is a name or an address, with a port or without.")
    if len(lengths) > 1 or (codings and lengths):
        raise BadRequest("A body has one length: Content-Length, or Transfer-Encoding: chunked.")
    if codings and (version == "1.0" or [each.lower() for each in codings] != [_CHUNKED]):
        raise BadRequest("The only Transfer-Encoding here is `chunked`, by HTTP/1.1.")


def target(method: bytes, url: bytes) -> tuple[bytes, bytes | None]:
    """
    Return the path and query of a request's target, and the host that it names.

    A target that is a whole address names the host, in place of the header (RFC 9112, 3.2.2).
    `OPTIONS *` asks of the server as a whole, which is answered as for `/`.

    Raises:
        BadRequest: It is neither a path nor an address of http or https.
    """
    if url.startswith(b"/"):
        return url, None
    if url == b"*" and method == b"OPTIONS":
        return b"/", None
    absolute = _ABSOLUTE.fullmatch(url)
    if absolute is None or not _HOST.fullmatch(absolute[1]):
        raise BadRequest("The target of a request is a path, or an address of http or https.")
    path: bytes = absolute[2]
    return (path if path.startswith(b"/") else b"/" + path), absolute[1]


def names_socket(headers: Headers) -> bool:
    """Return whether `Upgrade` lists the WebSocket protocol, among others or not."""
    values = headers.get(b"upgrade", ())
    if len(values) == 1 and values[0].lower() == _WEBSOCKET:
        return True
    tokens = b",".join(values).lower().split(b",")
    return any(token.strip() == _WEBSOCKET for token in tokens)


def has_body(headers: Headers) -> bool:
    """Return whether a body follows the head; one of no bytes is none."""
    lengths = headers.get(b"content-length", ())
    return b"transfer-encoding" in headers or any(each.strip(b"0") for each in lengths)
