"""Two sources that are one page: one is kept, and the other, its double, points to it from then on.

The kept one gets the double's copies and looks, and what it lacked. The checks at the desk that cite the double follow;
published versions stay as they were, and name the double. It is not undone: a double's row stays as it was, and may
only be followed to where it went.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from sources import keeping, relying
from sources.models import Look, Snapshot, Source
from sources.relying import Citing

FIELDS = (
    *("url", "title", "publisher", "author", "published_on", "language"),
    *("own_address", "archived_url"),
)
TRIES = 3


class Busy(Exception):
    """Somebody has just saved a check that was not cited in before: what was locked is not enough."""


@dataclass(frozen=True)
class Field:
    """What both say, and what the kept one says afterwards; ``is_lost`` where the double said something else."""

    label: str
    kept: Any
    double: Any
    after: Any

    @property
    def is_lost(self) -> bool:
        return bool(self.double) and self.double != self.after


@dataclass(frozen=True)
class Plan:
    """All that a merge would do."""

    kept: Source
    double: Source
    fields: list[Field]
    checks: list[Citing]
    copies: int
    looks: int
    published: int

    @property
    def kept_name(self) -> str:
        return self._name(self.kept)

    @property
    def double_name(self) -> str:
        return self._name(self.double)

    def _name(self, source: Source) -> str:
        """Its title; two that are titled alike are told apart by their addresses."""
        return source.url if str(self.kept) == str(self.double) else str(source)

    @property
    def fingerprint(self) -> str:
        """Another one, as soon as the merge would do something else."""
        said: list[Any] = [self.kept.pk, self.double.pk]
        said += [[str(field.kept), str(field.double)] for field in self.fields]
        said += [[check.pk, check.number, check.kept_number] for check in self.checks]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def plan(kept: Source, double: Source) -> Plan:
    """What ``merge`` would do. Raises ``ValidationError`` for two that cannot be merged."""
    _refuse(kept, double)
    return Plan(
        kept,
        double,
        fields=[_field(name, kept, double) for name in FIELDS],
        checks=relying.citing(double.pk, kept.pk),
        copies=double.snapshots.count(),
        looks=double.looks.count(),
        published=relying.published(double.pk),
    )


def merge(kept: int, double: int, *, seen: str, by: Any) -> Source:
    """The kept source, with the double merged into it: all of it, or nothing.

    ``seen`` is the fingerprint of the plan that the person has agreed to. Raises ``ValidationError`` with a sentence
    where the merge would do something else by now, or where a check cannot follow.
    """
    for _attempt in range(TRIES):
        try:
            with transaction.atomic():
                return _merge(kept, double, seen, by)
        except Busy:
            continue
    raise ValidationError(_("Somebody is just saving a check that cites it. Try again."))


def _merge(kept_pk: int, double_pk: int, seen: str, by: Any) -> Source:
    """Checks are locked before sources, as saving a check does it."""
    with connection.cursor() as cursor:  # one merge at a time
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('sources.merging'))")
    held = [check.pk for check in relying.citing(double_pk, kept_pk, lock=True)]
    # (in full: whoever just begins to cite one of them waits, and then cites the kept one)
    wanted = Q(pk__in=[kept_pk, double_pk]) | Q(merged_into=double_pk)
    rows = Source.objects.filter(wanted).order_by("pk").select_for_update(of=("self",))
    sources = {source.pk: source for source in rows.select_related("publisher")}
    kept, double = sources.get(kept_pk), sources.get(double_pk)
    if kept is None or double is None:
        raise ValidationError(_("One of the two sources is gone: look again."))
    planned = plan(kept, double)
    if [check.pk for check in planned.checks] != held:
        raise Busy
    if planned.fingerprint != seen:
        raise ValidationError(
            _("Something has changed since you looked, so nothing was merged. Look again.")
        )
    _take_over(planned)
    relying.follow(held, by=by)
    keeping.ask([kept.pk], Snapshot.Reason.MERGED)
    _note(kept, double, by)
    return kept


def _refuse(kept: Source, double: Source) -> None:
    if kept.pk == double.pk:
        raise ValidationError(_("Choose another source: this is one and the same."))
    for source in (kept, double):
        if source.merged_into_id:
            message = _("“%(source)s” was merged into another source already.")
            raise ValidationError(message % {"source": source})


def _field(name: str, kept: Source, double: Source) -> Field:
    ours, theirs = getattr(kept, name), getattr(double, name)
    label = capfirst(str(Source._meta.get_field(name).verbose_name))  # type: ignore[union-attr]
    return Field(label, ours, theirs, ours or theirs)


def _take_over(planned: Plan) -> None:
    kept, double = planned.kept, planned.double
    Snapshot.objects.filter(source=double).update(source=kept)
    Look.objects.filter(source=double).update(source=kept)
    lacking = {
        name: getattr(double, name)
        for name in FIELDS
        if getattr(double, name) and not getattr(kept, name)
    }
    # Its copies are others now, and so may be what was verified: pages are made anew, and the page looked at soon.
    told: dict[str, Any] = {"state_changed_at": Now(), "next_look_at": None}
    Source.objects.filter(pk=kept.pk).update(**lacking, **told)
    Source.objects.filter(Q(pk=double.pk) | Q(merged_into=double)).update(merged_into=kept)


def _note(kept: Source, double: Source, by: Any) -> None:
    """The desk's record, of both."""
    kind = ContentType.objects.get_for_model(Source)
    notes = [
        (kept, _("“%(source)s” (%(url)s) was merged into this one."), double),
        (double, _("Merged into “%(source)s” (%(url)s)."), kept),
    ]
    for source, message, other in notes:
        LogEntry.objects.create(
            user=by,
            content_type=kind,
            object_id=str(source.pk),
            object_repr=str(source)[:200],
            action_flag=CHANGE,
            change_message=message % {"source": other, "url": other.url},
        )
