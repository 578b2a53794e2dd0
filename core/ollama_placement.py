"""Where Ollama runs: on this machine, sharing its graphics card with the speech models, or elsewhere."""

from __future__ import annotations

import ipaddress
import socket
from contextlib import suppress
from functools import lru_cache

import config
from configuration.addresses import host_of


def shares_gpu(settings: config.Settings) -> bool:
    """Whether Ollama uses this machine's GPU: as OLLAMA_SHARES_GPU says, or if it answers at one of its addresses."""
    if settings.ollama_shares_gpu != "auto":
        return settings.ollama_shares_gpu == "true"
    try:
        return is_this_machine(host_of(settings.ollama_host))
    except OSError:  # the name cannot be resolved now; that is not remembered
        return False


@lru_cache(maxsize=16)
def is_this_machine(name: str) -> bool:
    """Whether a host name or address belongs to this machine, which is to say: can be bound to.

    Raises OSError where the name cannot be resolved.
    """
    with suppress(ValueError):
        if ipaddress.ip_address(name).is_loopback:
            return True
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_DGRAM)
    except UnicodeError:
        return False
    for family, kind, protocol, _, address in found:
        with suppress(OSError), socket.socket(family, kind, protocol) as probe:
            probe.bind((address[0], 0, *address[2:]))
            return True
    return False
