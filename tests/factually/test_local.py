"""Local mode: where data is kept, the secret key, and what manage.py holds while it runs."""

import errno
import multiprocessing
import os
from pathlib import Path

import pytest

from factually import database, local, postgres_programs


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(local, "data_dir", lambda: tmp_path / "data")
    return tmp_path / "data"


def test_the_secret_key_is_made_once_and_for_nobody_else(data: Path) -> None:
    key = local.secret_key()
    assert len(key) >= 50
    assert local.secret_key() == key
    assert (data / "secret-key").stat().st_mode & 0o077 == 0
    assert [file.name for file in data.iterdir()] == ["secret-key"]


def test_starts_at_the_same_moment_agree_on_the_secret_key(data: Path) -> None:
    with multiprocessing.get_context("fork").Pool(4) as starts:
        keys = starts.map(_secret_key, range(16))
    assert len(set(keys)) == 1


def _secret_key(_number: int) -> str:
    return local.secret_key()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs Postgres as somebody else")
def test_root_keeps_data_where_the_servers_account_can_enter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o700)
    monkeypatch.setenv("FACTUALLY_DATA", str(tmp_path / "data"))
    assert local.data_dir.__wrapped__().parent == postgres_programs.ROOTS_FOLDER


def test_an_ordinary_account_keeps_data_where_it_was_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("FACTUALLY_DATA", str(tmp_path / "data"))
    assert local.data_dir.__wrapped__() == tmp_path / "data"


@pytest.mark.parametrize(
    "question", [[], ["help"], ["migrate", "--help"], ["--version"], ["check"]]
)
def test_a_question_about_commands_needs_no_database(question: list[str]) -> None:
    assert not local.needs_database(["manage.py", *question])
    assert local.needs_database(["manage.py", "migrate"])


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EROFS, "the disk is read-only"),
        (errno.EACCES, "permission is denied"),
    ],
)
def test_what_the_disk_refuses_is_one_sentence(number: int, words: str) -> None:
    with pytest.raises(local.RefusedError) as refusal, local.refusals():
        raise OSError(number, "…", "/somewhere")
    assert str(refusal.value) == f"/somewhere can't be written: {words}."


@pytest.mark.parametrize(
    "address",
    ["nonsense", "postgres://", "mysql://a/b", "postgres://u:secret@h:x/db", "postgres://u@[h/db"],
)
def test_a_database_address_that_cant_be_one_is_refused_without_repeating_it(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", address)
    with pytest.raises(local.RefusedError, match="DATABASE_URL can't be read") as refusal:
        database.check_address()
    assert "secret" not in str(refusal.value)
