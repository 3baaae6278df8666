"""Sources as the web has them, each awkward in its own way: what a loopback site answers, look by look.

A source is asked for at ``/page``. ``SOURCES`` says by name what is awkward about each; ``test_awkward_sources`` says what
must become of it. Texts are demonstrations: nobody said or measured any of it.
"""

import gzip
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO

import brotli
from pypdf import PdfReader, PdfWriter

from tests.sources.awkward import Site, Step, answer, dripping, endless, redirect
from tests.sources.reading.pdfs import make_bomb, make_drawn, make_lettered, make_pdf

PAGE = "/page"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
HOLDS = "<p>The tower is 330 metres tall, and was built in 1889.</p>"
CYRILLIC = "<p>Башня высотой 330 метров стоит в городе.</p>"
JAPANESE = "<p>東京の塔は三百三十三メートルです。</p>"
LONG = "<p>Something else stands here, at some length.</p>" * 80

Answer = Step | list[Step]
Scene = dict[str, Answer]
"""What each path answers at one look; the last scene stays."""


def html(
    body: str, head: str = "", kind: str = "text/html; charset=utf-8", encoding: str = "utf-8", **headers: str
) -> bytes:  # fmt: skip
    written = f"<!doctype html><html><head>{head}</head><body>{body}</body></html>"
    return answer(200, written.encode(encoding), Content_Type=kind, **headers)


def pdf(data: bytes, kind: str = "application/pdf", **headers: str) -> bytes:
    return answer(200, data, Content_Type=kind, **headers)


def says(status: int, body: str = HOLDS, **headers: str) -> bytes:
    return answer(status, body.encode(), Content_Type="text/html; charset=utf-8", **headers)


def packed(coding: str, data: bytes) -> bytes:
    return answer(200, data, Content_Type="text/html; charset=utf-8", Content_Encoding=coding)


def titled(title: str, body: str = "<p>Try the search.</p>") -> bytes:
    return html(f"<h1>{title}</h1>{body}", f"<title>{title}</title>")


def locked(password: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(BytesIO(make_pdf(["The tower is 330 metres tall."]))))
    writer.encrypt(user_password=password, owner_password="owner", algorithm="RC4-128")
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


def columns(*, row_by_row: bool) -> bytes:
    """A page of two columns. As most programs write it, the first comes first; some go from line to line over both."""
    left = ["The tower was", "built by hand,", "and is 330", "metres tall."]
    right = ["It is painted", "every seven", "years, in a", "brown colour."]
    at = [(72, 720 - 14 * row, line) for row, line in enumerate(left)]
    at += [(320, 720 - 14 * row, line) for row, line in enumerate(right)]
    return make_drawn(sorted(at, key=lambda drawn: -drawn[1]) if row_by_row else at)


