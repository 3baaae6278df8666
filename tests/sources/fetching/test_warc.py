"""A kept copy is a WARC 1.1 file that any tool reads, and that gives the page back byte by byte."""

import gzip
import hashlib
from io import BytesIO
from typing import Any

import brotli
import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from sources.fetching import fetch as fetching
from sources.fetching import warc
from sources.fetching.exchanges import Fetched
from sources.fetching.failures import Broken, TooLarge
from sources.fetching.policy import Limits
from tests.sources.awkward import Site, Step, answer, redirect


@pytest.fixture
def fetched(site: Site) -> Fetched:
    site.says("/old", redirect("/new", 301))
    site.says("/new", answer(200, b"<p>Moon", Content_Type="text/html; charset=latin-1"))
    return fetching.fetch(site.url("/old"), policy=site.policy())


def copy_of(fetched: Fetched) -> bytes:
    file = BytesIO()
    warc.write(fetched, file)
    return file.getvalue()


def fetch(site: Site, *steps: Step) -> Fetched:
    return fetching.fetch(site.says("/", *steps), policy=site.policy())


def records(copy: bytes) -> list[Any]:
    """What warcio, as another tool would, finds in it: each record's headers, HTTP headers and raw payload."""
    return [
        (record.rec_headers, record.http_headers, record.raw_stream.read())
        for record in ArchiveIterator(BytesIO(copy))
    ]


def test_a_copy_gives_the_page_back(fetched: Fetched) -> None:
    kept = warc.read(BytesIO(copy_of(fetched)))
    assert (kept.url, kept.status, kept.body) == (fetched.final_url, 200, b"<p>Moon")
    assert kept.headers == fetched.headers
    assert kept.at == fetched.answer.started_at


def test_every_exchange_is_kept_with_its_request(fetched: Fetched) -> None:
    found = records(copy_of(fetched))
    kinds = [headers.get_header("WARC-Type") for headers, _, _ in found]
    assert kinds == ["response", "request"] * 2
    targets = [headers.get_header("WARC-Target-URI") for headers, _, _ in found]
    assert targets == [fetched.asked_url] * 2 + [fetched.final_url] * 2
    assert [http.statusline for _, http, _ in found[::2]] == ["301 Whatever", "200 Whatever"]
    request = found[3][1]
    assert (request.protocol, request.statusline) == ("GET", "/new HTTP/1.1")
    assert request.get_header("User-Agent") == "Factually (Tests)"


def test_records_name_each_other_the_time_and_the_address(fetched: Fetched) -> None:
    (response, _, payload), (request, _, _) = records(copy_of(fetched))[2:]
    assert response.protocol == "WARC/1.1"
    assert request.get_header("WARC-Concurrent-To") == response.get_header("WARC-Record-ID")
    assert response.get_header("WARC-IP-Address") == "127.0.0.1"
    assert response.get_header("WARC-Date").endswith("Z")
    digest = hashlib.sha256(payload).hexdigest()
    assert response.get_header("WARC-Payload-Digest") == f"sha256:{digest}"


def test_each_record_is_a_gzip_member_of_its_own(fetched: Fetched) -> None:
    copy = copy_of(fetched)
    assert copy.count(b"\x1f\x8b\x08") == 4
    assert gzip.decompress(copy).count(b"WARC/1.1\r\n") == 4


def test_the_digests_hold_for_another_tool(fetched: Fetched, tmp_path: Any) -> None:
    file = tmp_path / "copy.warc.gz"
    file.write_bytes(copy_of(fetched))
    checker = Checker(_Command(str(file)))
    checker.process_all()
    assert checker.exit_value == 0


class _Command:
    """What warcio's command line hands to its checker."""

    verbose = False

    def __init__(self, file: str) -> None:
        self.inputs = [file]


@pytest.mark.parametrize(("coding", "packed"), [("gzip", gzip.compress), ("br", brotli.compress)])
def test_a_packed_page_is_kept_packed_and_read_unpacked(
    site: Site, coding: str, packed: Any
) -> None:
    sent = packed(b"Moon")
    copy = copy_of(fetch(site, answer(200, sent, Content_Encoding=coding)))
    assert records(copy)[0][2] == sent
    assert warc.read(BytesIO(copy)).body == b"Moon"


def test_a_chunked_page_is_kept_whole_and_its_header_renamed(site: Site) -> None:
    chunked = b"Transfer-Encoding: chunked\r\n\r\n4\r\nMoon\r\n0\r\n\r\n"
    copy = copy_of(fetch(site, b"HTTP/1.1 200 OK\r\n" + chunked))
    _, http, payload = records(copy)[0]
    assert http.headers == [("X-Orig-Transfer-Encoding", "chunked")]
    assert payload == b"Moon"


def test_headers_are_kept_byte_by_byte(site: Site) -> None:
    odd = (
        b"HTTP/1.1 200 Gr\xfc\xdfe\r\nx-Odd: \xff\xc3\xb6\r\nX-ODD:two\r\nContent-Length: 0\r\n\r\n"
    )
    plain = gzip.decompress(copy_of(fetch(site, odd)))
    assert b"\r\nx-Odd: \xff\xc3\xb6\r\nX-ODD: two\r\n" in plain
    assert b"HTTP/1.1 200 Gr\xfc\xdfe\r\n" in plain


def test_a_page_without_its_body_is_no_copy(site: Site) -> None:
    glimpse = fetching.fetch(site.says("/", answer()), method="HEAD", policy=site.policy())
    with pytest.raises(ValueError, match="came with its body"):
        copy_of(glimpse)


def test_a_page_of_any_bytes_comes_back(site: Site) -> None:
    body = bytes(range(256)) * 5000 + b"WARC/1.1\r\n\r\n"
    assert warc.read(BytesIO(copy_of(fetch(site, answer(200, body))))).body == body


def test_a_damaged_copy_is_not_taken_for_the_page(fetched: Fetched) -> None:
    whole = copy_of(fetched)
    for damaged in (b"", b"no warc", whole[:100], gzip.compress(b"WARC/1.1\r\n\r\n")):
        with pytest.raises(Broken):
            warc.read(BytesIO(damaged))
    changed = gzip.decompress(whole).replace(b"<p>Moon", b"<p>Mars")
    with pytest.raises(Broken, match="damaged"):
        warc.read(BytesIO(changed))


@pytest.mark.parametrize(
    "lost", [b"WARC-Date", b"WARC-Type", b"WARC-Target-URI", b"HTTP/1.1 200", b"200"]
)
def test_a_copy_that_lost_a_line_is_damaged(fetched: Fetched, lost: bytes) -> None:
    whole = gzip.decompress(copy_of(fetched))
    assert lost in whole
    with pytest.raises(Broken):
        warc.read(BytesIO(whole.replace(lost, b"x" * len(lost))))


def test_a_copy_beyond_limits_is_not_read(fetched: Fetched) -> None:
    with pytest.raises(TooLarge):
        warc.read(BytesIO(copy_of(fetched)), Limits(payload=3))
