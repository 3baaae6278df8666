"""Made-up supporters in any number, for trials."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from supporters import audit
from supporters.goals import current_progress
from supporters.models import Contribution, Payment, Supporter
from tests.supporters.factories import make_goal, make_supporter

pytestmark = pytest.mark.django_db


def make_many(supporters: int, **options: object) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("make_many_supporters", supporters=supporters, stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def test_so_many_are_made_with_so_many_payments_and_all_are_counted() -> None:
    said, told = make_many(200, payments=500)

    assert said == "Made 200 supporters with 500 payments.\n"
    assert "100%  200 of 200 supporters" in told
    assert Supporter.objects.filter(is_demonstration=True).count() == 200
    assert Payment.objects.filter(kind="payment").count() == 500
    assert Payment.objects.exclude(kind="payment").exists()
    progress = current_progress()
    assert progress is not None
    assert progress.value > 100
    assert not list(audit.differences())


def test_more_can_be_made_later_and_payments_count_as_before() -> None:
    make_goal()
    make_many(20)
    make_many(20)

    gift = Contribution.objects.order_by("pk")[0]
    Payment.objects.create(contribution=gift, amount=100, currency="USD", paid_at=gift.created_at)

    assert Supporter.objects.count() == 40
    assert not list(audit.differences())


def test_they_are_not_mixed_with_real_supporters_unawares() -> None:
    make_supporter()

    with pytest.raises(CommandError, match="has 1 supporter that were not made up"):
        make_many(10)
    make_many(10, yes=True)

    assert Supporter.objects.count() == 11


@pytest.mark.parametrize(("supporters", "payments"), [(0, 0), (10_000_000, 1), (1, 31), (1, -1)])
def test_numbers_that_make_no_sense_are_refused(supporters: int, payments: int) -> None:
    with pytest.raises(CommandError, match="Give a number"):
        make_many(supporters, payments=payments)
