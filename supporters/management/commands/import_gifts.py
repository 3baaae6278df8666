"""``manage.py import_gifts``: gifts of a CSV or Excel file into the ledger."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError

from supporters.importing import files, recording


class Command(BaseCommand):
    help = (
        "Record the gifts of a CSV or Excel file. Bad lines are listed with their reasons and, unless --skip-bad is"
        " given, nothing is recorded while there are any. Importing a file twice adds nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--by", required=True, metavar="USERNAME", help="who records them")
        parser.add_argument("--currency", default="USD", help="where the file names none")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
        parser.add_argument("--skip-bad", action="store_true", help="record the good lines")

    def handle(self, *args: Any, **options: Any) -> None:
        user = get_user_model().objects.filter(username=options["by"]).first()
        if user is None:
            raise CommandError(f"There is nobody called {options['by']!r}.")
        run = self._look(options["file"], options["currency"])
        for note in run.notes:
            self.stderr.write(note)
        for bad in run.bad:
            self.stdout.write(f"line {bad.line}: {' '.join(bad.problems)}")
        self.stdout.write(f"{len(run.new)} new, {len(run.known)} known, {len(run.bad)} bad")
        if run.bad and not options["skip_bad"] and not options["dry_run"]:
            raise CommandError("Nothing was recorded. --skip-bad records the good lines.")
        if not options["dry_run"]:
            self._record(run, user, options["file"].name)

    def _look(self, file: Path, currency: str) -> recording.DryRun:
        try:
            with file.open("rb") as opened:
                content = opened.read(files.LARGEST + 1)
            return recording.dry_run(content, currency=currency)
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from None
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None

    def _record(self, run: recording.DryRun, user: Any, name: str) -> None:
        try:
            count = recording.record(run.new, by=user, name=name)
        except IntegrityError:
            raise CommandError(
                "Nothing was recorded: the same was being recorded at this very moment."
            ) from None
        self.stdout.write(f"{count} recorded")
