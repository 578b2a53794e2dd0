"""Each line of `flask doctor` about the web server is red for its fault and green after its fix, and so are fonts."""

from __future__ import annotations

import json
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.helpers import free_port
from werkzeug.serving import make_server

import config
from core.problems import Problem
from pipeline.render.pdf import fonts
from webapp import create_app
from webapp.cli import gpu_checks
from webapp.cli.check_result import CheckResult

Doctor = Callable[[str], CheckResult]
Settings = Callable[..., config.Settings]
EVERYWHERE = "0.0.0.0"  # noqa: S104 - a setting, not bound


@pytest.fixture
def port(settings_of: Settings) -> int:
    found = free_port()
    settings_of(PORT=found, SECRET_KEY="0123456789abcdef0123456789abcdef")
    return found


@contextmanager
def site(port: int) -> Iterator[None]:
    server = make_server("127.0.0.1", port, create_app(), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_port_taken_by_another_program_is_an_error(doctor: Doctor, port: int) -> None:
    assert (doctor("port").level, "is free" in doctor("port").state) == ("ok", True)
    with socket.create_server(("127.0.0.1", port)) as other:
        answering = threading.Thread(target=answer_once, args=(other,))
        answering.start()
        found = doctor("port")
        answering.join()
    assert (found.level, "taken by a program that is not this site" in found.state) == ("error", True)
    assert f"sport = :{port}" in str(found.fix)
    with site(port):
        assert doctor("port").state == f"the site answers on 127.0.0.1:{port}"


def answer_once(server: socket.socket) -> None:
    """Answer as another web server does."""
    connection, _ = server.accept()
    with connection:
        connection.recv(1000)
        connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 15\r\nConnection: close\r\n\r\n{"status":"ok"}')


def test_an_address_that_this_machine_does_not_have_is_an_error(
    doctor: Doctor, port: int, settings_of: Settings
) -> None:
    settings_of(HOST="192.0.2.1")
    found = doctor("port")
    assert (found.level, found.state) == (
        "error",
        f"nothing can listen on 192.0.2.1:{port}: Cannot assign requested address",
    )
    settings_of(HOST="no-such-host.invalid")
    assert (doctor("port").level, "127.0.0.1" in str(doctor("port").fix)) == ("error", True)
    settings_of(HOST="127.0.0.1")
    assert doctor("port").level == "ok"


@pytest.mark.parametrize(
    ("settings", "level", "words"),
    [
        ({}, "ok", "for this machine only"),
        ({"HOST": EVERYWHERE}, "warning", "passwords are not encrypted"),
        ({"HOST": EVERYWHERE, "PUBLIC_URL": "https://recap.example.org", "TRUSTED_PROXIES": 1}, "ok", "1 trusted"),
        ({"PUBLIC_URL": "https://recap.example.org"}, "warning", "TRUSTED_PROXIES is 0"),
        ({"PUBLIC_URL": "http://recap.example.org", "TRUSTED_PROXIES": 1}, "warning", "is not https"),
        ({"PUBLIC_URL": "http://localhost:5000"}, "ok", "http://localhost:5000"),
        ({"TRUSTED_PROXIES": 1}, "warning", "PUBLIC_URL is not set"),
    ],
)
def test_public_url_and_proxies_must_fit(
    doctor: Doctor, settings_of: Settings, settings: dict[str, str], level: str, words: str
) -> None:
    settings_of(**settings)
    found = doctor("address")
    assert (found.level, words in found.state) == (level, True), found.state


def test_cookies_need_a_key(doctor: Doctor, settings_of: Settings) -> None:
    found = doctor("cookies")
    assert (found.level, "openssl rand -hex 32" in str(found.fix)) == ("error", True)
    settings_of(SECRET_KEY="0123456789abcdef0123456789abcdef")
    assert doctor("cookies").state == "signed, also over http"
    settings_of(PUBLIC_URL="https://recap.example.org")
    assert doctor("cookies").state == "signed, over https only"


@pytest.mark.parametrize("damage", ["missing", "cut off"])
def test_a_font_that_cannot_be_loaded_is_named(
    doctor: Doctor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    assert doctor("fonts").level == "ok"
    folder, name = tmp_path / "fonts", "RecapText-Italic"
    shutil.copytree(fonts._FOLDER, folder)
    monkeypatch.setattr(fonts, "_FOLDER", folder)
    whole = (folder / f"{name}.ttf").read_bytes()
    (folder / f"{name}.ttf").unlink()
    if damage == "cut off":
        (folder / f"{name}.ttf").write_bytes(whole[:3000])
    found = doctor("fonts")
    assert (found.level, name in found.state, "git status" in str(found.fix)) == ("error", True, True)
    (folder / f"{name}.ttf").write_bytes(whole)
    assert doctor("fonts").level == "ok"


def test_monitors_get_json_and_an_exit_code(sqlite: str, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    runner = create_app().test_cli_runner()
    done = runner.invoke(args=["doctor", "--json"])
    told = json.loads(done.stdout)
    assert (done.exit_code, told["status"]) == (1, "error")
    components = [each["component"] for each in told["checks"]]
    assert components[:3] == ["python", "memory", "disk"]
    assert components[-1] == "ollama"
    assert set(told["checks"][0]) == {"component", "level", "state", "fix"}
    monkeypatch.setattr("webapp.cli.doctor.CHECKS", {"python": lambda _: CheckResult("python", "ok", "3.11")})
    monkeypatch.setattr("webapp.cli.doctor.check_ollama", lambda _: [])
    done = runner.invoke(args=["doctor", "--json"])
    assert (done.exit_code, json.loads(done.stdout)["status"]) == (0, "ok")
    assert runner.invoke(args=["doctor"]).exit_code == 0


def test_a_gpu_problem_has_its_words_from_the_check(sqlite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu_checks.gpu_check, "find_problem", lambda _: Problem("is hot", "Cool it."))
    done = create_app().test_cli_runner().invoke(args=["doctor"])
    assert "error   gpu            is hot\n" in done.stdout
    assert f"{'':23}Cool it.\n" in done.stdout
