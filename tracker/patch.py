"""RFC 7396 merge patches: made from two versions of a board, and applied."""

from __future__ import annotations

from itertools import compress
from operator import is_not
from typing import Any, Final, cast

from msgspec import UNSET
from msgspec.structs import astuple

# What a patch replaces whole; all else on a board is an object, and has its members compared.
_WHOLE: Final = frozenset({str, int, bool, tuple})

Patch = dict[str, Any]
"""A merge patch: a value replaces, `None` deletes, an object goes deeper."""


def difference(before: Any, after: Any, skip: frozenset[str] = frozenset()) -> Patch:
    """
    Return the merge patch from one struct to the next of its kind.

    What two versions share by identity is passed over, so the cost is that of the change.

    Args:
        before: A board, or part of one.
        after: Of the same kind.
        skip: Members that are somebody else's to compare.
    """
    patch: Patch = {}
    for name, was, value in zip(
        after.__struct_fields__, astuple(before), astuple(after), strict=True
    ):
        if was is not value and name not in skip:
            _compare(patch, name, was, value)
    return patch


def _entries(before: dict[str, Any], after: dict[str, Any]) -> Patch:
    """Return the merge patch from one object by id to the next."""
    if [*before] == [*after]:
        patch: Patch = {}
        for key in compress(after, map(is_not, before.values(), after.values())):
            _compare(patch, key, before[key], after[key])
        return patch
    patch = {key: None for key in before if key not in after}
    for key, value in after.items():
        was = before.get(key)
        if was is not value:
            _compare(patch, key, was, value)
    return patch


def _compare(patch: Patch, name: str, was: Any, value: Any) -> None:
    """Put into `patch` what became of a member."""
    kind = value.__class__
    if value is UNSET:
        patch[name] = None
    elif was is None or was is UNSET or kind in _WHOLE:
        if was != value:
            patch[name] = value
    elif deeper := (_entries if kind is dict else difference)(was, value):
        patch[name] = deeper


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
