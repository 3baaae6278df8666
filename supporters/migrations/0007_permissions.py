from django.contrib.auth.management import create_permissions
from django.db import migrations

NAME = "Supporter admin"


def grant(apps, schema_editor):
    """What has come since the group was made, such as letters and providers' events, is theirs too."""
    alias = schema_editor.connection.alias
    app = apps.get_app_config("supporters")
    # Django makes permissions after the last migration, and only for apps with models at hand.
    app.models_module = True
    create_permissions(app, apps=apps, using=alias, verbosity=0)
    app.models_module = None
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    group, _ = apps.get_model("auth", "Group").objects.using(alias).get_or_create(name=NAME)
    group.permissions.add(*permissions.filter(content_type__app_label="supporters"))


class Migration(migrations.Migration):
    dependencies = [("supporters", "0006_letters")]

    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
