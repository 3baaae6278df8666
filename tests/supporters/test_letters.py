"""Letters to supporters: each goes out once, to nobody who should not get it, and leaves no address behind."""

import smtplib
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from supporters import letters, tasks
from supporters.models import Letter, Payment
from supporters.post import Undelivered
from tests.factories import make_user
from tests.supporters.factories import (
    make_contribution,
    make_payment,
    make_refund,
    make_supporter,
)

pytestmark = pytest.mark.django_db
BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def paid(**changes: Any) -> Payment:
    return make_payment(**{"paid_at": timezone.now(), **changes})


def asked(**changes: Any) -> Letter:
    letter = letters.acknowledge(paid(**changes))
    assert letter
    return letter


def failing(monkeypatch: pytest.MonkeyPatch, when: str, error: Exception) -> None:
    def fail(*_: Any) -> None:
        raise error

    monkeypatch.setattr(f"{BACKEND}.{when}", fail)


def test_the_first_payment_of_a_gift_is_answered_with_thanks_and_the_receipt() -> None:
    gift = make_contribution(make_supporter(name="Ada", email="ada@example.org"), amount=2550)
    letter = asked(contribution=gift, provider_id="R-1")

    tasks.send_letter(letter.pk)

    [message] = mail.outbox
    assert message.to == ["ada@example.org"]
    assert message.subject == "Thank you for supporting Factually"
    for part in ("Hello Ada,", "$25.50", "R-1", "/support/manage/"):
        assert part in message.body
    assert "$25.50" in message.alternatives[0].content  # type: ignore[attr-defined]


def test_each_later_payment_of_it_is_answered_with_a_receipt() -> None:
    gift = make_contribution(frequency="monthly")
    kinds = [asked(contribution=gift, provider_id=f"R-{turn}").kind for turn in range(3)]

    assert kinds == ["thanks", "receipt", "receipt"]
    tasks.send_letter(Letter.objects.filter(kind="receipt").earliest("pk").pk)
    assert mail.outbox[0].subject == "Your receipt from Factually: $25"


def test_a_payment_told_of_twice_is_answered_once() -> None:
    payment = paid()

    assert letters.acknowledge(payment)
    assert letters.acknowledge(payment) is None
    assert Letter.objects.count() == 1


def test_the_database_itself_refuses_a_second_letter_about_a_payment() -> None:
    letter = asked()

    with pytest.raises(IntegrityError, match="letter_once_for_a_payment"):
        Letter.objects.create(
            kind="receipt",
            supporter=letter.supporter,
            contribution=letter.contribution,
            payment=letter.payment,
        )


def test_a_job_that_runs_twice_sends_once() -> None:
    letter = asked()

    tasks.send_letter(letter.pk)
    tasks.send_letter(letter.pk)

    assert len(mail.outbox) == 1
    letter.refresh_from_db()
    assert letter.sent_at


def test_a_letter_whose_worker_died_while_handing_it_over_is_not_sent_again_by_itself() -> None:
    letter = asked()
    Letter.objects.update(begun_at=datetime(2026, 1, 1, tzinfo=UTC))

    tasks.send_letter(letter.pk)

    assert mail.outbox == []
    assert Letter.objects.unsent().get() == letter


def test_the_desk_decides_that_such_a_letter_is_sent_again() -> None:
    letter = asked()
    Letter.objects.update(begun_at=datetime(2026, 1, 1, tzinfo=UTC))

    assert letters.send_again(letter)
    tasks.send_letter(letter.pk)

    assert len(mail.outbox) == 1
    assert not letters.send_again(letter)


def test_without_a_mail_server_it_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    letter = asked()
    with monkeypatch.context() as away:
        failing(away, "open", TimeoutError("no answer"))
        with pytest.raises(Undelivered):
            tasks.send_letter(letter.pk)

    tasks.send_letter(letter.pk)

    assert len(mail.outbox) == 1


def test_when_the_line_breaks_while_it_is_taken_it_is_not_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    letter = asked()
    with monkeypatch.context() as breaking:
        failing(breaking, "send_messages", smtplib.SMTPServerDisconnected("broken"))
        tasks.send_letter(letter.pk)

    tasks.send_letter(letter.pk)

    assert mail.outbox == []
    letter.refresh_from_db()
    assert letter.error == "Nobody knows whether it arrived: SMTPServerDisconnected"


def test_a_refused_address_is_on_record_without_the_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    letter = asked(contribution=make_contribution(make_supporter(email="gone@example.org")))
    refusal = smtplib.SMTPRecipientsRefused({"gone@example.org": (550, b"no gone@example.org")})
    failing(monkeypatch, "send_messages", refusal)

    tasks.send_letter(letter.pk)

    letter.refresh_from_db()
    assert letter.error == "Not sent: SMTPRecipientsRefused 550"
    assert letter.sent_at is None


def test_a_server_that_says_later_is_asked_later_and_its_words_go_nowhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    letter = asked()
    words = smtplib.SMTPDataError(451, b"try later, supporter1@example.org")
    failing(monkeypatch, "send_messages", words)

    with pytest.raises(Undelivered) as failure:
        tasks.send_letter(letter.pk)

    assert "@" not in str(failure.value)
    assert failure.value.__suppress_context__


def test_a_job_carries_nothing_but_the_number_of_a_row() -> None:
    letter = asked()

    [job] = ProcrastinateJob.objects.filter(task_name=tasks.send_letter.name)

    assert job.args == {"letter_id": letter.pk}


@pytest.mark.parametrize(
    "person", [{"email": ""}, {"is_demonstration": True}], ids=["no address", "made up"]
)
def test_nobody_is_written_to_who_cannot_be(person: dict[str, Any]) -> None:
    gift = make_contribution(make_supporter(**person))

    assert letters.acknowledge(paid(contribution=gift)) is None


def test_a_suspicious_gift_is_not_thanked_for_while_it_is_held() -> None:
    gift = make_contribution(held_at=timezone.now(), held_reason="Many small tries")

    assert letters.acknowledge(paid(contribution=gift)) is None


def test_nobody_is_thanked_for_what_came_in_long_ago() -> None:
    assert letters.acknowledge(make_payment(paid_at=datetime(2026, 1, 1, tzinfo=UTC))) is None


def test_a_refund_is_no_reason_to_say_thanks() -> None:
    payment = paid()

    assert letters.acknowledge(make_refund(payment)) is None


def test_who_was_thanked_by_hand_gets_no_thanks_by_mail() -> None:
    gift, keeper = make_contribution(), make_user("keeper")

    letter = letters.thanked_by_hand(gift, by=keeper)
    again = letters.thanked_by_hand(gift, by=keeper)

    assert (letter.sent_by, letter) == (keeper, again)
    assert asked(contribution=gift).kind == "receipt"


def test_thanks_by_hand_stop_those_that_wait() -> None:
    waiting = asked()
    assert waiting.contribution

    letters.thanked_by_hand(waiting.contribution, by=make_user("keeper"))
    tasks.send_letter(waiting.pk)

    assert mail.outbox == []


def test_a_name_with_marks_of_html_is_shown_as_it_is() -> None:
    letter = asked(contribution=make_contribution(make_supporter(name="<b>Ada & Co</b>")))

    tasks.send_letter(letter.pk)

    assert "Hello <b>Ada & Co</b>," in mail.outbox[0].body
    html = mail.outbox[0].alternatives[0].content  # type: ignore[attr-defined]
    assert "Hello &lt;b&gt;Ada &amp; Co&lt;/b&gt;," in html
