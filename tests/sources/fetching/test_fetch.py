"""Whatever a server does, a fetch ends in time, within bounds, in an answer or in a failure that says so plainly."""

import gzip
import random
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import brotli
import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from sources.fetching import fetch as fetching
from sources.fetching import policy
from sources.fetching.cookies import Cookies
from sources.fetching.exchanges import Fetched, Validators
from sources.fetching.failures import (
    Astray,
    Broken,
    Failure,
    Refused,
    TimedOut,
    TooLarge,
    Unreachable,
)
from tests.sources import awkward
from tests.sources.awkward import Site, Step, answer, dripping, endless, redirect

BOMB = b"0" * 5_000_000
HEAD = b"HTTP/1.1 200 OK\r\n"


def fetch(site: Site, *steps: Step, method: str = "GET", **bounds: float) -> Fetched:
    return fetching.fetch(site.says("/", *steps), method=method, policy=site.policy(**bounds))


def test_an_answer_brings_what_a_copy_needs(site: Site) -> None:
    fetched = fetch(site, answer(200, b"<p>Moon", Content_Type="text/html", ETag='"1"'))
    assert (fetched.status, fetched.body) == (200, b"<p>Moon")
    assert fetched.asked_url == fetched.final_url == site.url()
    assert fetched.header("content-type") == "text/html"
    assert fetched.headers[1] == ("Content-Type", "text/html")
    assert fetched.validators == Validators(site.url(), etag='"1"')
    assert fetched.sha256.startswith("ac393aa9")
    assert fetched.started_at <= fetched.ended_at
    assert fetched.hops == ()


@pytest.mark.parametrize("status", [203, 300, 400, 404, 410, 451, 500, 503, 599, 600, 999])
def test_an_answer_of_any_status_is_an_answer(site: Site, status: int) -> None:
    assert fetch(site, answer(status, b"so")).status == status


def test_we_say_who_asks(site: Site) -> None:
    fetch(site, answer())
    assert b"\r\nUser-Agent: Factually (Tests)\r\n" in site.requests[0]


@pytest.mark.parametrize(
    ("newsroom", "origin", "agent"),
    [
        ("The Ledger", "https://l.example", "Factually (The Ledger; +https://l.example)"),
        (
            "Łódź (Daily)\r\nX: y",
            "https://l.example",
            "Factually (d DailyX: y; +https://l.example)",
        ),
    ],
)
def test_the_newsrooms_name_fits_into_a_header(newsroom: str, origin: str, agent: str) -> None:
    assert policy.agent(newsroom, origin) == agent


def test_the_newsrooms_settings_make_the_policy(site: Site, settings: Any) -> None:
    url = site.says("/", answer(200, b"Moon"))
    with pytest.raises(Refused):
        fetching.fetch(url)
    settings.FETCH_LOOPBACK = [f"127.0.0.1:{site.port}"]
    settings.NEWSROOM_NAME = "The Ledger"
    assert fetching.fetch(url).body == b"Moon"
    assert b"Factually (The Ledger; +" in site.requests[0]
    settings.FETCH_LOOPBACK = ["127.0.0.1"]
    assert [found.id for found in run_checks(tags=["production"])] == ["factually.E005"]
    with pytest.raises(ImproperlyConfigured, match="FETCH_LOOPBACK"):
        fetching.fetch(url)


# Redirects


def test_redirects_are_followed_and_kept(site: Site) -> None:
    site.says("/a", redirect("b?x=1#part", 301))
    site.says("/b?x=1", redirect(site.url("/ö"), 308))
    site.says("/%C3%B6", answer(200, b"Moon"))
    fetched = fetching.fetch(site.url("/a"), policy=site.policy())
    assert [hop.status for hop in fetched.hops] == [301, 308]
    assert fetched.final_url == site.url("/%C3%B6")
    assert fetched.has_moved_for_good
    assert site.asked == ["GET /a", "GET /b?x=1", "GET /%C3%B6"]


def test_one_passing_redirect_makes_the_move_a_passing_one(site: Site) -> None:
    site.says("/a", redirect("/b", 301))
    site.says("/b", redirect("/c", 302))
    site.says("/c", answer())
    assert not fetching.fetch(site.url("/a"), policy=site.policy()).has_moved_for_good


