"""Signed links that come by mail, by which a supporter sees and settles their own affairs. No address is in them."""

import uuid

from django.core import signing
from django.urls import reverse

from supporters.models import Supporter

PURPOSE = "supporters.manage"  # the signature's salt: a link for anything else is none here
VALID_FOR = 2 * 60 * 60  # seconds


def path_for(supporter: Supporter) -> str:
    """``/support/manage/<signed>/``: names the supporter by their key, and runs out."""
    return reverse("supporters:own", args=[signing.dumps(supporter.key.hex, salt=PURPOSE)])


def bearer(token: str) -> Supporter | None:
    """Whose link it is; nobody's if it was made up, has run out, or they have been forgotten since."""
    try:
        key = uuid.UUID(signing.loads(token, salt=PURPOSE, max_age=VALID_FOR))
    except (signing.BadSignature, ValueError):
        return None
    return Supporter.objects.filter(key=key, erased_at=None).first()
