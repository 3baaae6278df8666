from django.contrib.auth.management import create_permissions
from django.db import migrations

WRITE = ("view", "add", "change")
# A row that is a part of a check is written, and taken out, with it.
PARTS = ("byline", "finding", "citation", "quotation", "searchquery", "followup")
REPORTER = [
    *(("factchecks", f"{action}_factcheck") for action in WRITE),
    *(("factchecks", f"{action}_{part}") for action in (*WRITE, "delete") for part in PARTS),
    *(("sources", f"{action}_{model}") for action in WRITE for model in ("source", "publisher")),
    ("factchecks", "view_person"),
    ("factchecks", "view_rating"),
]
EDITOR = [
    *REPORTER,
    ("factchecks", "publish_factcheck"),
    *(
        ("factchecks", f"{action}_{model}")
        for action in ("add", "change")
        for model in ("person", "rating")
    ),
]
GROUPS = {"Reporter": REPORTER, "Editor": EDITOR}


def make_groups(apps, schema_editor):
    """A reporter writes; an editor publishes too. Neither sees who gave money."""
    alias = schema_editor.connection.alias
    for label in ("sources", "factchecks"):
        _create_permissions(apps, label, alias)
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    groups = apps.get_model("auth", "Group").objects.using(alias)
    for name, wanted in GROUPS.items():
        group, _ = groups.get_or_create(name=name)
        group.permissions.set(
            permissions.get(content_type__app_label=app, codename=codename)
            for app, codename in wanted
        )


def _create_permissions(apps, label, alias):
    """Django makes them after the last migration, and only for apps with models at hand."""
    app = apps.get_app_config(label)
    app.models_module = True
    create_permissions(app, apps=apps, using=alias, verbosity=0)
    app.models_module = None


def remove_groups(apps, schema_editor):
    groups = apps.get_model("auth", "Group").objects.using(schema_editor.connection.alias)
    groups.filter(name__in=GROUPS).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("factchecks", "0001_initial"),
        ("sources", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_groups, remove_groups)]
