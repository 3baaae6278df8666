"""Where kept copies are: a folder, or a bucket that speaks S3."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from pytest_django import Settings

from factually import evidence
from tests.factually.fake_bucket import FakeBucket, fake_bucket

NAME = "ab/abc.warc.gz"


@pytest.fixture
def bucket() -> Iterator[FakeBucket]:
    with fake_bucket() as running:
        yield running


def opened(settings: Settings, where: str, *keys: str) -> Storage:
    settings.STORAGES = {**settings.STORAGES, "evidence": evidence.storage(where, *keys)}
    return storages["evidence"]


def test_copies_are_kept_in_a_folder(settings: Settings, tmp_path: Path) -> None:
    storage = opened(settings, str(tmp_path / "evidence"))
    storage.save(NAME, ContentFile(b"copy"))
    assert (tmp_path / "evidence" / NAME).read_bytes() == b"copy"


def test_copies_are_kept_in_a_bucket(settings: Settings, bucket: FakeBucket) -> None:
    storage = opened(settings, bucket.where("newsroom/evidence"), "KEY", "SECRET")
    assert not storage.exists(NAME)
    assert storage.save(NAME, ContentFile(b"copy")) == NAME
    assert bucket.files == {f"/copies/newsroom/evidence/{NAME}": b"copy"}
    assert bucket.headers["Content-Type"] == "application/gzip"
    assert "Content-Encoding" not in bucket.headers
    assert storage.exists(NAME)
    with storage.open(NAME) as file:
        assert file.read() == b"copy"


def test_a_copy_written_twice_is_one_file(settings: Settings, bucket: FakeBucket) -> None:
    storage = opened(settings, bucket.where(), "KEY", "SECRET")
    for copy in (b"copy", b"copy again"):
        storage.save(NAME, ContentFile(copy))
    assert bucket.files == {f"/copies/{NAME}": b"copy again"}


def test_a_large_copy_is_sent_whole(settings: Settings, bucket: FakeBucket) -> None:
    storage = opened(settings, bucket.where(), "KEY", "SECRET")
    storage.save(NAME, ContentFile(b"x" * 20_000_000))
    assert [len(body) for body in bucket.files.values()] == [20_000_000]


def test_a_bucket_that_refuses_or_is_away_is_an_error_of_the_disk(
    settings: Settings, bucket: FakeBucket
) -> None:
    bucket.is_full = True
    storage = opened(settings, bucket.where(), "KEY", "SECRET")
    with pytest.raises(OSError, match="507"):
        storage.save(NAME, ContentFile(b"copy"))
    with pytest.raises(OSError):
        storage.open(NAME)
    wrong = opened(settings, bucket.where(), "OTHER", "SECRET")
    bucket.is_full = False
    with pytest.raises(OSError, match="403"):
        wrong.save(NAME, ContentFile(b"copy"))
    assert bucket.files == {}


@pytest.mark.parametrize(
    ("where", "why"),
    [
        ("", "not a folder’s whole path"),
        ("evidence", "not a folder’s whole path"),
        ("gs://bucket", "nowhere that copies can be kept"),
        ("s3:bucket", "not the name of a bucket"),
        ("s3://Bucket/prefix", "“Bucket” is not the name of a bucket"),
        ("s3://name:secret@bucket_", "“bucket_” is not the name of a bucket"),
        ("s3://bucket?endpoint=https://s3.example.org", "“endpoint” is not known"),
        ("s3://bucket?endpoint_url=s3.example.org", "endpoint_url is not the address of a server"),
        ("s3://bucket?addressing_style=none", "addressing_style is path, virtual or auto"),
    ],
)
def test_a_place_that_is_none_is_named_before_anything_is_served(
    settings: Settings, where: str, why: str
) -> None:
    settings.EVIDENCE_STORAGE = where
    [error] = [found for found in run_checks(tags=["production"]) if found.id == "factually.E006"]
    assert why in error.msg
    assert "secret" not in error.msg
    with pytest.raises(NotImplementedError):
        opened(settings, where).save(NAME, ContentFile(b"copy"))


def test_a_place_that_can_be_used_passes_the_check(settings: Settings) -> None:
    for where in ("/srv/evidence", "s3://bucket", "s3://bucket/a/b?region_name=eu-central-1"):
        settings.EVIDENCE_STORAGE = where
        assert not [
            found for found in run_checks(tags=["production"]) if found.id == "factually.E006"
        ]
