"""A source is added by pasting its address: what the page says fills the empty fields, and an editor saves."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from sources import glance
from sources.models import Publisher, Source
from tests.factchecks.test_concurrency import at_once
from tests.factories import make_superuser, make_user
from tests.sources.awkward import HOST, Site, Step, answer, redirect
from tests.sources.forms import opened
from tests.sources.reading.pdfs import make_pdf

pytestmark = pytest.mark.django_db

ADD = reverse("admin:sources_source_add")
FILL = reverse("admin:sources_source_fill")
MOON = """<!doctype html><html lang="en-GB"><head><title>The Moon, measured</title>
<meta property="og:site_name" content="The Moon Paper">
<meta name="author" content="A. Writer"><meta name="author" content="B. Writer">
<meta property="article:published_time" content="2020-01-02T03:04:05Z">
<link rel="canonical" href="https://moon.example/measured"></head>
<body><p>The Moon is nearly round, and has been measured by laser from the ground.</p></body></html>"""


@pytest.fixture
def chief(client: Client) -> Client:
    client.force_login(make_superuser())
    return client


@pytest.fixture
def site(site: Site, settings: Any) -> Site:
    settings.FETCH_LOOPBACK = [f"{HOST}:{site.port}"]
    return site


def page(text: str = MOON) -> bytes:
    return answer(200, text.encode(), Content_Type="text/html; charset=utf-8")


def fill(client: Client, url: str, at: str = FILL, **sent: Any) -> tuple[dict[str, Any], str]:
    """The form's values afterwards, and all that was said."""
    shown: Any = client.post(at, {"url": url, **sent})
    assert shown.status_code == 200
    values = {field.name: field.value() or "" for field in shown.context["adminform"].form}
    assert not shown.context["errors"]
    return values, " ".join(str(message) for message in shown.context["messages"])


def says(site: Site, *steps: Step) -> str:
    return site.says("/page", *(steps or [page()]))


def test_what_the_page_says_fills_the_empty_fields(chief: Client, site: Site) -> None:
    values, said = fill(chief, says(site))
    assert values == {
        "url": site.url("/page"),
        "title": "The Moon, measured",
        "publisher": "",
        "publisher_name": "The Moon Paper",
        "author": "A. Writer, B. Writer",
        "published_on": "2020-01-02",
        "language": "en-GB",
        "own_address": "https://moon.example/measured",
        "archived_url": "",
    }
    known = "title, author, date, language, canonical link and publisher"
    assert f"Filled in from the page: {known}." in said


def test_filling_in_saves_nothing_and_what_is_shown_can_be_saved(chief: Client, site: Site) -> None:
    values, _said = fill(chief, says(site))
    assert Source.objects.count() == 0
    assert chief.post(ADD, values).status_code == 302
    source = Source.objects.get()
    assert (source.title, source.language) == ("The Moon, measured", "en-GB")
    assert source.publisher == Publisher.objects.get(name="The Moon Paper", domain=HOST)


def test_the_form_that_comes_back_is_saved_where_it_belongs(chief: Client, site: Site) -> None:
    html = chief.post(FILL, {"url": says(site)}).content.decode()
    assert (f'action="{ADD}"' in html, f'formaction="{FILL}"' in html) == (True, True)


def test_what_somebody_typed_stays(chief: Client, site: Site) -> None:
    typed = {"title": "Mine", "publisher_name": "Our name", "published_on": "1 May"}
    values, _said = fill(chief, says(site), **typed)
    assert {name: values[name] for name in typed} == typed


def test_a_full_form_has_nothing_to_fill_in(chief: Client, site: Site) -> None:
    values, _said = fill(chief, says(site))
    again, said = fill(chief, at=FILL, **values)
    assert again == values
    assert said == "Nothing was left to fill in from the page."


def test_a_known_publisher_is_found_by_the_registered_domain(chief: Client, site: Site) -> None:
    known = Publisher.objects.create(name="Known", domain=HOST)
    values, _said = fill(chief, says(site))
    assert (values["publisher"], values["publisher_name"]) == (str(known.pk), "")


def test_a_page_that_names_another_publisher_than_the_known_one_is_said(
    chief: Client, site: Site
) -> None:
    known = Publisher.objects.create(name="Known", domain=HOST)
    _values, said = fill(chief, says(site))
    assert "“The Moon Paper” as its publisher; the desk knows 127.0.0.1 as “Known”" in said
    Publisher.objects.filter(pk=known.pk).update(name="THE MOON PAPER")
    assert "the desk knows" not in fill(chief, site.url("/page"))[1]


