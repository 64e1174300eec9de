"""What a webhook is sent, as the OpenAPI document tells it to whoever receives it."""

from __future__ import annotations

from typing import Any, Final

_DELIVERY: Final[dict[str, Any]] = {
    "title": "Delivery",
    "description": "An event that a webhook is told of.",
    "type": "object",
    "properties": {
        "type": {"type": "string", "description": "The ceremony's id, and `.event`"},
        "timestamp": {"type": "string", "format": "date-time"},
        "data": {
            "title": "DeliveryData",
            "type": "object",
            "properties": {
                "epoch": {"type": "string"},
                "recorded": {"$ref": "#/components/schemas/Recorded"},
            },
            "required": ["epoch", "recorded"],
        },
    },
    "required": ["type", "timestamp", "data"],
}

SCHEMAS: Final = {"Delivery": _DELIVERY}


def _header(name: str, description: str, example: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": True,
        "description": description,
        "schema": {"type": "string"},
        "example": example,
    }


WEBHOOKS: Final[dict[str, Any]] = {
    "eventRecorded": {
        "post": {
            "operationId": "receiveEvent",
            "tags": ["webhooks"],
            "summary": "Take an event that was recorded",
            "description": "Sent to the address of a webhook, in order and at least once.",
            "security": [],
            "parameters": [
                _header(
                    "webhook-id",
                    "The id of the event, by which one that comes twice is known",
                    "0123456789abcdef" * 2,
                ),
                _header("webhook-timestamp", "Of this attempt, in Unix seconds", "1741003200"),
                _header(
                    "webhook-signature",
                    "`v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`",
                    "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
                ),
            ],
            "requestBody": {
                "required": True,
                "content": {
                    "application/json": {"schema": {"$ref": "#/components/schemas/Delivery"}}
                },
            },
            "responses": {
                "2XX": {"description": "It has arrived; the next one follows"},
                "410": {"description": "Nobody is here any more: the webhook ends"},
                "4XX": {"description": "It is sent again later, or after `Retry-After`"},
                "5XX": {"description": "It is sent again later, or after `Retry-After`"},
            },
        }
    }
}
