from django.contrib.auth.management import create_permissions
from django.db import migrations

NAME = "Supporter admin"


def make_group(apps, schema_editor):
    """Whoever is in it sees and keeps the supporters, and nothing else."""
    alias = schema_editor.connection.alias
    app = apps.get_app_config("supporters")
    # Django makes permissions after the last migration, and only for apps with models at hand.
    app.models_module = True
    create_permissions(app, apps=apps, using=alias, verbosity=0)
    app.models_module = None
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    group, _ = apps.get_model("auth", "Group").objects.using(alias).get_or_create(name=NAME)
    group.permissions.set(permissions.filter(content_type__app_label="supporters"))


def remove_group(apps, schema_editor):
    groups = apps.get_model("auth", "Group").objects.using(schema_editor.connection.alias)
    groups.filter(name=NAME).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("supporters", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_group, remove_group)]
