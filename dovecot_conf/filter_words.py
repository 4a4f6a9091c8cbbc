"""How doveconf writes the addresses of filters."""

from __future__ import annotations

from dovecot_conf.conditions import Net


def address(net: Net) -> str:
    """Return ``ADDRESS/BITS``, without the bits when all of them count."""
    if net.address is None:
        return net.text
    bits = "" if net.bits == net.address.max_prefixlen else f"/{net.bits}"
    return f"{net.address}{bits}"
