"""The compose files as data, with settings filled in as `docker compose` does, and the CPU override merged."""

from __future__ import annotations

import re
from typing import Any

import yaml

from support.helpers import ROOT

HOST_FILE, CPU_FILE = ROOT / "docker-compose-host.yml", ROOT / "docker-compose-cpu.yml"
KEY = "k" * 64
_VARIABLE = re.compile(r"\$\{([A-Z_]+)(?:(:-|:\?)([^}]*))?\}")


def read_services(*, cpu: bool = False, **settings: str) -> dict[str, Any]:
    """The services by name, with these settings in `.env`, and SECRET_KEY if not given."""
    chosen = {"SECRET_KEY": KEY, **settings}
    services: dict[str, Any] = _fill_in(yaml.safe_load(HOST_FILE.read_text())["services"], chosen)
    if cpu:
        for name, changes in yaml.safe_load(CPU_FILE.read_text())["services"].items():
            for key, value in changes.items():
                old = services[name].get(key)
                services[name][key] = {**old, **value} if isinstance(old, dict) else value
    return services


def named_settings() -> set[str]:
    """The names that the files take from `.env`."""
    return {found[1] for file in (HOST_FILE, CPU_FILE) for found in _VARIABLE.finditer(file.read_text())}


def _fill_in(value: Any, settings: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _fill_in(one, settings) for key, one in value.items()}
    if isinstance(value, list):
        return [_fill_in(one, settings) for one in value]
    if isinstance(value, str):
        return _VARIABLE.sub(lambda found: _find_setting(found, settings), value)
    return value


def _find_setting(found: re.Match[str], settings: dict[str, str]) -> str:
    name, kind, text = found.groups()
    if settings.get(name):
        return settings[name]
    if kind == ":?":
        raise KeyError(text)
    return text or ""
