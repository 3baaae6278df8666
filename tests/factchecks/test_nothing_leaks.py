"""What is edited at the desk after publication changes no public byte until it is published."""

from typing import Any

import pytest
from django.test import Client

from factchecks import publishing
from factchecks.models import Correction, FactCheck, Person, Rating
from sources.models import Publisher, Source
from tests.factories import edit, key, make_document, make_published, make_source_part

pytestmark = pytest.mark.django_db

CLAIM = {
    "text": "It is a ball.",
    "claimant": "A. Claimant",
    "claimed_on": "2026-01-01",
    "appearance": "https://claims.example/1",
}


def public_bytes(client: Client) -> dict[str, bytes]:
    """Every public page that tells of fact checks, by its path."""
    numbers = range(1, Source.objects.count() + 1)
    first = min(Source.objects.values_list("pk", flat=True))
    paths = [
        *("/", "/fact-checks/", "/fact-checks/is-the-moon-round/", "/corrections/"),
        *(f"/fact-checks/is-the-moon-round/history/{number}" for number in ("", "1/", "2/")),
        *("/topics/space/", "/topics/myths/", "/topics/leaked/"),
        *(f"/sources/{first + number - 1}/" for number in numbers),
        *(f"/publishers/source{number}.example/" for number in (1, 2, 3, 9)),
        *("/fact-checks/leaked/", "/fact-checks/leaked/history/", "/fact-checks/leaked/embed/"),
        *("/feed/", "/topics/space/feed/", "/topics/leaked/feed/", "/corrections/feed/"),
        *("/fact-checks/is-the-moon-round/embed/", "/sitemap-fact-checks.xml", "/news-sitemap.xml"),
        *("/api/v1/fact-checks/", "/api/v1/corrections/", "/claimreview.json"),
        *(f"/api/v1/fact-checks/is-the-moon-round/{rest}" for rest in ("", "versions/")),
        *("/api/v1/fact-checks/leaked/", "/api/v1/fact-checks/is-the-moon-round/versions/2/"),
    ]
    return {path: client.get(path).content for path in paths}


def make_rated() -> FactCheck:
    Rating.objects.create(name="False", description="It is not so.")
    Rating.objects.create(name="True")
    rating = {"name": "False", "description": ""}
    return make_published(claim=CLAIM, rating=rating).fact_check


def edited_in_every_part() -> dict[str, Any]:
    document: Any = make_document()
    document["findings"].append({"key": key(33), "heading": "leaked", "text": "leaked [4]"})
    document["findings"][0] |= {"heading": "leaked", "text": "leaked [1]"}
    document["citations"].append(
        {
            "key": key(44),
            "number": 4,
            "accessed_on": "2026-03-01",
            "source": make_source_part(9, title="leaked"),
            "quotations": [{"key": key(62), "text": "leaked", "finding": None}],
        }
    )
    document["citations"][0] |= {"accessed_on": "2026-03-02", "quotations": []}
    return {
        "slug": "leaked",
        "question": "leaked?",
        "summary": "leaked [2]",
        "language": "pt-BR",
        "checked_on": "2026-03-02",
        "review_on": "2028-03-02",
        "authors": [{"key": key(13), "name": "leaked"}],
        "reviewed_by": {"key": key(14), "name": "leaked too"},
        "tags": ["leaked"],
        "searches": [{"key": key(23), "text": "leaked"}],
        "follow_ups": [{"key": key(52), "text": "leaked?"}],
        "findings": document["findings"],
        "citations": document["citations"],
        "claim": {**CLAIM, "text": "leaked"},
        "rating": {"name": "True", "description": ""},
        "pictures": [
            {
                "key": key(81),
                "name": "changed",
                "alt": "Changed",
                "credit": "Changed",
                "licence": "CC BY 4.0",
                "sha256": "0" * 64,
                "width": 1,
                "height": 1,
            }
        ],
        "one_publisher_reason": "Changed.",
        "limitations": "leaked",
        "answers": key(99),
    }


def test_every_part_of_a_document_is_edited_here() -> None:
    assert {*edited_in_every_part(), "version", "key"} == {*make_document()}


@pytest.mark.parametrize("part", [*edited_in_every_part(), "everything"])
def test_an_edited_part_of_a_published_check_does_not_leak(client: Client, part: str) -> None:
    check = make_rated()
    before = public_bytes(client)
    changes = edited_in_every_part()
    if part == "findings":  # a fourth source comes with them
        changes["findings"] = changes["findings"][:2]
    edit(check, **(changes if part == "everything" else {part: changes[part]}))
    after = public_bytes(client)
    assert {path: after[path] for path in before} == before
    assert not [path for path, content in after.items() if b"leaked" in content]


def test_an_edited_source_publisher_person_or_rating_does_not_leak(client: Client) -> None:
    make_rated()
    before = public_bytes(client)
    Source.objects.update(title="leaked", published_on="2026-02-02")
    Publisher.objects.update(name="leaked")
    Person.objects.update(name="leaked")
    Rating.objects.update(description="leaked")
    assert public_bytes(client) == before


def test_what_is_published_then_is_seen(client: Client) -> None:
    check = make_rated()
    edit(check, **{**edited_in_every_part(), "slug": "is-the-moon-round", "pictures": []})
    before = client.get("/fact-checks/is-the-moon-round/").content
    told = publishing.WhatChanged(Correction.Kind.UPDATE, "New facts.")
    publishing.publish(check, editor=None, what_changed=told)
    after = client.get("/fact-checks/is-the-moon-round/").content
    assert b"leaked" not in before
    assert b"leaked" in after
