from datetime import UTC, datetime, timedelta

import pytest

from supporters import demonstration, surveying
from supporters.desk import course
from supporters.goals import current_progress
from supporters.models import Contribution, Payment, Supporter
from tests.supporters.factories import make_goal

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_the_demonstration_has_642_of_1000_supporters() -> None:
    demonstration.load(NOW)

    progress = current_progress(NOW)

    assert progress is not None
    assert (progress.value, progress.target) == (642, 1000)
    assert Payment.objects.filter(kind="refund").count() > 18
    assert Contribution.objects.filter(frequency="monthly").exists()


def test_everybody_in_it_is_marked_as_made_up() -> None:
    demonstration.load(NOW)

    for supporter in Supporter.objects.all():
        assert supporter.is_demonstration
        assert supporter.name.startswith("Demonstration supporter ")
        assert supporter.email.endswith("@example.org")
    assert set(Payment.objects.values_list("provider", flat=True)) == {"demonstration"}


def test_loading_it_again_changes_nothing() -> None:
    demonstration.load(NOW)
    before = Payment.objects.count()

    demonstration.load(NOW)

    assert Payment.objects.count() == before


def test_it_leaves_the_current_goal_alone() -> None:
    goal = make_goal()

    demonstration.load(NOW)

    goal.refresh_from_db()
    assert goal.is_current


def test_the_desk_finds_work_in_it_that_is_marked_as_made_up() -> None:
    demonstration.load(NOW)

    failing = Contribution.objects.get(failing_since__isnull=False)
    held = Contribution.objects.get(held_at__isnull=False)
    assert failing.failing_since
    assert failing.failing_since <= NOW
    assert not failing.payments.filter(paid_at__gte=failing.failing_since).exists()
    assert held.payments.exists()
    assert Contribution.objects.exclude(message="").count() == 1
    for gift in (failing, held, Contribution.objects.exclude(message="").get()):
        assert gift.note == "Made up for the demonstration."


def test_its_goal_has_a_deadline_and_so_a_pace() -> None:
    demonstration.load(NOW)

    progress, figures = current_progress(NOW), surveying.latest(NOW)

    assert progress
    assert figures
    today = NOW.date()
    assert course.draw(progress, figures.course, NOW - timedelta(days=180), today).pace
