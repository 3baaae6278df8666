"""The desk at size: with many generated checks, how long its pages take, what they ask the database, how long they are.

The requests are made within this program, so the times are the server's own. The settings are the product's.
"""

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any
from urllib.parse import urlencode

import django
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from factually import local, preparation
from factually.postgres import Cluster
from tests.bench.forms import Form
from tests.bench.load import Figures, LoadError

LIST = "/admin/factchecks/factcheck/"
HOST = "localhost"
FORM = "application/x-www-form-urlencoded"  # as browsers send a form without files


@dataclass
class Target:
    milliseconds: float
    percent: int = 95
    queries: int | None = None
    bytes: int | None = None


# The list, the search and the edit page among 100,000 checks; saving, publishing and editing one of the sample's size.
AT_SIZE = Target(300)
EDIT = Target(60, 50, queries=20, bytes=100_000)
STEP = Target(40, 50, queries=30)


@dataclass
class Measured:
    """One thing that people do, and what it cost."""

    name: str
    target: Target
    times: Figures = field(default_factory=Figures)
    queries: int = 0
    bytes: int = 0

    def missed(self) -> list[str]:
        target = self.target
        return [
            name
            for name, is_missed in (
                (
                    f"p{target.percent} ≤ {target.milliseconds:.0f} ms",
                    self.times.milliseconds(target.percent) > target.milliseconds,
                ),
                (
                    f"p95 ≤ {AT_SIZE.milliseconds:.0f} ms",
                    target is EDIT and self.times.milliseconds(95) > AT_SIZE.milliseconds,
                ),
                (f"≤ {target.queries} queries", self.queries > (target.queries or 10**9)),
                (f"≤ {(target.bytes or 0) // 1000} KB", self.bytes > (target.bytes or 10**9)),
            )
            if is_missed
        ]


def main(arguments: list[str]) -> None:
    options = read_options(arguments)
    with ExitStack() as stack:
        temporary = tempfile.TemporaryDirectory(prefix="factually-bench-")
        folder = options.keep or Path(stack.enter_context(temporary))
        prepare(stack, folder, options.checks)
        print(report(list(measure(options.runs))))


def read_options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench ARGS=desk", description=__doc__)
    parser.add_argument("--checks", type=int, default=100_000, metavar="N")
    parser.add_argument("--runs", type=int, default=40, choices=range(1, 1001), metavar="N")
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="where the checks stay for the next time"
    )
    return parser.parse_args(arguments)


def prepare(stack: ExitStack, folder: Path, checks: int) -> None:
    """A newsroom with nothing but so many generated checks."""
    os.environ.pop("DATABASE_URL", None)
    os.environ |= {
        "FACTUALLY_DATA": str(folder),
        "FACTUALLY_DEMONSTRATION": "no",
        "DJANGO_SETTINGS_MODULE": "factually.settings",
    }
    cluster = Cluster(local.made_data_dir() / "postgres", durable=False)
    stack.enter_context(cluster.running())
    django.setup()
    import_module("factually.wsgi")  # what the web server loads, as it loads it
    preparation.prepare(say)
    from factchecks.generating import filling  # needs Django set up

    missing = checks - filling.next_number()
    if missing > 0:
        say(f"Making {missing} checks")
        call_command("make_many_checks", str(missing))
    stack.callback(close)


def close() -> None:
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]


def measure(runs: int) -> Iterator[Measured]:
    desk = Desk()
    yield desk.reading("list", AT_SIZE, runs, lambda run: LIST)
    yield desk.reading("list, page 100", AT_SIZE, runs, lambda run: f"{LIST}?p=100")
    yield desk.reading("search: one check", AT_SIZE, runs, lambda run: f"{LIST}?q={run:06}")
    words = ["lighthouse", "Vellmoor", "orchard", "Kettleby", "observatory"]
    yield desk.reading("search: a word", AT_SIZE, runs, lambda run: f"{LIST}?q={words[run % 5]}")
    yield desk.reading("search: two words", AT_SIZE, runs, lambda run: f"{LIST}?q=mill+Ostrand")
    yield desk.reading("filter: in review", AT_SIZE, runs, lambda run: f"{LIST}?state=review")
    yield desk.reading("filter: public", AT_SIZE, runs, lambda run: f"{LIST}?state=public")
    yield desk.reading("filter: overdue", AT_SIZE, runs, lambda run: f"{LIST}?queue=overdue")
    yield desk.reading("front page", AT_SIZE, runs, lambda run: "/admin/")
    yield desk.reading("edit page", EDIT, runs, lambda run: desk.address(run))
    yield from desk.writing(runs)


