"""What holds for every history there could be, not only for those somebody thought of."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from events.ceremony import CategoryListed, Event, MomentNoted
from events.codec import decode_recorded, encode
from events.recorded import Recorded
from histories import ANYTHING, DATED, LISTED_THEN_ANYTHING, NIGHTS, accepted, shows
from night import LIVE, as_json, projections, recorded
from tracker.ceremony import EMPTY, Accepted, AlreadySo, Refused, State, decide, evolve
from tracker.chapters import Contents
from tracker.frames import frame
from tracker.patch import merge

# --- history never raises


@given(st.one_of(DATED, LISTED_THEN_ANYTHING))
@settings(max_examples=250, deadline=None)
def test_no_stored_history_raises_however_little_sense_it_makes(log: list[Recorded]) -> None:
    state, contents = EMPTY, Contents()
    boards = projections(log)
    for each, after in zip(log, boards[1:], strict=True):
        state = evolve(state, each.event)
        contents.turn(each, after.t)
        assert state.version == after.version == each.version
        assert b"null" not in encode(after.board)
        board = after.board
        for tallies in (board.works, board.people, board.distributors):
            for tally in tallies.values():
                assert tally.nominations == tally.wins + tally.lost + tally.pending
                assert min(tally.wins, tally.lost, tally.pending) >= 0


@given(st.one_of(DATED, LISTED_THEN_ANYTHING))
@settings(max_examples=250, deadline=None)
def test_each_frame_applied_to_the_board_before_is_the_board_after(log: list[Recorded]) -> None:
    boards = projections(log)
    for each, before, after in zip(log, boards, boards[1:], strict=False):
        patch = as_json(frame(before, after, each).patch)
        assert merge(as_json(before.board), patch) == as_json(after.board)


@given(DATED)
@settings(max_examples=60, deadline=None)
def test_show_time_never_falls(log: list[Recorded]) -> None:
    times = [each.t for each in projections(log)]

    assert times == sorted(times)
    assert times[0] == 0


@given(ANYTHING, st.lists(shows(), max_size=15))
@settings(max_examples=80, deadline=None)
def test_whatever_is_proposed_is_accepted_or_already_so_or_refused_in_words(
    proposed: Event, show: list[Event]
) -> None:
    for state in (EMPTY, accepted([*LIVE, *show])[1]):
        decision = decide(proposed, state)
        if isinstance(decision, Accepted):
            assert decision.events == (proposed,)
        elif isinstance(decision, AlreadySo):
            assert 1 <= decision.version <= state.version
        else:
            assert isinstance(decision, Refused)
            assert decision.detail.endswith((".", "!"))
            assert decision.rule == decision.rule.lower().replace(" ", "-")


@given(NIGHTS)
@settings(max_examples=60, deadline=None)
def test_what_was_accepted_is_not_accepted_twice_in_a_row(
    night: tuple[list[Event], State],
) -> None:
    events, _ = night
    state = EMPTY
    for event in events:
        state = evolve(state, event)
        again = decide(event, state)
        if not isinstance(event, MomentNoted):
            assert not isinstance(again, Accepted)


@given(st.one_of(DATED, LISTED_THEN_ANYTHING))
@settings(max_examples=60, deadline=None)
def test_every_recorded_event_is_read_back_as_it_was_written(log: list[Recorded]) -> None:
    # Ids that the codec would refuse are none of the log's.
    for each in log:
        data = encode(each)
        try:
            back = decode_recorded(data)
        except ValueError:
            assert isinstance(each.event, CategoryListed)
            assert "x" in {nominee.id for nominee in each.event.nominees}
        else:
            assert back == each
            assert encode(back) == data


# --- tallies are what a patient person with a pencil would count


def recount(board: dict[str, Any], kind: str) -> dict[str, list[int]]:
    counts = {key: [0, 0, 0, 0] for key in board[kind]}
    for category in board["categories"].values():
        for nominee, line in category["nominees"].items():
            work = board["works"].get(line.get("work"), {"distributors": []})
            whose = {
                "works": [line["work"]] if "work" in line else [],
                "people": line["people"],
                "distributors": work["distributors"],
            }[kind]
            if category["status"] == "withdrawn" or line.get("withdrawn", False):
                continue
            decided = bool(category["winners"])
            won = nominee in category["winners"]
            for subject in set(whose):
                row = counts[subject]
                row[0] += 1
                row[1] += won
                row[2] += decided and not won
                row[3] += not decided
    return counts


@given(NIGHTS)
@settings(max_examples=80, deadline=None)
def test_tallies_and_ranking_equal_a_recount_from_the_winners(
    night: tuple[list[Event], State],
) -> None:
    events, _ = night
    for projection in projections(recorded(events))[len(LIVE) :]:
        board = as_json(projection.board)
        for kind in ("works", "people", "distributors"):
            counts = recount(board, kind)
            shown = {
                key: [each["nominations"], each["wins"], each["lost"], each["pending"]]
                for key, each in board[kind].items()
            }
            assert shown == counts
            assert all(row[0] == row[1] + row[2] + row[3] for row in shown.values())

            ranking = board["ranking"][kind]
            winners = {key: row for key, row in counts.items() if row[1]}
            assert [key for key, _ in ranking] == sorted(
                winners, key=lambda key: (-winners[key][1], -winners[key][0], key)
            )
            for key, rank in ranking:
                assert rank == 1 + sum(row[1] > winners[key][1] for row in winners.values())

        decided = [each for each in board["categories"].values() if each["winners"]]
        assert board["progress"]["awarded"] == len(decided)
        newest = max(
            (
                (max(each["winners"].values()), key)
                for key, each in board["categories"].items()
                if each["winners"]
            ),
            default=None,
        )
        assert board["latest"] == (
            {} if newest is None else {"version": newest[0], "category": newest[1]}
        )


# --- the rules and the board see the same night


@given(NIGHTS)
@settings(max_examples=80, deadline=None)
def test_state_and_board_agree_on_winners_positions_phase_and_stage(
    night: tuple[list[Event], State],
) -> None:
    events, _ = night
    state = EMPTY
    boards = projections(recorded(events))
    for event, projection in zip(events, boards[1:], strict=True):
        state = evolve(state, event)
        board = projection.board
        assert board.phase == state.phase
        assert (board.stage.category, board.stage.presenters) == (
            (UNSET, UNSET)
            if state.stage is None
            else (state.stage.category, state.stage.presenters)
        )
        assert set(board.categories) == set(state.categories)
        for key, line in board.categories.items():
            category = state.categories[key]
            assert line.winners == dict.fromkeys(category.winners, category.decided)
            assert line.position == category.position
            assert {nominee for nominee, each in line.nominees.items() if each.withdrawn} == set(
                category.withdrawn_nominees
            )
            on_stage = state.stage is not None and state.stage.category == key
            assert line.status == (
                "withdrawn"
                if category.withdrawn
                else "under-review"
                if category.under_review
                else "awarded"
                if category.winners
                else "presenting"
                if on_stage
                else "upcoming"
            )


@given(NIGHTS)
@settings(max_examples=20, deadline=None)
def test_frames_and_boards_are_the_same_bytes_each_time(night: tuple[list[Event], State]) -> None:
    log = recorded(night[0])
    back = [decode_recorded(encode(each)) for each in log]

    assert encode(projections(log)[-1].board) == encode(projections(back)[-1].board)
    assert json.loads(encode(projections(log)[-1].board)) == as_json(projections(back)[-1].board)
