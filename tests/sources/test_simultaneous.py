"""Two people have one source open: what each changed goes together, and what collides is shown with both values."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from factchecks.models import Person, StandingPage
from sources.models import Publisher, Source
from tests.factchecks.test_concurrency import at_once
from tests.factories import make_superuser
from tests.sources.forms import opened

pytestmark = pytest.mark.django_db

ADD = reverse("admin:sources_source_add")


@pytest.fixture
def chief(client: Client) -> Client:
    client.force_login(make_superuser())
    return client


@pytest.fixture
def source() -> Source:
    return Source.objects.create(url="https://moon.example/page", title="Moon")


def change_url(row: Any) -> str:
    return reverse(f"admin:sources_{row._meta.model_name}_change", args=[row.pk])


def test_what_only_one_changed_goes_together(chief: Client, source: Source) -> None:
    data = opened(chief, change_url(source))
    Source.objects.update(published_on="2020-01-02")
    assert chief.post(change_url(source), {**data, "title": "The Moon"}).status_code == 302
    source.refresh_from_db()
    assert (source.title, source.published_on) == ("The Moon", date(2020, 1, 2))


def test_what_both_changed_is_refused_with_both_values_in_view(
    chief: Client, source: Source
) -> None:
    data = {**opened(chief, change_url(source)), "title": "Mine", "published_on": "2021-03-04"}
    Source.objects.update(title="Theirs")
    page: Any = chief.post(change_url(source), data)
    said = str(page.context["adminform"].form.errors["title"])
    assert ("Theirs" in said, "Mine" in said) == (True, True)
    html = page.content.decode()
    assert ('value="Mine"' in html, 'value="2021-03-04"' in html) == (True, True)
    assert Source.objects.get().title == "Theirs"


def test_who_has_seen_the_other_value_may_put_theirs_in_its_place(
    chief: Client, source: Source
) -> None:
    data = {**opened(chief, change_url(source)), "title": "Mine"}
    Source.objects.update(title="Theirs")
    page: Any = chief.post(change_url(source), data)
    assert page.context["adminform"].form.data["initial-title"] == "Theirs"
    assert chief.post(change_url(source), {**data, "initial-title": "Theirs"}).status_code == 302
    assert Source.objects.get().title == "Mine"


def test_a_refused_form_shows_what_the_other_changed_beside(chief: Client, source: Source) -> None:
    data = {**opened(chief, change_url(source)), "title": "Mine"}
    Source.objects.update(title="Theirs", published_on="2020-01-02")
    assert 'value="2020-01-02"' in chief.post(change_url(source), data).content.decode()


def test_the_same_change_twice_is_no_collision(chief: Client, source: Source) -> None:
    data = {**opened(chief, change_url(source)), "title": "Same"}
    Source.objects.update(title="Same")
    assert chief.post(change_url(source), data).status_code == 302


def test_a_new_publisher_does_not_take_the_place_of_one_chosen_meanwhile(
    chief: Client, source: Source
) -> None:
    data = {**opened(chief, change_url(source)), "publisher_name": "Mine"}
    Source.objects.update(publisher=Publisher.objects.create(name="Theirs", domain="else.example"))
    page: Any = chief.post(change_url(source), data)
    assert "Theirs" in str(page.context["adminform"].form.errors["publisher_name"])
    assert 'value="Mine"' in page.content.decode()
    assert Publisher.objects.count() == 1


def test_a_publisher_that_both_changed_is_named(chief: Client, source: Source) -> None:
    mine, theirs = (
        Publisher.objects.create(name=name, domain=f"{name}.example") for name in ("mine", "theirs")
    )
    data = {**opened(chief, change_url(source)), "publisher": str(mine.pk)}
    Source.objects.update(publisher=theirs)
    page: Any = chief.post(change_url(source), data)
    assert "“theirs”" in str(page.context["adminform"].form.errors["publisher"])
    assert Source.objects.get().publisher == theirs


def test_a_form_that_does_not_say_what_it_was_opened_with_overwrites_nothing(
    chief: Client, source: Source
) -> None:
    page: Any = chief.post(change_url(source), {"url": source.url, "title": "Mine"})
    assert page.context["adminform"].form.errors["title"]
    assert Source.objects.get().title == "Moon"


def test_a_publisher_is_guarded_as_well(chief: Client) -> None:
    publisher = Publisher.objects.create(name="Opened", domain="moon.example")
    data = {**opened(chief, change_url(publisher)), "name": "Mine"}
    Publisher.objects.update(name="Theirs")
    page: Any = chief.post(change_url(publisher), data)
    assert "Theirs" in str(page.context["adminform"].form.errors["name"])


def test_a_text_of_several_lines_that_nobody_else_changed_is_no_collision(chief: Client) -> None:
    person = Person.objects.create(name="A. Writer", biography="One.\n\nTwo.\n")
    url = reverse("admin:factchecks_person_change", args=[person.pk])
    data = {**opened(chief, url), "biography": "One.\r\n\r\nThree."}
    data["initial-biography"] = "One.\r\n\r\nTwo.\r\n"
    assert chief.post(url, data).status_code == 302
    assert "Three" in Person.objects.get().biography


def test_a_person_and_a_standing_page_are_guarded_as_well(chief: Client) -> None:
    person = Person.objects.create(name="A. Writer", is_listed=False)
    page = StandingPage.objects.get(subject="funding")
    for row, field in ((person, "biography"), (page, "text")):
        url = reverse(f"admin:factchecks_{row._meta.model_name}_change", args=[row.pk])
        data = {**opened(chief, url), field: "Mine"}
        type(row)._default_manager.filter(pk=row.pk).update(**{field: "Theirs"})
        refused: Any = chief.post(url, data)
        assert "Theirs" in str(refused.context["adminform"].form.errors[field])


def test_a_source_is_added_in_the_popup_with_a_new_publisher(chief: Client) -> None:
    fields = {"url": "https://sea.example/", "title": "Sea", "publisher_name": "The Sea"}
    page: Any = chief.post(f"{ADD}?_popup=1", {**fields, "_popup": "1"})
    assert b"data-popup-response" in page.content
    assert Source.objects.get().publisher == Publisher.objects.get(name="The Sea")


def test_a_publisher_both_chosen_and_named_anew_is_asked_about(chief: Client) -> None:
    known = Publisher.objects.create(name="Known", domain="known.example")
    fields = {"url": "https://sea.example/", "publisher": known.pk, "publisher_name": "New"}
    page: Any = chief.post(ADD, fields)
    assert "Known" in str(page.context["adminform"].form.errors["publisher_name"])


@pytest.mark.parametrize("pk", ["999", "no-number"])
def test_a_source_that_is_not_there_is_said_to_be_missing(chief: Client, pk: str) -> None:
    url = reverse("admin:sources_source_change", args=[pk])
    assert chief.post(url, {"url": "https://sea.example/"}).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_of_two_saves_at_once_the_second_sees_the_first(chief: Client, source: Source) -> None:
    data = opened(chief, change_url(source))
    other = Client()
    other.cookies = chief.cookies
    answers: list[int] = []

    def save(client: Client, title: str) -> Callable[[], None]:
        def post() -> None:
            response: Any = client.post(change_url(source), {**data, "title": title})
            answers.append(response.status_code)

        return post

    at_once(save(chief, "Mine"), save(other, "Theirs"))
    assert sorted(answers) == [200, 302]
