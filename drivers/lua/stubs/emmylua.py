"""Annotations of Dovecot's Lua API in the notation of EmmyLua, as lua-language-server reads them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping

from dovecot_conf.names import table
from dovecot_conf.versions import Version
from drivers.lua.api_names import REQUEST_OPTIONS, TYPES, Member, Members, Parameter
from drivers.lua.http_settings import CRASHES, HTTP_SETTINGS, URL
from drivers.lua.stubs.handlers import ALL, Handler
from drivers.lua.stubs.stub import Stub, Target, sealed
from drivers.lua.stubs.texts import of_member, of_type
from drivers.lua.versions import DICT, DOVEADM_CLIENT, STORAGE

_NOTATION: Mapping[str, str] = {"strings": "string[]", URL: "string"}
_CONSTANTS: Mapping[str, Mapping[str, float | str]] = {
    "dovecot.storage": STORAGE,
    "dovecot.dict": DICT,
    "dovecot.doveadm_client": DOVEADM_CLIENT,
}
_TEXT_KINDS: Mapping[str, str] = {"uint": "string|integer", "bool": '"yes"|"no"'}
"""What settings of 2.4 take that isn't only text, by the type of the setting."""

_GIVEN = "dovecot.http.RequestOptions"
_SETTINGS = "dovecot.http.Settings"
_GLOBAL = "dovecot"
_WIDTH = 100


def file_name(version: Version) -> str:
    """Return the name of the file with the annotations for a version."""
    return f"dovecot-{version}.lua"


def emmylua(target: Target) -> Stub:
    """Return the annotations for a version; the version of Lua makes no difference."""
    version = target.version
    head = [
        "---@meta _",
        f"-- Push scripts of Dovecot {version}, for lua-language-server. Made by 'pushnotif lua stubs'.",
    ]
    body = ["-- luacheck: ignore", ""]
    for name in reachable_types(version):
        body += [*_class(name, TYPES[name], version), ""]
    body += [*_class(_GIVEN, REQUEST_OPTIONS, version), ""]
    body += [*_settings(version), ""]
    for handler in ALL:
        body += [*_handler(handler), ""]
    return Stub("emmylua", file_name(version), sealed(head, body[:-1]))


def reachable_types(version: Version) -> list[str]:
    """Return the types that something of this version is or returns, and the events."""
    named = {
        kind
        for members in TYPES.values()
        for member in members.values()
        if member.available(version)
        for kind in (member.kind, member.returns)
    }
    given = {parameter.kind for handler in ALL for parameter in handler.parameters}
    return [name for name in TYPES if name == _GLOBAL or name in named | given]


def _class(name: str, members: Members, version: Version) -> Iterator[str]:
    yield from _comment(of_type(name))
    yield f"---@class {name}"
    here = {key: member for key, member in members.items() if member.available(version)}
    is_global = name == _GLOBAL or name in {member.kind for member in TYPES[_GLOBAL].values()}
    for key, member in here.items():
        if member.kind != "function" and not (is_global and member.kind in TYPES):
            yield _field(name, key, member)
    functions = {key: member for key, member in here.items() if member.kind == "function"}
    short = name if is_global else name.rpartition(".")[2]
    if is_global:
        yield f"{name} = {{}}"
    elif functions:
        yield f"local {short} = {{}}"
    for key, member in functions.items():
        yield ""
        yield from _function(name, f"{short}{'.' if is_global else ':'}{key}", member, version)


def _comment(text: str) -> list[str]:
    return [f"---{line}" for line in textwrap.wrap(text, _WIDTH)]


def _field(owner: str, key: str, member: Member) -> str:
    kind = _NOTATION.get(member.kind, member.kind) + ("?" if member.missing else "")
    value = _CONSTANTS.get(owner, {}).get(key)
    about = of_member(owner, key) if value is None else f'"{value}"' if isinstance(value, str) else f"{value}"
    return f"---@field {key} {kind}{f' # {about}' if about else ''}"


def _function(owner: str, name: str, member: Member, version: Version) -> Iterator[str]:
    yield from _comment(of_member(owner, name.rpartition(":" if ":" in name else ".")[2]))
    parameters = member.takes(version)
    yield from _parameters(parameters)
    if member.returns:
        yield f"---@return {_NOTATION.get(member.returns, member.returns)}"
    yield f"function {name}({', '.join(one.name for one in parameters)}) end"


def _parameters(parameters: tuple[Parameter, ...]) -> Iterator[str]:
    for one in parameters:
        yield f"---@param {one.name}{'?' if one.optional else ''} {_NOTATION.get(one.kind, one.kind)}"


def _settings(version: Version) -> Iterator[str]:
    yield from _comment(of_type(_SETTINGS))
    yield f"---@class {_SETTINGS}"
    for name, kind in HTTP_SETTINGS[version].items():
        if kind == CRASHES:
            continue
        yield f"---@field {name}? {_text_kind(name) if kind == 'text' else _NOTATION.get(kind, kind)}"


def _text_kind(name: str) -> str:
    """Return what a setting of 2.4 takes, which is called so or with ``http_client_`` in front."""
    known = table(Version.V24).names
    setting = known.get(f"http_client_{name}") or known[name]
    return _TEXT_KINDS.get(setting.type, "string")


def _handler(handler: Handler) -> Iterator[str]:
    yield from _comment(handler.about)
    yield from _parameters(handler.parameters)
    for kind in handler.returns:
        yield f"---@return {kind}"
    yield f"function {handler.name}({', '.join(one.name for one in handler.parameters)}) end"
