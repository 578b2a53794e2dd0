"""The network that a request comes from."""

from __future__ import annotations

from ipaddress import IPv6Address, IPv6Network, ip_address


def client_network(address: str | None) -> str:
    """The address of a client as limits count it: IPv4 whole, IPv6 by its /64, which one customer has to themselves.

    Anything else, such as nonsense in a header of a proxy, counts as one client.
    """
    try:
        parsed = ip_address((address or "").partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is None:
            return str(IPv6Network((parsed, 64), strict=False))
        parsed = parsed.ipv4_mapped
    return str(parsed)
