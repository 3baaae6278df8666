"""Whether a message is Stripe's: docs.stripe.com/webhooks#verify-manually."""

import hmac
from hashlib import sha256

TOLERANCE = 300  # seconds between the signature and now, either way


class BadSignature(Exception):
    """The text is a sentence for whoever sent it."""


def verify(body: bytes, header: str, secret: str, now: float) -> None:
    """Raise ``BadSignature`` unless ``header`` (``t=…,v1=…``) is right for these very bytes and fresh."""
    parts = [part.partition("=")[::2] for part in header.split(",")]
    moments = [text for name, text in parts if name.strip() == "t"]
    if len(moments) != 1 or not moments[0].isascii() or not moments[0].isdecimal():
        raise BadSignature("The Stripe-Signature header is missing or unreadable.")
    if len(moments[0]) > 12 or abs(now - int(moments[0])) > TOLERANCE:
        raise BadSignature("The signature is too old, or our clocks differ.")
    expected = hmac.new(secret.encode(), f"{moments[0]}.".encode() + body, sha256).hexdigest()
    given = [text for name, text in parts if name.strip() == "v1"]
    if not any(hmac.compare_digest(expected.encode(), text.encode()) for text in given):
        raise BadSignature("The signature does not belong to this message.")
