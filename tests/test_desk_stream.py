"""What producers see of each other: the desk's stream on a running server."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar.exceptions import LitestarException

from doors import BEARER, ID, opened, programme
from events.timestamp import from_ms, to_ms
from night import LIVE
from servers import ForkedServer, RunningServer
from web.clock import now

HERE = "/api/ceremonies/made-up"


class AtDesk:
    """One desk stream being read."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines

    def next(self, kind: str) -> dict[str, Any]:
        """Return the next message of a kind."""
        for line in self._lines:
            if line.startswith("data: "):
                message: dict[str, Any] = json.loads(line.removeprefix("data: "))
                if message["type"] == kind:
                    return message
        raise EOFError(kind)


class Office:
    """A server with one scheduled night, and the tokens of those who work there."""

    def __init__(self, server: RunningServer, http: httpx.Client) -> None:
        self.server = server
        self.http = http
        self.admin = {"Authorization": f"Bearer {server.token}"}

    def token(self, name: str, role: str = "producer", **more: str) -> dict[str, Any]:
        wish = {"name": name, "role": role, **more}
        answer = self.http.post("/api/tokens", json=wish, headers=self.admin)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def post(self, token: str, **event: Any) -> httpx.Response:
        bearer = {"Authorization": f"Bearer {token}"}
        return self.http.post(f"{HERE}/events", json=event, headers=bearer)

    @contextmanager
    def desk(self, token: str, path: str = HERE) -> Iterator[AtDesk]:
        bearer = {"Authorization": f"Bearer {token}"}
        with self.http.stream("GET", f"{path}/desk", headers=bearer) as stream:
            assert stream.status_code == 200
            assert stream.headers["content-type"].startswith("text/event-stream")
            yield AtDesk(stream.iter_lines())


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with (
        ForkedServer(tmp_path, TRACKER_BUNDLED="0") as server,
        httpx.Client(base_url=server.url, timeout=20) as http,
    ):
        office = Office(server, http)
        assert http.post("/api/ceremonies", json=programme(), headers=office.admin).is_success
        yield office


def test_the_desk_greets_and_shows_the_last_ten_events_with_their_authors(office: Office) -> None:
    maya = office.token("maya")
    assert office.post(maya["token"], type="ceremony-started").status_code == 201
    with office.desk(maya["token"]) as desk:
        hello = desk.next("hello")
        assert hello["you"] == {"name": "maya", "role": "producer", "token": maya["id"]}
        posted = [desk.next("posted") for _ in range(min(hello["version"], 10))]
        assert [each["version"] for each in posted] == list(
            range(max(hello["version"] - 9, 1), hello["version"] + 1)
        )
        assert posted[-1]["actor"] == "maya"
        assert posted[-1]["event"] == {"type": "ceremony-started"}
        assert posted[0]["actor"] == "admin"


def test_what_one_posts_the_other_sees_with_the_author(office: Office) -> None:
    maya, max_ = office.token("maya"), office.token("max")
    with office.desk(max_["token"]) as desk:
        before = desk.next("hello")["version"]
        office.post(maya["token"], type="ceremony-started")
        while (news := desk.next("posted"))["version"] <= before:
            pass
        assert (news["actor"], news["event"]["type"]) == ("maya", "ceremony-started")


def test_everybody_at_the_desk_sees_who_comes_and_who_leaves(office: Office) -> None:
    maya, ed = office.token("maya"), office.token("ed", "editor")
    with office.desk(maya["token"]) as desk:
        assert [each["name"] for each in desk.next("present")["people"]] == ["maya"]
        with office.desk(ed["token"]):
            people = desk.next("present")["people"]
            assert [(each["name"], each["role"]) for each in people] == [
                ("maya", "producer"),
                ("ed", "editor"),
            ]
        assert [each["name"] for each in desk.next("present")["people"]] == ["maya"]


