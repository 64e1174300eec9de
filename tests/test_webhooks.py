"""Events on their way out: in order, signed, at least once, and only to where they may go."""

import asyncio
import base64
import hashlib
import hmac
import json
import threading
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from doors import BEARER, HERE, ID, opened, problem, programme
from events.memory import MemoryStore
from events.store import EventStore, History
from night import LIVE, moment, recorded
from servers import RunningServer
from web.clock import now
from web.webhooks.courier import FIRST_PAUSE, LONGEST_PAUSE, Courier, pause_before, signature
from web.webhooks.destinations import BadDestination, Destination, destination, is_public
from web.webhooks.subscriptions import Webhook, Webhooks, WebhookWish

pytestmark = pytest.mark.anyio

URL = "https://hooks.example/in"


class Wire:
    """A network that answers as it is told, and remembers what was sent."""

    def __init__(self, *answers: int | OSError) -> None:
        self.answers = list(answers)
        self.sent: list[tuple[dict[str, str], dict[str, Any]]] = []
        self.pauses: list[float] = []

    async def send(self, to: Destination, body: bytes, headers: Mapping[str, str]) -> int:
        assert to.host == "hooks.example"
        self.sent.append((dict(headers), json.loads(body)))
        answer = self.answers.pop(0) if self.answers else 204
        if isinstance(answer, OSError):
            raise answer
        return answer

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await asyncio.sleep(0)

    async def find(self, url: str) -> Destination:
        assert url == URL
        return Destination("https", "hooks.example", 443, "192.0.2.1", "/in")

    @property
    def versions(self) -> list[int]:
        return [body["data"]["recorded"]["version"] for _, body in self.sent]


