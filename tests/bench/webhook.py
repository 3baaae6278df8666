"""The webhook under a burst: many deliveries at once, repeated and shuffled, to the real server with its worker.

Afterwards every gift is compared with what a straight line through the set of events makes of it.
"""

import argparse
import http.client
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter
from typing import Any

import django

from factually import local, preparation
from factually.management.commands import serve
from factually.postgres import Cluster
from tests.bench.load import HOST, Figures, LoadError
from tests.bench.pages import free_port

PATIENCE = 900  # seconds until the worker has applied all
KEYS = {
    "STRIPE_SECRET_KEY": "sk_live_of_the_bench",
    "STRIPE_WEBHOOK_SECRET": "whsec_of_the_tests",
}


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="make bench ARGS=webhook", description=__doc__)
    parser.add_argument("--events", type=int, default=2000)
    parser.add_argument("--repeated", type=float, default=0.5, help="share that comes twice")
    parser.add_argument("--connections", type=int, default=200)
    options = parser.parse_args(arguments)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="factually-bench-")))
        os.environ.pop("DATABASE_URL", None)
        settings = {"FACTUALLY_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "factually.settings"}
        os.environ |= {**settings, **KEYS}
        cluster = Cluster(local.made_data_dir() / "postgres", durable=False)
        stack.enter_context(cluster.running())
        django.setup()
        preparation.prepare(lambda text: print(text, file=sys.stderr, flush=True))
        measure(stack, options)


def measure(stack: ExitStack, options: argparse.Namespace) -> None:
    from tests.supporters.bursts import compare, make_burst

    events, expected = make_burst(options.events)
    # Fixed, so that two runs are the same.
    shuffled = random.Random(7)
    again = shuffled.sample(events, int(len(events) * options.repeated))
    deliveries = events + again
    shuffled.shuffle(deliveries)
    port = start(stack)
    began = perf_counter()
    figures = deliver(port, deliveries, options.connections)
    delivered = perf_counter() - began
    wait_for_the_worker(len(events))
    applied = perf_counter() - began
    differences = compare(expected)
    print(
        f"{len(events)} events, {len(again)} of them twice, over {options.connections} connections:\n"
        f"delivered in {delivered:.1f} s ({len(deliveries) / delivered:.0f}/s;"
        f" p50 {figures.milliseconds(50):.0f} ms, p99 {figures.milliseconds(99):.0f} ms),"
        f" applied {applied:.1f} s after the first ({len(events) / applied:.0f}/s).\n"
        f"{len(expected)} gifts, {sum(expected.values())} minor units, {len(differences)} differences."
    )
    if differences:
        raise LoadError("\n".join(differences[:20]))


def start(stack: ExitStack) -> int:
    port = free_port()
    for child in (serve.web_server(port, local.data_dir()), serve.job_worker(local.data_dir())):
        child.start()
        stack.callback(_end, child)
        if child.name == "The web server":
            serve.wait_until_ready(child, port)
    return port


def _end(child: Any) -> None:
    child.order_end()
    if child.process is not None:
        child.process.wait(timeout=30)
    child.bury()


def deliver(port: int, deliveries: Sequence[Any], connections: int) -> Figures:
    """Each on a connection of its own, as Stripe sends them, so many at once; tried again while the server is busy."""
    from tests.supporters.stripe import ADDRESS, signed

    figures = Figures()

    def send(sent: Any) -> None:
        body = json.dumps(sent).encode()
        for _try in range(5):
            began = perf_counter()
            connection = http.client.HTTPConnection(HOST, port, timeout=60)
            headers = {"Stripe-Signature": signed(body), "Content-Type": "application/json"}
            connection.request("POST", ADDRESS, body, headers)
            status = connection.getresponse().status
            connection.close()
            if status == http.HTTPStatus.OK:
                figures.latencies.append(perf_counter() - began)
                return
            time.sleep(0.5)
        raise LoadError(f"An event was answered {status}.")

    with ThreadPoolExecutor(connections) as pool:
        list(pool.map(send, deliveries))
    return figures


def wait_for_the_worker(events: int) -> None:
    from supporters.models import ProviderEvent

    deadline = time.monotonic() + PATIENCE
    while ProviderEvent.objects.filter(status="applied").count() < events:
        if time.monotonic() > deadline:
            raise LoadError(f"The worker has not applied all in {PATIENCE} s.")
        time.sleep(0.25)