def test_a_revoked_token_ends_its_open_desk_at_once_and_no_other(office: Office) -> None:
    maya, max_ = office.token("maya"), office.token("max")
    with office.desk(maya["token"]) as desk, office.desk(max_["token"]) as other:
        desk.next("hello")
        answer = office.http.delete(f"/api/tokens/{maya['id']}", headers=office.admin)
        assert answer.status_code == 204
        desk.next("revoked")
        with pytest.raises(EOFError):
            desk.next("heartbeat")
        while [each["name"] for each in other.next("present")["people"]] != ["max"]:
            pass
    assert office.post(maya["token"], type="ceremony-started").status_code == 401


def test_a_rehearsal_begun_again_is_said_at_its_desk(office: Office) -> None:
    path = "/api/ceremonies/made-up-rehearsal"
    first = office.http.post(f"{HERE}/rehearsals", headers=office.admin).json()
    with office.desk(office.token("maya")["token"], path) as desk:
        assert desk.next("hello")["epoch"] == first["epoch"]
        second = office.http.post(f"{HERE}/rehearsals", headers=office.admin).json()
        assert desk.next("begun-anew")["epoch"] == second["epoch"] != first["epoch"]
        assert desk.next("posted")["version"] == 1


def test_a_token_that_expires_ends_its_open_desk_in_time(office: Office) -> None:
    ends = from_ms(to_ms(now()) + 1_500)
    with office.desk(office.token("maya", expires_at=ends)["token"]) as desk:
        desk.next("hello")
        desk.next("revoked")
    late = to_ms(now()) - to_ms(ends)
    assert 0 <= late < 3_000, "well before the next heartbeat"


def test_a_head_of_the_desk_ends_and_takes_no_seat(office: Office) -> None:
    maya = office.token("maya")
    bearer = {"Authorization": f"Bearer {maya['token']}"}
    answer = office.http.head(f"{HERE}/desk", headers=bearer, timeout=5)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
    assert office.http.head(f"{HERE}/desk").status_code == 401
    with office.desk(maya["token"]) as desk:
        assert len(desk.next("present")["people"]) == 1


@pytest.mark.anyio
async def test_the_seats_of_a_desk_hold_for_many_that_come_at_once(office: Office) -> None:
    bearer = {"Authorization": f"Bearer {office.token('maya')['token']}"}
    limits = httpx.Limits(max_connections=200)
    async with httpx.AsyncClient(
        base_url=office.server.url, headers=bearer, timeout=30, limits=limits
    ) as http:

        async def come() -> httpx.Response:
            return await http.send(http.build_request("GET", f"{HERE}/desk"), stream=True)

        answers = await asyncio.gather(*(come() for _ in range(100)))
        statuses = [answer.status_code for answer in answers]
        for answer in answers:
            await answer.aclose()
    assert (statuses.count(200), statuses.count(429)) == (64, 36)


@pytest.mark.anyio
async def test_a_stream_that_never_starts_gives_its_seat_back() -> None:
    async with opened(*LIVE) as doors:
        scope = {
            "type": "http",
            "method": "GET",
            "path": f"/api/ceremonies/{ID}/desk",
            "raw_path": f"/api/ceremonies/{ID}/desk".encode(),
            "query_string": b"",
            "headers": [(b"authorization", BEARER["Authorization"].encode())],
        }

        async def receive() -> dict[str, Any]:
            return {"type": "http.disconnect"}

        async def send(_: object) -> None:
            assert doors.tracker.parts.seats.at(ID), "it was taken before the stream began"
            raise OSError("the line is cut")

        with pytest.raises(LitestarException):
            await doors.tracker(scope, receive, send)
        assert doors.tracker.parts.seats.at(ID) == []


def test_an_open_desk_does_not_hold_up_the_end_of_the_server(office: Office) -> None:
    with office.desk(office.token("maya")["token"]) as desk:
        desk.next("hello")
        office.server.stop()
        with pytest.raises((EOFError, httpx.TransportError)):
            desk.next("never")
