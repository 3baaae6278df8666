"""The secret link: an outside expert reads the draft and comments, and sees nothing else of the desk."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from factchecks.expertise import hash_of
from factchecks.models import FactCheck, Note, ReviewComment, ReviewLink
from factchecks.review import LONGEST, MOST
from tests.factories import edit, key, make_check, make_document, make_superuser

pytestmark = pytest.mark.django_db

FIRST = key(31)  # the first finding of the factories' document
URL = reverse("factchecks:review", args=["secret"])


def make_link(check: FactCheck | None = None, **changes: Any) -> ReviewLink:
    fields: dict[str, Any] = {
        "fact_check": check or make_check(),
        "name": "Dr. Expert",
        "token_sha256": hash_of("secret"),
        "made_by": make_superuser(),
        "expires_at": timezone.now() + timedelta(days=14),
    }
    return ReviewLink.objects.create(**{**fields, **changes})


def read(client: Client) -> str:
    """The hidden word for the revision that the page shows."""
    response: Any = client.get(URL)
    return str(response.context["read"])


def send(client: Client, revision: str | None = None, **fields: str) -> Any:
    data = {"revision": read(client) if revision is None else revision, **fields}
    return client.post(URL, data, follow=True)


def test_the_expert_reads_the_newest_revision_without_an_account(client: Client) -> None:
    check = make_link().fact_check
    edit(check, summary="Newest words [1].")
    page = client.get(URL).content.decode()
    assert "Newest words" in page
    assert "It is not a ball" in page
    assert "Title 3" in page


def test_a_word_on_a_finding_and_on_the_whole_are_sent_at_once(client: Client) -> None:
    link = make_link()
    fields = {
        f"{FIRST}-verdict": "objects",
        f"{FIRST}-text": "By radar.",
        "whole-verdict": "approves",
    }
    page = send(client, **fields).content.decode()
    one, whole = link.comments.order_by("pk")
    assert (str(one.finding), one.verdict, one.text) == (FIRST, "objects", "By radar.")
    assert (whole.finding, whole.verdict, whole.text) == (None, "approves", "")
    assert "The newsroom has your comments." in page
    assert "By radar." in page


def test_a_text_without_a_verdict_is_a_comment(client: Client) -> None:
    make_link()
    send(client, **{"whole-text": "Well."})
    assert ReviewComment.objects.get().verdict == "comments"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "You have not said anything yet."),
        ({"whole-verdict": "objects"}, "Say what you mean."),
        ({"whole-verdict": "objects", "whole-text": " \x07 "}, "Say what you mean."),
        ({"whole-text": "x" * (LONGEST + 1)}, "at most 5000 characters"),
        ({"whole-verdict": "forges", "whole-text": "x"}, "not one of the available choices"),
    ],
)
def test_what_says_nothing_or_too_much_is_refused_with_a_sentence(
    client: Client, fields: dict[str, str], sentence: str
) -> None:
    make_link()
    response = send(client, **{f"{FIRST}-text": "", **fields})
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert not ReviewComment.objects.exists()


def test_what_was_typed_elsewhere_survives_a_refusal(client: Client) -> None:
    make_link()
    response = send(client, **{f"{FIRST}-text": "Typed for an hour.", "whole-verdict": "objects"})
    assert "Typed for an hour." in response.content.decode()


def test_a_comment_on_a_text_that_changed_meanwhile_is_kept_with_what_was_read(
    client: Client,
) -> None:
    link = make_link()
    first = read(client)
    edit(link.fact_check, findings=make_document()["findings"][1:], citations=[], summary="New.")
    page = send(client, first, **{f"{FIRST}-text": "By radar."}).content.decode()
    assert link.comments.get().revision.number == 1
    assert "The text was changed while you read." in page


def test_no_older_revision_can_be_asked_for(client: Client) -> None:
    link = make_link(make_check(summary="Taken out for good reason [1]."))
    edit(link.fact_check, summary="Clean [1].")
    response = send(client, "1", **{"whole-text": "Show me."})
    assert "Taken out" not in response.content.decode()
    assert "not clear which version you read" in response.content.decode()
    assert "Show me." in response.content.decode()
    assert not ReviewComment.objects.exists()


def test_expired_revoked_and_unknown_links_look_the_same(client: Client) -> None:
    unknown = client.get(URL)
    link = make_link(expires_at=timezone.now() - timedelta(seconds=1))
    expired = client.get(URL)
    tomorrow = timezone.now() + timedelta(days=1)
    ReviewLink.objects.filter(pk=link.pk).update(expires_at=tomorrow, revoked_at=timezone.now())
    revoked = client.get(URL)
    assert unknown.status_code == expired.status_code == revoked.status_code == 404
    assert unknown.content == expired.content == revoked.content
    assert "ask the person who sent it to you" in revoked.content.decode()


def test_what_was_typed_while_the_link_ran_out_can_be_copied(client: Client) -> None:
    response = client.post(URL, {"whole-text": "Typed <b>for an hour</b>.", "whole-verdict": "x"})
    assert response.status_code == 404
    assert "Typed &lt;b&gt;for an hour&lt;/b&gt;." in response.content.decode()


@pytest.mark.parametrize("token", ["secret", "unknown"])
def test_no_cache_search_engine_or_other_site_learns_of_it(client: Client, token: str) -> None:
    make_link()
    response = client.get(reverse("factchecks:review", args=[token]))
    assert response["Cache-Control"] == "no-store"
    assert response["X-Robots-Tag"] == "noindex"
    assert response["Referrer-Policy"] == "no-referrer"


def test_a_forged_form_is_refused() -> None:
    make_link()
    response = Client(enforce_csrf_checks=True).post(URL, {"whole-verdict": "approves"})
    assert response.status_code == 403
    assert not ReviewComment.objects.exists()


def test_a_link_takes_so_many_comments_and_no_more(client: Client) -> None:
    link = make_link()
    revision = link.fact_check.revisions.get()
    one = ReviewComment(link=link, revision=revision, verdict="approves")
    ReviewComment.objects.bulk_create(
        ReviewComment(link=link, revision=revision, verdict=one.verdict) for _ in range(MOST - 1)
    )
    assert send(client, **{"whole-verdict": "approves"}).status_code == 200
    response = send(client, **{"whole-text": "One too many."})
    assert "takes 200 comments at most" in response.content.decode()
    assert "One too many." in response.content.decode()
    assert link.comments.count() == MOST


def test_a_stranger_may_send_little(client: Client) -> None:
    make_link()
    assert send(client, **{"whole-text": "x" * 1_100_000}).status_code == 413


def test_an_expert_may_write_at_length_in_any_script(client: Client) -> None:
    make_link()
    rest = {"whole-verdict": "comments", "padding": "я" * 100_000}
    send(client, **{"whole-text": "я" * 4_900, **rest})
    assert len(ReviewComment.objects.get().text) == 4_900


def test_neither_notes_nor_other_experts_nor_other_checks_are_seen(client: Client) -> None:
    link = make_link()
    check = link.fact_check
    make_check(key=key(2), slug="other", question="Another secret question?")
    Note.objects.create(fact_check=check, by=link.made_by, text="An inner note.")
    other = ReviewLink.objects.create(
        fact_check=check,
        name="Dr. Rival",
        token_sha256=hash_of("other"),
        made_by=link.made_by,
        expires_at=link.expires_at,
    )
    ReviewComment.objects.create(
        link=other, revision=check.revisions.get(), verdict="objects", text="A rival's word."
    )
    page = client.get(URL).content.decode()
    for secret in ("An inner note.", "Another secret", "Dr. Rival", "A rival's word.", "chief"):
        assert secret not in page


def test_a_comment_is_escaped(client: Client) -> None:
    make_link()
    page = send(client, **{"whole-text": "<script>alert(1)</script>"}).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_page_of_a_long_review_takes_few_queries(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    make_link()
    send(client, **{f"{FIRST}-text": "By radar.", "whole-verdict": "approves"})
    with django_assert_max_num_queries(5):
        client.get(URL)
