"""Where a command finds its server, or else the file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from web.commands.client import CommandError
from web.listener import address_of
from web.settings import read_settings


def address(url: str | None) -> str:
    """Return the server's address: as given, or where `tracker serve` would listen here."""
    if url:
        return url
    settings = read_settings()
    return address_of(settings.host, settings.port)


def same_address(one: str, other: str) -> bool:
    """Tell whether two addresses of servers are one: the names of this machine are alike."""
    return _normalized(one) == _normalized(other)


def _normalized(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url.rstrip("/"))
    host = parts.hostname or ""
    name = "localhost" if host in {"127.0.0.1", "::1"} else host
    return (
        parts.scheme,
        name + parts.path,
        parts.port or {"http": 80, "https": 443}.get(parts.scheme),
    )


def database(url: str | None, *, create: bool, environment: Mapping[str, str] = os.environ) -> Path:
    """
    Return the file to open where no server answers.

    Args:
        url: Where one was to answer.
        create: The file may be a new one.
        environment: Says which file.

    Raises:
        CommandError: Nobody named the file, and a server was meant, or there is none.
    """
    settings = read_settings(environment)
    if url is not None and not environment.get("TRACKER_DATABASE", "").strip():
        raise CommandError(
            f"No server answers at {url}; start it, correct the address, or name the file"
            " in TRACKER_DATABASE."
        )
    if not create and not settings.database.exists():
        raise CommandError(
            f"No server answers at {address(url)}, and there is no file {settings.database};"
            " give --url or TRACKER_DATABASE."
        )
    return settings.database


def kept_log() -> Path:
    """
    Return the log's file, whether or not a server holds it.

    Raises:
        CommandError: It is not there.
    """
    path = read_settings().database
    if not path.exists():
        raise CommandError(f"There is no file {path}; name the log in TRACKER_DATABASE.")
    return path
