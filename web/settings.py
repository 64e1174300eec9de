"""What the environment sets, checked at start so that a mistake speaks before the night does."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from web.sockets.origins import Origin, Origins
from web.sockets.replay_limits import MOST_EACH, MOST_SESSIONS
from web.switches import SPELLINGS, switch

_LAST_PORT: Final = 65_535
_RATE: Final = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,3})?")
_MOST_EACH: Final = 1000
"""A whole company, or a mobile network's gateway, may stand behind one address."""
_COUNT: Final = re.compile(r"[0-9]{1,9}")
_SHORTEST_TOKEN: Final = 20
"""Characters: a token of letters and digits that long cannot be guessed over a network."""
_CODE: Final = re.compile(r"[A-Za-z0-9_-]{16,128}")
_TOKEN: Final = re.compile(rf"[\x21-\x7e]{{{_SHORTEST_TOKEN},}}")
_PREFIX: Final = "TRACKER_"
NAMES: Final = frozenset(
    {
        "TRACKER_ADMIN_TOKEN",
        "TRACKER_ALLOWED_ORIGINS",
        "TRACKER_BUNDLED",
        "TRACKER_CONSOLE_CODE",
        "TRACKER_DATABASE",
        "TRACKER_HOST",
        "TRACKER_MAX_CONNECTIONS",
        "TRACKER_MAX_PER_ADDRESS",
        "TRACKER_MAX_REPLAYS",
        "TRACKER_MAX_REPLAYS_PER_ADDRESS",
        "TRACKER_PORT",
        "TRACKER_PUBLIC_URL",
        "TRACKER_RATE_LIMIT",
        "TRACKER_SHOW_REHEARSALS",
        "TRACKER_WEBHOOK_PRIVATE",
    }
)
_OTHERS: Final = frozenset({"TRACKER_URL", "TRACKER_TOKEN", "TRACKER_CHROMIUM"})
"""Read elsewhere: by the commands that speak to a server, and by the tests with a browser."""
_OF_SERVICES: Final = re.compile(r"TRACKER_(?:SERVICE_(?:HOST|PORT)\w*|PORT_[0-9]+_(?:TCP|UDP)\w*)")
"""What Kubernetes sets by itself for every container beside a service named `tracker`."""


class SettingsError(Exception):
    """The environment asks for something that cannot be."""


