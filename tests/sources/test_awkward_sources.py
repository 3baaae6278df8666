"""What becomes of each awkward source that a published check relies on: one table, and the real way through the product.

Each source is asked for over HTTP when it is added, and then whenever it is due again. The table says what each look finds,
what the source's state is in the end, how many copies are kept, and how it stands with the quotation in the newest.
"""

from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from sources import glance, quoting
from sources.fetching import warc
from sources.fetching.manners import Manners
from sources.fetching.pacing import Pacer
from sources.looking import look
from sources.models import Look, Snapshot, Source
from sources.models.copies import evidence_storage
from sources.network import Network
from sources.quoting import State
from sources.reading import contents
from sources.reading.result import LONGEST_TEXT, Unreadable
from sources.visiting import Visitor
from tests.factories import NOON, key, make_document, make_published, make_source_part
from tests.sources import awkward_site
from tests.sources.awkward import Site
from tests.sources.awkward_site import PAGE, SOURCES, play

TOWER = "The tower is 330 metres tall, and was built in 1889."
SHORT = "The tower is 330 metres tall."
TÜRME = "Die Türme sind größer."
БАШНЯ = "Башня высотой 330 метров стоит в городе."
塔 = "東京の塔は三百三十三メートルです。"
OFFICE = "The office on the first floor is effective."
TALLEST = "The tower is the tallest building of the country."


class Ends(NamedTuple):
    """How a source ends: what each look finds (``Look.kind``), its state, its copies, and the quotation in the newest.

    ``reads`` is what was read of the newest copy besides its text.
    """

    quotation: str
    looks: str = "changed"
    state: str = "alive"
    copies: int = 1
    found: State = State.VERIFIED
    reads: dict[str, Any] = {}


VERIFIED, DIFFERENT, NOT_FOUND, NO_COPY, NO_TEXT = (
    State.VERIFIED, State.DIFFERENT, State.NOT_FOUND, State.NO_COPY, State.NO_TEXT
)  # fmt: skip

# Sources that end like many others.
FAILS = Ends(TOWER, "failed", "unknown", 0, NO_COPY)
BARRED = Ends(TOWER, "barred", "unknown", 0, NO_COPY)
GONE = Ends(TOWER, "gone", "dead", 0, NO_COPY)
SOFT_GONE = Ends(TOWER, "soft gone", "unknown", 0, NO_COPY)  # once is no verdict
MOVED = Ends(TOWER, "home", "moved", 0, NO_COPY)
UNREAD = Ends(TOWER, "changed", "alive", 1, NO_TEXT)  # there, and kept, though it can't be read

