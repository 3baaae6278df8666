"""Suggestions while somebody types."""

from typing import Any

import pytest
from django.test import Client

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
            "question": "Sind Impfungen für Kinder gefährlich?",
            "language": "de",
            "url": "/fact-checks/impfung/",
        }
    ]
