"""The dict behind METADATA, as a configuration names it.

2.3.19.1: ``mail_attribute_dict = driver:arguments``. 2.4.1: ``mail_attribute { dict NAME { … } }``.
"""

from __future__ import annotations

from dovecot_conf import Configuration
from dovecot_conf.versions import Version
from mailstore.dict_values import DictSetting, ProxySetting
from mailstore.settings import Block, UserSettings, read_blocks


def find_dict_setting(settings: UserSettings, blocks: Block) -> DictSetting | None:
    """Return the dict of METADATA, None when the configuration says nothing about it.

    Raises VariableError.
    """
    found = _find(settings, blocks)
    if isinstance(found, ProxySetting):
        return found.replace(base_dir=settings.text("base_dir"))
    return found


def _find(settings: UserSettings, blocks: Block) -> DictSetting | None:
    # Each version has a syntax of its own, and only that one is loaded.
    if settings.version is Version.V23:
        from mailstore.dict_uri import parse_dict_uri  # noqa: PLC0415

        uri = settings.find("mail_attribute_dict")
        return None if uri is None else parse_dict_uri(uri)
    from mailstore.dict_block import read_dict_blocks  # noqa: PLC0415

    outer, dicts = _dict_blocks(blocks)
    return read_dict_blocks(settings, outer, dicts) if dicts else None


def has_dict(configuration: Configuration, protocol: str = "doveadm") -> bool:
    """Tell whether a configuration says anything about the dict of METADATA, be it that it is off."""
    if configuration.version is Version.V23:
        return configuration.settings(protocol).get("mail_attribute_dict") is not None
    return bool(_dict_blocks(read_blocks(configuration, protocol))[1])


def _dict_blocks(blocks: Block) -> tuple[Block, list[Block]]:
    """Return the block around the dicts, and them."""
    for outer in blocks.of_kind("mail_attribute"):
        if dicts := outer.of_kind("dict"):
            return outer, dicts
    return blocks, []
