"""The mail server, or a provider in its place: hands a mail over, and knows what became of it."""

import enum
import smtplib
from importlib.util import find_spec

import django
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.module_loading import import_string

# Installed where a provider is used instead of a mail server (django-anymail).
PROVIDER_ERROR: type[Exception] = (
    import_string("anymail.exceptions.AnymailError") if find_spec("anymail") else OSError
)
FAILURES = (OSError, smtplib.SMTPException, PROVIDER_ERROR)
TRY_LATER = {408, 425, 429}  # RFC 9110 and 6585: answers that ask to come back


class Fate(enum.Enum):
    LATER = "not taken now"
    NEVER = "refused for good"
    UNCLEAR = "nobody knows whether it was taken"


class Undelivered(Exception):
    """A mail did not go out, or may not have. Its words never have an address in them: servers put them into theirs."""

    def __init__(self, fate: Fate, reason: str) -> None:
        super().__init__(f"{reason}: {fate.value}")
        self.fate, self.reason = fate, reason


def hand_over(message: mail.EmailMessage) -> None:
    """Raises ``Undelivered``. Without it, the server has the mail."""
    try:
        connection = _connection()
        connection.open()
    except FAILURES as error:
        raise Undelivered(Fate.LATER, _reason(error)) from None
    try:
        connection.send_messages([message])
    except FAILURES as error:
        raise Undelivered(_fate(error), _reason(error)) from None
    finally:
        connection.close()


def _connection() -> BaseEmailBackend:
    if django.VERSION < (6, 1):
        return mail.get_connection()
    return mail.mailers["default"]


def _fate(error: Exception) -> Fate:
    """Of a mail whose handing over had begun."""
    code = _code(error)
    if code is None:
        return Fate.UNCLEAR
    if isinstance(error, smtplib.SMTPException):  # RFC 5321, section 4.2.1: 5yz is for good
        return Fate.NEVER if code >= 500 else Fate.LATER
    if code in TRY_LATER:
        return Fate.LATER
    return Fate.NEVER if code < 500 else Fate.UNCLEAR


def _code(error: Exception) -> int | None:
    """SMTP's or HTTP's number, where there was an answer at all."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return max((code for code, _ in error.recipients.values()), default=None)
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code if error.smtp_code > 0 else None
    return getattr(error, "status_code", None)


def _reason(error: Exception) -> str:
    """ "SMTPRecipientsRefused 550": the kind of fault and its number alone."""
    code = _code(error)
    return f"{type(error).__name__} {code}" if code else type(error).__name__
