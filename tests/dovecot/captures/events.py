"""What is done in mailboxes with dlog, ox and lua in several orders: what is logged and sent.

Lua's own lines are left out.
"""

from __future__ import annotations

import gzip
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from tests.dovecot.captures.common import (
    FIXTURES,
    GUIDS,
    HTTP_NOTIFY,
    INPUTS,
    SERVER_ENTRY,
    UIDVALIDITY,
    Bench,
    Record,
)
from tests.dovecot.harness.logs import push_lines
from tests.dovecot.harness.server import Dovecot
from tests.dovecot.harness.setups import PLUGINS, Setup

Case = dict[str, Any]

REFERENCE = FIXTURES / "reference" / "event-cases.jsonl.gz"
DLOG_23 = "push_notification_driver = dlog"
OX_23 = "push_notification_driver{} = ox:url=http://127.0.0.1:@port@/notify"
DLOG_24 = "push_notification dlog {\n}\n"
OX_24 = "push_notification ox {\n  url = http://127.0.0.1:@port@/notify\n}\n"
LUA_23 = "push_notification_driver{} = lua:file=@root@/all-events.lua"
LUA_24 = "push_notification lua {\n  lua_file = @root@/all-events.lua\n}\n"
LUA_PLUGINS = (*PLUGINS, "mail_lua", "push_notification_lua")
CHAINS: Mapping[str, Mapping[str, str]] = {
    "2.3": {
        "dlog": DLOG_23,
        "dlog+ox": f"{DLOG_23}\n{OX_23.format(2)}",
        "ox+dlog": f"{OX_23.format('')}\npush_notification_driver2 = dlog",
        "dlog+lua": f"{DLOG_23}\n{LUA_23.format(2)}",
        "lua+dlog": f"{LUA_23.format('')}\npush_notification_driver2 = dlog",
        "ox+lua+dlog": f"{OX_23.format('')}\n{LUA_23.format(2)}\npush_notification_driver3 = dlog",
    },
    "2.4": {
        "dlog": DLOG_24,
        "dlog+ox": DLOG_24 + OX_24,
        "ox+dlog": OX_24 + DLOG_24,
        "dlog+lua": DLOG_24 + LUA_24,
        "lua+dlog": LUA_24 + DLOG_24,
        "ox+lua+dlog": OX_24 + LUA_24 + DLOG_24,
    },
}
SIEVE: Mapping[str, str] = {
    "2.3": "protocol lmtp {\n  mail_plugins = $mail_plugins sieve\n}\n"
    "plugin {\n  sieve = file:@root@/script.sieve\n}\n",
    "2.4": "protocol lmtp {\n  mail_plugins {\n    sieve = yes\n  }\n}\n"
    "sieve_script personal {\n  path = @root@/script.sieve\n}\n",
}

_OF_LUA = re.compile(r"\w+: lua: (?:Loading|Calling|Called|Found) ")


def capture(bench: Bench) -> Iterator[Record]:
    """Play the cases of ``events.toml`` with each version, those of the reference with 2.4."""
    inputs = _inputs()
    silent_about_ox = {case["name"] for case in inputs["case"] if case.get("dlog_only")}
    for version in bench.pools:
        known = reference_cases() if version == "2.4" else []
        for drivers in CHAINS[version]:
            for number, case in enumerate([*known, *cases()]):
                if drivers != "dlog" and case["name"] in silent_about_ox:
                    continue
                server = bench.server(version, _setup(version, drivers, case))
                yield _played(bench, server, {"version": version, "drivers": drivers, **case}, f"e{number}")


def cases() -> list[Case]:
    """Return the cases of ``events.toml``, with the text of each mail."""
    inputs = _inputs()
    return [_spelled_out(case, inputs["mails"]) for case in inputs["case"]]


def settings_around(case: Case, version: str) -> str:
    """Return the settings that a case wants besides the drivers."""
    around: str = _inputs()["servers"][case["server"]][version] if "server" in case else ""
    return around + (SIEVE[version] if case.get("sieve") else "")


def files_of(case: Case) -> dict[str, str]:
    """Return the files that a case wants, its Sieve script."""
    return {"script.sieve": f"{case['sieve']}\n"} if case.get("sieve") else {}


def _inputs() -> dict[str, Any]:
    return tomllib.loads((INPUTS / "events.toml").read_text(encoding="utf-8"))


def _setup(version: str, drivers: str, case: Case) -> Setup:
    files = files_of(case)
    if "lua" in drivers:
        files["all-events.lua"] = (INPUTS / "all-events.lua").read_text(encoding="utf-8")
    plugins = LUA_PLUGINS if "lua" in drivers else PLUGINS
    extra = settings_around(case, version)
    return Setup(CHAINS[version][drivers], extra, plugins=plugins, files=tuple(files.items()))


