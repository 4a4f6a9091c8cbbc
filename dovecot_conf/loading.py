"""Entry points: read a configuration from a file or from text."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path

from dovecot_conf.configuration import Configuration
from dovecot_conf.detect import find_sign, starts_with_version_line
from dovecot_conf.dialects import DIALECTS
from dovecot_conf.errors import ConfigError
from dovecot_conf.evaluate import Surroundings
from dovecot_conf.evaluations import EVALUATIONS
from dovecot_conf.files import Files
from dovecot_conf.overrides import parse_overrides
from dovecot_conf.reader import Reading, TreeReader
from dovecot_conf.source import SourceFile, encode
from dovecot_conf.syntax_rules import diagnose
from dovecot_conf.versions import Version


def load(
    path: str | os.PathLike[str],
    *,
    root: str | os.PathLike[str] | None = None,
    overrides: Iterable[str] = (),
    version: Version | None = None,
    environ: Mapping[str, str] | None = None,
) -> Configuration:
    """Read the configuration whose main file is ``path``.

    ``root``: where absolute paths inside the configuration are looked up. ``overrides``: settings as
    ``NAME=VALUE`` that win over the file. ``version``: the dialect; None finds it out.
    ``environ``: what ``$ENV:NAME`` sees, nothing by default.

    Mistakes in the configuration are ``problems`` of the result. Raises ConfigError when the main
    file can't be read, OverrideError for a malformed override.
    """
    files = Files(Path(root) if root is not None else None)
    source = SourceFile.decode(os.fspath(path), _main_content(files, os.fspath(path)))
    return _configuration(source, files, overrides, version, environ)


def loads(
    text: str | bytes,
    *,
    filename: str = "dovecot.conf",
    overrides: Iterable[str] = (),
    version: Version | None = None,
    environ: Mapping[str, str] | None = None,
) -> Configuration:
    """Read a configuration from text; includes are relative to the directory of ``filename``.

    Otherwise as :func:`load`.
    """
    content = encode(text) if isinstance(text, str) else text
    return _configuration(SourceFile.decode(filename, content), Files(), overrides, version, environ)


def _main_content(files: Files, path: str) -> bytes:
    hint = "give the main file, usually /etc/dovecot/dovecot.conf"
    try:
        if stat.S_ISDIR(Path(path).stat().st_mode):
            raise ConfigError(f"{path} is a directory: {hint}")
        return files.read(path)
    except OSError as error:
        reason = os.strerror(error.errno or errno.EIO)
        hint = "check its permissions" if isinstance(error, PermissionError) else hint
        raise ConfigError(f"can't read {path}: {reason}: {hint}") from None
    except ValueError:
        raise ConfigError(f"{path!r} is no path of a file: {hint}") from None


def _configuration(
    source: SourceFile,
    files: Files,
    overrides: Iterable[str],
    version: Version | None,
    environ: Mapping[str, str] | None,
) -> Configuration:
    values = parse_overrides(overrides)
    surroundings = Surroundings(files, environ or {})
    if version is None:
        version, reason, reading = _detect(files, source)
    else:
        reason, reading = "as asked for", _read(files, source, version)
    evaluation = EVALUATIONS[version](surroundings, reading, values)
    return Configuration(
        version,
        reason,
        source.path,
        tuple(reading.sources),
        reading.document,
        tuple(diagnose(flaw) for flaw in evaluation.flaws),
        reading.nodes,
        evaluation,
    )


def _read(files: Files, source: SourceFile, version: Version) -> Reading:
    return TreeReader(files, DIALECTS[version]).read(source)


def _detect(files: Files, source: SourceFile) -> tuple[Version, str, Reading]:
    """Find out the dialect; the tree comes with it, since the signs are looked for in a tree."""
    reason = starts_with_version_line(source)
    if reason:
        return Version.V24, reason, _read(files, source, Version.V24)
    reading = _read(files, source, Version.V23)
    found, reason = find_sign(reading.nodes)
    if found is Version.V24:
        return Version.V24, reason, _read(files, source, Version.V24)
    return Version.V23, reason or "nothing in it belongs to one version only", reading
