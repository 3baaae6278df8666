"""What robots, browsers and finders of faults ask for."""

import io
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Tree

import pytest
import time_machine
from django.core.checks import run_checks
from django.test import Client
from django.utils import timezone
from PIL import Image, ImageChops, ImageStat
from pytest_django import DjangoAssertNumQueries

from factchecks import publishing, sitemaps
from factchecks.models import StandingPage
from factually import icons
from tests.factories import edit, key, make_check, make_published

pytestmark = pytest.mark.django_db

MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}"
HERE = "http://testserver"
MOON = f"{HERE}/fact-checks/is-the-moon-round/"


def picture(file: Path) -> Image.Image:
    with Image.open(file) as image:
        return image.convert("RGBA")


def locations(client: Client, path: str) -> list[str]:
    answer = client.get(path)
    assert answer["Content-Type"] == "application/xml; charset=utf-8"
    return [found.text or "" for found in Tree.fromstring(answer.content).iter(f"{MAP}loc")]


def make_many(count: int) -> None:
    for number in range(1, count + 1):
        make_published(key=key(1000 + number), slug=f"check-{number}", question=f"Check {number}?")


def test_the_index_names_the_sections_that_have_pages(client: Client) -> None:
    assert locations(client, "/sitemap.xml") == [f"{HERE}/sitemap-pages.xml"]
    make_published()
    StandingPage.objects.filter(subject="privacy").update(text="We keep nothing.")
    assert locations(client, "/sitemap.xml") == [
        f"{HERE}/sitemap-{name}.xml" for name in ("pages", "about", "topics", "fact-checks")
    ]


def test_each_section_lists_its_pages(client: Client) -> None:
    make_published()
    StandingPage.objects.filter(subject="privacy").update(text="We keep nothing.")
    assert f"{HERE}/corrections/" in locations(client, "/sitemap-pages.xml")
    assert locations(client, "/sitemap-about.xml") == [f"{HERE}/privacy/"]
    assert locations(client, "/sitemap-topics.xml") == [
        f"{HERE}/topics/{name}/" for name in ("myths", "space")
    ]
    assert locations(client, "/sitemap-fact-checks.xml") == [MOON]


def test_a_correction_moves_the_day_in_the_sitemap(client: Client) -> None:
    check = make_published().fact_check
    edit(check, summary="It is flattened [1].")
    changed = publishing.publish(check, editor=None)
    told = Tree.fromstring(client.get("/sitemap-fact-checks.xml").content).find(f".//{MAP}lastmod")
    assert told is not None
    assert datetime.fromisoformat(told.text or "") == changed.updated_at


