"""One round of the watch at size: many sources on many hosts of the loopback, with the pauses that hosts are given.

It runs as ``manage.py watch_sources``, beside servers in a process of their own, which note when they are asked. Nine in
ten pages stand as they were; the others have changed, gone, moved or fail. Memory is that of the command and of the
processes that read pages for it, as Linux counts it.
"""

import argparse
import hashlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import django

from factually import local, preparation
from factually.postgres import Cluster
from tests.bench import desk, hosts
from tests.bench.load import LoadError
from tests.bench.pages import free_port

MEMORY = 300  # MB, at most
RATIO = 1.1  # of what the pauses take, at most
CITED = 20  # sources of a check
BATCH = 500
GLANCE = 0.02  # seconds between two looks at the memory


@dataclass
class Round:
    """What was measured."""

    seconds: float = 0.0
    peak: int = 0  # bytes, with the children
    peak_alone: int = 0
    children: int = 0  # at one time
    asked: dict[str, list[float]] = field(default_factory=dict)
    found: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)


def main(arguments: list[str]) -> None:
    options = read_options(arguments)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="factually-bench-")))
        port = free_port()
        prepare(stack, folder, port, options)
        print("\n".join(report(measure(folder, port, options.hosts), options)))


def read_options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench ARGS=watch", description=__doc__)
    parser.add_argument("--sources", type=int, default=10_000, metavar="N")
    parser.add_argument("--hosts", type=int, default=40, metavar="N", choices=range(4, 1001))
    return parser.parse_args(arguments)


def prepare(stack: ExitStack, folder: Path, port: int, options: argparse.Namespace) -> None:
    """A newsroom whose published checks cite so many sources, each with the copy that was kept of it."""
    pairs = [f"{hosts.host(number)}:{port}" for number in range(options.hosts)]
    os.environ.pop("DATABASE_URL", None)
    os.environ |= {
        "FACTUALLY_DATA": str(folder),
        "FACTUALLY_DEMONSTRATION": "no",
        "DJANGO_SETTINGS_MODULE": "factually.settings",
        "FETCH_LOOPBACK": ",".join(pairs),
        "PUBLISHING_NEEDS_SECOND_PERSON": "no",
    }
    cluster = Cluster(local.made_data_dir() / "postgres", durable=False)
    stack.enter_context(cluster.running())
    django.setup()
    preparation.prepare(desk.say)
    stack.callback(desk.close)
    desk.say(f"Publishing checks with {options.sources} sources")
    urls = list(addresses(options.sources, options.hosts, port))
    publish(urls)
    desk.say("Making their copies")
    keep(urls)


def addresses(count: int, number_of_hosts: int, port: int) -> Iterator[str]:
    """The hosts share them; two that want longer pauses have fewer."""
    shares = [100] * number_of_hosts
    shares[hosts.ASKS_FOR_PAUSES] = 40
    shares[hosts.IS_BUSY_ONCE] = 80
    taken = [0.0] * number_of_hosts
    for page in range(count):
        host = min(range(number_of_hosts), key=lambda number: taken[number])
        taken[host] += 100 / shares[host]
        yield f"http://{hosts.host(host)}:{port}/{page}"


def publish(urls: list[str]) -> None:
    from tests import factories  # needs Django set up

    for start in range(0, len(urls), CITED):
        some = urls[start : start + CITED]
        document: Any = factories.make_document()
        model, key = document["citations"][0], factories.key
        publisher = {"name": "Generated", "domain": "generated.example"}
        document |= {
            "key": key(10**9 + start),
            "slug": f"generated-{start}",
            "question": f"Generated question {start}?",
            "summary": "Generated " + "".join(f"[{n + 1}]" for n in range(len(some))),
            "findings": [{"key": key(31), "heading": "Generated", "text": "See [1]."}],
            "one_publisher_reason": "It is generated.",
            "citations": [
                {
                    **model,
                    "key": key(1000 + n),
                    "number": n + 1,
                    "source": {**model["source"], "url": url, "publisher": publisher},
                    "quotations": [
                        {"key": key(2000 + n), "text": hosts.QUOTED, "finding": key(31)}
                    ],
                }
                for n, url in enumerate(some)
            ],
        }
        factories.make_published(**document)


