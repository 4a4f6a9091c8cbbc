"""What Dovecot 2.3 and 2.4 log about push notifications, what it means and what to do, as a table.

Read in the sources of 2.3.19.1, 2.3.21, 2.4.1 and 2.4.4 (push-notification and its drivers, lib-http,
lib-lua, lib-dict, the loading of modules); most of them are in fixtures/captured/logs.jsonl.gz as servers
wrote them. The first one that fits counts.
"""

from __future__ import annotations

from drivers.doctor.log.evidence import CONFIGURATION, PLUGINS, Message, Outcome

SENT, LOGGED, CALLED, SKIPPED = Outcome.SENT, Outcome.LOGGED, Outcome.CALLED, Outcome.SKIPPED
OFF, FAILED, NOT_LOADED, STEP = Outcome.SWITCHED_OFF, Outcome.FAILED, Outcome.NOT_LOADED, Outcome.STEP

LUA_REQUEST = "lua request"
"""Stands for a driver where a script sends something of its own."""

SWITCH_ON = 'pushnotif metadata set -u {user} -s "" /private/vendor/vendor.dovecot/http-notify user={user}'
_VALIDATE = "pushnotif validate"
_CHECK_LUA = "pushnotif lua check"
_BEGIN, _END = "dovecot_lua_notify_begin_txn", "dovecot_lua_notify_end_txn"
_OX = "push-notification-ox: "
_FAILED = "Error when sending notification"


def _not_sent(
    name: str, reason: str, meaning: str, remedy: tuple[str, ...], rules: tuple[str, ...] = ()
) -> Message:
    """Return a request of ox that failed; ``reason`` is a pattern for what stands behind the words."""
    pattern = rf"{_OX}{_FAILED}: (?P<detail>{reason})"
    return Message(name, _FAILED, pattern, "ox", FAILED, meaning, remedy, rules)


