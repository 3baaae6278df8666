"""Every word of ours that people see can be translated: templates hold none outside the tags for it."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEMPLATES = [*(ROOT / "templates").rglob("*.html"), *ROOT.glob("*/templates/**/*.html")]
TRANSLATED = re.compile(r"{% blocktranslate.*?{% endblocktranslate %}", re.S)
NOT_SHOWN = re.compile(
    r"{% comment %}.*?{% endcomment %}|{% block (?:body|col)\w+ %}.*?{% endblock|{#.*?#}|{%.*?%}|{{.*?}}",
    re.S,
)
SPOKEN = {"alt", "aria-label", "label", "placeholder", "title"}
NAMES = {"Bluesky", "GET", "Mastodon", "WhatsApp"}  # the same in every language
ATTRIBUTES_ALONE = "_language.html"


class Words(HTMLParser):
    """The words of a page that are in no tag for translation."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.within = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.within = tag
        self.found += [value or "" for name, value in attrs if name in SPOKEN]

    def handle_data(self, data: str) -> None:
        if self.within not in {"script", "style"}:
            self.found.append(data)


def words(template: str) -> list[str]:
    page = Words()
    page.feed(NOT_SHOWN.sub(" ", TRANSLATED.sub(" ", template)))
    return [
        text.strip()
        for text in page.found
        if re.search(r"[^\W\d_]{2}", text) and text.strip() not in NAMES
    ]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_template_has_words_that_cannot_be_translated(path: Path) -> None:
    text = path.read_text("utf-8")
    assert words(f"<p {text}>" if path.name == ATTRIBUTES_ALONE else text) == []


def test_such_words_are_found() -> None:
    assert words('<p title="Hint">Read {{ this }}</p>{% translate "Well" %}') == ["Hint", "Read"]
