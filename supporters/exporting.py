"""Supporters and payments as CSV, row by row: a million rows need no more memory than one page."""

import csv
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from supporters import money
from supporters.models import Payment, Supporter

AT_ONCE = 2000
LINES_AT_ONCE = 200
# What a spreadsheet would take for the beginning of a formula, also in its wide forms.
DANGEROUS = tuple("=+-@\t\r\n＝＋－＠")

SUPPORTER_COLUMNS = (
    *("key", "name", "email", "show_name", "demonstration", "recorded", "given", "last_paid"),
)
PAYMENT_COLUMNS = (
    *("paid", "kind", "amount", "currency", "provider", "reference", "supporter_key", "name"),
    *("email", "how_often", "method", "held_back", "recorded"),
)


def neutral(cell: str) -> str:
    """The text so that a spreadsheet shows it and works nothing out: an apostrophe before what could be a formula.

    https://owasp.org/www-community/attacks/CSV_Injection
    """
    return f"'{cell}" if cell.startswith(DANGEROUS) or cell.lstrip().startswith(DANGEROUS) else cell


def plain(cell: str) -> str:
    """The text again, without the apostrophe that ``neutral`` gave it."""
    return cell[1:] if cell.startswith("'") and neutral(cell[1:]) == cell else cell


class _Echo:
    """What is written to it is given back at once."""

    def write(self, text: str) -> str:
        return text


def lines(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """The CSV, some lines at a time, with the mark by which spreadsheets know UTF-8."""
    writer = csv.writer(_Echo())
    written = ["\ufeff" + writer.writerow(columns)]
    for row in rows:
        written.append(writer.writerow([neutral(cell) for cell in row]))
        if len(written) == LINES_AT_ONCE:
            yield "".join(written)
            written = []
    yield "".join(written)


def supporters(chosen: QuerySet[Any]) -> Iterator[str]:
    """``chosen`` comes with its totals."""
    return lines(SUPPORTER_COLUMNS, _rows(chosen, _of_supporter))


def payments(chosen: QuerySet[Any]) -> Iterator[str]:
    # As they were recorded: so the database reads what lies together, which is several times as fast.
    every = chosen.select_related("contribution__supporter").order_by("pk")
    return lines(PAYMENT_COLUMNS, _rows(every, _of_payment))


def _rows(chosen: QuerySet[Any], cells: Callable[[Any], list[str]]) -> Iterator[list[str]]:
    for row in chosen.iterator(chunk_size=AT_ONCE):
        yield cells(row)


def _of_supporter(supporter: Any) -> list[str]:
    given = [
        f"{money.as_typed(total['amount'], total['currency'])} {total['currency']}"
        for total in supporter.totals
        if total["amount"]
    ]
    return [
        str(supporter.key),
        supporter.name,
        supporter.email,
        _yes(supporter.show_name),
        _yes(supporter.is_demonstration),
        _moment(supporter.created_at),
        " + ".join(given),
        _moment(supporter.last_paid_at),
    ]


def _of_payment(payment: Payment) -> list[str]:
    gift = payment.contribution
    person: Supporter = gift.supporter
    return [
        _moment(payment.paid_at),
        payment.kind,
        money.as_typed(payment.amount, payment.currency),
        payment.currency,
        payment.provider,
        payment.provider_id,
        str(person.key),
        person.name,
        person.email,
        gift.frequency,
        gift.method,
        _yes(gift.held_at is not None),
        _moment(payment.recorded_at),
    ]


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"


def _moment(at: Any) -> str:
    return timezone.localtime(at).isoformat(timespec="seconds") if at else ""
