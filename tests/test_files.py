from pathlib import Path

import httpx
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from doors import problem
from web.errors import HANDLERS
from web.pages.files import file_route

SCRIPT = b"export const night = 1;\n"
OUTSIDE = "not for the public"


@pytest.fixture
def built(tmp_path: Path) -> Path:
    folder = tmp_path / "static"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html>")
    (folder / "favicon.svg").write_text("<svg/>")
    (folder / "assets" / "index-B_CAfVFT.js").write_bytes(SCRIPT)
    (tmp_path / "secret.txt").write_text(OUTSIDE)
    (tmp_path / "static-secret.txt").write_text(OUTSIDE)
    return folder


def site(built: Path) -> TestClient[Litestar]:
    app = Litestar(
        [file_route(built)],
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
        plain = client.get("/static/assets/long.css", headers={"accept-encoding": "gzip;q=0"})
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
        assert OUTSIDE not in answer.text
        assert "root:" not in answer.text


def test_a_link_that_leads_outside_is_not_followed(built: Path) -> None:
    (built / "link.txt").symlink_to(built.parent / "secret.txt")
    with site(built) as client:
        answer = client.get("/static/link.txt")
        assert OUTSIDE not in answer.text
        assert answer.status_code == 404


def test_a_service_worker_may_look_after_every_page(built: Path) -> None:
    (built / "worker.js").write_bytes(SCRIPT)
    (built / "app.webmanifest").write_text("{}")
    with site(built) as client:
        worker = client.get("/static/worker.js")
        assert worker.headers["service-worker-allowed"] == "/"
        assert worker.headers["cache-control"] == "no-cache"
        held = client.get("/static/worker.js", headers={"if-none-match": worker.headers["etag"]})
        assert (held.status_code, held.headers["service-worker-allowed"]) == (304, "/")
        manifest = client.get("/static/app.webmanifest")
        assert manifest.headers["content-type"].startswith("application/manifest+json")
        script = client.get("/static/assets/index-B_CAfVFT.js")
        for other in (manifest, script):
            assert "service-worker-allowed" not in other.headers
