import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from itertools import count

import pytest
from msgspec.structs import replace

from events.ceremony import CeremonyRescheduled, CeremonyScheduled, Event, WorkListed
from events.codec import encode
from events.memory import MemoryStore
from events.recorded import Recorded
from events.store import (
    Bound,
    History,
    Key,
    StoreUnavailable,
    UnknownStream,
)
from events.timestamp import from_ms, to_ms
from night import (
    CATEGORIES,
    HOUR,
    LISTED,
    LIVE,
    PROGRAMME,
    SCHEDULED,
    START,
    STARTED,
    WORKS,
    announced,
    as_json,
    moment,
    moved,
    ordered,
    presenting,
    projections,
    recorded,
    retracted,
)
from tracker.desk import Desk
from tracker.expected import at
from tracker.outcomes import Contended, KeyReused, Posted, RefusedByRule, Stale
from tracker.rehearsal import programme_of

pytestmark = pytest.mark.anyio

# The first event after the start.
NEXT = START + 1
KEY = Key("key-1", "digest-1")


class Night:
    """A store that lets somebody in just before a write, and a clock that stands still."""

    def __init__(self) -> None:
        self.store = _Store()
        self.now = from_ms(to_ms(HOUR) + 3_600_000)
        self.ids = count(1)

    def desk(self) -> Desk:
        """Return a desk as one node has it; two of them know nothing of each other."""
        return Desk(self.store, now=lambda: self.now, new_id=lambda: f"id-{next(self.ids)}")

    async def log(self, ceremony: str = "made-up") -> list[Recorded]:
        history = await self.store.current(ceremony)
        return [each async for each in self.store.read(history)]

    async def events(self, ceremony: str = "made-up") -> list[Event]:
        return [each.event for each in await self.log(ceremony)]

    async def bound(self, key: str = "key-1") -> Bound | None:
        return await self.store.bound(await self.store.current("made-up"), key)


class _Store(MemoryStore):
    def __init__(self) -> None:
        super().__init__()
        self.interludes: list[Callable[[], Awaitable[object]]] = []

    async def append(
        self,
        history: History,
        events: Sequence[Recorded],
        *,
        expected_version: int,
        key: Key | None = None,
    ) -> None:
        if self.interludes:
            await self.interludes.pop(0)()
        await super().append(history, events, expected_version=expected_version, key=key)

    async def begin(
        self, events: Sequence[Recorded], *, key: Key | None = None, anew: bool = False
    ) -> History:
        if self.interludes:
            await self.interludes.pop(0)()
        return await super().begin(events, key=key, anew=anew)


@pytest.fixture
async def night() -> AsyncIterator[Night]:
    made = Night()
    await made.store.begin(recorded(LIVE))
    yield made
    await made.store.close()


@pytest.fixture
def desk(night: Night) -> Desk:
    return night.desk()


async def refused_rule(posting: Awaitable[Posted]) -> str:
    with pytest.raises(RefusedByRule) as refused:
        await posting
    assert str(refused.value) == refused.value.refused.detail
    return refused.value.refused.rule


# --- posting


async def test_a_post_is_appended_with_who_and_when(night: Night, desk: Desk) -> None:
    posted = await desk.post("made-up", announced("film", "orbit"), actor="maya")

    assert (posted.version, posted.new) == (NEXT, True)
    assert posted.history == await night.store.current("made-up")
    assert (await night.log())[-1] == Recorded(
        "made-up", NEXT, "id-1", night.now, night.now, announced("film", "orbit"), "maya"
    )


async def test_posts_follow_each_other(night: Night, desk: Desk) -> None:
    posts: list[Event] = [presenting("film"), announced("film", "orbit")]
    for version, event in enumerate(posts, start=NEXT):
        assert (await desk.post("made-up", event, actor="maya")).version == version

    assert await night.events() == [*LIVE, *posts]


