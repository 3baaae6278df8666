"""Who relies on sources is known above this floor: ``SOURCES_RELIED_ON`` names the module that is asked.

That module has the functions below, without the detour.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import QuerySet
from django.utils.module_loading import import_string

from sources.models import Source


class Reliance(NamedTuple):
    """The passages quoted of a source: in what readers see now or from some moment on, and in the desk's working copies."""

    public: frozenset[str] = frozenset()
    drafts: frozenset[str] = frozenset()

    @property
    def all(self) -> frozenset[str]:
        return self.public | self.drafts


class Citing(NamedTuple):
    """A check at the desk that cites a source which is a double of another.

    ``number`` is the double's in it, ``kept_number`` that of the other source, where it cites both.
    """

    pk: int
    title: str
    url: str
    number: int
    kept_number: int | None = None
    is_approved: bool = False
    is_public: bool = False
    is_open: bool = False


class Check(NamedTuple):
    """A check that cites a source: by which number in its working copy, and by which in what readers see."""

    title: str
    url: str
    number: int | None = None
    public_number: int | None = None
    public_url: str = ""


class Cited(NamedTuple):
    """How many checks cite a source, the newest of them, and the source's page for readers, if there is one."""

    total: int = 0
    checks: Sequence[Check] = ()
    page: str = ""


def quotations(sources: Iterable[int]) -> dict[int, Reliance]:
    """By the key of a source: what is quoted of it. Those that nobody quotes may be missing."""
    found: dict[int, Reliance] = _asked("quotations")(sources)
    return found


def shown() -> QuerySet[Any]:
    """The keys of the sources that readers are shown now, or will be by a schedule: those that are watched."""
    keys: QuerySet[Any] = _asked("shown")()
    return keys


def is_shown(source: int) -> bool:
    """Whether readers are shown this source, or will be by a schedule."""
    return Source.objects.filter(pk=source, pk__in=shown()).exists()


def names_publisher(domain: str) -> bool:
    """Whether readers are shown a publisher of that domain, or will be by a schedule."""
    names: bool = _asked("names_publisher")(domain)
    return names


def may_publish(user: Any) -> bool:
    """Whether this person decides on what readers see."""
    return bool(user.has_perm(settings.SOURCES_SHOWN_BY))


def citing(double: int, kept: int, *, lock: bool = False) -> list[Citing]:
    """The checks at the desk that cite the double, in the order of their keys, and locked so if that is asked."""
    checks: list[Citing] = _asked("citing")(double, kept, lock=lock)
    return checks


def cited(source: int, *, user: Any) -> Cited:
    """The checks that cite the source, or a double of it, for this person to see."""
    checks: Cited = _asked("cited")(source, user=user)
    return checks


def published(double: int) -> int:
    """How many published versions cite it: they stay as they are."""
    count: int = _asked("published")(double)
    return count


def may_follow(user: Any) -> bool:
    """Whether this person may change the checks that cite sources."""
    may: bool = _asked("may_follow")(user)
    return may


def follow(checks: Iterable[int], *, by: Any) -> None:
    """Have those checks cite what the double was merged into. Raises ``ValidationError``, with nothing to be kept."""
    _asked("follow")(checks, by=by)


def _asked(name: str) -> Any:
    return import_string(f"{settings.SOURCES_RELIED_ON}.{name}")
