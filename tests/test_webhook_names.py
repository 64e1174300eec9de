"""Names that nobody answers for: each costs its own webhook a wait, and no other."""

import asyncio
import threading
from collections.abc import Iterator, Sequence

import pytest

from doors import BEARER, ID, opened, problem
from hooks import Wire, added, begun, delivering, said
from night import LIVE
from web.clock import now
from web.webhooks.courier import finder
from web.webhooks.destinations import BadDestination, Destination
from web.webhooks.resolver import Resolver, TooManyLookups, system_lookup
from web.webhooks.subscriptions import Webhooks

pytestmark = pytest.mark.anyio

LONG = 60.0
"""Seconds after which a test gives up; nothing here takes so long."""


class Names:
    """A resolver of names that blocks for those that begin with `dead`, until it is let go."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.let_go = threading.Event()

    def __call__(self, host: str, _port: int) -> Sequence[str]:
        self.asked.append(host)
        if host.startswith("dead"):
            self.let_go.wait(LONG)
            raise OSError(f"nobody knows {host}")
        return ["192.0.2.7"]


@pytest.fixture
def names() -> Iterator[Names]:
    names = Names()
    yield names
    names.let_go.set()


async def test_names_that_nobody_answers_for_hold_up_no_other(names: Names) -> None:
    resolve = Resolver(lookup=names)
    dead = [asyncio.create_task(resolve(f"dead-{n}", 80)) for n in range(50)]

    assert await resolve("alive", 80) == ["192.0.2.7"]

    assert resolve.running == 50
    names.let_go.set()
    told = await asyncio.gather(*dead, return_exceptions=True)
    assert {str(each) for each in told} == {f"nobody knows dead-{n}" for n in range(50)}
    assert resolve.running == 0


async def test_a_name_is_looked_up_once_at_a_time_however_often_it_is_asked_for(
    names: Names,
) -> None:
    resolve = Resolver(lookup=names, seconds=0.05)
    for _ in range(5):
        with pytest.raises(OSError, match=r"no answer within 0\.05 s"):
            await resolve("dead", 80)

    assert names.asked == ["dead"]
    names.let_go.set()
    async with asyncio.timeout(LONG):
        while resolve.running:  # noqa: ASYNC110 - another thread's work
            await asyncio.sleep(0.01)
    assert await resolve("alive", 80) == ["192.0.2.7"]


async def test_beyond_so_many_names_at_once_none_is_looked_up(names: Names) -> None:
    resolve = Resolver(lookup=names, most=3, seconds=0.05)
    for number in range(3):
        with pytest.raises(OSError, match="no answer"):
            await resolve(f"dead-{number}", 80)
    with pytest.raises(TooManyLookups, match="try again"):
        await resolve("alive", 80)


def test_a_loop_that_ends_leaves_a_lookup_to_end_by_itself(names: Names) -> None:
    async def ask() -> None:
        with pytest.raises(OSError, match="no answer"):
            await Resolver(lookup=names, seconds=0.01)("dead", 80)

    asyncio.run(ask())
    names.let_go.set()
    for thread in threading.enumerate():
        if thread.name == "webhook-lookup":
            thread.join(LONG)
            assert not thread.is_alive()


async def test_an_address_is_no_name_to_be_looked_up(names: Names) -> None:
    resolve = Resolver(lookup=names)
    assert await resolve("192.0.2.1", 80) == ["192.0.2.1"]
    assert await resolve("2001:db8::1", 80) == ["2001:db8::1"]
    for text in ("127.1", "0x7f000001", "2130706433"):  # names, as far as anybody may know
        await resolve(text, 80)
    assert names.asked == ["127.1", "0x7f000001", "2130706433"]


@pytest.mark.parametrize("host", ["localhost", "hooks.localhost"])
async def test_this_machine_is_known_in_both_families(host: str, names: Names) -> None:
    assert set(await Resolver(lookup=names)(host, 80)) == {"127.0.0.1", "::1"}
    assert not names.asked


async def test_the_system_knows_this_machine() -> None:
    assert set(system_lookup("localhost", 80)) & {"127.0.0.1", "::1"}


async def test_webhooks_with_dead_names_hold_up_no_other(names: Names) -> None:
    store, history = await begun()
    webhooks, wire = Webhooks(store, now=now), Wire()
    for number in range(20):
        await added(webhooks, history, len(LIVE), f"https://dead-{number}.example/")
    await added(webhooks, history, len(LIVE))
    looked_up = finder(private=True, resolve=Resolver(lookup=names))

    async def find(url: str) -> Destination:
        await looked_up(url)
        return await wire.find(url)

    async with delivering(store, webhooks, wire, find):
        await said(store, history, 3)
        await wire.until(3)

    assert wire.versions == [len(LIVE) + n for n in range(1, 4)]
    assert sum(name.startswith("dead") for name in names.asked) == 20


async def test_a_webhook_with_a_dead_name_is_refused_by_a_deadline(names: Names) -> None:
    async with opened(*LIVE) as doors:
        doors.tracker._litestar.state.find_new = finder(
            private=True, resolve=Resolver(lookup=names, seconds=0.05, most=1)
        )
        wish = {"ceremony": ID, "url": "https://dead.example/"}
        answer = await doors.client.post("/api/webhooks", json=wish, headers=BEARER)
        assert "no answer within" in problem(answer, 400, "bad-request")["detail"]

        wish = {"ceremony": ID, "url": "https://alive.example/"}
        answer = await doors.client.post("/api/webhooks", json=wish, headers=BEARER)
        problem(answer, 503, "unavailable")
        assert answer.headers["retry-after"] == "1"


async def test_every_address_of_a_name_is_held_to_the_rule() -> None:
    public = finder(private=False, resolve=Resolver(lookup=lambda *_: ["1.1.1.1", "::1"]))
    with pytest.raises(BadDestination, match="private network"):
        await public("https://both.example/")
