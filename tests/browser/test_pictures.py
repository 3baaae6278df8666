"""A picture's way from a file to the reader, in a real browser."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from factchecks import publishing
from tests.factchecks.images import make_image, make_upload
from tests.factories import edit, make_check, make_superuser

SEEN = "picture => picture.complete && picture.naturalWidth"


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def test_a_picture_is_uploaded_placed_and_seen(page: Page, live_server: LiveServer) -> None:
    make_superuser("chief")
    check = make_check()
    page.goto(f"{live_server.url}/admin/factchecks/factcheck/{check.pk}/change/")
    page.get_by_label("Username").fill("chief")
    page.get_by_label("Password").fill("correct horse")
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("link", name="Pictures").click()
    file = make_upload(make_image(1200, 800)).read()
    page.get_by_label("File").set_input_files(
        {"name": "Full moon.png", "mimeType": "image/png", "buffer": file}
    )
    page.get_by_label("Alternative text").fill("The Moon above a roof")
    page.get_by_label("Credit").fill("A. Photographer")
    page.get_by_label("Licence").fill("CC BY 4.0")
    page.get_by_role("button", name="Add the picture").click()
    thumbnail = page.get_by_role("img", name="The Moon above a roof")
    assert thumbnail.evaluate(SEEN) == 480
    placed = page.get_by_label("To place it").input_value()
    edit(check, summary=f"So [1].\n\n{placed}")
    publication = publishing.publish(check, editor=None)
    page.goto(f"{live_server.url}{publication.get_absolute_url()}")
    picture = page.get_by_role("img", name="The Moon above a roof")
    picture.scroll_into_view_if_needed()
    expect(page.get_by_text("Picture: A. Photographer, CC BY 4.0")).to_be_visible()
    page.wait_for_function("document.querySelector('.picture img').naturalWidth > 0")
    assert picture.evaluate("picture => picture.currentSrc").endswith("-960.webp")
