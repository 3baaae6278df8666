"""The search learns the words of what is public, once each."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from factchecks import publishing, tasks
from factchecks.models import KnownWord
from factchecks.search import language, spelling
from tests.factchecks.search.conftest import publish
from tests.factories import make_check

pytestmark = pytest.mark.django_db


def counted(word: str) -> int:
    known = KnownWord.objects.filter(word=word).first()
    return known.publications if known else 0


def test_the_job_learns_each_publication_once() -> None:
    publish(1, "one", "Is Zürich a city?", "Yes.")
    publish(2, "two", "Is Zürich big?", "Somewhat: 450000 people.")
    for _ in range(2):
        tasks.learn_words(timestamp=0)
    assert counted("zurich") == 2
    assert counted("450000") == 0


def test_words_of_a_scheduled_check_are_learnt_when_it_begins() -> None:
    publishing.publish(make_check(), editor=None, at=timezone.now() + timedelta(days=1))
    assert spelling.learn_new() == 0
    assert counted("moon") == 0


@pytest.mark.parametrize(
    ("tag", "configuration"),
    [("en-GB", "factually_en"), ("DE", "factually_de"), ("sw", language.ANY), ("", language.ANY)],
)
def test_a_language_is_read_by_its_own_configuration(tag: str, configuration: str) -> None:
    assert language.configuration(tag) == configuration


def test_every_stemmed_language_has_its_configuration() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT cfgname FROM pg_ts_config WHERE cfgname LIKE 'factually%'")
        made = {name for (name,) in cursor.fetchall()}
    assert made == {language.ANY, *map(language.configuration, language.STEMMED)}
