"""The public pages in a made-up language that runs from right to left, in which every string of ours is marked."""

import re
from typing import Any

import pytest
from django.utils import translation
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from factchecks import publishing
from factchecks.models import Correction, Person, Rating
from supporters.models import Goal
from tests.factories import NOON, edit, key, make_document, make_published

OPEN, CLOSE = "⟦", "⟧"
WORDS = "הירח עגול כמעט, ומי שמדד אותו בלייזר מצא שהוא פחוס מעט."
NAMES = re.compile(r"\S*\.example\S*|WhatsApp|Mastodon|Bluesky|https?://\S+")
PAGES = [
    "/",
    "/fact-checks/",
    "/fact-checks/moon/",
    "/fact-checks/moon/history/",
    "/fact-checks/moon/history/1/",
    "/topics/ירח/",
    "/corrections/",
    "/publishers/source1.example/",
    "/people/",
    "/methodology/",
    "/search/?q=הירח",
    "/support/",
]
# All that a page says, its hidden words and its labels too, a part a line.
TELL = """() => [
  document.title,
  document.body.cloneNode(true),
  ...[...document.querySelectorAll("[aria-label], [title], [placeholder], [alt]")].flatMap((element) =>
    ["aria-label", "title", "placeholder", "alt"].map((name) => element.getAttribute(name) ?? "")),
].map((part) => {
  if (typeof part === "string") return part;
  for (const silent of part.querySelectorAll("script, style, [translate=no]")) silent.remove();
  return part.textContent;
})"""


@pytest.fixture(autouse=True)
def _made_up_language(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its catalogue is made as it is read; a plural is the same as a singular."""
    settings.LANGUAGE_CODE = "ar"  # Django knows that it runs from right to left
    settings.LANGUAGES = [("ar", "Arabic")]
    settings.NEWSROOM_NAME = settings.NEWSROOM_TAGLINE = "הירח"
    voice: Any = translation._trans  # type: ignore[attr-defined]
    monkeypatch.setattr(voice, "gettext", lambda text: marked(text))
    monkeypatch.setattr(voice, "pgettext", lambda _context, text: marked(text))
    monkeypatch.setattr(voice, "ngettext", lambda one, more, n: marked(one if n == 1 else more))
    monkeypatch.setattr(
        voice, "npgettext", lambda _context, one, more, n: marked(one if n == 1 else more)
    )


def marked(text: str) -> str:
    return f"{OPEN}{text}{CLOSE}" if text else ""


@pytest.fixture
def site(live_server: LiveServer) -> str:
    """A corrected check with every kind of part, a goal, and people."""
    false = {"name": "שגוי", "description": WORDS}
    Rating.objects.create(name="שגוי", description=WORDS)
    Goal.objects.create(
        title="הירח", counts=Goal.Counts.SUPPORTERS, target=10, starts_at=NOON, is_current=True
    )
    document: Any = make_document()
    for citation in document["citations"]:
        citation["source"] |= {
            "title": WORDS,
            "publisher": {**citation["source"]["publisher"], "name": "הירח"},
        }
        citation["quotations"] = [
            {"key": key(70 + citation["number"]), "text": WORDS, "finding": None}
        ]
    findings = [
        {"key": key(30 + n), "heading": WORDS, "text": f"{WORDS * 5} [{n}]"} for n in (1, 2, 3)
    ]
    claim = {"text": WORDS, "claimant": "הירח", "claimed_on": "2026-02-01", "appearance": ""}
    person = {"key": key(11), "name": "הירח"}
    Person.objects.create(key=key(11), name="הירח", role="הירח", is_listed=True)
    moon = make_published(
        slug="moon", language="he", question=WORDS, summary=f"{WORDS} [1, 2]", tags=["ירח"],
        authors=[person], reviewed_by=None, searches=[{"key": key(21), "text": WORDS}],
        findings=[*findings, {"key": key(39), "heading": WORDS, "text": WORDS}],
        citations=document["citations"], follow_ups=[{"key": key(51), "text": WORDS}],
        limitations=WORDS, claim={**claim, "appearance": "https://source1.example/claim"},
        rating=false, review_on="2026-03-02",
    ).fact_check  # fmt: skip
    edit(moon, summary=f"{WORDS} {WORDS} [1, 2]")
    changed = publishing.WhatChanged(Correction.Kind.CORRECTION, WORDS)
    publishing.publish(moon, editor=None, what_changed=changed)
    return live_server.url


def unmarked(text: str) -> str:
    """What is left of a text without the marked strings, which may hold one another, and without names."""
    depth, left = 0, ""
    for character in text:
        depth += (character == OPEN) - (character == CLOSE)
        left += character if not depth and character not in OPEN + CLOSE else " "
    return NAMES.sub(" ", left)


def test_no_page_scrolls_sideways_and_every_string_can_be_translated(page: Page, site: str) -> None:
    for path in PAGES:
        page.goto(f"{site}{path}")
        assert page.evaluate("document.documentElement.dir") == "rtl", path
        for width in (360, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{path} is {wide} pixels wide at {width}"
        said = "\n".join(page.evaluate(TELL))
        assert OPEN in said, path
        assert re.findall(r"[A-Za-z]{3,}", unmarked(said)) == [], path  # places are called a, b, …


def test_the_mark_tells_our_strings_from_what_people_wrote() -> None:
    assert unmarked(f"{OPEN}Read {OPEN}March{CLOSE} 1{CLOSE} loose").split() == ["loose"]
