"""The text of a kept copy at the desk: shown as text, with the passage that was looked up."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from sources import quoting
from sources.desk import kept_text
from sources.models import Snapshot, Source
from tests.factories import NOON, make_published, make_superuser, make_user
from tests.sources.copies import TEXT, make_body, make_copy, make_source

pytestmark = pytest.mark.django_db

PASSAGE = "The Moon is nearly round."


def url_of(copy: Snapshot) -> str:
    return reverse("admin:sources_snapshot", args=[copy.source_id, copy.pk])


@pytest.fixture
def chief(client: Client) -> Client:
    client.force_login(make_superuser())
    return client


def look_up(client: Client, copy: Snapshot, passage: str, **data: str) -> Any:
    return client.post(url_of(copy), {"passage": passage, **data})


def test_only_who_may_see_sources_sees_their_copies(client: Client) -> None:
    copy = make_copy(make_source())
    assert client.get(url_of(copy)).status_code == 302
    client.force_login(make_user("reporter"))
    assert client.get(url_of(copy)).status_code == 403
    client.force_login(make_user("reader", "sources.view_source"))
    assert client.get(url_of(copy)).status_code == 200


def test_the_text_is_shown_with_when_and_where_it_was_taken(chief: Client) -> None:
    copy = make_copy(make_source(), make_body(title="A page", hints=["looks-paywalled"]))
    page = chief.get(url_of(copy)).text
    assert '<p dir="auto">The Moon is nearly round. Those who measured it say so.</p>' in page
    assert "March 2, 2026" in page
    assert "A page" in page
    assert copy.body.sha256 in page
    assert "open to subscribers alone" in page


def test_what_a_page_says_is_never_markup_at_the_desk(chief: Client) -> None:
    copy = make_copy(make_source(), make_body("<script>alert(1)</script> & more"))
    page = chief.get(url_of(copy)).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in page
    page = look_up(chief, copy, "<script>alert(1)</script>").text
    assert "<script>alert" not in page


def test_a_passage_that_stands_is_marked_where_it_stands(chief: Client) -> None:
    copy = make_copy(make_source())
    page = chief.get(url_of(copy), {"passage": PASSAGE})
    assert f'<mark id="passage" tabindex="-1">{PASSAGE}</mark>' in page.text
    assert "Verified" in page.text


def test_a_passage_over_two_lines_is_marked_in_both(chief: Client) -> None:
    page = look_up(chief, make_copy(make_source()), "say so. More is not known.").text
    assert page.count("<mark") == 2
    assert page.count('id="passage"') == 1


def test_the_parts_around_an_ellipsis_are_marked_each(chief: Client) -> None:
    page = look_up(chief, make_copy(make_source()), "The Moon is nearly round … measured it say so")
    assert page.text.count("<mark") == 2


def test_differences_are_shown_word_by_word_and_said_in_words(chief: Client) -> None:
    page = look_up(chief, make_copy(make_source()), "The Moon is exactly round.").text
    assert "[only in the quotation: </span>exactly" in page
    assert "[only in the source: </span>nearly" in page
    assert "Found with differences" in page


def test_the_words_of_the_source_can_be_taken_instead(chief: Client) -> None:
    copy = make_copy(make_source())
    page = look_up(chief, copy, "The Moon is exactly round.", _take="1")
    assert page.context["passage"] == PASSAGE
    assert page.context["found"].name == "verified"


def test_a_passage_that_stands_nowhere_is_not_found(chief: Client) -> None:
    page = look_up(chief, make_copy(make_source()), "Cheese is made of milk by people.")
    assert "Not found" in page.text
    assert "<mark" not in page.text


def test_a_quotation_is_found_by_its_digest(chief: Client) -> None:
    make_published()
    copy = make_copy(Source.objects.get(url="https://source1.example/page"))
    page: Any = chief.get(url_of(copy), {"quotation": quoting.digest(PASSAGE)})
    assert page.context["passage"] == PASSAGE
    assert page.context["found"].name == "verified"
    unknown: Any = chief.get(url_of(copy), {"quotation": "0" * 64})
    assert unknown.context["found"] is None


def test_a_word_divided_at_the_end_of_a_line_is_whole_in_the_field(chief: Client) -> None:
    text = "The exam-\nple is a well-\nknown one, as well-known as any."
    page = look_up(chief, make_copy(make_source(), make_body(text)), text)
    assert page.context["passage"] == "The example is a well-known one, as well-known as any."
    assert page.context["found"].name == "verified"


def test_what_leaves_no_ink_is_no_part_of_a_quotation(chief: Client) -> None:
    copy = make_copy(make_source(), make_body("The look\u00adout\u200b stands."))
    page = look_up(chief, copy, "The look\u00adout\u200b stands.")
    assert page.context["passage"] == "The lookout stands."
    assert page.context["found"].name == "verified"


def test_a_long_text_is_shown_in_parts_and_opens_at_the_passage(chief: Client) -> None:
    text = "A line of words.\n" * 12_000 + PASSAGE
    copy = make_copy(make_source(), make_body(text))
    page: Any = chief.get(url_of(copy))
    assert (page.context["part"], len(page.context["parts"])) == (1, 3)
    assert "<mark" not in page.text
    page = chief.get(url_of(copy), {"passage": PASSAGE})
    assert page.context["part"] == 3
    assert "<mark" in page.text
    assert "".join(text[a:b] for a, b in spans(text)) == text


def test_a_passage_over_two_parts_is_marked_in_both(chief: Client) -> None:
    words = [f"word{number}" for number in range(30_000)]
    text = " ".join(words)
    copy = make_copy(make_source(), make_body(text))
    border = spans(text)[0][1]
    passage = text[border - 40 : border + 40].split(" ", 1)[1].rsplit(" ", 1)[0]
    page: Any = chief.get(url_of(copy), {"passage": passage})
    query = page.context["query"]
    assert f'href="{url_of(copy)}?{escape(query)}&amp;part=2"' in page.text
    first, second = (
        re.search(MARKED, page.text),
        re.search(MARKED, chief.get(f"{url_of(copy)}?{query}&part=2").text),
    )
    assert first
    assert second
    assert first[1] + second[1] == passage
    elsewhere = chief.get(f"{url_of(copy)}?{query}&part=3").text
    assert "<mark" not in elsewhere
    assert f'<a href="{url_of(copy)}?{escape(query)}#passage">' in elsewhere


MARKED = r'<mark id="passage" tabindex="-1">([^<]+)</mark>'


def spans(text: str) -> list[tuple[int, int]]:
    starts = kept_text._starts(text)
    return list(zip(starts, [*starts[1:], len(text)], strict=True))


@pytest.mark.parametrize("part", ["0", "4", "x", "²", "99999999999"])
def test_a_part_that_is_not_there_is_the_first(chief: Client, part: str) -> None:
    page: Any = chief.get(url_of(make_copy(make_source())), {"part": part})
    assert page.context["part"] == 1


def test_a_text_without_any_line_end_has_parts_too() -> None:
    for text in ("x" * 250_000, "word " * 50_000):
        assert "".join(text[a:b] for a, b in spans(text)) == text
        assert max(b - a for a, b in spans(text)) <= kept_text.PART


def test_right_to_left_text_is_shown_so(chief: Client) -> None:
    body = make_body("القمر مستدير تقريبا.", language="ar")
    page = look_up(chief, make_copy(make_source(), body), "القمر مستدير").text
    assert '<div id="kept-text" class="kept-text" data-kind="html" lang="ar" dir="rtl">' in page
    assert '<mark id="passage" tabindex="-1">القمر مستدير</mark>' in page


def test_in_a_page_of_unknown_language_each_line_runs_its_own_way(chief: Client) -> None:
    page = chief.get(url_of(make_copy(make_source(), make_body("שלום")))).text
    assert '<p dir="auto">שלום</p>' in page


def test_ligatures_and_invisible_signs_do_not_hide_a_passage(chief: Client) -> None:
    body = make_body("The \ufb01rst \u201cof\ufb01ce\u201d was ex\u00adact.")
    page = look_up(chief, make_copy(make_source(), body), 'The first "office" was exact.')
    assert page.context["found"].name == "verified"


def test_a_copy_without_text_says_so(chief: Client) -> None:
    body = make_body("", trouble="encrypted", kind="pdf")
    page = chief.get(url_of(make_copy(make_source(), body))).text
    assert "This PDF is encrypted" in page
    assert "No text could be read" in page


def test_an_older_copy_leads_to_the_newest(chief: Client) -> None:
    source = make_source()
    older = make_copy(source)
    newer = make_copy(source, at=NOON + timedelta(days=1))
    assert f'href="{url_of(newer)}"' in chief.get(url_of(older)).text
    assert "There is a newer copy" not in chief.get(url_of(newer)).text


def test_a_copy_is_found_at_its_own_source_alone(chief: Client) -> None:
    copy, other = make_copy(make_source(1)), make_source(2)
    url = reverse("admin:sources_snapshot", args=[other.pk, copy.pk])
    assert chief.get(url).status_code == 404
    Source.objects.filter(pk=other.pk).update(merged_into=copy.source_id)
    assert chief.get(url).headers["Location"] == url_of(copy)


def test_an_endless_passage_is_not_looked_up(chief: Client) -> None:
    page = look_up(chief, make_copy(make_source()), TEXT * 400)
    assert page.context["found"].name == "not-found"
