"""What supporters may ask of us: their data, their name off the wall, to be forgotten."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core import mail, signing
from django.db import IntegrityError, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from supporters import goals, links, privacy, tasks
from supporters.models import Contribution, Letter, Payment, ProviderObject, Supporter
from supporters.providers.away import ProviderAway
from tests.factories import make_superuser, make_user
from tests.supporters.factories import (
    make_contribution,
    make_goal,
    make_payment,
    make_supporter,
)

pytestmark = pytest.mark.django_db
MANAGE = "/support/manage/"


def ask(client: Client, email: str) -> Any:
    return client.post(MANAGE, {"email": email}, follow=True)


def send_all() -> None:
    for pk in Letter.objects.values_list("pk", flat=True):
        tasks.send_letter(pk)


def link_by_mail(client: Client, email: str) -> str:
    """The path of the link that comes by mail."""
    ask(client, email)
    send_all()
    found = re.search(r"http://127\.0\.0\.1:8000(/support/manage/\S+)", str(mail.outbox[-1].body))
    assert found
    return found[1]


def giver(**changes: Any) -> Supporter:
    """Somebody who gave, with words of theirs and of the desk."""
    person = make_supporter(**{"name": "Ada Example", "email": "ada@example.org", **changes})
    gift = make_contribution(person, note="Met at the fair", message="Keep going")
    make_payment(gift)
    return person


def test_the_link_comes_by_mail_and_names_nobody(client: Client) -> None:
    giver()

    path = link_by_mail(client, " ADA@example.org ")

    assert mail.outbox[0].to == ["ada@example.org"]
    assert "ada" not in path.lower()
    assert client.get(path).status_code == 200


def test_the_answer_is_the_same_for_an_address_that_nobody_has(client: Client) -> None:
    giver()

    known, unknown = ask(client, "ada@example.org"), ask(client, "bob@example.org")

    assert (known.redirect_chain, known.content) == (unknown.redirect_chain, unknown.content)
    send_all()
    assert len(mail.outbox) == 1
    assert Letter.objects.count() == 1


def test_so_is_the_work_that_it_makes(client: Client) -> None:
    giver()

    def statements(email: str) -> list[str]:
        said: list[str] = []

        def listen(execute: Any, sql: str, *rest: Any) -> Any:
            said.append(re.split(r'WHERE|VALUES|"s\d', sql)[0])
            return execute(sql, *rest)

        with connection.execute_wrapper(listen):
            client.post(MANAGE, {"email": email})
        return said

    assert statements("ada@example.org") == statements("bob@example.org")


def test_an_address_gets_at_most_three_letters_an_hour(client: Client) -> None:
    giver()

    answers = [ask(client, "ada@example.org").content for _ in range(5)]
    send_all()

    assert len(mail.outbox) == 3
    assert len(set(answers)) == 1
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        ask(client, "ada@example.org")
    assert Letter.objects.count() == 4


@pytest.mark.parametrize("typed", ["", "ada", "ada@example.org\nBcc: x@example.org", "a" * 400])
def test_what_is_no_address_is_said_to_be_none(client: Client, typed: str) -> None:
    response = client.post(MANAGE, {"email": typed})

    assert response.status_code == 200
    assert b'role="alert"' in response.content
    assert not Letter.objects.exists()


def test_a_link_runs_out(client: Client) -> None:
    giver()
    path = link_by_mail(client, "ada@example.org")

    with time_machine.travel(timezone.now() + timedelta(seconds=links.VALID_FOR + 5)):
        response = client.get(path)

    assert response.status_code == 410
    assert "Ada" not in response.content.decode()


@pytest.mark.parametrize("salt", ["supporters.thanks", "django.core.signing"])
def test_a_signature_for_something_else_opens_nothing(client: Client, salt: str) -> None:
    token = signing.dumps(giver().key.hex, salt=salt)

    assert client.get(f"{MANAGE}{token}/").status_code == 410


def test_one_letter_changed_in_the_link_opens_nothing(client: Client) -> None:
    path = links.path_for(giver())
    forged = path.replace(path[20], "x" if path[20] != "x" else "y", 1)

    assert client.get(forged).status_code == 410


def test_the_page_shows_all_that_we_keep_and_stays_in_no_cache(client: Client) -> None:
    response = client.get(links.path_for(giver()))

    page = response.content.decode()
    for kept in ("Ada Example", "ada@example.org", "$25", "Met at the fair", "Keep going"):
        assert kept in page
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["X-Robots-Tag"] == "noindex"


def test_the_data_can_be_taken_along(client: Client) -> None:
    response = client.get(f"{links.path_for(giver())}data.json")

    data = response.json()
    assert response["Content-Disposition"].startswith("attachment")
    assert (data["name"], data["email"]) == ("Ada Example", "ada@example.org")
    [gift] = data["gifts"]
    assert (gift["amount"], gift["note"], gift["message"]) == (
        "$25",
        "Met at the fair",
        "Keep going",
    )
    assert [payment["amount"] for payment in gift["payments"]] == ["$25"]


def test_nobody_sees_what_is_somebody_elses(client: Client) -> None:
    giver()
    other = make_supporter(2, name="Bob Example")

    assert "Ada" not in client.get(links.path_for(other)).content.decode()


@pytest.mark.parametrize("step", ["", "data.json", "wall/", "forget/"])
@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_programs_that_look_at_links_change_nothing(client: Client, step: str, method: str) -> None:
    person = giver(show_name=True)

    getattr(client, method)(f"{links.path_for(person)}{step}")

    person.refresh_from_db()
    assert (person.name, person.show_name, person.erased_at) == ("Ada Example", True, None)


def test_being_forgotten_needs_a_word_and_the_form_of_our_page() -> None:
    person = giver()
    client = Client()
    path = f"{links.path_for(person)}forget/"

    assert client.post(path).status_code == 200
    assert Client(enforce_csrf_checks=True).post(path, {"is_meant": "on"}).status_code == 403
    person.refresh_from_db()
    assert person.erased_at is None


def test_the_person_is_forgotten_and_the_totals_stay(client: Client) -> None:
    make_goal()
    person = giver(show_name=True)
    before = (goals.current_progress(), list(Payment.objects.values()))

    response = client.post(f"{links.path_for(person)}forget/", {"is_meant": "on"}, follow=True)

    assert "You are forgotten" in response.content.decode()
    person.refresh_from_db()
    assert (person.name, person.email, person.show_name) == ("", "", False)
    assert person.erased_at
    gift = Contribution.objects.get()
    assert (gift.note, gift.message) == ("", "")
    after = goals.current_progress()
    assert before[0]
    assert after
    assert (before[0].value, before[1]) == (after.value, list(Payment.objects.values()))


def everywhere(words: str) -> list[str]:
    """The tables in which these words stand."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(
                f'SELECT count(*) FROM "{table}" row WHERE row::text ILIKE %s', [f"%{words}%"]
            )
            if cursor.fetchone()[0]:
                found.append(table)
    return found


