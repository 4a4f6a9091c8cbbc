"""What the driver ox logs, and the HTTP client for it, as a table."""

from __future__ import annotations

from drivers.doctor.log.evidence import Message, Outcome

SENT, SKIPPED, OFF, FAILED = Outcome.SENT, Outcome.SKIPPED, Outcome.SWITCHED_OFF, Outcome.FAILED
NOT_LOADED, STEP = Outcome.NOT_LOADED, Outcome.STEP

SWITCH_ON = 'pushnotif metadata set -u {user} -s "" /private/vendor/vendor.dovecot/http-notify user={user}'
_VALIDATE = "pushnotif validate"
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
            "put both into the URL: https://login:password@host/path",
            "percent-encode what is one of /?#@: in them; 2.3 needs %% for each %",
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
        r"4(?!08)\d\d\b.*",
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
        "ox-no-dns-client",
        r"Failed to lookup host .*(?:dns-client|Permission denied|No such file|refused).*",
        "Dovecot's dns-client, which 2.4 asks for the address of the host, can't be reached",
        ("let the mail user open its socket: mode = 0666 in service dns-client, unix_listener dns-client",),
    ),
    _not_sent(
        "ox-no-such-host",
        r"(?:Failed to lookup host|DNS lookup).*",
        "the name of the host can't be resolved on this server",
        ("getent hosts NAME on this server, in the container or chroot where Dovecot runs",),
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
        r".*(?:response|header|Transfer-Encoding|transfer coding|Content-Length|payload).*",
        "what answers at the port doesn't speak HTTP properly",
        ("look whether the URL has the right port and http or https as the service speaks",),
    ),
    _not_sent("ox-failed", r".*", "the notification was not sent", (_VALIDATE, "pushnotif doctor -u {user}")),
)

OX_MESSAGES: tuple[Message, ...] = (
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
            "a dict server needs a dict of that name, and a socket open to the mail user (service dict)",
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
        ("PN194",),
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
        ("PN401", "PN405", "PN188"),
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
