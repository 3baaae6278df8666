"""The same bytes come again, and are read again where their first reading may not be the last word."""

import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from sources import quoting
from sources.models import Body, Source
from sources.reading import apart
from sources.reading.result import Trouble, Unreadable
from tests.sources.awkward import Site, answer
from tests.sources.evidence import (
    ADDED,
    ASKED,
    QUOTE,
    keep_in,
    look_at,
    make_quoted,
    moment,
    page,
)

pytestmark = pytest.mark.django_db
BYTES = f"<!doctype html><title>The Moon</title><p>{QUOTE}</p>".encode()


@pytest.fixture(autouse=True)
def _copies(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_in(tmp_path, settings, monkeypatch)


def sent_as(kind: str, data: bytes = BYTES) -> bytes:
    return answer(200, data, Content_Type=kind)


def read_badly(*args: Any, **limits: Any) -> Any:
    raise Unreadable(Trouble.COSTLY)


def test_a_page_that_was_too_costly_once_is_read_the_next_time(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = make_quoted(site.says("/moon", page()))
    with monkeypatch.context() as busy:
        busy.setattr(apart, "read", read_badly)
        look_at(source, site, ADDED)
    assert Body.objects.get().trouble == "costly"
    assert quoting.verified_on([source.pk]) == {}
    told = moment(source)
    look_at(source, site, ASKED)
    body = Body.objects.get()
    assert (body.trouble, body.title, body.text) == ("", "The Moon", QUOTE)
    assert list(quoting.verified_on([source.pk])) == [(source.pk, quoting.digest(QUOTE))]
    assert moment(source) != told


def test_what_comes_as_something_else_is_read_as_that(site: Site) -> None:
    source = Source.objects.create(url=site.says("/moon", sent_as("text/plain")))
    look_at(source, site, ADDED)
    assert Body.objects.get().kind == "text"
    site.says("/moon", sent_as("text/html"))
    look_at(source, site)
    body = Body.objects.get()
    assert (body.kind, body.text, body.media_type) == ("html", QUOTE, "text/html")
    assert source.snapshots.count() == 1


def test_what_was_found_in_the_old_reading_is_looked_up_anew_for_every_source_that_has_the_page(
    site: Site,
) -> None:
    latin = "Größe ist alles.".encode("latin-1")
    one = make_quoted(site.says("/one", sent_as("text/plain; charset=iso-8859-1", latin)), "Größe")
    two = Source.objects.create(url=site.says("/two", sent_as("text/plain; charset=koi8-r", latin)))
    look_at(one, site, ADDED)
    assert len(quoting.verified_on([one.pk])) == 1
    told = moment(one)
    look_at(two, site, ADDED)
    assert Body.objects.get().text != "Größe ist alles."
    assert quoting.verified_on([one.pk]) == {}
    assert moment(one) != told


def test_a_newer_reader_reads_again(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    source = Source.objects.create(url=site.says("/moon", page()))
    look_at(source, site, ADDED)
    Body.objects.update(text="As an older release has read it.", reader="older")
    look_at(source, site)
    body = Body.objects.get()
    assert (body.text, body.reader) == (QUOTE, apart.READER)
    monkeypatch.setattr(apart, "read", read_badly)
    monkeypatch.setattr(apart, "READER", "newest")
    look_at(source, site)
    assert Body.objects.get().text == QUOTE  # one that failed takes no place


def test_known_bytes_are_not_read_twice(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    source = Source.objects.create(url=site.says("/moon", page()))
    look_at(source, site, ADDED)
    monkeypatch.setattr(apart, "read", read_badly)
    assert look_at(source, site, ASKED).kind == "same"
    assert Body.objects.get().trouble == ""


def test_a_reading_that_somebody_stops_leaves_no_page_behind(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = f"import os; os.kill(os.getpid(), {signal.SIGTERM.value})"
    source = Source.objects.create(url=site.says("/moon", page()))
    with monkeypatch.context() as stopping:
        stopping.setattr(apart, "COMMAND", (sys.executable, "-c", program))
        look = look_at(source, site, ADDED)
    assert (look.kind, look.snapshot) == ("barred", None)
    assert "was stopped" in look.problem
    assert not Body.objects.exists()
    assert look_at(source, site).snapshot


def test_a_reading_that_was_stopped_once_is_begun_again(
    site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    source = Source.objects.create(url=site.says("/moon", page()))
    read = apart.read
    stopped: list[bool] = []

    def stop_first(*args: Any, **limits: Any) -> Any:
        if stopped:
            return read(*args, **limits)
        stopped.append(True)
        raise Unreadable(Trouble.STOPPED)

    monkeypatch.setattr(apart, "read", stop_first)
    copy = look_at(source, site, ADDED).snapshot
    assert copy
    assert copy.body.text == QUOTE


def test_an_address_of_many_letters_that_are_none_of_ascii_is_kept(site: Site) -> None:
    site.says("/" + "%D0%B6" * 400, page())
    source = Source.objects.create(url=site.url("/" + "ж" * 400))
    copy = look_at(source, site, ADDED).snapshot
    assert copy
    assert len(copy.asked_url) > 2400
