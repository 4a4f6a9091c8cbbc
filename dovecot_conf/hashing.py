"""Hashes by name, for the %variables that ask for one; OpenSSL is loaded only then."""

from __future__ import annotations


def hashed(method: str, data: bytes, salt: bytes = b"", rounds: int = 1) -> bytes:
    """Return ``data`` hashed ``rounds`` times, each time with ``salt`` in front.

    Raises ValueError for a method that hashlib doesn't know.
    """
    import hashlib  # noqa: PLC0415 - slow to import

    for _ in range(rounds):
        data = hashlib.new(method, salt + data, usedforsecurity=False).digest()
    return data


def pbkdf2(method: str, data: bytes, salt: bytes, rounds: int, length: int) -> bytes:
    """Return a key of ``length`` bytes derived from a password (RFC 8018)."""
    import hashlib  # noqa: PLC0415

    return hashlib.pbkdf2_hmac(method, data, salt, rounds, length)