def keep(urls: list[str]) -> None:
    """The rows as a look leaves them; of the files no round has a use."""
    from django.db import connection
    from django.utils import timezone

    from sources import quoting
    from sources.models import Body, Snapshot, Source, Verification
    from sources.reading import apart

    now = timezone.now()
    keys = dict(Source.objects.values_list("url", "pk"))
    Source.objects.update(
        state="alive", state_since=now, next_look_at=now - timedelta(hours=1), state_changed_at=None
    )
    for start in range(0, len(urls), BATCH):
        bodies, copies, verifications = [], [], []
        for page, url in list(enumerate(urls))[start : start + BATCH]:
            said = hosts.text(page)
            data = hosts.html(said)
            sha256 = hashlib.sha256(data).hexdigest()
            body = Body(sha256=sha256, size=len(data), kind="html", text=said, warc=f"{sha256}.gz")
            body.media_type, body.reader = "text/html; charset=utf-8", apart.READER
            at = said.index(hosts.QUOTED)
            place = {"start": at, "end": at + len(hosts.QUOTED), "rules": quoting.RULES}
            digest = quoting.digest(hosts.QUOTED)
            has_tag = "without" not in hosts.kind_of(page)
            bodies.append(body)
            verifications.append(Verification(body=body, digest=digest, result="verified", **place))
            copies.append(
                Snapshot(
                    source_id=keys[url],
                    body=body,
                    reason=Snapshot.Reason.ADDED,
                    taken_at=now - timedelta(days=1),
                    asked_url=url,
                    final_url=url,
                    status=200,
                    headers=[["ETag", f'"{page}"']] if has_tag else [],
                )
            )
        Body.objects.bulk_create(bodies)
        Snapshot.objects.bulk_create(copies)
        Verification.objects.bulk_create(verifications)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def measure(folder: Path, port: int, number_of_hosts: int) -> Round:
    from django.db.models import Count

    from sources.models import Look, Source

    measured = Round()
    servers = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.hosts", str(port), str(number_of_hosts)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert servers.stdout, "it is a pipe"
        servers.stdout.readline()
        desk.say("Watching")
        began = time.monotonic()
        command = [sys.executable, "manage.py", "watch_sources"]
        with (folder / "watch.log").open("w") as log:
            watch = subprocess.Popen(command, stdout=log, cwd=local.CHECKOUT)
            try:
                _measure_memory(watch, measured)
            finally:
                watch.kill()
        measured.seconds = time.monotonic() - began
        if watch.returncode:
            raise LoadError(f"The command ended with {watch.returncode}.")
        measured.asked = json.loads(servers.communicate()[0])
    finally:
        servers.kill()
    kinds = Look.objects.values_list("kind").annotate(count=Count("pk")).order_by("kind")
    measured.found.update(dict(kinds))
    states = Source.objects.values_list("state").annotate(count=Count("pk")).order_by("state")
    measured.states.update(dict(states))
    return measured


def _measure_memory(process: subprocess.Popen[bytes], measured: Round) -> None:
    """A child that has only been forked still is the command, and shares all of its memory: it is not counted twice."""
    while process.poll() is None:
        itself, *children = _family(process.pid)
        name, alone = _name(itself), _resident(itself)
        reading = [_resident(child) for child in children if _name(child) != name]
        measured.peak = max(measured.peak, alone + sum(reading))
        measured.peak_alone = max(measured.peak_alone, alone)
        measured.children = max(measured.children, len(reading))
        time.sleep(GLANCE)


def _name(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _family(pid: int) -> Iterator[int]:
    """The process, its children and theirs; one that ends meanwhile is left out."""
    yield pid
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        found = [child for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return
    for child in found:
        yield from _family(int(child))


def _resident(pid: int) -> int:
    """Bytes of the process that are in memory; shared ones count for each that shares them."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def pauses(host: str) -> float:
    return hosts.CRAWL_DELAY if host == hosts.host(hosts.ASKS_FOR_PAUSES) else _pause()


def _pause() -> float:
    from sources.fetching import pacing

    return pacing.PAUSE


def gaps(times: list[float]) -> list[float]:
    """Seconds from one request to the next."""
    return [after - before for before, after in pairwise(times)]


def shortest(measured: Round) -> float:
    """What the pauses alone take: the host that has to wait the longest."""
    needed = []
    for host, times in measured.asked.items():
        is_held = host == hosts.host(hosts.IS_BUSY_ONCE)
        more = hosts.RETRY_AFTER - pauses(host) if is_held else 0.0
        needed.append((len(times) - 1) * pauses(host) + more)
    return max(needed)


def report(measured: Round, options: argparse.Namespace) -> Iterator[str]:
    ordinary = [
        min(gaps(times))
        for host, times in measured.asked.items()
        if host != hosts.host(hosts.ASKS_FOR_PAUSES)
    ]
    slow = min(gaps(measured.asked[hosts.host(hosts.ASKS_FOR_PAUSES)]))
    held = max(gaps(measured.asked[hosts.host(hosts.IS_BUSY_ONCE)]))
    every = [moment for times in measured.asked.values() for moment in times]
    spent, bound = max(every) - min(every), shortest(measured)
    looks = sum(measured.found.values())
    yield ""
    yield f"Python {platform.python_version()}; {os.cpu_count()} cores."
    yield f"{options.sources:,} sources on {options.hosts} hosts: {looks:,} looks, {len(every):,} requests."
    yield f"Found: {_listed(measured.found)}. The sources are then: {_listed(measured.states)}."
    yield ""
    yield _row("least pause of a host, s", min(ordinary), _pause(), is_least=True)
    yield _row("of the one with a Crawl-delay, s", slow, hosts.CRAWL_DELAY, is_least=True)
    yield _row("after a Retry-After, s", held, hosts.RETRY_AFTER, is_least=True)
    yield _row("first to last request, s", spent, bound * RATIO)
    yield _row("  what the pauses take, s", bound)
    yield _row("  the one by the other", spent / bound, RATIO, digits=3)
    yield _row("looks a second", looks / spent)
    yield _row("the whole command, s", measured.seconds)
    yield _row("most memory, MB", measured.peak / 1e6, MEMORY)
    yield _row("  of the command alone, MB", measured.peak_alone / 1e6)
    yield _row("  reading at one time", measured.children)


def _listed(counted: Counter[str]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counted.most_common())


def _row(
    what: str, value: float, target: float | None = None, *, is_least: bool = False, digits: int = 1
) -> str:
    if target is None:
        return f"{what:34}{value:10.{digits}f}"
    missed = value < target if is_least else value > target
    sign = "≥" if is_least else "≤"
    return (
        f"{what:34}{value:10.{digits}f}   {sign} {target:.{digits}f}{'  missed' if missed else ''}"
    )
