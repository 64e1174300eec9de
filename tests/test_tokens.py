from pathlib import Path

import pytest

from web.tokens import Tokens, digest_of, first_token

TOKEN = "a-token-for-tests"


def test_a_token_speaks_for_its_actor_and_no_other_does() -> None:
    tokens = Tokens(TOKEN)
    assert tokens.actor(f"Bearer {TOKEN}") == "admin"
    assert tokens.actor(f"bearer  {TOKEN} ") == "admin"
    for header in (None, "", "Bearer", "Bearer ", TOKEN, f"Basic {TOKEN}", f"Bearer {TOKEN}x"):
        assert tokens.actor(header) is None


@pytest.mark.parametrize("header", ["Bearer ", f"Bearer {digest_of('')}", "Bearer x", "Bearer é"])
def test_where_no_token_is_known_nobody_enters(header: str) -> None:
    assert Tokens().actor(header) is None


def test_the_digest_of_a_token_does_not_open_the_door_itself() -> None:
    assert Tokens(TOKEN).actor(f"Bearer {digest_of(TOKEN)}") is None


def test_the_first_start_makes_a_token_and_later_starts_only_know_it(tmp_path: Path) -> None:
    database = tmp_path / "night.db"
    tokens, made = first_token(database)
    assert made is not None
    assert len(made) >= 32
    assert tokens.actor(f"Bearer {made}") == "admin"
    (beside,) = tmp_path.iterdir()
    assert beside.stat().st_mode & 0o777 == 0o600
    assert made not in beside.read_text()
    again, shown = first_token(database)
    assert shown is None
    assert again.actor(f"Bearer {made}") == "admin"
    assert again.actor("Bearer something-else") is None


@pytest.mark.parametrize("rest", [b"", b"abc\n", b"\xff\xfe", digest_of(TOKEN).encode()[:-1]])
def test_half_a_token_file_is_made_anew_so_that_nobody_is_locked_out(
    tmp_path: Path, rest: bytes
) -> None:
    database = tmp_path / "night.db"
    (tmp_path / "night.db-token").write_bytes(rest)
    (tmp_path / "night.db-token.new").write_bytes(b"left by a crash")
    tokens, made = first_token(database)
    assert made is not None
    assert tokens.actor(f"Bearer {made}") == "admin"
    assert first_token(database)[1] is None
    assert not (tmp_path / "night.db-token.new").exists()


def test_two_servers_make_two_tokens(tmp_path: Path) -> None:
    assert first_token(tmp_path / "a.db")[1] != first_token(tmp_path / "b.db")[1]
