"""The goal at size: what readers' pages ask of a ledger with many supporters and payments, and what a payment costs.

Without any cache. Each page is measured against the bare application on the same server, in turns, as in the other benchmark;
the figure itself also against the same figure worked out straight from the payments.
"""

import argparse
import os
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter
from typing import Any

import django
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from factually import local, preparation
from factually.postgres import Cluster
from tests.bench import desk, pages
from tests.bench.load import Figures

TARGET = 5.0  # milliseconds of goal.json, 99th percentile
TIMES = 300
HOW = "/support/how-we-count/"


def main(arguments: list[str]) -> None:
    options = read_options(arguments)
    with ExitStack() as stack:
        temporary = tempfile.TemporaryDirectory(prefix="factually-bench-")
        folder = options.keep or Path(stack.enter_context(temporary))
        prepare(stack, folder, options.supporters)
        ours = stack.enter_context(pages.web_server("ours"))
        measured = [pages.Page("goal", pages.GOAL), pages.Page("how", HOW)]
        plain = stack.enter_context(pages.bare_server(ours, measured, folder))
        pages.measure(measured, ours, plain, options)
        within = measure_within()
    print(report(measured, within, options))


def read_options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench ARGS=supporters", description=__doc__)
    parser.add_argument(
        "--supporters", type=int, default=1_000_000, metavar="N", help="with three payments each"
    )
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="where they stay for the next time"
    )
    pages.add_options(parser, connections=1)
    return parser.parse_args(arguments)


def prepare(stack: ExitStack, folder: Path, supporters: int) -> None:
    """A newsroom with nothing but so many generated supporters."""
    os.environ.pop("DATABASE_URL", None)
    os.environ |= {
        "FACTUALLY_DATA": str(folder),
        "FACTUALLY_DEMONSTRATION": "no",
        "DJANGO_SETTINGS_MODULE": "factually.settings",
    }
    cluster = Cluster(local.made_data_dir() / "postgres", durable=False)
    stack.enter_context(cluster.running())
    django.setup()
    preparation.prepare(desk.say)
    from supporters import generating  # needs Django set up

    missing = supporters + 1 - generating.next_number()
    if missing > 0:
        desk.say(f"Making {missing} supporters")
        call_command("make_many_supporters", supporters=missing)
    stack.callback(desk.close)


def measure_within() -> dict[str, Figures]:
    """The same within this program: what the database takes, with the payments rolled back."""
    from supporters.goals import current_progress
    from supporters.models import Contribution, Goal, Payment

    gifts = list(Contribution.objects.order_by("pk").values_list("pk", flat=True)[: TIMES * 7 : 7])

    def pay(turn: int) -> None:
        Payment.objects.create(
            contribution_id=gifts[turn], amount=100, currency="USD", paid_at=timezone.now()
        )

    def read_ledger(turn: int) -> None:
        found: Any = Goal.objects.with_ledger_value().get(is_current=True)
        assert found.ledger_value > 0

    with transaction.atomic():
        paid = _time(pay, len(gifts))
        transaction.set_rollback(True)
    return {
        "the figure from the balances": _time(lambda turn: current_progress(), TIMES),
        "the figure from the payments": _time(read_ledger, 3),
        "recording a payment": paid,
    }


def _time(do: Callable[[int], object], times: int) -> Figures:
    figures = Figures()
    for turn in range(times):
        began = perf_counter()
        do(turn)
        figures.latencies.append(perf_counter() - began)
    return figures


def report(
    measured: list[pages.Page], within: dict[str, Figures], options: argparse.Namespace
) -> str:
    lines = [pages.report(measured, options), "", f"{'':30}{'p50':>10}{'p99':>10}"]
    for name, figures in within.items():
        lines.append(f"{name:30}{figures.milliseconds(50):10.2f}{figures.milliseconds(99):10.2f}")
    balances, ledger = (within[f"the figure from the {name}"] for name in ("balances", "payments"))
    ratio = ledger.milliseconds(50) / balances.milliseconds(50)
    p99 = measured[0].ours.milliseconds(99)
    verdict = "kept" if p99 < TARGET else "missed"
    lines += [
        "",
        f"From the payments it takes {ratio:,.0f} times as long as from the balances.",
        f"Target: goal.json under {TARGET:.0f} ms for 99 of 100 at {options.supporters:,} supporters: {p99:.2f}, {verdict}.",
    ]
    return "\n".join(lines)
