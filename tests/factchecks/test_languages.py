"""Which way a text runs."""

import pytest

from factchecks.templatetags.languages import direction


@pytest.mark.parametrize(
    ("language", "way"),
    [
        ("en", "ltr"),
        ("pt-BR", "ltr"),
        ("ar", "rtl"),
        ("he-IL", "rtl"),
        ("FA", "rtl"),
        ("az-Arab", "rtl"),
        ("sd-Deva", "ltr"),
        ("uz-Latn-UZ", "ltr"),
        ("arn", "ltr"),
        ("zz", "ltr"),
    ],
)
def test_a_language_runs_as_its_script_is_written(language: str, way: str) -> None:
    assert direction(language) == way
