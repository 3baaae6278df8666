import datetime
import uuid

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import supporters.models.fields
import supporters.models.payments
import supporters.models.people
import supporters.money


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Goal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                (
                    "counts",
                    models.CharField(
                        choices=[("supporters", "supporters"), ("money", "money")],
                        default="supporters",
                        max_length=10,
                        verbose_name="counts",
                    ),
                ),
                (
                    "target",
                    models.PositiveBigIntegerField(
                        help_text="So many supporters, or minor units of the currency.",
                        verbose_name="target",
                    ),
                ),
                (
                    "currency",
                    supporters.models.fields.CurrencyField(
                        blank=True,
                        choices=supporters.money.currency_choices,
                        help_text="For a goal in money: only payments in this currency count.",
                        max_length=3,
                        verbose_name="currency",
                    ),
                ),
                (
                    "starts_at",
                    models.DateTimeField(
                        help_text="Payments from this moment on count.", verbose_name="starts"
                    ),
                ),
                (
                    "ends_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="Payments before this moment count. Leave it empty for no deadline.",
                        null=True,
                        verbose_name="ends",
                    ),
                ),
                (
                    "appeal",
                    models.TextField(
                        blank=True,
                        help_text="What readers are asked, in a sentence or two.",
                        verbose_name="appeal",
                    ),
                ),
                (
                    "thanks",
                    models.TextField(
                        blank=True,
                        help_text="What is said once the goal is reached.",
                        verbose_name="thanks",
                    ),
                ),
                (
                    "is_current",
                    models.BooleanField(
                        default=False,
                        help_text="Shown on every page. There is one at most.",
                        verbose_name="current",
                    ),
                ),
            ],
            options={
                "verbose_name": "goal",
                "verbose_name_plural": "goals",
                "ordering": ("-is_current", "-starts_at", "-pk"),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_current", True)),
                        fields=("is_current",),
                        name="goal_one_is_current",
                        violation_error_message="Another goal is current. Save this one without, then make it the current one in the list of goals.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("target__gt", 0)),
                        name="goal_target_above_zero",
                        violation_error_message="The target must be above zero.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("counts", "money"), ("currency__regex", "^[A-Z]{3}$")),
                            models.Q(("counts", "supporters"), ("currency", "")),
                            _connector="OR",
                        ),
                        name="goal_in_money_has_a_currency",
                        violation_error_message="A goal in money has a currency, a goal in supporters has none.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "starts_at__gte",
                                datetime.datetime(1970, 1, 2, 0, 0, tzinfo=datetime.UTC),
                            ),
                            (
                                "starts_at__lt",
                                datetime.datetime(2999, 1, 1, 0, 0, tzinfo=datetime.UTC),
                            ),
                            models.Q(
                                ("ends_at", None),
                                models.Q(
                                    (
                                        "ends_at__gte",
                                        datetime.datetime(1970, 1, 2, 0, 0, tzinfo=datetime.UTC),
                                    ),
                                    (
                                        "ends_at__lt",
                                        datetime.datetime(2999, 1, 1, 0, 0, tzinfo=datetime.UTC),
                                    ),
                                ),
                                _connector="OR",
                            ),
                        ),
                        name="goal_is_of_our_time",
                        violation_error_message="The year of the goal cannot be right.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_at", None),
                            ("ends_at__gt", models.F("starts_at")),
                            _connector="OR",
                        ),
                        name="goal_ends_after_it_starts",
                        violation_error_message="The goal ends after it starts.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Supporter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "key",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, unique=True, verbose_name="key"
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        blank=True,
                        help_text="Leave it empty for somebody who wishes to stay unknown.",
                        max_length=200,
                        validators=[
                            django.core.validators.RegexValidator(
                                "[\\x00-\\x1f\\x7f]",
                                "Write the name on one line, without control characters.",
                                inverse_match=True,
                            )
                        ],
                        verbose_name="name",
                    ),
                ),
                (
                    "email",
                    supporters.models.fields.EmailAddressField(
                        blank=True,
                        help_text="One person has one address. Leave it empty if you do not know it.",
                        max_length=320,
                        verbose_name="e-mail",
                    ),
                ),
                (
                    "show_name",
                    models.BooleanField(
                        default=False,
                        help_text="Tick this only if they said so: their name may then be shown to readers.",
                        verbose_name="show the name",
                    ),
                ),
                (
                    "is_demonstration",
                    models.BooleanField(
                        default=False,
                        editable=False,
                        help_text="Made up, not a person.",
                        verbose_name="demonstration",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="recorded")),
            ],
            options={
                "verbose_name": "supporter",
                "verbose_name_plural": "supporters",
                "ordering": ("-created_at", "-pk"),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("email", ""), _negated=True),
                        fields=("email",),
                        name="supporter_email_is_one_person",
                        violation_error_message="A supporter with this e-mail address exists already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "email",
                                supporters.models.people.NFC(
                                    django.db.models.functions.text.Lower(
                                        django.db.models.functions.text.Trim("email")
                                    )
                                ),
                            )
                        ),
                        name="supporter_email_is_normalised",
                        violation_error_message="Write the e-mail address in small letters.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Contribution",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "frequency",
                    models.CharField(
                        choices=[
                            ("once", "once"),
                            ("monthly", "every month"),
                            ("yearly", "every year"),
                        ],
                        default="once",
                        max_length=10,
                        verbose_name="how often",
                    ),
                ),
                (
                    "amount",
                    models.PositiveBigIntegerField(
                        help_text="In minor units of the currency, such as cents.",
                        verbose_name="amount",
                    ),
                ),
                (
                    "currency",
                    supporters.models.fields.CurrencyField(
                        choices=supporters.money.currency_choices,
                        default="USD",
                        max_length=3,
                        verbose_name="currency",
                    ),
                ),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("card", "card"),
                            ("transfer", "bank transfer"),
                            ("cheque", "cheque"),
                            ("cash", "cash"),
                            ("pledge", "pledge"),
                        ],
                        max_length=10,
                        verbose_name="how it is given",
                    ),
                ),
                (
                    "pledged_on",
                    models.DateField(
                        default=django.utils.timezone.localdate,
                        help_text="The day on which they said so.",
                        verbose_name="given or pledged on",
                    ),
                ),
                (
                    "note",
                    models.TextField(
                        blank=True,
                        help_text="For the desk alone.",
                        max_length=2000,
                        verbose_name="note",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="recorded")),
                (
                    "recorded_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="recorded by",
                    ),
                ),
                (
                    "supporter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contributions",
                        to="supporters.supporter",
                        verbose_name="supporter",
                    ),
                ),
            ],
            options={
                "verbose_name": "contribution",
                "verbose_name_plural": "contributions",
                "ordering": ("-created_at", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("payment", "payment"), ("refund", "refund")],
                        default="payment",
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "amount",
                    models.PositiveBigIntegerField(
                        help_text="In minor units of the currency, such as cents.",
                        verbose_name="amount",
                    ),
                ),
                (
                    "currency",
                    supporters.models.fields.CurrencyField(
                        choices=supporters.money.currency_choices,
                        max_length=3,
                        verbose_name="currency",
                    ),
                ),
                ("paid_at", models.DateTimeField(db_index=True, verbose_name="paid")),
                (
                    "provider",
                    models.CharField(
                        choices=[("hand", "by hand"), ("demonstration", "demonstration")],
                        default="hand",
                        max_length=20,
                        verbose_name="came by",
                    ),
                ),
                (
                    "provider_id",
                    models.CharField(
                        default=supporters.models.payments.new_reference,
                        help_text="What the provider calls it. The same reference is never counted twice.",
                        max_length=255,
                        verbose_name="reference",
                    ),
                ),
                ("recorded_at", models.DateTimeField(auto_now_add=True, verbose_name="recorded")),
                (
                    "contribution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="supporters.contribution",
                        verbose_name="contribution",
                    ),
                ),
                (
                    "reverses",
                    models.ForeignKey(
                        blank=True,
                        help_text="For a refund: the payment that it gives back.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversals",
                        to="supporters.payment",
                        verbose_name="refund of",
                    ),
                ),
            ],
            options={
                "verbose_name": "payment",
                "verbose_name_plural": "payments",
                "ordering": ("-paid_at", "-pk"),
                "default_permissions": ("add", "view"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("provider", "provider_id", "kind"),
                        name="payment_recorded_once",
                        violation_error_message="This has been recorded already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)),
                        name="payment_amount_above_zero",
                        violation_error_message="The amount must be above zero.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("currency__regex", "^[A-Z]{3}$")),
                        name="payment_currency_is_a_code",
                        violation_error_message="Choose a currency.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "paid_at__gte",
                                datetime.datetime(1970, 1, 2, 0, 0, tzinfo=datetime.UTC),
                            ),
                            (
                                "paid_at__lt",
                                datetime.datetime(2999, 1, 1, 0, 0, tzinfo=datetime.UTC),
                            ),
                        ),
                        name="payment_is_of_our_time",
                        violation_error_message="The year of the payment cannot be right.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "payment"), ("reverses", None)),
                            models.Q(("kind", "refund"), ("reverses__isnull", False)),
                            _connector="OR",
                        ),
                        name="payment_refund_names_its_payment",
                        violation_error_message="A refund names the payment that it gives back.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("provider", ""), _negated=True),
                            models.Q(("provider_id", ""), _negated=True),
                        ),
                        name="payment_has_a_reference",
                        violation_error_message="A payment needs a reference.",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="payment",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n        RAISE EXCEPTION 'Payments are append-only: record a refund instead.'\n            USING ERRCODE = 'restrict_violation';\n    ",
                    hash="8ee8ff3db7fff790565824743f1a3209ce347581",
                    level="STATEMENT",
                    operation="UPDATE OR DELETE OR TRUNCATE",
                    pgid="pgtrigger_append_only_e1b6b",
                    table="supporters_payment",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="payment",
            trigger=pgtrigger.compiler.Trigger(
                name="fits_the_ledger",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE agreed text; given supporters_payment; returned numeric;",
                    func="\n        SELECT currency INTO agreed\n            FROM supporters_contribution WHERE id = NEW.contribution_id FOR NO KEY UPDATE;\n        IF NEW.currency IS DISTINCT FROM agreed THEN\n            RAISE EXCEPTION 'A payment is in the currency of its contribution.'\n                USING ERRCODE = 'check_violation';\n        END IF;\n        IF NEW.reverses_id IS NOT NULL THEN\n            SELECT * INTO given FROM supporters_payment WHERE id = NEW.reverses_id;\n            IF given.kind IS DISTINCT FROM 'payment'\n                OR given.contribution_id <> NEW.contribution_id\n                OR given.paid_at > NEW.paid_at\n            THEN\n                RAISE EXCEPTION 'A refund follows a payment of the same contribution.'\n                    USING ERRCODE = 'check_violation';\n            END IF;\n            SELECT coalesce(sum(amount), 0) INTO returned\n                FROM supporters_payment\n                WHERE reverses_id = NEW.reverses_id AND (provider, provider_id, kind)\n                    <> (NEW.provider, NEW.provider_id, NEW.kind);\n            IF returned + NEW.amount > given.amount THEN\n                RAISE EXCEPTION 'Refunds never exceed what was paid.'\n                    USING ERRCODE = 'check_violation';\n            END IF;\n        END IF;\n        RETURN NEW;\n    ",
                    hash="d1e203081810e76f0eedbdfd76ea7679d56a1171",
                    operation="INSERT",
                    pgid="pgtrigger_fits_the_ledger_18b5f",
                    table="supporters_payment",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="contribution",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)),
                name="contribution_amount_above_zero",
                violation_error_message="The amount must be above zero.",
            ),
        ),
        migrations.AddConstraint(
            model_name="contribution",
            constraint=models.CheckConstraint(
                condition=models.Q(("currency__regex", "^[A-Z]{3}$")),
                name="contribution_currency_is_a_code",
                violation_error_message="Choose a currency.",
            ),
        ),
        migrations.AddConstraint(
            model_name="contribution",
            constraint=models.CheckConstraint(
                condition=models.Q(("frequency__in", ["once", "monthly", "yearly"])),
                name="contribution_frequency_is_known",
                violation_error_message="Choose how often it is given.",
            ),
        ),
        migrations.AddConstraint(
            model_name="contribution",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("method__in", ["card", "transfer", "cheque", "cash", "pledge"])
                ),
                name="contribution_method_is_known",
                violation_error_message="Choose how it is given.",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="contribution",
            trigger=pgtrigger.compiler.Trigger(
                name="currency_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."currency" IS DISTINCT FROM (NEW."currency"))',
                    func="\n        IF EXISTS (SELECT FROM supporters_payment WHERE contribution_id = OLD.id) THEN\n            RAISE EXCEPTION 'The currency of a contribution with payments stays as it is.'\n                USING ERRCODE = 'restrict_violation';\n        END IF;\n        RETURN NEW;\n    ",
                    hash="53391d7ed79feaa2c311b28375c22037a4e75b22",
                    operation='UPDATE OF "currency"',
                    pgid="pgtrigger_currency_stays_9113d",
                    table="supporters_contribution",
                    when="BEFORE",
                ),
            ),
        ),
    ]
