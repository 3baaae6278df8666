"""Awkward documents, each with what must be read from it."""

import json
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from sources.reading import contents
from sources.reading.passages import Verified, look_up
from sources.reading.result import LONGEST_TEXT, Hint, Trouble, Unreadable
from tests.sources.reading.pdfs import make_bomb, make_lettered, make_pdf

URL = "https://example.org/news/2024/a"
fuzzed = settings(max_examples=120, deadline=None, derandomize=True, database=None)


@dataclass
class Document:
    """Bytes as a server sends them; what is read of them; a quotation that stands in them."""

    data: bytes
    content_type: str = "text/html"
    expected: dict[str, Any] = field(default_factory=dict)
    stands: str = ""


def page(body: str, head: str = "", encoding: str = "utf-8") -> bytes:
    return f"<!doctype html><html><head>{head}</head><body>{body}</body></html>".encode(encoding)


def linked(*blocks: Any) -> str:
    return "".join(
        f'<script type="application/ld+json">{block if isinstance(block, str) else json.dumps(block)}</script>'
        for block in blocks
    )


def metas(**values: str) -> str:
    return "".join(f'<meta name="{name}" content="{value}">' for name, value in values.items())


ARTICLE = {
    "@context": "https://schema.org",
    "@type": ["NewsArticle"],
    "headline": "Rain in May",
    "author": [{"@type": "Person", "name": "A. Example"}, {"name": "B. Example"}, "C. Example"],
    "publisher": {"@type": "Organization", "name": "The Example"},
    "datePublished": "2024-05-02T23:30:00-05:00",
    "inLanguage": "en-GB",
}
OF_ARTICLE = {
    "title": "Rain in May",
    "authors": ("A. Example", "B. Example", "C. Example"),
    "publisher_name": "The Example",
    "published_on": date(2024, 5, 2),
    "language": "en-GB",
}
GRAPH = {
    "@graph": [
        {"@type": "WebSite", "@id": "#site", "name": "Not the title"},
        {"@type": "Organization", "@id": "#us", "name": "The Example"},
        {"@type": "Person", "@id": "#a", "name": "A. Example"},
        {"@type": "WebPage", "name": "Less than the article"},
        {**ARTICLE, "author": {"@id": "#a"}, "publisher": {"@id": "#us"}},
    ]
}
PAPER = (
    metas(citation_title="On rain", citation_publication_date="2019/07/04", citation_doi="doi:10.5555/12345678")
    + metas(citation_publisher="Example Press", citation_language="en")
    + '<meta name="citation_author" content="Example, A."><meta name="citation_author" content="Example, B.">'
)  # fmt: skip
GRAPHIC = "<svg><title>An icon</title><text>Chart</text></svg><p>Shown."
PDF_INFO = "/Title (Microsoft Word - Report on rain.docx) /Author (A. Example) /CreationDate (D:20240131120000+01'00')"
DEEP = "<div>" * 50_000 + "<p>At the bottom of it all.</p>" + "</div>" * 50_000
ATTRIBUTES = (
    b"<p " + b" ".join(b"a%d=1" % number for number in range(1_000_000)) + b">After them all.</p>"
)
FRAMES = (
    "<frameset><frame src=/menu><frame src=/text><noframes><p>Get a browser.</noframes></frameset>"
)

