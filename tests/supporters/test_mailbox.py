"""The folder of the demonstration's mails, shown at the desk to those who may see supporters."""

from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.filebased import EmailBackend
from django.test import Client
from django.urls import reverse

from supporters import mailbox
from tests.factories import make_superuser, make_user

FOLDER = "admin:supporters_letter_folder"


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.MAIL_FOLDER = str(tmp_path / "mail")
    backend = EmailBackend(file_path=settings.MAIL_FOLDER)
    messages = [_mail("First", "Grüße <b>"), _mail("Second", "http://127.0.0.1:8000/x/")]
    backend.send_messages(messages)
    return tmp_path / "mail"


def _mail(subject: str, text: str) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(subject, text, "news@example.org", ["ada@example.org"])
    message.attach_alternative("<p>HTML</p>", "text/html")
    return message


def test_each_mail_is_read_as_it_would_have_arrived(folder: Path) -> None:
    second, first = mailbox.mails(str(folder))

    assert (first.subject, first.to, first.text) == ("First", "ada@example.org", "Grüße <b>")
    assert second.subject == "Second"


def test_nothing_beside_the_mails_is_read(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("Subject: secret\n\nkey")
    (folder / "link.log").symlink_to(tmp_path / "secret")
    (folder / "notes.txt").write_text("Subject: notes\n\nkey")
    (folder / "more.log").mkdir()

    assert {mail.subject for mail in mailbox.mails(str(folder))} == {"First", "Second"}


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00", b"Subject: =?utf-8?b?x\n\n", b"-" * 9999]
)
def test_a_file_that_is_no_mail_breaks_nothing(folder: Path, content: bytes) -> None:
    (folder / "odd.log").write_bytes(content)

    assert {"First", "Second"} <= {mail.subject for mail in mailbox.mails(str(folder))}


def test_where_there_is_no_folder_there_are_no_mails(tmp_path: Path) -> None:
    assert mailbox.mails("") == mailbox.mails(str(tmp_path / "none")) == []


@pytest.mark.django_db
def test_the_desk_shows_them_and_links_are_links(client: Client, folder: Path) -> None:
    client.force_login(make_superuser())

    page = client.get(reverse(FOLDER)).content.decode()

    assert "Grüße &lt;b&gt;" in page
    assert '<a href="http://127.0.0.1:8000/x/"' in page


@pytest.mark.django_db
def test_who_may_not_see_supporters_does_not_see_their_mails(client: Client, folder: Path) -> None:
    client.force_login(make_user("editor", "factchecks.view_factcheck"))

    assert client.get(reverse(FOLDER)).status_code == 403


@pytest.mark.django_db
def test_where_mails_are_sent_the_desk_says_so(client: Client, settings: Any) -> None:
    settings.MAIL_FOLDER = ""
    client.force_login(make_superuser())

    assert "no copy is kept" in client.get(reverse(FOLDER)).content.decode()