async def test_a_rule_refuses_and_nothing_is_appended(night: Night, desk: Desk) -> None:
    await desk.post("made-up", announced("film", "orbit"), actor="maya")

    assert (
        await refused_rule(desk.post("made-up", announced("film", "meadow"), actor="noor"))
        == "decided"
    )
    assert len(await night.log()) == NEXT


async def test_nobody_posts_to_an_unknown_ceremony(desk: Desk) -> None:
    with pytest.raises(UnknownStream):
        await desk.post("unheard-of", moment(), actor="maya")


async def test_a_producer_may_say_that_it_happened_earlier(night: Night, desk: Desk) -> None:
    await desk.post("made-up", moment(), actor="maya", occurred_at=HOUR)

    last = (await night.log())[-1]
    assert (last.occurred_at, last.recorded_at) == (HOUR, night.now)


async def test_what_is_to_happen_in_more_than_five_seconds_is_refused(
    night: Night, desk: Desk
) -> None:
    ahead = from_ms(to_ms(night.now) + 5_000)
    await desk.post("made-up", moment(), actor="maya", occurred_at=ahead)

    too_far = from_ms(to_ms(night.now) + 5_001)
    posting = desk.post("made-up", moment(), actor="maya", occurred_at=too_far)
    assert await refused_rule(posting) == "from-the-future"
    assert len(await night.log()) == NEXT


async def test_a_log_out_of_reach_is_not_hidden(night: Night, desk: Desk) -> None:
    async def close() -> None:
        await night.store.close()

    night.store.interludes.append(close)
    with pytest.raises(StoreUnavailable):
        await desk.post("made-up", moment(), actor="maya")


# --- many at once


async def test_two_producers_at_once_are_both_heard(night: Night) -> None:
    maya, noor = night.desk(), night.desk()

    await asyncio.gather(
        *(maya.post("made-up", moment(f"maya {n}"), actor="maya") for n in range(20)),
        *(noor.post("made-up", moment(f"noor {n}"), actor="noor") for n in range(20)),
    )

    log = (await night.log())[START:]
    assert [each.version for each in log] == list(range(NEXT, NEXT + 40))
    assert len({each.id for each in log}) == 40
    assert {each.actor for each in log} == {"maya", "noor"}


@pytest.mark.parametrize("desks", [1, 2], ids=["one desk", "two desks"])
async def test_the_same_winner_from_two_producers_is_one_event(night: Night, desks: int) -> None:
    at = [night.desk() for _ in range(desks)]
    posts = [
        each.post("made-up", announced("film", "orbit"), actor="maya") for each in (at[0], at[-1])
    ]

    first, second = await asyncio.gather(*posts)

    assert {first.version, second.version} == {NEXT}
    assert {first.new, second.new} == {True, False}
    assert len(await night.log()) == NEXT


async def test_who_was_slower_is_heard_on_a_second_look(night: Night, desk: Desk) -> None:
    other = night.desk()
    night.store.interludes.append(lambda: other.post("made-up", moment("faster"), actor="noor"))

    posted = await desk.post("made-up", announced("film", "orbit"), actor="maya")

    assert posted.version == NEXT + 1
    assert (await night.events())[START:] == [moment("faster"), announced("film", "orbit")]


async def test_a_second_look_may_find_it_refused(night: Night, desk: Desk) -> None:
    other = night.desk()
    night.store.interludes.append(
        lambda: other.post("made-up", announced("film", "meadow"), actor="noor")
    )

    posting = desk.post("made-up", announced("film", "orbit"), actor="maya", key=KEY)

    assert await refused_rule(posting) == "decided"
    assert await night.bound() is None


async def test_a_second_look_may_find_it_already_so(night: Night, desk: Desk) -> None:
    other = night.desk()
    night.store.interludes.append(
        lambda: other.post("made-up", announced("film", "orbit"), actor="noor")
    )

    posted = await desk.post("made-up", announced("film", "orbit"), actor="maya", key=KEY)

    assert (posted.version, posted.new) == (NEXT, False)
    assert await night.bound() == Bound("digest-1", NEXT)


