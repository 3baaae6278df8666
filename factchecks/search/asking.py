"""What a request asks the search for, and the addresses that ask for something else beside it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from factchecks import documents
from factchecks.search import finding, query
from factchecks.search.query import Query

PER_PAGE = 10
MOST_SHOWN = finding.THOROUGH.enough  # readers can leaf through so many
MOST_PAGES = MOST_SHOWN // PER_PAGE
FILTERS = ("topic", "rating", "year", "publisher")
LONGEST_FILTER = 300  # characters
BY_DATE = "date"


@dataclass(frozen=True)
class Asked:
    typed: str = ""
    topic: str = ""
    rating: str = ""
    year: str = ""
    publisher: str = ""
    by_date: bool = False
    page: int = 1

    @property
    def query(self) -> Query:
        return query.read(self.typed)

    @property
    def only(self) -> dict[str, Any]:
        """The filters as ``finding.find`` takes them."""
        since, until = _span(self.year)
        return finding.filters(self.topic, self.rating, self.publisher, since, until)

    @property
    def narrowed_by(self) -> dict[str, str]:
        return {name: value for name in FILTERS if (value := getattr(self, name))}

    def address(self, **changes: Any) -> str:
        """Of the same search with something changed, from its first page unless told."""
        asked = replace(self, **{"page": 1, **changes})
        values = {
            "q": asked.typed,
            **asked.narrowed_by,
            "sort": BY_DATE if asked.by_date else "",
            "page": asked.page if asked.page > 1 else "",
        }
        told = urlencode({name: value for name, value in values.items() if value})
        return f"{reverse('factchecks:search')}{'?' if told else ''}{told}"

    def without_filters(self) -> str:
        return self.address(**dict.fromkeys(FILTERS, ""))


def read(given: QueryDict) -> tuple[Asked, str]:
    """What is asked, and where that makes no sense why, as a sentence. Unknown filters are asked for; nothing is like them."""
    typed = given.get("q", "")
    line = {name: documents.clean_line(given.get(name, "")[:LONGEST_FILTER]) for name in FILTERS}
    asked = Asked(
        documents.clean_line(typed[: query.LONGEST]),
        topic=line["topic"],
        rating=line["rating"],
        year=line["year"],
        publisher=line["publisher"],
        by_date=given.get("sort") == BY_DATE,
    )
    if len(typed) > query.LONGEST:
        message = _("That is too long to be looked for: at most %(most)s characters can be.")
        return asked, message % {"most": query.LONGEST}
    number = given.get("page", "1")
    if not (number.isdecimal() and len(number) <= 4 and 1 <= int(number) <= MOST_PAGES):
        return asked, _("There is no such page of results.")
    return replace(asked, page=int(number)), ""


def _span(year: str) -> tuple[datetime | None, datetime | None]:
    """From the beginning of a year to that of the next one; of what is no year a span without a moment."""
    if not year:
        return None, None
    zone = timezone.get_current_timezone()
    number = int(year) if year.isdecimal() and len(year) == 4 and 1 < int(year) < 9998 else 1
    begins = datetime(number, 1, 1, tzinfo=zone)
    return begins, begins.replace(year=number + 1) if number > 1 else begins
