"""Many hosts on this machine's loopback, with pages that changed in all the ways that pages do.

``python -m tests.bench.hosts PORT HOSTS``: 127.0.1.1, 127.0.1.2, … each answer at the port; what ends the standard input
ends them, and then they say in JSON when each of them was asked.
"""

import asyncio
import json
import sys
import time
from collections import defaultdict
from functools import lru_cache
from random import Random

ASKS_FOR_PAUSES = 1  # the host whose robots.txt has a Crawl-delay
CRAWL_DELAY = 4.0
IS_BUSY_ONCE = 2  # the host that once answers with Retry-After
RETRY_AFTER = 60.0
BUSY_AT = 10  # the request that it does so at

# Of a thousand pages, what became of so many since their copies were kept.
KINDS = {
    "304": 780,
    "the same, without validators": 120,
    "other words": 40,
    "the quotation is gone": 20,
    "404": 20,
    "leads home": 10,
    "503": 8,
    "other words, 2 MB": 2,
}
KINDS_BY_LOT = [kind for kind, count in KINDS.items() for _ in range(count)]
LARGE = 2_000_000  # characters
LENGTH = 8_000
QUOTED = "What was cited stands here, word for word, as it did then."


def host(number: int) -> str:
    return f"127.0.{1 + number // 250}.{1 + number % 250}"


def kind_of(page: int) -> str:
    return Random(page).choice(KINDS_BY_LOT)


def text(page: int) -> str:
    """What the page said when its copy was kept; no two pages say the same."""
    lot = Random(page)
    lines = [f"Generated page {page}", QUOTED]
    while sum(map(len, lines)) < LENGTH:
        lines.append(" ".join(f"{lot.getrandbits(24):x}" for _ in range(40)) + ".")
    return "\n".join(lines)


def html(said: str) -> bytes:
    title, *lines = said.split("\n")
    paragraphs = "\n".join(f"<p>{line}</p>" for line in lines)
    return f"<!doctype html><title>{title}</title>\n<h1>{title}</h1>\n{paragraphs}".encode()


@lru_cache(maxsize=4)
def page_now(page: int) -> bytes:
    """The page as it is today."""
    said, kind = text(page), kind_of(page)
    if kind == "other words":
        said += "\nAnd something was added."
    if kind == "the quotation is gone":
        said = said.replace(QUOTED, "Something else stands here.")
    if kind == "other words, 2 MB":
        said += "\nAnd much was added to it, over and over.".join([""] * (LARGE // 40))
    return html(said)


def answer(at: str, method: str, path: str, headers: str) -> bytes:
    """The whole answer of a host."""
    if path == "/robots.txt":
        asks = at == host(ASKS_FOR_PAUSES)
        return _written(
            200, f"User-agent: *\nCrawl-delay: {CRAWL_DELAY}\n".encode() if asks else b""
        )
    if path == "/":
        return _written(200, html("Welcome\nThis is a home page."), method)
    page = int(path.removeprefix("/"))
    kind = kind_of(page)
    if kind == "404":
        return _written(404, b"Nothing is here.", method)
    if kind == "503":
        return _written(503, b"Come back.", method)
    if kind == "leads home":
        return _written(302, b"", method, "Location: /\r\n")
    if kind == "304" and f'"{page}"' in headers:
        return _written(304, b"", "HEAD", f'ETag: "{page}"\r\n')
    named = "" if "without" in kind else f'ETag: "{page}, later"\r\n'
    return _written(200, page_now(page), method, named)


def _written(status: int, body: bytes, method: str = "GET", named: str = "") -> bytes:
    head = (
        f"HTTP/1.1 {status} Generated\r\nContent-Type: text/html; charset=utf-8\r\n{named}"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + (b"" if method == "HEAD" else body)


class Hosts:
    def __init__(self) -> None:
        self.asked: dict[str, list[float]] = defaultdict(list)
        self.was_busy = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        at = writer.get_extra_info("sockname")[0]
        try:
            asked = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            self.asked[at].append(time.monotonic())
            line, _, headers = asked.partition("\r\n")
            method, path, _version = line.split(" ")
            writer.write(self._busy(at) or answer(at, method, path, headers))
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the other side has had enough
        finally:
            writer.close()

    def _busy(self, at: str) -> bytes:
        if self.was_busy or at != host(IS_BUSY_ONCE) or len(self.asked[at]) < BUSY_AT:
            return b""
        self.was_busy = True
        return _written(503, b"Busy.", "GET", f"Retry-After: {RETRY_AFTER:.0f}\r\n")


async def main(port: int, count: int) -> None:
    hosts = Hosts()
    addresses = [host(number) for number in range(count)]
    server = await asyncio.start_server(hosts.serve, addresses, port, backlog=1000)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()
    print(json.dumps(hosts.asked), flush=True)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