def chunks(*pieces: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    written = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    return HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + written + end


def bomb(size: int) -> Callable[[], Iterator[bytes]]:
    part = gzip.compress(b"0" * size)
    return endless(part)


def without_head(site: Site) -> list[Step]:
    """A server that says nothing to the question for a page's head."""

    def look() -> Iterator[bytes]:
        yield b"" if site.requests[-1].startswith(b"HEAD ") else html(HOLDS, ETag='W/"2"')

    return [look]


def cookie_wall(site: Site) -> list[Step]:
    """Leads in a circle until the cookie is there that it has set."""

    def look() -> Iterator[bytes]:
        has_cookie = b"Cookie: let_in=1" in site.requests[-1]
        yield html(HOLDS) if has_cookie else redirect(PAGE, Set_Cookie="let_in=1")

    return [look]


def cookie_login(site: Site) -> list[Step]:
    """Knows its readers by a cookie that nobody gets who does not pay."""

    def look() -> Iterator[bytes]:
        yield html(HOLDS) if b"subscriber=1" in site.requests[-1] else redirect("/login?next=/page")

    return [look]


NOISE = gzip.compress(html(HOLDS).partition(b"\r\n\r\n")[2])
BODY = HOLDS.encode()
META_1251 = "<meta charset=windows-1251>"
FOOTNOTES = "<p>The tower<sup><a href=#1>[1]</a></sup> is 330 metres tall<sup>2</sup>, and was built in 1889.</p>"
TAGGED = "<p><b>The</b> <i>to</i><span>wer</span> is&nbsp;<em>3</em><em>30</em> metres<br>tall, <!-- no --><a href=x>and was</a> built in 1889.</p>"
HOSTILE = (
    "<html><head><title>Tow\0er</title></head><body>" + "<div><b><table><td>" * 3000
    + "<script>document.write('</p><p>The tower fell.')</script><p onclick='x' style='}{'>The tow\0er is 330"
    "<style>p{display:none}</style> metres tall,<script><!-- <script> </script> --></script> and was built in 1889.</p>"
    "<svg><script>1</script></svg><math><mtext><img src=x onerror=x></mtext></math><plaintext>&#0;&#xFFFFFFFF;</p>"
)  # fmt: skip
SOLD = "<p>It is a tower. Subscribe to continue reading.</p>"
APP = "<noscript>Please turn on JavaScript.</noscript><div id=root></div><script src=/app.js></script>"
FRAMES = "<html><frameset cols=20,80><frame src=/menu><frame src=/text></frameset></html>"
ARTICLE = """<html lang="de-AT"><head><title>Der Turm – Die Probe</title>
<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Der Turm", "inLanguage": "de-AT",
"datePublished": "2020-01-02", "publisher": {"@type": "Organization", "name": "Die Probe"}}</script></head>
<body><p>Der Turm ist 330 Meter hoch.</p></body></html>"""
LIES = (
    "<title>The tower</title><link rel=canonical href='https://other.example/elsewhere'>"
    "<link rel=amphtml href='http://10.0.0.1/amp'><link rel=alternate media='handheld' href='javascript:alert(1)'>"
)
REFRESH = "<meta http-equiv=refresh content='0; url=/elsewhere'>"
CURLY = "<p>»Der Turm« sei ‚hoch‘, sagte sie – “really” – and it’s rock ’n’ roll.</p>"
RTL = (
    "<html lang=ar dir=rtl><p>قال الوزير: «\u200fالبرج\u200f مرتفع»، وهو يبلغ ٣٣٠ مترًا.</p></html>"
)
HEBREW = "<html lang=he dir=rtl><p>ח״כ כהן אמרה: „המגדל \u202a330\u202c מ׳ גובהו”.</p></html>"

SOURCES: dict[str, list[Scene] | Callable[[Site], list[Step]]] = {
    # Charsets
    "windows-1252, called ISO-8859-1": [{PAGE: html("<p>“The tower” is tall – 5 €.", kind="text/html; charset=ISO-8859-1", encoding="cp1252")}],
    "UTF-8, called ISO-8859-1 by the server": [{PAGE: html("<p>Die Türme sind größer.", kind="text/html; charset=ISO-8859-1")}],
    "windows-1251, called UTF-8 by the header and right by the meta": [{PAGE: html(CYRILLIC, META_1251, encoding="cp1251")}],
    "windows-1251, called UTF-8 by the meta and right by the header": [{PAGE: html(CYRILLIC, "<meta charset=utf-8>", "text/html; charset=windows-1251", "cp1251")}],
    "windows-1251, called ISO-8859-1 by the header and right by the meta": [{PAGE: html(CYRILLIC, META_1251, "text/html; charset=ISO-8859-1", "cp1251")}],
    "KOI8-R by the header": [{PAGE: html(CYRILLIC, kind="text/html; charset=KOI8-R", encoding="koi8-r")}],
    "UTF-16 with a mark, called KOI8-R": [{PAGE: answer(200, f"\ufeff<html>{CYRILLIC}".encode("utf-16-be"), Content_Type="text/html; charset=koi8-r")}],
    "UTF-16 by the header": [{PAGE: answer(200, f"<html>{CYRILLIC}".encode("utf-16-le"), Content_Type="text/html; charset=utf-16le")}],
    "Shift_JIS by an old meta": [{PAGE: html(JAPANESE, '<meta http-equiv="Content-Type" content="text/html; charset=Shift_JIS">', "text/html", "cp932")}],
    "ISO-2022-JP": [{PAGE: html(JAPANESE, kind="text/html; charset=iso-2022-jp", encoding="iso-2022-jp")}],
    "GB18030 with letters of four bytes": [{PAGE: html("<p>北京的塔很高，叫做𠀀塔。", kind="text/html; charset=gb2312", encoding="gb18030")}],
    "Big5": [{PAGE: html("<p>臺北的塔有五百零八公尺高。", "<meta charset=big5>", "text/html", "big5")}],
    "UTF-8 of which nobody says so": [{PAGE: html("<p>Die Türme sind größer.", kind="text/html")}],
    "mojibake of its own making": [{PAGE: html("<p>Die TÃ¼rme sind grÃ¶ÃŸer.")}],
    "references to characters that are none": [{PAGE: html("<p>He said &#147;the tower&#148; &#151; &#0;&#xD800; 3&nbsp;000&#8239;years.")}],
    # How a passage is written
    "curly quotation marks and dashes": [{PAGE: html(CURLY)}],
    "a passage split by tags": [{PAGE: html(TAGGED)}],
    "a passage with footnote marks": [{PAGE: html(FOOTNOTES)}],
    "soft hyphens": [{PAGE: html("<p>The Bundes&shy;ver&shy;fassungs&shy;gericht of the tower&shy;<br>land ruled.")}],
    "a word divided by hand": [{PAGE: html("<p>The tower stands for engi-<br>neering, and is well-<br>known.")}],
    "non-breaking and thin spaces": [{PAGE: html("<p>It cost 330&nbsp;000&#8239;&euro;&#8201;in&#x2003;all.")}],
    "ligatures": [{PAGE: html("<p>The oﬃce on the ﬁrst ﬂoor is eﬀective.")}],
    "decomposed accents": [{PAGE: html("<p>Ame\u0301lie a re\u0301pondu\u00a0: «\u00a0La tour est e\u0301leve\u0301e.\u00a0»")}],
    "full-width digits": [{PAGE: html("<p>東京の塔は３３３メートルです。")}],
    "numerals without spaces": [{PAGE: html("<p>物価は二十五パーセント上がった。")}],
    "a line broken before digits, without spaces": [{PAGE: html("<p>東京の塔の高さは<br>333メートルです。")}],
    "pictures among the words": [{PAGE: html("<p>The tower 🗼 won 🏆! 👩‍🔧❤️ Then it rained.")}],
    "vowel signs": [{PAGE: html("<p>यह मीनार ३३० मीटर ऊँची है। इसे देखने लोग आते हैं।")}],
    "Arabic, right to left": [{PAGE: answer(200, RTL.encode(), Content_Type="text/html; charset=utf-8")}],
    "Hebrew, right to left, with marks of direction": [{PAGE: answer(200, HEBREW.encode(), Content_Type="text/html; charset=utf-8")}],
    "Persian, in which a negation is joined": [{PAGE: html("<p dir=rtl>او گفت: من نمی\u200cخواهم به برج برگردم.")}],
    "a number that ends like another": [{PAGE: html("<p>The rent of the tower rose by 25 percent.")}],
    "a negation": [{PAGE: html("<p>The tower is not the tallest building of the country.")}],
    "a negation by an apostrophe": [{PAGE: html("<p>The tower isn’t the tallest building of the country.")}],
    "a minus sign": [{PAGE: html("<p>On the tower it was −5 degrees that morning.")}],
    "digits in two cells": [{PAGE: html("<table><tr><td>Towers built<td>2<td>5</table>")}],
    "a passage with gaps": [{PAGE: html("<p>The tower, which nobody had liked, is 330 metres tall, and was built in 1889.")}],
    "a passage in another order": [{PAGE: html("<p>It was built in 1889. The tower is 330 metres tall.")}],
    "a passage that is hidden": [{PAGE: html(f"<div style='display:none'>{HOLDS}</div><p>A tower.")}],
    # Pages that machines see little of
    "a teaser before a paywall": [{PAGE: html(HOLDS + SOLD)}],
    "a paywall before the passage": [{PAGE: html(SOLD)}],
    "a page of script": [{PAGE: html(APP)}],
    "frames": [{PAGE: answer(200, FRAMES.encode(), Content_Type="text/html"), "/text": html(HOLDS)}],
    "a meta refresh": [{PAGE: html("<p>Please wait.", REFRESH), "/elsewhere": html(HOLDS)}],
    "a paywall that came later": [{PAGE: html(HOLDS)}, {PAGE: html(SOLD)}],
    "a page that became a picture": [{PAGE: html(HOLDS)}, {PAGE: answer(200, b"\x89PNG\r\n\x1a\n" + bytes(999), Content_Type="image/png")}],
    "a page that became one of script": [{PAGE: html(HOLDS)}, {PAGE: html(APP)}],
    # What pages say of themselves
    "an article with its data": [{PAGE: answer(200, ARTICLE.encode(), Content_Type="text/html")}],
    "lies of being elsewhere": [{PAGE: html(HOLDS, LIES)}],
    "a title of ten megabytes": [{PAGE: html(HOLDS, f"<title>{'a' * 10_000_000}</title>")}],
    "hostile HTML": [{PAGE: answer(200, HOSTILE.encode(), Content_Type="text/html")}],
    "a page called a PDF": [{PAGE: html(HOLDS, kind="application/pdf")}],
    "a page of an unheard-of type": [{PAGE: html(HOLDS, kind="x-unheard/of; charset=?")}],
    "plain text": [{PAGE: answer(200, b"The tower is\r\n330 metres tall\0.\r\n<p>No tag.", Content_Type="text/plain")}],
    "a picture called a page": [{PAGE: answer(200, b"\x89PNG\r\n\x1a\n" + bytes(999), Content_Type="text/html")}],
    "nothing at all": [{PAGE: answer(200, b"", Content_Type="text/html")}],
    # PDFs
    "a PDF called a page": [{PAGE: pdf(make_pdf(["The tower is 330 metres tall."]), "text/html")}],
    "a PDF to be downloaded": [{PAGE: pdf(make_pdf(["The tower is 330 metres tall."], info="/Title (A report on the tower)", catalog="/Lang (en-GB)"), "application/octet-stream", Content_Disposition="attachment")}],
    "a PDF with words divided at the ends of lines": [{PAGE: pdf(make_pdf(["The tower stands for engi-", "neering, and was opened to visi\u00ad", "tors in 1889."]))}],
    "a PDF with ligatures": [{PAGE: pdf(make_lettered("The oﬃce on the ﬁrst ﬂoor is eﬀective."))}],
    "a PDF in Arabic, of which it has the shapes of letters": [{PAGE: pdf(make_lettered("ﺝﺮﺒﻟﺍ ﻊﻔﺗﺮﻣ ﻮﻫﻭ"))}],
    "a PDF in two columns": [{PAGE: pdf(columns(row_by_row=False))}],
    "a PDF in two columns, written line by line": [{PAGE: pdf(columns(row_by_row=True))}],
    "a PDF with a passage over two pages": [{PAGE: pdf(make_pdf(["The tower is 330 metres"], ["tall, and was built in 1889."]))}],
    "a scanned PDF": [{PAGE: pdf(make_pdf([]))}],
    "a PDF whose letters mean nothing": [{PAGE: pdf(make_lettered("The tower is 330 metres tall.", says_which=False))}],
    "a PDF with a password": [{PAGE: pdf(locked("secret"))}],
    "a PDF that only forbids copying": [{PAGE: pdf(locked(""))}],
    "a PDF that is broken": [{PAGE: pdf(b"%PDF-1.7\n" + b"rubbish\n" * 99)}],
    "a PDF without its table": [{PAGE: pdf(make_pdf(["The tower is 330 metres tall."]).partition(b"xref")[0] + b"trailer << /Root 1 0 R >>")}],
    "a PDF after a warning of the server's": [{PAGE: pdf(b"Warning: no index on line 3\n" + make_pdf(["The tower is 330 metres tall."]))}],
    "a PDF that explodes": [{PAGE: pdf(make_bomb(60_000_000))}],
    # How it is sent
    "gzip": [{PAGE: packed("gzip", NOISE)}],
    "gzip that is none": [{PAGE: packed("gzip", BODY)}],
    "gzip of which nobody says so": [{PAGE: answer(200, NOISE, Content_Type="text/html")}],
    "gzip without its end": [{PAGE: packed("gzip", NOISE[:-9])}],
    "deflate without its head": [{PAGE: packed("deflate", zlib.compress(BODY)[2:-4])}],
    "brotli": [{PAGE: packed("br", brotli.compress(BODY))}],
    "zstd, which nobody asked for": [{PAGE: packed("zstd", b"\x28\xb5\x2f\xfd" + bytes(30))}],
    "a bomb of gzip": [{PAGE: [HEAD + b"Content-Encoding: gzip\r\n\r\n", bomb(5_000_000)]}],
    "in chunks": [{PAGE: chunks(BODY[:9], BODY[9:])}],
    "in chunks, broken off": [{PAGE: chunks(BODY, end=b"fff\r\nand then")}],
    "shorter than it says": [{PAGE: HEAD + b"Content-Length: 9999\r\n\r\n" + BODY}],
    "endless": [{PAGE: [HEAD + b"\r\n", endless(b"<p>and on" * 4000)]}],
    "a slow drip": [{PAGE: [HEAD + b"\r\n", dripping(b"x", 0.05)]}],
    "silence": [{PAGE: [HEAD, 3.0]}],
    "a bomb of headers": [{PAGE: [b"HTTP/1.1 200 OK\r\n", endless(b"X-And: on and on\r\n" * 99)]}],
    "headers of odd bytes": [{PAGE: HEAD + b"X-Odd: \xff\xfe\x01\x7f\r\nX-Odd:\r\nSet-Cookie: \xc3\xa4=\xe2\x82\xac\r\n\r\n" + BODY}],
    "a header with a NUL": [{PAGE: HEAD + b"X-Odd: a\x00b\r\n\r\n" + BODY}],
    "a type of 60,000 letters": [{PAGE: html(HOLDS, kind="text/html; charset=" + "x" * 60_000)}],
    "HTTP/1.0": [{PAGE: b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n" + BODY}],
    "no HTTP": [{PAGE: b"SSH-2.0-OpenSSH_9.6\r\n"}],
    "a connection that closes": [{PAGE: b""}],
    # What the status says
    "202": [{PAGE: says(202, "<p>We are checking your browser.")}],
    "204": [{PAGE: b"HTTP/1.1 204 No Content\r\n\r\n"}],
    "206": [{PAGE: says(206, "<p>etres tall, and was built in 1889.", Content_Range="bytes 20-60/900")}],
    "300": [{PAGE: says(300)}],
    "304, which was not asked for": [{PAGE: b"HTTP/1.1 304 Not Modified\r\n\r\n"}],
    "401": [{PAGE: says(401, WWW_Authenticate="Basic")}],
    "402": [{PAGE: says(402)}],
    "403": [{PAGE: says(403)}],
    "404": [{PAGE: says(404)}],
    "410": [{PAGE: says(410)}],
    "429": [{PAGE: says(429, Retry_After="3600")}],
    "451": [{PAGE: says(451)}],
    "500": [{PAGE: says(500)}],
    "999": [{PAGE: b"HTTP/1.1 999 Request denied\r\nContent-Length: 0\r\n\r\n"}],
    "a soft 404": [{PAGE: titled("Page not found")}],
    "a soft 404 in Czech": [{PAGE: titled("Stránka nenalezena")}],
    "a soft 404 in Arabic": [{PAGE: titled("الصفحة غير موجودة")}],
    "a soft 404 in Chinese": [{PAGE: titled("找不到该页面")}],
    "a soft 404 in Greek, without a title": [{PAGE: html("<p>Λυπούμαστε. Η σελίδα δεν βρέθηκε.")}],
    "news of something that was not found": [{PAGE: titled("Page not found: the tower’s lost diary", HOLDS)}],
    "news of a site that is out of order": [{PAGE: titled("Site maintenance", HOLDS)}],
    "a redirect to a page for what is missing": [{PAGE: redirect("/404.html"), "/404.html": html("<p>Nincs itt semmi.")}],
    "a site that is out of order, and does not say so by its status": [{PAGE: titled("Site maintenance")}],
    "a wall against machines": [{PAGE: titled("Just a moment...", "<p>Enable JavaScript and cookies to continue")}],
    "a wall against machines, with 202": [{PAGE: says(202, "", X_Amzn_Waf_Action="challenge")}],
    "a wall against machines, with 503": [{PAGE: says(503, "<script>window._cf_chl_opt={}</script>")}],
    # Where it leads
    "redirects to https-like spellings": [{PAGE: redirect("/Page/", 301), "/Page/": redirect("/Page/?ref=x#part", 308), "/Page/?ref=x": html(HOLDS)}],
    "a redirect of an umlaut": [{PAGE: redirect("/türme"), "/t%C3%BCrme": html(HOLDS)}],
    "a redirect to an address of 7,000 letters": [{PAGE: redirect("/" + "a" * 7000), "/" + "a" * 7000: html(HOLDS)}],
    "a circle": [{PAGE: redirect("/b"), "/b": redirect(PAGE)}],
    "redirects without end": [{PAGE: redirect("/1"), **{f"/{number}": redirect(f"/{number + 1}") for number in range(1, 9)}}],
    "a redirect to nowhere": [{PAGE: redirect("http://[")}],
    "a redirect without an address": [{PAGE: says(302)}],
    "a redirect to the home page": [{PAGE: redirect("/"), "/": html(HOLDS)}],
    "a redirect to the home page in English": [{PAGE: redirect("/en/index.html"), "/en/index.html": html(LONG)}],
    "a redirect to a log-in": [{PAGE: redirect("/login?next=/page"), "/login?next=/page": html("<form><p>Sign in to continue reading.</form>")}],
    "a cookie that must come back": cookie_wall,
    "a cookie that nobody gets": cookie_login,
    "a redirect to this machine": [{PAGE: redirect("http://localhost/")}],
    "a redirect to a private address": [{PAGE: redirect("http://10.0.0.1/")}],
    "a redirect to metadata": [{PAGE: redirect("http://169.254.169.254/latest/meta-data/")}],
    "a redirect to a number that is an address": [{PAGE: redirect("http://2130706433/")}],
    "a redirect to a mapped address": [{PAGE: redirect("http://[::ffff:127.0.0.1]/")}],
    "a redirect to NAT64": [{PAGE: redirect("http://[64:ff9b::a9fe:a9fe]/")}],
    "a redirect to an odd port": [{PAGE: redirect("http://127.0.0.1:22/")}],
    "a redirect to a file": [{PAGE: redirect("file:///etc/passwd")}],
    "a redirect to credentials": [{PAGE: redirect("http://user:secret@8.8.8.8/")}],
    # robots.txt
    "no copies, says robots.txt": [{PAGE: html(HOLDS), "/robots.txt": answer(200, b"User-agent: *\nDisallow: /page")}],
    "copies for us, says robots.txt": [{PAGE: html(HOLDS), "/robots.txt": answer(200, b"User-agent: *\nDisallow: /\n\nUser-agent: factually\nAllow: /")}],
    "a robots.txt that fails": [{PAGE: html(HOLDS), "/robots.txt": says(503)}],
    "a robots.txt that is a page": [{PAGE: html(HOLDS), "/robots.txt": html(HOLDS)}],
    # Time
    "a page that stands": [{PAGE: html(HOLDS)}],
    "a page with a new number each time": [{PAGE: html(HOLDS + f"<!-- {number} -->")} for number in range(3)],
    "a page that answers 304": [{PAGE: html(HOLDS, ETag='"1"')}, {PAGE: b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n'}],
    "a page with an ETag": [{PAGE: html(HOLDS, ETag='"1"')}],
    "a page with an ETag, of a server that never learnt HEAD": without_head,
    "the passage drifts under a weak ETag": [{PAGE: html(HOLDS, ETag='W/"1"')}, {PAGE: html(HOLDS.replace("is 330", "is not 330"), ETag='W/"1"')}],
    "more is written below": [{PAGE: html(HOLDS)}, {PAGE: html(HOLDS + "<p>Corrected on Monday.")}],
    "the passage drifts": [{PAGE: html(HOLDS)}, {PAGE: html(HOLDS.replace("330", "331"))}],
    "the passage drifts, and is put right": [{PAGE: html(HOLDS)}, {PAGE: html(HOLDS.replace("330", "331"))}, {PAGE: html(HOLDS)}],
    "the passage drifts, and stays away": [{PAGE: html(HOLDS)}, {PAGE: html(HOLDS.replace("330", "331"))}],
    "the passage drifts, and the server says that nothing changes": [{PAGE: html(HOLDS)}, {PAGE: html(LONG, ETag='"2"')}],
    "a passage that never stood there": [{PAGE: html("<p>A tower.")}, {PAGE: html("<p>A tower stands there.")}],
    "a PDF that is replaced": [{PAGE: pdf(make_pdf(["The tower is 330 metres tall."]))}, {PAGE: pdf(make_pdf(["The tower is 324 metres tall."]))}],
    "one 503": [{PAGE: html(HOLDS)}, {PAGE: says(503)}, {PAGE: html(HOLDS)}],
    "time-outs for days": [{PAGE: html(HOLDS)}, {PAGE: [HEAD, 1.0]}],
    "500 for days": [{PAGE: html(HOLDS)}, {PAGE: says(500)}],
    "a soft 404 twice in a day": [{PAGE: html(HOLDS)}, {PAGE: titled("Page not found")}],
    "a soft 404 for days": [{PAGE: html(HOLDS)}, {PAGE: titled("Page not found")}],
    "a soft 404 once": [{PAGE: html(HOLDS)}, {PAGE: titled("Page not found")}, {PAGE: html(HOLDS)}],
    "out of order for a day": [{PAGE: html(HOLDS)}, {PAGE: titled("Site maintenance")}, {PAGE: html(HOLDS)}],
    "gone, and back": [{PAGE: html(HOLDS)}, {PAGE: says(410)}, {PAGE: html(HOLDS)}],
    "moved to the home page": [{PAGE: html(HOLDS)}, {PAGE: redirect("/"), "/": html(LONG)}],
    "moved to another address of the site": [{PAGE: html(HOLDS)}, {PAGE: redirect("/new", 301), "/new": html(HOLDS)}],
    "barred for days": [{PAGE: html(HOLDS)}, {PAGE: says(403)}],
}  # fmt: skip


def bodies() -> list[bytes]:
    """All that is sent after a head in one piece, as it is sent; the largest left out."""
    answers = [
        step
        for source in SOURCES.values()
        for scene in (source if isinstance(source, list) else [])
        for answered in scene.values()
        for step in _steps(answered)
        if isinstance(step, bytes)
    ]
    found = dict.fromkeys(answered.partition(b"\r\n\r\n")[2] for answered in answers)
    return [body for body in found if 0 < len(body) < 20_000]


def play(site: Site, name: str, look: int) -> None:
    """Let the site answer as this source does at this look, the first being 0."""
    source = SOURCES[name]
    site.scripts.clear()
    if callable(source):
        site.says(PAGE, *source(site))
        site.says("/login?next=/page", *_steps(titled("Sign in", "<form></form>")))
        return
    for path, steps in source[min(look, len(source) - 1)].items():
        site.says(path, *_steps(steps))


def _steps(steps: Answer) -> list[Step]:
    return steps if isinstance(steps, list) else [steps]
