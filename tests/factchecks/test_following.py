"""A source was a double of another: every check at the desk follows, what was published stays."""

import threading
import time
from contextlib import suppress
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.test import Client
from django.urls import reverse

from factchecks import importer, importing, relying, resolving, revisions
from factchecks.models import FactCheck, Publication, PublishedCitation, UnsavedWork
from sources import merging
from sources.models import Publisher, Source
from tests.factchecks.desk.forms import change_url, typed
from tests.factchecks.desk.test_merge import merge_url, on
from tests.factchecks.test_concurrency import at_once
from tests.factories import (
    approve,
    edit,
    key,
    make_check,
    make_document,
    make_published,
    make_source_part,
    make_superuser,
    make_user,
)

pytestmark = pytest.mark.django_db


def at(number: int) -> Source:
    return Source.objects.get(url=f"https://source{number}.example/page")


def merge(kept: Source, double: Source, by: User) -> Source:
    return merging.merge(kept.pk, double.pk, seen=merging.plan(kept, double).fingerprint, by=by)


def newest(check: FactCheck) -> Any:
    return revisions.newest(check)


def urls(document: Any) -> list[str]:
    return [part["source"]["url"] for part in document["citations"]]


@pytest.fixture
def chief() -> User:
    return make_superuser()


@pytest.fixture
def kept() -> Source:
    return Source.objects.create(url="https://kept.example/page", title="Kept")


def test_a_check_that_cites_the_double_cites_the_kept_source_in_a_new_revision(
    chief: User, kept: Source
) -> None:
    check = make_check()
    merge(kept, at(2), chief)
    last = newest(check)
    assert (last.number, last.saved_by) == (2, chief)
    assert urls(last.document)[1] == kept.url
    assert last.document["citations"][1]["key"] == key(42)
    assert list(check.citations.values_list("source", flat=True))[1] == kept.pk


def test_a_check_that_cites_both_cites_one_and_its_texts_follow(chief: User) -> None:
    check = make_check()
    merge(at(1), at(2), chief)
    document = newest(check).document
    assert urls(document) == [at(1).url, at(3).url]
    assert [finding["text"] for finding in document["findings"]] == [
        "By laser [1].",
        "It bulges [2].",
    ]
    assert check.citations.count() == 2


def test_what_is_published_stays_as_it_was(chief: User, kept: Source) -> None:
    publication = make_published()
    double = at(2)
    before = publication.revision.document
    merge(kept, double, chief)
    now = Publication.objects.get(pk=publication.pk)
    assert now.revision.document == before
    assert PublishedCitation.objects.filter(source=double).exists()
    assert kept.pk in relying.shown().values_list("kept", flat=True)
    assert double.pk not in relying.shown().values_list("kept", flat=True)


def test_an_approval_was_of_the_revision_before(chief: User, kept: Source) -> None:
    check = make_check()
    approve(check, make_user("approver"))
    [told] = relying.citing(at(2).pk, kept.pk)
    assert told.is_approved
    merge(kept, at(2), chief)
    check.refresh_from_db()
    assert check.stage == FactCheck.Stage.DRAFT


def test_where_one_check_cannot_follow_nothing_is_changed(chief: User) -> None:
    passages = [{"key": key(900 + n), "text": f"Said {n}.", "finding": None} for n in range(60)]
    document: Any = make_document()
    document["citations"][0]["quotations"] = passages[:30]
    document["citations"][1]["quotations"] = passages[30:]
    check = make_check(**document)
    with pytest.raises(ValidationError, match=r"Is the Moon round.* cannot follow"):
        merge(at(1), at(2), chief)
    assert (newest(check).number, at(2).merged_into) == (1, None)


def test_a_merge_that_would_do_something_else_by_now_does_nothing(
    chief: User, kept: Source
) -> None:
    check = make_check()
    seen = merging.plan(kept, at(2)).fingerprint
    make_check(key=key(2), slug="another", citations=make_document()["citations"])
    with pytest.raises(ValidationError, match="changed since you looked"):
        merging.merge(kept.pk, at(2).pk, seen=seen, by=chief)
    assert newest(check).number == 1


