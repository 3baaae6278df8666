"""The text search configurations of the languages, and the words that the search learns.

They need three extensions that Postgres trusts the database's owner with: ``unaccent``, ``fuzzystrmatch`` and, for an index
over words and primary keys together, ``btree_gin``.
"""

import re

import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.contrib.postgres.operations import (
    BtreeGinExtension,
    CreateExtension,
    UnaccentExtension,
)
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

ANY = "factually_any"
LANGUAGES = {
    "ar": "arabic",
    "ca": "catalan",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "nb": "norwegian",
    "ne": "nepali",
    "nl": "dutch",
    "nn": "norwegian",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}
STEMMERS = """
    SELECT dictname, dictinitoption FROM pg_ts_dict JOIN pg_namespace ON pg_namespace.oid = dictnamespace
    WHERE nspname = 'pg_catalog' AND dictname LIKE '%%\\_stem'
"""


def make_configurations(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Stop words as they are spelt, then without accents to the stemmer; no stemmer in this Postgres: without accents."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(STEMMERS)
        stemmers = dict(cursor.fetchall())
    make_configuration(schema_editor, ANY, "simple", "unaccent, simple")
    for tag, language in LANGUAGES.items():
        name, stemmer = f"factually_{tag}", f"{language}_stem"
        if stemmer not in stemmers:
            make_configuration(schema_editor, name, "simple", "unaccent, simple")
            continue
        dictionaries = f"unaccent, pg_catalog.{stemmer}"
        if stop := re.search(r"stopwords = '(\w+)'", stemmers[stemmer] or ""):
            schema_editor.execute(
                f"CREATE TEXT SEARCH DICTIONARY {name}_stop"
                f" (TEMPLATE = pg_catalog.simple, STOPWORDS = {stop[1]}, ACCEPT = false)"
            )
            dictionaries = f"{name}_stop, {dictionaries}"
        make_configuration(schema_editor, name, language, dictionaries)


def make_configuration(
    schema_editor: BaseDatabaseSchemaEditor, name: str, like: str, dictionaries: str
) -> None:
    schema_editor.execute(f"CREATE TEXT SEARCH CONFIGURATION {name} (COPY = pg_catalog.{like})")
    schema_editor.execute(
        f"ALTER TEXT SEARCH CONFIGURATION {name}"
        f" ALTER MAPPING FOR hword, hword_part, word WITH {dictionaries}"
    )


def drop_configurations(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for name in (ANY, *(f"factually_{tag}" for tag in LANGUAGES)):
        schema_editor.execute(f"DROP TEXT SEARCH CONFIGURATION IF EXISTS {name}")
        schema_editor.execute(f"DROP TEXT SEARCH DICTIONARY IF EXISTS {name}_stop")


class Migration(migrations.Migration):
    dependencies = [("factchecks", "0007_open_forms")]

    operations = [
        UnaccentExtension(),
        CreateExtension("fuzzystrmatch"),
        BtreeGinExtension(),
        migrations.RunPython(make_configurations, drop_configurations),
        migrations.CreateModel(
            name="KnownWord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("word", models.CharField(max_length=30, unique=True, verbose_name="word")),
                (
                    "publications",
                    models.PositiveIntegerField(
                        help_text="How many have it, former ones included.",
                        verbose_name="publications",
                    ),
                ),
            ],
            options={
                "verbose_name": "known word",
                "verbose_name_plural": "known words",
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["word"], name="known_word_trigrams", opclasses=["gin_trgm_ops"]
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="publication",
            name="search_front",
            field=django.contrib.postgres.search.SearchVectorField(
                help_text="Of question and summary; short enough to stand in the row, for ranking.",
                null=True,
                verbose_name="search vector of the front",
            ),
        ),
        # In the row, before others stay there that are read less often.
        migrations.RunSQL(
            "ALTER TABLE factchecks_publication ALTER COLUMN search_front SET STORAGE MAIN",
            migrations.RunSQL.noop,
        ),
        migrations.RemoveIndex(model_name="publication", name="publication_search"),
        migrations.AddIndex(
            model_name="publication",
            index=django.contrib.postgres.indexes.GinIndex(
                models.F("search"),
                models.F("id") / 1000,
                fastupdate=False,
                name="publication_search",
            ),
        ),
        migrations.AddField(
            model_name="publication",
            name="words_known",
            field=models.BooleanField(
                default=False,
                help_text="Whether the search has learnt its words.",
                verbose_name="words known",
            ),
        ),
        migrations.AddIndex(
            model_name="publication",
            index=models.Index(fields=["language"], name="publication_language"),
        ),
        migrations.AddIndex(
            model_name="publication",
            index=models.Index(
                condition=models.Q(("words_known", False)),
                fields=["id"],
                name="publication_words_unknown",
            ),
        ),
    ]
