"""``import_check`` and ``export_check``, as they are typed."""

import io
import json
from pathlib import Path
from typing import Any

import pgtrigger
import pytest
from django.core.management import CommandError, call_command
from taggit.models import Tag

from factchecks import revisions
from factchecks.models import FactCheck, Person, Publication, Quotation, Revision
from sources.models import Publisher, Source
from tests.factchecks.drafts import MARKDOWN, TEXT
from tests.factories import edit, make_check, make_document, make_user
from tests.sources.copies import make_body, make_copy

pytestmark = pytest.mark.django_db


class Typed:
    """Runs a command; keeps its output, its errors and its exit code."""

    def __init__(self, *words: object) -> None:
        out, err = io.StringIO(), io.StringIO()
        self.code: Any = 0
        try:
            call_command(*map(str, words), stdout=out, stderr=err)
        except SystemExit as end:
            self.code = end.code
        self.out, self.err = out.getvalue(), err.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "cats.md"
    path.write_text(MARKDOWN)
    return path


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.txt"
    path.write_text(TEXT)
    return path


def test_a_file_is_a_draft_and_never_a_published_check(file: Path) -> None:
    typed = Typed("import_check", file)
    assert (typed.out, typed.err, typed.code) == ("cats-landing: created\n", "", 0)
    assert not Publication.objects.exists()


def test_the_command_says_what_became_of_each_file(file: Path, page: Path) -> None:
    Typed("import_check", file)
    edit(FactCheck.objects.get(), question="Do cats land well?")
    file.write_text(MARKDOWN.replace("In the air", "Falling"))
    typed = Typed("import_check", page, file)
    lines = [line for line in typed.out.splitlines() if not line.startswith(" ")]
    assert lines == ["do-cats-always-land-on-their-feet: created", "cats-landing: refused"]
    assert typed.err.endswith(
        "cats.md: refused: The desk has changed this check; the draft would overwrite that.\n"
    )
    assert typed.code == 1


def test_each_problem_is_told_with_its_line(page: Path) -> None:
    typed = Typed("import_check", page)
    assert "  line 9: Found but never cited: [2].\n" in typed.out
    assert "  before publication: Source [1] has no address yet.\n" in typed.out
    assert typed.code == 0


def test_what_passes_every_rule_is_published_by_the_editor(file: Path) -> None:
    editor = make_user("erin", "factchecks.publish_factcheck")
    typed = Typed("import_check", "--publish", "--editor", "erin", file)
    assert typed.out == "cats-landing: created\n  published: /fact-checks/cats-landing/\n"
    assert Publication.objects.get().published_by == editor
    again = Typed("import_check", "--publish", "--editor", "erin", file)
    assert again.out == "cats-landing: unchanged\n  published: /fact-checks/cats-landing/\n"
    assert (Publication.objects.count(), again.code) == (1, 0)


def test_the_editor_who_publishes_a_file_approves_it(file: Path, settings: Any) -> None:
    settings.PUBLISHING_NEEDS_SECOND_PERSON = True
    editor = make_user("erin", "factchecks.publish_factcheck")
    typed = Typed("import_check", "--publish", "--editor", "erin", file)
    assert (typed.err, typed.code) == ("", 0)
    assert Publication.objects.get().approved_by == editor
    steps = FactCheck.objects.get().steps.order_by("pk").values_list("kind", "by__username")
    assert list(steps) == [("submitted", None), ("approved", "erin"), ("published", "erin")]


def test_the_only_author_of_a_file_does_not_publish_it(file: Path, settings: Any) -> None:
    settings.PUBLISHING_NEEDS_SECOND_PERSON = True
    editor = make_user("erin", "factchecks.publish_factcheck")
    Person.objects.create(name="A. Writer", user=editor)
    typed = Typed("import_check", "--publish", "--editor", "erin", file)
    reason = "“erin” is this check's only author: somebody else must approve it."
    assert f"{file}: not published: {reason}\n" in typed.err
    assert (typed.out, typed.code) == ("cats-landing: created\n", 1)
    check = FactCheck.objects.get()
    assert (check.stage, check.steps.count(), check.publications.count()) == ("draft", 0, 0)


def test_one_of_two_authors_of_a_file_may_publish_it(file: Path, settings: Any) -> None:
    settings.PUBLISHING_NEEDS_SECOND_PERSON = True
    editor = make_user("erin", "factchecks.publish_factcheck")
    Person.objects.create(name="A. Writer", user=editor)
    file.write_text(MARKDOWN.replace("[A. Writer]", "[A. Writer, B. Editor]"))
    assert Typed("import_check", "--publish", "--editor", "erin", file).code == 0
    assert Publication.objects.get().approved_by == editor


def test_the_only_author_publishes_a_file_where_one_person_may(file: Path) -> None:
    editor = make_user("erin", "factchecks.publish_factcheck")
    Person.objects.create(name="A. Writer", user=editor)
    assert Typed("import_check", "--publish", "--editor", "erin", file).code == 0
    assert Publication.objects.get().approved_by is None


