"""The files that the page is made of: read at start, packed when first asked for."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final, Self

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from web.answers import FOR_EVER, NO_CACHE, unchanged
from web.errors import ProblemError
from web.packed import takes_gzip
from web.pages.shell import BUILT
from web.public import AnyRequest

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

# A service worker may look after the addresses below its own, unless its file comes with this.
_WORKER: Final = "worker.js"
_EVERYWHERE: Final = {"Service-Worker-Allowed": "/"}


@dataclass
class _File:
    """A built file as it is sent."""

    body: bytes
    packable: bool
    media_type: str
    etag: str
    cache: str
    headers: dict[str, str]

    @classmethod
    def read(cls, path: Path, name: str) -> Self:
        body = path.read_bytes()
        hashed = name.startswith("assets/")  # these carry their hash in their names
        return cls(
            body,
            path.suffix not in _PACKED_ALREADY,
            _TYPES.get(path.suffix, "application/octet-stream"),
            hashlib.sha256(body).hexdigest()[:32],
            FOR_EVER if hashed else NO_CACHE,
            _EVERYWHERE if name == _WORKER else {},
        )

    @cached_property
    def packed(self) -> bytes | None:
        """The body compressed; None where that is no smaller."""
        packed = gzip.compress(self.body, 6, mtime=0) if self.packable else self.body
        return packed if len(packed) < len(self.body) else None


def file_route(built: Path = BUILT) -> HTTPRouteHandler:
    """Return the handler of everything that was built into a folder."""
    files = _files(built)

    @get("/static/{name:path}", include_in_schema=False, sync_to_thread=False)
    def file(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
        found = files.get(name.removeprefix("/"))
        if found is None:
            raise ProblemError("not-found", f"The page has no file {name[:200]!r}; load it again.")
        return unchanged(request, found.etag, found.cache, found.headers) or _sent(request, found)

    return file


def _files(built: Path) -> dict[str, _File]:
    # Looked up by name and never opened by it: no path leads out of the folder.
    names = {path.relative_to(built).as_posix(): path for path in sorted(built.rglob("*"))}
    return {
        name: _File.read(path, name)
        for name, path in names.items()
        if path.is_file() and not path.is_symlink()
    }


def _sent(request: AnyRequest, found: _File) -> Response[bytes]:
    headers = {**found.headers, "Cache-Control": found.cache, "ETag": f'"{found.etag}"'}
    body = found.body
    if found.packed is not None:
        headers["Vary"] = "Accept-Encoding"
        if takes_gzip(request.headers.get("accept-encoding", "")):
            headers["Content-Encoding"] = "gzip"
            body = found.packed
    return Response(body, media_type=found.media_type, headers=headers)
