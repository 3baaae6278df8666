"""“Fill in from the page”: what a page says of itself goes into the empty fields of its form, for an editor to correct.

Nothing is saved here. The page is fetched outside of any transaction, and before the form is looked at.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib import messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import Q
from django.forms.utils import ErrorDict
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator, get_text_list
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sources import addresses, glance, identifiers, saying
from sources.glance import Nothing, Page
from sources.models import Publisher, Source

ONLY_FILL = "_fill"  # in what is posted: the form is shown again, and not saved
LONGEST_NAME = 200  # characters of a publisher's
LONGEST_SHOWN = 200  # characters of an address in a sentence


class Filling:
    """For the admin of sources: a button that fetches the page."""

    def get_urls(self) -> list[URLPattern]:
        admin: Any = self
        view = admin.admin_site.admin_view(require_POST(self.fill))
        return [
            path("fill/", view, name="sources_source_fill"),
            path("<path:object_id>/fill/", view, name="sources_source_refill"),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def fill(self, request: HttpRequest, object_id: str | None = None) -> HttpResponse:
        """The form as it was sent, with what the page at its address says in the fields that were empty."""
        admin: Any = self
        row, may = None, admin.has_add_permission(request)
        form_url = reverse("admin:sources_source_add")
        if object_id is not None:
            row = admin.get_object(request, unquote(object_id))
            may = admin.has_change_permission(request, row)
            form_url = reverse("admin:sources_source_change", args=[object_id])
        if not may:
            raise PermissionDenied
        is_gone = object_id is not None and row is None
        answering: Any = request
        answering.POST = request.POST.copy() if is_gone else _filled(request, row)
        answering.POST[ONLY_FILL] = "1"
        shown: HttpResponse = admin.changeform_view(request, object_id, form_url)
        return shown

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any
    ) -> Any:
        admin: Any = self
        if ONLY_FILL in request.POST:
            options["form"] = type("OnlyShown", (OnlyShown, admin.form), {})
        return super().get_form(request, obj, change, **options)  # type: ignore[misc]


class OnlyShown:
    """A form that was sent to be shown again: it is neither judged nor saved."""

    def full_clean(self) -> None:
        self._errors = ErrorDict()
        self.cleaned_data: dict[str, Any] = {}

    def is_valid(self) -> bool:
        self.full_clean()
        return False


def double_of(row: Source | None, *urls: str) -> Source | None:
    """The first other source at one of the addresses, in any spelling, or what it was merged into.

    What was merged into ``row`` itself is none. Raises ``BadAddress``.
    """
    others = Source.objects.at(*urls).select_related("merged_into")
    if row and row.pk:
        others = others.exclude(Q(pk=row.pk) | Q(merged_into=row.pk))
    other = others.order_by("pk").first()
    return (other.merged_into or other) if other else None


def link(source: Source) -> SafeString:
    url = reverse("admin:sources_source_change", args=[source.pk])
    return format_html('<a href="{}">{}</a>', url, Truncator(source).chars(LONGEST_SHOWN))


def _filled(request: HttpRequest, row: Source | None) -> QueryDict:
    """What was sent, with the empty fields filled; what was found and what was not is said in messages."""
    posted = request.POST.copy()
    url = identifiers.address_of(posted.get("url", "")).strip()
    if not url:
        messages.error(request, _("Paste the address of the page first."))
        return posted
    posted["url"] = url = _as_stored(url, row)
    with _turn_of(str(request.user.pk)) as is_ours:
        if not is_ours:
            messages.error(request, _("A page is being fetched for you already: wait for it."))
            return posted
        try:
            page = glance.look(url)
        except Nothing as nothing:
            said = _("Nothing was filled in. %s") % nothing
            messages.error(request, said)
            _say_known(request, row, url)
            return posted
    _say_where(request, row, url, page)
    _put(request, posted, _offered(request, posted, url, page))
    for sentence in glance.sentences(page.read.hints):
        messages.warning(request, sentence)
    return posted


def _as_stored(url: str, row: Source | None) -> str:
    """The address in the form; the one that the row has already stays as it is, and so does what is no address."""
    try:
        return url if row and addresses.normalise(url) == row.url else identifiers.stored(url)
    except addresses.BadAddress:
        return url


def _offered(request: HttpRequest, posted: QueryDict, url: str, page: Page) -> dict[str, str]:
    """By field, what the page says; empty for what it does not say."""
    offered = dict.fromkeys(saying.FIELDS, "") | saying.said(page.read)
    if not posted.get("publisher") and not posted.get("publisher_name"):
        offered |= _publisher(request, url, page)
    return offered


def _publisher(request: HttpRequest, url: str, page: Page) -> dict[str, str]:
    """Whom the desk knows at the page's domain; or a new name, if a publisher made of it would get that domain."""
    known = Publisher.objects.behind(page.url)
    named = saying.line(page.read.publisher_name[:LONGEST_NAME])
    if known:
        if named and named.casefold() != known.name.casefold():
            said = _(
                "The page names “%(named)s” as its publisher; the desk knows %(domain)s as “%(known)s”."
            )
            values = {"named": named, "domain": known.domain, "known": known}
            messages.info(request, said % values)
        return {"publisher": str(known.pk)}
    domain = addresses.publishers_domain(page.url)
    if named and domain != addresses.publishers_domain(url):
        said = _("The page is published by “%(name)s” at %(domain)s: add that publisher yourself.")
        messages.info(request, said % {"name": named, "domain": domain})
        return {}
    return {"publisher_name": named}


