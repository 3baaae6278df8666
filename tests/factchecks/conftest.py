from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> Path:
    """An empty folder for uploaded files."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"
