"""Makes a logo of an uploaded picture: nothing but opaque pixels is kept of it."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from pipeline.errors import PipelineError

MAX_LOGO_BYTES = 2 * 1024 * 1024
MAX_SIDE = 4000
#: As large as documents show a logo, in print: 156 x 26 points at 600 dots per inch.
_KEPT_SIZE = (1300, 650)
_SIZE_HINT = f"Use at most {MAX_SIDE:,} in each direction."
_FORMATS = ("PNG", "JPEG")


class InvalidLogo(PipelineError):
    """A file that cannot be a logo."""

    code = "invalid_request"
    default_message = "This file is not a picture that can be read."
    default_hint = "Choose a PNG or JPEG."


def make_logo(data: bytes) -> bytes:
    """The picture in a PNG or JPEG as an RGB PNG on white, at most as large as print needs. Raises InvalidLogo.

    The size is checked before anything is decoded.
    """
    if len(data) > MAX_LOGO_BYTES:
        raise InvalidLogo("The file is larger than 2 MB.", "Save the logo smaller: 1,300 pixels of width are enough.")
    try:
        with Image.open(BytesIO(data), formats=_FORMATS) as picture:
            _check_size(picture)
            shown = _flatten(picture)
    except UnidentifiedImageError as error:
        raise InvalidLogo("The file is neither a PNG nor a JPEG.") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise InvalidLogo("The picture has far too many pixels.", _SIZE_HINT) from error
    except (OSError, ValueError, SyntaxError) as error:
        raise InvalidLogo from error
    shown.thumbnail(_KEPT_SIZE, Image.Resampling.LANCZOS)
    kept = BytesIO()
    shown.save(kept, "PNG", optimize=True)
    return kept.getvalue()


def _check_size(picture: Image.Image) -> None:
    if max(picture.size) > MAX_SIDE:
        wide, high = picture.size
        raise InvalidLogo(f"The picture has {wide} x {high} pixels.", _SIZE_HINT)


def _flatten(picture: Image.Image) -> Image.Image:
    """The pixels as RGB on white, turned as a camera's file says; a copy without anything else."""
    upright = ImageOps.exif_transpose(picture)
    if upright.mode.startswith("I"):  # 16 bits of grey
        upright = upright.convert("I").point(lambda level: level / 256).convert("L")
    opaque = upright.convert("RGBA")
    shown = Image.new("RGB", opaque.size, "white")
    shown.paste(opaque, mask=opaque.getchannel("A"))
    return shown
