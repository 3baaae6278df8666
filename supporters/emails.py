"""E-mail addresses: one person, one spelling."""

import re
import unicodedata

from django.core.validators import EmailValidator
from django.utils.deconstruct import deconstructible
from django.utils.translation import gettext_lazy as _


def normalise(address: str) -> str:
    """The one spelling under which an address is kept and compared.

    Trimmed, NFC, lower case, the domain in IDNA's ASCII form. Dots and plus signs stay: whether
    they matter is the receiving server's own affair. Never fails: what is no address at all comes
    back tidied, and ``validate`` refuses it.
    """
    tidy = unicodedata.normalize("NFC", unicodedata.normalize("NFC", address).strip().lower())
    local, at, domain = tidy.rpartition("@")
    try:
        return f"{local}{at}{domain.encode('idna').decode('ascii').lower()}"
    except UnicodeError:  # an empty or over-long label
        return tidy


@deconstructible
class EmailAddressValidator(EmailValidator):
    """Django's rules, and letters of every script before the @ (RFC 6531)."""

    message = _("Enter an e-mail address, such as name@example.org.")
    user_regex = re.compile(
        r"[-!#$%&'*+/=?^_`{}|~\w]+(?:\.[-!#$%&'*+/=?^_`{}|~\w]+)*\Z", re.IGNORECASE
    )


validate = EmailAddressValidator()
