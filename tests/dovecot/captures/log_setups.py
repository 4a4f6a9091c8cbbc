"""Servers whose logs are worth reading: what goes right and wrong with a notification."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.dovecot.harness.listener import Answer, Hangup, Raw, Script, Silence
from tests.dovecot.harness.setups import PLUGINS, Setup

URL = "http://joe:sesame@127.0.0.1:@port@/push"
LUA_PLUGINS = (*PLUGINS, "mail_lua", "push_notification_lua")
STAMP = 'log_timestamp = "%b %d %H:%M:%S "\n'
ISO_STAMP = 'log_timestamp = "%Y-%m-%dT%H:%M:%S.%{usecs} "\n'
QUIET = {"2.3": "mail_debug = no\n", "2.4": "log_debug =\n"}
MOVED = (("Location", "http://127.0.0.1:1/"),)

OK_SCRIPT = """\
function dovecot_lua_notify_begin_txn(user)
  return {}
end
function dovecot_lua_notify_event_message_new(ctx, event)
end
function dovecot_lua_notify_end_txn(ctx, success)
end
"""
BEGIN_FAILS = OK_SCRIPT.replace("return {}", "error('begin fails')")
EVENT_FAILS = OK_SCRIPT.replace(
    "message_new(ctx, event)\n", "message_new(ctx, event)\n  local t = nil\n  t.x = 1\n"
)
END_FAILS = OK_SCRIPT.replace("(ctx, success)\n", "(ctx, success)\n  error('end fails')\n")
INIT_FAILS = OK_SCRIPT + "function script_init()\n  error('init fails')\nend\n"
INIT_REFUSES = OK_SCRIPT + "function script_init()\n  return -1\nend\n"
NO_BEGIN = OK_SCRIPT.replace("notify_begin_txn", "notify_begin")
NO_END = OK_SCRIPT.replace("notify_end_txn", "notify_end")
NO_HANDLER = OK_SCRIPT.replace("event_message_new", "event_nothing")
NO_LUA = OK_SCRIPT.replace("end\n", "ende\n", 1)
SENDS_ITSELF = """\
local client
function script_init()
  client = dovecot.http.client(@limits@)
  return 0
end
function dovecot_lua_notify_begin_txn(user)
  return {}
end
function dovecot_lua_notify_event_message_new(ctx, event)
  local request = client:request({url = "http://127.0.0.1:@port@/push", method = "POST"})
  request:set_payload("x")
  local response = request:submit()
  dovecot.i_info("the endpoint said " .. response:status())
