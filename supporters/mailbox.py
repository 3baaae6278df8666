"""The folder that holds the mails where none are sent, as in the demonstration: read only, and nothing beside it."""

from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

SHOWN = 200  # of the newest
LARGEST = 2**20  # bytes of one file that are read
BETWEEN = b"-" * 79 + b"\n"  # Django's line after each mail in a file


@dataclass(frozen=True)
class Mail:
    """One mail, as far as the desk shows it."""

    file: str
    sent: str
    to: str
    subject: str
    text: str


def mails(folder: str) -> list[Mail]:
    """The newest first; none where there is no folder yet."""
    place = Path(folder)
    if not folder or not place.is_dir():
        return []
    newest = sorted(_files(place), key=lambda file: file.name, reverse=True)
    return [mail for file in newest[:SHOWN] for mail in reversed(list(_mails(file)))]


def _files(place: Path) -> Iterator[Path]:
    """Only what Django put there: a link could lead anywhere."""
    for file in place.iterdir():
        if file.suffix == ".log" and file.is_file() and not file.is_symlink():
            yield file


def _mails(file: Path) -> Iterator[Mail]:
    with file.open("rb") as stream:
        content = stream.read(LARGEST)
    for part in content.split(BETWEEN):
        if part.strip():
            yield _mail(file.name, part)


def _mail(name: str, content: bytes) -> Mail:
    message = message_from_bytes(content, _class=EmailMessage, policy=policy.default)
    body = message.get_body(("plain",))
    said = {field: str(message.get(field, "")) for field in ("date", "to", "subject")}
    text = body.get_content().rstrip("\n") if body else ""
    return Mail(name, said["date"], said["to"], said["subject"], text)
