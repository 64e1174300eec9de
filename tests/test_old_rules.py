"""What older rules let into a log is no damage: it is verified, copied, put back and served."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from events.ceremony import (
    CategoryListed,
    CeremonyEnded,
    CeremonyRescheduled,
    CeremonyScheduled,
    Detail,
    Distributor,
    Event,
    MomentNoted,
    MomentWithdrawn,
    Nominee,
    Person,
    ResultConfirmed,
    WinnerAnnounced,
    WorkListed,
)
from events.codec import decode_recorded, encode
from events.recorded import Recorded
from histories import DATED, LISTED_THEN_ANYTHING
from night import LIVE, PROGRAMME, SCHEDULED, STARTED, moment, recorded
from test_keeping import NOW, content, found, logged
from tracker.amended import AMENDED
from web.commands.keeping import backup, restore

pytestmark = pytest.mark.anyio

MADE_UP = "made-up"
TEXT = "a bell \x07 and a turn \u202e"
OLDER: dict[str, list[Event]] = {
    "rescheduled, then rehearsed": [
        *PROGRAMME[:1],
        CeremonyRescheduled("2031-05-02T00:00:00.000Z"),
        CeremonyRescheduled("2031-05-02T00:00:00.000Z"),
        *PROGRAMME[1:],
        STARTED,
    ],
    "a control character": [*LIVE, moment(TEXT)],
    "control characters in every name": [
        CeremonyScheduled(TEXT, "2031-05-01T00:00:00.000Z", TEXT, (TEXT,)),
        WorkListed("w", TEXT, (Distributor("d", TEXT),)),
        CategoryListed(
            "c", TEXT, 1, (Nominee("c/n", (Person("p", TEXT),), "w", Detail(TEXT, TEXT, TEXT)),)
        ),
    ],
    "a name of blanks": [*LIVE, moment("\u200b"), moment(" ")],
    "a position taken twice": [*PROGRAMME, CategoryListed("more", "More", 1, ())],
    "a winner whom nobody nominated": [*LIVE, WinnerAnnounced("sound", ("sound/nobody",))],
    "a winner named twice": [*LIVE, WinnerAnnounced("sound", ("sound/orbit", "sound/orbit"))],
    "a result of an unknown category": [*LIVE, WinnerAnnounced("nothing", ("nothing/x",))],
    "a result before the start": [*PROGRAMME, WinnerAnnounced("sound", ("sound/orbit",))],
    "a result that is confirmed without one": [*LIVE, ResultConfirmed("sound")],
    "a moment after the end, withdrawn twice": [
        *LIVE,
        CeremonyEnded(),
        moment("late"),
        MomentWithdrawn(len(LIVE) + 2),
        MomentWithdrawn(len(LIVE) + 2),
        MomentWithdrawn(9_999),
    ],
    "scheduled twice": [*LIVE, SCHEDULED],
    "nothing scheduled": [STARTED, moment("x")],
    "a reserved kind": [*LIVE, MomentNoted(AMENDED, "x")],
}


@pytest.mark.parametrize("events", OLDER.values(), ids=OLDER)
async def test_what_the_door_would_refuse_today_is_no_damage(
    tmp_path: Path, events: list[Event]
) -> None:
    log = recorded(events)
    path, copy = await logged(tmp_path / "log.db", log), tmp_path / "copy.db"

    said = found(path)
    backup(path, copy)
    restored = restore(copy, path, NOW)

    assert said[0] == f"{MADE_UP}: {len(log)} events, whole"
    assert all(each.startswith(f"{MADE_UP}: note: event ") for each in said[1:])
    assert restored.startswith(f"{path}: {len(log)} events of 1 ceremony")
    assert (await content(path))[1] == log


async def test_of_many_notes_the_first_are_told_and_the_rest_counted(tmp_path: Path) -> None:
    path = await logged(tmp_path / "log.db", recorded([*LIVE, *[moment("\x07")] * 12]))

    assert found(path)[-1] == f"{MADE_UP}: note: and 7 more like these"


def readable(each: Recorded) -> bool:
    """Tell whether the codec takes it: some drawn ids are none of a log's."""
    try:
        decode_recorded(encode(each))
    except ValueError:
        return False
    return True


@given(st.one_of(DATED, LISTED_THEN_ANYTHING))
@settings(max_examples=100, deadline=None)
def test_verify_takes_any_history_that_can_be_folded(log: list[Recorded]) -> None:
    assume(log and all(map(readable, log)))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "log.db"
        asyncio.run(logged(path, log))
        assert found(path)[0].endswith(", whole")