def test_once_the_last_letter_is_out_no_table_knows_them_any_more() -> None:
    person, chief = giver(), make_superuser()
    for row in (person, person.contributions.get()):
        LogEntry.objects.create(
            user=chief,
            content_type=ContentType.objects.get_for_model(row),
            object_id=str(row.pk),
            object_repr=str(row),
            action_flag=CHANGE,
        )
    assert set(everywhere("Ada Example")) == {"supporters_supporter", "django_admin_log"}

    privacy.forget(person)
    assert everywhere("ada@example") == ["supporters_letter"]
    send_all()

    assert mail.outbox[-1].to == ["ada@example.org"]
    for words in ("Ada Example", "ada@example", "Met at the fair", "Keep going"):
        assert everywhere(words) == []


def test_an_address_that_the_last_letter_cannot_reach_is_dropped_after_days() -> None:
    privacy.forget(giver())

    with time_machine.travel(timezone.now() + timedelta(days=4)):
        tasks.finish_forgetting(0)

    assert everywhere("ada@example") == []


def test_who_is_forgotten_is_forgotten_once_and_their_link_is_dead(client: Client) -> None:
    person = giver()
    path = links.path_for(person)

    assert privacy.forget(person)
    assert not privacy.forget(person)
    assert client.get(path).status_code == 410
    assert Letter.objects.filter(kind="erased").count() == 1


