"""Supporters, gifts, payments and goals at the desk, for those who may see them."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.widgets import AutocompleteSelect
from django.db import IntegrityError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from supporters import goals, money
from supporters.desk import (
    exporting,
    filters,
    guarding,
    held,
    importing,
    lists,
    merging,
    overview,
    privacy,
    thanks,
)
from supporters.desk.events import ProviderEventAdmin
from supporters.desk.letters import LetterAdmin
from supporters.forms import (
    ContributionForm,
    GoalForm,
    NewContributionForm,
    NewPaymentForm,
    PaymentForm,
    PaymentFormSet,
)
from supporters.models import Contribution, Goal, Letter, Payment, ProviderEvent, Supporter

VIEW_ALL = tuple(f"supporters.view_{each}" for each in ("supporter", "contribution", "payment"))


class Autocomplete(AutocompleteSelect):
    """Django's own fails on a chosen value that is no number, before the form can refuse it."""

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        return super().optgroups(name, [each for each in value if str(each).isdecimal()], attr)


class LedgerAdmin(admin.ModelAdmin):
    """A page whose save the database may still refuse, when somebody else was quicker; a list of any length."""

    paginator = lists.BoundedPaginator
    show_full_result_count = False
    sortable_by: ClassVar[tuple[str, ...]] = ()  # only where an index answers
    show_facets = admin.ShowFacets.NEVER

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        if db_field.name in self.autocomplete_fields:
            options["widget"] = Autocomplete(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **options)

    def changeform_view(self, request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **options)
        except IntegrityError:
            self.message_user(
                request,
                _(
                    "Nothing was saved: the same was being recorded at this very moment. "
                    "Look at what is here now, then record what is missing."
                ),
                messages.ERROR,
            )
            return HttpResponseRedirect(request.get_full_path())


class ContributionInline(admin.TabularInline):
    model = Contribution
    fields = ("amount_label", "frequency", "method", "pledged_on", "paid")
    readonly_fields = fields
    show_change_link = True
    can_delete = False
    extra = 0

    def get_queryset(self, request: HttpRequest) -> Any:
        queryset: Any = super().get_queryset(request)
        return queryset.with_paid().select_related("supporter")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("amount"))
    def amount_label(self, contribution: Contribution) -> str:
        return contribution.amount_label

    @admin.display(description=_("paid"))
    def paid(self, contribution: Any) -> str:
        return money.label(contribution.paid, contribution.currency)


