"""What the driver lua logs, and the HTTP client of scripts, as a table."""

from __future__ import annotations

from drivers.doctor.log.evidence import Message, Outcome

SENT, CALLED, FAILED = Outcome.SENT, Outcome.CALLED, Outcome.FAILED
NOT_LOADED, STEP = Outcome.NOT_LOADED, Outcome.STEP

LUA_REQUEST = "lua request"
"""Stands for a driver where a script sends something of its own."""

BEGIN, _END = "dovecot_lua_notify_begin_txn", "dovecot_lua_notify_end_txn"
_CHECK_LUA = "pushnotif lua check"


def _in_script(
    name: str,
    error: str,
    outcome: Outcome,
    meaning: str,
    rules: tuple[str, ...],
    remedy: tuple[str, ...] = (),
) -> Message:
    """Return an error of Lua in a function of the script; ``error`` is a pattern that holds its text."""
    pattern = rf"lua: lua_pcall\({error}"
    return Message(name, "lua_pcall(", pattern, "lua", outcome, meaning, (*remedy, _CHECK_LUA), rules)


_ANY = r"(?P<function>[^,()]*), -?\d+, -?\d+\) failed: "
_WHAT_FOLLOWS = "the process also ends later, with a Panic of mail_user_deinit"
_LUA_ERRORS = (
    _in_script(
        "lua-bad-http-option",
        rf"{_ANY}(?P<detail>.*Invalid HTTP client setting.*)",
        NOT_LOADED,
        "a setting in the table for dovecot.http.client is unknown to this version, or of the wrong type",
        ("PN512", "PN511"),
    ),
    _in_script(
        "lua-init-fails",
        r"script_init, -?\d+, -?\d+\) failed: (?P<detail>.*)",
        NOT_LOADED,
        "script_init() fails, and so the driver and those behind it aren't loaded",
        ("PN511", "PN513"),
    ),
    _in_script(
        "lua-begin-fails",
        rf"{BEGIN}, -?\d+, -?\d+\) failed: (?P<detail>.*)",
        FAILED,
        f"{BEGIN} fails: no event is told; {_WHAT_FOLLOWS}",
        ("PN511", "PN513", "PN514"),
        (f"catch errors in {BEGIN} with pcall",),
    ),
    _in_script(
        "lua-nil-call",
        rf"{_ANY}(?P<detail>.*attempt to call a .*)",
        FAILED,
        "{function} calls what isn't there: an undefined name, or a part of the API of another version",
        ("PN511", "PN513"),
    ),
    _in_script(
        "lua-flags",
        rf"{_ANY}(?P<detail>.*attempt to (?:perform|compare|concatenate) .*table.*)",
        FAILED,
        "{function} uses flags or keywords like a number or a text; they are tables",
        ("PN515",),
    ),
    _in_script(
        "lua-nil-index",
        rf"{_ANY}(?P<detail>.*attempt to (?:index|perform|compare|concatenate) .*)",
        FAILED,
        "{function} uses a value that isn't there, such as a header that the mail doesn't have",
        ("PN513", "PN514"),
        ("ask first: if event.subject then … end",),
    ),
    _in_script(
        "lua-event-fails", rf"{_ANY}(?P<detail>.*)", FAILED, "{function} fails", ("PN511", "PN513", "PN514")
    ),
    _in_script(
        "lua-top-level",
        r"(?P<file>[^()]*)\) failed: (?P<detail>.*)",
        NOT_LOADED,
        "the script fails while it is read, outside of its functions; the driver isn't loaded",
        ("PN513", "PN511"),
    ),
)
_REQUEST_OF_SCRIPT = r"(?:lua: )?http-client(?:\[\d+\])?: (?:conn \S+ \[\d+\]|request \[[^\]]*\]): "
_SCRIPT = r"lua: (?:Lua script '[^']*': )?"
LUA_MESSAGES: tuple[Message, ...] = (
    *_LUA_ERRORS,
    Message(
        "lua-called",
        "lua: Called ",
        r"lua: Called dovecot_lua_notify_event_(?P<detail>\w+)",
        "lua",
        CALLED,
        "the script's function for the event was called and ended without an error",
    ),
    Message(
        "lua-no-begin",
        "Missing function",
        rf"lua: Missing function (?P<detail>{BEGIN})",
        "lua",
        FAILED,
        "the script lacks the function that begins a transaction, and so none of its functions is called",
        (f"function {BEGIN}(user) return {{{{}}}} end",),
        ("PN508",),
    ),
    Message(
        "lua-no-end",
        "Missing function",
        rf"lua: Missing function (?P<detail>{_END})",
        "lua",
        FAILED,
        "the events were told, and the function that ends a transaction is missing",
        (f"function {_END}(context, success) end",),
        ("PN508",),
    ),
    Message(
        "lua-no-handler",
        "No event handlers",
        r"lua: No event handlers found in script",
        "lua",
        FAILED,
        "the script has no global function dovecot_lua_notify_event_…, so nothing is ever called",
        ("name it as the event: dovecot_lua_notify_event_message_new(context, event)", _CHECK_LUA),
        ("PN507", "PN509", "PN510"),
    ),
    Message(
        "lua-unreadable",
        "cannot ",
        rf"{_SCRIPT}lua_load\([^()]*\) failed: cannot (?:open|read) (?P<detail>(?P<file>.*): .*)",
        "lua",
        NOT_LOADED,
        "the script can't be read; drivers behind it in the chain aren't loaded either",
        ("let the mail user read {file} and enter the folders above it",),
        ("PN504",),
    ),
    Message(
        "lua-syntax",
        "lua_load(",
        rf"{_SCRIPT}lua_load\([^()]*\) failed: (?P<detail>.*)",
        "lua",
        NOT_LOADED,
        "the script is no valid Lua; drivers behind it in the chain aren't loaded either",
        (_CHECK_LUA,),
        ("PN505",),
    ),
    Message(
        "lua-denied",
        "lua: ",
        rf"{_SCRIPT}(?:access|open|stat)\((?P<detail>[^()]*)\) failed: Permission denied.*",
        "lua",
        NOT_LOADED,
        "the mail user can't read the script; drivers behind it in the chain aren't loaded either",
        ("let the mail user read {detail} and enter the folders above it",),
        ("PN504",),
    ),
    Message(
        "lua-no-script",
        "lua: ",
        rf"{_SCRIPT}(?:access|open|stat)\((?P<detail>[^()]*)\) failed: .*",
        "lua",
        NOT_LOADED,
        "the script isn't there; drivers behind it in the chain aren't loaded either",
        ("put it there, or write its path: {detail}",),
        ("PN504",),
    ),
    Message(
        "lua-no-file",
        "lua: ",
        r"lua: (?:No file in config and no \w+ set|lua_file setting is empty)",
        "lua",
        NOT_LOADED,
        "the driver has no script; drivers behind it in the chain aren't loaded either",
        ("2.3: push_notification_driver = lua:file=/path; 2.4: lua_file = /path",),
        ("PN503",),
    ),
    Message(
        "lua-init-refuses",
        "lua: ",
        r"lua: (?P<detail>Script init failed|script_init\(\) returned non-number)",
        "lua",
        NOT_LOADED,
        "script_init() didn't return 0, and 2.3 takes that for a failure",
        ("return 0 at its end",),
    ),
    Message(
        "lua-inline",
        "lua_file",
        r"lua: .*(?P<detail>Lua doesn't support inline content for lua_file)",
        "lua",
        NOT_LOADED,
        "lua_file is the name of a file, not a script",
        (),
        ("PN504",),
    ),
    Message(
        "lua-deinit-fails",
        "script_deinit()",
        r"lua: script_deinit\(\) failed: (?P<detail>.*)",
        "lua",
        STEP,
        "script_deinit() fails at the end of the session; notifications are done by then",
        (_CHECK_LUA,),
    ),
    Message(
        "lua-request-answered",
        ": Got ",
        rf"{_REQUEST_OF_SCRIPT}Got (?P<detail>2\d\d) response.*",
        LUA_REQUEST,
        SENT,
        "a request of the script was answered",
        in_script=True,
    ),
    Message(
        "lua-request-refused",
        ": Got ",
        rf"{_REQUEST_OF_SCRIPT}Got (?P<detail>[345]\d\d) response.*",
        LUA_REQUEST,
        FAILED,
        "the endpoint refused a request of the script; what follows from that is up to the script",
        ("let the script look at response:status() and log it", "read the log of the endpoint"),
        in_script=True,
    ),
    Message(
        "lua-request-failed",
        "]: Error: 9",
        r"(?:lua: )?http-client\[\d+\]: request \[Req\d+: \S+ (?P<private>\S+)\]: Error: 9\d+ (?P<detail>.*)",
        LUA_REQUEST,
        FAILED,
        "a request of the script got no answer; to the script that is a status above 9000",
        ("let the script look at response:status() and log it", "pushnotif doctor -u {user}"),
        in_script=True,
    ),
    Message("lua-loaded", "lua: ", r"lua: (?:Loading |Calling script_init).*", "lua", STEP, ""),
    Message("lua-step", "lua: ", r"lua: (?:Found|Calling|Called) .*", "lua", STEP, ""),
)
