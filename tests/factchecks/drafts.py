"""Texts as newsrooms have them, for the tests of importing to the database."""

from factchecks import importing
from factchecks.importing import Draft

MARKDOWN = """---
question: Do cats always land on their feet?
slug: cats-landing
authors: [A. Writer]
checked_on: 2026-03-01
tags: [animals]
searches: [cat falling]
sources:
  - url: https://cats.example/fall
    title: How cats fall
    publisher: Cats Weekly
    accessed_on: 2026-02-28
    quotes: [{text: They turn in the air., finding: 1}]
  - url: https://dogs.example/fall
    title: How dogs fall
    publisher: Dogs Weekly
    accessed_on: 2026-02-28
follow_ups: ["Why do they turn?"]
---
Mostly [1].

## They turn
In the air [1][2].
"""

TEXT = """Become a supporter today!

Fact check: Do cats always land on their feet?
Checked on March 1, 2026

Searched for:
"cat falling"

Found 2 sources

Executive summary
Mostly [1].

1. They turn
In the air [1].
"""


def make_draft(text: str = MARKDOWN, **replacements: str) -> Draft:
    """The draft of a text in which each name is replaced by its value, underscores standing for spaces."""
    for old, new in replacements.items():
        assert old.replace("_", " ") in text
        text = text.replace(old.replace("_", " "), new)
    return importing.read(text)
