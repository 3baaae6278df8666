"""A kept page's bytes, read again: their first reading may have failed, or be another one by now.

They come as something else (``Content-Type``), or what reads them has learnt. What had been found in the text is then
looked up anew, for each source that has a copy of them.
"""

from django.db import transaction

from sources import quoting, relying
from sources.fetching.exchanges import Fetched
from sources.models import Body, Snapshot
from sources.reading import apart

READING = ("kind", "title", "language", "text", "said", "media_type", "hints", "trouble", "reader")


def is_due(known: Body, fetched: Fetched) -> bool:
    """Whether bytes that are kept already, and have come again, may be read otherwise now."""
    kind = media_type(fetched)
    return bool(known.trouble) or known.reader != apart.READER or known.media_type != kind


def media_type(fetched: Fetched) -> str:
    return fetched.header("content-type")[:200]


def put(known: Body, read: Body) -> Body:
    """The row with the new reading, still to be saved. One that failed takes no place of one that did not."""
    if read.trouble and not known.trouble:
        return known
    for name in READING:
        if getattr(known, name) != getattr(read, name):
            setattr(known, name, getattr(read, name))
            known.is_read_anew = True
    return known


@transaction.atomic
def save(body: Body) -> None:
    """Save a new reading, and look up in it what is quoted of the sources that have a copy of the page."""
    sources = set(Snapshot.objects.filter(body=body).values_list("source", flat=True))
    quoting.lock(sources)
    body.save(update_fields=READING)
    body.verifications.all().delete()
    quoting.verify(body, set().union(*(each.all for each in relying.quotations(sources).values())))
    quoting.tell_pages(sources)
    body.is_read_anew = False
