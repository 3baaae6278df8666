"""The pictures of a check at the desk: added, described, placed, removed."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from factchecks import pictures, revisions
from factchecks.models import FactCheck
from tests.factchecks.desk.forms import change_url, save
from tests.factchecks.images import make_bomb, make_picture_part, make_upload
from tests.factories import edit, key, make_check, make_document, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]

TEXTS = {"alt": "The Moon above a roof", "credit": "A. Photographer", "licence": "CC BY 4.0"}
PLACED = "So [1].\n\n![The Moon](picture:moon)"


def address(check: FactCheck) -> str:
    return reverse("admin:factchecks_factcheck_pictures", args=[check.pk])


def last_number(check: FactCheck) -> int:
    last = revisions.newest(check)
    assert last
    return last.number


def add(client: Client, check: FactCheck, **changes: Any) -> Any:
    """Choose a file, describe it, press “Add the picture”."""
    data = {**TEXTS, "base": last_number(check), "file": make_upload(), "_add": "1", **changes}
    return client.post(address(check), data)


def press(client: Client, check: FactCheck, button: str, **changes: Any) -> Any:
    """Press a button of the check's one picture, with its texts typed over."""
    part = revisions.build(check)["pictures"][0]
    texts = {f"{part['key']}-{name}": part[name] for name in TEXTS}  # type: ignore[literal-required]
    typed = {f"{part['key']}-{name}": value for name, value in changes.items()}
    data = {"base": last_number(check), button: part["key"], **texts, **typed}
    return client.post(address(check), data)


def make_check_with_picture(**changes: Any) -> FactCheck:
    return make_check(pictures=[make_picture_part(pictures.store(make_upload()))], **changes)


def test_a_picture_is_added_as_a_new_revision(chief: Client) -> None:
    check = make_check()
    response = add(chief, check, name="over-the-roof")
    assert response["Location"] == address(check)
    last = revisions.newest(check)
    assert last
    assert last.number == 2
    [part] = last.document["pictures"]
    assert {name: part[name] for name in TEXTS} == TEXTS
    assert (part["name"], part["width"], part["height"]) == ("over-the-roof", 300, 200)
    assert str(last.saved_by) == "chief"
    assert check.pictures.get().sha256 == part["sha256"]


@pytest.mark.parametrize(
    ("file", "name"),
    [("The Moon (2026).PNG", "the-moon-2026"), ("moon.png", "moon-2"), ("月.png", "picture")],
)
def test_a_name_is_suggested_by_the_files(chief: Client, file: str, name: str) -> None:
    check = make_check(pictures=[make_picture_part()])
    add(chief, check, file=make_upload(name=file))
    assert [part["name"] for part in revisions.build(check)["pictures"]] == ["moon", name]


def test_the_page_shows_each_picture_and_how_to_place_it(chief: Client) -> None:
    check = make_check_with_picture(summary=PLACED)
    page = chief.get(address(check)).content.decode()
    assert 'value="![](picture:moon)"' in page
    assert "Placed in: The executive summary" in page
    assert f'src="/pictures/{check.pictures.get().sha256}-300.webp" alt="The Moon above' in page
    assert f'href="{address(check)}"' in chief.get(change_url(check)).content.decode()


@pytest.mark.parametrize("field", ["alt", "credit", "licence"])
@pytest.mark.parametrize("typed", ["", "   ", "\x01"])
def test_a_picture_needs_its_texts(chief: Client, field: str, typed: str) -> None:
    check = make_check()
    response = add(chief, check, **{field: typed})
    assert response.context["page"].add_form.errors[field] == ["This field is required."]
    assert last_number(check) == 1


def test_a_chosen_file_need_not_be_chosen_again(chief: Client) -> None:
    check = make_check()
    page = add(chief, check, alt="", file=make_upload(name="roof.png")).context["page"]
    data = {**TEXTS, "base": 1, "kept": page.add_form.kept, "_add": "1"}
    chief.post(address(check), data)
    assert check.pictures.get().name == "roof"


def test_a_forged_file_is_not_taken(chief: Client) -> None:
    check = make_check()
    response = add(chief, check, file="", kept="W10:x:y")
    assert response.context["page"].add_form.errors["file"] == ["Choose the picture's file again."]


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        ("", "Choose the picture's file."),
        (SimpleUploadedFile("a.png", b""), "The submitted file is empty."),
        (SimpleUploadedFile("a.png", b"Just text."), "This is no picture"),
        (make_bomb(60_000, 60_000), "The picture is too large"),
    ],
)
def test_a_file_that_is_no_picture_is_refused_and_the_texts_stay(
    chief: Client, file: Any, sentence: str
) -> None:
    check = make_check()
    response = add(chief, check, file=file)
    [error] = response.context["page"].add_form.errors["file"]
    assert error.startswith(sentence)
    assert "A. Photographer" in response.content.decode()
    assert last_number(check) == 1


