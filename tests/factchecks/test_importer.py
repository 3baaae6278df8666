"""Bringing a draft to the database."""

import json
import threading
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from factchecks import importer, importing, revisions
from factchecks.importer import Status
from factchecks.models import FactCheck, Person, Publication, Revision
from sources.models import Publisher, Source
from tests.factchecks.drafts import TEXT, make_draft
from tests.factories import edit, key, make_document, make_superuser

pytestmark = pytest.mark.django_db


def save(**replacements: str) -> importer.Result:
    return importer.save(make_draft(**replacements), by=None)


def test_a_draft_becomes_a_check_with_one_revision() -> None:
    result = save()
    assert (result.slug, result.status, result.obstacles) == ("cats-landing", Status.CREATED, [])
    revision = FactCheck.objects.get().revisions.get()
    assert revision.origin == Revision.Origin.IMPORT
    assert revision.document == result.document == revisions.build(revision.fact_check)


def test_it_is_signed_by_whoever_brought_it() -> None:
    chief = make_superuser()
    result = importer.save(make_draft(), by=chief)
    assert result.revision is not None
    assert result.revision.saved_by == chief


def test_the_same_draft_again_changes_nothing() -> None:
    save()
    assert save().status == Status.UNCHANGED
    assert Revision.objects.count() == 1


def test_the_same_draft_again_changes_nothing_though_its_sources_say_more_by_now() -> None:
    chief, untitled = make_superuser(), {"    title: How dogs fall\n": ""}
    save(**untitled)
    Source.objects.filter(url="https://cats.example/fall").update(title="How cats do fall")
    again = save(**untitled)
    assert (again.status, Revision.objects.count()) == (Status.UNCHANGED, 1)
    Source.objects.filter(title="").update(title="How dogs fall")
    public = importer.publish(save(**untitled), editor=chief)
    assert public.document["citations"][1]["source"]["title"] == "How dogs fall"
    assert save(**untitled).status == Status.UNCHANGED
    assert save(In_the_air="While falling", **untitled).status == Status.UPDATED


def test_an_address_that_tracks_is_stored_without_and_the_same_draft_is_unchanged() -> None:
    tracked = {"https://cats.example/fall": "https://cats.example/fall?fbclid=you"}
    first = save(**tracked)
    assert first.document is not None
    assert first.document["citations"][0]["source"]["url"] == "https://cats.example/fall"  # type: ignore[index]
    assert save(**tracked).status == Status.UNCHANGED
    assert Source.objects.filter(url__contains="fbclid").count() == 0


def test_a_changed_draft_is_the_next_revision_with_the_keys_of_its_parts_kept() -> None:
    before = save().document
    result = save(In_the_air="While falling")
    assert result.status == Status.UPDATED
    assert before is not None
    assert result.document is not None
    assert result.document["findings"][0]["key"] == before["findings"][0]["key"]
    assert [r.number for r in Revision.objects.order_by("number")] == [1, 2]


def test_what_the_desk_changed_since_is_not_overwritten() -> None:
    save()
    edit(FactCheck.objects.get(), question="Do cats land well?")
    result = save(In_the_air="While falling", dogs="rabbits")
    assert result.status == Status.REFUSED
    assert result.refusals == ["The desk has changed this check; the draft would overwrite that."]
    assert FactCheck.objects.get().question == "Do cats land well?"
    assert not Source.objects.filter(url__contains="rabbits").exists()


def test_a_command_does_not_overwrite_what_a_person_imported() -> None:
    importer.save(make_draft(), by=make_superuser())
    result = save(In_the_air="While falling")
    assert result.refusals == [
        "Somebody else has imported this check; the draft would overwrite that."
    ]
    assert "In the air" in str(Revision.objects.get().document)


def test_a_person_does_not_overwrite_what_another_imported() -> None:
    importer.save(make_draft(), by=make_superuser("ada"))
    result = importer.save(make_draft(In_the_air="While falling"), by=make_superuser("bob"))
    assert (result.status, result.overwritten) == (Status.REFUSED, Revision.objects.get())
    assert result.document is not None
    assert result.document["findings"][0]["text"] == "While falling [1][2]."


def test_a_person_may_follow_a_command_and_themselves() -> None:
    save()
    ada = make_superuser("ada")
    for text in ("While falling", "While turning"):
        assert importer.save(make_draft(In_the_air=text), by=ada).status == Status.UPDATED


def test_what_was_saved_since_the_person_looked_is_not_overwritten() -> None:
    ada = make_superuser("ada")
    seen = importer.save(make_draft(), by=ada).revision
    importer.save(make_draft(dogs="rabbits"), by=ada)
    assert seen is not None
    result = importer.save(make_draft(In_the_air="While falling"), by=ada, seen=seen.pk)
    assert "once more since you looked" in result.refusals[0]
    assert importer.ancestor(result, by=ada, seen=seen.pk) == seen
    assert Revision.objects.count() == 2


