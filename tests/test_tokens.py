import asyncio

import pytest

from events.codec import encode
from events.memory import MemoryStore
from events.store import StoreUnavailable
from events.timestamp import from_ms
from events.unavailable import InDoubt
from web.desk.invitations import FIRST_SECONDS, Invitation, Invitations
from web.desk.tokens import OPERATOR, Tokens, TokenWish, digest_of

pytestmark = pytest.mark.anyio

TOKEN = "a-token-for-these-tests"


class Time:
    """A clock that stands until it is moved, in milliseconds."""

    def __init__(self) -> None:
        self.ms = 1_000_000

    def __call__(self) -> str:
        return from_ms(self.ms)


async def test_the_operators_token_opens_everything_and_no_other_does() -> None:
    tokens = Tokens(MemoryStore(), now=Time(), operator=TOKEN)
    assert tokens.grant(f"Bearer {TOKEN}") is OPERATOR
    assert tokens.grant(f"bearer  {TOKEN} ") is OPERATOR
    for header in (None, "", "Bearer", "Bearer ", TOKEN, f"Basic {TOKEN}", f"Bearer {TOKEN}x"):
        assert tokens.grant(header) is None
    assert tokens.grant(f"Bearer {digest_of(TOKEN)}") is None, "the digest is no token"


async def test_where_no_token_is_known_nobody_enters() -> None:
    tokens = Tokens(MemoryStore(), now=Time())
    assert not tokens.operated
    for header in ("Bearer ", f"Bearer {digest_of('')}", "Bearer x", "Bearer \xe9", "Bearer ."):
        assert tokens.grant(header) is None


async def test_a_token_is_good_in_every_later_start_and_kept_as_a_digest_alone() -> None:
    store, now = MemoryStore(), Time()
    grant, token = await Tokens(store, now=now).issue("maya", "producer", by="admin")
    later = Tokens(store, now=now)
    await later.load()
    assert later.grant(f"Bearer {token}") == grant
    assert later.grant(f"Bearer {token[:-1]}") is None
    assert later.grant(f"Bearer {grant.id}") is None
    assert later.listed() == [grant]
    kept = b"".join([note.body async for note in store.notes()])
    assert token.partition(".")[2].encode() not in kept
    assert token.encode() not in encode(grant)


async def test_a_revoked_token_is_good_for_nothing_at_once_and_for_ever() -> None:
    store, now = MemoryStore(), Time()
    tokens = Tokens(store, now=now)
    grant, token = await tokens.issue("maya", "producer", by="admin")
    ring = tokens.revoked.listen()
    assert await tokens.revoke(grant.id, by="admin")
    assert ring.is_set(), "who serves her still hears of it"
    assert tokens.grant(f"Bearer {token}") is None
    assert not tokens.stands(grant)
    assert not await tokens.revoke(grant.id, by="admin"), "there is none any more"
    later = Tokens(store, now=now)
    await later.load()
    assert later.grant(f"Bearer {token}") is None
    assert later.listed() == []


class Faltering(MemoryStore):
    """A store that raises once a note is, or is not, in the log."""

    problem: StoreUnavailable | None = None

    async def note(self, kind: str, body: bytes) -> None:
        if self.problem is None or isinstance(self.problem, InDoubt):
            await super().note(kind, body)
        if self.problem is not None:
            raise self.problem


async def test_a_token_whose_revocation_is_in_doubt_is_good_for_nothing() -> None:
    store, now = Faltering(), Time()
    tokens = Tokens(store, now=now)
    grant, token = await tokens.issue("maya", "producer", by="admin")
    ring = tokens.revoked.listen()
    store.problem = InDoubt("the disk has not answered")
    with pytest.raises(InDoubt):
        await tokens.revoke(grant.id, by="admin")
    assert ring.is_set()
    assert tokens.grant(f"Bearer {token}") is None
    store.problem = None
    assert await tokens.revoke(grant.id, by="admin"), "it can be sent again"
    assert not await tokens.revoke(grant.id, by="admin")


async def test_a_token_whose_revocation_was_not_written_stands() -> None:
    store, now = Faltering(), Time()
    tokens = Tokens(store, now=now)
    grant, token = await tokens.issue("maya", "producer", by="admin")
    store.problem = StoreUnavailable("No room on the disk.")
    with pytest.raises(StoreUnavailable):
        await tokens.revoke(grant.id, by="admin")
    assert tokens.grant(f"Bearer {token}") == grant


async def test_a_token_ends_when_it_expires() -> None:
    now = Time()
    tokens = Tokens(MemoryStore(), now=now)
    ends = from_ms(now.ms + 1_000)
    grant, token = await tokens.issue("maya", "admin", by="admin", expires_at=ends)
    now.ms += 999
    assert tokens.grant(f"Bearer {token}") == grant
    assert tokens.operated
    now.ms += 1
    assert tokens.grant(f"Bearer {token}") is None
    assert not tokens.operated, "so the next start makes another one"


