"""Answers that are bytes already: with their validators and how long they may be kept."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any, Final

from litestar import Request, Response
from litestar.datastructures import Headers

from web.packed import Larder, Packed, takes_gzip

NO_CACHE = "no-cache"
FOR_EVER = "public, max-age=31536000, immutable"

NGINX_SECOND: Final = {"X-Accel-Expires": "1"}
"""
nginx, where it caches, may keep this a second, whatever the other headers say.

Up to 1.22 it believes whichever it reads first, so this stands before `Cache-Control`.
"""

EDGE_SECOND: Final = {**NGINX_SECOND, "CDN-Cache-Control": "max-age=1"}
"""So may a CDN (RFC 9213). Not said of pages: many CDNs do not keep languages apart."""

BODILESS: Final = "bodiless"
"""In a request's state where it was a HEAD, which is answered like a GET but has an end."""

_PACKING: Final = "Accept-Encoding"


def json_answer(
    body: bytes,
    *,
    status: int = 200,
    etag: str | None = None,
    cache: str = NO_CACHE,
    headers: dict[str, str] | None = None,
    media_type: str = "application/json",
) -> Response[bytes]:
    """Return what is encoded already as it is; `etag` comes without its quotes."""
    named = {**(headers or {}), "Cache-Control": cache}
    if etag is not None:
        named["ETag"] = f'"{etag}"'
    return Response(body, status_code=status, media_type=media_type, headers=named)


def packed_answer(
    request: Request[Any, Any, Any],
    body: Packed,
    *,
    etag: str | None = None,
    cache: str = NO_CACHE,
    headers: dict[str, str] | None = None,
    media_type: str = "application/json",
) -> Response[bytes]:
    """
    Return the form of a body that the request takes.

    Args:
        request: As it came.
        body: In both forms.
        etag: Without its quotes.
        cache: How long the answer keeps.
        headers: Those of `by_packing`.
        media_type: Of the body.
    """
    packed = body.packed if takes_gzip(request.headers.get("accept-encoding", "")) else None
    named = dict(headers or {})
    if packed is not None:
        named["Content-Encoding"] = "gzip"
    return json_answer(
        body.plain if packed is None else packed,
        etag=etag,
        cache=cache,
        headers=named,
        media_type=media_type,
    )


async def versioned(
    request: Request[Any, Any, Any],
    name: str,
    etag: str,
    encode: Callable[[], bytes | Awaitable[bytes]],
    *,
    cache: str = NO_CACHE,
    headers: dict[str, str] | None = None,
    media_type: str = "application/json",
) -> Response[bytes]:
    """
    Return what there is one of in each version: a 304, or a body encoded and packed just once.

    Args:
        request: As it came.
        name: What it is, of which night; together with `etag` all that the body depends on.
        etag: Without its quotes. It names both forms: see the decision record 0021.
        encode: Called where nobody asked before.
        cache: How long the answer keeps.
        headers: More of them.
        media_type: Of the body.
    """
    fleeting = EDGE_SECOND if cache == NO_CACHE else {}
    named = {**fleeting, **by_packing(headers)}
    if (same := unchanged(request, etag, cache, named)) is not None:
        return same
    packed = await larder_of(request).made((name, etag), encode)
    return packed_answer(
        request, packed, etag=etag, cache=cache, headers=named, media_type=media_type
    )


async def html_answer(
    request: Request[Any, Any, Any],
    body: bytes,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Response[bytes]:
    """Return a page, or a 304 if the request holds this very page already."""
    if status != HTTPStatus.OK:
        return json_answer(body, status=status, headers=headers, media_type="text/html")
    etag = hashlib.sha256(body).hexdigest()[:32]
    named = {**NGINX_SECOND, **by_packing(headers)}
    if (same := unchanged(request, etag, NO_CACHE, named)) is not None:
        return same
    packed = await larder_of(request).made(etag, lambda: body)
    return packed_answer(request, packed, etag=etag, headers=named, media_type="text/html")


def by_packing(headers: dict[str, str] | None = None) -> dict[str, str]:
    """Return headers that tell caches to keep the packed form apart from the plain one."""
    others = [vary] if (vary := (headers or {}).get("Vary")) else []
    return {**(headers or {}), "Vary": ", ".join([*others, _PACKING])}


def larder_of(request: Request[Any, Any, Any]) -> Larder:
    """Return where the application keeps what it packed."""
    larder: Larder = request.app.state.larder
    return larder


def unchanged(
    request: Request[Any, Any, Any],
    etag: str,
    cache: str = NO_CACHE,
    headers: dict[str, str] | None = None,
) -> Response[bytes] | None:
    """
    Return a 304 if the request holds this `etag` already.

    Args:
        request: With its `If-None-Match`.
        etag: Without its quotes.
        cache: How long the answer keeps.
        headers: What the answer itself would bring; a 304 renews them where it is kept.
    """
    if not holds(request.headers, etag):
        return None
    named = {**(headers or {}), "ETag": f'"{etag}"', "Cache-Control": cache}
    return Response(b"", status_code=304, headers=named)


def holds(headers: Headers, etag: str) -> bool:
    """Tell whether `If-None-Match` names the tag; weak or strong is the same here (RFC 9110)."""
    given = headers.get("if-none-match", "")
    tags = {tag.strip().removeprefix("W/") for tag in given.split(",")}
    return "*" in tags or f'"{etag}"' in tags
