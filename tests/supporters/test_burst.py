"""A burst of deliveries to a real server, repeated and shuffled, while jobs run side by side: the total is exact."""

import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django.live_server_helper import LiveServer

from supporters import webhook
from supporters.goals import current_progress
from supporters.models import ProviderEvent
from tests.bench.webhook import deliver
from tests.supporters.bursts import compare, make_burst
from tests.supporters.factories import make_goal
from tests.supporters.stripe import KEYS


@pytest.mark.django_db(transaction=True)
def test_a_burst_of_shuffled_repeated_events_comes_to_the_exact_total(
    live_server: LiveServer, settings: Any
) -> None:
    for name, value in KEYS.items():
        setattr(settings, name, value)
    make_goal(counts="money", currency="USD", target=100)
    events, expected = make_burst(150)
    deliveries = events + events[::2]
    random.Random(7).shuffle(deliveries)

    deliver(int(urlsplit(live_server.url).port or 0), deliveries, connections=20)
    with ThreadPoolExecutor(4) as pool:
        jobs = ProcrastinateJob.objects.filter(task_name=webhook.TASK)
        # Each twice at once, as when a job is tried again while its first run lives on.
        list(pool.map(apply, [job.args["event_pk"] for job in jobs for _turn in range(2)]))

    applied = ProviderEvent.objects.filter(status="applied", attempts=1)
    assert applied.count() == len(events) == len(jobs)
    assert compare(expected) == []
    progress = current_progress()
    assert progress
    assert progress.value == sum(expected.values())


def apply(event_pk: int) -> None:
    try:
        webhook.apply(event_pk)
    finally:
        connection.close()
