"""``manage.py export_check SLUG``: a check's newest revision as the JSON document that ``import_check`` reads."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from factchecks import documents, revisions
from factchecks.models import FactCheck


class Command(BaseCommand):
    help = "Write a fact check's newest revision as JSON to the standard output."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="the last part of the check's address")

    def handle(self, *args: Any, **options: Any) -> None:
        check = FactCheck.objects.filter(slug=options["slug"]).first()
        revision = revisions.newest(check) if check else None
        if revision is None:
            raise CommandError(f"There is no fact check “{options['slug']}”.")
        # The database keeps no order of keys: here they stand as in the schema.
        document = {name: revision.document[name] for name in documents.SCHEMA["properties"]}
        self.stdout.write(json.dumps(document, ensure_ascii=False, indent=2))
