"""How it stands with the evidence is laid over a check's page; its words stay."""

import threading
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from factchecks import pages, publishing
from factchecks.documents import Document
from factchecks.evidence import Evidence
from factchecks.models import Publication, PublishedCitation
from sources import quoting, relying
from sources.models import Publisher, Source, Verification
from tests.factories import NOON, edit, key, make_document, make_published
from tests.sources.copies import make_body, make_copy

pytestmark = pytest.mark.django_db

MOON = "/fact-checks/is-the-moon-round/"
URL = "https://source1.example/page"
ARCHIVED = "https://archive.example/1"
PASSAGE = "The Moon is nearly round."


def source_list(**known: Any) -> str:
    """The list of sources of a check, of whose first source that much is known."""
    document: Document = make_document()
    return flat(pages.parts(document, {URL: Evidence(71, **known)})["sources"])


def flat(text: str) -> str:
    return " ".join(text.split())


def verified(source: Source, at: datetime = NOON, text: str = PASSAGE) -> None:
    """A copy of the source was taken then, in which the passage stands."""
    copy = make_copy(source, make_body(f"It says: {text} Copied at {at}."), at)
    quoting.verify(copy.body, [text])


def sources_page(publication: Publication) -> str:
    publication.refresh_from_db()
    return flat(publication.html["sources"])


def remake(publication: Publication) -> str:
    with transaction.atomic():
        publishing.remake_page(Publication.objects.get(pk=publication.pk))
    return sources_page(publication)


def test_of_many_checks_only_what_they_quote_is_read(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    document: Any = make_document()
    document["findings"][0]["text"] += " word" * 9000
    cited = make_published(**document).published_citations.get(number=1)
    PublishedCitation.objects.bulk_create(
        PublishedCitation(
            publication=cited.publication, source=cited.source, number=number, url=cited.url
        )
        for number in range(100, 2100)
    )
    tracemalloc.start()
    with django_assert_num_queries(3):
        found = relying.quotations([cited.source.pk])
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found[cited.source.pk].public == {PASSAGE}
    assert most < 1_000_000


# What readers are told -----------------------------------------------------------------------


def test_a_quotation_that_was_found_in_a_copy_says_when_and_what_that_means() -> None:
    made = source_list(verified={quoting.digest(PASSAGE): NOON})
    assert 'Verified on <time datetime="2026-03-02">March 2, 2026</time>' in made
    assert "the passage stood word for word in a copy of the source" in made
    assert f"{URL}#:~:text=The%20Moon%20is%20nearly%20round." in made


def test_a_quotation_that_was_not_found_promises_nothing() -> None:
    made = source_list(verified={quoting.digest("Another passage."): NOON})
    assert "Verified" not in made


def test_a_quotation_that_is_known_not_to_stand_leads_to_the_source_and_promises_no_passage() -> (
    None
):
    lost = frozenset({quoting.digest(PASSAGE)})
    made = source_list(lost=lost)
    assert f'<a href="{URL}" rel="external">Open the source</a>' in made
    assert ":~:text" not in made
    made = source_list(lost=lost, state="drifted", archived_url=ARCHIVED)
    assert f'<a href="{ARCHIVED}" rel="external">Open the archived copy</a>' in made


def test_an_archived_copy_is_opened_at_what_stood_in_one_of_ours() -> None:
    digest = quoting.digest(PASSAGE)
    made = source_list(
        lost=frozenset({digest}), verified={digest: NOON}, state="drifted", archived_url=ARCHIVED
    )
    assert f'<a href="{ARCHIVED}#:~:text=The%20Moon' in made


def test_the_title_of_a_dead_source_leads_to_the_archive_and_its_own_address_comes_second() -> None:
    made = source_list(state="dead", archived_url=ARCHIVED)
    assert (
        f'<p class="source-title" data-card><a href="{ARCHIVED}" rel="external">Title 1</a>' in made
    )
    gone = made.split('<p class="source-gone" data-card>')[1].split("</p>")[0]
    assert "where nothing is found any more" in gone
    assert f'<a href="{URL}" rel="external">{URL}</a>' in gone


@pytest.mark.parametrize(
    "known",
    [
        {"state": "dead"},
        {"state": "moved", "archived_url": ARCHIVED},
        {"state": "drifted", "archived_url": ARCHIVED},
        {"state": "alive", "archived_url": ARCHIVED},
    ],
)
def test_any_other_title_leads_to_the_source(known: dict[str, Any]) -> None:
    made = source_list(**known)
    assert f'<p class="source-title" data-card><a href="{URL}" rel="external">Title 1</a>' in made
    assert "source-gone" not in made


def test_the_day_of_verification_is_the_newsrooms(settings: Any) -> None:
    settings.TIME_ZONE = "Asia/Tokyo"
    evening = datetime(2026, 3, 2, 20, tzinfo=UTC)
    assert "March 3, 2026" in source_list(verified={quoting.digest(PASSAGE): evening})


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("dead", "No longer available"),
        ("moved", "Moved: its address leads elsewhere"),
        ("drifted", "Changed since we read it"),
    ],
)
def test_a_source_that_is_not_what_it_was_says_so_with_its_archived_copy(
    state: str, words: str
) -> None:
    made = source_list(state=state, state_since=NOON, archived_url=ARCHIVED)
    assert f"<strong>{words}</strong>" in made
    assert 'noticed on <time datetime="2026-03-02">March 2, 2026</time>' in made
    assert f'<a href="{ARCHIVED}" rel="external">Archived copy</a>' in made
    assert f'<a href="{ARCHIVED}#:~:text=The%20Moon' in made  # the passage, where it can be read


