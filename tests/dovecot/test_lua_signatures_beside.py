"""Each function of the API on running servers: the arguments that it takes, and its results."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from dovecot_conf import Version
from drivers.lua.api_names import TYPES, Member, Parameter
from drivers.lua.stubs.emmylua import reachable_types
from tests.dovecot.lua_scripts import said_on_server

OBJECTS = {
    "dovecot": "dovecot",
    "dovecot.http": "dovecot.http",
    "dovecot.Event": "dovecot.event()",
    "dovecot.PassthroughEvent": "dovecot.event():passthrough_event()",
    "dovecot.User": "user",
    "dovecot.Mailbox": "opened(user)",
    "dovecot.http.Client": "dovecot.http.client({})",
    "dovecot.http.Request": "requested()",
    "dovecot.http.Response": "requested():submit()",
}
PLAIN = ("dovecot", "dovecot.http")
"""Their functions are given no object."""

NAMED = {"key": '"/private/signature"', "prefix": '"/private/"', "...": '"/private/other"', "name": '"INBOX"'}
KINDS = {
    "string": ['"text"'],
    "number": ["1.0", '"1"'],
    "string|number": ['"text"', "12.0"],
    "boolean": ["false"],
    "dovecot.Event": ["dovecot.event()"],
    "dovecot.http.Settings": ["{}"],
    "dovecot.http.RequestOptions": ['{url = "http://127.0.0.1:1/"}', '{url = "http://h/", method = "PUT"}'],
}
SCRIPT = """\
local function opened(user)
  local box = user:mailbox("INBOX")
  box:open()
  return box
end

local function requested()
  return dovecot.http.client({}):request({url = "http://127.0.0.1:1/"})
end

local function try(label, object, finish, call, ...)
  local results = table.pack(pcall(call, ...))
  local kinds = {}
  for place = 2, results.n do kinds[place - 1] = math.type(results[place]) or type(results[place]) end
  if not results[1] then kinds = {"refused"} end
  dovecot.i_info("CALL " .. label .. " -> " .. table.concat(kinds, " "))
  -- Only one such event may be open at a time: until it is logged.
  local open = finish and object or label:find(".passthrough_event", 1, true) and results[2]
  if open and not (results[1] and label:find(".log_", 1, true)) then open:log_debug("done") end
end

function dovecot_lua_notify_begin_txn(user)
%s
end

function dovecot_lua_notify_event_message_new() end
function dovecot_lua_notify_end_txn() end
"""


class Call(NamedTuple):
    """A call with these arguments, and the kinds of its results; None: it is refused."""

    owner: str
    name: str
    arguments: tuple[str, ...]
    results: tuple[str, ...] | None

    @property
    def label(self) -> str:
        """What its line in the log begins with."""
        return f"{self.owner}.{self.name}({', '.join(self.arguments)})"

    @property
    def lua(self) -> str:
        """The call as Lua code."""
        through = "true" if self.owner == "dovecot.PassthroughEvent" else "false"
        object_ = [] if self.owner in PLAIN else ["object"]
        given = ", ".join(
            [f"[==[{self.label}]==]", "object", through, f"object.{self.name}", *object_, *self.arguments]
        )
        return f"do local object = {OBJECTS[self.owner]} try({given}) end"


def sample(parameter: Parameter, number: int = 0) -> str:
    samples = KINDS[parameter.kind]
    if parameter.kind == "string" and parameter.name in NAMED:
        return NAMED[parameter.name]
    return samples[number % len(samples)]


def kinds_of(member: Member, given: int) -> tuple[str, ...]:
    kind = member.returns
    if kind.endswith(" ..."):
        return (kind.removesuffix(" ..."),) * given
    if kind.partition("<")[0] in {"table", "strings"} or kind in TYPES:
        return ("table",)
    return (kind,) if kind else ()


def calls_of(owner: str, name: str, member: Member, version: Version) -> Iterator[Call]:
    parameters = member.takes(version)
    needed = [one for one in parameters if not one.optional and one.name != "..."]
    for number in range(2):
        for taken in (needed, list(parameters)):
            arguments = tuple(sample(one, number) for one in taken)
            yield Call(owner, name, arguments, kinds_of(member, len(arguments)))
    arguments = tuple(sample(one) for one in parameters)
    if needed:
        yield Call(owner, name, arguments[: len(needed) - 1], None)
    if parameters and parameters[-1].name != "...":
        yield Call(owner, name, (*arguments, "false"), None)


def all_calls(version: Version) -> list[Call]:
    calls = [
        call
        for owner in reachable_types(version)
        for name, member in TYPES[owner].items()
        if member.kind == "function" and member.available(version)
        for call in calls_of(owner, name, member, version)
    ]
    return list(dict.fromkeys(calls))


def fits(found: list[str], wanted: tuple[str, ...] | None) -> bool:
    """Tell whether results are of these kinds; ``string?`` may be nil."""
    if wanted is None:
        return found == ["refused"]
    return len(found) == len(wanted) and all(
        have == kind or (kind.endswith("?") and have in {"nil", kind.rstrip("?")})
        for have, kind in zip(found, wanted, strict=True)
    )


@pytest.mark.parametrize("version", list(Version), ids=str)
def test_functions_take_and_return_what_the_table_says(
    version: Version, request: pytest.FixtureRequest
) -> None:
    calls = all_calls(version)
    script = SCRIPT % "\n".join(f"  {call.lua}" for call in calls)
    _, said = said_on_server(request, version, script, name="signatures.lua")
    prefix = "Info: CALL "
    found = [line.removeprefix(prefix).rstrip() for line in said if line.startswith(prefix)]
    assert len(calls) > 150
    assert [call.label for call in calls] == [line.partition(" -> ")[0].removesuffix(" ->") for line in found]
    wrong = [
        (line, call.results)
        for call, line in zip(calls, found, strict=True)
        if not fits(line.removeprefix(call.label).removeprefix(" ->").split(), call.results)
    ]
    assert wrong == []
