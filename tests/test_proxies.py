"""Everything goes through the proxies as they are shipped, and only they are believed."""

from __future__ import annotations

import json
import re
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin

from proxies import NAME, Caddy, Nginx, Proxy, installed
from servers import ForkedServer, RunningServer

pytestmark = pytest.mark.anyio

HERE: Final = "/api/ceremonies/oscars-89"
REHEARSAL: Final = f"{HERE}-rehearsal"
STRANGER: Final = "192.0.2.77"
_KINDS: Final = [
    pytest.param(
        kind,
        marks=pytest.mark.skipif(
            installed(kind.__name__.lower()) is None,
            reason=f"no {kind.__name__} here; scripts/proxies brings it on Debian, as root",
        ),
    )
    for kind in (Nginx, Caddy)
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with ForkedServer(tmp_path_factory.mktemp("behind")) as running:
        httpx.post(f"{running.url}{HERE}/rehearsals", headers=running.headers).raise_for_status()
        yield running


@pytest.fixture(scope="module", params=_KINDS)
def proxy(
    request: pytest.FixtureRequest, server: RunningServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Proxy]:
    with request.param(tmp_path_factory.mktemp("proxy"), server.port) as running:
        yield running


@pytest.fixture
def client(proxy: Proxy) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=proxy.url, verify=proxy.tls) as opened:
        yield opened


def note(client: httpx.Client, server: RunningServer, text: str) -> None:
    event = {"type": "moment-noted", "kind": "note", "text": text}
    client.post(f"{REHEARSAL}/events", json=event, headers=server.headers).raise_for_status()


def socket_through(proxy: Proxy, path: str, origin: str | None = None, **headers: str) -> connect:
    return connect(
        f"wss://{NAME}:{proxy.port}{path}",
        ssl=proxy.tls,
        origin=None if origin is None else Origin(origin),
        additional_headers=headers,
    )


async def told(connection: ClientConnection, kind: str) -> dict[str, Any]:
    """Return the next message of a kind, whatever comes before it."""
    async for text in connection:
        message: dict[str, Any] = json.loads(text)
        if message["type"] == kind:
            return message
    raise AssertionError(f"closed without {kind}")


def address_told(page: httpx.Response) -> str:
    found = re.search(r'property="og:url" content="([^"]+)"', page.text)
    assert found is not None
    return found[1]


def refused_guesses(client: httpx.Client, **headers: str) -> int:
    wrong = {"Authorization": "Bearer not-a-token", **headers}
    answers = [client.get(f"{HERE}/log", headers=wrong).status_code for _ in range(12)]
    assert set(answers) <= {401, 429}
    return answers.count(429)


def test_the_page_comes_by_tls_and_knows_by_which_address(
    proxy: Proxy, client: httpx.Client
) -> None:
    page = client.get("/oscars-89")
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert address_told(page) == f"{proxy.url}/oscars-89"
    assert page.headers["strict-transport-security"] == "max-age=31536000"
    assert "x-accel-expires" not in page.headers


def test_who_comes_without_tls_is_sent_to_it(proxy: Proxy) -> None:
    sent = httpx.get(f"{proxy.plain}/oscars-89")
    assert sent.status_code in {301, 308}
    assert sent.headers["location"].startswith(f"https://{NAME}")


def test_another_name_is_not_answered(proxy: Proxy) -> None:
    with (
        socket.create_connection(("127.0.0.1", proxy.port)) as plain,
        pytest.raises(ssl.SSLError),
        proxy.tls.wrap_socket(plain, server_hostname="elsewhere.example"),
    ):
        pass


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
@pytest.mark.parametrize("path", ["", "/board", "/board?at=80", "/winners.json", "/frames/E/0"])
def test_reads_are_those_of_the_server_in_both_forms(
    server: RunningServer, client: httpx.Client, path: str, encoding: str
) -> None:
    epoch = httpx.get(f"{server.url}{HERE}").json()["epoch"]
    path = path.replace("/E/", f"/{epoch}/")
    direct = httpx.get(f"{server.url}{HERE}{path}")
    through = client.get(f"{HERE}{path}", headers={"Accept-Encoding": encoding})
    assert through.content == direct.content
    assert through.headers.get("content-encoding", "identity") == encoding
    etag = through.headers["etag"]
    assert etag.removeprefix("W/") == direct.headers["etag"]
    held = client.get(f"{HERE}{path}", headers={"If-None-Match": etag, "Accept-Encoding": encoding})
    assert (held.status_code, held.content) == (304, b"")


def test_what_needs_a_token_is_asked_anew_each_time(
    server: RunningServer, client: httpx.Client
) -> None:
    log = [client.get(f"{REHEARSAL}/log", headers=server.headers) for _ in range(2)]
    assert {answer.headers["cache-control"] for answer in log} == {"no-store"}
    note(client, server, "In between.")
    longer = client.get(f"{REHEARSAL}/log", headers=server.headers)
    assert len(longer.content) > len(log[1].content)
    assert client.get(f"{REHEARSAL}/log").status_code == 401


