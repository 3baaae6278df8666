"""How it stands with the sources that a document cites: what is laid over it when its page is made.

A document is frozen. Whether a source can still be read, where an archive keeps it, when a quotation was last found in
a copy of it, who wrote it, in which language, and what is known of its publisher may change without a new revision.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from factchecks.documents import Document
from sources import quoting
from sources.fetching.verdict import State
from sources.models import Publisher, Source
from sources.quoting import Known

# Readers do not find what was cited.
TROUBLES = frozenset({State.DEAD, State.MOVED, State.DRIFTED})


@dataclass(frozen=True)
class Evidence:
    """What is known of a source besides the document. What it was merged into speaks for a double."""

    pk: int
    merged_into: int | None = None
    archived_url: str = ""
    state: str = State.UNKNOWN.value
    state_since: datetime | None = None
    verified: Mapping[str, datetime] = field(default_factory=dict)  # by the passage's digest
    lost: frozenset[str] = frozenset()  # digests of passages
    author: str = ""
    language: str = ""
    kind: str = ""  # of its publisher
    interest: str = ""

    @property
    def page(self) -> int:
        """The number of the source's page."""
        return self.merged_into or self.pk

    @property
    def is_troubled(self) -> bool:
        return self.state in TROUBLES

    def verified_at(self, passage: str) -> datetime | None:
        """When the copy was taken in which the passage was last found word for word."""
        return self.verified.get(quoting.digest(passage))

    def is_lost(self, passage: str) -> bool:
        """Whether the newest copy that it was looked up in does not have it word for word."""
        return quoting.digest(passage) in self.lost


def of(document: Document, cited: Mapping[str, int], *, hold: bool = False) -> dict[str, Evidence]:
    """By address: how it stands with the sources that the document cites; ``cited`` are their keys, by address.

    ``hold`` locks them until the end of the transaction: who is changing one is waited for, and who changes one
    later stamps it with a moment after the page's own. Each in the order of its key, sources before publishers.
    """
    rows = _sources(cited.values(), hold=hold)
    publishers = _publishers(document, hold=hold)
    known: dict[int, dict[str, Known]] = {}
    for (pk, digest), each in quoting.known_of(cited.values()).items():
        known.setdefault(pk, {})[digest] = each
    return {
        url: _evidence(cited[url], rows, known.get(cited[url], {}), publishers.get(domain))
        for url, domain in _addresses(document)
        if url in cited
    }


def _addresses(document: Document) -> Iterator[tuple[str, str]]:
    """The address of each source with its publisher's domain; of a publisher that is not named it is empty."""
    for citation in document["citations"]:
        if source := citation["source"]:
            yield source["url"], source["publisher"]["domain"] if source["publisher"] else ""


def _sources(pks: Iterable[int], *, hold: bool) -> dict[int, Source]:
    """Those, and what they were merged into."""
    wanted = set(pks)
    doubles = Source.objects.filter(pk__in=wanted, merged_into__isnull=False)
    rows = Source.objects.filter(Q(pk__in=wanted) | Q(pk__in=doubles.values("merged_into")))
    rows = rows.order_by("pk")
    if hold:
        rows = rows.select_for_update(no_key=True)
    found = {row.pk: row for row in rows}
    # (one that was merged while it was waited for)
    late = {row.merged_into_id for row in found.values() if row.merged_into_id} - found.keys()
    return found | _sources(late, hold=hold) if late else found


def _publishers(document: Document, *, hold: bool) -> dict[str, Publisher]:
    """By domain; as the document names them, whoever the desk has put behind a source since."""
    domains = {domain for _url, domain in _addresses(document)}
    rows = Publisher.objects.filter(domain__in=domains).order_by("pk")
    if hold:
        rows = rows.select_for_update(no_key=True)
    return {row.domain: row for row in rows}


def _evidence(
    pk: int,
    rows: Mapping[int, Source],
    known: Mapping[str, Known],
    publisher: Publisher | None,
) -> Evidence:
    own = rows[pk]
    kept = rows[own.merged_into_id] if own.merged_into_id else own
    return Evidence(
        pk=pk,
        merged_into=own.merged_into_id,
        archived_url=kept.archived_url or own.archived_url,
        state=kept.state,
        state_since=kept.state_since,
        verified={key: each.verified_at for key, each in known.items() if each.verified_at},
        lost=frozenset(key for key, each in known.items() if each.is_lost),
        author=kept.author or own.author,
        language=kept.language or own.language,
        kind=publisher.kind if publisher else "",
        interest=publisher.interest if publisher else "",
    )
