"""What Dovecot 2.3 and 2.4 log about push notifications, what it means and what to do, as a table.

Read in the sources of 2.3.19.1, 2.3.21, 2.4.1 and 2.4.4 (push-notification and its drivers, lib-http,
lib-lua, lib-dict, the loading of modules); most of them are in fixtures/captured/logs.jsonl.gz as servers
wrote them. The first one that fits counts.
"""

from __future__ import annotations

from drivers.doctor.log.evidence import CONFIGURATION, PLUGINS, Message, Outcome
from drivers.doctor.log.messages_lua import BEGIN, LUA_MESSAGES
from drivers.doctor.log.messages_ox import OX_MESSAGES

LOGGED, FAILED = Outcome.LOGGED, Outcome.FAILED
NOT_LOADED, STEP = Outcome.NOT_LOADED, Outcome.STEP

_VALIDATE = "pushnotif validate"

_EVENTS = (
    "FlagsClear|FlagsSet|MailboxCreate|MailboxDelete|MailboxRename|MailboxSubscribe|MailboxUnsubscribe"
    "|MessageAppend|MessageExpunge|MessageNew|MessageRead|MessageTrash"
)
_CALLED = r"(?:dlog: )?Called {} push_notification plugin hook\."
_DLOG_MESSAGES = (
    Message(
        "dlog-logged",
        "push_notification plugin hook",
        _CALLED.format("process_(?P<detail>msg|mbox)"),
        "dlog",
        LOGGED,
        "dlog was told; what of follows in the log. It sends nothing anywhere",
    ),
    Message(
        "dlog-step",
        "push_notification plugin hook",
        _CALLED.format("(?:init|begin_txn|end_txn|deinit|cleanup)"),
        "dlog",
        STEP,
        "",
    ),
    Message(
        "dlog-config",
        "dlog push_notification driver",
        r"Config string for dlog push_notification driver: (?P<private>.*)",
        "dlog",
        STEP,
        "",
    ),
    Message("dlog-data", " data: Mailbox [", r"(?:dlog: )?M\w+ data: Mailbox \[.*", "dlog", STEP, ""),
    Message(
        "dlog-event",
        ": ",
        rf"(?:[\w-]+: )?(?:{_EVENTS}): (?:Date|From|Snippet|Subject|To) (?P<private>\[.*)",
        "dlog",
        STEP,
        "",
    ),
    Message("dlog-event-flags", ": ", rf"(?:[\w-]+: )?(?:{_EVENTS}): .*", "dlog", STEP, ""),
)

_FRAMEWORK_MESSAGES = (
    Message("completed", "transaction completed", r"push-notification: Push .* completed", "", STEP, ""),
    Message(
        "lua-not-there",
        "push notification driver",
        r"(?:Unknown push notification driver: |Unable to identify push notification driver ')"
        r"(?i:lua)(?:$|': Name .*)",
        "lua",
        NOT_LOADED,
        "the driver lua comes with the plugin push_notification_lua, which isn't loaded; drivers behind it in"
        " the chain aren't loaded either",
        (
            "2.3: mail_plugins = $mail_plugins notify push_notification mail_lua push_notification_lua",
            "2.4: mail_plugins {{ }} with notify, push_notification, mail_lua, push_notification_lua = yes",
        ),
        ("PN501",),
    ),
    Message(
        "driver-unknown",
        "push notification driver",
        r"Unknown push notification driver: (?P<driver>.*)",
        "",
        NOT_LOADED,
        "Dovecot has no driver of this name; it and those behind it in the chain aren't loaded",
        ("there are dlog, ox and lua; a blank or a comma is taken for a part of the name", _VALIDATE),
        ("PN310",),
    ),
    Message(
        "driver-unidentified",
        "push notification driver",
        r"Unable to identify push notification driver '(?P<driver>.*?)': (?P<detail>.*)",
        "",
        NOT_LOADED,
        "Dovecot has no driver of this name; it and those behind it in the chain aren't loaded",
        ("name the block after its driver, or write driver = ox inside of it", _VALIDATE),
        ("PN310",),
    ),
    Message(
        "settings-failed",
        "push_notification settings",
        r"Failed to get push_notification settings: (?P<detail>.*)",
        CONFIGURATION,
        NOT_LOADED,
        "the settings of push notifications can't be read: no driver is loaded",
        (_VALIDATE,),
        ("PN707",),
    ),
    Message(
        "setting-not-expanded",
        "expand plugin setting push_notification",
        r"Failed to expand plugin setting (?P<detail>push_notification\w*) = (?P<private>.*)",
        CONFIGURATION,
        NOT_LOADED,
        "a percent sign in {detail} begins no variable: the session ends, mail isn't delivered",
        ("write %% for each % in plugin {{ }}",),
        ("PN308", "PN414"),
        for_all=True,
    ),
    Message(
        "created-without-uidvalidity",
        "uidvalidity",
        r"MailboxCreateFailed to get created mailbox '(?P<detail>.*)' uidvalidity: .*",
        "",
        STEP,
        "the event tells of the new mailbox without its UIDVALIDITY",
    ),
    Message(
        "still-referenced",
        "mail_user_deinit",
        r"file mail-user\.c: line \d+ \(mail_user_deinit\): assertion failed: .*refcount.*",
        "lua",
        STEP,
        f"the process ended itself; an error in {BEGIN} does that",
        (f"catch errors in {BEGIN} with pcall",),
        for_all=True,
    ),
    Message(
        "invalid-configuration",
        "push_notification",
        r"(?:Error in configuration file|Invalid).*?(?P<detail>push_notification.*)",
        CONFIGURATION,
        NOT_LOADED,
        "Dovecot refuses the configuration",
        (_VALIDATE,),
        for_all=True,
    ),
    Message(
        "lua-file-refused",
        "lua_file",
        r"Error in configuration file .*lua_file: (?P<detail>.*)",
        "lua",
        NOT_LOADED,
        "Dovecot refuses the configuration, as it can't read the script",
        ("put the script there, and let the mail user read it",),
        ("PN504",),
        for_all=True,
    ),
    Message(
        "refused-configuration",
        "Error in configuration file",
        r"Error in configuration file (?P<detail>.*)",
        CONFIGURATION,
        NOT_LOADED,
        "Dovecot refuses the configuration: it doesn't start, or goes on with the one it had",
        (_VALIDATE,),
        for_all=True,
    ),
)


