"""The composition root: the one place that picks adapters and wires the rooms together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any, Final, Self

import structlog
from litestar import Litestar
from litestar.config.compression import CompressionConfig
from litestar.config.cors import CORSConfig
from litestar.datastructures import MutableScopeHeaders, State
from litestar.di import Provide
from litestar.plugins import PluginProtocol
from litestar.plugins.core import MsgspecDIPlugin

from events.sqlite import SqliteStore
from events.store import EventStore, UnknownStream
from replay.clock import WallClock
from replay.recording import bundled, recorded
from tracker.desk import Desk
from web import admin, public
from web.clock import now
from web.errors import HANDLERS
from web.feed import Feeds
from web.ids import new_id
from web.metrics import metrics_route
from web.nights import Nights
from web.pages import page_routes
from web.replay_handshake import ceremony_of as replayed_ceremony
from web.replay_socket import replay_socket
from web.schema import CONFIG
from web.settings import Settings
from web.tokens import Tokens, first_token

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Scope]]
Send = Callable[[Scope], Awaitable[None]]

_FILES: Final = "^/static/"  # compressed once, at start

_log: Final = structlog.get_logger("app")


class Tracker:
    """
    The whole server: the log, what is projected from it, and the doors.

    Attributes:
        feeds: Shared with the live protocol, which serves them past ASGI.
        made_token: The admin token, if this start had to make one.
    """

    def __init__(self, settings: Settings, store: EventStore, tokens: Tokens) -> None:
        self.settings: Final = settings
        self.feeds: Final = Feeds()
        self.made_token: str | None = None
        self._store: Final = store
        self._desk: Final = Desk(store, now=now, new_id=new_id)
        self._nights: Final = Nights(store, self.feeds)
        self._replay: Final = replay_socket(
            self._nights.get, WallClock(), now, settings.allowed_origins
        )
        self._litestar: Final = doors(
            self._store,
            self._desk,
            self._nights,
            tokens,
            self.feeds,
            show_rehearsals=settings.show_rehearsals,
        )

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: Settings) -> AsyncIterator[Self]:
        """
        Open the log and bring every board up to date; close it again at the end.

        Raises:
            StoreError: The log cannot be opened.
        """
        store = await SqliteStore.open(settings.database)
        try:
            made = None
            if settings.admin_token is not None:
                tokens = Tokens(settings.admin_token)
            else:
                tokens, made = await asyncio.to_thread(first_token, settings.database)
            tracker = cls(settings, store, tokens)
            tracker.made_token = made
            if settings.bundled:
                await import_bundled(store, tracker._desk)
            async with tracker.running():
                yield tracker
        finally:
            await store.close()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Bring every board up to date, and keep them so meanwhile."""
        try:
            await self._nights.start()
            yield
        finally:
            await self._nights.stop()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "websocket" and replayed_ceremony(scope["path"]) is not None:
            await self._replay(scope, receive, send)
            return
        if scope["type"] == "http" and scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}  # the server drops the body itself
        await self._litestar(scope, receive, send)  # type: ignore[arg-type]  # ASGI, by looser names


class _Doors(Litestar):
    """Litestar with its plugin for msgspec alone: others take longer to load than all the rest."""

    @staticmethod
    def _get_default_plugins(plugins: list[PluginProtocol]) -> list[PluginProtocol]:
        return [*plugins, MsgspecDIPlugin()]


def doors(
    store: EventStore,
    desk: Desk,
    nights: Nights,
    tokens: Tokens,
    feeds: Feeds,
    *,
    show_rehearsals: bool = False,
) -> Litestar:
    """Return the HTTP application over what stands behind it."""
    return _Doors(
        [
            *public.HANDLERS,
            *admin.HANDLERS,
            metrics_route(feeds, nights),
            *page_routes(show_rehearsals=show_rehearsals),
        ],
        state=State({"store": store, "desk": desk, "nights": nights, "tokens": tokens}),
        dependencies={
            name: Provide(_from_state(name), sync_to_thread=False)
            for name in ("desk", "nights", "store")
        },
        exception_handlers=HANDLERS,
        before_send=[_open_to_all],
        compression_config=CompressionConfig(
            backend="gzip", gzip_compress_level=4, exclude=[_FILES]
        ),
        cors_config=CORSConfig(
            allow_origins=["*"],
            allow_methods=["GET", "HEAD"],
            allow_headers=["Last-Event-ID", "If-None-Match"],
            expose_headers=["ETag"],
        ),
        openapi_config=CONFIG,
        logging_config=None,
        debug=False,
    )


async def import_bundled(store: EventStore, desk: Desk) -> None:
    """Put the bundled ceremonies into a log that lacks them."""
    for ceremony, recording in bundled().items():
        try:
            await store.current(ceremony)
        except UnknownStream:
            events = recorded(recording, new_id=new_id, recorded_at=now(), actor="bundled")
            posted = await desk.begin(events, checked=True)
            _log.info("imported", ceremony=ceremony, version=posted.version)


def _from_state(name: str) -> Callable[[State], Any]:
    def provide(state: State) -> Any:
        return state[name]

    return provide


async def _open_to_all(message: Any, scope: Any) -> None:
    if message["type"] != "http.response.start":
        return
    if scope["method"] == "GET":
        headers = MutableScopeHeaders.from_message(message)
        # Everything a GET shows is public or needs a token that no page sends by itself.
        headers["Access-Control-Allow-Origin"] = "*"
