"""The front page of the desk: which checks wait for whom, and the same in the list of checks."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from factchecks import publishing, revisions, workflow
from factchecks.desk.front import SHOWN, Front, front
from factchecks.desk.queues import AGES
from factchecks.models import FactCheck
from sources.models import Source
from tests.factories import (
    NOON,
    edit,
    key,
    make_check,
    make_document,
    make_published,
    make_source_part,
    make_user,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
YESTERDAY = TODAY - timedelta(days=1)
Make = Callable[..., FactCheck]


@pytest.fixture(autouse=True)
def _noon() -> Any:
    with time_machine.travel(NOON, tick=True):
        yield


@pytest.fixture
def editor() -> User:
    permissions = ("view_factcheck", "change_factcheck", "publish_factcheck")
    return make_user("editor", *(f"factchecks.{name}" for name in permissions))


@pytest.fixture
def make() -> Make:
    """Checks with questions and slugs of their own, saved by somebody."""
    numbers = count(1)

    def make(question: str, by: User | None = None, **changes: Any) -> FactCheck:
        number = next(numbers)
        document = make_document(
            key=key(1000 + number), slug=f"check-{number}", question=question, **changes
        )
        return revisions.apply(document, fact_check=None, base=0, by=by).fact_check

    return make


def seen(user: User, **options: Any) -> Front:
    return front(user, may_approve=True, **options)


def questions(user: User, section: str) -> list[str]:
    page = seen(user)
    lists = {each.key: each for each in [*page.mine, *page.newsroom]}
    shown = [line.title for line in lists[section].lines] if section in lists else []
    assert listed(user, section) == set(shown)
    return shown


def listed(user: User, queue: str) -> set[str]:
    """What the list of checks shows under the filter of that name."""
    client = Client()
    client.force_login(user)
    response: Any = client.get(
        reverse("admin:factchecks_factcheck_changelist", query={"queue": queue})
    )
    return {check.question for check in response.context["cl"].queryset}


def test_in_review_are_those_that_somebody_else_saved_last(editor: User, make: Make) -> None:
    writer = make_user("writer")
    make("A draft?", writer)
    for question, by in [("Another's?", writer), ("My own?", editor), ("Imported?", None)]:
        workflow.submit(make(question, by), by=by, base=1)
    assert questions(editor, "review") == ["Another's?", "Imported?"]


def test_what_somebody_else_sent_on_waits_for_who_saved_it_last(editor: User, make: Make) -> None:
    check = make("My mended word?", editor)
    workflow.submit(check, by=editor, base=1)
    assert questions(editor, "review") == []
    workflow.submit(check, by=make_user("writer"), base=1)
    assert questions(editor, "review") == ["My mended word?"]


def test_who_may_not_approve_is_asked_for_no_review(editor: User, make: Make) -> None:
    workflow.submit(make("Another's?"), by=editor, base=1)
    assert front(editor, may_approve=False).mine == []


def test_sent_back_to_me_is_what_i_wrote_or_look_after(editor: User, make: Make) -> None:
    other = make_user("other")
    mine, others, looked_after = (
        make("Mine?", editor),
        make("Other's?", other),
        make("Ours?", other),
    )
    FactCheck.objects.filter(pk=looked_after.pk).update(assignee=editor)
    for check in (mine, others, looked_after):
        workflow.submit(check, by=other, base=1)
        workflow.send_back(check, by=other, base=1, note="More.")
    assert questions(editor, "sent-back") == ["Mine?", "Ours?"]
    edit(mine, summary="More [1].")
    assert "Mine?" in questions(editor, "sent-back")
    workflow.submit(mine, by=editor, base=2)
    assert questions(editor, "sent-back") == ["Ours?"]


def test_overdue_is_what_is_not_finished_by_its_day(editor: User, make: Make) -> None:
    late, today, done = make("Late?"), make("Today?"), make("Done?")
    FactCheck.objects.filter(pk__in=[late.pk, done.pk]).update(due_on=YESTERDAY)
    FactCheck.objects.filter(pk=today.pk).update(due_on=TODAY)
    assert questions(editor, "overdue") == ["Late?", "Done?"]
    publishing.publish(done, editor=None)
    assert questions(editor, "overdue") == ["Late?"]


def test_what_is_changed_after_its_publication_has_no_old_due_date(
    editor: User, make: Make
) -> None:
    done = make("Done?")
    FactCheck.objects.filter(pk=done.pk).update(due_on=YESTERDAY)
    publishing.publish(done, editor=None)
    edit(done, summary="To be corrected [1].")
    assert questions(editor, "overdue") == []


def test_assigned_to_me_are_the_unfinished_the_next_due_first(editor: User, make: Make) -> None:
    for question, due in [("Some day?", None), ("Soon?", TODAY), ("Done?", YESTERDAY)]:
        check = make(question)
        FactCheck.objects.filter(pk=check.pk).update(assignee=editor, due_on=due)
    publishing.publish(FactCheck.objects.get(question="Done?"), editor=None)
    make("Another's?")
    assert questions(editor, "mine") == ["Soon?", "Some day?"]


def test_scheduled_are_those_to_come_the_next_first(editor: User, make: Make) -> None:
    for question, days in [("Later?", 2), ("Next?", 1)]:
        publishing.publish(make(question), editor=None, at=NOON + timedelta(days=days))
    publishing.publish(make("Public?"), editor=None)
    assert questions(editor, "scheduled") == ["Next?", "Later?"]


def test_past_review_are_the_live_ones_whose_promise_to_readers_is_over(
    editor: User, make: Make
) -> None:
    dates: dict[str, Any] = {"checked_on": "2025-01-01", "review_on": YESTERDAY.isoformat()}
    publishing.publish(make("Old?", **dates), editor=None)
    publishing.publish(make("Today?", **{**dates, "review_on": TODAY.isoformat()}), editor=None)
    withdrawn = make("Withdrawn?", **dates)
    publishing.publish(withdrawn, editor=None)
    publishing.withdraw(withdrawn, notice="Wrong.")
    make("Draft?", **dates)
    assert questions(editor, "past-review") == ["Old?"]


def test_a_citation_without_a_source_is_named(editor: User, make: Make) -> None:
    citations: Any = make_document()["citations"]
    citations[1]["source"] = None
    make("Incomplete?", citations=citations)
    make("Whole?")
    assert questions(editor, "no-source") == ["Incomplete?"]
    section = next(each for each in seen(editor).newsroom if each.key == "no-source")
    assert section.lines[0].note == "[2]"


def test_drafts_are_counted_by_age_the_oldest_first(editor: User, make: Make) -> None:
    for days in (0, 6, 7, 40, 400, 500):
        check = make(f"{days} days old?")
        FactCheck.objects.filter(pk=check.pk).update(created_at=NOON - timedelta(days=days))
    publishing.publish(make("Public?"), editor=None)
    workflow.submit(make("In review?"), by=editor, base=1)
    drafts = seen(editor).drafts
    assert [(row.title, row.count) for row in drafts] == [
        (AGES["year"].title, 2),
        (AGES["month"].title, 1),
        (AGES["weeks"].title, 1),
        (AGES["days"].title, 2),
    ]
    client = Client()
    client.force_login(editor)
    for row in drafts:
        response: Any = client.get(row.url)
        assert response.context["cl"].result_count == row.count


def test_ages_begin_at_midnight_in_the_newsroom(editor: User, make: Make, settings: Any) -> None:
    settings.TIME_ZONE = "America/New_York"
    check = make("Begun late on the evening of February 23?")
    begun = datetime(2026, 2, 24, 4, 30, tzinfo=UTC)
    FactCheck.objects.filter(pk=check.pk).update(created_at=begun)
    assert [row.title for row in seen(editor).drafts] == [AGES["weeks"].title]


def test_each_list_is_bounded_and_leads_to_the_rest(editor: User, make: Make) -> None:
    for number in range(SHOWN + 1):
        make(f"Number {number}?")
    FactCheck.objects.update(assignee=editor)
    (section,) = seen(editor).mine
    assert len(section.lines) == SHOWN
    client = Client()
    client.force_login(editor)
    response: Any = client.get(section.more)
    assert response.context["cl"].result_count == SHOWN + 1


def test_a_line_says_by_when_and_by_whom(editor: User, make: Make) -> None:
    make("Mine?")
    FactCheck.objects.update(assignee=editor, due_on=date(2026, 3, 9))
    assert seen(editor).mine[0].lines[0].note == "due March 9, 2026 · editor"


def test_an_unknown_queue_or_age_filters_nothing(editor: User, make: Make) -> None:
    make("Any?")
    assert listed(editor, "no-such-queue") == {"Any?"}


def test_checks_are_listed_with_who_looks_after_them_in_few_queries(
    editor: User, make: Make, client: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(5):
        make(f"Number {number}?")
    FactCheck.objects.update(assignee=editor, due_on=TODAY)
    client.force_login(editor)
    with django_assert_max_num_queries(14):
        page = client.get(reverse("admin:factchecks_factcheck_changelist")).content.decode()
    assert "March 2, 2026" in page


# Sources ------------------------------------------------------------------------------------------


def fallen(user: User) -> list[str]:
    page = seen(user, may_see_sources=True)
    return [
        f"{line.title}: {line.note}"
        for section in page.newsroom
        if section.key == "fallen"
        for line in section.lines
    ]


def test_sources_that_readers_no_longer_find_are_listed_until_somebody_takes_note(
    editor: User,
) -> None:
    make_published()
    one, two, three = Source.objects.order_by("title")
    make_check(key=key(9), slug="draft", citations=[])
    Source.objects.create(url="https://nobody.example/", state="dead", state_since=NOON)
    for source, state, since in [
        (one, "dead", NOON - timedelta(days=3)),
        (two, "drifted", NOON - timedelta(days=1)),
        (three, "alive", NOON),
    ]:
        Source.objects.filter(pk=source.pk).update(state=state, state_since=since)
    assert fallen(editor) == [
        "Title 2: changed since we read it, noticed on March 1, 2026",
        "Title 1: no longer available since Feb. 27, 2026",
    ]
    Source.objects.filter(pk=two.pk).update(noted_at=NOON)
    assert [line.split(":")[0] for line in fallen(editor)] == ["Title 1"]
    later = {"state": "moved", "state_since": NOON + timedelta(days=1)}
    Source.objects.filter(pk=two.pk).update(**later)
    assert [line.split(":")[0] for line in fallen(editor)] == ["Title 2", "Title 1"]


def test_who_may_not_see_sources_is_not_told_of_them(editor: User) -> None:
    make_published()
    Source.objects.update(state="dead", state_since=NOON)
    assert "fallen" not in {section.key for section in seen(editor).newsroom}


def test_ten_sources_are_shown_and_the_rest_is_a_link_away(client: Client, editor: User) -> None:
    document: Any = make_document()
    document["citations"] = [
        {**document["citations"][0], "key": key(800 + n), "number": n, "source": part}
        for n in range(1, 13)
        for part in [make_source_part(n)]
    ]
    for citation in document["citations"]:
        citation["quotations"] = []
    make_published(citations=document["citations"])
    Source.objects.update(state="dead", state_since=NOON)
    page = seen(editor, may_see_sources=True)
    [section] = [each for each in page.newsroom if each.key == "fallen"]
    assert len(section.lines) == SHOWN
    client.force_login(make_user("looker", "sources.view_source"))
    listed: Any = client.get(section.more)
    assert listed.context["cl"].result_count == 12


def test_the_report_on_evidence_is_one_step_from_the_front_page_and_from_the_list_of_sources(
    editor: User, client: Client
) -> None:
    editor.user_permissions.add(Permission.objects.get(codename="view_source"))
    client.force_login(editor)
    for page in ("admin:index", "admin:sources_source_changelist"):
        html = client.get(reverse(page)).content.decode()
        assert reverse("admin:factchecks_factcheck_evidence_report") in html
