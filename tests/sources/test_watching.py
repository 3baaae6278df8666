"""The watch: what happens to pages on the web shows at the sources, and never in a check's own words."""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count
from django.db.utils import OperationalError
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import Settings

from factchecks import publishing
from factchecks.models import Correction, Publication
from sources import archiving, keeping, looking, tasks, watching
from sources.fetching.guard import Guard
from sources.fetching.manners import Manners
from sources.fetching.pacing import Pacer
from sources.fetching.policy import Limits, Policy
from sources.models import Look, Snapshot, Source
from sources.network import Network
from sources.storing import Unkept
from sources.visiting import Visitor
from tests.factories import edit, key, make_document, make_published
from tests.sources import awkward
from tests.sources.awkward import Site, answer, dripping, redirect

pytestmark = pytest.mark.django_db(transaction=True)

CHECKOUT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 60  # seconds; the machine may be busy
BY_HAND = """
import sys
socket_folder, database, folder, addresses = sys.argv[1:]
from tests import settings
settings.FETCH_LOOPBACK = addresses.split(",")
settings.STORAGES["evidence"]["OPTIONS"] = {"location": folder}
from tests import worker
worker.set_up(socket_folder, database)
from django.core.management import call_command
from sources import looking
looking.VISITOR.pacer._pacing.pause = 0
call_command("watch_sources")
"""
AND_SAY_HOW_LARGE = """
with open("/proc/self/status") as status:
    print(next(line.split()[1] for line in status if line.startswith("VmHWM")))
"""

QUOTED = "The Moon is nearly round."
PAGE = f"<html><title>The Moon</title><p>{QUOTED} Those who measured it say so.</p></html>"
ROUGH = PAGE.replace("nearly round", "quite rough")
GROWN = PAGE.replace("say so.", "say so, and they should know.")


