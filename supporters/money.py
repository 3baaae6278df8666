"""Money as text and as integer minor units (cents, pence, fils) of an ISO 4217 currency."""

import re
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

# ISO 4217, the currencies in use, grouped by how many decimals they are written with.
_CODES_BY_DECIMALS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF",
    2: """
        AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD
        CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS
        GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP
        LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK
        NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS
        SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD
        XCG YER ZAR ZMW ZWG
    """,
    3: "BHD IQD JOD KWD LYD OMR TND",
}
DECIMALS = {
    code: decimals for decimals, codes in _CODES_BY_DECIMALS.items() for code in codes.split()
}

_SYMBOLS = {
    "AUD": "A$",
    "BRL": "R$",
    "CAD": "CA$",
    "EUR": "€",
    "GBP": "£",
    "ILS": "₪",
    "INR": "₹",
    "JPY": "¥",
    "KRW": "₩",
    "MXN": "MX$",
    "NGN": "₦",
    "NZD": "NZ$",
    "PHP": "₱",
    "TRY": "₺",
    "UAH": "₴",
    "USD": "$",
    "VND": "₫",
}

LARGEST = 10**12
"""The largest single amount that can be typed, in minor units: anything above is a slip."""

_TYPED = re.compile(
    r"(?P<whole>[0-9]{1,15}|[0-9]{1,3}(?:,[0-9]{3}){1,4})(?:\.(?P<fraction>[0-9]{1,15}))?",
    re.ASCII,
)


class TooLarge(ValidationError):
    """More than can be recorded at once: a slip."""


def currency_choices() -> list[tuple[str, str]]:
    return [(code, code) for code in sorted(DECIMALS)]


def parse(text: str, currency: str) -> int:
    """What a person typed ("25", "25.50", "1,200", "$25") in minor units.

    Raises ``ValidationError`` with a sentence that says how to write it instead.
    """
    decimals = DECIMALS[currency]
    typed = text.strip().removeprefix(_symbol(currency)).strip()
    if typed.startswith(("-", "−")):
        raise ValidationError(_("The amount must be above zero."))
    match = _TYPED.fullmatch(typed)
    if match is None:
        raise ValidationError(
            _("Write the amount in figures, such as %(example)s."),
            params={"example": _example(decimals)},
        )
    fraction = match["fraction"] or ""
    if len(fraction) > decimals:
        raise ValidationError(_too_many_decimals(currency, decimals))
    minor = int(match["whole"].replace(",", "") + fraction.ljust(decimals, "0"))
    if minor == 0:
        raise ValidationError(_("The amount must be above zero."))
    if minor > LARGEST:
        raise TooLarge(
            _("The amount is too large: at most %(largest)s can be recorded at once."),
            params={"largest": label(LARGEST, currency)},
        )
    return minor


def as_typed(minor: int, currency: str) -> str:
    """Minor units as a person would type them: "25", "25.50"; ``parse`` reads it back."""
    decimals = DECIMALS[currency]
    whole, fraction = divmod(minor, 10**decimals)
    return f"{whole}.{fraction:0{decimals}}" if fraction else str(whole)


def label(minor: int, currency: str) -> str:
    """Minor units as readers see them: "$12,300", "€5", "$25.50", "CHF 40", "-$3"."""
    decimals = DECIMALS[currency]
    whole = minor % 10**decimals == 0
    figure = number_format(
        Decimal(abs(minor)).scaleb(-decimals),
        decimal_pos=0 if whole else decimals,
        force_grouping=True,
    )
    return f"{'-' if minor < 0 else ''}{_symbol(currency)}{figure}"


def _symbol(currency: str) -> str:
    return _SYMBOLS.get(currency, f"{currency} ")


def _example(decimals: int) -> str:
    return f"25.{'50'.ljust(decimals, '0')}" if decimals else "2500"


def _too_many_decimals(currency: str, decimals: int) -> str:
    if decimals == 0:
        return _("%(currency)s is written without decimals, such as 2500.") % {"currency": currency}
    return ngettext(
        "%(currency)s has at most %(decimals)d decimal, such as %(example)s.",
        "%(currency)s has at most %(decimals)d decimals, such as %(example)s.",
        decimals,
    ) % {"currency": currency, "decimals": decimals, "example": _example(decimals)}