end
function dovecot_lua_notify_end_txn(ctx, success)
end
"""
LIMITS = {
    "2.3": "{request_timeout_msecs = 500, max_attempts = 1, debug = true}",
    "2.4": '{request_timeout = "500ms", request_max_attempts = 1}',
}


def ox(url: str = URL, rest23: str = "max_retries=0 timeout_msecs=300", rest24: str = "") -> dict[str, str]:
    """Return the settings of one ox driver, by version."""
    limits = "  http_client_request_timeout = 300ms\n"
    return {
        "2.3": f"push_notification_driver = ox:url={url} {rest23}",
        "2.4": f"push_notification ox {{\n  url = {url}\n{limits}{rest24}}}\n",
    }


def lua(path: str = "@root@/push.lua") -> dict[str, str]:
    """Return the settings of one lua driver, by version."""
    return {
        "2.3": f"push_notification_driver = lua:file={path}",
        "2.4": f"push_notification lua {{\n  lua_file = {path}\n}}\n",
    }


DLOG = {"2.3": "push_notification_driver = dlog", "2.4": "push_notification dlog {\n}\n"}
TWO = {version: f"{DLOG[version]}\n{ox()[version].replace('driver', 'driver2')}" for version in ("2.3",)} | {
    "2.4": DLOG["2.4"] + ox()["2.4"]
}


@dataclass(frozen=True, slots=True)
class Scene:
    """One server and what happens there.

    ``push`` are the settings by version. ``answers`` are what the endpoint answers, one delivery each by
    LMTP (at least one) with ``mails`` in its session. ``value`` is what METADATA holds, None for nothing.
    ``ways`` are the further ways in which something comes in: ``lda``, ``append``, ``append-other``,
    ``doveadm``; or ``errors``, which asks ``doveadm log errors``. ``recipient`` is whom mails are for, the
    user if empty. ``script`` is push.lua, ``locked`` are files that only root may read.
    """

    push: Mapping[str, str]
    answers: tuple[Script, ...] = (Answer(),)
    value: str | None = "user=bob@example.org"
    quiet: bool = False
    stamp: str = STAMP
    plugins: tuple[str, ...] = PLUGINS
    script: str = ""
    files: tuple[tuple[str, str], ...] = ()
    locked: tuple[str, ...] = ()
    ways: tuple[str, ...] = ()
    mails: int = 1
    tls: bool = False
    syslog: bool = False
    user: str = "bob@example.org"
    recipient: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)
    attribute_dict: Mapping[str, str] = field(default_factory=dict)
    versions: tuple[str, ...] = ("2.3", "2.4")

    def setup(self, version: str) -> Setup:
        """Return the server."""
        quiet, syslog = QUIET[version] if self.quiet else "", "log_path = syslog\n" if self.syslog else ""
        extra = quiet + syslog + self.stamp + self.extra.get(version, "")
        script = self.script.replace("@limits@", LIMITS[version])
        files = (*self.files, *((("push.lua", script),) if script else ()))
        attributes = self.attribute_dict.get(version, "")
        return Setup(self.push[version], extra, "", self.plugins, files, attributes)


HTTPS = URL.replace("http:", "https:")
PROXY = {"2.3": "proxy:@root@/nowhere:attributes", "2.4": "  dict proxy {\n    name = attributes\n  }"}
EMPTY = {"2.3": "", "2.4": ""}
TRUST_NOBODY = {"2.3": "ssl_client_require_valid_cert = yes\n", "2.4": ""}

NO_DNS = "service dns-client {\n  unix_listener dns-client {\n    mode = 0600\n  }\n}\n"
SIEVE_SCRIPT = 'require "fileinto";\nif header :is "subject" "hi" { fileinto "INBOX"; stop; }\n'
SIEVE = {
    "2.3": "protocol lmtp {\n  mail_plugins = $mail_plugins sieve\n}\n"
    "plugin {\n  sieve_before = @root@/before.sieve\n}\n",
    "2.4": "protocol lmtp {\n  mail_plugins {\n    sieve = yes\n  }\n}\n"
    "sieve_script before {\n  type = before\n  path = @root@/before.sieve\n}\n",
}
PREFIX = {
    "2.3": 'mail_log_prefix = "user=<%u>, session=<%{session}>, %s: "\n',
    "2.4": 'mail_log_prefix = "user=<%{user}>, session=<%{session}>, %{service}: "\n',
}
SHORT_PREFIX = {
    "2.3": 'mail_log_prefix = "%Us(%u): "\n',
    "2.4": 'mail_log_prefix = "%{service | upper}(%{user}): "\n',
}

SCENES: Mapping[str, Scene] = {
    "ox-sent": Scene(ox(), (Answer(), Answer(204, "No Content")), ways=("append", "append-other", "lda")),
    "ox-sent-iso": Scene(ox(), stamp=ISO_STAMP),
    "ox-sent-syslog": Scene(ox(), syslog=True, ways=("append", "lda")),
    "ox-failed-syslog": Scene(ox(), (Answer(401, "Unauthorized"),), quiet=True, syslog=True),
    "ox-detail": Scene(
        ox(), (Answer(), Answer(500, "Internal Server Error")), recipient="bob+lists@example.org", quiet=True
    ),
    "ox-detail-debug": Scene(ox(), (Answer(500, "Oops"),), recipient="bob+lists@example.org"),
    "ox-errors": Scene(ox(), (Answer(500, "Oops"),), quiet=True, ways=("errors",)),
    "ox-prefix": Scene(ox(), (Answer(500, "Oops"),), extra=PREFIX),
    "ox-prefix-short": Scene(ox(), (Answer(),), extra=SHORT_PREFIX, ways=("append", "lda")),
    "ox-percent": Scene(
        {"2.3": "push_notification_driver = ox:url=http://127.0.0.1/a%20b"}, versions=("2.3",)
    ),
    "ox-sent-twice": Scene(ox(), mails=2),
    "ox-statuses": Scene(
        ox(),
        (
            Answer(),
            Answer(404, "Not Found"),
            Answer(500, "Internal Server Error"),
            Answer(401, "Unauthorized", (("WWW-Authenticate", "Basic realm=x"),)),
        ),
    ),
    "ox-failed-then-sent": Scene(ox(), (Answer(503, "Busy"), Answer())),
    "ox-redirected": Scene(ox(), (Answer(302, "Found", MOVED),)),
    "ox-garbage": Scene(ox(), (Raw(b"garbage\r\n\r\n"),)),
    "ox-hangup": Scene(ox(), (Hangup(),)),
    "ox-silence": Scene(ox(), (Silence(),)),
    "ox-refused": Scene(ox("http://127.0.0.1:1/push")),
    "ox-no-name": Scene(ox("http://push.example.invalid/push")),
    "ox-no-dns": Scene(ox("http://push.example.invalid/push"), extra=dict.fromkeys(("2.3", "2.4"), NO_DNS)),
    "ox-dict-denied": Scene(
        ox(),
        attribute_dict={
            "2.3": "file:@root@/run/login/dict",
            "2.4": "  dict file {\n    path = @root@/run/login/dict\n  }",
        },
    ),
    "ox-sieve": Scene(ox(), extra=SIEVE, files=(("before.sieve", SIEVE_SCRIPT),), quiet=True),
    "ox-sieve-failed": Scene(
        ox(),
        (Answer(500, "Oops"),),
        extra=SIEVE,
        files=(("before.sieve", SIEVE_SCRIPT),),
    ),
    "ox-tls-to-plain": Scene(ox(HTTPS)),
    "ox-tls-untrusted": Scene(ox(HTTPS), tls=True, extra=TRUST_NOBODY),
    "ox-not-set": Scene(ox(), value=None, ways=("append",)),
    "ox-no-user": Scene(ox(), value="uzer=bob"),
    "ox-no-dict": Scene(ox(), attribute_dict=PROXY),
    "ox-quiet-sent": Scene(ox(), quiet=True),
    "ox-quiet-failed": Scene(ox(), (Answer(401, "Unauthorized"),), quiet=True),
    "ox-quiet-not-set": Scene(ox(), value=None, quiet=True),
    "ox-no-url": Scene(
        {"2.3": "push_notification_driver = ox:x=y", "2.4": "push_notification ox {\n  url =\n}\n"}
    ),
    "ox-bad-url": Scene(ox("ftp://joe:sesame@example.org/")),
    "ox-bad-cache": Scene(ox(rest23="cache_lifetime=10"), versions=("2.3",)),
    "dlog": Scene(DLOG, ways=("append", "lda", "doveadm")),
    "dlog-quiet": Scene(DLOG, quiet=True),
    "dlog-ox": Scene(TWO),
    "driver-unknown": Scene(
        {"2.3": "push_notification_driver = fcm:x", "2.4": "push_notification fcm {\n}\n"}, ways=("append",)
    ),
    "no-driver": Scene(EMPTY),
    "no-push": Scene(EMPTY, plugins=("quota",)),
    "no-push-quiet": Scene(EMPTY, plugins=(), quiet=True, ways=("append", "lda")),
    "notify-missing": Scene(DLOG, plugins=("push_notification",), ways=("append", "lda", "doveadm")),
    "plugin-unknown": Scene(DLOG, plugins=(*PLUGINS, "push_notifications"), ways=("append", "lda")),
    "lua-plugin-missing": Scene(lua(), script=OK_SCRIPT),
    "mail-lua-missing": Scene(lua(), plugins=(*PLUGINS, "push_notification_lua"), script=OK_SCRIPT),
    "lua": Scene(lua(), plugins=LUA_PLUGINS, script=OK_SCRIPT, ways=("append", "lda")),
    "lua-quiet": Scene(lua(), plugins=LUA_PLUGINS, script=OK_SCRIPT, quiet=True),
    "lua-begin-fails": Scene(lua(), plugins=LUA_PLUGINS, script=BEGIN_FAILS),
    "lua-event-fails": Scene(lua(), plugins=LUA_PLUGINS, script=EVENT_FAILS, ways=("lda",)),
    "lua-end-fails": Scene(lua(), plugins=LUA_PLUGINS, script=END_FAILS),
    "lua-init-fails": Scene(lua(), plugins=LUA_PLUGINS, script=INIT_FAILS),
    "lua-init-refuses": Scene(lua(), plugins=LUA_PLUGINS, script=INIT_REFUSES),
    "lua-no-begin": Scene(lua(), plugins=LUA_PLUGINS, script=NO_BEGIN),
    "lua-no-end": Scene(lua(), plugins=LUA_PLUGINS, script=NO_END),
    "lua-no-handler": Scene(lua(), plugins=LUA_PLUGINS, script=NO_HANDLER),
    "lua-no-lua": Scene(lua(), plugins=LUA_PLUGINS, script=NO_LUA),
    "lua-no-script": Scene(lua("@root@/missing.lua"), plugins=LUA_PLUGINS),
    "lua-denied": Scene(lua(), plugins=LUA_PLUGINS, script=OK_SCRIPT, locked=("push.lua",)),
    "lua-no-file": Scene(
        {"2.3": "push_notification_driver = lua", "2.4": "push_notification lua {\n}\n"}, plugins=LUA_PLUGINS
    ),
    "lua-sends": Scene(
        lua(),
        (Answer(), Answer(500, "Internal Server Error"), Silence()),
        plugins=LUA_PLUGINS,
        script=SENDS_ITSELF,
    ),
}
