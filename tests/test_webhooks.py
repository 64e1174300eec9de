"""Events on their way out: in order, signed, at least once, and only to where they may go."""

import asyncio
import base64
import json
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
import standardwebhooks
from structlog.testing import capture_logs

from doors import BEARER, HERE, ID, opened, problem, programme
from hooks import Wire, added, begun, delivering, said, settled
from night import LIVE, recorded
from servers import RunningServer
from web.clock import now
from web.webhooks.courier import deliver
from web.webhooks.destinations import BadDestination, Destination, destination, is_public
from web.webhooks.network import Answer
from web.webhooks.pauses import FIRST_PAUSE, LONGEST_ASKED, LONGEST_PAUSE
from web.webhooks.subscriptions import Webhook, Webhooks

pytestmark = pytest.mark.anyio


async def test_what_follows_is_delivered_in_order_and_once_when_all_is_well() -> None:
    store, history = await begun()
    webhooks, wire = Webhooks(store, now=now), Wire()
    head = len(LIVE)
    await added(webhooks, history, head)
    async with delivering(store, webhooks, wire):
        await said(store, history, 5)
        await wire.until(5)
    assert wire.versions == [head + n for n in range(1, 6)]
    assert "actor" not in json.dumps([body for _, body in wire.sent])
    assert webhooks.standing()[0].delivered == head + 5


async def test_a_delivery_is_signed_so_that_the_receiver_can_check_it() -> None:
    store, history = await begun()
    webhooks, wire = Webhooks(store, now=now), Wire()
    _, secret = await added(webhooks, history, len(LIVE))
    async with delivering(store, webhooks, wire):
        await said(store, history, 1)
        await wire.until(1)
    (headers, body), content = wire.sent[0], wire.bodies[0]
    receiver = standardwebhooks.Webhook(secret)
    assert receiver.verify(content, headers) == body

    for changed in (content + b" ", content.replace(b"No.", b"Na.")):
        with pytest.raises(standardwebhooks.WebhookVerificationError):
            receiver.verify(changed, headers)
    for name in ("webhook-id", "webhook-timestamp"):
        with pytest.raises(standardwebhooks.WebhookVerificationError):
            receiver.verify(content, {**headers, name: headers[name] + "1"})
    other = standardwebhooks.Webhook("whsec_" + base64.b64encode(b"x" * 24).decode())
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        other.verify(content, headers)


async def test_what_fails_is_sent_again_under_the_same_id_before_anything_later() -> None:
    store, history = await begun()
    webhooks = Webhooks(store, now=now)
    wire = Wire(500, OSError("no route"), 301, 200)
    await added(webhooks, history, len(LIVE))
    async with delivering(store, webhooks, wire):
        await said(store, history, 2)
        await wire.until(5)
    first = len(LIVE) + 1
    assert wire.versions == [first, first, first, first, first + 1]
    assert len({headers["webhook-id"] for headers, _ in wire.sent[:4]}) == 1
    assert len(wire.pauses) == 3
    assert not webhooks.failing, "all is well again"


async def test_pauses_double_from_a_second_to_five_minutes() -> None:
    store, history = await begun()
    webhooks, wire = Webhooks(store, now=now), Wire(*[503] * 12)
    await added(webhooks, history, len(LIVE))
    async with delivering(store, webhooks, wire):
        await said(store, history, 1)
        await wire.until(13)
    for attempt, pause in enumerate(wire.pauses):
        longest = min(FIRST_PAUSE * 2**attempt, LONGEST_PAUSE)
        assert longest / 2 <= pause <= longest, attempt


async def test_an_arrival_ends_the_doubling() -> None:
    store, history = await begun()
    webhooks, wire = Webhooks(store, now=now), Wire(*[503] * 9, 204, 503)
    await added(webhooks, history, len(LIVE))
    async with delivering(store, webhooks, wire):
        await said(store, history, 2)
        await wire.until(12)
    assert wire.pauses[8] >= 256 / 2
    assert wire.pauses[9] <= FIRST_PAUSE


@pytest.mark.parametrize("status", [429, 500, 503, 301])
async def test_a_receiver_is_left_alone_for_as_long_as_it_asks(status: int) -> None:
    store, history = await begun()
    webhooks = Webhooks(store, now=now)
    wire = Wire(Answer(status, "120"), Answer(status, "1" * 30), Answer(status, "soon"))
    await added(webhooks, history, len(LIVE))
    async with delivering(store, webhooks, wire):
        await said(store, history, 1)
        await wire.until(4)
    asked, endless, unread = wire.pauses
    assert 120 <= asked <= 132
    assert LONGEST_ASKED <= endless <= 1.1 * LONGEST_ASKED
    assert unread <= 4 * FIRST_PAUSE


async def test_where_it_fails_the_list_says_why() -> None:
    store, history = await begun()
    webhooks, wire = Webhooks(store, now=now), Wire(*[503] * 10_000)
    await added(webhooks, history, len(LIVE))
    async with delivering(store, webhooks, wire):
        await said(store, history, 1)
        await wire.until(2)
        assert webhooks.standing()[0].failing == "answered 503"