def test_figures_are_not_for_everybody(client: httpx.Client) -> None:
    assert client.get("/metrics").status_code == 404


def test_a_head_that_is_too_long_is_refused(client: httpx.Client) -> None:
    answer = client.get(HERE, headers={"X-Long": "x" * 24_000})
    assert answer.status_code in {400, 431}


async def test_the_live_socket_goes_through_with_every_frame(
    proxy: Proxy, server: RunningServer, client: httpx.Client
) -> None:
    async with socket_through(proxy, f"{REHEARSAL}/live", proxy.url) as viewer:
        head = (await told(viewer, "caught-up"))["version"]
        for text in ("One.", "Two."):
            note(client, server, text)
            frame = await told(viewer, "frame")
            assert frame["event"]["text"] == text
            head += 1
            assert frame["version"] == head


async def test_the_replay_socket_goes_through_with_its_controls(proxy: Proxy) -> None:
    async with socket_through(proxy, f"{HERE}/replay?speed=3600", proxy.url) as viewer:
        await viewer.send(json.dumps({"type": "pause"}))
        while (playhead := await told(viewer, "playhead"))["state"] != "paused":
            pass
        await viewer.send(json.dumps({"type": "step"}))
        assert (await told(viewer, "frame"))["version"] == playhead["version"] + 1


@pytest.mark.parametrize("path", ["live", "replay"])
async def test_a_page_of_a_foreign_origin_opens_no_socket(proxy: Proxy, path: str) -> None:
    for origin in ("https://elsewhere.example", f"https://{NAME}:1"):
        with pytest.raises(InvalidStatus) as refused:
            await socket_through(proxy, f"{HERE}/{path}", origin)
        assert refused.value.response.status_code == 403


def test_an_event_stream_goes_through_line_by_line(
    server: RunningServer, client: httpx.Client
) -> None:
    with client.stream("GET", f"{REHEARSAL}/live") as stream:
        lines = (line for line in stream.iter_lines() if line.startswith("data: "))
        for line in lines:
            if json.loads(line.removeprefix("data: "))["type"] == "caught-up":
                break
        for text in ("Three.", "Four."):
            note(client, server, text)
            posted = time.monotonic()
            frame = json.loads(next(lines).removeprefix("data: "))
            assert frame["event"]["text"] == text
            assert time.monotonic() - posted < 2, "a proxy that holds lines back waits for more"


def test_what_a_guest_says_of_its_address_is_not_passed_on(
    client: httpx.Client, server: RunningServer
) -> None:
    claimed = {"X-Forwarded-For": STRANGER, "X-Forwarded-Proto": "http"}
    assert address_told(client.get("/oscars-89?lang=en", headers=claimed)).startswith("https://")
    assert refused_guesses(client, **claimed) == 0, "this machine's own are not counted"
    with httpx.Client(base_url=server.url) as direct:
        # What a proxy that passed it on would have led to.
        assert refused_guesses(direct, **claimed) > 0


@pytest.mark.parametrize(("trusted", "scheme"), [("127.0.0.1", "https"), ("192.0.2.9", "http")])
def test_only_a_proxy_that_was_named_is_believed(tmp_path: Path, trusted: str, scheme: str) -> None:
    claimed = {"X-Forwarded-For": STRANGER, "X-Forwarded-Proto": "https"}
    believed = trusted == "127.0.0.1"
    with (
        ForkedServer(tmp_path, FORWARDED_ALLOW_IPS=trusted) as running,
        httpx.Client(base_url=running.url) as client,
    ):
        page = client.get("/oscars-89", headers=claimed)
        assert address_told(page) == f"{scheme}://127.0.0.1:{running.port}/oscars-89"
        assert (refused_guesses(client, **claimed) > 0) is believed
        denied = [line for line in running.log.read_text().splitlines() if '"denied"' in line]
        assert {json.loads(line)["client"] for line in denied} == {
            STRANGER if believed else "127.0.0.1"
        }


@pytest.mark.skipif(installed("nginx") is None, reason="no nginx here")
def test_what_a_cache_gives_while_the_server_is_away_is_marked_as_old(tmp_path: Path) -> None:
    """By this a page that asks again and again knows that it hears nothing new."""
    with (
        ForkedServer(tmp_path) as running,
        Nginx(tmp_path, running.port) as front,
        httpx.Client(base_url=front.url, verify=front.tls) as client,
    ):
        fresh = client.get(HERE)
        assert fresh.headers["X-Cache-Status"] != "STALE"
        running.stop()
        give_up = time.monotonic() + 30
        while (old := client.get(HERE)).headers["X-Cache-Status"] != "STALE":
            assert time.monotonic() < give_up
            time.sleep(0.2)
        assert (old.status_code, old.json()) == (200, fresh.json())
        running.start()
        while (new := client.get(HERE)).headers["X-Cache-Status"] == "STALE":
            assert time.monotonic() < give_up + 30
            time.sleep(0.2)
        assert new.status_code == 200
