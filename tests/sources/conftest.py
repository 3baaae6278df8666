from collections.abc import Iterator

import pytest

from tests.sources import awkward


@pytest.fixture
def site() -> Iterator[awkward.Site]:
    with awkward.site() as running:
        yield running
