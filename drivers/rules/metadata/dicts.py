"""The setting that names the dict of METADATA."""

from __future__ import annotations

from collections.abc import Mapping

from dovecot_conf.lint import Context
from dovecot_conf.versions import Version

SETTING: Mapping[Version, str] = {Version.V23: "mail_attribute_dict", Version.V24: "mail_attribute"}


def has_dict(context: Context, protocol: str) -> bool:
    """Tell whether a protocol has a dict for METADATA; in 2.3 an empty value is none."""
    if context.version is Version.V23:
        value = context.settings[protocol].get(SETTING[Version.V23])
        return value is not None and bool(value.raw)
    from mailstore.dict_setting import has_dict as says_something  # noqa: PLC0415

    return says_something(context.configuration, protocol)


def why_invalid(uri: str) -> str:
    """Return Dovecot 2.3's reason for refusing a dict's URI, '' for one that it takes."""
    from mailstore.dict_uri import parse_dict_uri  # noqa: PLC0415
    from mailstore.dict_values import WrongSetting  # noqa: PLC0415

    setting = parse_dict_uri(uri)
    return setting.error.partition(" failed: ")[2] if isinstance(setting, WrongSetting) else ""
