"""One look at a source: what is kept of it, what it says of the source, and what happens when it fails."""

import errno
import threading
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone

from factually import evidence
from factually.storage import WholeFileStorage
from sources import doubles, looking
from sources.fetching import warc
from sources.fetching.exchanges import Validators
from sources.fetching.guard import Guard
from sources.fetching.pacing import NotNow
from sources.fetching.policy import Policy
from sources.fetching.verdict import State
from sources.models import Body, Look, Snapshot, Source
from sources.network import Network
from sources.storing import Unkept
from tests.factually.fake_bucket import fake_bucket
from tests.sources import awkward
from tests.sources.awkward import Site, answer
from tests.sources.evidence import (
    ADDED,
    ASKED,
    PUBLISHED,
    a_visitor,
    keep_in,
    look_at,
    make_quoted,
    moment,
    page,
)

pytestmark = pytest.mark.django_db
KEY = UUID(int=1)


@pytest.fixture(autouse=True)
def _copies(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_in(tmp_path / "evidence", settings, monkeypatch)


@pytest.fixture
def source(site: Site) -> Source:
    return Source.objects.create(url=site.says("/moon", page()))


def admitting(*ports: int) -> Policy:
    """A policy that lets one go to these ports of this machine."""
    return Policy("Tests", Guard(frozenset((awkward.HOST, port) for port in ports)))


def files(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.rglob("*") if file.is_file())


# What is kept


def test_a_copy_says_what_came_from_where_and_when(source: Source, site: Site) -> None:
    site.says("/moon", awkward.redirect("/moon?new"))
    site.says("/moon?new", page(ETag='"1"'))
    before = timezone.now()
    copy = look_at(source, site, ADDED, by=KEY).snapshot
    assert copy
    assert (copy.key, copy.reason, copy.status) == (KEY, ADDED, 200)
    assert (copy.asked_url, copy.final_url) == (source.url, f"{source.url}?new")
    assert ["ETag", '"1"'] in copy.headers
    assert before < copy.taken_at < timezone.now()
    body = copy.body
    assert (body.kind, body.title, body.text) == ("html", "The Moon", "The Moon is nearly round.")
    with body.warc.open() as file:
        kept = warc.read(file)
    assert (kept.url, kept.status, len(kept.body)) == (copy.final_url, 200, body.size)


def test_a_copy_that_cannot_be_read_is_kept_all_the_same(source: Source, site: Site) -> None:
    site.says("/moon", answer(200, b"\x89PNG\r\n\x1a\n" * 9, Content_Type="image/png"))
    looked = look_at(source, site, ADDED)
    assert looked.snapshot
    assert (looked.kind, looked.snapshot.body.trouble) == ("changed", "kind")


def test_the_same_bytes_at_two_addresses_are_stored_once(
    source: Source, site: Site, tmp_path: Path
) -> None:
    other = Source.objects.create(url=site.says("/also", page()))
    for each in (source, other):
        look_at(each, site, ADDED)
    assert Body.objects.count() == 1
    assert Snapshot.objects.count() == 2
    assert files(tmp_path) == [f"{Body.objects.get().sha256}.warc.gz"]


SPEAKING = b"""<!doctype html><html lang="de-AT"><title>Der \xe2\x80\xaeMond</title>
<meta name="author" content="A. Writer"><meta property="article:published_time" content="2020-01-02">
<link rel="canonical" href="https://moon.example/measured"><p>Der Mond ist fast rund.</p>"""


def speaking(title: str = "Mond") -> bytes:
    return answer(200, SPEAKING.replace(b"Mond", title.encode(), 1), Content_Type="text/html")


def told(source: Source) -> tuple[object, ...]:
    source.refresh_from_db()
    return source.title, source.author, source.published_on, source.language, source.own_address


def test_the_first_copy_tells_what_nobody_has_said_of_the_source(
    source: Source, site: Site
) -> None:
    site.says("/moon", speaking())
    other = Source.objects.create(url="https://moon.example/measured")
    look_at(source, site, ADDED)
    day = date(2020, 1, 2)
    assert told(source) == ("Der Mond", "A. Writer", day, "de-AT", other.url)
    assert [each.source for each in doubles.probable(source)] == [other]


def test_what_somebody_said_of_a_source_stays(source: Source, site: Site) -> None:
    site.says("/moon", speaking())
    Source.objects.filter(pk=source.pk).update(title="Ours", language="en")
    look_at(source, site, ADDED)
    assert (told(source)[0], told(source)[3]) == ("Ours", "en")


def test_what_somebody_took_out_after_the_first_copy_stays_out(source: Source, site: Site) -> None:
    site.says("/moon", speaking())
    look_at(source, site, ADDED)
    Source.objects.filter(pk=source.pk).update(author="", title="")
    site.says("/moon", speaking("Vollmond"))
    look_at(source, site, ASKED)
    assert told(source)[:2] == ("", "")


def test_bytes_that_are_kept_already_tell_as_much(source: Source, site: Site) -> None:
    other = Source.objects.create(url=site.says("/also", speaking()))
    site.says("/moon", speaking())
    for each in (source, other):
        look_at(each, site, ADDED)
    assert told(source) == told(other)
    assert Body.objects.get().title == "Der Mond"


def test_copies_go_into_a_bucket_where_one_is_set(
    source: Source, site: Site, settings: Any
) -> None:
    with fake_bucket() as bucket:
        entry = evidence.storage(bucket.where("newsroom"), "KEY", "SECRET")
        settings.STORAGES = {**settings.STORAGES, "evidence": entry}
        bucket.is_full = True
        with pytest.raises(Unkept, match="The copy could not be stored"):
            look_at(source, site, ADDED)
        bucket.is_full = False
        look_at(source, site, ADDED)
        [(path, file)] = bucket.files.items()
    assert path == f"/copies/newsroom/{Body.objects.get().warc.name}"
    assert warc.read(BytesIO(file)).url == source.url


@pytest.mark.django_db(transaction=True)
def test_the_same_bytes_stored_by_two_at_once_are_stored_once(site: Site, tmp_path: Path) -> None:
    urls = [site.says(f"/{number}", page()) for number in range(6)]
    sources = [Source.objects.create(url=url) for url in urls]
    visitor = a_visitor()

    def one(each: Source) -> None:
        try:
            look_at(each, site, ADDED, visitor=visitor)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=[each]) for each in sources]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Snapshot.objects.count() == 6
    assert files(tmp_path) == [f"{Body.objects.get().sha256}.warc.gz"]


