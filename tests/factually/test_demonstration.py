"""The demonstration: a newsroom at work, loaded once."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from factchecks.models import FactCheck, Publication, Rating
from factually.demonstration import loading
from supporters.models import Supporter
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of the test's own."""
    monkeypatch.setattr("factually.local.made_data_dir", lambda: tmp_path)
    monkeypatch.setenv("DEMO_PASSWORD", "correct horse")
    return tmp_path


@pytest.fixture
def one_check(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A demonstration of one fact check, which loads quickly."""
    file = min(loading.FACT_CHECKS.glob("*.md"))
    fact_checks = folder / "fact-checks"
    fact_checks.mkdir()
    (fact_checks / file.name).write_bytes(file.read_bytes())
    monkeypatch.setattr(loading, "FACT_CHECKS", fact_checks)


def load() -> list[str]:
    said: list[str] = []
    loading.load(said.append)
    return said


def test_everything_is_loaded_once_and_told(
    folder: Path, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    said = load()
    published = Publication.objects.published()
    assert len(said) == published.count() == FactCheck.objects.count() >= 12
    assert said[0].startswith(f"  1 of {len(said)}: ")
    assert [*Rating.objects.values_list("name", flat=True)] == [*loading.SCALE]
    assert Supporter.objects.filter(is_demonstration=False).count() == 0
    assert client.get(published[0].get_absolute_url()).status_code == 200
    with django_assert_max_num_queries(1):
        assert load() == []


@pytest.mark.usefixtures("one_check")
def test_the_sign_ins_are_for_its_owner_alone_and_they_work(folder: Path, client: Client) -> None:
    load()
    file = folder / "demonstration-sign-ins.txt"
    assert file.stat().st_mode & 0o777 == 0o600
    for name in ("chief", "editor", "reporter", "supporter-admin"):
        assert f"  {name:<16} correct horse" in file.read_text()
        assert client.login(username=name, password="correct horse")


@pytest.mark.usefixtures("one_check")
def test_passwords_are_random_unless_one_is_given(
    folder: Path, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DEMO_PASSWORD")
    load()
    rows = (folder / "demonstration-sign-ins.txt").read_text().splitlines()[1:]
    passwords = {row.split()[0]: row.split()[1] for row in rows}
    assert len({*passwords.values()}) == 4
    assert client.login(username="editor", password=passwords["editor"])


@pytest.mark.usefixtures("one_check")
def test_when_the_sign_ins_cannot_be_written_nothing_is_kept(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("factually.local.made_data_dir", lambda: folder / "missing")
    with pytest.raises(FileNotFoundError):
        load()
    assert not FactCheck.objects.exists()
    assert not Supporter.objects.exists()


def test_a_draft_that_cannot_be_published_is_named_and_nothing_is_kept(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "broken.md").write_text("---\nquestion: Is it so?\n---\nNo.\n")
    monkeypatch.setattr(loading, "FACT_CHECKS", folder)
    with pytest.raises(CommandError, match=r"not loaded: broken\.md: The check has no author\."):
        call_command("load_demonstration")
    assert not FactCheck.objects.exists()


def test_an_account_that_is_there_already_is_left_alone(folder: Path) -> None:
    make_user("editor")
    with pytest.raises(CommandError, match="there is an account “editor” already"):
        call_command("load_demonstration")
    assert not FactCheck.objects.exists()
