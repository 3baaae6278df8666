"""Many people at one check at the same moment: nothing is lost, nothing is public twice."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.utils import timezone

from factchecks import publishing, revisions, workflow
from factchecks.models import FactCheck, Publication, Revision
from tests.factchecks.desk.forms import change_url, typed
from tests.factories import edit, make_check, make_published, make_superuser, make_user

pytestmark = pytest.mark.django_db(transaction=True)
SAVES, STEPS = 50, 60


def at_once(*work: Callable[[], None]) -> None:
    """Run each in a thread of its own, all beginning at the same moment; what one raises is raised here."""
    start = threading.Barrier(len(work))
    raised: list[BaseException] = []

    def run(one: Callable[[], None]) -> None:
        try:
            start.wait()
            one()
        except BaseException as error:
            raised.append(error)
            raise
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[one]) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if raised:
        raise raised[0]


def numbers(check: FactCheck) -> list[int]:
    return list(check.revisions.order_by("number").values_list("number", flat=True))


def test_of_fifty_saves_at_once_each_is_kept_or_comes_back_with_its_text() -> None:
    check = make_check()
    chief = make_superuser()
    clients = []
    for _ in range(SAVES):
        client = Client()
        client.force_login(chief)
        clients.append(client)
    form = typed(clients[0], change_url(check))
    answers: dict[str, Any] = {}

    def save(client: Client, text: str) -> Callable[[], None]:
        def post() -> None:
            answers[text] = client.post(change_url(check), {**form, "summary": text})

        return post

    texts = [f"Typed by number {number} for an hour [1]." for number in range(SAVES)]
    at_once(*(save(client, text) for client, text in zip(clients, texts, strict=True)))

    assert Counter(answer.status_code for answer in answers.values()).keys() <= {200, 302}
    kept = {revision.document["summary"] for revision in Revision.objects.all()}
    saved = {text for text, answer in answers.items() if answer.status_code == 302}
    assert saved
    assert saved <= kept
    for text in set(texts) - saved:
        assert text in answers[text].content.decode()
    assert numbers(check) == list(range(1, len(saved) + 2))


def test_fifty_saves_that_each_try_again_are_all_kept_and_numbered_without_a_gap() -> None:
    check = make_check()

    def save(number: int) -> Callable[[], None]:
        def until_saved() -> None:
            while True:
                last = revisions.newest(check)
                assert last is not None
                document: Any = {**last.document, "summary": f"Version {number} [1]."}
                try:
                    revisions.apply(document, fact_check=check, base=last.number, by=None)
                except revisions.StaleBase:
                    continue
                return

        return until_saved

    # Ten at a time: each of them loses to nine others at most as often as they save.
    for first in range(0, SAVES, 10):
        at_once(*(save(number) for number in range(first, first + 10)))

    assert numbers(check) == list(range(1, SAVES + 2))
    summaries = {revision.document["summary"] for revision in Revision.objects.all()}
    assert summaries >= {f"Version {number} [1]." for number in range(SAVES)}


def save(check: FactCheck, base: int, by: User) -> None:
    last = check.revisions.get(number=base)
    document: Any = {**last.document, "summary": f"{last.document['summary']} More."}
    revisions.apply(document, fact_check=check, base=base, by=by)


def submit(check: FactCheck, base: int, by: User) -> None:
    workflow.submit(check, by=by, base=base)


def approve(check: FactCheck, base: int, by: User) -> None:
    workflow.approve(check, by=by, base=base)


def publish(check: FactCheck, base: int, by: User) -> None:
    publishing.publish(check, editor=by)


def schedule(check: FactCheck, base: int, by: User) -> None:
    publishing.publish(check, editor=by, at=timezone.now() + timedelta(hours=1))


def move(check: FactCheck, base: int, by: User) -> None:
    publishing.move(check, editor=by, at=timezone.now() + timedelta(minutes=30))


def withdraw(check: FactCheck, base: int, by: User) -> None:
    publishing.withdraw(check, notice="A mistake.", editor=by)


MIX = [publish, save, submit, approve, publish, withdraw, submit, approve, schedule, move]


def test_no_mix_of_steps_leaves_two_versions_public(settings: Any) -> None:
    settings.PUBLISHING_NEEDS_SECOND_PERSON = True
    check = make_check()
    writer, editor = make_user("writer"), make_user("boss")
    refusals: list[ValidationError] = []

    def trying(step: Callable[[FactCheck, int, User], None]) -> Callable[[], None]:
        def run() -> None:
            last = revisions.newest(check)
            assert last is not None
            try:
                step(check, last.number, writer if step in {save, submit} else editor)
            except ValidationError as refusal:
                refusals.append(refusal)

        return run

    submit(check, 1, writer)
    approve(check, 1, editor)
    publish(check, 1, editor)
    at_once(*(trying(MIX[number % len(MIX)]) for number in range(STEPS)))

    assert len(refusals) < STEPS
    assert Publication.objects.published().count() <= 1
    spans = sorted((p.live_during.lower, p.live_during.upper) for p in Publication.objects.all())
    for (_begin, end), (begin, _end) in pairwise(spans):
        assert end is not None
        assert end <= begin
    assert all(p.approved_by == editor for p in Publication.objects.all())
    assert numbers(check) == list(range(1, check.revisions.count() + 1))


def test_of_two_who_move_a_schedule_at_once_the_second_finds_the_work_of_the_first() -> None:
    check = make_published().fact_check
    edit(check, summary="Quite [1].")
    begins = timezone.now() + timedelta(hours=12)
    publishing.publish(check, editor=None, at=begins)
    moments = [begins + timedelta(hours=hours) for hours in (-2, -1, 1, 2)]

    def moving(at: datetime) -> Callable[[], None]:
        def move() -> None:
            publishing.move(check, at=at)

        return move

    at_once(*(moving(at) for at in moments))
    live, waiting = Publication.objects.order_by("live_during")
    assert live.live_until == waiting.updated_at
    assert waiting.updated_at in moments
    assert check.steps.filter(kind="moved").count() == len(moments)