def test_a_publisher_elsewhere_than_the_address_is_not_made_of_it(
    chief: Client, site: Site, settings: Any
) -> None:
    settings.FETCH_LOOPBACK.append(f"localhost:{site.port}")
    start = f"http://localhost:{site.port}/page"
    site.says("/page", redirect(site.url("/there")))
    site.says("/there", page())
    values, said = fill(chief, start)
    assert values["publisher_name"] == ""
    assert "published by “The Moon Paper” at 127.0.0.1" in said
    assert f"leads to {site.url('/there')}" in said


def test_a_pdf_is_read_as_well(chief: Client, site: Site) -> None:
    pdf = make_pdf(["The Moon is nearly round."], info="/Title (A report on the Moon)")
    values, said = fill(chief, says(site, answer(200, pdf, Content_Type="application/pdf")))
    assert values["title"] == "A report on the Moon"
    assert (
        "does not say, or not so that it is understood: author, date, language and publisher"
        in said
    )


@pytest.mark.parametrize(
    ("steps", "sentence"),
    [
        ([answer(404, MOON.encode(), Content_Type="text/html")], "status 404"),
        ([b"not a web server at all\r\n\r\n"], "not a whole web page"),
        ([answer(200, b"\x89PNG\r\n\x1a\n" + b"\0" * 99)], "neither a web page nor a PDF"),
        ([answer(200, b"%PDF-1.4\nnothing more")], "is broken"),
        ([page("<title>Page not found</title><p>Nothing.")], "there is no such page"),
        ([redirect("http://10.0.0.1/")], "a private address"),
        ([redirect("/page")], "in a circle"),
    ],
)
def test_what_cannot_be_read_is_said_and_fills_nothing(
    chief: Client, site: Site, steps: list[Step], sentence: str
) -> None:
    values, said = fill(chief, says(site, *steps))
    assert sentence in said
    assert said.startswith("Nothing was filled in.")
    assert {name for name, value in values.items() if value} == {"url"}


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://127.0.0.1/", "Nothing was filled in."),
        ("http://169.254.169.254/latest/meta-data", "Nothing was filled in."),
        ("http://[::ffff:10.0.0.1]/", "Nothing was filled in."),
        ("ftp://example.org/", "starts with http"),
        ("https://example.org/" + "a" * 3000, "longer than any"),
        ("  ", "Paste the address"),
        ("nonsense\0", "web address"),
    ],
)
def test_an_address_that_is_not_ours_to_fetch_is_refused(
    chief: Client, site: Site, url: str, sentence: str
) -> None:
    assert sentence in fill(chief, url)[1]
    assert site.requests == []


