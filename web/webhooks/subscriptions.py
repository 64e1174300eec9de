"""Who is told of a ceremony's events, and how far: folded from the store's notes."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Sequence
from typing import Annotated, Final

import msgspec
from msgspec import UNSET, Meta, UnsetType

from events.bell import Bell
from events.codec import encode
from events.store import EventStore, History

# A name beyond ASCII comes in the form that the network knows: xn--...
Url = Annotated[
    str, Meta(pattern=r"^https?://[A-Za-z0-9._:\[\]-]+(/[!-~]*)?(?!\n)$", max_length=2000)
]

_ADDED: Final = "webhook-added"
_REMOVED: Final = "webhook-removed"
_DELIVERED: Final = "webhook-delivered"
_ID_BYTES: Final = 6
_SECRET_BYTES: Final = 24
_SECRET: Final = "whsec_"  # noqa: S105 - what each secret begins with


class WebhookWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An address to be told of a ceremony's events from now on."""

    ceremony: str
    url: Url


class Cursor(msgspec.Struct, frozen=True):
    """The last event that was delivered: a history's number and a version in it."""

    history: int
    version: int


class Webhook(msgspec.Struct, frozen=True):
    """One address; its secret was shown once, when it was added."""

    id: str
    ceremony: str
    url: str
    created_at: str


class Standing(Webhook, frozen=True, kw_only=True):
    """
    An address and how its deliveries go.

    Attributes:
        delivered: The version of the last event that arrived, or from which on it is told.
        failing: Why the next one does not arrive; absent when all is well.
    """

    delivered: int
    failing: str | UnsetType = UNSET


class _Added(msgspec.Struct, frozen=True):
    webhook: Webhook
    secret: str
    after: Cursor
    by: str


class _Removed(msgspec.Struct, frozen=True):
    id: str
    by: str


class _Delivered(msgspec.Struct, frozen=True):
    id: str
    cursor: Cursor


class Webhooks:
    """All webhooks of a store. What is delivered is noted after it arrived: at least once."""

    def __init__(self, store: EventStore, *, now: Callable[[], str]) -> None:
        """
        Args:
            store: Where they are noted.
            now: Returns the canonical timestamp of this moment.
        """
        self._store: Final = store
        self._now: Final = now
        self._added: Final[dict[str, _Added]] = {}
        self._cursors: Final[dict[str, Cursor]] = {}
        self.failing: Final[dict[str, str]] = {}
        """By id: why the next delivery does not arrive."""
        self.changed: Final = Bell()

    async def load(self) -> None:
        """Read the notes of earlier starts."""
        async for note in self._store.notes():
            if note.kind == _ADDED:
                self._keep(msgspec.json.decode(note.body, type=_Added))
            elif note.kind == _REMOVED:
                self._drop(msgspec.json.decode(note.body, type=_Removed).id)
            elif note.kind == _DELIVERED:
                delivered = msgspec.json.decode(note.body, type=_Delivered)
                if delivered.id in self._added:
                    self._cursors[delivered.id] = delivered.cursor

    def all(self) -> Sequence[Webhook]:
        return [added.webhook for added in self._added.values()]

    def standing(self) -> Sequence[Standing]:
        """Return all, and how their deliveries go."""
        return [
            Standing(
                webhook.id,
                webhook.ceremony,
                webhook.url,
                webhook.created_at,
                delivered=self._cursors[webhook.id].version,
                failing=self.failing.get(webhook.id, UNSET),
            )
            for webhook in self.all()
        ]

    def cursor(self, webhook: Webhook) -> Cursor:
        """Return how far its deliveries have come."""
        return self._cursors[webhook.id]

    def secret(self, webhook: Webhook) -> bytes:
        """Return the key that its deliveries are signed with."""
        return base64.b64decode(self._added[webhook.id].secret.removeprefix(_SECRET))

    def stands(self, webhook: Webhook) -> bool:
        return webhook.id in self._added

    async def add(
        self, wish: WebhookWish, history: History, head: int, *, by: str
    ) -> tuple[Webhook, str]:
        """Return a new webhook, told of what follows `head`, and its secret, once it is noted."""
        webhook = Webhook(secrets.token_hex(_ID_BYTES), wish.ceremony, wish.url, self._now())
        secret = _SECRET + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()
        added = _Added(webhook, secret, Cursor(history.number, head), by)
        await self._store.note(_ADDED, encode(added))
        self._keep(added)
        self.changed.ring()
        return webhook, secret

    async def remove(self, number: str, *, by: str) -> bool:
        """End a webhook for ever; tell whether there was one."""
        if number not in self._added:
            return False
        await self._store.note(_REMOVED, encode(_Removed(number, by)))
        self._drop(number)
        self.changed.ring()
        return True

    async def delivered(self, webhook: Webhook, cursor: Cursor) -> None:
        """Note that everything up to `cursor` has arrived."""
        await self._store.note(_DELIVERED, encode(_Delivered(webhook.id, cursor)))
        if self.stands(webhook):
            self._cursors[webhook.id] = cursor

    def _keep(self, added: _Added) -> None:
        self._added[added.webhook.id] = added
        self._cursors[added.webhook.id] = added.after

    def _drop(self, number: str) -> None:
        self._added.pop(number, None)
        self._cursors.pop(number, None)
        self.failing.pop(number, None)
