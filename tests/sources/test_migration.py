"""What the migrations make of the sources that were there before."""

from importlib import import_module

import pytest
from django.apps import apps
from django.core.management.base import CommandError
from django.db import connection

from sources.models import Source
from tests.sources.copies import make_copy, make_source

pytestmark = pytest.mark.django_db


def test_sources_from_before_get_what_their_address_is_compared_by() -> None:
    Source.objects.create(url="http://sea.example/%61?utm_source=x")
    Source.objects.update(canonical="")
    migration = import_module("sources.migrations.0003_pasted_addresses")
    with connection.schema_editor() as editor:
        migration.compare(apps, editor)
    assert Source.objects.get().canonical == "https://sea.example/a"


def test_there_is_no_way_back_over_kept_copies() -> None:
    migration = import_module("sources.migrations.0004_evidence_kept")
    with connection.schema_editor() as editor:
        migration.keep_evidence(apps, editor)  # there are none
        make_copy(make_source())
        with pytest.raises(CommandError, match="1 kept copies would be lost"):
            migration.keep_evidence(apps, editor)
