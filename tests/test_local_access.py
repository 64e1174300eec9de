import os
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from doors import programme
from servers import TRACKER, ForkedServer, RunningServer, environment
from web.local_access import borrowed


class Unwatched(ForkedServer):
    """A server without an admin token in its environment, as `docker compose up` starts one."""

    def __init__(self, folder: Path, **more: str) -> None:
        super().__init__(folder, TRACKER_BUNDLED="0", **more)
        del self._environment["TRACKER_ADMIN_TOKEN"]

    @property
    def commands(self) -> dict[str, str]:
        return environment(TRACKER_DATABASE=str(self.database), TRACKER_PORT=str(self.port))


def test_a_command_beside_the_log_needs_no_token(tmp_path: Path) -> None:
    with Unwatched(tmp_path) as server:
        assert server.run("token", "list").stdout.strip() == ""
        made = server.run("token", "new", "maya", "--role", "admin").stdout.strip()
        assert "maya" in server.run("token", "list").stdout
        mine = httpx.get(
            f"{server.url}/api/tokens/mine", headers={"authorization": f"Bearer {made}"}
        )
        assert mine.json()["name"] == "maya"
        number = made.partition(".")[0]
        server.run("token", "revoke", number)
        assert server.run("token", "list").stdout.strip() == ""


def test_it_needs_none_where_the_servers_own_address_is_named_either(tmp_path: Path) -> None:
    with Unwatched(tmp_path, TRACKER_HOST="0.0.0.0") as server:  # noqa: S104 - for a moment
        for url in (server.url, f"{server.url}/"):
            assert server.run("token", "list", "--url", url).returncode == 0


def test_what_a_command_does_is_told_as_the_operators(tmp_path: Path) -> None:
    with Unwatched(tmp_path) as server:
        made = server.run("token", "new", "maya", "--role", "admin").stdout.strip()
        headers = {"authorization": f"Bearer {made}"}
        httpx.post(
            f"{server.url}/api/ceremonies", json=programme(), headers=headers
        ).raise_for_status()
        log = server.log.read_text()
    assert '"by": "operator"' in log
    assert made not in log
    assert "local access" in log


def test_a_token_that_is_lent_ends_with_the_connection(tmp_path: Path) -> None:
    with Unwatched(tmp_path) as server:
        lent = borrowed(server.database)
        assert lent is not None
        assert lent.url == server.url
        headers = {"authorization": f"Bearer {lent.token}"}
        mine = f"{server.url}/api/tokens/mine"
        assert httpx.get(mine, headers=headers).json()["role"] == "admin"
        assert httpx.get(f"{server.url}/api/tokens", headers=headers).json() == {"tokens": []}
        lent.connection.close()
        for _ in range(1000):
            if httpx.get(mine, headers=headers).status_code == 401:
                break
        else:
            pytest.fail("it is still good")
        for file in tmp_path.iterdir():
            if file.is_file():
                assert lent.token.encode() not in file.read_bytes(), file


def test_the_socket_is_its_owners_alone_and_gone_after_the_end(tmp_path: Path) -> None:
    server = Unwatched(tmp_path)
    (tmp_path / "tracker.db-local").touch()
    with server:
        assert borrowed(server.database) is None, "what lay there is no socket, and was left"
        assert "no local access" in server.log.read_text()
        server.stop()
        (tmp_path / "tracker.db-local").unlink()
        server.start()
        assert (tmp_path / "tracker.db-local").stat().st_mode & 0o777 == 0o600
        server.kill()
        assert (tmp_path / "tracker.db-local").is_socket(), "a power cut leaves it"
        assert borrowed(server.database) is None
        server.start()
        assert server.run("token", "list").returncode == 0
        server.stop()
        assert not (tmp_path / "tracker.db-local").exists()


def test_a_log_in_a_deep_folder_or_behind_a_link_is_found(tmp_path: Path) -> None:
    deep = tmp_path / ("a" * 60) / ("b" * 60)
    deep.mkdir(parents=True)
    with Unwatched(deep) as server:
        link = tmp_path / "link.db"
        link.symlink_to(server.database)
        for path in (server.database, link):
            said = subprocess.run(
                [TRACKER, "token", "list"],
                env=environment(TRACKER_DATABASE=str(path), TRACKER_PORT=str(server.port)),
                check=False,
                capture_output=True,
                text=True,
                timeout=60,
            )
            assert said.returncode == 0, said.stderr


def test_a_token_that_is_given_is_the_one_that_counts(tmp_path: Path) -> None:
    with Unwatched(tmp_path) as server:
        ended = server.run("token", "list", "--token", "not-the-token", check=False)
        assert ended.returncode == 1
        assert "does not know this token" in ended.stderr


def test_another_servers_address_gets_no_token_of_this_one(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with (
        Unwatched(tmp_path) as server,
        RunningServer(tmp_path / "other", TRACKER_BUNDLED="0") as other,
    ):
        ended = server.run("token", "list", "--url", other.url, check=False)
        assert ended.returncode == 1
        assert "asks for a token" in ended.stderr
        assert "local access" not in server.log.read_text()


@pytest.fixture
def open_to_all() -> Iterator[Path]:
    """Give a folder that other users can reach, which pytest's own are not."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may be somebody else")
def test_somebody_else_on_the_machine_gets_nothing(open_to_all: Path) -> None:
    with Unwatched(open_to_all) as server:
        (open_to_all / "tracker.db-local").chmod(0o666)  # though the rights of the file were lost
        script = (
            "import socket, sys; s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]);"
            "print(s.recv(4096))"
        )
        said = subprocess.run(
            ["/usr/bin/env", "python3", "-c", script, open_to_all / "tracker.db-local"],
            user=65534,
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert "token" not in said.stdout
        assert "local access refused" in server.log.read_text()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may be somebody else")
def test_a_socket_that_somebody_else_put_there_is_not_believed(open_to_all: Path) -> None:
    open_to_all.chmod(0o777)
    database = open_to_all / "tracker.db"
    database.touch()
    script = (
        "import socket, sys; s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen();"
        "print('up', flush=True); c, _ = s.accept();"
        """c.sendall(b'{"url": "http://evil", "token": "x"}\\n')"""
    )
    with subprocess.Popen(
        ["/usr/bin/env", "python3", "-c", script, open_to_all / "tracker.db-local"],
        user=65534,
        stdout=subprocess.PIPE,
    ) as stranger:
        assert stranger.stdout is not None
        assert stranger.stdout.readline() == b"up\n"
        assert borrowed(database) is None
        stranger.kill()


def test_where_nothing_listens_nothing_is_lent(tmp_path: Path) -> None:
    database = tmp_path / "tracker.db"
    assert borrowed(database) is None
    database.touch()
    assert borrowed(database) is None
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "tracker.db-local"))
        assert borrowed(database) is None
