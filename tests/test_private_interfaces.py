"""
What libraries do not promise and we use all the same: each in one module, pinned, watched here.

A failure means: read the library's new source beside the module that leans on it, mend that where
it needs it, then write the new digest, or the new version, down here.
"""

from __future__ import annotations

import ast
import asyncio
import base64
import hashlib
import inspect
import re
import tomllib
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any, Final, NamedTuple

import aiosqlite
import pytest
import uvloop
import websockets.utils
from litestar import Litestar
from litestar.middleware.compression import CompressionMiddleware
from litestar.plugins.core import MsgspecDIPlugin
from packaging.requirements import Requirement
from uvicorn import Server
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware, _TrustedHosts
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from web.app import _Doors

ROOT = Path(__file__).resolve().parent.parent


class Leaned(NamedTuple):
    """
    What one module uses of a class, or of a module, of a library.

    Attributes:
        module: Of ours; the only one.
        ours: The class of ours that is made of it; or empty.
        code: Methods and functions that it calls or stands in for, with a digest of their source.
        held: Attributes that it reads or writes, which some method of the class sets.
    """

    module: str
    owner: type[Any] | ModuleType
    ours: str
    code: dict[str, str]
    held: frozenset[str] = frozenset()


LEANED: Final = [
    Leaned(
        "web/sockets/live.py",
        HttpToolsProtocol,
        "LiveProtocol",
        {
            "__init__": "4f089994",
            "_start_asgi_task": "9c08c257",
            "_unset_keepalive_if_required": "00a6a4e4",
            "connection_lost": "c91a4c9b",
            "connection_made": "6efb565f",
            "data_received": "010a7ae5",
            "eof_received": "56526275",
            "on_body": "dba9c32a",
            "on_header": "65d62c04",
            "on_headers_complete": "1ea8589a",
            "on_message_begin": "96d377fd",
            "on_message_complete": "1fbad42d",
            "on_response_complete": "64e254f2",
            "on_url": "37be44e9",
            "pause_writing": "17a8fd21",
            "resume_writing": "7844bbaa",
            "shutdown": "d7351fa3",
            "timeout_keep_alive_handler": "8b53bf5f",
        },
        frozenset(
            {
                *("client", "connections", "cycle", "flow", "headers", "loop", "parser"),
                *("pipeline", "transport", "url"),
            }
        ),
    ),
    Leaned(
        "web/sockets/live.py",
        RequestResponseCycle,
        "",
        {
            "__init__": "4d2f2209",
            "receive": "8124ae00",
            "run_asgi": "0f33f244",
            "send": "abdd8601",
            "send_500_response": "37c64da4",
        },
        frozenset(
            {
                *("body", "disconnected", "message_event", "more_body", "response_complete"),
                *("response_started", "transport"),
            }
        ),
    ),
    Leaned(
        "web/sockets/http_flow.py",
        FlowControl,
        "Flow",
        {
            "__init__": "0152d94a",
            "pause_reading": "7c27388b",
            "pause_writing": "93d4a08a",
            "resume_reading": "a0429d30",
            "resume_writing": "a343e8b0",
            "drain": "4bda6b61",
        },
        frozenset({"write_paused"}),
    ),
    Leaned(
        "web/sockets/visit.py",
        ServerState,
        "",
        {
            "__init__": "8daf3a9b",
        },
        frozenset({"connections", "default_headers", "total_requests"}),
    ),
    Leaned(
        "web/server.py",
        Server,
        "Server",
        {
            "__init__": "c150b552",
            "_serve": "4575b7a5",
            "handle_exit": "553276ef",
            "serve": "112ef41a",
            "shutdown": "9b33c505",
            "startup": "2aa1d70a",
        },
        frozenset({"server_state", "should_exit", "started"}),
    ),
    Leaned(
        "web/proxies.py",
        ProxyHeadersMiddleware,
        "",
        {
            "__init__": "7aa920bb",
            "__call__": "b601df96",
        },
        frozenset({"trusted_hosts"}),
    ),
    Leaned(
        "web/proxies.py",
        _TrustedHosts,
        "",
        {
            "__init__": "6470d257",
            "__contains__": "c91fce85",
            "get_trusted_client_address": "26fab0bd",
        },
    ),
    Leaned(
        "events/connection.py",
        aiosqlite.Connection,
        "Connection",
        {
            "__init__": "3aed416a",
            "__await__": "d7354f60",
            "_conn": "2b88b771",
            "_connect": "ab38f0f6",
            "_execute": "11f83d6b",
            "close": "8ba49d8e",
            "text_factory": "4940b42b",
        },
        frozenset({"_thread"}),
    ),
    Leaned(
        "web/app.py",
        Litestar,
        "_Doors",
        {
            "_get_default_plugins": "c7c40d6d",
        },
    ),
    Leaned(
        "web/compressor.py",
        CompressionMiddleware,
        "Compressor",
        {
            "__call__": "acafc3ee",
            "create_compression_send_wrapper": "76017a96",
        },
        frozenset({"app"}),
    ),
    Leaned(
        "web/sockets/handshake.py",
        websockets.utils,
        "",
        {
            "accept_key": "a9d69843",
        },
    ),
]
PINNED: Final = {
    "aiosqlite": "0.22",
    "litestar": "2.25",
    "uvicorn": "0.54",
    "uvloop": "0.23",
    "websockets": "17",
}
"""Libraries of which something is used that they do not promise, and the line of versions read."""

