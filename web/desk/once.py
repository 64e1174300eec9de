"""The code in the address that a first start shows: it lets one person in as admin, once."""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Callable
from typing import Final

import msgspec

GOOD_FOR_SECONDS: Final = 15 * 60
"""From the start on; an address in a terminal's history opens nothing a day later."""


class CodeGiven(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The code of the address that the first start shows."""

    code: str


class OneTimeCode:
    """A code that lets one person in as admin, once."""

    def __init__(
        self, code: str | None = None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """
        Take the code of whoever started the process, if there is one.

        Args:
            code: Good from now on.
            clock: In seconds; only differences matter.
        """
        self._code = code
        self._clock: Final = clock
        self._ends = clock() + GOOD_FOR_SECONDS

    def make(self) -> str:
        """Return a new code, in place of any other."""
        self._code = secrets.token_urlsafe(24)
        self._ends = self._clock() + GOOD_FOR_SECONDS
        return self._code

    def take(self, given: str) -> bool:
        """Tell whether it is the code; the second time, or once its time is over, it is not."""
        if self._clock() >= self._ends:
            self._code = None
        if self._code is None or not hmac.compare_digest(given.encode(), self._code.encode()):
            return False
        self._code = None
        return True
