"""What each kind of job is called, which command does the same by hand, and who may know of it."""

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser, User
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app


@dataclass(frozen=True)
class Kind:
    title: Promise | str
    command: str


# By the name of the task. A kind of a later version than ours is shown by that name.
KINDS = {
    "factchecks.tasks.find_outdated_pages": Kind(_("Find pages to make again"), "remake_pages"),
    "factchecks.tasks.make_page": Kind(_("Make a page again"), "remake_pages"),
    "factchecks.tasks.find_lacking_cards": Kind(_("Find pictures to draw"), "draw_cards"),
    "factchecks.tasks.make_card": Kind(_("Draw the picture for social media"), "draw_cards"),
    "factchecks.tasks.lay_pictures_aside": Kind(
        _("Lay aside pictures of versions taken down"), "lay_pictures_aside"
    ),
    "factchecks.tasks.learn_words": Kind(_("Learn new words for the search"), "learn_words"),
    "factchecks.tasks.learn_leanings": Kind(
        _("Work out how checks lean on their sources"), "learn_leanings"
    ),
    "factchecks.tasks.learn_leanings_again": Kind(
        _("Work out anew how checks lean on their sources"), "learn_leanings"
    ),
    "factchecks.tasks.forget_unsaved_work": Kind(
        _("Forget unsaved work that nobody came back for"), "forget_unsaved_work"
    ),
    "factchecks.tasks.recover_jobs": Kind(_("Put back the jobs of dead workers"), "recover_jobs"),
    "factchecks.tasks.forget_jobs": Kind(_("Forget jobs that ended well"), "forget_jobs"),
    "factchecks.tasks.keep_copies": Kind(_("Ask for copies of a check's sources"), "keep_copies"),
    "factchecks.tasks.verify_quotations": Kind(
        _("Look up a check's quotations"), "verify_quotations"
    ),
    "sources.tasks.keep_copy": Kind(_("Keep a copy of a source"), "keep_copies"),
    "sources.tasks.sweep": Kind(_("Find sources that nobody looked at yet"), "keep_copies"),
    "sources.tasks.renew_verifications": Kind(
        _("Look quotations up by new rules"), "verify_quotations"
    ),
    "sources.tasks.watch": Kind(_("Watch the sources of published checks"), "watch_sources"),
    "sources.tasks.archive": Kind(_("Ask the Wayback Machine to save a source"), "archive_sources"),
    "sources.tasks.take_archived": Kind(
        _("Ask the Wayback Machine for its copy's address"), "archive_sources"
    ),
    "supporters.tasks.apply_event": Kind(_("Take a provider's event in"), "apply_events"),
    "supporters.tasks.send_letter": Kind(_("Send a letter"), "send_letters"),
    "supporters.tasks.survey": Kind(_("Survey the ledger"), "survey_supporters"),
    "supporters.tasks.forget_abandoned": Kind(
        _("Forget gifts that were begun and never paid"), "forget_abandoned"
    ),
    "supporters.tasks.forget_at_providers": Kind(
        _("Have the payment provider forget a person"), "finish_forgetting"
    ),
    "supporters.tasks.finish_forgetting": Kind(
        _("Finish what forgetting people began"), "finish_forgetting"
    ),
}

BOOKS, NEWSROOM = "supporters", "newsroom"
SEEING = {BOOKS: "supporters.view_supporter", NEWSROOM: "factchecks.publish_factcheck"}
"""The wings, and whose business their jobs are: whoever may not see supporters learns of no letter either."""

CHANGING = {BOOKS: "supporters.change_supporter", NEWSROOM: "factchecks.publish_factcheck"}


def wing_of(task: str) -> str:
    return BOOKS if task.startswith("supporters.") else NEWSROOM


def wings(user: User | AnonymousUser, *, changing: bool = False) -> set[str]:
    """Whose jobs this person may see, or try again."""
    needed = CHANGING if changing else SEEING
    return {wing for wing, permission in needed.items() if user.has_perm(permission)}


def title_of(task: str) -> str:
    return str(KINDS[task].title) if task in KINDS else task


def command_of(task: str) -> str:
    return KINDS[task].command if task in KINDS else ""


def ours() -> set[str]:
    """The tasks of this version of the software, without the library's own."""
    app.perform_import_paths()
    return {name for name in app.tasks if not name.startswith(("builtin:", "procrastinate."))}
