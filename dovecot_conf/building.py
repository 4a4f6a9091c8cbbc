"""From the text of a main file to a configuration, through all stages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dovecot_conf.configuration import Configuration
from dovecot_conf.detect import find_sign, starts_with_version_line
from dovecot_conf.dialects import DIALECTS
from dovecot_conf.evaluate import Surroundings
from dovecot_conf.evaluations import evaluation_class
from dovecot_conf.files import Files
from dovecot_conf.reader import TreeReader
from dovecot_conf.reading import Reading
from dovecot_conf.scopes import SettingValue
from dovecot_conf.source import SourceFile
from dovecot_conf.versions import ASKED_FOR, UNDECIDED, Version
from dovecot_conf.view import PLAIN, View


def build(
    source: SourceFile,
    files: Files,
    overrides: Iterable[str],
    version: Version | None,
    environ: Mapping[str, str],
    view: View = PLAIN,
) -> Configuration:
    """Return the configuration whose main file is ``source``; see :func:`dovecot_conf.load`."""
    values = _parsed(tuple(overrides))
    surroundings = Surroundings(files, environ, source.path)
    if version is None:
        version, reason, reading = _detect(files, source, view)
    else:
        reason, reading = ASKED_FOR, _read(files, source, version, view)
    evaluation = evaluation_class(version)(surroundings, reading, values)
    return Configuration(version, reason, reading, evaluation)


def _parsed(overrides: tuple[str, ...]) -> dict[str, SettingValue]:
    if not overrides:
        return {}
    from dovecot_conf.overrides import parse_overrides  # noqa: PLC0415 - few calls have any

    return parse_overrides(overrides)


def _read(files: Files, source: SourceFile, version: Version, view: View) -> Reading:
    return TreeReader(files, DIALECTS[version], view).read(source)


def _detect(files: Files, source: SourceFile, view: View) -> tuple[Version, str, Reading]:
    """Find out the dialect; the tree comes with it, since the signs are looked for in a tree."""
    reason = starts_with_version_line(source, view)
    if reason:
        return Version.V24, reason, _read(files, source, Version.V24, view)
    reading = _read(files, source, Version.V23, view)
    found, reason = find_sign(reading.nodes)
    if found is Version.V24:
        return Version.V24, reason, _read(files, source, Version.V24, view)
    return Version.V23, reason or UNDECIDED, reading
