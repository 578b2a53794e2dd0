"""The network that a request comes from."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

UNKNOWN = "unknown"
#: The part of an address that one customer of a provider has, and the part that people recognise, in bits.
_LIMITED = {4: 32, 6: 64}
_SHOWN = {4: 24, 6: 64}


def client_network(address: str | None) -> str:
    """The network of a client as limits count it: an IPv4 address, or the /64 of an IPv6 address.

    Anything else, such as nonsense in a header of a proxy, counts as one client.
    """
    return _network(address, _LIMITED)


def shown_network(address: str | None) -> str:
    """The network of a client as people are shown it: the /24 of an IPv4 address, the /64 of an IPv6 address."""
    return _network(address, _SHOWN)


def _network(address: str | None, bits: dict[int, int]) -> str:
    parsed = _parse(address or "")
    return UNKNOWN if parsed is None else str(ip_network((parsed, bits[parsed.version]), strict=False))


def _parse(address: str) -> IPv4Address | IPv6Address | None:
    try:
        parsed = ip_address(_without_port(address))
    except ValueError:
        return None
    return (parsed.ipv4_mapped or parsed) if isinstance(parsed, IPv6Address) else parsed


def _without_port(address: str) -> str:
    """The address alone: some proxies add a port, and link-local addresses name an interface."""
    if address.startswith("["):
        address = address[1:].partition("]")[0]
    elif address.count(":") == 1:
        address = address.partition(":")[0]
    return address.partition("%")[0]