async def test_a_second_look_may_find_the_belief_stale(night: Night, desk: Desk) -> None:
    other = night.desk()
    night.store.interludes.append(lambda: other.post("made-up", moment(), actor="noor"))

    with pytest.raises(Stale) as stale:
        await desk.post("made-up", announced("film", "orbit"), actor="maya", expected=at(START))
    assert (stale.value.known, stale.value.head) == (START, NEXT)


async def test_a_retry_that_met_its_own_first_try_has_its_answer(night: Night, desk: Desk) -> None:
    other = night.desk()
    night.store.interludes.append(
        lambda: other.post("made-up", moment("once"), actor="maya", key=KEY)
    )

    posted = await desk.post("made-up", moment("once"), actor="maya", key=KEY)

    assert (posted.version, posted.new) == (NEXT, False)
    assert (await night.events())[START:] == [moment("once")]


async def test_a_post_during_a_new_beginning_goes_to_the_new_history(
    night: Night, desk: Desk
) -> None:
    night.store.interludes.append(lambda: night.store.begin(recorded(PROGRAMME), anew=True))

    posted = await desk.post("made-up", moment("late"), actor="maya")

    assert posted.history == await night.store.current("made-up")
    assert posted.version == LISTED + 1
    assert await night.events() == [*PROGRAMME, moment("late")]


async def test_who_is_always_slower_is_told_so_in_the_end(night: Night, desk: Desk) -> None:
    other = night.desk()

    async def faster() -> None:
        rest, night.store.interludes = night.store.interludes, []
        await other.post("made-up", moment("faster"), actor="noor")
        night.store.interludes = rest

    night.store.interludes = [faster] * 100
    with pytest.raises(Contended, match="'made-up'"):
        await desk.post("made-up", moment("slower"), actor="maya")
    assert moment("slower") not in await night.events()


async def test_a_desk_sees_what_others_posted(night: Night, desk: Desk) -> None:
    await desk.post("made-up", moment("mine"), actor="maya")
    await night.desk().post("made-up", announced("film", "orbit"), actor="noor")

    again = await desk.post("made-up", announced("film", "orbit"), actor="maya")
    assert (again.version, again.new) == (NEXT + 1, False)
    after = await desk.post("made-up", moment("mine again"), actor="maya")
    assert (after.version, after.new) == (NEXT + 2, True)


async def test_a_producer_who_hangs_up_leaves_the_desk_in_order(night: Night, desk: Desk) -> None:
    async def wait_long() -> None:
        await asyncio.sleep(60)

    night.store.interludes.append(wait_long)
    posting = asyncio.create_task(desk.post("made-up", moment("gone"), actor="maya"))
    await asyncio.sleep(0)
    posting.cancel()
    await asyncio.wait([posting])

    posted = await desk.post("made-up", moment("here"), actor="noor")
    assert posted.version == NEXT
    assert (await night.events())[START:] == [moment("here")]


# --- keys


async def test_a_key_seen_before_has_the_first_answer_for_ever(night: Night, desk: Desk) -> None:
    first = await desk.post("made-up", announced("film", "orbit"), actor="maya", key=KEY)
    await desk.post("made-up", retracted("film"), actor="maya")
    await desk.post("made-up", announced("film", "meadow"), actor="maya")

    for each in (desk, night.desk()):
        again = await each.post(
            "made-up", announced("film", "orbit"), actor="maya", key=KEY, expected=at(1)
        )
        assert (again.version, again.new, again.history) == (first.version, False, first.history)
    assert len(await night.log()) == NEXT + 2


async def test_a_key_with_another_body_is_refused(night: Night, desk: Desk) -> None:
    await desk.post("made-up", moment("one"), actor="maya", key=KEY)

    with pytest.raises(KeyReused, match="'key-1'"):
        await desk.post("made-up", moment("two"), actor="maya", key=Key("key-1", "digest-2"))
    assert len(await night.log()) == NEXT


