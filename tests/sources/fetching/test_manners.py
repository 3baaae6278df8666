"""A site is asked before a copy is kept."""

import pytest

from sources.fetching import manners
from tests.sources import awkward
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


def test_what_sites_ask_is_remembered_within_bounds(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.says("/robots.txt", answer(200, b"User-agent: *\n" + b"Disallow: /moon\n" * 10))
    known = manners.Manners()
    for _again in range(2):
        assert not known.of(site.url("/moon"), policy=site.policy()).may_keep(site.url("/moon"))
    assert site.asked == ["GET /robots.txt"]
    monkeypatch.setattr(manners, "MOST_KEPT", 0)
    with awkward.site() as other:
        known.of(other.url(), policy=other.policy())
    known.of(site.url("/moon"), policy=site.policy())
    assert site.asked == ["GET /robots.txt"] * 2
