"""Cookies for the length of one fetch: some sites redirect until they see the one that they have set.

Much less than RFC 6265: a cookie goes back to the scheme and host that it came from, whatever else it asks for, and is
otherwise forgotten. That needs none of the rules by which sites could read each other's.
"""

import re
from collections.abc import Iterable

MOST_BYTES = 4096  # of one host's cookies together
# RFC 6265, 4.1.1, and spaces and quotation marks, which sites use all the same
_PAIR = re.compile(
    r"\s*(?P<name>[!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*=\s*(?P<value>[\x20-\x3A\x3C-\x7E]*)"
)


class Cookies:
    def __init__(self) -> None:
        self._jars: dict[tuple[str, str], dict[str, str]] = {}

    def take(self, scheme: str, host: str, lines: Iterable[str]) -> None:
        """Keep what the values of ``Set-Cookie`` set; what is malformed or too much is left out."""
        jar = self._jars.setdefault((scheme, host), {})
        for line in lines:
            if found := _PAIR.match(line):
                jar[found["name"]] = found["value"].rstrip()
                if len(_line(jar)) > MOST_BYTES:
                    del jar[found["name"]]

    def line(self, scheme: str, host: str) -> str:
        """The value of ``Cookie``; empty without any."""
        return _line(self._jars.get((scheme, host), {}))


def _line(jar: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in jar.items())
