"""How the API answers: JSON that any page may read and any cache may keep, and problems as RFC 9457 has them."""

import hashlib
import json
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

METHODS = ("GET", "HEAD", "OPTIONS")
FRESH = 60  # seconds that a cache may answer without asking: as long as a retraction may go unseen
SETTLED = 3600  # seconds; what changes with a release only

View = Callable[..., HttpResponseBase]


class Problem(Exception):
    """An answer that is not what was asked for: a status, a sentence for the programmer, and what else is known."""

    def __init__(self, status: HTTPStatus, detail: str, **known: Any) -> None:
        super().__init__(detail)
        self.status, self.detail, self.known = status, detail, known


def endpoint(view: View) -> View:
    """Let every site read it (CORS), answer OPTIONS and other methods, and tell a ``Problem`` as JSON.

    Who sends something is told that this is for reading, not that a form's token is missing.
    """

    @csrf_exempt
    @wraps(view)
    def answering(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            response = _by_method(view, request, *args, **kwargs)
        except Problem as problem:
            response = told(problem)
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Expose-Headers"] = "ETag, Link"
        patch_vary_headers(response, ["Accept-Encoding"])
        return response

    return answering


def _by_method(view: View, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
    if request.method == "OPTIONS":
        return HttpResponse(
            status=HTTPStatus.NO_CONTENT,
            headers={
                "Allow": ", ".join(METHODS),
                "Access-Control-Allow-Methods": ", ".join(METHODS),
                "Access-Control-Allow-Headers": "If-None-Match",
                "Access-Control-Max-Age": str(SETTLED),
            },
        )
    if request.method not in METHODS:
        raise Problem(HTTPStatus.METHOD_NOT_ALLOWED, _("This API is for reading: GET, HEAD."))
    return view(request, *args, **kwargs)


def told(problem: Problem) -> HttpResponse:
    """A problem as ``application/problem+json`` (RFC 9457); no type of our own, so the status is its title."""
    body = {
        "type": "about:blank",
        "title": problem.status.phrase,
        "status": problem.status.value,
        "detail": problem.detail,
        **problem.known,
    }
    response = HttpResponse(
        _json(body), content_type="application/problem+json", status=problem.status.value
    )
    patch_cache_control(response, no_cache=True)
    if problem.status == HTTPStatus.METHOD_NOT_ALLOWED:
        response["Allow"] = ", ".join(METHODS)
    return response


def tag(*parts: str) -> str:
    """A strong entity tag (RFC 9110) over what the answer is made of."""
    return f'"{hashlib.sha256(chr(10).join(parts).encode()).hexdigest()[:32]}"'


def answer(
    request: HttpRequest,
    body: Any,
    *,
    etag: str = "",
    content_type: str = "application/json",
    max_age: int = FRESH,
    following: str = "",
) -> HttpResponseBase:
    """``body`` as JSON, or 304 where the reader has it already. ``following``: the address of the next page."""
    text = _json(body)
    response = HttpResponse(text, content_type=content_type)
    response["ETag"] = etag or tag(text)
    patch_cache_control(response, public=True, max_age=max_age)
    if following:
        response["Link"] = f'<{following}>; rel="next"'
    return get_conditional_response(request, etag=response["ETag"], response=response) or response


def known_already(request: HttpRequest, etag: str) -> HttpResponseBase | None:
    """304 before the body is made, where the reader has it already."""
    response = get_conditional_response(request, etag=etag)
    if response is not None:
        response["ETag"] = etag
        patch_cache_control(response, public=True, max_age=FRESH)
    return response


def _json(body: Any) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))
