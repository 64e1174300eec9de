"""What every store promises. A new store adds itself to `STORES` and passes all of it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import TypeVar

import pytest

from events.ceremony import Event
from events.codec import encode
from events.cursors import Cursor
from events.memory import MemoryStore
from events.recorded import Recorded
from events.sqlite import SqliteStore
from events.store import (
    Bound,
    EventStore,
    History,
    HistoryEnded,
    Key,
    KeyBound,
    Note,
    StoreUnavailable,
    UnknownStream,
    WrongExpectedVersion,
)
from night import LIVE, PROGRAMME, announced, corrected, moment, presenting, recorded, retracted

pytestmark = pytest.mark.anyio

Item = TypeVar("Item")


async def _memory(_folder: Path) -> EventStore:
    return MemoryStore()


async def _sqlite(folder: Path) -> EventStore:
    return await SqliteStore.open(folder / "log.db")


STORES: dict[str, Callable[[Path], Awaitable[EventStore]]] = {"memory": _memory, "sqlite": _sqlite}


@pytest.fixture(params=STORES)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[EventStore]:
    opened = await STORES[request.param](tmp_path)
    yield opened
    await opened.close()


KEY = Key("key-1", "digest-1")


def moments(count: int, after: int = 0, ceremony: str = "made-up") -> list[Recorded]:
    return recorded(
        [moment(f"No. {after + n}") for n in range(1, count + 1)], ceremony, after=after
    )


async def logged(store: EventStore, history: History) -> list[Recorded]:
    return [each async for each in store.read(history)]


async def take(stream: AsyncIterator[Item], count: int) -> list[Item]:
    async with asyncio.timeout(10):
        return [await anext(stream) for _ in range(count)]


async def rest(stream: AsyncIterator[Item]) -> list[Item]:
    async with asyncio.timeout(10):
        return [each async for each in stream]


def versions(events: Sequence[Recorded]) -> list[int]:
    return [each.version for each in events]


async def settle() -> None:
    """Give waiting tasks every chance to run into what they wait for."""
    for _ in range(20):
        await asyncio.sleep(0)


# --- beginning


async def test_a_ceremony_begins_with_its_first_events(store: EventStore) -> None:
    log = moments(3)

    history = await store.begin(log)

    assert history == await store.current("made-up")
    assert history.ceremony == "made-up"
    assert await store.head(history) == 3
    assert await logged(store, history) == log


async def test_an_unknown_ceremony_is_named_in_the_error(store: EventStore) -> None:
    with pytest.raises(UnknownStream, match="'made-up'") as unknown:
        await store.current("made-up")
    assert unknown.value.stream == "made-up"


async def test_a_ceremony_begins_once(store: EventStore) -> None:
    history = await store.begin(moments(3))

    with pytest.raises(WrongExpectedVersion) as refused:
        await store.begin(moments(2))

    assert (refused.value.expected, refused.value.actual) == (0, 3)
    assert await store.current("made-up") == history
    assert await store.head(history) == 3


async def test_each_ceremony_has_its_own_history_listed_by_id(store: EventStore) -> None:
    later = await store.begin(moments(1, ceremony="zeta"))
    first = await store.begin(moments(2, ceremony="alpha"))

    assert await store.histories() == [first, later]
    assert first.number > later.number
    assert versions(await logged(store, later)) == [1]
    assert versions(await logged(store, first)) == [1, 2]


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        moments(1, after=1),
        [moments(1)[0], moments(1, after=2)[0]],
        [moments(1)[0], moments(1)[0]],
        [moments(1)[0], moments(1, after=1, ceremony="other")[0]],
    ],
    ids=["none", "not from 1", "a gap", "a version twice", "two ceremonies"],
)
async def test_events_that_are_not_1_to_n_of_one_ceremony_begin_nothing(
    store: EventStore, wrong: list[Recorded]
) -> None:
    with pytest.raises(ValueError, match="must follow version 0"):
        await store.begin(wrong)
    assert await store.histories() == []


# --- appending


async def test_appended_events_follow_in_order(store: EventStore) -> None:
    history = await store.begin(moments(2))

    await store.append(history, moments(1, after=2), expected_version=2)
    await store.append(history, moments(3, after=3), expected_version=3)

    assert await logged(store, history) == moments(6)
    assert await store.head(history) == 6


@pytest.mark.parametrize("expected", [0, 1, 3, 7])
async def test_a_wrong_belief_about_the_head_appends_nothing_and_learns_the_head(
    store: EventStore, expected: int
) -> None:
    history = await store.begin(moments(2))

    with pytest.raises(WrongExpectedVersion, match="stands at version 2") as refused:
        await store.append(history, moments(1, after=expected), expected_version=expected)

    assert (refused.value.expected, refused.value.actual) == (expected, 2)
    assert await logged(store, history) == moments(2)


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        moments(1, after=3),
        [*moments(1, after=2), *moments(1, after=4)],
        moments(1, after=2, ceremony="other"),
    ],
    ids=["none", "not the next", "a gap", "another ceremony's"],
)
async def test_events_that_do_not_follow_are_the_callers_mistake(
    store: EventStore, wrong: list[Recorded]
) -> None:
    history = await store.begin(moments(2))

    with pytest.raises(ValueError, match="must follow version 2"):
        await store.append(history, wrong, expected_version=2)
    assert await logged(store, history) == moments(2)


async def test_what_is_read_is_what_was_given_in_every_field(store: EventStore) -> None:
    log = recorded([*LIVE, presenting("film", "Hal Host"), announced("film", "harbour", "orbit")])

    history = await store.begin(log)

    assert await logged(store, history) == log


# --- keys


async def test_a_key_is_bound_to_the_last_version_of_what_it_appended(store: EventStore) -> None:
    history = await store.begin(moments(2))

    await store.append(history, moments(3, after=2), expected_version=2, key=KEY)

    assert await store.bound(history, "key-1") == Bound("digest-1", 5)
    assert await store.bound(history, "key-2") is None


async def test_a_bound_key_appends_nothing_whatever_the_head_is_now(store: EventStore) -> None:
    history = await store.begin(moments(1))
    await store.append(history, moments(1, after=1), expected_version=1, key=KEY)
    await store.append(history, moments(5, after=2), expected_version=2)

    for expected in (1, 7):
        with pytest.raises(KeyBound) as refused:
            await store.append(
                history,
                moments(1, after=expected),
                expected_version=expected,
                key=Key("key-1", "another digest"),
            )
        assert refused.value.bound == Bound("digest-1", 2)

    assert await store.head(history) == 7
    assert await store.bound(history, "key-1") == Bound("digest-1", 2)


async def test_a_refused_append_binds_no_key(store: EventStore) -> None:
    history = await store.begin(moments(2))

    with pytest.raises(WrongExpectedVersion):
        await store.append(history, moments(1, after=1), expected_version=1, key=KEY)

    assert await store.bound(history, "key-1") is None
    await store.append(history, moments(1, after=2), expected_version=2, key=KEY)
    assert await store.bound(history, "key-1") == Bound("digest-1", 3)


async def test_a_key_that_led_to_no_event_can_be_bound_once(store: EventStore) -> None:
    history = await store.begin(moments(2))

    await store.bind(history, KEY, 1)

    assert await store.bound(history, "key-1") == Bound("digest-1", 1)
    assert await store.head(history) == 2
    with pytest.raises(KeyBound) as refused:
        await store.bind(history, Key("key-1", "digest-2"), 2)
    assert refused.value.bound == Bound("digest-1", 1)
    with pytest.raises(KeyBound):
        await store.append(history, moments(1, after=2), expected_version=2, key=KEY)


async def test_the_key_of_a_beginning_answers_a_second_try(store: EventStore) -> None:
    history = await store.begin(moments(3), key=KEY)

    assert await store.bound(history, "key-1") == Bound("digest-1", 3)
    for anew in (False, True):
        with pytest.raises(KeyBound) as refused:
            await store.begin(moments(3), key=KEY, anew=anew)
        assert refused.value.bound == Bound("digest-1", 3)
    assert await store.current("made-up") == history


async def test_a_key_belongs_to_one_history(store: EventStore) -> None:
    one = await store.begin(moments(1, ceremony="one"), key=KEY)
    two = await store.begin(moments(2, ceremony="two"), key=KEY)

    assert await store.bound(one, "key-1") == Bound("digest-1", 1)
    assert await store.bound(two, "key-1") == Bound("digest-1", 2)


@pytest.mark.parametrize(
    "wrong",
    [
        Key("\ud800", "digest"),
        Key("key \udfff", "digest"),
        Key("key", "digest \ud800"),
        Key("", "digest"),
        Key("k" * 129, "digest"),
    ],
    ids=["a lone surrogate", "another", "in the digest", "empty", "too long"],
)
async def test_a_key_that_no_store_can_keep_is_refused_alone(store: EventStore, wrong: Key) -> None:
    history = await store.begin(moments(1))

    results = await asyncio.gather(
        store.bind(history, Key("one", "digest"), 1),
        store.bind(history, wrong, 1),
        store.append(history, moments(1, after=1), expected_version=1, key=wrong),
        store.begin(moments(1, ceremony="other"), key=wrong),
        store.append(history, moments(1, after=1), expected_version=1, key=KEY),
        return_exceptions=True,
    )

    assert [type(each) for each in results] == [
        type(None),
        ValueError,
        ValueError,
        ValueError,
        type(None),
    ]
    assert await store.head(history) == 2
    assert (await store.status()).trouble == ""
    with contextlib.suppress(ValueError):
        assert await store.bound(history, wrong.text) is None
    with pytest.raises(UnknownStream):
        await store.current("other")


async def test_the_longest_key_is_kept_whatever_it_is_written_in(store: EventStore) -> None:
    history = await store.begin(moments(1))
    key = Key("🎬" * 128, "ß")

    await store.bind(history, key, 1)

    assert await store.bound(history, key.text) == Bound("ß", 1)
    assert await store.bound_in_any("made-up", key.text) == [(history, Bound("ß", 1))]


# --- beginning anew


async def test_a_history_begun_anew_takes_the_place_of_the_old_one(store: EventStore) -> None:
    old = await store.begin(moments(3))

    new = await store.begin(moments(1), anew=True)

    assert (await store.current("made-up"), await store.histories()) == (new, [new])
    assert new.number > old.number
    assert new.generation == old.generation
    assert await store.head(new) == 1


async def test_the_old_history_is_kept_but_takes_no_more_events(store: EventStore) -> None:
    old = await store.begin(moments(3))
    new = await store.begin(moments(1), anew=True)

    with pytest.raises(HistoryEnded, match="newer history of 'made-up'"):
        await store.append(old, moments(1, after=3), expected_version=3)

    assert await logged(store, old) == moments(3)
    assert await store.head(old) == 3
    assert await logged(store, new) == moments(1)


async def test_superseded_histories_can_be_named(store: EventStore) -> None:
    first = await store.begin(moments(3))
    await store.begin(moments(1, ceremony="other"))
    second = await store.begin(moments(1), anew=True)
    third = await store.begin(moments(2), anew=True)

    assert await store.histories_of("made-up", 0) == [first, second, third]
    assert await store.histories_of("made-up", second.number) == [second, third]
    for ceremony, since in (("no-such", 0), ("made-up", third.number + 1)):
        with pytest.raises(UnknownStream):
            await store.histories_of(ceremony, since)


async def test_beginning_anew_needs_no_history_before(store: EventStore) -> None:
    assert await store.head(await store.begin(moments(2), anew=True)) == 2


async def test_keys_of_the_old_history_stay_with_it(store: EventStore) -> None:
    old = await store.begin(moments(1))
    await store.append(old, moments(1, after=1), expected_version=1, key=KEY)
    new = await store.begin(moments(1), anew=True)

    assert await store.bound(new, "key-1") is None
    await store.append(new, moments(1, after=1), expected_version=1, key=Key("key-1", "digest-2"))
    assert await store.bound(old, "key-1") == Bound("digest-1", 2)
    with pytest.raises(KeyBound):
        await store.append(old, moments(1, after=2), expected_version=2, key=KEY)


async def test_the_key_of_a_beginning_is_known_in_every_history_of_its_ceremony(
    store: EventStore,
) -> None:
    first = await store.begin(moments(3), key=KEY, anew=True)
    second = await store.begin(moments(1), key=Key("key-2", "digest-1"), anew=True)
    await store.append(second, moments(1, after=1), expected_version=1, key=Key("key-3", "other"))
    await store.begin(moments(1, ceremony="elsewhere"), key=KEY)

    assert await store.bound_in_any("made-up", "key-1") == [(first, Bound("digest-1", 3))]
    assert await store.bound_in_any("made-up", "key-3") == [(second, Bound("other", 2))]
    assert await store.bound_in_any("made-up", "key-4") == []
    assert await store.bound_in_any("unheard-of", "key-1") == []
    for key, version in ((KEY, 3), (Key("key-3", "digest-1"), 2)):
        with pytest.raises(KeyBound) as refused:
            await store.begin(moments(2), key=key, anew=True)
        assert refused.value.bound.version == version
    assert await store.current("made-up") == second


async def test_of_many_that_begin_with_the_same_key_exactly_one_does(store: EventStore) -> None:
    other = Key("key-2", "digest-1")
    begun = await asyncio.gather(
        *(store.begin(moments(2), key=key, anew=True) for key in (KEY, other, KEY, other, KEY)),
        return_exceptions=True,
    )

    assert [type(each) for each in begun] == [History, History, KeyBound, KeyBound, KeyBound]
    assert await store.histories_of("made-up", 0) == begun[:2]


# --- reading


async def test_a_read_starts_after_a_version_and_stops_at_its_limit(store: EventStore) -> None:
    history = await store.begin(moments(10))

    async def read(after: int = 0, limit: int | None = None) -> list[int]:
        return [each.version async for each in store.read(history, after, limit)]

    assert await read() == list(range(1, 11))
    assert await read(after=7) == [8, 9, 10]
    assert await read(after=7, limit=2) == [8, 9]
    assert await read(limit=3) == [1, 2, 3]
    assert await read(after=7, limit=100) == [8, 9, 10]
    assert await read(limit=0) == []
    assert await read(after=10) == []
    assert await read(after=99) == []


async def test_a_long_log_is_read_to_its_end(store: EventStore) -> None:
    history = await store.begin(moments(5000))

    assert versions(await logged(store, history)) == list(range(1, 5001))
    assert [each.version async for each in store.read(history, 10, 4500)] == list(range(11, 4511))


@pytest.mark.parametrize("after", [0, 7, 4999, 5000, 9999])
async def test_the_facts_are_the_events_of_a_read(store: EventStore, after: int) -> None:
    history = await store.begin(moments(5000))

    facts = [event async for some in store.facts(history, after) for event in some]
    assert facts == [each.event async for each in store.read(history, after)]


async def test_a_reader_that_leaves_early_harms_nobody(store: EventStore) -> None:
    history = await store.begin(moments(10))

    stream = store.read(history)
    assert versions(await take(stream, 2)) == [1, 2]
    del stream

    assert versions(await logged(store, history)) == list(range(1, 11))


async def test_a_store_that_does_well_tells_of_no_trouble(store: EventStore) -> None:
    await store.begin(moments(1))

    status = await store.status()

    assert (status.trouble, status.in_doubt, status.names) == ("", False, 1)


async def test_a_log_that_can_be_read_passes_its_check(store: EventStore) -> None:
    await store.check()


# --- subscribing


async def test_a_subscription_catches_up_and_turns_live(store: EventStore) -> None:
    history = await store.begin(moments(3))
    stream = store.subscribe(history)

    assert versions(await take(stream, 3)) == [1, 2, 3]
    waiting = asyncio.create_task(take(stream, 2))
    await settle()
    assert not waiting.done()
    await store.append(history, moments(1, after=3), expected_version=3)
    await store.append(history, moments(1, after=4), expected_version=4)
    assert await waiting == moments(2, after=3)


async def test_a_subscription_may_start_at_any_version(store: EventStore) -> None:
    history = await store.begin(moments(3))

    assert versions(await take(store.subscribe(history, after=2), 1)) == [3]


async def test_a_subscription_beyond_the_head_waits_until_the_log_has_come_there(
    store: EventStore,
) -> None:
    history = await store.begin(moments(2))
    ahead = asyncio.create_task(take(store.subscribe(history, after=4), 1))
    await settle()

    await store.append(history, moments(3, after=2), expected_version=2)

    assert versions(await ahead) == [5]


END = 300


async def watch(store: EventStore, history: History, after: int) -> list[int]:
    seen: list[int] = []
    async for each in store.subscribe(history, after):
        seen.append(each.version)
        if each.version == END:
            break
        for _ in range(after % 3):
            await asyncio.sleep(0)  # some are slower than others
    return seen


async def write(store: EventStore, history: History) -> None:
    while (head := await store.head(history)) < END:
        with contextlib.suppress(WrongExpectedVersion):
            await store.append(history, moments(1, after=head), expected_version=head)
        await asyncio.sleep(0)


async def test_subscribers_miss_and_repeat_nothing_while_many_write(store: EventStore) -> None:
    history = await store.begin(moments(1))
    watchers: dict[int, asyncio.Task[list[int]]] = {}

    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        for _ in range(3):
            group.create_task(write(store, history))
        while (head := await store.head(history)) < END:
            for after in {head, head // 2} - watchers.keys():
                if len(watchers) < 40:
                    watchers[after] = group.create_task(watch(store, history, after))
            await asyncio.sleep(0)

    assert len(watchers) == 40
    for after, watcher in watchers.items():
        assert watcher.result() == list(range(after + 1, END + 1))


async def test_a_subscription_ends_when_a_newer_history_begins(store: EventStore) -> None:
    old = await store.begin(moments(2))
    waiting = asyncio.create_task(rest(store.subscribe(old)))
    await settle()

    await store.append(old, moments(1, after=2), expected_version=2)
    await store.begin(moments(1), anew=True)

    assert versions(await waiting) == [1, 2, 3]


async def test_a_subscription_to_an_ended_history_gives_all_of_it_and_ends(
    store: EventStore,
) -> None:
    old = await store.begin(moments(3))
    await store.begin(moments(1), anew=True)

    assert versions(await rest(store.subscribe(old))) == [1, 2, 3]


async def test_what_came_just_before_a_newer_history_is_not_missed(store: EventStore) -> None:
    old = await store.begin(moments(1))
    stream = store.subscribe(old)
    assert versions(await take(stream, 1)) == [1]

    # Both happen while the subscriber is still busy with its first event.
    await store.append(old, moments(1, after=1), expected_version=1)
    await store.begin(moments(1), anew=True)

    assert versions(await rest(stream)) == [2]


async def test_a_follower_learns_of_every_history_that_begins(store: EventStore) -> None:
    one = await store.begin(moments(1, ceremony="one"))
    stream = store.follow()
    assert await take(stream, 1) == [one]

    waiting = asyncio.create_task(take(stream, 2))
    await settle()
    two = await store.begin(moments(1, ceremony="two"))
    await store.append(two, moments(1, after=1, ceremony="two"), expected_version=1)
    anew = await store.begin(moments(1, ceremony="one"), anew=True)

    assert await waiting == [two, anew]


# --- many at once


async def test_of_many_with_the_same_expected_version_exactly_one_wins(store: EventStore) -> None:
    history = await store.begin(moments(1))

    async def write(name: str) -> Recorded | WrongExpectedVersion:
        [mine] = recorded([moment(name)], after=1)
        try:
            await store.append(history, [mine], expected_version=1)
        except WrongExpectedVersion as late:
            return late
        return mine

    results = await asyncio.gather(*(write(f"writer {n}") for n in range(50)))

    won = [each for each in results if isinstance(each, Recorded)]
    late = [each for each in results if isinstance(each, WrongExpectedVersion)]
    assert (len(won), len(late)) == (1, 49)
    assert {(each.expected, each.actual) for each in late} == {(1, 2)}
    assert (await logged(store, history))[1:] == won


async def test_of_many_with_the_same_key_exactly_one_appends(store: EventStore) -> None:
    history = await store.begin(moments(1))

    async def write() -> Bound:
        while True:
            head = await store.head(history)
            try:
                await store.append(history, moments(1, after=head), expected_version=head, key=KEY)
            except KeyBound as refused:
                return refused.bound
            except WrongExpectedVersion:
                continue
            return Bound(KEY.digest, head + 1)

    async with asyncio.timeout(10):
        results = await asyncio.gather(*(write() for _ in range(20)))

    assert set(map(repr, results)) == {repr(Bound("digest-1", 2))}
    assert await store.head(history) == 2


async def test_a_key_used_twice_at_once_is_bound_by_the_first(store: EventStore) -> None:
    history = await store.begin(moments(1))

    results = await asyncio.gather(
        store.append(history, moments(1, after=1), expected_version=1, key=KEY),
        store.append(history, moments(1, after=2), expected_version=2, key=KEY),
        store.bind(history, Key("key-1", "digest-2"), 1),
        store.bind(history, Key("key-2", "first"), 1),
        store.bind(history, Key("key-2", "second"), 1),
        return_exceptions=True,
    )

    assert [type(each) for each in results] == [
        type(None),
        KeyBound,
        KeyBound,
        type(None),
        KeyBound,
    ]
    assert await store.head(history) == 2
    assert await store.bound(history, "key-1") == Bound("digest-1", 2)
    assert await store.bound(history, "key-2") == Bound("first", 1)


async def test_writers_that_try_again_leave_a_log_without_gaps(store: EventStore) -> None:
    history = await store.begin(moments(1))

    async def write(name: str) -> None:
        while True:
            head = await store.head(history)
            events = recorded([moment(f"{name}, first"), moment(f"{name}, second")], after=head)
            try:
                return await store.append(history, events, expected_version=head)
            except WrongExpectedVersion:
                continue

    async with asyncio.timeout(20):
        await asyncio.gather(*(write(f"writer {n}") for n in range(40)))

    log = await logged(store, history)
    assert versions(log) == list(range(1, 82))
    texts = [each.event.text for each in log[1:]]  # type: ignore[union-attr] # all are moments
    assert all(
        second == first.replace("first", "second")
        for first, second in zip(texts[::2], texts[1::2], strict=True)
    )


async def test_of_two_that_begin_the_same_ceremony_one_wins(store: EventStore) -> None:
    results = await asyncio.gather(
        store.begin(moments(1)), store.begin(moments(2)), return_exceptions=True
    )

    begun = [each for each in results if isinstance(each, History)]
    assert begun == [await store.current("made-up")]
    assert sum(isinstance(each, WrongExpectedVersion) for each in results) == 1


@pytest.mark.parametrize("steps", range(8))
async def test_a_caller_that_leaves_has_written_all_or_nothing(
    store: EventStore, steps: int
) -> None:
    history = await store.begin(moments(1))
    write = asyncio.create_task(
        store.append(history, moments(3, after=1), expected_version=1, key=KEY)
    )
    for _ in range(steps):
        await asyncio.sleep(0)
    left = write.cancel()
    await asyncio.gather(write, return_exceptions=True)

    # A write behind it has its answer only after the first is settled.
    await store.bind(history, Key("key-2", ""), 1)
    head = await store.head(history)
    assert head == 4 if not left else head in {1, 4}
    assert versions(await logged(store, history)) == list(range(1, head + 1))
    assert (await store.bound(history, "key-1") is not None) == (head == 4)
    await store.append(history, moments(1, after=head), expected_version=head)


# --- closing


async def test_a_closed_store_says_so(store: EventStore) -> None:
    history = await store.begin(moments(1))

    await store.close()
    await store.close()

    for refused in (
        store.histories(),
        store.current("made-up"),
        store.histories_of("made-up", 0),
        store.head(history),
        store.begin(moments(1, ceremony="other")),
        store.append(history, moments(1, after=1), expected_version=1),
        store.bind(history, KEY, 1),
        store.bound(history, "key-1"),
        store.bound_in_any("made-up", "key-1"),
        anext(store.read(history)),
        store.check(),
        store.status(),
    ):
        with pytest.raises(StoreUnavailable, match="closed"):
            await refused


async def test_closing_ends_every_subscription(store: EventStore) -> None:
    history = await store.begin(moments(2))
    waiting = asyncio.create_task(rest(store.subscribe(history)))
    following = asyncio.create_task(rest(store.follow()))
    await settle()
    busy = store.subscribe(history)
    assert versions(await take(busy, 1)) == [1]

    await store.close()

    assert versions(await waiting) == [1, 2]
    assert await following == [history]
    assert versions(await rest(busy)) in ([], [2])


async def test_closing_ends_a_subscription_that_is_still_catching_up(store: EventStore) -> None:
    history = await store.begin(moments(5000))
    stream = store.subscribe(history)
    assert versions(await take(stream, 10)) == list(range(1, 11))

    await store.close()

    seen = versions(await rest(stream))
    assert seen == list(range(11, 11 + len(seen)))


async def test_everyone_who_came_before_the_close_has_an_answer(store: EventStore) -> None:
    histories = [await store.begin(moments(1, ceremony=f"night-{n}")) for n in range(3)]
    writes = [
        asyncio.create_task(store.bind(histories[n % 3], Key(f"key-{n}", ""), 1))
        for n in range(3000)
    ]
    for _ in range(3):
        await asyncio.sleep(0)

    async with asyncio.timeout(20):
        await store.close()
        results = await asyncio.gather(*writes, return_exceptions=True)

    assert set(results) == {None}


# --- the same on every store


async def test_the_same_history_is_the_same_bytes_on_every_store(tmp_path: Path) -> None:
    night: list[Event] = [
        *LIVE,
        presenting("film", "Hal Host"),
        announced("film", "meadow"),
        corrected("film", "harbour", "orbit"),
        retracted("film"),
        moment("„Größe“ 🎬"),
    ]
    log = recorded(night)
    taken: dict[str, bytes] = {}
    for name, opened in STORES.items():
        store = await opened(tmp_path)
        history = await store.begin(log[: len(PROGRAMME)])
        for each in log[len(PROGRAMME) :]:
            await store.append(history, [each], expected_version=each.version - 1)
        taken[name] = b"\n".join([encode(each) async for each in store.read(history)])
        await store.close()

    assert taken["sqlite"] == taken["memory"] == b"\n".join(map(encode, log))


async def test_notes_are_kept_in_order_apart_from_every_night(store: EventStore) -> None:
    history = await store.begin(moments(1))
    await asyncio.gather(*(store.note("token", b"%d" % number) for number in range(5)))
    await store.note("webhook", b"last")

    kept = [each async for each in store.notes()]

    assert [each.number for each in kept] == [1, 2, 3, 4, 5, 6]
    assert sorted(each.body for each in kept[:5]) == [b"0", b"1", b"2", b"3", b"4"]
    assert [each async for each in store.notes(after=5)] == [Note(6, "webhook", b"last")]
    assert await logged(store, history) == moments(1)


async def test_a_closed_store_takes_no_note(store: EventStore) -> None:
    await store.close()

    with pytest.raises(StoreUnavailable):
        await store.note("token", b"{}")


async def test_notes_of_the_kinds_asked_for_are_read_alone(store: EventStore) -> None:
    for kind in ("token", "webhook", "token", "other"):
        await store.note(kind, kind.encode())

    assert [each.number async for each in store.notes(kinds=["token"])] == [1, 3]
    assert [each.number async for each in store.notes(after=1, kinds=["other", "token"])] == [3, 4]
    assert [each async for each in store.notes(kinds=[])] == []


async def test_a_cursor_is_replaced_and_deleted_by_name(store: EventStore) -> None:
    history = await store.begin(moments(5))
    number = history.number
    assert await store.cursors() == {}

    await store.save_cursors({"a": Cursor(number, 1), "b": Cursor(number, 0)})
    await store.save_cursors({"a": Cursor(number, 5), "c": Cursor(number, 2)}, gone=["b", "other"])

    assert await store.cursors() == {"a": Cursor(number, 5), "c": Cursor(number, 2)}
    assert await logged(store, history) == moments(5)


async def test_a_cursor_that_no_event_of_the_log_bears_out_is_left_out(store: EventStore) -> None:
    number = (await store.begin(moments(3))).number
    right = {"head": Cursor(number, 3), "start": Cursor(number, 0)}
    wrong = {
        "past the head": Cursor(number, 4),
        "no such history": Cursor(number + 1, 1),
        "before the start": Cursor(number, -1),
    }

    await store.save_cursors({**right, **wrong})

    assert await store.cursors() == right


async def test_a_closed_store_keeps_no_cursor(store: EventStore) -> None:
    await store.close()

    with pytest.raises(StoreUnavailable):
        await store.save_cursors({"a": Cursor(1, 0)})
    with pytest.raises(StoreUnavailable):
        await store.cursors()
