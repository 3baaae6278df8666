"""Pictures are checked, made anew, kept for ever, and served."""

import hashlib
import io
import random
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import pgtrigger
import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from PIL import Image, ImageCms

from factchecks import importer, importing, pages, pictures, publishing, rules
from factchecks.models import FactCheck, Revision
from tests.factchecks.images import (
    BLUE,
    GPS_PLACE,
    RED,
    make_bomb,
    make_exif,
    make_image,
    make_picture_part,
    make_upload,
)
from tests.factories import NOON, edit, make_check, make_document

pytestmark = pytest.mark.usefixtures("media")

PLACED = "So [1].\n\n![The Moon [1]](picture:moon)"


def bytes_of(name: str) -> bytes:
    with default_storage.open(f"pictures/{name}") as file:
        data: bytes = file.read()
    return data


def opened(name: str) -> Image.Image:
    return Image.open(io.BytesIO(bytes_of(name)))


def smallest(stored: pictures.Stored) -> Image.Image:
    return opened(next(iter(pictures.offered(stored).values())))


def kept() -> list[str]:
    return sorted(default_storage.listdir("pictures")[1])


def is_near(pixel: Any, colour: tuple[int, ...]) -> bool:
    return all(abs(a - b) < 12 for a, b in zip(pixel, colour, strict=True))


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_picture_is_known_by_what_is_in_it(form: str) -> None:
    stored = pictures.store(make_upload(form=form, name="anything.txt"))
    assert (stored.width, stored.height) == (300, 200)
    assert is_near(smallest(stored).convert("RGB").getpixel((10, 10)), BLUE)


def test_a_picture_is_offered_in_sizes_that_are_never_wider_than_it_is() -> None:
    stored = pictures.store(make_upload(make_image(1200, 800), "JPEG"))
    assert list(pictures.offered(stored)) == [480, 960, 1200]
    for width, name in pictures.offered(stored).items():
        assert opened(name).size == (width, round(width * 800 / 1200))
        assert opened(name).format == "WEBP"
    assert opened(pictures.fallback(stored)).size == (960, 640)


def test_a_large_picture_is_kept_whole_and_offered_smaller() -> None:
    stored = pictures.store(make_upload(make_image(3000, 30)))
    assert list(pictures.offered(stored)) == [480, 960, 1440]
    assert opened(f"{stored.sha256}-3000.png").size == (3000, 30)


def test_the_files_are_named_by_the_remade_original() -> None:
    stored = pictures.store(make_upload())
    original = bytes_of(f"{stored.sha256}-300.png")
    assert hashlib.sha256(original).hexdigest() == stored.sha256


def test_the_same_picture_again_changes_nothing(media: Path) -> None:
    first = pictures.store(make_upload())
    before = {file: file.stat().st_mtime_ns for file in media.rglob("*")}
    assert pictures.store(make_upload(name="other.png")) == first
    assert {file: file.stat().st_mtime_ns for file in media.rglob("*")} == before


