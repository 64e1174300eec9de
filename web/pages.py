"""The scoreboard's pages: one built shell for all, and the files it is made of."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path
from typing import Final, NamedTuple, Self

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from web.answers import FOR_EVER, NO_CACHE, unchanged
from web.errors import ProblemError
from web.public import AnyRequest, NightsHere

BUILT: Final = Path(__file__).with_name("static")

_UNBUILT: Final = b"""<!doctype html><meta charset="utf-8"><title>Not built</title>
<p>The scoreboard is not built. Run <code>make run</code>, which builds it.</p>
"""

# Named here, since what a machine knows of types differs from machine to machine.
_TYPES: Final = {
    ".css": "text/css",
    ".html": "text/html",
    ".ico": "image/x-icon",
    ".js": "text/javascript",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
_PACKED_ALREADY: Final = {".ico", ".png", ".woff2"}


class _File(NamedTuple):
    """A built file as it is sent; `packed` where that is smaller."""

    body: bytes
    packed: bytes | None
    media_type: str
    etag: str
    cache: str

    @classmethod
    def read(cls, path: Path, *, hashed: bool) -> Self:
        body = path.read_bytes()
        packed = None if path.suffix in _PACKED_ALREADY else gzip.compress(body, 6, mtime=0)
        return cls(
            body,
            packed if packed is not None and len(packed) < len(body) else None,
            _TYPES.get(path.suffix, "application/octet-stream"),
            hashlib.sha256(body).hexdigest()[:32],
            FOR_EVER if hashed else NO_CACHE,
        )


def page_routes(built: Path = BUILT, *, show_rehearsals: bool = False) -> list[HTTPRouteHandler]:
    """
    Return the handlers of the pages and their files, all of which are read once, at start.

    Args:
        built: Where the built page lies.
        show_rehearsals: Tell the index page, by an attribute of the shell, to list them.
    """
    index = built / "index.html"
    shell = index.read_bytes() if index.exists() else _UNBUILT
    if show_rehearsals:
        shell = shell.replace(b"<html ", b'<html data-rehearsals="shown" ', 1)
    files = _files(built)

    def page(status: int = 200) -> Response[bytes]:
        return Response(
            shell,
            status_code=status,
            media_type="text/html",
            headers={"Cache-Control": NO_CACHE},
        )

    @get("/", include_in_schema=False, sync_to_thread=False)
    def front() -> Response[bytes]:
        return page()

    @get("/{ceremony:str}", include_in_schema=False, sync_to_thread=False)
    def board(nights: NightsHere, ceremony: FromPath[str]) -> Response[bytes]:
        return page(200 if nights.get(ceremony) else 404)

    @get("/static/{name:path}", include_in_schema=False, sync_to_thread=False)
    def file(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
        found = files.get(name.removeprefix("/"))
        if found is None:
            raise ProblemError("not-found", f"The page has no file {name[:200]!r}; load it again.")
        return unchanged(request, found.etag, found.cache) or _sent(request, found)

    return [front, board, file]


def _files(built: Path) -> dict[str, _File]:
    # Looked up by name and never opened by it: no path leads out of the folder.
    return {
        path.relative_to(built).as_posix(): _File.read(
            path,
            hashed=path.parent == built / "assets",  # these carry their hash in their names
        )
        for path in sorted(built.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


def _sent(request: AnyRequest, found: _File) -> Response[bytes]:
    headers = {"Cache-Control": found.cache, "ETag": f'"{found.etag}"'}
    body = found.body
    if found.packed is not None:
        headers["Vary"] = "Accept-Encoding"
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            body = found.packed
    return Response(body, media_type=found.media_type, headers=headers)