def test_without_an_archived_copy_that_is_said_plainly() -> None:
    made = source_list(state="dead")
    assert "We know of no archived copy." in made
    assert "Archived copy" not in made
    assert f'<a href="{URL}#:~:text=The%20Moon' in made


@pytest.mark.parametrize("state", ["unknown", "alive"])
def test_a_source_that_can_be_read_is_not_remarked_upon(state: str) -> None:
    made = source_list(state=state, state_since=NOON)
    assert "source-state" not in made
    assert "archived" not in made


def test_the_publishers_kind_and_interest_stand_beside_its_name() -> None:
    made = source_list(kind="advocacy", interest="Owned by a <maker> of globes.")
    assert '<span class="source-kind">advocacy</span>' in made
    assert "<b>Interest to declare:</b> Owned by a &lt;maker&gt; of globes." in made


def test_who_wrote_a_source_stands_before_its_dates() -> None:
    made = source_list(author="A. <Writer>, B. Writer")
    assert '<p class="source-dates" data-card> <span>By <bdi>A. &lt;Writer&gt;' in made
    assert "By <bdi>" not in source_list()


@pytest.mark.parametrize(
    ("language", "told"),
    [("de-AT", ' lang="de-AT" dir="ltr"'), ("he", ' lang="he" dir="rtl"'), ("EN", ""), ("", "")],
)
def test_what_is_in_another_language_than_the_page_says_in_which(language: str, told: str) -> None:
    made = source_list(language=language)
    assert f'<a href="{URL}" rel="external"{told}>Title 1</a>' in made
    assert f'<blockquote cite="{URL}"{told}><p>The Moon' in made


def test_an_address_in_the_place_of_a_title_is_in_no_language() -> None:
    document: Any = make_document()
    document["citations"][0]["source"]["title"] = ""
    made = flat(pages.parts(document, {URL: Evidence(71, language="he")})["sources"])
    assert f'<a href="{URL}" rel="external">{URL}</a>' in made


def test_the_card_over_a_citation_shows_all_of_it() -> None:
    """Its script copies what is marked so."""
    made = source_list(state="dead", interest="Stakes.", verified={quoting.digest(PASSAGE): NOON})
    assert '<p class="source-state" data-card>' in made
    assert '<p class="source-interest" data-card>' in made
    [_before, quotation] = made.split('<figure class="quotation" data-card>')
    assert "Verified on" in quotation.split("</figure>")[0]


# When pages are made ---------------------------------------------------------------------------


def test_a_page_that_is_published_tells_what_is_known_by_then() -> None:
    Publisher.objects.create(name="P", domain="source1.example", kind="court", interest="None.")
    source = Source.objects.create(url=URL, title="Title 1", state="dead", archived_url=ARCHIVED)
    verified(source)
    made = sources_page(make_published())
    for words in ("court", "None.", "No longer available", ARCHIVED, "Verified on"):
        assert words in made


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda: Source.objects.filter(url=URL).update(state="dead"), "No longer available"),
        (lambda: Source.objects.filter(url=URL).update(author="A. Writer"), "A. Writer"),
        (lambda: Source.objects.filter(url=URL).update(language="de"), 'lang="de"'),
        (lambda: Publisher.objects.filter(domain=HOST).update(kind="court"), "court"),
        (lambda: Publisher.objects.filter(domain=HOST).update(interest="Stakes."), "Stakes."),
    ],
)
def test_a_change_of_the_evidence_makes_the_page_again_and_the_words_stay(
    change: Callable[[], object], words: str
) -> None:
    publication = make_published()
    document, before = publication.revision.document, sources_page(publication)
    assert not publishing.outdated().exists()
    change()
    assert publishing.outdated().get() == publication
    assert words in remake(publication)
    assert words not in before
    assert not publishing.outdated().exists()
    publication.revision.refresh_from_db()
    assert publication.revision.document == document


HOST = "source1.example"


def test_the_publisher_is_the_one_that_the_check_names_whoever_the_desk_names_since() -> None:
    publication = make_published()
    other = Publisher.objects.create(name="Other", domain="other.example", interest="Leaks.")
    Source.objects.filter(url=URL).update(publisher=other)
    Publisher.objects.filter(domain=HOST).update(interest="Stays.")
    made = remake(publication)
    assert "Stays." in made
    assert "Leaks." not in made