def test_the_same_picture_at_the_same_moment_is_kept_once() -> None:
    threads = [threading.Thread(target=pictures.store, args=[make_upload()]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({name[:64] for name in kept()}) == 1
    assert len(kept()) == 3


def test_a_file_is_there_whole_or_not_at_all(media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(ValidationError, match="cannot be kept now: No space left on device"):
        pictures.store(make_upload())
    assert [file for file in media.rglob("*") if file.is_file()] == []


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_where_and_with_what_a_picture_was_made_is_left_out(form: str) -> None:
    upload = make_upload(form=form, exif=make_exif())
    assert Image.open(upload).getexif().get_ifd(GPS_PLACE)
    pictures.store(upload)
    assert len(kept()) >= 2
    for name in kept():
        image = opened(name)
        assert not image.getexif()
        assert not {"exif", "xmp", "comment", "icc_profile"} & set(image.info)
        assert b"Secret Camera" not in bytes_of(name)


def test_texts_in_a_file_are_left_out() -> None:
    pictures.store(make_upload(form="JPEG", comment=b"Secret comment"))
    pictures.store(make_upload(form="GIF", comment=b"Secret comment"))
    for name in kept():
        assert b"Secret" not in bytes_of(name)


def test_a_picture_stands_upright_without_its_metadata() -> None:
    stored = pictures.store(make_upload(form="JPEG", exif=make_exif(orientation=6)))
    assert (stored.width, stored.height) == (200, 300)
    assert is_near(smallest(stored).getpixel((190, 10)), BLUE)
    assert is_near(smallest(stored).getpixel((10, 10)), RED)


def test_an_animation_becomes_its_first_picture() -> None:
    frames = [Image.new("RGB", (40, 40), colour) for colour in (RED, BLUE)]
    animated = make_upload(frames[0], "GIF", save_all=True, append_images=frames[1:])
    stored = pictures.store(animated)
    assert getattr(smallest(stored), "n_frames", 1) == 1
    assert is_near(smallest(stored).convert("RGB").getpixel((5, 5)), RED)


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_what_is_transparent_stays_so_and_is_white_in_the_fallback(form: str) -> None:
    image = make_image(1000, 100, "RGBA")
    image.putalpha(0)
    stored = pictures.store(make_upload(image, form))
    for name in (f"{stored.sha256}-1000.png", *pictures.offered(stored).values()):
        assert opened(name).convert("RGBA").getpixel((5, 5))[3] == 0  # type: ignore[index]
    assert is_near(opened(pictures.fallback(stored)).getpixel((5, 5)), (255, 255, 255))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16"])
def test_every_kind_of_png_can_be_shown(mode: str) -> None:
    image = Image.new("I;16", (40, 40), 40_000) if mode == "I;16" else make_image(40, 40, mode)
    stored = pictures.store(make_upload(image))
    shade = smallest(stored).convert("L").getpixel((5, 5))
    assert shade == 156 if mode == "I;16" else shade in range(80)


def test_a_picture_for_the_press_can_be_shown() -> None:
    stored = pictures.store(make_upload(make_image(mode="CMYK"), "JPEG"))
    assert is_near(smallest(stored).convert("RGB").getpixel((299, 199)), RED)


def test_colours_of_another_profile_are_made_the_webs() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()
    for data in (profile, b"no profile"):
        pictures.store(make_upload(form="JPEG", icc_profile=data))
    assert not [name for name in kept() if "icc_profile" in opened(name).info]


@pytest.mark.parametrize(
    ("upload", "sentence"),
    [
        (SimpleUploadedFile("a.png", b""), "The file is empty."),
        (SimpleUploadedFile("a.png", b"Just text." * 50), "This is no picture"),
        (SimpleUploadedFile("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "This is no"),
        (make_upload(form="TIFF"), "This is no picture"),
        (make_upload(form="BMP"), "This is no picture"),
        (SimpleUploadedFile("a.png", b"\x89PNG\r\n\x1a\n"), "This is no picture"),
        (SimpleUploadedFile("a.png", make_upload().read()[:200]), "The picture is damaged"),
        (make_bomb(9_000, 9_000), "24 of a PNG or GIF"),
        (make_bomb(10_001, 10), "10000 pixels a side"),
        (make_bomb(12_000, 12_000), "24 of a PNG or GIF"),
        (make_bomb(60_000, 60_000), "24 of a PNG or GIF"),
        (make_bomb(4_800, 5_000), "The picture is damaged"),
        (SimpleUploadedFile("a.jpg", bytes(15_000_001)), "more than 15 MB"),
    ],
)
def test_what_cannot_be_a_picture_is_refused_with_a_sentence(
    upload: SimpleUploadedFile, sentence: str, media: Path
) -> None:
    with pytest.raises(ValidationError, match=sentence):
        pictures.store(upload)
    assert not media.exists()


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow's, of damaged metadata
@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_damaged_file_is_refused_or_kept_and_never_a_crash(form: str) -> None:
    options: dict[str, Any] = {"exif": make_exif()} if form != "GIF" else {}
    whole = make_upload(make_image(60, 40), form, **options)
    data, chance = whole.read(), random.Random(form)
    for _ in range(150):
        damaged = bytearray(data[: chance.randint(len(data) // 2, len(data))])
        for _ in range(chance.randint(1, 8)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        with suppress(ValidationError):
            pictures.store(SimpleUploadedFile("a", bytes(damaged)))


# Serving --------------------------------------------------------------------------------------


def test_a_file_is_served_once_and_for_ever(client: Client) -> None:
    stored = pictures.store(make_upload())
    for suffix, kind in (("webp", "webp"), ("jpg", "jpeg"), ("png", "png")):
        response: Any = client.get(
            f"/pictures/{stored.sha256}-300.{suffix}", headers={"accept-encoding": "gzip, br"}
        )
        content = response.getvalue()
        assert response["Content-Type"] == f"image/{kind}"
        assert response["Cache-Control"] == "public, max-age=31536000, immutable"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "Content-Encoding" not in response
        assert int(response["Content-Length"]) == len(content)
        assert not response.cookies
        assert Image.open(io.BytesIO(content)).size == (300, 200)


def test_who_has_a_file_is_not_sent_it_again(client: Client) -> None:
    stored = pictures.store(make_upload())
    address = f"/pictures/{stored.sha256}-300.webp"
    first: Any = client.get(address)
    assert first.getvalue()
    again = client.get(address, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name",
    [
        f"{'0' * 64}-300.webp",
        f"{'0' * 64}-300.webp%0A",
        f"{'0' * 64}-300.svg",
        f"{'A' * 64}-300.webp",
        f"{'0' * 64}-0300.webp",
        "../secret-key",
        "..%2Fsecret-key",
        "%2e%2e/%2e%2e/etc/passwd",
        "",
    ],
)
def test_other_addresses_lead_nowhere(client: Client, name: str) -> None:
    assert client.get(f"/pictures/{name}").status_code == 404


def test_files_are_only_read(client: Client) -> None:
    stored = pictures.store(make_upload())
    assert client.post(f"/pictures/{stored.sha256}-300.webp").status_code == 405


# In a check -----------------------------------------------------------------------------------


def test_a_placed_picture_is_part_of_the_page() -> None:
    part = make_picture_part(pictures.store(make_upload()))
    made = pages.parts(make_document(summary=PLACED, pictures=[part]), {})
    assert f'srcset="/pictures/{part["sha256"]}-300.webp 300w"' in made["summary"]
    assert 'alt="The Moon above a roof"' in made["summary"]


def test_a_text_that_shows_a_picture_the_check_has_not_stops_publication() -> None:
    document = make_document(summary=PLACED)
    problem = rules.problems(document, NOON.date())[0]
    assert (
        problem.message == "The executive summary shows a picture “moon”, but the check has none."
    )
    assert problem.part == "summary"


def test_a_placed_picture_breaks_no_rule() -> None:
    part = make_picture_part(pictures.store(make_upload()))
    document = make_document(summary=PLACED, pictures=[part])
    assert rules.problems(document, NOON.date()) == []
    assert rules.placing(document) == {"moon": ["The executive summary"]}


@pytest.mark.parametrize("lost", ["webp", "jpg"])
def test_a_picture_whose_files_are_not_here_stops_publication(media: Path, lost: str) -> None:
    part = make_picture_part(pictures.store(make_upload()))
    for file in media.rglob(f"*.{lost}"):
        file.unlink()
    problem = rules.problems(make_document(pictures=[part]), NOON.date())[0]
    assert problem.message.startswith("The files of the picture “moon” are not here.")


@pytest.mark.django_db
def test_a_picture_that_was_published_stays_when_the_desk_removes_it(client: Client) -> None:
    part = make_picture_part(pictures.store(make_upload()))
    publication = publishing.publish(make_check(summary=PLACED, pictures=[part]), editor=None)
    check = publication.fact_check
    before = client.get(publication.get_absolute_url()).content
    edit(check, summary="So [1].", pictures=[])
    assert not check.pictures.exists()
    assert client.get(publication.get_absolute_url()).content == before
    publishing.remake_page(publication)
    assert client.get(publication.get_absolute_url()).content == before
    for name in (*pictures.offered(part).values(), pictures.fallback(part)):
        assert f"/pictures/{name}".encode() in before
        file: Any = client.get(f"/pictures/{name}")
        assert Image.open(io.BytesIO(file.getvalue())).size == (300, 200)


@pytest.mark.django_db
def test_pictures_may_trade_their_names() -> None:
    parts = [make_picture_part(), make_picture_part(key=make_document()["key"], name="sun")]
    check = make_check(pictures=parts)
    edit(check, pictures=[{**parts[0], "name": "sun"}, {**parts[1], "name": "moon"}])
    assert [picture.name for picture in check.pictures.all()] == ["sun", "moon"]


def exported(slug: str) -> str:
    out = io.StringIO()
    call_command("export_check", slug, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_pictures_travel_with_an_exported_check() -> None:
    part = make_picture_part(pictures.store(make_upload()))
    make_check(summary=PLACED, pictures=[part])
    text = exported("is-the-moon-round")
    with pgtrigger.ignore():
        Revision.objects.all().delete()
        FactCheck.objects.all().delete()
    result = importer.save(importing.read(text), by=None)
    assert result.obstacles == []
    assert exported("is-the-moon-round") == text


@pytest.mark.django_db
def test_an_imported_picture_without_its_files_is_told_and_not_published() -> None:
    make_check(summary=PLACED, pictures=[make_picture_part()], slug="elsewhere")
    result = importer.save(importing.read(exported("elsewhere")), by=None)
    assert result.obstacles == [
        "The files of the picture “moon” are not here. Upload it again.",
    ]
    assert result.revision is not None
    with pytest.raises(ValidationError, match="are not here"):
        publishing.publish(result.revision.fact_check, editor=None)
