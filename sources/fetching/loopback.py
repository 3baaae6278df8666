"""The setting that admits servers on this machine, read where nothing need be fetched: see ``guard.Guard``."""

from collections.abc import Iterable


def loopback_pairs(entries: Iterable[str]) -> frozenset[tuple[str, int]]:
    """The setting's “host:port” entries as pairs. Raises ``ValueError`` for one that is not of that form."""
    pairs = set()
    for entry in entries:
        host, colon, port = entry.rpartition(":")
        if not (host and colon and port.isascii() and port.isdecimal()):
            raise ValueError(f"“{entry}” is not of the form host:port.")
        pairs.add((host.strip("[]").lower(), int(port)))
    return frozenset(pairs)
