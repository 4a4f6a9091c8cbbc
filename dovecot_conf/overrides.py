"""Settings given on the command line as ``NAME=VALUE``, as doveadm's ``-o``.

Checked with 2.3.19.1 and 2.4.1: an override wins over every filter; ``$`` and quotes in it are text; a
name that doesn't exist is accepted; %variables are replaced in ``plugin/`` keys only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from dovecot_conf.errors import OverrideError
from dovecot_conf.positions import Span
from dovecot_conf.scopes import SettingValue, override_span
from dovecot_conf.versions import Version

_PLUGINS = "mail_plugins"
_ITEM = f"{_PLUGINS}/"
_OF_PUSHES = re.compile(rf"(?:plugin/)?(?:push_notification|{_PLUGINS}|mail_lua)")
USERDB = "userdb"
"""Where fields of a userdb are said to stand."""
_EXAMPLE = "write NAME=VALUE, such as plugin/push_notification_driver=dlog"


def parse_overrides(overrides: Iterable[str]) -> dict[str, SettingValue]:
    """Return the overrides by setting path; a later one replaces an earlier one.

    Raises OverrideError, with the reason of 2.3.19.1, for what has no name or no ``=``. The text isn't
    shown, since it may be a secret.
    """
    values = {}
    for position, override in enumerate(overrides, 1):
        name, equals, text = override.partition("=")
        if not equals:
            raise OverrideError(f"Invalid -o parameter (number {position}): Missing '=': {_EXAMPLE}")
        if not name:
            reason = "Missing key name ('=' at the beginning of line)"
            raise OverrideError(f"Invalid -o parameter (number {position}): {reason}: {_EXAMPLE}")
        span = override_span(position, override)
        literal = not name.startswith("plugin/")
        values[name] = SettingValue(name, text, text, span, "-o", literal=literal)
    return values


def userdb_overrides(fields: Mapping[str, str], version: Version) -> dict[str, SettingValue]:
    """Return the fields of a userdb that are about plugins and drivers as overrides by setting path.

    2.3 takes a name that it doesn't know for one of ``plugin {}`` (``Added userdb setting: plugin/…``), and
    lists as a whole; 2.4.1 takes paths, and single items of lists.
    """
    values = {}
    for number, (field, text) in enumerate(fields.items(), 1):
        if not _OF_PUSHES.match(field) or (version is Version.V23 and field.startswith(_ITEM)):
            continue
        is_plugin = version is Version.V23 and "/" not in field and field != _PLUGINS
        name = f"plugin/{field}" if is_plugin else field
        span = Span(USERDB, number, 1, number, len(text) + 1)
        values[name] = SettingValue(name, text, text, span, USERDB)
    return values
