"""What schemathesis cannot know of the doors, and where no webhook of its may lead."""

from __future__ import annotations

import json
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import schemathesis

_NOBODY: Final = "127.0.0.1:9"
"""The port of those who throw everything away; hardly ever does anything listen there."""
_LONGEST_LABEL: Final = 63


@schemathesis.deserializer("application/x-ndjson")
def lines(_: Any, response: Any) -> list[Any]:
    """Return what stands on each line."""
    return [json.loads(line) for line in response.content.splitlines()]


@schemathesis.hook
def before_call(_: Any, case: Any, __: Any) -> None:
    """Put right what is not meant as it came."""
    url = case.body.get("url") if isinstance(case.body, dict) else None
    if case.path == "/api/webhooks" and isinstance(url, str):
        case.body["url"] = harmless(url)
    given = (case.headers or {}).get("If-Match", "")
    if given.isdecimal() and case.meta.generation.mode.is_positive:
        case.headers["If-Match"] = f'"{given}"'  # the quotes of its own pattern get lost at times


def harmless(url: str) -> str:
    """Return the url with nobody behind it: what happens on a night is no stranger's."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "")[:_LONGEST_LABEL]
    except ValueError:
        return url  # nor can the server read it
    nobody = _NOBODY if len(url) % 2 else f"{host}.invalid"
    return urlunsplit(parts._replace(netloc=nobody)) if host else url