def test_a_name_is_given_once(chief: Client) -> None:
    check = make_check_with_picture()
    errors = add(chief, check, name="Moon").context["page"].add_form.errors
    assert errors["name"] == ["Another picture of this check has this name."]


def test_a_check_has_a_bounded_number_of_pictures(chief: Client) -> None:
    parts = [make_picture_part(key=key(200 + n), name=f"moon-{n}") for n in range(50)]
    check = make_check(pictures=parts)
    assert add(chief, check).context["page"].problems == ["A check has at most 50 pictures."]


def test_the_texts_of_a_picture_are_changed(chief: Client) -> None:
    check = make_check_with_picture(summary=PLACED)
    press(chief, check, "_change", alt="The full Moon", credit=" B.\tPhotographer ")
    picture = check.pictures.get()
    assert (picture.alt, picture.credit) == ("The full Moon", "B. Photographer")
    assert (picture.name, last_number(check)) == ("moon", 2)


def test_a_picture_keeps_its_alternative_text(chief: Client) -> None:
    check = make_check_with_picture()
    response = press(chief, check, "_change", alt=" ")
    assert "This field is required." in response.content.decode()
    assert check.pictures.get().alt == TEXTS["alt"]


def test_a_picture_that_no_text_shows_is_removed_and_its_files_stay(chief: Client) -> None:
    check = make_check_with_picture()
    part = revisions.build(check)["pictures"][0]
    press(chief, check, "_remove")
    assert (check.pictures.count(), last_number(check)) == (0, 2)
    assert pictures.lacking(make_document(pictures=[part])) == []


def test_a_picture_that_a_text_shows_is_not_removed(chief: Client) -> None:
    findings: Any = make_document()["findings"]
    findings[1]["text"] += "\n\n![](picture:moon)"
    check = make_check_with_picture(findings=findings)
    response = press(chief, check, "_remove")
    assert response.context["page"].problems == [
        "“moon” is not removed, because these texts show it: Finding 2."
    ]
    assert check.pictures.exists()


def test_a_picture_whose_files_are_lost_can_be_uploaded_again(chief: Client) -> None:
    check = make_check(summary=PLACED, pictures=[make_picture_part()])
    assert "are not here" in chief.get(address(check)).content.decode()
    press(chief, check, "_remove")
    add(chief, check)
    document = revisions.build(check)
    assert [part["name"] for part in document["pictures"]] == ["moon"]
    assert pictures.lacking(document) == []


def test_what_somebody_else_saved_meanwhile_is_not_overwritten(chief: Client) -> None:
    check = make_check()
    edit(check, question="Is the Moon a ball?")
    page = add(chief, check, base=1).context["page"]
    assert page.problems[0] == "This check was saved by somebody else after you opened it."
    assert not check.pictures.exists()
    chief.post(
        address(check), {**TEXTS, "base": page.number, "kept": page.add_form.kept, "_add": "1"}
    )
    check.refresh_from_db()
    assert check.question == "Is the Moon a ball?"
    assert check.pictures.exists()


def test_a_picture_that_is_gone_meanwhile_is_named(chief: Client) -> None:
    check = make_check()
    response = chief.post(address(check), {"base": 1, "_remove": key(81)})
    assert "not in the check any more" in response.content.decode()


def test_saving_the_text_keeps_the_pictures(chief: Client) -> None:
    check = make_check_with_picture()
    save(chief, check, question="Is the Moon a ball?")
    check.refresh_from_db()
    assert check.question == "Is the Moon a ball?"
    assert check.pictures.get().name == "moon"


def test_the_panel_leads_to_the_text_that_shows_what_is_not_there(chief: Client) -> None:
    check = make_check(summary=PLACED)
    page = chief.get(change_url(check)).content.decode()
    assert "The executive summary shows a picture “moon”" in page


def test_who_may_not_change_checks_has_no_part_in_their_pictures(client: Client) -> None:
    check = make_check()
    client.force_login(make_user("cashier", "supporters.view_supporter"))
    assert client.get(address(check)).status_code == 403
    assert add(client, check).status_code == 403
    client.force_login(make_user("reader", "factchecks.view_factcheck"))
    assert add(client, check).status_code == 403
    client.force_login(make_user("writer", "factchecks.change_factcheck"))
    assert add(client, check).status_code == 302


def test_a_stranger_is_asked_to_sign_in(client: Client) -> None:
    response = client.get(address(make_check()))
    assert "/admin/login/" in response["Location"]