@admin.register(Supporter)
class SupporterAdmin(LedgerAdmin):
    list_display = ["__str__", "email", "given", "last_paid_at", "show_name", "is_demonstration"]
    actions = [merging.choose]
    list_filter = ["show_name", "is_demonstration", "created_at"]
    search_fields = ["name", "email"]
    search_help_text = _("By name or e-mail address.")
    inlines = [ContributionInline]

    def get_queryset(self, request: HttpRequest) -> Any:
        queryset: Any = super().get_queryset(request)
        return queryset.with_totals()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        own = ["name", "email", "show_name"]
        return [*own, "given", "last_paid_at", "record"] if obj else own

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["given", "last_paid_at", "record"]

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        return self.inlines if obj else []

    def get_urls(self) -> list[Any]:
        merge = "<int:one>/merge/<int:other>/"
        return [
            guarding.page("overview/", overview.overview, self, *VIEW_ALL),
            guarding.page("export/", exporting.export_supporters, self, *VIEW_ALL),
            guarding.page(merge, merging.merge, self, "supporters.change_supporter"),
            *privacy.urls(self),
            *super().get_urls(),
        ]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Of the forgotten nothing is written down again."""
        is_forgotten = obj is not None and obj.erased_at is not None
        return not is_forgotten and super().has_change_permission(request, obj)

    @admin.display(description=_("given, less refunds"), empty_value="–")
    def given(self, supporter: Any) -> str | None:
        labels = [money.label(each["amount"], each["currency"]) for each in supporter.totals]
        return " + ".join(labels) or None

    @admin.display(description=_("last paid"), empty_value="–")
    def last_paid_at(self, supporter: Any) -> str | None:
        at = supporter.last_paid_at
        return date_format(localtime(at), "DATETIME_FORMAT") if at else None

    @admin.display(description=_("next"))
    def record(self, supporter: Supporter) -> str:
        address = reverse("admin:supporters_contribution_add", query={"supporter": supporter.pk})
        return format_html('<a href="{}">{}</a>', address, _("Record a gift"))


class PaymentInline(admin.TabularInline):
    model = Payment
    form = PaymentForm
    formset = PaymentFormSet
    fields = ["kind", "typed_amount", "paid_at", "reverses"]
    ordering = ["paid_at", "pk"]
    can_delete = False
    extra = 1

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("reverses")

    def get_formset(self, request: HttpRequest, obj: Any = None, **options: Any) -> Any:
        return super().get_formset(request, obj, validate_max=True, **options)

    def get_max_num(self, request: HttpRequest, obj: Any = None, **options: Any) -> int:
        return 1 + int(obj.payments.count())

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("amount"))
    def typed_amount(self, payment: Payment) -> str:
        return payment.amount_label


@admin.register(Contribution)
class ContributionAdmin(LedgerAdmin):
    list_display = (
        *("pledged_on", "supporter", "amount_label", "frequency", "paid", "thanked"),
        *("recorded_by", "held_reason"),
    )
    sortable_by = ("pledged_on",)
    list_filter = (
        *(filters.PaidFilter, filters.ThankedFilter, filters.HeldFilter, filters.FailingFilter),
        *("frequency", "method", lists.CurrencyFilter, "pledged_on"),
    )
    search_fields = ["note"]
    search_help_text = _("By the supporter's name or e-mail address, or in the notes.")
    autocomplete_fields = ["supporter"]
    inlines = [PaymentInline]
    actions = [thanks.thanked, held.hold, held.release]

    def get_queryset(self, request: HttpRequest) -> Any:
        queryset: Any = super().get_queryset(request)
        return thanks.with_thanks(queryset.with_paid().select_related("supporter", "recorded_by"))

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        """Two looks into indexes, where Django would join and read everything."""
        if not search_term.split():
            return queryset, False
        noted = Q()
        for word in search_term.split():
            noted &= Q(note__icontains=word)
        own = Q(supporter__in=lists.of_people(request, search_term))
        return queryset.filter(own | noted), False

    def get_urls(self) -> list[Any]:
        adding = [f"supporters.add_{each}" for each in ("supporter", "contribution", "payment")]
        page = guarding.page("import/", importing.import_gifts, self, *adding)
        return [page, *super().get_urls()]

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any
    ) -> Any:
        form = ContributionForm if obj else NewContributionForm
        return super().get_form(request, obj, change=change, form=form, **options)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        money_came = ["paid"] if obj else ["received_on", "reference"]
        first = ["supporter", "typed_amount", "currency", "frequency", "method"]
        last = ["recorded_by", "thanked", "message", *self._states(obj)] if obj else []
        return [*first, *money_came, "pledged_on", "note", *last]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """The currency stays once there are payments: they are in it."""
        fixed = ["currency"] if obj and obj.payments.exists() else []
        states = ["ended_at", "failing_since", "held_at", "held_reason"]
        return ["paid", "recorded_by", "thanked", "message", *states, *fixed]

    def _states(self, gift: Contribution) -> list[str]:
        """What is out of the ordinary with this one."""
        states = [each for each in ("ended_at", "failing_since", "held_at") if getattr(gift, each)]
        return [*states, *(["held_reason"] if gift.held_reason else [])]

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        return self.inlines if obj else []

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            obj.recorded_by = request.user
        super().save_model(request, obj, form, change)
        payment = None if change else form.payment()
        if payment:
            payment.save()

    @admin.display(description=_("amount"))
    def amount_label(self, contribution: Contribution) -> str:
        return contribution.amount_label

    @admin.display(description=_("amount"))
    def typed_amount(self, contribution: Contribution) -> str:
        """For those who may look and not change."""
        return contribution.amount_label

    @admin.display(description=_("paid, less refunds"))
    def paid(self, contribution: Any) -> str:
        return money.label(contribution.paid, contribution.currency)

    @admin.display(description=_("thanked"), empty_value="–")
    def thanked(self, contribution: Any) -> str | None:
        return thanks.label(contribution)


@admin.register(Payment)
class PaymentAdmin(LedgerAdmin):
    list_display = ["paid_at", "kind", "amount_label", "supporter", "provider"]
    sortable_by = ("paid_at",)
    list_filter = ["kind", "provider", lists.CurrencyFilter, "paid_at"]
    list_select_related = ["contribution__supporter"]
    search_fields = ["provider_id__exact"]
    search_help_text = _("By the whole reference, or by the supporter's name or e-mail address.")
    autocomplete_fields = ["contribution", "reverses"]
    form = NewPaymentForm

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        """Two looks into indexes, where Django would join and read everything."""
        if not search_term.split():
            return queryset, False
        people = lists.of_people(request, search_term)
        gifts = Contribution.objects.filter(supporter__in=people).order_by()
        own = Q(contribution__in=list(gifts.values_list("pk", flat=True)))
        return queryset.filter(own | Q(provider_id=search_term.strip())), False

    def get_urls(self) -> list[Any]:
        page = guarding.page("export/", exporting.export_payments, self, *VIEW_ALL)
        return [page, *super().get_urls()]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        first = ["contribution", "kind", "typed_amount", "paid_at", "reverses"]
        return [*first, *(["provider", "provider_id", "recorded_at"] if obj else ["reference"])]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("amount"))
    def amount_label(self, payment: Payment) -> str:
        return f"{'' if payment.kind in Payment.COMES_IN else '−'}{payment.amount_label}"

    @admin.display(description=_("amount"))
    def typed_amount(self, payment: Payment) -> str:
        return payment.amount_label

    @admin.display(description=_("supporter"))
    def supporter(self, payment: Payment) -> Supporter:
        return payment.contribution.supporter


@admin.register(Goal)
class GoalAdmin(LedgerAdmin):
    form = GoalForm
    list_display = ["title", "is_current", "progress", "starts_at", "ends_at"]
    sortable_by = ("title", "starts_at", "ends_at")
    list_filter = ["is_current", "counts"]
    search_fields = ["title"]
    actions = ["make_current"]

    def get_queryset(self, request: HttpRequest) -> Any:
        queryset: Any = super().get_queryset(request)
        return queryset.with_value()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        first = ["title", "counts", "typed_target", "currency", "starts_at", "ends_at"]
        return [*first, "appeal", "thanks", "is_current", *(["progress"] if obj else [])]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["progress"]

    @admin.display(description=_("progress"))
    def progress(self, goal: Goal) -> str:
        progress = goals.progress_of(goal)
        return format_html(
            '<progress value="{0}" max="100" aria-label="{1}">{0}%</progress> {2}',
            progress.percent,
            _("Progress"),
            _("%(value)s of %(target)s")
            % {"value": progress.value_label, "target": progress.target_label},
        )

    @admin.display(description=_("target"))
    def typed_target(self, goal: Goal) -> str:
        return goals.progress_of(goal).target_label

    @admin.action(description=_("Make this the current goal"), permissions=["change"])
    def make_current(self, request: HttpRequest, chosen: QuerySet[Goal]) -> None:
        found = list(chosen[:2])
        if len(found) != 1:
            self.message_user(request, _("Choose one goal, not several."), messages.ERROR)
            return
        goals.make_current(found[0])
        self.message_user(request, _("“%s” is the current goal now.") % found[0], messages.SUCCESS)


admin.site.register(Letter, LetterAdmin)
admin.site.register(ProviderEvent, ProviderEventAdmin)
