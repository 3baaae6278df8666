"""Nothing but the public internet is connected to, however an address is written and whatever name servers say."""

import time
from ipaddress import ip_address

import httpcore
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.fetching import guard
from sources.fetching.failures import Failure, Refused, TimedOut, Unreachable
from sources.fetching.fetch import fetch
from sources.fetching.guard import Guard
from sources.fetching.loopback import loopback_pairs
from sources.fetching.policy import Policy
from tests.sources import awkward
from tests.sources.awkward import answer, names, redirect

CLOSED = [
    # this machine
    *("127.0.0.1", "127.0.0.53", "127.255.255.255", "::1"),
    # unspecified, "this network"
    *("0.0.0.0", "0.1.2.3", "::"),
    # private, shared, unique local, site-local of old
    *("10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "100.64.0.1"),
    *("100.127.255.255", "fc00::1", "fd12:3456:789a::1", "fec0::1"),
    # link-local and clouds' metadata
    *("169.254.0.1", "169.254.169.254", "169.254.170.2", "fe80::1", "fe80::1%1", "fd00:ec2::254"),
    *("100.100.100.200", "168.63.129.16", "192.0.0.192"),
    # multicast, broadcast, reserved
    *("224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "ff02::1", "ff0e::1"),
    # documentation, benchmarks, other special purposes
    *("192.0.2.1", "198.51.100.1", "203.0.113.1", "198.18.0.1", "198.19.255.255", "2001:db8::1"),
    *("3fff::1", "192.0.0.8", "192.31.196.1", "192.52.193.1", "192.175.48.1", "100::1", "5f00::1"),
    # an IPv4 address inside: mapped, compatible, translated, NAT64 (well-known and local), 6to4, Teredo, ORCHID
    *("::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "::8.8.8.8", "::ffff:0:127.0.0.1"),
    *("64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::7f00:1", "64:ff9b:1:ffff::1"),
    *("2002:7f00:1::", "2002:808:808::1", "192.88.99.1", "2001::1", "2001:0:4136:e378::1"),
    *("2001:10::1", "2001:20::1"),
    # … and what is inside need not be loopback
    *("64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1", "64:ff9b:1:0:a:0:100:0", "2002:a9fe:a9fe::1"),
    *("2002:c0a8:101::", "::ffff:169.254.169.254", "::ffff:0:10.0.0.1", "::10.0.0.1"),
    *("2001:0:5ef5:79fd:0:59d:f5ff:fffe", "2001:1::1", "fe80::5efe:10.0.0.1"),
    # beyond global unicast
    *("4000::1", "1::1", "e000::1"),
]
OPEN = ["8.8.8.8", "1.1.1.1", "172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.1"]
OPEN += ["169.253.1.1", "192.0.1.1", "198.17.1.1", "198.20.0.1", "223.255.255.255", "11.0.0.1"]
OPEN += ["2606:4700::1111", "2a00:1450:4001::1", "2001:4860:4860::8888", "2003::1"]


@pytest.mark.parametrize("address", CLOSED)
def test_an_address_that_is_not_of_the_public_internet_is_closed(address: str) -> None:
    assert guard.closed(ip_address(address))


@pytest.mark.parametrize("address", OPEN)
def test_an_address_of_the_public_internet_is_open(address: str) -> None:
    assert guard.closed(ip_address(address)) is None


@given(st.ip_addresses())
def test_whatever_python_holds_for_not_global_is_closed(address: guard.Address) -> None:
    if not address.is_global or address.is_multicast or address.is_reserved:
        assert guard.closed(address)


HOSTILE = [
    # this machine by other names and spellings
    *("http://localhost/", "http://LOCALHOST/", "http://localhost./", "http://localhost:80/"),
    *("http://127.0.0.1/", "http://127.1/", "http://127.0.1/", "http://0/", "http://0.0.0.0/"),
    *("http://2130706433/", "http://017700000001/", "http://0x7f000001/", "http://0x7f.1/"),
    *("http://0177.0.0.1/", "http://0x7f.0x0.0x0.0x1/", "http://127.0.0.1./", "http://1.2.3.4.5/"),
    *("http://[::1]/", "http://[::]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/"),
    *("http://[0:0:0:0:0:0:0:1]/", "http://[fe80::1%25eth0]/", "http://[64:ff9b::7f00:1]/"),
    *("http://[2002:7f00:1::]/", "http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/"),
    # the house's own network, and metadata
    *("http://10.1.2.3/", "http://192.168.1.1/", "http://169.254.169.254/latest/meta-data/"),
    *("http://2852039166/", "http://0xa9fea9fe/", "http://[fd00:ec2::254]/", "http://intranet/"),
    # digits and dots that only look like digits and dots
    *("http://①②⑦.⓪.⓪.①/", "http://127。0。0。1/", "http://１２７.0.0.1/", "http://ⓛocalhost/"),
    *("http://127%2e0%2e0%2e1/", "http://%6c%6f%63alhost/", "http://localhost%00.example.org/"),
    *(
        "http://ＬＯＣＡＬＨＯＳＴ/",
        "http://loc\u00adalhost/",
        "http://local\u200bhost/",
        "http://localhost。/",
    ),
    *("http://١٢٧.0.0.1/", "http://127.0.0.١/", "http://127\uff0e0\uff0e0\uff0e1/"),
    # octal, hexadecimal, shortened, with dots too many
    *(
        "http://0300.0250.1.1/",
        "http://192.168.257/",
        "http://0xC0.0xA8.0x1.0x1/",
        "http://010.0.0.1/",
    ),
    *(
        "http://127.00.0.01/",
        "http://0x7F000001./",
        "http://127.0.0.1../",
        "http://0x/",
        "http://0x.0x/",
    ),
    *("http://169.254.43518/", "http://0251.0376.0251.0376/", "http://[::ffff:0x7f.1]/"),
    *("http://[::1%25lo]/", "http://[::1%lo]/", "http://[0000::1]/", "http://[::127.0.0.1]/"),
    *("http://[64:ff9b:1::a00:1]/", "http://[::ffff:169.254.169.254]/", "http://[v1.x]/"),
    # names that are this machine's or this network's everywhere
    *(
        "http://localhost.localdomain/",
        "http://foo.localhost/",
        "http://ip6-localhost/",
        "http://printer.local/",
    ),
    # ports, schemes, credentials
    *("http://example.org:22/", "http://example.org:8080/", "https://example.org:8443/"),
    *("http://example.org:25/", "http://example.org:0/", "http://example.org:65536/"),
    *("ftp://example.org/", "file:///etc/passwd", "gopher://example.org/", "javascript:alert(1)"),
    *("data:text/html,x", "//example.org/", "example.org", "", "http://", "http:///path"),
    *("http://user@example.org/", "http://user:secret@example.org/", "http://@example.org/"),
    # two parsers, two hosts
    *("http://example.org\\@127.0.0.1/", "http://example.org#@127.0.0.1:22/"),
    *(
        "http://127.0.0.1:80\\@example.org/",
        "http://[::1]@example.org/",
        "http://example.org:80:22/",
    ),
    *("http://example.org\r\nHost: localhost/", "http://exa mple.org/", "http://-example.org/"),
    *("http://.example.org/", "http://example..org/", f"http://{'a' * 64}.example/", "http://[::1"),
    f"http://example.org/{'a' * 8000}",
]


@pytest.mark.parametrize("url", HOSTILE)
def test_no_spelling_gets_past_the_guard(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever name is asked for is on this machine, so that a spelling which the guard overlooks is refused later."""
    monkeypatch.setattr("httpcore.SyncBackend.connect_tcp", _never)
    policy = Policy("Tests", Guard(resolve=lambda host, seconds: [ip_address("127.0.0.1")]))
    with pytest.raises(Refused, match=r"\w"):
        fetch(url, policy=policy)


def _never(*args: object) -> None:
    raise AssertionError("A connection was made.")


def admitted(url: str, allowed: Guard) -> bool:
    try:
        allowed.admit(httpx.URL(url))
    except Refused:
        return False
    return True


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/",
        "http://example.org:443/",
        "https://example.org./",
        "https://8.8.8.8/",
        "https://[2606:4700::1111]/",
        "https://xn--bcher-kva.example/",
        "https://bücher.example/",
        "https://under_score.example.org/",
        "https://1.example/",
    ],
)
def test_a_host_of_the_internet_may_be_asked(url: str) -> None:
    assert admitted(url, Guard())


def test_a_look_alike_name_is_asked_for_as_what_it_is() -> None:
    """Cyrillic letters make another host: its name is then written so that nobody takes it for the other."""
    assert httpx.URL("https://аррӏе.com/").raw_host == b"xn--80ak6aa92e.com"


@pytest.mark.parametrize(
    "answer", ["127.0.0.1", "10.0.0.1", "8.8.8.8 10.0.0.1", "10.0.0.1 8.8.8.8", "8.8.8.8 ::1"]
)
def test_a_name_with_one_forbidden_address_is_forbidden(answer: str) -> None:
    with pytest.raises(Refused, match=r"moon\.example"):
        Guard(resolve=names(moon_example=answer)).addresses("moon.example", 443, 1)


def test_a_name_server_that_changes_its_answer_is_believed_once() -> None:
    """At the redirect to the very same host it says another address: that one is checked as well."""
    answers = iter(["127.0.0.1", "10.0.0.1"])
    with awkward.site() as site:
        site.says("/", redirect("/again"))
        site.says("/again", answer(200, b"Moon"))

        def resolve(host: str, seconds: float) -> list[guard.Address]:
            return names(moon_example=next(answers))(host, seconds)

        rebinding = Guard(frozenset({("moon.example", site.port)}), resolve)
        with pytest.raises(Refused, match=r"10\.0\.0\.1, a private"):
            fetch(f"http://moon.example:{site.port}/", policy=Policy("Tests", rebinding))
        assert site.asked == ["GET /"]


def test_a_name_with_good_addresses_alone_has_all_of_them() -> None:
    found = Guard(resolve=names(moon_example="8.8.8.8 2606:4700::1")).addresses(
        "moon.example", 443, 1
    )
    assert [str(address) for address in found] == ["8.8.8.8", "2606:4700::1"]


def test_a_refusal_names_the_kind_of_address() -> None:
    with pytest.raises(Refused, match=r"“moon\.example” is at 10\.0\.0\.1, a private"):
        Guard(resolve=names(moon_example="10.0.0.1")).addresses("moon.example", 443, 1)


def test_the_allow_list_opens_one_port_of_one_host_and_nothing_else() -> None:
    allowed = Guard(loopback_pairs(["127.0.0.1:8123"]))
    assert admitted("http://127.0.0.1:8123/", allowed)
    assert not admitted("http://127.0.0.1:8124/", allowed)
    assert not admitted("http://localhost:8123/", allowed)
    assert not admitted("http://127.0.0.2:8123/", allowed)


@pytest.mark.parametrize("port", [0, 22, 25, 81, 8080, 8443])
def test_an_odd_port_is_not_asked(port: int) -> None:
    assert not admitted(f"http://example.org:{port}/", Guard())
    with pytest.raises(Refused, match="ports 80 and 443"):
        Guard(resolve=names(moon_example="8.8.8.8")).addresses("moon.example", port, 1)


@pytest.mark.parametrize("answer", ["10.0.0.1", "127.0.0.1 10.0.0.1", "10.0.0.1 127.0.0.1"])
def test_the_allow_list_opens_nothing_but_loopback(answer: str) -> None:
    allowed = Guard(loopback_pairs(["10.0.0.1:8123", "db.example:8123"]), names(db_example=answer))
    for host in ("10.0.0.1", "db.example"):
        with pytest.raises(Refused):
            allowed.addresses(host, 8123, 1)


def test_an_address_of_endless_length_is_not_asked_for() -> None:
    assert admitted(f"https://example.org/{'a' * 7900}", Guard())
    assert not admitted(f"https://example.org/{'a' * 8000}", Guard())


def test_an_entry_of_the_allow_list_names_host_and_port() -> None:
    assert loopback_pairs(["[::1]:80"]) == {("::1", 80)}
    for wrong in ("127.0.0.1", "127.0.0.1:", ":80", "127.0.0.1:http", ""):
        with pytest.raises(ValueError, match="host:port"):
            loopback_pairs([wrong])


def test_a_name_that_nobody_knows_is_unreachable() -> None:
    with pytest.raises(Unreachable, match="no host named"):
        guard.resolve("nobody.invalid", 5)


def test_a_look_up_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def look_up(*args: object, **kwargs: object) -> list[object]:
        time.sleep(0.3)
        return []

    monkeypatch.setattr("socket.getaddrinfo", look_up)
    with pytest.raises(TimedOut, match="took too long to look up"):
        guard.resolve("moon.example", 0.05)


@given(st.text(max_size=60).map("http://".__add__))
def test_any_text_is_refused_or_stopped_at_the_address(text: str) -> None:
    private = Policy("Tests", Guard(resolve=lambda host, seconds: [ip_address("10.0.0.1")]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("httpcore.SyncBackend.connect_tcp", _unanswered)
        with pytest.raises(Failure):
            fetch(text, policy=private)


def _unanswered(*args: object) -> None:
    raise httpcore.ConnectError
