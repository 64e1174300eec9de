"""Where a command finds its server, or else the file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from web.commands.client import CommandError
from web.settings import Settings, read_settings

_ANYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - read, not bound


def address(url: str | None) -> str:
    """Return the server's address: as given, or where `tracker serve` would listen here."""
    return url or _own(read_settings())


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


def _own(settings: Settings) -> str:
    host = _ANYWHERE.get(settings.host, settings.host)
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"