@pytest.fixture(autouse=True)
def visitor(settings: Settings, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Visitor:
    """What a process starts with, but for quicker turns."""
    evidence = {
        "BACKEND": "factually.storage.WholeFileStorage",
        "OPTIONS": {"location": str(tmp_path)},
    }
    settings.STORAGES = {**settings.STORAGES, "evidence": evidence}
    return Visitor(Pacer(0.0), Manners(), Network())


def html(text: str = PAGE, status: int = 200, **headers: str) -> bytes:
    return answer(status, text.encode(), Content_Type="text/html", **headers)


def publish(*urls: str) -> Publication:
    """A check of which each address is a source, with the same words quoted of each."""
    document: Any = make_document()
    model = document["citations"][0]
    document["citations"] = [
        {
            **model,
            "key": key(100 + number),
            "number": number,
            "source": {**model["source"], "url": url},
            "quotations": [{"key": key(200 + number), "text": QUOTED, "finding": key(31)}],
        }
        for number, url in enumerate(urls, start=1)
    ]
    cited = "".join(f"[{number}]" for number in range(1, len(urls) + 1))
    document["summary"] = f"Nearly {cited}."
    document["one_publisher_reason"] = "They stand on one server."
    document["findings"] = [{"key": key(31), "heading": "It is", "text": f"By laser {cited}."}]
    return make_published(**document)


def keep(site: Site, visitor: Visitor, *urls: str) -> list[Source]:
    """What happens to the sources of a check that is published: a copy of each is kept."""
    found = [Source.objects.get(url=url) for url in urls]
    for source in found:
        reason = Snapshot.Reason.PUBLISHED
        looking.look(source.pk, key=uuid4(), reason=reason, visitor=visitor, policy=site.policy())
    return found


def watched(site: Site, visitor: Visitor, path: str = "/moon") -> Source:
    """A source of a published check, with its copy."""
    url = site.says(path, html())
    publish(url)
    [source] = keep(site, visitor, url)
    assert state_of(source) == "alive"
    return source


def watch(site: Site, visitor: Visitor, days: float = 0, **options: Any) -> list[str]:
    """One round so many days from now: what each of its looks found."""
    with time_machine.travel(timezone.now() + timedelta(days=days)):
        looks = list(watching.round_(visitor=visitor, policy=site.policy(), **options))
    return sorted(look.kind for look in looks)


def state_of(source: Source) -> str:
    source.refresh_from_db()
    return source.state


def test_a_page_that_stands_is_looked_at_ever_more_seldom(site: Site, visitor: Visitor) -> None:
    source = watched(site, visitor)
    assert watch(site, visitor) == [], "its day has not come"
    waits = []
    for _round in range(4):
        source.refresh_from_db()
        assert source.next_look_at
        days = (source.next_look_at - timezone.now()) / timedelta(days=1)
        assert watch(site, visitor, days + 0.01) == ["same"]
        source.refresh_from_db()
        waits.append(round((source.next_look_at - timezone.now()) / timedelta(days=1) - days))
    assert waits == sorted(waits)
    assert waits[-1] > 2 * waits[0]
    assert state_of(source) == "alive"
    assert Snapshot.objects.count() == 1, "the same page is kept once"


@pytest.mark.parametrize(
    ("now", "found", "state"),
    [
        (html("gone", 404), "gone", "dead"),
        (html("gone", 410), "gone", "dead"),
        (redirect("/"), "home", "moved"),
        (html(ROUGH), "drifted", "drifted"),
        (html(GROWN), "changed", "alive"),
        (html("sorry", 503), "failed", "alive"),
        (html("log in", 403), "barred", "alive"),
    ],
    ids=["404", "410", "home", "other words", "more words", "503", "403"],
)
def test_what_became_of_a_page_shows_at_its_source(
    site: Site, visitor: Visitor, now: bytes, found: str, state: str
) -> None:
    source = watched(site, visitor)
    site.says("/", html("Welcome"))
    site.says("/moon", now)
    assert watch(site, visitor, 2) == [found]
    assert state_of(source) == state


def test_no_word_of_the_check_changes_by_the_watch(site: Site, visitor: Visitor) -> None:
    source = watched(site, visitor)
    publication = Publication.objects.get()
    before = publication.revision.document, publication.question, publication.live_during
    site.says("/moon", html("gone", 404))
    watch(site, visitor, 2)
    assert state_of(source) == "dead"
    publication = Publication.objects.get()
    assert (
        publication.revision.document,
        publication.question,
        publication.live_during,
    ) == before
    source.refresh_from_db()
    assert source.state_changed_at, "its page is made again, with the state laid over it"


def test_a_page_that_has_drifted_is_kept_as_it_is_now_too(site: Site, visitor: Visitor) -> None:
    source = watched(site, visitor)
    site.says("/moon", html(ROUGH))
    watch(site, visitor, 2)
    texts = [copy.body.text for copy in source.snapshots.order_by("taken_at")]
    assert ["nearly round" in text for text in texts] == [True, False]


def test_an_archive_is_asked_to_save_a_page_that_grew_and_none_that_lost_what_was_quoted(
    site: Site, visitor: Visitor, settings: Settings
) -> None:
    settings.WAYBACK_ACCESS_KEY = settings.WAYBACK_SECRET_KEY = "OfTheTests"
    urls = [site.says(f"/{number}", html()) for number in range(3)]
    publish(*urls)
    _same, grown, _drifted = keep(site, visitor, *urls)
    site.says("/1", html(GROWN))
    site.says("/2", html(ROUGH))
    assert watch(site, visitor, 2) == ["changed", "drifted", "same"]
    asked = ProcrastinateJob.objects.filter(task_name=archiving.BEGIN)
    assert [job.args for job in asked] == [{"source_id": grown.pk}]


def test_the_worker_goes_round_every_ten_minutes(site: Site, monkeypatch: Any) -> None:
    rounds: list[Any] = []

    def go(**options: Any) -> Iterator[Look]:
        rounds.append(options["should_stop"])
        if len(rounds) > 1:
            raise [watching.Busy, OperationalError][len(rounds) % 2]
        yield from ()

    monkeypatch.setattr(watching, "round_", go)
    context: Any = SimpleNamespace(should_abort=lambda: False)
    for _time in range(3):
        tasks.watch(context, timestamp=0)
    assert [each() for each in rounds] == [False] * 3
    [periodic] = [
        each for each in app.periodic_registry.periodic_tasks.values() if each.task == tasks.watch
    ]
    assert periodic.cron == "*/10 * * * *"


def test_a_page_that_is_back_is_alive_again(site: Site, visitor: Visitor) -> None:
    source = watched(site, visitor)
    site.says("/moon", html("gone", 404))
    assert watch(site, visitor, 2) == ["gone"]
    assert state_of(source) == "dead"
    site.says("/moon", html())
    assert watch(site, visitor, 4) == ["same"]
    assert state_of(source) == "alive"


def test_one_bad_hour_flags_nothing_and_days_of_it_do(site: Site, visitor: Visitor) -> None:
    source = watched(site, visitor)
    site.says("/moon", html("sorry", 503))
    assert watch(site, visitor, 2) == ["failed"]
    assert state_of(source) == "alive"
    assert watch(site, visitor, 2.1) == [], "it is given some hours"
    assert watch(site, visitor, 3) == ["failed"]
    assert state_of(source) == "alive"
    assert watch(site, visitor, 6) == ["failed"]
    assert state_of(source) == "dead"


def test_one_time_out_flags_nothing(site: Site, visitor: Visitor) -> None:
    with awkward.site() as other:
        source = watched(site, visitor)
        visitor.network.answered(f"127.0.0.1:{other.port}")
        site.says("/moon", dripping(b"x", 0.2))
        assert watch(site, visitor, 2) == ["failed"]
    assert state_of(source) == "alive"
    assert source.looks.latest("at").problem


def test_our_own_outage_is_no_verdict_and_ends_the_round(site: Site, visitor: Visitor) -> None:
    urls = [site.says(f"/{number}", html()) for number in range(5)]
    publish(*urls)
    keep(site, visitor, *urls)
    closed = {url: url.replace(str(site.port), "9") for url in urls}
    for url, gone in closed.items():
        Source.objects.filter(url=url).update(url=gone)
    site.scripts.clear()
    visitor = Visitor(Pacer(0.0), Manners(), Network())
    policy = site.policy()
    guard = type(policy.guard)(frozenset({("127.0.0.1", 9)}))
    policy = type(policy)(policy.agent, guard, policy.limits)
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        looks = list(watching.round_(visitor=visitor, policy=policy, threads=1))
        assert [look.kind for look in looks] in ([], ["barred"])
        assert watching.due(timezone.now()).count() == 4, "the others wait for the next round"
    assert set(Source.objects.filter(url__in=closed.values()).values_list("state", flat=True)) == {
        "alive"
    }


def test_when_nobody_answers_any_more_the_round_ends_and_nobody_is_blamed(tmp_path: Path) -> None:
    ago = timezone.now() - timedelta(days=2)
    with ExitStack() as stack:
        silent = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _n in range(24)]
        ports = [server.getsockname()[1] for server in silent]
        for port in ports:
            url = f"http://127.0.0.1:{port}/moon"
            source = Source.objects.create(url=url, next_look_at=ago, state="alive")
            Look.objects.create(source=source, at=ago, kind="changed", status=200, final_url=url)
        guard = Guard(frozenset(("127.0.0.1", port) for port in ports))
        policy = Policy("Tests", guard, Limits(seconds=2, connect=1, silence=1))

        def go() -> None:
            visitor = Visitor(Pacer(), Manners(), Network())
            try:
                looks.extend(watching.round_(visitor=visitor, policy=policy))
            finally:
                connection.close()

        looks: list[Look] = []
        going = threading.Thread(target=go, daemon=True)
        going.start()
        going.join(PATIENCE)
        assert not going.is_alive()
    assert {look.kind for look in looks} == {"barred"}
    assert set(Source.objects.values_list("state", flat=True)) == {"alive"}


