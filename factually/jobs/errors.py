"""Why a job failed, as a sentence. What kind of error it was is all that is kept of it: see ``factually.failures``."""

from django.core.exceptions import ObjectDoesNotExist
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from procrastinate.contrib.django.models import ProcrastinateJob

from factually.models import JobFailure

# By the kind of error, or by how it ends.
SENTENCES: dict[str, Promise] = {
    "supporters.post.Undelivered": gettext_lazy("The mail server did not take it."),
    "supporters.providers.away.ProviderAway": gettext_lazy("The payment provider did not answer."),
    "supporters.webhook.NotApplied": gettext_lazy(
        "The database refused the event; its own page says by which rule."
    ),
    "procrastinate.exceptions.TaskNotFound": gettext_lazy(
        "This version of the software knows no such job."
    ),
    "django.db.utils.OperationalError": gettext_lazy("The database was away, or too busy."),
    "sources.fetching.pacing.NotNow": gettext_lazy("The website wanted to be left alone for now."),
    "sources.wayback.Away": gettext_lazy("The Wayback Machine did not answer."),
    "sources.wayback.KeysRefused": gettext_lazy(
        "The Wayback Machine does not take the newsroom's keys."
    ),
    "sources.wayback.Failed": gettext_lazy("The Wayback Machine could not save the page."),
    "sources.storing.Unkept": gettext_lazy(
        "The copy could not be stored: the disk is full, or the store does not answer."
    ),
}


def sentence(job: ProcrastinateJob) -> str:
    """Empty where the job never failed, or nothing is known of it."""
    try:
        failure: JobFailure = job.failure
    except ObjectDoesNotExist:
        return ""
    if failure.kind in SENTENCES:
        return str(SENTENCES[failure.kind])
    if failure.place:
        return _("The software failed: %(kind)s in %(place)s. The worker's log says more.") % {
            "kind": failure.kind,
            "place": failure.place,
        }
    return _("The software failed: %(kind)s. The worker's log says more.") % {"kind": failure.kind}
