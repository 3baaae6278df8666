"""A document is read in a process that may come to any harm."""

import sys
from dataclasses import replace
from datetime import date

import pytest

from sources.reading import apart
from sources.reading.result import Hint, Read, Trouble, Unreadable, from_json
from tests.sources.reading.pdfs import make_bomb, make_pdf

URL = "https://example.org/a"


def refused(data: bytes, **limits: int) -> Trouble:
    with pytest.raises(Unreadable) as error:
        apart.read(data, "text/html", URL, **limits)
    assert apart.sentence(error.value.trouble).endswith((".", "?"))
    return error.value.trouble


def test_what_was_read_arrives_whole() -> None:
    page = b"<html lang=de><title>Gr\xc3\xb6\xc3\x9fe</title><link rel=canonical href=/b><time datetime=2024-05-02></time><p>Ja."
    assert apart.read(page, "text/html", URL) == Read(
        kind="html", text="Ja.", title="Größe", published_on=date(2024, 5, 2), language="de",
        canonical="https://example.org/b", encoding="utf-8",
    )  # fmt: skip
    assert apart.read(make_pdf(["It rained."])).text == "It rained."


def test_the_answer_is_the_same_after_its_journey() -> None:
    read = Read("pdf", "x", authors=("a", "b"), hints=(Hint.CUT,), published_on=date(2024, 5, 2))
    assert from_json(read.as_json()) == read
    assert from_json(replace(read, published_on=None).as_json()).published_on is None


def test_what_is_too_large_is_not_even_tried() -> None:
    assert refused(bytes(apart.LARGEST + 1)) == Trouble.TOO_LARGE


def test_a_refusal_arrives_as_such() -> None:
    assert refused(b"\x89PNG" + bytes(100)) == Trouble.KIND
    assert refused(make_bomb(100_000_000)) == Trouble.COSTLY


def test_memory_is_bounded() -> None:
    assert refused(b"<p>" + b"x " * 10_000_000, memory=150_000_000) == Trouble.COSTLY


@pytest.mark.parametrize(
    "program",
    [
        "import time; time.sleep(60)",
        "import os; os.kill(os.getpid(), 11)",
        "print('{}')",
        "print('[1]')",
        "print('{\"read\": {}}')",
        'print(\'{"trouble": "unheard-of"}\')',
        "raise SystemExit(3)",
    ],
)
def test_a_reader_that_hangs_or_crashes_does_no_harm(
    program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "COMMAND", (sys.executable, "-c", program))
    assert refused(b"<p>x" * 100_000, seconds=1) == Trouble.COSTLY


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGKILL"])
def test_a_reader_that_somebody_stops_says_nothing_of_the_document(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = f"import os, signal; signal.signal(signal.SIGINT, signal.SIG_DFL); os.kill(os.getpid(), signal.{name})"
    monkeypatch.setattr(apart, "COMMAND", (sys.executable, "-c", program))
    assert refused(b"<p>x") == Trouble.STOPPED


def test_too_much_work_is_the_documents_own_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    program = "import os, signal; os.kill(os.getpid(), signal.SIGXCPU)"
    monkeypatch.setattr(apart, "COMMAND", (sys.executable, "-c", program))
    assert refused(b"<p>x") == Trouble.COSTLY


def test_who_stops_a_command_at_the_keyboard_does_not_stop_its_reader(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    program = "import os, json; print(json.dumps({'trouble': 'broken' if os.getpgid(0) == os.getpid() else 'kind'}))"
    monkeypatch.setattr(apart, "COMMAND", (sys.executable, "-c", program))
    assert refused(b"x") == Trouble.BROKEN


def test_the_reader_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "secret")
    program = "import os, json; print(json.dumps({'trouble': 'broken' if 'SECRET_KEY' in os.environ else 'kind'}))"
    monkeypatch.setattr(apart, "COMMAND", (sys.executable, "-c", program))
    assert refused(b"x") == Trouble.KIND
