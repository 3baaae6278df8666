import django.contrib.postgres.functions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("factchecks", "0006_reading"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="unsavedwork",
            name="unsaved_work_one_a_form",
        ),
        migrations.AddField(
            model_name="unsavedwork",
            name="form",
            field=models.UUIDField(
                db_default=django.contrib.postgres.functions.RandomUUID(),
                help_text="The key that the form got when it was opened; two tabs have two.",
            ),
        ),
        migrations.AddField(
            model_name="unsavedwork",
            name="title",
            field=models.CharField(
                blank=True, default="", help_text="The question, as typed.", max_length=200
            ),
        ),
        migrations.AddConstraint(
            model_name="unsavedwork",
            constraint=models.UniqueConstraint(
                fields=("user", "form"), name="unsaved_work_once_a_form"
            ),
        ),
    ]
