"""Notes that cannot be read: no revoked token is good again, and nothing stops the start."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from events.sqlite import SqliteStore
from events.store import Note
from night import LIVE, recorded
from test_keeping import foreign, found
from web.app import Tracker
from web.desk.tokens import Tokens, revocation, token_ledger
from web.settings import Settings
from web.webhooks.subscriptions import Webhooks, WebhookWish, removal, webhook_ledger

pytestmark = pytest.mark.anyio

HOUR = "2030-02-01T20:00:00.000Z"
ADDRESS = "https://partner.example/hook"


async def noted(path: Path) -> dict[str, str]:
    """Make a log with three tokens and two webhooks; the second of each has ended."""
    store = await SqliteStore.open(path)
    history = await store.begin(recorded(LIVE))
    tokens, webhooks = Tokens(store, now=lambda: HOUR), Webhooks(store, now=lambda: HOUR)
    made = {}
    for name in ("first", "second"):
        _, made[name] = await tokens.issue(name, "producer", by="ada")
        webhook, _ = await webhooks.add(WebhookWish("made-up", ADDRESS), history, 1, by="ada")
        made[f"hook {name}"] = webhook.id
    await tokens.revoke(made["second"].partition(".")[0], by="ada")
    await webhooks.remove(made["hook second"], by="ada")
    _, made["third"] = await tokens.issue("third", "admin", by="ada")
    await store.close()
    return made


def notes_of(path: Path) -> list[Note]:
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT number, kind, body FROM notes ORDER BY number").fetchall()
    return [Note(*row) for row in rows]


async def test_with_any_flipped_bit_of_any_note_no_ended_token_or_webhook_stands(
    tmp_path: Path,
) -> None:
    made = await noted(tmp_path / "log.db")
    notes = notes_of(tmp_path / "log.db")
    ids = {name: token.partition(".")[0] for name, token in made.items()}
    for place, note in enumerate(notes):
        kind = note.kind.encode()
        for bit in range(8 * (len(kind) + len(note.body))):
            flipped = bytearray(kind + note.body)
            flipped[bit // 8] ^= 1 << bit % 8
            left, body = flipped[: len(kind)], bytes(flipped[len(kind) :])
            bad = Note(note.number, left.decode(errors="replace"), body, damaged=True)
            tokens, webhooks = token_ledger(), webhook_ledger()
            for each in (*notes[:place], bad, *notes[place + 1 :]):
                tokens.take(each)
                webhooks.take(each)
            assert ids["second"] not in tokens.standing, (note, bit)
            assert ids["hook second"] not in webhooks.standing, (note, bit)
            # It costs itself: nothing that another note is about.
            for name, ledger in (("first", tokens), ("third", tokens), ("hook first", webhooks)):
                if ids[name].encode() not in note.body:
                    assert ids[name] in ledger.standing, (name, note, bit)


@pytest.mark.parametrize(
    "left",
    [
        Note(3, "", b"", damaged=True),  # it is gone
        Note(3, "token-revoked", b"\0" * 80, damaged=True),
        Note(3, "?????????", b"{}", damaged=True),
        Note(3, "token-revoked", b"{}"),  # whole, and yet none of ours
    ],
)
def test_a_note_that_may_have_revoked_any_token_ends_those_before_it_alone(left: Note) -> None:
    ledger = token_ledger()
    grant = b'{"id":"%b","name":"x","role":"producer","created_at":"2030-02-01T20:00:00.000Z"}'
    issued = b'{"grant":' + grant + b',"digest":"0","by":"ada"}'
    for number, name in ((1, b"1111aaaa1111"), (2, b"2222aaaa2222")):
        assert ledger.take(Note(number, "token-issued", issued % name)) is None
    lost = ledger.take(left)
    ledger.take(Note(4, "token-issued", issued % b"4444aaaa4444"))

    assert lost is not None
    assert lost.ended == ("1111aaaa1111", "2222aaaa2222")
    assert list(ledger.standing) == ["4444aaaa4444"]
    webhooks = webhook_ledger()
    added = (
        b'{"webhook":{"id":"1111aaaa1111","ceremony":"made-up","url":"https://a.example/",'
        b'"created_at":"x"},"%b":"none","after":{"history":1,"version":1},"by":"ada"}' % b"secret"
    )
    webhooks.take(Note(1, "webhook-added", added))
    webhooks.take(left)
    assert list(webhooks.standing) == ["1111aaaa1111"], "what webhooks are told is public"


@pytest.mark.parametrize("number", range(1, 8))
async def test_the_server_starts_whatever_note_is_damaged(tmp_path: Path, number: int) -> None:
    path = tmp_path / "log.db"
    made = await noted(path)
    foreign(
        path,
        "UPDATE notes SET body = CAST(substr(body, 1, 9) || 'x' AS BLOB) WHERE number = ?",
        number,
    )
    assert f"log.db: note {number} is not as it was written" in found(path)

    settings = Settings(database=path, bundled=False)
    async with Tracker.open(settings) as tracker:
        tokens = tracker.parts.tokens
        assert tokens.grant(f"Bearer {made['second']}") is None
        night = tracker.parts.nights.get("made-up")
        assert night is not None
        assert night.version == len(LIVE)


def test_a_restored_log_gets_the_same_notes_as_a_revocation_writes() -> None:
    ledger, hooks = token_ledger(), webhook_ledger()
    ledger.take(Note(1, *revocation("1111aaaa1111", at=HOUR, by="restore")))
    hooks.take(Note(2, *removal("2222aaaa2222", by="restore")))

    assert ledger.ended == {"1111aaaa1111"}
    assert hooks.ended == {"2222aaaa2222"}
    assert ledger.lost == hooks.lost == []
