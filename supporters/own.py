"""The pages on which supporters settle their own affairs, by a link that comes by mail. Asking changes nothing: what is
fetched, by a browser or by a program that looks at links in mails, only shows."""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from supporters import emails, letters, links, privacy, providers
from supporters.models import Supporter
from supporters.providers.away import ProviderAway

View = Callable[..., HttpResponse]
private = cache_control(private=True, no_store=True)


class AddressForm(forms.Form):
    """Whose data it is about. Whether we know the address is never told."""

    email = forms.CharField(
        label=_("Your e-mail address"),
        max_length=320,
        validators=[emails.validate],
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def clean_email(self) -> str:
        return emails.normalise(self.cleaned_data["email"])


class ErasureForm(forms.Form):
    is_meant = forms.BooleanField(
        label=_("I mean it: forget me. I know that this cannot be undone."),
        error_messages={"required": _("Tick the box if you mean it.")},
    )


@sensitive_variables()
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@private
def manage(request: HttpRequest) -> HttpResponse:
    """Ask for the link. The answer is the same for every address, known or not, and however often it is asked."""
    form = AddressForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "supporters/manage.html", {"form": form})
    letters.offer_link(Supporter.objects.with_address(form.cleaned_data["email"]))
    return redirect("supporters:manage-asked")


@require_safe
def asked(request: HttpRequest) -> HttpResponse:
    return render(request, "supporters/manage_asked.html", {"hours": links.VALID_FOR // 3600})


def by_link(view: View) -> View:
    """For whoever holds a link that is good. Nothing of it is kept by browsers or caches."""

    @wraps(view)
    @sensitive_variables()
    @private
    def guarded(request: HttpRequest, token: str, **parts: Any) -> HttpResponse:
        supporter = links.bearer(token)
        if supporter is None:
            return render(request, "supporters/manage_over.html", status=410)
        response = view(request, supporter, token, **parts)
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex"
        return response

    return guarded


@require_safe
@by_link
def own(request: HttpRequest, supporter: Supporter, token: str) -> HttpResponse:
    """All that we keep about them, and what they can do about it."""
    context = {
        "supporter": supporter,
        "token": token,
        "data": privacy.everything_about(supporter),
        "regular_gifts": privacy.regular_gifts(supporter),
        "is_saved": "saved" in request.GET,
    }
    return render(request, "supporters/own.html", context)


@require_safe
@by_link
def download(request: HttpRequest, supporter: Supporter, token: str) -> HttpResponse:
    """The same as JSON, to take along."""
    return JsonResponse(
        privacy.everything_about(supporter),
        encoder=DjangoJSONEncoder,
        json_dumps_params={"ensure_ascii": False, "indent": 2},
        headers={"Content-Disposition": 'attachment; filename="my-support.json"'},
    )


@require_POST
@by_link
def wall_choice(request: HttpRequest, supporter: Supporter, token: str) -> HttpResponse:
    privacy.choose_to_be_named(supporter, wish="show_name" in request.POST)
    return redirect(reverse("supporters:own", args=[token], query={"saved": "1"}))


@require_safe
@by_link
def portal(request: HttpRequest, supporter: Supporter, token: str, key: uuid.UUID) -> HttpResponse:
    """Lead to the provider's own pages, on which a regular gift is changed or ended."""
    gift = get_object_or_404(privacy.regular_gifts(supporter), key=key)
    back = request.build_absolute_uri(reverse("supporters:own", args=[token]))
    try:
        address = providers.portal(gift, back=back)
    except ProviderAway as away:
        return render(request, "supporters/portal_away.html", {"why": away, "token": token})
    if not address:
        return render(request, "supporters/portal_away.html", {"token": token})
    return redirect(address)


@require_http_methods(["GET", "HEAD", "POST"])
@by_link
def erase(request: HttpRequest, supporter: Supporter, token: str) -> HttpResponse:
    """Say what will be gone and what stays; forget them once they have said that they mean it."""
    form = ErasureForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        privacy.forget(supporter)
        return redirect("supporters:erased")
    context = {"form": form, "token": token, "supporter": supporter}
    return render(request, "supporters/erase.html", context)


@require_safe
def erased(request: HttpRequest) -> HttpResponse:
    return render(request, "supporters/erased.html")
