"""The public search at size: many queries of each kind, how long they take, and which three take longest.

Each is asked several times and counts with its median. What is measured is the search itself, from the typed words to
the marked lines and the ways to narrow down, without the request and the page around them.
"""

import argparse
import os
import platform
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter
from typing import Any

import django

from tests.bench import desk
from tests.bench.load import Figures

FEW = 1_000  # matches
WORST = 3


@dataclass
class Kind:
    """Queries of one kind: what they look like, and how long one of them may take."""

    name: str
    target: float  # milliseconds, 95th percentile
    times: Figures = field(default_factory=Figures)
    worst: list[tuple[float, str]] = field(default_factory=list)

    def add(self, typed: str, seconds: float) -> None:
        self.times.latencies.append(seconds)
        self.worst = sorted([*self.worst, (seconds, typed)], reverse=True)[:WORST]


def main(arguments: list[str]) -> None:
    options = read_options(arguments)
    with ExitStack() as stack:
        temporary = tempfile.TemporaryDirectory(prefix="factually-bench-")
        folder = options.keep or Path(stack.enter_context(temporary))
        desk.prepare(stack, folder, options.checks)
        print(report(measure(options.queries, options.runs)))


def read_options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench ARGS=search", description=__doc__)
    parser.add_argument("--checks", type=int, default=100_000, metavar="N")
    parser.add_argument("--queries", type=int, default=60, help="of each kind", metavar="N")
    parser.add_argument("--runs", type=int, default=5, help="of each query", metavar="N")
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="where the checks stay for the next time"
    )
    return parser.parse_args(arguments)


def measure(queries: int, runs: int) -> list[Kind]:
    """The queries are drawn by lot, always the same ones; how many matches each has decides its kind."""
    from django.utils import timezone

    from factchecks.search import query, searching

    few, any_number = Kind("up to 1,000 matches", 10), Kind("any, misspelt ones too", 50)
    typing = Kind("while typing", 30)
    now = timezone.now()
    lot = Random(7)
    for name, make in KINDS.items():
        desk.say(f"Measuring: {name}")
        for _ in range(queries):
            asked = make(lot)
            seconds, results = _time(runs, lambda asked=asked: searching.search(asked, now))  # type: ignore[misc]
            typed = f"{name}: {asked.address()}"
            any_number.add(typed, seconds)
            if 0 < results.found.count <= FEW and results.meant is None:
                few.add(typed, seconds)
    desk.say("Measuring: suggestions")
    for _ in range(queries):
        typed = _word(lot)[: lot.randint(2, 5)]
        seconds, _results = _time(
            runs,
            lambda typed=typed: searching.suggest(query.read(typed), now),  # type: ignore[misc]
        )
        typing.add(typed, seconds)
    return [few, any_number, typing]


def _time(runs: int, search: Callable[[], Any]) -> tuple[float, Any]:
    """The median of so many runs after a first one."""
    results, spent = search(), []
    for _ in range(runs):
        began = perf_counter()
        search()
        spent.append(perf_counter() - began)
    return median(spent), results


def _word(lot: Random) -> str:
    """Any rank is as likely as any other on a scale of powers: common words and rare ones."""
    from factchecks.generating import writing

    return writing.vocabulary_word(int(writing.VOCABULARY ** lot.random()))


def _name(lot: Random) -> str:
    from factchecks.generating import filling, writing

    return writing.name_of(lot.randrange(filling.next_number()))


def _misspelt(word: str, lot: Random) -> str:
    """Two letters exchanged, one left out, or one typed twice."""
    place = lot.randrange(1, len(word) - 1)
    before, letter, after = word[:place], word[place], word[place + 1 :]
    slips = [
        f"{before}{after[0]}{letter}{after[1:]}",
        f"{before}{after}",
        f"{before}{letter}{letter}{after}",
    ]
    return lot.choice(slips)


def _asked(typed: str, **more: Any) -> Any:
    from factchecks.search.asking import Asked

    return Asked(typed, **more)


KINDS: dict[str, Callable[[Random], Any]] = {
    "a word": lambda lot: _asked(_word(lot)),
    "a word, by date": lambda lot: _asked(_word(lot), by_date=True),
    "a name": lambda lot: _asked(_name(lot)),
    "two words": lambda lot: _asked(f"{_word(lot)} {_word(lot)}"),
    "three words": lambda lot: _asked(f"{_word(lot)} {_word(lot)} {_word(lot)}"),
    "a phrase": lambda lot: _asked(f'"{_word(lot)} and {_word(lot)}"'),
    "without a word": lambda lot: _asked(f"{_word(lot)} -{_word(lot)}"),
    "a beginning": lambda lot: _asked(f"{_word(lot)[:3]}*"),
    "a misspelt name": lambda lot: _asked(_misspelt(_name(lot), lot)),
    "a misspelt word": lambda lot: _asked(_misspelt(_word(lot), lot)),
    "with a topic": lambda lot: _asked(_word(lot), topic=f"generated-topic-{lot.randrange(60):02}"),
    "with a rating": lambda lot: _asked(_word(lot), rating="Generated: wrong"),
    "with a year": lambda lot: _asked(_word(lot), year="2016"),
    "eight words": lambda lot: _asked(" ".join(_word(lot) for _ in range(8))),
}


def report(kinds: list[Kind]) -> str:
    from factchecks.models import Publication

    return "\n".join(_lines(kinds, Publication.objects.published().count()))


def _lines(kinds: list[Kind], live: int) -> Iterator[str]:
    yield ""
    yield f"Python {platform.python_version()}, Django {django.__version__}; {os.cpu_count()} cores."
    yield f"{live} live checks; milliseconds."
    yield ""
    yield "queries                      number     p50     p95  target"
    for kind in kinds:
        p50, p95 = kind.times.milliseconds(50), kind.times.milliseconds(95)
        missed = "  missed" if p95 > kind.target else ""
        number = len(kind.times.latencies)
        yield f"{kind.name:27}{number:8}{p50:8.1f}{p95:8.1f}{kind.target:8.0f}{missed}"
    for kind in kinds:
        yield ""
        yield f"The longest of “{kind.name}”:"
        for seconds, typed in kind.worst:
            yield f"{1000 * seconds:8.1f}  {typed}"
