"""Tokens in wrong places: no line of the log and no answer tells them on."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from doors import programme
from servers import ForkedServer

HERE = "/api/ceremonies/made-up"
GUESS = "a-token-nobody-issued.guessed-secret"


def misplaced(token: str) -> Iterator[tuple[str, str, dict[str, object]]]:
    """Yield requests that hold a token where none belongs: method, address, and what else."""
    named = {"authorization": f"Bearer {token}"}
    text = quote(token)
    for headers in ({}, named):
        yield "GET", f"{HERE}/log?token={text}", {"headers": headers}
        yield "GET", f"{HERE}/log?after={text}", {"headers": headers}
        yield "GET", f"{HERE}/board?at={text}", {"headers": headers}
        yield "GET", f"{HERE}/live?epoch={text}", {"headers": headers}
        yield "GET", f"/api/ceremonies/{text}/log", {"headers": headers}
        yield "GET", f"/api/ceremonies/{text}/desk", {"headers": headers}
        yield "GET", f"/api/ceremonies/{text}/live", {"headers": headers}
        yield "GET", f"/api/{text}", {"headers": headers}
        yield "GET", f"/{text}", {"headers": headers}
        yield "GET", f"/console/{text}?token={text}", {"headers": headers}
        yield "DELETE", f"/api/tokens/{text}", {"headers": headers}
        yield "DELETE", f"/api/webhooks/{text}", {"headers": headers}
        yield "POST", f"/api/ceremonies/{text}/rehearsals", {"headers": headers}
        for body in ({"token": token}, {"type": token}, {"type": "moment-noted", token: 1}):
            yield "POST", f"{HERE}/events?token={text}", {"headers": headers, "json": body}
            yield "POST", "/api/ceremonies", {"headers": headers, "json": body}
            yield "POST", "/api/tokens", {"headers": headers, "json": body}
            yield "POST", "/api/webhooks", {"headers": headers, "json": body}
        yield "POST", "/api/tokens/redeem", {"headers": headers, "json": {"code": token}}
    for scheme in ("Basic", "Bearer x", "bearer  "):
        yield "GET", f"{HERE}/log", {"headers": {"authorization": f"{scheme} {token}"}}
    yield "GET", f"{HERE}/log", {"headers": {"cookie": f"token={token}"}}
    yield "GET", f"{HERE}/log", {"headers": {"x-api-key": token}}
    yield "PATCH", f"{HERE}?token={text}", {"headers": named}


def test_no_line_of_the_log_holds_a_token_wherever_it_was_sent(tmp_path: Path) -> None:
    with ForkedServer(tmp_path, TRACKER_BUNDLED="0") as server:
        with httpx.Client(base_url=server.url, headers=server.headers) as producer:
            producer.post("/api/ceremonies", json=programme()).raise_for_status()
            wish = {"name": "maya", "role": "producer"}
            made = producer.post("/api/tokens", json=wish).raise_for_status().json()["token"]
        secrets = [server.token, GUESS, made]
        statuses = set()
        nobody = httpx.Client(base_url=server.url, timeout=30)
        for token in secrets:
            for method, path, more in misplaced(token):
                with nobody.stream(method, path, **more) as answer:  # type: ignore[arg-type]  # a table of whatever httpx takes
                    statuses.add(answer.status_code)
            for stream in ("live", "replay"):
                for path in (f"{HERE}/{stream}?epoch={token}&speed={token}", f"/{token}/{stream}"):
                    address = server.url.replace("http", "ws") + path
                    with pytest.raises(InvalidStatus), connect(address):
                        pass
        nobody.close()
    assert {400, 401, 404, 405} <= statuses
    assert not any(status >= 500 for status in statuses)
    lines = server.log.read_text().splitlines()
    assert any(json.loads(line)["event"] == "denied" for line in lines)
    for token in secrets:
        secret = token.partition(".")[2] or token
        assert [line for line in lines if secret in line] == []


@pytest.mark.parametrize("stream", ["live", "replay"])
def test_sockets_open_for_the_allowed_origins_and_no_other(tmp_path: Path, stream: str) -> None:
    allowed = "https://night.example"
    public = "https://awards.example"
    with ForkedServer(
        tmp_path,
        TRACKER_BUNDLED="0",
        TRACKER_ALLOWED_ORIGINS=f"{allowed}/",
        TRACKER_PUBLIC_URL=public,
    ) as server:
        httpx.post(
            f"{server.url}/api/ceremonies", json=programme(), headers=server.headers
        ).raise_for_status()
        address = f"{server.url.replace('http', 'ws')}{HERE}/{stream}"
        # None: a program, which no page can make it send. The list adds to the own host.
        # The public address is its own as well, though a proxy passes on another Host.
        for welcome in (allowed, server.url, public, None):
            with connect(address, origin=welcome) as socket:  # type: ignore[arg-type]  # a NewType of str
                assert json.loads(socket.recv())["type"] == "hello"
        for foreign in (
            server.url.replace("http", "https").replace("127.0.0.1", "localhost"),
            "http://night.example",
            "https://night.example:444",
            "https://night.example.evil",
            "https://evil.night.example",
            "https://night.example/",
            "https://night.example@evil",
            "null",
            "*",
            "",
        ):
            headers = {"Origin": foreign}
            with (
                pytest.raises(InvalidStatus) as refusal,
                connect(address, additional_headers=headers),
            ):
                pass
            assert refusal.value.response.status_code == 403, foreign