def test_a_save_of_the_check_since_the_merge_was_looked_at_is_kept(
    chief: User, kept: Source
) -> None:
    check = make_check()
    seen = merging.plan(kept, at(2)).fingerprint
    edit(check, summary="Saved meanwhile [2].")
    merging.merge(kept.pk, at(2).pk, seen=seen, by=chief)
    document = newest(check).document
    assert (document["summary"], urls(document)[1]) == ("Saved meanwhile [2].", kept.url)


def test_a_source_is_merged_once_and_never_into_a_double(chief: User, kept: Source) -> None:
    make_check()
    merge(kept, at(2), chief)
    for one, other in [(at(1), at(2)), (at(2), at(1)), (kept, kept)]:
        with pytest.raises(ValidationError):
            merge(one, other, chief)


def test_doubles_of_a_double_go_on_with_it(chief: User, kept: Source) -> None:
    make_check()
    merge(at(2), at(1), chief)
    merge(kept, at(2), chief)
    assert {at(1).merged_into, at(2).merged_into} == {kept}


# What comes with the double's address afterwards ------------------------------------------------


def test_a_document_that_names_the_double_means_the_kept_source(chief: User, kept: Source) -> None:
    check = make_check()
    merge(kept, at(2), chief)
    edit(check, citations=make_document()["citations"], summary="Restored [1].")
    assert urls(newest(check).document)[1] == kept.url


def test_importing_the_old_file_again_changes_nothing(chief: User) -> None:
    draft = importing.read(DRAFT.encode())
    saved = importer.save(draft, by=chief)
    assert saved.revision
    merge(
        Source.objects.get(url="https://one.example/a"),
        Source.objects.get(url="https://two.example/b"),
        chief,
    )
    again = importer.preview(importing.read(DRAFT.encode()), by=chief)
    assert len(again.document["citations"]) == 1  # type: ignore[index]
    assert newest(saved.revision.fact_check).document == again.document


def test_two_spellings_in_one_draft_are_one_source_and_it_is_said() -> None:
    text = DRAFT.replace("https://two.example/b", "http://ONE.example/a?utm_source=x")
    result = importer.save(importing.read(text.encode()), by=None)
    assert Source.objects.get().url == "https://one.example/a"
    assert result.document is not None
    assert result.document["summary"] == "It is round [1]."
    assert "they are one now" in " ".join(note.message for note in result.notes)


DRAFT = """---
question: Is the Moon round?
slug: moon
sources:
  - url: https://one.example/a
    title: One
  - url: https://two.example/b
    title: Two
---
It is round [1][2].

## It is measured
By laser [2].
"""


def test_a_known_source_is_found_in_any_spelling() -> None:
    make_check()
    document = make_document(key=key(2), slug="another")
    document["citations"][0]["source"]["url"] = "http://SOURCE1.example/page?utm_source=x#part"  # type: ignore[index]
    check = make_check(**document)
    assert newest(check).document["citations"][0]["source"] == make_source_part(1)
    assert Source.objects.count() == 3


def test_a_source_without_a_publisher_gets_the_one_of_its_registered_domain() -> None:
    publisher = Publisher.objects.create(name="Known", domain="known.co.uk")
    document: Any = make_document()
    document["citations"][0]["source"] |= {
        "url": "https://news.known.co.uk/x",
        "publisher": None,
    }
    make_check(**document)
    assert Source.objects.get(url="https://news.known.co.uk/x").publisher == publisher


# Forms that were open ---------------------------------------------------------------------------


@pytest.fixture
def editor(client: Client) -> Client:
    user = make_user("editor")
    user.groups.add(Group.objects.get(name="Editor"))
    client.force_login(user)
    return client


def test_a_form_that_was_open_is_brought_together_with_the_merge(
    editor: Client, chief: User, kept: Source
) -> None:
    check = make_check()
    form = typed(editor, change_url(check), summary="Typed for an hour [2].")
    merge(kept, at(2), chief)
    page: Any = editor.post(change_url(check), form)
    assert page.context["collisions"] == []
    editor.post(merge_url(check), on(page))
    document = newest(check).document
    assert (document["summary"], urls(document)[1]) == ("Typed for an hour [2].", kept.url)


