"""The chain of digests: it fixes every byte of what is told, and lets a text be taken out later."""

import hashlib
import json
import os
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.codec import encode
from events.digests import (
    DIGEST_BYTES,
    SALT_BYTES,
    checksum,
    first_check,
    first_crc,
    next_check,
    next_digest,
    running_crc,
    texts_of,
    without_texts,
)
from events.recorded import Recorded
from histories import DATED, LISTED_THEN_ANYTHING
from night import LIVE, moment, recorded

SALT = bytes(range(SALT_BYTES))
BEFORE = first_check("made-up", 1).digest
NIGHT = recorded([*LIVE, moment("It rains.")])
LINES = [encode(each) for each in NIGHT]


def grouped(digest: str) -> str:
    """Return a digest without the spaces by which people compare it."""
    return digest.replace(" ", "")


def changed(line: bytes, path: str, value: str | None) -> bytes:
    """Return an event with another text at a path; None: with no field there."""
    told: Any = json.loads(line)
    *way, last = path.split("/")
    place: Any = told
    for step in way:
        place = place[int(step)] if isinstance(place, list) else place[step]
    if isinstance(place, list):
        place[int(last)] = value or "gone"
    elif value is None:
        del place[last]
    else:
        place[last] = value
    return encode(told)


def test_a_digest_fixes_what_went_before() -> None:
    check = first_check("made-up", 1)
    checks = [check]
    for line in LINES:
        check = next_check(check, line, SALT)
        checks.append(check)

    assert len({each.digest for each in checks}) == len(LINES) + 1
    assert all(len(each.digest) == DIGEST_BYTES for each in checks)
    other = first_check("made-up", 2)
    assert next_digest(other.digest, LINES[0], SALT) != checks[1].digest
    assert next_digest(checks[1].digest, LINES[0], SALT) != checks[1].digest


def test_no_two_histories_begin_alike() -> None:
    begun = [first_check(*each) for each in (("a", 1), ("a", 2), ("b", 1), ("a 1", 1), ("1 a", 1))]

    assert len({each.digest for each in begun}) == len(begun)
    assert len({each.crc for each in begun}) == len(begun)
    assert first_crc("a", 2) == first_check("a", 2).crc


@pytest.mark.parametrize("line", LINES, ids=[type(each.event).__name__ for each in NIGHT])
def test_every_flipped_bit_of_an_event_is_seen_by_its_checksum(line: bytes) -> None:
    right = running_crc(7, line)
    for place in range(len(line)):
        for bit in range(8):
            wrong = bytearray(line)
            wrong[place] ^= 1 << bit
            assert running_crc(7, bytes(wrong)) != right


def test_many_lines_have_the_checksum_of_one_after_the_other() -> None:
    crc = first_crc("made-up", 1)
    for line in LINES:
        crc = running_crc(crc, line)

    assert running_crc(first_crc("made-up", 1), b"\n".join(LINES)) == crc


@pytest.mark.parametrize("line", LINES, ids=[type(each.event).__name__ for each in NIGHT])
def test_every_changed_value_of_an_event_changes_its_digest(line: bytes) -> None:
    right = next_digest(BEFORE, line, SALT)
    told = json.loads(line)

    def variants(value: Any) -> list[Any]:
        if isinstance(value, str):
            return [value + "x"]
        if isinstance(value, int):
            return [value + 1]
        if isinstance(value, list):
            inside = [
                [*value[:at], other, *value[at + 1 :]]
                for at, each in enumerate(value)
                for other in variants(each)
            ]
            return [*inside, [*value, "more"], value[:-1] if value else ["more"]]
        return [
            *({**value, key: other} for key, each in value.items() for other in variants(each)),
            *({k: v for k, v in value.items() if k != key} for key in value),
            {**value, "more": "text"},
        ]

    for other in variants(told):
        assert next_digest(BEFORE, encode(other), SALT) != right, other


@pytest.mark.parametrize("line", LINES, ids=[type(each.event).__name__ for each in NIGHT])
def test_a_chain_verifies_after_a_text_was_taken_out(line: bytes) -> None:
    right = next_digest(BEFORE, line, SALT)
    for path in texts_of(line):
        opening = without_texts(line, SALT, [path])
        for other in ("taken out", None):
            left = changed(line, path, other)
            assert next_digest(BEFORE, left, opening) == right
        # What still stands is held to the digest as before.
        for still in texts_of(line).keys() - {path}:
            assert next_digest(BEFORE, changed(line, still, "other"), opening) != right


