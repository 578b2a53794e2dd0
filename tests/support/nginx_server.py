"""A real nginx in front of a site, below a path."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from support.helpers import free_port, wait_until

#: What is not below the path belongs to another application, which says so.
_CONFIGURATION = """
daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;
events {{}}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        location / {{ return 404 "another application"; }}
        location {path}/ {{
            proxy_pass {target};
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_set_header X-Forwarded-Host $http_host;
            proxy_set_header X-Forwarded-Port "";
            proxy_set_header X-Forwarded-Prefix {path};
            client_max_body_size 0;
            proxy_request_buffering off;
        }}
    }}
}}
"""


class NginxServer:
    """nginx that serves `path` by the server at `target`; a target with a slash at its end never sees the path."""

    def __init__(self, folder: Path, path: str) -> None:
        self._binary = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin")
        if self._binary is None:
            pytest.skip("nginx is not installed (Debian: nginx-light)")
        self._folder, self._path, self._port = folder, path, free_port()
        self.host = f"http://127.0.0.1:{self._port}"
        self.address = f"{self.host}{path}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, target: str) -> None:
        """Start it and wait until it answers."""
        file = self._folder / "nginx.conf"
        file.write_text(_CONFIGURATION.format(folder=self._folder, path=self._path, port=self._port, target=target))
        self._process = subprocess.Popen([str(self._binary), "-p", str(self._folder), "-c", str(file)])
        wait_until(self._answers, 20)

    def _answers(self) -> bool:
        try:
            with urlopen(f"{self.address}/healthz"):  # noqa: S310 - our own address
                return True
        except URLError:
            return False

    def requests(self) -> list[str]:
        """Method and path of every request so far."""
        lines = (self._folder / "access.log").read_text().splitlines()
        return [" ".join(line.split('"')[1].split()[:2]) for line in lines]

    def stop(self) -> None:
        """Stop it."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
