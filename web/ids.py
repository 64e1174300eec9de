"""New ids, for events and for whatever else needs one that is unique for ever."""

from __future__ import annotations

import uuid


def new_id() -> str:
    return uuid.uuid4().hex
