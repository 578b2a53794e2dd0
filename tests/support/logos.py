"""Pictures to try as logos."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from PIL import Image


def make_picture(mode: str = "RGBA", *, size: tuple[int, int] = (60, 20), **options: Any) -> bytes:
    """A PNG that is black at the left, and at the right white or transparent."""
    shades = Image.new("L", size, 255)
    shades.paste(0, (0, 0, size[0] // 2, size[1]))
    picture = shades.convert("RGBA" if mode in ("LA", "RGBA") else "RGB" if mode == "RGB" else "L")
    if mode in ("LA", "RGBA"):
        picture.putalpha(shades.point(lambda level: 255 - level))
    data = BytesIO()
    if mode == "I;16":
        picture = shades.convert("I").point(lambda level: level * 257)
    (picture.convert(mode) if picture.mode != mode else picture).save(data, "PNG", **options)
    return data.getvalue()
