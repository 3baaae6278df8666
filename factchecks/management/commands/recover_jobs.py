"""``manage.py recover_jobs``: what the worker does once a minute, by hand."""

from typing import Any

from asgiref.sync import async_to_sync
from django.core.management.base import BaseCommand
from procrastinate.contrib.django import app

from factchecks import tasks
from sources.progress import progress


class Command(BaseCommand):
    help = (
        "Put back the jobs of workers that died, so that the next worker takes them. Safe to repeat; the worker does"
        " the same once a minute."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        stalled = async_to_sync(app.job_manager.get_stalled_jobs)
        jobs = list(stalled(seconds_since_heartbeat=tasks.SILENCE))
        for job in progress(jobs, len(jobs), "Jobs put back", self.stderr):
            async_to_sync(tasks.put_back)(job)
