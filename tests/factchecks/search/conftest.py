"""A few published checks to search."""

from typing import Any

import pytest

from factchecks.models import Publication
from factchecks.search import spelling
from tests.factories import key, make_published


def publish(number: int, slug: str, question: str, summary: str, **changes: Any) -> Publication:
    return make_published(
        key=key(1000 + number), slug=slug, question=question, summary=f"{summary} [1]", **changes
    )


@pytest.fixture
def checks() -> dict[str, Publication]:
    """The newest is the last; the search has learnt their words."""
    made = [
        publish(
            1,
            "fire",
            "Did a cow start the great fire of Chicago?",
            "Nobody knows.",
            tags=["cities"],
        ),
        publish(2, "river", "Does the river flow backwards?", "In Chicago it does since 1900."),
        publish(3, "cafe", "Was the first café in Vienna?", "No: there was one in Venice."),
        publish(4, "vaccines", "Do vaccines cause autism?", "No. Vaccination is safe."),
        publish(5, "impfung", "Sind Impfungen für Kinder gefährlich?", "Nein.", language="de"),
    ]
    spelling.learn_new()
    return {publication.slug: publication for publication in made}