async def test_a_refusal_binds_no_key(night: Night, desk: Desk) -> None:
    ahead = "2040-01-01T00:00:00.000Z"
    for posting in (
        desk.post("made-up", announced("film", "delta"), actor="maya", key=KEY),
        desk.post("made-up", moment(), actor="maya", key=KEY, occurred_at=ahead),
    ):
        await refused_rule(posting)
    with pytest.raises(Stale):
        await desk.post("made-up", moment(), actor="maya", key=KEY, expected=at(3))
    assert await night.bound() is None

    await desk.post("made-up", moment(), actor="maya", key=KEY)
    assert await night.bound() == Bound("digest-1", NEXT)


async def test_already_so_binds_its_key(night: Night, desk: Desk) -> None:
    posted = await desk.post("made-up", STARTED, actor="maya", key=KEY)

    assert (posted.version, posted.new) == (START, False)
    assert await night.bound() == Bound("digest-1", START)
    with pytest.raises(KeyReused):
        await desk.post("made-up", moment(), actor="maya", key=Key("key-1", "digest-2"))


# --- what the producer believes


async def test_a_belief_that_holds_lets_the_post_through(desk: Desk) -> None:
    posted = await desk.post("made-up", moment(), actor="maya", expected=at(START))

    assert posted.version == NEXT


@pytest.mark.parametrize("expected", [0, START - 1, START + 1])
async def test_a_belief_that_does_not_hold_is_told_the_head(
    night: Night, desk: Desk, expected: int
) -> None:
    with pytest.raises(Stale, match=f"The head is {START}") as stale:
        await desk.post("made-up", moment(), actor="maya", expected=at(expected))

    assert (stale.value.known, stale.value.head) == (expected, START)
    assert stale.value.history == await night.store.current("made-up")
    assert len(await night.log()) == START


async def test_already_so_goes_before_stale_and_stale_before_refused(desk: Desk) -> None:
    assert (await desk.post("made-up", STARTED, actor="maya", expected=at(1))).version == START
    with pytest.raises(Stale):
        await desk.post("made-up", announced("film", "delta"), actor="maya", expected=at(1))


# --- dry runs


async def test_a_dry_run_shows_the_event_and_stores_and_binds_nothing(
    night: Night, desk: Desk
) -> None:
    posted = await desk.post(
        "made-up", announced("film", "orbit"), actor="maya", key=KEY, dry_run=True
    )

    assert (posted.version, posted.new) == (NEXT, False)
    assert posted.recorded is not None
    assert posted.recorded.event == announced("film", "orbit")
    assert (posted.recorded.version, posted.recorded.occurred_at) == (NEXT, night.now)
    assert len(await night.log()) == START
    assert await night.bound() is None


async def test_a_dry_run_that_is_already_so_binds_nothing_either(night: Night, desk: Desk) -> None:
    posted = await desk.post("made-up", STARTED, actor="maya", key=KEY, dry_run=True)

    assert (posted.version, posted.new, posted.recorded) == (START, False, None)
    assert await night.bound() is None


async def test_a_dry_run_is_refused_as_the_post_would_be(desk: Desk) -> None:
    posting = desk.post("made-up", announced("film", "delta"), actor="maya", dry_run=True)
    assert await refused_rule(posting) == "unknown-nominee"
    with pytest.raises(Stale):
        await desk.post("made-up", moment(), actor="maya", expected=at(1), dry_run=True)


# --- scheduling


@pytest.fixture
async def empty() -> AsyncIterator[Night]:
    made = Night()
    yield made
    await made.store.close()


async def test_a_programme_is_scheduled_whole(empty: Night) -> None:
    posted = await empty.desk().schedule("made-up", PROGRAMME, actor="maya", key=KEY)

    assert (posted.version, posted.new) == (LISTED, True)
    assert await empty.events() == list(PROGRAMME)
    assert {each.actor for each in await empty.log()} == {"maya"}
    assert await empty.bound() == Bound("digest-1", LISTED)


