"""The page behind a secret link: an expert from outside reads the newest revision and comments on each finding.

Whoever has the link sees this one check and what was said through this link, and nothing else of the desk.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from factchecks import documents, pages, revisions
from factchecks.expertise import hash_of, said
from factchecks.models import ReviewComment, ReviewLink, Revision

LONGEST = 5_000  # characters of a comment
MOST = 200  # comments by one link
WHOLE = "whole"
Verdict = ReviewComment.Verdict


class CommentForm(forms.Form):
    """What somebody says of one finding, or of the whole; left as it is, it says nothing."""

    verdict = forms.ChoiceField(
        label=gettext_lazy("Your verdict"),
        required=False,
        choices=[
            (Verdict.APPROVES, gettext_lazy("I approve")),
            (Verdict.OBJECTS, gettext_lazy("I object")),
            (Verdict.COMMENTS, gettext_lazy("A comment")),
        ],
        widget=forms.RadioSelect,
    )
    text = forms.CharField(
        label=gettext_lazy("Comment"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_text(self) -> str:
        return documents.clean_text(self.cleaned_data["text"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("text") and not cleaned.get("verdict"):
            cleaned["verdict"] = Verdict.COMMENTS
        if cleaned.get("verdict") in {Verdict.OBJECTS, Verdict.COMMENTS} and not (
            cleaned.get("text") or self.errors
        ):
            self.add_error("text", _("Say what you mean."))
        return cleaned

    @property
    def says_something(self) -> bool:
        return bool(self.cleaned_data.get("verdict"))


def _secret(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Kept by no cache and no search engine, and its address told to no other site."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        response["X-Robots-Tag"] = "noindex"
        response["Referrer-Policy"] = "no-referrer"
        return response

    return wrapped


@_secret
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, token: str) -> HttpResponse:
    links = ReviewLink.objects.filter(revoked_at=None, expires_at__gt=timezone.now())
    link = links.filter(token_sha256=hash_of(token)).select_related("fact_check").first()
    if link is None:
        typed = [text for name, text in request.POST.items() if name.endswith("-text") and text]
        return render(request, "factchecks/review_gone.html", {"typed": typed}, status=404)
    if request.method == "POST":
        return _take(request, token, link)
    newest = _newest(link)
    return _page(request, link, newest, _forms(newest))


def _take(request: HttpRequest, token: str, link: ReviewLink) -> HttpResponse:
    """Keep what was said, with the revision that was read, be it the newest or not."""
    newest = _newest(link)
    revision = _read_by(link, request.POST.get("revision", ""))
    if revision is None:
        unclear = _(
            "It is not clear which version you read. Please look at this one and send again."
        )
        return _page(request, link, newest, _forms(newest, request.POST), [unclear])
    bound = _forms(revision, request.POST)
    # (every form is looked at, so that each shows what is wrong with it)
    valid = all([form.is_valid() for form in bound.values()])  # noqa: C419
    if not valid:
        return _page(request, link, revision, bound, [_("Nothing was sent yet: see below.")])
    try:
        _keep(link, revision, bound)
    except ValidationError as error:
        return _page(request, link, revision, bound, error.messages)
    messages.success(request, _("Thank you. The newsroom has your comments."))
    if newest.pk != revision.pk:
        changed = _(
            "The text was changed while you read. Your comments are kept with the version that you read; "
            "below is the newest."
        )
        messages.info(request, changed)
    return redirect("factchecks:review", token)


@transaction.atomic
def _keep(link: ReviewLink, revision: Revision, bound: Mapping[str, CommentForm]) -> None:
    ReviewLink.objects.select_for_update().get(pk=link.pk)
    comments = [
        ReviewComment(
            link=link,
            revision=revision,
            finding=None if place == WHOLE else place,
            **form.cleaned_data,
        )
        for place, form in bound.items()
        if form.says_something
    ]
    if not comments:
        raise ValidationError(_("You have not said anything yet."))
    if link.comments.count() + len(comments) > MOST:
        message = _("This link takes %(most)s comments at most. Please write to the newsroom.")
        raise ValidationError(message % {"most": MOST})
    ReviewComment.objects.bulk_create(comments)


def _forms(revision: Revision, data: Any = None) -> dict[str, CommentForm]:
    """One for each finding, by its key, and one for the whole."""
    places = [*(finding["key"] for finding in revision.document["findings"]), WHOLE]
    return {place: CommentForm(data, prefix=place) for place in places}


def _page(
    request: HttpRequest,
    link: ReviewLink,
    revision: Revision,
    bound: Mapping[str, CommentForm],
    problems: list[str] | None = None,
) -> HttpResponse:
    document = documents.whole(revision.document)
    with translation.override(document["language"]):
        findings = pages.context(document, {})["findings"]
    context = {
        "document": document,
        "parts": pages.parts(document, {}),
        "questions": document["follow_ups"],
        "findings": [{**finding, "form": bound[finding["key"]]} for finding in findings],
        "whole": bound[WHOLE],
        "link": link,
        "revision": revision,
        "read": _signer(link).sign(str(revision.number)),
        "said": said(link.comments.select_related("link").order_by("-made_at", "-pk")),
        "problems": problems or [],
    }
    return render(request, "factchecks/review.html", context, status=422 if problems else 200)


def _newest(link: ReviewLink) -> Revision:
    newest = revisions.newest(link.fact_check)
    assert newest is not None, "a check has a revision from its first save on"  # noqa: S101
    return newest


def _read_by(link: ReviewLink, signed: str) -> Revision | None:
    """The revision that was shown. Its number is signed, so that nobody asks for one that was not."""
    try:
        number = int(_signer(link).unsign(signed))
    except signing.BadSignature:
        return None
    return Revision.objects.get(fact_check=link.fact_check, number=number)


def _signer(link: ReviewLink) -> signing.Signer:
    return signing.Signer(salt=f"factchecks.review.{link.pk}")