TABLE = {
    # source                                                      quotation, looks, state, copies, the quotation in the newest copy
    # Charsets
    "windows-1252, called ISO-8859-1": Ends('"The tower" is tall - 5 €.'),
    "UTF-8, called ISO-8859-1 by the server": Ends(TÜRME),
    "windows-1251, called UTF-8 by the header and right by the meta": Ends(БАШНЯ),
    "windows-1251, called UTF-8 by the meta and right by the header": Ends(БАШНЯ),
    # Browsers obey the header: readers see the same mojibake, and not what is quoted.
    "windows-1251, called ISO-8859-1 by the header and right by the meta": Ends(БАШНЯ, found=NOT_FOUND),
    "KOI8-R by the header": Ends(БАШНЯ),
    "UTF-16 with a mark, called KOI8-R": Ends(БАШНЯ),
    "UTF-16 by the header": Ends(БАШНЯ),
    "Shift_JIS by an old meta": Ends(塔),
    "ISO-2022-JP": Ends(塔),
    "GB18030 with letters of four bytes": Ends("北京的塔很高，叫做𠀀塔。"),
    "Big5": Ends("臺北的塔有五百零八公尺高。"),
    "UTF-8 of which nobody says so": Ends(TÜRME),
    # It says so itself, and readers see it.
    "mojibake of its own making": Ends(TÜRME, found=NOT_FOUND),
    "references to characters that are none": Ends("He said “the tower”"),
    # How a passage is written
    "curly quotation marks and dashes": Ends("\"Der Turm\" sei 'hoch', sagte sie - \"really\" - and it's rock 'n' roll."),
    "a passage split by tags": Ends(TOWER),
    # Marks of footnotes are signs of the source's: whoever leaves them out has changed it, and is shown what.
    "a passage with footnote marks": Ends(TOWER, found=DIFFERENT),
    "soft hyphens": Ends("The Bundesverfassungsgericht of the towerland ruled."),
    "a word divided by hand": Ends("The tower stands for engineering, and is well-known."),
    "non-breaking and thin spaces": Ends("It cost 330 000 € in all."),
    "ligatures": Ends(OFFICE),
    "decomposed accents": Ends('Amélie a répondu : "La tour est élevée."'),
    # Another sign is another sign, even where it means the same.
    "full-width digits": Ends("東京の塔は333メートルです。", found=DIFFERENT),
    "numerals without spaces": Ends("五パーセント上がった。", found=DIFFERENT),
    "a line broken before digits, without spaces": Ends("東京の塔の高さは333メートルです。"),
    "pictures among the words": Ends("The tower 🗼 won 🏆! 👩‍🔧❤️"),
    "vowel signs": Ends("यह मीनार ३३० मीटर ऊँची है।"),
    "Arabic, right to left": Ends('قال الوزير: "البرج مرتفع"، وهو يبلغ ٣٣٠ مترًا.'),
    "Hebrew, right to left, with marks of direction": Ends('ח"כ כהן אמרה: "המגדל 330 מ\' גובהו".'),
    "Persian, in which a negation is joined": Ends("خواهم به برج برگردم.", found=DIFFERENT),
    "a number that ends like another": Ends("The rent of the tower rose by 5 percent.", found=DIFFERENT),
    "a negation": Ends(TALLEST, found=DIFFERENT),
    "a negation by an apostrophe": Ends(TALLEST, found=DIFFERENT),
    "a minus sign": Ends("On the tower it was 5 degrees that morning.", found=DIFFERENT),
    "digits in two cells": Ends("Towers built 25", found=DIFFERENT),
    # Whether what is left out matters is for people to judge.
    "a passage with gaps": Ends("The tower […] is 330 metres tall … built in 1889."),
    "a passage in another order": Ends("The tower is 330 metres tall … It was built in 1889.", found=DIFFERENT),
    "a passage that is hidden": Ends(TOWER, found=NOT_FOUND),
    # Pages that machines see little of
    "a teaser before a paywall": Ends(TOWER),
    "a paywall before the passage": Ends(TOWER, found=NOT_FOUND),
    "a page of script": Ends(TOWER, found=NOT_FOUND),
    "frames": Ends(TOWER, found=NO_TEXT),  # what stands in them has an address of its own, which is to be cited
    "a meta refresh": Ends(TOWER, found=NOT_FOUND),  # likewise
    # What had been open is behind something now: nobody has changed it, as far as we can see.
    "a paywall that came later": Ends(TOWER, "changed, barred, barred", "alive", 2, NOT_FOUND),
    "a page that became a picture": Ends(TOWER, "changed, barred", "alive", 2, NO_TEXT),
    "a page that became one of script": Ends(TOWER, "changed, barred", "alive", 2, NOT_FOUND),
    # What pages say of themselves
    "an article with its data": Ends("Der Turm ist 330 Meter hoch.", reads={"title": "Der Turm", "language": "de-AT"}),
    "lies of being elsewhere": Ends(TOWER, reads={"title": "The tower"}),
    "a title of ten megabytes": Ends(TOWER, reads={"title": "a" * 500}),
    "hostile HTML": Ends(TOWER, reads={"title": "Tower"}),
    "a page called a PDF": Ends(TOWER, reads={"kind": "html"}),
    "a page of an unheard-of type": Ends(TOWER, reads={"kind": "html"}),
    "plain text": Ends(SHORT, reads={"kind": "text"}),
    "a picture called a page": UNREAD._replace(reads={"trouble": "kind"}),
    "nothing at all": UNREAD,
    # PDFs
    "a PDF called a page": Ends(SHORT, reads={"kind": "pdf"}),
    "a PDF to be downloaded": Ends(SHORT, reads={"title": "A report on the tower", "language": "en-GB"}),
    "a PDF with words divided at the ends of lines": Ends("The tower stands for engineering, and was opened to visitors in 1889."),
    "a PDF with ligatures": Ends(OFFICE),
    "a PDF in Arabic, of which it has the shapes of letters": Ends("وهو مرتفع البرج"),
    "a PDF in two columns": Ends("The tower was built by hand, and is 330 metres tall."),
    # Such a file doesn't say where its columns are. The desk sees the text that was read, and may quote line by line.
    "a PDF in two columns, written line by line": Ends("The tower was built by hand, and is 330 metres tall.", found=NOT_FOUND),
    "a PDF with a passage over two pages": Ends(TOWER),
    "a scanned PDF": UNREAD._replace(reads={"hints": ["no-text"]}),
    "a PDF whose letters mean nothing": UNREAD._replace(reads={"hints": ["no-text"]}),
    "a PDF with a password": UNREAD._replace(reads={"trouble": "encrypted"}),
    "a PDF that only forbids copying": Ends(SHORT),
    "a PDF that is broken": UNREAD._replace(reads={"trouble": "broken"}),
    "a PDF without its table": Ends(SHORT),
    "a PDF after a warning of the server's": Ends(SHORT),
    "a PDF that explodes": UNREAD._replace(reads={"trouble": "costly"}),
    # How it is sent
    "gzip": Ends(TOWER),
    "gzip that is none": FAILS,
    "gzip of which nobody says so": UNREAD._replace(reads={"trouble": "kind"}),  # no browser shows it either
    "gzip without its end": FAILS,
    "deflate without its head": Ends(TOWER),
    "brotli": Ends(TOWER),
    "zstd, which nobody asked for": FAILS,
    "a bomb of gzip": BARRED,
    "in chunks": Ends(TOWER),
    "in chunks, broken off": FAILS,  # the passage had come, but half a page is no page
    "shorter than it says": FAILS,
    "endless": BARRED,
    "a slow drip": FAILS,
    "silence": FAILS,
    "a bomb of headers": FAILS,
    "headers of odd bytes": Ends(TOWER),
    "a header with a NUL": FAILS,
    "a type of 60,000 letters": Ends(TOWER),
    "HTTP/1.0": Ends(TOWER),
    "no HTTP": FAILS,
    "a connection that closes": FAILS,
    # What the status says
    "202": FAILS,
    "204": FAILS,
    "206": FAILS,
    "300": FAILS,
    "304, which was not asked for": FAILS,
    "401": BARRED,
    "402": BARRED,
    "403": BARRED,
    "404": GONE,
    "410": GONE,
    "429": BARRED,
    "451": FAILS,  # somebody had it taken away: if that lasts, readers are to know
    "500": FAILS,
    "999": BARRED,
    "a soft 404": SOFT_GONE,
    "a soft 404 in Czech": SOFT_GONE,
    "a soft 404 in Arabic": SOFT_GONE,
    "a soft 404 in Chinese": SOFT_GONE,
    "a soft 404 in Greek, without a title": SOFT_GONE,
    "news of something that was not found": Ends(TOWER),  # what is quoted stands there
    "news of a site that is out of order": Ends(TOWER),
    "a redirect to a page for what is missing": SOFT_GONE,
    "a site that is out of order, and does not say so by its status": FAILS,
    # A person may see the page: what machines are told says nothing about it.
    "a wall against machines": BARRED,
    "a wall against machines, with 202": BARRED,
    "a wall against machines, with 503": BARRED,
    # Where it leads
    "redirects to https-like spellings": Ends(TOWER),
    "a redirect of an umlaut": Ends(TOWER),
    "a redirect to an address of 7,000 letters": Ends(TOWER),
    "a circle": FAILS,
    "redirects without end": FAILS,
    "a redirect to nowhere": BARRED,  # “[” is no host that we go to
    "a redirect without an address": FAILS,
    "a redirect to the home page": MOVED,  # though it has the passage today: tomorrow it has another
    "a redirect to the home page in English": MOVED,
    "a redirect to a log-in": BARRED,
    "a cookie that must come back": Ends(TOWER),
    "a cookie that nobody gets": BARRED,
    "a redirect to this machine": BARRED,
    "a redirect to a private address": BARRED,
    "a redirect to metadata": BARRED,
    "a redirect to a number that is an address": BARRED,
    "a redirect to a mapped address": BARRED,
    "a redirect to NAT64": BARRED,
    "a redirect to an odd port": BARRED,
    "a redirect to a file": BARRED,
    "a redirect to credentials": BARRED,
    # robots.txt: we look, but keep nothing.
    "no copies, says robots.txt": Ends(TOWER, copies=0, found=NO_COPY),
    "copies for us, says robots.txt": Ends(TOWER),
    "a robots.txt that fails": Ends(TOWER, copies=0, found=NO_COPY),  # RFC 9309, 2.3.1.4: nothing is allowed
    "a robots.txt that is a page": Ends(TOWER),
    # Time
    "a page that stands": Ends(TOWER, "changed, same, same"),
    "a page with a new number each time": Ends(TOWER, "changed, same, same"),
    "a page that answers 304": Ends(TOWER, "changed, same"),
    "a page with an ETag": Ends(TOWER, "changed, same, same"),
    "a page with an ETag, of a server that never learnt HEAD": Ends(TOWER, "changed, same, same"),
    "the passage drifts under a weak ETag": Ends(TOWER, "changed, drifted", "drifted", 2, DIFFERENT),
    "more is written below": Ends(TOWER, "changed, changed", copies=2),
    "the passage drifts": Ends(TOWER, "changed, drifted", "drifted", 2, DIFFERENT),
    "the passage drifts, and is put right": Ends(TOWER, "changed, drifted, changed", "alive", 3),
    "the passage drifts, and stays away": Ends(TOWER, "changed, drifted, drifted", "drifted", 2, DIFFERENT),
    "the passage drifts, and the server says that nothing changes": Ends(TOWER, "changed, drifted, drifted", "drifted", 2, NOT_FOUND),
    "a passage that never stood there": Ends(TOWER, "changed, changed", "alive", 2, NOT_FOUND),
    "a PDF that is replaced": Ends(SHORT, "changed, drifted", "drifted", 2, DIFFERENT),
    "one 503": Ends(TOWER, "changed, failed, same"),
    "time-outs for days": Ends(TOWER, "changed, failed, failed, failed", "dead"),
    "500 for days": Ends(TOWER, "changed, failed, failed, failed", "dead"),
    "a soft 404 twice in a day": Ends(TOWER, "changed, soft gone, soft gone"),
    "a soft 404 for days": Ends(TOWER, "changed, soft gone, soft gone, soft gone", "dead"),
    "a soft 404 once": Ends(TOWER, "changed, soft gone, same"),
    "out of order for a day": Ends(TOWER, "changed, failed, same"),
    "gone, and back": Ends(TOWER, "changed, gone, same"),
    "moved to the home page": Ends(TOWER, "changed, home", "moved"),
    "moved to another address of the site": Ends(TOWER, "changed, same"),
    "barred for days": Ends(TOWER, "changed, barred, barred, barred"),
}  # fmt: skip

