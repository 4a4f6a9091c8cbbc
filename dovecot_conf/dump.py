"""``doveconf`` without a Dovecot: the text that it prints for a configuration, apart from its header.

2.3.19.1 and 2.4.1 decide on order, form and what is hidden. Only the modules of the configuration's own
version are imported.
"""

from __future__ import annotations

from dovecot_conf.configuration import Configuration
from dovecot_conf.dump_options import DumpOptions
from dovecot_conf.versions import FULL_VERSIONS, Version

__all__ = ["FULL_VERSIONS", "WHEN_EXPANDING", "DumpOptions", "dump", "look_up"]

WHEN_EXPANDING = frozenset(("unknown-variable", "unreadable-value-file"))
"""Problems that doveconf only finds with ``-x``, where they are errors."""


def dump(configuration: Configuration, options: DumpOptions) -> str:
    """Return all settings as doveconf prints them, after a line with the version and the main file.

    Raises FilterConflictError for filters that Dovecot 2.3 can't put together.
    """
    head = f"# {FULL_VERSIONS[configuration.version]}: {configuration.path}\n"
    if configuration.version is Version.V23:
        from dovecot_conf import doveconf23  # noqa: PLC0415

        return head + doveconf23.dump(configuration, options)
    from dovecot_conf import doveconf24  # noqa: PLC0415

    return head + doveconf24.dump(configuration, options)


def look_up(configuration: Configuration, name: str, options: DumpOptions) -> str:
    """Return one setting or the settings of a section as ``doveconf NAME`` prints them, '' for none.

    Raises FilterConflictError for filters that Dovecot 2.3 can't put together, AmbiguousNameError when
    one value is asked for and the name stands for several.
    """
    if configuration.version is Version.V23:
        from dovecot_conf import doveconf23  # noqa: PLC0415

        return doveconf23.look_up(configuration, name, options)
    from dovecot_conf import doveconf24  # noqa: PLC0415

    return doveconf24.look_up(configuration, name, options)
