"""The pages of sources and publishers: how it stands with them, and all that relies on them."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from factchecks import publishing
from sources import quoting
from sources.models import Look, Publisher, Source
from tests.factories import NOON, edit, key, make_check, make_document, make_published
from tests.factories import make_source_part as part
from tests.sources.copies import make_body, make_copy

pytestmark = pytest.mark.django_db

URL = "https://source1.example/page"
ARCHIVED = "https://archive.example/1"
PASSAGE = "The Moon is nearly round."
PUBLISHER = "/publishers/source1.example/"


def the_source(**changes: Any) -> Source:
    Source.objects.filter(url=URL).update(**changes)
    return Source.objects.get(url=URL)


def read(client: Client, path: str) -> str:
    page = client.get(path)
    assert page.status_code == 200, path
    return " ".join(page.content.decode().split())


def page_of(client: Client, source: Source) -> str:
    return read(client, f"/sources/{source.pk}/")


def look(source: Source, month: int, state: str, kind: str = "same") -> None:
    at = datetime(2026, month, 1, 12, tzinfo=UTC)
    Look.objects.create(source=source, at=at, kind=kind, state=state)


def make_double() -> tuple[Source, Source]:
    """What was cited, and the source that it went into."""
    kept = Source.objects.create(url="https://source1.example/kept", title="Kept")
    return the_source(merged_into=kept), kept


# Of a source -----------------------------------------------------------------------------------


def test_a_source_tells_what_it_is_who_is_behind_it_and_their_stakes(client: Client) -> None:
    make_published()
    Publisher.objects.filter(domain="source1.example").update(kind="court", interest="Its <own>.")
    make_copy(the_source(), make_body(kind="pdf"))
    page = page_of(client, the_source())
    for words in ("A PDF document", "Publisher 1", "Court", "Its &lt;own&gt;.", "January 2, 2020"):
        assert words in page


def test_a_source_tells_who_wrote_it_and_in_which_language_its_words_are(client: Client) -> None:
    make_published()
    page = page_of(client, the_source(author="A. Writer", language="he"))
    assert "<bdi>A. Writer</bdi>" in page
    assert '<span lang="he" dir="rtl">Title 1</span>' in page
    assert f'<blockquote lang="he" dir="rtl"><p>{PASSAGE}' in page
    assert 'lang="he" dir="rtl">Title 1</a>' in read(client, PUBLISHER)


def test_a_source_tells_when_it_stood_otherwise_and_when_it_was_last_looked_at(
    client: Client,
) -> None:
    make_published()
    source = the_source(state="dead", state_since=NOON, archived_url=ARCHIVED)
    looks = ["alive", "alive", "drifted", "alive", "alive", "dead", "dead"]
    look(source, 1, "unknown", "failed")
    for month, state in enumerate(looks, 2):
        look(source, month, state)
    look(source, 9, "dead", "barred")
    page = client.get(f"/sources/{source.pk}/")
    told = [(change.at.month, change.state) for change in page.context["changes"]]
    assert told == [(7, "dead"), (5, "alive"), (4, "drifted"), (2, "alive")]
    text = " ".join(page.content.decode().split())
    assert 'We last looked on <time datetime="2026-08-01">August 1, 2026</time>.' in text
    assert "<strong>No longer available</strong>" in text
    assert f'href="{ARCHIVED}"' in text


def test_a_source_that_nobody_has_looked_at_says_so(client: Client) -> None:
    make_published()
    assert "Our software has not looked at it yet." in page_of(client, the_source())


def test_a_source_that_can_be_read_has_its_archived_copy_among_the_facts(client: Client) -> None:
    make_published()
    page = page_of(client, the_source(archived_url=ARCHIVED, state="alive"))
    assert f'<a href="{ARCHIVED}" rel="external">{ARCHIVED}</a>' in page
    assert "source-state" not in page


def test_a_quotation_stands_where_it_is_relied_on_with_the_day_of_verification(
    client: Client,
) -> None:
    make_published()
    source = the_source()
    assert "Verified" not in page_of(client, source)
    quoting.verify(make_copy(source, make_body(f"So: {PASSAGE}")).body, [PASSAGE])
    page = page_of(client, source)
    assert PASSAGE in page
    assert 'Verified on <time datetime="2026-03-02">March 2, 2026</time>' in page


def test_what_is_corrected_at_the_desk_shows_when_it_is_published(client: Client) -> None:
    make_published()
    assert "Secret" not in page_of(client, the_source(title="Secret"))


def test_every_check_that_cites_a_source_is_there_on_pages(client: Client) -> None:
    for number in range(25):
        make_published(key=key(1000 + number), slug=f"check-{number}")
    path = f"/sources/{the_source().pk}/"
    first, second = client.get(path), client.get(f"{path}?page=2")
    assert [len(page.context["citing"]) for page in (first, second)] == [20, 5]
    assert client.get(f"{path}?page=3").status_code == 404


def test_a_source_has_no_page_before_it_is_cited_nor_after(client: Client) -> None:
    check = make_check()
    source = the_source()
    path = f"/sources/{source.pk}/"
    assert client.get(path).status_code == 404
    publishing.publish(check, editor=None)
    assert client.get(path).status_code == 200
    publishing.withdraw(check, notice="A mistake.")
    assert client.get(path).status_code == 404


def test_a_doubles_address_leads_to_what_it_went_into(client: Client) -> None:
    make_published()
    double, kept = make_double()
    answer = client.get(f"/sources/{double.pk}/")
    assert (answer.status_code, answer["Location"]) == (301, f"/sources/{kept.pk}/")


def test_a_double_that_nothing_public_cites_leads_nowhere(client: Client) -> None:
    make_check()
    double, kept = make_double()
    assert {client.get(f"/sources/{pk}/").status_code for pk in (double.pk, kept.pk)} == {404}


def test_what_cites_a_double_cites_the_source_that_it_went_into(client: Client) -> None:
    make_published()
    _double, kept = make_double()
    assert URL in page_of(client, kept)
    citations: Any = make_document()["citations"]
    citations[0] |= {"source": part(1, url=kept.url, title="Kept"), "quotations": []}
    make_published(key=key(2), slug="other", question="Other?", citations=citations)
    page = client.get(f"/sources/{kept.pk}/")
    assert {each["publication"].slug for each in page.context["citing"]} == {
        "is-the-moon-round",
        "other",
    }
    assert page.context["source"].title == "Kept"
    assert page.context["addresses"] == [kept.url, URL]


def test_a_sources_page_needs_few_queries_however_much_cites_it(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        make_published(key=key(1000 + number), slug=f"check-{number}")
    source = the_source()
    for month in range(1, 12):
        look(source, month, "alive" if month % 2 else "dead")
    with django_assert_max_num_queries(12):
        page_of(client, source)


# Of a publisher --------------------------------------------------------------------------------


def test_a_publisher_tells_its_kind_its_interest_and_how_its_pages_stand(client: Client) -> None:
    make_published()
    Publisher.objects.filter(domain="source1.example").update(kind="advocacy", interest="Stakes.")
    the_source(state="moved", state_since=NOON, archived_url=ARCHIVED)
    page = read(client, PUBLISHER)
    for words in ("Publisher 1", "Advocacy", "Stakes.", "Moved: its address leads elsewhere"):
        assert words in page
    assert ARCHIVED in page
    assert "Cited in 1 fact check<" in page


def test_a_double_is_listed_once_under_what_it_went_into(client: Client) -> None:
    make_published()
    _double, kept = make_double()
    citations: Any = make_document()["citations"]
    source = part(1, url=kept.url, title="Kept")
    citations[0] |= {"source": source, "quotations": []}
    make_published(key=key(2), slug="other", citations=citations)
    [listed] = client.get(PUBLISHER).context["sources"]
    assert (listed["path"], listed["checks"]) == (f"/sources/{kept.pk}/", 2)


def test_a_publishers_sources_and_checks_have_pages_of_their_own(client: Client) -> None:
    for number in range(21):
        citations: Any = make_document()["citations"]
        citations[0] |= {"source": part(1, url=f"{URL}/{number}"), "quotations": []}
        make_published(key=key(1000 + number), slug=f"check-{number}", citations=citations)
    first = client.get(PUBLISHER)
    assert len(first.context["sources"]) == len(first.context["page"]) == 20
    assert b'href="?sources=2#sources"' in first.content
    assert b'href="?page=2#checks"' in first.content
    assert len(client.get(f"{PUBLISHER}?sources=2").context["sources"]) == 1
    assert client.get(f"{PUBLISHER}?sources=3").status_code == 404


def test_a_publisher_that_only_a_former_version_names_has_no_page(client: Client) -> None:
    check = make_published().fact_check
    citations: Any = make_document()["citations"]
    citations[0] |= {"source": part(9), "quotations": []}
    edit(check, citations=citations)
    publishing.publish(check, editor=None)
    assert client.get(PUBLISHER).status_code == 404
    assert client.get("/publishers/source9.example/").status_code == 200
