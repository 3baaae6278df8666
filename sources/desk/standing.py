"""How it stands with a source, in words for the desk."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sources import quoting, relying
from sources.fetching.verdict import State
from sources.models import Source
from sources.quoting import Standing

TROUBLES = (State.DEAD.value, State.MOVED.value, State.DRIFTED.value)
SINCE = {
    State.UNKNOWN.value: gettext_lazy("not known since %(day)s"),
    State.ALIVE.value: gettext_lazy("available since %(day)s"),
    State.DEAD.value: gettext_lazy("no longer available since %(day)s"),
    State.MOVED.value: gettext_lazy("moved away since %(day)s"),
    State.DRIFTED.value: gettext_lazy("changed since we read it, noticed on %(day)s"),
}
LONGEST = 200  # characters of a title in a sentence
MOST = 20  # passages in a list


def unnoted() -> QuerySet[Source]:
    """What readers are shown and no longer find as it was, and nobody has taken note of; the newest first."""
    fallen = Source.objects.unmerged().filter(state__in=TROUBLES, pk__in=relying.shown())
    silent = Q(noted_at__gte=F("state_since"))
    return fallen.exclude(silent).order_by(F("state_since").desc(nulls_last=True), "-pk")


def is_in_trouble(source: Source) -> bool:
    return source.state in TROUBLES and source.merged_into_id is None


def is_noted(source: Source) -> bool:
    """Whether somebody has taken note of the state that it is in now."""
    since = source.state_since
    return bool(source.noted_at and (since is None or source.noted_at >= since))


def in_words(source: Source) -> str:
    """“no longer available since May 1, 2026”; of a double, that it is one."""
    if source.merged_into_id:
        return _("merged into another source")
    if source.state_since is None:
        return source.get_state_display()
    return str(SINCE[source.state]) % {"day": day(source.state_since)}


def noted_in_words(source: Source) -> str:
    """Who has taken note of its state; empty where nobody has."""
    if not (is_in_trouble(source) and is_noted(source) and source.noted_at):
        return ""
    if source.noted_by is None:
        return _("noted on %(day)s") % {"day": day(source.noted_at)}
    who = source.noted_by.get_full_name() or source.noted_by.get_username()
    return _("noted by %(who)s on %(day)s") % {"who": who, "day": day(source.noted_at)}


def next_look(source: Source) -> str:
    if source.merged_into_id:
        return _("none: it went into another source")
    if source.next_look_at is None or source.next_look_at <= timezone.now():
        return _("as soon as the worker comes to it")
    if not is_shown(source):
        return _("when a check that cites it is published")
    return date_format(timezone.localtime(source.next_look_at), "DATETIME_FORMAT")


def is_shown(source: Source) -> bool:
    """Whether readers are shown it, now or by a schedule: only then is it watched."""
    return Source.objects.filter(pk=source.pk, pk__in=relying.shown()).exists()


@dataclass(frozen=True)
class Fallen:
    """A passage that checks quote of a source, and that its newest copy does not have word for word."""

    text: str
    standing: Standing
    is_public: bool

    @property
    def digest(self) -> str:
        return quoting.digest(self.text)


def fallen(source: Source) -> list[Fallen]:
    """Those that readers are shown first."""
    relied = relying.quotations([source.pk]).get(source.pk, relying.Reliance())
    found = quoting.standing((source.pk, text) for text in relied.all)
    return [
        Fallen(text, each, text in relied.public)
        for (_pk, text), each in sorted(
            found.items(), key=lambda pair: (pair[0][1] not in relied.public, pair[0][1])
        )
        if each.state in {quoting.State.DIFFERENT, quoting.State.NOT_FOUND}
    ][:MOST]


def link(source: Source, *, to: str = "change") -> SafeString:
    url = reverse(f"admin:sources_source_{to}", args=[source.pk])
    return format_html('<a href="{}">{}</a>', url, Truncator(source).chars(LONGEST))


def reliance(source: Source, user: Any) -> dict[str, Any]:
    """What rests on it, as far as this person may see it."""
    cited = relying.cited(source.pk, user=user)
    return {"cited": cited, "fallen": fallen(source) if cited.checks else []}


def day(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "DATE_FORMAT")


def context(source: Source, user: Any) -> dict[str, Any]:
    """For the head of the desk's pages."""
    return {
        **reliance(source, user),
        "state": in_words(source),
        "is_in_trouble": is_in_trouble(source),
        "noted": noted_in_words(source),
        "next_look": next_look(source),
    }
