"""Generated checks into the database, many at a time, each as if people had written, approved and published it."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zlib import crc32

from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.models import Model, TextField, functions
from django.db.models.expressions import Combinable
from taggit.models import Tag, TaggedItem

from factchecks import documents, pages, publishing, revisions
from factchecks.documents import Document
from factchecks.evidence import Evidence
from factchecks.generating import writing
from factchecks.generating.writing import Written
from factchecks.models import (
    Byline,
    Citation,
    Correction,
    FactCheck,
    Finding,
    FollowUp,
    Person,
    Publication,
    PublishedCitation,
    Quotation,
    Rating,
    Revision,
    SearchQuery,
    Step,
)
from factchecks.search import spelling, vectors
from sources.models import Publisher, Source

Stage = FactCheck.Stage

BATCH = 1000
CREW = 5  # accounts of each role
# The first was written then, and one more every few minutes.
BEGAN, PACE, DAY = datetime(2016, 1, 1, tzinfo=UTC), timedelta(minutes=5), timedelta(days=1)
IN_A_CENTURY = datetime(2126, 1, 1, tzinfo=UTC)
# Of a hundred checks: how many have that story. The first four are public today.
STORIES = {
    "public": 61,
    "being changed": 5,
    "corrected": 4,
    "withdrawn": 1,
    "scheduled": 5,
    "approved": 4,
    "in review": 9,
    "draft": 11,
}
TABLES: list[type[Model]] = [
    *(FactCheck, TaggedItem, Byline, Finding, Citation, Quotation, SearchQuery, FollowUp),
    *(Revision, Step, Publication, PublishedCitation, Correction),
]


@dataclass(frozen=True)
class Cast:
    """What all generated checks share, by what the documents call it."""

    reporters: list[int]
    editors: list[int]
    people: dict[str, int]
    ratings: dict[str, int]
    tags: dict[str, int]
    sources: dict[str, Evidence]
    content_type: int  # the one by which tags know checks


def real_checks() -> int:
    """How many checks there are that were not generated."""
    return FactCheck.objects.exclude(slug__startswith=writing.SLUG).count()


def next_number() -> int:
    """The number of the next generated check: those that are there already stay for ever."""
    last = FactCheck.objects.filter(slug__startswith=writing.SLUG).order_by("-slug").first()
    return int(last.slug.removeprefix(writing.SLUG)) + 1 if last else 0


def fill(count: int, *, now: datetime) -> Iterator[int]:
    """Make so many checks; tells after each batch how many there are. ``now`` is what “overdue” and “scheduled” mean."""
    cast = _make_cast()
    faces = Faces(cast)
    first = next_number()
    for start in range(first, first + count, BATCH):
        numbers = range(start, min(start + BATCH, first + count))
        with transaction.atomic():
            tables = Tables()
            for number in numbers:
                _Story(number, cast, faces, tables, now).tell()
            tables.copy()
        yield numbers.stop - first
    with connection.cursor() as cursor:
        for model in TABLES:
            cursor.execute(f"ANALYZE {_quoted(model._meta.db_table)}")


def _make_cast() -> Cast:
    """Found, or made the first time."""
    publishers = [
        Publisher(**writing.publisher_part(number)) for number in range(writing.PUBLISHERS)
    ]
    Publisher.objects.bulk_create(publishers, ignore_conflicts=True)
    domains = dict(Publisher.objects.values_list("domain", "pk"))
    parts = [writing.source_part(number) for number in range(writing.SOURCES)]
    Source.objects.bulk_create(
        (_source(part, domains) for part in parts),
        ignore_conflicts=True,
    )
    people = [Person(**writing.person_part(number)) for number in range(writing.PEOPLE)]
    Person.objects.bulk_create(people, ignore_conflicts=True)
    for place in range(len(writing.RATINGS)):
        part = writing.rating_part(place)
        Rating.objects.get_or_create(
            name=part["name"], defaults={"description": part["description"], "position": 90 + place}
        )
    tags = [Tag.objects.get_or_create(name=writing.tag_name(n))[0] for n in range(writing.TAGS)]
    urls = [part["url"] for part in parts]
    return Cast(
        reporters=_make_accounts("reporter", "Reporter"),
        editors=_make_accounts("editor", "Editor"),
        people={str(key): pk for key, pk in Person.objects.values_list("key", "pk")},
        ratings=dict(Rating.objects.values_list("name", "pk")),
        tags={tag.name: tag.pk for tag in tags},
        sources={
            url: Evidence(pk)
            for url, pk in Source.objects.filter(url__in=urls).values_list("url", "pk")
        },
        content_type=ContentType.objects.get_for_model(FactCheck).pk,
    )


def _source(part: documents.SourcePart, domains: dict[str, int]) -> Source:
    assert part["publisher"], "a generated source has one"  # noqa: S101
    return Source(
        url=part["url"],
        title=part["title"],
        publisher_id=domains[part["publisher"]["domain"]],
        published_on=documents.day(part["published_on"]),
        next_look_at=IN_A_CENTURY,  # at an invented address nobody is to be asked
    )


def _make_accounts(name: str, group: str) -> list[int]:
    """Accounts with which nobody can sign in."""
    accounts = []
    for number in range(1, CREW + 1):
        user, is_new = User.objects.get_or_create(
            username=f"generated-{name}-{number}", defaults={"is_staff": True}
        )
        if is_new:
            user.set_unusable_password()
            user.save(update_fields=["password"])
            user.groups.add(Group.objects.get(name=group))
        accounts.append(user.pk)
    return accounts


class Tables:
    """Rows on their way into the database."""

    def __init__(self) -> None:
        self.rows: dict[type[Model], list[dict[str, Any]]] = {model: [] for model in TABLES}
        self.numbers = {model: _numbers(model) for model in TABLES}
        self.words: Counter[str] = Counter()

    def add(self, model: type[Model], **values: Any) -> int:
        """One row, by the names of its columns; gives its primary key."""
        values["id"] = next(self.numbers[model])
        self.rows[model].append(values)
        return int(values["id"])

    def copy(self) -> None:
        for model, rows in self.rows.items():
            if rows:
                _copy(model, rows)
        spelling.learn(self.words)


def _numbers(model: type[Model]) -> Iterator[int]:
    """Primary keys that nobody else gets."""
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [model._meta.db_table, BATCH],
            )
            numbers = [number for (number,) in cursor.fetchall()]
        yield from numbers


def _copy(model: type[Model], rows: list[dict[str, Any]]) -> None:
    columns = list(rows[0])
    names = ", ".join(map(_quoted, columns))
    statement = f"COPY {_quoted(model._meta.db_table)} ({names}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([row[column] for column in columns])


def _made(vector: Combinable) -> str:
    """The vector as text; the rows of any table would do."""
    made = Rating.objects.annotate(vector=functions.Cast(vector, TextField()))
    return str(made.values_list("vector", flat=True)[0])


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


@dataclass(frozen=True)
class Face:
    """What publications of one shape have in common: columns of their rows, and of those of their citations."""

    columns: dict[str, Any]
    cited: list[dict[str, Any]]
    words: frozenset[str]


class Faces:
    """Made once for each shape."""

    def __init__(self, cast: Cast) -> None:
        self.sources = cast.sources
        self.newsroom = publishing.newsroom()
        self.made: dict[tuple[int, bool], Face] = {}

    def of(self, shape: int, is_first: bool) -> Face:
        if (shape, is_first) not in self.made:
            self.made[shape, is_first] = self._make(writing.shape_of(shape, is_first))
        return self.made[shape, is_first]

    def _make(self, document: Document) -> Face:
        columns = publishing.for_lists(document)
        columns |= vectors.columns(document)
        for name in ("search", "search_front"):
            columns[name] = _made(columns[name])
        for name in ("authors", "tags", "publishers"):
            columns[name] = json.dumps(columns[name])
        html = json.dumps(pages.kept(document, self.sources, self.newsroom))
        publication = Publication(revision=Revision(document=document))
        cited = [
            {
                field.attname: getattr(row, field.attname)
                for field in PublishedCitation._meta.concrete_fields
                if field.name not in {"id", "publication"}
            }
            for row in publishing.cited(publication, self.sources)
        ]
        words = spelling.words_of(columns["text"]) - {writing.NAME_MARK.lower()}
        return Face({**columns, "html": html}, cited, frozenset(words))


@dataclass(frozen=True)
class Saved:
    """A revision of a check: its primary key, and whether it is the first."""

    pk: int
    is_first: bool


class _Story:
    """What happened to one check, as rows."""

    def __init__(
        self, number: int, cast: Cast, faces: Faces, tables: Tables, now: datetime
    ) -> None:
        self.number, self.cast, self.faces, self.tables, self.now = number, cast, faces, tables, now
        self.story = story_of(number)
        self.opened = BEGAN + PACE * number
        self.writer = cast.reporters[number % CREW]
        self.editor = cast.editors[number // CREW % CREW]

    def tell(self) -> None:
        first, last = (writing.written(self.number, first=first) for first in (True, False))
        self.check = self._write(last.document)
        saved = [self._save(1, first, self.opened), self._save(2, last, self.opened + 4 * DAY)]
        match self.story:
            case "public":
                self._publish(saved[1], 5)
            case "being changed":
                self._publish(saved[0], 1)
            case "corrected":
                self._publish(saved[0], 1, 5)
                self._correct(self._publish(saved[1], 5))
            case "withdrawn":
                self._publish(saved[1], 5, 9, withdrawal_notice="Generated: withdrawn.")
            case "scheduled":
                self._schedule(saved[1])
            case "approved":
                self._approve(saved[1], 5)
            case "in review":
                self._step(Step.Kind.SUBMITTED, saved[1], self.writer, 5)

    def _write(self, document: Document) -> int:
        add = self.tables.add
        claim = document["claim"]
        rating = document["rating"]
        reviewer = document["reviewed_by"]
        check = add(
            FactCheck,
            key=document["key"],
            slug=document["slug"],
            question=document["question"],
            summary=document["summary"],
            language=document["language"],
            checked_on=document["checked_on"],
            review_on=document["review_on"],
            reviewed_by_id=self.cast.people[reviewer["key"]] if reviewer else None,
            claim_text=claim["text"] if claim else "",
            claimant=claim["claimant"] if claim else "",
            claimed_on=claim["claimed_on"] if claim else None,
            claim_appearance=claim["appearance"] if claim else "",
            rating_id=self.cast.ratings[rating["name"]] if rating else None,
            one_publisher_reason=document["one_publisher_reason"],
            limitations=document["limitations"],
            created_at=self.opened,
            search_text=revisions.search_text(document),
            **self._desk(),
        )
        for tag in document["tags"]:
            add(
                TaggedItem,
                content_type_id=self.cast.content_type,
                object_id=check,
                tag_id=self.cast.tags[tag],
            )
        for place, author in enumerate(document["authors"], 1):
            person = self.cast.people[author["key"]]
            add(Byline, fact_check_id=check, person_id=person, position=place)
        for model, parts in (
            (SearchQuery, document["searches"]),
            (FollowUp, document["follow_ups"]),
        ):
            for place, item in enumerate(parts, 1):
                add(model, fact_check_id=check, position=place, **item)
        self._write_evidence(check, document)
        return check

    def _write_evidence(self, check: int, document: Document) -> None:
        add = self.tables.add
        findings: dict[str | None, int | None] = {None: None}
        for place, finding in enumerate(document["findings"], 1):
            findings[finding["key"]] = add(Finding, fact_check_id=check, position=place, **finding)
        for part in document["citations"]:
            assert part["source"], "a generated citation has one"  # noqa: S101
            citation = add(
                Citation,
                fact_check_id=check,
                key=part["key"],
                number=part["number"],
                accessed_on=part["accessed_on"],
                source_id=self.cast.sources[part["source"]["url"]].pk,
            )
            for place, quotation in enumerate(part["quotations"], 1):
                add(
                    Quotation,
                    key=quotation["key"],
                    citation_id=citation,
                    finding_id=findings[quotation["finding"]],
                    text=quotation["text"],
                    position=place,
                )

    def _desk(self) -> dict[str, Any]:
        """How far it is, whose work it is, and until when; half of what is due is overdue."""
        stages = {"draft": Stage.DRAFT, "being changed": Stage.DRAFT, "in review": Stage.REVIEW}
        stage = stages.get(self.story, Stage.APPROVED)
        is_open = stage != Stage.APPROVED
        due = (self.now + DAY * (self.number % 40 - 20)).date()
        return {
            "stage": stage.value,
            "assignee_id": {Stage.DRAFT: self.writer, Stage.REVIEW: self.editor}.get(stage),
            "due_on": due if is_open and self.number % 3 else None,
        }

    def _save(self, number: int, state: Written, moment: datetime) -> Saved:
        revision = self.tables.add(
            Revision,
            fact_check_id=self.check,
            number=number,
            document=state.text,
            sha256=state.sha256,
            origin=Revision.Origin.DESK.value,
            saved_by_id=self.writer,
            saved_at=moment,
        )
        return Saved(revision, number == 1)

    def _step(self, kind: Step.Kind, revision: Saved, by: int, days: int, note: str = "") -> None:
        self.tables.add(
            Step,
            fact_check_id=self.check,
            revision_id=revision.pk,
            kind=kind.value,
            by_id=by,
            at=self.opened + DAY * days,
            note=note,
        )

    def _approve(self, revision: Saved, days: int) -> None:
        self._step(Step.Kind.SUBMITTED, revision, self.writer, days - 1)
        self._step(Step.Kind.APPROVED, revision, self.editor, days)

    def _publish(self, revision: Saved, days: int, until: int | None = None, **more: str) -> int:
        """The publication of a revision, from that day on, or to another."""
        self._approve(revision, days)
        self._step(Step.Kind.PUBLISHED, revision, self.editor, days)
        end = self.opened + DAY * until if until else None
        if more:
            self._step(Step.Kind.WITHDRAWN, revision, self.editor, until or days, *more.values())
        return self._make_public(revision, self.opened + DAY * days, end, **more)

    def _schedule(self, revision: Saved) -> None:
        self._approve(revision, 5)
        begins = self.now + timedelta(hours=1 + self.number % 700)
        self._step(Step.Kind.SCHEDULED, revision, self.editor, 6, begins.isoformat())
        self._make_public(revision, begins, None)

    def _make_public(
        self, revision: Saved, begins: datetime, end: datetime | None, withdrawal_notice: str = ""
    ) -> int:
        face = self.faces.of(self.number % writing.SHAPES, revision.is_first)
        publication = self.tables.add(
            Publication,
            fact_check_id=self.check,
            revision_id=revision.pk,
            live_during=f"[{begins.isoformat()},{end.isoformat() if end else ''})",
            first_published_at=self.opened + DAY if self.story == "corrected" else begins,
            published_by_id=self.editor,
            approved_by_id=self.editor,
            is_retracted=False,
            withdrawal_notice=withdrawal_notice,
            is_taken_down=False,
            takedown_notice="",
            card="",
            words_known=True,
            html_made_at=begins,
            html_version=pages.version(self.faces.newsroom),
            **{
                name: writing.numbered(value, self.number) if isinstance(value, str) else value
                for name, value in face.columns.items()
            },
        )
        self.tables.words.update(face.words, **{writing.name_of(self.number).lower(): 1})
        for columns in face.cited:
            self.tables.add(PublishedCitation, publication_id=publication, **columns)
        return publication

    def _correct(self, publication: int) -> None:
        self.tables.add(
            Correction,
            publication_id=publication,
            kind=Correction.Kind.CORRECTION.value,
            text="Generated: the summary was too short.",
            changes_verdict=False,
        )


def story_of(number: int) -> str:
    return _TOLD[crc32(f"story {number}".encode()) % len(_TOLD)]


_TOLD = [story for story, times in STORIES.items() for _ in range(times)]