def test_a_circle_is_left(site: Site) -> None:
    site.says("/a", redirect("/b"))
    site.says("/b", redirect("/a"))
    with pytest.raises(Astray, match="circle") as astray:
        fetching.fetch(site.url("/a"), policy=site.policy())
    assert [exchange.url for exchange in astray.value.exchanges] == [site.url("/a"), site.url("/b")]
    assert not astray.value.again


def test_five_redirects_are_followed_and_no_more(site: Site) -> None:
    for number in range(1, 7):
        site.says(f"/{number}", redirect(f"/{number + 1}"))
    site.says("/7", answer(200, b"Moon"))
    assert fetching.fetch(site.url("/2"), policy=site.policy()).body == b"Moon"
    with pytest.raises(Astray, match="more than 5"):
        fetching.fetch(site.url("/1"), policy=site.policy())


def test_a_cookie_lasts_for_one_fetch(site: Site) -> None:
    """Some sites redirect to themselves until they see their cookie."""
    site.says("/", redirect("/in", Set_Cookie="seen=1; Path=/"))
    site.says("/in", answer(200, b"Moon"))
    fetching.fetch(site.url(), policy=site.policy())
    fetching.fetch(site.url("/in"), policy=site.policy())
    assert [b"Cookie: seen=1" in request for request in site.requests] == [False, True, False]


@pytest.mark.parametrize(
    ("lines", "sent"),
    [
        (
            ["a=1; Path=/x; Secure; Domain=.other.example; Max-Age", "b = two words ;"],
            "a=1; b=two words",
        ),
        (["a=1", "a=2", "c="], "a=2; c="),
        (["=1", "no pair", "", "\xff=1", ";a=1", "é=1"], ""),
        (["a=1\r\nX: y", "b=\x00"], "a=1; b="),
        (["a=1", f"b={'x' * 5000}", "c=3"], "a=1; c=3"),
    ],
)
def test_a_cookie_that_can_be_sent_back_is(lines: list[str], sent: str) -> None:
    kept = Cookies()
    kept.take("https", "a.example", lines)
    assert kept.line("https", "a.example") == sent
    assert kept.line("http", "a.example") == kept.line("https", "b.a.example") == ""


def test_a_redirect_without_an_address_is_an_answer(site: Site) -> None:
    assert fetch(site, answer(302, b"Moon")).body == b"Moon"


@pytest.mark.parametrize(
    "location",
    ["http://[", "http://example.org:port/", "http://\xff.example/", "http://\x7f/"],
)
def test_a_redirect_to_what_is_no_address_leads_nowhere(site: Site, location: str) -> None:
    line = f"Location: {location}\r\n".encode("latin-1")
    with pytest.raises((Broken, Refused)):
        fetch(site, b"HTTP/1.1 302 Found\r\n" + line + b"Content-Length: 0\r\n\r\n")


def test_a_redirects_own_page_is_not_waited_for(site: Site) -> None:
    head = b"HTTP/1.1 302 Found\r\nLocation: /b\r\n\r\n"
    site.says("/a", head, dripping(b"x", 0.05))
    site.says("/b", answer(200, b"Moon"))
    fetched = fetching.fetch(site.url("/a"), policy=site.policy(seconds=1))
    assert fetched.body == b"Moon"
    assert fetched.hops[0].is_truncated


# Time


