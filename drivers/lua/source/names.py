"""Which variable each name of a script means: scopes as in Lua's manual (section 3.5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from drivers.lua.source.tree import Node

FUNCTIONS = frozenset(("function_declaration", "function_definition"))
_SCOPES = FUNCTIONS | {"chunk", "block", "repeat_statement", "for_statement"}
_CLAUSES = frozenset(("for_generic_clause", "for_numeric_clause"))
_NO_VARIABLE = frozenset(("goto_statement", "label_statement", "attribute", "parameters"))
_ENVIRONMENT = "_G"


class Origin(NamedTuple):
    """Where a variable has a value from.

    ``node`` is an expression of which it is result number ``number``, or with ``parameter`` the function
    whose argument number ``number`` (from 0, -1 is ``self``) it is; None where that isn't to be told.
    """

    node: Node | None
    number: int = 0
    parameter: bool = False


@dataclass(eq=False, slots=True)
class Variable:
    """A local variable, or a global one: all places where it is read and set."""

    name: str
    is_global: bool
    node: Node | None = None
    reads: list[Node] = field(default_factory=list)
    writes: list[Node] = field(default_factory=list)
    origins: list[Origin] = field(default_factory=list)


@dataclass(slots=True)
class Names:
    """The variables of a script.

    ``variables`` has that of each identifier that is one, and of each ``_G.name``; ``fields_set`` are
    the names of fields that the script sets by assignment, of whatever table.
    """

    variables: dict[Node, Variable] = field(default_factory=dict)
    globals: dict[str, Variable] = field(default_factory=dict)
    locals: list[Variable] = field(default_factory=list)
    fields_set: set[str] = field(default_factory=set)


def resolve(root: Node) -> Names:
    """Find the variable of each name in a tree."""
    return _Resolver().run(root)


def constant(node: Node | None) -> str | None:
    """Return the text of a string that is written out, None for everything else or one with escapes."""
    if node is None or node.kind != "string":
        return None
    content = node.part("content")
    if content is None:
        return ""
    return None if content.children else content.name


def key_of(node: Node) -> tuple[Node, str] | None:
    """Return the table and the constant name of an index expression (``a.b``, ``a["b"]``, ``a:b``)."""
    table = node.part("table")
    if table is None:
        return None
    if node.kind == "bracket_index_expression":
        text = constant(node.part("field"))
        return (table, text) if text is not None else None
    named = node.part("field") or node.part("method")
    return (table, named.name) if named is not None else None


def name_node(node: Node) -> Node:
    """Return the part of an index expression that is the name."""
    return node.part("field") or node.part("method") or node


class _Resolver:
    def __init__(self) -> None:
        self._names = Names()
        self._scopes: list[dict[str, Variable]] = []

    def run(self, root: Node) -> Names:
        waiting: list[tuple[Node, bool]] = [(root, True)]
        while waiting:
            node, entering = waiting.pop()
            if not entering:
                self._leave(node)
                continue
            self._enter(node)
            waiting.append((node, False))
            waiting.extend((child, True) for child in reversed(node.children))
        return self._names

    def _enter(self, node: Node) -> None:
        if node.kind == "function_declaration":
            self._declare_function(node)
        if _is_scope(node):
            self._scopes.append({})
        if node.kind in FUNCTIONS:
            self._declare_parameters(node)
        elif node.kind == "identifier" and _is_variable(node):
            self._use(node, node.name)
        elif node.kind.endswith("index_expression"):
            self._use_of_environment(node)

    def _leave(self, node: Node) -> None:
        if _is_scope(node):
            self._scopes.pop()
        elif node.kind == "variable_declaration":
            self._declare_locals(node)
        elif node.kind == "assignment_statement" and not _is_declaration(node):
            for target, origin in _assigned(node):
                self._write(target, origin)
        elif node.kind in _CLAUSES:
            names = node.child("variable_list") or node
            for name in names.parts("name"):
                self._declare(name, Origin(None))

    def _declare_function(self, node: Node) -> None:
        name = node.part("name")
        if name is None:
            return
        if node.role == "local_declaration":
            self._declare(name, Origin(node))
        elif name.kind == "identifier":
            self._write(name, Origin(node))

    def _declare_parameters(self, node: Node) -> None:
        name, parameters = node.part("name"), node.part("parameters")
        if name is not None and name.kind == "method_index_expression":
            self._new("self", None, Origin(node, -1, parameter=True))
        for index, parameter in enumerate(parameters.parts("name") if parameters else ()):
            self._declare(parameter, Origin(node, index, parameter=True))

    def _declare_locals(self, node: Node) -> None:
        assignment = node.child("assignment_statement")
        if assignment is not None:
            for name, origin in _assigned(assignment):
                self._declare(name, origin)
            return
        names = node.child("variable_list") or node
        for name in names.parts("name"):
            self._declare(name, None)

    def _declare(self, name: Node, origin: Origin | None) -> None:
        variable = self._new(name.name, name, origin)
        self._names.variables[name] = variable
        variable.writes.append(name)

    def _new(self, name: str, node: Node | None, origin: Origin | None) -> Variable:
        variable = Variable(name, is_global=False, node=node)
        if origin is not None:
            variable.origins.append(origin)
        self._scopes[-1][name] = variable
        self._names.locals.append(variable)
        return variable

    def _find(self, name: str) -> Variable:
        for scope in reversed(self._scopes):
            if name in scope:
                return scope[name]
        return self._names.globals.setdefault(name, Variable(name, is_global=True))

    def _use(self, node: Node, name: str) -> None:
        variable = self._find(name)
        self._names.variables[node] = variable
        if not _is_target(node):
            variable.reads.append(node)

    def _write(self, target: Node, origin: Origin) -> None:
        variable = self._names.variables.get(target)
        if variable is None and target.kind == "identifier":
            variable = self._find(target.name)
            self._names.variables[target] = variable
        if variable is None:
            found = key_of(target)
            self._names.fields_set |= {found[1]} if found else set()
            return
        variable.writes.append(target)
        variable.origins.append(origin)
        variable.node = variable.node or target

    def _use_of_environment(self, node: Node) -> None:
        found = key_of(node)
        if found is None or found[0].name != _ENVIRONMENT or self._find(_ENVIRONMENT).writes:
            return
        variable = self._names.globals.setdefault(found[1], Variable(found[1], is_global=True))
        self._names.variables[node] = variable


def _is_scope(node: Node) -> bool:
    """Tell whether variables end with a node; the condition of ``repeat`` sees those of its block."""
    if node.kind == "block":
        return node.parent is None or node.parent.kind != "repeat_statement"
    return node.kind in _SCOPES


def _is_variable(node: Node) -> bool:
    """Tell whether an identifier is read or set, not declared and no name of a field or label."""
    parent = node.parent
    if parent is None or parent.kind in _NO_VARIABLE or node.role == "method":
        return False
    if node.role == "field":
        return parent.kind == "bracket_index_expression"
    if node.role == "name":
        if parent.kind == "field":
            return parent.operator == "["
        if parent.kind in FUNCTIONS or parent.kind in _CLAUSES or parent.kind == "variable_declaration":
            return False
        if parent.kind == "variable_list":
            above = parent.parent
            return above is not None and above.kind == "assignment_statement" and not _is_declaration(above)
    return True


def _is_declaration(assignment: Node) -> bool:
    return assignment.parent is not None and assignment.parent.kind == "variable_declaration"


def _is_target(node: Node) -> bool:
    parent = node.parent
    if parent is None:
        return False
    return node.role == "name" and parent.kind in {"variable_list", "function_declaration"}


def _assigned(assignment: Node) -> Iterator[tuple[Node, Origin]]:
    """Yield the targets of an assignment with what they are given."""
    targets, values = assignment.child("variable_list"), assignment.child("expression_list")
    expressions = values.children if values else []
    for index, target in enumerate(targets.parts("name") if targets else ()):
        if index < len(expressions):
            yield target, Origin(expressions[index])
        elif expressions and expressions[-1].kind in {"function_call", "vararg_expression"}:
            yield target, Origin(expressions[-1], index - len(expressions) + 1)
        else:
            yield target, Origin(None)
