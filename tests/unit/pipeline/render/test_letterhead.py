"""The letterhead: colours that can be read, and logos of which nothing but pixels is kept."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image, PngImagePlugin
from support.logos import make_picture

from pipeline.json_values import from_json, to_json
from pipeline.render.letterhead import InvalidColour, Letterhead, make_readable
from pipeline.render.logo import MAX_LOGO_BYTES, InvalidLogo, make_logo


@pytest.mark.parametrize("colour", ["#1a4f8b", "#000000", "#A3261D"])
def test_a_dark_colour_stays(colour: str) -> None:
    assert make_readable(colour) == colour.lower()


@pytest.mark.parametrize("colour", ["#ffffff", "#ffcc00", "#00ff00", "#777777"])
def test_a_light_colour_is_darkened_no_more_than_needed(colour: str) -> None:
    darker = make_readable(colour)
    assert darker < colour
    assert make_readable(darker) == darker


@pytest.mark.parametrize("colour", ["red", "#fff", "#12345g", "#1234567", "", "#12345\u0661", "#123456\n"])
def test_what_is_no_colour_is_refused(colour: str) -> None:
    with pytest.raises(InvalidColour):
        make_readable(colour)


def test_letterheads_that_look_different_have_different_digests() -> None:
    looks = [Letterhead(name="A"), Letterhead(address="A"), Letterhead(footer="A"), Letterhead(logo=b"A"), Letterhead()]
    assert len({one.digest for one in looks}) == len(looks)


def test_a_letterhead_travels_as_json() -> None:
    letterhead = Letterhead(make_logo(make_picture()), "Südwest", colour="#146b3a")
    assert from_json(Letterhead, to_json(letterhead)) == letterhead


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_a_picture_of_any_kind_becomes_opaque_pixels(mode: str) -> None:
    with Image.open(BytesIO(make_logo(make_picture(mode)))) as kept:
        assert (kept.format, kept.mode, kept.size) == ("PNG", "RGB", (60, 20))
        assert kept.getpixel((59, 19)) == (255, 255, 255)


def test_nothing_but_pixels_is_kept() -> None:
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", "a secret of the designer")
    data = make_picture("RGB", pnginfo=words) + b"<script>more after the end</script>"
    kept = make_logo(data)
    assert b"secret" not in kept
    assert b"script" not in kept
    with Image.open(BytesIO(kept)) as picture:
        assert picture.info == {}


def test_a_large_logo_is_made_as_small_as_print_needs() -> None:
    with Image.open(BytesIO(make_logo(make_picture("RGB", size=(4000, 1000))))) as kept:
        assert kept.size == (1300, 325)


def test_a_jpeg_is_turned_as_the_camera_says() -> None:
    picture, turned, data = Image.new("RGB", (40, 20), "black"), Image.Exif(), BytesIO()
    turned[0x0112] = 6
    picture.save(data, "JPEG", exif=turned)
    with Image.open(BytesIO(make_logo(data.getvalue()))) as kept:
        assert kept.size == (20, 40)


def _png_that_claims(wide: int, high: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", wide, high, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "neither"),
        (b"<svg/>", "neither"),
        (b"GIF89a\x01\x00\x01\x00\x00\x00\x00;", "neither"),
        (b"\xff\xd8\xff\xe0 half a JPEG", "picture"),
        (make_picture()[:60], "picture"),
        (_png_that_claims(4001, 10), "4001 x 10"),
        (_png_that_claims(10_000, 10_000), "far too many"),
        (_png_that_claims(2**31 - 1, 2**31 - 1), "far too many"),
        (b"\x89PNG" + bytes(MAX_LOGO_BYTES), "2 MB"),
    ],
)
def test_what_is_no_logo_is_refused_with_a_reason(data: bytes, words: str) -> None:
    with pytest.raises(InvalidLogo) as caught:
        make_logo(data)
    assert words in caught.value.message
    assert caught.value.hint