def reference_cases() -> list[Case]:
    """Return the cases of the reference."""
    lines = gzip.decompress(REFERENCE.read_bytes()).decode("utf-8").split("\n")
    cases = [json.loads(line) for line in lines if line]
    kept = ("mailboxes", "setup", "steps")
    return [
        {"name": case["name"], **{key: case["action"][key] for key in kept}}
        for case in cases
        if case["drivers"] == "dlog"
    ]


def _spelled_out(case: Case, mails: Mapping[str, str]) -> Case:
    """Put the text of each mail in the place of its name."""
    steps: list[Any] = []
    for kind, *rest in case["steps"]:
        if kind == "imap":
            steps.append([kind, [_command(command, mails) for command in rest[0]]])
        elif kind == "lmtp-session":
            steps.append([kind, *([recipients, mails[name]] for recipients, name in rest)])
        elif kind == "lda":
            steps.append([kind, mails[rest[0]], rest[1:]])
        else:
            steps.append([kind, rest[0], mails[rest[1]]])
    setup = [item if item[0] != "save" else [*item[:2], mails[item[2]]] for item in case.get("setup", [])]
    given = {"name": case["name"], "mailboxes": case.get("mailboxes", ["INBOX"])}
    given |= {key: case[key] for key in ("server", "sieve", "places") if key in case}
    return given | {"setup": setup, "steps": steps}


def _command(command: str | list[str], mails: Mapping[str, str]) -> str | list[str]:
    if isinstance(command, str):
        return command
    return [mails[piece] if place % 2 else piece for place, piece in enumerate(command)]


def _played(bench: Bench, server: Dovecot, case: Case, user: str) -> Record:
    for name in (user, f"{user}-second", f"{user}-third"):
        prepare(server, name, case)
    bench.listener.reset()
    log = [line for step in case["steps"] for line in step_on(server, user, *step)]
    return {
        **case,
        "user": user,
        "uidvalidity": UIDVALIDITY,
        "log": [_stable(bench.stable(line, server)) for line in log if not _OF_LUA.match(line)],
        "requests": [{"path": one.target, "body": one.body.decode()} for one in bench.listener.requests],
    }


def _stable(line: str) -> str:
    """Mark the UIDVALIDITY of a mailbox that the case makes: it is the time."""
    return re.sub(rf"UIDVALIDITY \[(?!{UIDVALIDITY}\])\d+\]", "UIDVALIDITY [@new@]", line)


def prepare(server: Dovecot, user: str, case: Case) -> None:
    """Make the mailboxes of a user, with the mail that is there before the case."""
    guids = {name: GUIDS.get(name, f"{number:032x}") for number, name in enumerate(case["mailboxes"], 3)}
    server.make_maildir(user, guids, UIDVALIDITY)
    if "INBOX" in guids:
        server.write_dict(user, {f"priv/{GUIDS['INBOX']}/{SERVER_ENTRY}{HTTP_NOTIFY}": f"user={user}"})
    counts: dict[str, int] = {}
    for kind, mailbox, what in case["setup"]:
        texts = [what] if kind == "save" else [f"Subject: {number}\r\n\r\n" for number in range(1, what + 1)]
        for text in texts:
            counts[mailbox] = counts.get(mailbox, 0) + 1
            server.put_into_maildir(user, mailbox, counts[mailbox], text.encode())
    if counts:
        # lets the server number the messages
        server.doveadm_silently("mailbox", "status", "-u", user, "messages", "*")


def step_on(server: Dovecot, user: str, kind: str, *given: Any) -> list[str]:
    """Do one step; return the push lines it makes."""
    server.forget_log()
    if kind == "doveadm":
        arguments, text = given
        result = server.doveadm(
            "-D",
            *(word.replace("USER", user) for word in arguments),
            stdin=text.encode("utf-8", "surrogateescape"),
        )
        return push_lines(result.stderr)
    if kind == "imap":
        server.imap(user, [_sent(command) for command in given[0]])
    elif kind == "lmtp":
        server.deliver_lmtp(
            [name.replace("USER", user) for name in given[0]], given[1].encode("utf-8", "surrogateescape")
        )
    elif kind == "lmtp-session":
        mails = [
            ([name.replace("USER", user) for name in names], text.encode("utf-8", "surrogateescape"))
            for names, text in given
        ]
        server.deliver_lmtp_all(mails)
    else:
        text, *arguments = given
        server.deliver_lda(
            user, text.encode("utf-8", "surrogateescape"), *(arguments[0] if arguments else ())
        )
    return server.push_log()


def _sent(command: str | list[str]) -> str | tuple[str | bytes, ...]:
    if isinstance(command, str):
        return command
    return tuple(
        piece.encode("utf-8", "surrogateescape") if place % 2 else piece
        for place, piece in enumerate(command)
    )