def test_a_host_that_asks_to_be_left_alone_is_even_after_a_restart(
    site: Site, visitor: Visitor
) -> None:
    urls = [site.says(f"/{number}", html()) for number in range(3)]
    publish(*urls)
    keep(site, visitor, *urls)
    for number in range(3):
        site.says(f"/{number}", html("busy", 503, Retry_After="1800"))
    site.requests.clear()
    later = timezone.now() + timedelta(days=2)
    policy = site.policy()
    with time_machine.travel(later):
        assert len(list(watching.round_(visitor=visitor, policy=policy))) == 1
        assert len(site.requests) == 1
        assert list(watching.round_(visitor=visitor, policy=policy)) == []
        restarted = Visitor(Pacer(0.0), Manners(), Network())
        assert list(watching.round_(visitor=restarted, policy=policy)) == []
        assert len(site.requests) == 1
    with time_machine.travel(later + timedelta(hours=1)):
        restarted = Visitor(Pacer(0.0), Manners(), Network())
        assert len(list(watching.round_(visitor=restarted, policy=policy))) == 1


def test_a_site_that_wants_no_copies_is_watched_without(site: Site, visitor: Visitor) -> None:
    site.says("/robots.txt", answer(200, b"User-agent: *\nDisallow: /moon\n"))
    source = watched(site, visitor)
    assert Snapshot.objects.count() == 0
    site.says("/moon", html("gone", 404))
    assert watch(site, visitor, 2) == ["gone"]
    assert state_of(source) == "dead"


