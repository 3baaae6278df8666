"""The desk's door: nothing typed is lost to an expired sign-in or to a limit, and strangers send little."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from factchecks.models import FactCheck
from tests.factchecks.desk.forms import change_url, typed
from tests.factories import make_check, make_superuser

pytestmark = pytest.mark.django_db


def expired(client: Client) -> dict[str, Any]:
    """A form filled in at the desk, and no session any more."""
    make_superuser()
    client.login(username="chief", password="correct horse")
    data = typed(client, change_url(make_check()), summary="Typed for an hour [1].")
    del client.cookies[settings.SESSION_COOKIE_NAME]
    return data


def test_a_form_sent_after_the_sign_in_expired_waits_in_the_page(client: Client) -> None:
    data = expired(client)
    page = client.post(change_url(FactCheck.objects.get()), data).content.decode()
    assert "Nothing is lost" in page
    assert "permission" not in page
    assert 'name="summary" value="Typed for an hour [1]."' in page


def test_after_signing_in_again_the_form_is_saved(client: Client) -> None:
    data = expired(client)
    check = FactCheck.objects.get()
    who = {"_resume-username": "chief", "_resume-password": "correct horse"}
    assert client.post(change_url(check), {**data, **who}).status_code == 302
    assert FactCheck.objects.get().summary == "Typed for an hour [1]."


def test_a_wrong_password_keeps_the_form_waiting(client: Client) -> None:
    data = expired(client)
    who = {"_resume-username": "chief", "_resume-password": "wrong"}
    page = client.post(change_url(FactCheck.objects.get()), {**data, **who}).content.decode()
    assert "Typed for an hour [1]." in page
    assert "wrong" not in page.split("csrfmiddlewaretoken")[1].split("<script")[0]
    assert FactCheck.objects.get().revisions.count() == 1


def test_the_longest_check_goes_through_the_desk(client: Client) -> None:
    make_superuser()
    client.login(username="chief", password="correct horse")
    check = make_check()
    data = typed(client, change_url(check))
    rows = {f"searches-{index}-text": f"search {index}" for index in range(2, 200)}
    texts = {f"findings-{index}-text": "word " * 19_000 for index in range(2, 32)}
    headings = {f"findings-{index}-heading": f"Heading {index}" for index in range(2, 32)}
    totals = {"searches-TOTAL_FORMS": 200, "findings-TOTAL_FORMS": 32}
    response = client.post(change_url(check), {**data, **rows, **texts, **headings, **totals})
    assert response.status_code == 302
    assert check.findings.count() == 32


def test_a_stranger_may_send_little(client: Client) -> None:
    response = client.post(reverse("admin:login"), {"username": "x" * 100_000})
    assert response.status_code == 413
    assert "larger than this page accepts" in response.content.decode()


def test_a_forged_cookie_does_not_make_a_stranger_known(client: Client) -> None:
    client.cookies["desk"] = "1"
    assert client.post("/admin/", {"x": "x" * 100_000}).status_code == 413


def test_health_answers_whatever_the_host(client: Client) -> None:
    assert client.get("/healthz", headers={"host": "10.0.0.1"}).content == b"ok\n"
    assert client.get("/readyz", headers={"host": "10.0.0.1"}).content == b"ok\n"
    assert client.get("/", headers={"host": "10.0.0.1"}).status_code == 400
