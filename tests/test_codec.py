import json
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from events.ceremony import CategoryListed, Event, Nominee, PresentingBegan, WinnerAnnounced
from events.codec import Upcaster, decode_recorded, encode
from events.recorded import Recorded, public
from night import HOUR, recorded

# What logs hold since the first release. A line is never changed: a new shape is a new line, and
# the old one must still be read.
GOLDEN = (Path(__file__).parent / "golden" / "events.jsonl").read_bytes().splitlines()
TAGS = [json.loads(line)["event"]["type"] for line in GOLDEN]

EVENT: Any = msgspec.json.Decoder(Event)


def test_every_tag_of_the_union_has_its_golden_line() -> None:
    assert set(TAGS) == {each.__struct_config__.tag for each in get_args(Event)}


@pytest.mark.parametrize("line", GOLDEN, ids=TAGS)
def test_a_golden_line_is_read_and_written_back_byte_for_byte(line: bytes) -> None:
    assert encode(decode_recorded(line)) == line


@pytest.mark.parametrize("line", GOLDEN, ids=TAGS)
def test_stored_json_has_its_keys_sorted_no_spaces_no_null_and_no_escapes(line: bytes) -> None:
    plain = json.loads(line)

    assert (
        line
        == json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    )
    assert b"null" not in line


def test_what_is_absent_is_left_out_and_never_null() -> None:
    line = encode(recorded([PresentingBegan("film")])[0])

    assert json.loads(line)["event"] == {"type": "presenting-began", "category": "film"}
    with pytest.raises(ValueError, match="null"):
        EVENT.decode(b'{"type":"presenting-began","category":"film","presenters":null}')


def test_a_times_offset_is_gone_once_it_is_stored() -> None:
    event = EVENT.decode(
        b'{"type":"ceremony-scheduled","name":"N","starts_at":"2030-02-01T12:00:00-08:00"}'
    )

    assert event.starts_at == HOUR


def test_the_public_envelope_has_no_actor() -> None:
    [with_actor] = recorded([PresentingBegan("film")])

    assert b'"actor":"maya"' in encode(with_actor)
    assert b"actor" not in encode(public(with_actor))
    assert public(public(with_actor)) == public(with_actor)