def stamped(times: list[float], said: bytes) -> Callable[[], Iterator[bytes]]:
    """An answer that notes when it was asked for."""

    def say() -> Iterator[bytes]:
        times.append(time.monotonic())
        yield said

    return say


@pytest.mark.parametrize(
    ("rule", "pause"), [(b"", 0.2), (b"User-agent: *\nCrawl-delay: 0.5\n", 0.5)]
)
def test_each_host_is_asked_in_turns_and_hosts_at_one_time(
    site: Site, rule: bytes, pause: float
) -> None:
    with awkward.site() as other:
        sites = [site, other]
        times: dict[int, list[float]] = {each.port: [] for each in sites}
        urls = []
        for each in sites:
            said = answer(200, rule)
            each.says("/robots.txt", stamped(times[each.port], said))
            page = stamped(times[each.port], html())
            urls += [each.says(f"/{number}", page) for number in range(3)]
        publish(*urls)
        Source.objects.update(next_look_at=timezone.now())
        policy = site.policy()
        pairs = frozenset({("127.0.0.1", each.port) for each in sites})
        policy = type(policy)(policy.agent, type(policy.guard)(pairs), policy.limits)
        visitor = Visitor(Pacer(0.2), Manners(), Network())
        assert len(list(watching.round_(visitor=visitor, policy=policy, threads=4))) == 6
    for asked in times.values():
        gaps = [after - before for before, after in pairwise(asked)]
        assert len(gaps) == 3, "robots.txt once, and each page"
        assert min(gaps) >= pause
    one, another = times.values()
    assert one[0] < another[-1]
    assert another[0] < one[-1]


def test_of_one_host_a_round_takes_what_its_turns_allow(site: Site, visitor: Visitor) -> None:
    urls = [site.says(f"/{number}", html()) for number in range(4)]
    publish(*urls, "https://elsewhere.example/a")
    Source.objects.update(next_look_at=timezone.now())
    plan = watching._plan(timezone.now(), seconds=4)
    assert {host: len(due) for host, due in plan.items()} == {
        f"127.0.0.1:{site.port}": 3,
        "elsewhere.example": 1,
    }


