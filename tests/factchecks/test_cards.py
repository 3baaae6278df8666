"""Pictures for social media: drawn by the worker once a check is published, kept under a name that says what made them."""

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from PIL import Image
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import DjangoAssertNumQueries

from factchecks import cards, drawing, publishing, takedown, tasks
from factchecks.drawing import CardWords
from factchecks.models import Correction, Publication, Rating
from factchecks.publishing import WhatChanged
from tests.factories import edit, key, make_check, make_published

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]

MOON = "/fact-checks/is-the-moon-round/"
ARABIC = "هل القمر مستدير؟"


def make_card(publication: Publication) -> Publication:
    tasks.make_card(publication.pk)
    publication.refresh_from_db()
    return publication


def card_path(publication: Publication) -> str:
    return f"/cards/{publication.card}"


def status(client: Client, publication: Publication) -> int:
    answer = client.get(card_path(publication))
    answer.getvalue()  # read to its end, so that the file is closed
    return answer.status_code


def words(**changes: Any) -> CardWords:
    drawn: dict[str, Any] = {
        "newsroom": "Factually",
        "question": "Is the Moon round?",
        "verdict": "",
        "is_alarming": False,
        "note": "",
        "day": "Checked on March 1, 2026",
        **changes,
    }
    return CardWords(**drawn)


def said_on(publication: Publication) -> CardWords:
    return cards.words_on(publication)


def test_a_card_is_a_picture_of_1200_by_630_pixels(client: Client) -> None:
    publication = make_card(make_published())
    answer = client.get(card_path(publication))
    assert answer["Content-Type"] == "image/png"
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    picture = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert Image.open(io.BytesIO(picture)).size == (1200, 630)
    assert len(picture) < 100_000


def test_publishing_asks_the_worker_for_a_card() -> None:
    publication = make_published()
    job = ProcrastinateJob.objects.get(task_name=tasks.make_card.name)
    assert job.args == {"publication_id": publication.pk}
    assert publication.card == ""


def test_a_card_that_is_made_twice_is_the_same_file(media: Path) -> None:
    publication = make_card(make_published())
    cards.keep_card(publication)
    assert [file.name for file in (media / "cards").iterdir()] == [publication.card]


def test_a_card_for_a_schedule_that_was_taken_back_is_not_made() -> None:
    tasks.make_card(12345)


def test_a_card_is_shown_when_its_check_is_and_not_before(client: Client) -> None:
    begins = timezone.now() + timedelta(hours=1)
    scheduled = make_card(publishing.publish(make_check(), editor=None, at=begins))
    assert status(client, scheduled) == 404
    with time_machine.travel(begins + timedelta(seconds=1)):
        assert status(client, scheduled) == 200


def test_a_card_tells_question_rating_and_day() -> None:
    Rating.objects.create(name="Quite so")
    claim = {
        "text": "It is.",
        "claimant": "C.",
        "claimed_on": "2026-01-01",
        "appearance": "https://claims.example/1",
    }
    rated = make_published(claim=claim, rating={"name": "Quite so", "description": ""})
    assert said_on(rated) == words(verdict="Quite so")


def test_a_retraction_makes_a_new_card_without_the_rating(client: Client) -> None:
    with time_machine.travel("2026-03-02T12:00Z"):
        first = make_card(make_published())
        retracted = publishing.retract(first.fact_check, notice="It was wrong.")
        retracted = make_card(retracted)
    assert retracted.card != first.card
    assert said_on(retracted) == words(
        verdict="Retracted", is_alarming=True, day="Retracted on March 2, 2026"
    )
    page = client.get(MOON).content.decode()
    assert retracted.card in page
    assert first.card not in page


def test_a_corrected_check_says_so_on_its_card() -> None:
    check = make_published().fact_check
    edit(check, summary="It is flattened [1].")
    told = WhatChanged(Correction.Kind.CORRECTION, "We had the radius wrong.")
    corrected = publishing.publish(check, editor=None, what_changed=told)
    assert said_on(corrected).note == "Corrected"


def test_a_card_whose_words_are_taken_down_is_shown_no_more(client: Client) -> None:
    publication = make_card(make_published())
    publishing.withdraw(publication.fact_check, notice="It was wrong.")
    assert status(client, publication) == 200
    takedown.take_down(publication.fact_check, notice="A court asked.", editor=None)
    assert status(client, publication) == 404


def test_another_drawing_makes_each_card_again_once(settings: Any, client: Client) -> None:
    former = make_card(make_published())
    ProcrastinateJob.objects.all().delete()
    tasks.find_lacking_cards(0)
    assert not ProcrastinateJob.objects.exists()
    settings.NEWSROOM_NAME = "The Daily Fact"
    cards.version.cache_clear()
    for minute in (60, 120):
        tasks.find_lacking_cards(minute)
    assert ProcrastinateJob.objects.count() == 1
    path = card_path(former)
    again = make_card(Publication.objects.get())
    moved = client.get(path)
    cards.version.cache_clear()
    assert (moved.status_code, moved["Location"]) == (302, card_path(again))


