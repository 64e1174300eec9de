"""Who is told of a ceremony's events: folded from the store's notes."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Sequence
from typing import Annotated, Final

import msgspec
import structlog
from msgspec import UNSET, UnsetType

from events.bell import Bell
from events.codec import encode
from events.cursors import Cursor
from events.patterns import pattern
from events.store import EventStore, History
from web.desk.ledger import WEBHOOK_ADDED, WEBHOOK_REMOVED, Ledger
from web.webhooks.cursors import DeliveryCursors

# A name beyond ASCII comes in the form that the network knows: xn--...
Url = Annotated[
    str,
    pattern(
        r"^https?://[A-Za-z0-9._:\[\]-]+(/[!-~]*)?(?!\n)$",
        "an http or https address in ASCII without spaces, such as https://example.org/hook",
        max_length=2000,
    ),
]

_ID_BYTES: Final = 6
_SECRET_BYTES: Final = 24
_SECRET: Final = "whsec_"  # noqa: S105 - what each secret begins with

_log: Final = structlog.get_logger("webhooks")


class WebhookWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An address to be told of a ceremony's events from now on."""

    ceremony: str
    url: Url


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


def webhook_ledger() -> Ledger[_Added]:
    """Return a fold of the notes about webhooks."""

    def begun(body: bytes) -> tuple[str, _Added]:
        added = msgspec.json.decode(body, type=_Added)
        base64.b64decode(added.secret.removeprefix(_SECRET), validate=True)
        return added.webhook.id, added

    return Ledger(
        WEBHOOK_ADDED,
        WEBHOOK_REMOVED,
        begun=begun,
        ended=lambda body: msgspec.json.decode(body, type=_Removed).id,
        cautious=False,
    )


def removal(number: str, *, by: str) -> tuple[str, bytes]:
    """Return the kind and the body of the note that ends a webhook."""
    return WEBHOOK_REMOVED, encode(_Removed(number, by))


class Webhooks:
    """
    All webhooks of a store.

    Attributes:
        cursors: How far the deliveries of each have come.
        failing: By id: why the next delivery does not arrive.
        changed: Rings when a webhook was added or removed.
    """

    def __init__(self, store: EventStore, *, now: Callable[[], str]) -> None:
        """
        Args:
            store: Where they are noted.
            now: Returns the canonical timestamp of this moment.
        """
        self._store: Final = store
        self._now: Final = now
        self._ledger: Final = webhook_ledger()
        self._added: Final = self._ledger.standing
        self.cursors: Final = DeliveryCursors(store)
        self.failing: Final[dict[str, str]] = {}
        self.changed: Final = Bell()

    async def load(self) -> None:
        """
        Read the notes of earlier runs, and how far their deliveries came.

        A note that cannot be read ends the webhook that it names, if any (see `web.desk.ledger`).
        """
        async for note in self._store.notes(kinds=self._ledger.kinds):
            if (lost := self._ledger.take(note)) is not None:
                _log.error("webhook note cannot be read", note=lost.note, webhooks_ended=lost.ended)
        await self.cursors.load({number: added.after for number, added in self._added.items()})

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
                delivered=self.cursors.of(webhook.id).version,
                failing=self.failing.get(webhook.id, UNSET),
            )
            for webhook in self.all()
        ]

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
        await self._store.note(WEBHOOK_ADDED, encode(added))
        self._added[webhook.id] = added
        self.cursors.move(webhook.id, added.after)
        self.changed.ring()
        return webhook, secret

    async def remove(self, number: str, *, by: str) -> bool:
        """End a webhook for ever; tell whether there was one."""
        if number not in self._added:
            return False
        await self._store.note(*removal(number, by=by))
        self._added.pop(number, None)
        self.failing.pop(number, None)
        self.cursors.drop(number)
        self.changed.ring()
        return True
