"""Opening the file of a script, with what Dovecot says when that fails."""

from __future__ import annotations

import os
from pathlib import Path

from drivers.lua.machine import LuaMachine, ScriptError, encode
from drivers.lua.versions import LuaTexts

MAX_SCRIPT = 16 * 2**20
"""No push script is larger (bytes)."""


def open_script(machine: LuaMachine, path: str, texts: LuaTexts) -> None:
    """Read and compile a script. Raises ScriptError in Dovecot's words."""
    try:
        if Path(path).is_dir():
            raise ScriptError(
                texts.load_failed.format(file=path, error=f"cannot read {path}: Is a directory")
            )
        with open(encode(path), "rb") as file:  # noqa: PTH123 - any name of a file
            source = file.read(MAX_SCRIPT + 1)
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise ScriptError(texts.unreadable.format(file=path, error=reason)) from None
    if len(source) > MAX_SCRIPT:
        raise ScriptError(f"{path} has more than {MAX_SCRIPT} bytes")
    try:
        machine.compile(source, path)
    except ScriptError as error:
        raise ScriptError(texts.load_failed.format(file=path, error=error)) from None