BODIES = awkward_site.bodies()
BOUNDS = {"seconds": 10.0, "silence": 3.0, "payload": 12_000_000, "body": 12_000_000}
# Where nothing is to come, it is not waited for.
QUICKLY: dict[str, dict[str, float]] = {
    "a slow drip": {"seconds": 0.4},
    "silence": {"silence": 0.3},
    "time-outs for days": {"silence": 0.3},
}


@pytest.fixture(autouse=True)
def _copies(settings: Any, tmp_path: Path) -> None:
    folder = {"BACKEND": "factually.storage.WholeFileStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "evidence": folder}


def test_every_source_of_the_site_is_in_the_table() -> None:
    assert list(TABLE) == list(SOURCES)
    assert len(TABLE) >= 40
    for name, source in SOURCES.items():
        assert callable(source) or len(source) <= len(TABLE[name].looks.split(", "))


@pytest.mark.django_db
@pytest.mark.parametrize("name", TABLE)
def test_each_source_ends_as_the_table_says(name: str, site: Site) -> None:
    ends = TABLE[name]
    source = relied_on(site.url(PAGE), ends.quotation)
    found = looks_at(source, site, name)
    source.refresh_from_db()
    standing = quoting.standing({(source.pk, ends.quotation)})[source.pk, ends.quotation]
    assert (", ".join(one.kind for one in found), source.state) == (ends.looks, ends.state)
    assert (source.snapshots.count(), standing.state) == (ends.copies, ends.found)
    if ends.copies:
        body = source.snapshots.latest("taken_at").body
        assert {field: getattr(body, field) for field in ends.reads} == ends.reads
    assert all(is_whole(copy) for copy in source.snapshots.all())
    assert all(one.problem for one in found if one.kind in {"failed", "barred", "gone"})


def relied_on(url: str, quotation: str) -> Source:
    """A source that a published check quotes."""
    citations: Any = make_document()["citations"]
    first = citations[0]
    first["source"] = make_source_part(url=url)
    first["quotations"] = [{"key": key(61), "text": quotation, "finding": key(31)}]
    with time_machine.travel(NOON):
        make_published(citations=citations)
    return Source.objects.get(url=url)


def looks_at(source: Source, site: Site, name: str) -> list[Look]:
    """A look when it is added, and one each time that it is due again."""
    visitor = Visitor(Pacer(0), Manners(), Network(clock=lambda: 0.0))
    visitor.network.answered("127.0.0.1:1")
    visitor.network.answered("elsewhere.example")  # so it is not we who are cut off
    found = []
    for number, expected in enumerate(TABLE[name].looks.split(", ")):
        play(site, name, number)
        quickly = QUICKLY.get(name, {}) if expected == "failed" else {}
        policy = site.policy(**{**BOUNDS, **quickly})
        reason = None if number else Snapshot.Reason.ADDED
        with time_machine.travel(source.next_look_at or NOON):
            done = look(
                source.pk, key=UUID(int=number), reason=reason, visitor=visitor, policy=policy
            )
        assert done
        found.append(done)
        source.refresh_from_db()
        assert source.next_look_at
    return found


def is_whole(copy: Snapshot) -> bool:
    """Its file can be read by itself, and holds the very bytes."""
    with evidence_storage().open(str(copy.body.warc)) as file:
        kept = warc.read(file)
    return len(kept.body) == copy.body.size


@pytest.mark.django_db
def test_what_an_article_says_of_itself_fills_the_form(site: Site) -> None:
    play(site, "an article with its data", 0)
    read = glance.look(site.url(PAGE), policy=site.policy()).read
    assert (read.title, read.publisher_name, read.language) == ("Der Turm", "Die Probe", "de-AT")
    assert str(read.published_on) == "2020-01-02"


def test_what_a_page_says_of_its_place_is_kept_and_not_believed(site: Site) -> None:
    play(site, "lies of being elsewhere", 0)
    page = glance.look(site.url(PAGE), policy=site.policy())
    assert (page.url, page.own_address) == (site.url(PAGE), "https://other.example/elsewhere")
    assert page.read.mobile == ""


KINDS = ["text/html", "text/html; charset=utf-16", "application/pdf", "text/plain; charset=gbk", ""]


@settings(max_examples=250, deadline=None, derandomize=True, database=None)
@given(st.data())
def test_any_of_them_damaged_is_read_or_refused(data: st.DataObject) -> None:
    damaged = bytearray(data.draw(st.sampled_from(BODIES)))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(damaged)))
        other = data.draw(
            st.binary(max_size=8) | st.sampled_from(BODIES).map(lambda body: body[:400])
        )
        damaged[start : start + data.draw(st.integers(0, 40))] = other
    try:
        read = contents.read(
            bytes(damaged), data.draw(st.sampled_from(KINDS)), "https://a.example/"
        )
    except Unreadable:
        return
    assert len(read.text) <= LONGEST_TEXT
    assert "\0" not in read.text + read.title
    (read.text + read.title).encode()
