"""The code in the address that a first start shows: it lets one person in as admin, once."""

from __future__ import annotations

import hmac
import secrets

import msgspec


class CodeGiven(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The code of the address that the first start shows."""

    code: str


class OneTimeCode:
    """A code that lets one person in as admin, once."""

    def __init__(self) -> None:
        self._code: str | None = None

    def make(self) -> str:
        """Return a new code, in place of any other."""
        self._code = secrets.token_urlsafe(24)
        return self._code

    def take(self, given: str) -> bool:
        """Tell whether it is the code; the second time it is not."""
        if self._code is None or not hmac.compare_digest(given.encode(), self._code.encode()):
            return False
        self._code = None
        return True