def _plugin(
    name: str, needle: str, pattern: str, meaning: str, remedy: tuple[str, ...], rules: tuple[str, ...]
) -> Message:
    """Return a plugin that isn't loaded: the process ends, or goes without."""
    text = rf"(?:Error: )?{pattern}"
    meaning = f"{meaning}; the process ends: mail isn't delivered, clients aren't served"
    return Message(name, needle, text, PLUGINS, NOT_LOADED, meaning, remedy, rules, for_all=True)


_REQUIRED = r"Couldn't load (?:required )?plugin \S*?/lib(?:\d+_)?(?P<plugin>\w+)_plugin\.so: "
_PLUGIN_MESSAGES = (
    _plugin(
        "notify-missing",
        "Plugin notify must",
        rf"{_REQUIRED}(?P<detail>Plugin notify must be loaded also).*",
        "{plugin} is loaded without notify, which it needs",
        ("2.3: mail_plugins = $mail_plugins notify push_notification; 2.4: mail_plugins {{ notify = yes }}",),
        ("PN201",),
    ),
    _plugin(
        "plugin-needed",
        "must be loaded also",
        rf"{_REQUIRED}(?P<detail>Plugin (?P<other>\w+) must be loaded also).*",
        "{plugin} is loaded without {other}, which it needs",
        ("add {other} to mail_plugins",),
        ("PN211", "PN502"),
    ),
    _plugin(
        "lua-dependency",
        "undefined symbol",
        r"Couldn't load (?:required )?plugin \S*?/lib(?:\d+_)?(?P<plugin>push_notification_lua)_plugin\.so: "
        r".*undefined symbol: (?P<detail>\w+).*",
        "{plugin} is loaded without mail_lua or push_notification, which it needs",
        ("2.3: mail_plugins = $mail_plugins notify push_notification mail_lua push_notification_lua",),
        ("PN502",),
    ),
    _plugin(
        "plugin-version",
        "ABI version",
        rf"{_REQUIRED}(?P<detail>Module is for different ABI version .*)",
        "{plugin} was built for another version of Dovecot",
        ("install the package of this version, and restart Dovecot",),
        ("PN209",),
    ),
    _plugin(
        "plugin-wrong-process",
        "intended to be used only by",
        r".*(?:Can't load plugin (?P<plugin>\w+)): (?P<detail>Plugin is intended to be used only by .*)",
        "{plugin} isn't made for this process",
        ("load it inside of the protocols it is made for",),
        ("PN210",),
    ),
    _plugin(
        "plugin-not-loaded",
        "Couldn't load",
        rf"{_REQUIRED}(?P<detail>.*)",
        "{plugin} can't be loaded",
        (_VALIDATE,),
        ("PN211",),
    ),
    _plugin(
        "plugin-variable",
        "' not found from directory",
        r"Plugin '(?P<detail>\$[^']*)' not found from directory .*",
        "{detail} is taken for the name of a plugin: 2.4 knows no $mail_plugins",
        ("name what is to be added: in a protocol of 2.4, mail_plugins {{ NAME = yes }} does it",),
        ("PN206",),
    ),
    _plugin(
        "plugin-misspelled",
        "' not found from directory",
        r"Plugin '(?P<detail>[^']*(?:push|notif)[^']*)' not found from directory .*",
        "there is no plugin {detail} on this server",
        ("the names are notify, push_notification and push_notification_lua", "install the package it is in"),
        ("PN205", "PN208"),
    ),
    _plugin(
        "plugin-unknown",
        "' not found from directory",
        r"Plugin '(?P<detail>[^']*)' not found from directory .*",
        "there is no plugin {detail} on this server",
        ("correct its name in mail_plugins, or install the package it is in",),
        ("PN207",),
    ),
)

