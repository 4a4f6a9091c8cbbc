"""A script as the lint rules look at it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from dovecot_conf.lint.suppressions import Comment
from dovecot_conf.positions import Span
from dovecot_conf.source import SourceFile
from dovecot_conf.versions import Version
from drivers.lua.lua_globals import LUA_GLOBALS
from drivers.lua.lua_libraries import COMPATIBILITY
from drivers.lua.source.compiling import (
    BYTE_ORDER_MARK,
    COMPILED,
    SyntaxProblem,
    as_text,
    compile_problem,
    with_line_feeds,
)
from drivers.lua.source.kinds import KindFinder
from drivers.lua.source.names import Names, Variable, constant, key_of, resolve
from drivers.lua.source.tree import Node, NoTreeError, Tree, parse
from drivers.lua.source.uses import Use, uses_of_api

MAX_SCRIPT_SIZE = 1024 * 1024
"""Larger scripts are not looked at (bytes)."""

_DYNAMIC = ("_G", "_ENV", "load", "loadstring", "loadfile", "dofile", "setfenv", "getfenv", "module")


@dataclass(frozen=True, eq=False)
class ScriptText:
    """A script for one Dovecot and one Lua version. ``source`` may be cut at the limit of size."""

    path: str
    source: bytes
    version: Version
    lua: str = "5.4"

    @cached_property
    def unchecked(self) -> str:
        """Why nothing can be said of the script, '' if something can."""
        if len(self.source) > MAX_SCRIPT_SIZE:
            return f"it has more than {MAX_SCRIPT_SIZE} bytes"
        if self.source.startswith(COMPILED):
            return "it is compiled"
        return ""

    @cached_property
    def shown(self) -> SourceFile:
        """The text that places are counted in."""
        text = with_line_feeds(self.source)
        if text.startswith(BYTE_ORDER_MARK):
            text = b" " * len(BYTE_ORDER_MARK) + text[len(BYTE_ORDER_MARK) :]
        return SourceFile.decode(self.path, text)

    @cached_property
    def problem(self) -> SyntaxProblem | None:
        """What Lua says of a script that it can't compile."""
        return compile_problem(self.source, self.lua) if not self.unchecked else None

    @cached_property
    def tree(self) -> Tree | None:
        """The tree of a valid script; None for others."""
        if self.unchecked or self.problem is not None:
            return None
        try:
            return parse(as_text(self.source), self.path)
        except NoTreeError:
            return None

    @cached_property
    def names(self) -> Names:
        """The variables of a valid script."""
        return resolve(self.tree.root) if self.tree is not None else Names()

    @cached_property
    def kinds(self) -> KindFinder:
        """What kinds of values the expressions have."""
        return KindFinder(self.names)

    @cached_property
    def uses(self) -> tuple[Use, ...]:
        """Where fields of Dovecot's API are read."""
        return uses_of_api(self.nodes, self.kinds)

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """All nodes of a valid script, in the order of the text."""
        return tuple(self.tree.root.walk()) if self.tree is not None else ()

    def of_kind(self, *kinds: str) -> tuple[Node, ...]:
        """Return the nodes of some kinds."""
        return tuple(node for node in self.nodes if node.kind in kinds)

    @cached_property
    def is_dynamic(self) -> bool:
        """Tell whether global variables may be made in ways that can't be seen here."""
        known = frozenset((*LUA_GLOBALS[self.lua], *COMPATIBILITY.get(self.lua, ())))
        for name in known.intersection(_DYNAMIC):
            variable = self.names.globals.get(name)
            if variable is not None and any(not self._is_plain_index(read) for read in variable.reads):
                return True
        return any(variable.name == "_ENV" for variable in self.names.locals)

    @cached_property
    def modules(self) -> tuple[str | None, ...]:
        """The modules that the script loads, None for a name that isn't written out."""
        found = []
        for call in self.of_kind("function_call"):
            if self.called(call) == "require":
                given = call.part("arguments")
                found.append(constant(given.children[0]) if given is not None and given.children else None)
        return tuple(found)

    def called(self, call: Node) -> str:
        """Return the dotted name of a global function that is called (``os.execute``), '' for others."""
        return self.dotted(call.part("name"))

    def dotted(self, node: Node | None) -> str:
        """Return ``a.b.c`` where ``a`` is a global variable that the script doesn't set, else ''."""
        names: list[str] = []
        while node is not None and node.kind in {"dot_index_expression", "bracket_index_expression"}:
            found = key_of(node)
            if found is None:
                return ""
            node = found[0]
            names.append(found[1])
        variable = self.names.variables.get(node) if node is not None else None
        if variable is None or not variable.is_global or variable.writes:
            return ""
        return ".".join([variable.name, *reversed(names)])

    def function(self, name: str) -> Variable | None:
        """Return a global variable that the script sets, None if it doesn't."""
        variable = self.names.globals.get(name)
        return variable if variable is not None and variable.writes else None

    def may_define(self, name: str) -> bool:
        """Tell whether running the script makes a global variable, as far as that can be seen."""
        return self.function(name) is not None or self.is_dynamic or bool(self.modules)

    def span(self, node: Node | None) -> Span:
        """Return where a node stands; the beginning of the script for None."""
        if node is None or self.tree is None:
            return Span(self.path, 1, 1, 1, 1)
        return self.tree.span(node)

    @cached_property
    def comments(self) -> dict[int, list[Comment]]:
        """The comments by the line in which they begin."""
        found: dict[int, list[Comment]] = {}
        for comment in self.tree.comments if self.tree is not None else ():
            row, column = comment.start
            alone = not self.tree.lines[row][:column].strip() if self.tree is not None else False
            place = self.span(comment)
            found.setdefault(place.line, []).append(Comment(comment.name, alone, place.column))
        return found

    def _is_plain_index(self, read: Node) -> bool:
        return read.parent is not None and read.parent in self.names.variables
