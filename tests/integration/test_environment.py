"""What stands in the environment of a machine must not stop RealRecap, and what is wrong there is named."""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
from pathlib import Path

import pytest
from support.ollama_server import Model, OllamaServer

from pipeline.errors import OllamaUnreachable
from pipeline.ollama import connection
from pipeline.ollama.chat import chat
from pipeline.ollama.client import OllamaClient
from pipeline.ollama.failures import FailureReason, OllamaFailure

ROOT = Path(__file__).resolve().parents[2]
BROKEN = [
    pytest.param({"all_proxy": "socks5://127.0.0.1:1080"}, "ALL_PROXY names a SOCKS proxy", id="SOCKS"),
    pytest.param({"ALL_PROXY": "socks5h://u:hidden@127.0.0.1:1080"}, "ALL_PROXY names a SOCKS proxy", id="SOCKS DNS"),
    pytest.param({"http_proxy": "ftp://proxy"}, "HTTP_PROXY is not the address of a proxy", id="FTP"),
    pytest.param(
        {"no_proxy": "[::1]", "http_proxy": "http://proxy:3128"}, "NO_PROXY cannot be read", id="brackets in NO_PROXY"
    ),
    pytest.param({"SSL_CERT_FILE": "/nowhere/ca.pem"}, "SSL_CERT_FILE names what is not there", id="no certificates"),
    pytest.param({"SSL_CERT_FILE": "/etc/hostname"}, "SSL_CERT_FILE names a file without", id="no certificate in it"),
]


def set_environment(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]) -> None:
    for name in (*connection.PROXIES, "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    connection.certificates.cache_clear()


@pytest.mark.parametrize(("variables", "problem"), BROKEN)
def test_web_server_worker_and_commands_start_whatever_the_environment_says_of_proxies(
    data_dir: Path, variables: dict[str, str], problem: str
) -> None:
    environment = {**os.environ, **variables, "DATA_DIR": str(data_dir), "SECRET_KEY": "x" * 40}
    program = (
        "import run, workers.tasks, workers.step_runner, workers.summarizer_choice, webapp.cli.doctor; print(run.app)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, "Flask" in done.stdout) == (0, True), done.stderr[-2000:]


@pytest.mark.parametrize(("variables", "problem"), BROKEN)
def test_the_doctor_tells_of_an_ollama_here_whatever_the_environment_says(
    ollama: OllamaServer, variables: dict[str, str], problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_environment(monkeypatch, variables)
    ollama.models["recap:latest"] = Model("recap")
    with OllamaClient(ollama.host) as client:
        assert client.version()
        assert [model.name for model in client.models()] == ["recap:latest"]


@pytest.mark.parametrize(("variables", "problem"), BROKEN)
def test_a_distant_ollama_that_cannot_be_called_names_the_wrong_variable(
    variables: dict[str, str], problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_environment(monkeypatch, variables)
    host = "https://ollama.example.org" if "SSL" in problem else "http://ollama.example.org"
    with pytest.raises(OllamaFailure) as caught:
        OllamaClient(host)
    assert problem in caught.value.why
    assert caught.value.reason is FailureReason.ENVIRONMENT
    assert "hidden" not in str(caught.value.message) + caught.value.hint
    with pytest.raises(OllamaUnreachable) as caught_by_chat:
        chat(host, {"model": "recap", "messages": []}, lambda _: None)
    assert isinstance(caught_by_chat.value, OllamaFailure)
    assert problem in caught_by_chat.value.why


def test_a_certificate_that_nobody_trusts_is_reported_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from support.own_certificate import OwnCertificate, serve_https

    set_environment(monkeypatch, {})
    own = OwnCertificate(tmp_path)
    with serve_https(own) as address:
        with OllamaClient(address) as client, pytest.raises(OllamaUnreachable) as caught:
            client.version()
        from pipeline.ollama.failures import to_failure

        failure = to_failure(caught.value)
        assert failure is not None
        assert failure.reason is FailureReason.CERTIFICATE
        assert "not trusted (self-signed certificate" in failure.why
        assert "SSL_CERT_FILE" in failure.fix
        set_environment(monkeypatch, {"SSL_CERT_FILE": str(own.certificate)})
        with OllamaClient(address) as client:
            assert client.version() == "0.24.0"
    connection.certificates.cache_clear()
    assert ssl.OPENSSL_VERSION
