"""Writes and reads the pipeline's dataclasses as JSON, in the format of the public API."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import TypeAdapter

T = TypeVar("T")

_adapters: dict[Any, TypeAdapter[Any]] = {}


def adapter_of(kind: Any) -> TypeAdapter[Any]:
    """What writes and reads values of a type."""
    if kind not in _adapters:  # making one takes milliseconds
        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]


def to_json(value: Any, kind: Any = None) -> bytes:
    """Write a value as UTF-8 JSON; `kind` is its type if that is not simply its class."""
    return adapter_of(kind or type(value)).dump_json(value)


def to_plain(value: Any, kind: Any = None) -> Any:
    """The same as `to_json`, as dicts, lists and numbers."""
    return adapter_of(kind or type(value)).dump_python(value, mode="json")


def from_json(kind: type[T], data: bytes | str) -> T:
    """Read a value; raises `pydantic.ValidationError` if the data does not match its type."""
    result: T = adapter_of(kind).validate_json(data)
    return result


def from_plain(kind: type[T], value: Any) -> T:
    """Read a value from dicts, lists and numbers; raises as `from_json`."""
    result: T = adapter_of(kind).validate_python(value)
    return result
