"""What Dovecot takes for an IP address where it doesn't look names up."""

from __future__ import annotations


def is_ip_address(text: str) -> bool:
    """Tell whether a text is an IPv4 address, or an IPv6 address with or without brackets."""
    import socket  # noqa: PLC0415 - few configurations have such addresses

    try:
        if ":" in text:
            socket.inet_pton(socket.AF_INET6, text.removeprefix("[").removesuffix("]"))
        else:
            socket.inet_aton(text)
    except (OSError, ValueError):
        return False
    return True
