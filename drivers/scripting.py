"""How scripts of drivers are run: by which language version, and within which limits."""

from __future__ import annotations

from dataclasses import dataclass

LUA_VERSIONS = ("5.1", "5.2", "5.3", "5.4", "luajit")
LUA_APIS = ("2.3.19", "2.4.1", "2.4.4")


@dataclass(frozen=True, slots=True)
class Scripting:
    """Options for scripts.

    ``lua`` is the Lua version (``5.4``). One call of a script may take ``seconds``, its state ``memory``
    bytes. ``sandbox`` takes away what reaches other files and programs; without ``programs`` none can be
    started, and files are there. ``root`` is where the script's own absolute path is looked up. ``api`` is
    the Dovecot version whose API scripts find, one of :data:`LUA_APIS`; '' for the one that the
    configuration stands for.
    """

    lua: str = "5.4"
    seconds: float = 10.0
    memory: int = 128 * 2**20
    sandbox: bool = False
    api: str = ""
    programs: bool = True
    root: str = ""


DEFAULT_SCRIPTING = Scripting()
