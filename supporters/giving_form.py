"""What the giving page asks."""

import uuid
from typing import Any, cast

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from supporters import emails, giving, money, suspicion
from supporters.giving import Gift
from supporters.models import Contribution, Supporter
from supporters.providers import Provider

NAME = Supporter._meta.get_field("name")
LONGEST_MESSAGE = 1000


class GivingForm(forms.Form):
    """Money as people write it; the amount that was typed wins over one that was chosen."""

    key = forms.UUIDField(initial=uuid.uuid4, widget=forms.HiddenInput)
    currency = forms.CharField(widget=forms.HiddenInput)
    frequency = forms.ChoiceField(
        label=_("How often"),
        choices=[
            ("once", _("Once")),
            ("monthly", _("Every month")),
            ("yearly", _("Every year")),
        ],
        initial=Contribution.Frequency.ONCE,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose how often."),
            "invalid_choice": _("Choose how often."),
        },
    )
    suggested = forms.ChoiceField(
        label=_("How much"),
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("Choose one of these amounts, or write another.")},
    )
    amount = forms.CharField(
        required=False,
        help_text=_("If you write an amount here, it is the one that counts."),
        max_length=40,
        error_messages={"max_length": _("Write the amount in figures.")},
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "size": 12}),
    )
    covers_fees = forms.BooleanField(required=False)
    name = forms.CharField(
        label=_("Your name"),
        required=False,
        help_text=_("Leave it empty if you wish to stay unknown."),
        max_length=200,
        validators=NAME.validators,
        error_messages={"max_length": _("Shorten your name to 200 characters.")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.CharField(
        label=_("Your e-mail address"),
        max_length=320,
        validators=[emails.validate],
        help_text=_("For the receipt. Nobody else gets to see it."),
        error_messages={
            "required": _("Write your e-mail address: the receipt goes there."),
            "max_length": _("This is too long for an e-mail address."),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    show_name = forms.BooleanField(
        label=_("Show my name in the public list of supporters"), required=False
    )
    message = forms.CharField(
        label=_("A message to us"),
        required=False,
        max_length=LONGEST_MESSAGE,
        error_messages={"max_length": _("Shorten your message to 1,000 characters.")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    website = forms.CharField(required=False, max_length=200)
    """Hidden: people leave it empty, programs that fill in every box do not."""

    def __init__(self, *args: Any, provider: Provider, **options: Any) -> None:
        super().__init__(*args, **options)
        self.provider, self.offered = provider, giving.currency()
        self.fields["currency"].initial = self.offered
        amounts = giving.suggested(self.offered)
        field = cast("forms.ChoiceField", self.fields["suggested"])
        field.choices = [(str(each), money.label(each, self.offered)) for each in amounts]
        field.initial = str(amounts[giving.PRESET])
        field.widget.is_required = False
        amount = self.fields["amount"]
        amount.label = _("Another amount, in %(currency)s") % {"currency": self.offered}
        fees = _("Add %(percent)s %% to cover what the card payment costs")
        self.fields["covers_fees"].label = fees % {"percent": f"{settings.GIVING_FEE_PERCENT:g}"}
        if not provider.takes_cards:
            del self.fields["covers_fees"]

    def clean_email(self) -> str:
        return emails.normalise(self.cleaned_data["email"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("website"):
            raise ValidationError(_("Leave the last box empty: it is there to stop programs."))
        if cleaned.get("currency") != self.offered:
            raise ValidationError(
                _("Gifts are made in %(currency)s now. Please look at the amount once more."),
                params={"currency": self.offered},
            )
        if cleaned.get("show_name") and not cleaned.get("name") and "name" not in self.errors:
            self.add_error("name", _("Write the name that is to be shown, or take the tick away."))
        if not {"amount", "suggested"} & set(self.errors):
            self._read_amount(cleaned)
        if not self.errors and suspicion.too_many_tries(cleaned["email"], timezone.now()):
            raise ValidationError(
                _("Many gifts were begun with this address. Please wait an hour, or write to us.")
            )
        return cleaned

    def _read_amount(self, cleaned: dict[str, Any]) -> None:
        try:
            cleaned["minor"] = self._amount(cleaned)
        except ValidationError as error:
            self.add_error("amount", error)

    def _amount(self, cleaned: dict[str, Any]) -> int:
        """What is to be charged each time, in minor units."""
        if typed := cleaned.get("amount"):
            amount = money.parse(typed, self.offered)
        elif chosen := cleaned.get("suggested"):
            amount = int(chosen)
        else:
            raise ValidationError(_("Choose an amount, or write another."))
        least = giving.LEAST[money.DECIMALS[self.offered]]
        if amount < least:
            raise ValidationError(
                _("Please give at least %(least)s: of less, most would go to fees."),
                params={"least": money.label(least, self.offered)},
            )
        if refused := self.provider.refusal(amount, self.offered):
            raise ValidationError(refused)
        if cleaned.get("covers_fees"):
            amount = giving.with_fees(amount, self.offered)
        if amount > giving.MOST:
            raise ValidationError(
                _("At most %(most)s can be given here: for more, please write to us."),
                params={"most": money.label(giving.MOST - giving.MOST % 1000, self.offered)},
            )
        return amount

    def gift(self) -> Gift:
        cleaned = self.cleaned_data
        return Gift(
            key=cleaned["key"],
            amount=cleaned["minor"],
            currency=self.offered,
            frequency=cleaned["frequency"],
            name=cleaned["name"],
            email=cleaned["email"],
            show_name=cleaned["show_name"],
            message=cleaned["message"],
            covers_fees=bool(cleaned.get("covers_fees")),
        )
