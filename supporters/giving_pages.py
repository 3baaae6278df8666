"""The giving page, and the page that says thank you."""

from csp.constants import SELF
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from supporters import giving, money, providers
from supporters.giving_form import GivingForm
from supporters.models import Contribution
from supporters.providers import Provider
from supporters.providers.away import ProviderAway


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters()
@sensitive_variables()
def give(request: HttpRequest) -> HttpResponse:
    """Ask what somebody gives, and lead them on to where it is paid. What they typed stays until it is accepted."""
    provider = providers.current()
    form = GivingForm(
        request.POST if request.method == "POST" else None,
        provider=provider,
        initial=_begun(request.GET.get("again", "")),
    )
    if request.method != "POST" or not form.is_valid():
        return _page(request, form, provider)
    contribution = giving.record(form.gift(), provider.name)
    try:
        return redirect(_begin(request, provider, contribution))
    except ProviderAway as away:
        form.add_error(None, str(away))
        return _page(request, form, provider, status=503)


def _begun(token: str) -> dict[str, str]:
    """What whoever turned back from the card page had chosen; nothing that says who they are."""
    begun = giving.by_token(token) if token else None
    if begun is None or begun.currency != giving.currency():
        return {}
    chosen = {"frequency": begun.frequency}
    if begun.covers_fees:  # the amount is not the one that they typed
        return chosen
    if begun.amount in giving.suggested(begun.currency):
        return {**chosen, "suggested": str(begun.amount)}
    return {**chosen, "amount": money.as_typed(begun.amount, begun.currency)}


def _begin(request: HttpRequest, provider: Provider, contribution: Contribution) -> str:
    token = giving.token_for(contribution)
    thanks = request.build_absolute_uri(reverse("supporters:thanks", args=[token]))
    back = request.build_absolute_uri(reverse("supporters:give", query={"again": token}))
    return provider.begin(contribution, thanks=thanks, back=back)


def _page(
    request: HttpRequest, form: GivingForm, provider: Provider, status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "problems": _problems(form),
        "takes_cards": provider.takes_cards,
        "currency": form.offered,
    }
    response = render(request, "supporters/give.html", context, status=status)
    # A browser asks the policy of the form's page also about where the answer leads.
    response._csp_replace = {"form-action": [SELF, *provider.form_targets()]}  # type: ignore[attr-defined]
    return response


def _problems(form: GivingForm) -> list[tuple[str, str]]:
    """Each problem with the field to go to; that of the whole form with none."""
    return [
        (
            form[name].id_for_label if name in form.fields and name != "suggested" else "",
            str(sentence),
        )
        for name, sentences in form.errors.items()
        for sentence in sentences
    ]


@require_safe
@never_cache
def thanks(request: HttpRequest, token: str) -> HttpResponse:
    """Thank whoever just gave, and say what happens next. It names nobody: the address may be passed on."""
    contribution = giving.by_token(token)
    if contribution is None:
        raise Http404(_("There is no such page."))
    context = {
        "gift": contribution,
        "is_paid": contribution.paid > 0,  # type: ignore[attr-defined]  # annotated
        "is_given_back": contribution.payments.exists(),
        "is_pledge": contribution.method == Contribution.Method.PLEDGE,
        "is_recurring": contribution.frequency != Contribution.Frequency.ONCE,
    }
    return render(request, "supporters/thanks.html", context)
