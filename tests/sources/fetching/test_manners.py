"""A site is asked before a copy is kept."""

import pytest

from sources.fetching import manners
from tests.sources.awkward import Site, Step, answer, redirect


@pytest.mark.parametrize(
    ("steps", "may"),
    [
        ([answer(200, b"User-agent: *\nDisallow: /private")], False),
        ([answer(200, b"User-agent: *\nDisallow: /other")], True),
        ([answer(404)], True),
        ([answer(503)], False),
        ([b"nonsense\r\n\r\n"], False),
        ([redirect("/robots.txt")], True),
        ([redirect("http://10.0.0.1/")], True),
        ([answer(200, b"x" * 2_000_001)], True),
        ([redirect("/rules")], False),
    ],
)
def test_the_sites_answer_decides(site: Site, steps: list[Step], may: bool) -> None:
    site.says("/robots.txt", *steps)
    site.says("/rules", answer(200, b"User-agent: factually\nDisallow: /"))
    assert (
        manners.ask(site.url("/private"), policy=site.policy()).may_keep(site.url("/private"))
        is may
    )