DOCUMENTS = {
    # Charsets
    "utf-8 in the header": Document(page("Größe"), "text/html; charset=utf-8", {"encoding": "utf-8"}, "Größe"),
    "utf-8 said by nobody": Document(page("Größe"), "", {"encoding": "utf-8"}, "Größe"),
    "latin-1 is windows-1252": Document(page("“Größe” €", encoding="cp1252"), "text/html; charset=ISO-8859-1", {"encoding": "windows-1252", "text": "“Größe” €"}),
    "windows-1252 said by nobody": Document(page("Größe", encoding="cp1252"), "text/html", {"encoding": "windows-1252"}, "Größe"),
    "latin-1 in the header, utf-8 in fact": Document(page("Größe"), "text/html; charset=latin1", {"encoding": "utf-8"}, "Größe"),
    "utf-8 in the header, windows-1252 in fact": Document(page("Größe über alles", encoding="cp1252"), "text/html; charset=utf-8", {"encoding": "windows-1252"}, "Größe über"),
    "utf-8 with one broken byte": Document(page("Größe, Maße, Süße ?").replace(b"?", b"\xff"), "text/html; charset=utf-8", {"encoding": "utf-8"}, "Größe, Maße"),
    "charset in a meta": Document(page("Привет, мир", "<meta charset=windows-1251>", "cp1251"), "text/html", {"encoding": "windows-1251"}, "Привет, мир"),
    "charset in an old meta": Document(page("東京の塔", '<meta http-equiv="Content-Type" content="text/html; charset=Shift_JIS">', "cp932"), "text/html", {"encoding": "shift_jis"}, "東京の塔"),
    "charset in a comment counts nothing": Document(page("Größe", "<!-- <meta charset=koi8-r> -->", "cp1252"), "text/html", {"encoding": "windows-1252"}, "Größe"),
    "gb2312 is gb18030's part": Document(page("你好，世界", "<meta charset=gb2312>", "gbk"), "text/html", {}, "你好，世界"),
    "gb2312 with letters of four bytes": Document(page("叫做𠀀塔", encoding="gb18030"), "text/html; charset=gb2312", {"encoding": "gb18030"}, "叫做𠀀塔"),
    "euc-kr": Document(page("안녕하세요", encoding="euc_kr"), "text/html; charset=euc-kr", {"encoding": "euc-kr"}, "안녕하세요"),
    "utf-16 by its mark": Document("\ufeff<html><p>Größe</html>".encode("utf-16-le"), "text/html", {"encoding": "utf-16le"}, "Größe"),
    "a mark against the header": Document(b"\xef\xbb\xbf" + page("Größe"), "text/html; charset=koi8-r", {"encoding": "utf-8"}, "Größe"),
    "utf-16 in a meta is a lie": Document(page("Größe", "<meta charset=utf-16>"), "text/html", {"encoding": "utf-8"}, "Größe"),
    "a charset that is none": Document(page("Größe"), "text/html; charset=hokum", {"encoding": "utf-8"}, "Größe"),
    "xml declaration": Document('<?xml version="1.0" encoding="iso-8859-2"?><html><body><p>Łódź</p></body></html>'.encode("iso-8859-2"), "application/xhtml+xml", {"encoding": "iso-8859-2"}, "Łódź"),
    # Metadata
    "json-ld": Document(page("", linked(ARTICLE) + "<title>Rain in May | The Example</title>"), expected=OF_ARTICLE),
    "json-ld in a list": Document(page("", linked([{"@type": "BreadcrumbList"}, ARTICLE])), expected=OF_ARTICLE),
    "json-ld in a graph with references": Document(page("", linked(GRAPH)), expected={**OF_ARTICLE, "authors": ("A. Example",)}),
    "broken json-ld beside a good one": Document(page("", linked("{", "[" * 100_000, ARTICLE)), expected=OF_ARTICLE),
    "json-ld with a comma too many": Document(page("", linked(json.dumps(ARTICLE)[:-1] + ",};")), expected=OF_ARTICLE),
    "json-ld of another shape": Document(page("", linked({"@type": {"x": 1}, "author": 3}, 7, {"@type": "Article", "headline": [None, {"@id": "#me"}], "author": {"name": ["A"]}})), expected={"title": "", "authors": ("A",)}),
    "highwire before all": Document(page("", PAPER + linked(ARTICLE)), expected={"title": "On rain", "authors": ("Example, A.", "Example, B."), "published_on": date(2019, 7, 4), "doi": "10.5555/12345678", "publisher_name": "The Example"}),
    "open graph": Document(page("", '<meta property="og:title" content="Rain &amp; sun"><meta property="og:site_name" content="The Example"><meta property="article:published_time" content="2024-02-29"><meta property="og:locale" content="de_AT"><title>x</title>'), expected={"title": "Rain & sun", "publisher_name": "The Example", "published_on": date(2024, 2, 29), "language": "de-AT"}),
    "dublin core": Document(page("", '<meta name="DCTERMS.title" content="On rain"><meta name="DC.creator" content="A. Example"><meta name="dcterms.issued" content="2001-02-03"><meta name="DC.language" content="fr">'), expected={"title": "On rain", "authors": ("A. Example",), "published_on": date(2001, 2, 3), "language": "fr"}),
    "title and time alone": Document(page("<h1>A heading</h1><time datetime='2020-01-05T10:00'>5 Jan</time><time datetime='2021-01-05'>x</time>", "<title>\n A  title </title>"), expected={"title": "A title", "published_on": date(2020, 1, 5)}),
    "a heading for a title": Document(page("<h1>A <em>heading</em></h1><svg><title>An icon</title></svg>"), expected={"title": "A heading"}),
    "an author who is an address": Document(page("", '<meta property="article:author" content="https://example.org/a"><meta name="author" content="A. Example">'), expected={"authors": ("A. Example",)}),
    "a date without a day": Document(page("", metas(date="May 2024")), expected={"published_on": None}),
    "a day that is none": Document(page("", metas(date="2024-02-31")), expected={"published_on": None}),
    "a day as in mail": Document(page("", metas(date="Thu, 02 May 2024 10:00:00 GMT")), expected={"published_on": date(2024, 5, 2)}),
    "its other addresses": Document(page("", "<base href='/base/'><link rel='nofollow CANONICAL' href=b><link rel=amphtml href='https://amp.example.org/a'><link rel=alternate media='only screen and (max-width: 640px)' href='//m.example.org/a'>"), expected={"canonical": "https://example.org/base/b", "amp": "https://amp.example.org/a", "mobile": "https://m.example.org/a"}),
    "addresses that lead nowhere": Document(page("", "<link rel=canonical href='javascript:alert(1)'><link rel=amphtml href='http://[::1'>"), expected={"canonical": "", "amp": ""}),
    # Text
    "blocks, breaks and tables": Document(page("<p>One\n two<br>three<table><tr><td>a<td>b<tr><td>c</table><ul><li>x<li>y</ul>in <b>bo</b>ld"), expected={"text": "One two\nthree\na\tb\nc\nx\ny\nin bold"}),
    "preformatted lines": Document(page("<pre>one\n  two  2\n</pre>three"), expected={"text": "one\ntwo  2\nthree"}),
    "what readers don't see": Document(page("<script>if (a < b) x()</script><style>p{}</style><template>t</template><p hidden>h</p><div style='DISPLAY: none'>d<div>e</div></div><dialog>c</dialog><select><option>o</select><noscript>n</noscript><p>Seen."), expected={"text": "Seen.", "hints": ()}),
    "a page of script": Document(page("<noscript>Turn it on.</noscript><script>x</script>"), expected={"text": "Turn it on.", "hints": (Hint.NEEDS_SCRIPT,)}),
    "frames": Document(FRAMES.encode(), expected={"hints": (Hint.FRAMES, Hint.NO_TEXT), "text": ""}),
    "a quotation by element": Document(page("He said <q>no</q> twice."), stands="He said “no” twice."),
    "soft hyphens and ligatures": Document(page("The e&shy;ﬃ&shy;cient of&shy;fice"), stands="The efficient office"),
    "hyphenated by hand": Document(page("<p>It is an exam-<br>ple of it."), stands="It is an example of it."),
    "decomposed letters": Document(page("cafe\u0301 noir"), expected={"text": "café noir"}),
    "right to left": Document("<html lang=he dir=rtl><p>\u200fקראנו את \u202a3.5%\u202c הדו״ח".encode(), expected={"language": "he"}, stands='קראנו את 3.5% הדו"ח'),
    "vertical ruby": Document(page("<ruby>東京<rp>(</rp><rt>とうきょう</rt><rp>)</rp></ruby>の塔"), stands="東京の塔"),
    "graphics": Document(page(GRAPHIC), expected={"text": "Chart\nShown.", "title": ""}),
    "a soft 404": Document(page("<h1>Page not found</h1><p>Try our home page."), expected={"hints": (Hint.LOOKS_MISSING,)}),
    "a soft 404 in German": Document(page("<p>Leider.", "<title>Seite nicht gefunden</title>"), expected={"hints": (Hint.LOOKS_MISSING,)}),
    "an article about 404 pages": Document(page("<h1>Why 404 pages exist</h1>" + "<p>They do for many reasons." * 100), expected={"hints": ()}),
    "a paywall's teaser": Document(page("<p>It rained.<p>Subscribe to continue reading"), expected={"hints": (Hint.LOOKS_PAYWALLED,)}, stands="It rained."),
    "a paywall in json-ld": Document(page("<p>It rained.", linked({**ARTICLE, "isAccessibleForFree": "False"})), expected={"hints": (Hint.LOOKS_PAYWALLED,)}),
    "nothing": Document(b"", expected={"text": "", "hints": (Hint.NO_TEXT,)}),
    # Size
    "a title of ten megabytes": Document(page("<p>Yes.", f"<title>{'a' * 10_000_000}</title>"), expected={"title": "a" * 500, "text": "Yes."}),
    "a million attributes": Document(ATTRIBUTES, stands="After them all."),
    "fifty thousand elements deep": Document(DEEP.encode(), stands="At the bottom of it all."),
    "longer than is read": Document(page("<p>" + "word " * 1_100_000), expected={"hints": (Hint.CUT,)}),
    # Other kinds
    "plain text": Document(b"a <b>\r\n\r\nc\0", "text/plain", {"kind": "text", "text": "a <b>\nc"}),
    "a page without a type": Document(page("<p>Yes."), "application/octet-stream", {"kind": "html", "text": "Yes."}),
    "a page called a PDF": Document(page("<p>Yes."), "application/pdf", {"kind": "html", "text": "Yes."}),
    "a PDF called a page": Document(make_pdf(["It rained."]), "text/html", {"kind": "pdf", "pages": 1, "title": "It rained."}, "It rained."),
    "a PDF that says who it is": Document(make_pdf(["One exam-", "ple of rain"], ["Page two"], info=PDF_INFO, catalog="/Lang (en-GB)", packed=True), "application/pdf", {"title": "Report on rain.docx", "authors": ("A. Example",), "published_on": date(2024, 1, 31), "language": "en-GB", "pages": 2, "text": "One exam-\nple of rain\nPage two"}, "One example of rain Page two"),
    "a PDF without text": Document(make_pdf([]), "application/pdf", {"hints": (Hint.NO_TEXT,), "title": ""}),
    "a PDF in Arabic shapes": Document(make_lettered("ﺝﺮﺒﻟﺍ ﻊﻔﺗﺮﻣ"), "application/pdf", {"text": "مرتفع البرج"}),
    "a PDF whose letters mean nothing": Document(make_lettered("It rained.", says_which=False), "application/pdf", {"hints": (Hint.NO_TEXT,), "text": ""}),
    "a PDF after some rubbish": Document(b"\r\n\r\n" + make_pdf(["It rained."]), "application/pdf", {}, "It rained."),
    "a PDF without its table": Document(make_pdf(["It rained."]).partition(b"xref")[0] + b"trailer << /Root 1 0 R >>", "application/pdf", {}, "It rained."),
}  # fmt: skip


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_is_read_as_it_is(name: str) -> None:
    document = DOCUMENTS[name]
    read = contents.read(document.data, document.content_type, URL)
    assert {key: getattr(read, key) for key in document.expected} == document.expected
    assert len(read.text) <= LONGEST_TEXT
    if document.stands:
        assert isinstance(look_up(read.text, document.stands), Verified)


