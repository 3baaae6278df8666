"""The command that proves the figures, or says which are wrong."""

from io import StringIO

import pgtrigger
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from supporters.models import Goal, GoalBalance, GoalTotal, Payment
from tests.supporters.factories import (
    make_contribution,
    make_goal,
    make_payment,
    make_refund,
    make_supporter,
)

pytestmark = pytest.mark.django_db


def audit(**options: bool) -> tuple[str, str]:
    """What it says, and what it tells meanwhile; it raises when a figure differs."""
    out, err = StringIO(), StringIO()
    call_command("audit_supporters", stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def complaints() -> list[str]:
    out = StringIO()
    with pytest.raises(CommandError) as raised:
        call_command("audit_supporters", stdout=out, stderr=StringIO())
    lines = out.getvalue().splitlines()
    assert str(raised.value) == f"{len(lines)} of the figures differ from the ledger."
    assert raised.value.returncode == 1
    return lines


def tamper(statement: str) -> None:
    """As somebody could who switches the triggers off."""
    with pgtrigger.ignore(), connection.cursor() as cursor:
        cursor.execute(statement)


def make_ledger() -> int:
    """Two people who gave, one of whom got it back; the first one's primary key."""
    make_goal()
    first = make_payment()
    make_refund(make_payment(make_contribution(make_supporter(2))))
    return first.contribution.supporter_id


def test_right_figures_are_said_to_be_right_and_progress_is_shown() -> None:
    make_ledger()

    said, told = audit()

    assert said == "Every figure is what follows from the ledger.\n"
    assert "Goal 1 of 1, Ten of us: the balance of every supporter" in told


def test_a_payment_that_was_not_counted_is_found_in_every_figure() -> None:
    make_ledger()
    with pgtrigger.ignore("supporters.Payment:counted"):
        third = make_payment(make_contribution(make_supporter(3)))

    whose = f"of supporter {third.contribution.supporter_id}"
    assert complaints() == [
        "Ten of us: the figure shown is 1, by the ledger 2",
        f"Ten of us: net {whose} is 0, by the ledger 2500",
        f"Ten of us: payments {whose} is 0, by the ledger 1",
    ]


def test_a_changed_balance_and_a_changed_total_are_found() -> None:
    first = make_ledger()
    tamper(f"UPDATE supporters_goalbalance SET net = 1 WHERE supporter_id = {first}")
    tamper("UPDATE supporters_goaltotal SET refunds = 7")

    assert complaints() == [
        f"Ten of us: net of supporter {first} is 1, by the ledger 2500",
        "Ten of us: the total of money is 2500, by the ledger 1",
        "Ten of us: the total of refunds is 7, by the ledger 1",
    ]


def test_what_is_left_of_a_goal_that_is_gone_is_found() -> None:
    make_ledger()
    tamper(f"DELETE FROM supporters_goal WHERE id = {Goal.objects.get().pk}")

    assert [line.partition(": ")[2] for line in complaints()] == [
        "balances is 2, by the ledger 0",
        "totals is 1, by the ledger 0",
    ]


def test_wrong_balances_are_worked_out_anew_when_asked() -> None:
    make_ledger()
    tamper("DELETE FROM supporters_goalbalance")
    tamper("DELETE FROM supporters_goaltotal")

    assert "Every figure is what follows" in audit(rebuild=True)[0]
    assert GoalBalance.objects.count() == 2
    assert GoalTotal.objects.get().people == 1


def test_without_goals_there_is_nothing_to_differ() -> None:
    make_payment()

    assert "Every figure is what follows" in audit()[0]
    assert Payment.objects.count() == 1
