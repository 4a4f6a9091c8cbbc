"""``doveconf`` without a Dovecot: the text that it prints for a configuration, apart from its header.

2.3.19.1 and 2.4.1 decide on order, form and what is hidden.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dovecot_conf import doveconf23, dump24, shown23, shown24
from dovecot_conf.conditions import UNFILTERED, Condition
from dovecot_conf.configuration import Configuration
from dovecot_conf.default_sections import reading_of
from dovecot_conf.diagnostics import Severity
from dovecot_conf.evaluate import Surroundings
from dovecot_conf.extent import Extent
from dovecot_conf.files import Files
from dovecot_conf.tree import Setting
from dovecot_conf.versions import Version

FULL_VERSIONS = {Version.V23: "2.3.19.1", Version.V24: "2.4.1"}

WHEN_EXPANDING = frozenset(("unknown-variable", "unreadable-value-file"))
"""Problems that doveconf only finds with ``-x``, where they are errors."""


@dataclass(frozen=True, slots=True)
class DumpOptions:
    """What to print and how.

    ``asked`` is what is known of the connection (``-f``); ``value_only`` is ``-h``, ``expanding`` is
    ``-x``, and without ``show_secrets`` (``-P``) secrets are hidden by doveconf's rules. ``environ`` is
    what ``$ENV:`` sees, ``root`` where absolute paths are looked up.
    """

    extent: Extent = Extent.CHANGED
    asked: Condition = UNFILTERED
    value_only: bool = False
    show_secrets: bool = False
    expanding: bool = False
    environ: Mapping[str, str] = field(default_factory=dict)
    root: Path | None = None


def dump(configuration: Configuration, options: DumpOptions) -> str:
    """Return all settings as doveconf prints them, after a line with the version and the main file.

    Raises FilterConflictError for filters that Dovecot 2.3 can't put together.
    """
    version = configuration.version
    hide = not options.show_secrets
    head = f"# {FULL_VERSIONS[version]}: {configuration.path}\n"
    if version is Version.V23:
        return head + doveconf23.dump(
            _shown23(configuration, options), options.asked, options.extent, hide=hide
        )
    written_for = _written_for(configuration)
    text = dump24.dump(
        _shown24(configuration, options), options.asked, options.extent, hide=hide, written_for=written_for
    )
    return f"{head}dovecot_config_version = {written_for}\n{text}"


def _written_for(configuration: Configuration) -> str:
    for node, _ in configuration.walk():
        if isinstance(node, Setting) and node.key == "dovecot_config_version":
            return node.value
    return ""


def look_up(configuration: Configuration, name: str, options: DumpOptions) -> str:
    """Return one setting or the settings of a section as ``doveconf NAME`` prints them, '' for none.

    Raises FilterConflictError for filters that Dovecot 2.3 can't put together, AmbiguousNameError when
    one value is asked for and the name stands for several.
    """
    asked, extent, hide = options.asked, options.extent, not options.show_secrets
    if configuration.version is Version.V23:
        return doveconf23.look_up(
            _shown23(configuration, options), asked, extent, name, value_only=options.value_only, hide=hide
        )
    wanted = dump24.Wanted(extent, hide, options.value_only)
    written_for = _written_for(configuration)
    return dump24.look_up(_shown24(configuration, options), asked, name, wanted, written_for=written_for)


def _shown23(configuration: Configuration, options: DumpOptions) -> shown23.Shown23:
    surroundings = Surroundings(Files(options.root), options.environ)
    loads = not any(
        problem.name == "unknown-variable"
        or (
            problem.severity is Severity.ERROR
            and problem.name not in ("filter-conflict", "unreadable-value-file")
        )
        for problem in configuration.problems
    )
    return shown23.evaluate_as_written(
        reading_of(configuration), surroundings, expanding=options.expanding, loads=loads
    )


def _shown24(configuration: Configuration, options: DumpOptions) -> shown24.Shown24:
    surroundings = Surroundings(Files(options.root), options.environ)
    return shown24.evaluate_as_written(reading_of(configuration), surroundings, expanding=options.expanding)
