"""Settings given on the command line as ``NAME=VALUE``, as doveadm's ``-o``."""

from __future__ import annotations

from collections.abc import Iterable

from dovecot_conf.errors import OverrideError
from dovecot_conf.scopes import SettingValue, override_span


def parse_overrides(overrides: Iterable[str]) -> dict[str, SettingValue]:
    """Return the overrides by setting path; a later one replaces an earlier one.

    The value is taken as it is: no quotes, no ``$`` (as 2.3.19.1's doveadm does). Raises
    OverrideError for what has no name or no ``=``.
    """
    values = {}
    for position, override in enumerate(overrides, 1):
        name, equals, text = override.partition("=")
        if not equals or not name.strip():
            raise OverrideError(
                f"an override is written NAME=VALUE, not {name!r};"
                " an example is plugin/push_notification_driver=dlog"
            )
        values[name] = SettingValue(name, text, text, override_span(position, override), "-o")
    return values
