"""The supporter admin's desk at size: how long its lists, searches, filters and figures take among a million supporters.

The requests are made within this program, as in the benchmark of the checks' desk.
"""

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter

from django.test import Client

from tests.bench import desk, supporters
from tests.bench.desk import Measured, Target

LIST = Target(300)
GLANCE = Target(500)
ADMIN = "/admin/supporters"
PAGES = {
    "supporters": "supporter/",
    "supporters, page 90": "supporter/?p=90",
    "supporters: one address": "supporter/?q=generated-0123456",
    "supporters: a common word": "supporter/?q=supporter",
    "supporters: nobody": "supporter/?q=nobodyatall",
    "supporters: on the wall": "supporter/?show_name__exact=1",
    "supporters: not made up": "supporter/?is_demonstration__exact=0",
    "gifts": "contribution/",
    "gifts: by day": "contribution/?o=1",
    "gifts: of one person": "contribution/?q=generated-0123456",
    "gifts: money came": "contribution/?paid=yes",
    "gifts: no money": "contribution/?paid=no",
    "gifts: not thanked": "contribution/?thanked=no",
    "gifts: held back": "contribution/?held=now",
    "gifts: monthly": "contribution/?frequency__exact=monthly",
    "payments": "payment/",
    "payments: of one person": "payment/?q=generated-0123456",
    "payments: one reference": "payment/?q=generated-0123456-01",
    "payments: refunds": "payment/?kind__exact=refund",
    "payments: disputes won": "payment/?kind__exact=dispute_won",
    "payments: by hand": "payment/?provider__exact=hand",
}


def main(arguments: list[str]) -> None:
    options = read_options(arguments)
    with ExitStack() as stack:
        temporary = tempfile.TemporaryDirectory(prefix="factually-bench-")
        folder = options.keep or Path(stack.enter_context(temporary))
        supporters.prepare(stack, folder, options.supporters)
        seconds = survey()
        print(report(list(measure(options.runs)), seconds, options.supporters))


def read_options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench ARGS=keeping", description=__doc__)
    parser.add_argument(
        "--supporters", type=int, default=1_000_000, metavar="N", help="with three payments each"
    )
    parser.add_argument("--runs", type=int, default=20, choices=range(1, 1001), metavar="N")
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="where they stay for the next time"
    )
    return parser.parse_args(arguments)


def survey() -> float:
    """What the job does that the figures come from, in seconds."""
    from supporters import surveying  # needs Django set up

    desk.say("Surveying the ledger")
    began = perf_counter()
    surveying.store()
    return perf_counter() - began


def measure(runs: int) -> Iterator[Measured]:
    from django.contrib.auth.models import User

    keeper, _made = User.objects.get_or_create(
        username="generated-keeper", defaults={"is_staff": True, "is_superuser": True}
    )
    client = Client()
    client.force_login(keeper)
    addresses = {
        "at a glance": (GLANCE, f"{ADMIN}/supporter/overview/"),
        "front page": (LIST, "/admin/"),
        **{name: (LIST, f"{ADMIN}/{address}") for name, address in PAGES.items()},
    }
    for name, (target, address) in addresses.items():
        desk.say(f"Measuring: {name}")
        measured = Measured(name, target)
        for run in range(runs + 2):  # the first two fill caches
            desk._measure(measured, run > 1, client.get, address, 200)
        yield measured


def report(all_measured: list[Measured], seconds: float, count: int) -> str:
    lines = [
        "",
        f"{count:,} supporters; server time in milliseconds. The survey took its job {seconds:.0f} s.",
        "",
        f"{'what':28}{'p50':>8}{'p95':>8}{'queries':>9}  missed",
    ]
    for each in all_measured:
        p50, p95 = each.times.milliseconds(50), each.times.milliseconds(95)
        missed = "; ".join(each.missed()) or "–"
        lines.append(f"{each.name:28}{p50:8.1f}{p95:8.1f}{each.queries:9}  {missed}")
    lines += ["", "Targets: lists p95 ≤ 300 ms, the page at a glance ≤ 500 ms."]
    return "\n".join(lines)
