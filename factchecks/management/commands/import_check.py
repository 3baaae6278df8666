"""``manage.py import_check FILE…``: drafts from files, and, if asked, published."""

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from factchecks import importer, importing
from factchecks.importer import Result, Status
from factchecks.importing import Note, UnreadableDraft
from factchecks.importing.decoding import LARGEST

STANDARD_INPUT = "-"


class Command(BaseCommand):
    help = (
        "Import fact checks as drafts: Markdown with a YAML header, a page as plain text, or the JSON document that"
        " export_check writes. Prints a line for each file, “<slug>: created|updated|unchanged|refused”."
        " With --publish --editor USERNAME what passes every rule is published: a file counts as written outside the"
        " newsroom, and the editor approves it. It is refused to an editor who is the file's only author, where a"
        " second person is needed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", help="“-” is the standard input")
        parser.add_argument("--publish", action="store_true", help="publish what nothing stops")
        parser.add_argument("--editor", metavar="USERNAME", help="who approves and publishes")
        parser.add_argument("--json", action="store_true", help="print a JSON list for machines")

    def handle(self, *args: Any, **options: Any) -> None:
        self.editor = editor_for(options["publish"], options["editor"])
        self.as_json = options["json"]
        reports = [self.bring_in(name) for name in options["files"]]
        if self.as_json:
            self.stdout.write(json.dumps(reports, ensure_ascii=False, indent=2))
        if any(report["errors"] for report in reports):
            sys.exit(1)

    def bring_in(self, name: str) -> dict[str, Any]:
        """Import one file, say what became of it, and return that as data."""
        try:
            result = importer.save(importing.read(contents(name)), by=None)
        except UnreadableDraft as error:
            return self.report(name, None, [importer.sentence(Note(error.line, error.message))])
        except OSError as error:
            return self.report(name, None, [f"This can't be read: {error.strerror}."])
        errors = [f"refused: {refusal}" for refusal in result.refusals]
        published = None
        if self.editor and not errors:
            try:
                published = importer.publish(result, editor=self.editor).get_absolute_url()
            except ValidationError as refusal:
                errors = [f"not published: {message}" for message in refusal.messages]
        return self.report(name, result, errors, published)

    def report(
        self, name: str, result: Result | None, errors: list[str], published: str | None = None
    ) -> dict[str, Any]:
        if result and not self.as_json:
            self.say(result, published)
        warnings = [problem.message for problem in result.warnings] if result else []
        for warning in [] if self.as_json else warnings:
            self.stderr.write(f"{name}: note: {warning}")
        for error in errors:
            self.stderr.write(f"{name}: {error}")
        return {
            "file": name,
            "slug": result.slug if result else None,
            "status": result.status if result else "unreadable",
            "published": published,
            "notes": [asdict(note) for note in result.notes] if result else [],
            "problems": [problem.message for problem in result.problems] if result else [],
            "warnings": warnings,
            "errors": errors,
        }

    def say(self, result: Result, published: str | None) -> None:
        self.stdout.write(f"{result.slug}: {result.status}")
        for note in result.notes:
            self.stdout.write(f"  {importer.sentence(note)}")
        if self.editor is None and result.status != Status.REFUSED:
            for problem in result.problems:
                self.stdout.write(f"  before publication: {problem.message}")
        if published:
            self.stdout.write(f"  published: {published}")


def contents(name: str) -> bytes:
    """A file's bytes; of one that is too long to be read only so many that this is noticed."""
    if name == STANDARD_INPUT:
        return sys.stdin.buffer.read(LARGEST + 1)
    with Path(name).open("rb") as file:
        return file.read(LARGEST + 1)


def editor_for(publish: bool, username: str | None) -> User | None:
    """Who publishes; ``None`` when nobody is asked to. Refuses before anything is read."""
    if not publish and not username:
        return None
    if not (publish and username):
        raise CommandError("--publish and --editor USERNAME belong together.")
    editor = User.objects.filter(username=username).first()
    if editor is None:
        raise CommandError(f"There is no account “{username}”.")
    if not editor.has_perm("factchecks.publish_factcheck"):
        raise CommandError(f"“{username}” is not allowed to publish fact checks.")
    return editor
