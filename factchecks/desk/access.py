"""Who is at the desk."""

from django.contrib.auth.models import User
from django.http import HttpRequest


def signed_in(request: HttpRequest) -> User:
    """The person; the admin lets nobody else come this far."""
    assert request.user.is_authenticated, "the desk is for people who have signed in"  # noqa: S101
    return request.user