def test_a_source_that_no_live_check_cites_any_more_is_not_watched(
    site: Site, visitor: Visitor
) -> None:
    first, second = site.says("/1", html()), site.says("/2", html())
    publication = publish(first, second)
    keep(site, visitor, first, second)
    document: Any = publication.revision.document
    edit(
        publication.revision.fact_check,
        citations=document["citations"][:1],
        summary="Nearly [1].",
        findings=[{**document["findings"][0], "text": "By laser [1]."}],
    )
    publishing.publish(
        publication.revision.fact_check,
        editor=None,
        what_changed=publishing.WhatChanged(Correction.Kind.CORRECTION, "A source was taken out."),
    )
    assert watch(site, visitor, 2) == ["same"]
    assert [look.source.url for look in Look.objects.order_by("-pk")[:1]] == [first]


def test_of_a_draft_only_what_could_not_be_kept_is_tried_again(
    site: Site, visitor: Visitor
) -> None:
    kept, failing = site.says("/kept", html()), site.says("/failing", html("sorry", 503))
    Source.objects.bulk_create([Source(url=kept), Source(url=failing)])
    keep(site, visitor, kept, failing)
    site.says("/failing", html())
    assert watch(site, visitor, 3) == ["changed"]
    assert Source.objects.filter(snapshots__isnull=False).count() == 2


def test_what_nobody_could_look_at_for_a_day_is_not_forgotten(site: Site, visitor: Visitor) -> None:
    Source.objects.create(url=site.says("/moon", html()))
    assert watch(site, visitor) == [], "its own job looks at it"
    assert watch(site, visitor, 1.1) == ["changed"]


def test_what_a_job_is_about_to_keep_a_copy_of_is_left_to_it(site: Site, visitor: Visitor) -> None:
    for number in range(3):
        Source.objects.create(url=site.says(f"/{number}", html()))
    first, second, third = Source.objects.order_by("pk")
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        keeping.ask([first.pk], Snapshot.Reason.ADDED)
        going = watching.round_(visitor=visitor, policy=site.policy(), threads=1)
        next(going)
        keeping.ask([third.pk], Snapshot.Reason.ADDED)
        list(going)
    assert [source.looks.count() for source in (first, second)] == [0, 1]
    assert third.looks.count() <= 1


def test_a_round_that_is_broken_off_goes_on_where_it_was(site: Site, visitor: Visitor) -> None:
    urls = [site.says(f"/{number}", html()) for number in range(6)]
    publish(*urls)
    keep(site, visitor, *urls)
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        with closing(watching.round_(visitor=visitor, policy=site.policy(), threads=1)) as begun:
            next(begun)
        done = Look.objects.count() - 6
        assert 1 <= done <= 2
        rest = list(watching.round_(visitor=visitor, policy=site.policy()))
    assert len(rest) == 6 - done
    assert Look.objects.count() == 12, "each was looked at once"


def test_of_a_round_that_is_killed_no_look_is_lost_and_none_doubled(
    site: Site, visitor: Visitor, tmp_path: Path
) -> None:
    urls = [site.says(f"/{number}", html()) for number in range(8)]
    publish(*urls)
    keep(site, visitor, *urls)
    for number in range(8):
        site.says(f"/{number}", 0.1, html())
    Source.objects.update(next_look_at=timezone.now())
    before = Look.objects.count()
    killed = subprocess.Popen(
        by_hand(BY_HAND, tmp_path, site), cwd=CHECKOUT, stderr=subprocess.DEVNULL
    )
    try:
        wait_until(lambda: Look.objects.count() >= before + 2)
    finally:
        killed.kill()
        killed.wait()
    wait_until(lambda: not is_somebodys_round())
    done = Look.objects.count() - before
    assert 2 <= done < 8
    assert len(list(watching.round_(visitor=visitor, policy=site.policy()))) == 8 - done
    assert set(Source.objects.annotate(all=Count("looks")).values_list("all", flat=True)) == {2}
    assert Snapshot.objects.count() == 8


@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells how large a process ever was")
def test_large_pages_are_in_memory_one_at_a_time(tmp_path: Path) -> None:
    body = b"<title>Large</title>" + b"<p>word word word word</p>" * 720_000
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
    with ExitStack() as stack:
        sites = [stack.enter_context(awkward.site()) for _number in range(8)]
        for each in sites:
            Source.objects.create(url=each.says("/large", head, body))
        Source.objects.update(next_look_at=timezone.now())
        done = subprocess.run(
            by_hand(BY_HAND + AND_SAY_HOW_LARGE, tmp_path, *sites),
            cwd=CHECKOUT,
            capture_output=True,
            check=True,
            text=True,
        )
    assert Snapshot.objects.count() == 8
    assert int(done.stdout.split()[-1]) * 1024 < 300_000_000