async def test_an_end_in_another_form_is_held_in_the_stored_one() -> None:
    store, now = MemoryStore(), Time()
    ends = "2125-01-01t01:00:00+01:00"
    note = {
        "grant": {
            "id": "a1",
            "name": "maya",
            "role": "admin",
            "created_at": now(),
            "expires_at": ends,
        },
        "digest": "d",
        "by": "operator",
    }
    await store.note("token-issued", encode(note))
    tokens = Tokens(store, now=now)
    await tokens.load()
    assert [each.expires_at for each in tokens.listed()] == ["2125-01-01T00:00:00.000Z"]
    assert tokens.operated
    wish = TokenWish("max", "editor", expires_at=ends)
    assert wish.expires_at == "2125-01-01T00:00:00.000Z"
    assert wish.refusal("2124-12-31T23:59:59.999Z") is None
    assert "past" in str(wish.refusal("2125-01-01T00:00:00.000Z"))


async def test_an_admin_of_one_ceremony_does_not_operate_the_whole() -> None:
    tokens = Tokens(MemoryStore(), now=Time())
    await tokens.issue("maya", "admin", by="operator", ceremony="oscars-89")
    assert not tokens.operated, "so the next start makes a token for somebody who can"


async def test_a_grant_for_a_ceremony_covers_its_rehearsal_and_no_other_night() -> None:
    tokens = Tokens(MemoryStore(), now=Time())
    one, _ = await tokens.issue("maya", "producer", by="admin", ceremony="oscars-97")
    every, _ = await tokens.issue("max", "producer", by="admin")
    assert one.covers("oscars-97")
    assert one.covers("oscars-97-rehearsal")
    assert not one.covers("oscars-89")
    assert every.covers("oscars-89")


async def redeemed(
    invitations: Invitations, code: str, trouble: BaseException | None = None
) -> Invitation | None:
    async with invitations.taken(code) as found:
        if trouble is not None:
            raise trouble
        return found


async def test_the_first_code_is_good_for_a_quarter_of_an_hour() -> None:
    seconds = [100.0]
    for given in (None, "given-by-the-start"):
        invitations = Invitations(given, clock=lambda: seconds[0])
        code = given or invitations.open_first()
        seconds[0] += FIRST_SECONDS
        assert not await redeemed(invitations, code)
        seconds[0] -= 1
        assert not await redeemed(invitations, code), "over is over"
    invitations = Invitations(clock=lambda: seconds[0])
    code = invitations.open_first()
    seconds[0] += FIRST_SECONDS - 1
    found = await redeemed(invitations, code)
    assert found is not None
    assert (found.wish.role, found.by) == ("admin", None)


async def test_a_code_lets_in_once_and_only_who_has_it() -> None:
    invitations = Invitations()
    assert not await redeemed(invitations, "")
    code = invitations.open_first()
    assert not await redeemed(invitations, code + "x")
    assert not await redeemed(invitations, "\u2603")
    assert await redeemed(invitations, code)
    assert not await redeemed(invitations, code)


async def test_a_code_that_no_token_came_of_is_as_good_as_before() -> None:
    invitations = Invitations()
    code = invitations.open_first()
    for trouble in (StoreUnavailable("The disk is full."), asyncio.CancelledError()):
        with pytest.raises(type(trouble)):
            await redeemed(invitations, code, trouble)
    assert await redeemed(invitations, code)
    assert not await redeemed(invitations, code)


async def test_of_many_who_come_at_once_with_a_code_one_gets_a_token_though_the_first_fails() -> (
    None
):
    invitations = Invitations()
    code, opened, got = invitations.open_first(), asyncio.Event(), 0

    async def come(*, fails: bool) -> None:
        nonlocal got
        async with invitations.taken(code) as found:
            await opened.wait()
            if found is not None and fails:
                raise StoreUnavailable("The disk is full.")
            got += found is not None

    guests = [asyncio.create_task(come(fails=number == 0)) for number in range(9)]
    await asyncio.sleep(0)
    opened.set()
    ended = await asyncio.gather(*guests, return_exceptions=True)
    assert [isinstance(each, StoreUnavailable) for each in ended] == [True, *[False] * 8]
    assert got == 1


async def test_too_many_invitations_push_the_oldest_out() -> None:
    invitations, by = Invitations(), OPERATOR
    wish = TokenWish("maya", "producer")
    codes = [invitations.invite(wish, by, 60) for _ in range(1001)]
    assert not await redeemed(invitations, codes[0])
    found = await redeemed(invitations, codes[1])
    assert found is not None
    assert (found.wish, found.by) == (wish, by)


async def test_a_token_that_was_lent_is_good_until_it_is_taken_back_and_noted_nowhere() -> None:
    store, now = MemoryStore(), Time()
    tokens = Tokens(store, now=now)
    grant, token = tokens.lend()
    assert tokens.grant(f"Bearer {token}") == grant
    assert (grant.role, grant.name, tokens.stands(grant)) == ("admin", "operator", True)
    assert tokens.grant(f"Bearer {token}x") is None
    assert tokens.listed() == []
    assert not tokens.operated, "an admin who comes to stay is still to be made"
    ring = tokens.revoked.listen()
    tokens.take_back(grant)
    assert ring.is_set()
    assert tokens.grant(f"Bearer {token}") is None
    assert not tokens.stands(grant)
    assert [note async for note in store.notes()] == []
