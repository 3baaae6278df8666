"""Suggestions while somebody types."""

from typing import Any

import pytest
from django.test import Client

from factchecks import publishing
from factchecks.models import Publication

pytestmark = pytest.mark.django_db


def suggested(client: Client, typed: str) -> list[str]:
    answer: Any = client.get("/search/suggest/", {"q": typed})
    assert answer.status_code == 200
    return [each["url"] for each in answer.json()["suggestions"]]


@pytest.mark.parametrize(
    ("typed", "urls"),
    [
        ("chi", ["/fact-checks/fire/", "/fact-checks/river/"]),
        ("cow chi", ["/fact-checks/fire/"]),
        ("caf", ["/fact-checks/cafe/"]),
        ("imp", ["/fact-checks/impfung/"]),
        ("", []),
        ("c", []),
        ("&", []),
        ("\0", []),
        ("x" * 10_000, []),
    ],
)
def test_checks_are_suggested_whose_words_begin_so(
    client: Client, checks: dict[str, Publication], typed: str, urls: list[str]
) -> None:
    assert suggested(client, typed) == urls


def test_a_suggestion_says_its_question_and_language(
    client: Client, checks: dict[str, Publication]
) -> None:
    answer: Any = client.get("/search/suggest/", {"q": "impf"})
    assert answer.json()["suggestions"] == [
        {
            "title": "Sind Impfungen für Kinder gefährlich?",
            "language": "de",
            "url": "/fact-checks/impfung/",
        }
    ]


def test_a_suggestion_says_that_its_check_is_retracted(
    client: Client, checks: dict[str, Publication]
) -> None:
    publishing.retract(checks["cafe"].fact_check, notice="There was one in Venice.")
    answer: Any = client.get("/search/suggest/", {"q": "caf"})
    [suggestion] = answer.json()["suggestions"]
    assert suggestion["title"] == "Retracted: Was the first café in Vienna?"
