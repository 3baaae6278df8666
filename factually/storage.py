"""Where uploaded files and kept copies are."""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage


class WholeFileStorage(FileSystemStorage):
    """Files in a folder, each there whole or not at all.

    Their names stand for what is in them: a file that is written twice stays the same one under its name.
    """

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name

    def _save(self, name: str, content: File) -> str:
        path = Path(self.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as stream:
            temporary = Path(stream.name)
            try:
                self._write(stream, content)
                temporary.replace(path)
                _remember(path.parent)
            except OSError:
                temporary.unlink(missing_ok=True)
                raise
        return name

    def _write(self, stream: Any, content: File) -> None:
        stream.writelines(content.chunks())
        stream.flush()
        os.fsync(stream.fileno())
        if self.file_permissions_mode is not None:
            os.fchmod(stream.fileno(), self.file_permissions_mode)


def _remember(folder: Path) -> None:
    """Have the disk know what is in the folder: a row that names the file may be written next."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
