"""The address that was checked is the one that is connected to, under the host's own name."""

import socket
import ssl
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpcore
import pytest

from sources.fetching.failures import Refused, TimedOut, Unreachable, Untrusted
from sources.fetching.fetch import fetch
from sources.fetching.guard import Address, Guard
from sources.fetching.policy import Limits, Policy
from sources.fetching.wire import Backend, Deadline, public_trust
from tests.sources import awkward
from tests.sources.awkward import Site, answer, names, redirect

CERTIFICATE = Path(__file__).parent / "moon.pem"


def moon(site: Site, trust: ssl.SSLContext | None = None) -> Policy:
    """The site on this machine under the name moon.example."""
    guard = Guard(frozenset({("moon.example", site.port)}), names(moon_example="127.0.0.1"))
    return Policy("Tests", guard, Limits(seconds=3, connect=1), trust or public_trust())


def test_a_name_is_asked_for_once_and_the_checked_address_is_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The name server says a good address when asked first, and this machine's when asked again."""
    answers = iter(["8.8.8.8", "127.0.0.1"])
    connected: list[str] = []

    def resolve(host: str, seconds: float) -> list[Address]:
        return names(moon_example=next(answers))(host, seconds)

    def connect(self: object, host: str, *args: Any) -> None:
        connected.append(host)
        raise httpcore.ConnectError

    monkeypatch.setattr("httpcore.SyncBackend.connect_tcp", connect)
    rebinding = Policy("Tests", Guard(resolve=resolve))
    with pytest.raises(Unreachable):
        fetch("http://moon.example/", policy=rebinding)
    assert connected == ["8.8.8.8"]
    with pytest.raises(Refused, match="loopback"):
        fetch("http://moon.example/", policy=rebinding)
    assert connected == ["8.8.8.8"]


@pytest.mark.parametrize(
    "location",
    [
        "http://10.0.0.1/",
        "http://moon.example/",
        "http://localhost/",
        "http://127.0.0.1:1/",
        "http://[::1]/",
        "//169.254.169.254/latest/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "http://user:secret@example.org/",
        "https://example.org:22/",
        "http://2130706433/",
    ],
)
def test_a_redirect_leads_nowhere_that_may_not_be_asked(site: Site, location: str) -> None:
    site.says("/", redirect(location))
    guard = Guard(frozenset({(awkward.HOST, site.port)}), names(moon_example="10.0.0.1"))
    with pytest.raises(Refused) as refused:
        fetch(site.url(), policy=Policy("Tests", guard))
    assert [exchange.status for exchange in refused.value.exchanges] == [302]


def test_the_next_address_is_tried_where_one_does_not_answer(site: Site) -> None:
    """The site listens at 127.0.0.1 alone."""
    guard = Guard(
        frozenset({("moon.example", site.port)}), names(moon_example="127.0.0.9 127.0.0.1")
    )
    stream = Backend(guard, Deadline(3)).connect_tcp("moon.example", site.port, 1)
    assert stream.get_extra_info("server_addr")[0] == "127.0.0.1"
    stream.close()


def test_a_host_where_nobody_listens_is_unreachable() -> None:
    with socket.create_server((awkward.HOST, 0)) as server:
        port = server.getsockname()[1]
    guard = Guard(frozenset({(awkward.HOST, port)}))
    with pytest.raises(Unreachable, match="does not answer"):
        fetch(f"http://{awkward.HOST}:{port}/", policy=Policy("Tests", guard))


def test_the_host_is_asked_by_its_name(site: Site) -> None:
    site.says("/", answer(200, b"Moon"))
    fetched = fetch(f"http://moon.example:{site.port}/", policy=moon(site))
    assert f"\r\nHost: moon.example:{site.port}\r\n".encode() in site.requests[0]
    assert fetched.answer.address == "127.0.0.1"


def server_side() -> tuple[ssl.SSLContext, list[str]]:
    """The site's own end of TLS, and the names that it is called by."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    called: list[str] = []
    context.sni_callback = lambda connection, name, _: called.append(name)
    return context, called


def test_https_is_spoken_under_the_hosts_name() -> None:
    context, called = server_side()
    with awkward.site(context) as site:
        site.says("/", answer(200, b"Moon"))
        trust = ssl.create_default_context(cafile=str(CERTIFICATE))
        fetched = fetch(f"https://moon.example:{site.port}/", policy=moon(site, trust))
    assert fetched.body == b"Moon"
    assert called == ["moon.example"]


def test_a_certificate_that_nobody_vouches_for_is_not_trusted() -> None:
    context, _ = server_side()
    with awkward.site(context) as site, pytest.raises(Untrusted, match="self-signed"):
        fetch(f"https://moon.example:{site.port}/", policy=moon(site))
    assert site.requests == []


def test_a_certificate_of_another_host_is_not_trusted() -> None:
    context, _ = server_side()
    trust = ssl.create_default_context(cafile=str(CERTIFICATE))
    with awkward.site(context) as site:
        policy = replace(site.policy(), trust=trust)
        with pytest.raises(Untrusted, match=r"127\.0\.0\.1"):
            fetch(f"https://127.0.0.1:{site.port}/", policy=policy)


def test_a_server_that_speaks_no_tls_is_unreachable_by_https(site: Site) -> None:
    site.greeting = b"220 mail.example\r\n"
    with pytest.raises(Unreachable, match="secure"):
        fetch(f"https://{awkward.HOST}:{site.port}/", policy=site.policy())


def test_proxies_of_the_environment_are_not_asked(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1/")
    site.says("/", answer(200, b"Moon"))
    assert fetch(site.url(), policy=site.policy()).body == b"Moon"


def test_a_deadline_leaves_what_is_left_and_then_nothing() -> None:
    clock = iter([100.0, 101.0, 101.0, 102.5]).__next__
    deadline = Deadline(2, clock)
    assert deadline.at_most(5) == 1
    assert deadline.at_most(0.5) == 0.5
    with pytest.raises(TimedOut):
        deadline.left()


def test_a_host_that_takes_no_connection_is_given_up_in_time() -> None:
    """A server whose queue is full answers nothing at all."""
    with socket.create_server((awkward.HOST, 0), backlog=0) as server, socket.socket() as first:
        first.connect(server.getsockname())
        port = server.getsockname()[1]
        guard = Guard(frozenset({(awkward.HOST, port)}))
        policy = Policy("Tests", guard, Limits(seconds=1, connect=0.3, silence=0.3))
        began = time.monotonic()
        with pytest.raises((Unreachable, TimedOut)):
            fetch(f"http://{awkward.HOST}:{port}/", policy=policy)
        assert time.monotonic() - began < 1
