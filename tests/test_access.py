"""Who may do what: the table itself, and a walk to every address there is as everybody."""

import asyncio
import json
import re
from typing import Any

import pytest

from doors import BEARER, HERE, ID, TOKEN, Doors, opened, problem
from events.memory import MemoryStore
from events.store import StoreUnavailable
from events.timestamp import from_ms, to_ms
from night import LIVE
from web.clock import now
from web.desk.access import Deed, allowed
from web.desk.tokens import Grant
from web.settings import Settings

pytestmark = pytest.mark.anyio

MAYBE = {
    "winner": {"type": "winner-announced", "category": "film", "nominees": ["film/one"]},
    "moment": {"type": "moment-noted", "kind": "speech", "text": "Thanks."},
}


def grant(role: Any, ceremony: str | None = None) -> Grant:
    more = {} if ceremony is None else {"ceremony": ceremony}
    return Grant("id", "maya", role, "2026-01-01T00:00:00.000Z", **more)


def test_the_table_of_roles() -> None:
    deeds: tuple[Deed, ...] = ("read", "note", "append", "rehearse", "administer")
    table = {
        role: [deed for deed in deeds if allowed(grant(role), deed, "night")]
        for role in ("editor", "producer", "admin")
    }
    assert table == {
        "editor": ["read", "note"],
        "producer": ["read", "note", "append", "rehearse"],
        "admin": ["read", "note", "append", "rehearse", "administer"],
    }


def test_a_grant_for_one_ceremony_ends_there() -> None:
    for role in ("editor", "producer", "admin"):
        assert allowed(grant(role, "night"), "read", "night")
        assert allowed(grant(role, "night"), "read", "night-rehearsal")
        assert not allowed(grant(role, "night"), "read", "other-night")
        assert not allowed(grant(role, "night"), "administer"), "tokens belong to all nights"


# --- the walk

# What everybody may read; whatever else the document lists needs a token.
PUBLIC = re.compile(
    r"GET /(healthz|readyz|metrics|api/ceremonies"
    r"|og/.*"
    r"|api/ceremonies/\{ceremony\}"
    r"(/(board|events|events/\{version\}|frames/\{epoch\}/\{page\}|live|replay"
    r"|winners\.(csv|json|rss)|ceremony\.ics))?)"
)
BY_CODE = "POST /api/tokens/redeem"
"""Open to all by its nature: who has the code has no token yet."""

# What each may do of the rest.
MAY: dict[str, set[str]] = {
    "anonymous": set(),
    "editor": {"GET log", "GET desk", "GET tokens/mine"},
    "producer": {"GET log", "GET desk", "GET tokens/mine", "POST events", "POST rehearsals"},
    "foreign": {"GET tokens/mine"},
}


def deed(method: str, path: str) -> str:
    last = path.removeprefix("/api/").replace("ceremonies/{ceremony}/", "")
    return f"{method} {last}"


async def bearers(doors: Doors) -> dict[str, dict[str, str]]:
    made: dict[str, dict[str, str]] = {"anonymous": {}}
    for name, role, ceremony in (
        ("editor", "editor", ID),
        ("producer", "producer", ID),
        ("foreign", "producer", "other-night"),
    ):
        wish = {"name": name, "role": role, "ceremony": ceremony}
        answer = await doors.client.post("/api/tokens", json=wish, headers=BEARER)
        assert answer.status_code == 201, answer.text
        made[name] = {"Authorization": f"Bearer {answer.json()['token']}"}
    return made


async def test_every_address_denies_whom_it_does_not_let_in() -> None:
    async with opened(*LIVE) as doors:
        document = (await doors.client.get("/schema/openapi.json")).json()
        everybody = await bearers(doors)
        walked = 0
        for path, item in document["paths"].items():
            for method in item:
                if method not in ("get", "post", "put", "patch", "delete"):
                    continue
                place = f"{method.upper()} {path}"
                if PUBLIC.fullmatch(place) or place == BY_CODE:
                    continue
                concrete = path.replace("{ceremony}", ID)
                concrete = re.sub(r"\{\w+\}", "none", concrete)
                for who, headers in everybody.items():
                    if deed(method.upper(), path) in MAY[who]:
                        continue
                    answer = await doors.client.request(method, concrete, headers=headers)
                    known = who != "anonymous"
                    problem(answer, *((403, "forbidden") if known else (401, "unauthorized")))
                    walked += 1
        assert walked >= 20, "the document lists the doors"


