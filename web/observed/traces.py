"""Where traces go: nowhere, unless OpenTelemetry is installed and an endpoint is named."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Final, Protocol

import structlog

Place = Any
"""Of a span in its trace, as the library that made it has it: others may begin under it."""
Facts = Mapping[str, str | int]
Headers = Iterable[tuple[bytes, bytes]]
"""As ASGI has them."""

_ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")

_log: Final = structlog.get_logger("traces")


class Request(Protocol):
    """A request that is being traced."""

    @property
    def id(self) -> str | None:
        """The trace's, in hexadecimal digits, for the lines of the log."""
        ...

    def answered(self, route: str, status: int) -> None: ...


class Traces(Protocol):
    def request(self, method: str, headers: Headers) -> AbstractContextManager[Request]:
        """Trace a request; what is done within belongs to it."""
        ...

    def span(self, name: str, facts: Facts) -> AbstractContextManager[Place]:
        """Trace a piece of work of this task."""
        ...

    def begin(self, name: str, under: Place) -> Callable[[], None]:
        """Trace a piece of work that another task's led to; what is returned ends it."""
        ...

    def close(self) -> None:
        """Send what was not sent yet, as far as that takes no more than a moment."""
        ...


class _NoRequest:
    id = None

    def answered(self, route: str, status: int) -> None:
        """Do nothing."""


class _NoTraces:
    """One object of each kind, since nobody looks."""

    def __init__(self) -> None:
        self._request: Final = nullcontext(_NoRequest())
        self._span: Final[nullcontext[Place]] = nullcontext()

    def request(
        self,
        method: str,  # noqa: ARG002 - as in Traces
        headers: Headers,  # noqa: ARG002 - the same
    ) -> AbstractContextManager[Request]:
        return self._request

    def span(self, name: str, facts: Facts) -> AbstractContextManager[Place]:  # noqa: ARG002 - as in Traces
        return self._span

    def begin(self, name: str, under: Place) -> Callable[[], None]:  # noqa: ARG002 - as in Traces
        return _nothing

    def close(self) -> None:
        """Do nothing."""


def _nothing() -> None:
    pass


NO_TRACES: Final = _NoTraces()


def traces_of(environment: Mapping[str, str] = os.environ) -> Traces:
    """Return the traces that the environment asks for."""
    if not any(environment.get(name, "").strip() for name in _ENDPOINTS):
        return NO_TRACES
    try:
        from web.observed.otel import exported  # noqa: PLC0415 - an extra, loaded for who asks
    except ModuleNotFoundError as problem:
        _log.warning(
            "no traces: install the extra, awards-night-tracker[otel]", missing=problem.name
        )
        return NO_TRACES
    return exported()
