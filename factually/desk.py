"""The desk's site: Django's admin with a front page and one search; an expired sign-in loses nothing that was typed."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from factchecks.desk.access import signed_in
from factchecks.desk.front import front
from factchecks.models import FactCheck
from factually import searching, sent
from factually.charts import goal_chart
from factually.jobs import views as jobs
from factually.middleware.uploads import DESK_COOKIE_AGE
from sources.models import Source
from supporters.models import Goal

# The two names that the sign-in form adds to what was posted; no form of the desk uses them.
RESUME_NAME, RESUME_PASSWORD = "_resume-username", "_resume-password"


class Desk(AdminSite):
    site_header = site_title = settings.NEWSROOM_NAME
    index_title = _("The desk")

    def get_urls(self) -> list[URLPattern | URLResolver]:
        search = self.admin_view(require_safe(self.search))
        return [
            path("search/", search, name="search"),
            path("jobs/", self.admin_view(jobs.jobs(self)), name="jobs"),
            path("jobs/change/", self.admin_view(jobs.change(self)), name="jobs_change"),
            *super().get_urls(),
        ]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """What waits for this person; each wing's part only for those who may see it."""
        checks = self.get_model_admin(FactCheck)
        context = jobs.context_for(request)
        if checks.has_view_permission(request):
            may_approve = request.user.has_perm("factchecks.publish_factcheck")
            context["front"] = front(
                signed_in(request),
                may_approve=may_approve,
                may_see_sources=self.get_model_admin(Source).has_view_permission(request),
            )
        if self.get_model_admin(Goal).has_module_permission(request):
            context["chart"] = goal_chart()
        return super().index(request, {**context, **(extra_context or {})})

    def search(self, request: HttpRequest) -> HttpResponse:
        query = request.GET.get("q", "").strip()[: searching.LONGEST]
        context = {
            **self.each_context(request),
            "title": _("Search"),
            "query": query,
            "groups": searching.found(self, request, query),
        }
        return TemplateResponse(request, "admin/search.html", context)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """As Django's; a form that comes in after the sign-in expired waits for a new one instead of being lost."""
        inner = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method == "POST" and not self.has_permission(request):
                return self._resume(request, inner, args, kwargs)
            response: HttpResponse = inner(request, *args, **kwargs)
            return _known(request, response)

        return guarded

    def _resume(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse:
        """Ask who it is, with all that was typed in the page; after the sign-in go on as if nothing had happened."""
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        form = _sign_in_form(request)
        if form.is_bound and form.is_valid():
            login(request, form.get_user())
            request.POST = typed = request.POST.copy()  # type: ignore[assignment]
            typed.pop(RESUME_NAME), typed.pop(RESUME_PASSWORD)
            return _known(request, view(request, *args, **kwargs))
        return TemplateResponse(
            request,
            "admin/resume.html",
            {
                **self.each_context(request),
                "title": _("Sign in again"),
                "form": form,
                "sent": sent.fields(request),
                "lost_files": sorted(request.FILES),
            },
        )


def _sign_in_form(request: HttpRequest) -> AdminAuthenticationForm:
    asked = RESUME_NAME in request.POST
    data = {
        "username": request.POST.get(RESUME_NAME, ""),
        "password": request.POST.get(RESUME_PASSWORD, ""),
    }
    return AdminAuthenticationForm(request, data=data if asked else None)


def _known(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Remember that somebody signs in at the desk with this browser: long texts are taken from it."""
    known = request.get_signed_cookie("desk", default="", max_age=DESK_COOKIE_AGE // 2)
    if request.user.is_authenticated and not known:
        response.set_signed_cookie(
            "desk",
            "1",
            max_age=DESK_COOKIE_AGE,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return response
