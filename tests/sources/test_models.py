"""Publishers and sources, as the desk keeps them."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from sources.models import Publisher, Source

pytestmark = pytest.mark.django_db


def test_a_source_is_stored_under_one_spelling_of_its_address() -> None:
    source = Source(url="HTTPS://Example.org:443/a#b")
    source.full_clean()
    assert source.url == "https://example.org/a"


def test_two_spellings_of_one_address_are_not_two_sources() -> None:
    Source.objects.create(url="https://example.org/a")
    with pytest.raises(ValidationError, match="already exists"):
        Source(url="https://EXAMPLE.org/a#top").full_clean()


def test_a_source_finds_its_publisher_by_the_domain() -> None:
    publisher = Publisher.objects.create(name="Example", domain="example.org")
    source = Source(url="https://www.example.org/a")
    source.full_clean()
    assert source.publisher == publisher


def test_a_publisher_that_was_chosen_stays() -> None:
    Publisher.objects.create(name="Example", domain="example.org")
    other = Publisher.objects.create(name="Other", domain="other.example")
    source = Source(url="https://example.org/a", publisher=other)
    source.full_clean()
    assert source.publisher == other


def test_a_bad_address_is_refused_with_its_sentence() -> None:
    with pytest.raises(ValidationError, match="starts with http"):
        Source(url="ftp://example.org/").full_clean()
    with pytest.raises(IntegrityError, match="source_url_is_http"), transaction.atomic():
        Source.objects.create(url="ftp://example.org/")


@pytest.mark.parametrize("domain", ["Example.org", "example.org/path", ""])
def test_a_publisher_has_a_bare_domain_in_lower_case(domain: str) -> None:
    with pytest.raises(IntegrityError, match="bare_lower_case_host"), transaction.atomic():
        Publisher.objects.create(name="Example", domain=domain)


def test_a_publisher_has_a_name() -> None:
    with pytest.raises(ValidationError, match="needs a name"):
        Publisher(name="", domain="example.org").validate_constraints()


def test_a_source_is_named_by_its_title_or_else_by_its_address() -> None:
    assert str(Source(url="https://example.org/", title="A title")) == "A title"
    assert str(Source(url="https://example.org/")) == "https://example.org/"
