"""The network, as a courier needs it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import msgspec

from web.webhooks.destinations import Destination


class Answer(msgspec.Struct, frozen=True):
    """
    What a receiver said.

    Attributes:
        status: Of HTTP.
        retry_after: That header, or empty.
    """

    status: int
    retry_after: str = ""


class Sender(Protocol):
    """Posts to a destination that was looked at; no redirect is followed."""

    async def send(self, to: Destination, body: bytes, headers: Mapping[str, str]) -> Answer:
        """
        Return the answer. The deadline is the caller's: a cancellation leaves nothing open.

        Raises:
            OSError: Nothing came that is an answer.
        """
        ...
