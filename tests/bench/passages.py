"""Looking quotations up in a text of a megabyte: quotations that stand there, that nearly do, and that don't.

Each look-up is measured whole, with making the text ready; several quotations of one text share that.
"""

import argparse
import os
import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from time import perf_counter

from sources.reading.passages import Different, NotFound, Text, Verified
from tests.bench.load import Figures

TARGET = 20.0  # milliseconds, median
WORDS = 20_000  # of the vocabulary
LENGTHS = (6, 20, 60)  # words of a quotation
LETTERS = "etaoinshrdlucmfwygpbvk"


@dataclass
class Kind:
    """Look-ups that should end in the same way, in one text. Six common words may be anywhere by chance."""

    name: str
    as_expected: int = 0
    whole: Figures = field(default_factory=Figures)
    ready: Figures = field(default_factory=Figures)  # of these, in a text that was ready


def main(arguments: list[str]) -> None:
    options = read_options(arguments)
    print("\n".join(report(measure(options.characters, options.quotations), options.characters)))


def read_options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench ARGS=passages", description=__doc__)
    parser.add_argument("--characters", type=int, default=1_000_000, metavar="N")
    parser.add_argument("--quotations", type=int, default=60, help="of each kind", metavar="N")
    return parser.parse_args(arguments)


def measure(characters: int, quotations: int) -> list[Kind]:
    """The texts and quotations are drawn by lot, always the same ones."""
    kinds = []
    for name, signs in TEXTS.items():
        lot = Random(7)
        vocabulary = [_word(lot) for _ in range(WORDS)]
        text = _text(lot, vocabulary, signs, characters)
        words = text.split(" ")
        for result, make in QUOTATIONS.items():
            kind = Kind(f"{name}, {result.__name__}")
            for _ in range(quotations):
                _measure(kind, text, make(lot, words), result)
            kinds.append(kind)
    return kinds


def _measure(kind: Kind, text: str, quotation: str, expected: type) -> None:
    began = perf_counter()
    ready = Text(text)
    made = perf_counter()
    found = ready.look_up(quotation)
    ended = perf_counter()
    kind.as_expected += isinstance(found, expected)
    kind.whole.latencies.append(ended - began)
    kind.ready.latencies.append(ended - made)


def _word(lot: Random) -> str:
    return "".join(lot.choice(LETTERS) for _ in range(lot.randint(2, 10)))


def _text(lot: Random, vocabulary: list[str], signs: list[str], characters: int) -> str:
    """Common words and rare ones, some with a sign after them."""
    words, length = [], 0
    while length < characters:
        word = vocabulary[int(WORDS ** lot.random()) - 1]
        words.append(word + lot.choice(signs) if lot.random() < 0.1 else word)
        length += len(words[-1]) + 1
    return " ".join(words)


def _standing(lot: Random, words: list[str]) -> str:
    length = lot.choice(LENGTHS)
    start = lot.randrange(len(words) - length)
    return " ".join(words[start : start + length])


def _altered(lot: Random, words: list[str]) -> str:
    """Every eighth word is another one."""
    quoted = _standing(lot, words).split(" ")
    quoted[3::8] = ["altered" for _ in quoted[3::8]]
    return " ".join(quoted)


def _absent(lot: Random, words: list[str]) -> str:
    """Words that the text has, shuffled."""
    return " ".join(lot.choice(words) for _ in range(lot.choice(LENGTHS)))


TEXTS = {"plain": [".", ",", ".\n"], "typographic": [".", ",", ".\n", " —", "’s", "”", " é"]}
QUOTATIONS: dict[type, Callable[[Random, list[str]], str]] = {
    Verified: _standing,
    Different: _altered,
    NotFound: _absent,
}


def report(kinds: list[Kind], characters: int) -> Iterator[str]:
    yield ""
    yield f"Python {platform.python_version()}; {os.cpu_count()} cores."
    yield f"Texts of {characters} characters; milliseconds."
    yield ""
    yield "look-ups                   number  so found     p50     p95  target  p50 of a ready text"
    for kind in kinds:
        p50, p95 = kind.whole.milliseconds(50), kind.whole.milliseconds(95)
        missed = "  missed" if p50 > TARGET else ""
        number, ready = len(kind.whole.latencies), kind.ready.milliseconds(50)
        yield f"{kind.name:27}{number:6}{kind.as_expected:10}{p50:8.1f}{p95:8.1f}{TARGET:8.0f}{ready:8.1f}{missed}"
