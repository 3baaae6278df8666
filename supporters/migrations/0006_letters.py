import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import supporters.models.fields


class Migration(migrations.Migration):
    dependencies = [
        ("supporters", "0005_giving"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Letter",
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
                        choices=[
                            ("thanks", "thanks, with the receipt"),
                            ("receipt", "receipt"),
                            ("link", "link to one's data"),
                            ("erased", "has been forgotten"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "address",
                    supporters.models.fields.EmailAddressField(
                        blank=True, editable=False, max_length=320, verbose_name="e-mail"
                    ),
                ),
                ("asked_at", models.DateTimeField(auto_now_add=True, verbose_name="asked for")),
                (
                    "begun_at",
                    models.DateTimeField(
                        editable=False,
                        help_text="Set before it is handed over, so that it is never handed over twice.",
                        null=True,
                        verbose_name="begun",
                    ),
                ),
                ("sent_at", models.DateTimeField(editable=False, null=True, verbose_name="sent")),
                (
                    "error",
                    models.CharField(
                        blank=True, editable=False, max_length=200, verbose_name="what went wrong"
                    ),
                ),
            ],
            options={
                "verbose_name": "letter",
                "verbose_name_plural": "letters",
                "ordering": ("-asked_at", "-pk"),
                "default_permissions": ("change", "view"),
            },
        ),
        migrations.AddField(
            model_name="supporter",
            name="erased_at",
            field=models.DateTimeField(
                editable=False,
                help_text="Since then nothing is known of the person but that they gave.",
                null=True,
                verbose_name="forgotten",
            ),
        ),
        migrations.AddIndex(
            model_name="supporter",
            index=models.Index(
                condition=models.Q(("show_name", True), models.Q(("name", ""), _negated=True)),
                fields=["-id"],
                name="supporter_on_the_wall",
            ),
        ),
        migrations.AddConstraint(
            model_name="supporter",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("erased_at", None),
                    models.Q(("email", ""), ("name", ""), ("show_name", False)),
                    _connector="OR",
                ),
                name="supporter_erased_is_forgotten",
                violation_error_message="This person asked to be forgotten.",
            ),
        ),
        migrations.AddField(
            model_name="letter",
            name="contribution",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="letters",
                to="supporters.contribution",
                verbose_name="contribution",
            ),
        ),
        migrations.AddField(
            model_name="letter",
            name="payment",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="letters",
                to="supporters.payment",
                verbose_name="payment",
            ),
        ),
        migrations.AddField(
            model_name="letter",
            name="sent_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                help_text="For thanks by hand: who gave them.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="thanked by",
            ),
        ),
        migrations.AddField(
            model_name="letter",
            name="supporter",
            field=models.ForeignKey(
                help_text="Nobody, where an address was typed that we do not know: nothing is sent.",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="letters",
                to="supporters.supporter",
                verbose_name="supporter",
            ),
        ),
        migrations.AddIndex(
            model_name="letter",
            index=models.Index(
                condition=models.Q(("kind", "link")),
                fields=["supporter", "asked_at"],
                name="letter_links_asked_for",
            ),
        ),
        migrations.AddIndex(
            model_name="letter",
            index=models.Index(
                condition=models.Q(("sent_at", None)), fields=["-asked_at"], name="letter_unsent"
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "thanks")),
                fields=("contribution",),
                name="letter_thanks_once_for_a_gift",
                violation_error_message="They have been thanked for this already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.UniqueConstraint(
                fields=("payment",),
                name="letter_once_for_a_payment",
                violation_error_message="There is a letter about this payment already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("contribution", None), ("kind__in", ["link", "erased"]), ("payment", None)
                    ),
                    models.Q(("contribution__isnull", False), ("kind", "thanks")),
                    models.Q(
                        ("contribution__isnull", False),
                        ("kind", "receipt"),
                        ("payment__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="letter_names_what_it_is_about",
                violation_error_message="Say which gift the letter is about.",
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind", "link"), ("supporter__isnull", False), _connector="OR"),
                name="letter_is_to_a_supporter",
                violation_error_message="Say whom the letter is to.",
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("address", ""),
                    models.Q(("kind", "erased"), ("sent_at", None)),
                    _connector="OR",
                ),
                name="letter_keeps_no_address",
                violation_error_message="A letter keeps no address.",
            ),
        ),
    ]
