"""A form with an old token: what was typed can be sent again, unless another site sent it."""

import re

import pytest
from django.test import Client

from factchecks.models import FactCheck
from tests.factchecks.desk.forms import change_url, typed
from tests.factories import make_check, make_superuser

pytestmark = pytest.mark.django_db

OURS = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def strict() -> Client:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_superuser())
    return client


def test_a_form_with_an_old_token_can_be_sent_again(strict: Client) -> None:
    check = make_check()
    data = typed(strict, change_url(check), summary="Typed for an hour [1].")
    page = strict.post(change_url(check), data, headers=OURS).content.decode()
    assert 'name="summary" value="Typed for an hour [1]."' in page
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token is not None
    again = {**data, "csrfmiddlewaretoken": token[1]}
    assert strict.post(change_url(check), again, headers=OURS).status_code == 302
    assert FactCheck.objects.get().summary == "Typed for an hour [1]."


def test_what_another_site_sent_is_not_offered_again(strict: Client) -> None:
    check = make_check()
    data = {"summary": "Planted"}
    response = strict.post(change_url(check), data, headers={"sec-fetch-site": "cross-site"})
    assert response.status_code == 403
    assert "Planted" not in response.content.decode()


def test_a_password_is_never_written_into_a_page(strict: Client) -> None:
    data = {"username": "chief", "password": "correct horse"}
    page = strict.post("/admin/login/", data, headers=OURS).content.decode()
    assert "correct horse" not in page
