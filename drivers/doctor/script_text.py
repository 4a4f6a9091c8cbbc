"""The links of a script's text: Lua compiles it, and it has the functions that Dovecot calls."""

from __future__ import annotations

import re
from collections.abc import Iterator

from drivers.doctor.rights import Rights
from drivers.doctor.script_place import ScriptPlace
from drivers.lua.entry_points import BEGIN, CREATED, END, HANDLERS
from drivers.lua.machine import DEBIAN_C_PATH, DEBIAN_PATH, LuaMachine, ScriptError, decode
from drivers.lua.metadata_use import metadata_use
from drivers.lua.source.compiling import as_text
from drivers.lua.source.script import ScriptText
from drivers.lua.versions import TEXTS
from drivers.rules.lua.functions import meant_function, unread_functions
from drivers.scripting import Scripting
from mailstore.links import Link, LinkState
from mailstore.readable import readable_by

_PREFIX = "dovecot_lua_notify_"
COMPILES, FUNCTIONS = "compiles", "functions"
_PATH_SET = re.compile(rb"\bpackage\s*(?:\.\s*(?:c?path|preload|searchers|loaders)|\[)")


def check_compiles(place: ScriptPlace, text: ScriptText) -> Link:
    """Let Lua's own compiler look at the script."""
    if text.unchecked:
        return Link(COMPILES, LinkState.UNKNOWN, f"nothing can be said of the script: {text.unchecked}")
    problem = text.problem
    if problem is None:
        return Link(COMPILES, LinkState.OK, f"Lua {place.lua} compiles it")
    path = place.path or ""
    said = TEXTS[place.version].load_failed.format(file=path, error=_message(place, text))
    return Link(
        COMPILES,
        LinkState.BROKEN,
        f"line {problem.line}: {problem.text}",
        (f"correct line {problem.line} of the script, or what stands before it: pushnotif lua check {path}",),
        (f"Dovecot logs: lua: {said}",),
        where=f"{path}:{problem.line}:1",
        rules=("PN505",),
    )


def _message(place: ScriptPlace, text: ScriptText) -> str:
    try:
        LuaMachine(Scripting(lua=place.lua)).compile(text.source, place.path or "")
    except ScriptError as error:
        return str(error)
    return text.problem.text if text.problem is not None else ""


def check_functions(place: ScriptPlace, text: ScriptText, rights: Rights) -> Link:
    """Look for the functions that Dovecot calls, and at what the script needs besides."""
    if text.tree is None:
        return Link(FUNCTIONS, LinkState.UNKNOWN, "the script is nested too deeply to be looked at")
    handlers = [event for event, name in HANDLERS.items() if text.function(name) is not None]
    notes = tuple(_notes(place, text, rights))
    missing = _missing(place, text, handlers)
    if missing is None:
        seen = (
            f"it handles {', '.join(handlers)}"
            if handlers
            else "what it loads handles events, if anything does"
        )
        return Link(FUNCTIONS, LinkState.OK if handlers else LinkState.UNKNOWN, seen, (), notes)
    seen, remedy, code = missing
    if text.is_dynamic or text.modules:
        seen = f"{seen}, unless what the script loads brings it along"
        return Link(FUNCTIONS, LinkState.UNKNOWN, seen, (remedy,), notes, rules=(code,))
    return Link(FUNCTIONS, LinkState.BROKEN, seen, (remedy,), notes, rules=(code,))


def _missing(place: ScriptPlace, text: ScriptText, handlers: list[str]) -> tuple[str, str, str] | None:
    """Return what keeps the script from being called, what to do, and the rule that says so."""
    if place.is_shared and text.function(CREATED) is None:
        seen = f"without {CREATED} the mail_lua plugin lets the script go, and the driver has none"
        return (
            seen,
            f"add 'function {CREATED}(user) return 0 end', or name the script for the driver",
            "PN503",
        )
    if text.function(BEGIN) is None:
        return f"it has no {BEGIN}: nothing in it is called", f"add 'function {BEGIN}(user) end'", "PN508"
    if not handlers:
        example = f"function {HANDLERS['MessageNew']}(context, event) end"
        return "it has no event handler: nothing in it is called", f"add one, such as '{example}'", "PN507"
    return None


def _notes(place: ScriptPlace, text: ScriptText, rights: Rights) -> Iterator[str]:
    if not text.is_dynamic and not text.modules and text.function(END) is None:
        yield f"it has no {END}: events are handled, and each transaction ends with an error in the log"
    for variable in unread_functions(text):
        if (meant := meant_function(variable.name)) and text.function(meant) is None:
            yield f"{variable.name} is never called: perhaps {meant} is meant"
        elif not meant and variable.name.startswith(_PREFIX):
            yield f"{variable.name} is never called: Dovecot has no event of that name"
    yield from _modules(place, text, rights)
    use = metadata_use(decode(text.source))
    if use.reads:
        names = ", ".join(use.entries) or "no name of an entry stands in it as a whole"
        yield f"it reads METADATA: {names}"


def _modules(place: ScriptPlace, text: ScriptText, rights: Rights) -> Iterator[str]:
    """Name the modules that aren't found; a script that changes where they are looked for is left alone."""
    if place.lua not in DEBIAN_PATH or _PATH_SET.search(as_text(text.source)):
        return
    for name in dict.fromkeys(module for module in text.modules if module):
        if not any(_is_there(place, path, rights) for path in _paths(name, place.lua)):
            yield f"it requires {name}, which is not where Debian's Lua {place.lua} looks for modules"


def _paths(module: str, lua: str) -> Iterator[str]:
    """Yield where Lua looks for a module; one in C may also be part of that with its first name."""
    patterns = (*DEBIAN_PATH[lua].split(b";"), *DEBIAN_C_PATH[lua].split(b";"))
    for pattern in patterns:
        yield decode(pattern).replace("?", module.replace(".", "/"))
    for pattern in DEBIAN_C_PATH[lua].split(b";"):
        yield decode(pattern).replace("?", module.partition(".")[0])


def _is_there(place: ScriptPlace, path: str, rights: Rights) -> bool:
    if not path.startswith("/"):
        return False
    if readable_by(path, rights.uid or 0, rights.gids, place.root) is not None:
        return False
    return not place.files.is_folder(place.files.locate(path, "/"))