_DICT_MESSAGES = (
    Message(
        "dict-unconfigured",
        "Unconfigured dictionary",
        r".*Unconfigured dictionary name '(?P<detail>.*)'",
        "ox",
        FAILED,
        "METADATA is asked from the dict server, which has no dict {detail}",
        ("2.3: dict {{ {detail} = file:… }}; 2.4: dict_server {{ dict {detail} {{ … }} }}",),
        ("PN608",),
        for_all=True,
    ),
    Message(
        "dict-init",
        "mail_attribute",
        r"mail_attribute(?:_dict)?: dict_init\w*\(.*\) failed: (?P<detail>.*)",
        "ox",
        FAILED,
        "the dict of METADATA can't be opened",
        (_VALIDATE, "pushnotif metadata doctor -u {user}"),
        ("PN602",),
    ),
    Message(
        "dict-attribute",
        "http-notify: ",
        r"Failed to get attribute \S*http-notify: (?P<detail>.*)",
        "ox",
        STEP,
        "",
    ),
)

MESSAGES: tuple[Message, ...] = (
    *OX_MESSAGES,
    *_FRAMEWORK_MESSAGES,
    *LUA_MESSAGES,
    *_PLUGIN_MESSAGES,
    *_DICT_MESSAGES,
    *_DLOG_MESSAGES,
)

NO_DRIVER = Message(
    "no-driver",
    "",
    "",
    "",
    NOT_LOADED,
    "push_notification is loaded, and no driver is: transactions end without one",
    ("2.3: push_notification_driver in plugin {{ }}; 2.4: push_notification NAME {{ }}", _VALIDATE),
    ("PN202", "PN301", "PN302", "PN309"),
)
"""Of sessions that end transactions, and say nothing else."""

UNANSWERED = Message(
    "ox-unanswered",
    "",
    "",
    "ox",
    Outcome.UNKNOWN,
    "a request was on its way, and what came of it isn't in the log: it ends before, or the process did",
    ("look at the end of the log again, or for a Panic or Fatal of the process",),
)
"""Of requests without an end."""

_NOT_THERE = (
    "2.3, in protocol NAME {{ }} or for all: mail_plugins = $mail_plugins notify push_notification",
    "2.4, the same: mail_plugins {{ notify = yes; push_notification = yes }}, a line each",
    "pushnotif drivers says what loads, by protocol",
)
_NOT_THERE_RULES = ("PN203", "PN204", "PN216", "PN217")
NOT_THERE = Message(
    "not-there",
    "",
    "",
    PLUGINS,
    NOT_LOADED,
    "mails are saved with lines of debugging, and none tells of push notifications: push_notification isn't"
    " loaded for this protocol",
    _NOT_THERE,
    _NOT_THERE_RULES,
)
"""Of mails without a push line, where one would be there."""

SILENT = Message(
    "silent",
    "",
    "",
    PLUGINS,
    Outcome.UNKNOWN,
    "mails are saved without a line about push notifications: the plugin isn't loaded for this protocol, or"
    " all is well, or the user isn't switched on. Only failures, and what dlog writes, are logged without"
    " debugging; 'sent successfully', 'not active' and the calls of a Lua script are not",
    (
        "switch on debugging in 2.3: mail_debug = yes",
        "switch on debugging in 2.4: log_debug = category=push-notification",
        "pushnotif drivers says what loads, by protocol",
    ),
    _NOT_THERE_RULES,
)
"""Of mails without a push line, where there need be none."""
