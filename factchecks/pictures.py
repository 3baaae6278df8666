"""Pictures: checked, made anew without their metadata, kept in several sizes for ever.

A picture is named by the SHA-256 of its remade original; its files' names follow from that and its width alone, so
that a page is made from a document without a look at any file. Nothing here ever deletes a file; what a law forbids to
show is laid aside, where no address leads.
"""

import hashlib
import io
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from factchecks.documents import Document, PicturePart

MOST_BYTES = 15_000_000
MOST_PIXELS = 40_000_000
MOST_PIXELS_LOSSLESS = 24_000_000  # those take several times as long to write
LONGEST_SIDE = 10_000  # pixels, as in the document's schema
WIDTHS = (480, 960, 1440)  # pixels; a page's column is 640 wide, on a sharp screen 1280
FALLBACK_WIDTH = 960
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
LOSSLESS = {"PNG", "GIF"}
FOLDER = "pictures"
LAID_ASIDE = "pictures-taken-down"
# What Pillow raises for files that are damaged, besides its own errors, which are OSErrors.
DAMAGED = (OSError, SyntaxError, ValueError, EOFError, IndexError, struct.error)


@dataclass(frozen=True)
class Stored:
    """A picture that is kept: the name of its files, and its size in pixels."""

    sha256: str
    width: int
    height: int


def widths(width: int) -> list[int]:
    """The widths in which a picture of that width is offered: never wider than it is."""
    return [*(size for size in WIDTHS if size < width), *([width] if width <= WIDTHS[-1] else [])]


def offered(picture: PicturePart | Stored) -> dict[int, str]:
    """The WebP files of a picture by their width, the smallest first."""
    sha256, width = _named(picture)
    return {size: f"{sha256}-{size}.webp" for size in widths(width)}


def fallback(picture: PicturePart | Stored) -> str:
    """The JPEG file for what does not know WebP: transparent parts are white there."""
    sha256, width = _named(picture)
    return f"{sha256}-{min(width, FALLBACK_WIDTH)}.jpg"


def lacking(document: Document) -> list[PicturePart]:
    """The pictures of a document whose files are not all here, as after an import from elsewhere."""
    return [
        part
        for part in document["pictures"]
        if not all(
            default_storage.exists(f"{FOLDER}/{name}")
            for name in (*offered(part).values(), fallback(part))
        )
    ]


def lay_aside(picture: PicturePart) -> None:
    """Keep the files of a picture from readers and desk alike, until somebody uploads it again. Safe to run twice."""
    sha256, width = _named(picture)
    originals = (f"{sha256}-{width}.{suffix}" for suffix in ("png", "jpg"))
    for name in (*offered(picture).values(), fallback(picture), *originals):
        path = f"{FOLDER}/{name}"
        if default_storage.exists(path):
            with default_storage.open(path) as file:
                default_storage.save(f"{LAID_ASIDE}/{name}", file)
            default_storage.delete(path)


def _named(picture: PicturePart | Stored) -> tuple[str, int]:
    if isinstance(picture, Stored):
        return picture.sha256, picture.width
    return picture["sha256"], picture["width"]


