"""What each operation is called, where it belongs, and what the signature of a door cannot say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

TAGS: Final[Mapping[str, str]] = {
    "ceremonies": "Boards, frames and winners: what everybody may read.",
    "events": "The log of a ceremony: read it, and post to it.",
    "streams": "What goes on as it happens, and replays, on sockets and event streams.",
    "feeds": "The winners and the ceremony for spreadsheets, feed readers and calendars.",
    "production": "Scheduling a ceremony and rehearsing it.",
    "tokens": "Who may do what.",
    "webhooks": "Addresses that are told of events.",
    "health": "How the process does, for whoever operates it.",
}


class Operation(NamedTuple):
    """
    What the document says of one method at one address.

    Attributes:
        id: What a generated client calls it.
        tag: One of `TAGS`.
        description: More than the summary.
    """

    id: str
    tag: str
    description: str


_KEYED: Final = (
    "The same `Idempotency-Key` with the same body gets the first answer again: where none comes,"
    " send it again with its key."
)
_PAGED: Final = "At most 500 events come at once, 100 where no limit is asked for."
_ONCE: Final = "What is secret in the answer is shown there alone."

OPERATIONS: Final[Mapping[tuple[str, str], Operation]] = {
    ("get", "/api/ceremonies"): Operation(
        "listCeremonies", "ceremonies", "Latest start first; rehearsals are marked."
    ),
    ("post", "/api/ceremonies"): Operation(
        "scheduleCeremony",
        "production",
        f"The programme is JSON, or a table in CSV with the ceremony in the query. {_KEYED}",
    ),
    ("get", "/api/ceremonies/{ceremony}"): Operation(
        "getCeremony",
        "ceremonies",
        "Its phase, version and epoch, its chapters, and which results were replaced.",
    ),
    ("get", "/api/ceremonies/{ceremony}/board"): Operation(
        "getBoard",
        "ceremonies",
        "The whole scoreboard, now or at a version. What changes is keyed by id; `ranking` alone is"
        " a list.",
    ),
    ("get", "/api/ceremonies/{ceremony}/ceremony.ics"): Operation(
        "getCalendar", "feeds", "One entry in iCalendar (RFC 5545); it keeps its UID when it moves."
    ),
    ("get", "/api/ceremonies/{ceremony}/desk"): Operation(
        "followDesk",
        "streams",
        "The last ten events with who posted them, each new one, and who is at the desk.",
    ),
    ("get", "/api/ceremonies/{ceremony}/events"): Operation(
        "listEvents",
        "events",
        f"{_PAGED} As `application/x-ndjson` all of them come, an event a line.",
    ),
    ("post", "/api/ceremonies/{ceremony}/events"): Operation(
        "postEvent",
        "events",
        "The answer holds the frame that every viewer gets. What is so already appends nothing and"
        f" is answered with 200. {_KEYED}",
    ),
    ("get", "/api/ceremonies/{ceremony}/events/{version}"): Operation(
        "getEvent", "events", "An event in its envelope never changes."
    ),
    ("get", "/api/ceremonies/{ceremony}/frames/{epoch}/{page}"): Operation(
        "getFramePage",
        "ceremonies",
        "Page k opens with the board of version 64k and holds the frames 64k+1 to 64k+64. A full"
        " page may be kept for a year.",
    ),
    ("get", "/api/ceremonies/{ceremony}/live"): Operation(
        "followLive",
        "streams",
        "A socket for a client that asks to upgrade, else an event stream; both say the same JSON."
        " Come back with the cursor, and no version is left out or told twice.",
    ),
    ("get", "/api/ceremonies/{ceremony}/log"): Operation(
        "getLog", "events", f"With the name of the token that posted each. {_PAGED}"
    ),
    ("post", "/api/ceremonies/{ceremony}/rehearsals"): Operation(
        "beginRehearsal",
        "production",
        f"A history of its own with the same programme, starting now. {_KEYED}",
    ),
    ("get", "/api/ceremonies/{ceremony}/replay"): Operation(
        "openReplay",
        "streams",
        "The server sends `x-messages.server` and takes `x-messages.client`, as JSON in text"
        " messages.",
    ),
    ("get", "/api/ceremonies/{ceremony}/winners.csv"): Operation(
        "getWinnersTable", "feeds", "A header, then a line for each winner in running order."
    ),
    ("get", "/api/ceremonies/{ceremony}/winners.json"): Operation(
        "getWinners", "ceremonies", "The standing results in running order; a tie has a line each."
    ),
    ("get", "/api/ceremonies/{ceremony}/winners.rss"): Operation(
        "getWinnersFeed",
        "feeds",
        "RSS 2.0, newest first: an item for each result announced, corrected or taken back.",
    ),
    ("get", "/api/tokens"): Operation(
        "listTokens", "tokens", "Those that were issued and not revoked."
    ),
    ("post", "/api/tokens"): Operation("createToken", "tokens", _ONCE),
    ("post", "/api/tokens/invitations"): Operation(
        "createInvitation",
        "tokens",
        f"`/console#once=CODE` signs in whoever opens it first. {_ONCE}",
    ),
    ("get", "/api/tokens/mine"): Operation(
        "getOwnToken", "tokens", "Its name, its role, and for which ceremony and until when."
    ),
    ("post", "/api/tokens/redeem"): Operation(
        "redeemCode", "tokens", f"A code is good once, and needs no token. {_ONCE}"
    ),
    ("delete", "/api/tokens/{token}"): Operation(
        "revokeToken", "tokens", "It is good for nothing from then on, on open streams too."
    ),
    ("get", "/api/webhooks"): Operation(
        "listWebhooks", "webhooks", "Each with the last version that arrived, and why none does."
    ),
    ("post", "/api/webhooks"): Operation(
        "createWebhook",
        "webhooks",
        "Deliveries are signed as Standard Webhooks has it, come in order and at least once; see"
        f" `webhooks`. {_ONCE}",
    ),
    ("delete", "/api/webhooks/{webhook}"): Operation(
        "deleteWebhook", "webhooks", "Whatever is under way may still arrive."
    ),
    ("get", "/healthz"): Operation("getHealth", "health", "200 while the process lives."),
    ("get", "/readyz"): Operation(
        "getReadiness", "health", "503 while a board is behind its log or the log is out of reach."
    ),
}

_PARAMETERS: Final[Mapping[tuple[str, str], tuple[str, Any]]] = {
    ("path", "ceremony"): ("The ceremony's id", "oscars-97"),
    ("path", "version"): ("The event's place in the log, from 1", 75),
    ("path", "epoch"): ("Of the head: `epoch`, or `corrected`", "5fd7a1b3-1"),
    ("path", "page"): ("Counted from 0", 0),
    ("path", "token"): ("The token's id", "0a1b" * 3),
    ("path", "webhook"): ("The webhook's id", "1b0a" * 3),
    ("query", "at"): ("A version; the head where absent", 120),
    ("query", "after"): ("Only what follows this version", 74),
    ("query", "limit"): ("How many at most", 100),
    ("query", "dry_run"): ("Answer with what would be; store nothing, bind no key", True),
    ("query", "epoch"): ("Of the cursor: with `after`", "5fd7a1b3-1"),
    ("query", "speed"): ("Seconds of the night in a second", 60),
    ("query", "from"): ("The version to start at", 75),
    ("query", "idle"): ("The longest gap, in seconds of the night", 30),
    ("header", "Last-Event-ID"): ("The cursor of an event stream: EPOCH:VERSION", "5fd7a1b3-1:120"),
    ("header", "Idempotency-Key"): ("", "best-picture-1"),
    ("header", "If-Match"): ("", '"120"'),
}
"""By place and name: what it means, where its door does not say so, and an example."""


def describe(paths: dict[str, Any]) -> None:
    """
    Name, sort and describe every operation and its parameters.

    Raises:
        KeyError: An operation is not in the table.
    """
    for path, item in paths.items():
        for method, operation in item.items():
            if "responses" not in operation:
                continue
            told = OPERATIONS[method, path]
            operation |= {
                "operationId": told.id,
                "tags": [told.tag],
                "description": told.description,
            }
            operation.setdefault("security", [])
            for parameter in operation.get("parameters", ()):
                meaning, example = _PARAMETERS.get((parameter["in"], parameter["name"]), ("", None))
                if meaning:
                    parameter["description"] = meaning
                if example is not None:
                    parameter["example"] = example
