"""Texts in which a citation names its source by key instead of by number. Pure, no queries.

Numbers belong to one document: [3] in two revisions may be two sources. To compare or merge texts of several documents
each citation key gets one private-use character, which stands in the markers until the text goes back to numbers.
"""

import re
from collections.abc import Mapping

from factchecks import citations
from factchecks.documents import Document

FIRST = 0xF0000
_TOKEN = re.compile("[\U000f0000-\U000ffffd]")
_BROKEN = "?"  # before a number that no source of its document has
MAX_NUMBER = 999


def keys_by_number(document: Document) -> dict[int, str]:
    return {citation["number"]: citation["key"] for citation in document["citations"]}


class KeySpace:
    """The characters that stand for citation keys, shared by the documents that are compared."""

    def __init__(self) -> None:
        self._token_of: dict[str, str] = {}
        self._key_of: dict[str, str] = {}

    def enter(self, text: str, keys: Mapping[int, str]) -> str:
        """The text with the numbers of its markers replaced; ``keys`` says what they mean in its document."""
        pieces, end = [], 0
        for marker in citations.markers(text):
            inside = text[marker.start : marker.end]
            pieces += [
                text[end : marker.start],
                re.sub(r"\d+", lambda match: self._token(int(match[0]), keys), inside),
            ]
            end = marker.end
        return "".join([*pieces, text[end:]])

    def leave(self, text: str, numbers: Mapping[str, int]) -> str:
        """The text with numbers again; ``numbers`` says which number each key has now.

        A number that led nowhere leads nowhere still, even if there are as many sources by now.
        """
        return _TOKEN.sub(lambda match: self._number(match[0], numbers), text)

    def spell_out(self, text: str, names: Mapping[str, str]) -> str:
        """The text with the names of its sources in the markers, for where numbers would mislead."""
        return _TOKEN.sub(
            lambda match: names.get(self._key_of.get(match[0], ""), match[0]),
            text,
        )

    def keys_in(self, text: str) -> set[str]:
        """The keys that a text in the key space cites."""
        keys = {self._key_of.get(token, _BROKEN) for token in _TOKEN.findall(text)}
        return {key for key in keys if not key.startswith(_BROKEN)}

    def _token(self, number: int, keys: Mapping[int, str]) -> str:
        key = keys.get(number, f"{_BROKEN}{number}")
        if key not in self._token_of:
            token = chr(FIRST + len(self._token_of))
            self._token_of[key], self._key_of[token] = token, key
        return self._token_of[key]

    def _number(self, token: str, numbers: Mapping[str, int]) -> str:
        key = self._key_of.get(token)
        if key is None:
            return token  # the writer's own character
        if key in numbers:
            return str(numbers[key])
        count = max(numbers.values(), default=0)
        number = int(key[1:]) if key.startswith(_BROKEN) else count + 1
        return str(min(count + number, MAX_NUMBER) if 1 <= number <= count else number)
