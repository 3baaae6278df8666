import pytest
from django.test import Client

from tests.factories import make_superuser


@pytest.fixture
def chief(client: Client) -> Client:
    client.force_login(make_superuser())
    return client
