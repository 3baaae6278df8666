"""Which way a text runs, by its language tag."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

# ISO 639 languages that are written from right to left unless their tag names another script; ISO 15924 scripts that are.
LANGUAGES = {
    *("ar", "arc", "ckb", "dv", "fa", "he", "iw", "ks"),
    *("nqo", "prs", "ps", "sd", "syr", "ug", "ur", "yi"),
}
SCRIPTS = {"arab", "hebr", "nkoo", "syrc", "thaa"}

register = template.Library()


@register.filter
def direction(language: str) -> str:
    """``rtl`` or ``ltr``, for an element that holds more than the text itself (``dir="auto"`` would read the rest)."""
    first, *subtags = language.lower().split("-")
    script = next((tag for tag in subtags if len(tag) == 4 and tag.isalpha()), None)
    from_the_right = script in SCRIPTS if script else first in LANGUAGES
    return "rtl" if from_the_right else "ltr"


@register.simple_tag
def in_language(language: str) -> SafeString:
    """The attributes of an element whose words are in a language of their own; nothing where that is empty."""
    if not language:
        return SafeString()
    return format_html(' lang="{}" dir="{}"', language, direction(language))
