"""Merging a double at the desk: what would happen is shown first, and somebody agrees to it."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from factchecks import revisions
from factchecks.models import FactCheck
from sources.models import Look, Source
from tests.factories import NOON, edit, make_check, make_published, make_user
from tests.sources.copies import make_copy, make_source
from tests.sources.forms import opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def reporter(client: Client) -> Client:
    user = make_user("reporter")
    user.groups.add(Group.objects.get(name="Reporter"))
    client.force_login(user)
    return client


@pytest.fixture
def editor(client: Client) -> Client:
    user = make_user("editor")
    user.groups.add(Group.objects.get(name="Editor"))
    client.force_login(user)
    return client


def url(source: Source) -> str:
    return reverse("admin:sources_source_merge", args=[source.pk])


def form_of(source: Source) -> str:
    return reverse("admin:sources_source_change", args=[source.pk])


def agree(client: Client, kept: Source, double: Source) -> Any:
    """Look at what would happen, and press the button."""
    page: Any = client.get(url(kept), {"other": double.pk})
    seen = page.context["plan"].fingerprint
    return client.post(url(kept), {"other": double.pk, "seen": seen}, follow=True)


def test_what_would_happen_is_shown_and_nothing_is_done(editor: Client) -> None:
    check = make_published().fact_check
    one, two = Source.objects.filter(title__in=["Title 1", "Title 2"]).order_by("title")
    make_copy(two)
    page = editor.get(url(one), {"other": two.pk}).content.decode()
    assert check.question in page
    assert "It cites both, as [1] and [2]" in page
    assert "1 kept copy becomes" in page
    assert "1 published version cites the double" in page
    assert "The double says something else" in page
    assert "can’t be undone" in page
    two.refresh_from_db()
    assert two.merged_into is None


def test_agreed_to_the_two_are_one_and_both_keep_a_record_of_it(reporter: Client) -> None:
    check = make_check()
    one, two = Source.objects.filter(title__in=["Title 1", "Title 2"]).order_by("title")
    copy = make_copy(two)
    look = Look.objects.create(source=two, at=NOON, kind="gone", status=404, state="dead")
    answer = agree(reporter, one, two)
    assert "The two are one source now." in answer.content.decode()
    for row in (copy, look, two):
        row.refresh_from_db()
    assert (copy.source, look.source, two.merged_into) == (one, one, one)
    last = revisions.newest(check)
    assert last is not None
    assert (last.number, str(last.saved_by)) == (2, "reporter")
    assert set(LogEntry.objects.values_list("object_id", flat=True)) == {str(one.pk), str(two.pk)}


def test_the_kept_source_takes_what_it_lacks_and_keeps_what_it_says(reporter: Client) -> None:
    one = Source.objects.create(url="https://a.example/", title="Ours")
    two = make_source(2, language="de", author="Theirs", archived_url="https://archive.example/2")
    agree(reporter, one, two)
    one.refresh_from_db()
    assert (one.title, one.language, one.author) == ("Ours", "de", "Theirs")
    assert one.archived_url == "https://archive.example/2"


def test_two_that_are_titled_alike_are_told_apart_by_their_addresses(reporter: Client) -> None:
    one, two = make_source(1, title="Alike"), make_source(2, title="Alike")
    page = reporter.get(url(one), {"other": two.pk}).content.decode()
    assert f">{two.url}</a> would go into <a" in page
    assert f">{one.url}</a>. This can’t be undone." in page


def test_the_copy_that_follows_a_merge_says_why_it_was_taken(reporter: Client) -> None:
    one, two = make_source(1), make_source(2)
    agree(reporter, one, two)
    (job,) = ProcrastinateJob.objects.filter(task_name="sources.tasks.keep_copy")
    assert (job.args["source_id"], job.args["reason"]) == (one.pk, "merged")


def test_what_somebody_changed_since_is_shown_before_anything_is_done(reporter: Client) -> None:
    make_check()
    one, two = Source.objects.filter(title__in=["Title 1", "Title 2"]).order_by("title")
    page: Any = reporter.get(url(one), {"other": two.pk})
    edit(FactCheck.objects.get(), citations=[])
    sent = {"other": two.pk, "seen": page.context["plan"].fingerprint}
    again = reporter.post(url(one), sent)
    assert "Something has changed since you looked" in again.content.decode()
    assert "No check at the desk cites the double" in again.content.decode()
    two.refresh_from_db()
    assert two.merged_into is None


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"other": ""}, "Choose the other source first"),
        ({"other": "x"}, "not one of the available choices"),
        ({"url": "https://nowhere.example/"}, "No source has this address"),
        ({"url": "nonsense"}, "No source has this address"),
        ({"url": "http://SOURCE1.example/page"}, "this is one and the same"),
    ],
)
def test_a_choice_that_is_none_is_refused_with_a_sentence(
    reporter: Client, sent: dict[str, str], said: str
) -> None:
    assert said in reporter.get(url(make_source(1)), sent).content.decode()


def test_the_other_source_is_found_by_its_address_too(reporter: Client) -> None:
    page: Any = reporter.get(url(make_source(1)), {"url": make_source(2).url})
    assert page.context["plan"].double == make_source(2)


def test_probable_doubles_are_suggested_in_the_form_and_on_the_page(reporter: Client) -> None:
    one = make_source(1)
    other = Source.objects.create(url="http://source1.example/page", title="The same")
    for page in (form_of(one), url(one)):
        html = reporter.get(page).content.decode()
        assert f"{url(one)}?other={other.pk}" in html
        assert "another spelling" in html


def test_who_may_not_change_checks_merges_no_sources(client: Client) -> None:
    client.force_login(make_user("librarian", "sources.view_source", "sources.change_source"))
    assert client.get(url(make_source())).status_code == 403
    assert client.post(url(make_source()), {"other": make_source(2).pk}).status_code == 403


# A double afterwards ------------------------------------------------------------------------------


@pytest.fixture
def pair(reporter: Client) -> tuple[Source, Source]:
    kept, double = make_source(1), make_source(2)
    agree(reporter, kept, double)
    double.refresh_from_db()
    return kept, double


def test_a_double_leads_to_the_kept_source_and_is_changed_no_more(
    reporter: Client, pair: tuple[Source, Source]
) -> None:
    kept, double = pair
    page = reporter.get(form_of(double)).content.decode()
    assert f'href="{form_of(kept)}"' in page
    assert 'name="_save"' not in page
    assert reporter.get(url(double)).status_code == 403
    assert reporter.post(reverse("admin:sources_source_keep", args=[double.pk])).status_code == 403


def test_a_doubles_page_only_shows_what_it_was(
    reporter: Client, pair: tuple[Source, Source]
) -> None:
    page = reporter.get(form_of(pair[1])).content.decode()
    assert "This source was merged into" in page
    for talk in ("Paste it", "ublisher name", "Left empty", "None", "Next look", "_fill"):
        assert talk not in page


def test_a_form_of_the_double_that_was_open_is_not_lost(reporter: Client) -> None:
    kept, double = make_source(1), make_source(2)
    form = opened(reporter, form_of(double)) | {"title": "Typed for an hour"}
    agree(reporter, kept, double)
    answer = reporter.post(form_of(double), form, follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain[-1][0] == form_of(kept)
    assert "was merged into “Title 1” meanwhile" in page
    assert "Typed for an hour" in page


def test_adding_the_doubles_address_leads_to_the_kept_source(
    reporter: Client, pair: tuple[Source, Source]
) -> None:
    kept, double = pair
    sent = {"url": double.url.replace("https", "http")}
    page = reporter.post(reverse("admin:sources_source_add"), sent).content.decode()
    assert "This address is a source already" in page
    assert form_of(kept) in page


def test_the_kept_source_may_be_saved_though_its_double_has_another_address(
    reporter: Client, pair: tuple[Source, Source]
) -> None:
    kept, _double = pair
    form = opened(reporter, form_of(kept)) | {"title": "Better"}
    assert reporter.post(form_of(kept), form).status_code == 302
