"""
nginx with nchan: keyframe and frames are posted to it, and it does the rest.

Arguments: the papers, nchan's module, and the cores on which this process, which only posts, does
not stand in nginx's way.
"""

import asyncio
import os
import pwd
import resource
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from bench.fanout.night import LIVE, Papers
from bench.fanout.servers.serving import BACKLOG, HOST, Serving, run
from servers import free_port

# It keeps what a viewer is joined with, and frames while they are on their way.
CONFIGURATION = """
load_module {module};
user {user};
worker_processes 1;
worker_rlimit_nofile {files};
daemon off;
pid {folder}/pid;
error_log {folder}/error.log crit;
events {{ worker_connections {files}; }}
http {{
  access_log off;
  client_body_temp_path {folder};
  proxy_temp_path {folder};
  fastcgi_temp_path {folder};
  scgi_temp_path {folder};
  uwsgi_temp_path {folder};
  nchan_shared_memory_size 128M;
  keepalive_requests 1000000000;
  keepalive_timeout 1h;
  server {{
    listen {host}:{port} backlog={backlog};
    tcp_nodelay on;
    location = /publish {{
      nchan_publisher http;
      nchan_channel_id live;
      nchan_message_buffer_length 64;
      nchan_message_timeout 1h;
      client_max_body_size 1m;
      client_body_buffer_size 256k;
    }}
    location = {live} {{
      nchan_subscriber websocket;
      nchan_channel_id live;
      nchan_subscriber_first_message oldest;
    }}
  }}
}}
"""


@asynccontextmanager
async def nchan(papers: Papers) -> AsyncIterator[Serving]:
    port = free_port()
    with tempfile.TemporaryDirectory() as folder, _nginx(Path(folder), port) as nginx:
        reader, writer = await _connected(port)
        for message in (papers.keyframe, papers.caught_up):
            writer.write(_posted(message.read_bytes()))
            await reader.readuntil(b"\r\n\r\n")
        # Posts are not waited for, so that what is in flight is up to who asks.
        draining = asyncio.create_task(_drain(reader))
        frame = _posted(papers.frame.read_bytes())

        async def publish() -> None:
            writer.write(frame)

        workers = Path(f"/proc/{nginx.pid}/task/{nginx.pid}/children").read_text().split()
        os.sched_setaffinity(0, {int(core) for core in sys.argv[3].split(",")})
        yield Serving(port, publish, pids=[nginx.pid, *map(int, workers)])
        draining.cancel()


@contextmanager
def _nginx(folder: Path, port: int) -> Iterator["subprocess.Popen[bytes]"]:
    file = folder / "nginx.conf"
    file.write_text(
        CONFIGURATION.format(
            module=sys.argv[2],
            user=pwd.getpwuid(os.getuid()).pw_name,
            files=resource.getrlimit(resource.RLIMIT_NOFILE)[0],
            folder=folder,
            host=HOST,
            port=port,
            backlog=BACKLOG,
            live=LIVE,
        )
    )
    nginx = subprocess.Popen(
        ["nginx", "-p", folder, "-c", file, "-e", folder / "error.log"], stdin=subprocess.DEVNULL
    )
    try:
        yield nginx
    finally:
        nginx.terminate()
        nginx.wait()


async def _connected(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    async with asyncio.timeout(10):
        while True:
            try:
                return await asyncio.open_connection(HOST, port)
            except ConnectionRefusedError:
                await asyncio.sleep(0.05)


async def _drain(reader: asyncio.StreamReader) -> None:
    while await reader.read(65536):
        pass


def _posted(message: bytes) -> bytes:
    head = f"POST /publish HTTP/1.1\r\nHost: bench\r\nContent-Length: {len(message)}\r\n\r\n"
    return head.encode() + message


if __name__ == "__main__":
    run(nchan)
