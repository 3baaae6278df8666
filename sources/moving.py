"""Another address for a source: only as long as nothing rests on the one that it has.

Once a copy is kept, or readers are sent there, the address stays: copies, looks, what was verified, and the links of
published checks are of the page at that address. Before that, another address is a fresh start.
"""

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from sources import addresses, relying
from sources.fetching.verdict import State
from sources.models import Look, Source


def is_elsewhere(source: Source, url: str) -> bool:
    """Whether it is another address than the saved one, and not the same in another spelling."""
    return bool(source.pk) and addresses.canonical(url) != source.canonical


def refuse(source: Source) -> None:
    """Raises ``ValidationError``, with what to do instead, for a source whose address stays."""
    instead = _(
        "Add the other address as a source of its own, and cite that in the checks;"
        " if both are one page, merge the two."
    )
    if relying.is_shown(source.pk):
        raise ValidationError(_("Readers are shown this source, so its address stays. ") + instead)
    if source.snapshots.exists():
        raise ValidationError(_("A copy of this source is kept, so its address stays. ") + instead)


def begin_anew(source: Source) -> None:
    """Nothing is known yet of what is at its new address. It is still to be saved, and a copy to be asked for."""
    source.state, source.state_since = State.UNKNOWN.value, None
    source.moved_at, source.next_look_at = timezone.now(), None
    source.noted_at, source.noted_by = None, None


def looks(source: Source) -> QuerySet[Look]:
    """Those at the address that it has now, the newest first."""
    there = Look.objects.filter(source=source)
    return there.filter(at__gte=source.moved_at) if source.moved_at else there