def _put(request: HttpRequest, posted: QueryDict, offered: dict[str, str]) -> None:
    filled, unknown = [], []
    for name, value in offered.items():
        if posted.get(name, "").strip():
            continue
        label = _label(name)
        if value:
            posted[name] = value
            filled.append(label)
        elif name != "own_address":  # most pages give themselves none
            unknown.append(label)
    if filled:
        found = get_text_list(filled, _("and"))
        messages.success(request, _("Filled in from the page: %s. Look it over, and save.") % found)
    elif not unknown:
        messages.info(request, _("Nothing was left to fill in from the page."))
    if unknown:
        missing = get_text_list(unknown, _("and"))
        messages.warning(
            request, _("The page does not say, or not so that it is understood: %s.") % missing
        )


def _say_where(request: HttpRequest, row: Source | None, url: str, page: Page) -> None:
    own = page.own_address
    _say_known(request, row, url, page.url, *([own] if own else []))
    if addresses.canonical(page.url) != addresses.canonical(url):
        shown = Truncator(page.url).chars(LONGEST_SHOWN)
        messages.info(request, _("The address leads to %s") % shown)


def _say_known(request: HttpRequest, row: Source | None, url: str, *others: str) -> None:
    """A source that is there already is linked to; the pop-up offers it instead (``sources.desk.using``)."""
    try:
        there = double_of(row, url)
        other = there or double_of(row, url, *others)
    except addresses.BadAddress:
        return
    if other and row is None and IS_POPUP_VAR in request.POST:
        request.known_source = other  # type: ignore[attr-defined]
    elif other:
        said = (
            _("This address is a source already: {}")
            if there
            else _("It may be a source already: {}")
        )
        messages.warning(request, format_html(said, link(other)))


def _label(name: str) -> str:
    """The field as a sentence names it."""
    return {
        "title": _("title"),
        "author": _("author"),
        "publisher": _("publisher"),
        "publisher_name": _("publisher"),
        "published_on": _("date"),
        "language": _("language"),
        "own_address": _("canonical link"),
    }[name]


@contextmanager
def _turn_of(person: str) -> Iterator[bool]:
    """Whether the person may fetch now: one page at a time, whichever process they ask. Opens no transaction."""
    key = ["sources.filling", person]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s), hashtext(%s))", key)
        is_ours: bool = cursor.fetchone()[0]
        try:
            yield is_ours
        finally:
            if is_ours:
                cursor.execute("SELECT pg_advisory_unlock(hashtext(%s), hashtext(%s))", key)
