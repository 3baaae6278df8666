"""Pages that stand for another one, with an answer as if they were it: a notice that there is no such page (a “soft 404”),
that machines are not let in, or that the site is out of order; in the languages met most.

Judged by the title over a short text, or by the beginning of a very short one: a long page that speaks of “not found” is
about something. A sentence must say that *the page* is missing: “Evidence not found, court says” is news.
"""

import re
from enum import StrEnum

LONGEST, SHORT = 3000, 1000  # characters of text, menus included
BEGINNING = 300


class Notice(StrEnum):
    MISSING = "missing"
    WALL = "wall"  # it wants to know whether a person is there
    TROUBLE = "trouble"


_PAGE = r"(?:page|article|document|file|content|resource|story|site)"
_MISSING = re.compile(
    rf"""\b(?:
        (?:error|fehler|erreur|errore|http)[ ]?:?[ ]404 | 404[ ]?(?:[-–—:|]|error|not[ ]found|page[ ]not|page$) | ^404$
      | ^not[ ]found(?:[ ]?[-–—:|]|\.?$)
      | {_PAGE}[ ](?:you[ ](?:requested|are[ ]looking[ ]for)[ ])?
        (?:(?:could|can)[ ]?not[ ]be[ ]|can’t[ ]be[ ]|couldn’t[ ]be[ ]|was[ ]not[ ]|wasn’t[ ]|is[ ]not[ ]|not[ ])found
      | {_PAGE}[ ](?:(?:is[ ])?no[ ]longer[ ](?:exists?|available|here)|does[ ]not[ ]exist|doesn’t[ ]exist
        |(?:is[ ]not|isn’t)[ ](?:here|available)|(?:has[ ]been|was)[ ](?:removed|deleted))
      | (?:can[ ]?not|can’t|could[ ]not|couldn’t)[ ]find[ ](?:the|that|this)[ ]{_PAGE}
      | (?:seite|artikel|dokument|beitrag)[ ](?:wurde[ ]|konnte[ ])?(?:leider[ ])?nicht[ ](?:mehr[ ])?
        (?:gefunden|verfügbar)
      | (?:seite|artikel|dokument|beitrag)[ ](?:existiert|gibt[ ]es)[ ](?:leider[ ])?nicht
      | (?:page|article|document)[ ](?:non[ ]trouvée?|introuvable|n’existe[ ](?:pas|plus))
      | (?:página|pagina|artículo|artigo|articolo|articol)[ ]
        (?:no[ ]encontrad[ao]|no[ ](?:ha[ ]sido|fue)[ ]encontrad[ao]|no[ ]existe|não[ ](?:foi[ ])?encontrad[ao]
        |não[ ]existe|non[ ]trovat[ao]|non[ ]esiste|niet[ ]gevonden|bestaat[ ]niet|nu[ ]a[ ]fost[ ]găsită?|nu[ ]există)
      | (?:sidan|siden)[ ](?:hittades[ ]inte|kunde[ ]inte[ ]hittas|finns[ ]inte|blev[ ]ikke[ ]fundet|ble[ ]ikke[ ]funnet
        |findes[ ]ikke|finnes[ ]ikke)
      | sivua[ ]ei[ ]löyt(?:ynyt|y)
      | nie[ ]znaleziono[ ]strony | strona[ ](?:nie[ ](?:istnieje|została[ ]znaleziona))
      | stránka[ ](?:nenalezena|nebyla[ ]nalezena|neexistuje|sa[ ]nenašla|nebola[ ]nájdená)
      | az?[ ]oldal[ ]nem[ ]található
      | η[ ]σελίδα[ ]δεν[ ](?:βρέθηκε|υπάρχει)
      | страница[ ](?:не[ ]найдена|не[ ]существует|удалена) | сторінк[ау][ ](?:не[ ](?:знайден[ао]|існує))
      | страницата[ ]не[ ]е[ ]намерена
      | sayfa[ ]bulunamadı | halaman[ ]tidak[ ]ditemukan | không[ ]tìm[ ]thấy[ ]trang
      | הדף[ ]לא[ ]נמצא | הדף[ ]אינו[ ]קיים
      | (?:هذه[ ])?الصفحة[ ](?:(?:التي[ ]\w+[ ](?:عنها[ ])?)?غير[ ]موجودة|المطلوبة[ ]غير[ ]موجودة) | صفحه[ ](?:مورد[ ]نظر[ ])?(?:پیدا|یافت)[ ]نشد
    )
    | 页面不存在 | 頁面不存在 | 找不到(?:该|該|此)?(?:页面|頁面|网页|網頁) | (?:页面|頁面)(?:未找到|已删除|不见了)
    | (?:お探しの)?ページ(?:が|は)(?:見つかりません|存在しません)
    | 페이지를[ ]찾을[ ]수[ ]없습니다 | 존재하지[ ]않는[ ]페이지
    | ไม่พบหน้า
    """,
    re.IGNORECASE | re.VERBOSE,
)


