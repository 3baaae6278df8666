"""Where a law asks it, the words of a former version go; that it was public, when, and why it went stay told."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from factchecks import pictures, publishing, takedown, tasks
from factchecks.documents import PicturePart
from factchecks.models import Correction, FactCheck, Publication, Step
from factchecks.publishing import WhatChanged
from tests.factchecks.images import make_image, make_picture_part, make_upload
from tests.factories import edit, key, make_check, make_published, make_user

pytestmark = pytest.mark.django_db

MOON = "/fact-checks/is-the-moon-round/"
HISTORY = f"{MOON}history/"
ORDER = "A court in Ulm forbids it."


def republish(check: FactCheck, summary: str, kind: str = "") -> None:
    edit(check, summary=summary)
    what = WhatChanged(Correction.Kind(kind), "It was wrong.") if kind else None
    publishing.publish(check, editor=None, what_changed=what)


@pytest.fixture
def check() -> FactCheck:
    """Public in its third version."""
    check = make_published(summary="First words [1].").fact_check
    republish(check, "Second words [1].", "correction")
    republish(check, "Third words [1].")
    return check


def text(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def test_the_words_of_a_version_taken_down_are_nowhere(client: Client, check: FactCheck) -> None:
    assert "Second words" in text(client, f"{HISTORY}2/")
    takedown.take_down(check, versions=[2], notice=ORDER, editor=None)
    gone = client.get(f"{HISTORY}2/")
    assert gone.status_code == 451
    assert ORDER in gone.content.decode()
    for path in (MOON, HISTORY, *(f"{HISTORY}{number}/" for number in (1, 2, 3))):
        assert "Second words" not in text(client, path)
    assert "First words" in text(client, f"{HISTORY}1/")


def test_the_history_tells_that_words_were_taken_down_and_not_what_they_said(
    client: Client, check: FactCheck
) -> None:
    takedown.take_down(check, versions=[2], notice=ORDER, editor=None)
    page = client.get(HISTORY)
    assert [version.number for version in page.context["versions"]] == [3, 2, 1]
    assert [version.changes for version in page.context["versions"]] == [[], [], []]
    html = page.content.decode()
    assert "Its words were taken down for legal reasons" in html
    assert "What changed is not shown" in html
    assert html.count(ORDER) == 1
    assert "No word changed" not in html
    assert "It was wrong." in html


def test_of_a_withdrawn_check_everything_can_go_with_its_question(
    client: Client, check: FactCheck
) -> None:
    publishing.withdraw(check, notice="We lost in court.")
    takedown.take_down(check, notice=ORDER, editor=None)
    for path in (MOON, HISTORY, f"{HISTORY}1/", f"{HISTORY}3/", "/corrections/"):
        html = text(client, path)
        assert "words [1]" not in html
        assert "Is the Moon round?" not in html
    assert client.get(MOON).status_code == 410
    assert "We lost in court." in text(client, HISTORY)
    assert "It was wrong." in text(client, "/corrections/")
    assert "It was wrong." not in text(client, "/corrections/?q=Moon")


def test_what_is_public_must_be_withdrawn_or_replaced_first(check: FactCheck) -> None:
    with pytest.raises(ValidationError, match="Version 3 is public"):
        takedown.take_down(check, versions=[1, 3], notice=ORDER, editor=None)
    assert not Publication.objects.filter(is_taken_down=True).exists()
    assert [each.updated_at for each in takedown.take_down(check, notice=ORDER, editor=None)] == [
        each.updated_at for number, each in takedown.numbered(check).items() if number < 3
    ]


def test_words_are_taken_down_once(check: FactCheck) -> None:
    takedown.take_down(check, notice=ORDER, editor=None)
    with pytest.raises(ValidationError, match="no former version"):
        takedown.take_down(check, notice="Another reason.", editor=None)
    notices = Publication.objects.filter(is_taken_down=True).values_list("takedown_notice")
    assert set(notices) == {(ORDER,)}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"notice": " \n"}, "notice"),
        ({"notice": "x" * 5_001}, "notice"),
        ({"versions": [9]}, "versions"),
    ],
)
def test_a_takedown_names_versions_and_a_reason(
    check: FactCheck, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        takedown.take_down(check, **{"notice": ORDER, "editor": None, **changes})
    assert list(refused.value.message_dict) == [field]


def test_a_check_that_was_never_public_has_nothing_to_take_down() -> None:
    with pytest.raises(ValidationError, match="no former version"):
        takedown.take_down(make_check(), notice=ORDER, editor=None)


def test_who_took_words_down_is_on_record_with_each_revision(check: FactCheck) -> None:
    editor = make_user()
    takedown.take_down(check, versions=[2, 1], notice=ORDER, editor=editor)
    steps = Step.objects.filter(kind=Step.Kind.TAKEN_DOWN).order_by("pk")
    assert [(step.revision.number, step.by, step.note) for step in steps] == [
        (1, editor, ORDER),
        (2, editor, ORDER),
    ]


@pytest.mark.parametrize(
    ("of", "wrong"),
    [
        ("former", {"is_taken_down": True}),
        ("former", {"takedown_notice": ORDER}),
        ("live", {"is_taken_down": True, "takedown_notice": ORDER}),
    ],
)
def test_the_database_keeps_no_takedown_without_a_reason_or_of_what_is_public(
    check: FactCheck, of: str, wrong: dict[str, Any]
) -> None:
    versions = takedown.numbered(check)
    row = Publication.objects.filter(pk=versions[3 if of == "live" else 1].pk)
    with pytest.raises(IntegrityError):
        row.update(**wrong)


def test_the_history_stays_cheap_after_a_takedown(
    client: Client, check: FactCheck, django_assert_max_num_queries: Any
) -> None:
    takedown.take_down(check, notice=ORDER, editor=None)
    with django_assert_max_num_queries(5):
        assert client.get(HISTORY).status_code == 200


def statuses(client: Client, part: PicturePart) -> set[int]:
    """How the addresses of a picture's files answer."""
    original = f"{part['sha256']}-{part['width']}.png"
    names = (*pictures.offered(part).values(), pictures.fallback(part), original)
    answers: list[Any] = [client.get(f"/pictures/{name}") for name in names]
    for answer in answers:
        answer.getvalue()  # read to its end, a file is closed
    return {answer.status_code for answer in answers}


