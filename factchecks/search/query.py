"""What somebody typed into the search, as words to find. Pure, no queries.

``"two words"`` stand beside each other, ``-word`` and ``-"two words"`` stand nowhere, ``word*`` is how a word begins.
Nothing that can be typed is wrong.
"""

import re
import unicodedata
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

LONGEST = 300  # characters that may be typed
MOST = 12  # words and phrases that are looked for; what follows is left out
LONGEST_WORD = 60  # characters

QUOTES = str.maketrans(dict.fromkeys("“”„‟«»″＂", '"') | dict.fromkeys("‘’‚‛′", "'"))
MINUSES = "-−–"
PART = re.compile(rf'(?P<minus>(?<!\S)[{MINUSES}])?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
SAYS_SOMETHING = re.compile(r"[^\W_]")


@dataclass(frozen=True)
class Part:
    """A word, or several that stand beside each other."""

    text: str
    is_phrase: bool = False
    is_excluded: bool = False
    is_beginning: bool = False
    endings: tuple[str, ...] = ()  # the words that begin like that, where they are known

    def __str__(self) -> str:
        text = f'"{self.text}"' if self.is_phrase else self.text
        return f"{'-' * self.is_excluded}{text}{'*' * self.is_beginning}"


@dataclass(frozen=True)
class Query:
    parts: tuple[Part, ...] = ()

    def __str__(self) -> str:
        """As somebody could type it."""
        return " ".join(map(str, self.parts))

    def __bool__(self) -> bool:
        """Whether it says what to find; what to leave out is not enough."""
        return any(not part.is_excluded for part in self.parts)

    @property
    def wanted(self) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if not part.is_excluded)

    @property
    def words(self) -> tuple[str, ...]:
        """The single words that are looked for."""
        return tuple(part.text for part in self.wanted if not part.is_phrase)

    def begun(self) -> "Query":
        """As it stands while it is being typed: the last word may go on."""
        if not self.parts or self.parts[-1].is_phrase or self.parts[-1].is_excluded:
            return self
        return Query((*self.parts[:-1], replace(self.parts[-1], is_beginning=True)))

    @property
    def beginnings(self) -> tuple[str, ...]:
        return tuple(part.text for part in self.wanted if part.is_beginning)

    def with_words(self, others: Mapping[str, str]) -> "Query":
        """With those words in place of some that are looked for."""
        return self._each_word(lambda text: {"text": others[text], "is_beginning": False}, others)

    def with_endings(self, endings: Mapping[str, tuple[str, ...]]) -> "Query":
        """With the known words for each beginning."""
        return self._each_word(lambda text: {"endings": endings[text]}, endings)

    def _each_word(self, change: Callable[[str], dict[str, Any]], known: Container[str]) -> "Query":
        words = {part for part in self.wanted if not part.is_phrase and part.text in known}
        parts = (
            replace(part, **change(part.text)) if part in words else part for part in self.parts
        )
        return Query(tuple(parts))


def read(typed: str) -> Query:
    """Whatever was typed is a query; one of signs alone is empty. Each part counts once."""
    text = unicodedata.normalize("NFC", typed[:LONGEST])
    text = "".join(" " if unicodedata.category(each) in {"Cc", "Cs"} else each for each in text)
    return Query(tuple(dict.fromkeys(_parts(text.translate(QUOTES))))[:MOST])


def _parts(text: str) -> Iterator[Part]:
    for match in PART.finditer(text):
        excluded = match["minus"] is not None
        if match["phrase"] is not None:
            phrase = " ".join(
                word for word in match["phrase"].split() if SAYS_SOMETHING.search(word)
            )
            if phrase:
                yield Part(phrase, is_phrase=" " in phrase, is_excluded=excluded)
        elif SAYS_SOMETHING.search(match["word"]):
            word = match["word"][:LONGEST_WORD]
            yield Part(word.rstrip("*"), is_excluded=excluded, is_beginning=word.endswith("*"))