_WALL = re.compile(
    r"""^(?:just[ ]a[ ]moment|(?:nur[ ])?einen[ ]moment(?:[ ]bitte)?|un[ ]instant|un[ ]momento|um[ ]momento)(?:\.\.\.|…)$
      | ^(?:attention[ ]required![ ]\||pardon[ ]our[ ]interruption|robot[ ]check|human[ ]verification|ddos-guard)
      | ^(?:access[ ]denied|security[ ]check(?:point)?)\.?$ | access[ ]to[ ]this[ ]page[ ]has[ ]been[ ]denied
      | checking[ ]your[ ]browser | are[ ]you[ ]a[ ](?:robot|human)\? | (?:verify|confirm)[ ](?:that[ ])?you[ ]are[ ](?:a[ ])?human
      | enable[ ](?:javascript[ ]and[ ]cookies|cookies[ ]and[ ]javascript)[ ]to[ ]continue | しばらくお待ちください
    """,
    re.IGNORECASE | re.VERBOSE,
)
_TROUBLE = re.compile(
    r"""^(?:5\d\d[ ])?(?:internal[ ]server[ ]error|bad[ ]gateway|service[ ](?:temporarily[ ])?unavailable|gateway[ ]time-?out)\b
      | ^(?:(?:scheduled|planned|site|under)[ ])*maintenance(?:[ ]mode)?(?:[ ]?[-–—:|.]|$)
      | \b(?:web)?(?:site|service)[ ](?:is[ ])?(?:currently[ ]|temporarily[ ])?
        (?:unavailable|down[ ]for[ ]maintenance|under[ ]maintenance|out[ ]of[ ]order)
      | ^we(?:’ll|[ ]will)[ ]be[ ](?:right[ ])?back | ^(?:oops!?[ ])?something[ ]went[ ]wrong
      | ^error[ ]establishing[ ]a[ ]database[ ]connection
      | \bwartungs(?:arbeiten|modus) | \bsite[ ]en[ ]maintenance | \bsitio[ ]en[ ]mantenimiento | \bsito[ ]in[ ]manutenzione
      | \bsite[ ]em[ ]manutenção | \bведутся[ ]технические[ ]работы | メンテナンス中
    """,
    re.IGNORECASE | re.VERBOSE,
)
_NOTICES = {Notice.MISSING: _MISSING, Notice.WALL: _WALL, Notice.TROUBLE: _TROUBLE}


def notice(title: str, text: str) -> Notice | None:
    """What a page says that isn't there, by its title or by how it begins; none for one that is."""
    if len(text) > LONGEST:
        return None
    words = [_plain(title), _plain(text if len(text) <= SHORT else "")]
    found = (kind for kind, says in _NOTICES.items() if any(map(says.search, words)))
    return next(found, None)


def _plain(words: str) -> str:
    """The beginning on one line, with one kind of apostrophe."""
    return " ".join(words[:BEGINNING].split()).replace("'", "’")
