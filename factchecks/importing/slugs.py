"""The last part of a check's address, made from its question."""

from django.utils.text import slugify

from factchecks.importing.lengths import SLUG

# Latin letters that Unicode does not take apart into a letter and an accent.
LATIN = str.maketrans(
    {
        "ß": "ss", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L",
        "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ı": "i",
    }
)  # fmt: skip


def make_slug(text: str) -> str:
    """At most ``SLUG`` characters, cut at a word; plain letters for Latin scripts, the own letters for others.

    Empty when the text has no letter or digit.
    """
    text = text[: 4 * SLUG].translate(LATIN).replace("’", "").replace("'", "")
    slug = slugify(text)
    if sum(map(str.isalnum, slug)) < sum(map(str.isalnum, slugify(text, allow_unicode=True))):
        slug = slugify(text, allow_unicode=True)
    if len(slug) > SLUG:
        words, _dash, _last = slug[: SLUG + 1].rpartition("-")
        slug = words or slug[:SLUG]
    return slug.strip("-_")


def is_slug(text: str) -> bool:
    return 0 < len(text) <= SLUG and text == slugify(text, allow_unicode=True)