@asynccontextmanager
async def delivering(store: EventStore, webhooks: Webhooks, wire: Wire) -> AsyncIterator[None]:
    courier = Courier(store, webhooks, wire, now=now, find=wire.find, pause=wire.pause)
    task = asyncio.create_task(courier.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(wire: Wire, count: int) -> None:
    async with asyncio.timeout(10):
        while len(wire.sent) < count:  # noqa: ASYNC110 - the wire is a plain list
            await asyncio.sleep(0.001)
    await asyncio.sleep(0.01)  # so that one too many would be seen


async def begun() -> tuple[MemoryStore, History]:
    store = MemoryStore()
    return store, await store.begin(recorded(LIVE, ID))


async def said(store: EventStore, history: History, count: int) -> None:
    for _ in range(count):
        head = await store.head(history)
        await store.append(
            history, recorded([moment(f"No. {head}")], ID, after=head), expected_version=head
        )


async def added(webhooks: Webhooks, history: History, head: int) -> tuple[Webhook, str]:
    return await webhooks.add(WebhookWish(ID, URL), history, head, by="admin")


async def test_what_follows_is_delivered_in_order_and_once_when_all_is_well() -> None:
    store, history = await begun()
    webhooks, wire = Webhooks(store, now=now), Wire()
    head = len(LIVE)
    await added(webhooks, history, head)
    async with delivering(store, webhooks, wire):
        await said(store, history, 5)
        await until(wire, 5)
    assert wire.versions == [head + n for n in range(1, 6)]
    assert "actor" not in json.dumps([body for _, body in wire.sent])
    assert webhooks.standing()[0].delivered == head + 5


async def test_a_delivery_is_signed_so_that_the_receiver_can_check_it() -> None:
    store, history = await begun()
    webhooks, wire = Webhooks(store, now=now), Wire()
    _, secret = await added(webhooks, history, len(LIVE))
    async with delivering(store, webhooks, wire):
        await said(store, history, 1)
        await until(wire, 1)
    headers, body = wire.sent[0]
    key = base64.b64decode(secret.removeprefix("whsec_"))
    # As a receiver would, with nothing of ours.
    text = json.dumps(body, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{text}"
    expected = base64.b64encode(hmac.new(key, signed.encode(), hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert signature(key + b"x", "1", "2", b"3") != signature(key, "1", "2", b"3")


async def test_a_delivery_has_the_id_of_its_event_which_outlives_a_restore() -> None:
    store, history = await begun()
    webhooks, wire = Webhooks(store, now=now), Wire()
    await added(webhooks, history, 0)
    async with delivering(store, webhooks, wire):
        await until(wire, 2)
    told = [(headers["webhook-id"], body["data"]["recorded"]["id"]) for headers, body in wire.sent]
    assert [number for number, _ in told] == [number for _, number in told]


async def test_what_fails_is_sent_again_under_the_same_id_before_anything_later() -> None:
    store, history = await begun()
    webhooks = Webhooks(store, now=now)
    wire = Wire(500, OSError("no route"), 301, 200)
    await added(webhooks, history, len(LIVE))
    async with delivering(store, webhooks, wire):
        await said(store, history, 2)
        await until(wire, 5)
    first = len(LIVE) + 1
    assert wire.versions == [first, first, first, first, first + 1]
    assert len({headers["webhook-id"] for headers, _ in wire.sent[:4]}) == 1
    assert len(wire.pauses) == 3
    assert not webhooks.failing, "all is well again"


async def test_where_it_fails_the_list_says_why() -> None:
    store, history = await begun()
    webhooks, wire = Webhooks(store, now=now), Wire(*[503] * 10_000)
    await added(webhooks, history, len(LIVE))
    async with delivering(store, webhooks, wire):
        await said(store, history, 1)
        await until(wire, 2)
        assert webhooks.standing()[0].failing == "answered 503"


async def test_a_restart_goes_on_after_the_last_that_arrived() -> None:
    store, history = await begun()
    webhooks, wire = Webhooks(store, now=now), Wire()
    await added(webhooks, history, len(LIVE))
    async with delivering(store, webhooks, wire):
        await said(store, history, 3)
        await until(wire, 3)
    await said(store, history, 2)
    again = Webhooks(store, now=now)
    await again.load()
    async with delivering(store, again, wire):
        await until(wire, 5)
    assert wire.versions == [len(LIVE) + n for n in range(1, 6)]


async def test_an_address_that_is_gone_is_asked_no_more() -> None:
    store, history = await begun()
    webhooks, wire = Webhooks(store, now=now), Wire(410)
    await added(webhooks, history, len(LIVE))
    async with delivering(store, webhooks, wire):
        await said(store, history, 2)
        await until(wire, 1)
    assert wire.versions == [len(LIVE) + 1]
    assert webhooks.all() == []


async def test_one_that_fails_does_not_hold_up_another() -> None:
    store, history = await begun()
    webhooks, wire = Webhooks(store, now=now), Wire()
    bad, _ = await webhooks.add(
        WebhookWish(ID, "https://bad.example/"), history, len(LIVE), by="admin"
    )
    await added(webhooks, history, len(LIVE))

    async def find(url: str) -> Destination:
        if "bad" in url:
            raise BadDestination("nowhere")
        return await Wire().find(url)

    wire.find = find  # type: ignore[method-assign]  # one name leads nowhere
    async with delivering(store, webhooks, wire):
        await said(store, history, 3)
        await until(wire, 3)
    assert wire.versions == [len(LIVE) + n for n in range(1, 4)]
    assert webhooks.failing == {bad.id: "nowhere"}


async def test_a_history_begun_anew_is_told_from_its_beginning() -> None:
    store, history = await begun()
    webhooks, wire = Webhooks(store, now=now), Wire()
    await added(webhooks, history, len(LIVE))
    async with delivering(store, webhooks, wire):
        await said(store, history, 1)
        await until(wire, 1)
        await store.begin(recorded(LIVE[:2], ID), anew=True)
        await until(wire, 3)
    assert wire.versions == [len(LIVE) + 1, 1, 2]
    assert len({headers["webhook-id"] for headers, _ in wire.sent}) == 3


async def test_what_was_left_of_an_older_history_comes_first_after_a_restart() -> None:
    store, history = await begun()
    webhooks, wire = Webhooks(store, now=now), Wire()
    await added(webhooks, history, len(LIVE))
    async with delivering(store, webhooks, wire):
        await said(store, history, 1)
        await until(wire, 1)
    await said(store, history, 2)
    await store.begin(recorded(LIVE[:1], ID), anew=True)
    await store.begin(recorded(LIVE[:2], ID), anew=True)
    again = Webhooks(store, now=now)
    await again.load()
    async with delivering(store, again, wire):
        await until(wire, 6)
    head = len(LIVE)
    assert wire.versions == [head + 1, head + 2, head + 3, 1, 1, 2]


async def test_an_accident_is_told_and_ends_no_webhook() -> None:
    store, history = await begun()
    webhooks, wire = Webhooks(store, now=now), Wire()
    webhook, _ = await added(webhooks, history, len(LIVE))
    well, accidents = wire.find, 3

    async def find(url: str) -> Destination:
        nonlocal accidents
        if accidents:
            accidents -= 1
            raise RuntimeError("unforeseen")
        return await well(url)

    wire.find = find  # type: ignore[method-assign]  # it stumbles at first
    with capture_logs() as logged:
        async with delivering(store, webhooks, wire):
            await said(store, history, 2)
            await until(wire, 2)
    assert wire.versions == [len(LIVE) + 1, len(LIVE) + 2]
    assert len(wire.pauses) == 3
    assert wire.pauses[2] >= 2 * FIRST_PAUSE, "they double"
    told = [each for each in logged if each["event"] == "webhook fails"]
    assert [each["webhook"] for each in told] == [webhook.id]
    assert "unforeseen" in told[0]["problem"]
    assert not webhooks.failing


async def test_the_end_of_all_deliveries_is_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    async def deliver(*_: object) -> None:
        raise RuntimeError("unforeseen")

    monkeypatch.setattr("web.app.deliver", deliver)
    with capture_logs() as logged:
        async with opened(*LIVE):
            await asyncio.sleep(0.01)
    assert [each["log_level"] for each in logged if "webhooks" in each["event"]] == ["error"]


def test_pauses_double_up_to_a_limit_and_no_two_are_alike() -> None:
    for attempt in range(40):
        pause = pause_before(attempt)
        assert FIRST_PAUSE / 2 <= pause <= LONGEST_PAUSE
    assert pause_before(30) > LONGEST_PAUSE / 3
    assert len({pause_before(5) for _ in range(5)}) > 1


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0"),  # noqa: S104 - looked at, not bound
        *("::1", "fe80::1%eth0", "fc00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::"),
        *("::127.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b:1::7f00:1", "fec0::1", "3fff::1"),
        *("5f00::1", "::ffff:1.1.1.1", "2001:0:a00:1::1", "2001:db8::1", "ff0e::1"),
        *("224.0.0.1", "100.64.0.1", "255.255.255.255", "not-an-address"),
    ],
)
def test_a_private_address_is_told_from_a_public_one(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.215.14", "2606:4700::1111", "2a00:1450::1"])
def test_a_public_address_is_one(address: str) -> None:
    assert is_public(address)


async def test_a_name_with_one_private_address_among_others_is_refused() -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        assert (host, port) == ("hooks.example", 8443)
        return ["1.1.1.1", "10.0.0.1"]

    url = "https://hooks.example:8443/in?a=1"
    with pytest.raises(BadDestination, match=r"private network .*TRACKER_WEBHOOK_PRIVATE"):
        await destination(url, private=False, resolve=resolve)
    found = await destination(url, private=True, resolve=resolve)
    assert (found.authority, found.path) == ("hooks.example:8443", "/in?a=1")
    assert found.url == "https://1.1.1.1:8443/in?a=1", "the address that was looked at, no other"


async def test_the_doors_add_list_and_remove() -> None:
    async with opened(*LIVE) as doors:
        for url in ("http://127.0.0.1/", "http://localhost:1/x", "http://[::1]/"):
            wish = {"ceremony": ID, "url": url}
            answer = await doors.client.post("/api/webhooks", json=wish, headers=BEARER)
            assert "private network" in problem(answer, 400, "bad-request")["detail"]
        for url in ("ftp://example.org/", "https://me@example.org/", "example.org", "http://"):
            wish = {"ceremony": ID, "url": url}
            answer = await doors.client.post("/api/webhooks", json=wish, headers=BEARER)
            problem(answer, 400, "bad-request")
        wish = {"ceremony": "no-such", "url": "https://1.1.1.1/"}
        answer = await doors.client.post("/api/webhooks", json=wish, headers=BEARER)
        problem(answer, 404, "unknown-ceremony")
        wish = {"ceremony": ID, "url": "https://1.1.1.1/in"}
        made = await doors.client.post("/api/webhooks", json=wish, headers=BEARER)
        assert made.status_code == 201
        assert made.json()["secret"].startswith("whsec_")
        listed = await doors.client.get("/api/webhooks", headers=BEARER)
        assert made.json()["secret"] not in listed.text
        assert listed.json()["webhooks"][0]["delivered"] == len(LIVE)
        path = f"/api/webhooks/{made.json()['id']}"
        assert (await doors.client.delete(path, headers=BEARER)).status_code == 204
        problem(await doors.client.delete(path, headers=BEARER), 404, "not-found")
        assert (await doors.client.get("/api/webhooks", headers=BEARER)).json() == {"webhooks": []}


# --- over the real network, through a killed server


class Receiver(ThreadingHTTPServer):
    """Answers 204, and 503 to every third request."""

    def __init__(self) -> None:
        self.got: list[int] = []
        self.count = 0
        self.lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        server = self.server
        assert isinstance(server, Receiver)
        with server.lock:
            server.count += 1
            refuse = server.count % 3 == 0
            if not refuse:
                server.got.append(body["data"]["recorded"]["version"])
        self.send_response(503 if refuse else 204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    thread = threading.Thread(target=receiver.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield receiver
    receiver.shutdown()
    thread.join()
    receiver.server_close()


async def test_a_killed_server_loses_no_delivery_and_keeps_their_order(
    tmp_path: Path, receiver: Receiver
) -> None:
    settings = {"TRACKER_BUNDLED": "0", "TRACKER_WEBHOOK_PRIVATE": "1"}
    with RunningServer(tmp_path, **settings) as server:
        async with httpx.AsyncClient(base_url=server.url, headers=server.headers) as http:
            made = await http.post("/api/ceremonies", json=programme())
            head = made.json()["version"]
            url = f"http://127.0.0.1:{receiver.server_port}/in"
            wish = {"ceremony": ID, "url": url}
            assert (await http.post("/api/webhooks", json=wish)).status_code == 201
            for number in range(12):
                event = {"type": "moment-noted", "kind": "speech", "text": f"No. {number}"}
                assert (await http.post(f"{HERE}/events", json=event)).status_code == 201
                if number == 5:
                    server.kill()
                    server.start()
            async with asyncio.timeout(60):
                while head + 12 not in receiver.got:  # noqa: ASYNC110 - another thread's list
                    await asyncio.sleep(0.05)
    assert sorted(set(receiver.got)) == list(range(head + 1, head + 13)), "none is lost"
    first_times = list(dict.fromkeys(receiver.got))
    assert first_times == sorted(first_times), "in order"


@pytest.mark.parametrize(
    "host", ["a" * 64, "a..b", ".", "no-such-host.invalid", "[::1", "1.2.3.4:99999"]
)
async def test_what_can_be_no_host_is_a_wish_that_cannot_be_read(host: str) -> None:
    async with opened(*LIVE) as doors:
        wish = {"ceremony": ID, "url": f"http://{host}/hook"}
        answer = await doors.client.post("/api/webhooks", json=wish, headers=BEARER)
        assert "$.url" in problem(answer, 400, "bad-request")["detail"]


@pytest.mark.parametrize("url", ["http://a/\n", "http://a/\x00", "http://a\u00e4/", "http://a/ b"])
async def test_an_address_takes_only_what_a_request_can_carry(url: str) -> None:
    async with opened(*LIVE) as doors:
        wish = {"ceremony": ID, "url": url}
        answer = await doors.client.post("/api/webhooks", json=wish, headers=BEARER)
        assert "$.url" in problem(answer, 400, "bad-request")["detail"]
