"""In the pop-up of a check's form a source that is there already is used, and what Enter does is what is meant."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from sources.models import Source
from tests.factories import make_superuser, make_user
from tests.sources.awkward import HOST, Site, answer
from tests.sources.copies import make_source

pytestmark = pytest.mark.django_db

ADD = reverse("admin:sources_source_add")
FILL = reverse("admin:sources_source_fill")
POPUP = {"_popup": "1"}


@pytest.fixture
def chief(client: Client) -> Client:
    client.force_login(make_superuser())
    return client


def form_of(source: Source) -> str:
    return reverse("admin:sources_source_change", args=[source.pk])


def submits(html: str) -> Iterator[str]:
    """The names of the form's buttons in their order: Enter presses the first."""
    _page, form = html.split('id="source_form"')
    for tag in re.findall(r"<(?:button|input)[^>]*type=.submit.[^>]*>", form):
        yield re.search(r'name="(\w+)"', tag)[1]  # type: ignore[index]


def test_enter_fills_in_a_new_source_and_saves_one_that_has_a_title(chief: Client) -> None:
    new = chief.get(ADD).content.decode()
    assert list(submits(new))[:2] == ["_fill", "_save"]
    titled = chief.post(ADD, {"url": "nonsense", "title": "Mine"}).content.decode()
    assert list(submits(titled))[:2] == ["_save", "_fill"]
    there = chief.get(form_of(make_source())).content.decode()
    assert list(submits(there))[:2] == ["_save", "_fill"]


def test_the_button_stands_between_the_address_and_the_rest(chief: Client) -> None:
    html = chief.get(ADD).content.decode()
    places = [html.index(each) for each in ('id="id_url"', 'name="_fill"', 'id="id_title"')]
    assert places == sorted(places)


def test_an_address_may_come_with_the_link(chief: Client) -> None:
    html = chief.get(ADD, {**POPUP, "url": "https://sea.example/a"}).content.decode()
    assert 'value="https://sea.example/a"' in html


@pytest.mark.parametrize(
    "address", ["https://source1.example/page", "http://SOURCE1.example/page#a"]
)
def test_the_popup_offers_to_use_what_is_there(chief: Client, address: str) -> None:
    source = make_source()
    for html in (
        chief.get(ADD, {**POPUP, "url": address}).content.decode(),
        chief.post(ADD, {**POPUP, "url": address}).content.decode(),
    ):
        assert next(submits(html)) == "_use"
        assert f'name="_use" value="{source.pk}"' in html
        assert form_of(source) not in html


def test_what_is_used_is_chosen_in_the_check_and_nothing_is_added(chief: Client) -> None:
    source = make_source()
    page: Any = chief.post(ADD, {**POPUP, "_use": source.pk, "url": source.url})
    assert f"&quot;value&quot;: &quot;{source.pk}&quot;" in page.content.decode()
    assert Source.objects.count() == 1


def test_what_was_merged_meanwhile_is_used_as_what_it_went_into(chief: Client) -> None:
    kept = make_source(1)
    double = make_source(2, merged_into=kept)
    page = chief.post(ADD, {**POPUP, "_use": double.pk})
    assert f"&quot;value&quot;: &quot;{kept.pk}&quot;" in page.content.decode()


@pytest.mark.parametrize("key", ["", "x", "0", "9" * 30])
def test_what_is_no_source_is_not_used(chief: Client, key: str) -> None:
    assert chief.post(ADD, {**POPUP, "_use": key}).status_code == 404


def test_who_may_not_add_sources_uses_none_there(client: Client) -> None:
    client.force_login(make_user("reader", "sources.view_source"))
    assert client.post(ADD, {**POPUP, "_use": make_source().pk}).status_code == 403


def test_a_page_that_calls_itself_a_known_source_is_offered_beside_saving(
    chief: Client, site: Site, settings: Any
) -> None:
    settings.FETCH_LOOPBACK = [f"{HOST}:{site.port}"]
    own = b'<title>A page</title><link rel="canonical" href="https://source1.example/page"><p>Text.'
    url = site.says("/page", answer(200, own, Content_Type="text/html"))
    source = make_source()
    html = chief.post(FILL, {**POPUP, "url": url}).content.decode()
    assert "It may be a source already" in html
    assert f'name="_use" value="{source.pk}"' in html
    assert next(submits(html)) == "_save"


def test_filling_in_says_that_it_is_a_source_even_if_the_page_is_gone(
    chief: Client, site: Site, settings: Any
) -> None:
    settings.FETCH_LOOPBACK = [f"{HOST}:{site.port}"]
    url = site.says("/page", answer(404, b"Gone", Content_Type="text/html"))
    source = Source.objects.create(url=url, title="Ours")
    html = chief.post(FILL, {"url": url}).content.decode()
    assert "status 404" in html
    assert "This address is a source already" in html
    assert form_of(source) in html
    assert next(submits(chief.post(FILL, {**POPUP, "url": url}).content.decode())) == "_use"


def test_a_choice_of_a_source_can_offer_to_add_an_address(chief: Client) -> None:
    html = chief.get(reverse("admin:factchecks_factcheck_add")).content.decode()
    assert html.count('data-add="Add this address: %s"') == 1  # of the row that others are made of
