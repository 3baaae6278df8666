"""The supporter admin's page, and the survey of the ledger that it shows."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from supporters import surveying
from supporters.desk import course
from supporters.goals import Progress, current_progress
from supporters.models import Payment, Survey
from tests.factories import make_user
from tests.supporters.factories import (
    APRIL,
    MARCH,
    YEAR,
    make_contribution,
    make_event,
    make_goal,
    make_payment,
    make_refund,
    make_supporter,
)

pytestmark = pytest.mark.django_db
PAGE = "admin:supporters_supporter_overview"
NOW = datetime(2026, 4, 20, 12, tzinfo=UTC)


@pytest.fixture
def desk(client: Client) -> Client:
    user = make_user("keeper")
    user.groups.add(Group.objects.get(name="Supporter admin"))
    client.force_login(user)
    return client


def page(desk: Client) -> str:
    return " ".join(desk.get(reverse(PAGE)).content.decode().split())


def months() -> dict[str, surveying.Month]:
    figures = surveying.latest(NOW)
    assert figures
    return {f"{month.begins_on:%Y-%m}": month for month in figures.months}


def test_who_gives_first_is_new_and_who_gives_again_is_not() -> None:
    gift = make_payment(paid_at=MARCH).contribution
    make_payment(gift, paid_at=APRIL)

    assert (months()["2026-03"].new, months()["2026-04"].new) == (1, 0)
    assert months()["2026-04"].returning == 0


def test_after_thirteen_months_one_has_lapsed_and_may_return() -> None:
    gift = make_payment(paid_at=datetime(2024, 12, 10, tzinfo=UTC)).contribution
    assert months()["2026-01"].lapsed == 1
    make_payment(gift, paid_at=MARCH)

    assert (months()["2026-01"].lapsed, months()["2026-03"].returning) == (1, 1)
    assert sum(month.new for month in months().values()) == 0


def test_a_yearly_gift_that_is_a_little_late_is_no_lapse() -> None:
    gift = make_payment(paid_at=datetime(2025, 3, 1, tzinfo=UTC)).contribution
    make_payment(gift, paid_at=datetime(2026, 3, 25, tzinfo=UTC))

    assert sum(month.lapsed + month.returning for month in months().values()) == 0


def test_a_gift_that_went_back_or_is_held_back_makes_nobody_new() -> None:
    make_refund(make_payment())
    held = make_contribution(make_supporter(2), held_at=MARCH, held_reason="Many cards.")
    make_payment(held)

    assert months()["2026-03"].new == 0
    assert months()["2026-03"].given_back == {"USD": 2500}


def test_money_given_once_and_regularly_stand_apart_by_currency() -> None:
    make_refund(make_payment(make_contribution(amount=1000)), amount=400)
    monthly = make_contribution(make_supporter(2), frequency="monthly", amount=500)
    make_payment(monthly)
    make_payment(make_contribution(make_supporter(3), amount=700, currency="EUR"))

    assert months()["2026-03"].once == {"USD": 600, "EUR": 700}
    assert months()["2026-03"].recurring == {"USD": 500}


def test_the_biggest_days_come_first() -> None:
    make_payment(make_contribution(make_supporter(1), amount=100), paid_at=MARCH)
    make_payment(make_contribution(make_supporter(2), amount=300), paid_at=APRIL)
    make_payment(make_contribution(make_supporter(3), amount=300), paid_at=APRIL)

    figures = surveying.latest(NOW)

    assert figures
    assert [(str(day.on), day.amount, day.gifts) for day in figures.biggest] == [
        ("2026-04-01", 600, 2),
        ("2026-03-01", 100, 1),
    ]


@pytest.mark.parametrize("counts", ["supporters", "money"])
def test_the_course_ends_at_the_figure_that_readers_see(counts: str) -> None:
    currency = "USD" if counts == "money" else ""
    make_goal(counts=counts, currency=currency, target=100_000, ends_at=APRIL)
    for number in range(6):
        gift = make_contribution(make_supporter(number), amount=1000 + number)
        paid = make_payment(gift, paid_at=MARCH + timedelta(days=number * 9))
        make_refund(paid, amount=1000 if number % 3 else paid.amount)
    make_payment(make_contribution(make_supporter(9), currency="EUR"))

    figures, progress = surveying.latest(NOW), current_progress(NOW)

    assert figures
    assert progress
    assert sum(added for _day, added in figures.course) == progress.value > 0


def test_a_large_ledger_is_surveyed_by_a_job_and_shown_with_its_moment(
    desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(surveying, "SMALL", 0)
    make_goal()
    make_payment()

    assert "is being worked through just now" in page(desk)
    assert "is being worked through just now" in page(desk)
    assert ProcrastinateJob.objects.filter(task_name=surveying.TASK).count() == 1
    surveying.store()
    surveying.store()

    assert Survey.objects.count() == 1
    assert "the chart, the months and the biggest days are as of" in page(desk)


def test_a_stale_survey_is_shown_while_a_new_one_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(surveying, "SMALL", 0)
    make_payment()
    surveying.store(MARCH)

    figures = surveying.latest(NOW)

    assert figures
    assert figures.made_at == MARCH
    assert ProcrastinateJob.objects.filter(task_name=surveying.TASK).exists()


def progress(value: int, target: int = 100, ends_on: date | None = None) -> Progress:
    return Progress("Goal", "", "", "supporters", value, target, "", NOW, ends_on)


def test_the_pace_is_what_is_missing_by_the_weeks_that_are_left() -> None:
    ends_on = date(2026, 4, 30)

    drawn = course.draw(progress(40, ends_on=ends_on), [], YEAR, date(2026, 4, 17))

    assert drawn.pace == course.Pace(ends_on, a_week=30, by_now=89, days_left=14)
    assert drawn.pace_line == "0,240 720,0"


@pytest.mark.parametrize(
    ("value", "ends_on"), [(10, None), (100, date(2026, 4, 30)), (10, date(2026, 4, 1))]
)
def test_without_a_deadline_or_anything_missing_there_is_no_pace(
    value: int, ends_on: date | None
) -> None:
    assert course.draw(progress(value, ends_on=ends_on), [], YEAR, date(2026, 4, 17)).pace is None


def test_the_line_of_many_days_stays_short_and_ends_at_the_last() -> None:
    days = [(date(2026, 1, 1) + timedelta(days=number), 1) for number in range(1000)]

    drawn = course.draw(progress(1000, 2000), days, YEAR, date(2028, 9, 26))

    points = drawn.line.split()
    assert len(points) <= course.MOST_POINTS + 1
    assert points[-1] == "720,120"


def test_the_page_names_what_waits_for_somebody(desk: Client) -> None:
    make_goal(ends_at=datetime(2999, 1, 1, tzinfo=UTC) - timedelta(days=1))
    failing = make_contribution(make_supporter(1), frequency="monthly", failing_since=MARCH)
    make_contribution(make_supporter(2), held_at=MARCH, held_reason="Many cards.")
    make_refund(make_payment(failing))
    make_event()

    html = page(desk)

    assert "Held back as suspicious</a>: <strong>1</strong>" in html
    assert "Events of the card processor that failed</a>: <strong>1</strong>" in html
    assert "Supporter 1: $25, every month</a>" in html
    assert "refund, $25" in html
    assert "style=" not in html


def test_the_page_stands_without_a_goal_and_without_payments(desk: Client) -> None:
    assert "No goal is current" in page(desk)


def test_more_payments_ask_no_more_queries(desk: Client) -> None:
    make_goal()
    page(desk)
    make_payment()
    with CaptureQueriesContext(connection) as few:
        page(desk)
    for number in range(2, 8):
        make_refund(make_payment(make_contribution(make_supporter(number))))
    with CaptureQueriesContext(connection) as many:
        page(desk)

    assert Payment.objects.count() == 13
    assert len(few) + 2 >= len(many) <= 26


def test_others_of_the_newsroom_see_nothing_of_it(client: Client) -> None:
    client.force_login(make_user("reader", "supporters.view_goal"))

    assert client.get(reverse(PAGE)).status_code == 403


def test_the_front_page_leads_there(desk: Client) -> None:
    address = reverse(PAGE)

    assert f'href="{address}"' in desk.get(reverse("admin:index")).content.decode()
    assert f'href="{address}"' in desk.get("/admin/supporters/").content.decode()


def test_the_figures_are_of_any_time_zone_s_days(settings: Any) -> None:
    settings.TIME_ZONE = "Pacific/Auckland"
    make_payment(paid_at=datetime(2026, 3, 31, 20, tzinfo=UTC))

    assert months()["2026-04"].new == 1
