"""An index for finding the check that asks the question which another one answers."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import migrations
from django.db.models.fields.json import KeyTransform


class Migration(migrations.Migration):
    dependencies = [("factchecks", "0008_search")]

    operations = [
        migrations.AddIndex(
            model_name="publication",
            index=GinIndex(
                OpClass(KeyTransform("questions", "html"), name="jsonb_path_ops"),
                name="publication_questions",
            ),
        ),
    ]
