"""A backup that is put back does not bring back what has ended since."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from events.schema import CHECKED_SINCE, steps_from
from events.sqlite import SqliteStore
from night import LIVE, recorded
from servers import free_port
from test_keeping import NOW, foreign, found
from web.cli import cli
from web.commands.keeping import backup, restore
from web.desk.tokens import Tokens
from web.webhooks.subscriptions import Webhooks, WebhookWish

pytestmark = pytest.mark.anyio

HOUR = "2030-02-01T20:00:00.000Z"
ADDRESS = "https://partner.example/hook"


class Kept:
    """A log with two tokens and two webhooks, of which the second of each ends after a backup."""

    def __init__(self, folder: Path) -> None:
        self.path, self.copy = folder / "log.db", folder / "copy.db"
        self.tokens: list[str] = []
        self.hooks: list[str] = []

    async def make(self) -> None:
        store = await SqliteStore.open(self.path)
        history = await store.begin(recorded(LIVE))
        tokens, hooks = Tokens(store, now=lambda: HOUR), Webhooks(store, now=lambda: HOUR)
        for name in ("first", "second"):
            _, token = await tokens.issue(name, "producer", by="ada")
            self.tokens.append(token)
            hook, _ = await hooks.add(WebhookWish("made-up", ADDRESS), history, 1, by="ada")
            self.hooks.append(hook.id)
        await store.close()

    async def end(self, *, more: bool = False) -> None:
        store = await SqliteStore.open(self.path)
        tokens, hooks = Tokens(store, now=lambda: HOUR), Webhooks(store, now=lambda: HOUR)
        await tokens.load()
        await hooks.load()
        await tokens.revoke(self.tokens[1].partition(".")[0], by="ada")
        await hooks.remove(self.hooks[1], by="ada")
        if more:  # begun and ended since the backup, which knows nothing of it
            grant, _ = await tokens.issue("third", "producer", by="ada")
            await tokens.revoke(grant.id, by="ada")
        await store.close()

    async def standing(self) -> tuple[list[bool], list[bool]]:
        """Return which of the tokens and of the webhooks the log takes for good."""
        store = await SqliteStore.open(self.path)
        tokens, hooks = Tokens(store, now=lambda: HOUR), Webhooks(store, now=lambda: HOUR)
        await tokens.load()
        await hooks.load()
        await store.close()
        here = [each.id for each in hooks.all()]
        return (
            [tokens.grant(f"Bearer {token}") is not None for token in self.tokens],
            [hook in here for hook in self.hooks],
        )


@pytest.fixture
async def kept(tmp_path: Path) -> Kept:
    kept = Kept(tmp_path)
    await kept.make()
    return kept


@pytest.mark.parametrize("more", [False, True])
async def test_tokens_and_webhooks_that_ended_since_the_backup_have_ended_in_it_too(
    kept: Kept, *, more: bool
) -> None:
    backup(kept.path, kept.copy)
    await kept.end(more=more)

    said = restore(kept.copy, kept.path, NOW)

    assert said.endswith("1 token and 1 webhook that ended since the backup have ended in it too.")
    assert await kept.standing() == ([True, False], [True, False])
    assert found(kept.path) == [f"made-up: {len(LIVE)} events, whole"]
    assert found(kept.copy) == [f"made-up: {len(LIVE)} events, whole"]
    # Put back once more, it says nothing: nothing has ended since.
    backup(kept.path, kept.copy.with_name("second.db"))
    assert "ended in it" not in restore(
        kept.copy.with_name("second.db"), kept.path, NOW.replace(hour=9)
    )


async def test_where_nothing_has_ended_nothing_is_said(kept: Kept) -> None:
    backup(kept.path, kept.copy)

    assert "ended in it" not in restore(kept.copy, kept.path, NOW)
    assert await kept.standing() == ([True, True], [True, True])


async def test_a_revocation_that_cannot_be_read_is_carried_over_as_well(kept: Kept) -> None:
    backup(kept.path, kept.copy)
    await kept.end()
    foreign(kept.path, "UPDATE notes SET kind = 'token-revoqed' WHERE kind = 'token-revoked'")

    assert "1 token and" in restore(kept.copy, kept.path, NOW)
    assert (await kept.standing())[0] == [True, False]


async def test_a_log_that_cannot_be_read_carries_nothing_and_says_so(kept: Kept) -> None:
    backup(kept.path, kept.copy)
    await kept.end()
    kept.path.write_bytes(b"no log at all, but long enough to be looked at" * 200)

    said = restore(kept.copy, kept.path, NOW)

    assert said.endswith("stand again: look through tracker token list.")
    assert await kept.standing() == ([True, True], [True, True])


async def test_into_a_backup_of_an_older_program_they_are_carried_as_well(kept: Kept) -> None:
    with closing(sqlite3.connect(kept.copy, isolation_level=None)) as connection:
        connection.executescript(steps_from(0, CHECKED_SINCE - 1))
        connection.execute("ATTACH ? AS made", (str(kept.path),))
        for rows in ("histories (number, ceremony)", "notes (number, kind, body)"):
            table, _, columns = rows.partition(" ")
            connection.execute(f"INSERT INTO {rows} SELECT {columns[1:-1]} FROM made.{table}")  # noqa: S608 - names of ours
        connection.execute(
            "INSERT INTO events (history, version, recorded)"
            " SELECT history, version, recorded FROM made.events"
        )
    await kept.end()

    restore(kept.copy, kept.path, NOW)

    assert await kept.standing() == ([True, False], [True, False])
    assert found(kept.path) == [f"made-up: {len(LIVE)} events, whole"]


async def test_the_command_says_how_many(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    backup(kept.path, kept.copy)
    await kept.end()
    monkeypatch.setenv("TRACKER_DATABASE", str(kept.path))
    monkeypatch.setenv("TRACKER_PORT", str(free_port()))
    monkeypatch.delenv("TRACKER_URL", raising=False)

    ended = CliRunner().invoke(cli, ["restore", str(kept.copy)])

    assert (ended.exit_code, ended.stderr) == (0, "")
    assert "1 token and 1 webhook that ended since the backup have ended in it too." in ended.stdout