def test_a_full_sitemap_goes_on_in_another(client: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(sitemaps, "PER_PAGE", 2)
    make_many(3)
    assert f"{HERE}/sitemap-fact-checks.xml?page=2" in locations(client, "/sitemap.xml")
    assert locations(client, "/sitemap-fact-checks.xml?page=2") == [f"{HERE}/fact-checks/check-3/"]


@pytest.mark.parametrize("path", ["-x", "-fact-checks", "-pages"])
@pytest.mark.parametrize("page", ["0", "2", "-1", "x", "", "²", "999999999999"])
def test_a_sitemap_that_is_none_is_not_found(client: Client, path: str, page: str) -> None:
    assert client.get(f"/sitemap{path}.xml?page={page}").status_code == 404


@pytest.mark.parametrize("path", ["/sitemap-fact-checks.xml", "/news-sitemap.xml"])
def test_a_scheduled_or_withdrawn_check_is_in_no_sitemap(client: Client, path: str) -> None:
    publishing.withdraw(make_published().fact_check, notice="It was wrong.")
    begins = timezone.now() + timedelta(hours=1)
    later = make_check(key=key(2), slug="later", question="Later?")
    publishing.publish(later, editor=None, at=begins)
    before = client.get(path).content
    assert b"is-the-moon-round" not in before
    assert b"later" not in before
    with time_machine.travel(begins + timedelta(seconds=1)):
        assert locations(client, path) == [f"{HERE}/fact-checks/later/"]


def test_news_is_what_was_first_published_in_the_last_two_days(client: Client) -> None:
    publication = make_published(question="Is ]]> & <b> \ufffe news?", language="pt-BR")
    root = Tree.fromstring(client.get("/news-sitemap.xml").content)
    assert root.findtext(f".//{NEWS}name") == "Factually"
    assert root.findtext(f".//{NEWS}language") == "pt-BR"
    assert root.findtext(f".//{NEWS}title") == "Is ]]> & <b>  news?"
    day = root.findtext(f".//{NEWS}publication_date") or ""
    assert datetime.fromisoformat(day) == publication.first_published_at
    with time_machine.travel(timezone.now() + timedelta(days=2, seconds=1)):
        edit(publication.fact_check, summary="It is flattened [1].")
        publishing.publish(publication.fact_check, editor=None)
        assert locations(client, "/news-sitemap.xml") == []


def test_what_is_retracted_is_no_news(client: Client) -> None:
    publishing.retract(make_published().fact_check, notice="It was wrong.")
    assert locations(client, "/news-sitemap.xml") == []


@pytest.mark.parametrize(
    ("path", "queries"),
    [("/sitemap.xml", 3), ("/sitemap-fact-checks.xml", 1), ("/news-sitemap.xml", 1)],
)
def test_a_sitemap_needs_few_queries_and_reads_no_page(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, path: str, queries: int
) -> None:
    make_many(3)
    with django_assert_num_queries(queries) as asked:
        client.get(path)
    assert not [query for query in asked.captured_queries if '"html"' in query["sql"]]


def test_robots_are_kept_from_the_desk_and_told_of_the_sitemaps(client: Client) -> None:
    lines = client.get("/robots.txt").content.decode().splitlines()
    assert "Disallow: /admin/" in lines
    assert "Disallow: /review/" in lines
    assert "Disallow: /search/suggest/" in lines
    assert f"Sitemap: {HERE}/sitemap.xml" in lines
    assert f"Sitemap: {HERE}/news-sitemap.xml" in lines


def test_a_hole_in_the_software_can_be_told_to_somebody(client: Client, settings: Any) -> None:
    settings.SECURITY_CONTACT = ["mailto:holes@newsroom.example", "https://newsroom.example/holes"]
    with time_machine.travel("2026-03-02T12:00Z"):
        answer = client.get("/.well-known/security.txt")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.content.decode().splitlines() == [
        "Contact: mailto:holes@newsroom.example",
        "Contact: https://newsroom.example/holes",
        "Expires: 2026-08-29T00:00:00Z",
        "Preferred-Languages: en",
        f"Canonical: {HERE}/.well-known/security.txt",
    ]


def test_where_nobody_is_named_there_is_no_security_txt(client: Client, settings: Any) -> None:
    settings.SECURITY_CONTACT = []
    assert client.get("/.well-known/security.txt").status_code == 404


@pytest.mark.parametrize("contact", ["holes@newsroom.example", "http://x.example", "mailto:", "x"])
def test_a_contact_that_is_no_address_is_told_of_with_a_hint(settings: Any, contact: str) -> None:
    settings.SECURITY_CONTACT = [contact]
    [error] = [found for found in run_checks(tags=["production"]) if found.id == "factually.E003"]
    assert contact in error.msg
    assert error.hint


def test_the_manifest_names_icons_that_are_there(client: Client) -> None:
    answer = client.get("/manifest.webmanifest")
    assert answer["Content-Type"] == "application/manifest+json"
    described = answer.json()
    assert described["name"] == "Factually"
    for icon in described["icons"]:
        file = icons.ICONS / icon["src"].rpartition("/")[2]
        width, height = picture(file).size
        assert icon["sizes"] == f"{width}x{height}"
    assert {icon["purpose"] for icon in described["icons"]} == {"any", "maskable"}


def test_a_browser_that_asks_for_a_favicon_gets_one(client: Client) -> None:
    answer = client.get("/favicon.ico")
    assert answer["Content-Type"] == "image/x-icon"
    assert Image.open(io.BytesIO(answer.content)).info["sizes"] == {(16, 16), (32, 32), (48, 48)}


def test_the_committed_pictures_are_those_that_the_mark_makes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Compared by what is seen: another Pillow may write other bytes."""
    committed = [*sorted(icons.ICONS.iterdir()), icons.STATIC / "card.png"]
    (tmp_path / "icons").mkdir()
    monkeypatch.setattr(icons, "STATIC", tmp_path)
    monkeypatch.setattr(icons, "ICONS", tmp_path / "icons")
    monkeypatch.setattr(icons, "FAVICON", tmp_path / "icons" / "favicon.ico")
    icons.main()
    made = [*sorted((tmp_path / "icons").iterdir()), tmp_path / "card.png"]
    assert [file.name for file in made] == [file.name for file in committed]
    for ours, theirs in zip(made, committed, strict=True):
        difference = ImageChops.difference(picture(ours), picture(theirs))
        assert max(ImageStat.Stat(difference).mean) < 1, theirs.name


@pytest.mark.parametrize(
    "path", ["/robots.txt", "/sitemap.xml", "/news-sitemap.xml", "/favicon.ico", "/oembed/"]
)
def test_a_wrong_host_is_refused(client: Client, path: str) -> None:
    assert client.get(path, headers={"host": "elsewhere.example"}).status_code == 400
