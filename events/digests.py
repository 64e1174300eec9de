"""
Checks of what a log keeps: a checksum against accidents, a chain of digests over the events.

The checksum of an event is a CRC-32 that runs on from row to row of a history, so that hundreds of
rows are checked by one call. It finds every flipped bit, and any damage but one in four thousand
millions.

The digest of an event is SHA-256 over the digest before it and the event's content. In the content
each free text is replaced by a commitment: a digest of the text under a key of its own, which is
derived from the row's random salt. So a text can be taken out of the log later: the row then keeps
the commitment of that text in place of its salt, and the chain verifies as before. Without the key
nobody can tell by trying whether a guess was the text.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

import msgspec

SALT_BYTES: Final = 16
DIGEST_BYTES: Final = 32

# Each use has a name of its own in front, so that no digest of one kind is taken for another.
_HISTORY: Final = b"tracker:history:1\n"
_EVENT: Final = b"tracker:event:1\n"
_OPAQUE: Final = b"tracker:opaque:1\n"
_KEY: Final = b"tracker:key:1\n"
_TEXT: Final = b"tracker:text:1\n"

# The values of these keys name things and order them: events refer to them, so none can be taken
# out. Every other string of an event is free text, also in a kind of event that comes later. This
# set is part of the form of the digest: it never changes under the same names as above.
_STRUCTURE: Final = frozenset(
    {
        "categories",
        "category",
        "ceremony",
        "distributor",
        "id",
        "imdb",
        "nominee",
        "nominees",
        "occurred_at",
        "person",
        "recorded_at",
        "starts_at",
        "time_zone",
        "type",
        "version",
        "work",
        "works",
    }
)

_encoder: Final = msgspec.json.Encoder(order="sorted")
_decoder: Final = msgspec.json.Decoder()


class Opening(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """
    What a row keeps instead of its salt once a text was taken out, by the texts' paths.

    Attributes:
        gone: Commitments of the texts that were taken out, in hexadecimal.
        keys: Keys of the texts that are still there, in hexadecimal.
    """

    gone: dict[str, str]
    keys: dict[str, str]


_opening: Final = msgspec.json.Decoder(Opening)


class Check(msgspec.Struct, frozen=True):
    """Where the checks of a history stand after an event: what the next one goes on from."""

    crc: int
    digest: bytes


def checksum(*fields: object) -> int:
    """Return the checksum of a row that stands for itself: of a key, a note, a history, a mark."""
    parts = [each if isinstance(each, bytes) else str(each).encode() for each in fields]
    return zlib.crc32(b"".join(b"%d:%b," % (len(each), each) for each in parts))


def first_crc(ceremony: str, history: int) -> int:
    """Return the checksum that the first event of a history goes on from."""
    return zlib.crc32(_name(ceremony, history))


def first_check(ceremony: str, history: int) -> Check:
    """Return what the first event of a history goes on from: no row fits into another history."""
    digest = hashlib.sha256(_HISTORY + _name(ceremony, history)).digest()
    return Check(first_crc(ceremony, history), digest)


def running_crc(before: int, lines: bytes) -> int:
    """Return the checksum after rows, given as lines without the last line feed."""
    return zlib.crc32(b"\n", zlib.crc32(lines, before))


def broken_crc(crc: int) -> int:
    """Return what the checksum runs on from after a row that gets none: no run over it is right."""
    return crc ^ 0xFFFFFFFF


def next_check(before: Check, recorded: bytes, opening: bytes) -> Check:
    """
    Return the check of an event.

    Args:
        before: That of the event before it.
        recorded: The event's bytes.
        opening: The row's salt, or what is kept instead of it.

    Raises:
        ValueError: The opening is none, or lacks the key of a text.
    """
    return Check(running_crc(before.crc, recorded), next_digest(before.digest, recorded, opening))


def next_digest(before: bytes, recorded: bytes, opening: bytes) -> bytes:
    """Return the digest of an event; see `next_check`."""
    texts: list[tuple[str, str]] = []
    try:
        frame = _frame(_decoder.decode(recorded), "", texts)
    except (msgspec.DecodeError, UnicodeError, RecursionError, AttributeError):
        # It was damaged before it had a digest: kept as it is, and nothing can be taken out of it.
        return hashlib.sha256(_OPAQUE + before + recorded).digest()
    commitments = b"".join(_commitments(texts, opening))
    content = b"%b\n%b" % (_encoder.encode(frame), commitments)
    return hashlib.sha256(_EVENT + before + content).digest()


def without_texts(recorded: bytes, opening: bytes, paths: Iterable[str]) -> bytes:
    """
    Return the opening that a row keeps when the texts at some paths are taken out of its event.

    Other texts may then stand in their place, or, where a text is a field of its own, none.

    Args:
        recorded: The event's bytes as they are.
        opening: The row's opening as it is.
        paths: As in `texts_of`.

    Raises:
        KeyError: There is no text at a path.
        ValueError: The opening is none.
    """
    texts = texts_of(recorded)
    gone = _gone(opening)
    keys = {path: _key(opening, path) for path in texts if path not in gone}
    for path in set(paths) - gone.keys():
        gone[path] = _commitment(keys.pop(path), path, texts[path])
    return _encoder.encode(
        Opening(
            {path: value.hex() for path, value in gone.items()},
            {path: key.hex() for path, key in keys.items()},
        )
    )


def texts_of(recorded: bytes) -> Mapping[str, str]:
    """Return the free texts of an event by their paths, e.g. `event/nominees/0/people/1/name`."""
    texts: list[tuple[str, str]] = []
    _frame(_decoder.decode(recorded), "", texts)
    return dict(texts)


def _name(ceremony: str, history: int) -> bytes:
    return b"%d %b" % (history, ceremony.encode("utf-8", "replace"))


def _frame(value: dict[str, Any], path: str, texts: list[tuple[str, str]]) -> dict[str, Any]:
    """Return an object without its texts, which are added to `texts`."""
    frame: dict[str, Any] = {}
    for key, each in value.items():
        if isinstance(each, str):
            if key in _STRUCTURE:
                frame[key] = each
            else:
                texts.append((path + key, each))
        elif isinstance(each, dict):
            frame[key] = _frame(cast("dict[str, Any]", each), f"{path}{key}/", texts)
        elif isinstance(each, list):
            frame[key] = _frames(cast("list[object]", each), key, path + key, texts)
        else:
            frame[key] = each
    return frame


def _frames(values: list[object], key: str, path: str, texts: list[tuple[str, str]]) -> list[Any]:
    """Return a list without its texts, of the same length: null stands in the place of each."""
    frames: list[Any] = []
    for number, each in enumerate(values):
        place = f"{path}/{number}"
        if isinstance(each, dict):
            frames.append(_frame(cast("dict[str, Any]", each), f"{place}/", texts))
        elif isinstance(each, list):
            frames.append(_frames(cast("list[object]", each), key, place, texts))
        elif isinstance(each, str) and key not in _STRUCTURE:
            texts.append((place, each))
            frames.append(None)
        else:
            frames.append(each)
    return frames


def _commitments(texts: list[tuple[str, str]], opening: bytes) -> Iterable[bytes]:
    """Yield the commitments of the texts in the order of their paths, those taken out as well."""
    if len(opening) == SALT_BYTES:
        for path, text in sorted(texts):
            yield _commitment(_key(opening, path), path, text)
        return
    gone = _gone(opening)
    standing = {path: text for path, text in texts if path not in gone}
    for path in sorted(gone.keys() | standing.keys()):
        if path in gone:
            yield gone[path]
        else:
            yield _commitment(_key(opening, path), path, standing[path])


def _commitment(key: bytes, path: str, text: str) -> bytes:
    return hashlib.sha256(
        b"%b%b%b\n%b" % (_TEXT, key, path.encode(), text.encode("utf-8", "surrogatepass"))
    ).digest()


def _key(opening: bytes, path: str) -> bytes:
    if len(opening) == SALT_BYTES:
        return hashlib.sha256(b"%b%b%b" % (_KEY, opening, path.encode())).digest()
    try:
        return bytes.fromhex(_opening.decode(opening).keys[path])
    except KeyError:
        message = f"the row keeps no key of the text at {path}"
        raise ValueError(message) from None


def _gone(opening: bytes) -> dict[str, bytes]:
    if len(opening) == SALT_BYTES:
        return {}
    return {path: bytes.fromhex(value) for path, value in _opening.decode(opening).gone.items()}
