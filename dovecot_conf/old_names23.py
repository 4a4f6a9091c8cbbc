"""What 2.3 makes of lines with names of earlier versions: other lines, and warnings.

Follows ``old_settings_handle`` of 2.3.19.1, which sees each line before its setting is looked up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from dovecot_conf import old_names23_table as old
from dovecot_conf.carried import carried, changed
from dovecot_conf.conditions import UNFILTERED, Condition
from dovecot_conf.evaluate import Problems
from dovecot_conf.tree import Section, SectionEnd, Setting, Statement, ValueKind

if TYPE_CHECKING:
    from dovecot_conf.old_auth23 import OldAuth

_PLAIN_KINDS = (ValueKind.PLAIN, ValueKind.QUOTED)
_PREFIX = "auth_"
_FIRST_PLUGIN = "plugin/0/"
"""Only in the first nameless section, Dovecot knows the old keys of a plugin."""

_MEGABYTES = 1024
"""Below this, ``auth_cache_size`` was a number of megabytes."""

_Lines = list[Statement]

_OLD_BEGINNINGS = tuple(old.OLD_BEGINNINGS)


class OldNames:
    """Takes the lines of one configuration in reading order."""

    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self._auth: OldAuth | None = None
        self._base_dir: str | None = None
        self._by_name: Mapping[str, Callable[[Setting, str, Condition], _Lines | None]] = {
            "auth_cache_size": self._cache_size,
            "auth_count": self._auth_count,
            "imap_client_workarounds": self._workarounds,
            "listen": self._listen,
            "protocols": self._protocols,
            "ssl_listen": self._listen,
            "ssl_protocols": self._ssl_protocols,
        }

    def skip(self, step: int) -> None:
        """Count a section (1), or the end of one (-1), that is an error itself or stands in one."""
        if self._auth is not None:
            self._auth.skip(step)

    def replace(self, node: Statement, path: str, condition: Condition) -> _Lines | None:
        """Return what Dovecot reads in place of a line, None for the line itself.

        ``path`` is that of the open sections, with their names; ``condition`` that of the filters.
        """
        if isinstance(node, Setting):
            if node.kind not in _PLAIN_KINDS or (path and path != _FIRST_PLUGIN):
                return None
            return self._plugin_key(node) if path else self._setting(node, condition)
        if isinstance(node, Section):
            if node.broken:
                return None
            return self._section(node, path) if self._auth is None else self._auth.section(node, condition)
        if isinstance(node, SectionEnd) and self._auth is not None:
            lines = self._auth.end(node, self._base_dir)
            if not self._auth.depth:
                self._auth = None
            return lines
        return None

    def _warn(self, node: Statement, text: str) -> None:
        place = f"{node.document.path}:{node.end_line}"
        self._problems.report(node, "obsolete-setting", f"Obsolete setting in {place}: {text}")

    def _plugin_key(self, node: Setting) -> _Lines | None:
        new = old.OLD_PLUGIN_KEYS.get(node.key)
        if new is None:
            return None
        self._warn(node, f"{node.key} has been replaced by {new}")
        return [carried(node, new, node.value)]

    def _setting(self, node: Setting, condition: Condition) -> _Lines | None:
        key = node.key
        if key == "base_dir":
            self._base_dir = node.value.removesuffix("/")
        lines = self._known(node, key, condition)
        if lines is not None or self._auth is None:
            return lines
        if self._auth.depth == 1:
            key = key if key.startswith(_PREFIX) else _PREFIX + key
            lines = self._known(node, key, condition)
            return [carried(node, key, node.value, direct=False)] if lines is None else lines
        return [] if self._auth.setting(node) else None

    def _known(self, node: Setting, key: str, condition: Condition) -> _Lines | None:
        """Return what becomes of a setting whose name, or whose value, is an old one."""
        if (row := old.OLD_NAMES.get(key)) is not None:
            return self._old_name(node, key, row, condition)
        if (take := self._by_name.get(key)) is not None:
            return take(node, key, condition)
        if not key.startswith(_OLD_BEGINNINGS):
            return None
        beginning = next(beginning for beginning in old.OLD_BEGINNINGS if key.startswith(beginning))
        new_key = old.OLD_BEGINNINGS[beginning] + key.removeprefix(beginning)
        self._warn(node, f"{key} has been renamed to {new_key}")
        return [carried(node, new_key, node.value, direct=False)]

    def _old_name(self, node: Setting, key: str, row: old.OldName, condition: Condition) -> _Lines:
        if row.is_file and not node.value:
            return []
        self._warn(node, row.warning.format(key=key))
        if not row.key:
            return []
        value = row.value(node.value)
        if row.services:
            return _to_services(node, row.services, row.key, value, condition)
        kind = ValueKind.FILE if row.is_file else ValueKind.PLAIN
        return [carried(node, row.key, value, kind=kind, direct="/" in row.key)]

    def _listen(self, node: Setting, key: str, condition: Condition) -> _Lines | None:
        value, secure, everywhere = node.value, key == "ssl_listen", condition == UNFILTERED
        has_port = _has_port(value)
        if not secure and everywhere and not has_port:
            return None
        if not value:
            return []
        listeners = old.SSL_LISTENERS if secure else old.LISTENERS
        lines: _Lines = []
        if has_port:
            self._warn(node, f"{key}=..:port has been replaced by service {{ inet_listener {{ port }} }}")
            value, _, port = value.rpartition(":")
            lines = _to_services(node, listeners, "port", port, condition)
        if everywhere and not secure:
            return [*lines, carried(node, key, value, direct=False)]
        text = f"protocol {{ {key} }} has been replaced by service {{ inet_listener {{ address }} }}"
        self._warn(node, text)
        return lines + _to_services(node, listeners, "address", value, condition)

    def _protocols(self, node: Setting, key: str, _: Condition) -> _Lines:
        words = [word for word in node.value.split(" ") if word]
        for word in words:
            if word in old.PROTOCOLS:
                self._warn(node, f"{key}={word} has been renamed to {key}={old.PROTOCOLS[word]}")
        names = set(words)
        words = [
            "sieve" if word == "managesieve" else word for word in words if word not in old.SSL_PROTOCOLS
        ]
        lines: _Lines = []
        for word, protocol in old.SSL_PROTOCOLS.items():
            if word in names and protocol not in names:
                self._warn(node, old.SSL_PROTOCOL_ALONE.format(old=word, new=protocol))
                words.append(protocol)
                path = f"service/{protocol}-login/inet_listener/{protocol}/port"
                lines.append(carried(node, path, "0"))
            elif word in names:
                self._warn(node, old.SSL_PROTOCOL_NEEDLESS.format(word))
        return [*lines, carried(node, key, " ".join(words), direct=False)]

    def _workarounds(self, node: Setting, key: str, _: Condition) -> _Lines:
        words = re.split("[ ,]+", node.value.strip(" ,"))
        for index, word in enumerate(words):
            if word in old.OLD_WORKAROUNDS:
                self._warn(node, old.OLD_WORKAROUNDS[word])
                words[index] = ""
        return [carried(node, key, " ".join(words), direct=False)]

    def _ssl_protocols(self, node: Setting, key: str, _: Condition) -> _Lines:
        self._warn(node, f"{key} has been replaced by ssl_min_protocol")
        oldest, reason = _oldest_version(node.value)
        if reason:
            text = f"Could not find a minimum ssl_min_protocol setting from {key} = {node.value}: {reason}"
            self._problems.report(node, "old-ssl-protocols", text)
            return []
        return [carried(node, "ssl_min_protocol", oldest, direct=False)]

    def _cache_size(self, node: Setting, key: str, _: Condition) -> _Lines | None:
        if not re.fullmatch("0*[1-9][0-9]{0,3}", node.value) or int(node.value) >= _MEGABYTES:
            return None
        self._warn(node, f"{key} value no longer defaults to megabytes. Use {node.value}M")
        return [carried(node, key, f"{node.value}M", outermost=True)]

    def _auth_count(self, node: Setting, key: str, _: Condition) -> _Lines:
        tail = "" if node.value == "count" else ", and its value must be 1"
        self._warn(node, f"{key} has been removed{tail}")
        return []

    def _section(self, node: Section, path: str) -> _Lines | None:
        if path:
            return None
        if node.word == "auth":
            from dovecot_conf.old_auth23 import OldAuth  # noqa: PLC0415 - a section of Dovecot 1.x

            self._warn(node, old.AUTH_SECTION)
            self._auth = OldAuth(self._problems, self._warn)
            return []
        renamed = old.OLD_SECTIONS.get((node.word, node.name))
        if renamed is None:
            return None
        name, warning = renamed
        self._warn(node, warning)
        return [changed(node, name)]


def _to_services(
    node: Setting, services: tuple[old.ServiceOf, ...], key: str, value: str, condition: Condition
) -> _Lines:
    """Return a setting of the services whose protocols the filters let through."""
    found = [
        (protocol, service)
        for protocol, service in services
        if not protocol or condition.matches(Condition(protocol))
    ]
    silent = any(protocol == old.QUIET_PROTOCOL for protocol, _ in found)
    return [
        carried(node, f"service/{service}/{key}", value, outermost=True, silent=silent)
        for _, service in found
    ]


def _has_port(text: str) -> bool:
    """Return whether one of the addresses has a port behind it."""
    words = re.split("[, ]+", text.strip(", "))
    return ":" in text and not all(
        re.fullmatch(r"\*|[0-9.]*|[0-9a-fA-F:]*|\[[0-9a-fA-F:]*\]?", word) for word in words
    )


def _oldest_version(text: str) -> tuple[str, str]:
    """Return the oldest version that ``ssl_protocols`` lets through, or '' and the reason for none."""
    wanted: dict[str, bool] = {}
    some_are_named = False
    for word in filter(None, re.split("[, ]+", text)):
        name = word.removeprefix("!")
        if name not in old.TLS_VERSIONS:
            return "", f"Unrecognized protocol '{name}'"
        wanted[name] = word == name
        some_are_named = some_are_named or word == name
    for name in old.TLS_VERSIONS:
        if wanted.get(name, not some_are_named):
            return name, ""
    return "", "All protocols disabled"
