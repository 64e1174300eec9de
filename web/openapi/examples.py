"""Bodies as one would send them, and problems as they come back."""

from __future__ import annotations

from typing import Any, Final

from web.errors import MEDIA_TYPE, PREFIX

_JSON: Final = "application/json"
_EVENTS: Final = "/api/ceremonies/{ceremony}/events"


def _named(**values: tuple[str, Any]) -> dict[str, Any]:
    return {name: {"summary": told, "value": value} for name, (told, value) in values.items()}


EVENTS: Final = _named(
    presenting=(
        "Somebody comes on stage",
        {"type": "presenting-began", "category": "best-picture", "presenters": ["Meg Ryan"]},
    ),
    winner=(
        "A result is read out",
        {
            "type": "winner-announced",
            "category": "best-picture",
            "nominees": ["best-picture/anora"],
        },
    ),
    tie=(
        "Two share it, and it was said some seconds ago",
        {
            "type": "winner-announced",
            "category": "best-live-action-short-film",
            "nominees": [
                "best-live-action-short-film/the-singers",
                "best-live-action-short-film/two-people-exchanging-saliva",
            ],
            "occurred_at": "2025-03-03T03:44:10.500Z",
        },
    ),
    correction=(
        "The envelope was the wrong one",
        {
            "type": "winner-corrected",
            "category": "best-picture",
            "nominees": ["best-picture/moonlight"],
            "reason": "The wrong envelope was opened.",
        },
    ),
    moment=(
        "Something worth remembering",
        {"type": "moment-noted", "kind": "speech", "text": "The longest speech so far."},
    ),
)

PROGRAMME: Final = _named(
    small=(
        "One category",
        {
            "ceremony": {
                "id": "festival-1",
                "name": "The first festival",
                "starts_at": "2027-03-14T00:00:00Z",
                "venue": "The old cinema",
                "hosts": ["Hal Host"],
            },
            "works": [
                {"id": "meadow", "title": "Meadow"},
                {"id": "harbour", "title": "Harbour", "imdb": "tt0000001"},
            ],
            "categories": [
                {
                    "key": "best-film",
                    "name": "Best Film",
                    "nominees": [
                        {"id": "best-film/meadow", "work": "meadow", "people": []},
                        {"id": "best-film/harbour", "work": "harbour", "people": []},
                    ],
                }
            ],
        },
    )
)

TABLE: Final = _named(
    small=(
        "One category; the ceremony stands in the query",
        "category,title,people\nBest Film,Meadow,\n,Harbour,Ann Author; Bo Binder\n",
    )
)

_BODIES: Final = {
    ("post", _EVENTS, _JSON): EVENTS,
    ("post", "/api/ceremonies", _JSON): PROGRAMME,
    ("post", "/api/ceremonies", "text/csv"): TABLE,
    ("post", "/api/tokens", _JSON): _named(
        producer=("For one ceremony", {"name": "maya", "role": "producer", "ceremony": "oscars-97"})
    ),
    ("post", "/api/tokens/invitations", _JSON): _named(
        editor=("For somebody who notes moments", {"name": "sam", "role": "editor"})
    ),
    ("post", "/api/tokens/redeem", _JSON): _named(
        code=("The code of an invitation", {"code": "an-invitation-s-code"})
    ),
    ("post", "/api/webhooks", _JSON): _named(
        hook=(
            "An address of one's own",
            {"ceremony": "oscars-97", "url": "https://example.org/hooks/night"},
        )
    ),
}

_PROBLEMS: Final = {
    "401": ("unauthorized", "A valid token is needed", "Show a token: Authorization: Bearer ..."),
    "403": ("forbidden", "That is not allowed", "A producer's token may not make tokens."),
    "404": ("unknown-ceremony", "No such ceremony", "No ceremony 'oscars-00' is known."),
    "409": (
        "key-reused",
        "The idempotency key came with another body",
        "The key 'best-picture-1' came with another body before; use a new one.",
    ),
    "413": (
        "too-large",
        "The body is too large",
        "A body may take 65,536 bytes here; send less at once.",
    ),
    "429": ("too-many-requests", "Too many requests", "Too many requests; try again in 1 s."),
    "503": ("unavailable", "Not at the moment", "The log cannot be written now; try again."),
}


def add_examples(document: dict[str, Any]) -> None:
    """Put the examples where they belong."""
    paths = document["paths"]
    for (method, path, media_type), examples in _BODIES.items():
        paths[path][method]["requestBody"]["content"][media_type]["examples"] = examples
    for item in paths.values():
        for operation in item.values():
            for status, response in operation.get("responses", {}).items():
                if status in _PROBLEMS and MEDIA_TYPE in response.get("content", {}):
                    name, title, detail = _PROBLEMS[status]
                    response["content"][MEDIA_TYPE]["example"] = {
                        "type": PREFIX + name,
                        "title": title,
                        "status": int(status),
                        "detail": detail,
                    }
