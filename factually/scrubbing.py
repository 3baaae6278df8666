"""E-mail addresses stay out of logs and error reports, whoever put them into a message, a traceback or a query."""

import logging
import re
from typing import Any

from django.views.debug import ExceptionReporter

# Wider than what an address may be: a harmless word too many is lost, no address is left. Also as in a URL (%40).
_AROUND = r"[^\s<>\"'`(),;:\[\]{}=/&|\\]"
ADDRESS = re.compile(rf"{_AROUND}+(?:@|%40){_AROUND}+", re.IGNORECASE)
INSTEAD = "[e-mail]"


def scrub(text: str) -> str:
    return ADDRESS.sub(INSTEAD, text)


class Formatter(logging.Formatter):
    """Of lines in the log, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        return scrub(super().format(record))


class Reporter(ExceptionReporter):
    """Of Django's error reports, by mail or on its page for developers."""

    def get_traceback_html(self) -> Any:
        return scrub(super().get_traceback_html())

    def get_traceback_text(self) -> Any:
        return scrub(super().get_traceback_text())
