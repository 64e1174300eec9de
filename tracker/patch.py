"""RFC 7396 merge patches: made from two versions of a board, and applied."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

import msgspec
from msgspec import UNSET

from tracker.tally import AnyTally

# What a patch replaces whole; all else on a board is an object, and has its members compared.
_WHOLE: Final = frozenset({str, int, bool, tuple})

Patch = dict[str, Any]
"""A merge patch: a value replaces, `None` deletes, an object goes deeper."""


def difference(before: object, after: object, skip: frozenset[str] = frozenset()) -> Patch:
    """
    Return the merge patch from one board, or part of one, to the next.

    What two versions share by identity is passed over, so the cost is that of the change.

    Args:
        before: A struct or a dict.
        after: Of the same kind.
        skip: Members that are somebody else's to compare.
    """
    if isinstance(after, dict):
        old, new = cast("dict[str, object]", before), cast("dict[str, object]", after)
        changed = [
            (key, known, value)
            for key, value in new.items()
            if (known := old.get(key, UNSET)) is not value
        ]
        patch: Patch = dict.fromkeys(key for key in old if key not in new)
    else:
        changed = [
            (name, known, value)
            for name in cast("msgspec.Struct", after).__struct_fields__
            if (known := getattr(before, name)) is not (value := getattr(after, name))
            and name not in skip
        ]
        patch = {}
    for key, known, value in changed:
        if value is UNSET:
            patch[key] = None
        elif known is UNSET or type(value) in _WHOLE:
            if known != value:
                patch[key] = value
        elif deeper := difference(known, value):
            patch[key] = deeper
    return patch


def tally_difference(
    before: Mapping[str, AnyTally], after: Mapping[str, AnyTally], touched: Iterable[str]
) -> Patch:
    """Return the merge patch of tallies of which only those touched can have changed."""
    patch: Patch = {}
    for subject in touched:
        old, new = before[subject], after[subject]
        if old is new:
            continue
        # A result changes some thirty tallies, and nothing of them but these four numbers.
        numbers: Patch = {}
        if old.nominations != new.nominations:
            numbers["nominations"] = new.nominations
        if old.wins != new.wins:
            numbers["wins"] = new.wins
        if old.lost != new.lost:
            numbers["lost"] = new.lost
        if old.pending != new.pending:
            numbers["pending"] = new.pending
        patch[subject] = numbers
    return patch


def merge(target: object, patch: object) -> object:
    """Return `target` with a merge patch applied, both as plain JSON values (RFC 7396)."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(cast("dict[str, object]", target)) if isinstance(target, dict) else {}
    for key, value in cast("dict[str, object]", patch).items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge(merged.get(key), value)
    return merged
