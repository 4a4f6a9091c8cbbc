"""The tables that the lint rules know the API from name what a script finds, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from dovecot_conf.versions import Version
from drivers.lua.api_names import TYPES
from drivers.testing import PushFactory

SCRIPT = """\
local objects = {
  dovecot = dovecot, ["dovecot.http"] = dovecot.http, ["dovecot.storage"] = dovecot.storage,
  ["dovecot.dict"] = dovecot.dict, ["dovecot.doveadm_client"] = dovecot.doveadm_client,
  ["dovecot.Event"] = dovecot.event(), ["dovecot.http.Client"] = dovecot.http.client({}),
}
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
  for name in ("dovecot dovecot.http dovecot.storage dovecot.dict dovecot.doveadm_client"):gmatch("%%S+") do
    for key, value in pairs(objects[name] or {}) do
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
    "push.MessageNew",
)  # fmt: skip


def found(push: PushFactory, folder: Path, version: Version) -> list[str]:
    pairs = ",".join(f'{{"{name}", "{member}"}}' for name in OBJECTS for member in TYPES[name])
    (folder / "names.lua").write_text(SCRIPT % pairs)
    result = push(script=folder / "names.lua", version=str(version)).user("bob").deliver(subject="hi")
    assert result.errors == []
    return [line.removeprefix("Info: ") for line in result.log if line.startswith("Info: ")]


@pytest.mark.parametrize("version", Version)
def test_all_names_are_there_with_their_types_in_the_version_that_has_them(
    dovecot_push: PushFactory, tmp_path: Path, version: Version
) -> None:
    types = {"strings": "table"}
    wrong = []
    lines = [line for line in found(dovecot_push, tmp_path, version) if not line.startswith("all ")]
    for line in lines:
        name, key, kind = line.split(" ")
        member = TYPES[name][key]
        wanted = types.get(member.kind, "table" if member.kind in TYPES else member.kind)
        if member.only not in (None, version):
            wanted = "nil"
        if kind != wanted and not (member.missing and kind == "nil"):
            wrong.append((line, wanted))
    assert lines
    assert wrong == []


@pytest.mark.parametrize("version", Version)
def test_no_name_is_missing_from_the_tables(
    dovecot_push: PushFactory, tmp_path: Path, version: Version
) -> None:
    lines = [
        line.split(" ")[1:] for line in found(dovecot_push, tmp_path, version) if line.startswith("all ")
    ]
    assert lines
    assert [(name, key) for name, key in lines if key not in TYPES[name]] == []
