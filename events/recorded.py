"""The envelope: what the log says of an event besides the event itself."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from events.ceremony import Event


class Recorded(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """
    An event in its place in the log.

    Attributes:
        ceremony: The stream's id.
        version: 1..n without a gap in one history of the stream.
        id: Unique for ever, over all streams.
        occurred_at: When it happened, as the producer says; may be earlier than its predecessor's.
        recorded_at: When the log accepted it.
        event: The fact.
        actor: Who posted it. Shown to authenticated producers only; see `public`.
    """

    ceremony: str
    version: int
    id: str
    occurred_at: str
    recorded_at: str
    event: Event
    actor: str | UnsetType = UNSET


def public(recorded: Recorded) -> Recorded:
    """Return the envelope without its actor, as everybody may see it."""
    if recorded.actor is UNSET:
        return recorded
    return msgspec.structs.replace(recorded, actor=UNSET)
