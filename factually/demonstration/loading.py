"""Fill an empty newsroom, once: what a first start shows."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

import supporters.demonstration
from factchecks import importer, importing
from factchecks.importing import Draft
from factchecks.models import Person, Rating, StandingPage
from factually import local, preparation
from factually.demonstration import site
from sources.models import Source
from supporters.models import Supporter

FACT_CHECKS = Path(__file__).parent / "fact-checks"
PAGES = Path(__file__).parent / "pages"
# A check whose sources this software brings itself: see ``site``. The third of them is gone from its address.
WITH_OWN_SOURCES = Path(__file__).parent / "light-of-sample-point.md"
GONE, ARCHIVED = "harbour-bulletin.html", "archive/harbour-bulletin.html"
LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"  # none that is taken for another

SCALE = {
    "True": "The evidence supports the claim, and nothing important is left out.",
    "Mostly true": "The claim holds, but needs a detail or some context to be understood rightly.",
    "Half true": "Part of the claim holds, and part of it does not.",
    "Misleading": "The words may be correct, but they suggest something that the evidence does not support.",
    "False": "The evidence contradicts the claim.",
    "Unproven": "The evidence that there is can neither support nor contradict the claim.",
}

BYLINES = {"Demonstration desk": "Writes", "Demonstration editor": "Reviews"}


class Account(NamedTuple):
    name: str
    group: str  # empty: everything is allowed
    may: str


ACCOUNTS = (
    Account("chief", "", "everything"),
    Account("editor", "Editor", "writes and publishes fact checks"),
    Account("reporter", "Reporter", "writes fact checks"),
    Account("supporter-admin", "Supporter admin", "keeps supporters, gifts and goals"),
)

Say = Callable[[str], None]


class NotLoadedError(Exception):
    """Why the demonstration was not loaded, as a sentence. Nothing of it was kept."""


def load(say: Say) -> None:
    """Load everything or nothing; nothing where it was loaded before. ``say`` is told of each fact check.

    The sign-ins are written into the data folder last: if that fails, everything is taken back.
    """
    if is_loaded():
        return
    with transaction.atomic():
        _refuse_taken_names()
        passwords = {account.name: _make_account(account) for account in ACCOUNTS}
        _make_scale()
        _write_pages()
        _publish_fact_checks(User.objects.get(username="editor"), say)
        _introduce_people()
        supporters.demonstration.load(timezone.now())
        local.write_secretly(local.made_data_dir() / preparation.SIGN_INS, _sign_ins(passwords))


def is_loaded() -> bool:
    """Whether it was loaded here once: its supporters stay for ever, for payments do."""
    return Supporter.objects.filter(is_demonstration=True).exists()


def _refuse_taken_names() -> None:
    taken = User.objects.filter(username__in=[account.name for account in ACCOUNTS]).first()
    if taken:
        raise NotLoadedError(
            f"The demonstration was not loaded: there is an account “{taken.username}” already."
        )


def _make_account(account: Account) -> str:
    password = os.environ.get("DEMO_PASSWORD") or "".join(
        secrets.choice(LETTERS) for _ in range(14)
    )
    user = User.objects.create_user(
        account.name, password=password, is_staff=True, is_superuser=not account.group
    )
    if account.group:
        user.groups.add(Group.objects.get(name=account.group))
    return password


def _make_scale() -> None:
    for position, (name, description) in enumerate(SCALE.items(), 1):
        Rating.objects.get_or_create(
            name=name, defaults={"description": description, "position": position}
        )


def _write_pages() -> None:
    """The standing pages that nobody has written yet."""
    for page in StandingPage.objects.filter(text=""):
        page.text = (PAGES / f"{page.subject}.md").read_text("utf-8").strip()
        page.save()


def _publish_fact_checks(editor: User, say: Say) -> None:
    """The longest checked first, so that the list begins with the newest."""
    own = [WITH_OWN_SOURCES] if local.is_local() else []
    drafts = [(file, _read(file)) for file in [*own, *sorted(FACT_CHECKS.glob("*.md"))]]
    drafts.sort(key=lambda pair: pair[1].document["checked_on"] or "")
    for number, (file, draft) in enumerate(drafts, 1):
        result = importer.save(draft, by=None)
        try:
            importer.publish(result, editor=editor)
        except ValidationError as refusal:
            raise _not_loaded(file, " ".join(refusal.messages)) from refusal
        say(f"  {number} of {len(drafts)}: {draft.document['question']}")
    gone = Source.objects.filter(url=f"http://{site.ADDRESS}/{GONE}")
    gone.update(archived_url=f"http://{site.ADDRESS}/{ARCHIVED}")


def _introduce_people() -> None:
    """Those in the bylines stand on the page of our people, plainly marked."""
    for name, role in BYLINES.items():
        Person.objects.filter(name=name, role="").update(
            role=role,
            biography="Not a person: a byline of the demonstration.",
            is_listed=True,
        )


def _read(file: Path) -> Draft:
    try:
        return importing.read(file.read_bytes())
    except importing.UnreadableDraft as error:
        raise _not_loaded(file, error.message) from error


def _not_loaded(file: Path, reason: str) -> NotLoadedError:
    return NotLoadedError(f"The demonstration was not loaded: {file.name}: {reason}")


def _sign_ins(passwords: dict[str, str]) -> str:
    rows = [
        f"  {account.name:<16} {passwords[account.name]}   ({account.may})" for account in ACCOUNTS
    ]
    return "\n".join(["Sign in at /admin/ as", *rows, ""])
