"""Receivers that are strangers: whatever they answer, it is bounded, and nothing of it is kept."""

import asyncio
import contextlib
import shutil
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpcore
import pytest

from web.webhooks.courier import finder
from web.webhooks.destinations import Destination, destination
from web.webhooks.network import Answer
from web.webhooks.resolver import Resolver
from web.webhooks.sender import HttpSender

pytestmark = pytest.mark.anyio

LONG = 60.0
"""Seconds after which a test gives up; nothing here takes so long."""


class Receiver:
    """
    A receiver that answers as it is told.

    Attributes:
        heads: The heads of the requests that came.
        closed: Set once a connection has ended.
    """

    def __init__(self, talk: "Talk") -> None:
        self.port = 0
        self.heads: list[bytes] = []
        self.connections = 0
        self.closed = asyncio.Event()
        self._talk = talk
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await self._talk(self, reader, writer)
        finally:
            writer.close()
            self.closed.set()

    async def hear(self, reader: asyncio.StreamReader) -> None:
        self.heads.append(await reader.readuntil(b"\r\n\r\n"))

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


Talk = Callable[[Receiver, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def receiving(
    talk: Talk, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> AsyncIterator[Receiver]:
    receiver = Receiver(talk)
    server = await asyncio.start_server(receiver.serve, host, 0, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        async with asyncio.timeout(LONG):
            yield receiver
    finally:
        server.close()
        await receiver.stop()


def answering(start: bytes, more: bytes = b"") -> Talk:
    """Answer `start`, then `more` again and again for as long as somebody reads."""

    async def talk(
        receiver: Receiver, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await receiver.hear(reader)
        writer.write(start)
        await writer.drain()
        while more:
            writer.write(more)
            await writer.drain()

    return talk


def to(port: int, *addresses: str, scheme: str = "http", host: str = "hooks.test") -> Destination:
    return Destination(scheme, host, port, addresses or ("127.0.0.1",), "/in?a=1")


async def sent(destination: Destination, sender: HttpSender | None = None) -> Answer:
    return await (sender or HttpSender()).send(destination, b"{}", {"webhook-id": "1"})


async def test_a_request_is_what_was_asked_for_and_no_more() -> None:
    async with receiving(answering(b"HTTP/1.1 204 No Content\r\n\r\n")) as receiver:
        assert await sent(to(receiver.port)) == Answer(204)

    assert receiver.heads[0].decode().split("\r\n") == [
        "POST /in?a=1 HTTP/1.1",
        f"Host: hooks.test:{receiver.port}",
        "webhook-id: 1",
        "Content-Length: 2",
        "Connection: close",
        "",
        "",
    ]


@pytest.mark.parametrize(
    ("start", "more"),
    [
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
        (b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 100),
        (b"HTTP/1.1 200 OK\r\n", b"X-More: and more\r\n" * 100),
        (b"HTTP/1.1 200 OK\r\nX-Long: ", b"a" * 10_000),
        (b"HTTP/1.1 200 ", b"OK" * 10_000),
        (b"", b"\r\n" * 10_000),
        (b"HTTP/1.1 200 OK\r\nSet-Cookie: a=", b"b" * 10_000),
    ],
)
async def test_a_head_without_an_end_is_no_answer(start: bytes, more: bytes) -> None:
    async with receiving(answering(start, more)) as receiver:
        with pytest.raises(OSError, match=r"^(?!.*timed out).") as caught:
            await sent(to(receiver.port))
        assert not isinstance(caught.value, TimeoutError), "by size, and not by the deadline"
        assert len(str(caught.value)) <= 200
        await receiver.closed.wait()


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 999999999\r\n\r\n",
        b"HTTP/1.0 200 OK\r\n\r\n",
    ],
)
async def test_a_body_without_an_end_is_not_read(head: bytes) -> None:
    async with receiving(answering(head, b"5\r\nabcde\r\n" * 1000)) as receiver:
        assert await sent(to(receiver.port)) == Answer(200)
        await receiver.closed.wait()


@pytest.mark.parametrize(
    "nonsense", [b"\x00" * 50, b"SSH-2.0-OpenSSH\r\n\r\n", b"HTTP/1.1 abc\r\n"]
)
async def test_what_is_no_http_is_no_answer(nonsense: bytes) -> None:
    async with receiving(answering(nonsense)) as receiver:
        with pytest.raises(OSError, match=r"."):
            await sent(to(receiver.port))


async def test_a_cookie_is_not_kept() -> None:
    head = b"HTTP/1.1 204 No Content\r\nSet-Cookie: a=b; Max-Age=9999; Path=/\r\n\r\n"
    async with receiving(answering(head)) as receiver:
        sender = HttpSender()
        for _ in range(3):
            assert await sent(to(receiver.port), sender) == Answer(204)

    assert len(receiver.heads) == receiver.connections == 3
    assert len(set(receiver.heads)) == 1, "each is like the first"


@pytest.mark.parametrize("status", [b"301", b"302", b"303", b"307", b"308"])
async def test_a_redirect_is_not_followed(status: bytes) -> None:
    head = b"HTTP/1.1 %s Elsewhere\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n" % status
    async with receiving(answering(head)) as receiver:
        assert await sent(to(receiver.port)) == Answer(int(status))
    assert len(receiver.heads) == 1


async def test_what_a_receiver_asks_to_wait_for_is_handed_on() -> None:
    head = b"HTTP/1.1 503 Busy\r\nRETRY-after: 7\r\n\r\n"
    async with receiving(answering(head)) as receiver:
        assert await sent(to(receiver.port)) == Answer(503, "7")


async def silent(_: Receiver, reader: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
    while await reader.read(65_536):
        pass


def trickling(start: bytes) -> Talk:
    """Answer a byte at a time, so that each read brings something."""

    async def talk(_: Receiver, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(start)
        while True:
            writer.write(b"H")
            await writer.drain()
            await asyncio.sleep(0.01)

    return talk


_TLS_RECORD = b"\x16\x03\x03\x40\x00"
"""The head of one of 16 KiB."""


@pytest.mark.parametrize(
    ("scheme", "talk"),
    [
        ("http", silent),
        ("https", silent),
        ("http", trickling(b"HTTP/1.1 200 OK\r\n")),
        ("https", trickling(_TLS_RECORD)),
    ],
)
async def test_a_deadline_leaves_no_connection_open(scheme: str, talk: Talk) -> None:
    async with receiving(talk) as receiver:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await sent(to(receiver.port, scheme=scheme))
        await receiver.closed.wait()


# --- addresses


def has_ipv6() -> bool:
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6) as probe:
        probe.bind(("::1", 0))
        return True
    return False


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_a_name_is_reached_on_whichever_family_its_receiver_listens(host: str) -> None:
    if host == "::1" and not has_ipv6():
        pytest.skip("no IPv6 on this machine")
    async with receiving(answering(b"HTTP/1.1 204 No\r\n\r\n"), host) as receiver:
        for addresses in (("::1", "127.0.0.1"), ("127.0.0.1", "::1")):
            assert await sent(to(receiver.port, *addresses)) == Answer(204)
        find = finder(private=True, resolve=Resolver())
        assert await sent(await find(f"http://localhost:{receiver.port}/")) == Answer(204)


class Unplugged(httpcore.AnyIOBackend):
    """A network on which nobody answers at the first address."""

    def __init__(self) -> None:
        self.tried: list[str] = []
        self.given_up = 0

    async def connect_tcp(
        self, host: str, *args: object, **named: object
    ) -> httpcore.AsyncNetworkStream:
        self.tried.append(host)
        if host == "192.0.2.1":
            try:
                await asyncio.Event().wait()
            finally:
                self.given_up += 1
        return await super().connect_tcp(host, *args, **named)  # type: ignore[arg-type]


async def test_an_address_that_does_not_answer_has_a_short_head_start_alone() -> None:
    network = Unplugged()
    async with receiving(answering(b"HTTP/1.1 204 No\r\n\r\n")) as receiver:
        here = to(receiver.port, "192.0.2.1", "127.0.0.1", "127.0.0.2")
        assert await sent(here, HttpSender(tcp=network)) == Answer(204)

    assert network.tried == ["192.0.2.1", "127.0.0.1"]
    assert network.given_up == 1, "and is not left waiting"


async def test_where_no_address_answers_the_first_problem_is_told() -> None:
    async with receiving(silent) as receiver:
        port = receiver.port
    with pytest.raises(OSError, match=r"."):
        await sent(to(port, "127.0.0.1", "127.0.0.2"))


async def test_addresses_are_tried_by_turns_of_their_families_and_once_each() -> None:
    async def resolve(*_: object) -> Sequence[str]:
        return ["::1", "::2", "::3", "10.0.0.1", "::1", "10.0.0.2"]

    found = await destination("http://a/", private=True, resolve=resolve)
    assert found.addresses == ("::1", "10.0.0.1", "::2", "10.0.0.2", "::3")


@pytest.fixture
def certified(tmp_path: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return the context of a receiver called hooks.test, and of a sender that trusts it."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl on this machine")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt"),
            *("ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=hooks.test"),
            *("-addext", "subjectAltName=DNS:hooks.test", "-keyout", key, "-out", certificate),
        ],
        check=True,
        capture_output=True,
    )
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(certificate, key)
    return server, ssl.create_default_context(cafile=certificate)


async def test_a_certificate_is_held_to_the_name_and_not_to_the_address(
    certified: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    server, trusting = certified
    talk = answering(b"HTTP/1.1 204 No\r\n\r\n")
    async with receiving(talk, tls=server) as receiver:
        right = to(receiver.port, scheme="https")
        assert await sent(right, HttpSender(tls=trusting)) == Answer(204)
        with pytest.raises(OSError, match="certificate"):
            await sent(right)  # nobody vouches for it
        other = to(receiver.port, scheme="https", host="other.test")
        with pytest.raises(OSError, match=r"other\.test"):
            await sent(other, HttpSender(tls=trusting))
    assert len(receiver.heads) == 1


async def test_a_head_without_an_end_is_no_answer_within_tls_either(
    certified: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    server, trusting = certified
    endless = answering(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100)
    async with receiving(endless, tls=server) as receiver:
        with pytest.raises(OSError, match="over 16 KiB"):
            await sent(to(receiver.port, scheme="https"), HttpSender(tls=trusting))
