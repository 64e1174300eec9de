"""The running server: uvicorn with the live feed's own protocol."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from importlib.metadata import version
from typing import Final

import structlog
import uvicorn
import uvloop

from web.app import Tracker
from web.clock import now
from web.collector import settle_collector
from web.desk.invitations import FIRST_SECONDS
from web.listener import address_of, bound
from web.local_access import local_access
from web.observed.logs import configure_logs
from web.pages.shell import is_built
from web.policy import ALWAYS
from web.settings import Settings
from web.sockets.doorman import doorman
from web.sockets.heart import Heart

_GOODBYE_SECONDS = 10
_BACKLOG = 4096

_log: Final = structlog.get_logger("server")


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
        _log.info(
            "listening",
            url=url,
            database=str(settings.database),
            version=version("awards-night-tracker"),
        )
        if not is_built():
            _log.warning("no page: run `make page` in the checkout, or install a wheel with one")
        if not self._tracker.parts.tokens.operated:
            self._show_first_sign_in(settings.public_url or url)

    def _show_first_sign_in(self, url: str) -> None:
        """Show an address that makes an admin's token, once; no token is written anywhere."""
        invitations = self._tracker.parts.invitations
        code = self._tracker.settings.console_code or invitations.open_first()
        console, minutes = f"{url}/console#once={code}", FIRST_SECONDS // 60
        if sys.stderr.isatty():
            sys.stderr.write(
                f"\n  No admin has a token yet. This address signs one in, once, within {minutes}"
                f" minutes:\n\n    {console}\n\n"
                "  Later on this machine: tracker token new NAME --role admin\n\n"
            )
        else:
            _log.info("first sign-in", console=console, minutes=minutes)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop; viewers are told to come back in a moment."""
        viewers = sum(feed.viewers for feed in self._tracker.feeds)
        _log.info("draining", viewers=viewers)
        self._tracker.parts.seats.close()
        self._heart.drain()
        await super().shutdown(sockets)
        self._heart.stop()  # last: until then it cuts off those who ignore the goodbye
        _log.info("drained", connections=len(self.server_state.connections))


def server(tracker: Tracker) -> Server:
    """Return the server of a tracker, not yet started."""
    settings = tracker.settings
    heart = Heart(tracker.feeds, now=now)
    config = uvicorn.Config(
        tracker,
        host=settings.host,
        port=settings.port,
        http=doorman(
            tracker.feeds,
            heart,
            crowd=tracker.parts.crowd,
            replays=tracker.parts.replays,
            allowed_origins=settings.origins,
            now=now,
        ),
        proxy_headers=False,  # the tracker itself asks who is trusted, and with what
        ws="none",  # the doorman opens all sockets
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
        async with (
            Tracker.open(settings) as tracker,
            local_access(
                tracker.parts.tokens,
                settings.database,
                address_of(settings.host, settings.port),
            ),
        ):
            running = server(tracker)
            await running.serve([listener])
    finally:
        listener.close()
    return 0 if running.started else 1
