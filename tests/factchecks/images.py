"""Pictures as people upload them, made on the spot."""

import io
import struct
import zlib
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from factchecks import pictures
from factchecks.documents import PicturePart
from tests.factories import key

RED, BLUE = (200, 30, 30), (30, 30, 200)
GPS = {1: "N", 2: (50.0, 5.0, 0.0), 3: "E", 4: (14.0, 25.0, 0.0)}
ORIENTATION, GPS_PLACE, MAKER = 0x0112, 0x8825, 0x010F


def make_image(width: int = 300, height: int = 200, mode: str = "RGB") -> Image.Image:
    """Red, with a blue left upper quarter."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(BLUE, (0, 0, width // 2, height // 2))
    return image.convert(mode)


def make_upload(
    image: Image.Image | None = None, form: str = "PNG", name: str = "moon.png", **options: Any
) -> SimpleUploadedFile:
    stream = io.BytesIO()
    (image or make_image()).save(stream, form, **options)
    return SimpleUploadedFile(name, stream.getvalue())


def make_exif(orientation: int = 1) -> Image.Exif:
    """What a camera writes: which way up, who made it, and where it stood."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[MAKER] = "Secret Camera"
    exif[GPS_PLACE] = GPS
    return exif


def make_bomb(width: int, height: int) -> SimpleUploadedFile:
    """A PNG of some bytes that announces as many pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        checked = name + data
        return struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return SimpleUploadedFile(
        "bomb.png", b"\x89PNG\r\n\x1a\n" + header + pixels + chunk(b"IEND", b"")
    )


def make_picture_part(stored: pictures.Stored | None = None, **changes: Any) -> PicturePart:
    """A picture's part of a document; its files are here when it was stored."""
    stored = stored or pictures.Stored("0" * 64, 1200, 800)
    part: Any = {
        "key": key(81),
        "name": "moon",
        "alt": "The Moon above a roof",
        "credit": "A. Photographer",
        "licence": "CC BY 4.0",
        "sha256": stored.sha256,
        "width": stored.width,
        "height": stored.height,
    }
    return {**part, **changes}  # type: ignore[typeddict-item]
