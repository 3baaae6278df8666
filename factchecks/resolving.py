"""From the names in a document to the rows they mean: people, tags, the rating, sources and their publishers.

Rows that are shared by several checks keep what they say; a document only fills in what they lack.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from taggit.models import Tag

from factchecks import documents, doubles
from factchecks.documents import Document
from factchecks.models import Person, Rating
from sources import addresses, identifiers, keeping
from sources.models import Publisher, Source


def iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def person_part(person: Person) -> documents.PersonPart:
    return {"key": str(person.key), "name": person.name}


def rating_part(rating: Rating) -> documents.RatingPart:
    return {"name": rating.name, "description": rating.description}


def source_part(source: Source) -> documents.SourcePart:
    publisher = source.publisher
    return {
        "url": source.url,
        "title": source.title,
        "publisher": {"name": publisher.name, "domain": publisher.domain} if publisher else None,
        "published_on": iso(source.published_on),
    }


class Resolved:
    """The rows that a document names, found or made, and the document in their words.

    ``authors``, ``reviewed_by``, ``rating`` and ``sources`` (by the address in ``document``). Two citations of what is
    one source become one. Raises ``ValidationError`` for a rating that is not on the newsroom's scale.
    """

    def __init__(self, document: Document) -> None:
        people = _people([*document["authors"], *filter(None, [document["reviewed_by"]])])
        # A person that two parts of the list mean is one author.
        self.authors = list(dict.fromkeys(people[part["key"]] for part in document["authors"]))
        reviewer = document["reviewed_by"]
        self.reviewed_by = people[reviewer["key"]] if reviewer else None
        self.rating = _rating(document["rating"])
        self.sources = _sources(
            [citation["source"] for citation in document["citations"] if citation["source"]]
        )
        self.document = self._in_their_words(document)

    def _in_their_words(self, document: Document) -> Document:
        """Names as the rows have them; a passage as one paragraph, since white space is no part of a quotation."""
        citations: list[documents.CitationPart] = [
            {
                **citation,
                "source": self._source(citation["source"]),
                "quotations": [
                    {**quotation, "text": " ".join(quotation["text"].split())}
                    for quotation in citation["quotations"]
                ],
            }
            for citation in document["citations"]
        ]
        whole: Document = {
            **document,
            "authors": [person_part(person) for person in self.authors],
            "reviewed_by": person_part(self.reviewed_by) if self.reviewed_by else None,
            "rating": rating_part(self.rating) if self.rating else None,
            "tags": _tags(document["tags"]),
            "citations": citations,
        }
        folded = doubles.folded(whole)
        if folded is not whole and (problems := documents.problems_of(folded)):
            raise ValidationError(problems)  # one citation with more passages than it may have
        return folded

    def _source(self, part: documents.SourcePart | None) -> documents.SourcePart | None:
        return source_part(self.sources[addresses.normalise(part["url"])]) if part else None


def _people(parts: Iterable[documents.PersonPart]) -> dict[str, Person]:
    """By the key in the document: the person with that key, else of that name, else a new one."""
    parts = list(parts)
    if not parts:
        return {}
    wanted = Q(key__in=[part["key"] for part in parts]) | Q(name__in=[p["name"] for p in parts])
    known = list(Person.objects.filter(wanted).order_by("-pk"))
    by_key = {str(person.key): person for person in known}
    by_name = {person.name: person for person in known}
    people = {}
    for part in parts:
        person = by_key.get(part["key"]) or by_name.get(part["name"])
        if person is None:
            person = Person.objects.create(**part)
            by_key[part["key"]] = by_name[part["name"]] = person
        people[part["key"]] = person
    return people


def _rating(part: documents.RatingPart | None) -> Rating | None:
    if part is None:
        return None
    rating = Rating.objects.filter(name__iexact=part["name"]).first()
    if rating is None:
        scale = ", ".join(Rating.objects.values_list("name", flat=True)) or _("nothing yet")
        message = _("“%(name)s” is not on the newsroom's scale, which has: %(scale)s.")
        raise ValidationError({"rating": message % {"name": part["name"], "scale": scale}})
    return rating


def _tags(names: list[str]) -> list[str]:
    """The names that the tags already have, whatever the case in the document; in alphabetical order."""
    if not names:
        return []
    wanted = {name.casefold(): name for name in reversed(names)}
    rows = Tag.objects.annotate(lower=Lower("name")).filter(lower__in=[*map(str.lower, names)])
    for tag in rows:
        wanted[tag.name.casefold()] = tag.name
    return sorted(wanted.values(), key=str.casefold)


def in_known_addresses(document: Document) -> Document:
    """The document as of today's sources: at the address of the source that it is now, each cited once.

    Another spelling and a merged double are the source that they are known as. Nothing is made; a draft's parts may
    lack their keys. The very document, where it says so already.
    """
    urls = [citation["source"]["url"] for citation in document["citations"] if citation["source"]]
    known = Source.objects.known(filter(_is_address, urls))
    if all(url not in known or known[url].url == url for url in urls):
        return document
    citations: list[documents.CitationPart] = [
        {**citation, "source": _at_known_address(citation["source"], known)}
        for citation in document["citations"]
    ]
    return doubles.folded({**document, "citations": citations})


def _is_address(url: str) -> bool:
    try:
        addresses.canonical(url)
    except addresses.BadAddress:
        return False
    return True


def _at_known_address(
    part: documents.SourcePart | None, known: dict[str, Source]
) -> documents.SourcePart | None:
    if part is None or part["url"] not in known:
        return part
    return {**part, "url": known[part["url"]].url}


def _sources(parts: list[documents.SourcePart]) -> dict[str, Source]:
    """By address, as the document and as the row has it: each source, made when new, with what it lacked filled in."""
    wanted = {addresses.normalise(part["url"]): part for part in parts}
    if not wanted:
        return {}
    Source.objects.hold_from_merging(wanted)
    known = Source.objects.known(wanted)
    if wanted.keys() - known.keys():
        keeping.sweep_soon()
    publishers = _publishers(wanted, known)
    for url in sorted(wanted, key=addresses.canonical):  # in one order for everybody: no deadlock
        part = wanted[url]
        offered = {
            "title": part["title"],
            "publisher": _publisher(url, part, publishers),
            "published_on": documents.day(part["published_on"]),
        }
        source = known.get(url) or _made(url, offered)
        known[url] = known[source.url] = _filled_in(source, offered)
    return known


def _made(url: str, offered: Mapping[str, object]) -> Source:
    """The new source; or the one that somebody, or another spelling in the same document, made just before."""
    Source.objects.hold(url)
    there = Source.objects.known([url]).get(url)
    return there or Source.objects.create(url=identifiers.stored(url), **offered)


def _publisher(
    url: str, part: documents.SourcePart, publishers: Mapping[str, Publisher]
) -> Publisher | None:
    """Whom the document names; else who is known by the very host, or by the domain that somebody registered."""
    if part["publisher"]:
        return publishers.get(part["publisher"]["domain"])
    return publishers.get(addresses.domain(url)) or publishers.get(addresses.publishers_domain(url))


def _publishers(
    wanted: dict[str, documents.SourcePart], known: dict[str, Source]
) -> dict[str, Publisher]:
    """By domain: the publishers of those addresses whose source does not name one."""
    lacking = {u: p for u, p in wanted.items() if not (u in known and known[u].publisher_id)}
    domains = {addresses.domain(url) for url in lacking}
    domains |= {addresses.publishers_domain(url) for url in lacking}
    domains |= {part["publisher"]["domain"] for part in lacking.values() if part["publisher"]}
    if not domains:
        return {}
    publishers = {row.domain: row for row in Publisher.objects.filter(domain__in=domains)}
    for _url, part in sorted(lacking.items()):
        named = part["publisher"]
        if named and named["domain"] not in publishers:
            publishers[named["domain"]], _new = Publisher.objects.get_or_create(
                domain=named["domain"], defaults={"name": named["name"]}
            )
    return publishers


def _filled_in(source: Source, offered: Mapping[str, object]) -> Source:
    lacking = {
        name: value for name, value in offered.items() if value and not getattr(source, name)
    }
    if lacking:
        for name, value in lacking.items():
            setattr(source, name, value)
        source.save(update_fields=list(lacking))
    return source
