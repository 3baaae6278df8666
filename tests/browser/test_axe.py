"""No page of the desk breaks a rule of axe (WCAG and good practice) that Django's own admin does not break already."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import django
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from factchecks import publishing
from factchecks.models import FactCheck, Person, StandingPage
from sources.models import Publisher, Source
from tests.browser.people import sign_in
from tests.factories import edit, make_check, make_superuser
from tests.sources.copies import make_copy
from tests.supporters.factories import make_goal, make_payment

# What Django's widgets and templates have by nature: the rule, and what its elements are known by.
STOCK = {
    # The label of a date with a time names the pair, none of its two fields.
    ("label", "vDateField"),
    ("label", "vTimeField"),
    # The column of a row's name in a table of rows has no heading.
    ("empty-table-header", 'class="original"'),
    # Nor has the column into which its script puts the way to take a new row away.
    ("empty-table-header", "<th></th>"),
    # A choice by search has no name while it is empty (only in the books: the wing of evidence has its own).
    ("aria-input-field-name", "select2-selection"),
    # A search with a help text is named by an icon alone.
    ("label-title-only", 'id="searchbar"'),
}
FAILED_JOB = """
    INSERT INTO procrastinate_jobs (queue_name, task_name, args, status)
    VALUES ('default', 'factchecks.tasks.make_page', '{"publication_id": 1}', 'failed')
"""
ONLY_VIOLATIONS = {"resultTypes": ["violations"], "preload": False}

Fault = tuple[str, str]


def faults(page: Page) -> set[Fault]:
    """Each violation: the rule, and the element, by what it is known by where Django has it too."""
    found = Axe().run(page, options=ONLY_VIOLATIONS).response["violations"]
    return {
        _known(rule["id"], node["html"]) or (rule["id"], node["html"][:200])
        for rule in found
        for node in rule["nodes"]
    }


def _known(rule: str, html: str) -> Fault | None:
    return next((each for each in STOCK if each[0] == rule and each[1] in html), None)


@pytest.fixture
def desk(page: Page, live_server: LiveServer) -> Page:
    page.set_viewport_size({"width": 1280, "height": 900})
    make_superuser("chief")
    return sign_in(page, live_server, "chief")


@pytest.fixture
def check() -> FactCheck:
    """Public in a second version; a third is scheduled, and edited since."""
    check = make_check()
    publishing.publish(check, editor=None)
    edit(check, question="Is the Moon a ball?")
    publishing.publish(check, editor=None)
    edit(check, summary="Not quite [1].")
    publishing.publish(check, editor=None, at=timezone.now() + timedelta(days=1))
    edit(check, summary="Not at all [1].")
    return check


def pages_of(check: FactCheck) -> Iterator[str]:
    for name in ("change", "review", "publish", "retract", "withdraw", "takedown"):
        yield reverse(f"admin:factchecks_factcheck_{name}", args=[check.pk])
    for name in ("revisions", "notes", "links", "pictures", "evidence"):
        yield reverse(f"admin:factchecks_factcheck_{name}", args=[check.pk])
    yield reverse("admin:factchecks_factcheck_compare", args=[check.pk]) + "?old=1&new=4"
    copy = make_copy(Source.objects.get(citations__fact_check=check, citations__number=1))
    page = reverse("admin:sources_snapshot", args=[copy.source_id, copy.pk])
    yield f"{page}?passage=The+Moon+is+exactly+round."


def pages_of_all() -> Iterator[str]:
    yield reverse("admin:index")
    yield reverse("admin:search") + "?q=moon"
    with connection.cursor() as cursor:
        cursor.execute(FAILED_JOB)
    yield reverse("admin:jobs") + "?state=failed"
    yield reverse("admin:factchecks_factcheck_paste")
    for name in ("uncited", "sources", "one-sided"):
        yield reverse("admin:factchecks_factcheck_evidence_report") + f"?list={name}"
    yield reverse("admin:factchecks_standingpage_changelist")
    models = ["factchecks_factcheck", "factchecks_person", "factchecks_rating", "taggit_tag"]
    books = ["supporters_goal", "supporters_supporter", "supporters_payment"]
    for model in [*models, "sources_source", "sources_publisher", *books]:
        yield reverse(f"admin:{model}_changelist")
        yield reverse(f"admin:{model}_add")
    models_with_rows: list[Any] = [Source, Publisher, Person, StandingPage]
    rows = [model.objects.first() for model in models_with_rows]
    for name in ("copies", "merge"):
        yield reverse(f"admin:sources_source_{name}", args=[rows[0].pk])
    payment = make_payment()
    for row in [*rows, make_goal(), payment, payment.contribution]:
        yield reverse(f"admin:{row._meta.label_lower.replace('.', '_')}_change", args=[row.pk])


def look(page: Page, live_server: LiveServer, paths: Iterator[str]) -> dict[str, set[Fault]]:
    """The faults of these pages that are not Django's own, by the page."""
    found = {}
    for path in paths:
        answered = page.goto(f"{live_server.url}{path}")
        assert answered is not None
        assert answered.status == 200, path
        if new := faults(page) - STOCK:
            found[path] = new
    return found