async def test_a_programme_scheduled_after_its_night_is_dated_at_its_start(empty: Night) -> None:
    await empty.desk().schedule("made-up", PROGRAMME, actor="maya")

    log = await empty.log()
    assert {each.occurred_at for each in log} == {HOUR}
    assert {each.recorded_at for each in log} == {empty.now}
    assert projections(log)[-1].t == 0


async def test_a_programme_scheduled_ahead_is_dated_now(empty: Night) -> None:
    empty.now = "2030-01-01T00:00:00.000Z"
    await empty.desk().schedule("made-up", PROGRAMME, actor="maya")

    assert {each.occurred_at for each in await empty.log()} == {empty.now}


async def test_every_wrong_place_of_a_programme_is_named_and_nothing_begins(empty: Night) -> None:
    programme: list[Event] = [
        SCHEDULED,
        WORKS[0],
        announced("film", "orbit"),
        WORKS[0],
        WORKS[1],
        WorkListed("harbour", "Another Harbour"),
        CATEGORIES[0],
    ]

    with pytest.raises(RefusedByRule) as refused:
        await empty.desk().schedule("made-up", programme, actor="maya", key=KEY)

    assert [(index, each.rule) for index, each in refused.value.errors] == [
        (2, "unknown-category"),
        (3, "said-twice"),
        (5, "already-listed"),
        (6, "unknown-work"),
    ]
    assert refused.value.errors[1][1].detail == "Event 4 says what event 2 said."
    assert refused.value.refused == refused.value.errors[0][1]
    assert await empty.store.histories() == []


async def test_a_wrong_line_does_not_shift_the_numbers_of_those_after_it(empty: Night) -> None:
    programme: list[Event] = [SCHEDULED, announced("film", "orbit"), WORKS[0], WORKS[0]]

    with pytest.raises(RefusedByRule) as refused:
        await empty.desk().schedule("made-up", programme, actor="maya")

    assert refused.value.errors[1][1].detail == "Event 4 says what event 3 said."


async def test_the_same_programme_again_is_already_so(night: Night, desk: Desk) -> None:
    posted = await desk.schedule("made-up", PROGRAMME, actor="maya", key=KEY)

    assert (posted.version, posted.new) == (LISTED, False)
    assert len(await night.log()) == START
    assert await night.bound() == Bound("digest-1", LISTED)


async def test_another_programme_under_the_same_id_is_refused(night: Night, desk: Desk) -> None:
    others = ((*PROGRAMME[:-1], WORKS[0]), PROGRAMME[:-1], (CeremonyScheduled("Other", HOUR),))
    for other in others:
        assert (
            await refused_rule(desk.schedule("made-up", other, actor="maya", key=KEY))
            == "already-scheduled"
        )
    assert await night.bound() is None
    assert len(await night.log()) == START


async def test_a_dry_run_schedules_nothing(empty: Night) -> None:
    posted = await empty.desk().schedule("made-up", PROGRAMME, actor="maya", key=KEY, dry_run=True)

    assert (posted.version, posted.new) == (LISTED, False)
    assert await empty.store.histories() == []
    assert (await empty.desk().schedule("made-up", PROGRAMME, actor="maya", key=KEY)).new


async def test_a_programme_scheduled_by_two_at_once_is_scheduled_once(empty: Night) -> None:
    desk = empty.desk()

    first, second = await asyncio.gather(
        desk.schedule("made-up", PROGRAMME, actor="maya"),
        desk.schedule("made-up", PROGRAMME, actor="noor"),
    )

    assert {first.new, second.new} == {True, False}
    assert first.version == second.version == LISTED


async def test_a_scheduled_ceremony_takes_posts_at_once(empty: Night) -> None:
    desk = empty.desk()
    await desk.schedule("made-up", PROGRAMME, actor="maya")

    assert (await desk.post("made-up", STARTED, actor="maya")).version == START


# --- rehearsals


