"""What was saved before checks had all of today's fields is still published, made again and told."""

import pgtrigger
import pytest
from django.test import Client

from factchecks import publishing
from factchecks.models import FactCheck, Publication, Revision
from tests.factchecks.test_review import URL, make_link
from tests.factories import make_check, make_published

pytestmark = pytest.mark.django_db

SINCE = ("pictures", "one_publisher_reason", "limitations", "answers")
MOON = "/fact-checks/is-the-moon-round/"


def make_old(fact_check: FactCheck) -> None:
    """Its revision as it would have been saved by the first version of this software."""
    revision = Revision.objects.get(fact_check=fact_check)
    for field in SINCE:
        del revision.document[field]
    with pgtrigger.ignore("factchecks.Revision:revision_is_append_only"):
        revision.save()


def test_an_old_draft_can_be_published(client: Client) -> None:
    fact_check = make_check()
    make_old(fact_check)
    publishing.publish(fact_check, editor=None)
    assert client.get(MOON).status_code == 200


@pytest.mark.parametrize("path", [MOON, f"{MOON}history/1/", f"/api/v1{MOON}", "/search/?q=moon"])
def test_an_old_publication_is_made_again_and_told(client: Client, path: str) -> None:
    fact_check = make_published().fact_check
    make_old(fact_check)
    publishing.remake_page(Publication.objects.get())
    assert client.get(path).status_code == 200


def test_an_old_publication_can_be_retracted(client: Client) -> None:
    fact_check = make_published().fact_check
    make_old(fact_check)
    publishing.retract(fact_check, notice="We misread a table.")
    assert b"We misread a table." in client.get(MOON).content


def test_an_expert_reads_an_old_draft(client: Client) -> None:
    fact_check = make_check()
    make_old(fact_check)
    make_link(fact_check)
    assert client.get(URL).status_code == 200
