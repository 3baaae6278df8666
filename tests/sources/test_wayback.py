"""Save Page Now, as the archive describes it and as it should never answer."""

import logging
from collections.abc import Iterator

import pytest
from pytest_django import Settings

from factually import checks
from sources import wayback
from sources.wayback import Away, Declined, Failed, KeysRefused, Wayback
from tests.sources import fake_wayback
from tests.sources.fake_wayback import ACCESS, JOB, MOMENT, SECRET, FakeWayback

PAGE = "https://sea.example/a?b=c&d=ü"


@pytest.fixture
def fake(settings: Settings) -> Iterator[FakeWayback]:
    with fake_wayback.running() as fake:
        for name, value in fake.settings.items():
            setattr(settings, name, value)
        yield fake


def archive() -> Wayback:
    found = wayback.current()
    assert found
    return found


def test_a_page_is_asked_for_with_the_newsrooms_keys(fake: FakeWayback) -> None:
    fake.accepts()
    assert archive().save(PAGE) == JOB
    path, form, headers = fake.asked[0]
    assert (path, form) == ("POST /save", {"url": PAGE})
    assert headers["authorization"] == f"LOW {ACCESS}:{SECRET}"
    assert headers["accept"] == "application/json"
    assert headers["user-agent"].startswith("Factually (")


def test_a_saved_page_has_an_address_in_the_archive(fake: FakeWayback) -> None:
    fake.has_saved("https://sea.example/a")
    assert (
        archive().copy_of(PAGE, JOB)
        == f"https://web.archive.org/web/{MOMENT}/https://sea.example/a"
    )
    assert fake.paths == [f"GET /save/status/{JOB}"]


def test_a_page_that_is_being_saved_has_none_yet(fake: FakeWayback) -> None:
    fake.is_at_it()
    assert archive().copy_of(PAGE, JOB) == ""


def test_the_archives_name_for_its_job_leads_nowhere_else(fake: FakeWayback) -> None:
    fake.is_at_it()
    archive().copy_of(PAGE, "../../etc?x=\r\n#y")
    assert fake.paths == ["GET /save/status/..%2F..%2Fetc%3Fx%3D%0D%0A%23y"]


@pytest.mark.parametrize("code", ["error:blocked-url", "error:not-found", "error:no-access"])
def test_what_the_archive_will_never_save_is_not_asked_for_again(
    fake: FakeWayback, code: str
) -> None:
    fake.fails(code)
    with pytest.raises(Declined, match=code):
        archive().copy_of(PAGE, JOB)
    fake.refuses(code)
    with pytest.raises(Declined, match=code):
        archive().save(PAGE)


@pytest.mark.parametrize(
    ("code", "wait"),
    [
        ("error:job-failed", 60),
        ("error:user-session-limit", 60),
        ("error:too-many-requests", 60),
        ("error:a-code-of-tomorrow", 60),
        ("error:too-many-daily-captures", 24 * 3600),
        ("error:too-many-daily-captures-host", 24 * 3600),
    ],
)
def test_what_the_archive_could_not_do_this_time_is_tried_again(
    fake: FakeWayback, code: str, wait: float
) -> None:
    fake.refuses(code)
    with pytest.raises(Failed) as failed:
        archive().save(PAGE)
    assert (failed.value.again, failed.value.wait) == (True, wait)
    assert "Words of theirs" not in str(failed.value)


def test_an_archive_that_has_had_enough_is_left_alone_as_long_as_it_says(fake: FakeWayback) -> None:
    fake.says(b"", 429, Retry_After="180")
    with pytest.raises(Away) as away:
        archive().save(PAGE)
    assert (away.value.again, away.value.wait) == (True, 180)


@pytest.mark.parametrize("after", ["999999999", "99999999999999", "-5", "soon", "1.5e300"])
def test_no_answer_puts_it_off_for_ever(fake: FakeWayback, after: str) -> None:
    fake.says(b"", 503, Retry_After=after)
    with pytest.raises(Away) as away:
        archive().save(PAGE)
    assert 0 <= away.value.wait <= 24 * 3600


@pytest.mark.parametrize("status", [401, 403])
def test_keys_that_are_not_taken_are_not_tried_again(fake: FakeWayback, status: int) -> None:
    fake.says({"message": "You need to be logged in to use Save Page Now."}, status)
    with pytest.raises(KeysRefused, match="keys") as away:
        archive().save(PAGE)
    assert not away.value.again