async def test_whom_it_lets_in_it_lets_in() -> None:
    async with opened(*LIVE) as doors:
        everybody = await bearers(doors)
        for who in ("editor", "producer"):
            answer = await doors.client.get(f"{HERE}/log", headers=everybody[who])
            assert answer.status_code == 200
            answer = await doors.client.post(
                f"{HERE}/events", json=MAYBE["moment"], headers=everybody[who]
            )
            assert answer.status_code == 201, answer.text
        answer = await doors.client.post(f"{HERE}/rehearsals", headers=everybody["producer"])
        assert answer.status_code == 201
        rehearsal = f"/api/ceremonies/{ID}-rehearsal/events"
        answer = await doors.client.post(
            rehearsal, json={"type": "ceremony-started"}, headers=everybody["producer"]
        )
        assert answer.status_code == 201, "a ceremony's producer works at its rehearsal too"
        log = (await doors.client.get(f"{HERE}/log?after=0&limit=500", headers=BEARER)).json()
        assert [each["actor"] for each in log["events"]][-2:] == ["editor", "producer"]


async def test_a_token_for_a_rehearsal_is_good_for_that_alone() -> None:
    async with opened(*LIVE) as doors:
        await doors.client.post(f"{HERE}/rehearsals", headers=BEARER)
        wish = {"name": "new", "role": "producer", "ceremony": f"{ID}-rehearsal"}
        made = await doors.client.post("/api/tokens", json=wish, headers=BEARER)
        headers = {"Authorization": f"Bearer {made.json()['token']}"}
        started = {"type": "ceremony-started"}
        answer = await doors.client.post(f"{HERE}-rehearsal/events", json=started, headers=headers)
        assert answer.status_code == 201, answer.text
        for path in (f"{HERE}/events", f"{HERE}/rehearsals"):
            problem(await doors.client.post(path, json=started, headers=headers), 403, "forbidden")


async def test_an_invitation_gives_a_token_to_whoever_comes_first() -> None:
    async with opened(*LIVE) as doors:
        soon = from_ms(to_ms(now()) + 60_000)
        wish = {"name": "maya", "role": "producer", "ceremony": ID, "expires_at": soon}
        answer = await doors.client.post("/api/tokens/invitations", json=wish, headers=BEARER)
        assert answer.status_code == 201, answer.text
        code = answer.json()["code"]
        assert answer.json() == {"code": code, "until": soon}, "no longer than what it is for"
        listed = (await doors.client.get("/api/tokens", headers=BEARER)).json()
        assert listed == {"tokens": []}, "there is no token yet"
        answer = await doors.client.post("/api/tokens/redeem", json={"code": code})
        assert answer.status_code == 201, answer.text
        made = answer.json()
        assert wish.items() <= made.items()
        headers = {"Authorization": f"Bearer {made['token']}"}
        answer = await doors.client.post(f"{HERE}/events", json=MAYBE["moment"], headers=headers)
        assert answer.status_code == 201, answer.text
        again = await doors.client.post("/api/tokens/redeem", json={"code": code})
        problem(again, 401, "unauthorized")


@pytest.mark.parametrize("door", ["/api/tokens", "/api/tokens/invitations"])
async def test_a_tokens_name_is_one_that_can_be_seen_and_steers_nothing(door: str) -> None:
    unseen = (
        "\x00\x1b\x7f\x85\xad\u061c\u200b\u200e\u200f\u2028\u2029"
        "\u202a\u202e\u2066\u2069\ufeff\u3164\t\n"
    )
    names = [
        *(f"ma{each}ya" for each in unseen),
        *(f"{each}maya" for each in (*unseen, " ", "\u200d")),
        *(f"maya{each}" for each in (*unseen, " ", "\u200d")),
        *unseen,
        "",
        " ",
        "m" * 65,
    ]
    async with opened(*LIVE) as doors:
        for name in names:
            wish = {"name": name, "role": "editor"}
            answer = await doors.client.post(door, json=wish, headers=BEARER)
            detail = problem(answer, 400, "bad-request")["detail"]
            assert "`$.name`" in detail, repr(name)
        for name in (
            "Maya",
            "\u0645\u0627\u06cc\u0627 \u0646\u0645\u06cc\u200c\u062f\u0627\u0646\u062f",
            "Zoë O'Neill-Ito",
            "\u6c38\u4e95 \u8c6a",
            "m" * 64,
        ):
            wish = {"name": name, "role": "editor"}
            answer = await doors.client.post(door, json=wish, headers=BEARER)
            assert answer.status_code == 201, answer.text


class Full(MemoryStore):
    """A store whose disk is full until it is not."""

    full = True

    async def note(self, kind: str, body: bytes) -> None:
        if self.full:
            raise StoreUnavailable("The disk is full; make room.")
        await super().note(kind, body)