def test_every_page_of_a_check_is_as_accessible_as_stock(
    desk: Page, live_server: LiveServer, check: FactCheck
) -> None:
    assert look(desk, live_server, pages_of(check)) == {}


@pytest.mark.usefixtures("check")
def test_every_other_page_of_the_desk_is_as_accessible_as_stock(
    desk: Page, live_server: LiveServer
) -> None:
    assert look(desk, live_server, pages_of_all()) == {}


def test_the_states_of_a_form_are_as_accessible_as_stock(
    desk: Page, live_server: LiveServer, check: FactCheck
) -> None:
    form = f"{live_server.url}{reverse('admin:factchecks_factcheck_change', args=[check.pk])}"
    desk.goto(form)
    desk.locator("#id_language").fill("not a language")
    save(desk)
    assert faults(desk) - STOCK == set(), "with an error"
    desk.goto(form)
    desk.get_by_role("button", name="Preview beside the text").first.click()
    desk.get_by_role("region", name="Preview").last.get_by_role("heading", level=1).wait_for()
    assert faults(desk) - STOCK == set(), "with the preview beside the text"
    edit(check, question="Theirs?")
    desk.locator("#id_question").fill("Mine?")
    save(desk)
    assert desk.locator(".collision").count() == 1
    assert faults(desk) - STOCK == set(), "with what somebody else saved meanwhile"


def test_the_ways_to_sign_in_are_accessible(
    desk: Page, live_server: LiveServer, check: FactCheck
) -> None:
    desk.goto(f"{live_server.url}{reverse('admin:factchecks_factcheck_change', args=[check.pk])}")
    desk.context.clear_cookies(name="sessionid")
    save(desk)
    assert desk.get_by_role("button", name="Sign in and go on").is_visible()
    assert faults(desk) == set()
    desk.goto(f"{live_server.url}{reverse('admin:login')}")
    assert faults(desk) == set()


def save(page: Page) -> None:
    page.get_by_role("button", name="Save and continue editing").first.click()
    page.wait_for_load_state()


@pytest.mark.skipif(
    django.VERSION >= (6,), reason="The list is of Django 5.2; later ones mended some."
)
def test_what_counts_as_stock_is_in_stock_django(
    browser: Browser, live_server: LiveServer, settings: Any
) -> None:
    settings.ROOT_URLCONF = "tests.browser.stock"
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": []}]
    person = make_superuser("chief")
    page = sign_in(browser.new_context().new_page(), live_server, "chief")
    seen = set()
    for path in (
        reverse("stock:auth_user_change", args=[person.pk]),
        reverse("stock:contenttypes_contenttype_changelist"),
    ):
        page.goto(f"{live_server.url}{path}")
        seen |= faults(page)
    page.context.close()
    assert seen & STOCK == STOCK
