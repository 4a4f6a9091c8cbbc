"""The lines ``dovecot_config_version`` and ``dovecot_storage_version`` of 2.4.

``config_parser_get_version`` of 2.4.1; the supported versions are those of Debian's build.
"""

from __future__ import annotations

from dovecot_conf.evaluate import Problems
from dovecot_conf.positions import Span
from dovecot_conf.scopes import Entry
from dovecot_conf.tree import Document, Flaw, Section, Setting, Statement, ValueKind
from dovecot_conf.versions import CONFIG_VERSION, RELEASES, Version

SUPPORTED = tuple(release.number for release in RELEASES if release.dialect is Version.V24)

_FIRST = "The first setting must be dovecot_config_version"
_CHANGED = "dovecot_config_version value can't be changed once set"
_UNSUPPORTED = f"Invalid dovecot_config_version: Currently supported versions are: {' '.join(SUPPORTED)}"
_NO_TEXT = "Invalid dovecot_config_version: value is not a string"
_NO_STORAGE_VERSION = "dovecot_storage_version setting must be set"


class VersionLines:
    """Watches the statements of a configuration go by."""

    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self._version: str | None = None

    def take(self, node: Statement) -> bool:
        """Look at a statement; return whether it is the version line, which is no setting."""
        key, value, is_text = _parts(node)
        if key != CONFIG_VERSION:
            if self._version is None:
                self._problems.report(node, "config-version-first", _FIRST)
                self._version = ""
            return False
        if self._version:
            if value != self._version:
                self._problems.report(node, "config-version-changed", _CHANGED)
            return True
        if not is_text:
            self._problems.report(node, "config-version-unsupported", _NO_TEXT)
        elif value not in SUPPORTED:
            self._problems.report(node, "config-version-unsupported", _UNSUPPORTED)
        self._version = value
        return True

    def finish(self, document: Document, storage_version: Entry | None) -> None:
        """Check at the end of the main file that the storage version is set."""
        if storage_version is None or not storage_version.text:
            span = Span(document.path, 1, 1, 1, 1)
            self._problems.flaws.append(Flaw("storage-version-missing", _NO_STORAGE_VERSION, span))


def _parts(node: Statement) -> tuple[str, str, bool]:
    """Return the key and the value of a line, and whether the value is plain text."""
    if isinstance(node, Setting):
        return node.key, node.value, node.kind in (ValueKind.PLAIN, ValueKind.QUOTED)
    return (node.word, node.name, False) if isinstance(node, Section) else ("", "", False)