def locked(password: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(BytesIO(make_pdf(["It rained."]))))
    writer.encrypt(user_password=password, owner_password="owner", algorithm="RC4-128")
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


def looping() -> bytes:
    return make_pdf(["x"]).replace(b"/Kids [5 0 R]", b"/Kids [2 0 R]")


@pytest.mark.parametrize(
    ("data", "content_type", "trouble"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "text/html", Trouble.KIND),
        (b"PK\x03\x04" + bytes(100), "application/octet-stream", Trouble.KIND),
        (bytes(range(256)) * 40, "text/html", Trouble.KIND),
        (b"whatever", "video/mp4", Trouble.KIND),
        (b"%PDF-1.7\n" + b"rubbish\n" * 100, "application/pdf", Trouble.BROKEN),
        (make_pdf(["It rained."])[:200], "application/pdf", Trouble.BROKEN),
        (looping(), "application/pdf", Trouble.BROKEN),
        (locked("secret"), "application/pdf", Trouble.ENCRYPTED),
        (make_bomb(200_000_000), "application/pdf", Trouble.COSTLY),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, content_type: str, trouble: Trouble) -> None:
    with pytest.raises(Unreadable) as refused:
        contents.read(data, content_type, URL)
    assert refused.value.trouble == trouble


def test_a_pdf_that_only_forbids_copying_is_read() -> None:
    assert contents.read(locked(""), "application/pdf").text == "It rained."


