"""How every call reaches Ollama: by which proxy, with which certificates, and what the environment gets wrong there."""

from __future__ import annotations

import ipaddress
import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from pipeline.ollama.failures import FailureReason, OllamaFailure

PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
#: What httpx raises while it reads the environment, before any call.
ENVIRONMENT_ERRORS = (httpx.InvalidURL, ImportError, OSError, ValueError)


@contextmanager
def connection_options(host: str) -> Iterator[dict[str, Any]]:
    """The options of httpx for an Ollama, to be used for making its client inside of this context.

    Raises OllamaFailure, naming the variable, where the proxies or certificates in the environment cannot be used.
    """
    try:
        verify = certificates() if host.startswith("https:") else no_certificates()
        yield {"base_url": host, "trust_env": trusts_environment(host), "verify": verify}
    except ENVIRONMENT_ERRORS as error:
        raise OllamaFailure(FailureReason.ENVIRONMENT, find_wrong_variable()) from error


def make_http_client(host: str, timeout: httpx.Timeout) -> httpx.Client:
    """The client for short calls. Raises OllamaFailure where the environment cannot be used."""
    with connection_options(host) as options:
        return httpx.Client(timeout=timeout, **options)


@cache
def certificates() -> ssl.SSLContext:
    """The trusted certificates for HTTPS, loaded once: that takes longer than the rest of a call."""
    return httpx.create_ssl_context()


@cache
def no_certificates() -> ssl.SSLContext:
    """What plain HTTP needs: nothing is loaded, so a wrong SSL_CERT_FILE does no harm."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def trusts_environment(host: str) -> bool:
    """False for this machine: a proxy for the Internet must not see what goes to 127.0.0.1."""
    name = urlsplit(host).hostname or ""
    try:
        return not ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name != "localhost" and not name.endswith(".localhost")


def find_wrong_variable() -> str:
    """Which variable makes calls impossible, and why; nothing of its value, which may hold a password."""
    for name in PROXIES:
        value = _read(name)
        scheme = value.partition("://")[0].lower() if "://" in value else "http"
        if value and scheme.startswith("socks"):
            return f"{name} names a SOCKS proxy, only http and https proxies can be used"
        if value and (scheme not in ("http", "https") or not _has_host(value)):
            return f"{name} is not the address of a proxy"
    if _read("NO_PROXY") and not _is_host_list(_read("NO_PROXY")):
        return "NO_PROXY cannot be read: it is a list of host names, with IPv6 addresses without brackets"
    for name, exists in (("SSL_CERT_FILE", Path.is_file), ("SSL_CERT_DIR", Path.is_dir)):
        value = _read(name)
        if value and not exists(Path(value)):
            return f"{name} names what is not there"
        if value and name == "SSL_CERT_FILE":
            return f"{name} names a file without certificates that can be read"
    return "its proxies or certificates cannot be used"


def _read(name: str) -> str:
    return os.environ.get(name.lower()) or os.environ.get(name) or ""


def _has_host(address: str) -> bool:
    try:
        return bool(urlsplit(address if "://" in address else f"http://{address}").hostname)
    except ValueError:
        return False


def _is_host_list(value: str) -> bool:
    return not any("[" in host or "]" in host for host in value.split(","))
