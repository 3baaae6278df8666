"""The page of jobs by keyboard alone."""

from django.db import connection
from django.urls import reverse
from playwright.sync_api import Page, expect
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django.live_server_helper import LiveServer

from tests.browser.people import sign_in
from tests.browser.test_axe import FAILED_JOB
from tests.factories import make_superuser


def test_a_failed_job_is_found_and_tried_again_by_keyboard(
    page: Page, live_server: LiveServer
) -> None:
    make_superuser("chief")
    with connection.cursor() as cursor:
        cursor.execute(FAILED_JOB)
    sign_in(page, live_server, "chief")
    page.get_by_role("link", name="1 job of the worker has failed").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{live_server.url}{reverse('admin:jobs')}?state=failed")
    page.get_by_role("link", name="Failed (1)").focus()
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "retry":
            break
    page.keyboard.press("Enter")
    expect(page.get_by_text("“Make a page again” is tried again.")).to_be_visible()
    assert ProcrastinateJob.objects.get().status == "todo"
