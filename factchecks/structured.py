"""What a page says, said once more for machines: schema.org as JSON-LD. Pure, no queries.

``frozen`` is made of the document once, when it is published, and kept with the page's parts. What changes without a new
revision (corrections, the day, the site's own address) is laid over it by ``check_page`` for each reader.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from factchecks import citations, markup
from factchecks.documents import CitationPart, Document, PersonPart
from factchecks.models import Correction, Publication, StandingPage

Subject = StandingPage.Subject
CONTEXT = "https://schema.org"

# What the newsroom says of itself, by schema.org's name for it. It promises nothing of sources without a name.
POLICIES = {
    "publishingPrinciples": Subject.METHODOLOGY,
    "verificationFactCheckingPolicy": Subject.METHODOLOGY,
    "missionCoveragePrioritiesPolicy": Subject.CLAIMS,
    "correctionsPolicy": Subject.CORRECTIONS,
    "ownershipFundingInfo": Subject.FUNDING,
    "ethicsPolicy": Subject.NONPARTISANSHIP,
    "masthead": Subject.PEOPLE,
    "actionableFeedbackPolicy": Subject.COMPLAINTS,
}

# Within <script> nothing may end it or begin a comment, whatever people wrote.
HARMLESS = str.maketrans({c: f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"})


@dataclass(frozen=True)
class Site:
    """Who publishes, and under which origin (``https://newsroom.example``) the site was asked."""

    origin: str
    name: str
    tagline: str = ""

    @classmethod
    def of(cls, request: HttpRequest) -> "Site":
        origin = f"{request.scheme}://{request.get_host()}"
        return cls(origin, settings.NEWSROOM_NAME, settings.NEWSROOM_TAGLINE)

    def address(self, name: str, *args: object) -> str:
        """The whole address of a page by its name in ``urls``."""
        return self.origin + reverse(name, args=args)

    @property
    def publisher(self) -> dict[str, Any]:
        """The newsroom where it is only named."""
        home = self.address("home")
        return {
            "@type": "NewsMediaOrganization",
            "@id": f"{home}#newsroom",
            "name": self.name,
            "url": home,
        }

    @property
    def website(self) -> dict[str, Any]:
        home = self.address("home")
        return {"@type": "WebSite", "@id": f"{home}#site", "url": home, "name": self.name}


def frozen(
    document: Document, listed: Collection[str] = (), archived: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The part of a check's data that is made with its page.

    ``listed``: keys of those on the page of our people; ``archived``: where an archive keeps a source, by its address.
    """
    reviewer = document["reviewed_by"]
    return {
        "article": _article(document, listed, archived or {}),
        "reviewed_by": _person(reviewer, listed) if reviewer else None,
        "claim_review": _claim_review(document),
    }


def _article(
    document: Document, listed: Collection[str], archived: Mapping[str, str]
) -> dict[str, Any]:
    return _filled(
        {
            "@type": "NewsArticle",
            "headline": document["question"],
            "inLanguage": document["language"],
            "keywords": document["tags"],
            "author": [_person(person, listed) for person in document["authors"]],
            "citation": [_source(citation, archived) for citation in _cited(document)],
            "backstory": " ".join(_backstory(document)),
            "isAccessibleForFree": True,
        }
    )


def _person(person: PersonPart, listed: Collection[str]) -> dict[str, Any]:
    """A byline; its address is still without the site's origin."""
    path = f"{reverse('factchecks:standing', args=[Subject.PEOPLE])}#{person['key']}"
    url = path if person["key"] in listed else None
    return _filled({"@type": "Person", "name": person["name"], "url": url})


def _cited(document: Document) -> list[CitationPart]:
    """The sources that a text leans on; those that were found only are no citations."""
    texts = [document["summary"], *(finding["text"] for finding in document["findings"])]
    numbers = {number for text in texts for number in citations.numbers_in(text)}
    return [citation for citation in document["citations"] if citation["number"] in numbers]


def _source(citation: CitationPart, archived: Mapping[str, str]) -> dict[str, Any]:
    source = citation["source"]
    if source is None:
        return {"@type": "CreativeWork", "name": f"[{citation['number']}]"}
    publisher = source["publisher"]
    return _filled(
        {
            "@type": "WebPage",
            "url": as_iri(source["url"]),
            "name": source["title"],
            "publisher": {"@type": "Organization", "name": publisher["name"]}
            if publisher
            else None,
            "datePublished": source["published_on"],
            "archivedAt": as_iri(archived.get(source["url"], "")),
        }
    )


def as_iri(url: str) -> str:
    """An address without the characters that no address may have (RFC 3987), which people paste all the same."""
    return quote(url, safe="%/:=&?~#+!$,;'@()*[]")


def _backstory(document: Document) -> Iterator[str]:
    """How the answer was found: what was searched for, how much was found, and where that ends."""
    if document["searches"]:
        searches = ", ".join(f"“{search['text']}”" for search in document["searches"])
        yield _("Searched for: %(searches)s.") % {"searches": searches}
    found = len(document["citations"])
    if found:
        yield ngettext("Found %(found)s source.", "Found %(found)s sources.", found) % {
            "found": found
        }
    if document["limitations"]:
        limits = markup.plain(document["limitations"])
        yield _("What we could not establish: %(limits)s") % {"limits": limits}
    if document["one_publisher_reason"]:
        yield markup.plain(document["one_publisher_reason"])


def _claim_review(document: Document) -> dict[str, Any] | None:
    """``schema.org/ClaimReview``, only where the newsroom rated a claim of somebody: a rating is never made up.

    The scale has words and no numbers. The desk does not ask whether the claimant is one person or many; a person is
    what the word says in most cases.
    """
    claim, rating = document["claim"], document["rating"]
    if not (claim and rating and claim["text"] and claim["claimant"]):
        return None
    appearance = claim["appearance"]
    item = {
        "@type": "Claim",
        "author": {"@type": "Person", "name": claim["claimant"]},
        "datePublished": claim["claimed_on"],
        "appearance": {"@type": "CreativeWork", "url": as_iri(appearance)} if appearance else None,
    }
    step = {
        "@type": "Rating",
        "alternateName": rating["name"],
        "ratingExplanation": rating["description"],
    }
    return {
        "@type": "ClaimReview",
        "claimReviewed": markup.plain(claim["text"]),
        "inLanguage": document["language"],
        "itemReviewed": _filled(item),
        "reviewRating": _filled(step),
    }


def check_page(
    publication: Publication, corrections: Iterable[Correction], site: Site
) -> dict[str, Any] | None:
    """All that a check's own page says, as one graph; nothing until the worker has made its frozen part."""
    kept = publication.html.get("structured")
    if kept is None:
        return None
    graph = [
        _page(publication, kept, site),
        _laid_over(publication, kept, corrections, site),
        _breadcrumbs(publication, site),
        organization(site),
        site.website,
    ]
    review = claim_review(publication, kept["claim_review"], site)
    return {"@context": CONTEXT, "@graph": [*graph, review] if review else graph}


def _page(publication: Publication, kept: dict[str, Any], site: Site) -> dict[str, Any]:
    """``schema.org/WebPage``: who reviewed, and when it was last checked."""
    url = site.origin + publication.get_absolute_url()
    reviewer = kept["reviewed_by"]
    return _filled(
        {
            "@type": "WebPage",
            "@id": url,
            "url": url,
            "name": publication.question,
            "inLanguage": publication.language,
            "mainEntity": {"@id": f"{url}#article"},
            "breadcrumb": {"@id": f"{url}#breadcrumbs"},
            "isPartOf": {"@id": site.website["@id"]},
            "reviewedBy": _at_home(reviewer, site) if reviewer else None,
            "lastReviewed": publication.checked_on.isoformat(),
        }
    )


def _laid_over(
    publication: Publication,
    kept: dict[str, Any],
    corrections: Iterable[Correction],
    site: Site,
) -> dict[str, Any]:
    """The article with what its revision does not know: moments, corrections, and whether it still stands."""
    url = site.origin + publication.get_absolute_url()
    article, card = kept["article"], publication.card
    newest_first = sorted(corrections, key=lambda correction: correction.made_at, reverse=True)
    review_on = publication.review_on if publication.may_be_outdated else None
    return _filled(
        {
            **article,
            "@id": f"{url}#article",
            "url": url,
            "mainEntityOfPage": {"@id": url},
            "description": publication.excerpt,
            "image": site.address("factchecks:social-card", card) if card else None,
            "author": [_at_home(person, site) for person in article.get("author", [])],
            "publisher": {"@id": site.publisher["@id"]},
            "datePublished": moment(publication.first_published_at),
            "dateModified": moment(publication.updated_at),
            "correction": [_correction(correction, url) for correction in newest_first],
            "expires": review_on.isoformat() if review_on else None,
            "creativeWorkStatus": _status(publication),
        }
    )


def _status(publication: Publication) -> str:
    if publication.is_retracted:
        return _("Retracted")
    if publication.may_be_outdated:
        return _("This may be outdated: its review date has passed.")
    return ""


def _at_home(person: dict[str, Any], site: Site) -> dict[str, Any]:
    """A byline whose address has the site's origin."""
    return {**person, "url": site.origin + person["url"]} if "url" in person else person


def _correction(correction: Correction, url: str) -> dict[str, Any]:
    """``schema.org/CorrectionComment``; its name tells a clarification from a correction or a retraction."""
    return {
        "@type": "CorrectionComment",
        "name": capfirst(correction.get_kind_display()),
        "text": correction.text,
        "datePublished": moment(correction.made_at),
        "url": f"{url}#corrections",
    }


def claim_review(
    publication: Publication, kept: dict[str, Any] | None, site: Site
) -> dict[str, Any] | None:
    """The whole ClaimReview of what is public; none of a check that is retracted."""
    if kept is None or publication.is_retracted:
        return None
    url = site.origin + publication.get_absolute_url()
    return {
        **kept,
        "@id": f"{url}#claim-review",
        "url": url,
        "author": site.publisher,
        "datePublished": moment(publication.first_published_at),
        "dateModified": moment(publication.updated_at),
    }


def _breadcrumbs(publication: Publication, site: Site) -> dict[str, Any]:
    url = site.origin + publication.get_absolute_url()
    steps = [
        (site.name, site.address("home")),
        (_("Fact checks"), site.address("factchecks:list")),
        (publication.question, url),
    ]
    return {
        "@type": "BreadcrumbList",
        "@id": f"{url}#breadcrumbs",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": name, "item": address}
            for position, (name, address) in enumerate(steps, 1)
        ],
    }


def home(site: Site) -> dict[str, Any]:
    """The site, how to search it, and who publishes it."""
    search = site.address("factchecks:search")
    website = {
        **site.website,
        "description": site.tagline,
        "publisher": {"@id": site.publisher["@id"]},
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": f"{search}?q={{search_term_string}}"},
            "query-input": "required name=search_term_string",
        },
    }
    return {"@context": CONTEXT, "@graph": [_filled(website), organization(site)]}


def organization(site: Site) -> dict[str, Any]:
    """``schema.org/NewsMediaOrganization`` with its policies, each a standing page."""
    policies = {
        name: site.address("factchecks:standing", subject) for name, subject in POLICIES.items()
    }
    return _filled({**site.publisher, "slogan": site.tagline, **policies})


def moment(value: datetime) -> str:
    """ISO 8601 in UTC, to the microsecond where there is one."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def script(data: dict[str, Any] | None) -> SafeString:
    """The text of a ``<script type="application/ld+json">``, safe to stand in a page; empty without data."""
    if data is None:
        return SafeString("")
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return mark_safe(text.translate(HARMLESS))  # noqa: S308  (no character of markup is left in it)


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    """Without what is not known: an empty property would say that there is nothing."""
    return {name: value for name, value in values.items() if value not in (None, "", [])}