class Desk:
    """A reporter and an editor at their desks, and the checks of the sample's size."""

    def __init__(self) -> None:
        from django.contrib.auth.models import User

        from factchecks.generating import filling, writing
        from factchecks.models import FactCheck

        self.reporter, self.editor = Client(), Client()
        self.reporter.force_login(User.objects.get(username="generated-reporter-1"))
        self.editor.force_login(User.objects.get(username="generated-editor-1"))
        long = range(0, filling.next_number(), writing.SHAPES)
        slugs = [f"{writing.SLUG}{number:06}" for number in long]
        self.checks = list(FactCheck.objects.filter(slug__in=slugs).values_list("pk", flat=True))

    def address(self, run: int) -> str:
        return f"{LIST}{self.checks[run % len(self.checks)]}/change/"

    def reading(
        self, name: str, target: Target, runs: int, address: Callable[[int], str]
    ) -> Measured:
        say(f"Measuring: {name}")
        measured = Measured(name, target)
        for run in range(runs + 2):  # the first two fill caches
            _measure(measured, run > 1, self.editor.get, address(run), 200)
        return measured

    def writing(self, runs: int) -> Iterator[Measured]:
        """The reporter saves, sends in; the editor approves, publishes. As often as asked, each time another check."""
        say("Measuring: save and publish")
        save, review, publish = (Measured(name, STEP) for name in ("save", "approve", "publish"))
        for run in range(runs + 2):
            counts, page = run > 1, self.address(run)
            form = self.reporter.get(page, headers={"host": HOST})
            fields = Form(form.content.decode()).fields
            fields["summary"] += f" Changed {run} [2]."
            fields["findings-0-text"] += f"\n\nAdded {run} [1]."
            fields |= {"citations-1-accessed_on": "2024-02-01", "_continue": "1"}
            _measure(save, counts, self.reporter.post, page, 302, fields)
            base = int(fields["base"]) + 1
            fields = {"base": str(base), "note": "", "_submit": "1"}
            self.reporter.post(page.replace("change", "review"), fields, headers={"host": HOST})
            fields = {"base": str(base), "note": "", "_approve": "1"}
            _measure(
                review, counts, self.editor.post, page.replace("change", "review"), 302, fields
            )
            fields = {"base": str(base), "at_0": "", "at_1": ""}
            shown = self.editor.get(page.replace("change", "publish"), headers={"host": HOST})
            if 'name="kind"' in shown.content.decode():
                fields |= {"kind": "update", "text": "More is known."}
            _measure(
                publish, counts, self.editor.post, page.replace("change", "publish"), 302, fields
            )
        yield from (save, review, publish)


def _measure(
    measured: Measured, counts: bool, ask: Any, address: str, status: int, data: Any = None
) -> None:
    """One request; its time counts unless its queries are counted or the caches are still cold."""
    sent = {} if data is None else {"data": urlencode(data), "content_type": FORM}
    if counts:
        began = perf_counter()
        response = ask(address, **sent, headers={"host": HOST})
        measured.times.latencies.append(perf_counter() - began)
    else:
        with CaptureQueriesContext(connection) as queries:
            response = ask(address, **sent, headers={"host": HOST})
        measured.queries = len(queries)  # of the last time: caches are warm by then
        measured.bytes = len(response.content)
    if response.status_code != status:
        raise LoadError(f"{address} answered {response.status_code}.")


def report(all_measured: list[Measured]) -> str:
    from factchecks.models import FactCheck

    lines = [
        "",
        f"Python {platform.python_version()}, Django {django.__version__}; {os.cpu_count()} cores.",
        f"{FactCheck.objects.count()} checks; server time in milliseconds.",
        "",
        "what                    p50     p95  queries     bytes  missed",
    ]
    for each in all_measured:
        p50, p95 = each.times.milliseconds(50), each.times.milliseconds(95)
        missed = "; ".join(each.missed()) or "–"
        lines.append(f"{each.name:19}{p50:8.1f}{p95:8.1f}{each.queries:9}{each.bytes:10}  {missed}")
    lines += [
        "",
        "Targets: list, search and edit page p95 ≤ 300 ms; save and publish each ≤ 30 queries and ≤ 40 ms;",
        "edit page ≤ 20 queries, ≤ 60 ms, ≤ 100 KB.",
    ]
    return "\n".join(lines)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