@given(st.one_of(DATED, LISTED_THEN_ANYTHING), st.data())
@settings(max_examples=60, deadline=None)
def test_any_texts_may_be_taken_out_one_after_the_other(
    log: list[Recorded], data: st.DataObject
) -> None:
    for line in map(encode, log[-5:]):
        opening, left, right = SALT, line, next_digest(BEFORE, line, SALT)
        texts = sorted(texts_of(line))
        for path in data.draw(st.permutations(texts))[: data.draw(st.integers(0, len(texts)))]:
            opening = without_texts(left, opening, [path])
            left = changed(left, path, "taken out")
            assert next_digest(BEFORE, left, opening) == right


def test_what_was_taken_out_cannot_be_guessed_from_what_is_kept() -> None:
    line = LINES[-1]
    [one, *_] = [path for path, text in texts_of(line).items() if text == "It rains."]
    first = without_texts(line, SALT, [one])
    second = without_texts(line, os.urandom(SALT_BYTES), [one])

    kept = msgspec.json.decode(first)
    assert SALT.hex() not in first.decode()
    assert one not in kept["keys"]
    assert kept["gone"][one] != msgspec.json.decode(second)["gone"][one]


def test_a_text_is_taken_out_once_and_only_where_there_is_one() -> None:
    line = LINES[0]
    opening = without_texts(line, SALT, ["event/name"])

    assert without_texts(line, opening, ["event/name"]) == opening
    with pytest.raises(KeyError):
        without_texts(line, SALT, ["event/starts_at"])
    with pytest.raises(KeyError):
        without_texts(line, SALT, ["event/nothing"])


@pytest.mark.parametrize(
    "opening",
    [b"", SALT[:-1], b"{}", b'{"gone":{},"keys":{}}', b'{"gone":1,"keys":{}}', b"\xff" * 40],
)
def test_an_opening_that_is_none_is_refused(opening: bytes) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        next_digest(BEFORE, LINES[0], opening)


@pytest.mark.parametrize(
    "line", [b"", b"{", b"[1]", b"null", b"\xff\xfe", b"[" * 100_000, b'"\\ud800"', b"7", b"{}"]
)
def test_what_is_no_event_has_a_digest_as_well(line: bytes) -> None:
    assert len(next_digest(BEFORE, line, SALT)) == DIGEST_BYTES
    assert next_digest(BEFORE, line, SALT) != next_digest(BEFORE, line + b"x", SALT)


def test_free_texts_are_all_but_what_names_and_orders() -> None:
    scheduled, listed = LINES[0], LINES[4]
    assert set(texts_of(scheduled)) == {
        "actor",
        "event/name",
        "event/venue",
        "event/hosts/0",
    }
    assert {path.rpartition("/")[2] for path in texts_of(listed)} == {"actor", "name"}
    # A kind of event that is yet to come: its strings are texts, whatever their names.
    later = encode({"event": {"type": "later", "works": {"one": "song"}, "note": ["a", ["b"]]}})
    assert set(texts_of(later)) == {"event/works/one", "event/note/0", "event/note/1/0"}


def test_the_form_of_a_digest_is_for_ever() -> None:
    line = (
        b'{"actor":"ann","ceremony":"made-up","event":{"kind":"note","people":["Ada","Bo"],'
        b'"text":"It rains.","type":"moment-noted","works":["orbit"]},"id":"0a","occurred_at":'
        b'"2030-02-01T20:00:00.000Z","recorded_at":"2030-02-01T20:00:00.000Z","version":1}'
    )
    check = next_check(first_check("made-up", 1), line, SALT)

    assert (check.crc, check.digest.hex()) == (
        2078044769,
        grouped("42c0e26e 493b7c21 129e8da1 7a8b0c3f 8701fa65 00796ff0 2a139f83 1c6ddb38"),
    )
    opening = without_texts(line, SALT, ["event/text"])
    assert hashlib.sha256(opening).hexdigest() == (
        grouped("0d4bce9f ff37f1a4 c270fa98 9391ab61 4508848b d122920a e0314084 58dd87f2")
    )
    assert next_digest(first_check("made-up", 1).digest, line, opening) == check.digest


def test_a_checksum_tells_its_fields_apart() -> None:
    told = [("ab", "c"), ("a", "bc"), ("abc",), ("ab", b"c", ""), (1, "2"), (12,)]

    assert len({checksum(*fields) for fields in told}) == len(told)
    assert checksum("a", 1) == checksum(b"a", "1")
