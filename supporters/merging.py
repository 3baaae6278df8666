"""Two records of one person made into one."""

from typing import Any

from django.contrib.admin.models import CHANGE, DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from supporters.models import Contribution, Supporter


def check(one: Supporter, other: Supporter) -> None:
    """Raises ``ValidationError`` if the two cannot be one person."""
    if one.pk == other.pk:
        raise ValidationError(_("Choose two records: this is one and the same."))
    if one.is_demonstration != other.is_demonstration:
        raise ValidationError(_("One of the two is made up: it is nobody's record."))
    if one.erased_at or other.erased_at:
        raise ValidationError(
            _("One of the two is forgotten: nobody may find out again who it was.")
        )


@transaction.atomic
def merge(keep: Supporter, other: Supporter, *, by: Any) -> Supporter:
    """Everything of the other is the kept one's, and the other record goes.

    The kept name, address and choice stay; only what is empty there is taken from the other. A name that is taken
    over is shown to readers only if both agreed. Raises ``ValidationError``.
    """
    # Gifts before people, as payments lock them.
    gifts = Contribution.objects.filter(supporter__in=[keep.pk, other.pk]).order_by("pk")
    list(gifts.select_for_update(no_key=True).values_list("pk", flat=True))
    locked = Supporter.objects.select_for_update().order_by("pk").in_bulk([keep.pk, other.pk])
    if len(locked) < 2 and keep.pk != other.pk:
        raise ValidationError(_("One of the two records is gone: look again."))
    keep, other = locked[keep.pk], locked[other.pk]
    check(keep, other)
    # One by one and in order: each move is counted anew by the database.
    for pk in other.contributions.order_by("pk").values_list("pk", flat=True):
        other.contributions.filter(pk=pk).update(supporter=keep)
    other.letters.update(supporter=keep)
    _note(keep, other, by)
    taken = (keep.name or other.name, keep.email or other.email)
    keep.show_name = keep.show_name and (bool(keep.name) or other.show_name)
    keep.name, keep.email = taken
    other.delete()
    keep.save(update_fields=["name", "email", "show_name"])
    return keep


def _note(keep: Supporter, other: Supporter, by: Any) -> None:
    """The desk's record, by numbers: whoever is forgotten later is forgotten here too."""
    kind = ContentType.objects.get_for_model(Supporter)
    history = LogEntry.objects.filter(content_type=kind, object_id=str(other.pk))
    history.update(object_id=str(keep.pk))
    notes = [
        (CHANGE, str(keep), _("Record %(other)s was merged into this one.") % {"other": other.pk}),
        (DELETION, _("Record %s") % other.pk, _("Merged into record %s.") % keep.pk),
    ]
    for flag, name, message in notes:
        LogEntry.objects.create(
            user=by,
            content_type=kind,
            object_id=str(keep.pk),
            object_repr=name[:200],
            action_flag=flag,
            change_message=message,
        )
