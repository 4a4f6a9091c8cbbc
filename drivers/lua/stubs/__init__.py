"""What editors and linters have to know about the Lua API of push scripts, as files of theirs.

Made from the tables that the lint rules use; nothing here reads or writes a file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dovecot_conf.versions import Version
from drivers.lua.stubs.emmylua import emmylua
from drivers.lua.stubs.luacheckrc import luacheckrc
from drivers.lua.stubs.luarc import luarc
from drivers.lua.stubs.stub import Stub, Target
from drivers.scripting import LUA_VERSIONS

__all__ = ["KINDS", "Stub", "Target", "is_unchanged", "stub"]

_MAKERS: Mapping[str, Callable[[Target], Stub]] = {
    "luacheck": luacheckrc,
    "emmylua": emmylua,
    "luarc": luarc,
}
KINDS: tuple[str, ...] = tuple(_MAKERS)
"""luacheck's configuration; annotations for lua-language-server and the like; and their configuration."""


def stub(kind: str, target: Target) -> Stub:
    """Return one of the :data:`KINDS` of files."""
    return _MAKERS[kind](target)


def is_unchanged(made: Stub, text: str) -> bool:
    """Tell whether ``text``, found where ``made`` would go, is such a file that nobody changed.

    It may be one for another version of Dovecot or Lua, and where it has a checksum, of another pushnotif.
    """
    return made.has_intact_seal(text) or any(text == one.text for one in _variants(made.kind))


def _variants(kind: str) -> list[Stub]:
    return [stub(kind, Target(version, lua)) for version in Version for lua in LUA_VERSIONS]
