"""One of several things, done so that what nobody foresaw in it stops none of the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import structlog

_log: Final = structlog.get_logger("faults")


def attempt(failure: str, act: Callable[..., object], *given: object) -> None:
    """
    Call `act`; what it raises is logged whole, and goes no further.

    Args:
        failure: What the log's line is called.
        act: What to do.
        given: Its arguments.
    """
    try:
        act(*given)
    except Exception as problem:  # noqa: BLE001 - it is told here, and the others go on
        _log.error(failure, exc_info=problem)