async def test_a_rehearsal_is_the_programme_starting_now(night: Night, desk: Desk) -> None:
    await desk.post("made-up", announced("film", "orbit"), actor="maya")

    posted = await desk.rehearse("made-up", actor="noor")

    log = await night.log("made-up-rehearsal")
    assert (posted.version, posted.new) == (LISTED, True)
    assert posted.history == await night.store.current("made-up-rehearsal")
    [scheduled, *rest] = [each.event for each in log]
    assert scheduled == CeremonyScheduled(
        "The Made-up Awards", night.now, "Town Hall", ("Hal Host",)
    )
    assert rest == list(PROGRAMME[1:])
    assert {(each.ceremony, each.actor) for each in log} == {("made-up-rehearsal", "noor")}
    assert not {each.id for each in log} & {each.id for each in await night.log()}


async def test_a_rehearsal_reads_no_further_than_the_programme_and_leaves_nothing_open() -> None:
    read: list[Event] = []
    closed = False

    async def facts() -> AsyncGenerator[Event]:
        nonlocal closed
        try:
            for event in (*LIVE, moment(), moment()):
                read.append(event)
                yield event
        finally:
            closed = True

    programme = await programme_of(facts(), "2031-01-01T00:00:00.000Z")

    assert programme[1:] == list(PROGRAMME[1:])
    assert programme[0] == replace(SCHEDULED, starts_at="2031-01-01T00:00:00.000Z")
    assert read == list(LIVE)
    assert closed


async def test_a_rehearsals_boards_equal_the_originals_but_for_the_ceremony(
    empty: Night,
) -> None:
    desk = empty.desk()
    await empty.store.begin(recorded([*PROGRAMME, moved("2030-02-01T20:30:00.000Z")]))
    for event in (ordered("film", "sound"), moment(), STARTED):
        await desk.post("made-up", event, actor="maya")

    posted = await desk.rehearse("made-up", actor="maya")
    await desk.post("made-up-rehearsal", STARTED, actor="maya")

    assert posted.version == LISTED + 3
    copied = await empty.log("made-up-rehearsal")
    assert copied[LISTED].event == CeremonyRescheduled(empty.now)
    for original, rehearsed in zip(
        projections(await empty.log()), projections(copied), strict=True
    ):
        expected, shown = as_json(original.board), as_json(rehearsed.board)
        assert shown.pop("ceremony").get("name") == expected.pop("ceremony").get("name")
        assert encode(shown) == encode(expected)


async def test_a_rehearsal_begun_again_is_a_new_history_under_the_same_id(
    night: Night, desk: Desk
) -> None:
    first = await desk.rehearse("made-up", actor="maya")
    await desk.post("made-up-rehearsal", STARTED, actor="maya")
    second = await desk.rehearse("made-up", actor="maya")

    assert second.history.number > first.history.number
    assert await night.store.head(first.history) == START
    assert (await desk.post("made-up-rehearsal", STARTED, actor="maya")).new
    assert await night.store.head(second.history) == START


async def test_a_retried_rehearsal_is_the_one_that_began(night: Night, desk: Desk) -> None:
    first = await desk.rehearse("made-up", actor="maya", key=KEY)
    again = await desk.rehearse("made-up", actor="maya", key=KEY)

    assert (again.history, again.version, again.new) == (first.history, first.version, False)
    assert len(await night.store.histories()) == 2
    with pytest.raises(KeyReused):
        await desk.rehearse("made-up", actor="maya", key=Key("key-1", "digest-2"))


def again(posted: Posted) -> Posted:
    """Return what a retry is told of a post that went through."""
    return Posted(posted.history, posted.version, new=False)


async def test_a_retry_after_somebody_elses_rehearsal_is_told_of_the_first_and_begins_none(
    night: Night, desk: Desk
) -> None:
    first = await desk.rehearse("made-up", actor="maya", key=KEY)
    second = await desk.rehearse("made-up", actor="noor", key=Key("key-2", "digest-1"))
    await desk.post("made-up-rehearsal", STARTED, actor="noor")

    for retried in (desk, night.desk(), desk):
        assert await retried.rehearse("made-up", actor="maya", key=KEY) == again(first)
    assert await night.store.current("made-up-rehearsal") == second.history
    assert await night.store.head(second.history) == START
    with pytest.raises(KeyReused):
        await desk.rehearse("made-up", actor="maya", key=Key("key-1", "digest-2"))


