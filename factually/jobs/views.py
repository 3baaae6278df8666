"""The page of jobs, and what its buttons send."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from factually.jobs import kinds, listing, trying
from factually.jobs.listing import STATES, State

View = Callable[[HttpRequest], HttpResponse]


def jobs(site: AdminSite) -> View:
    @require_safe
    def view(request: HttpRequest) -> HttpResponse:
        """The jobs of one state, of one kind or all."""
        wings = _wings(request)
        counts = listing.Counts(wings)
        state = _state(request.GET.get("state", ""), counts)
        tasks = counts.tasks(state)
        asked = request.GET.get("kind", "")
        task = asked if asked in tasks else ""
        found = listing.jobs_in(state, task, wings)
        pages = listing.CountedPaginator(found, counts.in_state(state, task))
        page = pages.get_page(request.GET.get("page"))
        may_try = kinds.wings(request.user, changing=True)
        beat = listing.last_beat()
        context = {
            **site.each_context(request),
            "title": _("Jobs"),
            "states": [(each, counts.in_state(each)) for each in STATES.values()],
            "state": state,
            "kinds": [(each, kinds.title_of(each), counts.in_state(state, each)) for each in tasks],
            "task": task,
            "kind": kinds.title_of(task) if task else "",
            "command": kinds.command_of(task),
            "lines": listing.lines(list(page.object_list), state),
            "page": page,
            "elided": pages.get_elided_page_range(page.number),
            "may_try": state.key == "failed" and wings <= may_try,
            "beat": beat,
            "is_alive": listing.is_alive(beat),
            "periodic": listing.periodic(wings),
        }
        return TemplateResponse(request, "admin/jobs.html", context)

    return view


def change(site: AdminSite) -> View:
    @require_POST
    def view(request: HttpRequest) -> HttpResponse:
        """Try one failed job again, or all of a kind, or put one away; then back to where they are listed."""
        _wings(request)
        wings = kinds.wings(request.user, changing=True)
        try:
            messages.success(request, _changed(request, wings))
        except trying.Refused as refusal:
            messages.warning(request, str(refusal))
        return HttpResponseRedirect(_back(request))

    return view


def _changed(request: HttpRequest, wings: set[str]) -> str:
    """What was done, as a sentence."""
    for name, do in (("retry", trying.retry), ("put_away", trying.put_away)):
        number = request.POST.get(name, "")
        if number.isascii() and number.isdecimal() and len(number) < 19:
            return do(int(number), wings)
    return trying.retry_all(request.POST.get("retry_all", ""), wings)


def _back(request: HttpRequest) -> str:
    kept = {name: request.POST[name] for name in ("kind", "page") if request.POST.get(name)}
    return reverse("admin:jobs", query={"state": "failed", **kept})


def _wings(request: HttpRequest) -> set[str]:
    wings = kinds.wings(request.user)
    if not wings:
        raise PermissionDenied
    return wings


def _state(asked: str, counts: listing.Counts) -> State:
    """The one asked for; else what needs somebody: the failed ones, where there are any."""
    if asked in STATES:
        return STATES[asked]
    return STATES["failed" if counts.in_state(STATES["failed"]) else "waiting"]


def context_for(request: HttpRequest) -> dict[str, Any]:
    """For the desk's front page: how many jobs failed, for those who may know."""
    wings = kinds.wings(request.user)
    return {"may_see_jobs": bool(wings), "failed_jobs": listing.failed(wings)}