def test_a_form_that_was_open_with_both_loses_nothing_and_asks_nothing(
    editor: Client, chief: User
) -> None:
    check = make_check()
    form = typed(
        editor,
        change_url(check),
        summary="Typed for an hour [2][3].",
        **{"citations-1-quotations": "A passage of the double."},
    )
    merge(at(1), at(2), chief)
    page: Any = editor.post(change_url(check), form)
    assert page.context["collisions"] == []
    editor.post(merge_url(check), on(page))
    document = newest(check).document
    assert document["summary"] == "Typed for an hour [1][2]."
    assert urls(document) == [at(1).url, at(3).url]
    assert [quote["text"] for quote in document["citations"][0]["quotations"]] == [
        "The Moon is nearly round.",
        "A passage of the double.",
    ]


def test_unsaved_work_of_before_the_merge_comes_back_and_can_be_saved(
    editor: Client, chief: User
) -> None:
    check = make_check()
    form = typed(editor, change_url(check), summary="Kept apart [2].")
    editor.post(reverse("admin:factchecks_factcheck_unsaved", args=[check.pk]), form)
    merge(at(1), at(2), chief)
    work = UnsavedWork.objects.get()
    reopened = typed(editor, f"{change_url(check)}?unsaved={work.form}")
    assert reopened["summary"] == "Kept apart [2]."
    page: Any = editor.post(change_url(check), reopened)
    editor.post(merge_url(check), on(page))
    assert newest(check).document["summary"] == "Kept apart [1]."


def test_a_double_is_offered_nowhere_to_be_cited(editor: Client, chief: User, kept: Source) -> None:
    make_check()
    merge(kept, at(2), chief)
    asked = {"app_label": "factchecks", "model_name": "citation", "field_name": "source"}
    for query in ("Title 2", "http://source2.example/page"):
        offered: Any = editor.get(reverse("admin:autocomplete"), {**asked, "term": query})
        beside: Any = editor.get(reverse("admin:factchecks_factcheck_sources"), {"q": query})
        found = {row["id"] for row in offered.json()["results"]}
        found |= {str(row["id"]) for row in beside.json()["sources"]}
        assert found == ({str(kept.pk)} if "http" in query else set())


# At the same moment -----------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_whoever_saves_at_the_moment_of_a_merge_cites_no_double_afterwards() -> None:
    chief = make_superuser()
    checks = [make_check(key=key(500 + n), slug=f"check-{n}") for n in range(6)]
    one, two = at(1), at(2)

    def saving(check: FactCheck, number: int) -> None:
        last = newest(check)
        document: Any = {**last.document, "summary": f"Saved at once {number} [1]."}
        with suppress(revisions.StaleBase):  # it comes back with its text, as any late save
            revisions.apply(document, fact_check=check, base=last.number, by=None)

    def merging_them(kept: Source, double: Source) -> None:
        """As somebody who looks again, as long as it says that something has changed."""
        for _attempt in range(20):
            with suppress(ValidationError):
                merge(kept, double, chief)

    at_once(
        lambda: merging_them(one, two),
        lambda: merging_them(two, one),
        *(partial(saving, check, number) for number, check in enumerate(checks)),
        *(partial(make_new, number) for number in range(4)),
    )
    [double] = Source.objects.exclude(merged_into=None)
    assert not double.citations.exists()
    for check in FactCheck.objects.all():
        assert revisions.build(check) == newest(check).document


def make_new(number: int) -> None:
    make_check(key=key(700 + number), slug=f"new-{number}")


@pytest.mark.django_db(transaction=True)
def test_a_merge_waits_for_whoever_has_looked_the_double_up_and_not_saved_yet() -> None:
    """The save cites the double; the merge, which comes later, takes that check along."""
    chief = make_superuser()
    make_check(citations=[])
    one, two = (Source.objects.create(url=f"https://s{n}.example/") for n in (1, 2))
    looked_up, order = threading.Event(), []

    def saving() -> None:
        with transaction.atomic():
            cited = {**make_document()["citations"][0], "source": resolving.source_part(two)}
            make_check(key=key(9), slug="late", citations=[cited])
            looked_up.set()
            time.sleep(0.3)
            order.append("saved")

    def merging_late() -> None:
        looked_up.wait()
        with pytest.raises(ValidationError, match="changed since you looked"):
            merge(one, two, chief)
        merge(one, two, chief)
        order.append("merged")

    at_once(saving, merging_late)
    assert order == ["saved", "merged"]
    assert urls(newest(FactCheck.objects.get(slug="late")).document) == [one.url]
