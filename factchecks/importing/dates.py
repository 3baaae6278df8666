"""Dates as people write them in English."""

import re
from datetime import date

from django.utils.translation import gettext as _

MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
WEEKDAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s{1,3})?"
ORDINAL = r"(?:st|nd|rd|th)?"
FLAGS = re.IGNORECASE | re.ASCII

YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)", FLAGS)
MONTH_FIRST = re.compile(
    rf"{WEEKDAY}([a-z]{{3,9}})\.?\s{{1,3}}(\d{{1,2}}){ORDINAL},?\s{{1,3}}(\d{{4}})(?!\d)", FLAGS
)
DAY_FIRST = re.compile(
    rf"{WEEKDAY}(?:the\s)?(\d{{1,2}}){ORDINAL}[\s-]{{1,3}}(?:of\s)?([a-z]{{3,9}})\.?,?[\s-]{{1,3}}(\d{{4}})(?!\d)",
    FLAGS,
)
NUMBERS = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?!\d)", FLAGS)


class UnclearDate(ValueError):
    """The text is no date, or could be two; its message is a sentence."""


def read_date(text: str) -> date:
    """The date that a text is. Raises ``UnclearDate``."""
    found, rest = leading_date(text)
    if rest:
        raise _not_a_date(text)
    return found


def leading_date(text: str) -> tuple[date, str]:
    """The date with which a text begins, and what follows it. Raises ``UnclearDate``."""
    text = text.strip()
    try:
        if match := YEAR_FIRST.match(text):
            found = date(int(match[1]), int(match[3]), int(match[4]))
        elif match := MONTH_FIRST.match(text):
            found = date(int(match[3]), _month(match[1]), int(match[2]))
        elif match := DAY_FIRST.match(text):
            found = date(int(match[3]), _month(match[2]), int(match[1]))
        elif match := NUMBERS.match(text):
            found = _from_numbers(match[0], int(match[1]), int(match[3]), int(match[4]))
        else:
            raise _not_a_date(text)
    except UnclearDate:
        raise
    except ValueError as error:
        raise _not_a_date(text) from error
    return found, text[match.end() :].strip(" .,;")


def _from_numbers(text: str, first: int, second: int, year: int) -> date:
    """Read 13/11/2025 and 11/13/2025, which can be only one day; refuse 02/11/2025, which can be two."""
    if first != second and first <= 12 and second <= 12:
        message = _("“%(text)s” can be two different days. Write it as %(one)s or %(other)s.")
        one, other = date(year, first, second), date(year, second, first)
        raise UnclearDate(message % {"text": text, "one": one, "other": other})
    return date(year, second, first) if second <= 12 else date(year, first, second)


def _month(name: str) -> int:
    name = name.lower()
    for number, month in enumerate(MONTHS, 1):
        if month.startswith(name) or name == "sept" == month[:4]:
            return number
    raise ValueError(name)


def _not_a_date(text: str) -> UnclearDate:
    message = _("“%(text)s” is not a date. Write it as 2026-03-01.")
    return UnclearDate(message % {"text": text if len(text) <= 40 else text[:39] + "…"})
