"""The OpenAPI document: the doors as Litestar knows them, and what it cannot see."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any, Final, get_args

import msgspec
from litestar import Request
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import (
    Components,
    OpenAPIMediaType,
    Operation,
    Parameter,
    Reference,
    RequestBody,
    Schema,
    SecurityScheme,
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
from web.openapi.links import link
from web.openapi.streams import STREAMS
from web.queries import NUMBER
from web.sockets import messages
from web.webhooks.subscriptions import WebhookWish

VERSION: Final = "1.0.0"

_KEY: Final = Parameter(
    "Idempotency-Key",
    "header",
    Schema(type=OpenAPIType.STRING, pattern=f"^{KEY}$"),
    description="The same key and body get the first answer again, for ever",
)
_IF_MATCH: Final = Parameter(
    "If-Match",
    "header",
    Schema(type=OpenAPIType.STRING, pattern=f'^("{NUMBER}"|[*])$'),
    description="The version the producer builds on, in quotes",
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
    description="An awards night as a log of events: boards, frames, live feed, replay, desk.",
    path="/schema",
    render_plugins=[_WholeDocument()],
    components=Components(
        security_schemes={"bearer": SecurityScheme(type="http", scheme="bearer")}
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

# Of every shape: the stored form of a time, and what else is read as one.
_TIMES: Final = frozenset(
    {
        *("starts_at", "occurred_at", "recorded_at", "created_at", "expires_at"),
        *("server_time", "since"),
    }
)
_TIME: Final = {
    "type": "string",
    "format": "date-time",
    "pattern": (
        "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?"
        "([Zz]|[+-][0-9]{2}:[0-9]{2})$"
    ),
}


def openapi(litestar: dict[str, Any]) -> dict[str, Any]:
    """Return the whole document, given the part of it that Litestar makes."""
    _, components = msgspec.json.schema_components(
        _TRAVELS, ref_template="#/components/schemas/{name}"
    )
    document = copy.deepcopy(litestar)
    schemas = {**document["components"]["schemas"], **components}
    for schema in schemas.values():
        _tidy(schema)
    tags = sorted(get_args(Event), key=lambda each: each.__name__)
    schemas["Event"] = {"anyOf": [_reference(each.__name__) for each in tags]}
    schemas["EventBody"] = {"anyOf": [_with_time(schemas[each.__name__]) for each in tags]}
    document["components"]["schemas"] = dict(sorted(schemas.items()))
    for item in document["paths"].values():
        for operation in item.values():
            _plain_parameters(operation)
            if "application/json" in operation["responses"].get("400", {}).get("content", {}):
                del operation["responses"]["400"]  # Litestar's own guess; no door answers so
    link(document["paths"])
    document["components"]["schemas"]["ProgrammeCeremony"]["properties"]["id"]["not"] = _TAKEN
    log = document["paths"]["/api/ceremonies/{ceremony}/events"]["get"]
    log["responses"]["200"]["content"]["application/x-ndjson"] = {"schema": _LINES}
    document["paths"] |= STREAMS
    return document


def _tidy(schema: dict[str, Any]) -> None:
    """Say what the structs mean: what has a default is always sent, and a patch is open."""
    schema["description"] = schema.get("description", "").split("\n\n")[0].strip()
    if not schema["description"]:
        del schema["description"]
    properties = schema.get("properties", {})
    always = [name for name, value in properties.items() if value.pop("default", None) is not None]
    if always:
        schema["required"] = [*schema["required"], *always]
    if not schema.get("required"):
        schema.pop("required", None)
    if "patch" in properties:
        properties["patch"] = {"type": "object", "additionalProperties": True}
    for name in _TIMES & properties.keys():
        properties[name] = {**properties[name], **_TIME}
    if "event" in properties and "discriminator" in properties["event"]:
        properties["event"] = _reference("Event")


def _plain_parameters(operation: dict[str, Any]) -> None:
    """Let a parameter that may be absent be of one type: in a query, nothing is null."""
    for parameter in operation.get("parameters", ()):
        schema = parameter["schema"]
        choices = [each for each in schema.pop("oneOf", ()) if each != {"type": "null"}]
        for choice in choices:
            schema = choice | schema  # what a door says of it is more than Litestar knows
        parameter["schema"] = schema


def _reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _with_time(schema: dict[str, Any]) -> dict[str, Any]:
    time = {**_TIME, "description": "Now, where absent."}
    return {**schema, "properties": {**schema["properties"], "occurred_at": time}}