def test_the_database_refuses_to_know_the_forgotten_again() -> None:
    person = giver()
    privacy.forget(person)
    person.name = "Ada Example"

    with pytest.raises(IntegrityError, match="supporter_erased_is_forgotten"):
        person.save()


def test_the_same_person_may_come_back_as_somebody_new() -> None:
    privacy.forget(giver())

    assert make_supporter(email="ada@example.org").pk


def test_the_provider_is_told_to_forget_by_a_job_that_names_nobody() -> None:
    person = giver()

    privacy.forget(person)

    [job] = ProcrastinateJob.objects.filter(task_name=tasks.forget_at_providers.name)
    assert job.args == {"supporter_id": person.pk}
    tasks.forget_at_providers(**job.args)


def test_a_provider_whose_keys_are_gone_is_asked_again_each_night() -> None:
    person = giver()
    gift = person.contributions.get()
    person.contributions.update(provider="stripe", frequency="monthly")
    ProviderObject.objects.create(
        provider="stripe", object_id="sub_1", kind="subscription", contribution=gift
    )
    privacy.forget(person)

    with pytest.raises(ProviderAway):
        tasks.forget_at_providers(person.pk)
    tasks.finish_forgetting(0)

    jobs = ProcrastinateJob.objects.filter(task_name=tasks.forget_at_providers.name)
    assert jobs.count() == 2


def test_a_wish_about_the_name_holds_at_once(client: Client) -> None:
    person = giver(show_name=True)
    wall = reverse("supporters:wall")
    assert "Ada Example" in client.get(wall).content.decode()

    client.post(f"{links.path_for(person)}wall/")
    assert "Ada Example" not in client.get(wall).content.decode()

    client.post(f"{links.path_for(person)}wall/", {"show_name": "on"})
    assert "Ada Example" in client.get(wall).content.decode()


def test_a_gift_that_cannot_be_changed_online_says_so(client: Client) -> None:
    person = giver()
    person.contributions.update(provider="pledges", frequency="monthly")
    gift = person.contributions.get()
    path = links.path_for(person)

    assert str(gift.key) in client.get(path).content.decode()
    assert "Write to us" in client.get(f"{path}gifts/{gift.key}/").content.decode()


def test_nobody_is_led_to_the_gift_of_somebody_else(client: Client) -> None:
    giver().contributions.update(provider="pledges", frequency="monthly")
    gift = Contribution.objects.get()
    path = links.path_for(make_supporter(2))

    assert client.get(f"{path}gifts/{gift.key}/").status_code == 404


def test_the_desk_starts_the_same_for_somebody_who_writes_by_post(client: Client) -> None:
    client.force_login(make_superuser())
    person = giver()

    client.post(reverse("admin:supporters_supporter_link", args=[person.pk]))
    forget = reverse("admin:supporters_supporter_forget", args=[person.pk])
    assert client.get(forget).status_code == 200
    client.post(forget)
    person.refresh_from_db()
    assert person.erased_at is None
    client.post(forget, {"is_meant": "on"})

    person.refresh_from_db()
    assert person.erased_at
    assert sorted(Letter.objects.values_list("kind", flat=True)) == ["erased", "link"]
    assert everywhere("Ada Example") == []
    page = client.get(reverse("admin:supporters_supporter_change", args=[person.pk]))
    assert b'name="_save"' not in page.content


@pytest.mark.parametrize("step", ["link", "forget"])
def test_who_may_only_look_starts_nothing(client: Client, step: str) -> None:
    client.force_login(make_user("reader", "supporters.view_supporter"))
    person = giver()

    address = reverse(f"admin:supporters_supporter_{step}", args=[person.pk])

    assert client.post(address, {"is_meant": "on"}).status_code == 403
    person.refresh_from_db()
    assert person.erased_at is None
