"""Many people at one check at the same moment: nothing is lost, nothing is public twice."""

import threading
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client

from factchecks import publishing, revisions, workflow
from factchecks.models import FactCheck, Publication, Revision
from tests.factchecks.desk.forms import change_url, typed
from tests.factories import make_check, make_superuser, make_user

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


def test_no_mix_of_steps_leaves_two_versions_public(settings: Any) -> None:
    settings.PUBLISHING_NEEDS_SECOND_PERSON = True
    check = make_check()
    writer, editor = make_user("writer"), make_user("boss")
    refusals: list[ValidationError] = []

    def trying(step: Callable[[FactCheck, int, User], Any], number: int) -> Callable[[], None]:
        def run() -> None:
            last = revisions.newest(check)
            assert last is not None
            try:
                step(check, last.number, editor if step is not save else writer)
            except ValidationError as refusal:
                refusals.append(refusal)

        return run

    def save(check: FactCheck, base: int, by: User) -> None:
        last = check.revisions.get(number=base)
        document: Any = {**last.document, "summary": f"{last.document['summary']} More."}
        revisions.apply(document, fact_check=check, base=base, by=by)

    def approve(check: FactCheck, base: int, by: User) -> None:
        workflow.approve(check, by=by, base=base)

    def publish(check: FactCheck, base: int, by: User) -> None:
        publishing.publish(check, editor=by)

    def withdraw(check: FactCheck, base: int, by: User) -> None:
        publishing.withdraw(check, notice="A mistake.", editor=by)

    workflow.approve(check, by=editor, base=1)
    steps = [publish, save, approve, publish, withdraw, approve]
    at_once(*(trying(steps[number % 6], number) for number in range(STEPS)))

    assert len(refusals) < STEPS
    assert Publication.objects.published().count() <= 1
    spans = sorted((p.live_during.lower, p.live_during.upper) for p in Publication.objects.all())
    assert spans
    for (_begin, end), (begin, _end) in pairwise(spans):
        assert end is not None
        assert end <= begin
    assert all(p.approved_by == editor for p in Publication.objects.all())
    assert numbers(check) == list(range(1, check.revisions.count() + 1))
