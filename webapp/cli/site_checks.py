"""What `flask doctor` checks of the web server: its port, its public address, and its cookies."""

from __future__ import annotations

import errno
import json
import os
import socket
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

import config
from webapp.cli import check_result
from webapp.cli.check_result import CheckResult

ANSWER_SECONDS = 5.0
_WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared, not bound
PROXY = "docs/settings.md, “Behind a reverse proxy”, has the lines for nginx."


def check_port(settings: config.Settings) -> CheckResult:
    """Whether the site answers on its port; where it does not run, whether it could."""
    host, port = settings.host, settings.port
    name = f"{host}:{port}"
    if _is_ours(_WILDCARDS.get(host, host), port):
        return check_result.ok("port", f"the site answers on {name}")
    failure = _try_to_listen(host, port)
    if failure is None:
        return check_result.ok("port", f"{name} is free: the site does not run on this machine")
    if failure.errno == errno.EADDRINUSE:
        fix = f"`sudo ss -ltnp 'sport = :{port}'` shows it. End it, or set PORT to another number."
        return check_result.error("port", f"{name} is taken by a program that is not this site", fix)
    if failure.errno == errno.EACCES:
        state = f"{name} is reserved for the system administrator"
        return check_result.error("port", state, "Set PORT to a number above 1023, and let a proxy listen on this one.")
    fix = "Set HOST to an address of this machine: 127.0.0.1, or 0.0.0.0 for the whole network."
    reason = os.strerror(failure.errno) if failure.errno and failure.errno > 0 else failure.strerror
    return check_result.error("port", f"nothing can listen on {name}: {reason}", fix)


def _is_ours(host: str, port: int) -> bool:
    connection = HTTPConnection(host, port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        return bool(answer.getheader("X-Request-ID")) and json.loads(answer.read(1000)) == {"status": "ok"}
    except (OSError, HTTPException, ValueError):
        return False
    finally:
        connection.close()


def _try_to_listen(host: str, port: int) -> OSError | None:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as server:
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            server.bind(address)
    except OSError as error:
        return error
    return None


def check_address(settings: config.Settings) -> CheckResult:
    """Whether PUBLIC_URL and TRUSTED_PROXIES fit how the site is reached."""
    url, host = settings.site_url, settings.host
    if url is None:
        if settings.trusted_proxies:
            state = f"TRUSTED_PROXIES is {settings.trusted_proxies}, but PUBLIC_URL is not set: a PDF has no links"
            return check_result.warning("address", state, "Set PUBLIC_URL to the address that people open.")
        if not _is_loopback(host):
            state = f"the site listens on {host} without PUBLIC_URL: a PDF has no links, passwords are not encrypted"
            fix = f"Set PUBLIC_URL to an https address, and HOST to 127.0.0.1 behind a proxy: {PROXY}"
            return check_result.warning("address", state, fix)
        return check_result.ok("address", f"http://{host}:{settings.port}{settings.url_prefix}, for this machine only")
    if url.startswith("https://"):
        if not settings.trusted_proxies:
            state = f"{url} needs a proxy, but TRUSTED_PROXIES is 0: all visitors count as one and share its limits"
            return check_result.warning("address", state, f"Set TRUSTED_PROXIES to the number of proxies. {PROXY}")
        return check_result.ok("address", f"{url}, {settings.trusted_proxies} trusted proxies")
    if not _is_loopback(urlsplit(url).hostname or ""):
        state = f"{url} is not https: passwords and recordings can be read on their way"
        return check_result.warning("address", state, f"Serve it over https. {PROXY}")
    return check_result.ok("address", url)


def _is_loopback(host: str) -> bool:
    return host == "localhost" or host.startswith("127.") or host in ("::1", "[::1]")


def check_cookies(settings: config.Settings) -> CheckResult:
    """Whether sessions can be signed, and where their cookies are sent."""
    if not settings.secret:
        fix = (
            "Set SECRET_KEY to what `openssl rand -hex 32` prints, the same on all machines. `make run` does it itself."
        )
        return check_result.error("cookies", "SECRET_KEY is not set: no page is shown", fix)
    https = (settings.public_url or "").startswith("https://")
    return check_result.ok("cookies", "signed, over https only" if https else "signed, also over http")