async def test_a_code_is_used_up_only_once_its_token_is_stored() -> None:
    store = Full()
    given = "a-code-for-one-visit"
    settings = Settings(admin_token=TOKEN, console_code=given)
    async with opened(*LIVE, store=store, settings=settings) as doors:
        wish = {"name": "maya", "role": "editor"}
        answer = await doors.client.post("/api/tokens/invitations", json=wish, headers=BEARER)
        for code in (given, answer.json()["code"]):
            store.full = True
            for _ in range(2):
                answer = await doors.client.post("/api/tokens/redeem", json={"code": code})
                problem(answer, 503, "unavailable")
            store.full = False
            together = [
                doors.client.post("/api/tokens/redeem", json={"code": code}) for _ in range(5)
            ]
            statuses = [each.status_code for each in await asyncio.gather(*together)]
            assert sorted(statuses) == [201, 401, 401, 401, 401]


async def test_an_invitation_ends_within_a_day() -> None:
    async with opened(*LIVE) as doors:
        wish = {"name": "maya", "role": "editor"}
        began = to_ms(now())
        answer = await doors.client.post("/api/tokens/invitations", json=wish, headers=BEARER)
        assert 0 <= to_ms(answer.json()["until"]) - began - 24 * 3_600_000 < 60_000
        past = {**wish, "expires_at": "2020-01-01T00:00:00Z"}
        answer = await doors.client.post("/api/tokens/invitations", json=past, headers=BEARER)
        problem(answer, 400, "bad-request")


async def test_whoever_may_invite_no_more_has_invited_nobody() -> None:
    async with opened(*LIVE) as doors:
        wish = {"name": "max", "role": "admin"}
        inviter = (await doors.client.post("/api/tokens", json=wish, headers=BEARER)).json()
        headers = {"Authorization": f"Bearer {inviter['token']}"}
        answer = await doors.client.post("/api/tokens/invitations", json=wish, headers=headers)
        await doors.client.delete(f"/api/tokens/{inviter['id']}", headers=BEARER)
        code = {"code": answer.json()["code"]}
        problem(await doors.client.post("/api/tokens/redeem", json=code), 401, "unauthorized")


async def test_an_editor_is_told_first_that_there_is_no_such_ceremony() -> None:
    async with opened(*LIVE) as doors:
        wish = {"name": "noor", "role": "editor"}
        made = (await doors.client.post("/api/tokens", json=wish, headers=BEARER)).json()
        editor = {"Authorization": f"Bearer {made['token']}"}
        large = b"x" * 70_000
        for path, status in ((f"{HERE}-not", 404), (HERE, 413)):
            answer = await doors.client.post(f"{path}/events", content=large, headers=editor)
            assert answer.status_code == status


async def test_an_editor_notes_moments_and_gives_no_award() -> None:
    async with opened(*LIVE) as doors:
        editor = (await bearers(doors))["editor"]
        answer = await doors.client.post(f"{HERE}/events", json=MAYBE["winner"], headers=editor)
        told = problem(answer, 403, "forbidden")
        assert "editor" in told["detail"]
        given: tuple[object, ...] = ("none", None, 1, [], {})
        kinds = [json.dumps({"type": kind}).encode() for kind in given]
        for nothing in (b"", b"[]", b"{", b"\xff", b"[" * 2000, *kinds):
            answer = await doors.client.post(f"{HERE}/events", content=nothing, headers=editor)
            problem(answer, 403, "forbidden")


async def test_what_needed_a_token_is_kept_by_nobody() -> None:
    async with opened(*LIVE) as doors:
        document = (await doors.client.get("/schema/openapi.json")).json()
        asked: list[tuple[str, str, dict[str, Any]]] = [
            (method, path.replace("{ceremony}", ID), {})
            for path, item in document["paths"].items()
            for method, operation in item.items()
            if operation.get("security") and not path.endswith("/desk")
        ]
        wish = {"name": "maya", "role": "editor"}
        made = await doors.client.post("/api/tokens", json=wish, headers=BEARER)
        asked += [("delete", f"/api/tokens/{made.json()['id']}", {})]
        asked += [("post", f"{HERE}/events?dry_run=1", {"json": MAYBE["moment"]})]
        asked += [("post", f"{HERE}/events", {"json": MAYBE["moment"]})]
        statuses = set()
        for method, path, more in asked:
            answer = await doors.client.request(method, path, headers=BEARER, **more)
            assert answer.headers["cache-control"] == "no-store", (method, path)
            statuses.add(answer.status_code)
        assert {200, 201, 204, 400, 404} <= statuses


async def test_sockets_and_streams_of_the_public_say_nothing_of_actors() -> None:
    async with opened(*LIVE) as doors:
        for path in (f"{HERE}/events?limit=500", HERE, f"{HERE}/board", "/api/ceremonies"):
            assert "actor" not in (await doors.client.get(path)).text.replace("actor-", "")
