"""PN403 ox-option-unknown."""

from __future__ import annotations

from collections.abc import Container, Iterator

from dovecot_conf.diagnostics import Applicability, Diagnostic, Severity
from dovecot_conf.lint import Context, Rule
from dovecot_conf.lint.fixes.chain import option_name
from dovecot_conf.lint.fixes.making import replaced
from dovecot_conf.near import nearest
from dovecot_conf.push import DriverOption
from dovecot_conf.versions import Version
from drivers.ox_options import OPTIONS
from drivers.rules.definitions import written

_KNOWN = tuple(option.name for option in OPTIONS[Version.V23])
_OF_24 = {
    "ox_url": "url",
    "ox_cache_ttl": "cache_lifetime",
    "cache_ttl": "cache_lifetime",
    "ox_user_from_metadata": "user_from_metadata",
    "http_client_request_timeout": "timeout_msecs",
    "http_client_request_max_attempts": "max_retries",
}


class OxOptionUnknown(Rule):
    """An option of an `ox` driver does not exist.

    Dovecot 2.3 ignores unknown options without a word, so a misspelled one has no effect. Names are
    case sensitive. Options are separated by blanks, and a value can't hold one: what stands behind a
    blank is taken for another option.

    Bad:

    ```2.3
    mail_plugins = notify push_notification
    mail_attribute_dict = file:%h/dovecot-attributes
    plugin {
      push_notification_driver = ox:url=http://127.0.0.1:8009/notify cache_lifetme=10s
    }
    ```

    Dovecot says:

    ```2.3
    Debug: push-notification-ox: Using cache lifetime: 60
    ```

    Good:

    ```2.3
    mail_plugins = notify push_notification
    mail_attribute_dict = file:%h/dovecot-attributes
    plugin {
      push_notification_driver = ox:url=http://127.0.0.1:8009/notify cache_lifetime=10s
    }
    ```

    How to fix:

    Correct the name of the option, or remove it.
    """

    code = "PN403"
    name = "ox-option-unknown"
    severity = Severity.WARNING
    versions = (Version.V23,)
    fixes = (Applicability.UNSAFE,)
    local = True

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Compare the names of the options with the known ones."""
        for ox in written(context, "ox"):
            for option in ox.definition.options:
                # A template with blanks in it comes in words.
                is_rest = ox.unclear and not option.value
                if option.name not in _KNOWN and not is_rest:
                    yield self._unknown(option, taken=ox.options)

    def _unknown(self, option: DriverOption, taken: Container[str]) -> Diagnostic:
        name_24 = option.name.removeprefix("push_notification_")
        near = _OF_24.get(name_24) or nearest(option.name.lower(), _KNOWN)
        if name_24 in _OF_24:
            hint = f"this is a setting of Dovecot 2.4; for 2.3 write {near}"
        elif near:
            hint = f"did you mean {near}?"
        elif not option.value:
            hint = "options are separated by blanks, and a value can't hold one"
        else:
            hint = f"the options of ox are {', '.join(_KNOWN)}"
        # A word without a name may be the rest of a value, a password for instance.
        what = f"option '{option.name}'" if near or option.value else "this word"
        span = option_name(option) if near and near not in taken else None
        fix = replaced(span, option.name, near, Applicability.UNSAFE) if span is not None else None
        return self.found(option.span, f"{what} is unknown to the ox driver and ignored", hint=hint, fix=fix)
