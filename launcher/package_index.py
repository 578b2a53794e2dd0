"""Makes uv and pip use the same package index, proxy and certificates, whichever of the two was configured."""

# ruff: noqa: S603 - starting programs is what this module does
from __future__ import annotations

import ast
import os
import subprocess
from collections.abc import Mapping

#: pip option -> variable of uv; where the two write values differently, `_as_uv_value` translates.
_UV_VARIABLES = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "no-index": "UV_NO_INDEX",
    "cert": "SSL_CERT_FILE",
    "proxy": "ALL_PROXY",
    "trusted-host": "UV_INSECURE_HOST",
    "default-timeout": "UV_HTTP_TIMEOUT",
    "timeout": "UV_HTTP_TIMEOUT",
}
#: variable of uv -> variable of pip
_PIP_VARIABLES = {
    "UV_DEFAULT_INDEX": "PIP_INDEX_URL",
    "UV_INDEX_URL": "PIP_INDEX_URL",
    "UV_INDEX": "PIP_EXTRA_INDEX_URL",
    "UV_EXTRA_INDEX_URL": "PIP_EXTRA_INDEX_URL",
    "SSL_CERT_FILE": "PIP_CERT",
}
_OLDER_NAMES = {"UV_DEFAULT_INDEX": "UV_INDEX_URL", "UV_INDEX": "UV_EXTRA_INDEX_URL"}


def uv_environment(environment: Mapping[str, str], pip_options: Mapping[str, str]) -> dict[str, str]:
    """`environment` for uv, with pip's options added for whatever the user did not configure for uv itself."""
    result = dict(environment)
    for option, value in pip_options.items():
        variable = _UV_VARIABLES.get(option)
        if variable and not result.get(variable) and not result.get(_OLDER_NAMES.get(variable, variable)):
            result[variable] = _as_uv_value(option, value)
    if "UV_INDEX" in result or "UV_EXTRA_INDEX_URL" in result:
        # pip takes a package from any of its indexes; the hashes keep a wrong one out
        result.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")
    result.setdefault("UV_SYSTEM_CERTS", "1")  # as pip does
    return result


def pip_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """`environment` for pip, with the index and certificates that the user configured for uv alone."""
    result = dict(environment)
    for variable, name in _PIP_VARIABLES.items():
        if environment.get(variable):
            result.setdefault(name, environment[variable])
    return result


def read_pip_options(python: str) -> dict[str, str]:
    """pip's options as its configuration files and PIP_* variables set them; empty if pip does not run."""
    command = [python, "-m", "pip", "config", "list"]
    try:
        answer = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return {}
    sections: dict[str, dict[str, str]] = {}
    for line in answer.stdout.decode(errors="replace").splitlines():
        key, _, value = line.partition("=")
        section, _, option = key.rpartition(".")
        try:
            sections.setdefault(section, {})[option] = str(ast.literal_eval(value))
        except (SyntaxError, ValueError):
            continue
    # later sections win, as in pip
    return {**sections.get("global", {}), **sections.get("install", {}), **sections.get(":env:", {})}


def _as_uv_value(option: str, value: str) -> str:
    if option == "no-index":
        return "true" if value.lower() in ("1", "true", "yes", "on", "y", "t") else "false"
    if option == "find-links":
        return ",".join(value.split())
    if option == "cert":
        return os.path.expanduser(value)
    return " ".join(value.split())
