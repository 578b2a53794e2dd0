"""uv and pip use the same index, proxy and certificates."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from launcher import package_index


def test_uv_takes_what_was_configured_for_pip() -> None:
    options = {
        "index-url": "https://mirror.example/simple",
        "extra-index-url": "https://one.example/simple\nhttps://two.example/simple",
        "find-links": "/wheels /more",
        "no-index": "1",
        "cert": "/etc/ca.pem",
        "proxy": "http://proxy.example:3128",
        "trusted-host": "mirror.example",
        "timeout": "90",
        "quiet": "1",
    }

    environment = package_index.uv_environment({"HOME": "/home/ann"}, options)

    assert environment == {
        "HOME": "/home/ann",
        "UV_DEFAULT_INDEX": "https://mirror.example/simple",
        "UV_INDEX": "https://one.example/simple https://two.example/simple",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_FIND_LINKS": "/wheels,/more",
        "UV_NO_INDEX": "true",
        "SSL_CERT_FILE": "/etc/ca.pem",
        "ALL_PROXY": "http://proxy.example:3128",
        "UV_INSECURE_HOST": "mirror.example",
        "UV_HTTP_TIMEOUT": "90",
        "UV_SYSTEM_CERTS": "1",
    }


@pytest.mark.parametrize("variable", ["UV_DEFAULT_INDEX", "UV_INDEX_URL"])
def test_what_was_configured_for_uv_wins_in_uv_and_reaches_pip(variable: str) -> None:
    environment = {variable: "https://uv.example/simple", "SSL_CERT_FILE": "/etc/uv.pem"}
    options = {"index-url": "https://pip.example/simple", "cert": "/etc/pip.pem"}

    assert package_index.uv_environment(environment, options) == {**environment, "UV_SYSTEM_CERTS": "1"}
    assert package_index.pip_environment(environment) == {
        **environment,
        "PIP_INDEX_URL": "https://uv.example/simple",
        "PIP_CERT": "/etc/uv.pem",
    }
    assert package_index.pip_environment({**environment, "PIP_CERT": "/own"})["PIP_CERT"] == "/own"


def test_options_of_pip_come_from_its_files_and_variables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    configuration = tmp_path / "pip.conf"
    configuration.write_text("[global]\nindex-url = https://file.example/simple\ntimeout = 5\n[install]\ntimeout = 6\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(configuration))
    monkeypatch.setenv("PIP_CERT", "/etc/ca.pem")
    monkeypatch.delenv("PIP_INDEX_URL", raising=False)

    options = package_index.read_pip_options(sys.executable)

    assert options["index-url"] == "https://file.example/simple"
    assert options["timeout"] == "6"
    assert options["cert"] == "/etc/ca.pem"
    assert package_index.read_pip_options("/nowhere/python") == {}