def test_a_draft_that_was_new_when_the_person_looked_overwrites_nothing() -> None:
    save()
    ada = make_superuser("ada")
    result = importer.save(make_draft(In_the_air="While falling"), by=ada, seen=0)
    assert "once more since you looked" in result.refusals[0]


def test_a_check_that_got_another_address_since_is_not_made_twice() -> None:
    seen = save().revision
    assert seen is not None
    edit(seen.fact_check, slug="cats-land")
    result = importer.save(make_draft(), by=None, seen=seen.pk)
    assert (result.status, FactCheck.objects.count()) == (Status.REFUSED, 1)


def test_a_draft_that_says_what_the_desk_says_is_unchanged_not_refused() -> None:
    save()
    edit(FactCheck.objects.get(), question="Do cats land well?")
    assert save(always_land_on_their_feet="land well").status == Status.UNCHANGED


def test_a_rating_that_is_not_on_the_scale_refuses_the_whole_draft() -> None:
    result = save(tags="rating: Maybe\ntags")
    assert result.status == Status.REFUSED
    assert "“Maybe” is not on the newsroom's scale" in result.refusals[0]
    assert not FactCheck.objects.exists()
    assert not Person.objects.exists()


def test_what_the_newsroom_knows_of_a_source_stays_and_the_draft_is_told() -> None:
    Source.objects.create(url="https://cats.example/fall", title="Our title")
    result = save()
    assert [note.message for note in result.notes] == [
        "Source [1] is known with “Our title”, and keeps it."
    ]
    assert result.document is not None
    assert result.document["citations"][0]["source"]["title"] == "Our title"  # type: ignore[index]


def test_placeholders_keep_a_draft_from_being_published_and_are_named() -> None:
    result = importer.save(make_draft(TEXT), by=None)
    assert result.status == Status.CREATED
    assert "Source [2] has no address yet." in result.obstacles
    with pytest.raises(ValidationError, match="has no address yet"):
        importer.publish(result, editor=make_superuser())
    assert not Publication.objects.exists()


def test_a_note_that_blocks_keeps_a_draft_from_being_published() -> None:
    draft = make_draft(tags="tagz")
    result = importer.save(draft, by=None)
    assert result.problems == []
    with pytest.raises(ValidationError, match=r"line 6: .*“tagz”"):
        importer.publish(result, editor=make_superuser())


def test_what_nothing_stops_is_published_once() -> None:
    chief = make_superuser()
    first = importer.publish(save(), editor=chief)
    assert importer.publish(save(), editor=chief) == first
    assert Publication.objects.get().published_by == chief


def test_a_preview_shows_what_would_come_and_writes_nothing() -> None:
    result = importer.preview(make_draft(TEXT))
    assert (result.slug, result.status) == ("do-cats-always-land-on-their-feet", Status.CREATED)
    assert result.problems
    assert result.notes
    assert result.document is not None
    assert result.revision is None
    for model in (FactCheck, Revision, Source, Publisher, Person):
        assert not model.objects.exists()


def test_a_preview_tells_of_a_refusal() -> None:
    save()
    edit(FactCheck.objects.get(), question="Do cats land well?")
    assert importer.preview(make_draft()).status == Status.REFUSED


def as_json(**changes: Any) -> importing.Draft:
    return importing.read(json.dumps({**make_document(), **changes}))


def test_a_document_finds_its_check_by_key_even_when_the_slug_changed() -> None:
    importer.save(as_json(), by=None)
    result = importer.save(as_json(slug="moon-shape"), by=None)
    assert (result.slug, result.status) == ("moon-shape", Status.UPDATED)
    assert FactCheck.objects.get().slug == "moon-shape"


def test_a_document_of_another_newsroom_finds_its_check_by_slug() -> None:
    importer.save(as_json(), by=None)
    result = importer.save(as_json(key=key(2), question="Is it a ball?"), by=None)
    assert result.status == Status.UPDATED
    assert str(FactCheck.objects.get().key) == key(1)


def test_a_document_never_takes_the_slug_of_another_check() -> None:
    importer.save(as_json(), by=None)
    save()
    result = importer.save(as_json(slug="cats-landing"), by=None)
    assert result.refusals == ["Another fact check has this slug."]


def test_two_people_with_one_key_are_one_person() -> None:
    authors = [{"key": key(11), "name": "A. Writer"}, {"key": key(11), "name": "A. W. Riter"}]
    result = importer.save(as_json(authors=authors), by=None)
    assert result.document is not None
    assert [person["name"] for person in result.document["authors"]] == ["A. Writer"]


@pytest.mark.django_db(transaction=True)
def test_a_draft_that_is_sent_twice_at_once_is_one_check() -> None:
    statuses: list[Status] = []

    def send() -> None:
        statuses.append(save().status)
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [Status.CREATED, Status.UNCHANGED, Status.UNCHANGED]
    assert Revision.objects.count() == 1
