"""Settings given on the command line as ``NAME=VALUE``, as doveadm's ``-o``.

Checked with 2.3.19.1 and 2.4.1: an override wins over every filter; ``$`` and quotes in it are text; a
name that doesn't exist is accepted; %variables are replaced in ``plugin/`` keys only.
"""

from __future__ import annotations

from collections.abc import Iterable

from dovecot_conf.errors import OverrideError
from dovecot_conf.scopes import SettingValue, override_span

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
