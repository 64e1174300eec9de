"""The OpenAPI document: the doors as Litestar knows them, and what it cannot see."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, get_args

import msgspec
from litestar import Request
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import (
    Components,
    Contact,
    License,
    OpenAPIMediaType,
    Operation,
    Parameter,
    Reference,
    RequestBody,
    Schema,
    SecurityScheme,
    Server,
    Tag,
)
from litestar.openapi.spec.enums import OpenAPIType

from events.ceremony import Event
from events.recorded import Recorded
from replay.playhead import Pause, Play, Seek, Speed, Step
from tracker.board import Board
from tracker.desk import REHEARSAL
from tracker.frames import FramePage
from web.desk.invitations import CodeGiven
from web.desk.messages import DESK_MESSAGES
from web.desk.posts import KEY
from web.desk.programme import RESERVED, Programme
from web.desk.programme_csv import FACTS
from web.desk.programme_csv import MEDIA_TYPE as CSV
from web.desk.tokens import TokenWish
from web.errors import MisreadProblem, Problem, RefusedProblem, StaleProblem
from web.openapi import deliveries
from web.openapi.examples import add_examples
from web.openapi.headers import add_headers
from web.openapi.links import link
from web.openapi.operations import TAGS, describe
from web.openapi.plain import TIME, plain_parameters, reference, tidy
from web.openapi.streams import STREAMS
from web.sockets import messages
from web.webhooks.subscriptions import WebhookWish

VERSION: Final = "1.0.0"

_KEY: Final = Parameter(
    "Idempotency-Key",
    "header",
    Schema(type=OpenAPIType.STRING, pattern=f"^{KEY}$"),
    description="The same key and body get the first answer again, for ever",
)
_TAG: Final = '(W/)?"[!#-~]*"'
_IF_MATCH_PATTERN: Final = f"^([*]|{_TAG}( ?, ?{_TAG})*)$"
_IF_MATCH: Final = Parameter(
    "If-Match",
    "header",
    Schema(type=OpenAPIType.STRING, pattern=_IF_MATCH_PATTERN),
    description=(
        'The head the producer builds on: `"EPOCH:VERSION"`, as an ETag has it, or `"VERSION"` of'
        " whichever history is current; one or several, or `*` for any"
    ),
)


_FACTS: Final = tuple(
    Parameter(
        name,
        "query",
        Schema(type=OpenAPIType.STRING),
        description="Of the ceremony itself, where the body is a table",
    )
    for name in FACTS
)


def _body(schema: str) -> RequestBody:
    reference = Reference(ref=f"#/components/schemas/{schema}")
    content = {"application/json": OpenAPIMediaType(schema=reference)}
    return RequestBody(content=content, required=True)


@dataclass
class RehearsalPost(Operation):
    """A post that has no body, but a key."""

    def __post_init__(self) -> None:
        self.parameters = [*(self.parameters or []), _KEY]


@dataclass
class ProgrammePost(RehearsalPost):
    """A post of a programme."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.request_body = _body("Programme")
        table = OpenAPIMediaType(schema=Schema(type=OpenAPIType.STRING))
        self.request_body.content[CSV] = table
        self.parameters = [*(self.parameters or []), *_FACTS]


@dataclass
class TokenPost(Operation):
    """A post that asks for a token."""

    def __post_init__(self) -> None:
        self.request_body = _body("TokenWish")


@dataclass
class WebhookPost(Operation):
    """A post that asks to be told of events."""

    def __post_init__(self) -> None:
        self.request_body = _body("WebhookWish")


@dataclass
class RedeemPost(Operation):
    """A post of the one-time code."""

    def __post_init__(self) -> None:
        self.request_body = _body("CodeGiven")


@dataclass
class EventPost(RehearsalPost):
    """A post of an event."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.parameters = [*(self.parameters or []), _IF_MATCH]
        self.request_body = _body("EventBody")


# What travels on the sockets and in bodies, besides what the answers bring along.
_TRAVELS: Final = (
    Board,
    FramePage,
    Event,
    Recorded,
    Programme,
    TokenWish,
    WebhookWish,
    CodeGiven,
    *DESK_MESSAGES,
    Problem,
    MisreadProblem,
    RefusedProblem,
    StaleProblem,
    messages.Hello,
    messages.Keyframe,
    messages.FrameMessage,
    messages.CaughtUp,
    messages.Heartbeat,
    messages.Resync,
    messages.Playhead,
    messages.Finished,
    messages.Refused,
    Play,
    Pause,
    Step,
    Seek,
    Speed,
)


class _WholeDocument(JsonRenderPlugin):
    """Shows at /schema/openapi.json what Litestar made, with the rest added."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:  # noqa: ARG002 - the plugin's signature
        return msgspec.json.encode(openapi(openapi_schema))


