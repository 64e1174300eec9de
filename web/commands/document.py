"""The OpenAPI document without a server: what the page's types are made from."""

from __future__ import annotations

import json

from events.memory import MemoryStore
from tracker.desk import Desk
from web.app import doors
from web.clock import now
from web.feed import Feeds
from web.nights import Nights
from web.schema import openapi
from web.tokens import Tokens


def document() -> str:
    """Return what /schema/openapi.json answers, laid out for people and for a diff."""
    store, feeds = MemoryStore(), Feeds()
    desk = Desk(store, now=now, new_id=str)
    app = doors(store, desk, Nights(store, feeds), Tokens(), feeds)
    shown = openapi(app.openapi_schema.to_schema())
    return json.dumps(shown, indent=2, sort_keys=True, ensure_ascii=False)
