"""What a line of a file says: one gift that was paid, or why it cannot be one."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from supporters import emails, exporting, money
from supporters.importing.files import FORMULA, Line, Sheet
from supporters.models import Contribution, Payment, Supporter
from supporters.models.fields import EARLIEST

# The names that a column may have in the first line.
COLUMNS = {
    "name": {"name", "supporter", "donor"},
    "email": {"email", "e-mail", "mail", "e-mail address", "email address"},
    "amount": {"amount", "gift"},
    "currency": {"currency"},
    "date": {"date", "received", "received on", "paid", "paid on"},
    "method": {"method", "how", "how it is given"},
    "how often": {"how often", "how_often", "frequency", "interval"},
    "reference": {"reference", "id"},
    "note": {"note", "notes", "comment"},
    # Of our own export.
    "kind": {"kind"},
    "provider": {"provider"},
}
REQUIRED = ("amount", "date")
LONGEST_REFERENCE = 200
OURS = "file:"
"""Before a reference that somebody gave in a file."""

_OFTEN = {
    "": Contribution.Frequency.ONCE,
    **dict.fromkeys(("one-off", "one-time", "single"), Contribution.Frequency.ONCE),
    **dict.fromkeys(("month", "per month"), Contribution.Frequency.MONTHLY),
    **dict.fromkeys(("year", "per year", "annual", "annually"), Contribution.Frequency.YEARLY),
}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Gift:
    """One payment of a file. ``reference`` is the same whenever the same line is read, however often it says.

    ``as_written`` is what the file calls it, which is ours too where the file is our own export.
    """

    line: int
    name: str
    email: str
    amount: int
    currency: str
    received_on: date
    method: str
    note: str
    reference: str
    frequency: str = Contribution.Frequency.ONCE.value
    as_written: str = ""

    @property
    def frequency_label(self) -> str:
        return str(Contribution.Frequency(self.frequency).label)

    @property
    def amount_label(self) -> str:
        return money.label(self.amount, self.currency)

    @property
    def who(self) -> str:
        return self.name or self.email


@dataclass(frozen=True)
class BadLine:
    """A line that is not recorded, with every reason."""

    line: int
    problems: list[str]


@dataclass(frozen=True)
class Read:
    gifts: list[Gift]
    bad: list[BadLine]
    notes: list[str]


def understand(sheet: Sheet, *, currency: str, at: datetime | None = None) -> Read:
    """Every line as a gift or with what is wrong. ``currency`` is meant where the file names none.

    Raises ``ValidationError`` if the columns cannot be told.
    """
    places = _places(sheet.header)
    today = timezone.localdate(at)
    notes = [*sheet.notes, *_unused(sheet.header, places)]
    gifts: list[Gift] = []
    bad: list[BadLine] = []
    seen: dict[str, int] = {}
    for line in sheet.lines:
        reader = _Reader(line, places, currency, today)
        gift = reader.gift()
        if gift and gift.reference in seen:
            reader.problems.append(_same_as(seen[gift.reference]))
        if gift is None or reader.problems:
            bad.append(BadLine(line.number, reader.problems))
            continue
        seen[gift.reference] = line.number
        gifts.append(gift)
    return Read(gifts, bad, notes)


def _same_as(line: int) -> str:
    return _(
        "The same as line %(line)s. If both are meant, give each a reference of its own, "
        "in a column “reference”."
    ) % {"line": line}


def _places(header: Line) -> dict[str, int]:
    """Which column of the file holds what."""
    titles = [" ".join(cell.split()).lower() for cell in header.cells]
    places: dict[str, int] = {}
    for column, names in COLUMNS.items():
        found = [place for place, title in enumerate(titles) if title in names]
        if len(found) > 1:
            raise ValidationError(
                _("Two columns are called “%(column)s”: keep one."), params={"column": column}
            )
        if found:
            places[column] = found[0]
    missing = [column for column in REQUIRED if column not in places]
    if not {"name", "email"} & places.keys():
        missing.insert(0, _("name or email"))
    if missing:
        raise ValidationError(
            _("A column is missing: %(columns)s. The first line names the columns."),
            params={"columns": ", ".join(missing)},
        )
    return places


def _unused(header: Line, places: dict[str, int]) -> Iterator[str]:
    used = places.values()
    titles = [cell.strip() for place, cell in enumerate(header.cells) if place not in used]
    names = ", ".join(f"“{title[:40]}”" for title in titles if title and title != FORMULA)
    if names:
        yield _("These columns are not used: %(columns)s.") % {"columns": names}


class _Reader:
    """Reads one line, gathering what is wrong with it."""

    def __init__(self, line: Line, places: dict[str, int], currency: str, today: date) -> None:
        self.line = line
        self.places = places
        self.currency = currency
        self.today = today
        self.problems: list[str] = []

    def gift(self) -> Gift | None:
        name, email = self._name(), self._email()
        if not name and not email and not self.problems:
            self.problems.append(_("Neither a name nor an e-mail address stands here."))
        currency = self._currency()
        amount = self._amount(currency)
        received_on = self._date()
        method, note = self._method(), self._text("note", 2000)
        frequency = self._frequency()
        self._check_origin()
        reference = self._text("reference", LONGEST_REFERENCE)
        if self.problems or amount is None or currency is None or received_on is None:
            return None
        meaning = (name, email, str(amount), currency, received_on.isoformat(), method)
        return Gift(
            line=self.line.number,
            name=name,
            email=email,
            amount=amount,
            currency=currency,
            received_on=received_on,
            method=method,
            note=note,
            reference=OURS + reference.removeprefix(OURS) if reference else _hash(meaning),
            frequency=frequency,
            as_written=reference,
        )

    def _cell(self, column: str) -> str:
        place = self.places.get(column)
        cells = self.line.cells
        cell = cells[place].strip() if place is not None and place < len(cells) else ""
        cell = exporting.plain(cell)
        if cell == FORMULA:
            self._wrong(column, _("a formula stands here: write what it comes to."))
            return ""
        return cell

    def _wrong(self, column: str, problem: str) -> None:
        self.problems.append(f"{capfirst(column)}: {problem}")

    def _text(self, column: str, longest: int) -> str:
        cell = self._cell(column)
        if len(cell) > longest:
            self._wrong(column, _("at most %(longest)s characters.") % {"longest": longest})
            return ""
        if "\0" in cell or (column != "note" and _CONTROL.search(cell)):
            self._wrong(column, _("write it on one line, without control characters."))
            return ""
        return cell

    def _name(self) -> str:
        return self._text("name", Supporter._meta.get_field("name").max_length or 0)

    def _email(self) -> str:
        cell = self._text("email", 320)
        address = emails.normalise(cell)
        if not address:
            return ""
        try:
            emails.validate(address)
        except ValidationError as error:
            self._wrong("email", error.messages[0])
            return ""
        if len(address) > 320:
            self._wrong("email", _("at most %(longest)s characters.") % {"longest": 320})
        return address

    def _currency(self) -> str | None:
        code = self._cell("currency").upper() or self.currency
        if code not in money.DECIMALS:
            self._wrong("currency", _("write a code such as USD or EUR."))
            return None
        return code

    def _amount(self, currency: str | None) -> int | None:
        before = len(self.problems)
        typed = self._cell("amount")
        if currency is None or len(self.problems) > before:
            return None
        try:
            return money.parse(typed, currency)
        except ValidationError as error:
            self._wrong("amount", error.messages[0])
            return None

    def _date(self) -> date | None:
        before = len(self.problems)
        typed = self._cell("date")
        if len(self.problems) > before:
            return None
        day = _day(typed)
        if day is None:
            self._wrong("date", _("write it as year-month-day, such as 2026-03-01."))
        elif day > self.today:
            self._wrong("date", _("this day is still to come."))
        elif day < EARLIEST.date():
            self._wrong("date", _("the year cannot be right."))
        else:
            return day
        return None

    def _method(self) -> str:
        cell = self._cell("method").lower()
        known = {
            written: value
            for value, label in Contribution.Method.choices
            for written in (value, str(label).lower())
            if value != Contribution.Method.PLEDGE
        }
        known |= {"": Contribution.Method.TRANSFER.value, "check": Contribution.Method.CHEQUE.value}
        if cell not in known:
            self._wrong("method", _("write card, transfer, cheque or cash."))
            return ""
        return known[cell]

    def _frequency(self) -> str:
        cell = " ".join(self._cell("how often").lower().split())
        known = dict(_OFTEN)
        for frequency in Contribution.Frequency:
            known |= {frequency.value: frequency, str(frequency.label).lower(): frequency}
        if cell not in known:
            self._wrong("how often", _("write once, monthly or yearly."))
            return ""
        return known[cell].value

    def _check_origin(self) -> None:
        """Of our own export only what came by hand is for a file; everything else is told by others."""
        kind = self._cell("kind").lower()
        if kind not in {"", Payment.Kind.PAYMENT}:
            self._wrong("kind", _("only payments are imported: record what went back at the gift."))
        provider = self._cell("provider").lower()
        if provider in set(Payment.Provider.values) - {Payment.Provider.HAND}:
            self._wrong(
                "provider",
                _("“%(name)s” is no gift that came by hand.") % {"name": provider},
            )


def _day(typed: str) -> date | None:
    """A day, also if written with the time, as our export has it: then the day in the newsroom's time zone."""
    if not re.match(r"\d{4}-\d\d-\d\d(?![^ T])", typed, re.A):
        return None
    try:
        at = datetime.fromisoformat(typed)
    except ValueError:
        return None
    return timezone.localdate(at) if timezone.is_aware(at) else at.date()


def _hash(parts: Iterable[str]) -> str:
    """What the line means, so that the same line is known again in whichever file it stands.

    Keyed, because the ledger holds nothing personal: nobody can try names and addresses against it.
    """
    keyed = salted_hmac("supporters.importing", "\x1f".join(parts), algorithm="sha256")
    return f"row:{keyed.hexdigest()[:40]}"