@pytest.mark.parametrize(
    "steps",
    [
        [2.0],
        [HEAD, dripping(b"X: y\r\n", 0.02)],
        [HEAD + b"\r\n", dripping(b"x", 0.02)],
        [HEAD + b"Transfer-Encoding: chunked\r\n\r\n", dripping(b"1\r\nx\r\n", 0.02)],
        [HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", dripping(b"X: y\r\n", 0.02)],
        [dripping(b"HTTP/1.1 100 Continue\r\n\r\n", 0.02)],
        [dripping(b"HTTP/1.1 103 Early Hints\r\n\r\n", 0.0)],
    ],
    ids=["silent", "headers", "body", "chunks", "trailers", "continue", "hints"],
)
def test_no_slowness_outlasts_the_deadline(site: Site, steps: list[Step]) -> None:
    began = time.monotonic()
    with pytest.raises(Failure) as failed:
        fetch(site, *steps, seconds=0.4)
    assert isinstance(failed.value, TimedOut | Broken)
    assert failed.value.again
    assert time.monotonic() - began < 1.5


def test_silence_is_not_waited_out(site: Site) -> None:
    with pytest.raises(TimedOut, match="stopped answering"):
        fetch(site, HEAD + b"Content-Length: 9\r\n\r\nhalf", 1.0, silence=0.2)


def test_redirects_share_one_deadline(site: Site) -> None:
    for number in range(5):
        site.says(f"/{number}", 0.15, redirect(f"/{number + 1}"))
    with pytest.raises(TimedOut):
        fetching.fetch(site.url("/0"), policy=site.policy(seconds=0.4))
    assert len(site.requests) < 5


# Size


def test_a_page_that_says_it_is_too_large_is_not_read(site: Site) -> None:
    with pytest.raises(TooLarge, match=r"larger than the 0\.001 MB") as large:
        fetch(site, HEAD + b"Content-Length: 1001\r\n\r\n", 1.0, payload=1000, silence=0.5)
    assert not large.value.again


@pytest.mark.parametrize("length", ["9" * 19, "9" * 20])
def test_a_length_beyond_measure_is_too_large(site: Site, length: str) -> None:
    with pytest.raises((TooLarge, Broken)):
        fetch(site, HEAD + b"Content-Length: " + length.encode() + b"\r\n\r\n")


@pytest.mark.parametrize(
    "framing", [b"\r\n", b"Transfer-Encoding: chunked\r\n\r\n"], ids=["endless", "chunked"]
)
def test_an_endless_body_is_cut(site: Site, framing: bytes) -> None:
    piece = b"400\r\n" + b"x" * 1024 + b"\r\n"
    with pytest.raises(TooLarge):
        fetch(site, HEAD + framing, endless(piece), payload=100_000)


def test_a_body_of_just_the_largest_size_is_kept(site: Site) -> None:
    assert len(fetch(site, answer(200, b"x" * 1000), payload=1000).body) == 1000


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("gzip", gzip.compress(BOMB)),
        ("gzip", gzip.compress(b"0" * 900_000) * 3),
        ("deflate", zlib.compress(BOMB)),
        ("br", brotli.compress(BOMB)),
    ],
    ids=["gzip", "members", "deflate", "br"],
)
def test_no_bomb_goes_off(site: Site, coding: str, packed: bytes) -> None:
    with pytest.raises(TooLarge, match="Unpacked"):
        fetch(site, answer(200, packed, Content_Encoding=coding), body=1_000_000)


def test_a_bomb_in_small_parts_does_not_go_off_either(site: Site) -> None:
    part = gzip.compress(b"0" * 100_000)
    with pytest.raises(TooLarge, match="Unpacked"):
        fetch(site, HEAD + b"Content-Encoding: gzip\r\n\r\n", endless(part), body=1_000_000)


@pytest.mark.parametrize(
    "headers",
    [
        b"".join(b"X-%d: y\r\n" % number for number in range(300)),
        b"X: " + b"y" * 70_000 + b"\r\n",
        b"".join(b"X-%d: %s\r\n" % (number, b"y" * 1000) for number in range(90)),
        b"X: " + b"y" * 1_000_000 + b"\r\n",
    ],
    ids=["many", "long", "heavy", "huge"],
)
def test_headers_are_bounded(site: Site, headers: bytes) -> None:
    with pytest.raises((TooLarge, Broken)):
        fetch(site, HEAD + headers + b"Content-Length: 0\r\n\r\n")


def test_endless_headers_are_cut(site: Site) -> None:
    with pytest.raises((TooLarge, Broken)):
        fetch(site, HEAD, endless(b"X: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n" * 100))


# Broken answers


