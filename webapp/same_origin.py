"""Whether a request was sent from a page of this site."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import request

from webapp.settings import current_settings

_PORTS = {"http": 80, "https": 443}
#: Scheme, host and port.
Origin = tuple[str, str, int]


def is_from_other_site() -> bool:
    """Whether a browser says that a page of another site sent this request. Programs say nothing."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site not in (None, "same-origin", "none"):
        return True
    if origin is None:
        return False
    sender = _parse(origin)
    if site == "same-origin":  # the browser compared the schemes; a proxy that adds HTTPS may hide ours
        return sender is None or sender[1:2] not in {own[1:2] for own in _own_origins()}
    return sender not in _own_origins()


def _own_origins() -> set[Origin]:
    addresses = (request.host_url, current_settings().public_url)
    return {origin for address in addresses if address and (origin := _parse(address))}


def _parse(address: str) -> Origin | None:
    """The origin of an address, None where it is none, such as `null`."""
    try:
        parts = urlsplit(address)
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        return None
    return (parts.scheme, parts.hostname, port) if parts.hostname and parts.scheme in _PORTS else None
