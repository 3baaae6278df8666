"""Which of Postgres's text search configurations reads a check's language. Pure, no queries.

They are our own (migration ``0008_search``): each drops its language's stop words, takes the accents off and stems.
"""

# ISO 639-1; for the languages that Postgres stems. All others are read by a configuration that takes the accents off.
STEMMED = {
    *(
        "ar",
        "ca",
        "da",
        "de",
        "el",
        "en",
        "es",
        "et",
        "eu",
        "fi",
        "fr",
        "ga",
        "hi",
        "hu",
        "hy",
        "id",
    ),
    *("it", "lt", "nb", "ne", "nl", "nn", "no", "pt", "ro", "ru", "sr", "sv", "ta", "tr", "yi"),
}
ANY = "factually_any"


def configuration(tag: str) -> str:
    """Of a language tag (BCP 47), such as ``de-AT``."""
    primary = tag.lower().split("-")[0]
    return f"factually_{primary}" if primary in STEMMED else ANY