def test_a_server_that_falls_silent_holds_nobody_for_long(
    chief: Client, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(glance, "SILENCE", 0.2)
    began = time.monotonic()
    _values, said = fill(chief, says(site, b"HTTP/1.1 200 OK\r\n", 4.0))
    assert "stopped answering" in said
    assert time.monotonic() - began < 3


def test_fetching_and_reading_together_are_bounded() -> None:
    assert glance.FETCHING + glance.READING <= 15


@pytest.mark.parametrize(
    "title",
    [
        "x" * 10_000_000,
        "\x01\x02The \x0bMoon\x7f",
        "\u202eneddih",
        "The &#0;Moon&#1;",
        "القمر كروي تقريبا",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
    ],
)
def test_a_hostile_title_ends_bounded_and_as_text(chief: Client, site: Site, title: str) -> None:
    says(site, page(f"<html><head><title>{title}</title></head><p>Something of some length."))
    shown: Any = chief.post(FILL, {"url": site.url("/page")})
    filled = shown.context["adminform"].form["title"].value() or ""
    assert len(filled) <= 500
    assert not set(filled) & {chr(code) for code in (*range(32), 127, 0x202E)}
    assert b"<script>alert" not in shown.content
    assert len(shown.content) < 60_000
    assert chief.post(ADD, {"url": site.url("/page"), "title": filled}).status_code == 302


def test_a_nul_that_json_writes_breaks_nothing(chief: Client, site: Site) -> None:
    data = r"""{"@type": "NewsArticle", "headline": "The\u0000 Moon", "url": "https://moon.example/\u0000",
        "mainEntityOfPage": "https://moon.example/\u0000", "publisher": {"name": "\u0000Paper"}}"""
    html = f'<html><script type="application/ld+json">{data}</script><p>The Moon is round.'
    values, _said = fill(chief, says(site, page(html)))
    assert (values["title"], values["publisher_name"]) == ("The Moon", "Paper")
    assert chief.post(ADD, values).status_code == 302


def test_in_the_popup_it_stays_a_popup_and_is_saved_as_one(chief: Client, site: Site) -> None:
    shown: Any = chief.post(FILL, {"url": says(site), "_popup": "1"})
    assert 'name="_popup"' in shown.content.decode()
    assert "Filled in from the page" in shown.content.decode()
    values = {field.name: field.value() or "" for field in shown.context["adminform"].form}
    saved = chief.post(ADD, {**values, "_popup": "1"})
    assert b"data-popup-response" in saved.content


def test_a_source_that_is_there_is_filled_in_too(chief: Client, site: Site) -> None:
    source = Source.objects.create(url=says(site), title="Ours")
    change = reverse("admin:sources_source_change", args=[source.pk])
    at = reverse("admin:sources_source_refill", args=[source.pk])
    data = opened(chief, change)
    values, said = fill(chief, at=at, **data)
    assert (values["title"], values["published_on"]) == ("Ours", "2020-01-02")
    assert "source already" not in said
    assert chief.post(change, {**data, **values}).status_code == 302
    source.refresh_from_db()
    assert (source.title, source.language) == ("Ours", "en-GB")


def test_a_source_that_the_page_calls_its_own_address_is_pointed_at(
    chief: Client, site: Site
) -> None:
    other = Source.objects.create(url="https://moon.example/measured", title="<b>Known</b>")
    values, said = fill(chief, says(site))
    assert reverse("admin:sources_source_change", args=[other.pk]) in said
    assert "&lt;b&gt;Known" in said
    assert chief.post(ADD, values).status_code == 302  # it is not believed


@pytest.mark.parametrize(
    "own", ["https://moon.example/&#0;", "https://me:secret@moon.example/", "https://a b/", "//["]
)
def test_a_canonical_link_that_is_no_address_is_not_kept(
    chief: Client, site: Site, own: str
) -> None:
    html = f'<html><head><title>Moon</title><link rel="canonical" href="{own}"></head><p>Text.'
    values, _said = fill(chief, says(site, page(html)))
    assert chief.post(ADD, values).status_code == 302


@pytest.mark.parametrize(
    "spelling",
    [
        "https://sea.example/a",
        "http://SEA.example:80/a#part",
        "https://sea.example/./b/../a?utm_source=x",
        "https://sea.example/%61",
    ],
)
def test_another_spelling_of_an_address_is_refused_with_a_link(
    chief: Client, spelling: str
) -> None:
    source = Source.objects.create(url="https://sea.example/a", title="The sea")
    shown: Any = chief.post(ADD, {"url": spelling})
    link = f'<a href="{reverse("admin:sources_source_change", args=[source.pk])}">The sea</a>'
    assert link in shown.content.decode()
    assert Source.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_spellings_saved_at_once_one_is_refused(chief: Client) -> None:
    other = Client()
    other.cookies = chief.cookies
    answers: list[int] = []

    def save(client: Client, url: str) -> Callable[[], None]:
        return lambda: answers.append(client.post(ADD, {"url": url}).status_code)

    at_once(save(chief, "https://sea.example/a"), save(other, "http://sea.example/a"))
    assert sorted(answers) == [200, 302]


def test_a_double_from_before_can_still_be_edited(chief: Client) -> None:
    Source.objects.create(url="https://sea.example/a")
    double = Source.objects.create(url="http://sea.example/a")
    change = reverse("admin:sources_source_change", args=[double.pk])
    assert chief.post(change, {**opened(chief, change), "title": "Mine"}).status_code == 302
    moved = {**opened(chief, change), "url": "https://sea.example/b"}
    assert chief.post(change, moved).status_code == 302
    back = {**opened(chief, change), "url": "https://sea.example/a?gclid=1"}
    assert chief.post(change, back).status_code == 200


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("doi:10.1000/ABC", "https://doi.org/10.1000/abc"),
        (" 10.1000/182 ", "https://doi.org/10.1000/182"),
        ("arXiv:2101.00001v2", "https://arxiv.org/abs/2101.00001v2"),
    ],
)
def test_a_doi_or_arxiv_paper_becomes_its_address(chief: Client, typed: str, url: str) -> None:
    assert chief.post(ADD, {"url": typed}).status_code == 302
    assert Source.objects.get().url == url


