"""The way from a follow-up question to the check that answers it."""

from urllib.parse import urlencode

import pytest
from django.test import Client

from factchecks.models import FactCheck
from tests.factchecks.desk.forms import ADD, change_url, save, typed
from tests.factories import key, make_check

pytestmark = pytest.mark.django_db

ASKED = {"question": "Why does it bulge?", "answers": key(51)}
NAMED = "“Why does it bulge?” in “Is the Moon round?”"


def test_a_saved_question_leads_to_the_form_of_the_check_that_answers_it(chief: Client) -> None:
    page = chief.get(change_url(make_check())).content.decode()
    assert f'href="{ADD}?{urlencode(ASKED).replace("&", "&amp;")}"' in page
    assert page.count("Write the check that answers it") == 1


def test_the_new_check_is_opened_with_the_question_and_says_whose_it_is(chief: Client) -> None:
    make_check()
    url = f"{ADD}?{urlencode(ASKED)}"
    assert NAMED in chief.get(url).content.decode()
    chief.post(url, typed(chief, url, slug="why-does-it-bulge", language="en"))
    answer = FactCheck.objects.get(slug="why-does-it-bulge")
    assert (answer.question, str(answer.answers)) == ("Why does it bulge?", key(51))


def test_what_a_check_answers_can_be_taken_back(chief: Client) -> None:
    make_check()
    answer = make_check(key=key(2), slug="why-does-it-bulge", answers=key(51), follow_ups=[])
    assert NAMED in chief.get(change_url(answer)).content.decode()
    save(chief, answer, answers="")
    answer.refresh_from_db()
    assert answer.answers is None


@pytest.mark.parametrize("value", [key(99), "abc", "\0", "0" * 500])
def test_a_question_that_nobody_asks_is_said_to_be_gone(chief: Client, value: str) -> None:
    page = chief.get(ADD, {"answers": value})
    assert page.status_code == 200
    assert "A question that is no longer asked" in page.content.decode()
