"""Entry points: read a configuration from a file or from text."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from dovecot_conf import limits
from dovecot_conf.collector import without_collector
from dovecot_conf.configuration import Configuration
from dovecot_conf.errors import ConfigError
from dovecot_conf.files import UNCHANGED, Changed, Files
from dovecot_conf.limits import LimitError
from dovecot_conf.positions import Span
from dovecot_conf.source import SourceFile, encode
from dovecot_conf.versions import Version
from dovecot_conf.view import PLAIN, View

if TYPE_CHECKING:
    from pathlib import Path


def load(
    path: str | os.PathLike[str],
    *,
    root: str | os.PathLike[str] | None = None,
    overrides: Iterable[str] = (),
    version: Version | None = None,
    environ: Mapping[str, str] | None = None,
    changed: Changed = UNCHANGED,
    view: View = PLAIN,
) -> Configuration:
    """Read the configuration whose main file is ``path``.

    ``root``: where absolute paths inside the configuration are looked up. ``overrides``: settings as
    ``NAME=VALUE`` that win over the file. ``version``: the dialect; None finds it out.
    ``environ``: what ``$ENV:NAME`` sees, nothing by default. ``changed``: files that are to be read as
    if they had another content. ``view``: how the text of files is read.

    Mistakes in the configuration are ``problems`` of the result. Raises ConfigError when the main
    file can't be read or is far too large, OverrideError for a malformed override.
    """
    files = Files(_folder(root), changed)
    source = _decode(os.fspath(path), _main_content(files, os.fspath(path)))
    return _build(source, files, overrides, version, environ, view)


def loads(
    text: str | bytes,
    *,
    filename: str = "dovecot.conf",
    overrides: Iterable[str] = (),
    version: Version | None = None,
    environ: Mapping[str, str] | None = None,
    changed: Changed = UNCHANGED,
    view: View = PLAIN,
) -> Configuration:
    """Read a configuration from text; includes are relative to the directory of ``filename``.

    Otherwise as :func:`load`.
    """
    content = encode(text) if isinstance(text, str) else text
    return _build(_decode(filename, content), Files(changed=changed), overrides, version, environ, view)


def load_part(
    paths: Sequence[str],
    *,
    root: str | os.PathLike[str] | None = None,
    overrides: Iterable[str] = (),
    version: Version | None = None,
    environ: Mapping[str, str] | None = None,
    changed: Changed = UNCHANGED,
    view: View = PLAIN,
) -> Configuration:
    """Read files of one folder, of which no main file is there, in the order of ``paths``.

    The result is not ``whole``; its path is that of the file, or of the folder of several. Otherwise as
    :func:`load`.
    """
    files = Files(_folder(root), changed)
    if len(paths) == 1:
        source = _decode(paths[0], _main_content(files, paths[0]))
    else:
        folder = paths[0][: paths[0].rfind("/") + 1]
        names = "".join(f"!include {_as_pattern(path.removeprefix(folder))}\n" for path in paths)
        source = SourceFile.decode(_as_pattern(folder), encode(names))
    configuration = _build(source, files, overrides, version, environ, view)
    configuration.whole = False
    if len(paths) > 1:
        configuration.path = folder
        configuration.files = configuration.files[1:]
    return configuration


def _folder(root: str | os.PathLike[str] | None) -> Path | None:
    if root is None:
        return None
    from pathlib import Path  # noqa: PLC0415 - takes a while to load

    return Path(root)


def _as_pattern(path: str) -> str:
    """Return the pattern that a path alone matches."""
    return re.sub(r"([][*?{}\\])", r"\\\1", path)


def _main_content(files: Files, path: str) -> bytes:
    hint = "give the main file, usually /etc/dovecot/dovecot.conf"
    try:
        if stat.S_ISDIR(os.stat(path).st_mode):
            raise ConfigError(f"{path} is a directory", hint=hint)
        return files.read(path)
    except LimitError as error:
        raise ConfigError(str(error), hint=hint, span=Span(path, 1, 1, 1, 1)) from None
    except OSError as error:
        reason = os.strerror(error.errno or errno.EIO)
        hint = "check its permissions" if isinstance(error, PermissionError) else hint
        raise ConfigError(f"can't read {path}: {reason}", hint=hint) from None
    except ValueError:
        raise ConfigError(f"{path!r} is no path of a file", hint=hint) from None


def _decode(path: str, content: bytes) -> SourceFile:
    if content.count(b"\n") > limits.MAX_LINES:
        end = Span(path, limits.MAX_LINES + 1, 1, limits.MAX_LINES + 1, 1)
        raise ConfigError(f"more than {limits.MAX_LINES} lines: give a configuration file", span=end)
    return SourceFile.decode(path, content)


def _build(
    source: SourceFile,
    files: Files,
    overrides: Iterable[str],
    version: Version | None,
    environ: Mapping[str, str] | None,
    view: View,
) -> Configuration:
    with without_collector():
        from dovecot_conf.building import build  # noqa: PLC0415 - pyparsing only when something is read

        return build(source, files, overrides, version, environ or {}, view)
