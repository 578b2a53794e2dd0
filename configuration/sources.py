"""Where values of settings come from besides the environment: files named by `NAME_FILE`, and `.env`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from dotenv.parser import parse_stream
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from configuration.errors import SettingsError
from configuration.text_files import TextFileError, read_text


class EnvFile(PydanticBaseSettingsSource):
    """The values in `.env`."""

    def __init__(self, settings_cls: type[BaseSettings], values: Mapping[str, str]) -> None:
        super().__init__(settings_cls)
        self._values = values

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        return self._values.get(field_name.upper()) or None, field_name, False

    def __call__(self) -> dict[str, Any]:
        return _collect(self)


class ValuesFromFiles(PydanticBaseSettingsSource):
    """Reads `NAME_FILE`: the path of a file that contains the value of NAME; set in the environment or in `.env`."""

    def __init__(self, settings_cls: type[BaseSettings], values: Mapping[str, str]) -> None:
        super().__init__(settings_cls)
        self._paths = {**values, **os.environ}

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        name = f"{field_name.upper()}_FILE"
        path = self._paths.get(name)
        if not path:
            return None, field_name, False
        try:
            return read_text(Path(path).expanduser()).strip(), field_name, False
        except TextFileError as error:
            raise SettingsError(f"{name}: {error}") from error

    def __call__(self) -> dict[str, Any]:
        return _collect(self)


def _collect(source: PydanticBaseSettingsSource) -> dict[str, Any]:
    fields = source.settings_cls.model_fields
    values = {name: source.get_field_value(info, name)[0] for name, info in fields.items()}
    return {name: value for name, value in values.items() if value is not None}


def read_env_file(path: Path | None) -> dict[str, str]:
    """The values in a `.env` file, names in capitals; empty if there is no such file. Of two values the last counts.

    Raises SettingsError with file and line if it cannot be read.
    """
    if path is None or not os.path.lexists(path):  # a link to nowhere is a mistake, not a missing file
        return {}
    try:
        text = read_text(path)
    except TextFileError as error:
        raise SettingsError(str(error)) from error
    for statement in parse_stream(StringIO(text)):
        if statement.error or (statement.key is not None and statement.value is None):
            # a blank statement begins with the empty lines before it
            before = statement.original.string
            line = statement.original.line + before.count("\n", 0, len(before) - len(before.lstrip()))
            raise SettingsError(
                f"{path}, line {line}: is not of the form NAME=value. Is there a `=`, and is every quote closed?"
            )
    values = dotenv_values(stream=StringIO(text))
    return {name.upper(): value for name, value in values.items() if value is not None}