PLACES: Final = {
    "aiosqlite": {"events/connection.py"},
    "uvicorn.middleware.proxy_headers": {"web/proxies.py"},
    "uvicorn.protocols.http.flow_control": {"web/sockets/http_flow.py"},
    "uvicorn.protocols.http.httptools_impl": {"web/sockets/live.py"},
    # The type of what uvicorn hands each protocol that it makes; only `visit.py` looks inside.
    "uvicorn.server": {"web/sockets/doorman.py", "web/sockets/visit.py"},
    "litestar.middleware.compression": {"web/compressor.py"},
    "websockets.utils": {"web/sockets/control_frames.py", "web/sockets/handshake.py"},
}
"""Modules of libraries that are not meant for others, by who imports them: nobody else does."""
OPEN: Final = {"uvicorn"}
"""What is public of a library that has modules above."""


def digest_of(owner: Any, name: str) -> str:
    found = inspect.getattr_static(owner, name)
    found = getattr(found, "fget", None) or getattr(found, "__func__", found)
    return hashlib.sha256(inspect.getsource(found).encode()).hexdigest()[:8]


def assigned(owner: Any) -> set[str]:
    """Return the attributes that methods of a class set, and those that it declares."""
    return {
        node.attr
        for each in owner.__mro__
        if each.__module__.split(".")[0] in PINNED
        for node in ast.walk(ast.parse(inspect.getsource(each)))
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
    }


def tree_of(module: str) -> ast.Module:
    return ast.parse((ROOT / module).read_text(encoding="utf-8"))


def inherited(module: str, name: str) -> set[str]:
    """Return what a class of ours uses of itself that is not its own."""
    (found,) = [
        node
        for node in ast.walk(tree_of(module))
        if isinstance(node, ast.ClassDef) and node.name == name
    ]
    own = {node.name for node in ast.walk(found) if isinstance(node, DEFINITIONS)}
    own |= {node.target.id for node in found.body if _declares(node)}  # type: ignore[attr-defined]  # as asked
    own |= {each.id for node in found.body if isinstance(node, ast.Assign) for each in _names(node)}
    used = set()
    for node in ast.walk(found):
        if not isinstance(node, ast.Attribute):
            continue
        if isinstance(node.value, ast.Name) and node.value.id in {"self", "cls", "connection"}:
            used.add(node.attr)
        elif isinstance(node.value, ast.Call) and getattr(node.value.func, "id", "") == "super":
            used.add(node.attr)
            own.discard(node.attr)
    ours = {name for name in used if name.startswith("_") and name in stored(found)}
    return used - own - ours


DEFINITIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)


def stored(found: ast.ClassDef) -> set[str]:
    """Return the attributes that a class of ours sets itself."""
    return {
        node.attr
        for node in ast.walk(found)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
    }


def _declares(node: ast.stmt) -> bool:
    return isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)


