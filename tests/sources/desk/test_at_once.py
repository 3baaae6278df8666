"""What readers see at once is changed by those who may publish: a reporter only reads it, once readers are shown it."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from sources.models import Publisher, Source
from tests.factories import make_check, make_published, make_user
from tests.sources.copies import make_source
from tests.sources.forms import opened

pytestmark = pytest.mark.django_db
WHY = "only those who may publish change it"
ARCHIVED = "https://archive.example/copy"


def somebody(role: str) -> Client:
    user = make_user(role.lower())
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


def change(client: Client, row: Source | Publisher, **values: str) -> str:
    """Open the form, and save it with these values; gives the page that was opened."""
    url = reverse(f"admin:sources_{row._meta.model_name}_change", args=[row.pk])
    data = {**opened(client, url), **values}
    page = client.get(url).content.decode()
    assert client.post(url, data).status_code == 302
    row.refresh_from_db()
    return page


def test_a_reporter_does_not_change_what_readers_are_told_of_a_publisher() -> None:
    make_published()
    publisher = Source.objects.get(title="Title 1").publisher
    assert publisher
    before = (publisher.domain, publisher.kind, publisher.interest)
    values = {"interest": "Owned by somebody.", "kind": "company", "domain": "other.example"}
    page = change(somebody("Reporter"), publisher, name="Another name", **values)
    assert page.count(WHY) == 3
    assert publisher.name == "Another name"
    assert (publisher.domain, publisher.kind, publisher.interest) == before


def test_a_reporter_does_not_change_where_readers_find_an_archived_copy() -> None:
    make_published()
    source = Source.objects.get(title="Title 1")
    page = change(somebody("Reporter"), source, title="Another", archived_url=ARCHIVED)
    assert WHY in page
    assert (source.title, source.archived_url) == ("Another", "")


def test_an_editor_changes_both() -> None:
    make_published()
    source, editor = Source.objects.get(title="Title 1"), somebody("Editor")
    assert source.publisher
    assert WHY not in change(editor, source, archived_url=ARCHIVED)
    change(editor, source.publisher, interest="Owned by somebody.")
    assert source.archived_url == ARCHIVED
    assert source.publisher.interest == "Owned by somebody."


def test_what_no_reader_is_shown_is_the_reporters_work() -> None:
    make_check()
    source, reporter = Source.objects.get(title="Title 1"), somebody("Reporter")
    assert source.publisher
    change(reporter, source, archived_url=ARCHIVED)
    change(reporter, source.publisher, interest="Owned by somebody.")
    assert source.archived_url == ARCHIVED
    assert source.publisher.interest == "Owned by somebody."


@pytest.mark.parametrize("kept", ["Title 1", "Not shown"])
def test_a_reporter_does_not_merge_what_readers_are_shown(kept: str) -> None:
    make_published()
    make_source(9, title="Not shown")
    rows = {row.title: row for row in Source.objects.all()}
    other = rows["Not shown" if kept == "Title 1" else "Title 1"]
    url = reverse("admin:sources_source_merge", args=[rows[kept].pk])
    assert somebody("Reporter").get(url, {"other": other.pk}).status_code == 403
    assert somebody("Editor").get(url, {"other": other.pk}).status_code == 200


def test_a_reporter_is_not_offered_to_merge_it_either() -> None:
    make_published()
    source = Source.objects.get(title="Title 1")
    Source.objects.create(url=source.url + "?utm_source=x", title="The same")
    url = reverse("admin:sources_source_change", args=[source.pk])
    merge = reverse("admin:sources_source_merge", args=[source.pk])
    assert merge not in somebody("Reporter").get(url).content.decode()
    assert merge in somebody("Editor").get(url).content.decode()
