import json
import os
import re
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from doors import programme
from feed_doubles import decode_stream
from night import LISTED, STARTED, announced, as_json, moment
from servers import TOKEN, TRACKER, RunningServer, environment
from web.listener import address_of
from web.policy import ALWAYS, POLICY, STRICT

HERE = "/api/ceremonies/made-up"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with RunningServer(tmp_path_factory.mktemp("server"), TRACKER_BUNDLED="0") as running:
        with client_of(running) as client:
            assert client.post("/api/ceremonies", json=programme()).status_code == 201
        yield running


def client_of(server: RunningServer) -> httpx.Client:
    return httpx.Client(base_url=server.url, headers=server.headers, timeout=30)


def asked(server: RunningServer, raw: bytes) -> tuple[bytes, bytes]:
    """Send bytes as they are, and return the head and the body of the answer."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as line:
        line.sendall(raw)
        heard = b""
        while part := line.recv(65536):
            heard += part
    head, _, body = heard.partition(b"\r\n\r\n")
    return head, body


def request(path: str, method: str = "GET", *lines: str) -> bytes:
    head = [f"{method} {path} HTTP/1.1", "Host: tracker", "Connection: close", *lines]
    return "\r\n".join([*head, "", ""]).encode()


ANSWERS = {
    "a page": ("/", 200),
    "a ceremony's page": ("/made-up", 200),
    "no ceremony's page": ("/nobody", 404),
    "the board": (f"{HERE}/board", 200),
    "no ceremony": ("/api/ceremonies/nobody", 404),
    "no address": ("/api/nothing", 404),
    "a bad version": (f"{HERE}/board?at=x", 400),
    "no file": ("/static/none.js", 404),
    "no token": (f"{HERE}/log", 401),
    "no socket": (f"{HERE}/replay", 426),
    "no live ceremony": ("/api/ceremonies/nobody/live", 404),
    "a bad cursor": (f"{HERE}/live?epoch=x", 400),
    "the figures": ("/metrics", 200),
    "ready": ("/readyz", 200),
    "the document": ("/schema/openapi.json", 200),
}


def test_a_socket_that_leads_nowhere_is_refused_like_any_other_request(
    server: RunningServer,
) -> None:
    for path in ("/nope", f"{HERE}/board", f"{HERE}/live/"):
        head, body = asked(
            server,
            request(
                path,
                "GET",
                "Connection: Upgrade",
                "Upgrade: websocket",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
            ).replace(b"Connection: close\r\n", b""),
        )
        assert head.startswith(b"HTTP/1.1 404 ")
        assert b"nosniff" in head
        assert json.loads(body)["type"] == "urn:awards-night:problem:not-found"


@pytest.mark.parametrize(("path", "status"), ANSWERS.values(), ids=ANSWERS.keys())
def test_every_answer_carries_the_security_headers_once(
    server: RunningServer, path: str, status: int
) -> None:
    answer = httpx.get(server.url + path)
    assert answer.status_code == status
    for name, value in {POLICY: STRICT, **ALWAYS}.items():
        assert answer.headers.get_list(name) == [value]
    assert answer.headers.get_list("access-control-allow-origin") == ["*"]
    assert "set-cookie" not in answer.headers
    assert "server" not in answer.headers


def test_other_answers_carry_them_too(server: RunningServer) -> None:
    with client_of(server) as client:
        answers = [
            client.delete(HERE),
            client.post(f"{HERE}/events", content=b"x" * 70_000),
            client.post(f"{HERE}/events", json=as_json(announced("sound", "orbit"))),
            client.get(f"{HERE}/board", headers={"if-none-match": "*"}),
        ]
    assert [each.status_code for each in answers] == [405, 413, 422, 304]
    with httpx.stream("GET", f"{server.url}{HERE}/live") as live:
        answers.append(live)
    for answer in answers:
        assert answer.headers.get_list("x-content-type-options") == ["nosniff"]
        assert "default-src 'self'" in answer.headers["content-security-policy"]


def test_head_is_answered_without_a_body(server: RunningServer) -> None:
    for path in (f"{HERE}/board", "/", "/healthz", "/api/ceremonies/nobody"):
        head, body = asked(server, request(path, "HEAD"))
        assert body == b""
        same = {"accept-encoding": "identity", "host": "tracker"}
        length = len(httpx.get(server.url + path, headers=same).content)
        assert f"content-length: {length}".encode() in head.lower()


@pytest.mark.parametrize(
    "path",
    [
        "/static/../server.py",
        "/static/%2e%2e/server.py",
        "/static/..%2fserver.py",
        "/static/assets/../../server.py",
        "/static/%2e%2e%2f%2e%2e%2fpyproject.toml",
        "/static/..%5cserver.py",
        "/static//etc/passwd",
        "/static/%00",
        "/static/%ff%fe",
        "//etc/passwd",
        "/../../etc/passwd",
        "/%00",
        "/api/ceremonies/%2e%2e",
        "/api/ceremonies/a%2fb/board",
        "/api/ceremonies/%00/board",
        "/api/ceremonies/%f0%9f%8e%ac",
    ],
)
def test_no_path_leads_out_of_what_there_is(server: RunningServer, path: str) -> None:
    head, body = asked(server, request(path))
    assert head.startswith(b"HTTP/1.1 404 ")
    assert b"root:" not in body
    assert b"uvicorn" not in body


def test_what_is_no_request_is_refused_without_harm(server: RunningServer) -> None:
    for raw in (b"\x16\x03\x01\x00\xff\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"):
        head, _ = asked(server, raw)
        assert head.startswith(b"HTTP/1.1 400 ")
    assert httpx.get(f"{server.url}/healthz").status_code == 200


def test_a_producer_that_hangs_up_half_way_leaves_nothing_behind(server: RunningServer) -> None:
    before = httpx.get(server.url + HERE).json()["version"]
    with socket.create_connection(("127.0.0.1", server.port)) as line:
        auth = f"Authorization: Bearer {TOKEN}"
        line.sendall(request(f"{HERE}/events", "POST", auth, "Content-Length: 100") + b'{"type"')
    assert httpx.get(server.url + HERE).json()["version"] == before
    assert httpx.get(f"{server.url}/readyz").status_code == 200


def test_a_viewer_of_the_old_rehearsal_is_resynced_with_the_new_one(server: RunningServer) -> None:
    with client_of(server) as client:
        first = client.post(f"{HERE}/rehearsals").json()
        client.post(f"{HERE}-rehearsal/events", json=as_json(STARTED))
        with httpx.stream("GET", f"{server.url}{HERE}-rehearsal/live", timeout=10) as live:
            told: list[dict[str, Any]] = []
            types: list[str] = []
            second: dict[str, Any] = {}
            unread = b""
            for part in live.iter_raw():
                unread += part
                whole, end, unread = unread.rpartition(b"\n\n")
                told += decode_stream(whole + end)
                types = [each["type"] for each in told]
                if types == ["hello", "keyframe", "caught-up"]:
                    second = client.post(f"{HERE}/rehearsals").json()
                    client.post(f"{HERE}-rehearsal/events", json=as_json(STARTED))
                if types[-1] == "frame":
                    break
    assert types == ["hello", "keyframe", "caught-up", "resync", "keyframe", "caught-up", "frame"]
    assert told[0]["epoch"] == first["epoch"]
    assert told[3]["epoch"] == second["epoch"] != first["epoch"]
    assert told[4]["version"] == LISTED
    assert told[4]["board"]["phase"] == "scheduled"
    assert told[6]["version"] == LISTED + 1


def test_acknowledged_posts_and_their_keys_outlive_a_power_cut(tmp_path: Path) -> None:
    server = RunningServer(tmp_path, TRACKER_BUNDLED="0")
    server.start()
    named = {"idempotency-key": "one"}
    event = as_json(moment())
    with client_of(server) as client:
        client.post("/api/ceremonies", json=programme())
        epoch = client.get(HERE).json()["epoch"]
        first = client.post(f"{HERE}/events", json=event, headers=named)
        assert first.status_code == 201
    server.kill()
    server.start()
    with client_of(server) as client:
        again = client.post(f"{HERE}/events", json=event, headers=named)
        assert (again.status_code, again.content) == (200, first.content)
        head = client.get(HERE).json()
        assert (head["version"], head["epoch"]) == (LISTED + 1, epoch)
    server.stop()


def test_logs_are_lines_of_json_that_never_hold_a_token(tmp_path: Path) -> None:
    with RunningServer(tmp_path, TRACKER_BUNDLED="0") as server, client_of(server) as client:
        client.post("/api/ceremonies", json=programme())
        client.get(f"{HERE}/log", headers={"authorization": "Bearer a-wrong-token"})
    lines = [json.loads(line) for line in server.log.read_text().splitlines()]
    events = [line["event"] for line in lines]
    assert {"listening", "night opened", "scheduled", "denied"} <= set(events)
    assert all({"timestamp", "level"} <= set(line) for line in lines)
    assert TOKEN not in server.log.read_text()
    assert "a-wrong-token" not in server.log.read_text()


def first_sign_in(log: str) -> dict[str, Any] | None:
    """Return the line that shows how to sign in, of a log that is JSON from end to end."""
    lines = [json.loads(line) for line in log.splitlines()]
    return next((line for line in lines if line["event"] == "first sign-in"), None)


def unattended(folder: Path, **more: str) -> RunningServer:
    """Return a server without an admin's token in its environment."""
    running = RunningServer(folder, TRACKER_BUNDLED="0", **more)
    del running._environment["TRACKER_ADMIN_TOKEN"]
    running.log.write_text("")
    return running