async def test_a_restart_goes_on_after_the_last_that_arrived() -> None:
    store, history = await begun()
    webhooks, wire = Webhooks(store, now=now), Wire()
    await added(webhooks, history, len(LIVE))
    async with delivering(store, webhooks, wire):
        await said(store, history, 3)
        await wire.until(3)
    await said(store, history, 2)
    again = Webhooks(store, now=now)
    await again.load()
    async with delivering(store, again, wire):
        await wire.until(5)
    assert wire.versions == [len(LIVE) + n for n in range(1, 6)]


async def test_an_address_that_is_gone_is_asked_no_more() -> None:
    store, history = await begun()
    webhooks, wire = Webhooks(store, now=now), Wire(410)
    await added(webhooks, history, len(LIVE))
    async with delivering(store, webhooks, wire):
        await said(store, history, 2)
        await wire.until(1)
    assert wire.versions == [len(LIVE) + 1]
    assert webhooks.all() == []


async def test_one_that_fails_does_not_hold_up_another() -> None:
    store, history = await begun()
    webhooks, wire = Webhooks(store, now=now), Wire()
    bad, _ = await added(webhooks, history, len(LIVE), "https://bad.example/")
    await added(webhooks, history, len(LIVE))

    async def find(url: str) -> Destination:
        if "bad" in url:
            raise BadDestination("nowhere")
        return await wire.find(url)

    async with delivering(store, webhooks, wire, find):
        await said(store, history, 3)
        await wire.until(3)
    assert wire.versions == [len(LIVE) + n for n in range(1, 4)]
    assert webhooks.failing == {bad.id: "nowhere"}


async def test_a_history_begun_anew_is_told_from_its_beginning() -> None:
    store, history = await begun()
    webhooks, wire = Webhooks(store, now=now), Wire()
    await added(webhooks, history, len(LIVE))
    async with delivering(store, webhooks, wire):
        await said(store, history, 1)
        await wire.until(1)
        await store.begin(recorded(LIVE[:2], ID), anew=True)
        await wire.until(3)
    assert wire.versions == [len(LIVE) + 1, 1, 2]
    assert len({headers["webhook-id"] for headers, _ in wire.sent}) == 3


async def test_what_was_left_of_an_older_history_comes_first_after_a_restart() -> None:
    store, history = await begun()
    webhooks, wire = Webhooks(store, now=now), Wire()
    await added(webhooks, history, len(LIVE))
    async with delivering(store, webhooks, wire):
        await said(store, history, 1)
        await wire.until(1)
    await said(store, history, 2)
    await store.begin(recorded(LIVE[:1], ID), anew=True)
    await store.begin(recorded(LIVE[:2], ID), anew=True)
    again = Webhooks(store, now=now)
    await again.load()
    async with delivering(store, again, wire):
        await wire.until(6)
    head = len(LIVE)
    assert wire.versions == [head + 1, head + 2, head + 3, 1, 1, 2]


async def test_an_accident_is_told_and_ends_no_webhook() -> None:
    store, history = await begun()
    webhooks, wire = Webhooks(store, now=now), Wire()
    webhook, _ = await added(webhooks, history, len(LIVE))
    accidents = 3

    async def find(url: str) -> Destination:
        nonlocal accidents
        if accidents:
            accidents -= 1
            raise RuntimeError("unforeseen")
        return await wire.find(url)

    with capture_logs() as logged:
        async with delivering(store, webhooks, wire, find):
            await said(store, history, 2)
            await wire.until(2)
    assert wire.versions == [len(LIVE) + 1, len(LIVE) + 2]
    assert len(wire.pauses) == 3
    assert wire.pauses[2] >= 2 * FIRST_PAUSE, "they double"
    told = [each for each in logged if each["event"] == "webhook fails"]
    assert [each["webhook"] for each in told] == [webhook.id]
    assert "unforeseen" in told[0]["problem"]
    assert not webhooks.failing


async def test_what_nobody_foresaw_ends_no_deliveries() -> None:
    class Raising(Webhooks):
        """Webhooks that cannot be listed, as often as told."""

        failures = 3

        def all(self) -> Sequence[Webhook]:
            if self.failures:
                self.failures -= 1
                raise KeyError("made up")
            listed.set()
            return []

    listed, pauses = asyncio.Event(), list[float]()

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    store, _ = await begun()
    wire = Wire()
    with capture_logs() as logged:
        task = asyncio.create_task(deliver(store, Raising(store, now=now), wire.find, pause=pause))
        async with asyncio.timeout(30):
            await listed.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert [each["event"] for each in logged] == ["webhooks failed"] * 3
    assert [each["again_in_s"] for each in logged] == pauses
    assert all(isinstance(each["exc_info"], KeyError) for each in logged)


async def test_the_end_of_all_deliveries_is_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    async def deliver(*_: object) -> None:
        raise RuntimeError("unforeseen")

    monkeypatch.setattr("web.app.deliver", deliver)
    with capture_logs() as logged:
        async with opened(*LIVE):
            await settled()
    assert [each["log_level"] for each in logged if "webhooks" in each["event"]] == ["error"]


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
    assert found.addresses == ("1.1.1.1", "10.0.0.1"), "those that were looked at, no other"


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