_OX_FAILURES = (
    _not_sent(
        "ox-unauthorized",
        r"401\b.*",
        "the endpoint wants a user and a password, or refuses those of the URL",
        (
            "put both into the URL, as in https://login:password@host/path, percent-encoded where they hold"
            " one of /?#@: (2.3 needs %% for each %)",
            "a URL without a colon between them sends no password at all",
        ),
        ("PN421", "PN414"),
    ),
    _not_sent(
        "ox-forbidden",
        r"(?:403|407)\b.*",
        "the endpoint, or a proxy in front of it, doesn't let this server notify",
        ("allow the address of this server there, for the path of the URL and the method PUT",),
    ),
    _not_sent(
        "ox-not-found",
        r"404\b.*",
        "the host answers, and has nothing at the path of the URL",
        ("compare the path: the OX middleware listens at /preliminary/http-notify/v1/notify",),
        ("PN411", "PN412"),
    ),
    _not_sent(
        "ox-method",
        r"405\b.*",
        "there is something at the path that takes no PUT: another service, or a redirecting web server",
        ("compare the URL with that of the service that takes notifications",),
        ("PN411",),
    ),
    _not_sent(
        "ox-slow-down",
        r"429\b.*",
        "the endpoint had too many requests; Dovecot doesn't try again, the notification is lost",
        ("raise the limit there for this server",),
    ),
    _not_sent(
        "ox-refused-request",
        r"4\d\d\b.*",
        "the endpoint refuses the request itself; Dovecot doesn't try again",
        ("read the log of the endpoint for the time of this line", "pushnotif listen shows what is sent"),
    ),
    _not_sent(
        "ox-gateway",
        r"50[234]\b.*",
        "a proxy answers, and what stands behind it doesn't; Dovecot doesn't try again",
        ("look whether the service behind the proxy runs, and at the proxy's own log",),
    ),
    _not_sent(
        "ox-server-error",
        r"5\d\d\b.*",
        "the endpoint failed; Dovecot doesn't try again, the notification is lost",
        ("read the log of the endpoint for the time of this line",),
    ),
    _not_sent(
        "ox-redirected",
        r"(?:Redirect refused|Invalid redirect location|Redirected too many times|Redirect target|3\d\d\b).*",
        "the endpoint redirects, and Dovecot doesn't follow",
        ("write the URL that it redirects to; often it is https:// in the place of http://",),
        ("PN411",),
    ),
    _not_sent(
        "ox-connection-refused",
        r"connect\(.*Connection refused.*",
        "nobody listens at the port, or a firewall refuses",
        ("start the service, or write its port into the URL", "pushnotif doctor -u {user}"),
        ("PN412",),
    ),
    _not_sent(
        "ox-connect-timeout",
        r"connect\(.*(?:Connection timed out|timed out).*",
        "nothing answers at the address: the host is down or a firewall drops the packets",
        ("open the way from this server to the host and port of the URL",),
        ("PN416",),
    ),
    _not_sent(
        "ox-unreachable",
        r"(?:connect\(|Failed to set up).*",
        "the connection can't be made",
        ("open the way from this server to the host and port of the URL",),
    ),
    _not_sent(
        "ox-no-such-host",
        r"(?:Failed to lookup host|DNS lookup|Host).*",
        "the name of the host can't be resolved by Dovecot's dns-client",
        (
            "getent hosts NAME on this server",
            "where that works: service dns-client runs in a chroot of its own and needs /etc/resolv.conf",
        ),
    ),
    _not_sent(
        "ox-certificate",
        r".*(?:invalid SSL certificate|[Cc]ertificate|doesn't match expected host name).*",
        "the certificate of the endpoint isn't trusted, or is for another name",
        (
            "name the authority that signed it: ssl_client_ca_file or ssl_client_ca_dir",
            "use the name in the URL that stands in the certificate",
        ),
        ("PN410",),
    ),
    _not_sent(
        "ox-tls-timeout",
        r"SSL handshaking with .*timed out.*",
        "the port is open, and doesn't speak TLS, or not in time",
        ("write http:// if it is a plain port, or the port that speaks TLS",),
    ),
    _not_sent(
        "ox-tls",
        r".*(?:SSL|TLS).*",
        "no TLS connection could be made",
        ("openssl s_client -connect HOST:PORT", "write http:// if it is a plain port"),
    ),
    _not_sent(
        "ox-timeout",
        r"(?:Absolute r|R)equest timeout expired.*|Request timed out.*|408\b.*",
        "the endpoint took the request and gave no answer in time; the delivery waited for it meanwhile",
        (
            "make the endpoint answer first and work later",
            "or give it more time: timeout_msecs of the driver in 2.3, http_client_request_timeout in 2.4",
        ),
        ("PN416", "PN417", "PN415"),
    ),
    _not_sent(
        "ox-connection-lost",
        r"(?:Connection lost|Connection closed|Aborting|read\().*",
        "the endpoint closed the connection without an answer",
        ("read the log of the endpoint for the time of this line",),
    ),
    _not_sent(
        "ox-bad-answer",
        r".*(?:response|header|Transfer-Encoding|Content-Length|payload).*",
        "what answers at the port doesn't speak HTTP properly",
        ("look whether the URL has the right port and http or https as the service speaks",),
    ),
    _not_sent("ox-failed", r".*", "the notification was not sent", (_VALIDATE, "pushnotif doctor -u {user}")),
)

