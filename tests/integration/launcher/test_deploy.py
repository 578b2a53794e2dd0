"""The units of systemd and the site of nginx that come with the project."""

from __future__ import annotations

import configparser
import re
import shutil
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from support.gunicorn_server import GunicornServer
from support.helpers import ROOT, free_port, wait_until
from support.own_certificate import OwnCertificate

import config
from core.accounts import api_keys, users
from core.jobs.queues import QUEUES

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


class Unit(configparser.RawConfigParser):
    """A unit of systemd; of a setting that stands there twice, the last counts."""

    def __init__(self, path: Path) -> None:
        super().__init__(strict=False)
        self.optionxform = str  # type: ignore[assignment, method-assign]
        self.read(path)


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_a_unit_lets_its_service_do_no_more_than_it_needs(path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not installed")
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(path)]  # tenths: at most 2.0
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    checked = subprocess.run(["systemd-analyze", "verify", str(path)], capture_output=True, text=True)
    complaints = [line for line in checked.stderr.splitlines() if path.name in line and "not executable" not in line]
    assert complaints == []


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_a_unit_starts_a_program_that_is_installed_with_a_configuration_that_is_there(path: Path) -> None:
    service = Unit(path)["Service"]
    assert (service["User"], service["WorkingDirectory"]) == ("realrecap", "/opt/realrecap")
    for command in filter(None, [service["ExecStart"], service.get("ExecStartPre")]):
        program, *arguments = command.split()
        assert (Path(sys.executable).parent / Path(program).name).is_file()
        for argument in arguments:
            assert not argument.endswith(".py") or (ROOT / argument).is_file()


def test_the_units_serve_every_queue_that_one_machine_needs() -> None:
    served = {found[1] for path in UNITS if (found := re.search(r" -Q (\w+)", Unit(path)["Service"]["ExecStart"]))}
    assert served == set(QUEUES) - {"llm"}  # which needs a worker of its own only if Ollama runs elsewhere
    wanted = Unit(DEPLOY / "systemd" / "realrecap.target")["Unit"]["Wants"].split()
    assert sorted(wanted) == [path.name for path in UNITS]


@pytest.mark.parametrize("path", sorted((DEPLOY / "several-machines").glob("*.env")), ids=lambda path: path.stem)
def test_the_units_of_several_machines_may_write_their_folders(path: Path) -> None:
    guide = (DEPLOY / "several-machines" / "README.md").read_text()
    allowed = {Unit(unit)["Service"]["ReadWritePaths"] for unit in UNITS}
    allowed |= set(re.findall(r"ReadWritePaths=([^\\]+)", guide))
    folders = re.findall(r"^(?:DATA_DIR|MODELS_DIR)=(.*)$", path.read_text(), re.M)
    assert folders
    for folder in folders:
        assert any(Path(folder).is_relative_to(root) for root in allowed), folder


def test_a_worker_has_time_to_give_its_job_back() -> None:
    for path in UNITS:
        assert int(Unit(path)["Service"]["TimeoutStopSec"]) > 10


@pytest.fixture
def https(tmp_path: Path, sqlite: str, settings_of: Callable[..., config.Settings]) -> Iterator[httpx.Client]:
    """A client of the site behind nginx, as the file that comes with the project sets it up."""
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    if nginx is None:
        pytest.skip("nginx is not installed (Debian: nginx-light)")
    own, port, plain = OwnCertificate(tmp_path), free_port(), free_port()
    settings_of(PUBLIC_URL=f"https://127.0.0.1:{port}", TRUSTED_PROXIES="1", SECRET_KEY="s" * 32)
    server = GunicornServer()
    server.start()
    text = (DEPLOY / "nginx" / "realrecap.conf").read_text()
    for old, new in (
        ("/etc/ssl/certs/recap.example.org.pem", str(own.certificate)),
        ("/etc/ssl/private/recap.example.org.key", str(own.key)),
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("    listen [::]:443 ssl http2;\n", ""),
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("    listen [::]:80;\n", ""),
        ("http://127.0.0.1:5000", server.address),
        ("/var/log/nginx/realrecap.log", str(tmp_path / "access.log")),
    ):
        assert old in text
        text = text.replace(old, new)
    folders = " ".join(
        f"{kind}_temp_path {tmp_path / kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    head = f"daemon off; master_process off; pid {tmp_path}/pid; error_log {tmp_path}/error.log; events {{}}"
    file = tmp_path / "nginx.conf"
    file.write_text(f"{head}\nhttp {{ access_log off; {folders}\n{text}}}\n")
    process = subprocess.Popen([nginx, "-p", str(tmp_path), "-c", str(file)])
    with httpx.Client(
        base_url=f"https://127.0.0.1:{port}", verify=ssl.create_default_context(cafile=own.certificate)
    ) as client:
        client.headers["X-Plain"] = f"http://127.0.0.1:{plain}"
        try:
            wait_until(lambda: _answers(client), 20)
            yield client
        finally:
            process.terminate()
            process.wait(10)
            server.kill()


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/healthz").status_code == 200
    except httpx.TransportError:
        return False


def test_behind_nginx_cookies_are_secure_and_large_uploads_arrive(https: httpx.Client) -> None:
    page = https.get("/login")
    assert page.status_code == 200
    assert "secure" in page.headers["set-cookie"].lower()
    assert page.headers["strict-transport-security"]
    key = api_keys.create_api_key(users.create_user("ann@example.org", None), "programs")
    body = b"RIFF" + bytes(3_000_000)  # more than nginx takes unless it is told
    headers = {"Authorization": f"Bearer {key}"}
    answer = https.post("/api/v1/recordings", files={"file": ("talk.wav", body)}, headers=headers)
    assert answer.status_code == 201


def test_plain_http_is_sent_to_https(https: httpx.Client) -> None:
    answer = httpx.get(https.headers["X-Plain"] + "/login?next=/", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (301, "https://127.0.0.1/login?next=/")
