"""Days as documents write them."""

import re
from datetime import date
from email.utils import parsedate

NUMERIC = re.compile(r"\s*(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
COMPACT = re.compile(r"\s*(?:D:)?(\d{4})(\d{2})(\d{2})(?:\d{6}|\Z|[TZ+-])")
EARLIEST, LATEST = 1450, 2200  # years; a printed page can't be older


def read_day(written: str) -> date | None:
    """The day, as it stands there, of an ISO 8601, PDF (``D:20240131…``) or RFC 2822 date; none without a day.

    The time zone is left alone: readers know the day that was printed.
    """
    written = written[:100]
    match = NUMERIC.match(written) or COMPACT.match(written)
    numbers = tuple(map(int, match.groups())) if match else (parsedate(written) or ())[:3]
    if len(numbers) != 3 or not EARLIEST <= numbers[0] <= LATEST:
        return None
    try:
        return date(*numbers)
    except ValueError:
        return None
