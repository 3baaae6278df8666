"""What an address identifies besides itself."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources import identifiers
from sources.identifiers import Archived, Arxiv


@pytest.mark.parametrize(
    ("url", "doi"),
    [
        ("https://doi.org/10.1000/182", "10.1000/182"),
        ("http://dx.doi.org/10.1000/ABC.Def", "10.1000/abc.def"),
        ("https://www.doi.org/10.1000%2F182", "10.1000/182"),
        ("doi:10.1000/182", "10.1000/182"),
        ("DOI: 10.1000.10/123456", "10.1000.10/123456"),
        ("https://doi.org/10.1002/(SICI)1097(199812)49:14%3C1::AID%3E3", None),
        ("https://journal.example/doi/full/10.1177/0001", "10.1177/0001"),
        ("https://journal.example/doi/10.1177/0001/", "10.1177/0001"),
        ("https://arxiv.org/abs/2101.00001v2", "10.48550/arxiv.2101.00001"),
        ("https://doi.org/", None),
        ("https://doi.org/the-identifier/", None),
        ("https://journal.example/10.1177/0001", None),
        ("https://example.org/", None),
        ("nonsense", None),
        ("", None),
    ],
)
def test_a_doi_is_understood(url: str, doi: str | None) -> None:
    assert identifiers.doi(url) == doi


@pytest.mark.parametrize(
    ("url", "paper"),
    [
        ("https://arxiv.org/abs/2101.00001", Arxiv("2101.00001")),
        ("http://www.arxiv.org/abs/0704.0001v12", Arxiv("0704.0001", 12)),
        ("https://arxiv.org/pdf/2101.00001v2.pdf", Arxiv("2101.00001", 2)),
        ("https://arxiv.org/pdf/2101.00001", Arxiv("2101.00001")),
        ("https://export.arxiv.org/html/2101.00001v1/", Arxiv("2101.00001", 1)),
        ("https://arxiv.org/abs/hep-th/9901001v3", Arxiv("hep-th/9901001", 3)),
        ("https://arxiv.org/abs/math.GT/0309136", Arxiv("math.GT/0309136")),
        ("https://doi.org/10.48550/arXiv.2101.00001", Arxiv("2101.00001")),
        ("https://arxiv.org/list/cs/new", None),
        ("https://arxiv.org/abs/hello", None),
        ("https://example.org/abs/2101.00001", None),
    ],
)
def test_a_paper_at_arxiv_is_understood(url: str, paper: Arxiv | None) -> None:
    assert identifiers.arxiv(url) == paper


NOON = datetime(2020, 1, 5, 12, 30, 59, tzinfo=UTC)
PAGE = "https://example.org/a?b=1"


@pytest.mark.parametrize(
    ("url", "archived"),
    [
        (f"https://web.archive.org/web/20200105123059/{PAGE}", Archived(PAGE, NOON)),
        (f"http://web.archive.org/web/20200105123059id_/{PAGE}", Archived(PAGE, NOON)),
        (
            "https://web.archive.org/web/20200105123059/https:/example.org/a?b=1",
            Archived(PAGE, NOON),
        ),
        (
            "https://web.archive.org/web/20200105123059/example.org",
            Archived("http://example.org/", NOON),
        ),
        (f"https://web.archive.org/web/2020/{PAGE}", Archived(PAGE, None)),
        (f"https://web.archive.org/web/20209999999999/{PAGE}", Archived(PAGE, None)),
        (f"https://archive.ph/20200105123059/{PAGE}", Archived(PAGE, NOON)),
        (f"https://archive.today/2020.01.05-123059/{PAGE}", Archived(PAGE, NOON)),
        ("https://archive.ph/AbCdE", None),
        ("https://web.archive.org/", None),
        (f"https://web.archive.org/web/*/{PAGE}", None),
        (f"https://web.archive.org/save/{PAGE}", None),
        ("https://web.archive.org/web/20200105123059/mailto:a@example.org", None),
        (f"https://example.org/web/20200105123059/{PAGE}", None),
        ("nonsense", None),
    ],
)
def test_an_archived_copy_is_understood(url: str, archived: Archived | None) -> None:
    assert identifiers.archived(url) == archived


@given(st.text(max_size=40))
def test_any_address_identifies_something_or_nothing(text: str) -> None:
    for host in ("doi.org/10.1000", "arxiv.org/abs", "web.archive.org/web/2020", "archive.ph/2020"):
        url = f"https://{host}/{text}"
        identifiers.doi(url)
        identifiers.arxiv(url)
        found = identifiers.archived(url)
        assert found is None or found.original.startswith("http")