def test_a_first_start_logs_a_code_that_signs_in_once_and_no_token(tmp_path: Path) -> None:
    made = []
    with unattended(tmp_path) as running:
        line = first_sign_in(running.log.read_text())
        assert line is not None
        assert line["minutes"] == 15
        address, _, code = line["console"].partition("#once=")
        assert address == f"{running.url}/console"
        assert httpx.get(address).status_code == 200
        for status in (201, 401):
            answer = httpx.post(f"{running.url}/api/tokens/redeem", json={"code": code})
            assert answer.status_code == status
            made.append(answer.json())
        headers = {"authorization": f"Bearer {made[0]['token']}"}
        httpx.post(
            f"{running.url}/api/ceremonies", json=programme(), headers=headers
        ).raise_for_status()
        assert httpx.get(f"{running.url}/api/tokens", headers=headers).json()["tokens"] == [
            {name: value for name, value in made[0].items() if name != "token"}
        ], "there is no token but the one that was just made"
    written = b"".join(file.read_bytes() for file in tmp_path.iterdir() if file.is_file())
    assert made[0]["token"].partition(".")[2].encode() not in written


def test_a_start_shows_a_code_as_long_as_no_admin_has_a_token(tmp_path: Path) -> None:
    codes = []
    for _ in range(2):
        with unattended(tmp_path) as running:
            line = first_sign_in(running.log.read_text())
            assert line is not None
            codes.append(line["console"].partition("#once=")[2])
    assert codes[0] != codes[1]
    with unattended(tmp_path) as running:
        line = first_sign_in(running.log.read_text())
        assert line is not None
        redeem = f"{running.url}/api/tokens/redeem"
        assert httpx.post(redeem, json={"code": codes[0]}).status_code == 401
        code = line["console"].partition("#once=")[2]
        assert httpx.post(redeem, json={"code": code}).status_code == 201
    with unattended(tmp_path) as running:
        assert first_sign_in(running.log.read_text()) is None
    with RunningServer(tmp_path, TRACKER_BUNDLED="0") as running:
        assert first_sign_in(running.log.read_text().splitlines()[-1]) is None


