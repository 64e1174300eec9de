"""The headers of answers and conditional requests, and the problems that any request may meet."""

from __future__ import annotations

from typing import Any, Final

from web.errors import MEDIA_TYPE

_TEXT: Final = {"type": "string"}

HEADERS: Final[dict[str, Any]] = {
    "ETag": {
        "description": "Names this version of the answer; send it back in If-None-Match",
        "schema": _TEXT,
        "example": '"5fd7a1b3-1:120"',
    },
    "Location": {
        "description": "The address of what was made",
        "schema": {"type": "string", "format": "uri-reference"},
        "example": "/api/ceremonies/oscars-97/events/120",
    },
    "Retry-After": {
        "description": "Seconds after which to try again",
        "schema": {"type": "integer", "minimum": 0},
        "example": 1,
    },
    "WWW-Authenticate": {
        "description": "How to show a token",
        "schema": _TEXT,
        "example": 'Bearer realm="tracker"',
    },
}

_IF_NONE_MATCH: Final[dict[str, Any]] = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of the answer that the client holds; 304 where it is still right",
    "schema": _TEXT,
    "example": '"5fd7a1b3-1:120"',
}

_LOCATED: Final = frozenset(
    {
        "/api/ceremonies",
        "/api/ceremonies/{ceremony}/events",
        "/api/ceremonies/{ceremony}/rehearsals",
        "/api/tokens",
        "/api/tokens/redeem",
        "/api/webhooks",
    }
)
_TAGGED_POST: Final = "/api/ceremonies/{ceremony}/events"
_EVERYWHERE: Final = {
    "429": "Too many requests, or connections of one address; the header says when to try again",
    "503": "All room is taken, or the log is out of reach; the header says when to try again",
}


def add_headers(document: dict[str, Any]) -> None:
    """Say which answers bring which headers, and which problems come in front of every door."""
    document["components"]["headers"] = HEADERS
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if "responses" not in operation:
                continue
            responses = operation["responses"]
            for status, description in _EVERYWHERE.items():
                responses.setdefault(status, _problem(description))
            for status, response in responses.items():
                names = _names(path, method, status, kept="304" in responses)
                if names:
                    response["headers"] = {name: _reference("headers", name) for name in names}
            if "304" in responses:
                parameters = operation.setdefault("parameters", [])
                parameters.append(dict(_IF_NONE_MATCH))
            operation["responses"] = dict(sorted(responses.items()))


def _names(path: str, method: str, status: str, *, kept: bool) -> list[str]:
    match status:
        case "200" | "304" if kept:
            return ["ETag"]
        case "200" | "201" if path == _TAGGED_POST and method == "post":
            return ["ETag", "Location"]
        case "201" if path in _LOCATED:
            return ["Location"]
        case "401":
            return ["WWW-Authenticate"]
        case "429" | "503":
            return ["Retry-After"]
    return []


def _problem(description: str) -> dict[str, Any]:
    content = {MEDIA_TYPE: {"schema": _reference("schemas", "Problem")}}
    return {"description": description, "content": content}


def _reference(kind: str, name: str) -> dict[str, str]:
    return {"$ref": f"#/components/{kind}/{name}"}
