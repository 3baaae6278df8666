"""When the database is away, readers are told so, and nobody loses what they sent."""

from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from factchecks.models import Publication
from tests.factchecks.desk.forms import change_url, typed
from tests.factories import make_check, make_superuser

pytestmark = pytest.mark.django_db


def away(*args: Any, **options: Any) -> Any:
    raise OperationalError("connection refused\nIs the server running?")


def test_a_reader_is_told_to_come_back(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Publication.objects, "published", away)
    response = client.get("/fact-checks/")
    assert (response.status_code, response["Retry-After"]) == (503, "60")
    assert "could not answer just now" in response.content.decode()


def test_what_an_editor_sent_is_kept_in_the_page(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(make_superuser())
    url = change_url(make_check())
    data = typed(client, url, summary="Typed for an hour [1].")
    monkeypatch.setattr("factchecks.revisions.apply", away)
    response = client.post(url, data)
    assert response.status_code == 503
    assert 'name="summary" value="Typed for an hour [1]."' in response.content.decode()


def test_another_fault_is_an_error_500_in_plain_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Publication.objects, "published", lambda: 1 / 0)
    response = Client(raise_request_exception=False).get("/")
    assert response.status_code == 500
    assert "Something went wrong on our side" in response.content.decode()
