"""The addresses whose messages go on and on, as the OpenAPI document tells of them."""

from __future__ import annotations

from typing import Any, Final

_PROBLEM: Final = {
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
}


def _parameter(name: str, place: str, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": place, "required": place == "path", "schema": schema}


def _stream(
    operation: str, summary: str, parameters: list[dict[str, Any]], answers: dict[str, Any]
) -> dict[str, Any]:
    ceremony = _parameter("ceremony", "path", type="string")
    problems = {
        "400": {"description": "A parameter cannot be read", **_PROBLEM},
        "403": {"description": "Pages of this origin may not open a socket here", **_PROBLEM},
        "404": {"description": "No such ceremony", **_PROBLEM},
    }
    return {
        "get": {
            "operationId": operation,
            "summary": summary,
            "parameters": [ceremony, *parameters],
            "responses": {
                "101": {"description": "The socket is open"},
                **answers,
                **problems,
            },
        }
    }


def _messages(*names: str) -> dict[str, Any]:
    return {"anyOf": [{"$ref": f"#/components/schemas/{name}"} for name in names]}


_LIVE: Final = _messages("Hello", "Keyframe", "FrameMessage", "CaughtUp", "Heartbeat", "Resync")
_REPLAY: Final = _messages(
    "Hello",
    "Keyframe",
    "FrameMessage",
    "CaughtUp",
    "Heartbeat",
    "Playhead",
    "Finished",
    "Refused",
)
_DESK: Final = _messages("DeskHello", "PostedNews", "Present", "Heartbeat", "BegunAnew", "Revoked")
_CONTROLS: Final = _messages("Play", "Pause", "Step", "Seek", "Speed")

STREAMS: Final[dict[str, Any]] = {
    "/api/ceremonies/{ceremony}/live": _stream(
        "Live",
        "Follow the night: on a socket, or as an event stream",
        [
            _parameter("epoch", "query", type="string", pattern="^[A-Za-z0-9_-]{1,64}$"),
            _parameter("after", "query", type="integer", minimum=0),
            _parameter("Last-Event-ID", "header", type="string"),
        ],
        {
            "200": {
                "description": "Each message is the data of an event; on a socket, a text message",
                "content": {"text/event-stream": {"schema": _LIVE}},
            }
        },
    ),
    "/api/ceremonies/{ceremony}/desk": {
        "get": {
            "operationId": "Desk",
            "summary": "Follow what goes on at the desk, as an event stream",
            "parameters": [_parameter("ceremony", "path", type="string")],
            "responses": {
                "200": {
                    "description": "Each message is the data of an event",
                    "content": {"text/event-stream": {"schema": _DESK}},
                },
                "401": {"description": "No valid token", **_PROBLEM},
                "403": {"description": "The token's role does not allow it", **_PROBLEM},
                "404": {"description": "No such ceremony", **_PROBLEM},
                "429": {"description": "No seat is free", **_PROBLEM},
            },
            "security": [{"bearer": []}],
        }
    },
    "/api/ceremonies/{ceremony}/replay": _stream(
        "Replay",
        "Replay the night on a socket, at the viewer's pace",
        [
            _parameter("speed", "query", type="number", minimum=0.1, maximum=3600, default=1),
            _parameter("from", "query", type="integer", minimum=0, default=0),
            _parameter("idle", "query", type="number", exclusiveMinimum=0),
        ],
        {"426": {"description": "It takes a socket", **_PROBLEM}},
    )
    | {"x-messages": {"server": _REPLAY, "client": _CONTROLS}},
}
