"""The tables that the lint rules know the API from name what a script finds, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.lua.api_names import TYPES
from drivers.lua.versions import APIS
from drivers.scripting import LUA_APIS
from drivers.testing import PushFactory

SCRIPT = """\
local objects = {
  dovecot = dovecot, ["dovecot.http"] = dovecot.http, ["dovecot.storage"] = dovecot.storage,
  ["dovecot.dict"] = dovecot.dict, ["dovecot.doveadm_client"] = dovecot.doveadm_client,
  ["dovecot.Event"] = dovecot.event(), ["dovecot.http.Client"] = dovecot.http.client({}),
  ["dovecot.base64"] = dovecot.base64,
}
objects["dovecot.http.Request"] = objects["dovecot.http.Client"]:request({url = "http://127.0.0.1/"})
local wanted = { %s }

function dovecot_lua_notify_begin_txn(user)
  objects["dovecot.User"] = user
  objects["dovecot.Mailbox"] = user:mailbox("INBOX")
  objects["dovecot.Status"] = objects["dovecot.Mailbox"]:status(dovecot.storage.STATUS_MESSAGES)
  return {}
end

function dovecot_lua_notify_event_message_new(context, event)
  objects["push.MessageNew"] = event
  for _, pair in ipairs(wanted) do
    local object = objects[pair[1]]
    if object ~= nil then dovecot.i_info(pair[1] .. " " .. pair[2] .. " " .. type(object[pair[2]])) end
  end
  for name, object in pairs(objects) do
    for key, value in pairs(name:find("^dovecot%%.?[a-z0-9_]*$") and object or {}) do
      if type(key) == "string" and key:sub(1, 2) ~= "__" then dovecot.i_info("all " .. name .. " " .. key) end
    end
  end
end

function dovecot_lua_notify_end_txn(context, success)
  objects["dovecot.User"], objects["dovecot.Mailbox"] = nil, nil
end
"""
OBJECTS = (
    "dovecot", "dovecot.http", "dovecot.storage", "dovecot.dict", "dovecot.doveadm_client",
    "dovecot.Event", "dovecot.http.Client", "dovecot.User", "dovecot.Mailbox", "dovecot.Status",
    "dovecot.base64", "dovecot.http.Request", "push.MessageNew",
)  # fmt: skip


def found(push: PushFactory, folder: Path, api: str) -> list[str]:
    pairs = ",".join(f'{{"{name}", "{member}"}}' for name in OBJECTS for member in TYPES[name])
    (folder / "names.lua").write_text(SCRIPT % pairs)
    result = (
        push(script=folder / "names.lua", version=str(APIS[api].dialect), lua_api=api)
        .user("bob")
        .deliver(subject="hi")
    )
    assert result.errors == []
    return [line.removeprefix("Info: ") for line in result.log if line.startswith("Info: ")]


@pytest.mark.parametrize("api", LUA_APIS)
def test_all_names_are_there_with_their_types_in_the_version_that_has_them(
    dovecot_push: PushFactory, tmp_path: Path, api: str
) -> None:
    types = {"strings": "table"}
    wrong = []
    lines = [line for line in found(dovecot_push, tmp_path, api) if not line.startswith("all ")]
    for line in lines:
        name, key, kind = line.split(" ")
        member = TYPES[name][key]
        wanted = types.get(member.kind, "table" if member.kind in TYPES else member.kind)
        if not member.available(APIS[api].dialect, api):
            wanted = "nil"
        if kind != wanted and not (member.missing and kind == "nil"):
            wrong.append((line, wanted))
    assert lines
    assert wrong == []


@pytest.mark.parametrize("api", LUA_APIS)
def test_no_name_is_missing_from_the_tables(dovecot_push: PushFactory, tmp_path: Path, api: str) -> None:
    lines = [line.split(" ")[1:] for line in found(dovecot_push, tmp_path, api) if line.startswith("all ")]
    assert lines
    assert [(name, key) for name, key in lines if key not in TYPES[name]] == []
