"""The desk's forms, in which people type money as they write it: "25" or "25.50"."""

import re
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminDateWidget
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from supporters import money
from supporters.models import Contribution, Goal, Payment
from supporters.models.fields import EARLIEST
from supporters.models.payments import CLOCKS_DIFFER, new_reference

RECORDED_ALREADY = _("This has been recorded already.")
NOT_BEFORE_OUR_TIME = MinValueValidator(
    EARLIEST.date(), _("The year of the payment cannot be right.")
)
BY_HAND = [
    (method.value, method.label)
    for method in (
        Contribution.Method.TRANSFER,
        Contribution.Method.CHEQUE,
        Contribution.Method.CASH,
    )
]


class MoneyField(forms.CharField):
    """An amount as typed; the form's ``clean`` knows the currency to read it in."""

    def __init__(self, **options: Any) -> None:
        attributes = {"inputmode": "decimal", "autocomplete": "off", "size": 12}
        super().__init__(max_length=40, widget=forms.TextInput(attrs=attributes), **options)


class ContributionForm(forms.ModelForm):
    typed_amount = MoneyField(label=_("Amount"), help_text=_("Such as 25 or 25.50."))

    class Meta:
        model = Contribution
        fields = ["supporter", "frequency", "currency", "method", "pledged_on", "note"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance.pk and "typed_amount" in self.fields:
            typed = money.as_typed(self.instance.amount, self.instance.currency)
            self.fields["typed_amount"].initial = typed

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        # A currency that cannot be changed any more is not among the fields.
        currency = cleaned.get("currency", self.instance.currency)
        if "typed_amount" in cleaned and "currency" not in self.errors:
            try:
                self.instance.amount = money.parse(cleaned["typed_amount"], currency)
            except ValidationError as error:
                self.add_error("typed_amount", error)
        return cleaned


class NewContributionForm(ContributionForm):
    """Records a gift together with its money, or a pledge without."""

    received_on = forms.DateField(
        label=_("Money received on"),
        required=False,
        widget=AdminDateWidget,
        validators=[NOT_BEFORE_OUR_TIME],
        help_text=_("Leave it empty for a pledge."),
    )
    reference = forms.CharField(initial=new_reference, max_length=36, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        received_on = cleaned.get("received_on")
        if "method" in cleaned and "received_on" not in self.errors:
            self._check_received(received_on, cleaned["method"] == Contribution.Method.PLEDGE)
        if _is_recorded(cleaned.get("reference"), Payment.Kind.PAYMENT):
            raise ValidationError(RECORDED_ALREADY)
        return cleaned

    def _check_received(self, received_on: date | None, is_pledge: bool) -> None:
        if is_pledge and received_on:
            self.add_error(
                "received_on",
                _(
                    "No money has come for a pledge yet: leave the day empty, or choose how it came."
                ),
            )
        if not is_pledge and not received_on:
            self.add_error("received_on", _("Say on which day the money came, or choose pledge."))
        if received_on and received_on > timezone.localdate():
            self.add_error("received_on", _("This day is still to come."))

    def payment(self) -> Payment | None:
        """What came with the gift, not saved yet."""
        received_on = self.cleaned_data["received_on"]
        if received_on is None:
            return None
        return Payment(
            contribution=self.instance,
            amount=self.instance.amount,
            currency=self.instance.currency,
            paid_at=_moment_on(received_on),
            provider_id=self.cleaned_data["reference"],
        )


class KeptPledgeForm(forms.Form):
    """What came for a pledge, on which day and how. The pledge is locked by whoever makes the form."""

    typed_amount = MoneyField(label=_("Amount"))
    received_on = forms.DateField(
        label=_("Money received on"),
        initial=timezone.localdate,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        validators=[NOT_BEFORE_OUR_TIME],
    )
    method = forms.ChoiceField(label=_("How it came"), choices=BY_HAND)

    def __init__(self, *args: Any, pledge: Contribution, **options: Any) -> None:
        super().__init__(*args, **options)
        self.pledge = pledge
        self.fields["typed_amount"].initial = money.as_typed(pledge.amount, pledge.currency)
        label = _("Amount, in %(currency)s") % {"currency": pledge.currency}
        self.fields["typed_amount"].label = label

    def clean_typed_amount(self) -> int:
        return money.parse(self.cleaned_data["typed_amount"], self.pledge.currency)

    def clean_received_on(self) -> date:
        day: date = self.cleaned_data["received_on"]
        if day > timezone.localdate():
            raise ValidationError(_("This day is still to come."))
        return day

    def payment(self) -> Payment:
        """Not saved yet. Its reference is the pledge's own, so that a pledge is never kept twice."""
        return Payment(
            contribution=self.pledge,
            amount=self.cleaned_data["typed_amount"],
            currency=self.pledge.currency,
            paid_at=_moment_on(self.cleaned_data["received_on"]),
            provider_id=f"pledge:{self.pledge.key}",
        )


class PaymentForm(forms.ModelForm):
    """One more line of the ledger. It needs a transaction: the contribution is locked."""

    typed_amount = MoneyField(label=_("Amount"), help_text=_("Such as 25 or 25.50."))

    class Meta:
        model = Payment
        fields = ["kind", "reverses", "paid_at"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "kind" in self.fields:  # disputes come from the provider of cards, not by hand
            by_hand = (Payment.Kind.PAYMENT, Payment.Kind.REFUND, Payment.Kind.REFUND_FAILED)
            field: Any = self.fields["kind"]
            field.choices = [(kind.value, kind.label) for kind in by_hand]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        contribution = cleaned.get("contribution") or self.instance.contribution_id
        if cleaned.get("paid_at") and cleaned["paid_at"] > timezone.now() + CLOCKS_DIFFER:
            self.add_error("paid_at", _("This moment is still to come."))
        if contribution and not self.errors:
            self._fit(cleaned, _locked(contribution))
        return cleaned

    def _fit(self, cleaned: dict[str, Any], contribution: Contribution) -> None:
        self.instance.currency = contribution.currency
        try:
            self.instance.amount = money.parse(cleaned["typed_amount"], contribution.currency)
        except ValidationError as error:
            self.add_error("typed_amount", error)
            return
        if cleaned["kind"] == Payment.Kind.PAYMENT:
            cleaned["reverses"] = None
            return
        payments = contribution.payments.filter(kind=Payment.Kind.PAYMENT)
        cleaned["reverses"] = cleaned.get("reverses") or _only(payments)
        self._check_refund(cleaned["reverses"], cleaned["paid_at"], contribution)
        if cleaned["reverses"] and not self.errors:
            self._check_amount(cleaned["reverses"], cleaned["kind"])

    def _check_refund(self, paid: Payment | None, at: datetime, contribution: Contribution) -> None:
        if paid is None:
            self.add_error("reverses", _("Choose the payment that is given back."))
        elif paid.contribution_id != contribution.pk or paid.kind != Payment.Kind.PAYMENT:
            self.add_error("reverses", _("Choose a payment of this contribution."))
        elif paid.paid_at > at:
            self.add_error("paid_at", _("A refund comes after its payment."))

    def _check_amount(self, paid: Payment, kind: str) -> None:
        most, sentence = paid.left(), _("At most %(most)s of this payment can be given back.")
        if kind == Payment.Kind.REFUND_FAILED:
            most, sentence = paid.refunded(), _("Only %(most)s of this payment was given back.")
        if self.instance.amount > most:
            params = {"most": money.label(most, paid.currency)}
            self.add_error("typed_amount", ValidationError(sentence, params=params))


class NewPaymentForm(PaymentForm):
    """The same on a page of its own."""

    reference = forms.CharField(initial=new_reference, max_length=36, widget=forms.HiddenInput)

    class Meta(PaymentForm.Meta):
        fields = ["contribution", *PaymentForm.Meta.fields]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if _is_recorded(cleaned.get("reference"), cleaned.get("kind")):
            raise ValidationError(RECORDED_ALREADY)
        self.instance.provider_id = cleaned.get("reference", "")
        return cleaned


class PaymentFormSet(forms.BaseInlineFormSet):
    """A contribution's payments: those that are there stay, one more can be added."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        own = self.instance.payments.filter(kind=Payment.Kind.PAYMENT)
        field = form.fields["reverses"]
        field.queryset = own
        field.widget.can_add_related = field.widget.can_view_related = False
        for each in form.fields.values():
            _name(each)

    def clean(self) -> None:
        super().clean()
        if self.has_changed() and self.initial_form_count() != self.instance.payments.count():
            raise ValidationError(
                _(
                    "A payment of this contribution was recorded while this page was open. Open "
                    "the page again, and record only what is still missing."
                )
            )


class GoalForm(forms.ModelForm):
    typed_target = MoneyField(
        label=_("Target"), help_text=_("So many supporters, or so much money, such as 20,000.")
    )

    class Meta:
        model = Goal
        fields = [
            "title",
            "counts",
            "currency",
            "starts_at",
            "ends_at",
            "appeal",
            "thanks",
            "is_current",
        ]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        goal = self.instance
        if goal.pk and "typed_target" in self.fields:
            self.fields["typed_target"].initial = (
                money.as_typed(goal.target, goal.currency) if goal.currency else str(goal.target)
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        in_money = cleaned["counts"] == Goal.Counts.MONEY
        if in_money and not cleaned["currency"]:
            self.add_error("currency", _("Choose the currency in which the goal is counted."))
            return cleaned
        if not in_money:
            cleaned["currency"] = ""
        try:
            self.instance.target = (
                money.parse(cleaned["typed_target"], cleaned["currency"])
                if in_money
                else _people(cleaned["typed_target"])
            )
        except ValidationError as error:
            self.add_error("typed_target", error)
        return cleaned


def _name(field: forms.Field) -> None:
    """For a screen reader: in a table only the column's heading says what to type."""
    widget: Any = getattr(field.widget, "widget", field.widget)
    for each in getattr(widget, "widgets", [widget]):
        each.attrs.setdefault("aria-label", field.label)


def _people(typed: str) -> int:
    number = typed.replace(",", "").strip()
    if not re.fullmatch("[0-9]{1,9}", number) or int(number) == 0:
        raise ValidationError(_("Write a whole number of supporters above zero, such as 1,000."))
    return int(number)


def _moment_on(day: date) -> datetime:
    """Of a day that is over only the date is known: midday stands for it."""
    if day == timezone.localdate():
        return timezone.now().replace(microsecond=0)
    return timezone.make_aware(datetime.combine(day, time(12)))


def _locked(contribution: Contribution | int) -> Contribution:
    key = contribution.pk if isinstance(contribution, Contribution) else contribution
    return Contribution.objects.select_for_update().get(pk=key)


def _only(payments: Any) -> Payment | None:
    """The one payment, if there is one and no other."""
    found = list(payments[:2])
    return found[0] if len(found) == 1 else None


def _is_recorded(reference: str | None, kind: str | None) -> bool:
    recorded = Payment.objects.filter(provider=Payment.Provider.HAND, kind=kind)
    return recorded.filter(provider_id=reference).exists()