def test_a_job_that_runs_twice_keeps_one_copy_and_asks_once(source: Source, site: Site) -> None:
    first, second = (look_at(source, site, ADDED, by=KEY) for _run in range(2))
    assert first == second
    assert Snapshot.objects.count() == 1
    assert site.asked == ["GET /robots.txt", "GET /moon"]


def test_two_workers_at_one_job_keep_one_copy(
    source: Source, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = looking._record

    def overtaken(*values: Any) -> Look | None:
        monkeypatch.undo()
        look_at(source, site, ADDED, by=KEY)
        return record(*values)

    monkeypatch.setattr(looking, "_record", overtaken)
    look_at(source, site, ADDED, by=KEY)
    assert (Snapshot.objects.count(), Look.objects.count()) == (1, 1)


@pytest.mark.parametrize("reason", [PUBLISHED, ASKED])
def test_a_copy_is_kept_for_a_reason_though_nothing_has_changed(
    source: Source, site: Site, reason: Snapshot.Reason
) -> None:
    look_at(source, site, ADDED)
    looked = look_at(source, site, reason)
    assert looked.kind == "same"
    assert [copy.reason for copy in source.snapshots.all()] == [reason, ADDED]
    assert Body.objects.count() == 1


def test_the_watch_keeps_a_copy_when_the_text_changes_and_not_otherwise(
    source: Source, site: Site
) -> None:
    first = look_at(source, site).snapshot
    same = look_at(source, site)
    site.says("/moon", page("The  Moon is <b>nearly</b> round."))
    as_good_as_same = look_at(source, site)
    assert (same.kind, as_good_as_same.kind) == ("same", "same")
    assert same.snapshot == as_good_as_same.snapshot == first
    site.says("/moon", page("The Moon is nearly round, they say."))
    changed = look_at(source, site)
    assert changed.kind == "changed"
    assert [copy.reason for copy in source.snapshots.all()] == ["changed", "added"]


def test_the_watch_asks_whether_there_is_anything_new(source: Source, site: Site) -> None:
    visitor = a_visitor()
    site.says("/moon", page(ETag='"1"'))
    look_at(source, site, ADDED, visitor=visitor)
    looked = look_at(source, site, visitor=visitor)
    assert looked.kind == "same"
    assert site.asked == ["GET /robots.txt", "GET /moon", "HEAD /moon"]
    assert b'If-None-Match: "1"' in site.requests[2]


def test_nothing_is_kept_of_what_is_no_page(source: Source, site: Site, tmp_path: Path) -> None:
    wrong = {
        "gone": answer(404, b"No."),
        "failed": answer(503, b"Later."),
        "barred": answer(403, b"No."),
        "soft gone": page("Page not found"),
        "home": awkward.redirect("/"),
    }
    site.says("/", page("Welcome"))
    for kind, steps in wrong.items():
        site.says("/moon", steps)
        assert look_at(source, site, ASKED).kind == kind
    assert not Snapshot.objects.exists()
    assert files(tmp_path) == []


# Whether it may be kept


def test_what_robots_txt_closes_is_looked_at_but_not_kept(
    source: Source, site: Site, tmp_path: Path
) -> None:
    site.says("/robots.txt", answer(200, b"User-agent: *\nDisallow: /moon"))
    first, second = look_at(source, site, ADDED), look_at(source, site)
    assert (first.kind, second.kind, source.state) == ("changed", "same", State.ALIVE)
    assert first.problem == "Its robots.txt asks that no copy be kept."
    assert not Snapshot.objects.exists()
    assert files(tmp_path) == []


def test_the_robots_txt_of_the_site_that_a_redirect_leads_to_counts_as_well(
    source: Source, site: Site
) -> None:
    with awkward.site() as other:
        other.says("/robots.txt", answer(200, b"User-agent: *\nDisallow: /"))
        site.says("/moon", awkward.redirect(other.says("/moved", page())))
        policy = admitting(site.port, other.port)
        looking.look(source.pk, key=KEY, reason=ADDED, visitor=a_visitor(), policy=policy)
    assert Look.objects.get().problem
    assert not Snapshot.objects.exists()


def test_the_robots_txt_counts_for_every_address_on_the_way(source: Source, site: Site) -> None:
    site.says("/robots.txt", answer(200, b"User-agent: *\nDisallow: /private/"))
    site.says("/moon", awkward.redirect("/private/moon"))
    site.says("/private/moon", awkward.redirect("/public"))
    site.says("/public", page())
    assert look_at(source, site, ADDED).problem == "Its robots.txt asks that no copy be kept."
    assert not Snapshot.objects.exists()
    assert site.asked.count("GET /robots.txt") == 1


def test_an_older_answer_that_is_written_down_later_does_not_win(
    source: Source, site: Site
) -> None:
    with a_visitor().visit(source.url, Validators(""), site.policy()) as older:
        site.says("/moon", answer(404))
        newer = look_at(source, site)
        looking._record(source, KEY, None, older)
    source.refresh_from_db()
    assert (source.state, source.state_since) == (State.DEAD, newer.at)
    assert source.next_look_at
    assert source.next_look_at > newer.at


def test_robots_txt_is_asked_for_once_a_day(source: Source, site: Site) -> None:
    visitor = a_visitor()
    for hours in (0, 23, 25):
        visitor.manners.clock = partial(float, hours * 3600)
        look_at(source, site, ASKED, visitor=visitor)
    assert site.asked.count("GET /robots.txt") == 2


def test_no_copy_is_kept_while_robots_txt_does_not_answer(source: Source, site: Site) -> None:
    visitor = a_visitor()
    visitor.manners.clock = lambda: 0.0
    site.says("/robots.txt", answer(503))
    assert look_at(source, site, ADDED, visitor=visitor).snapshot is None
    site.says("/robots.txt", answer(404))
    visitor.manners.clock = lambda: 3600.0
    assert look_at(source, site, visitor=visitor).snapshot


# When it fails


def test_a_page_that_fails_is_looked_at_again_and_says_why(source: Source, site: Site) -> None:
    site.says("/moon", answer(503))
    looked = look_at(source, site, ADDED)
    assert (looked.kind, looked.status) == ("failed", 503)
    assert looked.problem == "The server answers with the status 503."
    assert source.next_look_at
    hours = (source.next_look_at - looked.at) / timedelta(hours=1)
    assert 5 < hours < 7


def test_a_host_that_wants_to_be_left_alone_is(source: Source, site: Site) -> None:
    visitor = a_visitor()
    site.says("/moon", answer(429, Retry_After="3000"))
    looked = look_at(source, site, ADDED, visitor=visitor)
    assert (looked.kind, looked.retry_after) == ("barred", 3000)
    with pytest.raises(NotNow):
        look_at(source, site, visitor=visitor)
    assert site.asked.count("GET /moon") == 1
    assert Look.objects.count() == 1


def test_a_host_that_is_away_failed_if_others_answer() -> None:
    source = Source.objects.create(url="http://127.0.0.1:9/moon")
    looked = looking.look(source.pk, key=KEY, visitor=a_visitor(), policy=admitting(9))
    assert looked
    assert looked.kind == "failed"


@pytest.mark.parametrize(("is_up", "kind"), [(True, "failed"), (False, "barred")])
def test_before_a_host_is_blamed_one_that_answered_lately_is_asked(
    source: Source, site: Site, is_up: bool, kind: str
) -> None:
    look_at(source, site)
    away = Source.objects.create(url="http://127.0.0.1:9/moon")
    policy = admitting(9, site.port) if is_up else admitting(9)
    alone = replace(a_visitor(), network=Network())
    looked = looking.look(away.pk, key=KEY, visitor=alone, policy=policy)
    assert looked
    assert looked.kind == kind
    assert ("we may be cut off ourselves" in looked.problem) is not is_up


def test_who_cuts_everybody_off_is_asked_about_once_a_minute() -> None:
    now = [0.0]
    network = Network(clock=lambda: now[0])
    network.answered("first.example")
    network.answered("second.example")
    policy = admitting()
    assert network.is_there("https://second.example/", policy)
    now[0] = 61
    assert not network.is_there("https://second.example/", policy)
    assert network.is_cut_off
    network.answered("third.example")
    assert not network.is_cut_off
    assert network.is_there("https://second.example/", policy)


def test_that_this_machine_answers_itself_does_not_say_that_the_internet_is_there() -> None:
    network = Network(clock=lambda: 0.0)
    network.answered("127.0.0.1:8017")
    network.answered("localhost:8018")
    assert not network.is_there("https://moon.example/", admitting())
    assert network.is_there("http://127.0.0.1:9/moon", admitting())
    assert Network(clock=lambda: 0.0).is_there("http://127.0.0.1:9/moon", admitting()) is False


def test_a_full_disk_leaves_nothing_behind_and_the_source_is_due_in_an_hour(
    source: Source, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Any, stream: Any, content: Any) -> None:
        stream.write(b"half of it")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(WholeFileStorage, "_write", full)
    with pytest.raises(Unkept, match=r"The copy could not be stored: No space left on device\."):
        look_at(source, site, ADDED, by=KEY)
    assert files(tmp_path) == []
    assert [rows.objects.count() for rows in (Body, Snapshot, Look)] == [0, 0, 0]
    source.refresh_from_db()
    assert source.next_look_at
    assert source.next_look_at - timezone.now() < timedelta(hours=1)


def test_a_file_that_a_killed_job_left_is_taken_over(
    source: Source, site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(looking, "_record", lambda *values: Look(pk=1))
        look_at(source, site, ADDED, by=KEY)
    [file] = (tmp_path / "evidence").rglob("*.gz")
    before = file.stat().st_ino
    look_at(source, site, ADDED, by=KEY)
    assert file.stat().st_ino == before
    assert Snapshot.objects.count() == 1


@pytest.mark.parametrize("left", [b"", b"rubbish", b"cut"])
def test_a_file_that_is_damaged_is_written_anew(
    source: Source, site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, left: bytes
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(looking, "_record", lambda *values: Look(pk=1))
        look_at(source, site, ADDED, by=KEY)
    [file] = (tmp_path / "evidence").rglob("*.gz")
    file.write_bytes(file.read_bytes()[:-150] if left == b"cut" else left)
    look_at(source, site, ADDED, by=KEY)
    with Body.objects.get().warc.open() as stream:
        assert b"nearly round" in warc.read(stream).body


# What becomes of it


def test_a_merged_source_is_not_looked_at(source: Source, site: Site) -> None:
    source.merged_into = Source.objects.create(url=site.url("/kept"))
    source.save()
    assert looking.look(source.pk, key=KEY, visitor=a_visitor(), policy=site.policy()) is None
    assert site.requests == []


def test_a_source_that_is_merged_while_its_page_comes_gets_no_look(
    source: Source, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Source.objects.create(url=site.url("/kept"))
    record = looking._record

    def merged(*values: Any) -> Look | None:
        Source.objects.filter(pk=source.pk).update(merged_into=kept)
        return record(*values)

    monkeypatch.setattr(looking, "_record", merged)
    assert looking.look(source.pk, key=KEY, visitor=a_visitor(), policy=site.policy()) is None
    assert not Look.objects.exists()


def test_a_new_copy_of_what_readers_are_shown_has_the_pages_made_again(site: Site) -> None:
    source = make_quoted(site.says("/moon", page()))
    look_at(source, site, ADDED)
    first = moment(source)
    look_at(source, site)
    assert moment(source) == first
    look_at(source, site, ASKED)
    assert first
    assert (moment(source) or first) > first


def test_a_quotation_that_no_longer_stands_marks_the_source_until_it_is_put_right(
    site: Site,
) -> None:
    source = make_quoted(site.says("/moon", page()))
    look_at(source, site, ADDED)
    site.says("/moon", page("The Moon is a ball."))
    assert look_at(source, site).kind == "drifted"
    assert look_at(source, site).kind == "drifted"  # the same as its copy, and still not as quoted
    assert (source.state, source.snapshots.count()) == (State.DRIFTED, 2)
    since = source.state_since
    site.says("/moon", page())
    assert look_at(source, site).kind == "changed"
    assert source.state == State.ALIVE
    assert source.state_since
    assert since
    assert source.state_since > since


def test_a_quotation_that_never_stood_there_is_no_drift(site: Site) -> None:
    source = make_quoted(site.says("/moon", page("Something else.")))
    assert look_at(source, site, ADDED).kind == "changed"
    site.says("/moon", page("Something else again."))
    assert look_at(source, site).kind == "changed"
    assert source.state == State.ALIVE


def test_a_page_that_is_veiled_says_nothing_of_its_quotations(site: Site) -> None:
    source = make_quoted(site.says("/moon", page()))
    look_at(source, site, ADDED)
    site.says("/moon", answer(200, b"<noscript>Turn JavaScript on.</noscript><script></script>"))
    looked = look_at(source, site)
    assert (looked.kind, source.state) == ("barred", State.ALIVE)
    assert looked.problem == "Without JavaScript the page shows next to nothing."


def test_an_inconclusive_look_leaves_the_state_as_it_was(source: Source, site: Site) -> None:
    look_at(source, site)
    since = source.state_since
    site.says("/moon", answer(503))
    looked = look_at(source, site)
    assert (looked.state, source.state, source.state_since) == ("alive", "alive", since)


def test_a_look_costs_as_many_queries_for_many_quotations_as_for_one(
    site: Site, django_assert_max_num_queries: Any
) -> None:
    source = make_quoted(site.says("/moon", page()))
    look_at(source, site, ADDED)
    with django_assert_max_num_queries(24):
        look_at(source, site)