def test_a_new_publisher_gets_the_registered_domain(chief: Client) -> None:
    chief.post(ADD, {"url": "https://news.sea.example/a", "publisher_name": "Sea"})
    chief.post(ADD, {"url": "https://www.sea.example/b"})
    assert set(Source.objects.values_list("publisher__domain", flat=True)) == {"sea.example"}


def test_a_second_publisher_of_one_domain_gets_its_host(chief: Client) -> None:
    Publisher.objects.create(name="Sea", domain="sea.example")
    chief.post(ADD, {"url": "https://blog.sea.example/a", "publisher_name": "A blog"})
    assert Source.objects.get().publisher == Publisher.objects.get(domain="blog.sea.example")


def test_only_who_may_save_it_fetches(client: Client, site: Site) -> None:
    source = Source.objects.create(url=says(site))
    refill = reverse("admin:sources_source_refill", args=[source.pk])
    assert "_resume-username" in client.post(FILL, {"url": source.url}).content.decode()
    client.force_login(make_user("reader", "sources.view_source"))
    assert [client.post(url, {"url": source.url}).status_code for url in (FILL, refill)] == [
        403
    ] * 2
    client.force_login(make_user("adder", "sources.add_source"))
    assert client.post(refill, {"url": source.url}).status_code == 403
    assert client.get(FILL).status_code == 405
    assert site.requests == []
    assert client.post(FILL, {"url": source.url}).status_code == 200
    assert site.asked == ["GET /page"]


def test_a_source_that_is_gone_is_not_fetched(chief: Client, site: Site) -> None:
    for missing in ("999999", "no-number"):
        refill = reverse("admin:sources_source_refill", args=[missing])
        assert chief.post(refill, {"url": says(site)}).status_code == 302
    assert site.requests == []


def elsewhere(params: dict[str, Any]) -> psycopg.Connection[Any]:
    """A connection of its own to the tests' database."""
    return psycopg.connect(**params | {"cursor_factory": None})


def test_one_page_at_a_time_for_each_person(chief: Client, site: Site) -> None:
    key = ["sources.filling", chief.session["_auth_user_id"]]
    with elsewhere(connection.get_connection_params()) as other:
        other.execute("SELECT pg_advisory_lock(hashtext(%s), hashtext(%s))", key)
        assert "already: wait" in fill(chief, says(site))[1]
        assert site.requests == []
    assert fill(chief, site.url("/page"))[0]["title"]


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_a_page_is_fetched(chief: Client, site: Site) -> None:
    params = connection.get_connection_params()
    pid = connection.connection.info.backend_pid
    states: list[str] = []

    def look() -> Iterator[bytes]:
        with elsewhere(params) as other:
            asked = other.execute("SELECT state FROM pg_stat_activity WHERE pid = %s", [pid])
            states.extend(asked.fetchone() or [])
        yield page()

    assert fill(chief, says(site, look))[0]["title"]
    assert states == ["idle"]


def test_an_address_that_tracks_is_fetched_and_saved_without(chief: Client, site: Site) -> None:
    values, _said = fill(chief, f"{says(site)}?fbclid=you")
    assert values["url"] == site.url("/page")
    assert chief.post(ADD, {"url": "https://sea.example/a?b=1&fbclid=you"}).status_code == 302
    assert Source.objects.get().url == "https://sea.example/a?b=1"


def test_an_address_from_before_stays_until_somebody_changes_it(chief: Client) -> None:
    source = Source.objects.create(url="https://sea.example/a?fbclid=you")
    change = reverse("admin:sources_source_change", args=[source.pk])
    for url, stored in (
        (source.url, source.url),
        (f"{source.url}&gclid=1", "https://sea.example/a"),
    ):
        sent = {**opened(chief, change), "url": url, "title": "The sea"}
        assert chief.post(change, sent).status_code == 302
        source.refresh_from_db()
        assert (source.url, source.title) == (stored, "The sea")


@pytest.mark.parametrize("spelling", ["https://sea.example/a", "http://sea.example/a?utm_source=x"])
def test_a_source_is_no_archived_copy_of_itself(chief: Client, spelling: str) -> None:
    sent = {"url": "https://sea.example/a", "archived_url": spelling}
    shown = chief.post(ADD, sent).content.decode()
    assert "This is the address of the source itself" in shown
    assert not Source.objects.exists()
