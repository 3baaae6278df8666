import uuid

import django.contrib.postgres.functions
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("supporters", "0004_balances")]

    operations = [
        migrations.AddField(
            model_name="contribution",
            name="key",
            field=models.UUIDField(
                default=uuid.uuid4,
                db_default=django.contrib.postgres.functions.RandomUUID(),
                editable=False,
                help_text="By which a payment provider tells us what a payment is for.",
                unique=True,
                verbose_name="key",
            ),
        ),
        migrations.AddField(
            model_name="contribution",
            name="provider",
            field=models.CharField(
                blank=True,
                editable=False,
                help_text="Who takes the payments; empty if they are recorded by hand.",
                max_length=20,
                verbose_name="by way of",
            ),
        ),
        migrations.AddField(
            model_name="contribution",
            name="covers_fees",
            field=models.BooleanField(
                default=False,
                editable=False,
                help_text="The amount contains what the card costs us.",
                verbose_name="covers the fees",
            ),
        ),
        migrations.AddField(
            model_name="contribution",
            name="message",
            field=models.TextField(
                blank=True,
                editable=False,
                help_text="The supporter's own words to the newsroom.",
                max_length=1000,
                verbose_name="message",
            ),
        ),
        migrations.AddField(
            model_name="contribution",
            name="asks_to_show_name",
            field=models.BooleanField(
                default=False,
                editable=False,
                help_text="Said when giving; it is followed once this first gift is paid.",
                verbose_name="asks to show the name",
            ),
        ),
        migrations.AddField(
            model_name="contribution",
            name="ended_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="ended"),
        ),
        migrations.AddField(
            model_name="contribution",
            name="failing_since",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="The renewal could not be charged, and has not been since.",
                null=True,
                verbose_name="failing since",
            ),
        ),
        migrations.AddIndex(
            model_name="contribution",
            index=models.Index(
                condition=models.Q(("provider", "stripe-test")),
                fields=["provider"],
                name="contribution_of_test_mode",
            ),
        ),
        migrations.AlterField(
            model_name="payment",
            name="provider",
            field=models.CharField(
                choices=[
                    ("hand", "by hand"),
                    ("demonstration", "demonstration"),
                    ("stripe", "card, by Stripe"),
                    ("stripe-test", "card, by Stripe's test mode"),
                ],
                default="hand",
                max_length=20,
                verbose_name="came by",
            ),
        ),
        migrations.CreateModel(
            name="ProviderEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("provider", models.CharField(max_length=20, verbose_name="provider")),
                ("event_id", models.CharField(max_length=255, verbose_name="event")),
                ("type", models.CharField(max_length=100, verbose_name="type")),
                (
                    "is_live",
                    models.BooleanField(help_text="Real money, not a test.", verbose_name="live"),
                ),
                ("created_at", models.DateTimeField(verbose_name="happened")),
                ("payload", models.JSONField(verbose_name="content")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("applied", "applied"),
                            ("ignored", "ignored"),
                            ("failed", "failed"),
                        ],
                        db_default="waiting",
                        default="waiting",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("received_at", models.DateTimeField(auto_now_add=True, verbose_name="received")),
                ("applied_at", models.DateTimeField(null=True, verbose_name="applied")),
                (
                    "attempts",
                    models.PositiveIntegerField(db_default=0, default=0, verbose_name="tries"),
                ),
                (
                    "error",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        max_length=300,
                        verbose_name="problem",
                    ),
                ),
            ],
            options={
                "verbose_name": "event of a provider",
                "verbose_name_plural": "events of providers",
                "ordering": ("-received_at", "-pk"),
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "failed")),
                        fields=["-received_at"],
                        name="provider_event_failed",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("provider", "event_id"), name="provider_event_stored_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ProviderObject",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("provider", models.CharField(max_length=20, verbose_name="provider")),
                ("object_id", models.CharField(max_length=255, verbose_name="id")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("session", "checkout"),
                            ("intent", "payment"),
                            ("charge", "charge"),
                            ("invoice", "invoice"),
                            ("subscription", "subscription"),
                            ("customer", "customer"),
                            ("refund", "refund"),
                            ("dispute", "dispute"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                (
                    "contribution",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="provider_objects",
                        to="supporters.contribution",
                        verbose_name="contribution",
                    ),
                ),
                (
                    "part_of",
                    models.ForeignKey(
                        help_text="A charge is part of a payment, that of an invoice, that of a subscription.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parts",
                        to="supporters.providerobject",
                        verbose_name="part of",
                    ),
                ),
                (
                    "amount",
                    models.PositiveBigIntegerField(
                        help_text="Paid, refunded or disputed, in minor units.",
                        null=True,
                        verbose_name="amount",
                    ),
                ),
                ("currency", models.CharField(blank=True, max_length=3, verbose_name="currency")),
                ("happened_at", models.DateTimeField(null=True, verbose_name="happened")),
                (
                    "refunded",
                    models.PositiveBigIntegerField(
                        default=0,
                        help_text="All that was refunded of this charge until now.",
                        verbose_name="refunded",
                    ),
                ),
                ("refunded_at", models.DateTimeField(null=True, verbose_name="last refunded")),
                (
                    "is_taken",
                    models.BooleanField(
                        default=False,
                        help_text="The refund or dispute took its amount from us.",
                        verbose_name="taken",
                    ),
                ),
                (
                    "is_given_back",
                    models.BooleanField(
                        default=False,
                        help_text="The dispute was won, or the refund failed.",
                        verbose_name="given back",
                    ),
                ),
                ("failed_at", models.DateTimeField(null=True, verbose_name="failed")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="ended")),
                (
                    "card",
                    models.CharField(
                        blank=True,
                        help_text="A keyed hash: the same for the same card.",
                        max_length=64,
                        verbose_name="card",
                    ),
                ),
                (
                    "card_country",
                    models.CharField(blank=True, max_length=2, verbose_name="country of the card"),
                ),
                (
                    "billing_country",
                    models.CharField(
                        blank=True, max_length=2, verbose_name="country of the address"
                    ),
                ),
            ],
            options={
                "verbose_name": "object of a provider",
                "verbose_name_plural": "objects of providers",
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(
                        condition=models.Q(("card", ""), _negated=True),
                        fields=["card"],
                        name="provider_object_of_a_card",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("provider", "object_id"), name="provider_object_kept_once"
                    )
                ],
            },
        ),
    ]