TAGS = [
    "<p>",
    "</p",
    "<table><td>",
    "<!--",
    "-->",
    "<script>",
    "</script>",
    "<svg>",
    "<title>",
    "<template>",
    "&#",
    "]]>",
]
TAGS += [
    "<q>",
    "</q>",
    "</pre>",
    "<pre>",
    "<noscript>",
    "</noscript>",
    "<meta charset=",
    "<html lang='",
    "\0",
    "\ud800",
    "<p hidden",
    ">",
]
TAGS += ['<script type="application/ld+json">', '{"@type":"Article","author":', "[", "{", "}", '"', "<frameset>", "<time datetime=", "<plaintext>"]  # fmt: skip


@fuzzed
@given(
    st.binary(max_size=200) | st.lists(st.sampled_from(TAGS) | st.text(max_size=9)).map(lambda parts: "".join(parts).encode("utf-8", "surrogatepass")),
    st.sampled_from(["", "text/html", "text/html; charset=utf-16", "text/plain; charset=iso-2022-jp", "x; charset=\u2028"]),
)  # fmt: skip
def test_any_bytes_are_read_or_refused(data: bytes, content_type: str) -> None:
    try:
        read = contents.read(data, content_type, URL)
    except Unreadable:
        return
    json.dumps(read.as_json()).encode()
    assert "\0" not in read.text
    read.text.encode()


@fuzzed
@given(st.data())
def test_any_damaged_pdf_is_read_or_refused(data: st.DataObject) -> None:
    written = bytearray(make_pdf(["It rained."], ["Again"], info=PDF_INFO))
    for _ in range(data.draw(st.integers(1, 5))):
        start = data.draw(st.integers(0, len(written) - 1))
        written[start : start + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))
    try:
        contents.read(bytes(written), "application/pdf")
    except Unreadable:
        return
