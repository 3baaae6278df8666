"""A check on other people's pages: its frame always tells the present verdict, and only that page can be framed."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree as Tree

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from factchecks import publishing, takedown
from factchecks.models import Rating
from tests.factories import edit, make_check, make_published

pytestmark = pytest.mark.django_db

MOON = "/fact-checks/is-the-moon-round/"
EMBED = f"{MOON}embed/"
HERE = "http://testserver"
CLAIM = {
    "text": "It is a ball.",
    "claimant": "A. Claimant",
    "claimed_on": "2026-01-01",
    "appearance": "https://claims.example/1",
}


def ask(client: Client, url: str = HERE + MOON, **parameters: str) -> Any:
    return client.get(f"/oembed/?{urlencode({'url': url, **parameters})}")


def test_the_frame_tells_the_verdict_and_leads_to_the_check(client: Client) -> None:
    Rating.objects.create(name="Quite so")
    make_published(claim=CLAIM, rating={"name": "Quite so", "description": ""})
    card = client.get(EMBED).content.decode()
    assert "Is the Moon round?" in card
    assert "Quite so" in card
    assert f'<a href="{MOON}" target="_blank" rel="noopener">' in card


def test_any_site_may_frame_the_card_and_no_other_page(client: Client) -> None:
    make_published()
    card, page = client.get(EMBED), client.get(MOON)
    assert "frame-ancestors *" in card["Content-Security-Policy"]
    assert "frame-ancestors 'none'" not in card["Content-Security-Policy"]
    assert "X-Frame-Options" not in card
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
    assert page["X-Frame-Options"] == "DENY"


def test_the_card_is_light_and_needs_no_script(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make_published()
    with django_assert_max_num_queries(2):
        card = client.get(EMBED)
    assert b"<script" not in card.content
    assert len(card.content) < 4_000
    assert "max-age=60" in card["Cache-Control"]
    assert "Cookie" not in card.get("Vary", "")


def test_a_retracted_check_says_so_in_its_frame_and_no_longer_its_verdict(client: Client) -> None:
    Rating.objects.create(name="Quite so")
    rated = make_published(claim=CLAIM, rating={"name": "Quite so", "description": ""})
    publishing.retract(rated.fact_check, notice="It was wrong.")
    card = client.get(EMBED).content.decode()
    assert "Retracted" in card
    assert "It was wrong." in card
    assert "Quite so" not in card


def test_a_withdrawn_check_says_so_in_its_frame(client: Client) -> None:
    publication = make_published()
    publishing.withdraw(publication.fact_check, notice="It was wrong.")
    card = client.get(EMBED)
    assert card.status_code == 410
    assert b"We withdrew this fact check." in card.content
    assert publication.excerpt.encode() not in card.content
    assert "frame-ancestors *" in card["Content-Security-Policy"]


def test_words_that_are_taken_down_are_in_no_frame(client: Client) -> None:
    check = make_published().fact_check
    publishing.withdraw(check, notice="It was wrong.")
    takedown.take_down(check, notice="A court asked.", editor=None)
    assert b"Moon" not in client.get(EMBED).content


def test_a_check_past_its_review_date_says_so_in_its_frame(client: Client) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    make_published(review_on=yesterday.isoformat())
    assert b"This may be outdated" in client.get(EMBED).content


def test_a_frame_follows_its_check_to_a_new_address(client: Client) -> None:
    check = make_published().fact_check
    edit(check, slug="the-moon")
    publishing.publish(check, editor=None)
    moved = client.get(EMBED)
    assert (moved.status_code, moved["Location"]) == (301, "/fact-checks/the-moon/embed/")
    assert "X-Frame-Options" not in moved
    assert "/fact-checks/the-moon/embed/" in ask(client).json()["html"]


def test_nothing_is_framed_before_its_time(client: Client) -> None:
    publishing.publish(make_check(), editor=None, at=timezone.now() + timedelta(hours=1))
    assert client.get(EMBED).status_code == 404
    assert ask(client).status_code == 404


def test_a_page_names_what_embeds_it(client: Client) -> None:
    make_published()
    page = client.get(MOON).content.decode()
    address = "http%3A%2F%2Ftestserver%2Ffact-checks%2Fis-the-moon-round%2F"
    assert f'type="application/json+oembed" href="{HERE}/oembed/?url={address}"' in page
    assert f'type="text/xml+oembed" href="{HERE}/oembed/?format=xml&amp;url={address}"' in page


def test_the_answer_is_a_frame_without_rights(client: Client) -> None:
    make_published()
    answer = ask(client).json()
    assert (answer["version"], answer["type"]) == ("1.0", "rich")
    assert answer["title"] == "Is the Moon round?"
    assert answer["author_name"] == "A. Writer"
    assert answer["provider_name"] == "Factually"
    assert f'<iframe src="{HERE}{EMBED}" width="560" height="300"' in answer["html"]
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox' in answer["html"]
    assert "allow-scripts" not in answer["html"]
    assert "allow-same-origin" not in answer["html"]


def test_other_sites_scripts_may_read_the_answer(client: Client) -> None:
    make_published()
    assert ask(client)["Access-Control-Allow-Origin"] == "*"


def test_the_answer_comes_as_xml_too(client: Client) -> None:
    make_published(question='Is ]]> or \ufffe or "<b>" & the end?')
    answer = ask(client, format="xml")
    assert answer["Content-Type"] == "text/xml; charset=utf-8"
    read = Tree.fromstring(answer.content)
    assert read.findtext("title") == 'Is ]]> or  or "<b>" & the end?'
    assert "&lt;b&gt;" in (read.findtext("html") or "")
    assert "<b>" not in (read.findtext("html") or "")


@pytest.mark.parametrize(
    ("asked", "size"),
    [
        ({"maxwidth": "320"}, (320, 300)),
        ({"maxheight": "250", "maxwidth": "5000"}, (560, 250)),
        ({"maxwidth": "1"}, (200, 300)),
    ],
)
def test_a_frame_is_as_small_as_is_asked_but_can_be_read(
    client: Client, asked: dict[str, str], size: tuple[int, int]
) -> None:
    make_published()
    answer = ask(client, **asked).json()
    assert (answer["width"], answer["height"]) == size


@pytest.mark.parametrize("width", ["x", "-1", "1.5", "²", "1e3", "99999999999"])
def test_a_width_that_is_no_number_is_refused_with_a_sentence(client: Client, width: str) -> None:
    make_published()
    answer = ask(client, maxwidth=width)
    assert answer.status_code == 400
    assert answer.content == b"maxwidth and maxheight are numbers of pixels.\n"


def test_another_format_is_refused_with_a_sentence(client: Client) -> None:
    make_published()
    answer = ask(client, format="yaml")
    assert (answer.status_code, answer.content) == (501, b"The format is json or xml.\n")


def test_no_address_is_refused_with_a_sentence(client: Client) -> None:
    answer = client.get("/oembed/")
    assert answer.status_code == 400
    assert answer.content == b"Give the address of a fact check as url.\n"


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/fact-checks/is-the-moon-round/",
        "http://testserver.elsewhere.example/fact-checks/is-the-moon-round/",
        "http://testserver@elsewhere.example/fact-checks/is-the-moon-round/",
        "//testserver/fact-checks/is-the-moon-round/",
        "javascript:alert(1)",
        "http://[",
        "http://testserver/fact-checks/never-was/",
        "http://testserver/fact-checks/%00/",
        "http://testserver/fact-checks/%ff/",
        "http://testserver/support/",
        "http://testserver/nowhere/",
        "http://testserver" + "/x" * 5000,
    ],
)
def test_an_address_of_no_published_check_here_is_refused_with_a_sentence(
    client: Client, url: str
) -> None:
    make_published()
    answer = ask(client, url=url)
    assert answer.status_code == 404
    assert answer.content == b"There is no published fact check at this address.\n"


@pytest.mark.parametrize("url", [f"{HERE}{MOON}?from=mail#finding-1", HERE + EMBED])
def test_an_address_may_carry_more_than_the_path(client: Client, url: str) -> None:
    make_published()
    assert ask(client, url=url).status_code == 200


def test_a_withdrawn_check_cannot_be_embedded_anew(client: Client) -> None:
    publishing.withdraw(make_published().fact_check, notice="It was wrong.")
    assert ask(client).status_code == 404
