"""The running server: uvicorn with the live feed's own protocol, and logs as JSON lines."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import Sequence

import structlog
import uvicorn
import uvloop
from structlog.typing import Processor

from web.app import Tracker
from web.clock import now
from web.collector import settle_collector
from web.listener import address_of, bound
from web.policy import ALWAYS
from web.settings import Settings
from web.sockets.heart import Heart
from web.sockets.live import live_protocol
from web.sockets.replay import ReplayProtocol
from web.sockets.viewers import MAX_MESSAGE_BYTES

_GOODBYE_SECONDS = 10
_BACKLOG = 4096


def configure_logs() -> None:
    """Write every log as one JSON line on standard error, the libraries' included."""
    shared: Sequence[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer()],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processor=structlog.processors.JSONRenderer()
        )
    )
    handler.addFilter(_calm)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def _calm(record: logging.LogRecord) -> bool:
    """Take bytes that are no text for a viewer's fault: uvicorn writes a traceback for them."""
    if isinstance(record.exc_info, tuple) and isinstance(record.exc_info[1], UnicodeDecodeError):
        record.exc_info, record.exc_text = None, None
        record.levelno, record.levelname = logging.WARNING, "WARNING"
    return True


class Server(uvicorn.Server):
    """uvicorn, which tells when it listens and leaves the collector to us."""

    def __init__(self, tracker: Tracker, heart: Heart, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._tracker = tracker
        self._heart = heart

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until told to stop."""
        # uvicorn would raise the signal again at the end, and that would be the end of the process
        # before the log is closed.
        loop = asyncio.get_running_loop()
        for each in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(each, self.handle_exit, each, None)
        await self._serve(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then settle down for a long night."""
        await super().startup(sockets)
        if self.should_exit:
            return
        self._heart.start()
        settle_collector()
        settings = self._tracker.settings
        url = address_of(settings.host, settings.port)
        structlog.get_logger("server").info("listening", url=url, database=str(settings.database))
        if self._tracker.made_token is not None:
            code = settings.console_code or self._tracker.parts.code.make()
            console = f"{url}/console#once={code}"
            sys.stderr.write(
                f"\n  The console, for one visit:       {console}\n"
                f"  The admin token, shown this once: {self._tracker.made_token}\n"
                "  Commands take it from TRACKER_TOKEN or --token.\n\n"
            )

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop; viewers are told to come back in a moment."""
        self._tracker.parts.seats.close()
        await super().shutdown(sockets)
        self._heart.stop()  # last: until then it cuts off those who ignore the goodbye


def server(tracker: Tracker) -> Server:
    """Return the server of a tracker, not yet started."""
    settings = tracker.settings
    heart = Heart(tracker.feeds, now=now)
    config = uvicorn.Config(
        tracker,
        host=settings.host,
        port=settings.port,
        http=live_protocol(tracker.feeds, heart, allowed_origins=settings.allowed_origins, now=now),
        # The replay socket; viewers there only send small controls, and nothing is compressed.
        ws=ReplayProtocol,
        ws_max_size=MAX_MESSAGE_BYTES,
        ws_per_message_deflate=False,
        lifespan="off",
        backlog=_BACKLOG,
        log_config=None,
        access_log=False,
        server_header=False,
        headers=list(ALWAYS.items()),
        timeout_graceful_shutdown=_GOODBYE_SECONDS,
    )
    return Server(tracker, heart, config)


def serve(settings: Settings) -> int:
    """
    Run until told to stop.

    Returns:
        The exit status: 0 after an orderly stop.

    Raises:
        CannotListen: The port is not to be had.
        StoreError: The log cannot be opened.
    """
    configure_logs()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_serve(settings))


async def _serve(settings: Settings) -> int:
    listener = bound(settings.host, settings.port)
    try:
        async with Tracker.open(settings) as tracker:
            running = server(tracker)
            await running.serve([listener])
    finally:
        listener.close()
    return 0 if running.started else 1
