"""A link to a passage opens the page of a source there, wherever on it the passage begins and ends."""

import pytest
from playwright.sync_api import Page, expect

from factchecks.pages import at_passage
from tests.sources import awkward
from tests.sources.awkward import answer

ICON = "<link rel=icon href=data:,>"
FILLING = "<p>What is known.</p>" * 200
ONE = "<p id=here>Those who measured it say so. Nobody has measured it since.</p>"
TWO = "<p id=here>Those who measured it say so.</p><p>Nobody has measured it since.</p>"


@pytest.mark.parametrize(
    ("block", "passage"),
    [
        (ONE, "Those who measured it"),
        (ONE, "Those who measured it say so. Nobody has measured it since."),
        (TWO, "Those who measured it say so. Nobody has measured it since."),
        (TWO, "measured it say so. Nobody has measured"),
    ],
)
def test_it_opens_at_a_passage_in_one_paragraph_and_over_two(
    page: Page, block: str, passage: str
) -> None:
    with awkward.site() as site:
        html = f"<!doctype html><title>Moon</title>{ICON}{FILLING}{block}{FILLING}".encode()
        url = site.says("/moon", answer(200, html, **{"Content-Type": "text/html"}))
        page.goto(at_passage(url, passage))
        expect(page.locator("#here")).to_be_in_viewport()
