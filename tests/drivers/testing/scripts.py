"""Scripts for the tests of the fixture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from drivers.testing import DovecotPush, PushFactory

Write = Callable[[str], DovecotPush]
FRAME = """\
function dovecot_lua_notify_begin_txn(user)
  return { user = user }
end
function dovecot_lua_notify_event_message_new(ctx, event)
  local user = ctx.user
  %s
end
function dovecot_lua_notify_end_txn(ctx, success)
end
"""
RELAY = Path(__file__).parents[3] / "fixtures" / "lua" / "relay.lua"


def framed(dovecot_push: PushFactory, tmp_path: Path, code: str, **options: str) -> DovecotPush:
    """Make a Dovecot whose script does something at each MessageNew, with ``user`` and ``event``."""
    return written(dovecot_push, tmp_path, FRAME % code, **options)


def written(dovecot_push: PushFactory, tmp_path: Path, text: str, **options: str) -> DovecotPush:
    """Make a Dovecot with a script."""
    path = tmp_path / "script.lua"
    path.write_text(text, "utf-8")
    return dovecot_push(script=path, version=options.get("version"), lua=options.get("lua", "5.4"))


both_versions = pytest.mark.parametrize("version", ["2.3", "2.4"])
