"""E-mail addresses are in no log and in no error report, wherever they come from."""

import logging
import sys
import time
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError
from django.test import Client, RequestFactory
from django.utils.module_loading import import_string

from factually.scrubbing import Formatter, scrub
from supporters import links
from tests.supporters.factories import make_supporter

ADA = "ada.example+news@mail.example.org"


def line(message: str, *args: object, error: Exception | None = None) -> str:
    raised = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("a", logging.ERROR, "file.py", 1, message, args, raised)
    return Formatter("{levelname} {message}", style="{").format(record)


@pytest.mark.parametrize(
    "text",
    [
        f"to {ADA}.",
        f"<{ADA}>",
        f"{{'{ADA}': (550, b'no')}}",
        "GET /x/?email=ada.example%40mail.example.org HTTP/1.1",
        "ada@localhost",
        "Ada@EXAMPLE.org",
        "ädä@exämple.org",
    ],
)
def test_an_address_is_taken_out_of_whatever_it_stands_in(text: str) -> None:
    assert "[e-mail]" in scrub(text)
    for part in ("ada", "ädä", "mail.example", "exämple", "localhost"):
        assert part not in scrub(text).lower()


@pytest.mark.parametrize(
    "text", ["a meeting @ noon", "@app.task", "12:30:45 INFO job[12](letter_id=3)"]
)
def test_what_is_no_address_stays(text: str) -> None:
    assert scrub(text) == text


def test_a_very_long_path_is_read_once() -> None:
    began = time.perf_counter()
    path = f"Not Found: /{'a' * 30_000}/"

    assert scrub(path) == path
    assert time.perf_counter() - began < 1  # seconds; from each of its letters it took twenty


def test_a_message_with_arguments_is_cleaned() -> None:
    assert line("No mail to %s", ADA) == "ERROR No mail to [e-mail]"


@pytest.mark.django_db
def test_what_the_database_says_is_cleaned() -> None:
    make_supporter(email=ADA)
    with pytest.raises(IntegrityError, match=r"ada\.example") as raised:
        make_supporter(2, email=ADA)

    written = line("Failed", error=raised.value)

    assert "IntegrityError" in written
    assert "ada.example" not in written


@pytest.mark.django_db
def test_a_link_that_opens_somebodys_data_is_not_in_the_log() -> None:
    path = links.path_for(make_supporter())

    assert line("Not Found: %s", path) == "ERROR Not Found: /support/manage/[signed]/"


@pytest.mark.parametrize("form", ["html", "text"])
def test_error_reports_are_cleaned(form: str) -> None:
    request = RequestFactory().post("/support/manage/", {"email": ADA})
    try:
        raise ValueError(f"no room for {ADA}")
    except ValueError:
        reporter: Any = import_string(settings.DEFAULT_EXCEPTION_REPORTER)
        made = reporter(request, *sys.exc_info())
    report = getattr(made, f"get_traceback_{form}")()

    assert "ValueError" in report
    assert "mail.example" + ".org" not in report


def test_the_log_is_written_by_the_formatter_that_cleans() -> None:
    log: Any = settings.LOGGING
    [formatter] = log["formatters"].values()
    handlers = log["handlers"].values()

    assert formatter["()"] == "factually.scrubbing.Formatter"
    assert all(each.get("formatter") == "line" or "Null" in each["class"] for each in handlers)


@pytest.mark.django_db
def test_no_address_of_a_page_has_an_address_of_a_person(client: Client) -> None:
    response = client.post("/support/manage/", {"email": ADA}, follow=True)

    assert response.redirect_chain == [("/support/manage/asked/", 302)]
