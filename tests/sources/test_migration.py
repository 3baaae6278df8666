"""What the migrations make of the sources that were there before."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from sources.models import Source

pytestmark = pytest.mark.django_db


def test_sources_from_before_get_what_their_address_is_compared_by() -> None:
    Source.objects.create(url="http://sea.example/%61?utm_source=x")
    Source.objects.update(canonical="")
    migration = import_module("sources.migrations.0003_pasted_addresses")
    with connection.schema_editor() as editor:
        migration.compare(apps, editor)
    assert Source.objects.get().canonical == "https://sea.example/a"
