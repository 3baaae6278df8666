"""A bucket of S3 as a storage. Imported only where one is set: Amazon's package is large."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import File
from storages.backends.s3 import S3Storage

CONNECTING, SILENCE = 10, 60  # seconds
ATTEMPTS = 3
IN_ONE = 5_000_000_000  # bytes: what S3 takes in one request. Pieces of an upload that broke off would stay, and cost


class Bucket(S3Storage):  # type: ignore[misc]  # django-storages has no types
    """Files in a bucket, each there whole or not at all, as S3 itself has it. What goes wrong is an ``OSError``."""

    def __init__(self, addressing_style: str = "auto", **options: Any) -> None:
        config = Config(
            connect_timeout=CONNECTING,
            read_timeout=SILENCE,
            retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
            s3={"addressing_style": addressing_style},
            # Amazon's newest checksums, which others that speak like S3 don't all know, only where they must be.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        # Said, because the ending alone would have it unpacked on the way.
        kind = {"ContentType": "application/gzip"}
        super().__init__(
            client_config=config,
            transfer_config=TransferConfig(multipart_threshold=IN_ONE, use_threads=False),
            object_parameters=kind,
            **options,
        )

    def exists(self, name: str) -> bool:
        with _as_os_error():
            found: bool = super().exists(name)
        return found

    def _open(self, name: str, mode: str = "rb") -> File:
        with _as_os_error():
            file: File = super()._open(name, mode)
            file.open()  # fetched now, and not with the first piece that is read
        return file

    def _save(self, name: str, content: File) -> str:
        with _as_os_error():
            saved: str = super()._save(name, content)
        return saved


@contextmanager
def _as_os_error() -> Iterator[None]:
    try:
        yield
    except (Boto3Error, BotoCoreError, ClientError) as error:
        raise OSError(str(error)) from error
