"""Who relies on sources is known above this floor: ``SOURCES_RELIED_ON`` names the module that is asked.

That module has the two functions below, without the detour.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import QuerySet
from django.utils.module_loading import import_string


class Reliance(NamedTuple):
    """The passages quoted of a source: in what readers see now or from some moment on, and in the desk's working copies."""

    public: frozenset[str] = frozenset()
    drafts: frozenset[str] = frozenset()

    @property
    def all(self) -> frozenset[str]:
        return self.public | self.drafts


def quotations(sources: Iterable[int]) -> dict[int, Reliance]:
    """By the key of a source: what is quoted of it. Those that nobody quotes may be missing."""
    found: dict[int, Reliance] = import_string(f"{settings.SOURCES_RELIED_ON}.quotations")(sources)
    return found


def shown() -> QuerySet[Any]:
    """The keys of the sources that readers are shown now, or will be by a schedule: those that are watched."""
    keys: QuerySet[Any] = import_string(f"{settings.SOURCES_RELIED_ON}.shown")()
    return keys
