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
from litestar.datastructures import Headers, MutableScopeHeaders, State
from litestar.di import Provide
from litestar.enums import HttpMethod
from litestar.plugins import PluginProtocol
from litestar.plugins.core import MsgspecDIPlugin
from litestar.routes import HTTPRoute

from events.sqlite import SqliteStore
from events.store import StoreUnavailable
from web import health, public
from web.answers import BODILESS
from web.bundled import import_bundled, imported_bundled
from web.compressor import Compressor
from web.desk import admin, token_doors
from web.desk.stream import desk_stream
from web.errors import HANDLERS
from web.metrics import metrics_route
from web.observed.log_monitor import LogMonitor
from web.observed.requests import observed
from web.observed.traces import traces_of
from web.observed.watch import Watch
from web.openapi.served import ServedDocument
from web.packed import Larder, takes_gzip
from web.pages import outputs
from web.pages.routes import page_routes
from web.parts import Parts
from web.pictures.routes import og_routes
from web.policy import POLICY, STRICT
from web.proxies import Proxies
from web.settings import Settings
from web.webhooks import doors as webhook_doors
from web.webhooks.courier import deliver

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Scope]]
Send = Callable[[Scope], Awaitable[None]]

_FILES: Final = "^/(static|og)/"  # compressed once, when first asked for; and pictures are already

_DESK: Final = "/desk$"  # goes on and on, so it would wait for ever in a compressor

_log: Final = structlog.get_logger("app")


class Tracker:
    """The whole server: the log, what is projected from it, and the doors."""

    def __init__(self, parts: Parts) -> None:
        self.parts: Final = parts
        self.settings: Final = parts.settings
        self.feeds: Final = parts.feeds
        self._believing: Final = Proxies(parts.settings.proxies).before(self._serve)
        self._litestar: Final = doors(parts)
        self._doors: Final = observed(self._litestar, parts.figures, parts.traces)  # type: ignore[arg-type]  # ASGI, by looser names

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: Settings) -> AsyncIterator[Self]:
        """
        Open the log and bring every board up to date; close it again at the end.

        Raises:
            StoreError: The log cannot be opened.
        """
        store = await SqliteStore.open(settings.database)
        for remark in store.remarks:
            _log.warning("about the log", remark=remark)
        try:
            parts = Parts(store, settings, traces=traces_of())
            await parts.load()
            tracker = cls(parts)
            if settings.bundled:
                try:
                    await import_bundled(store, parts.desk)
                except StoreUnavailable as problem:  # what is there is served all the same
                    _log.warning("bundled ceremonies not imported", problem=str(problem))
            else:
                parts.nights.left_out = await imported_bundled(store)
            async with tracker.running():
                yield tracker
        finally:
            await store.close()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Bring every board up to date, and keep them so meanwhile; deliver to webhooks."""
        parts = self.parts
        watch = Watch(parts.feeds, parts.crowd, parts.figures)
        watch.start()
        deliveries = asyncio.create_task(
            deliver(parts.store, parts.webhooks, parts.find), name="webhooks"
        )
        deliveries.add_done_callback(_deliveries_ended)
        monitor = asyncio.create_task(LogMonitor(parts.store).run(), name="log-monitor")
        try:
            await parts.nights.start()
            yield
        finally:
            for task in (deliveries, monitor):
                task.cancel()
            await asyncio.gather(deliveries, monitor, return_exceptions=True)
            await parts.nights.stop()
            watch.stop()
            parts.studio.close()
            parts.traces.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; what trusted proxies say of it is believed."""
        await self._believing(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "HEAD":
            # The server drops the body itself; a stream without an end must know of it.
            state = {**scope.get("state", {}), BODILESS: True}
            scope = {**scope, "method": "GET", "state": state}
        await self._doors(scope, receive, send)


def _deliveries_ended(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (problem := task.exception()) is not None:
        _log.error("webhooks are told no more; restart the server", exc_info=problem)


class _Doors(Litestar):
    """Litestar with its plugin for msgspec alone: others take longer to load than all the rest."""

    @staticmethod
    def _get_default_plugins(plugins: list[PluginProtocol]) -> list[PluginProtocol]:
        return [*plugins, MsgspecDIPlugin()]


def doors(parts: Parts) -> Litestar:
    """Return the HTTP application over what stands behind it."""
    return _Doors(
        [
            *public.HANDLERS,
            *health.HANDLERS,
            *outputs.HANDLERS,
            *admin.HANDLERS,
            *token_doors.HANDLERS,
            *webhook_doors.HANDLERS,
            desk_stream,
            metrics_route(parts),
            *og_routes(parts.studio),
            *page_routes(show_rehearsals=parts.settings.show_rehearsals),
        ],
        state=State({**vars(parts), "larder": Larder()}),
        dependencies={
            name: Provide(_from_state(name), sync_to_thread=False)
            for name in (
                "desk",
                "invitations",
                "news",
                "nights",
                "seats",
                "store",
                "tokens",
                "webhooks",
            )
        },
        exception_handlers=HANDLERS,
        before_send=[_finish],
        compression_config=CompressionConfig(
            backend="gzip",
            gzip_compress_level=4,
            middleware_class=Compressor,
            exclude=[_FILES, _DESK],
        ),
        cors_config=CORSConfig(
            allow_origins=["*"],
            allow_methods=["GET", "HEAD"],
            allow_headers=["Last-Event-ID", "If-None-Match"],
            expose_headers=["ETag"],
        ),
        openapi_config=ServedDocument().config(),
        logging_config=None,
        debug=False,
    )


def _from_state(name: str) -> Callable[[State], Any]:
    def provide(state: State) -> Any:
        return state[name]

    return provide


async def _finish(message: Any, scope: Any) -> None:
    if message["type"] != "http.response.start":
        return
    headers = MutableScopeHeaders.from_message(message)
    headers.setdefault(POLICY, STRICT)  # an answer may bring its own
    if not _may_be_read_elsewhere(scope):
        # The framework puts them on whatever a page of another site asks for.
        for name in [name for name in headers if name.lower().startswith("access-control-")]:
            del headers[name]
    if scope["method"] == "GET":
        # Everything a GET shows is public or needs a token that no page sends by itself.
        headers["Access-Control-Allow-Origin"] = "*"
        takes = takes_gzip(Headers.from_scope(scope).get("Accept-Encoding", ""))
        if not takes and "Accept-Encoding" not in headers.get("Vary", ""):
            # The compressor says it of its own form alone; caches would keep this one for all.
            headers.extend_header_value("Vary", "Accept-Encoding")
    if "grant" in scope.get("state", ()):
        headers["Cache-Control"] = "no-store"  # whatever needed a token is for its holder alone
    if "Allow" in headers:
        allowed = set(headers["Allow"].split(", "))
        if scope["method"] == "OPTIONS":
            allowed = _methods(scope["litestar_app"], scope["path_template"])
        headers["Allow"] = ", ".join(sorted(allowed | {"HEAD"} if "GET" in allowed else allowed))


def _may_be_read_elsewhere(scope: Any) -> bool:
    """Tell whether pages of other sites may read an answer, or that of a preflight."""
    method = scope["method"]
    if method == "OPTIONS":
        method = Headers.from_scope(scope).get("Access-Control-Request-Method")
    return method in {"GET", "HEAD"}


def _methods(app: Litestar, path: str) -> set[str]:
    """Return what may be asked of a path; Litestar itself would name its first handler's alone."""
    routes = [route for route in app.routes if isinstance(route, HTTPRoute)]
    asked = [method for route in routes if route.path_format == path for method in route.methods]
    return {HttpMethod(method).value for method in asked}