class Settings(msgspec.Struct, frozen=True):
    """
    How this process runs.

    Attributes:
        admin_token: None lets the server make one at its first start.
        console_code: Opens the console as admin, once a start.
        bundled: Import the bundled ceremonies that the log lacks.
        rate_limit: Requests a second that one token is good for.
        webhook_private: Webhooks may lead into private networks.
        allowed_origins: Whose pages may open sockets besides the tracker's own.
        public_url: By what links reach this server, without a slash at its end; None for the host
            that each request names.
        most_connections: None for as many as the system lets the process have.
        most_each: Connections that one address may hold; this machine's are left out.
        most_replays: Replay sockets at once.
        most_replays_each: Those of one address; this machine's are left out.
        proxies: Whose word is taken for where a request comes from: addresses and networks.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    database: Path = Path("tracker.db")
    admin_token: str | None = None
    allowed_origins: tuple[str, ...] = ()
    public_url: str | None = None
    show_rehearsals: bool = False
    bundled: bool = True
    rate_limit: float = 200
    webhook_private: bool = False
    console_code: str | None = None
    most_connections: int | None = None
    most_each: int = _MOST_EACH
    most_replays: int = MOST_SESSIONS
    most_replays_each: int = MOST_EACH
    proxies: str = "127.0.0.1"

    @property
    def origins(self) -> tuple[str, ...]:
        """Origins whose pages may open sockets, whatever host a proxy names for a request."""
        public = () if self.public_url is None else (self.public_url,)
        return (*self.allowed_origins, *public)


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """
    Return the settings that the variables make; an empty one counts as absent.

    Raises:
        SettingsError: Naming the variable, what it holds and what it should; or one that is none.
    """
    given = {name: value.strip() for name, value in environment.items() if value.strip()}
    _refuse_unknown(given)
    return Settings(
        host=given.get("TRACKER_HOST", "127.0.0.1"),
        port=_port(given.get("TRACKER_PORT", "8000")),
        database=_database(given.get("TRACKER_DATABASE", "tracker.db")),
        admin_token=_token(given.get("TRACKER_ADMIN_TOKEN")),
        console_code=_code(given.get("TRACKER_CONSOLE_CODE")),
        allowed_origins=_origins(given.get("TRACKER_ALLOWED_ORIGINS", "")),
        public_url=_public_url(given.get("TRACKER_PUBLIC_URL")),
        show_rehearsals=_flag(given, "TRACKER_SHOW_REHEARSALS", default=False),
        bundled=_flag(given, "TRACKER_BUNDLED", default=True),
        webhook_private=_flag(given, "TRACKER_WEBHOOK_PRIVATE", default=False),
        rate_limit=_rate(given.get("TRACKER_RATE_LIMIT", "200")),
        most_connections=_count(given, "TRACKER_MAX_CONNECTIONS"),
        most_each=_count(given, "TRACKER_MAX_PER_ADDRESS") or _MOST_EACH,
        most_replays=_count(given, "TRACKER_MAX_REPLAYS") or MOST_SESSIONS,
        most_replays_each=_count(given, "TRACKER_MAX_REPLAYS_PER_ADDRESS") or MOST_EACH,
        proxies=_proxies(given.get("FORWARDED_ALLOW_IPS", "127.0.0.1")),
    )


def _refuse_unknown(given: Mapping[str, str]) -> None:
    """Refuse a misspelt variable, which would leave a default in force and say nothing."""
    unknown = sorted(
        name
        for name in given.keys() - NAMES - _OTHERS
        if name.startswith(_PREFIX) and not _OF_SERVICES.fullmatch(name)
    )
    if not unknown:
        return
    from difflib import get_close_matches  # noqa: PLC0415 - a start without a mistake needs none

    said = []
    for name in unknown:
        near = get_close_matches(name, NAMES | _OTHERS, 1)
        said.append(f"{name} is no setting{f'; {near[0]} is one' if near else ''}.")
    raise SettingsError(f"{' '.join(said)} Those that are: {', '.join(sorted(NAMES))}.")


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= _LAST_PORT:
        raise SettingsError(f"TRACKER_PORT is {text!r}; give a port from 1 to {_LAST_PORT}.")
    return int(text)


def _count(given: Mapping[str, str], name: str) -> int | None:
    text = given.get(name)
    if text is None:
        return None
    if not _COUNT.fullmatch(text) or int(text) == 0:
        raise SettingsError(f"{name} is {text!r}; give a number of connections, 1 or more.")
    return int(text)


def _rate(text: str) -> float:
    if not _RATE.fullmatch(text) or float(text) <= 0:
        raise SettingsError(
            f"TRACKER_RATE_LIMIT is {text!r}; give the requests a second that a token is good for."
        )
    return float(text)


def _database(text: str) -> Path:
    if "://" in text:
        raise SettingsError(
            f"TRACKER_DATABASE is {text!r}; this version keeps its log in a file, so give a path."
        )
    return Path(text)


def _token(text: str | None) -> str | None:
    if text is not None and not _TOKEN.fullmatch(text):
        raise SettingsError(
            f"TRACKER_ADMIN_TOKEN has {len(text)} characters, not all of which a header can carry;"
            f" give {_SHORTEST_TOKEN} or more letters, digits or signs without a space."
            if len(text) >= _SHORTEST_TOKEN
            else f"TRACKER_ADMIN_TOKEN has {len(text)} characters; give at least {_SHORTEST_TOKEN}."
        )
    return text


def _code(text: str | None) -> str | None:
    if text is not None and not _CODE.fullmatch(text):
        raise SettingsError(
            f"TRACKER_CONSOLE_CODE has {len(text)} characters, not all of which an address can"
            " carry, or not enough; give 16 to 128 letters, digits, `-` or `_`."
        )
    return text


def _proxies(text: str) -> str:
    # uvicorn takes what it cannot read for a name, trusts nobody by it, and so counts all viewers
    # behind the proxy as one address.
    for part in text.split(","):
        try:
            if part.strip() != "*":
                ipaddress.ip_network(part.strip())
        except ValueError as problem:
            raise SettingsError(
                f"FORWARDED_ALLOW_IPS is {text!r}, and {problem};"
                " give addresses or networks with commas between, as in 127.0.0.1,10.0.0.0/8."
            ) from problem
    return text


def _public_url(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        return Origin.parse(text.removesuffix("/")).address
    except ValueError as problem:
        raise SettingsError(
            f"TRACKER_PUBLIC_URL is {text!r}; give scheme and host, and a port where it needs one,"
            " without a path: as in https://awards.example.org."
        ) from problem


def _origins(text: str) -> tuple[str, ...]:
    allowed = tuple(part.strip() for part in text.split(",") if part.strip())
    try:
        Origins(allowed)
    except ValueError as problem:
        raise SettingsError(f"TRACKER_ALLOWED_ORIGINS: {problem}") from problem
    return allowed


def _flag(given: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = given.get(name)
    if text is None:
        return default
    said = switch(text)
    if said is None:
        raise SettingsError(f"{name} is {text!r}; give {SPELLINGS}.")
    return said
