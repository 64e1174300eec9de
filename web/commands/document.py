"""The OpenAPI document without a server: what the page's types are made from."""

from __future__ import annotations

import json

from events.memory import MemoryStore
from web.app import doors
from web.openapi.schema import openapi
from web.parts import Parts
from web.settings import Settings


def document() -> str:
    """Return what /schema/openapi.json answers, laid out for people and for a diff."""
    app = doors(Parts(MemoryStore(), Settings()))
    shown = openapi(app.openapi_schema.to_schema())
    return json.dumps(shown, indent=2, sort_keys=True, ensure_ascii=False)
