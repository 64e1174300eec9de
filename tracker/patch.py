"""RFC 7396 merge patches: made from two versions of a board, and applied."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

from msgspec import UNSET
from msgspec.structs import astuple

from tracker.tally import AnyTally

# What a patch replaces whole; all else on a board is an object, and has its members compared.
_WHOLE: Final = frozenset({str, int, bool, tuple})

Patch = dict[str, Any]
"""A merge patch: a value replaces, `None` deletes, an object goes deeper."""


def difference(before: Any, after: Any, skip: frozenset[str] = frozenset()) -> Patch:
    """
    Return the merge patch from one board, or part of one, to the next.

    What two versions share by identity is passed over, so the cost is that of the change.

    Args:
        before: A struct or a dict.
        after: Of the same kind.
        skip: Members that are somebody else's to compare.
    """
    patch: Patch = {}
    members: Iterable[tuple[str, Any, Any]]
    if isinstance(after, dict):
        old, new = cast("dict[str, Any]", before), cast("dict[str, Any]", after)
        if not old.keys() <= new.keys():
            patch = {key: None for key in old if key not in new}
        members = [
            (key, known, value)
            for key, value in new.items()
            if (known := old.get(key)) is not value
        ]
    else:
        members = zip(after.__struct_fields__, astuple(before), astuple(after), strict=True)
    for name, known, value in members:
        if known is value or name in skip:
            continue
        if value is UNSET:
            patch[name] = None
        elif known is None or known is UNSET or type(value) in _WHOLE:
            if known != value:
                patch[name] = value
        elif deeper := difference(known, value):
            patch[name] = deeper
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
