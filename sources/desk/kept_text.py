"""The text of a kept copy, in which a passage is looked up, shown where it stands, and selected to be quoted.

It is what was read out of somebody else's page: it is shown as text and as nothing else.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sources import glance, quoting, relying
from sources.desk import access, differences
from sources.desk.differences import Found
from sources.models import Body, Snapshot, Source
from sources.reading import apart
from sources.reading.passages import LONGEST, Text
from sources.reading.result import Hint, Trouble

View = Callable[..., HttpResponse]
Span = tuple[int, int]

TAKEN_ALONG = ("quotation", "check", "wrong")  # parameters
LONGEST_IN_ADDRESS = 2000  # characters of a passage
PART = 100_000  # characters on one page: a longer text is shown part by part


@dataclass(frozen=True)
class Segment:
    """Some of a line, marked where it is the passage; the first of them is where the page opens."""

    text: str
    is_marked: bool = False
    is_first: bool = False


@dataclass(frozen=True)
class Line:
    segments: list[Segment]
    is_apart: bool  # empty lines stand before it


def view(model_admin: Any) -> View:
    """``passage`` is looked up; ``quotation`` may be the digest of a passage that a check quotes."""

    @require_http_methods(["GET", "HEAD", "POST"])
    def show(request: HttpRequest, object_id: int, snapshot: int) -> HttpResponse:
        source = access.to_see(model_admin, request, object_id)
        copy = get_object_or_404(Snapshot.objects.select_related("body"), pk=snapshot)
        if copy.source_id != source.pk:
            if copy.source_id == source.merged_into_id:
                return redirect("admin:sources_snapshot", copy.source_id, copy.pk)
            raise Http404
        copy.source = source
        return page(model_admin, request, copy, _asked(request, source))

    return show


def _asked(request: HttpRequest, source: Source) -> str:
    typed = request.POST.get("passage") or request.GET.get("passage", "")
    digest = request.GET.get("quotation")
    if typed or not digest:
        return typed.replace("\0", "")
    relied = relying.quotations([source.pk]).get(source.pk, relying.Reliance())
    return next((text for text in relied.all if quoting.digest(text) == digest), "")


def page(
    model_admin: Any,
    request: HttpRequest,
    copy: Snapshot,
    typed: str,
    problems: Sequence[str] = (),
) -> HttpResponse:
    """The page of a copy; with a passage, where it stands. ``problems`` are told above what was typed."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    body, source = copy.body, copy.source
    passage = differences.undivided(typed[: LONGEST + 1], body.text)
    found = look_up(body, passage) if passage and body.text else None
    if found and found.name == "different" and "_take" in request.POST:
        passage = found.standing
        found = look_up(body, passage)
    starts = _starts(body.text)
    part = _part(request.GET.get("part", ""), starts, found)
    ends = [*starts[1:], len(body.text)]
    span = (starts[part - 1], ends[part - 1])
    lines = list(_lines(body.text, span, found.spans if found else ()))
    newest = source.snapshots.only("source_id", "taken_at").first()
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "original": source,
        "title": _("Kept text"),
        "subtitle": str(source),
        "copy": copy,
        "body": body,
        "newest": newest if newest and newest.pk != copy.pk else None,
        "language": body.language or source.language,
        "warnings": list(_warnings(body)),
        "passage": passage,
        "found": found,
        "problems": problems,
        "is_here": any(segment.is_first for line in lines for segment in line.segments),
        "lines": lines,
        "here": reverse("admin:sources_snapshot", args=[source.pk, copy.pk]),
        "query": _query(request, passage),
        "part": part,
        "parts": range(1, len(starts) + 1),
        "media": model_admin.media,
    }
    return TemplateResponse(request, "admin/sources/source/kept_text.html", context)


def _query(request: HttpRequest, passage: str) -> str:
    """What the addresses of the other parts take along, so that the passage is marked in each."""
    kept = {name: request.GET[name] for name in TAKEN_ALONG if name in request.GET}
    if passage and "quotation" not in kept and len(passage) <= LONGEST_IN_ADDRESS:
        kept["passage"] = passage
    return urlencode(kept)


def look_up(body: Body, passage: str) -> Found:
    return differences.found(Text(body.text).look_up(passage), body.text)


def _warnings(body: Body) -> Iterator[str]:
    if body.trouble in set(Trouble):
        yield apart.sentence(Trouble(body.trouble))
    hints = tuple(Hint(hint) for hint in body.hints if hint in set(Hint))
    yield from glance.sentences(hints)
    if Hint.LOOKS_MISSING in hints:
        yield _("The page says that there is no such page.")
    if Hint.CUT in hints:
        yield _("The page is longer than what was read: its end is missing here.")


def _starts(text: str) -> list[int]:
    """Where the parts begin: at a line, or, in one that is too long, at a word."""
    starts = [0]
    while starts[-1] + PART < len(text):
        begin, end = starts[-1] + PART // 2, starts[-1] + PART
        cut = max(text.rfind("\n", begin, end), 0) or max(text.rfind(" ", begin, end), 0)
        starts.append(cut + 1 if cut else end)
    return starts


def _part(asked: str, starts: list[int], found: Found | None) -> int:
    if asked.isdecimal() and len(asked) < 6 and 1 <= int(asked) <= len(starts):
        return int(asked)
    at = found.spans[0][0] if found and found.spans else 0
    return sum(start <= at for start in starts)


def _lines(text: str, shown: Span, marked: tuple[Span, ...]) -> Iterator[Line]:
    at, is_apart, first = shown[0], False, True
    for line in text[slice(*shown)].split("\n"):
        if line.strip():
            segments = []
            for piece, is_marked in _pieces(text, (at, at + len(line)), marked):
                segments.append(Segment(piece, is_marked, is_marked and first))
                first = first and not is_marked
            yield Line(segments, is_apart)
        is_apart = not line.strip()
        at += len(line) + 1


def _pieces(text: str, line: Span, marked: tuple[Span, ...]) -> Iterator[tuple[str, bool]]:
    """A line cut where marks begin and end."""
    at, end = line
    for start, stop in marked:
        low, high = max(start, at), min(stop, end)
        if low < high:
            yield from [(text[at:low], False)] if at < low else []
            yield text[low:high], True
            at = high
    if at < end:
        yield text[at:end], False
