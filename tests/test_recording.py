from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from msgspec import UNSET

from events.codec import encode
from replay.recording import LONGEST_LINE, RecordingError, line, load, recorded

START = "2025-03-03T00:00:00.000Z"
HEADER = {"recording": 1, "ceremony": "gala", "name": "Gala", "starts_at": START, "sources": ["us"]}
SCHEDULED = {"type": "ceremony-scheduled", "name": "Gala", "starts_at": START}
CATEGORY = {
    "type": "category-listed",
    "category": "best",
    "name": "Best",
    "position": 1,
    "nominees": [{"id": "best/ada", "people": [{"id": "ada", "name": "Ada"}]}],
}
WON = {"type": "winner-announced", "category": "best", "nominees": ["best/ada"]}


def lines(*parts: Any) -> list[bytes]:
    return [part if isinstance(part, bytes) else encode(part) + b"\n" for part in parts]


def cue(event: Any, offset: Any = 0, **more: Any) -> dict[str, Any]:
    return {"offset": offset, "event": event, **more}


NIGHT = [
    HEADER,
    cue(SCHEDULED),
    cue(CATEGORY),
    cue({"type": "ceremony-started"}),
    cue(WON, 60_000, estimated=True, sources=["https://example.org/report"]),
]


def refusal(*parts: Any) -> RecordingError:
    with pytest.raises(RecordingError) as caught:
        load(lines(*parts), "gala.jsonl")
    return caught.value


def test_a_night_is_loaded_with_its_header_and_its_cues() -> None:
    night = load(lines(*NIGHT))
    assert night.header.ceremony == "gala"
    assert night.times == [0, 0, 0, 60_000]
    assert night.cues[3].estimated
    assert night.cues[3].sources == ("https://example.org/report",)


def test_what_is_written_line_by_line_is_what_was_loaded(tmp_path: Path) -> None:
    path = tmp_path / "gala.jsonl"
    path.write_bytes(b"".join(lines(*NIGHT)))
    night = load(path)
    assert [line(night.header), *map(line, night.cues)] == lines(*NIGHT)


def test_line_ends_of_other_systems_are_taken() -> None:
    dos = [text.replace(b"\n", b"\r\n") for text in lines(*NIGHT)]
    assert load(dos) == load(lines(*NIGHT))


def test_it_is_recorded_with_versions_ids_and_the_time_of_each_event() -> None:
    ids = (f"e{number}" for number in count(1))
    envelopes = recorded(load(lines(*NIGHT)), lambda: next(ids), "2025-03-04T00:00:00.000Z", "max")
    assert [each.version for each in envelopes] == [1, 2, 3, 4]
    last = envelopes[-1]
    assert (last.ceremony, last.id, last.actor) == ("gala", "e4", "max")
    assert last.occurred_at == "2025-03-03T00:01:00.000Z"
    assert last.recorded_at == "2025-03-04T00:00:00.000Z"
    assert encode(last.event) == encode(WON)


def test_an_event_that_did_not_happen_at_its_offset_keeps_its_own_time() -> None:
    early = cue(CATEGORY, occurred_at="2025-02-01T10:00:00+01:00")
    night = load(lines(*NIGHT[:2], early))
    envelopes = recorded(night, lambda: "e", START, UNSET)
    assert envelopes[1].occurred_at == "2025-02-01T09:00:00.000Z"
    assert envelopes[1].actor is UNSET


@pytest.mark.parametrize(
    ("number", "bad", "says"),
    [
        (1, b"{", "not JSON"),
        (1, b"[]\n", "not a header"),
        (1, {**HEADER, "recording": 2}, "$.recording"),
        (1, {**HEADER, "ceremony": "Gala!"}, "$.ceremony"),
        (1, {**HEADER, "starts_at": "soon"}, "soon"),
        (1, {**HEADER, "when": START}, "`when`"),
        (2, cue({"type": "ceremony-started"}), "must be ceremony-scheduled"),
        (2, cue({**SCHEDULED, "name": "Other"}), "$.event.name"),
        (2, cue({**SCHEDULED, "starts_at": "2025-03-03T00:00:01Z"}), "$.event.starts_at"),
        (3, b"{'offset'", "not JSON"),
        (3, b"\n", "empty"),
        (3, b'{"offset":0,"event":{"type":"moment-noted","text":"\xff"}}', "UTF-8"),
        (3, cue(CATEGORY, mood="good"), "`mood`"),
        (3, cue({**CATEGORY, "mood": "good"}), "`mood`"),
        (3, cue({"type": "award-given"}), "award-given"),
        (3, cue({**CATEGORY, "position": 0}), "$.event.position"),
        (3, cue(CATEGORY, -1), "$.offset"),
        (3, cue(CATEGORY, 0.5), "$.offset"),
        (3, cue(CATEGORY, occurred_at="once"), "once"),
        (3, {"offset": 0}, "event"),
        (3, cue(SCHEDULED), "line 2"),
        (3, cue(WON), "best"),
        (3, b" " * (LONGEST_LINE + 1), "longer"),
    ],
)
def test_a_bad_line_is_named_with_what_is_wrong(number: int, bad: Any, says: str) -> None:
    error = refusal(*NIGHT[: number - 1], bad, *NIGHT[number:])
    assert error.line == number
    assert str(error).startswith(f"gala.jsonl, line {number}: ")
    assert says in str(error)


def test_an_offset_that_goes_back_is_refused() -> None:
    error = refusal(*NIGHT, cue({"type": "ceremony-ended"}, 59_999))
    assert error.line == 6
    assert "from 60000 to 59999" in str(error)


def test_an_event_against_the_rules_names_the_rule() -> None:
    error = refusal(*NIGHT[:3], cue(WON))
    assert (error.line, error.rule) == (4, "not-started")


def test_an_event_that_changes_nothing_names_the_line_that_made_it_so() -> None:
    error = refusal(*NIGHT, cue(WON, 70_000))
    assert (error.line, error.rule) == (6, "already-so")
    assert "line 5 made it so" in str(error)


def test_a_file_without_a_header_or_without_an_event_is_refused() -> None:
    assert "empty" in str(refusal())
    assert "no event" in str(refusal(HEADER))
    assert refusal(HEADER).line == 0


def test_a_huge_line_is_refused_before_it_is_read_in_full(tmp_path: Path) -> None:
    path = tmp_path / "huge.jsonl"
    with path.open("wb") as file:
        file.writelines(lines(HEADER))
        file.truncate(1 << 32)  # a sparse file of 4 GiB
    with pytest.raises(RecordingError, match=r"huge\.jsonl, line 2: it is longer"):
        load(path)


def test_lines_are_checked_as_they_come() -> None:
    def endless() -> Iterator[bytes]:
        yield from lines(HEADER, cue({"type": "ceremony-started"}))
        pytest.fail("read on after a bad line")

    with pytest.raises(RecordingError):
        load(endless())


def test_an_offset_that_no_date_can_hold_is_named_with_its_line() -> None:
    last = cue({"type": "ceremony-started"}, 2**53 - 1)
    assert "line 4: $.offset 9007199254740991 leads past the year 9999" in str(
        refusal(*NIGHT[:3], last)
    )