def by_hand(program: str, folder: Path, *sites: Site) -> list[str]:
    """The command line of a round in a process of its own."""
    database = connection.settings_dict
    addresses = ",".join(f"127.0.0.1:{each.port}" for each in sites)
    where = [database["HOST"], database["NAME"], str(folder / "evidence"), addresses]
    return [sys.executable, "-c", program, *where]


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def is_somebodys_round() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory')")
        return bool(cursor.fetchone()[0])


def test_two_rounds_that_set_out_together_look_once(site: Site, visitor: Visitor) -> None:
    source = watched(site, visitor)
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        plans = [watching._plan(timezone.now(), None) for _round in range(2)]
        for plan in plans:
            [[due]] = plan.values()
            looking.look(due.pk, key=due.key, visitor=visitor, policy=site.policy())
    assert source.looks.count() == 2, "the one of its publication, and one"


def test_a_round_stops_when_it_is_told(site: Site, visitor: Visitor) -> None:
    watched(site, visitor)
    assert watch(site, visitor, 2, should_stop=lambda: True) == []
    assert watch(site, visitor, 2, seconds=0.0) == []
    assert watch(site, visitor, 2) == ["same"]


def test_a_source_that_nobody_was_prepared_for_stops_no_other(
    site: Site, visitor: Visitor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    urls = [site.says(f"/{number}", html()) for number in range(3)]
    publish(*urls)
    first, *_others = keep(site, visitor, *urls)
    look = looking.look

    def stumble(pk: int, **options: Any) -> Look | None:
        if pk == first.pk:
            raise ZeroDivisionError
        return look(pk, **options)

    monkeypatch.setattr(looking, "look", stumble)
    assert watch(site, visitor, 2) == ["same", "same"]
    assert watch(site, visitor, 2) == [], "it is tried again tomorrow"
    assert f"Source {first.pk} could not be looked at" in caplog.text
    monkeypatch.undo()
    assert watch(site, visitor, 3.1) == ["same"]


def test_a_store_that_takes_no_copies_ends_the_round_loudly(
    site: Site, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    urls = [site.says(f"/{number}", html()) for number in range(10)]
    publish(*urls)
    Source.objects.update(next_look_at=timezone.now())

    def full(*_: Any) -> None:
        raise Unkept("No space left on device")

    monkeypatch.setattr("sources.storing.write", full)
    with pytest.raises(Unkept):
        watch(site, visitor, threads=1)
    assert len([path for path in site.asked if path != "GET /robots.txt"]) < 10
    assert Look.objects.count() == 0


def test_one_round_is_under_way_at_a_time(site: Site, visitor: Visitor) -> None:
    params = {**connection.get_connection_params(), "cursor_factory": None}
    with psycopg.connect(**params) as other:
        other.execute("SELECT pg_advisory_lock(hashtext(%s), 0)", [watching.LOCK])
        with pytest.raises(watching.Busy):
            watch(site, visitor)
        with pytest.raises(CommandError, match="under way"):
            call_command("watch_sources")
        other.execute("SELECT pg_advisory_unlock(hashtext(%s), 0)", [watching.LOCK])
        assert watch(site, visitor) == []


def test_by_hand_a_bar_shows_how_far_it_is(
    site: Site, visitor: Visitor, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    source = watched(site, visitor)
    Source.objects.update(next_look_at=timezone.now())
    settings.FETCH_LOOPBACK = [f"127.0.0.1:{site.port}"]
    call_command("watch_sources")
    said = capsys.readouterr()
    assert "1 of 1" in said.err
    assert said.out == "stands as it was: 1\n"
    assert source.looks.count() == 2
