"""What a Lua script is told of header fields in any shape: one delivery for each value of ``fields.toml``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

from tests.dovecot.captures.common import INPUTS, Bench, Record, prepared_user
from tests.dovecot.harness.setups import Setup

PLUGINS = ("notify", "push_notification", "mail_lua", "push_notification_lua")
PUSH = {
    "2.3": "push_notification_driver = lua:file=@root@/fields.lua",
    "2.4": "push_notification lua {\n  lua_file = @root@/fields.lua\n}\n",
}
ABOUT = {
    "From": ("from", "from_address", "from_display_name"),
    "To": ("to", "to_address", "to_display_name"),
    "Subject": ("subject",),
    "Date": ("date", "tz"),
    "Message-ID": ("message_id",),
}
"""The fields of an event that come of a header field."""

_FIELD = re.compile(r"Info: field (\S+) (\S*)$", re.MULTILINE)


def capture(bench: Bench) -> Iterator[Record]:
    """Deliver each value to each version."""
    script = (INPUTS / "fields.lua").read_text(encoding="utf-8")
    inputs = tomllib.loads((INPUTS / "fields.toml").read_text(encoding="utf-8"))
    for version in bench.pools:
        server = bench.server(version, Setup(PUSH[version], plugins=PLUGINS, files=(("fields.lua", script),)))
        user = prepared_user(server, "fields", None)
        for name, values in inputs.items():
            for value in values:
                server.forget_log()
                server.deliver_lda(user, f"{name}: {value}\n\n".encode())
                seen = dict(_FIELD.findall(server.log()))
                known = {field: _value(field, seen[field]) for field in ABOUT[name] if field in seen}
                yield {"version": version, "header": name, "value": value, "fields": known}


def _value(field: str, text: str) -> str | int:
    return int(text) if field in ("date", "tz") else bytes.fromhex(text).decode("utf-8", "surrogateescape")
