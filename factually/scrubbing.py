"""E-mail addresses and signed links stay out of logs and error reports, whoever put them into a message or a traceback."""

import logging
import re
from typing import Any

from django.views.debug import ExceptionReporter

# Wider than what an address may be: a harmless word too many is lost, no address is left. Also as in a URL (%40).
# Both begin where a word begins: looked for from each of its letters, a path of 10,000 took a second.
_AROUND = r"[^\s<>\"'`(),;:\[\]{}=/&|\\]"
ADDRESS = re.compile(rf"(?<!{_AROUND}){_AROUND}+(?:@|%40){_AROUND}+", re.IGNORECASE)
# What Django's signing makes for an address of ours: whoever has it, as from a log, could use it while it is valid.
SIGNED = re.compile(r"(?<![\w.-])[\w.-]{8,}:[\w-]{6}:[\w-]{43}")


def scrub(text: str) -> str:
    return SIGNED.sub("[signed]", ADDRESS.sub("[e-mail]", text))


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