def test_the_file_of_a_former_card_goes(
    settings: Any, media: Path, django_capture_on_commit_callbacks: Any
) -> None:
    publication = make_card(make_published())
    settings.NEWSROOM_NAME = "The Daily Fact"
    cards.version.cache_clear()
    with django_capture_on_commit_callbacks(execute=True):
        publication = make_card(publication)
    cards.version.cache_clear()
    assert [file.name for file in (media / "cards").iterdir()] == [publication.card]


@pytest.mark.parametrize(
    "name",
    [
        "1.png",
        f"1-{'0' * 12}-{'0' * 64}.png",
        f"{'9' * 18}-{'0' * 12}-{'0' * 64}.png",
        f"{'9' * 40}-{'0' * 12}-{'0' * 64}.png",
        "../../etc/passwd",
    ],
)
def test_a_card_that_is_none_is_not_found(client: Client, name: str) -> None:
    make_published()
    assert client.get(f"/cards/{name}").status_code == 404


def test_a_long_question_is_cut_with_an_ellipsis_and_a_short_one_is_large() -> None:
    font, lines = drawing.fitted("Is it so? " * 60)
    assert font.size == drawing.SMALLEST
    assert lines[-1].endswith("…")
    font, lines = drawing.fitted("Is it so?")
    assert (font.size, lines) == (drawing.LARGEST, ["Is it so?"])


def test_the_lines_of_a_question_are_about_as_long_as_each_other() -> None:
    font, lines = drawing.fitted("Can you see the Great Wall of China from the Moon?")
    first, second = (font.getlength(line) for line in lines)
    assert abs(first - second) < 0.2 * first


@pytest.mark.parametrize("question", ["W" * 300, "Ж" * 300, "https://source.example/" + "a" * 200])
def test_no_line_is_wider_than_the_card(question: str) -> None:
    font, lines = drawing.fitted(question)
    assert max(font.getlength(line) for line in lines) <= drawing.WIDTH
    assert len(lines) * font.size * drawing.LEADING <= 300


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ist die Ćwiklińska größer?", "Ist die Ćwiklińska größer?"),
        ("Είναι η Σελήνη στρογγυλή;", "Είναι η Σελήνη στρογγυλή;"),
        ("Круглая ли Луна?", "Круглая ли Луна?"),
        ("Mặt Trăng có tròn không?", "Mặt Trăng có tròn không?"),
        ("Is it 🌕 or 1️⃣?", "Is it or 1?"),
        ("Back \u202eto\u202c front\u200b?", "Back to front?"),
        ("Cafe\u0301?", "Café?"),
        (ARABIC, ""),
        ("क्या चाँद गोल है?", ""),
        ("月は丸いですか", ""),
        ("\ufffe", ""),
        ("", ""),
    ],
)
def test_a_text_that_the_font_lacks_letters_for_is_left_out(text: str, shown: str) -> None:
    assert drawing.showable(text) == shown


@pytest.mark.parametrize("text", ["", ARABIC, "\x00]]>\u202e", "W" * 300, " "])
def test_whatever_the_words_a_card_is_drawn(text: str) -> None:
    drawn = drawing.draw(words(newsroom=text, question=text, verdict=text, note=text, day=text))
    assert Image.open(io.BytesIO(drawn)).size == drawing.SIZE


def test_a_page_tells_networks_its_picture_and_what_is_on_it(client: Client) -> None:
    publication = make_card(make_published())
    page = client.get(MOON).content.decode()
    image = f'<meta property="og:image" content="http://testserver{card_path(publication)}">'
    for tag in (
        image,
        '<meta property="og:image:width" content="1200">',
        '<meta property="og:image:height" content="630">',
        '<meta property="og:title" content="Is the Moon round?">',
        f'<meta property="og:url" content="http://testserver{MOON}">',
        '<meta name="twitter:card" content="summary_large_image">',
    ):
        assert tag in page


@pytest.mark.parametrize("path", ["/", "/fact-checks/", "/topics/space/", MOON])
def test_a_page_without_a_card_has_the_general_one(client: Client, path: str) -> None:
    make_published(key=key(3))
    page = client.get(path).content.decode()
    assert 'content="http://testserver/static/factually/card.png"' in page


def test_a_former_version_is_shared_with_the_general_picture(client: Client) -> None:
    first = make_card(make_published())
    edit(first.fact_check, question="Is it a ball?")
    publishing.publish(first.fact_check, editor=None)
    page = client.get(f"{MOON}history/1/").content.decode()
    assert "/static/factually/card.png" in page
    assert first.card not in page


def test_only_so_many_cards_are_asked_for_at_one_time(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in (1, 2, 3):
        make_published(key=key(number), slug=f"check-{number}")
    ProcrastinateJob.objects.all().delete()
    monkeypatch.setattr(tasks, "MOST_CARDS", 2)
    for minute in (0, 60):
        tasks.find_lacking_cards(minute)
    assert ProcrastinateJob.objects.count() == 2


def test_publishing_takes_few_queries_with_its_card(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    check = make_check()
    with django_assert_max_num_queries(30):
        publishing.publish(check, editor=None)
