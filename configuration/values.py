"""How people write sizes and yes or no."""

from __future__ import annotations

from pydantic import ByteSize, TypeAdapter, ValidationError

_TRUE, _FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")
_BYTES = TypeAdapter(ByteSize)


def read_bytes(value: object) -> object:
    """The number of bytes in a text such as 2GB or 500 MiB. Raises ValueError if it is none."""
    if not isinstance(value, str):
        return value
    try:
        return int(_BYTES.validate_python(value.strip()))
    except ValidationError as error:
        raise ValueError("must be a number of bytes, or a size such as 500MB or 2GiB") from error


def read_choice(value: object) -> object:
    """A choice in small letters, with yes, on and 1 as true, and no, off and 0 as false."""
    if not isinstance(value, str):
        return value
    word = value.strip().lower()
    return "true" if word in _TRUE else "false" if word in _FALSE else word