@pytest.mark.parametrize(
    "steps",
    [
        [b""],
        [b"\x16\x03\x01\x00"],
        [b"SSH-2.0-OpenSSH_9.6\r\n"],
        [b"<html>no headers"],
        [b"HTTP/1.1 200"],
        [b"HTTP/1.1 99 Odd\r\n\r\n"],
        [b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"],
        [b"HTTP/1.1 304 Not Modified\r\n\r\n"],
        [HEAD + b"no colon\r\n\r\n"],
        [HEAD + b"Content-Length: 10\r\n\r\nshort"],
        [HEAD + b"Content-Length: -1\r\n\r\n"],
        [HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx"],
        [HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab"],
        [HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nab"],
        [HEAD + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nab"],
        [HEAD + b"Transfer-Encoding: gzip\r\n\r\nab"],
        [answer(200, b"not packed", Content_Encoding="gzip")],
        [answer(200, gzip.compress(b"Moon")[:-9], Content_Encoding="gzip")],
        [answer(200, gzip.compress(b"Moon")[:-1], Content_Encoding="gzip")],
        [answer(200, b"not packed", Content_Encoding="deflate")],
        [answer(200, b"\xff not packed", Content_Encoding="br")],
        [answer(200, brotli.compress(b"Moon" * 99)[:-3], Content_Encoding="br")],
        [answer(200, b"x", Content_Encoding="zstd")],
        [answer(200, b"x", Content_Encoding="gzip, gzip")],
        [b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Encoding: gzip\r\n\r\nx"],
    ],
    ids=repr,
)
def test_what_is_no_whole_page_is_broken(site: Site, steps: list[Step]) -> None:
    with pytest.raises(Broken, match=r"\w\W*\.$") as broken:
        fetch(site, *steps)
    assert broken.value.again


def test_a_connection_that_is_reset_broke_off(site: Site) -> None:
    """Closing with the request unread resets it."""
    with pytest.raises((Unreachable, Broken)):
        fetch(site, HEAD + b"Content-Length: 9\r\n\r\n", 0.05)


def test_a_body_longer_than_announced_ends_where_it_was_to(site: Site) -> None:
    assert fetch(site, HEAD + b"Content-Length: 4\r\n\r\nMoon and more").body == b"Moon"


@pytest.mark.parametrize("coding", ["", "identity", "UTF-8", "none"])
def test_what_only_claims_to_be_packed_is_taken_as_it_is(site: Site, coding: str) -> None:
    assert fetch(site, answer(200, b"Moon", Content_Encoding=coding)).body == b"Moon"


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("gzip", gzip.compress(b"Moon")),
        ("X-GZIP", gzip.compress(b"Mo") + gzip.compress(b"on")),
        ("gzip", gzip.compress(b"Moon") + b"\n"),
        ("gzip", gzip.compress(b"Moon") + b"trailing"),
        ("deflate", zlib.compress(b"Moon")),
        ("deflate", zlib.compress(b"Moon")[2:-4]),
        ("br", brotli.compress(b"Moon")),
    ],
)
def test_a_packed_page_is_unpacked_however_it_is_cut_up(
    site: Site, coding: str, packed: bytes
) -> None:
    head = HEAD + b"Content-Encoding: " + coding.encode() + b"\r\n\r\n"
    one_by_one = [step for octet in packed for step in (bytes([octet]), 0.0005)]
    for steps in ([packed], one_by_one):
        fetched = fetch(site, head, *steps)
        assert fetched.body == b"Moon"
        assert fetched.answer.payload == packed


def test_a_large_page_that_packs_badly_arrives_whole(site: Site) -> None:
    noise = random.Random(1).randbytes(300_000)
    for coding, packed in (
        ("gzip", gzip.compress(noise)),
        ("br", brotli.compress(noise, quality=1)),
    ):
        assert fetch(site, answer(200, packed, Content_Encoding=coding)).body == noise


# Asking again


def test_a_server_that_says_not_modified_is_believed(site: Site) -> None:
    known = Validators(site.url(), etag='"1"', last_modified="Mon, 06 Jan 2020 10:00:00 GMT")
    site.says("/", b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n')
    fetched = fetching.fetch(site.url(), conditional=known, policy=site.policy())
    assert fetched.is_unchanged
    assert b'If-None-Match: "1"\r\nIf-Modified-Since: Mon, 06 Jan 2020' in site.requests[0]


def test_validators_are_told_to_their_own_address_alone(site: Site) -> None:
    site.says("/", redirect("/b"))
    site.says("/b", b"HTTP/1.1 304 Not Modified\r\n\r\n")
    known = Validators(site.url("/b"), etag='"1"')
    assert fetching.fetch(site.url(), conditional=known, policy=site.policy()).is_unchanged
    assert [b"If-None-Match" in request for request in site.requests] == [False, True]


@pytest.mark.parametrize("etag", ['"' + "x" * 600 + '"', '"a\r\nX: y"', '"ü"'])
def test_a_validator_that_is_none_is_not_sent(site: Site, etag: str) -> None:
    site.says("/", answer(200, b"Moon"))
    known = Validators(site.url(), etag=etag)
    fetching.fetch(site.url(), conditional=known, policy=site.policy())
    assert b"If-None-Match" not in site.requests[0]


def test_head_tells_of_a_page_that_is_as_known(site: Site) -> None:
    known = Validators(site.url(), etag='"1"')
    site.says("/", b'HTTP/1.1 200 OK\r\nETag: "1"\r\nContent-Length: 999\r\n\r\n')
    fetched = fetching.look_again(site.url(), known=known, policy=site.policy())
    assert fetching.is_as_known(fetched, known)
    assert site.asked == ["HEAD /"]


@pytest.mark.parametrize(
    "said",
    [
        answer(200, b"Moon", ETag='"2"'),
        answer(200, b"Moon", ETag='W/"1"'),
        answer(200, b"Moon"),
        answer(404, b"gone", ETag='"1"'),
        answer(405),
        b"nonsense\r\n\r\n",
    ],
)
def test_get_follows_where_head_does_not_tell(site: Site, said: bytes) -> None:
    known = Validators(site.url(), etag='"1"')
    site.says("/", said)
    try:
        fetched = fetching.look_again(site.url(), known=known, policy=site.policy())
    except Broken:
        pass
    else:
        assert not fetching.is_as_known(fetched, known)
    assert site.asked == ["HEAD /", "GET /"]


def test_without_validators_the_page_itself_is_asked_for(site: Site) -> None:
    site.says("/", answer(200, b"Moon"))
    fetching.look_again(site.url(), known=Validators(site.url()), policy=site.policy())
    assert site.asked == ["GET /"]


def test_a_weak_validator_of_another_page_says_nothing(site: Site) -> None:
    known = Validators(site.url("/old"), etag='"1"')
    fetched = fetch(site, answer(200, b"Home", ETag='"1"'))
    assert not fetching.is_as_known(fetched, known)


def test_every_failure_has_a_name_of_its_own() -> None:
    kinds = [failure.kind for failure in Failure.__subclasses__()]
    assert len(kinds) == len(set(kinds)) == 7


# Whatever comes

STATUS_LINES = [b"HTTP/1.1 200 OK", b"HTTP/1.0 404", b"HTTP/1.1 302 Found", b"HTTP/1.1 204 \xff"]
NAMES = [
    "Content-Length",
    "Content-Encoding",
    "Transfer-Encoding",
    "Location",
    "Set-Cookie",
    "ETag",
]
VALUES = st.one_of(
    st.binary(max_size=12),
    st.sampled_from([b"gzip", b"br", b"deflate", b"chunked", b"3", b"/b", b"//[", b"a=b; Max-Age"]),
)
ANSWERS = st.tuples(
    st.sampled_from(STATUS_LINES),
    st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=4),
    st.binary(max_size=40),
)


@given(st.one_of(st.binary(max_size=60), ANSWERS.map(lambda parts: written(*parts))))
@hypothesis_settings(deadline=None, max_examples=150)
def test_any_bytes_end_in_an_answer_or_a_failure(said: bytes) -> None:
    with awkward.site() as site:
        site.says("/b", answer())
        try:
            fetched = fetch(site, said, seconds=1, silence=0.5)
        except Failure as failure:
            assert str(failure)  # noqa: PT017
        else:
            assert len(fetched.exchanges) <= 6


def written(line: bytes, headers: list[tuple[str, bytes]], body: bytes) -> bytes:
    lines = [line, *(name.encode() + b": " + value for name, value in headers)]
    return b"\r\n".join([*lines, b"", body])


@pytest.mark.parametrize(
    ("status", "after", "asked"), [(503, "60", 1), (429, "60", 1), (503, "", 2), (404, "60", 2)]
)
def test_a_host_that_wants_to_be_left_alone_is_not_asked_a_second_time(
    site: Site, status: int, after: str, asked: int
) -> None:
    site.says("/", answer(status, **({"Retry_After": after} if after else {})))
    known = Validators(site.url(), etag='"a"')
    assert fetching.look_again(site.url(), known=known, policy=site.policy()).status == status
    assert len(site.asked) == asked


def test_each_request_waits_for_its_turn_and_the_wait_takes_no_time_of_the_fetchs(
    site: Site,
) -> None:
    site.says("/", redirect("/page"))
    site.says("/page", answer(200, b"so"))
    turns: list[str] = []

    @contextmanager
    def turn(host: str) -> Iterator[None]:
        time.sleep(0.4)
        turns.append(f"{host} {len(site.requests)}")
        yield

    policy = replace(site.policy(seconds=0.5), turn=turn)
    assert fetching.fetch(site.url(), policy=policy).status == 200
    host = f"127.0.0.1:{site.port}"
    assert turns == [f"{host} 0", f"{host} 1"]