def test_the_address_of_a_first_start_is_the_public_one(tmp_path: Path) -> None:
    given = "a-code-that-was-given"
    public = "https://awards.example.org:8443"
    with unattended(
        tmp_path, TRACKER_PUBLIC_URL=f"{public}/", TRACKER_CONSOLE_CODE=given
    ) as running:
        line = first_sign_in(running.log.read_text())
        assert line is not None
        assert line["console"] == f"{public}/console#once={given}"


def test_on_a_terminal_a_first_start_shows_the_address_to_read_and_no_token(
    tmp_path: Path,
) -> None:
    running = unattended(tmp_path)
    ours, theirs = os.openpty()
    with subprocess.Popen([TRACKER, "serve"], env=running._environment, stderr=theirs) as process:
        os.close(theirs)
        said = b""
        while b"tracker token new" not in said:
            said += os.read(ours, 4096)
        process.terminate()
        with suppress(OSError):  # the end of a terminal
            while more := os.read(ours, 4096):
                said += more
        assert process.wait() == 0
    os.close(ours)
    shown = re.findall(r"http://\S+#once=(\S+)", said.decode())
    assert len(shown) == 1
    assert said.decode().count(shown[0]) == 1
    assert "first sign-in" not in said.decode()
    assert "token" not in re.sub(r"tracker token new NAME|has a token yet", "", said.decode())


LONG = f"X-Long: {'x' * 20_000}"
LINES = [f"X-{number}: x" for number in range(200)]


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE", "PUT"])
@pytest.mark.parametrize("lines", [(LONG,), LINES, ("Host: another",), ("A b: c",)])
def test_what_breaks_a_rule_may_be_read_by_pages_of_other_sites_where_it_only_reads(
    server: RunningServer, method: str, lines: Sequence[str]
) -> None:
    for path in (HERE, f"{HERE}/live", f"{HERE}/events"):
        head, body = asked(server, request(path, method, "Origin: https://a.example", *lines))
        assert b"problem+json" in head
        assert json.loads(body)["status"] in {400, 431}
        may = b"access-control-allow-origin: *" in head.lower()
        assert may is (method in {"GET", "HEAD"}), head


@pytest.mark.parametrize(
    ("host", "reached"),
    [
        ("0.0.0.0", "127.0.0.1"),  # noqa: S104 - not listened on
        ("::", "[::1]"),
        ("::1", "[::1]"),
        ("127.0.0.1", "127.0.0.1"),
        ("example.org", "example.org"),
    ],
)
def test_the_address_shown_is_one_that_can_be_called(host: str, reached: str) -> None:
    assert address_of(host, 8123) == f"http://{reached}:8123"


def test_a_start_on_every_address_shows_one_that_can_be_called(tmp_path: Path) -> None:
    with RunningServer(tmp_path, TRACKER_BUNDLED="0", TRACKER_HOST="0.0.0.0") as running:  # noqa: S104 - for a moment
        (listening,) = re.findall(r'"url": "([^"]+)"', running.log.read_text())
    assert listening == running.url


def test_a_second_server_on_the_same_file_is_refused_with_a_sentence(
    server: RunningServer,
) -> None:
    second = subprocess.run(
        [TRACKER, "serve"],
        check=False,
        env=environment(TRACKER_DATABASE=str(server.database), TRACKER_PORT="1"),
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert second.returncode != 0
    assert "TRACKER_DATABASE" in second.stderr
    assert "Traceback" not in second.stderr
    assert httpx.get(f"{server.url}/readyz").status_code == 200
