"""A page that answers as if it were there, and says that it isn’t, or that nobody may see it now."""

import pytest

from sources.reading.notices import LONGEST, SHORT, Notice, notice


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("404", ""),
        ("404 - Moon Daily", "Sorry!"),
        ("Error 404", ""),
        ("Not found", ""),
        ("Page not found | Moon", ""),
        ("Moon", "Sorry, this page could not be found."),
        ("Moon", "Oops! That page doesn’t exist."),
        ("Moon", "We can't find the page."),
        ("This article is no longer available", ""),
        ("The story has been removed", ""),
        ("Seite nicht gefunden", ""),
        ("", "Die Seite wurde nicht gefunden."),
        ("Diese Seite existiert nicht", ""),
        ("Page introuvable", ""),
        ("Cette page n'existe plus", ""),
        ("Página no encontrada", ""),
        ("Página não encontrada", ""),
        ("Pagina non trovata", ""),
        ("Pagina niet gevonden", ""),
        ("Sidan hittades inte", ""),
        ("Siden blev ikke fundet", ""),
        ("Sivua ei löytynyt", ""),
        ("Strona nie istnieje", ""),
        ("Stránka nenalezena", ""),
        ("Az oldal nem található", ""),
        ("Pagina nu a fost găsită", ""),
        ("Η σελίδα δεν βρέθηκε", ""),
        ("Страница не найдена", ""),
        ("Сторінку не знайдено", ""),
        ("Sayfa bulunamadı", ""),
        ("הדף לא נמצא", ""),
        ("الصفحة غير موجودة", ""),
        ("صفحه مورد نظر یافت نشد", ""),
        ("Halaman tidak ditemukan", ""),
        ("页面不存在", ""),
        ("很抱歉，找不到该页面", ""),
        ("ページが見つかりません", ""),
        ("페이지를 찾을 수 없습니다", ""),
    ],
)
def test_a_page_that_says_it_is_not_there_is_believed(title: str, text: str) -> None:
    assert notice(title, text) is Notice.MISSING


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Moon landing", "Three people."),
        ("The history of “page not found”", "x" * (LONGEST + 1)),
        ("404 people landed", "It is true."),
        ("Why 404 pages exist", "They do."),
        ("Water found on the Moon", "It was not found before. " * 20),
        ("Evidence not found, court says", "The court ruled."),
        ("The drug is no longer available", "It was withdrawn."),
        ("Der Täter wurde nicht gefunden", "Die Polizei sucht weiter."),
        ("Не найдена причина пожара", "Расследование идёт."),
        ("Moon", "The article was removed after a complaint. " + "x" * SHORT),
        ("Just a moment in time", "A novel."),
        ("Robots at the door", "Are we ready?"),
        ("Trains: maintenance takes a year", "The line is closed."),
        ("Service cuts hit the towns", "Libraries are unavailable."),
        ("", ""),
    ],
)
def test_a_page_about_something_is_not_taken_for_a_missing_one(title: str, text: str) -> None:
    assert notice(title, text) is None


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Just a moment...", "Enable JavaScript and cookies to continue"),
        ("Nur einen Moment…", ""),
        ("Attention Required! | Cloudflare", ""),
        ("Pardon Our Interruption", ""),
        ("moon.example", "Checking your browser before you go on."),
        ("", "Are you a robot? Please click."),
        ("Access denied", "You have no permission."),
        ("moon.example", "Please verify you are a human."),
    ],
)
def test_a_wall_against_machines_is_seen(title: str, text: str) -> None:
    assert notice(title, text) is Notice.WALL


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("502 Bad Gateway", "nginx"),
        ("Maintenance", "Please come back."),
        ("Site maintenance | Moon", ""),
        ("Moon", "The website is temporarily unavailable."),
        ("Moon", "We'll be right back."),
        ("Wartungsarbeiten", ""),
        ("Site en maintenance", ""),
        ("ただいまメンテナンス中です", ""),
    ],
)
def test_a_site_that_is_out_of_order_is_seen(title: str, text: str) -> None:
    assert notice(title, text) is Notice.TROUBLE
