"""The configurations of web servers that were given beside Dovecot's."""

from __future__ import annotations

import re
from typing import NamedTuple

from dovecot_conf.lint import Context
from dovecot_conf.lint.suppressions import Comment
from dovecot_conf.positions import Span
from dovecot_conf.source import SourceFile
from drivers.rules.proxy.directives import Parsed, ProxySyntaxError

_APACHE = re.compile(
    r"^[ \t]*(?:</?[A-Za-z]|(?:ProxyPass\w*|ProxyRequests|Require|RewriteRule|LoadModule|SetEnvIf|Order)\s)",
    re.MULTILINE | re.IGNORECASE,
)
_NGINX = re.compile(r"^(?![ \t]*#).*[;{}][ \t\r]*(?:#.*)?$", re.MULTILINE)
_TEMPLATE = re.compile(r"\{\{|\{%|<%")


class ProxyFile(NamedTuple):
    """One file: what was read of it, or else what is wrong; neither for a template."""

    source: SourceFile
    is_apache: bool
    parsed: Parsed | None = None
    error: ProxySyntaxError | None = None

    @property
    def start(self) -> Span:
        """The beginning of the file."""
        return Span(self.source.path, 1, 1, 1, 1)


def proxy_files(context: Context) -> tuple[ProxyFile, ...]:
    """Return the files; their comments silence findings as those of Dovecot's do."""
    return context.once(_proxy_files)


def _proxy_files(context: Context) -> tuple[ProxyFile, ...]:
    found = tuple(map(_read, context.others))
    for file in found:
        if file.parsed is not None:
            comments = {
                item.span.line: (Comment(item.text, item.alone, item.span.column),)
                for item in file.parsed.comments
            }
            context.comments[file.source.path] = comments
    return found


def _read(source: SourceFile) -> ProxyFile:
    from drivers.rules.proxy.apache_parser import parse_apache  # noqa: PLC0415 - only where there is a file
    from drivers.rules.proxy.nginx_parser import parse_nginx  # noqa: PLC0415

    is_apache = _APACHE.search(source.text) is not None or _NGINX.search(source.text) is None
    if _TEMPLATE.search(source.text):
        return ProxyFile(source, is_apache)
    parse = parse_apache if is_apache else parse_nginx
    try:
        return ProxyFile(source, is_apache, parse(source.path, source.text))
    except ProxySyntaxError as error:
        return ProxyFile(source, is_apache, error=error)