_OX_MESSAGES = (
    Message(
        "ox-sent",
        "Notification sent successfully",
        rf"{_OX}Notification sent successfully: (?P<detail>.*)",
        "ox",
        SENT,
        "the endpoint took the notification",
    ),
    *_OX_FAILURES,
    Message(
        "ox-sending",
        "Sending notification",
        rf"{_OX}Sending notification: (?P<private>.*)",
        "ox",
        STEP,
        "a request is on its way",
    ),
    Message(
        "ox-not-set",
        "Skipped because not active",
        rf"{_OX}Skipped because not active \(.* METADATA not set\)",
        "ox",
        OFF,
        "the user isn't switched on: METADATA has no value at the entry that ox asks for",
        (SWITCH_ON, "pushnotif metadata doctor -u {user} says where the value should be"),
        ("PN601", "PN607", "PN609"),
    ),
    Message(
        "ox-expired",
        "Skipped due to expiration",
        rf"{_OX}Skipped due to expiration \((?P<detail>.*)\)",
        "ox",
        OFF,
        "the time up to which the user is switched on is over",
        (SWITCH_ON,),
    ),
    Message(
        "ox-no-dict",
        "unable to get attribute",
        rf"{_OX}Skipped because unable to get attribute: (?P<detail>.*not enabled.*)",
        "ox",
        FAILED,
        "there is no store of METADATA, so that nobody can be switched on",
        ("set mail_attribute_dict in 2.3, mail_attribute {{ dict … }} in 2.4",),
        ("PN601",),
    ),
    Message(
        "ox-no-attribute",
        "unable to get attribute",
        rf"{_OX}Skipped because unable to get attribute: (?P<detail>.*)",
        "ox",
        FAILED,
        "METADATA can't be read, so that ox can't tell whether the user is switched on",
        (
            "pushnotif metadata doctor -u {user} says what is in the way",
            "a dict server has to run and its socket must be open to the mail user (service dict), and it needs"
            " a dict of that name",
        ),
        ("PN602", "PN608", "PN605", "PN805"),
    ),
    Message(
        "ox-other-mailbox",
        "is not a watched mailbox",
        rf"{_OX}Skipped because (?P<detail>.*) is not a watched mailbox",
        "ox",
        SKIPPED,
        "ox notifies of INBOX only",
    ),
    Message(
        "ox-no-user",
        "No user provided in config",
        rf"{_OX}No user provided in config",
        "ox",
        OFF,
        "the value of METADATA has no word user=NAME",
        (SWITCH_ON, "pushnotif metadata doctor -u {user}"),
    ),
    Message(
        "ox-no-status",
        "mailbox_sync(",
        rf"{_OX}mailbox_sync\((?P<detail>.*)\) failed: .*",
        "ox",
        STEP,
        "the number of unseen mails couldn't be counted; the notification goes out without it",
    ),
    Message(
        "ox-password-logged",
        "Using URL",
        rf"{_OX}Using URL \S*://[^/\s]*:[^/\s]*@.*",
        "ox",
        STEP,
        "the driver is loaded; its password stands in this log, which 2.3 writes with mail_debug on",
        ("switch mail_debug off again when done", "keep the log from other people's eyes"),
        ("PN803",),
    ),
    Message("ox-loaded", "Using URL", rf"{_OX}Using URL .*", "ox", STEP, "the driver is loaded"),
    Message(
        "ox-cache-minutes",
        "Using cache lifetime",
        rf"{_OX}Using cache lifetime: (?P<detail>\d{{5,}})",
        "ox",
        STEP,
        "METADATA is kept for a session for {detail} seconds (2.4 takes its milliseconds for seconds)",
        (),
        ("PN407", "PN419"),
    ),
    Message(
        "ox-step",
        _OX.strip(),
        rf"{_OX}(?:Using (?:cache lifetime|user)|User \(|Handling |Got status of mailbox).*",
        "ox",
        STEP,
        "",
    ),
    Message(
        "ox-no-url",
        "ox: ",
        r"ox: (?:Driver requires the url parameter|push_notification_ox_url is missing or empty"
        r"|Filter push_notification=\S+ unexpectedly not found.*)",
        "ox",
        NOT_LOADED,
        "the driver has no URL; drivers behind it in the chain aren't loaded either",
        ("2.3: push_notification_driver = ox:url=…; 2.4: url = … inside of push_notification ox {{ }}",),
        ("PN401",),
    ),
    Message(
        "ox-bad-url",
        "OX REST URL",
        r"ox: Failed to parse OX REST URL (?P<private>.*: (?P<detail>[^:]*))",
        "ox",
        NOT_LOADED,
        "Dovecot can't read the URL ({detail}); drivers behind it in the chain aren't loaded either",
        (_VALIDATE,),
        ("PN402", "PN414"),
    ),
    Message(
        "ox-invalid-url",
        "Invalid push_notification_ox_url",
        r".*Invalid push_notification_ox_url (?P<private>'.*': (?P<detail>.*))",
        "ox",
        NOT_LOADED,
        "Dovecot can't read the URL ({detail})",
        (_VALIDATE,),
        ("PN188",),
        for_all=True,
    ),
    Message(
        "ox-bad-cache",
        "OX cache_lifetime",
        r"ox: Failed to parse OX cache_lifetime (?P<detail>.*)",
        "ox",
        NOT_LOADED,
        "cache_lifetime is no time; drivers behind it in the chain aren't loaded either",
        ("write a unit, as in cache_lifetime=60secs, without a blank",),
        ("PN405",),
    ),
    Message(
        "ox-bad-settings",
        "push_notification_ox",
        r"ox: push_notification_ox settings .*: (?P<detail>.*)",
        "ox",
        NOT_LOADED,
        "the settings of the driver are wrong; drivers behind it in the chain aren't loaded either",
        (_VALIDATE,),
        ("PN401", "PN188"),
    ),
    Message(
        "ox-no-client",
        "Unable to initialize the HTTP client",
        r"Unable to initialize the HTTP client: (?P<detail>.*)",
        "ox",
        NOT_LOADED,
        "the HTTP client can't be made: its settings or those of TLS are wrong",
        (_VALIDATE,),
    ),
)


