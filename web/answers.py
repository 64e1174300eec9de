"""Answers that are bytes already: with their validators and how long they may be kept."""

from __future__ import annotations

import hashlib
from http import HTTPStatus
from typing import Any

from litestar import Request, Response
from litestar.datastructures import Headers

NO_CACHE = "no-cache"
FOR_EVER = "public, max-age=31536000, immutable"


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
    named = {"Cache-Control": cache, **(headers or {})}
    if etag is not None:
        named["ETag"] = f'"{etag}"'
    return Response(body, status_code=status, media_type=media_type, headers=named)


def html_answer(
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
    return unchanged(request, etag, NO_CACHE, headers) or json_answer(
        body, etag=etag, headers=headers, media_type="text/html"
    )


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
