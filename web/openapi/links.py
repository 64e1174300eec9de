"""Which answer names what another door asks for, as the OpenAPI document tells it."""

from __future__ import annotations

from typing import Any, Final

# By the door, the method and the status that answers: a name, where to go, and its parameters.
_LINKS: Final[dict[tuple[str, str, str], tuple[str, tuple[str, str], dict[str, Any]]]] = {
    ("/api/tokens", "post", "201"): (
        "Revoke",
        ("delete", "/api/tokens/{token}"),
        {"token": "$response.body#/id"},
    ),
    ("/api/webhooks", "post", "201"): (
        "Remove",
        ("delete", "/api/webhooks/{webhook}"),
        {"webhook": "$response.body#/id"},
    ),
    ("/api/ceremonies/{ceremony}", "get", "200"): (
        "Frames",
        ("get", "/api/ceremonies/{ceremony}/frames/{epoch}/{page}"),
        {"ceremony": "$response.body#/id", "epoch": "$response.body#/epoch", "page": "0"},
    ),
    ("/api/ceremonies/{ceremony}/events", "post", "201"): (
        "Event",
        ("get", "/api/ceremonies/{ceremony}/events/{version}"),
        {"ceremony": "$request.path.ceremony", "version": "$response.body#/version"},
    ),
}


def link(paths: dict[str, Any]) -> None:
    """Say which answer names what another door asks for."""
    for (door, method, status), (name, target, values) in _LINKS.items():
        operation = paths[target[1]][target[0]]["operationId"]
        links = paths[door][method]["responses"][status].setdefault("links", {})
        links[name] = {"operationId": operation, "parameters": values}
