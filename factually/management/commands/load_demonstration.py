"""``manage.py load_demonstration``: fill an empty newsroom, once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from factually import local
from factually.demonstration import loading


class Command(BaseCommand):
    help = "Load the demonstration: fact checks, made-up supporters, and accounts to sign in with. Once only."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with local.refusals():
                loading.load(self.say)
        except (loading.NotLoadedError, local.RefusedError) as error:
            raise CommandError(str(error)) from error

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
