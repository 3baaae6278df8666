"""The front page of the desk: what waits for the person who looks at it, and what the newsroom has coming."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from factchecks.desk.queues import AGES, QUEUES, drafts_by_age
from sources.desk import listing, standing

SHOWN = 10  # checks in a list; the rest is one link away
MINE = ("sent-back", "review", "overdue", "mine")
NEWSROOM = ("scheduled", "past-review", "no-source")


@dataclass(frozen=True)
class Line:
    """One check, or source, in a list: ``note`` says why it is in it."""

    title: str
    url: str
    note: str


@dataclass(frozen=True)
class Section:
    """The beginning of a queue, or of the sources in trouble. ``more`` leads to all of it, where it has more."""

    key: str
    title: Promise
    lines: list[Line]
    more: str


@dataclass(frozen=True)
class Drafts:
    """How many drafts are that old; ``share`` of the largest count, in per cent."""

    title: Promise
    count: int
    share: int
    url: str


@dataclass(frozen=True)
class Front:
    """What the page shows of fact checks; lists that would be empty are left out."""

    mine: list[Section]
    newsroom: list[Section]
    drafts: list[Drafts]


def front(
    user: User, *, may_approve: bool, may_see_sources: bool = False, at: datetime | None = None
) -> Front:
    """One query a list, and one for the drafts."""
    now = at or timezone.now()
    mine = [key for key in MINE if may_approve or key != "review"]
    return Front(
        mine=_sections(mine, user, now),
        newsroom=[*_sections(NEWSROOM, user, now), *(_fallen() if may_see_sources else [])],
        drafts=_drafts(now),
    )


def _sections(keys: Any, user: User, now: datetime) -> list[Section]:
    sections = [_section(key, user, now) for key in keys]
    return [section for section in sections if section.lines]


def _section(key: str, user: User, now: datetime) -> Section:
    # One more than is shown tells whether there are more.
    checks = QUEUES[key].checks(user, now).select_related("assignee").only(*FIELDS)[: SHOWN + 1]
    note = NOTES.get(key, _due)
    lines = [
        Line(
            title=check.question,
            url=reverse("admin:factchecks_factcheck_change", args=[check.pk]),
            note=note(check, timezone.localdate(now)),
        )
        for check in checks
    ]
    more = _filtered(queue=key) if len(lines) > SHOWN else ""
    return Section(key, QUEUES[key].title, lines[:SHOWN], more)


def _fallen() -> list[Section]:
    """Sources that readers are shown and no longer find as they were; none once somebody has taken note of them all."""
    sources = standing.unnoted().only("title", "url", "state", "state_since", "merged_into")
    lines = [
        Line(
            title=str(source),
            url=reverse("admin:sources_source_copies", args=[source.pk]),
            note=standing.in_words(source),
        )
        for source in sources[: SHOWN + 1]
    ]
    if not lines:
        return []
    all_of_them = {"standing": listing.UNNOTED}
    more = reverse("admin:sources_source_changelist", query=all_of_them)
    title = gettext_lazy("Sources that are gone, moved or changed")
    return [Section("fallen", title, lines[:SHOWN], more if len(lines) > SHOWN else "")]


FIELDS = (
    "question",
    "due_on",
    *(f"assignee__{name}" for name in ("username", "first_name", "last_name")),
)


def _filtered(**query: str) -> str:
    return reverse("admin:factchecks_factcheck_changelist", query=query)


def _drafts(now: datetime) -> list[Drafts]:
    counts = drafts_by_age(now)
    largest = max(counts.values())
    return [
        Drafts(age.title, count, count * 100 // largest, _filtered(draft=key))
        for key, age in AGES.items()
        if (count := counts[key])
    ]


def _due(check: Any, today: date) -> str:
    """By when, and by whom: “due March 3, 2026 · A. Writer”."""
    words = []
    if check.due_on:
        late = _("was due %(day)s") if check.due_on < today else _("due %(day)s")
        words.append(late % {"day": _day(check.due_on)})
    if check.assignee:
        words.append(check.assignee.get_full_name() or check.assignee.username)
    return " · ".join(words)


def _scheduled(check: Any, today: date) -> str:
    return date_format(timezone.localtime(check.begins_at), "DATETIME_FORMAT")


def _past_review(check: Any, today: date) -> str:
    return _("to be reviewed by %(day)s") % {"day": _day(check.promised_on)}


def _missing(check: Any, today: date) -> str:
    return " ".join(f"[{number}]" for number in check.missing_numbers[:SHOWN])


def _day(day: date) -> str:
    return date_format(day, "DATE_FORMAT")


NOTES: dict[str, Callable[[Any, date], str]] = {
    "scheduled": _scheduled,
    "past-review": _past_review,
    "no-source": _missing,
}
