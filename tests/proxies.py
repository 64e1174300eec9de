"""The proxies of docs/deploy, from those very files with ports and certificate filled in."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
import time
from abc import ABC, abstractmethod
from contextlib import suppress
from pathlib import Path
from typing import Final, Self

from servers import free_port

DEPLOY: Final = Path(__file__).resolve().parent.parent / "docs/deploy"
NAME: Final = "localhost"
_SYSTEM: Final = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
_WITHIN: Final = 20.0
_BETWEEN_LOOKS: Final = 0.02


def installed(program: str) -> str | None:
    """Return where a proxy is; Debian keeps nginx where only root looks."""
    return shutil.which(program, path=_SYSTEM)


class Proxy(ABC):
    """
    A proxy in front of a server, as long as the context.

    Attributes:
        url: Where it answers, by TLS.
        plain: Where it answers without.
        tls: What takes its certificate for good.
    """

    def __init__(self, folder: Path, origin: int) -> None:
        self.folder: Final = folder
        self.origin: Final = origin
        self.port: Final = free_port()
        self.url: Final = f"https://{NAME}:{self.port}"
        self.plain_port: Final = free_port()
        self.plain: Final = f"http://{NAME}:{self.plain_port}"
        self.tls: Final = ssl.create_default_context()
        self.log: Final = folder / "proxy.log"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        command, environment = self._command()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command, env=environment, cwd=self.folder, stdout=log, stderr=log
            )
        give_up = time.monotonic() + _WITHIN
        while not self._answers():
            assert self._process.poll() is None, self.log.read_text()
            assert time.monotonic() < give_up, self.log.read_text()
            time.sleep(_BETWEEN_LOOKS)
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(_WITHIN)
            except subprocess.TimeoutExpired:
                self._process.kill()
                raise

    def _answers(self) -> bool:
        # One that makes its certificate itself listens before it has one.
        with suppress(OSError):
            self.tls.load_verify_locations(self._authority())
            with (
                socket.create_connection(("127.0.0.1", self.port)) as probe,
                self.tls.wrap_socket(probe, server_hostname=NAME),
            ):
                return True
        return False

    @abstractmethod
    def _command(self) -> tuple[list[str], dict[str, str]]:
        """Return how to start it, and its environment; write what it reads."""

    @abstractmethod
    def _authority(self) -> Path:
        """Return the certificate on which that of the proxy rests."""


class Nginx(Proxy):
    """nginx with docs/deploy/nginx.conf."""

    def _command(self) -> tuple[list[str], dict[str, str]]:
        program = installed("nginx")
        assert program is not None
        key, certificate = self.folder / "key.pem", self._authority()
        subprocess.run(
            [
                *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt"),
                *("ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", f"/CN={NAME}"),
                *("-addext", f"subjectAltName=DNS:{NAME}", "-keyout", key, "-out", certificate),
            ],
            check=True,
            capture_output=True,
        )
        (self.folder / "nginx.conf").write_text(self._configuration(key, certificate))
        command = [program, "-p", str(self.folder), "-c", str(self.folder / "nginx.conf")]
        return [*command, "-e", str(self.folder / "error.log"), "-g", "daemon off;"], {}

    def _authority(self) -> Path:
        return self.folder / "certificate.pem"

    def _configuration(self, key: Path, certificate: Path) -> str:
        text = (DEPLOY / "nginx.conf").read_text()
        letsencrypt = "/etc/letsencrypt/live/awards.example.org"
        scratch = "".join(
            f"    {kind}_temp_path {self.folder}/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        # Its workers would not get into a folder of pytest's as anybody else.
        user = "user root;" if os.getuid() == 0 else ""
        for shipped, here in (
            ("user www-data;", user),
            ("worker_processes auto;", "worker_processes 1;"),
            ("worker_rlimit_nofile 131072;", ""),
            ("worker_connections 65536;", "worker_connections 1024;"),
            ("pid /run/nginx.pid;", f"pid {self.folder}/nginx.pid;"),
            ("/var/log/nginx/", f"{self.folder}/"),
            ("/var/cache/nginx/", f"{self.folder}/"),
            ("http {\n", f"http {{\n{scratch}"),
            ("server 127.0.0.1:8000;", f"server 127.0.0.1:{self.origin};"),
            ("        listen [::]:80 default_server;\n", ""),
            ("        listen [::]:443 ssl default_server;\n", ""),
            ("        listen [::]:443 ssl http2;\n", ""),
            ("listen 80 ", f"listen 127.0.0.1:{self.plain_port} "),
            ("listen 443 ", f"listen 127.0.0.1:{self.port} "),
            (f"{letsencrypt}/fullchain.pem", str(certificate)),
            (f"{letsencrypt}/privkey.pem", str(key)),
            ("https://awards.example.org$", f"{self.url}$"),
            ("server_name awards.example.org;", f"server_name {NAME};"),
        ):
            assert shipped in text, f"docs/deploy/nginx.conf has no {shipped!r} any more"
            text = text.replace(shipped, here)
        return text


class Caddy(Proxy):
    """Caddy with docs/deploy/Caddyfile."""

    def _command(self) -> tuple[list[str], dict[str, str]]:
        program = installed("caddy")
        assert program is not None
        command = [program, "run", "--adapter", "caddyfile", "--config", str(DEPLOY / "Caddyfile")]
        return command, {
            "HOME": str(self.folder),
            "XDG_DATA_HOME": str(self.folder),
            "XDG_CONFIG_HOME": str(self.folder),
            "SITE": NAME,
            "HTTP_PORT": str(self.plain_port),
            "HTTPS_PORT": str(self.port),
            "TRACKER": f"127.0.0.1:{self.origin}",
        }

    def _authority(self) -> Path:
        return self.folder / "caddy/pki/authorities/local/root.crt"