async def test_the_key_of_an_event_of_an_earlier_rehearsal_begins_none(
    night: Night, desk: Desk
) -> None:
    await desk.rehearse("made-up", actor="maya")
    await desk.post("made-up-rehearsal", STARTED, actor="maya", key=Key("key-1", "an event"))
    second = await desk.rehearse("made-up", actor="maya")

    with pytest.raises(KeyReused):
        await desk.rehearse("made-up", actor="maya", key=KEY)
    assert await night.store.current("made-up-rehearsal") == second.history


async def test_of_several_rehearsals_that_an_older_program_began_with_one_key_the_first_is_told(
    night: Night, desk: Desk
) -> None:
    # It looked in the current history alone, so key-1 could begin another one after key-2.
    first = await desk.rehearse("made-up", actor="maya", key=KEY)
    await desk.rehearse("made-up", actor="noor", key=Key("key-2", "digest-1"))
    third = await desk.rehearse("made-up", actor="maya")
    await night.store.bind(third.history, KEY, third.version)

    assert await desk.rehearse("made-up", actor="maya", key=KEY) == again(first)


async def test_many_begin_one_rehearsal_with_one_key(night: Night, desk: Desk) -> None:
    begun = await asyncio.gather(
        *(desk.rehearse("made-up", actor="maya", key=KEY) for _ in range(10))
    )

    assert len({(each.history, each.version) for each in begun}) == 1
    assert [each.new for each in begun].count(True) == 1
    assert len(await night.store.histories_of("made-up-rehearsal", 0)) == 1


async def test_of_two_desks_that_begin_with_one_key_the_slower_is_told_of_the_faster(
    night: Night, desk: Desk
) -> None:
    other = night.desk()
    told: list[Posted] = []

    async def faster() -> None:
        told.append(await other.rehearse("made-up", actor="maya", key=KEY))
        told.append(await other.rehearse("made-up", actor="noor", key=Key("key-2", "digest-1")))

    night.store.interludes = [faster]
    assert await desk.rehearse("made-up", actor="maya", key=KEY) == again(told[0])
    assert await night.store.current("made-up-rehearsal") == told[1].history


async def test_of_two_desks_that_schedule_one_programme_the_slower_is_told_of_the_faster(
    empty: Night,
) -> None:
    for ceremony, key in (("made-up", KEY), ("another", None)):
        desk, other = empty.desk(), empty.desk()
        told: list[Posted] = []

        async def faster(
            other: Desk = other, told: list[Posted] = told, ceremony: str = ceremony
        ) -> None:
            told.append(await other.schedule(ceremony, PROGRAMME, actor="maya", key=KEY))

        empty.store.interludes = [faster]
        slower = await desk.schedule(ceremony, PROGRAMME, actor="maya", key=key)
        assert slower == again(told[0])


async def test_the_key_of_a_programme_is_told_of_it_whatever_the_night_has_become(
    empty: Night,
) -> None:
    desk = empty.desk()
    first = await desk.schedule("made-up", PROGRAMME, actor="maya", key=KEY)
    await desk.post("made-up", WorkListed("late", "Late"), actor="maya")
    await desk.post("made-up", STARTED, actor="maya")

    for is_dry in (False, True):
        retried = await desk.schedule("made-up", PROGRAMME, actor="maya", key=KEY, dry_run=is_dry)
        assert retried == again(first)
    other = Key("key-1", "digest-2")
    with pytest.raises(KeyReused):
        await desk.schedule("made-up", PROGRAMME[:-1], actor="maya", key=other)
    with pytest.raises(KeyReused):
        await desk.post("made-up", moment(), actor="maya", key=other)


async def test_what_is_unknown_is_not_rehearsed(desk: Desk) -> None:
    with pytest.raises(UnknownStream):
        await desk.rehearse("unheard-of", actor="maya")