def test_what_the_editor_alone_wrote_at_the_desk_is_not_published_by_its_file(
    tmp_path: Path, settings: Any
) -> None:
    settings.PUBLISHING_NEEDS_SECOND_PERSON = True
    editor = make_user("erin", "factchecks.publish_factcheck")
    revisions.apply(make_document(), fact_check=None, base=0, by=editor)
    file = tmp_path / "moon.json"
    file.write_text(Typed("export_check", "is-the-moon-round").out)
    typed = Typed("import_check", "--publish", "--editor", "erin", file)
    assert "not published: You alone wrote this check: ask somebody else" in typed.err
    assert not Publication.objects.exists()


def test_refused_publication_names_its_reasons_and_keeps_the_draft(page: Path) -> None:
    make_user("erin", "factchecks.publish_factcheck")
    typed = Typed("import_check", "--publish", "--editor", "erin", page)
    assert f"{page}: not published: Source [1] has no address yet.\n" in typed.err
    assert f"{page}: not published: Source [2] has no address yet.\n" in typed.err
    assert typed.code == 1
    assert (FactCheck.objects.count(), Publication.objects.count()) == (1, 0)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--publish"], "--publish and --editor USERNAME belong together."),
        (["--editor", "erin"], "--publish and --editor USERNAME belong together."),
        (["--publish", "--editor", "nobody"], "There is no account “nobody”."),
        (["--publish", "--editor", "erin"], "“erin” is not allowed to publish fact checks."),
    ],
)
def test_only_somebody_who_may_publish_publishes(
    file: Path, words: list[str], message: str
) -> None:
    make_user("erin", "factchecks.change_factcheck")
    with pytest.raises(CommandError, match=message):
        Typed("import_check", *words, file)
    assert not FactCheck.objects.exists()


def test_whoever_has_left_the_newsroom_publishes_nothing(file: Path) -> None:
    editor = make_user("erin", "factchecks.publish_factcheck")
    editor.is_active = False
    editor.save()
    with pytest.raises(CommandError, match="not allowed to publish"):
        Typed("import_check", "--publish", "--editor", "erin", file)


def test_an_unreadable_file_is_a_sentence_on_stderr_and_the_others_go_on(
    tmp_path: Path, file: Path
) -> None:
    picture = tmp_path / "a.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    typed = Typed("import_check", picture, tmp_path / "none.md", tmp_path, file)
    assert typed.err.splitlines() == [
        f"{picture}: This is a picture, not a text.",
        f"{tmp_path}/none.md: This can't be read: No such file or directory.",
        f"{tmp_path}: This can't be read: Is a directory.",
    ]
    assert (typed.out, typed.code) == ("cats-landing: created\n", 1)


def test_an_error_names_its_line(file: Path) -> None:
    file.write_text(MARKDOWN.replace("question: ", "question: Really: "))
    assert ": line 2: The YAML header cannot be read" in Typed("import_check", file).err


def test_machines_read_the_same_as_json(file: Path, page: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.touch()
    typed = Typed("import_check", "--json", file, page, empty)
    reports = json.loads(typed.out)
    assert [(r["slug"], r["status"]) for r in reports] == [
        ("cats-landing", "created"),
        ("do-cats-always-land-on-their-feet", "created"),
        (None, "unreadable"),
    ]
    assert {"line": 9, "message": "Found but never cited: [2].", "blocking": False} in reports[1][
        "notes"
    ]
    assert "Source [1] has no address yet." in reports[1]["problems"]
    assert reports[2]["errors"] == ["The file is empty."]
    assert typed.code == 1


def test_a_quotation_known_to_be_wrong_is_a_note_and_no_error(file: Path) -> None:
    Typed("import_check", file)
    quotation = Quotation.objects.filter(citation__source__isnull=False)[0]
    assert quotation.citation.source
    make_copy(quotation.citation.source, make_body("It says nothing of the kind."))
    typed = Typed("import_check", file)
    assert f"{file}: note: Source [{quotation.citation.number}], copy of" in typed.err
    [report] = json.loads(Typed("import_check", "--json", file).out)
    assert "is not found in it" in report["warnings"][0]
    assert (report["errors"], typed.code) == ([], 0)


def test_an_exported_check_is_its_document_in_readable_json() -> None:
    make_check(question="Čí je Měsíc?")
    typed = Typed("export_check", "is-the-moon-round")
    assert json.loads(typed.out) == make_document(question="Čí je Měsíc?")
    assert '\n  "question": "Čí je Měsíc?",\n' in typed.out


def test_there_and_back_loses_nothing(tmp_path: Path) -> None:
    make_check()
    exported = Typed("export_check", "is-the-moon-round").out
    file = tmp_path / "moon.json"
    file.write_text(exported)
    assert Typed("import_check", file).out == "is-the-moon-round: unchanged\n"
    models: list[Any] = [Revision, FactCheck, Source, Publisher, Person, Tag]
    with pgtrigger.ignore():
        for model in models:
            model.objects.all().delete()
    assert Typed("import_check", file).out == "is-the-moon-round: created\n"
    assert Typed("export_check", "is-the-moon-round").out == exported


def test_an_unknown_slug_is_a_sentence() -> None:
    with pytest.raises(CommandError, match="There is no fact check “nothing-here”"):
        Typed("export_check", "nothing-here")
