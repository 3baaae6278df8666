"""System checks: a wrong setting is reported with a hint before anything is served."""

import re
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.utils.module_loading import import_string

from factually import evidence
from sources import wayback
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


@register(TAG)
def evidence_storage(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Say it before the first copy is to be kept."""
    problem = evidence.problem(settings.EVIDENCE_STORAGE)
    if not problem:
        return []
    hint = "Write a folder, /srv/evidence, or a bucket: s3://bucket/prefix?region_name=eu-central-1"
    return [Error(f"EVIDENCE_STORAGE: {problem}", hint=hint, id="factually.E006")]


@register(TAG)
def wayback_keys(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Both keys or neither, and nobody reads them on their way."""
    keys = {
        "WAYBACK_ACCESS_KEY": settings.WAYBACK_ACCESS_KEY,
        "WAYBACK_SECRET_KEY": settings.WAYBACK_SECRET_KEY,
    }
    found: list[CheckMessage] = []
    if any(keys.values()):
        found += [
            Error(
                f"{name} is not set, but the other of the two keys is."
                if not key
                else f"{name} does not look like a key of the Internet Archive's.",
                hint="Set both, as archive.org/account/s3.php shows them, or neither.",
                id="factually.E007",
            )
            for name, key in keys.items()
            if not wayback.KEY.fullmatch(key)
        ]
    if not wayback.is_safe(settings.WAYBACK_ORIGIN):
        found.append(
            Error(
                f"WAYBACK_ORIGIN: keys are not sent to “{settings.WAYBACK_ORIGIN}”.",
                hint="Leave it out, or write an https address without a path; a stand-in on this machine belongs into"
                " FETCH_LOOPBACK too.",
                id="factually.E008",
            )
        )
    return found
