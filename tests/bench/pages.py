"""The public pages: start everything, measure, print a table, stop everything."""

import argparse
import gzip
import http.client
import importlib.metadata
import os
import platform
import re
import socket
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import django

from factually import local, preparation
from factually.management.commands import serve
from factually.postgres import Cluster
from tests.bench import bare
from tests.bench.load import HOST, Figures, LoadError, run

LIST, GOAL, READY = "/fact-checks/", "/support/goal.json", "/readyz"
WARM_UP = 1.0  # seconds for each page on each server
MOST = 100_000  # requests in one round
# Of one connection or one moment: the server writes its own.
NOT_RECORDED = {"connection", "date", "keep-alive", "server", "transfer-encoding"}


@dataclass
class Page:
    """One page, and what was measured of it."""

    name: str
    path: str
    size: int = 0  # bytes
    size_compressed: int = 0
    ours: Figures = field(default_factory=Figures)
    bare: Figures = field(default_factory=Figures)


def main(arguments: list[str]) -> None:
    options = read_options(arguments)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="factually-bench-")))
        prepare(stack, folder)
        ours = stack.enter_context(web_server("ours"))
        pages = [
            Page("check", longest_check(ours)),
            Page("list", LIST),
            Page("goal", GOAL),
        ]
        measure(pages, ours, stack.enter_context(bare_server(ours, pages, folder)), options)
    print(report(pages, options))


def read_options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    add_options(parser, connections=8)
    return parser.parse_args(arguments)


def add_options(parser: argparse.ArgumentParser, connections: int) -> None:
    parser.add_argument(
        "--connections", type=int, default=connections, choices=range(1, 257), metavar="N"
    )
    parser.add_argument("--rounds", type=int, default=5, choices=range(1, 101), metavar="N")
    parser.add_argument("--seconds", type=float, default=2.0, help="of each page in each round")


def prepare(stack: ExitStack, folder: Path) -> None:
    """A site in local mode with the demonstration content, its data in ``folder``."""
    os.environ.pop("DATABASE_URL", None)
    os.environ |= {"FACTUALLY_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "factually.settings"}
    cluster = Cluster(local.made_data_dir() / "postgres", durable=False)
    stack.enter_context(cluster.running())
    django.setup()
    preparation.prepare(say)


@contextmanager
def web_server(name: str, application: str = "") -> Iterator[int]:
    """The web server of ``manage.py serve`` with its flags, for that application or for the real one: its port."""
    port = free_port()
    child = serve.web_server(port, local.data_dir())
    child.name, child.log = f"The web server ({name})", local.data_dir() / f"{name}.log"
    if application:
        child.command = [
            application if str(word).endswith(":application") else word for word in child.command
        ]
    child.start()
    try:
        serve.wait_until_ready(child, port)
        yield port
    finally:
        child.order_end()
        if child.process is not None:
            child.process.wait(timeout=30)
        child.bury()


@contextmanager
def bare_server(ours: int, pages: Sequence[Page], folder: Path) -> Iterator[int]:
    """The same server with an application that only repeats what ours has answered: its port."""
    answers = {READY: fetch(ours, READY)} | {page.path: measure_size(ours, page) for page in pages}
    bare.save(answers, folder / "answers.json")
    os.environ[bare.VARIABLE] = str(folder / "answers.json")
    with web_server("bare", "tests.bench.bare:application") as port:
        yield port


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def fetch(port: int, path: str) -> tuple[list[tuple[str, str]], bytes]:
    """The answer as a browser gets it: headers, and the compressed body."""
    connection = http.client.HTTPConnection(HOST, port, timeout=20)
    try:
        connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
        response = connection.getresponse()
        body = response.read()
    finally:
        connection.close()
    if response.status != http.HTTPStatus.OK:
        raise LoadError(f"{path} answered {response.status}.")
    headers = [pair for pair in response.getheaders() if pair[0].lower() not in NOT_RECORDED]
    return headers, body


def longest_check(port: int) -> str:
    """The address of the longest of the listed checks."""
    listed = text_of(fetch(port, LIST)).decode()
    paths: list[str] = sorted(set(re.findall(rf'href="({LIST}[^"/?]+/)"', listed)))
    if not paths:
        raise LoadError("The list of fact checks is empty.")
    return max(paths, key=lambda path: len(text_of(fetch(port, path))))


def measure_size(port: int, page: Page) -> tuple[list[tuple[str, str]], bytes]:
    answer = fetch(port, page.path)
    page.size, page.size_compressed = len(text_of(answer)), len(answer[1])
    return answer


def text_of(answer: tuple[list[tuple[str, str]], bytes]) -> bytes:
    headers, body = answer
    is_compressed = ("content-encoding", "gzip") in [
        (name.lower(), value) for name, value in headers
    ]
    return gzip.decompress(body) if is_compressed else body


def measure(pages: Sequence[Page], ours: int, plain: int, options: argparse.Namespace) -> None:
    """Warm up, then take turns, so that both servers see the same machine."""
    servers = [(ours, "ours"), (plain, "bare")]
    for page in pages:
        for port, _ in servers:
            run(port, page.path, connections=options.connections, seconds=WARM_UP, most=MOST)
    for number in range(options.rounds):
        say(f"Round {number + 1} of {options.rounds}")
        servers.reverse()
        for page in pages:
            for port, name in servers:
                figures = run(
                    port,
                    page.path,
                    connections=options.connections,
                    seconds=options.seconds,
                    most=MOST,
                )
                getattr(page, name).add(figures)


def report(pages: Sequence[Page], options: argparse.Namespace) -> str:
    versions = ", ".join(
        f"{name} {importlib.metadata.version(name)}" for name in ("django", "granian", "whitenoise")
    )
    lines = [
        "",
        f"Python {platform.python_version()}, {versions}; {os.cpu_count()} cores, which the load shares.",
        f"{options.rounds} rounds of {options.seconds:g} s, {options.connections} kept connections; times in milliseconds.",
        "",
        "                          ours                        bare",
        "page     bytes    gzip    req/s     p50      p99      req/s     p50      p99   bare/ours",
    ]
    lines += [line_for(page) for page in pages]
    return "\n".join(lines)


def line_for(page: Page) -> str:
    figures = "".join(
        f"{each.per_second:9.0f}{each.milliseconds(50):8.2f}{each.milliseconds(99):9.2f}  "
        for each in (page.ours, page.bare)
    )
    ratio = page.bare.per_second / page.ours.per_second
    return f"{page.name:6}{page.size:8}{page.size_compressed:8}{figures}{ratio:10.0f}"


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