def test_the_keys_follow_no_redirect(fake: FakeWayback) -> None:
    fake.says(b"", 302, Location=f"http://127.0.0.1:{fake.port}/elsewhere")
    with pytest.raises(Away, match="302"):
        archive().save(PAGE)
    assert fake.paths == ["POST /save"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Welcome",
        b"[]",
        b"null",
        b"{}",
        b"[" * 100_000,
        b'{"job_id": 7}',
        b'{"job_id": ""}',
        b'{"job_id": null, "status": "error", "status_ext": ["error:x"]}',
        b'{"status": "error", "status_ext": "error:<script>"}',
        b'{"job_id": "' + b"x" * 1000 + b'"}',
        b"\xff\xfe{}",
    ],
)
def test_an_answer_that_is_none_is_an_archive_that_is_away(fake: FakeWayback, body: bytes) -> None:
    fake.says(body)
    with pytest.raises(Away, match="not understood") as away:
        archive().save(PAGE)
    assert away.value.again


@pytest.mark.parametrize(
    "moment",
    [None, 20260301120000, "2026", "20261301120000", "../../evil", "２０２６０３０１１２００００"],
)
def test_a_copy_of_no_moment_is_none(fake: FakeWayback, moment: str) -> None:
    fake.has_saved(PAGE, moment)
    with pytest.raises(Away, match="when"):
        archive().copy_of(PAGE, JOB)


@pytest.mark.parametrize(
    "saved",
    [
        "javascript:alert(1)",
        "https://me:secret@sea.example/a",
        "https://sea.example/a\n<script>",
        ["https://sea.example/a"],
        "",
        None,
    ],
)
def test_what_is_no_address_in_the_answer_is_not_repeated(fake: FakeWayback, saved: str) -> None:
    fake.has_saved(saved)
    assert archive().copy_of("https://sea.example/a", JOB).endswith("/https://sea.example/a")


def test_a_home_page_is_no_copy_of_a_page(fake: FakeWayback) -> None:
    fake.has_saved("https://sea.example/")
    with pytest.raises(Declined, match="home page"):
        archive().copy_of(PAGE, JOB)


def test_an_endless_answer_is_not_read_to_its_end(fake: FakeWayback) -> None:
    fake.says(b"x" * 65_536, times=10_000)
    with pytest.raises(Away, match="too long"):
        archive().save(PAGE)


def test_an_archive_that_is_not_there_is_asked_again(fake: FakeWayback, settings: Settings) -> None:
    settings.WAYBACK_ORIGIN = "http://127.0.0.1:9"
    settings.FETCH_LOOPBACK = ["127.0.0.1:9"]
    with pytest.raises(Away, match="does not answer") as away:
        archive().save(PAGE)
    assert away.value.again


def test_the_guard_stands_before_the_archive_too(fake: FakeWayback, settings: Settings) -> None:
    settings.WAYBACK_ORIGIN = f"https://127.0.0.1:{fake.port}"
    settings.FETCH_LOOPBACK = []
    with pytest.raises(Away, match="can’t be reached") as away:
        archive().save(PAGE)
    assert not away.value.again
    assert fake.asked == []


@pytest.mark.parametrize(
    "origin",
    [
        "http://web.archive.org",
        "http://127.0.0.1:9",
        "https://me:secret@web.archive.org",
        "https://web.archive.org/save",
        "ftp://web.archive.org",
        "https://[",
        "web.archive.org",
        "",
    ],
)
def test_keys_go_nowhere_unsafe(settings: Settings, origin: str) -> None:
    settings.WAYBACK_ACCESS_KEY, settings.WAYBACK_SECRET_KEY = ACCESS, SECRET
    settings.WAYBACK_ORIGIN = origin
    assert wayback.current() is None
    assert [error.id for error in checks.wayback_keys(None)] == ["factually.E008"]


def test_a_stand_in_on_this_machine_is_admitted_by_name(fake: FakeWayback) -> None:
    assert checks.wayback_keys(None) == []


def test_no_key_is_shown_or_logged(fake: FakeWayback, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    fake.says({"message": f"{ACCESS} {SECRET}"}, 401)
    found = archive()
    with pytest.raises(Away) as away:
        found.save(PAGE)
    shown = f"{found!r} {found} {away.value!r} {caplog.text}"
    assert "receive_response_headers" in caplog.text, "the connection's own log is among it"
    assert ACCESS not in shown
    assert SECRET not in shown


@pytest.mark.parametrize(
    ("access", "secret"), [("", SECRET), (ACCESS, ""), ("a b", SECRET), ("a:b", "c")]
)
def test_without_two_keys_nobody_is_asked(settings: Settings, access: str, secret: str) -> None:
    settings.WAYBACK_ACCESS_KEY, settings.WAYBACK_SECRET_KEY = access, secret
    assert wayback.current() is None
    [error] = checks.wayback_keys(None)
    assert error.id == "factually.E007"
    assert SECRET not in str(error)


def test_a_newsroom_without_keys_is_fine(settings: Settings) -> None:
    settings.WAYBACK_ACCESS_KEY = settings.WAYBACK_SECRET_KEY = ""
    assert checks.wayback_keys(None) == []
