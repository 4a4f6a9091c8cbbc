"""How doveconf writes the addresses of filters."""

from __future__ import annotations

from dovecot_conf.nets import Net


def address(net: Net) -> str:
    """Return ``ADDRESS/BITS``, without the bits when all of them count."""
    if net.address is None:
        return net.text
    bits = "" if net.bits == net.address.max_prefixlen else f"/{net.bits}"
    if net.address.version == 4:
        return f"{net.address}{bits}"
    import socket  # noqa: PLC0415 - few configurations have such filters

    return f"{socket.inet_ntop(socket.AF_INET6, net.address.packed)}{bits}"
