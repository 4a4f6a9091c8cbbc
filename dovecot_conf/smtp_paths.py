"""Addresses as SMTP writes them, as Dovecot checks them (``smtp_address_parse_path`` of 2.4.1)."""

from __future__ import annotations

import re

_LOCALPART = re.compile(r'"(?:[^"\\]|\\.)*"|[^\x00-\x20()<>\[\]:;@\\,"\x7f]+', re.DOTALL)
_DOMAIN = re.compile(r"\[[^\[\]\\]*\]|(?:[A-Za-z0-9_-]|[^\x00-\x7f])+(?:\.(?:[A-Za-z0-9_-]|[^\x00-\x7f])+)*")


def wrong_path(text: str) -> str:
    """Return what is wrong with an SMTP address in Dovecot's words, '' for a right one."""
    bracket = text.startswith("<")
    rest = text[bracket:]
    if bracket and rest.startswith(">"):
        return "Null path not allowed"
    match = _LOCALPART.match(rest)
    if match is None:
        return "Invalid character in localpart"
    rest = rest[match.end() :]
    if not rest.startswith("@"):
        return "Missing domain" if rest in ("", ">") else "Invalid character in localpart"
    match = _DOMAIN.match(rest, 1)
    if match is None:
        return "Invalid domain" if rest[1:2] not in ("", ">") else "Missing domain after '@'"
    return _wrong_end(rest[match.end() :], bracket=bracket)


def _wrong_end(rest: str, *, bracket: bool) -> str:
    if rest.startswith("."):
        return "Empty sub-domain"
    if bracket and not rest.startswith(">"):
        return "Missing '>' at end of path"
    if not bracket and rest.startswith(">"):
        return "Unmatched '>' at end of path"
    return "Invalid character in path" if rest[bracket:] else ""