def _names(node: ast.Assign) -> list[ast.Name]:
    return [each for each in node.targets if isinstance(each, ast.Name)]


def ids(leaned: Leaned) -> str:
    return leaned.owner.__name__


@pytest.mark.parametrize("leaned", LEANED, ids=ids)
def test_every_method_is_the_one_that_was_read(leaned: Leaned) -> None:
    found = {name: digest_of(leaned.owner, name) for name in leaned.code}
    assert found == leaned.code, f"read them again beside {leaned.module}"


@pytest.mark.parametrize("leaned", [each for each in LEANED if each.held], ids=ids)
def test_every_attribute_is_still_there(leaned: Leaned) -> None:
    assert leaned.held <= assigned(leaned.owner), f"read it again beside {leaned.module}"


@pytest.mark.parametrize("leaned", [each for each in LEANED if each.ours], ids=ids)
def test_no_class_of_ours_leans_on_more_than_is_watched(leaned: Leaned) -> None:
    assert inherited(leaned.module, leaned.ours) <= leaned.code.keys() | leaned.held


@pytest.mark.parametrize("leaned", LEANED, ids=ids)
def test_nothing_is_watched_that_nobody_leans_on(leaned: Leaned) -> None:
    source = (ROOT / leaned.module).read_text(encoding="utf-8")
    for name in leaned.held:
        assert re.search(rf"\b{name}\b", source), name


def test_what_is_private_is_imported_in_one_place_each() -> None:
    found: dict[str, set[str]] = {}
    for package in ("events", "tracker", "replay", "web"):
        for path in (ROOT / package).rglob("*.py"):
            module = path.relative_to(ROOT).as_posix()
            for node in ast.walk(tree_of(module)):
                names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
                if isinstance(node, ast.ImportFrom) and node.module:
                    names = [node.module]
                for name in names:
                    is_private = any(part.startswith("_") for part in name.split("."))
                    of_one = name.split(".")[0] in {"uvicorn", "aiosqlite"} and name not in OPEN
                    if (is_private and name != "__future__") or of_one or name in PLACES:
                        found.setdefault(name, set()).add(module)
    assert found == PLACES


@pytest.mark.parametrize("library", PINNED)
def test_the_library_is_pinned_to_the_line_of_versions_that_was_read(library: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (told,) = [each for each in map(Requirement, project["dependencies"]) if each.name == library]
    assert str(told.specifier) == f"=={PINNED[library]}.*"
    assert version(library).startswith(f"{PINNED[library]}.")


def test_the_replacement_of_litestars_plugins_takes_and_gives_what_it_does() -> None:
    ours = inspect.signature(_Doors._get_default_plugins)
    theirs = inspect.signature(Litestar._get_default_plugins)
    assert list(ours.parameters) == list(theirs.parameters)
    kinds = [type(each) for each in Litestar._get_default_plugins([])]
    assert MsgspecDIPlugin in kinds, "the one that is needed is still one of theirs"


async def _closed_transport() -> asyncio.WriteTransport:
    met: asyncio.Future[asyncio.WriteTransport] = asyncio.get_running_loop().create_future()

    class Met(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            met.set_result(transport)  # type: ignore[arg-type]  # a stream's

    server = await asyncio.get_running_loop().create_server(Met, "127.0.0.1", 0)
    _, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2])
    transport = await met
    transport.abort()
    await asyncio.sleep(0)
    writer.close()
    server.close()
    return transport


def test_uvloop_says_of_a_closed_connection_what_we_pass_over() -> None:
    async def write() -> None:
        (await _closed_transport()).write(b"x")

    with (
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
        pytest.raises(RuntimeError, match="the handler is closed"),
    ):
        runner.run(write())


def test_a_mask_is_laid_over_bytes_as_the_protocol_says() -> None:
    assert websockets.utils.apply_mask(b"abcde", b"\x01\x02\x03\x04") == b"``\x60`d"
    key = base64.b64encode(b"the sample nonce").decode()
    told = hashlib.sha1(f"{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11".encode()).digest()  # noqa: S324 - RFC 6455's
    assert websockets.utils.accept_key(key) == base64.b64encode(told).decode()
