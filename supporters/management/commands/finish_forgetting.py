"""``manage.py finish_forgetting``: what the worker does once a night, by hand."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from supporters import letters, privacy
from supporters.progress import progress
from supporters.providers.away import ProviderAway


class Command(BaseCommand):
    help = (
        "Ask payment providers again to forget whom they have not forgotten, and drop addresses that no letter reached."
        " Safe to repeat and to stop; the worker does the same once a night. With a provider that does not answer, the"
        " exit code is 1."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        letters.forget_addresses()
        people = list(privacy.not_yet_forgotten_at_providers().values_list("pk", flat=True))
        away = 0
        for pk in progress(people, "People asked for", self.stderr):
            try:
                privacy.forget_at_providers(pk)
            except ProviderAway as problem:
                away += 1
                self.stderr.write(f"Supporter {pk}: {problem}")
        if away:
            raise CommandError(f"For {away} of {len(people)} people the provider did not answer.")
        self.stdout.write(f"Providers were asked to forget: {len(people)}")
