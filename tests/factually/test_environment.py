"""Making the environment: what is cleared must be ours."""

from pathlib import Path

import pytest

from factually import environment
from factually.environment import Environment, RefusedError


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(environment, "CHECKOUT", tmp_path)
    (tmp_path / "lock.txt").write_text("django==5.2 \\\n    --hash=sha256:00\n")
    return tmp_path


def test_what_a_link_leads_to_is_never_cleared(checkout: Path) -> None:
    elsewhere = checkout / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "factually-unfinished").touch()
    (checkout / ".venv").symlink_to(elsewhere)
    with pytest.raises(RefusedError, match="is a link"):
        Environment(".venv", "lock.txt").make()
    assert (elsewhere / "factually-unfinished").exists()


def test_a_folder_that_is_no_environment_is_never_cleared(checkout: Path) -> None:
    (checkout / ".venv").mkdir()
    (checkout / ".venv" / "notes.txt").touch()
    with pytest.raises(RefusedError, match="move it away"):
        Environment(".venv", "lock.txt").make()
    assert (checkout / ".venv" / "notes.txt").exists()


def test_an_environment_is_made_when_its_stamp_is_the_locks(checkout: Path) -> None:
    made = Environment(".venv", "lock.txt")
    made.python.parent.mkdir(parents=True)
    made.python.touch()
    made.stamp.write_text(made.wanted_stamp())
    assert made.is_made()
    (checkout / "lock.txt").write_text("django==5.3\n")
    assert not made.is_made()


def test_the_newest_django_is_taken_out_of_the_lock_with_its_hashes() -> None:
    lock = "a==1 \\\n    --hash=sha256:00\ndjango==5.2 \\\n    --hash=sha256:11\n    # via\ndjango-csp==4\n"
    assert environment.without("django", lock) == "a==1 \\\n    --hash=sha256:00\ndjango-csp==4\n"


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("ERROR: [Errno 28] No space left on device", "The disk is full."),
        ("Failed to establish a new connection", environment.NO_NETWORK),
        ("something else", "It failed."),
    ],
)
def test_what_pip_says_becomes_one_sentence(said: str, sentence: str) -> None:
    assert environment.cause(said, "It failed.") == sentence
