"""PN402 ox-url-invalid."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dovecot_conf.diagnostics import Applicability, Diagnostic, Fix, Severity
from dovecot_conf.lint import Context, Rule
from dovecot_conf.lint.fixes.chain import option_value
from dovecot_conf.lint.fixes.making import before, unsafe
from dovecot_conf.push import DriverOption
from dovecot_conf.versions import Version
from drivers.rules.definitions import written

_HOST = re.compile(r"(?:[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*|\[[0-9A-Fa-f:.]+\])(?::[0-9]+)?(?:/|\Z)")
_TEMPLATE = re.compile(r"\{\{|\$\{|<%|@\w+@(?![\w.])")

IN_USERINFO = re.compile(r"//[^/@]*@.*@|//[^@/?#]*[/?#][^@]*@")
"""A URL with a character in its user name or password that has to be written in another way."""

_USUAL = "write it as http://HOST[:PORT]/PATH"
_LONGEST = 2000
_ADVICE = (
    (re.compile(r"^https?:/(?!/)", re.IGNORECASE), "two slashes follow the colon: http://HOST/"),
    (
        IN_USERINFO,
        "in a user name or password write @ as %%40, / as %%2F, : as %%3A and % as %%25",
    ),
    (
        re.compile(r"//(?:[^@/]*@)?[^@\[/:]*:[0-9a-f]*:", re.IGNORECASE),
        "an IPv6 address stands in brackets: [::1]",
    ),
    (
        re.compile(r"//(?:[^@/]*@)?[^@/:]*_"),
        "Dovecot takes no underscore in a host name: use another name, or the address",
    ),
    (re.compile("#"), "remove the fragment: what begins with # is never sent to a server"),
)


class OxUrlInvalid(Rule):
    """Dovecot can't parse the URL of an `ox` driver.

    The driver is not loaded, and neither are those behind it. 2.4 refuses the whole configuration then
    (PN194). The URL must be absolute, with `http` or `https`. It can't hold a blank, a fragment or
    characters such as `{` and `<`; a percent sign begins two hex digits and is doubled, since
    `plugin { }` has %variables.

    Bad:

    ```2.3
    mail_plugins = notify push_notification
    mail_attribute_dict = file:%h/dovecot-attributes
    plugin {
      push_notification_driver = ox:url=127.0.0.1:8009/notify
    }
    ```

    Dovecot says:

    ```2.3
    Error: ox: Failed to parse OX REST URL 127.0.0.1:8009/notify: Relative HTTP URL not allowed
    ```

    Good:

    ```2.3
    mail_plugins = notify push_notification
    mail_attribute_dict = file:%h/dovecot-attributes
    plugin {
      push_notification_driver = ox:url=http://127.0.0.1:8009/notify
    }
    ```

    How to fix:

    Write the URL as `http://HOST[:PORT]/PATH`, with `%` and two hex digits for characters that a URL
    can't hold.
    """

    code = "PN402"
    name = "ox-url-invalid"
    severity = Severity.ERROR
    versions = (Version.V23,)
    fixes = (Applicability.UNSAFE,)
    local = True

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Parse each url as Dovecot does."""
        from dovecot_conf.http_url import HttpUrlError, parse_http_url  # noqa: PLC0415 - ox only

        for ox in written(context, "ox"):
            option = ox.options.get("url")
            if option is None:
                continue
            try:
                parse_http_url(option.value)
            except HttpUrlError as error:
                if ox.unclear or _TEMPLATE.search(option.value):
                    text = "can't tell whether Dovecot can parse this url"
                    yield self.found(option.span, text, severity=Severity.INFO)
                else:
                    text = f"Dovecot can't parse this url: {error.message}"
                    hint, fix = _advice(option.value), _absolute(option)
                    yield self.found(option.span, text, hint=hint, fix=fix)


def _absolute(option: DriverOption) -> Fix | None:
    """Return the fix that puts the scheme in front of a host."""
    span = option_value(option)
    if span is None or not _HOST.match(option.value):
        return None
    return unsafe("begin with http://", before(span, "http://"))


def _advice(url: str) -> str:
    """Return what to do about a URL, by what it looks like; nothing of it is repeated."""
    return next((advice for shape, advice in _ADVICE if shape.search(url[:_LONGEST])), _USUAL)
