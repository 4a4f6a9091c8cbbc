"""What kind of value an expression of a script has, where that is certain.

A kind is one of ``drivers.lua.api_names``: ``string``, ``dovecot.User``, ``push.MessageNew``. A variable
that is set in several places, a value from elsewhere, a field of a table that others can reach: of these
nothing is known, and nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from drivers.lua.api_names import TYPES, Member
from drivers.lua.entry_points import BEGIN, END, HANDLERS, USER_FUNCTIONS
from drivers.lua.source.names import FUNCTIONS, Names, Origin, Variable, key_of
from drivers.lua.source.tree import Node

Kinds = frozenset[str]
"""All that a value can be; empty: nothing is known."""

UNKNOWN: Kinds = frozenset()

_USER: Kinds = frozenset(("dovecot.User",))
_USER_FUNCTIONS = (BEGIN, *USER_FUNCTIONS)
_EVENTS: Mapping[str, str] = {function: event for event, function in HANDLERS.items()}
_MAX_STEPS = 40
_CONSTRUCTED = "table:"
_LITERALS: Mapping[str, str] = {
    "string": "string",
    "number": "number",
    "true": "boolean",
    "false": "boolean",
}


class KindFinder:
    """Finds kinds in one script."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._known: dict[Node | Variable, Kinds] = {}
        self._constructors: dict[str, Node] = {}
        self._steps = 0
        self._held: dict[Node, list[Variable]] = {}
        for variable in (*names.globals.values(), *names.locals):
            for origin in variable.origins:
                if not origin.parameter and origin.node is not None and origin.node.kind in FUNCTIONS:
                    self._held.setdefault(origin.node, []).append(variable)

    def of(self, node: Node | None) -> Kinds:
        """Return what an expression can be."""
        if node is None or self._steps > _MAX_STEPS:
            return UNKNOWN
        if node not in self._known:
            self._known[node] = UNKNOWN  # what depends on itself is unknown
            self._steps += 1
            self._known[node] = self._find(node)
            self._steps -= 1
        return self._known[node]

    def member(self, node: Node) -> tuple[Kinds, str] | None:
        """Return the kinds of the table in ``a.b``, and the name; None if it is none of the API's."""
        found = key_of(node)
        if found is None:
            return None
        kinds = self.of(found[0])
        return (kinds, found[1]) if kinds and kinds <= TYPES.keys() else None

    def constructor(self, node: Node) -> Node | None:
        """Return the table constructor that an expression is, also by the name of a variable."""
        kinds = self.of(node)
        return self._constructors.get(next(iter(kinds))) if len(kinds) == 1 else None

    def function_of(self, call: Node) -> Member | None:
        """Return the function of the API that is called, None if it is another."""
        called = call.part("name")
        if called is None or called in self._names.variables:
            return None
        found = self.member(called)
        members = _members(*found) if found else ()
        return members[0] if members and members[0].kind == "function" else None

    def _find(self, node: Node) -> Kinds:
        if node.kind in _LITERALS:
            return frozenset((_LITERALS[node.kind],))
        if node in self._names.variables:
            return self._of_variable(self._names.variables[node])
        if node.kind == "table_constructor":
            name = f"{_CONSTRUCTED}{node.first}"
            self._constructors[name] = node
            return frozenset((name,))
        if node.kind == "parenthesized_expression" and node.children:
            return self.of(node.children[0])
        if node.kind == "function_call":
            return self._of_call(node)
        return self._of_member(node)

    def _of_variable(self, variable: Variable) -> Kinds:
        if variable not in self._known:
            self._known[variable] = UNKNOWN
            self._known[variable] = self._origin(variable)
        return self._known[variable]

    def _origin(self, variable: Variable) -> Kinds:
        if variable.is_global and variable.name == "dovecot" and not variable.writes:
            return frozenset(("dovecot",))
        if len(variable.origins) != 1:
            return UNKNOWN
        origin = variable.origins[0]
        if origin.parameter:
            return self._of_parameter(origin)
        return self.of(origin.node) if origin.number == 0 else UNKNOWN

    def _of_member(self, node: Node) -> Kinds:
        found = key_of(node)
        if found is None:
            return UNKNOWN
        table, name = found
        results = [self._of_field(kind, name) for kind in self.of(table)]
        return _all(results)

    def _of_field(self, kind: str, name: str) -> Kinds:
        if kind in self._constructors:
            return self._of_constructed(self._constructors[kind], name)
        member = TYPES.get(kind, {}).get(name)
        return frozenset((member.kind,)) if member is not None and member.kind != "function" else UNKNOWN

    def _of_constructed(self, constructor: Node, name: str) -> Kinds:
        if name in self._names.fields_set:
            return UNKNOWN
        for field in constructor.children:
            named = field.part("name")
            if named is not None and named.name == name and not field.operator:
                return self.of(field.part("value"))
        return UNKNOWN

    def _of_call(self, call: Node) -> Kinds:
        function = self.function_of(call)
        if function is not None:
            return frozenset((function.returns,)) if function.returns else UNKNOWN
        called = call.part("name")
        variable = self._names.variables.get(called) if called is not None else None
        if variable is None or len(variable.origins) != 1:
            return UNKNOWN
        return self._returned(variable.origins[0].node)

    def _returned(self, function: Node | None) -> Kinds:
        """Return what a function of the script returns first."""
        if function is None or function.kind not in FUNCTIONS:
            return UNKNOWN
        results = [
            self.of(values.children[0]) if (values := statement.child("expression_list")) else UNKNOWN
            for statement in function.walk()
            if statement.kind == "return_statement" and _function_around(statement) is function
        ]
        return _all(results)

    def _of_parameter(self, origin: Origin) -> Kinds:
        function = origin.node
        if function is None or origin.number < 0:
            return UNKNOWN
        found: list[Kinds] = []
        for variable in self._holders(function):
            if variable.is_global and self._is_called_by_dovecot(variable.name):
                found.append(self._given_by_dovecot(variable.name, origin.number))
            found += self._given_in_calls(variable, origin.number)
        return _all(found)

    def _is_called_by_dovecot(self, name: str) -> bool:
        return name in _EVENTS or name == END or name in _USER_FUNCTIONS

    def _given_by_dovecot(self, name: str, index: int) -> Kinds:
        if name in _USER_FUNCTIONS:
            return _USER if index == 0 else UNKNOWN
        if index == 0:
            begin = self._names.globals.get(BEGIN)
            if begin is None or len(begin.origins) != 1:
                return UNKNOWN
            return self._returned(self._function(begin.origins[0].node))
        event = _EVENTS.get(name)
        return frozenset((f"push.{event}",)) if event is not None and index == 1 else UNKNOWN

    def _function(self, node: Node | None) -> Node | None:
        """Return the function that an expression is, also by the name of a variable."""
        for _ in range(_MAX_STEPS):
            if node is None or node.kind in FUNCTIONS:
                return node
            variable = self._names.variables.get(node)
            if variable is None or len(variable.origins) != 1:
                return None
            node = variable.origins[0].node
        return None

    def _holders(self, function: Node) -> list[Variable]:
        """Return the variables that hold a function; none if it gets to other places as well."""
        held = list(self._held.get(function, ()))
        for variable in held:
            for read in variable.reads:
                if read.role == "name" and read.parent is not None and read.parent.kind == "function_call":
                    continue
                receiver = self._receiver(read)
                if receiver is None:
                    return []
                if receiver not in held:
                    held.append(receiver)
        return held

    def _receiver(self, read: Node) -> Variable | None:
        """Return the variable that is given the value of another one."""
        values = read.parent
        assignment = values.parent if values is not None else None
        if assignment is None or assignment.kind != "assignment_statement" or values is None:
            return None
        targets = assignment.child("variable_list")
        place = values.children.index(read)
        names = targets.parts("name") if targets else []
        return self._names.variables.get(names[place]) if place < len(names) else None

    def _given_in_calls(self, variable: Variable, index: int) -> Iterable[Kinds]:
        for read in variable.reads:
            call = read.parent
            if call is None or call.kind != "function_call" or read.role != "name":
                continue
            given = arguments(call)
            yield self.of(given[index]) if index < len(given) else UNKNOWN


def arguments(call: Node) -> list[Node]:
    """Return the arguments of a call."""
    given = call.part("arguments")
    return given.children if given is not None else []


def _members(kinds: Kinds, name: str) -> tuple[Member, ...]:
    members = [TYPES[kind].get(name) for kind in sorted(kinds)]
    return tuple(member for member in members if member is not None) if None not in members else ()


def _all(results: list[Kinds]) -> Kinds:
    """Return all kinds together, none if one of them is unknown."""
    if not results or UNKNOWN in results:
        return UNKNOWN
    return frozenset().union(*results)


def _function_around(node: Node) -> Node | None:
    return next((above for above in node.above() if above.kind in FUNCTIONS), None)
