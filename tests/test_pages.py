from pathlib import Path

import httpx
import pytest
from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide
from litestar.testing import TestClient

from doors import opened, problem
from events.memory import MemoryStore
from night import LIVE
from web.errors import HANDLERS
from web.feed import Feeds
from web.nights import Nights
from web.pages import page_routes

SHELL = b'<!doctype html><html lang="en"><title>Awards night</title></html>'
SCRIPT = b"export const night = 1;\n"
SECRET = "not for the public"


@pytest.fixture
def built(tmp_path: Path) -> Path:
    folder = tmp_path / "static"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_bytes(SHELL)
    (folder / "favicon.svg").write_text("<svg/>")
    (folder / "assets" / "index-B_CAfVFT.js").write_bytes(SCRIPT)
    (tmp_path / "secret.txt").write_text(SECRET)
    (tmp_path / "static-secret.txt").write_text(SECRET)
    return folder


def site(built: Path, *, show_rehearsals: bool = False) -> TestClient[Litestar]:
    nights = Nights(MemoryStore(), Feeds())
    app = Litestar(
        page_routes(built, show_rehearsals=show_rehearsals),
        state=State({"nights": nights}),
        dependencies={"nights": Provide(lambda: nights, sync_to_thread=False)},
        exception_handlers=HANDLERS,
        openapi_config=None,
        logging_config=None,
    )
    return TestClient(app)


def test_a_built_file_is_kept_for_ever_only_where_its_name_changes_with_it(built: Path) -> None:
    with site(built) as client:
        script = client.get("/static/assets/index-B_CAfVFT.js")
        assert script.content == SCRIPT
        assert script.headers["content-type"].startswith("text/javascript")
        assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
        icon = client.get("/static/favicon.svg")
        assert icon.headers["content-type"].startswith("image/svg+xml")
        assert icon.headers["cache-control"] == "no-cache"
        assert client.get("/static/index.html").headers["cache-control"] == "no-cache"


def test_a_file_is_sent_packed_to_those_who_can_unpack_it_and_once(built: Path) -> None:
    (built / "assets" / "long.css").write_bytes(b"body { color: gold } " * 100)
    (built / "assets" / "font.woff2").write_bytes(b"font" * 1000)
    with site(built) as client:
        packed = client.get("/static/assets/long.css", headers={"accept-encoding": "gzip, br"})
        plain = client.get("/static/assets/long.css", headers={"accept-encoding": "identity"})
        assert packed.content == plain.content
        assert packed.headers["content-encoding"] == "gzip"
        assert int(packed.headers["content-length"]) < 200
        assert "content-encoding" not in plain.headers
        assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
        font = client.get("/static/assets/font.woff2")
        assert font.headers["content-type"] == "font/woff2"
        assert "content-encoding" not in font.headers
        held = {"if-none-match": plain.headers["etag"]}
        assert client.get("/static/assets/long.css", headers=held).status_code == 304


def test_a_file_that_is_not_there_is_not_kept(built: Path) -> None:
    with site(built) as client:
        for path in (
            "/static/none.js",
            "/static/assets/none.js",
            "/static/assets",
            "/static/assets/",
        ):
            problem(client.get(path), 404, "not-found")


@pytest.mark.parametrize(
    "path",
    [
        "/static/../secret.txt",
        "/static/%2e%2e/secret.txt",
        "/static/%2e%2e%2fsecret.txt",
        "/static/..%2fsecret.txt",
        "/static/assets/../../secret.txt",
        "/static/assets/%2e%2e/%2e%2e/secret.txt",
        "/static/%252e%252e/secret.txt",
        "/static/..%5csecret.txt",
        "/static/../static-secret.txt",
        "/static//etc/passwd",
        "/static/%2fetc/passwd",
        "/static/%00",
        "/static/index.html%00.js",
        "/static/" + "a" * 5000,
    ],
)
def test_nothing_outside_the_built_folder_is_served(built: Path, path: str) -> None:
    with site(built) as client:
        target = httpx.URL(client.base_url).copy_with(raw_path=path.encode())
        answer = client.get(target)
        assert answer.status_code == 404
        assert SECRET not in answer.text
        assert "root:" not in answer.text


def test_a_link_that_leads_outside_is_not_followed(built: Path) -> None:
    (built / "link.txt").symlink_to(built.parent / "secret.txt")
    with site(built) as client:
        answer = client.get("/static/link.txt")
        assert SECRET not in answer.text
        assert answer.status_code == 404


def test_an_unbuilt_page_says_how_to_build_it(tmp_path: Path) -> None:
    with site(tmp_path / "nowhere") as client:
        answer = client.get("/")
        assert answer.status_code == 200
        assert "make run" in answer.text
        assert client.get("/static/index.html").status_code == 404


def test_the_shell_tells_the_index_page_to_show_rehearsals_only_where_wished(built: Path) -> None:
    with site(built, show_rehearsals=True) as client:
        assert b'<html data-rehearsals="shown" lang="en">' in client.get("/").content
    with site(built) as client:
        assert client.get("/").content == SHELL


@pytest.mark.anyio
async def test_the_shell_is_the_page_of_every_ceremony_and_404_for_others() -> None:
    async with opened(*LIVE) as doors:
        front = await doors.get("/")
        board = await doors.get("/made-up?at=3")
        other = await doors.get("/nobody")
        assert [each.status_code for each in (front, board, other)] == [200, 200, 404]
        for page in (front, board, other):
            assert page.headers["content-type"] == "text/html; charset=utf-8"
            assert page.headers["cache-control"] == "no-cache"
            assert page.content == front.content


@pytest.mark.anyio
async def test_an_address_below_a_ceremony_that_is_no_page_is_not_found() -> None:
    async with opened(*LIVE) as doors:
        problem(await doors.get("/made-up/no/such/page"), 404, "not-found")
