"""Links for outside experts at the desk: made, shown once, revoked; and what came through them."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from factchecks.models import FactCheck, ReviewComment, ReviewLink
from tests.factchecks.desk.forms import change_url
from tests.factories import edit, key, make_check, make_document, make_user

pytestmark = pytest.mark.django_db


def links_url(check: FactCheck) -> str:
    return reverse("admin:factchecks_factcheck_links", args=[check.pk])


def make_link(client: Client, check: FactCheck, **typed: Any) -> str:
    """The address of a new link, made at the desk."""
    response: Any = client.post(links_url(check), {"name": "Dr. Expert", "days": 14, **typed})
    return str(response.context["made"]["address"])


def revoke_url(link: ReviewLink, check: FactCheck | None = None) -> str:
    args = [(check or link.fact_check).pk, link.pk]
    return reverse("admin:factchecks_factcheck_revoke", args=args)


def test_a_link_opens_the_draft_to_a_stranger(chief: Client) -> None:
    address = make_link(chief, make_check())
    assert "Is the Moon round?" in Client().get(address).content.decode()


def test_its_address_is_shown_once_and_kept_nowhere(chief: Client) -> None:
    check = make_check()
    token = make_link(chief, check).rstrip("/").rpartition("/")[2]
    link = ReviewLink.objects.get()
    assert len(token) == 43
    assert token not in str(vars(link))
    response = chief.get(links_url(check))
    assert token not in response.content.decode()
    assert "no-store" in response["Cache-Control"]


def test_it_is_valid_for_as_long_as_was_said(chief: Client) -> None:
    make_link(chief, make_check(), days=3)
    left = ReviewLink.objects.get().expires_at - timezone.now()
    assert timedelta(days=2, hours=23) < left <= timedelta(days=3)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "\x07"),
        ("name", "x" * 201),
        ("days", "0"),
        ("days", "91"),
        ("days", "many"),
    ],
)
def test_a_link_for_nobody_or_for_ever_is_refused(chief: Client, field: str, value: str) -> None:
    data = {"name": "Dr. Expert", "days": 14, field: value}
    response: Any = chief.post(links_url(make_check()), data)
    assert response.context["form"].errors[field]
    assert not ReviewLink.objects.exists()


def test_a_revoked_link_leads_nowhere(chief: Client) -> None:
    check = make_check()
    address = make_link(chief, check)
    chief.post(revoke_url(ReviewLink.objects.get()))
    assert Client().get(address).status_code == 404
    assert "revoked" in chief.get(links_url(check)).content.decode()


def test_revoking_twice_keeps_the_first_moment(chief: Client) -> None:
    make_link(chief, make_check())
    link = ReviewLink.objects.get()
    chief.post(revoke_url(link))
    link.refresh_from_db()
    first = link.revoked_at
    chief.post(revoke_url(link))
    link.refresh_from_db()
    assert link.revoked_at == first is not None


def test_a_link_is_revoked_on_the_page_of_its_own_check_only(chief: Client) -> None:
    make_link(chief, make_check())
    other = make_check(key=key(2), slug="other")
    assert chief.post(revoke_url(ReviewLink.objects.get(), other)).status_code == 404
    assert chief.get(revoke_url(ReviewLink.objects.get())).status_code == 405


def test_comments_stand_on_the_page_of_the_check_newest_first(chief: Client) -> None:
    check = make_check()
    make_link(chief, check)
    link, revision = ReviewLink.objects.get(), check.revisions.get()
    said: dict[str, Any] = {"link": link, "revision": revision, "verdict": "objects"}
    ReviewComment.objects.create(**said, finding=key(32), text="First <word>.")
    ReviewComment.objects.create(**said, text="Second word.")
    edit(check, findings=make_document()["findings"][:1], summary="Changed [1][3].")
    page = chief.get(change_url(check)).content.decode()
    assert page.index("Second word.") < page.index("First &lt;word&gt;.")
    assert "Dr. Expert objects" in page
    assert "Finding 2: It is not a ball" in page
    assert "in revision 1" in page


@pytest.mark.parametrize("permission", ["factchecks.view_factcheck", "supporters.view_supporter"])
def test_who_may_not_change_checks_makes_and_revokes_no_link(
    chief: Client, permission: str
) -> None:
    check = make_check()
    address = make_link(chief, check)
    other = Client()
    other.force_login(make_user("other", permission))
    assert other.get(links_url(check)).status_code == 403
    assert other.post(links_url(check), {"name": "Me", "days": 14}).status_code == 403
    assert other.post(revoke_url(ReviewLink.objects.get())).status_code == 403
    assert Client().get(address).status_code == 200


def test_a_reporter_makes_a_link(client: Client) -> None:
    client.force_login(make_user("writer", "factchecks.change_factcheck"))
    assert make_link(client, make_check())


def test_a_stranger_is_asked_to_sign_in(client: Client) -> None:
    response = client.get(links_url(make_check()))
    assert response.status_code == 302
    assert "/admin/login/" in response["Location"]
