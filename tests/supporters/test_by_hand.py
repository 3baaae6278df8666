"""The commands that do the worker's jobs by hand."""

import io
import os
import pty
import signal
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.core.management.base import OutputWrapper
from django.db import connection
from django.utils import timezone

from supporters import letters, privacy, surveying, webhook
from supporters.models import Contribution, Letter, Survey
from supporters.post import Fate, Undelivered
from supporters.progress import progress
from supporters.providers.away import ProviderAway
from tests.supporters.factories import make_contribution, make_event, make_payment, make_supporter

pytestmark = pytest.mark.django_db


def typed(command: str) -> str:
    """What the command said, on either stream."""
    said = io.StringIO()
    call_command(command, stdout=said, stderr=said)
    return said.getvalue()


def ask_for_letter(number: int = 1) -> Letter:
    gift = make_contribution(make_supporter(number))
    letter = letters.acknowledge(make_payment(gift, paid_at=timezone.now()))
    assert letter
    return letter


def test_letters_that_wait_are_sent_once() -> None:
    ask_for_letter(1), ask_for_letter(2)
    assert typed("send_letters") == "Letters taken in hand: 2 of 2\nLetters sent: 2\n"
    assert typed("send_letters") == "Letters sent: 0\n"
    assert len(mail.outbox) == 2


def test_a_letter_that_is_not_taken_now_is_tried_again_and_a_refused_one_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    letter = ask_for_letter()

    def away(*_: Any) -> None:
        raise Undelivered(Fate.LATER, "451")

    with monkeypatch.context() as patched:
        patched.setattr("supporters.post.hand_over", away)
        with pytest.raises(CommandError, match=r"1 of 1 letters were not taken\."):
            typed("send_letters")
    refused = ask_for_letter(2)
    Letter.objects.filter(pk=refused.pk).update(error="Not sent: 550")
    with connection.cursor() as cursor:  # the worker gave it up
        cursor.execute(
            "DELETE FROM procrastinate_jobs WHERE args->>'letter_id' = %s", [str(refused.pk)]
        )
    assert typed("send_letters") == "Letters taken in hand: 1 of 1\nLetters sent: 1\n"
    letter.refresh_from_db()
    assert letter.sent_at


def test_events_that_wait_are_taken_in(monkeypatch: pytest.MonkeyPatch) -> None:
    event = make_event(status="waiting")
    taken: list[int] = []
    monkeypatch.setattr(webhook, "apply", taken.append)
    assert typed("apply_events").endswith("Events taken into the ledger: 1\n")
    assert taken == [event.pk]


def test_an_event_that_can_not_be_taken_in_makes_the_command_fail() -> None:
    event = make_event(status="waiting", payload={})
    with pytest.raises(CommandError, match="1 of 1 events could not be taken in"):
        typed("apply_events")
    event.refresh_from_db()
    assert event.status == "failed"


def test_gifts_begun_and_never_paid_are_forgotten() -> None:
    make_contribution(make_supporter(), provider="stripe")
    Contribution.objects.update(created_at=timezone.now() - timedelta(days=100))
    assert typed("forget_abandoned") == "Gifts forgotten: 1\n"


def test_a_provider_that_is_away_makes_the_command_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    supporter = make_supporter()
    monkeypatch.setattr(
        privacy, "not_yet_forgotten_at_providers", lambda: type(supporter).objects.all()
    )
    assert typed("finish_forgetting").endswith("Providers were asked to forget: 1\n")

    def away(_: int) -> None:
        raise ProviderAway("Not now.")

    monkeypatch.setattr(privacy, "forget_at_providers", away)
    with pytest.raises(CommandError, match="For 1 of 1 people the provider did not answer"):
        typed("finish_forgetting")


def test_the_ledger_is_surveyed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert typed("survey_supporters") == "The ledger is surveyed.\n"
    assert Survey.objects.count() == 1
    assert surveying.latest()


# How far it is ------------------------------------------------------------------------------------


def test_ctrl_c_lets_the_letter_in_hand_be_finished() -> None:
    finished = []
    stream = OutputWrapper(io.StringIO())
    try:
        for item in progress("abc", "Letters", stream):
            os.kill(os.getpid(), signal.SIGINT)
            finished.append(item)
    except CommandError as stopped:
        finished.append(f"{stopped.returncode}: {stopped}")
    assert finished == ["a", "130: Stopped. Letters: 1 of 3."]


def test_a_terminal_shows_a_bar(capfd: pytest.CaptureFixture[str]) -> None:
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as terminal:
        list(progress("abc", "Letters", OutputWrapper(terminal)))
    os.close(ours)
    assert "Letters: 100%" in capfd.readouterr().err
