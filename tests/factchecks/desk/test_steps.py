"""Publishing, scheduling, cancelling and withdrawing at the desk, and who may."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from factchecks import publishing
from factchecks.models import Correction, FactCheck, Publication, Rating
from tests.factories import edit, make_check, make_published, make_superuser, make_user

pytestmark = pytest.mark.django_db


def step(name: str, check: FactCheck) -> str:
    return reverse(f"admin:factchecks_factcheck_{name}", args=[check.pk])


def test_the_page_of_publishing_names_what_stops_it(chief: Client) -> None:
    check = make_check(checked_on=None, authors=[])
    page = chief.get(step("publish", check)).content.decode()
    assert "The check has no author." in page
    assert "The date of checking is missing." in page
    assert 'name="base"' not in page


def test_a_check_that_breaks_no_rule_is_published(chief: Client) -> None:
    check = make_check()
    chief.post(step("publish", check), {"base": 1})
    assert Publication.objects.published().get().fact_check == check


def test_a_check_that_breaks_a_rule_is_not_published_by_hand_either(chief: Client) -> None:
    check = make_check(checked_on=None)
    response: Any = chief.post(step("publish", check), {"base": 1})
    assert response.context["form"].errors["__all__"] == ["The date of checking is missing."]
    assert not Publication.objects.exists()


def test_publishing_what_one_has_not_seen_is_refused(chief: Client) -> None:
    check = make_check()
    edit(check, question="Is the Moon a ball?")
    response = chief.post(step("publish", check), {"base": 1})
    assert "changed while you decided" in response.content.decode()
    assert not Publication.objects.exists()


def test_a_check_is_scheduled_and_the_schedule_cancelled(chief: Client) -> None:
    check = make_check()
    tomorrow = timezone.localtime() + timedelta(days=1)
    chief.post(
        step("publish", check),
        {"base": 1, "at_0": f"{tomorrow:%Y-%m-%d}", "at_1": f"{tomorrow:%H:%M:%S}"},
    )
    assert publishing.scheduled(check) is not None
    assert not Publication.objects.published().exists()
    chief.post(step("cancel", check))
    assert publishing.scheduled(check) is None


def test_a_schedule_in_the_past_is_refused_at_its_field(chief: Client) -> None:
    check = make_check()
    response: Any = chief.post(
        step("publish", check), {"base": 1, "at_0": "2020-01-01", "at_1": "12:00:00"}
    )
    assert response.context["form"].errors["at"] == ["This moment has passed."]


def test_a_new_version_says_what_changed(chief: Client) -> None:
    check = make_published().fact_check
    edit(check, summary="Quite [1].")
    data = {"base": 2, "kind": "correction", "text": "It said “nearly”."}
    chief.post(step("publish", check), data)
    assert Correction.objects.get().publication == Publication.objects.published().get()
    page = Client().get("/fact-checks/is-the-moon-round/").content.decode()
    assert "It said “nearly”." in page


def test_a_correction_without_words_is_refused(chief: Client) -> None:
    check = make_published().fact_check
    edit(check, summary="Quite [1].")
    response: Any = chief.post(step("publish", check), {"base": 2, "kind": "correction"})
    assert response.context["form"].errors["text"] == ["Say what changed and why."]


def test_withdrawing_needs_a_notice_and_shows_it(chief: Client) -> None:
    check = make_published().fact_check
    assert chief.post(step("withdraw", check), {"notice": " "}).status_code == 200
    chief.post(step("withdraw", check), {"notice": "It was wrong."})
    response = Client().get("/fact-checks/is-the-moon-round/")
    assert response.status_code == 410
    assert "It was wrong." in response.content.decode()


@pytest.mark.parametrize("name", ["publish", "withdraw", "cancel"])
def test_who_may_not_publish_may_not_take_a_step(client: Client, name: str) -> None:
    check = make_published().fact_check
    client.force_login(make_user("writer", "factchecks.change_factcheck"))
    assert client.post(step(name, check), {"base": 1, "notice": "No."}).status_code == 403
    assert Publication.objects.published().exists()


def test_a_stranger_is_asked_to_sign_in(client: Client) -> None:
    response = client.get(step("publish", make_check()))
    assert response.status_code == 302
    assert "/admin/login/" in response["Location"]


@pytest.mark.parametrize("page", ["changelist", "add", "paste"])
def test_who_has_no_part_in_checks_sees_none(client: Client, page: str) -> None:
    client.force_login(make_user("cashier", "supporters.view_supporter"))
    assert client.get(reverse(f"admin:factchecks_factcheck_{page}")).status_code == 403


def test_no_check_is_ever_deleted(chief: Client) -> None:
    check = make_check()
    url = reverse("admin:factchecks_factcheck_delete", args=[check.pk])
    assert chief.post(url, {"post": "yes"}).status_code == 403
    assert FactCheck.objects.exists()


def test_a_reporter_sends_to_review_and_an_editor_approves(client: Client) -> None:
    check = make_check()
    url = step("review", check)
    reporter = make_user("writer", "factchecks.change_factcheck", "factchecks.view_factcheck")
    client.force_login(reporter)
    client.post(url, {"base": 1, "_submit": "1", "note": ""})
    assert FactCheck.objects.get().stage == "review"
    assert client.post(url, {"base": 1, "_approve": "1"}).status_code == 403
    client.force_login(make_superuser())
    client.post(url, {"base": 1, "_approve": "1", "note": "Well done."})
    assert FactCheck.objects.get().stage == "approved"


def test_sending_back_without_a_word_is_refused_at_the_note(chief: Client) -> None:
    check = make_check()
    chief.post(step("review", check), {"base": 1, "_submit": "1"})
    response: Any = chief.post(step("review", check), {"base": 1, "_send_back": "1", "note": " "})
    assert response.context["form"].errors["note"] == ["Tell the writer what is missing."]
    assert FactCheck.objects.get().stage == "review"


def test_without_approval_the_page_of_publishing_leads_to_the_review(
    chief: Client, settings: Any
) -> None:
    settings.PUBLISHING_NEEDS_SECOND_PERSON = True
    check = make_check()
    page = chief.get(step("publish", check)).content.decode()
    assert step("review", check) in page
    assert 'name="base"' not in page
    response: Any = chief.post(step("publish", check), {"base": 1})
    assert response.context["form"].errors["__all__"] == [
        "Nobody else has approved this revision yet: send it to review, and ask for approval."
    ]


def test_the_kind_of_a_new_version_must_be_stated(chief: Client) -> None:
    check = make_published().fact_check
    edit(check, summary="Quite [1].")
    response: Any = chief.post(step("publish", check), {"base": 2, "kind": "", "text": ""})
    assert "kind" in response.context["form"].errors
    chief.post(step("publish", check), {"base": 2, "kind": "fix", "text": ""})
    assert Publication.objects.published().get().revision.number == 2
    assert not Correction.objects.exists()


def test_a_retraction_waits_for_nothing_that_the_desk_is_writing(chief: Client) -> None:
    check = make_published().fact_check
    edit(check, summary="Half a sentence [99].")
    chief.post(step("retract", check), {"notice": "The source was forged."})
    publication = Publication.objects.published().get()
    assert publication.is_retracted
    assert publication.revision.number == 1
    page = Client().get("/fact-checks/is-the-moon-round/").content.decode()
    assert "The source was forged." in page
    assert "Half a sentence" not in page


def test_a_retraction_never_ends_as_a_small_fix(chief: Client) -> None:
    check = make_published().fact_check
    chief.post(step("retract", check), {"notice": "The source was forged."})
    response: Any = chief.post(step("publish", check), {"base": 1, "kind": "fix", "text": ""})
    assert "The retraction ends" in str(response.context["form"].errors)
    data = {"base": 1, "kind": "correction", "text": "It was genuine after all."}
    chief.post(step("publish", check), data)
    assert not Publication.objects.published().get().is_retracted


def test_a_changed_verdict_is_never_a_small_fix(chief: Client) -> None:
    claim = {"text": "C", "claimant": "C", "claimed_on": None, "appearance": "https://c.example/"}
    for name in ("True", "False"):
        Rating.objects.create(name=name)
    check = make_published(claim=claim, rating={"name": "True", "description": ""}).fact_check
    edit(check, rating={"name": "False", "description": ""})
    response: Any = chief.post(step("publish", check), {"base": 2, "kind": "fix", "text": ""})
    assert "The verdict changes" in str(response.context["form"].errors)
    assert Publication.objects.published().get().rating == "True"


def test_words_to_readers_are_bounded(chief: Client) -> None:
    check = make_published().fact_check
    for name in ("retract", "withdraw"):
        response: Any = chief.post(step(name, check), {"notice": "x" * 5_001})
        assert "notice" in response.context["form"].errors
    assert Publication.objects.published().exists()


def test_a_scheduled_revision_is_not_sent_back(chief: Client) -> None:
    check = make_check()
    publishing.publish(check, editor=None, at=timezone.now() + timedelta(days=1))
    chief.post(step("review", check), {"base": 1, "_send_back": "1", "note": "Wrong!"})
    assert FactCheck.objects.get().stage == "approved"
    assert publishing.scheduled(check) is not None


def test_who_lost_the_role_can_still_copy_what_was_typed(client: Client) -> None:
    check = make_check()
    client.force_login(make_user("former"))
    url = reverse("admin:factchecks_factcheck_change", args=[check.pk])
    typed = {"summary": "Typed for an hour, and a little longer [1]."}
    response = client.post(url, typed, headers={"sec-fetch-site": "same-origin"})
    assert response.status_code == 403
    assert typed["summary"] in response.content.decode()


def test_words_are_taken_down_at_the_desk_with_a_reason_and_a_confirmation(chief: Client) -> None:
    check = make_published().fact_check
    assert "no former version" in chief.get(step("takedown", check)).content.decode()
    publishing.withdraw(check, notice="We lost in court.")
    fields = {"versions": ["1"], "notice": "A court forbids it."}
    refused: Any = chief.post(step("takedown", check), fields)
    assert list(refused.context["form"].errors) == ["is_meant"]
    assert not Publication.objects.get().is_taken_down
    assert chief.post(step("takedown", check), {**fields, "is_meant": "on"}).status_code == 302
    assert Publication.objects.get().takedown_notice == "A court forbids it."
    assert "taken down" in chief.get(step("revisions", check)).content.decode()


def test_a_version_that_is_public_cannot_be_chosen_for_a_takedown(chief: Client) -> None:
    check = make_published().fact_check
    fields = {"versions": ["1"], "notice": "A court forbids it.", "is_meant": "on"}
    refused: Any = chief.post(step("takedown", check), fields)
    assert list(refused.context["form"].errors) == ["versions"]


def test_only_those_who_publish_take_words_down(client: Client) -> None:
    check = make_published().fact_check
    client.force_login(make_user("reporter", "factchecks.change_factcheck"))
    assert client.get(step("takedown", check)).status_code == 403
    assert client.post(step("takedown", check)).status_code == 403