@pytest.mark.usefixtures("media")
def test_a_picture_that_only_versions_taken_down_show_is_served_no_longer(client: Client) -> None:
    forbidden = make_picture_part(pictures.store(make_upload()))
    common = make_picture_part(
        pictures.store(make_upload(make_image(400))), key=key(99), name="sun"
    )
    text = "So [1]. ![a](picture:moon) ![b](picture:sun)"
    check = make_published(summary=text, pictures=[forbidden, common]).fact_check
    edit(check, summary="So [1]. ![b](picture:sun)", pictures=[common])
    publishing.publish(check, editor=None)
    assert statuses(client, forbidden) == {200}
    takedown.take_down(check, notice=ORDER, editor=None)
    assert work() == 1
    assert statuses(client, forbidden) == {404}
    assert statuses(client, common) == {200}


@pytest.mark.usefixtures("media")
def test_a_picture_that_was_taken_down_is_published_again_only_after_a_new_upload(
    client: Client,
) -> None:
    part = make_picture_part(pictures.store(make_upload()))
    check = make_published(summary="So [1]. ![a](picture:moon)", pictures=[part]).fact_check
    publishing.withdraw(check, notice="We lost in court.")
    takedown.take_down(check, notice=ORDER, editor=None)
    assert [work(), work()] == [1, 1]
    with pytest.raises(ValidationError, match="Upload it again"):
        publishing.publish(check, editor=None)
    pictures.store(make_upload())
    publishing.publish(check, editor=None)
    assert statuses(client, part) == {200}
    work()
    assert statuses(client, part) == {200}


def work() -> int:
    """Do the jobs for pictures, as a worker would."""
    jobs = ProcrastinateJob.objects.filter(task_name=tasks.lay_pictures_aside.name)
    for args in jobs.values_list("args", flat=True):
        tasks.lay_pictures_aside(**args)
    return len(jobs)
