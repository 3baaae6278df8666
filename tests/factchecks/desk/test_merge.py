"""Two people, one check: who comes second sees both changes side by side, and nothing typed is lost."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from factchecks import revisions
from factchecks.models import FactCheck, UnsavedWork
from sources.models import Source
from tests.factchecks.desk.forms import change_url, errors, new_row, typed
from tests.factories import edit, key, make_check, make_document, make_source_part, make_user

pytestmark = pytest.mark.django_db


def merge_url(check: FactCheck) -> str:
    return reverse("admin:factchecks_factcheck_merge", args=[check.pk])


def document_of(check: FactCheck) -> Any:
    last = revisions.newest(check)
    assert last is not None
    return last.document


def late(client: Client, check: FactCheck, theirs: dict[str, Any], **mine: Any) -> Any:
    """Open the form, let somebody else save, and save what was typed."""
    data = typed(client, change_url(check), **mine)
    edit(check, **theirs)
    return client.post(change_url(check), data)


def on(page: Any, **choices: str) -> dict[str, Any]:
    """What the page of the merge posts."""
    context = page.context
    chosen = {collision.name: collision.chosen for collision in context["collisions"]}
    return {
        "base": context["base"].number,
        "theirs": context["theirs"].number,
        "document": context["document"],
        "_form": str(context["open_form"].key),
        "_continues": context["open_form"].continues,
        **chosen,
        **choices,
    }


def collisions(page: Any) -> list[str]:
    return [collision.conflict.id for collision in page.context["collisions"]]


def test_changes_that_do_not_collide_go_together(chief: Client) -> None:
    check = make_check()
    page = late(chief, check, {"question": "Theirs?"}, summary="Mine [1].")
    assert check.revisions.count() == 2
    assert collisions(page) == []
    html = page.content.decode()
    assert "Theirs" in html.split("What was changed meanwhile")[1]
    assert "Mine" in html.split("What you changed")[1].split("What was changed meanwhile")[0]
    response: Any = chief.post(merge_url(check), on(page))
    assert response.url == change_url(check)
    assert document_of(check) == make_document(question="Theirs?", summary="Mine [1].")
    assert revisions.newest(check).number == 3  # type: ignore[union-attr]


@pytest.mark.parametrize(("chosen", "summary"), [("mine", "Mine [1]."), ("theirs", "Theirs [2].")])
def test_what_collides_is_chosen_with_both_texts_in_view(
    chief: Client, chosen: str, summary: str
) -> None:
    check = make_check()
    page = late(chief, check, {"summary": "Theirs [2]."}, summary="Mine [1].", language="de")
    assert collisions(page) == ["summary"]
    chief.post(merge_url(check), on(page, **{"choice.summary": chosen}))
    assert (document_of(check)["summary"], document_of(check)["language"]) == (summary, "de")


@pytest.mark.parametrize("chosen", ["", "both"])
def test_nothing_is_chosen_beforehand_and_without_a_choice_nothing_is_saved(
    chief: Client, chosen: str
) -> None:
    check = make_check()
    page = late(chief, check, {"summary": "Theirs [2]."}, summary="Mine [1].")
    assert page.context["collisions"][0].chosen == ""
    page = chief.post(merge_url(check), on(page, **{"choice.summary": chosen}))
    assert "Choose between both for: Executive summary" in page.content.decode()
    assert document_of(check)["summary"] == "Theirs [2]."
    assert json.loads(page.context["document"])["summary"] == "Mine [1]."


def test_who_saves_to_publish_comes_to_that_page_after_the_merge_too(chief: Client) -> None:
    check = make_check()
    page = late(chief, check, {"question": "Theirs?"}, summary="Mine [1].", _publish="1")
    assert '<input type="hidden" name="_publish" value="1">' in page.content.decode()
    again = chief.post(merge_url(check), {**on(page), "theirs": "1", "_publish": "1"})
    assert '<input type="hidden" name="_publish" value="1">' in again.content.decode()
    response: Any = chief.post(merge_url(check), {**on(again), "_publish": "1"})
    assert response.url == reverse("admin:factchecks_factcheck_publish", args=[check.pk])


def test_who_may_not_publish_comes_back_to_the_text(client: Client) -> None:
    reporter = make_user("reporter")
    reporter.groups.add(Group.objects.get(name="Reporter"))
    client.force_login(reporter)
    check = make_check()
    page = late(client, check, {"question": "Theirs?"}, summary="Mine [1].", _publish="1")
    response: Any = client.post(merge_url(check), {**on(page), "_publish": "1"})
    assert response.url == change_url(check)


def test_rows_are_read_as_they_were_when_the_form_was_opened(chief: Client) -> None:
    check = make_check()
    theirs = make_document(summary="Nearly: it is **flattened** by a little [3].")
    theirs["citations"].reverse()
    for number, citation in enumerate(theirs["citations"], 1):
        citation["number"] = number
    theirs["findings"] = [
        {"key": key(32), "heading": "It is not a ball", "text": "It bulges [1]."},
        {"key": key(31), "heading": "It is measured", "text": "By laser [3][2]."},
    ]
    page = late(chief, check, dict(theirs), **{"findings-1-text": "Mine [3]."})
    assert collisions(page) == []
    assert [change.kind for change, _runs in page.context["my_changes"]] == ["changed"]
    chief.post(merge_url(check), on(page))
    theirs["findings"][0]["text"] = "Mine [1]."
    assert document_of(check) == theirs


def test_rows_that_somebody_else_deleted_do_not_stand_in_the_way(chief: Client) -> None:
    check = make_check()
    left = {
        "summary": "Nearly.",
        "findings": make_document()["findings"][:1],
        "citations": make_document()["citations"][:2],
        "searches": [],
        "follow_ups": [],
        "authors": [],
    }
    page = late(chief, check, left, **{"findings-1-text": "Mine [3].", "tags": "moon"})
    assert collisions(page) == [f"findings.{key(32)}"]
    chief.post(merge_url(check), on(page, **{f"choice.findings.{key(32)}": "mine"}))
    document = document_of(check)
    assert [part["text"] for part in document["findings"]] == ["By laser [1][2].", "Mine [3]."]
    assert len(document["citations"]) == 3
    assert (document["summary"], document["tags"]) == ("Nearly.", ["moon"])
    assert (document["searches"], document["authors"]) == ([], [])


def test_both_add_a_source_a_finding_and_a_search(chief: Client) -> None:
    check = make_check()
    mine = Source.objects.create(url="https://mine.example/", title="Mine")
    theirs: Any = make_document()
    theirs["citations"].append(
        {**theirs["citations"][2], "key": key(49), "number": 4, "source": make_source_part(9)}
    )
    theirs["findings"][0]["text"] = "By laser [1][2][4]."
    theirs["searches"].append({"key": key(29), "text": "theirs"})
    rows = {
        **new_row("citations", 3, source=mine.pk, number=4),
        **new_row("findings", 2, heading="Mine", text="Mine [4]."),
        **new_row("searches", 2, text="mine"),
    }
    page = late(chief, check, dict(theirs), **rows)
    chief.post(merge_url(check), on(page))
    document = document_of(check)
    assert [part["text"] for part in document["findings"]] == [
        "By laser [1][2][4].",
        "It bulges [3].",
        "Mine [5].",
    ]
    assert document["citations"][4]["source"]["url"] == "https://mine.example/"
    assert [part["text"] for part in document["searches"]][2:] == ["theirs", "mine"]


def test_a_source_without_an_address_keeps_its_place(chief: Client) -> None:
    document = make_document()
    document["citations"][1] = {**document["citations"][1], "source": None, "accessed_on": None}
    check = make_check(**document)
    page = late(chief, check, {"question": "Theirs?"}, summary="Mine [2].")
    assert [change.part for change, _runs in page.context["my_changes"]] == ["summary"]


def test_passages_stay_with_their_finding_when_somebody_reorders(chief: Client) -> None:
    check = make_check()
    findings = make_document()["findings"][::-1]
    page = late(chief, check, {"findings": findings}, question="Mine?")
    assert [change.part for change, _runs in page.context["my_changes"]] == ["question"]


def test_a_save_that_is_late_again_keeps_text_and_choices(chief: Client) -> None:
    check = make_check()
    page = late(chief, check, {"summary": "Theirs [2]."}, summary="Mine [1].", language="de")
    edit(check, language="fr")
    page = chief.post(merge_url(check), on(page, **{"choice.summary": "theirs"}))
    assert "saved once more" in page.content.decode()
    assert page.context["theirs"].number == 3
    assert collisions(page) == ["language", "summary"]
    assert [c.chosen for c in page.context["collisions"]] == ["", "theirs"]
    chief.post(merge_url(check), on(page, **{"choice.language": "mine"}))
    assert document_of(check) == make_document(summary="Theirs [2].", language="de")


def test_a_merge_that_breaks_a_rule_comes_back_with_the_reason(chief: Client) -> None:
    check = make_check()
    page = late(chief, check, {"summary": "Theirs [2]."}, slug="mine")
    make_check(key=key(2), slug="mine")
    page = chief.post(merge_url(check), on(page))
    assert "Another fact check has this slug." in page.content.decode()
    assert json.loads(page.context["document"])["slug"] == "mine"
    assert check.revisions.count() == 2


def test_where_both_did_the_same_there_is_nothing_to_merge(chief: Client) -> None:
    check = make_check()
    response = late(chief, check, {"summary": "Same [1]."}, summary="Same [1].")
    assert response.url == change_url(check)
    assert check.revisions.count() == 2


def test_a_late_save_with_another_error_comes_back_as_a_form(chief: Client) -> None:
    check = make_check()
    left = {"findings": make_document()["findings"][:1]}
    mine = {"summary": "Typed for an hour [1].", "checked_on": "yesterday"}
    page = late(chief, check, left, **mine, **{"findings-1-text": "Typed for a day [3]."})
    html = page.content.decode()
    assert "checked_on" in errors(page)
    assert "Typed for an hour [1]." in html
    assert "Typed for a day [3]." in html
    assert check.revisions.count() == 2


def test_a_late_save_after_the_sign_in_expired_is_merged_too(client: Client) -> None:
    check = make_check()
    editor = make_user(
        "late",
        *(f"factchecks.{do}_factcheck" for do in ("view", "change")),
        *(
            f"factchecks.{do}_{part}"
            for do in ("view", "change", "add", "delete")
            for part in ("byline", "finding", "citation", "searchquery", "followup")
        ),
    )
    client.force_login(editor)
    data = typed(client, change_url(check), summary="Mine [1].")
    edit(check, question="Theirs?")
    client.logout()
    sign_in = {"_resume-username": "late", "_resume-password": "correct horse"}
    assert b"sign-in has expired" in client.post(change_url(check), data).content
    page: Any = client.post(change_url(check), {**data, **sign_in})
    client.logout()
    assert b"sign-in has expired" in client.post(merge_url(check), on(page)).content
    client.post(merge_url(check), {**on(page), **sign_in})
    assert document_of(check) == make_document(question="Theirs?", summary="Mine [1].")


@pytest.mark.parametrize(
    "change",
    [
        {"document": "no JSON"},
        {"document": "[" * 100_000},
        {"document": "{}"},
        {"document": ""},
        {"document": '{"version": 1, "question": "\\ud800"}'},
        {"base": "none"},
        {"base": "9" * 40},
    ],
)
def test_what_the_page_did_not_send_is_refused_in_a_sentence(
    chief: Client, change: dict[str, str]
) -> None:
    check = make_check()
    page = late(chief, check, {"question": "Theirs?"}, summary="Mine [1].")
    response = chief.post(merge_url(check), {**on(page), **change})
    assert response.status_code == 200
    assert b"cannot be read as this check" in response.content
    assert check.revisions.count() == 2


def test_half_a_surrogate_pair_is_refused_in_a_sentence(chief: Client) -> None:
    check = make_check()
    page = late(chief, check, {"question": "Theirs?"}, summary="Mine [1].")
    document = json.dumps({**json.loads(page.context["document"]), "summary": "\ud800"})
    response = chief.post(merge_url(check), {**on(page), "document": document})
    assert b"cannot be read as this check" in response.content


def test_the_document_of_another_check_does_not_change_its_key(chief: Client) -> None:
    check = make_check()
    page = late(chief, check, {"question": "Theirs?"}, summary="Mine [1].")
    document = json.dumps({**json.loads(page.context["document"]), "key": key(99)})
    chief.post(merge_url(check), {**on(page), "document": document})
    assert document_of(check)["key"] == str(check.key)


def test_who_may_not_change_the_check_merges_nothing(client: Client) -> None:
    check = make_check()
    client.force_login(make_user("reader", "factchecks.view_factcheck"))
    assert client.post(merge_url(check), {}).status_code == 403
    assert client.post(change_url(check), {"base": 0}).status_code == 403


def test_a_late_save_is_kept_at_once_so_that_its_page_may_be_closed(chief: Client) -> None:
    check = make_check()
    late(chief, check, {"question": "Theirs?"}, summary="Mine [1].")
    work = UnsavedWork.objects.get()
    assert (work.base, ["summary", "Mine [1]."] in work.fields) == (1, True)
    data = typed(chief, f"{change_url(check)}?unsaved={work.form}")
    page: Any = chief.post(change_url(check), data)
    chief.post(merge_url(check), on(page))
    assert document_of(check) == make_document(question="Theirs?", summary="Mine [1].")
    assert not UnsavedWork.objects.exists()


def test_a_late_save_with_an_error_is_kept_too(chief: Client) -> None:
    check = make_check()
    late(chief, check, {"question": "Theirs?"}, summary="Mine [1].", checked_on="yesterday")
    assert ["checked_on", "yesterday"] in UnsavedWork.objects.get().fields


def test_a_late_save_of_which_nothing_is_missing_leaves_no_unsaved_work(chief: Client) -> None:
    late(chief, make_check(), {"summary": "Same [1]."}, summary="Same [1].")
    assert not UnsavedWork.objects.exists()


def test_a_merge_ends_only_the_unsaved_work_of_its_own_form(chief: Client) -> None:
    check = make_check()
    page = late(chief, check, {"question": "Theirs?"}, summary="Mine [1].")
    user: Any = page.context["user"]
    other = UnsavedWork.objects.create(user=user, fact_check=check, base=1, fields=[])
    chief.post(merge_url(check), on(page))
    assert UnsavedWork.objects.get() == other
