"""The pages on which the newsroom says who it is and how it works."""

import uuid

import pytest
from django.contrib.auth.models import Group, User
from django.core.checks import run_checks
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from factchecks.models import Person, Rating, StandingPage
from tests.factories import make_user

pytestmark = pytest.mark.django_db
Subject = StandingPage.Subject


def write(subject: Subject, text: str) -> None:
    StandingPage.objects.filter(subject=subject).update(text=text)


@pytest.mark.parametrize("subject", Subject)
def test_each_subject_has_its_page_that_the_newsroom_has_yet_to_write(
    client: Client, subject: Subject
) -> None:
    response = client.get(f"/{subject.value}/")
    assert response.status_code == 200
    assert "The newsroom has not written this page yet." in response.text
    assert "noindex" in response.text


def test_what_was_written_is_read(client: Client) -> None:
    write(Subject.FUNDING, "We live on gifts.\n\n## Owners\n\nA **trust**.")
    page = client.get("/funding/").text
    assert "<h2>Owners</h2>" in page
    assert "<strong>trust</strong>" in page
    assert "noindex" not in page


def test_a_page_lets_no_script_through(client: Client) -> None:
    write(Subject.PRIVACY, "<script>alert(1)</script> [here](javascript:alert(1))")
    page = client.get("/privacy/").text
    assert "<script>alert" not in page
    assert 'href="javascript' not in page


def test_how_we_check_explains_the_whole_scale(client: Client) -> None:
    Rating.objects.create(name="False", description="The evidence contradicts it.", position=1)
    assert "The evidence contradicts it." in client.get("/methodology/").text
    assert "The evidence contradicts it." not in client.get("/funding/").text


def test_our_people_are_those_who_agreed_to_be_listed(client: Client) -> None:
    key = uuid.UUID(int=7)
    Person.objects.create(key=key, name="A. Writer", biography="Knows *stars*.", is_listed=True)
    Person.objects.create(name="B. Hidden")
    page = client.get("/people/").text
    assert f'id="{key}"' in page
    assert "Knows <em>stars</em>." in page
    assert "B. Hidden" not in page


@pytest.mark.parametrize("subject", Subject)
def test_every_page_links_each_of_them_and_the_corrections(
    client: Client, subject: Subject
) -> None:
    home = client.get("/").text
    assert f'href="/{subject.value}/"' in home
    assert 'href="/corrections/"' in home


def test_a_page_costs_few_queries(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    write(Subject.PEOPLE, "Our people.")
    with django_assert_max_num_queries(3):
        client.get("/people/")


def warned() -> list[str]:
    return [warning.msg for warning in run_checks(databases=["default"], tags=["database"])]


def test_a_system_check_names_each_page_that_is_empty() -> None:
    assert len(warned()) == len(Subject)
    write(Subject.FUNDING, "Gifts.")
    assert len(warned()) == len(Subject) - 1
    assert "The page “Funding and ownership” is empty." not in warned()


def test_an_editor_writes_them_and_a_reporter_reads_them(client: Client) -> None:
    page = StandingPage.objects.get(subject=Subject.FUNDING)
    address = f"/admin/factchecks/standingpage/{page.pk}/change/"
    client.force_login(in_group("Reporter"))
    assert client.post(address, {"text": "Ours."}).status_code == 403
    client.force_login(in_group("Editor"))
    assert client.post(address, {"text": "Ours."}).status_code == 302
    page.refresh_from_db()
    assert page.text == "Ours."


def in_group(name: str) -> User:
    user = make_user(name)
    user.groups.add(Group.objects.get(name=name))
    return user


def test_nobody_makes_or_deletes_one(client: Client, admin_user: User) -> None:
    client.force_login(admin_user)
    page = StandingPage.objects.get(subject=Subject.FUNDING)
    assert client.get("/admin/factchecks/standingpage/add/").status_code == 403
    assert client.get(f"/admin/factchecks/standingpage/{page.pk}/delete/").status_code == 403