@pytest.mark.parametrize(
    "body",
    [
        b'{"type":"ceremony-started","surprise":1}',
        b'{"type":"ceremony-begun"}',
        b'{"type":"winner-announced","category":"film","nominees":[]}',
        b'{"type":"winner-announced","category":"film"}',
        b'{"type":"winner-announced","category":7,"nominees":["film/orbit"]}',
        b'{"type":"running-order-set","categories":[]}',
        b'{"type":"ceremony-scheduled","name":"","starts_at":"2030-02-01T20:00:00Z"}',
        b'{"type":"ceremony-scheduled","name":"N","starts_at":"tomorrow"}',
        b'{"type":"ceremony-rescheduled","starts_at":"2030-02-01T20:00:00"}',
        b'{"type":"moment-withdrawn","version":0}',
        b'{"type":"moment-withdrawn","version":1.5}',
        b'{"type":"category-listed","category":"film","name":"Film","position":0,"nominees":[]}',
        b'{"type":"work-listed","work":"orbit","title":"Orbit","imdb":"1234567"}',
    ],
)
def test_a_body_that_is_no_event_is_refused(body: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        EVENT.decode(body)


@pytest.mark.parametrize("work", ["", "Orbit", "or_bit", "-orbit", "orbit-", "or--bit", "2001"])
def test_a_work_id_is_a_slug_that_is_not_all_digits(work: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        EVENT.decode(encode({"type": "work-listed", "work": work, "title": "Orbit"}))


def test_a_slug_may_hold_digits_as_long_as_it_has_a_letter() -> None:
    body = encode({"type": "work-listed", "work": "film-1917", "title": "1917"})

    assert EVENT.decode(body).work == "film-1917"


@pytest.mark.parametrize(
    "event",
    [
        {"type": "work-listed", "work": "orbit\n", "title": "Orbit"},
        {"type": "work-listed", "work": "orbit", "title": "Orbit", "imdb": "tt1234567\n"},
        {"type": "category-listed", "category": "a\n", "name": "A", "position": 1, "nominees": []},
        {
            "type": "category-listed",
            "category": "a",
            "name": "A",
            "position": 1,
            "nominees": [{"id": "a/b\n", "people": []}],
        },
    ],
)
def test_no_id_ends_in_a_line_feed(event: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        EVENT.decode(encode(event))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"\xff",
        b'{"ceremony":"\xff"}',
        b'{"event":{"type":[]}}',
        b'{"event":"ceremony-started"}',
        GOLDEN[0].replace(b'"version":1}', b'"version":"1"}'),
        GOLDEN[0].replace(b'"actor"', b'"author"'),
        GOLDEN[0][:-1],
    ],
)
def test_bytes_that_hold_no_recorded_event_are_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode_recorded(data)


# Two shapes as a later release might retire them: a single winner, and before that no tag of ours.
def _one_winner(old: dict[str, Any]) -> dict[str, Any]:
    return {"type": "winner-announced", "category": old["key"], "nominees": [old["winner"]]}


def _envelope_opened(old: dict[str, Any]) -> dict[str, Any]:
    return {"type": "winner-read", "key": old["category"], "winner": old["name"]}


RETIRED: dict[str, Upcaster] = {"winner-read": _one_winner, "envelope-opened": _envelope_opened}
ANNOUNCED = WinnerAnnounced("film", ("film/orbit",))


@pytest.mark.parametrize(
    "event",
    [
        {"type": "winner-read", "key": "film", "winner": "film/orbit"},
        {"type": "envelope-opened", "category": "film", "name": "film/orbit"},
    ],
    ids=["retired", "retired twice"],
)
def test_a_retired_shape_is_lifted_to_todays(event: dict[str, str]) -> None:
    [today] = recorded([ANNOUNCED])
    old = encode({**json.loads(encode(today)), "event": event})

    assert decode_recorded(old, RETIRED) == today
    with pytest.raises(ValueError, match=r"winner-read|envelope-opened"):
        decode_recorded(old)


def test_a_shape_that_kept_its_tag_is_lifted_only_where_it_is_old() -> None:
    def people_were_names(old: dict[str, Any]) -> dict[str, Any]:
        nominees = [
            {**each, "people": [{"id": name.lower(), "name": name} for name in each["people"]]}
            for each in old["nominees"]
        ]
        return {**old, "nominees": nominees}

    retired: dict[str, Upcaster] = {"category-listed": people_were_names}
    [today] = recorded([CategoryListed("film", "Film", 1, (Nominee("film/orbit", ()),))])
    old = encode(today).replace(b'"people":[]', b'"people":["Ada"]')

    lifted = decode_recorded(old, retired).event
    assert isinstance(lifted, CategoryListed)
    assert [person.id for person in lifted.nominees[0].people] == ["ada"]
    assert decode_recorded(encode(today), retired) == today


def test_upcasters_that_lead_in_a_circle_end_in_an_error() -> None:
    circle: dict[str, Upcaster] = {
        "there": lambda old: {**old, "type": "back"},
        "back": lambda old: {**old, "type": "there"},
    }
    old = encode({**json.loads(GOLDEN[0]), "event": {"type": "there"}})

    with pytest.raises(ValueError, match=r"there|back"):
        decode_recorded(old, circle)


def test_equal_recorded_events_have_equal_bytes_whatever_order_they_were_given_in() -> None:
    [one] = recorded([ANNOUNCED])
    shuffled = dict(reversed(json.loads(encode(one)).items()))

    assert encode(msgspec.convert(shuffled, Recorded)) == encode(one)
