"""The demonstration's own sources: a small site on loopback."""

import http.client
import threading
from collections.abc import Iterator

import pytest

from factchecks import importing
from factually.demonstration import loading, site
from sources.reading import contents, passages


@pytest.fixture
def port() -> Iterator[int]:
    """Of a running server; it has its usual pages, and any port."""
    with site.server(port=0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def answer(port: int, path: str) -> tuple[int, str, str]:
    connection = http.client.HTTPConnection(site.HOST, port, timeout=5)
    connection.request("GET", path)
    response = connection.getresponse()
    return response.status, response.headers["Content-Type"], response.read().decode()


def sources() -> list[str]:
    document = importing.read(loading.WITH_OWN_SOURCES.read_bytes()).document
    urls = [citation["source"]["url"] for citation in document["citations"] if citation["source"]]
    return [url.removeprefix(f"http://{site.ADDRESS}") for url in urls]


def test_it_serves_what_the_demonstration_cites_but_for_one_that_is_gone(port: int) -> None:
    assert [answer(port, path)[0] for path in sources()] == [200, 200, 404]
    assert sources()[2] == f"/{loading.GONE}"
    assert answer(port, f"/{loading.ARCHIVED}")[0] == 200


def test_every_page_says_that_it_is_made_up(port: int) -> None:
    for path in (*sources()[:2], f"/{loading.ARCHIVED}"):
        assert "made up" in answer(port, path)[2].lower()


@pytest.mark.parametrize("path", ["/", "/archive/", "/../loading.py", "/%2e%2e/loading.py"])
def test_it_serves_nothing_else(port: int, path: str) -> None:
    assert answer(port, path)[0] == 404


def test_every_passage_that_the_demonstration_quotes_of_them_stands_there(port: int) -> None:
    document = importing.read(loading.WITH_OWN_SOURCES.read_bytes()).document
    quoted = 0
    for citation, path in zip(document["citations"], sources(), strict=True):
        _status, kind, text = answer(port, path)
        read = contents.read(text.encode(), kind)
        for quotation in citation["quotations"]:
            assert isinstance(passages.look_up(read.text, quotation["text"]), passages.Verified)
            quoted += 1
    assert quoted == 4