CONFIG: Final = OpenAPIConfig(
    title="Awards-night tracker",
    version=VERSION,
    description=(
        "An awards night as a log of events: boards, frames, live feed, replay, desk. Errors are"
        " problems (RFC 9457); what changes has an ETag; posts may be sent again by their key."
    ),
    # As long as nothing else is said of the program, whose package is private.
    license=License(name="All rights reserved", identifier="LicenseRef-All-rights-reserved"),
    contact=Contact(name="The operator of this server"),
    servers=[Server(url="/", description="This server")],
    tags=[Tag(name=name, description=told) for name, told in TAGS.items()],
    path="/schema",
    render_plugins=[_WholeDocument()],
    components=Components(
        security_schemes={
            "bearer": SecurityScheme(
                type="http",
                scheme="bearer",
                description="A token that an admin made, or that a code was traded for.",
            )
        }
    ),
)


# OpenAPI 3.1 has no word for a stream of lines; the field writes them as an array.
_LINES: Final = {
    "type": "array",
    "items": {"$ref": "#/components/schemas/Recorded"},
    "description": "Each on a line of its own",
}

_TAKEN: Final = {"anyOf": [{"enum": sorted(RESERVED)}, {"pattern": f"{REHEARSAL}$"}]}
"""Ids that are the tracker's own."""

_BODY: Final = "Body"
"""What the name of a posted event ends with: its type has one field more than the stored one."""


def openapi(litestar: dict[str, Any]) -> dict[str, Any]:
    """Return the whole document, given the part of it that Litestar makes."""
    _, components = msgspec.json.schema_components(
        _TRAVELS, ref_template="#/components/schemas/{name}"
    )
    document = copy.deepcopy(litestar)
    schemas = {**document["components"]["schemas"], **components}
    for schema in schemas.values():
        tidy(schema)
    tags = sorted(get_args(Event), key=lambda each: each.__name__)
    schemas["Event"] = _one_of(tags, "")
    schemas |= {f"{each.__name__}{_BODY}": _with_time(schemas[each.__name__]) for each in tags}
    schemas["EventBody"] = _one_of(tags, _BODY)
    schemas |= deliveries.SCHEMAS
    document["components"]["schemas"] = dict(sorted(schemas.items()))
    for item in document["paths"].values():
        for operation in item.values():
            plain_parameters(operation)
            if "application/json" in operation["responses"].get("400", {}).get("content", {}):
                del operation["responses"]["400"]  # Litestar's own guess; no door answers so
    document["components"]["schemas"]["ProgrammeCeremony"]["properties"]["id"]["not"] = _TAKEN
    log = document["paths"]["/api/ceremonies/{ceremony}/events"]["get"]
    log["responses"]["200"]["content"]["application/x-ndjson"] = {"schema": _LINES}
    document["paths"] |= copy.deepcopy(STREAMS)
    document["webhooks"] = deliveries.WEBHOOKS
    describe(document["paths"])
    link(document["paths"])
    add_headers(document)
    add_examples(document)
    return document


def _one_of(events: Sequence[type[msgspec.Struct]], ending: str) -> dict[str, Any]:
    kinds = {str(each.__struct_config__.tag): f"{each.__name__}{ending}" for each in events}
    references = {tag: reference(name) for tag, name in kinds.items()}
    mapping = {tag: each["$ref"] for tag, each in references.items()}
    return {
        "anyOf": list(references.values()),
        "discriminator": {"propertyName": "type", "mapping": mapping},
    }


def _with_time(schema: dict[str, Any]) -> dict[str, Any]:
    time = {**TIME, "description": "Now, where absent."}
    return {
        **schema,
        "title": schema["title"] + _BODY,
        "properties": {**schema["properties"], "occurred_at": time},
    }