def test_what_a_double_went_into_speaks_for_it() -> None:
    publication = make_published()
    kept = Source.objects.create(url="https://source1.example/kept", title="Kept")
    Source.objects.filter(url=URL).update(merged_into=kept)
    verified(kept)
    made = remake(publication)
    assert "Verified on" in made
    assert f'href="/sources/{kept.pk}/"' in made
    assert f'<a href="{URL}" rel="external">' in made  # the address that the check cites
    Source.objects.filter(pk=kept.pk).update(state="dead", archived_url=ARCHIVED)
    assert publishing.outdated().get() == publication
    assert ARCHIVED in remake(publication)


def test_a_new_copy_in_which_the_passage_stands_moves_the_day() -> None:
    publication = make_published()
    source = Source.objects.get(url=URL)
    verified(source)
    verified(source, datetime(2026, 5, 1, tzinfo=UTC))
    made = remake(publication)
    assert "May 1, 2026" in made
    assert "March 2, 2026" not in made


def test_a_newer_copy_without_the_passage_takes_the_way_to_it_and_another_one_brings_it_back() -> (
    None
):
    publication = make_published()
    source = Source.objects.get(url=URL)
    verified(source)
    assert ":~:text" in remake(publication)
    for day, text, promised in ((3, "Nothing of it.", False), (4, PASSAGE, True)):
        copy = make_copy(source, make_body(text), datetime(2026, 3, day, tzinfo=UTC))
        quoting.looked_up([(source.pk, PASSAGE)])
        assert publishing.outdated().get() == publication
        made = remake(publication)
        assert (f'<a href="{URL}" rel="external">Open the source</a>' not in made) == promised, copy
        assert "Verified on" in made


def test_a_retraction_stands_on_its_own_evidence_whatever_the_desk_cites_by_now() -> None:
    publication = make_published()
    edit(publication.fact_check, citations=make_document()["citations"][:1])
    retracted = publishing.retract(publication.fact_check, notice="We misread a table.")
    assert retracted.published_citations.count() == 3


def test_making_a_page_asks_few_questions_however_many_sources(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    document: Any = make_document()
    for number in range(4, 60):
        document["citations"].append(
            {
                **document["citations"][1],
                "key": key(8000 + number),
                "number": number,
                "source": {
                    **document["citations"][1]["source"],
                    "url": f"https://source2.example/{number}",
                },
            }
        )
    publication = make_published(**document)
    publication = Publication.objects.select_related("revision").get(pk=publication.pk)
    with transaction.atomic(), django_assert_max_num_queries(8):
        publishing.remake_page(publication)


def test_a_check_page_needs_no_more_questions_for_its_evidence(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    source = Source.objects.create(url=URL, title="Title 1", state="dead", archived_url=ARCHIVED)
    verified(source)
    make_published()
    with django_assert_max_num_queries(4):
        assert b"No longer available" in client.get(MOON).content


# Two at once ---------------------------------------------------------------------------------


def while_changing(change: Callable[[], object], work: Callable[[], object]) -> None:
    """Do ``work`` while a transaction has made the change and has not ended yet; it ends when the work is done or waits."""
    changed, done = threading.Event(), threading.Event()

    def changing() -> None:
        try:
            with transaction.atomic():
                change()
                changed.set()
                done.wait(1)
        finally:
            connection.close()

    other = threading.Thread(target=changing)
    other.start()
    assert changed.wait(5)
    work()
    done.set()
    other.join()


CHANGES: dict[str, Callable[[], object]] = {
    "source": lambda: Source.objects.filter(url=URL).update(archived_url=ARCHIVED, state="dead"),
    "publisher": lambda: Publisher.objects.filter(domain=HOST).update(interest="Stakes."),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("what", "words"), [("source", ARCHIVED), ("publisher", "Stakes.")])
def test_a_change_that_is_not_committed_yet_is_not_missed_when_a_page_is_made_again(
    what: str, words: str
) -> None:
    publication = make_published()
    while_changing(CHANGES[what], lambda: remake(publication))
    assert words in sources_page(publication)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("what", "words"), [("source", ARCHIVED), ("publisher", "Stakes.")])
def test_a_change_that_is_not_committed_yet_is_not_missed_on_publication(
    what: str, words: str
) -> None:
    check = make_published().fact_check
    edit(check, summary="Quite [1].")
    while_changing(CHANGES[what], lambda: publishing.publish(check, editor=None))
    assert words in sources_page(Publication.objects.published().get())


@pytest.mark.django_db(transaction=True)
def test_a_passage_that_is_being_looked_up_while_its_check_is_published_is_told() -> None:
    check = make_published().fact_check
    edit(check, summary="Quite [1].")
    source = Source.objects.get(url=URL)

    def looking_up() -> None:
        quoting.lock([source.pk])
        verified(source, timezone.now())

    while_changing(looking_up, lambda: publishing.publish(check, editor=None))
    assert Verification.objects.exists()
    assert "Verified on" in sources_page(Publication.objects.published().get())
