"""Logs as JSON lines on standard error, the libraries' included."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from time import monotonic
from typing import Final

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from web.observed.requests import with_request

MOST_A_SECOND: Final = 10
"""Lines of one and the same warning; a flood of them would hide everything else."""


def configure_logs() -> None:
    """Write every log as one JSON line on standard error."""
    shared: list[Processor] = [
        with_request,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[Calm(), *shared, structlog.processors.JSONRenderer()],
        logger_factory=_Named,
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


class _Named(structlog.PrintLogger):
    """A logger that knows which room it speaks for."""

    def __init__(self, name: str = "root") -> None:
        super().__init__(sys.stderr)
        self.name: Final = name


class Calm:
    """
    Lets so many lines of one warning through a second, and counts the rest.

    The next line of that warning says how many were not written before it, as `unwritten`.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        """
        Args:
            clock: In seconds; only differences matter.
        """
        self._clock: Final = clock
        self._written: Final[dict[str, tuple[int, int]]] = {}
        self._unwritten: Final[dict[str, int]] = {}

    def __call__(self, _: WrappedLogger, method: str, event: EventDict) -> EventDict:
        if method != "warning":
            return event
        name, second = str(event["event"]), int(self._clock())
        last, written = self._written.get(name, (second, 0))
        if last != second:
            written = 0
        if written >= MOST_A_SECOND:
            self._unwritten[name] = self._unwritten.get(name, 0) + 1
            raise structlog.DropEvent
        self._written[name] = second, written + 1
        if unwritten := self._unwritten.pop(name, 0):
            event["unwritten"] = unwritten
        return event


def _calm(record: logging.LogRecord) -> bool:
    """Take bytes that are no text for a viewer's fault: uvicorn writes a traceback for them."""
    if isinstance(record.exc_info, tuple) and isinstance(record.exc_info[1], UnicodeDecodeError):
        record.exc_info, record.exc_text = None, None
        record.levelno, record.levelname = logging.WARNING, "WARNING"
    return True
