"""What the fuzzer works on: a main file with the files that lie beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dovecot_conf import Version

VERSION_LINES = b"dovecot_config_version = 2.4.1\ndovecot_storage_version = 2.4.1\n"
"""What every configuration of 2.4 starts with."""


@dataclass(frozen=True, slots=True)
class Text:
    """A configuration: ``main`` is the main file, ``files`` the others by their path beside it."""

    version: Version
    main: bytes
    files: Mapping[str, bytes] = field(default_factory=dict)


def may_expand(text: Text) -> bool:
    """Return whether there may be something in a text that doveconf expands with ``-x``."""
    return any(b"$" in content or b"<" in content for content in (text.main, *text.files.values()))
