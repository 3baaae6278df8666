"""Made-up supporters by the million, to see how the counting and the desk behave at size. The same at every run.

All of them are there at the end, or none: one transaction, in which the balances are worked out once for all.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any
from zlib import crc32

from django.db import connection, transaction
from django.db.models import Field, Model

from supporters import goals
from supporters.models import Contribution, Goal, GoalBalance, Payment, Supporter, balances

BATCH = 10_000
"""So many supporters at once, with all that is theirs."""

DAY = timedelta(days=1)
SPAN = 3 * 365 * DAY
"""Over so long they came."""

EMAIL = "generated-{:07}@example.org"
MOST = 9_999_999
NOTE = "Generated: made up, for trials."
AMOUNTS = (500, 1000, 1500, 2500, 5000, 10_000)
METHODS = ("card", "card", "card", "transfer", "cheque")
SHARES = list(accumulate((1, 1, 1, 1, 1, 1, 2, 2, 7, 13), initial=0))
"""Of ten supporters, how the payments are spread: most give once, a few every month for years."""


def next_number() -> int:
    """The number of the first supporter that is not made yet."""
    last = (
        Supporter.objects.filter(is_demonstration=True, email__startswith="generated-")
        .order_by("-email")
        .values_list("email", flat=True)
        .first()
    )
    return int(last.removeprefix("generated-").partition("@")[0]) + 1 if last else 1


def real_supporters() -> int:
    return Supporter.objects.filter(is_demonstration=False).count()


def fill(supporters: int, payments: int, now: datetime) -> Iterator[int]:
    """Makes so many, and a current goal where there is none; gives how many supporters there are after each batch."""
    with transaction.atomic():
        first = next_number()
        _make_goal(supporters, now)
        _ignore(balances.COUNT_PAYMENTS)
        for start in range(0, supporters, BATCH):
            batch = _Batch(now)
            for place in range(start, min(start + BATCH, supporters)):
                before, after = (_before(each, supporters, payments) for each in (place, place + 1))
                batch.add(first + place, after - before)
            batch.copy()
            yield min(start + BATCH, supporters)
        _ignore()
        _count()


def _count() -> None:
    with connection.cursor() as cursor:
        for model in (Supporter, Contribution, Payment):
            cursor.execute(f"ANALYZE {_quoted(model._meta.db_table)}")
        for goal in Goal.objects.order_by("pk"):
            goals.rebuild(goal)
        cursor.execute(f"ANALYZE {_quoted(GoalBalance._meta.db_table)}")


def _ignore(*triggers: Any) -> None:
    """From now on until this transaction ends; ``COPY`` does not see Django's way of saying so."""
    names = ",".join(trigger.get_pgid(Payment) for trigger in triggers)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pgtrigger.ignore', %s, true)", [f"{{{names}}}"])


def _before(place: int, supporters: int, payments: int) -> int:
    """How many payments the supporters before that place have, of all."""
    return payments * _weight(place) // _weight(supporters)


def _weight(place: int) -> int:
    tens, rest = divmod(place, 10)
    return tens * SHARES[-1] + SHARES[rest]


def _make_goal(target: int, now: datetime) -> None:
    if not Goal.objects.filter(is_current=True).exists():
        Goal.objects.create(
            title="Generated goal",
            target=target,
            starts_at=now - SPAN,
            appeal="Generated: made up, for trials.",
            is_current=True,
        )


class _Batch:
    """Rows on their way into the database."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.people = _Rows(Supporter, created_at=now, is_demonstration=True)
        self.gifts = _Rows(Contribution, created_at=now, currency="USD", note=NOTE)
        self.payments = _Rows(
            Payment, recorded_at=now, currency="USD", provider=Payment.Provider.DEMONSTRATION.value
        )

    def add(self, number: int, turns: int) -> None:
        """One supporter, who paid so often, unless part of it went back."""
        chance = crc32(f"supporter {number}".encode())
        began = self.now - DAY - (SPAN - 2 * DAY) * (chance % 10_000) / 10_000
        # Whoever pays again began long enough ago.
        began = min(began, self.now - 30 * DAY * max(turns - 1, 0) - DAY)
        amount = AMOUNTS[chance % 6]
        person = self.people.add(
            name=f"Generated supporter {number:07}",
            email=EMAIL.format(number),
            show_name=number % 50 == 0,
        )
        gift = self.gifts.add(
            supporter_id=person,
            frequency="once" if turns < 3 else "yearly" if chance % 7 == 0 else "monthly",
            amount=amount,
            method=METHODS[chance % 5] if turns else "pledge",
            pledged_on=began.date(),
        )
        for turn in range(turns):
            paid_at = began + 30 * DAY * turn
            reference = f"generated-{number:07}-{turn + 1:02}"
            paid = self._pay(gift, "payment", amount, paid_at, reference)
            if turn == 0 and chance % 60 == 0:
                back = amount if chance % 120 else amount // 2
                self._pay(gift, "refund", back, paid_at + DAY / 2, reference, paid)
                if chance % 1200 == 60:
                    self._pay(gift, "refund_failed", back, paid_at + DAY, reference, paid)
            elif turn == 0 and chance % 500 == 1:
                self._pay(gift, "dispute", amount, paid_at + DAY / 4, reference, paid)
                if chance % 1000 == 1:
                    self._pay(gift, "dispute_won", amount, paid_at + DAY / 2, reference, paid)

    def _pay(
        self, gift: int, kind: str, amount: int, at: datetime, reference: str, of: int | None = None
    ) -> int:
        return self.payments.add(
            contribution_id=gift,
            kind=kind,
            amount=amount,
            paid_at=at,
            provider_id=reference,
            reverses_id=of,
        )

    def copy(self) -> None:
        for rows in (self.people, self.gifts, self.payments):
            rows.copy()


class _Rows:
    """New rows of one table; what is not said is the field's default."""

    def __init__(self, model: type[Model], **same: Any) -> None:
        self.table = _quoted(model._meta.db_table)
        self.fields: list[Field] = list(model._meta.concrete_fields)
        self.same = same
        self.rows: list[dict[str, Any]] = []
        self.numbers = _numbers(model._meta.db_table)

    def add(self, **values: Any) -> int:
        number = next(self.numbers)
        self.rows.append({**self.same, "id": number, **values})
        return number

    def copy(self) -> None:
        columns = ", ".join(_quoted(str(field.column)) for field in self.fields)
        names = [(field.attname, field.get_default) for field in self.fields]
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY {self.table} ({columns}) FROM STDIN") as copy,
        ):
            for row in self.rows:
                copy.write_row([row[name] if name in row else default() for name, default in names])


def _numbers(table: str) -> Iterator[int]:
    """Primary keys that nobody else gets."""
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [table, BATCH],
            )
            numbers = [number for (number,) in cursor.fetchall()]
        yield from numbers


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
