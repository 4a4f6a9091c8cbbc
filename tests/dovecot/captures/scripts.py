"""Sessions with scripts of mail_lua and of the lua driver: what is logged, and what is in the dict then."""

from __future__ import annotations

import re
import shutil
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.dovecot.captures.common import GUIDS, INPUTS, UIDVALIDITY, Bench, Record
from tests.dovecot.harness.logs import script_lines
from tests.dovecot.harness.server import Dovecot
from tests.dovecot.harness.setups import Setup, account

LUA = INPUTS / "lua"
MESSAGE = b"From: Alice <alice@example.com>\r\nSubject: Script\r\n\r\nHello\r\n"
PLUGINS = ("notify", "push_notification", "mail_lua", "push_notification_lua")
VERSIONS = ("2.3", "2.4")

_MAIL_LUA = {
    "2.3": "mail_lua_script = @root@/mail.lua\n",
    "2.4": "mail_lua {\n  lua_file = @root@/mail.lua\n}\n",
}
_DRIVER = {
    "2.3": "push_notification_driver = dlog\npush_notification_driver2 = lua:file=@root@/push.lua\n",
    "2.4": "push_notification a {\n  driver = dlog\n}\npush_notification b {\n  driver = lua\n"
    "  lua_file = @root@/push.lua\n}\n",
}
_SHARING_DRIVER = "push_notification_driver = dlog\npush_notification_driver2 = lua\n"
_TIME = re.compile(r"\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\]")
_IDS = re.compile(r"\(euid=\d+\([^)]*\) egid=\d+\([^)]*\)")


def cases() -> Iterator[Record]:
    """Yield what each case of ``scripts.toml`` is, for each version and protocol."""
    for case in tomllib.loads((INPUTS / "scripts.toml").read_text(encoding="utf-8"))["case"]:
        for version in case.get("versions", VERSIONS):
            for protocol in case.get("protocols", ["lda"]):
                yield _case(case, version, protocol)


def _case(case: Mapping[str, Any], version: str, protocol: str) -> Record:
    base = (LUA / "mail-lua-base.lua").read_text("utf-8")
    files = {"push.lua": base.replace("said: ", "said: own ") + case.get("own", "")}
    if "bare" in case:
        files["mail.lua"] = case["bare"]
    elif "script" in case:
        files["mail.lua"] = base + (LUA / "mail-lua-hooks.lua").read_text("utf-8") + case["script"]
    given = case.get(f"push{version.replace('.', '')}")
    uses_mail_lua = "bare" in case or "script" in case or case.get("missing", False)
    shares = version == "2.3" and uses_mail_lua and "own" not in case
    usual = (_MAIL_LUA[version] if uses_mail_lua else "") + (_SHARING_DRIVER if shares else _DRIVER[version])
    return {
        "name": f"{case['name']}@{version}-{protocol}",
        "version": version,
        "protocol": protocol,
        "about": case["about"],
        "plugins": case.get("plugins", list(PLUGINS)),
        "push": given if given is not None else usual,
        "extra": case.get(f"extra{version.replace('.', '')}", ""),
        "user": f"{case['name']}-{protocol}",
        "prepare": case.get("prepare", ""),
        "files": files,
    }


def capture(bench: Bench) -> Iterator[Record]:
    """Deliver one mail to a user of its own in each case."""
    for case in cases():
        yield {"name": case["name"], **played(bench.server(case["version"], setup_of(case)), case)}


def setup_of(case: Mapping[str, Any]) -> Setup:
    """Return the setup of a case."""
    files = tuple(case["files"].items())
    return Setup(case["push"], case["extra"], plugins=tuple(case["plugins"]), files=files)


def played(server: Dovecot, case: Mapping[str, Any]) -> Record:
    """Play a case on a server; return what came of it."""
    user = case["user"]
    server.make_maildir(user, GUIDS, UIDVALIDITY)
    store = server.dict_file(user)
    PREPARATIONS[case["prepare"]](store)
    server.forget_log()
    delivered, log = _delivered(server, user, case["protocol"])
    pairs = read_pairs(store)
    PREPARATIONS["undo"](store)
    lines = [stable(line, server.place.root) for line in script_lines(log)]
    return {"delivered": delivered, "log": lines, "dict": pairs}


def _delivered(server: Dovecot, user: str, protocol: str) -> tuple[bool, str]:
    if protocol == "lda":
        return server.deliver_lda(user, MESSAGE).exit_code == 0, server.log()
    if protocol == "doveadm":
        result = server.doveadm("-D", "save", "-u", user, "-m", "INBOX", stdin=MESSAGE)
        return result.exit_code == 0, result.stderr
    try:
        if protocol == "imap":
            (answer,) = server.imap(user, [("APPEND INBOX", MESSAGE)])
            return answer.status == "OK", server.log()
        return server.deliver_lmtp(user, MESSAGE)[0].startswith("250"), server.log()
    except OSError:
        return False, server.log()


def stable(line: str, root: str) -> str:
    """Return a line without what differs from run to run."""
    line = _IDS.sub("(@ids@", _TIME.sub("[@time@]", line.replace(root, "@root@")))
    return _with_names(line)


def read_pairs(store: Path) -> list[list[str]]:
    """Return the pairs of a dict file, sorted, with names for the GUIDs of mailboxes."""
    if not store.is_file():
        return []
    lines = store.read_text("utf-8").split("\n")[:-1]
    return sorted([_with_names(key), value] for key, value in zip(lines[0::2], lines[1::2], strict=True))


def _with_names(text: str) -> str:
    for name, guid in GUIDS.items():
        text = text.replace(guid, f"@{name}@")
    return text


def _filled(store: Path) -> None:
    store.write_text(f"priv/{GUIDS['Sent']}/vendor/old\nvalue\n", encoding="utf-8")
    owner = account()
    if not owner.runs_everything:
        shutil.chown(store, owner.user, owner.group)


def _closed(store: Path) -> None:
    folder = store.parent.parent / "closed"
    folder.mkdir(mode=0o700, exist_ok=True)


def _unreadable(store: Path) -> None:
    _filled(store)
    store.chmod(0)
    store.parent.chmod(0o555)


def _undone(store: Path) -> None:
    store.parent.chmod(0o755)


PREPARATIONS: dict[str, Callable[[Path], None]] = {
    "": lambda store: None,
    "filled": _filled,
    "closed": _closed,
    "unreadable": _unreadable,
    "undo": _undone,
}
"""What is done with the user's dict file before."""
