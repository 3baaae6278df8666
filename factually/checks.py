"""System checks: a wrong setting is reported with a hint before anything is served."""

import re
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.utils.module_loading import import_string

from sources.fetching.loopback import loopback_pairs

TAG = "production"


@register(TAG)
def production_settings(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Name what production needs and the environment lacks."""
    if settings.LOCAL:
        return []
    errors: list[CheckMessage] = []
    if not settings._wrapped.SECRET_KEY:  # type: ignore[misc]  # settings.SECRET_KEY would raise
        errors.append(
            Error(
                "SECRET_KEY is not set.",
                hint="Set it to a long random text that stays the same across restarts.",
                id="factually.E001",
            )
        )
    if not settings.ALLOWED_HOSTS:
        errors.append(
            Error(
                "ALLOWED_HOSTS is not set.",
                hint="Set it to the host names of the site, separated by commas.",
                id="factually.E002",
            )
        )
    return errors


@register(TAG)
def security_contact(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Name what is no address of those that RFC 9116 asks for."""
    return [
        Error(
            f"SECURITY_CONTACT: “{contact}” is no address that can be used.",
            hint="Write mailto:name@example.org, or an address that begins with https://.",
            id="factually.E003",
        )
        for contact in settings.SECURITY_CONTACT
        if not re.fullmatch(r"mailto:[^\s@]+@[^\s@]+|https://[^\s/]+\S*", contact)
    ]


@register(TAG)
def mail_backend(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """A provider that nobody knows, or whose package is missing, is said now and not with the first letter."""
    try:
        import_string(settings.MAIL["EMAIL_BACKEND"])
    except ImportError as error:
        return [
            Error(
                f"EMAIL_URL: mail cannot go this way ({error}).",
                hint="Write anymail+ and a provider of anymail.dev, and install what that one needs.",
                id="factually.E004",
            )
        ]
    return []


@register(TAG)
def fetching_from_loopback(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Name the entry that would stop every fetch."""
    try:
        loopback_pairs(settings.FETCH_LOOPBACK)
    except ValueError as error:
        hint = "Write 127.0.0.1:8123, or leave it out: only tests and demonstrations need it."
        return [Error(f"FETCH_LOOPBACK: {error}", hint=hint, id="factually.E005")]
    return []