def store(upload: UploadedFile) -> Stored:
    """Keep an uploaded PNG, JPEG, WebP or GIF (its first frame), whatever its name says.

    Raises ``ValidationError`` with a sentence for what is no such picture, or too large. The same picture again
    changes nothing.
    """
    if not upload.size:
        raise ValidationError(_("The file is empty."))
    if upload.size > MOST_BYTES:
        message = _("The picture has more than %(most)s MB.")
        raise ValidationError(message % {"most": MOST_BYTES // 1_000_000})
    image, suffix = _read(upload)
    original = _encoded(image, suffix)
    stored = Stored(hashlib.sha256(original).hexdigest(), image.width, image.height)
    _keep(f"{stored.sha256}-{stored.width}.{suffix}", original)
    for width, name in reversed(offered(stored).items()):
        image = _narrowed(image, width)  # from the next larger one: the large original is slow
        _keep(name, _webp(image, drawn=suffix == "png"))
        if width == min(stored.width, FALLBACK_WIDTH):
            _keep(fallback(stored), _encoded(_on_white(image), "jpg"))
    return stored


def _read(upload: UploadedFile) -> tuple[Image.Image, str]:
    """The picture upright, in sRGB, without anything but its pixels; and in which format its original is kept."""
    with _refusals():
        upload.seek(0)
        source = Image.open(upload, formats=FORMATS)
    _refuse_large(source)
    with _refusals():
        source.load()
        lossless = source.format in LOSSLESS
        image = _in_srgb(ImageOps.exif_transpose(source))
    transparent = image.mode == "RGBA"
    return image, "png" if lossless or transparent else "jpg"


@contextmanager
def _refusals() -> Iterator[None]:
    """Turn what Pillow says of a file into a sentence."""
    try:
        yield
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large() from error
    except UnidentifiedImageError as error:
        message = _("This is no picture that can be read: a PNG, JPEG, WebP or GIF is.")
        raise ValidationError(message) from error
    except DAMAGED as error:
        raise ValidationError(_("The picture is damaged: it cannot be read to its end.")) from error


def _refuse_large(source: Image.Image) -> None:
    """Before a pixel is read: a small file may announce a huge picture."""
    most = MOST_PIXELS_LOSSLESS if source.format in LOSSLESS else MOST_PIXELS
    if source.width * source.height > most or max(source.size) > LONGEST_SIDE:
        raise _too_large()


def _too_large() -> ValidationError:
    message = _(
        "The picture is too large: up to %(pixels)s megapixels (%(lossless)s of a PNG or GIF), "
        "and %(side)s pixels a side, can be kept."
    )
    most = {"pixels": MOST_PIXELS // 1_000_000, "lossless": MOST_PIXELS_LOSSLESS // 1_000_000}
    return ValidationError(message % {**most, "side": LONGEST_SIDE})


def _in_srgb(image: Image.Image) -> Image.Image:
    """Its colours as every screen shows them; transparency is kept where there is any."""
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I;16"):  # grey in 16 bits: the 8 that count
        image = image.point(lambda value: value / 256).convert("L")
    transparent = image.has_transparency_data
    if profile and image.mode in {"RGB", "RGBA", "CMYK", "L"}:
        image = _converted(image, profile)
    image = image.convert("RGBA" if transparent else "RGB")
    if transparent and image.getchannel("A").getextrema()[0] == 255:
        image = image.convert("RGB")
    image.info.clear()
    return image


def _converted(image: Image.Image, profile: bytes) -> Image.Image:
    try:
        converted = ImageCms.profileToProfile(
            image,
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            outputMode="RGBA" if image.mode == "RGBA" else "RGB",
        )
    except (ImageCms.PyCMSError, OSError):  # a profile that does not fit says nothing
        return image
    return converted or image


def _narrowed(image: Image.Image, width: int) -> Image.Image:
    if image.width <= width:
        return image
    height = max(1, round(image.height * width / image.width))
    return image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3)


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode == "RGB":
        return image
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")


def _encoded(image: Image.Image, suffix: str) -> bytes:
    stream = io.BytesIO()
    if suffix == "png":
        image.save(stream, "PNG", compress_level=3)  # half the time of 6, and little larger
    else:
        image.save(stream, "JPEG", quality=88, subsampling=0)
    return stream.getvalue()


def _webp(image: Image.Image, *, drawn: bool) -> bytes:
    """Of a screenshot or chart the lossless file is often the smaller one."""
    lossy, lossless = io.BytesIO(), io.BytesIO()
    image.save(lossy, "WEBP", quality=84, method=4)
    if not drawn:
        return lossy.getvalue()
    image.save(lossless, "WEBP", lossless=True, quality=30, method=2)
    return min(lossy.getvalue(), lossless.getvalue(), key=len)


def _keep(name: str, data: bytes) -> None:
    path = f"{FOLDER}/{name}"
    if default_storage.exists(path):
        return
    try:
        default_storage.save(path, ContentFile(data))
    except OSError as error:
        message = _("The picture cannot be kept now: %(reason)s.")
        raise ValidationError(message % {"reason": error.strerror or error}) from error
