"""``manage.py forget_jobs``: what the worker does once a night, by hand."""

from typing import Any

from asgiref.sync import async_to_sync
from django.core.management.base import BaseCommand
from procrastinate.contrib.django.models import ProcrastinateJob

from factchecks import tasks


class Command(BaseCommand):
    help = (
        f"Drop the jobs that ended well over {tasks.KEPT_HOURS} hours ago; those that failed stay to be looked at. Safe"
        " to repeat; the worker does the same once a night."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        before = ProcrastinateJob.objects.count()
        async_to_sync(tasks.drop_ended_jobs)()
        self.stdout.write(f"Jobs dropped: {max(0, before - ProcrastinateJob.objects.count())}")