def _in_script(
    name: str, error: str, outcome: Outcome, meaning: str, rules: tuple[str, ...], remedy: tuple[str, ...] = ()
) -> Message:
    """Return an error of Lua in a function of the script; ``error`` is a pattern that holds its text."""
    pattern = rf"lua: lua_pcall\({error}"
    return Message(name, "lua_pcall(", pattern, "lua", outcome, meaning, (*remedy, _CHECK_LUA), rules)


_ANY = r"(?P<function>[^,()]*), -?\d+, -?\d+\) failed: "
_WHAT_FOLLOWS = (
    f"an error in {_BEGIN} also ends the process later (Panic: mail_user_deinit), as nobody lets go of the user"
)
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
        rf"{_BEGIN}, -?\d+, -?\d+\) failed: (?P<detail>.*)",
        FAILED,
        f"{_BEGIN} fails: no event is told; {_WHAT_FOLLOWS}",
        ("PN511", "PN513", "PN514"),
        (f"catch errors in {_BEGIN} with pcall",),
    ),
    _in_script(
        "lua-nil-call",
        rf"{_ANY}(?P<detail>.*attempt to call a .*)",
        FAILED,
        "{function} calls what isn't there: an undefined name, or a part of the API that only another version has",
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
_LUA_MESSAGES = (
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
        rf"lua: Missing function (?P<detail>{_BEGIN})",
        "lua",
        FAILED,
        "the script lacks the function that begins a transaction, and so none of its functions is called",
        (f"function {_BEGIN}(user) return {{{{}}}} end",),
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
            "2.4: mail_plugins {{ }} with notify, push_notification, mail_lua and push_notification_lua = yes",
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
        f"the process ended itself; an error in {_BEGIN} does that",
        (f"catch errors in {_BEGIN} with pcall",),
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
        ("list what is to be added: in a protocol of 2.4, mail_plugins {{ NAME = yes }} adds to the global ones",),
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
    *_OX_MESSAGES,
    *_FRAMEWORK_MESSAGES,
    *_LUA_MESSAGES,
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
        "switch on debugging and let a mail come: 2.3 mail_debug = yes; 2.4 log_debug = category=push-notification",
        "pushnotif drivers says what loads, by protocol",
    ),
    _NOT_THERE_RULES,
)
"""Of mails without a push line, where there need be none."""
