"""Whether Sieve of 2.4 finds its plugins (``module_dir_load_missing`` and ``sieve_plugins_load``)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dovecot_conf.check_finding import Finding
from dovecot_conf.lookup24 import Lookup24
from dovecot_conf.view24 import written

DIRECTORY = "/usr/lib/dovecot/modules/sieve"

PLUGIN_EXTENSIONS = {
    "sieve_extprograms": ("vnd.dovecot.pipe", "vnd.dovecot.filter", "vnd.dovecot.execute"),
    "sieve_imapsieve": ("imapsieve", "vnd.dovecot.imapsieve"),
    "sieve_storage_ldap": (),
}
"""The plugins of Debian's packages, and the extensions they bring."""

_FILE_NAME = re.compile(r"(?:lib)?(?:[0-9]*_)?(.*?)(?:\.so.*)?", re.DOTALL)


def missing(found: Lookup24) -> Iterator[Finding]:
    """The first plugin without a file, or a name for a file that crashes Sieve.

    What is in another folder than Debian's is not known.
    """
    directory = found.entry("sieve_plugin_dir")
    lines = dict(found.listed_lines("sieve_plugins"))
    if not lines or (directory is not None and written(directory) != DIRECTORY):
        return
    bases = {word: _base_name(word) for word in lines}
    if (base := _not_found(list(bases.values()))) is not None:
        where = next(lines[word] for word in bases if bases[word] == base)
        message = f"Plugin '{base}' not found from directory {DIRECTORY}"
        yield Finding("missing-sieve-plugin", message, where)
        return
    for word, where in lines.items():
        if word not in _accepted():
            message = f"Dovecot crashes on this name of a Sieve plugin: {word}"
            yield Finding("dovecot-crash", message, where, f"write {bases[word]}")
            return


def _base_name(word: str) -> str:
    match = _FILE_NAME.fullmatch(word)
    return match[1] if match is not None else word


def _not_found(bases: list[str]) -> str | None:
    # Dovecot moves each name to the front once without shortening the list; a file takes one entry.
    rows = sorted(bases, key=lambda name: name.encode("utf-8", "surrogateescape"))
    once = list(dict.fromkeys(rows))
    left = [*once, *rows[len(once) :]]
    for name in PLUGIN_EXTENSIONS:
        if name in left:
            left[left.index(name)] = ""
    return next((name for name in left if name), None)


def _accepted() -> frozenset[str]:
    return frozenset(PLUGIN_EXTENSIONS) | {f"{name}_plugin" for name in PLUGIN_EXTENSIONS}
