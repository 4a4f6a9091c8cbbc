"""``doveconf`` of 2.4.1: the settings for a condition and the filters below it, or some by name."""

from __future__ import annotations

from dovecot_conf import dump24, shown24
from dovecot_conf.configuration import Configuration
from dovecot_conf.default_sections import reading_of
from dovecot_conf.dump24_lines import Wanted
from dovecot_conf.dump_options import DumpOptions
from dovecot_conf.evaluate import Surroundings
from dovecot_conf.files import Files
from dovecot_conf.tree import Setting

_CONFIG_VERSION = "dovecot_config_version"


def dump(configuration: Configuration, options: DumpOptions) -> str:
    """Return the settings for ``options.asked``, after the line with their version."""
    written_for = _written_for(configuration)
    text = dump24.dump(
        _shown(configuration, options),
        options.asked,
        options.extent,
        hide=not options.show_secrets,
        written_for=written_for,
    )
    return f"dovecot_config_version = {written_for}\n{text}"


def look_up(configuration: Configuration, name: str, options: DumpOptions) -> str:
    """Return what a name or path stands for, with its blocks around it.

    Raises AmbiguousNameError when only one value is wanted and there are several.
    """
    if name == _CONFIG_VERSION:
        # It is printed apart, so no look-up finds it.
        return "\n" if options.value_only else ""
    wanted = Wanted(options.extent, not options.show_secrets, options.value_only)
    written_for = _written_for(configuration)
    return dump24.look_up(
        _shown(configuration, options), options.asked, name, wanted, written_for=written_for
    )


def _written_for(configuration: Configuration) -> str:
    for node, _ in configuration.walk():
        if isinstance(node, Setting) and node.key == _CONFIG_VERSION:
            return node.value
    return ""


def _shown(configuration: Configuration, options: DumpOptions) -> shown24.Shown24:
    surroundings = Surroundings(Files(options.root), options.environ)
    return shown24.evaluate_as_written(reading_of(configuration), surroundings, expanding=options.expanding)
