"""Where mail goes, from one address: a mail server, a folder, or a provider by way of django-anymail."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import environ

PROVIDERS = "anymail+"
PATIENCE = 20  # seconds for one answer of the mail server
SMTP = "django.core.mail.backends.smtp.EmailBackend"
FOLDER = "django.core.mail.backends.filebased.EmailBackend"


def folder(path: str) -> dict[str, Any]:
    return {"EMAIL_BACKEND": FOLDER, "EMAIL_FILE_PATH": path}


def settings_for(address: str) -> dict[str, Any]:
    """Django's settings for mail, and django-anymail's.

    ``smtp+tls://user:password@mail.example.org:587`` and django-environ's other forms; or
    ``anymail+postmark://?server_token=…``, where each name is one of that provider's settings at anymail.dev without the
    provider's name, in small letters (``anymail+amazon-ses://`` has a hyphen).
    """
    parts = urlsplit(address)
    if parts.scheme.startswith(PROVIDERS):
        provider = parts.scheme.removeprefix(PROVIDERS).replace("-", "_")
        given = {f"{provider}_{name}".upper(): value for name, value in parse_qsl(parts.query)}
        backend = f"anymail.backends.{provider}.EmailBackend"
        return {"EMAIL_BACKEND": backend, "ANYMAIL": given}
    settings: dict[str, Any] = environ.Env.email_url_config(address)
    if settings["EMAIL_BACKEND"] == SMTP:
        settings.setdefault("EMAIL_TIMEOUT", PATIENCE)
    return settings


def kept_in(settings: dict[str, Any]) -> str:
    """The folder that the mails are put into instead of being sent; empty if they are sent."""
    return settings.get("EMAIL_FILE_PATH", "") if settings["EMAIL_BACKEND"] == FOLDER else ""
